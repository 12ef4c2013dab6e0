// A file of a dependency in which nothing can matter, told without a parser: only what it imports.
import { capabilityRules, importedCapabilities, likeFs } from './capabilities.ts';
import { namesHost } from './hosts.ts';
import { once } from './once.ts';
import { outlineOf } from './outline.ts';
import type { Outline } from './outline.ts';
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
const word = (names: string, before = OF_MEMBER) => `${before}(?<![\\w$])(?:${names})(?![\\w$])`;

type Members = Map<string, string[] | null>;
/** Where the names that rules know start. */
interface Roots {
  /** Global names, used as such. */
  globals: RegExp;
  /** The same as members and keys, for files that pass the global object on. */
  passed: RegExp;
  /** What is used of a global name or of a module; null: everything. */
  members: Members;
  modules: Members;
}
const roots = once((): Roots => {
  const names = ['__require', 'createRequire'];
  const members: Members = new Map(names.map((name) => [name, null]));
  const modules: Members = new Map();
  for (const { calls = [], reads = [] } of capabilityRules()) {
    for (const name of [...calls, ...reads]) {
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
  `${word('process')}(?!\\s*[:(]|\\s*\\.\\s*(?:nextTick|std(?:in|out|err)|versions?|platform|arch|cwd|exit|exitCode|on|once|off|emit|emitWarning|hrtime|argv|uptime|memoryUsage|pid|browser)(?![\\w$]))`,
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
  for (const { index } of code.matchAll(PROCESS)) {
    if (!/(?:\btypeof|\bas)\s+$/.test(code.slice(Math.max(0, index - 20), index))) return true;
  }
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
function mayBeText(given: string, code: string): boolean {
  if (FUNCTION.test(given)) return false;
  const name = /^([\w$]+)\s*(?:[,)]|$|\.\s*[\w$.]+\s*(?:[,)]|$))/.exec(given)?.[1];
  if (name === undefined) return true;
  const escaped = name.replaceAll('$', '\\$');
  const assigned = new RegExp(`(?<![\\w$.])${escaped}\\s*=(?![=>])\\s*(.{0,80})`, 'gs');
  for (const [, value = ''] of code.matchAll(assigned)) if (!FUNCTION.test(value)) return true;
  return false;
}

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

/** Ways to reach out that show in no resolved name, and hooks, which are assignments. */
const REACHES =
  /_compile|\beval\s{0,3}\(|\bFunction\s{0,3}\(|\bimport\s{0,3}\(\s{0,9}[^'"\s]|[Ee]thereum|XMLHttpRequest|prototype\.(?:open|send)|\bfetch\s{0,3}=|NODE_TLS|rejectUnauthorized|\b[bB]cc\b|\bBCC\b|data:text\/javascript|_0[xX][0-9a-fA-F]{4}|\udb40[\udc00-\uddef]|[\ufe00-\ufe0f]{4}/;
const DECODES = /fromCharCode|fromCodePoint|\batob\b|['"](?:base64|hex|BASE64|HEX)['"]\s{0,3}\)/;
/** Whether a file could run, or reach out, without a name that says so. */
export const mayHide = (text: string): boolean => REACHES.test(text) || DECODES.test(text);
// Every path in rules/capabilities.json has one of these; a test holds them together.
const PATH_PART =
  /ssh|\.aws|npmrc|netrc|pypirc|git-credentials|pgpass|my\.cnf|vault-token|yarnrc|\.docker|\.kube|gcloud|\.azure|gnupg|password-store|hosts\.yml|Login Data|(?:^|[/\\])Cookies$|Web Data|key4\.db|logins\.json|cookies\.sqlite|etc[/\\]shadow|^shadow$|_history|keychain|wallet|electrum|exodus|solana|ethereum|Local Ext|nkbihf|bfnaelm|claude|\.cursor|windsurf|clinerules|cline_mcp|\.gemini|\.codex|mcp\.json|\.vscode|AGENTS|^Code$|Code[/\\]|\.idea|(?:^|[/\\])zed(?:$|[/\\])|\.git(?:$|[/\\])|git-core|\.github[/\\]|\.github$|\.gitlab|\.circleci|CLAUDE|GEMINI|copilot/m;
const URL_TEXT = /^[a-z]{2,5}:\\?\/\\?\/([^/?#\s"'<>\\]*)/i;
// `https:` and `//host`, `https:/` and `/host`.
const URL_PIECES = [
  [/^(?:https?|wss?|ftps?|[ps])?:$/im, /^\\?\/\\?\//m],
  [/^(?:https?|wss?|ftps?|[ps])?:\\?\/$/im, /^\\?\//m],
] as const;
// What stands for another character than it is.
const ESCAPE = /(?<!\\)(?:\\\\)*\\(?:[1-7]|0\d|x[2-7]|u00[2-7]|u\{|\r?\n|[a-zA-Z])/;
const PLAIN_ESCAPES = /\\(?:\\|[nrtbfv]|u(?!\{|00[2-7])|x(?![2-7]))/g;

/** Whether a text could be, or become, a URL or a path that matters, or code. */
function namesPlaces({ code, texts }: Outline): boolean {
  const all = texts.join('\n');
  if (REACHES.test(code) || REACHES.test(all) || PATH_PART.test(all)) return true;
  if (all.includes('//:')) return true;
  if (URL_PIECES.some(([start, rest]) => start.test(all) && rest.test(all))) return true;
  if (texts.some((text, index) => isHost(text) || (text === 'constructor' && isKey(index, code))))
    return true;
  if (all.includes('\\') && ESCAPE.test(all.replaceAll(PLAIN_ESCAPES, ' '))) return true;
  if (/%[2-7]/.test(all) && /\b(?:decodeURIComponent|unescape)\b/.test(code)) return true;
  if (/\bfrom\s*\(\s*\[\s*\d/.test(code)) return true;
  return piecesJoin({ code, texts });
}

function isHost(text: string): boolean {
  const host = URL_TEXT.exec(text);
  // A host that goes on in the next part of a template is not known here.
  return host !== null && (host[0].length === text.length || namesHost(text));
}

// A text that stands for another: few names have capitals, small letters and digits, or such an end.
const CODED = /^(?=[\w+/\\-]*[a-z])(?=[\w+/\\-]*[A-Z])(?=[\w+/\\-]*[\d=])[\w+/\\-]{6,}={0,2}$/m;
const CODED_HEX = /^(?:[0-9a-f]{2}){4,}$/im;
const NUMBERS = /\bfrom\w{0,12}\s*\(\s*\d|\[\s*(?:0x)?\d\w{0,3}\s*(?:,\s*(?:0x)?\d\w{0,3}\s*){3}/;

/** Whether a text in code stands there with what takes it out of it; nothing here could run it. */
function decodes({ code, texts }: Outline, isClose: boolean): boolean {
  const isNamed = texts.some(
    (text, index) => /^(?:base64(?:url)?|hex)$/i.test(text) && isKey(index, code),
  );
  if (!isNamed && !DECODES.test(code)) return false;
  const all = texts.join('\n');
  if (isClose || CODED.test(all) || CODED_HEX.test(all) || NUMBERS.test(code)) return true;
  return /\b(?:atob|from|\w{0,20}[dD]ecode\w{0,20})\s*\(\s*["`]/.test(code);
}

/** Whether a text stands last in brackets: `['constructor']`, `toString('hex')`. */
function isKey(index: number, code: string): boolean {
  const end = code.indexOf(`"${index}"`) + `"${index}"`.length;
  return end > index && /^\s*[)\]]/.test(code.slice(end, end + 10));
}

/** `'.s' + 'sh'`: short texts side by side, as no person writes them. */
function piecesJoin({ code, texts }: Outline): boolean {
  for (const [, one, two] of code.matchAll(/"(\d+)"\s*\+\s*(?="(\d+)")/g)) {
    if ((texts[Number(one)]?.length ?? 0) < 12 && (texts[Number(two)]?.length ?? 0) < 12)
      return true;
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
