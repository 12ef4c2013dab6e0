// Advisories of a whole tree, from every source that can be asked, and what each of them said.
import {
  EMBEDDED,
  matchableNodes,
  matchAdvisories,
  type SourcedRecord,
} from '../../analyze/advisories/index.ts';
import type { AdvisoriesFact, Fact, Subject, TreeFact, TreeNode } from '../../types.ts';
import { openDatabase } from './database.ts';
import { askEmbedded } from './embedded.ts';
import { askIndex } from './local.ts';
import { askNpmBulk } from './npm-bulk.ts';
import { askOsvApi } from './osv-api.ts';
import { openPaths } from './paths-index.ts';
import { defaultRegistryOf, mappedScopes } from './scopes.ts';
import type { SourceAnswer, SourceInput } from './source.ts';

export { databaseStatus, importDatabase } from './database.ts';
export type { DatabaseStatus, ImportOptions } from './database.ts';
export { OSV_EXPORT_URL, updateDatabase } from './update.ts';
export type { UpdateOptions } from './update.ts';

export const OSV_API_URL = 'https://api.osv.dev';
const TIMEOUT_MS = 5_000;

export interface AdvisoriesInput {
  tree: TreeFact;
  subject: Subject;
  /** ISO 8601. */
  now: string;
  registry: string;
  /** npm-registry-fetch options: authentication, ca, proxy. */
  fetchOptions: Record<string, unknown>;
  advisoryPaths: string[];
  databaseDir: string;
  offline: boolean;
  osvUrl?: string;
  /** Of one request. */
  timeoutMs?: number;
  /** Scopes (`@acme`) that come from a private registry, besides those that npm's configuration maps. */
  privateScopes?: string[];
  reachedNodes?: Set<string>;
}

/** Never throws: a source that cannot be asked says so, and an empty answer is told from silence. */
export async function collectAdvisories(input: AdvisoriesInput): Promise<Fact<AdvisoriesFact>> {
  const registry = defaultRegistryOf(input.fetchOptions, input.registry);
  const scope = {
    tree: input.tree,
    subject: input.subject,
    privateScopes: [...(input.privateScopes ?? []), ...mappedScopes(input.fetchOptions, registry)],
  };
  const nodes = matchableNodes(scope);
  const answers = await askAll(nodes, { ...input, registry });
  const records = new Map<string, SourcedRecord[]>();
  for (const { source, records: found } of answers) {
    const from = source.kind === 'embedded' ? EMBEDDED : source.id;
    for (const record of found) {
      const known = records.get(record.package) ?? [];
      known.push({ record, from });
      records.set(record.package, known);
    }
  }
  const value: AdvisoriesFact = {
    sources: answers.map(({ source }) => source),
    ...matchAdvisories({ ...scope, records }),
  };
  const fact: Fact<AdvisoriesFact> = { known: true, value, asOf: input.now };
  return input.reachedNodes ? joinReachability(fact, input.reachedNodes) : fact;
}

/** Tells which vulnerable nodes the entry points reach, once the source has been read. */
export function joinReachability(
  fact: Fact<AdvisoriesFact>,
  reachedNodes: ReadonlySet<string>,
): Fact<AdvisoriesFact> {
  if (!fact.known) return fact;
  const vulnerabilities = fact.value.vulnerabilities.map((vulnerability) => ({
    ...vulnerability,
    isReached: vulnerability.node === '' || reachedNodes.has(vulnerability.node),
  }));
  return { ...fact, value: { ...fact.value, vulnerabilities } };
}

async function askAll(nodes: TreeNode[], input: AdvisoriesInput): Promise<SourceAnswer[]> {
  const names = new Set(nodes.map(({ name }) => name));
  const source: SourceInput = {
    now: input.now,
    registry: input.registry,
    fetchOptions: input.fetchOptions,
    osvUrl: input.osvUrl ?? OSV_API_URL,
    timeoutMs: input.timeoutMs ?? TIMEOUT_MS,
  };
  const hasSubject = nodes.some(({ kind }) => kind === 'subject');
  const answers = await Promise.all([
    input.offline ? [offline('npm-bulk')] : askNpmBulk(nodes, source),
    input.offline
      ? [offline('osv-api')]
      : askOsvApi(nodes, hasSubject ? input.subject.name : null, source),
    input.advisoryPaths.length > 0
      ? openPaths(input.advisoryPaths, input.databaseDir, { now: input.now }).then((opened) =>
          askIndex('advisories', opened, names),
        )
      : [],
    askIndex('database', openDatabase(input.databaseDir), names),
    askEmbedded(names),
  ]);
  return answers.flat();
}

const offline = (id: string): SourceAnswer => ({
  source: {
    id,
    kind: 'live',
    covers: ['vulnerability', 'malware'],
    answered: false,
    reason: 'not asked: offline',
  },
  records: [],
});
