// Evidence with everything known and harmless; a test states only what differs.
import { toManifest } from '../../src/analyze/manifest.ts';
import type {
  Evidence,
  Fact,
  Facts,
  PackageAnalysis,
  SurfaceFact,
  TreeNode,
} from '../../src/types.ts';

export const NOW = '2026-11-20T00:00:00.000Z';
const INTEGRITY = `sha512-${Buffer.alloc(64).toString('base64')}`;

export function known<T>(value: T): Fact<T> {
  return { known: true, value };
}
export function unknown(reason: string): { known: false; reason: string } {
  return { known: false, reason };
}

export function nodeOf(part: Partial<TreeNode> & { name: string }): TreeNode {
  const version = part.version ?? '1.0.0';
  return {
    id: `node_modules/${part.name}`,
    version,
    kind: 'registry',
    integrity: INTEGRITY,
    resolved: null,
    path: ['weather-mcp@1.0.0', `${part.name}@${version}`],
    isDirect: true,
    isOptional: false,
    isDev: false,
    isPeer: false,
    isOtherPlatform: false,
    hasInstallScript: false,
    installScripts: {},
    edges: [],
    ...part,
  };
}

export function surfaceOf(part: Partial<SurfaceFact> = {}): SurfaceFact {
  return { tools: [], texts: [], isComplete: true, ...part };
}

export function analysisOf(part: Partial<PackageAnalysis> = {}): PackageAnalysis {
  return {
    name: 'weather-mcp',
    version: '1.0.0',
    integrity: INTEGRITY,
    files: { total: 3, bytes: 2_000, parsed: 1, unreadable: [] },
    hashes: {},
    capabilities: [],
    hosts: [],
    threats: [],
    weaknesses: [],
    environment: [],
    readability: { verdict: 'readable', share: 1, files: [] },
    surface: surfaceOf(),
    importsReached: [],
    readme: '# weather-mcp\nAn MCP server that tells the weather.',
    changelog: '# 1.0.0\nFirst release.',
    securityPolicy: 'Report to security@weather.example.',
    manifest: toManifest({ name: 'weather-mcp', version: '1.0.0' }),
    ...part,
  };
}

export interface EvidenceChanges {
  subject?: Partial<Evidence['subject']>;
  ownership?: Evidence['ownership'];
  now?: string;
  facts?: { [K in keyof Facts]?: Fact<Facts[K]> };
}

/** A community server, fully known, with nothing wrong. */
export function evidenceOf(changes: EvidenceChanges = {}): Evidence {
  const name = changes.subject?.name ?? 'weather-mcp';
  const version = changes.subject?.version ?? '1.0.0';
  const facts: Evidence['facts'] = { ...harmlessFacts(name, version), ...changes.facts };
  return {
    now: changes.now ?? NOW,
    subject: {
      name,
      version,
      purl: `pkg:npm/${name}@${version}`,
      integrity: INTEGRITY,
      source: 'registry',
      requested: name,
      ...changes.subject,
    },
    ownership: changes.ownership ?? { isOwn: false, resolvedFromMapped: false },
    minReleaseAgeDays: 7,
    facts,
  };
}

function harmlessFacts(name: string, version: string): Evidence['facts'] {
  const manifest = toManifest({
    name,
    version,
    description: 'An MCP server that tells the weather.',
    bin: { 'weather-mcp': 'index.js' },
    repository: { url: 'git+https://git.example/weather/weather-mcp.git' },
  });
  const subject = nodeOf({
    name,
    version,
    id: '',
    kind: 'subject',
    path: [`${name}@${version}`],
    isDirect: false,
  });
  const analysis = analysisOf({ name, version, manifest });
  return {
    request: known({ spec: `${name}@${version}`, kind: 'exact', isConfigured: false }),
    manifest: known(manifest),
    packument: known({
      registry: 'https://registry.example/',
      isStripped: false,
      stripped: [],
      distTags: { latest: version },
      versions: [
        {
          version,
          integrity: INTEGRITY,
          hasInstallScript: false,
          dependencies: {},
          scripts: {},
          publisher: { name: 'weather-team' },
          hasProvenance: true,
        },
      ],
      maintainers: [{ name: 'weather-team' }],
      servesDeprecations: true,
    }),
    releases: known({
      releases: [{ version, publishedAt: '2026-08-20T00:00:00.000Z' }],
      createdAt: '2025-08-20T00:00:00.000Z',
      unpublished: [],
    }),
    tree: known({ nodes: [subject], from: 'resolved', problems: [] }),
    lockfile: unknown('no lockfile was given'),
    confusion: known([]),
    advisories: known({
      sources: [
        {
          id: 'test-database',
          kind: 'database',
          covers: ['vulnerability', 'malware'],
          answered: true,
          asOf: '2026-11-19T00:00:00.000Z',
        },
      ],
      vulnerabilities: [],
      ownHistory: [],
      unmatched: [],
    }),
    names: known({
      imitations: [],
      known: { name, tier: 'community', publisher: 'weather-team' },
      securityHolding: [],
    }),
    source: known({
      subject: analysis,
      dependencies: {},
      reachedNodes: [],
      unread: [],
      stated: {
        functions: ['weather'],
        expectedCapabilities: ['network-client'],
        expectedHosts: [],
      },
    }),
    texts: known([]),
    publisher: known({
      signature: { state: 'verified' },
      provenance: { state: 'verified' },
      publisher: 'weather-team',
      previousPublisher: 'weather-team',
      previousHadProvenance: true,
      mcpRegistry: { state: 'verified' },
    }),
    repository: known({
      url: 'https://git.example/weather/weather-mcp',
      host: 'git.example',
      owner: 'weather',
      name: 'weather-mcp',
      exists: true,
      claimsPackage: true,
      isArchived: false,
      createdAt: '2025-08-01T00:00:00.000Z',
      pushedAt: '2026-11-01T00:00:00.000Z',
      stars: 120,
      contributors: 7,
      commits: 300,
      hasSecurityPolicy: true,
    }),
    popularity: known({ weeklyDownloads: 5_000, dependents: 30 }),
    repoComparison: unknown('no checkout was given (--repo)'),
    change: known({ from: '0.9.0', to: version, changes: [] }),
    run: known({
      backend: 'test',
      complete: true,
      seconds: 12,
      observedSeconds: 10,
      phases: [],
      processes: [],
      filesTouched: [],
      egress: [],
      unidentified: { tcp: 0, udp: 0 },
      fuzz: {
        seed: 1,
        tools: 2,
        toolsAccepted: 2,
        calls: 80,
        ok: 40,
        toolErrors: 40,
        rpcErrors: 0,
        crashes: 0,
        hangs: 0,
        restarts: 0,
      },
      tools: [],
      texts: [],
      observations: [],
    }),
  };
}
