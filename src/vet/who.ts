// Who stands behind a subject: publisher, repository, popularity, the checkout given, and what changed.
import { collectCheckout } from '../collect/checkout.ts';
import { collectMcpRegistry } from '../collect/mcp-registry.ts';
import { defaultRegistry } from '../collect/npm-config.ts';
import { collectPopularity } from '../collect/popularity.ts';
import { collectPublisher } from '../collect/publisher.ts';
import { collectRepository } from '../collect/repository/index.ts';
import { previousOf } from '../analyze/versions.ts';
import type { Evidence, Fact, Facts, PackageAnalysis } from '../types.ts';
import { collectChange } from './change.ts';
import type { Session } from './session.ts';
import { registryOf } from './settings.ts';
import type { ResolvedSubject } from './subject.ts';

export interface WhoInput {
  resolved: ResolvedSubject;
  /** Under way: only the checkout and the change wait for it. */
  source: Promise<Fact<Facts['source']>>;
  /** What the subject's own files told, if they could be read ahead of the tree. */
  ownRead: Promise<PackageAnalysis | null>;
  session: Session;
}
type WhoFacts = Pick<
  Evidence['facts'],
  'publisher' | 'repository' | 'popularity' | 'repoComparison' | 'change'
>;

export async function collectWho(input: WhoInput): Promise<WhoFacts> {
  const [publisher, repository, popularity, repoComparison, change] = await Promise.all([
    publisherOf(input),
    repositoryOf(input),
    popularityOf(input),
    checkoutOf(input),
    changeOf(input),
  ]);
  return { publisher, repository, popularity, repoComparison, change };
}

/** Two versions of one large bundle at once would double the peak of memory. */
async function changeOf({
  resolved,
  source,
  ownRead,
  session,
}: WhoInput): Promise<Fact<Facts['change']>> {
  const own = await ownRead;
  return collectChange({ resolved, own, source }, session);
}

function publisherOf({ resolved, session }: WhoInput): Promise<Fact<Facts['publisher']>> {
  const { subject, packument, manifest } = resolved;
  return collectPublisher({
    name: subject.name,
    version: subject.version,
    packument,
    pacoteOptions: session.pacote,
    cacheDir: session.cacheDir,
    offline: isOffline(session),
    mcpRegistry: () =>
      collectMcpRegistry({
        name: subject.name,
        mcpName: manifest.mcpName,
        offline: isOffline(session),
        // The scope's own registry is private; the general one mirrors the public.
        isPublic: registryOf(subject.name, session) === session.npm.registry,
        ask: askOf(session),
        ...(session.options.endpoints?.mcpRegistry === undefined
          ? {}
          : { base: session.options.endpoints.mcpRegistry }),
      }),
    ...(session.options.signal ? { signal: session.options.signal } : {}),
  });
}

function repositoryOf({ resolved, session }: WhoInput): Promise<Fact<Facts['repository']>> {
  const { subject, packument, manifest } = resolved;
  const versions = packument.known ? packument.value.versions : [];
  return collectRepository({
    name: subject.name,
    version: subject.version,
    repository: manifest.repository,
    previousUrl: previousOf(versions, subject.version)?.repositoryUrl,
    fetchOptions: session.pacote,
    env: session.options.environment ?? process.env,
    offline: isOffline(session),
    ...(session.options.endpoints?.hosts ? { bases: session.options.endpoints.hosts } : {}),
    ...(session.options.signal ? { signal: session.options.signal } : {}),
  });
}

function popularityOf({ resolved, session }: WhoInput): Promise<Fact<Facts['popularity']>> {
  const { subject } = resolved;
  if (subject.source !== 'registry') {
    return Promise.resolve({ known: false, reason: 'not a published package' });
  }
  return collectPopularity({
    name: subject.name,
    version: subject.version,
    registry: registryOf(subject.name, session),
    defaultRegistry: session.options.publicRegistry ?? defaultRegistry(),
    offline: isOffline(session),
    ask: askOf(session),
    ...(session.options.endpoints?.counts === undefined
      ? {}
      : { base: session.options.endpoints.counts }),
    ...(session.options.endpoints?.dependents === undefined
      ? {}
      : { dependentsBase: session.options.endpoints.dependents }),
  });
}

async function checkoutOf({
  resolved,
  source: reading,
  session,
}: WhoInput): Promise<Fact<Facts['repoComparison']>> {
  const { repo } = session.options;
  if (repo === undefined) {
    return { known: false, reason: 'no checkout was given (--repo)' };
  }
  const source = await reading;
  if (!source.known) return source;
  return collectCheckout({
    path: repo,
    cwd: session.cwd,
    analysis: source.value.subject,
    name: resolved.subject.name,
    version: resolved.subject.version,
    directory: resolved.manifest.repository?.directory,
    gitHead: gitHeadOf(resolved),
  });
}

function gitHeadOf({ subject, packument, manifest }: ResolvedSubject): string | undefined {
  const versions = packument.known ? packument.value.versions : [];
  return versions.find(({ version }) => version === subject.version)?.gitHead ?? manifest.gitHead;
}

function askOf(session: Session): { fetchOptions: Record<string, unknown>; signal?: AbortSignal } {
  const { signal } = session.options;
  return { fetchOptions: session.pacote, ...(signal ? { signal } : {}) };
}

function isOffline(session: Session): boolean {
  return session.options.offline === true;
}
