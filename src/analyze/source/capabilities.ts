// What code can do, by the names it calls, the modules it imports and the paths it names.
import type { Capability } from '../../types.ts';
import {
  harmlessCode,
  likeFs,
  ruleIndex,
  type CapabilityRule,
  type RuleIndex,
} from './capability-rules.ts';
import { pathsOf } from './named-paths.ts';
import { programLines } from './programs.ts';
import type { NamedCall, SourceFile } from './file.ts';
import type { Node } from './parse.ts';
import { keyOf, isFunction } from './scope.ts';

export interface CodeCapability {
  capability: Capability;
  line: number;
  /** Hostile text, cut. */
  detail: string;
  /** True where the bundle says that the code came from another package. */
  isOfOthers?: true;
}

const MAX_DETAIL_CHARS = 120;
// A capability is reported, not counted: the first few places of a file are enough.
const MAX_HITS_A_CAPABILITY = 4;

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
  const isFs = module !== '' && likeFs().includes(module);
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
  return last !== null && harmlessCode().includes(last.trim());
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
