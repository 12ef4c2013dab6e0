// The texts that are written in code and data, pieces put together as far as they stand side by side.
import type { SourceFile } from '../file.ts';
import type { Node } from '../parse.ts';

const MAX_DEPTH = 200;
const MAX_PIECES = 500;
const MAX_DATA_TEXTS = 400;
const MAX_PARTS = 200;
const MIN_WORDS = 6;
const POINT = ' - ';
// Documents about the package, settings and lists of files: nobody sends them to a model.
const ABOUT =
  /(?:^|\/)(?:readme(?:[-_.]\w{1,30}){0,3}|changelog|changes|history|licen[cs]e|contributing|security|code_of_conduct|notice)(?:\.(?:md|txt|html?))?$|(?:^|\/)(?:package|tsconfig|jsconfig|composer|deno|bower)[^/]*$|(?:^|\/)(?:tests?|__tests__|spec|fixtures?|examples?|docs?|\.github)\//i;

// Each list is put together once, however many pieces ask whether they are part of it.
const lists = new WeakMap<Node, string | null>();

/** Strings, templates, sums and lists of them; unknown parts are `${}`. */
export function* writtenTexts(file: SourceFile): Generator<{ text: string; node: Node }> {
  const kinds = ['BinaryExpression', 'TemplateLiteral', 'Literal', 'ArrayExpression'] as const;
  for (const kind of kinds) {
    for (const node of file.nodesOf(kind) as Node[]) {
      if (isPart(file, node)) continue;
      const text = textOf(node, 0);
      if (text !== null && text !== '') yield { text, node };
    }
  }
}

function isPart(file: SourceFile, node: Node): boolean {
  const parent = file.parentOf(node);
  if (parent?.type === 'BinaryExpression')
    return parent.operator === '+' && node.type !== 'ArrayExpression';
  return parent?.type === 'ArrayExpression' && textOf(parent, 0) !== null;
}

function textOf(node: Node, depth: number): string | null {
  if (depth > MAX_DEPTH) return null;
  switch (node.type) {
    case 'Literal':
      return typeof node.value === 'string' ? node.value : null;
    case 'TemplateLiteral':
      return node.quasis.map((quasi) => quasi.value.cooked ?? '').join('${}');
    case 'BinaryExpression': {
      if (node.operator !== '+') return null;
      const left = textOf(node.left, depth + 1);
      const right = textOf(node.right, depth + 1);
      return left === null && right === null ? null : (left ?? '${}') + (right ?? '${}');
    }
    case 'ArrayExpression': {
      const known = lists.get(node);
      if (known !== undefined) return known;
      const text = listText(node, depth);
      lists.set(node, text);
      return text;
    }
    default:
      return null;
  }
}

function listText(node: Node & { type: 'ArrayExpression' }, depth: number): string | null {
  if (node.elements.length < 2 || node.elements.length > MAX_PIECES) return null;
  const items = node.elements.map((item) => (item ? textOf(item, depth + 1) : null));
  if (items.includes(null)) return null;
  return joined(items as string[]);
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
  if (!/\.json[c5]?$/i.test(path)) return paragraphs(text).slice(0, MAX_DATA_TEXTS);
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
