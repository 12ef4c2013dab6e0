// rules/capabilities.json: which names, modules, paths and commands mean what, ready to be asked.
import { ruleData } from '../../rule-data.ts';
import type { Capability } from '../../types.ts';
import { once } from './once.ts';

/** One entry of rules/capabilities.json. Names end in `*` where anything may follow. */
export interface CapabilityRule {
  id: string;
  capability: Capability;
  /** Canonical names of callees; `:text` asks for a text as first argument. */
  calls?: string[];
  /** Canonical names of things read. */
  reads?: string[];
  /** Package names or specs; a trailing `/` stands for a whole scope, a leading `*` for an ending. */
  imports?: string[];
  /** Patterns over texts that look like a path. */
  paths?: string[];
  /** Patterns over command lines handed to a process. */
  commands?: string[];
  matches: string[];
  ignores: string[];
}
interface CapabilityData {
  /** Modules that stand in for fs. */
  likeFs: string[];
  /** Code handed to eval or Function that only finds the global object. */
  harmlessCode: string[];
  rules: CapabilityRule[];
}
export function capabilityRules(): CapabilityRule[] {
  return data().rules;
}

/** Modules that stand in for fs. */
export function likeFs(): readonly string[] {
  return data().likeFs;
}

/** What importing a module alone says. */
export function importedCapabilities(spec: string): CapabilityRule[] {
  return ruleIndex().importsOf(spec);
}

/** Code handed to eval or Function that only finds the global object. */
export const harmlessCode = (): readonly string[] => data().harmlessCode;

export interface RuleIndex {
  calls: (name: string) => CapabilityRule[];
  reads: (name: string) => CapabilityRule[];
  readKeys: ReadonlySet<string>;
  importsOf: (spec: string) => CapabilityRule[];
  paths: { rule: CapabilityRule; pattern: RegExp }[];
  anyPath: RegExp;
  commands: { rule: CapabilityRule; pattern: RegExp }[];
}

export const ruleIndex = once(() => buildIndex(data().rules));

function buildIndex(rules: CapabilityRule[]): RuleIndex {
  const patterns = (key: 'paths' | 'commands') =>
    rules.flatMap((rule) =>
      (rule[key] ?? []).map((pattern) => ({ rule, pattern: new RegExp(pattern) })),
    );
  const paths = patterns('paths');
  const lastKeys = rules.flatMap((rule) =>
    (rule.reads ?? []).map((name) => name.replace(/\.\*$/, '')),
  );
  return {
    calls: matcher(rules, (rule) => rule.calls ?? []),
    reads: matcher(rules, (rule) => rule.reads ?? []),
    readKeys: new Set(lastKeys.map((name) => name.slice(name.lastIndexOf('.') + 1))),
    importsOf: importMatcher(rules),
    paths,
    anyPath: new RegExp(paths.map(({ pattern }) => pattern.source).join('|')),
    commands: patterns('commands'),
  };
}

function matcher(
  rules: CapabilityRule[],
  namesOf: (rule: CapabilityRule) => string[],
): (name: string) => CapabilityRule[] {
  const exact = new Map<string, CapabilityRule[]>();
  const starts: { start: string; rule: CapabilityRule }[] = [];
  for (const rule of rules) {
    for (const name of namesOf(rule)) {
      if (name.endsWith('*')) starts.push({ start: name.slice(0, -1), rule });
      else exact.set(name, [...(exact.get(name) ?? []), rule]);
    }
  }
  return remembered((name) => {
    const prefixed = starts.filter(({ start }) => name.startsWith(start)).map(({ rule }) => rule);
    return [...new Set([...(exact.get(name) ?? []), ...prefixed])];
  });
}

function importMatcher(rules: CapabilityRule[]): (spec: string) => CapabilityRule[] {
  return remembered((spec) =>
    rules.filter((rule) =>
      (rule.imports ?? []).some((name) => {
        if (name.startsWith('*')) return spec.endsWith(name.slice(1));
        return spec === name || spec.startsWith(name.endsWith('/') ? name : `${name}/`);
      }),
    ),
  );
}

/** Names come from packages: the memory of them is bounded. */
function remembered<T extends object>(find: (name: string) => T): (name: string) => T {
  const known = new Map<string, T>();
  return (name) => {
    let found = known.get(name);
    if (found === undefined) {
      found = find(name);
      if (known.size < MAX_REMEMBERED) known.set(name, found);
    }
    return found;
  };
}
const MAX_REMEMBERED = 5_000;

function data(): CapabilityData {
  return ruleData('capabilities', isCapabilityData);
}

function isCapabilityData(value: unknown): value is CapabilityData {
  const { rules, likeFs, harmlessCode } = value as Partial<CapabilityData>;
  return Array.isArray(likeFs) && Array.isArray(harmlessCode) && Array.isArray(rules);
}
