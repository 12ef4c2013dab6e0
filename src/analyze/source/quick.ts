// A file of a dependency in which nothing can matter, told without a parser: only what it imports.
import { capabilityRules, importedCapabilities, likeFs } from './capability-rules.ts';
import { once } from './once.ts';
import { outlineOf } from './outline.ts';
import type { Outline } from './outline.ts';
import { decodes, namesPlaces } from './quick-places.ts';
import { quickImports } from './quick-imports.ts';
import { canonicalSpec } from './resolve.ts';

/**
 * What the file imports, as `linksOf` would tell it, if it has no capability, names no host and no path
 * that matters, starts nothing and hides nothing. Null where that cannot be told: the parser's turn.
 * `isClose`: what the file decodes is followed into other files.
 */
export function quickSpecs(text: string, path: string, isClose = true): string[] | null {
  if (!/\.[cm]?js$/i.test(path)) return null;
  const outline = outlineOf(text);
  if (outline === null || usesNames(outline) || namesPlaces(outline)) return null;
  if (decodes(outline, isClose)) return null;
  const specs = quickImports(outline);
  return specs?.every((spec) => isIdle(spec, outline.code)) ? specs : null;
}

const OF_MEMBER = '(?<!(?<!\\.\\.)\\.\\s*)';
const word = (names: string, before = OF_MEMBER) => `${before}(?<![\\w$#])(?:${names})(?![\\w$])`;

type Members = Map<string, string[] | null>;
/** Where the names that rules know start. */
interface Roots {
  /** Global names, used as such. */
  globals: RegExp;
  /** The same as members and keys, for files that pass the global object on. */
  passed: RegExp;
  /** What matters of `process`, as any name. */
  ofProcess: RegExp;
  /** What is used of a global name or of a module; null: everything. */
  members: Members;
  modules: Members;
}
const roots = once((): Roots => {
  const names = ['__require', 'createRequire'];
  const members: Members = new Map(names.map((name) => [name, null]));
  const modules: Members = new Map();
  const ofProcess = ['mainModule', 'require', 'getBuiltinModule', 'binding'];
  for (const { calls = [], reads = [] } of capabilityRules()) {
    for (const name of [...calls, ...reads]) {
      const member = /^process\.(\w+)/.exec(name)?.[1];
      if (member !== undefined) ofProcess.push(member);
      if (name.startsWith('global.')) addMember(members, name.slice('global.'.length));
      else addMember(modules, name);
    }
  }
  for (const name of STARTING) modules.set(name, null);
  // Looked at more closely.
  for (const name of ['setTimeout:text', 'setInterval:text']) members.delete(name);
  const any = [...members.keys()].join('|');
  const all = `${any}|atob|process|URL|Worker|setTimeout|setInterval`;
  return {
    globals: new RegExp(`${word(any)}(?!\\s*:)`, 'g'),
    passed: new RegExp(`\\.\\s*(?:${all})(?![\\w$])|(?<![\\w$])(?:${all})\\s*:|^(?:${all})$`),
    ofProcess: new RegExp(word(ofProcess.join('|'), '')),
    members,
    modules,
  };
});
// Whose calls lead to other files, or to other modules.
const STARTING = ['module', 'process', 'worker_threads', 'cluster', 'child_process'];

function addMember(modules: Members, name: string): void {
  const [, module = name, member] = /^([^#.(]+(?:\.js)?)[#.](.+)$/.exec(name) ?? [];
  const before = modules.get(module);
  const isAll = member === undefined || member.includes('*') || before === null;
  const key = /[\w$]+/.exec(member?.replace(/^promises\./, '') ?? '')?.[0] ?? '';
  modules.set(module, isAll ? null : [...(before ?? []), key]);
}

// `process` itself is of use to nobody; these members of it neither.
const PROCESS = new RegExp(
  `${word('process')}(?!\\s*\\(|\\s*\\.\\s*(?:nextTick|std(?:in|out|err)|versions?|platform|arch|cwd|exit|exitCode|on|once|off|emit|emitWarning|hrtime|argv|uptime|memoryUsage|pid|browser)(?![\\w$]))`,
  'g',
);
const GLOBAL_OBJECT =
  /(?<![\w$.])(?:global|globalThis|window|self)(?![\w$])(?!\s*:)(?!\s*\.\s*[\w$])/;
const GLOBAL_MEMBER = /(?<![\w$.])(?:global|globalThis|window|self)\s*\.\s*([\w$]+)/g;
// A key that is put together; `i + 1` is none.
const COMPUTED =
  /[\w$)\]]\s*(?:\?\.\s*)?\[[^[\]]{0,500}(?:`|"\d+"\s*[^\]\s]|(?<![\d+]\s{0,2})\+(?!\s{0,2}[\d+]))/;
const TEXT_KEY = /[\w$)\]]\s*(?:\?\.\s*)?\[\s*"(\d+)"\s*\]/g;
const MODULE = /(?<![\w$.])(?<!typeof\s{1,3})module(?![\w$])(?!\s*(?:\.\s*exports(?![\w$])|:))/;
const TIMER = new RegExp(`${word('set(?:Timeout|Interval)')}(?:\\s*\\(\\s*(.{0,60}))?`, 'gs');
const URL_USE = new RegExp(`${word('URL')}(?:\\s*\\(([^()]{0,200})\\))?`, 'g');
const FUNCTION = /^(?:async\b|function\b|\(\s*[\w$,\s]{0,60}\)\s*=>|[\w$]+\s*=>)/;

/** Whether a name stands there that a rule could know. */
function usesNames({ code, texts }: Outline): boolean {
  const { globals, passed, members } = roots();
  for (const { 0: name, index } of code.matchAll(globals)) {
    if (isUse(code, index, name, members.get(name) ?? null)) return true;
  }
  if (MODULE.test(code) || usesConstructor(code)) return true;
  if (usesProcess(code)) return true;
  for (const [, key = ''] of code.matchAll(GLOBAL_MEMBER)) if (passed.test(key)) return true;
  if (GLOBAL_OBJECT.test(code) && (passed.test(code) || COMPUTED.test(code))) return true;
  if (GLOBAL_OBJECT.test(code)) {
    for (const [, text] of code.matchAll(TEXT_KEY))
      if (passed.test(texts[Number(text)] ?? '')) return true;
  }
  for (const [, given = ''] of code.matchAll(TIMER)) if (mayBeText(given, code)) return true;
  for (const match of code.matchAll(URL_USE)) {
    const before = code.slice(Math.max(0, match.index - 20), match.index);
    const isAsked = /\b(?:typeof|instanceof)\s+$/.test(before) || code[match.index + 3] === '.';
    const given = (match[1] ?? '`').split(',').slice(0, 2);
    if (!isAsked && given.some((one) => mayBeText(one.trim(), code))) return true;
  }
  return false;
}

/** `process` may be handed on where nothing that matters of it is named. */
function usesProcess(code: string): boolean {
  for (const { index } of code.matchAll(PROCESS)) {
    const before = code.slice(Math.max(0, index - 20), index);
    const after = code.slice(index + 'process'.length, index + 40);
    // `{ process: … }` names a key.
    const isKey = /[{,]\s*$/.test(before) && /^\s*:/.test(after);
    if (isKey || /(?:\btypeof|\bas)\s+$/.test(before)) continue;
    const isWhole = !/^\s*(?:\.|\?\.|\[)/.test(after);
    if (
      !isWhole ||
      roots().ofProcess.test(code) ||
      COMPUTED.test(code) ||
      code.search(TEXT_KEY) >= 0
    )
      return true;
  }
  return false;
}

/** Not a question whether it is there, not a method of that name, not another member of it. */
function isUse(code: string, index: number, name: string, members: string[] | null): boolean {
  const end = index + name.length;
  const after = code.slice(end, end + 2_000);
  if (/\b(?:typeof|instanceof)\s+$/.test(code.slice(Math.max(0, index - 20), index))) return false;
  if (/^\s*\([^()]*\)[ \t]*\{/.test(after)) return false;
  const [, key = '', next = ''] =
    /^\s*(?:\?\.|\.)\s*([\w$]+)(?:\s*\.\s*([\w$]+))?/.exec(after) ?? [];
  if (key === 'prototype') return next === '' || next === 'constructor';
  return members === null || key === '' || members.includes(key);
}

/** Whether an argument could be a known text; `given` may be cut off. */
function mayBeText(given: string, code: string, depth = 0): boolean {
  if (FUNCTION.test(given)) return false;
  const name = /^([\w$]+)\s*(?:[,)]|$|\.\s*[\w$.]+\s*(?:[,)]|$))/.exec(given)?.[1];
  if (name === undefined || depth > 2) return true;
  const escaped = name.replaceAll('$', '\\$');
  const assigned = new RegExp(`(?<![\\w$.])${escaped}\\s*=(?![=>])\\s*(.{0,80})`, 'gs');
  for (const [, value = ''] of code.matchAll(assigned))
    if (mayHoldText(value, code, depth)) return true;
  return false;
}

/** Whether what a variable is set to could be one. */
function mayHoldText(value: string, code: string, depth: number): boolean {
  if (FUNCTION.test(value)) return false;
  const whole = /^([^;\n]*)[;\n]/.exec(value)?.[1]?.trim();
  if (whole === undefined || /["`+?|]/.test(whole)) return true;
  const called = /^(?:await\s+)?(?:[\w$#]+\s*\.\s*)+([\w$#]+)\s*\(/.exec(whole)?.[1];
  if (called !== undefined) return FOLDED.has(called);
  const root = /^([\w$]+)(?:\s*\.\s*[\w$]+)*$/.exec(whole)?.[1];
  return root === undefined || (root !== 'this' && mayBeText(root, code, depth + 1));
}
/** Methods whose answer is worked out: see constant.ts. */
const FOLDED = new Set(
  'from fromCharCode fromCodePoint join resolve toString valueOf trim toLowerCase reverse split concat'.split(
    ' ',
  ),
);

/** `x.constructor(code)` runs a text; the constructors that classes declare do not. */
function usesConstructor(code: string): boolean {
  for (const { index } of code.matchAll(/(?<![\w$])constructor\s*[\](]/g)) {
    const before = code
      .slice(Math.max(0, index - 200), index)
      .trimEnd()
      .at(-1);
    const after = code.slice(index, index + 2_000);
    const isDeclared = /^constructor\s*\((?:[^()]|\([^()]{0,200}\)){0,500}\)\s*\{/.test(after);
    if (!isDeclared || before === '.') return true;
  }
  return false;
}

/** Whether nothing that the file does with a module is in the rules. */
function isIdle(spec: string, code: string): boolean {
  const name = canonicalSpec(spec);
  if (/[\\$]/.test(spec) || likeFs().includes(name) || importedCapabilities(name).length > 0)
    return false;
  const { modules } = roots();
  const root = /^(?:@[^/]*\/)?[^/.]*/.exec(name)?.[0] ?? name;
  for (const module of new Set([spec, name, root])) {
    const members = modules.get(module);
    if (members === undefined) continue;
    if (members === null) return false;
    if (new RegExp(`(?<![\\w$])(?:${members.join('|')})(?:Sync)?(?![\\w$])`).test(code))
      return false;
  }
  return true;
}
