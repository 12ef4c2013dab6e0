// The words of the program: what the stages hand to one another. No code, no imports.

/** npm's severity scale. Never mixed with {@link TrustLevel}. */
export type Severity = 'info' | 'low' | 'moderate' | 'high' | 'critical';
export type Confidence = 'low' | 'medium' | 'high';
/** The trust-level table's scale. */
export type TrustLevel = 'high' | 'medium' | 'low' | 'do-not-use';
export type SourceClass = 'own' | 'official' | 'community' | 'random' | 'closed';
export type Outcome = 'pass' | 'warn' | 'fail' | 'unknown';
export type CheckId =
  | 'source-verification'
  | 'dependency-audit'
  | 'permission-review'
  | 'network-egress'
  | 'response-fuzzing'
  | 'update-cadence'
  | 'disclosure-history';

/** Something that was learnt, or the reason why it could not be. Unknown is never a pass. */
export type Fact<T> =
  { known: true; value: T; from?: string; asOf?: string } | { known: false; reason: string };

/** A JSON value that came from outside; test its shape before use. */
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

// ---- the subject -----------------------------------------------------------------------------

export interface ConfiguredAs {
  client: string;
  server: string;
  file: string;
  /** The package spec as it stands in the configuration. */
  spec: string;
}

/** The one package (or project) a report is about. */
export interface Subject {
  name: string;
  version: string;
  /** Package URL, or '' for a project that has none. */
  purl: string;
  /** Subresource-integrity string of the tarball, or null (folder, project). */
  integrity: string | null;
  source: 'registry' | 'folder' | 'tarball' | 'lockfile';
  /** What the user typed. */
  requested: string;
  configuredAs?: ConfiguredAs[];
}

/** How the user asks for the server; judged apart from how the server asks for its dependencies. */
export interface RequestFact {
  /** As typed or configured, e.g. `pkg@^1`. */
  spec: string;
  kind: 'exact' | 'range' | 'tag' | 'unversioned' | 'folder' | 'tarball' | 'lockfile';
  /** True if a configuration launches it this way (npx -y x), false for a plain command-line target. */
  isConfigured: boolean;
}

/** A package.json, reduced to what is used, every value type-checked, prototype keys dropped. */
export interface Manifest {
  name?: string;
  version?: string;
  description?: string;
  keywords: string[];
  license?: string;
  homepage?: string;
  author?: string;
  repository?: { url: string; directory?: string };
  bugs?: string;
  bin: Record<string, string>;
  main?: string;
  module?: string;
  exports?: Json;
  type: 'module' | 'commonjs';
  scripts: Record<string, string>;
  dependencies: Record<string, string>;
  optionalDependencies: Record<string, string>;
  peerDependencies: Record<string, string>;
  devDependencies: Record<string, string>;
  bundleDependencies: string[];
  /** What overrides (npm, pnpm) and resolutions (Yarn) put in the place of others, by the name, last in a chain. */
  overrides?: Record<string, string>;
  engines: Record<string, string>;
  mcpName?: string;
  gypfile?: boolean;
  gitHead?: string;
  files?: string[];
  publishConfig?: Record<string, Json>;
}

// ---- registry ---------------------------------------------------------------------------------

/** Per version, what a packument says. Fields that a mirror strips are absent, never guessed. */
export interface PackumentVersion {
  version: string;
  integrity?: string;
  deprecated?: string;
  hasInstallScript: boolean;
  dependencies: Record<string, string>;
  scripts: Record<string, string>;
  publisher?: { name: string; email?: string };
  trustedPublisher?: string;
  maintainers?: { name: string; email?: string }[];
  repositoryUrl?: string;
  gitHead?: string;
  hasProvenance?: boolean;
  /** Where its attestations are served, as stated. */
  attestationsUrl?: string;
  signatures?: { keyid: string; sig: string }[];
  unpackedSizeBytes?: number;
  fileCount?: number;
}

export interface PackumentFact {
  registry: string;
  /** True if this registry strips what npm's own serves (maintainers, signatures, times, ...). */
  isStripped: boolean;
  /** What was found missing, e.g. ['maintainers', 'signatures', 'times']. */
  stripped: string[];
  distTags: Record<string, string>;
  /** Ascending by semver. */
  versions: PackumentVersion[];
  maintainers?: { name: string; email?: string }[];
  description?: string;
  /** Whether `deprecated` can be relied on to be absent. */
  servesDeprecations: boolean;
}

export interface Release {
  version: string;
  /** ISO 8601, UTC. */
  publishedAt: string;
}
/** Known only where the times are reliable. */
export interface ReleasesFact {
  releases: Release[];
  createdAt: string;
  unpublished: string[];
}

// ---- dependency tree --------------------------------------------------------------------------

export interface TreeEdge {
  name: string;
  spec: string;
  type: 'prod' | 'optional' | 'peer' | 'peerOptional' | 'dev';
  /** The id of the node that satisfies it, or null when nothing does. */
  to: string | null;
  problem?: string;
}

export interface TreeNode {
  /** Location in the tree ('' for the subject, 'node_modules/x'). */
  id: string;
  /** The package's own name; `alias` is set where it is installed under another. */
  name: string;
  alias?: string;
  version: string;
  kind: 'subject' | 'registry' | 'git' | 'remote' | 'file' | 'link' | 'bundled';
  integrity: string | null;
  /** As recorded or resolved; may be absent (omit-lockfile-registry-resolved). */
  resolved: string | null;
  /** name@version from the subject to this node, both ends included (shortest way). */
  path: string[];
  isDirect: boolean;
  isOptional: boolean;
  isDev: boolean;
  isPeer: boolean;
  /** Optional and for another os/cpu than this machine's; vetted all the same. */
  isOtherPlatform: boolean;
  hasInstallScript: boolean;
  /** Lifecycle scripts that an install would run: preinstall, install, postinstall (and node-gyp's implicit one). */
  installScripts: Record<string, string>;
  edges: TreeEdge[];
}

export interface TreeFact {
  /** Subject first, then by id. */
  nodes: TreeNode[];
  from: 'resolved' | 'lockfile' | 'shrinkwrap';
  /** Edges that nothing satisfies, and the like; a tree with any is not whole. */
  problems: { code: string; name: string; spec: string; from: string; message: string }[];
}

/** A lockfile, as it was written (before any resolution). */
export interface LockfileFact {
  file: string;
  lockfileVersion: number;
  raw: Json;
  /** package.json beside it, if there is one. */
  manifest: Manifest | null;
}

// ---- advisories -------------------------------------------------------------------------------

export interface Advisory {
  id: string;
  aliases: string[];
  kind: 'vulnerability' | 'malware';
  summary: string;
  severity: Severity;
  /** CVSS base score, if a vector or score is given. */
  cvss?: number;
  package: string;
  /** semver range in words, for people. */
  range: string;
  fixedIn?: string;
  published?: string;
  modified?: string;
  withdrawn?: string;
  references: string[];
  /** Which source told us. */
  from: string;
  /** False: an embedded id that stands in no supplied record; never caps. */
  isVerified: boolean;
}

/** An advisory that applies to an installed node. */
export interface Vulnerability {
  advisory: Advisory;
  node: string;
  name: string;
  installed: string;
  path: string[];
  /** Whether an update inside every declared range on the way gets rid of it; null if not known. */
  fixWithinRange: boolean | null;
  /** Whether the server's entry points reach the package; null if not known. */
  isReached: boolean | null;
}

export interface AdvisorySource {
  id: string;
  kind: 'live' | 'database' | 'embedded';
  covers: ('vulnerability' | 'malware')[];
  answered: boolean;
  /** ISO date of the newest knowledge, if known. */
  asOf?: string;
  reason?: string;
}

export interface AdvisoriesFact {
  sources: AdvisorySource[];
  /** Of every node of the tree. */
  vulnerabilities: Vulnerability[];
  /** Every record about the subject's own name, also those that do not apply to this version. */
  ownHistory: Advisory[];
  /** Nodes whose advisories cannot be matched (private, git), with the reason. */
  unmatched: { node: string; name: string; reason: string }[];
}

// ---- names ------------------------------------------------------------------------------------

export type LookalikeKind =
  | 'edit'
  | 'homoglyph'
  | 'delimiter'
  | 'word-order'
  | 'affix'
  | 'scope-dropped'
  | 'scope-added'
  | 'scope-imitated'
  | 'brand'
  | 'version-suffix'
  | 'spelling'
  | 'invented-scope';

export interface NameMatch {
  target: string;
  kind: LookalikeKind;
  confidence: Confidence;
}
export interface NameVerdict {
  name: string;
  verdict: 'known' | 'lookalike' | 'clear';
  matches: NameMatch[];
}
/** Another package, as far as it helps to confirm or refute an imitation. */
export interface NameContext {
  description?: string;
  keywords?: string[];
  repositoryUrl?: string;
  publisher?: string;
  createdAt?: string;
  mcpName?: string;
  author?: string;
  readme?: string;
}
export interface ImitationFact {
  node: string;
  name: string;
  version: string;
  verdict: NameVerdict;
  /** For each match, in the same order: what speaks for and against it. */
  evidence: { target: string; supports: string[]; refutes: string[] }[];
  /** package.json itself names it. */
  isDeclared?: boolean;
  /** Content equal or nearly equal to a known package's, by file hashes (0..1); or all of it, among other files. */
  clones: { of: string; share: number; files: number; isContained?: true }[];
}
/** An entry of the known-good list. */
export interface KnownName {
  name: string;
  publisher?: string;
  repository?: string;
  tier: 'official' | 'vendor' | 'community' | 'popular' | 'company';
  archived?: boolean;
  compromisedVersions?: string[];
  source?: string[];
}
export interface NamesFact {
  /** The subject first, then dependencies; only nodes with something to say. */
  imitations: ImitationFact[];
  /** The subject's entry on the known-good list. */
  known: KnownName | null;
  /** 0.0.1-security and the like, of any node. */
  securityHolding: { node: string; name: string; version: string }[];
  /** Claims of the subject's manifest that belong to another: `of` is a known package or a namespace; `excerpt` hostile. */
  forged?: { claim: 'repository' | 'mcp-name'; of: string; excerpt: string }[];
  /** What the copy of the MCP registry's list says; only where it says something. */
  listed?: ListedFact;
}
/** A server of the MCP registry, as far as it is kept: anyone may publish there. */
export interface ListedServer {
  /** `io.github.owner/server`. */
  name: string;
  npm: string[];
  status: 'active' | 'deprecated' | 'deleted';
  repository?: string;
}
/** The copy of the MCP registry's list that `db update` makes. */
export interface RegistryList {
  /** ISO 8601. */
  copiedAt: string;
  /** Of the content: the same list has the same digest. */
  digest: string;
  servers: ListedServer[];
}
/** It never makes a package known or trusted; it says what a reader may want to know. */
export interface ListedFact {
  /** The entry that names this package and that the manifest's mcpName names. `repository` is hostile text. */
  entry?: ListedServer;
  /** That entry's repository is not the one of the known-good list. */
  isElsewhere?: boolean;
  /** Packages of other entries that the subject's name could be taken for. */
  lookalikes: NameMatch[];
}

// ---- source -----------------------------------------------------------------------------------

export type Capability =
  | 'file-read'
  | 'file-write'
  | 'file-delete'
  | 'process-spawn'
  | 'shell'
  | 'network-client'
  | 'network-server'
  | 'environment'
  | 'dynamic-code'
  | 'native-code'
  | 'wasm'
  | 'worker'
  | 'clipboard'
  | 'credentials'
  | 'wallet'
  | 'agent-config'
  | 'editor-config'
  | 'git-hooks'
  | 'ci-files'
  | 'publish'
  | 'self-update'
  | 'download'
  | 'keyboard-screen'
  | 'mail'
  | 'database';

/** From where code is reached: the server's entry points, an install-time lifecycle script, or nothing we know of. */
export type ReachedFrom = 'entry' | 'lifecycle' | 'none';

export interface CapabilityHit {
  capability: Capability;
  file: string;
  line: number;
  /** The call or name seen, e.g. `child_process.exec`; hostile text. */
  detail: string;
  reached: ReachedFrom;
  /** True where the bundle that it stands in says that the code came from another package. */
  isOfOthers?: true;
}
export interface HostHit {
  host: string;
  /** The literal or folded template it came from, cut. */
  url: string;
  file: string;
  line: number;
  reached: ReachedFrom;
  /** True if the literal flows into a network call in this file. */
  isContacted: boolean;
}
/** Code that looks meant to harm: capability and intent together. `ruleId` names a code rule of permission-review or network-egress. */
export interface ThreatHit {
  ruleId: string;
  severity: Severity;
  confidence: Confidence;
  /** Our own words; no hostile text. */
  message: string;
  file: string;
  line: number;
  excerpt: string;
  reached: ReachedFrom;
  /** An install script leads there as well, though it is reached as the server's own code. */
  isAtInstall?: boolean;
}
/** A weakness of the server's own code: data flow from a tool argument to a sink. */
export interface WeaknessHit extends ThreatHit {
  /** source -> ... -> sink, `file:line what`. */
  flow: string[];
  tool?: string;
}
export type Readability = 'readable' | 'minified' | 'obfuscated' | 'bytecode' | 'native';

export interface ToolAnnotations {
  title?: string;
  readOnlyHint?: boolean;
  destructiveHint?: boolean;
  idempotentHint?: boolean;
  openWorldHint?: boolean;
}
export interface ToolDefinition {
  name: string;
  title?: string;
  description: string;
  annotations: ToolAnnotations;
  /** JSON Schema as far as it could be read. */
  inputSchema: Json;
  hasOutputSchema: boolean;
  /** sha256 over name, description, annotations, inputSchema. */
  hash: string;
  from: 'source' | 'run';
  file?: string;
  line?: number;
  /** What the handler does, directly and through local functions. */
  handlerCapabilities?: Capability[];
}
export interface ServerText {
  location: TextLocation;
  /** Which tool, prompt, resource or parameter. */
  owner: string;
  text: string;
  file?: string;
  line?: number;
}
/** Something about the surface that no text of it shows. */
export interface SurfaceNote {
  kind: 'remote-definition' | 'secret-asked' | 'disguised-name';
  severity: Severity;
  file: string;
  line: number;
  /** Foreign text, cut. */
  excerpt: string;
}
export interface SurfaceFact {
  notes?: SurfaceNote[];
  tools: ToolDefinition[];
  /** Prompts, resources, server instructions, parameter descriptions: all text a model may read. */
  texts: ServerText[];
  serverName?: string;
  serverVersion?: string;
  /** Whether all tools are believed to have been found; if not, why. */
  isComplete: boolean;
  reason?: string;
}

/** What a look at one tarball gives. Depends on its integrity and the rule set only; cached by both. */
export interface PackageAnalysis {
  name: string;
  version: string;
  integrity: string | null;
  files: {
    total: number;
    bytes: number;
    parsed: number;
    /** `isReached`: the server's entry points or a lifecycle script lead to it. */
    unreadable: { file: string; reason: string; isReached?: boolean }[];
  };
  /** sha256 (hex) of every regular file by path: clone detection, baseline, comparison with a repository. */
  hashes: Record<string, string>;
  capabilities: CapabilityHit[];
  hosts: HostHit[];
  threats: ThreatHit[];
  weaknesses: WeaknessHit[];
  environment: { name: string; file: string; line: number; reached: ReachedFrom }[];
  readability: {
    verdict: Readability;
    share: number;
    files: { file: string; verdict: Readability; reason: string }[];
  };
  surface: SurfaceFact;
  /** Packages that reached files import (bare names), for reachability over the tree. */
  importsReached: string[];
  /** README, CHANGELOG and SECURITY as found in the tarball, cut at 200 000 characters. */
  readme?: string;
  changelog?: string;
  securityPolicy?: string;
  manifest: Manifest;
  /** Packages inside this one's tarball, by their place in it (`node_modules/x`). */
  bundled?: Record<string, PackageAnalysis>;
}

/** The stated function of the server, and what follows from it. */
export interface FunctionFact {
  /** Ids in rules/functions.json. */
  functions: string[];
  expectedCapabilities: Capability[];
  /** Hosts that README, homepage, repository or brand declare (registrable domains or full hosts). */
  expectedHosts: string[];
}

export interface SourceFact {
  subject: PackageAnalysis;
  /** Dependencies by node id. */
  dependencies: Record<string, PackageAnalysis>;
  /** Node ids that the subject's entry points reach through imports. */
  reachedNodes: string[];
  /** Nodes whose tarball could not be read, with the reason. */
  unread: { node: string; name: string; reason: string }[];
  stated: FunctionFact;
}

// ---- publisher and repository -----------------------------------------------------------------

export type SignatureState = 'verified' | 'absent' | 'invalid' | 'not-checkable';
export interface PublisherFact {
  signature: { state: SignatureState; reason?: string };
  provenance: {
    state: SignatureState;
    reason?: string;
    /** Attestations are served, and are none. */
    isMalformed?: true;
    repository?: string;
    commit?: string;
    workflow?: string;
  };
  publisher?: string;
  maintainers?: string[];
  /** The workflow service that npm trusts to publish it (npm's trusted publishing). */
  trustedPublisher?: string;
  /** The account whose name the scope is, where it maintains the package; of an organisation npm tells nothing. */
  scopeOwner?: string;
  /** Publisher of the release before this one. */
  previousPublisher?: string;
  previousHadProvenance?: boolean;
  mcpRegistry: {
    state: 'verified' | 'absent' | 'mismatch' | 'not-checkable';
    reason?: string;
    name?: string;
  };
}
export interface RepositoryFact {
  url: string;
  host: string;
  owner: string;
  name: string;
  exists: boolean;
  /** Whether its package.json bears this package's name; null if it could not be read. */
  claimsPackage: boolean | null;
  isArchived?: boolean;
  createdAt?: string;
  pushedAt?: string;
  stars?: number;
  /** At most 100 are counted. */
  contributors?: number;
  /** Of named accounts; absent where not all of them were listed. */
  commits?: number;
  /** Of the commits counted, the part (0..1) that the busiest account made. */
  topContributorShare?: number;
  /** On the host; at most 30 are counted. */
  releases?: number;
  latestRelease?: { tag: string; publishedAt?: string };
  /** The tag of this version; null where the repository has none of the usual names. */
  versionTag?: string | null;
  /** Commit of the default branch; told by git only. */
  headCommit?: string;
  hasSecurityPolicy?: boolean;
  previousOwner?: string;
  /** Why `claimsPackage` is null. */
  notReadReason?: string;
  /** The name that its package.json bears instead; hostile text. */
  bearsName?: string;
}
export interface PopularityFact {
  weeklyDownloads?: number;
  /** Packages that name this version as a dependency of their own. */
  dependents?: number;
}
/** The tarball against a checkout (--repo). */
export interface RepoComparisonFact {
  identical: number;
  built: number;
  onlyInTarball: string[];
  differs: string[];
  ref: string;
}
/** Against the version before this one. */
export interface ChangeFact {
  from: string;
  to: string;
  changes: Change[];
  /** Why the code was not compared; absent when it was. */
  codeNotCompared?: string;
}
export interface Change {
  kind:
    | 'install-script-added'
    | 'dependency-added'
    | 'dependency-removed'
    | 'capability-added'
    | 'capability-removed'
    | 'host-added'
    | 'host-removed'
    | 'provenance-lost'
    | 'publisher-changed'
    | 'repository-moved'
    | 'tool-added'
    | 'tool-removed'
    | 'tool-changed'
    | 'size-jump'
    | 'binary-added'
    | 'threat-added';
  /** npm-grammar-safe names may stand here; anything else goes to `excerpt`. */
  what: string;
  severity: Severity;
  confidence: Confidence;
  file?: string;
  line?: number;
  excerpt?: string;
  /** Of an added dependency: days since its first release, where the registry tells. */
  ageDays?: number;
}

// ---- sandbox ----------------------------------------------------------------------------------

export type RunPhase = 'install' | 'start' | 'handshake' | 'fuzz' | 'idle' | 'second-start';
export interface EgressEvent {
  phase: RunPhase;
  tool?: string;
  proto: 'tcp' | 'udp' | 'dns' | 'http' | 'tls' | 'icmp';
  host: string;
  ip: string;
  port: number;
  sni?: string;
  method?: string;
  path?: string;
  bytes: number;
  /** Ids of canaries found in what was sent. */
  canaries: { id: string; kind: 'granted' | 'planted'; encoding: string }[];
  /** Milliseconds since the run began; rounded to 100. */
  atMs: number;
}
export interface FuzzSummary {
  seed: number;
  tools: number;
  toolsAccepted: number;
  calls: number;
  ok: number;
  toolErrors: number;
  rpcErrors: number;
  crashes: number;
  hangs: number;
  restarts: number;
}
/** Something the run saw; becomes a finding of the rule it names (network-egress or response-fuzzing). */
export interface RunObservation {
  ruleId: string;
  severity: Severity;
  confidence: Confidence;
  check: 'network-egress' | 'response-fuzzing' | 'permission-review';
  message: string;
  tool?: string;
  phase: RunPhase;
  excerpt?: string;
}
export interface RunFact {
  backend: string;
  complete: boolean;
  /** Why not complete, if so. */
  reason?: string;
  seconds: number;
  observedSeconds: number;
  phases: {
    phase: RunPhase;
    seconds: number;
    outcome: 'done' | 'failed' | 'skipped';
    detail?: string;
  }[];
  processes: string[];
  filesTouched: {
    path: string;
    op: 'read' | 'write' | 'delete';
    phase: RunPhase;
    isPlanted: boolean;
  }[];
  egress: EgressEvent[];
  /** Attempts whose destination could not be identified. */
  unidentified: { tcp: number; udp: number };
  fuzz: FuzzSummary;
  tools: ToolDefinition[];
  texts: ServerText[];
  observations: RunObservation[];
}

// ---- text -------------------------------------------------------------------------------------

export type TextLocation =
  | 'tool-description'
  | 'param-description'
  | 'tool-response'
  | 'prompt'
  | 'resource'
  | 'server-instructions'
  | 'readme'
  | 'chat';
export interface InstructionFinding {
  ruleId: string;
  severity: Severity;
  excerpt: string;
  start: number;
  end: number;
  /** How sure it is, where that is less than its severity says: free wording without secrecy. */
  confidence?: 'medium';
}
export interface InstructionVerdict {
  severity: 'none' | Severity;
  findings: InstructionFinding[];
}
/** One text of the server in which findInstructions found something. */
export interface TextObservation {
  text: ServerText;
  verdict: InstructionVerdict;
}

// ---- dependency confusion ---------------------------------------------------------------------

export interface ConfusionHit {
  ruleId: string;
  severity: Severity;
  confidence: Confidence;
  node: string;
  name: string;
  message: string;
  location: string;
  /** Foreign text, cut. */
  excerpt?: string;
}

// ---- evidence ---------------------------------------------------------------------------------

/** Every fact by its name. `defineRule({ needs })` names these keys. */
export interface Facts {
  request: RequestFact;
  manifest: Manifest;
  packument: PackumentFact;
  releases: ReleasesFact;
  tree: TreeFact;
  lockfile: LockfileFact;
  /** Observations about pinning, lockfiles and dependency confusion, made by collect and analyze. */
  confusion: ConfusionHit[];
  advisories: AdvisoriesFact;
  names: NamesFact;
  source: SourceFact;
  texts: TextObservation[];
  publisher: PublisherFact;
  repository: RepositoryFact;
  popularity: PopularityFact;
  repoComparison: RepoComparisonFact;
  change: ChangeFact;
  run: RunFact;
}
export type FactName = keyof Facts;

export interface Evidence {
  /** ISO 8601; `--now` sets it. */
  now: string;
  subject: Subject;
  /** Whether the user's config names the subject as their own, and whether it came from where that scope is mapped. */
  ownership: { isOwn: boolean; resolvedFromMapped: boolean };
  /** Days; the user's config. */
  minReleaseAgeDays: number;
  facts: { [K in FactName]: Fact<Facts[K]> };
}

// ---- findings, checks, report -----------------------------------------------------------------

export interface AdvisoryDetail {
  id: string;
  aliases: string[];
  range: string;
  installed: string;
  fixedIn?: string;
  path: string[];
  fixWithinRange: boolean | null;
}
export interface Finding {
  ruleId: string;
  severity: Severity;
  confidence: Confidence;
  message: string;
  /** `package.json#/...`, `file:line`, a node id, or what else tells where. */
  location: string;
  package?: string;
  excerpt?: string;
  fix: string;
  fixUpstream?: string;
  caps?: TrustLevel;
  references?: string[];
  suppressed?: { reason: string; expires: string };
  advisory?: AdvisoryDetail;
}
/** A rule that could not be asked, and why. */
export interface Gap {
  ruleId: string;
  reason: string;
}
export interface CheckResult {
  id: CheckId;
  title: string;
  outcome: Outcome;
  score: 1 | 0.5 | 0 | null;
  reason: string;
  findings: Finding[];
  gaps: Gap[];
}
export interface Trust {
  level: TrustLevel;
  sourceClass: SourceClass;
  reason: string;
  cappedBy?: string[];
  /** How to leave this row or cap. */
  howToLeave: string;
}
export interface CapabilityUse {
  package: string;
  file: string;
  line: number;
}
export interface Report {
  subject: Subject;
  trust: Trust;
  score: number;
  outOf: 7;
  verified: number;
  lost: number;
  checks: CheckResult[];
  dependencies: {
    total: number;
    direct: number;
    withInstallScripts: number;
    unpinned: number;
    advisories: { critical: number; high: number; moderate: number; low: number };
  };
  files: { total: number; bytes: number; parsed: number; unreadable: number };
  capabilities: Partial<Record<Capability, CapabilityUse[]>>;
  /** What the stated function is and which capabilities it explains. */
  function?: FunctionFact;
  tools: {
    name: string;
    description: string;
    annotations: ToolAnnotations;
    inputSchema: Json;
    hash: string;
    from: 'source' | 'run';
  }[];
  egress: {
    static: { host: string; package: string; file: string; line: number }[];
    observed?: EgressEvent[];
    observedSeconds?: number;
  };
  run?: {
    backend: string;
    complete: boolean;
    seconds: number;
    phases: RunFact['phases'];
    processes: string[];
    filesTouched: RunFact['filesTouched'];
    fuzz: FuzzSummary;
  };
  /** Who published it, as far as the registry and the MCP registry tell. */
  publisher?: PublisherFact;
  /** The repository that the manifest names, as its host describes it. */
  repository?: RepositoryFact;
  popularity?: PopularityFact;
  /** What changed since the version before; absent where there is none to compare with. */
  change?: ChangeFact;
  /** Nodes and edges for pictures and the SBOM. */
  tree: {
    id: string;
    name: string;
    version: string;
    path: string[];
    integrity: string | null;
    dependsOn: string[];
  }[];
  sources: Record<string, { known: boolean; from?: string; asOf?: string; reason?: string }>;
}

export interface NotVetted {
  target: string;
  kind: 'unsupported' | 'failed';
  code: string;
  reason: string;
  configuredAs?: ConfiguredAs;
}
export interface Gate {
  minTrust?: TrustLevel;
  failOn?: Severity;
  maxLost?: number;
  minScore?: number;
  minVerified?: number;
  allowUnverified?: boolean;
}
export interface GateResult extends Omit<Gate, 'allowUnverified'> {
  passed: boolean;
  failed: { target: string; gate: string; wanted: string; got: string }[];
}
/** What `--json` prints and what `vet()` returns. */
export interface VetResult {
  schemaVersion: 1;
  tool: { name: 'mcp-vet'; version: string; rulesDigest: string };
  startedAt: string;
  durationMs: number;
  gate: GateResult;
  reports: Report[];
  findings: Finding[];
  notVetted: NotVetted[];
  error?: { code: string; message: string; hint?: string };
}

// ---- client configurations --------------------------------------------------------------------

/** One server as a client configuration starts it. Values of env and headers are secrets: never printed. */
export interface ConfiguredServer {
  client: string;
  server: string;
  file: string;
  command?: string;
  args: string[];
  env: Record<string, string>;
  url?: string;
  headers: Record<string, string>;
  isDisabled: boolean;
  /** Tools that run without asking; '*' for all. */
  autoApprove: string[];
  /** A server.json names its packages directly. */
  packages?: { registry: string; name: string; version?: string }[];
}
/** What starting a configured server comes down to. */
export type Launch =
  | { kind: 'npm'; specs: string[]; runner: string; args: string[]; wraps?: Launch }
  | { kind: 'remote'; url: string }
  | { kind: 'local'; path: string }
  | {
      kind: 'unsupported';
      code: string;
      reason: string;
      /** Where that is known. */
      isPinned?: boolean;
    };
