// What build tools run that an install starts: the recipes of make and just, the commands of CMake.
import type { PackageContext } from '../../package-context.ts';
import { joined } from './script-lines.ts';

export interface RecipeLine {
  file: string;
  /** From 1. */
  line: number;
  text: string;
}
interface Rule {
  needs: string[];
  lines: { line: number; text: string }[];
}

const MAKE = /(?:^|[\s;&|(])(?:g|n|mingw32-|b)?make(?:\.exe)?(?=\s|$|[;&|)])([^\n;&|)]{0,300})/g;
const JUST = /(?:^|[\s;&|(])just(?=\s|$)([^\n;&|)]{0,300})/g;
const CMAKE = /(?:^|[\s;&|(/])cmake(?:-js)?(?:\.exe)?(?=\s|$)/;
const MAKEFILES = ['GNUmakefile', 'makefile', 'Makefile'];
const JUSTFILES = ['justfile', 'Justfile', '.justfile'];
const CMAKE_FILE = /(?:^|\/)CMakeLists\.txt$|\.cmake$/;
const CMAKE_RUN =
  /\b(?:execute_process|add_custom_command|add_custom_target|ExternalProject_Add)\s{0,3}\(([^)]{1,2000})\)/gi;
const MAX_RULES = 500;
const MAX_LINES = 2_000;
const MAX_READ = 20_000;
const MAX_DEPTH = 12;
/** Needs of one rule, and rules that are looked for at each depth. */
const MAX_NEEDS = 200;

/** The lines of a shell that a script starts by way of build tools. */
export function recipeLines(pkg: PackageContext, script: string): RecipeLine[] {
  const found: RecipeLine[] = [];
  for (const [tool, files] of [
    [MAKE, MAKEFILES],
    [JUST, JUSTFILES],
  ] as const) {
    for (const [, words = ''] of script.matchAll(tool)) {
      const { folder, file, targets } = asked(words);
      const path = [...(file === '' ? files : [file])]
        .map((one) => `${folder}${one}`.replace(/^\.\//, ''))
        .find((one) => pkg.paths.includes(one));
      if (path !== undefined) found.push(...linesFor(path, pkg.textOf(path) ?? '', targets));
    }
  }
  if (CMAKE.test(script)) found.push(...cmakeLines(pkg));
  return found.slice(0, MAX_LINES);
}

/** `-C native -f build.mk -s all`. */
function asked(text: string): { folder: string; file: string; targets: string[] } {
  const words = text.trim().split(/\s+/);
  let folder = '';
  let file = '';
  const targets: string[] = [];
  for (let at = 0; at < words.length; at++) {
    const word = words[at] ?? '';
    const next = words[at + 1] ?? '';
    if (/^(?:-C|--directory)$/.test(word)) folder = `${words[++at] === undefined ? '' : next}/`;
    else if (/^(?:-f|--file|--makefile|--justfile)$/.test(word)) file = words[++at] ?? '';
    else if (/^--(?:directory)=/.test(word)) folder = `${word.slice(12)}/`;
    else if (/^-j$/.test(word) && /^\d+$/.test(next)) at++;
    else if (/^[\w./-]/.test(word) && !/^-|=/.test(word)) targets.push(word);
  }
  return { folder: folder.replace(/^\.\//, '').replace(/\/{2,}/g, '/'), file, targets };
}

const DEFINED =
  /^(?:export\s+|override\s+)?([\w.]{1,60})\s{0,10}(?:\?|:{1,2}|\+)?=\s{0,10}(.{0,500})$/;
const HEAD = /^([^\s#:=][^#:=]{0,200}?)\s{0,5}::?(?!=)\s{0,5}([^#;]{0,500})(?:;(.{0,1000}))?/;
const SHELL_CALL = /\$[({]shell\s+([^)}]{1,500}(?:\([^)]{0,200}\)[^)}]{0,300})?)[)}]/g;

/** The lines of the targets that are asked for, of what they need, and of what is read in any case. */
function linesFor(path: string, content: string, targets: readonly string[]): RecipeLine[] {
  const isJust = /justfile$/i.test(path);
  const values = new Map<string, string>();
  const rules = new Map<string, Rule>();
  const always: RecipeLine[] = [];
  let open: Rule[] = [];
  let first = '';
  for (const [index, raw] of joined(content).slice(0, MAX_READ).entries()) {
    const line = index + 1;
    if (/^(?:\t| {2,})\s*\S/.test(raw) && open.length > 0) {
      for (const rule of open)
        rule.lines.push({ line, text: raw.trim().replace(/^[@+-]+\s*/, '') });
      continue;
    }
    for (const [, text = ''] of raw.matchAll(SHELL_CALL)) always.push({ file: path, line, text });
    const [, name, value = ''] = DEFINED.exec(raw) ?? [];
    if (name !== undefined) values.set(name, value.trim().replace(/^(["'])(.*)\1$/, '$2'));
    const head = name === undefined ? HEAD.exec(raw) : null;
    if (!head) continue;
    const words = filled(head[1] ?? '', values).split(/\s+/);
    const names = isJust ? words.slice(0, 1) : words;
    if (rules.size + names.length > MAX_RULES) break;
    const needs = filled(head[2] ?? '', values)
      .split(/\s+/)
      .filter(Boolean);
    open = names.map((one) => {
      const rule = rules.get(one) ?? { needs: [], lines: [] };
      rule.needs.push(...needs.slice(0, MAX_NEEDS - rule.needs.length));
      rules.set(one, rule);
      return rule;
    });
    if (first === '' && !names[0]?.startsWith('.')) first = names[0] ?? '';
    if (head[3] !== undefined)
      open.forEach((rule) => rule.lines.push({ line, text: head[3] ?? '' }));
  }
  const lines = ruleLines(rules, targets.length > 0 ? targets : [first]);
  const own = lines.map(({ line, text }) => ({ file: path, line, text: filled(text, values) }));
  return [...always.map((one) => ({ ...one, text: filled(one.text, values) })), ...own];
}

function ruleLines(rules: ReadonlyMap<string, Rule>, targets: readonly string[]): Rule['lines'] {
  const found: Rule['lines'] = [];
  const seen = new Set<Rule>();
  let waiting = [...targets];
  for (let depth = 0; depth < MAX_DEPTH && waiting.length > 0; depth++) {
    const next: string[] = [];
    for (const name of waiting) {
      const rule = rules.get(name) ?? patternRule(rules, name);
      if (!rule || seen.has(rule)) continue;
      seen.add(rule);
      found.push(...rule.lines);
      next.push(...rule.needs);
    }
    waiting = next.slice(0, MAX_NEEDS);
  }
  return found.sort((a, b) => a.line - b.line);
}

/** `%.o: %.c`. */
function patternRule(rules: ReadonlyMap<string, Rule>, name: string): Rule | undefined {
  for (const [pattern, rule] of rules) {
    const [start = '', end] = pattern.split('%');
    if (end !== undefined && name.startsWith(start) && name.endsWith(end)) return rule;
  }
  return undefined;
}

/** `$(NAME)`, `${NAME}` and just's `{{name}}`, two levels deep; `$$` is a dollar for the shell. */
function filled(text: string, values: ReadonlyMap<string, string>): string {
  let out = text;
  for (let turn = 0; turn < 2 && out.length < 4_000; turn++)
    out = out.replace(
      /\$[({]([\w.]{1,60})[)}]|\{\{\s{0,3}([\w.]{1,60})\s{0,3}\}\}/g,
      (all, one: string | undefined, two: string | undefined) =>
        values.get(one ?? two ?? '') ?? all,
    );
  return out.replaceAll('$$', '$').slice(0, 4_000);
}

function cmakeLines(pkg: PackageContext): RecipeLine[] {
  return pkg.paths
    .filter((path) => CMAKE_FILE.test(path))
    .slice(0, 20)
    .flatMap((file) => {
      const text = (pkg.textOf(file) ?? '').slice(0, 200_000);
      return [...text.matchAll(CMAKE_RUN)].slice(0, 100).map(({ 1: words = '', index }) => ({
        file,
        line: text.slice(0, index).split('\n').length,
        text: words
          .replace(/\s+/g, ' ')
          .replace(/\bCOMMAND\b/g, ';')
          .replaceAll('"', ' '),
      }));
    });
}
