// The modules that an outlined file imports, in the order in which a parsed file tells them.
import type { Outline } from './outline.ts';

const IMPORT =
  /(?<![\w$.])import(?![\w$])(?:\s*([\w$*\s{},"]+?)(?<![\w$])from(?![\w$]))?\s*(?:"(\d+)"|\(\s*"(\d+)"\s*\)|\.\s*meta(?![\w$]))?/g;
const EXPORT = /(?<![\w$.])export\s*(\*(?:\s*as\s*(?:[\w$]+|"\d+"))?|\{[^{}]*\})\s*from\s*"(\d+)"/g;
const REQUIRE = /(?<![\w$])require(?![\w$])(?:\s*\(\s*"(\d+)"\s*\))?/g;
const FROM = /(?<![\w$])from\s*"/g;

/** Null where an `import` or `require` is used in any other than the plainest way. */
export function quickImports({ code, texts }: Outline): string[] | null {
  const textOf = (number: string | undefined) => texts[Number(number)] ?? '';
  const imports: string[] = [];
  const dynamic: string[] = [];
  let froms = 0;
  for (const [whole, names, spec, called] of code.matchAll(IMPORT)) {
    if (spec !== undefined) imports.push(textOf(spec));
    else if (called !== undefined) dynamic.push(textOf(called));
    else if (!whole.endsWith('meta')) return null;
    if (names !== undefined) froms += 1;
  }
  const all: string[] = [];
  const named: string[] = [];
  for (const [, what, spec] of code.matchAll(EXPORT)) {
    (what?.startsWith('*') ? all : named).push(textOf(spec));
    froms += 1;
  }
  const required: string[] = [];
  for (const match of code.matchAll(REQUIRE)) {
    if (match[1] === undefined || code[match.index - 1] === '.') return null;
    required.push(textOf(match[1]));
  }
  if ((code.match(FROM)?.length ?? 0) !== froms) return null;
  return [...imports, ...all, ...named, ...dynamic, ...required].filter((spec) => spec !== '');
}
