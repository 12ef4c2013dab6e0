// Files of the package that are no code, as values: JSON that is imported, texts that are read.
import { posix as path } from 'node:path';
import type { Json } from '../../../../types.ts';
import type { SourceFile } from '../../file.ts';
import type { ServerSource } from '../../package-context.ts';
import { UNKNOWN, array, literal, optionsOf, union, type Value } from './values.ts';

const MAX_NODES = 20_000;
const MAX_DEPTH = 24;
const MAX_PARTS = 64;
const MAX_MATCHES = 8;
const HOLE = '${}';
const DATA = /\.(?:json[c5]?|md|txt|ya?ml|toml|html?|prompt|tmpl|tpl|hbs|mustache)$/i;
/** What a name of the platform stands for, as the start of a path. */
const PLACES: Readonly<Record<string, 'directory' | 'file' | 'root'>> = {
  __dirname: 'directory',
  'import.meta.dirname': 'directory',
  __filename: 'file',
  'import.meta.url': 'file',
  'import.meta.filename': 'file',
  'process.cwd()': 'root',
};

/** Whether a module of that name is data, which has itself as its default export. */
export function isDataSpec(spec: string): boolean {
  return DATA.test(spec) && /^[./#]/.test(spec);
}

/** What the file at the path says: the value of JSON, the text of anything else. */
export function dataAt(server: ServerSource, at: string): Value | undefined {
  const text = server.dataOf(at);
  if (text === null) return undefined;
  return /\.json[c5]?$/i.test(at) ? (parsedValue(text) ?? literal(text)) : literal(text);
}

/** The value that `JSON.parse` would make of the text, or undefined where it would throw. */
export function parsedValue(text: string): Value | undefined {
  try {
    return fromJson(JSON.parse(text.replace(/^\ufeff/, '')) as Json, 0, { left: MAX_NODES });
  } catch {
    return undefined;
  }
}

function fromJson(json: Json, depth: number, budget: { left: number }): Value {
  budget.left -= 1;
  if (budget.left <= 0 || depth > MAX_DEPTH) return UNKNOWN;
  if (Array.isArray(json)) return array(json.map((item) => fromJson(item, depth + 1, budget)));
  if (typeof json !== 'object' || json === null) return literal(json);
  const props = new Map<string, Value>();
  for (const [key, member] of Object.entries(json)) {
    props.set(key, fromJson(member, depth + 1, budget));
  }
  return { kind: 'object', props, isOpen: false };
}

/** The paths among `known` that the value of a path may mean, nearest guess first. */
export function pathsOf(value: Value, file: SourceFile, known: ReadonlySet<string>): string[] {
  const found = new Set<string>();
  for (const option of optionsOf(value)) {
    const { starts, rest } = placeOf(option, file);
    for (const start of starts) {
      const matches = matching(path.join(start, rest), known);
      for (const match of matches) found.add(match);
      if (matches.length > 0) break;
    }
  }
  return [...found].slice(0, MAX_MATCHES);
}

function matching(target: string, known: ReadonlySet<string>): string[] {
  if (!target.includes(HOLE)) return known.has(target) ? [target] : [];
  const [head = '', ...tails] = target.split(HOLE);
  if (head === '' || head.startsWith('..')) return [];
  const isMatch = (candidate: string) => {
    let from = head.length;
    for (const tail of tails) {
      const at = candidate.indexOf(tail, from);
      if (at === -1) return false;
      from = at + tail.length;
    }
    return from === candidate.length || tails.at(-1) === '';
  };
  return [...known].filter((candidate) => candidate.startsWith(head) && isMatch(candidate));
}

/** Where a path may start, and what follows; unknown parts are `${}`. */
function placeOf(value: Value, file: SourceFile): { starts: string[]; rest: string } {
  const parts = value.kind === 'text' ? value.parts.slice(0, MAX_PARTS) : [value];
  const [first] = parts;
  const place = first?.kind === 'external' ? PLACES[first.name] : undefined;
  const told = first?.kind === 'external' ? first.args?.[0] : undefined;
  const own = told?.kind === 'literal' ? String(told.value) : file.path;
  const rest = (place === undefined ? parts : parts.slice(1))
    .map((part) => (part.kind === 'literal' ? String(part.value) : HOLE))
    .join('')
    .replace(/^file:\/\//, '');
  const directory = place === 'directory' ? own : path.dirname(own);
  // `dirname` is not told apart from what it is of: the places above are tried as well.
  const starts =
    place === 'file'
      ? [directory, own, path.dirname(directory)]
      : place === 'directory'
        ? [directory, path.dirname(directory)]
        : ['', directory];
  return { starts, rest };
}

/** What reading the path gives, or undefined if it leads to no file of the package that is kept. */
export function readValue(server: ServerSource, file: SourceFile, at: Value): Value | undefined {
  const texts = pathsOf(at, file, server.dataPaths).flatMap((one) => server.dataOf(one) ?? []);
  return texts.length === 0 ? undefined : union(texts.map((text) => literal(text)));
}

/** The names in a folder of the package, as `readdir` lists them. */
export function listValue(server: ServerSource, file: SourceFile, at: Value): Value | undefined {
  const { starts, rest } = placeOf(optionsOf(at)[0] ?? UNKNOWN, file);
  if (rest.includes(HOLE)) return undefined;
  const all = [...server.files.keys(), ...server.dataPaths];
  for (const start of starts) {
    const folder = `${path.join(start, rest).replace(/\/$/, '')}/`;
    const names = all.filter((one) => one.startsWith(folder) && folder !== './');
    if (names.length > 0) {
      const own = names.map((one) => one.slice(folder.length).split('/')[0] ?? '');
      return array([...new Set(own)].sort().slice(0, 200).map(literal), true);
    }
  }
  return undefined;
}
