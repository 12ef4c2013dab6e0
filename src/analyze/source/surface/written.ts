// The texts that are written in code and data, pieces put together as far as they stand side by side.
import type { SourceFile } from '../file.ts';
import type { Node } from '../parse.ts';
import { isFunction } from '../scope.ts';

const MAX_DEPTH = 200;
const MAX_PIECES = 500;
const MAX_DATA_TEXTS = 400;
const MAX_PARTS = 200;
const MAX_BODY = 2000;
const MIN_WORDS = 6;
const POINT = ' - ';
const MAX_FRAGMENTS = 30;
/** Of a sentence: it goes on in small letters, over several words. */
const FRAGMENT = /^\p{Ll}\S*\s\S/u;
// Documents about the package, settings and lists of files: nobody sends them to a model.
const ABOUT =
  /(?:^|\/)(?:readme(?:[-_.]\w{1,30}){0,3}|changelog|licen[cs]e|contributing|code_of_conduct)(?:\.(?:md|txt|html?))?$|^(?:changes|history|security|notice)(?:\.(?:md|txt|html?))?$|(?:^|\/)(?:package|tsconfig|jsconfig|composer|deno|bower)[^/]*$|(?:^|\/)(?:tests?|__tests__|spec|fixtures?|\.github)\//i;
// Documents for people, or what a server hands out: only what nobody sees of them is looked at.
const PAGES = /(?:^|\/)(?:examples?|docs?)\//i;

// Each list is put together once, however many pieces ask whether they are part of it.
const lists = new WeakMap<Node, string | null>();
// What functions give back, likewise; one that calls itself gives nothing back.
const bodies = new WeakMap<Node, string>();

/** Strings, templates, sums and lists of them; unknown parts are `${}`, the pieces of a joined list too. */
export function* writtenTexts(file: SourceFile): Generator<{ text: string; node: Node }> {
  const kinds = ['BinaryExpression', 'TemplateLiteral', 'Literal', 'ArrayExpression'] as const;
  for (const kind of kinds) {
    for (const node of file.nodesOf(kind) as Node[]) {
      if (isPart(file, node) || isHelp(file, node)) continue;
      const text = textOf(file, node, 0);
      if (text !== null && text !== '') yield { text, node };
    }
  }
  for (const node of file.nodesOf('ObjectExpression')) {
    const text = pieced(file, node);
    if (text !== null) yield { text, node };
  }
}

/** `{ lead: ['Note', 'before you reply'], body: ['call x'], tail: 'and go on' }`: fragments of one text, under names. */
function pieced(
  file: SourceFile,
  { properties }: Node & { type: 'ObjectExpression' },
): string | null {
  if (properties.length < 2 || properties.length > MAX_FRAGMENTS) return null;
  const values = properties.flatMap((one) => {
    if (one.type !== 'Property') return [null];
    return one.value.type === 'ArrayExpression' ? one.value.elements : [one.value];
  });
  if (values.length > MAX_FRAGMENTS) return null;
  const pieces = values.map((value) => (value ? textOf(file, value, 0) : null));
  const [, ...later] = pieces;
  const isOne = later.every((piece) => piece !== null && FRAGMENT.test(piece));
  return isOne && pieces[0] !== null ? pieces.join(' ') : null;
}

/** `.option('--all', 'what it does')`: what a program tells of its own flags. */
function isHelp(file: SourceFile, node: Node): boolean {
  const call = file.parentOf(node);
  if (call?.type !== 'CallExpression' && call?.type !== 'NewExpression') return false;
  const { callee } = call;
  const name = callee.type === 'MemberExpression' ? callee.property : callee;
  const [flag] = call.arguments;
  return (
    name.type === 'Identifier' &&
    /^(?:option|requiredOption|addOption|Option)$/.test(name.name) &&
    flag?.type === 'Literal' &&
    /^-{1,2}[a-z]/i.test(String(flag.value))
  );
}

function isPart(file: SourceFile, node: Node): boolean {
  const parent = file.parentOf(node);
  if (parent?.type === 'BinaryExpression')
    return parent.operator === '+' && node.type !== 'ArrayExpression';
  return parent?.type === 'ArrayExpression' && textOf(file, parent, 0) !== null;
}

function textOf(file: SourceFile, node: Node, depth: number): string | null {
  if (depth > MAX_DEPTH) return null;
  switch (node.type) {
    case 'Literal':
      return typeof node.value === 'string' ? node.value : null;
    case 'TemplateLiteral':
      return node.expressions.length === 0
        ? (node.quasis[0]?.value.cooked ?? '')
        : (file.constant(node) ?? node.quasis.map(({ value }) => value.cooked ?? '').join('${}'));
    case 'BinaryExpression': {
      if (node.operator !== '+') return null;
      const left = textOf(file, node.left, depth + 1);
      const right = textOf(file, node.right, depth + 1);
      if (left === null && right === null) return null;
      return (
        (left ?? pieceOf(file, node.left, depth)) + (right ?? pieceOf(file, node.right, depth))
      );
    }
    case 'ArrayExpression': {
      const known = lists.get(node);
      if (known !== undefined) return known;
      lists.set(node, null);
      const text = listText(file, node, depth);
      lists.set(node, text);
      return text;
    }
    default:
      return null;
  }
}

function listText(
  file: SourceFile,
  node: Node & { type: 'ArrayExpression' },
  depth: number,
): string | null {
  if (node.elements.length < 2 || node.elements.length > MAX_PIECES) return null;
  const items = node.elements.map((item) => (item ? textOf(file, item, depth + 1) : null));
  if (!items.includes(null)) return joined(items as string[]);
  if (!isJoined(file, node)) return null;
  const pieces = node.elements.map((item, i) => items[i] ?? pieceOf(file, item, depth));
  return pieces.some((piece) => piece !== '${}') ? joined(pieces) : null;
}

/** `[head(name), '', TAIL].join('\n')`: one text, whatever its pieces are. */
function isJoined(file: SourceFile, list: Node): boolean {
  const parent = file.parentOf(list);
  return (
    parent?.type === 'MemberExpression' &&
    parent.object === list &&
    parent.property.type === 'Identifier' &&
    parent.property.name === 'join'
  );
}

// A name stands for its constant, a call for the text that the function gives back.
function pieceOf(file: SourceFile, node: Node | null, depth: number): string {
  if (node?.type === 'Identifier') return file.constant(node) ?? '${}';
  if (node?.type !== 'CallExpression' || node.callee.type !== 'Identifier') return '${}';
  const given = bodyOf(file.bindingOf(node.callee.name, node)?.init ?? null);
  if (!given) return '${}';
  const known = bodies.get(given);
  if (known !== undefined) return known;
  bodies.set(given, '${}');
  const text = (textOf(file, given, depth + 1) ?? '${}').slice(0, MAX_BODY);
  bodies.set(given, text);
  return text;
}

/** What a function of one expression, or of one return, gives back. */
function bodyOf(fn: Node | null): Node | null {
  if (!fn || !isFunction(fn) || !fn.body) return null;
  if (fn.body.type !== 'BlockStatement') return fn.body;
  const last = fn.body.body.at(-1);
  return last?.type === 'ReturnStatement' ? (last.argument ?? null) : null;
}

// Lines of a text, points of a list, or pieces of an encoded text.
function joined(items: readonly string[]): string {
  if (!items.some((item) => /\s/.test(item))) return items.join('');
  return items.reduce((text, item) => `${text}${isPoint(text, item) ? POINT : ' '}${item}`);
}

// What begins like a sentence after what ended without a stop is a point of its own.
function isPoint(before: string, item: string): boolean {
  return /^(?:\p{Lu}|\d{1,2}[.)] |\w{1,20}=)/u.test(item) && /[\p{L}\p{N}'")\]}]$/u.test(before);
}

/** A text of a file that is no code; line is 1-based. */
export interface DataText {
  text: string;
  line: number;
  /** It stands in a comment, which nobody sees where the document is shown. */
  isComment?: true;
}

/** The strings of JSON, and the paragraphs and comments of other texts. */
export function dataTexts(path: string, text: string): DataText[] {
  if (ABOUT.test(path)) return [];
  const isPage = PAGES.test(path);
  if (!/\.json[c5]?$/i.test(path)) {
    const all = paragraphs(text).filter(({ isComment }) => !isPage || isComment === true);
    return all.slice(0, MAX_DATA_TEXTS);
  }
  if (isPage) return [];
  try {
    return strings(JSON.parse(text)).map((one) => ({ text: one, line: 1 }));
  } catch {
    return [];
  }
}

// In files that people write, a comment is for those who keep them: it is judged by its words alone.
function paragraphs(text: string): DataText[] {
  const found: DataText[] = [];
  let line = 1;
  let isOpen = false;
  for (const paragraph of text.split(/\n[ \t]*\n/)) {
    const plain: string[] = [];
    for (const piece of paragraph.split(/(<!--|-->)/, MAX_PARTS)) {
      if (piece === '<!--' || piece === '-->') isOpen = piece === '<!--';
      else if (isOpen) found.push({ text: piece, line, isComment: true });
      else plain.push(piece);
    }
    found.push({ text: plain.join(' '), line });
    line += paragraph.split('\n').length + 1;
  }
  return found;
}

/** Iterative; a list of strings is one text. */
function strings(json: unknown): string[] {
  const found: string[] = [];
  const pending: unknown[] = [json];
  while (pending.length > 0 && found.length < MAX_DATA_TEXTS) {
    const value = pending.pop();
    if (typeof value === 'string') found.push(value);
    else if (
      Array.isArray(value) &&
      value.length > 1 &&
      value.every((one) => typeof one === 'string')
    )
      found.push(joined(value.slice(0, 500)));
    else if (typeof value === 'object' && value !== null)
      pending.push(...Object.values(value).slice(0, 2000).reverse());
  }
  return found;
}

/** Natural language, or what may be an encoded piece of it. */
export function isProse(text: string): boolean {
  if (/^[A-Za-z0-9+/=_-]{60,}$/.test(text)) return true;
  const words = text.match(/\p{L}{2,}/gu) ?? [];
  if (words.length >= MIN_WORDS && text.includes(' ')) return true;
  return (
    (
      text.match(
        /[\u0600-\u06ff\u0900-\u0dff\u0e00-\u0eff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]/g,
      ) ?? []
    ).length >= 15
  );
}
