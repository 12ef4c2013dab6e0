// The files of a server as one tree, so that what one file gives to another can be followed.
import { sourceFileOf } from './file.ts';
import type { SourceFile } from './file.ts';
import { lineAt, lineStarts } from './lines.ts';
import { walkTree } from './nodes.ts';
import { parseSource } from './parse.ts';
import type { Node, Program } from './parse.ts';

/** One file of the package within the joined tree. */
export interface JoinedModule {
  path: string;
  /** Its own tree; its nodes' offsets count in the joined text. */
  program: Program;
}
export interface Joined {
  file: SourceFile;
  modules: JoinedModule[];
  /** File of the package, and line in it, from 1. */
  placeOf: (node: Node) => { file: string; line: number };
  /** The text of the file that a node stands in. */
  textAround: (node: Node) => string;
}

// A server's own code is far smaller; what is larger has been bundled, and is one file anyway.
const MAX_FILE_CHARS = 250_000;
const MAX_CHARS = 900_000;
const MAX_FILES = 300;

/** Null unless there are at least two files to join; JSON files count as files that export their value. */
export function joinFiles(texts: Iterable<readonly [string, string]>): Joined | null {
  const modules: JoinedModule[] = [];
  const parts: string[] = [];
  const starts: number[] = [];
  let length = 0;
  for (const [path, content] of texts) {
    const text = path.endsWith('.json') ? `export default ${content}` : content;
    if (text.length > MAX_FILE_CHARS || length + text.length > MAX_CHARS) continue;
    if (modules.length >= MAX_FILES) break;
    const parsed = parseSource(text, path.replace(/\.json$/, '.mjs'));
    if (!parsed.ok) continue;
    shift(parsed.program, length);
    modules.push({ path, program: parsed.program });
    parts.push(text);
    starts.push(length);
    length += text.length + 1;
  }
  if (modules.length < 2) return null;
  const text = parts.join('\n');
  const program = joinedProgram(modules, text);
  const lines = parts.map((part) => lineStarts(part));
  const indexOf = (node: Node) => lineAt(starts, node.start) - 1;
  return {
    file: sourceFileOf(modules[0]?.path ?? '', text, program, true),
    modules,
    placeOf(node) {
      const index = indexOf(node);
      const line = lineAt(lines[index] ?? [0], node.start - (starts[index] ?? 0));
      return { file: modules[index]?.path ?? '', line };
    },
    textAround: (node) => parts[indexOf(node)] ?? '',
  };
}

function joinedProgram(modules: readonly JoinedModule[], text: string): Program {
  const body = modules.map(({ program }) => program) as unknown as Program['body'];
  return { type: 'Program', start: 0, end: text.length, body, sourceType: 'module' };
}

/** A node may stand in two places (`{ a }`), and moves once. */
function shift(program: Program, by: number): void {
  const moved = new Set<Node>();
  walkTree(program, (node) => {
    if (moved.has(node)) return;
    moved.add(node);
    node.start += by;
    node.end += by;
  });
}
