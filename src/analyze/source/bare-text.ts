// A file's text with its comments blanked: what a comment says is no habit of the code.
import type { SourceFile } from './file.ts';

const COMMENT = /\/\/[^\n]*|\/\*[\s\S]*?(?:\*\/|$)/g;
const TEXTS = ['Literal', 'TemplateElement', 'JSXText'] as const;
const known = new WeakMap<SourceFile, string>();

/** The same length and lines. */
export function bareText(file: SourceFile): string {
  const before = known.get(file);
  if (before !== undefined) return before;
  const bare = withoutComments(file);
  known.set(file, bare);
  return bare;
}

function withoutComments({ text, nodesOf }: SourceFile): string {
  if (!text.includes('//') && !text.includes('/*')) return text;
  // Whatever stands neither in a text nor in a pattern and begins like a comment is one.
  const texts = TEXTS.flatMap((type) => nodesOf(type)).filter(({ end, start }) => end > start + 1);
  texts.sort((a, b) => a.start - b.start);
  const parts: string[] = [];
  let from = 0;
  for (const { start, end } of texts) {
    if (start < from) continue;
    parts.push(blanked(text.slice(from, start)), text.slice(start, end));
    from = end;
  }
  parts.push(blanked(text.slice(from)));
  return parts.join('');
}

const blanked = (code: string): string =>
  code.replace(COMMENT, (comment) => comment.replace(/[^\n]/g, ' '));
