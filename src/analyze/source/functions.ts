// The stated function of a server, by its own words, and what that explains.
import { ruleData } from '../../rule-data.ts';
import type { Capability, FunctionFact, Manifest, PackageAnalysis, Severity } from '../../types.ts';
import { once } from './once.ts';

/** One function in rules/functions.json: words that state it, capabilities that it explains. */
export interface FunctionRule {
  id: string;
  words: string[];
  capabilities: Capability[];
  matches: string[];
  ignores: string[];
}
export interface FunctionData {
  functions: FunctionRule[];
  /** What any server may do without anybody wondering. */
  always: Capability[];
  /** How much it weighs when nothing explains a capability. */
  unexplained: Partial<Record<Capability, Severity>>;
  /** Callees, as in capabilities.json, that open a browser or wrap another's start. */
  ordinaryCalls: string[];
  /** Command lines that look around or open a browser. */
  ordinaryCommands: string[];
  /** Phrases that say who uses the server; taken out before its function is looked for. */
  audience: string[];
  /** Phrases anywhere in the README, or in what tools say of themselves, that explain a capability. */
  explained: Partial<Record<Capability, string[]>>;
  /** Such phrases for threats of which it is not known whether they happen unasked. */
  explainedThreats: Record<string, string>;
}

// The head of a README says what a thing is; further down stands how to install it.
const README_HEAD_CHARS = 700;
const MAX_HOSTS = 300;
const MAX_TOLD = 200;
// Part of so many names that they say nothing.
const COMMON_WORDS = new Set(
  'mcp server servers api app apps the node npm client tools tool com www http https io dev official model context protocol modelcontextprotocol'.split(
    ' ',
  ),
);

export function functionData(): FunctionData {
  return ruleData('functions', isFunctionData);
}

const patterns = once(() =>
  functionData().functions.map((rule) => ({
    rule,
    pattern: new RegExp(rule.words.join('|'), 'i'),
  })),
);

/** Ids of the functions that a text states. */
export function functionsIn(text: string): string[] {
  return patterns()
    .filter(({ pattern }) => pattern.test(text))
    .map(({ rule }) => rule.id);
}

/** `manifest` is the subject's own; README, tools and hosts come from its files. */
export function stateFunction(manifest: Manifest, analysis: PackageAnalysis): FunctionFact {
  const prose = withoutCode(analysis.readme ?? '').slice(0, README_HEAD_CHARS);
  const tools = analysis.surface.tools.map(({ name }) => name.replaceAll(/[_-]/g, ' '));
  const stated = [
    (manifest.name ?? '').replaceAll(/[@/_-]/g, ' '),
    manifest.description ?? '',
    manifest.keywords.join(', '),
    prose,
    tools.slice(0, 200).join(', '),
  ].join('\n');
  const data = functionData();
  const functions = functionsIn(withoutAudience(stated, data.audience));
  const capabilities = new Set<Capability>(data.always);
  for (const { id, capabilities: explained } of data.functions) {
    if (functions.includes(id)) for (const capability of explained) capabilities.add(capability);
  }
  // What a tool tells the one who approves it is explained as well as what the README says.
  const told = analysis.surface.tools
    .slice(0, MAX_TOLD)
    .map(({ name, description }) => `${name.replaceAll('_', ' ')}: ${description.slice(0, 1000)}`);
  const says = [manifest.description ?? '', analysis.readme ?? '', ...told].join('\n');
  for (const capability of explainedIn(withoutName(says, manifest))) capabilities.add(capability);
  return {
    functions,
    expectedCapabilities: [...capabilities].sort(),
    expectedHosts: expectedHosts(manifest, analysis),
  };
}

/** Whom it is for and where to add it is said by every server, and explains nothing that it does. */
function withoutAudience(text: string, audience: readonly string[]): string {
  return audience.reduce((left, pattern) => left.replace(new RegExp(pattern, 'gi'), ' '), text);
}

/** `weather-spawn` says of no process what it is for: a name explains only the function that it states. */
function withoutName(text: string, { name }: Manifest): string {
  const own = name?.split('/').at(-1) ?? '';
  return /[-_.]/.test(own) ? text.replaceAll(own, ' ') : text;
}

function explainedIn(text: string): Capability[] {
  const { explained } = functionData();
  return (Object.keys(explained) as Capability[]).filter((capability) =>
    (explained[capability] ?? []).some((pattern) => new RegExp(pattern, 'i').test(text)),
  );
}

/** Without code blocks, links' targets and HTML: an install command states no function. */
function withoutCode(readme: string): string {
  return readme
    .slice(0, 20_000)
    .replaceAll(/```[^`]{0,5000}```/g, ' ')
    .replaceAll(/`[^`\n]{0,200}`/g, ' ')
    .replaceAll(/<[^>]{0,500}>/g, ' ')
    .replaceAll(/\]\([^)\s]{0,500}\)/g, ']');
}

/** Hosts that README, homepage and repository name, and those that bear the name of package or scope. */
function expectedHosts(manifest: Manifest, analysis: PackageAnalysis): string[] {
  const texts = [
    manifest.homepage ?? '',
    manifest.repository?.url ?? '',
    manifest.description ?? '',
    analysis.readme ?? '',
  ];
  const hosts = new Set<string>();
  for (const text of texts) {
    for (const [, host] of text.matchAll(/(?:https?|wss?):\/\/([\w.-]{3,100})/gi)) {
      if (host && hosts.size < MAX_HOSTS) hosts.add(host.toLowerCase().replace(/\.$/, ''));
    }
  }
  const brands = brandWords(manifest);
  for (const { host } of analysis.hosts) {
    // What stands before the registered name is anybody's choice: `stripe.collector.example`.
    const label = registrableDomain(host).split('.')[0] ?? '';
    const isBrand = brands.some(
      (brand) => label === brand || (brand.length > 4 && label.includes(brand)),
    );
    if (isBrand && hosts.size < MAX_HOSTS) hosts.add(host);
  }
  return [...hosts].sort();
}

function brandWords(manifest: Manifest): string[] {
  const words = (manifest.name ?? '').toLowerCase().split(/[^a-z0-9]+/);
  return words.filter((word) => word.length >= 3 && !COMMON_WORDS.has(word));
}

/** The part of a host that somebody registers, roughly: `a.b.co.uk` -> `b.co.uk`. */
export function registrableDomain(host: string): string {
  const labels = host.replace(/^\*\./, '').split('.');
  const isShortPair =
    labels.length > 2 && /^(?:com?|org|net|ac|gov|edu)$/.test(labels.at(-2) ?? '');
  return labels.slice(isShortPair ? -3 : -2).join('.');
}

function isFunctionData(value: unknown): value is FunctionData {
  const { functions, always, audience, ordinaryCalls } = value as Partial<FunctionData>;
  return [functions, always, audience, ordinaryCalls].every((list) => Array.isArray(list));
}
