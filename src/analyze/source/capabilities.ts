// What code can do, by the names it calls, the modules it imports and the paths it names.
import { ruleData } from '../../rule-data.ts';
import type { Capability } from '../../types.ts';
import { once } from './once.ts';
import { programLines } from './programs.ts';
import type { NamedCall, SourceFile } from './file.ts';
import type { Node } from './parse.ts';
import { keyOf, isFunction } from './scope.ts';

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
export interface CodeCapability {
  capability: Capability;
  line: number;
  /** Hostile text, cut. */
  detail: string;
  /** True where the bundle says that the code came from another package. */
  isOfOthers?: true;
}

const MAX_PATH_CHARS = 200;
const MAX_DETAIL_CHARS = 120;
// A capability is reported, not counted: the first few places of a file are enough.
const MAX_HITS_A_CAPABILITY = 4;

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

/**
 * The capabilities of one file, in the order of the text, a few places each; what stands in lines that
 * `isOfOthers` names comes last.
 */
export function findCapabilities(
  file: SourceFile,
  isOfOthers: (line: number) => boolean = () => false,
): CodeCapability[] {
  const index = ruleIndex();
  const hits: CodeCapability[] = [];
  const add = (capability: Capability, at: Node | number, detail: string) => {
    const line = typeof at === 'number' ? at : file.lineOf(at);
    const hit = { capability, line, detail: detail.slice(0, MAX_DETAIL_CHARS) };
    hits.push(isOfOthers(line) ? { ...hit, isOfOthers: true } : hit);
  };
  for (const { spec, line } of file.imports) {
    for (const rule of index.importsOf(spec)) add(rule.capability, line, spec);
  }
  for (const call of file.calls) addCall(call, file, index, add);
  for (const { node, name } of readsOf(file, index.readKeys)) {
    for (const rule of index.reads(name)) add(rule.capability, node, name);
  }
  for (const { node, path } of pathsOf(file, index.anyPath)) {
    for (const { rule, pattern } of index.paths) {
      if (pattern.test(path)) add(rule.capability, node, path);
    }
  }
  return firstOfEach(hits);
}

/** The canonical name under which the data knows a callee: fs-extra is fs, Sync and promises are the same. */
export function familiarName(name: string): string {
  const module = name.slice(0, Math.max(name.indexOf('#'), 0));
  const isFs = module !== '' && data().likeFs.includes(module);
  const base = isFs ? `fs.${name.slice(module.length + 1)}` : name;
  if (base.startsWith('fs.')) return base.replace('.promises.', '.').replace(/Sync$/, '');
  return base.startsWith('child_process.') ? base.replace(/Sync$/, '') : base;
}

export function isNetworkCall(name: string): boolean {
  const isClient = (rule: CapabilityRule) => rule.capability === 'network-client';
  const index = ruleIndex();
  return (
    index.calls(familiarName(name)).some(isClient) || index.importsOf(moduleOf(name)).some(isClient)
  );
}

/** `axios#get` -> `axios`, `got()` -> `got`. */
function moduleOf(name: string): string {
  return /^[^#(]*/.exec(name)?.[0] ?? name;
}

type Add = (capability: Capability, at: Node | number, detail: string) => void;

/** A method of the process that was started: `spawn().stdout.pipe`. */
const OF_PROCESS = /\(\)\./;

function addCall(call: NamedCall, file: SourceFile, index: RuleIndex, add: Add): void {
  const name = familiarName(call.name);
  const rules = index.calls(name);
  if (rules.length === 0) {
    const [first] = index.calls(`${name}:text`);
    const text = first ? argumentText(call, file, 0) : null;
    if (first && text !== null) add(first.capability, call.node, call.name);
    return;
  }
  for (const rule of rules) {
    if (rule.capability === 'dynamic-code' && isHarmlessCode(call, file)) continue;
    if (rule.capability === 'process-spawn' && OF_PROCESS.test(name)) continue;
    const quiet = openerOf(rule.capability, call, file);
    const lines = rule.capability === 'process-spawn' && !quiet ? programLines(call, file) : [];
    for (const line of lines) add(rule.capability, call.node, line);
    if (lines.length === 0) add(rule.capability, call.node, quiet ?? call.name);
    if (rule.capability === 'process-spawn') addCommand(call, file, index, add);
  }
}

// The command that shows an address to the user, whatever the shell is needed for.
const OPENER = /^(?:open|xdg-open|start|cmd(?:\.exe)? \/c start)\s+(?:"" )?"?\$\{\}"?$/;

// A whole command line that is known; which of these are ordinary, rules/functions.json says.
const PLAIN_COMMAND = /^[a-z][\w.-]{0,30}(?: [\w./:=-]{1,40}){0,4}$/;

// Programs that look or keep versions; in place of the call's name they say what it is for.
const QUIET_PROGRAM = /^(?:git|tput|which|where|uname|ldd|locale|getconf|hostname|sw_vers|nproc) /;

function openerOf(capability: Capability, call: NamedCall, file: SourceFile): string | null {
  if (capability === 'process-spawn') {
    const command = commandOf(call, file);
    return QUIET_PROGRAM.test(command) ? command : null;
  }
  if (capability !== 'shell') return null;
  const command = commandOf(call, file);
  return OPENER.test(command) || PLAIN_COMMAND.test(command) ? command : null;
}

function addCommand(call: NamedCall, file: SourceFile, index: RuleIndex, add: Add): void {
  if (hasShellOption(call, file)) add('shell', call.node, `${call.name} with shell: true`);
  const command = commandOf(call, file);
  if (command === '') return;
  for (const { rule, pattern } of index.commands) {
    if (pattern.test(command)) add(rule.capability, call.node, command);
  }
}

/** Command and arguments on one line, unknown parts as `${}`. */
export function commandOf(call: NamedCall, file: SourceFile): string {
  const [program, list] = call.node.arguments;
  const words = [program ? (file.constant(program) ?? '') : ''];
  if (list?.type === 'ArrayExpression') {
    for (const item of list.elements.slice(0, 50)) {
      words.push(item ? (file.constant(item) ?? '${}') : '');
    }
  }
  return words.join(' ').trim().slice(0, 1000);
}

function hasShellOption(call: NamedCall, file: SourceFile): boolean {
  return call.node.arguments.some(
    (argument) =>
      argument.type === 'ObjectExpression' &&
      argument.properties.some(
        (property) =>
          property.type === 'Property' &&
          keyOf(property.key, property.computed) === 'shell' &&
          file.constant(property.value) !== 'false',
      ),
  );
}

/** A known text, or null; functions are not texts. */
function argumentText(call: NamedCall, file: SourceFile, index: number): string | null {
  const argument = call.node.arguments[index];
  if (!argument || isFunction(argument)) return null;
  return file.constant(argument);
}

function isHarmlessCode(call: NamedCall, file: SourceFile): boolean {
  const { arguments: args } = call.node;
  if (args.length === 0) return true;
  const last = file.constant(args.at(-1) as Node);
  return last !== null && data().harmlessCode.includes(last.trim());
}

function* readsOf(
  file: SourceFile,
  keys: ReadonlySet<string>,
): Generator<{ node: Node; name: string }> {
  for (const node of file.nodesOf('MemberExpression')) {
    const key = keyOf(node.property, node.computed);
    if (key !== null && !keys.has(key)) continue;
    const name = file.resolve(node);
    if (name !== null) yield { node, name };
  }
  for (const node of file.nodesOf('ImportSpecifier')) {
    const name = keys.has(node.local.name) ? file.resolve(node.local) : null;
    if (name !== null) yield { node, name };
  }
}

/** Texts that could name a file: literals, templates, sums and joined paths. */
function* pathsOf(file: SourceFile, anyPath: RegExp): Generator<{ node: Node; path: string }> {
  for (const node of file.nodesOf('Literal')) {
    if (typeof node.value !== 'string' || !isPathLike(node.value)) continue;
    if (anyPath.test(node.value) && !isRefused(node, file)) yield { node, path: node.value };
  }
  const sums = file.nodesOf('BinaryExpression').filter((node) => node.operator === '+');
  const joins = file.calls.filter(({ name }) => name === 'path.join' || name === 'path.resolve');
  const composed = [...file.nodesOf('TemplateLiteral'), ...sums, ...joins.map(({ node }) => node)];
  // What cannot end up as a path that matters need not be folded.
  const hint = /\.\w|\\|Login|Cookies|Web Data|wallet|keystore|Extension/;
  for (const node of composed) {
    if (!hint.test(file.text.slice(node.start, Math.min(node.end, node.start + 2000)))) continue;
    const path = file.constant(node);
    if (path !== null && isPathLike(path) && anyPath.test(path)) yield { node, path };
  }
}

const REFUSED =
  /^_?(?:refuse|den(?:y|ied)|block|forbid|ignor|exclu|skip|sensitive|protected|never|banned|disallow|restricted|off_?limits|dangerous|unsafe)/i;

/** A member of a list that says by its name that these are not to be touched. */
export function isRefused(node: Node, file: SourceFile): boolean {
  let at = file.parentOf(node);
  while (at?.type === 'ArrayExpression' || at?.type === 'NewExpression') at = file.parentOf(at);
  if (at?.type === 'VariableDeclarator' && at.id.type === 'Identifier')
    return REFUSED.test(at.id.name);
  return at?.type === 'Property' && REFUSED.test(keyOf(at.key, at.computed) ?? '');
}

/** Sentences that mention a path are not the path. */
function isPathLike(text: string): boolean {
  if (text.length > MAX_PATH_CHARS || text.length < 4 || /[\n"<>|]|\s[~./$]/.test(text))
    return false;
  return (text.match(/\s/g) ?? []).length <= 3;
}

function firstOfEach(hits: CodeCapability[]): CodeCapability[] {
  const seen = new Map<string, number>();
  return hits
    .sort((a, b) => Number(a.isOfOthers ?? 0) - Number(b.isOfOthers ?? 0) || a.line - b.line)
    .filter(({ capability, detail }) => {
      const same = `${capability} ${detail}`;
      const count = seen.get(capability) ?? 0;
      if (seen.has(same) || count >= MAX_HITS_A_CAPABILITY) return false;
      seen.set(same, 1).set(capability, count + 1);
      return true;
    });
}

interface RuleIndex {
  calls: (name: string) => CapabilityRule[];
  reads: (name: string) => CapabilityRule[];
  readKeys: ReadonlySet<string>;
  importsOf: (spec: string) => CapabilityRule[];
  paths: { rule: CapabilityRule; pattern: RegExp }[];
  anyPath: RegExp;
  commands: { rule: CapabilityRule; pattern: RegExp }[];
}

const ruleIndex = once(() => buildIndex(data().rules));

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
