// What is asked of others about a tree: its advisories, and which of its names could be taken for another's.
import { collectAdvisories } from '../collect/advisories/index.ts';
import { collectConfusion } from '../collect/confusion.ts';
import { defaultRegistry } from '../collect/npm-config.ts';
import type { Fact, Facts, TreeFact } from '../types.ts';
import type { Session } from './session.ts';
import { registryOf } from './settings.ts';
import type { ResolvedSubject } from './subject.ts';

export function advisoriesOf(
  tree: Fact<TreeFact>,
  resolved: ResolvedSubject,
  session: Session,
): Promise<Fact<Facts['advisories']>> {
  if (!tree.known) return Promise.resolve(tree);
  return collectAdvisories({
    tree: tree.value,
    subject: resolved.subject,
    now: session.now,
    registry: registryOf(resolved.subject.name, session),
    fetchOptions: session.pacote,
    advisoryPaths: [...(session.options.advisories ?? []), ...session.config.advisories],
    databaseDir: session.databaseDir,
    offline: session.options.offline === true,
  });
}

export function confusionOf(
  tree: Fact<TreeFact>,
  source: Fact<Facts['source']>,
  resolved: ResolvedSubject,
  session: Session,
): Promise<Fact<Facts['confusion']>> {
  const scopes = Object.entries(session.npm)
    .filter(([key]) => /^@[^:]+:registry$/.test(key))
    .map(([key, url]) => [key.slice(0, key.indexOf(':')), String(url)] as const);
  const knownNames = new Set(session.known.map(({ name }) => name));
  return collectConfusion({
    tree,
    lockfile: resolved.lockfile,
    subject: resolved.subject,
    source,
    registryHosts: session.registryHosts,
    plainHosts: session.plainHosts,
    scopes: new Map(scopes),
    registry: session.npm.registry,
    own: [...(session.options.own ?? []), ...session.config.own],
    publicRegistry: session.options.publicRegistry ?? defaultRegistry(),
    pacoteOptions: session.pacote,
    offline: session.options.offline === true,
    isKnown: (name) => knownNames.has(name),
  });
}
