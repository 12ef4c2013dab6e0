// What the judges know of a run besides its events: what was declared, what we sent, who was asked.
import type { FunctionFact, RunObservation, Subject } from '../../types.ts';
import type { Canary, CanaryHit } from '../isolation/types.ts';
import { isOneOf, publicHosts } from '../../analyze/public-hosts.ts';
import { egressData, isIpAddress, registrable } from './data.ts';

export interface Probe {
  tool: string;
  kind: string;
}
export interface JudgeOptions {
  subject: Subject;
  stated: FunctionFact;
  staticHosts: string[];
  /** Hosts in the arguments and variables that the user gave. */
  givenHosts: string[];
  /** Variables that the source reads. */
  environmentNames: string[];
  /** Asked late: the secrets are settled by the first start that lives. */
  canaries: () => Canary[];
  zone: string;
  pageHost: string;
  findCanaries: (text: string) => CanaryHit[];
}
const MAX_OBSERVATIONS = 300;
const MAX_SENT_CHARS = 2_000_000;
const MAX_REMEMBERED = 20_000;

export class JudgeContext {
  /** Out-of-band host -> the call that carried it. */
  readonly probes = new Map<string, Probe>();
  /** Hosts named in tool definitions: defaults and examples of arguments. */
  readonly toolHosts = new Set<string>();
  readonly options: JudgeOptions;
  readonly #observations = new Map<string, RunObservation>();
  readonly #sentChunks = new Set<string>();
  #sentChars = 0;
  #sentText: string | null = null;
  readonly #isSent = new Map<string, boolean>();

  constructor(options: JudgeOptions) {
    this.options = options;
  }

  /** Keeps the first of each rule, tool and message; what is only information, once for all tools. */
  add(observation: RunObservation): void {
    const { ruleId, tool, message, severity } = observation;
    const key = JSON.stringify([ruleId, severity === 'info' ? '' : (tool ?? ''), message]);
    if (this.#observations.has(key) || this.#observations.size >= MAX_OBSERVATIONS) return;
    this.#observations.set(key, observation);
  }

  get observations(): RunObservation[] {
    const entries = [...this.#observations.entries()];
    return entries.sort(([a], [b]) => (a < b ? -1 : 1)).map(([, one]) => one);
  }

  /** Remembers what a call sent, so that it can be told from what the server does by itself. */
  recordSent(text: string): void {
    const plain = text.slice(0, 4_000).toLowerCase();
    if (this.#sentChunks.has(plain) || this.#sentChars > MAX_SENT_CHARS) return;
    this.#sentChars += plain.length;
    this.#sentChunks.add(plain);
    this.#sentText = null;
    this.#isSent.clear();
  }

  /** Whether some call of ours contained this text. */
  hasSent(text: string): boolean {
    const plain = text.toLowerCase();
    if (plain === '') return false;
    this.#sentText ??= [...this.#sentChunks].join('\n');
    const known = this.#isSent.get(plain) ?? this.#sentText.includes(plain);
    if (this.#isSent.size < MAX_REMEMBERED) this.#isSent.set(plain, known);
    return known;
  }

  /** Whether the host is one of ours: contacted because an input of ours named it. */
  isOurs(host: string): boolean {
    const { zone, pageHost } = this.options;
    return isOneOf(host, [zone, pageHost]) || this.hasSent(host) || isBareWord(host);
  }

  /** Whether README, homepage, repository or brand declare the host. */
  isDeclared(host: string): boolean {
    const { stated, givenHosts } = this.options;
    if (isOneOf(host, [...stated.expectedHosts, ...givenHosts])) return true;
    if (this.isInSecret(host)) return true;
    const declared = stated.expectedHosts.map(registrable);
    return !isIpAddress(host) && (declared.includes(registrable(host)) || this.isBrand(host));
  }

  /** Whether a made-up value of a variable names the host, as connection strings do. */
  isInSecret(host: string): boolean {
    return this.options
      .canaries()
      .some(({ env, value }) => env !== undefined && value.includes(`//`) && value.includes(host));
  }

  /** Whether the host's registered name is a word of the package's name. */
  isBrand(host: string): boolean {
    const label = registrable(host).split('.')[0] ?? '';
    return label.length >= 4 && this.nameWords.includes(label);
  }

  /** Whether the source or a tool definition names the host, or a variable that the source reads its service. */
  isInSource(host: string): boolean {
    const { staticHosts, environmentNames } = this.options;
    if (isOneOf(host, staticHosts) || isOneOf(host, [...this.toolHosts])) return true;
    return environmentNames.some((name) => this.isServiceOfVariable(name, host));
  }

  /** Whether a word of the variable's name is the host's name, or the known name of its service. */
  isServiceOfVariable(name: string, host: string): boolean {
    const words = name.toUpperCase().split('_');
    const label = registrable(host).split('.')[0]?.toUpperCase() ?? '';
    if (label.length >= 3 && !isIpAddress(host) && words.includes(label)) return true;
    const { secretOwners } = publicHosts();
    return words.some(
      (word) => Object.hasOwn(secretOwners, word) && isOneOf(host, secretOwners[word] ?? []),
    );
  }

  get nameWords(): string[] {
    return this.options.subject.name
      .toLowerCase()
      .split(/[^a-z0-9]+/)
      .filter((word) => word !== '');
  }

  isMetadata(host: string): boolean {
    return egressData().metadataAddresses.includes(host);
  }
}

/** A name without a dot comes from arguments such as `host: "hello"`, not from a server's own wish. */
function isBareWord(host: string): boolean {
  return !host.includes('.') && !host.includes(':');
}
