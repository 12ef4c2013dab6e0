// One parsed source file, and the questions that the analyses ask of it.
import { foldConstant } from './constant.ts';
import { lineAt, lineStarts } from './lines.ts';
import { parentOf, walkTree } from './nodes.ts';
import type { Visitor } from './nodes.ts';
import { once } from './once.ts';
import { parseSource } from './parse.ts';
import type { CallExpression, NewExpression, Node, Program } from './parse.ts';
import { createResolver, canonicalSpec } from './resolve.ts';
import { buildScopes } from './scope.ts';
import type { Binding, Scopes } from './scope.ts';

export interface ImportUse {
  /** As written: `./util.js`, `node:fs`, `@scope/name/part`. */
  spec: string;
  line: number;
  kind: 'import' | 'export' | 'require' | 'dynamic';
}

export interface NamedCall {
  node: CallExpression | NewExpression;
  name: string;
}

export interface SourceFile {
  /** Relative to the package, with forward slashes. */
  path: string;
  text: string;
  program: Program;
  isModule: boolean;
  /** Every module that is named by a text that can be read off. */
  imports: ImportUse[];
  /**
   * Canonical dotted name of what an expression refers to, through imports, require, aliases,
   * destructuring, compilers' wrappers and promisify: `child_process.exec`, `fs.promises.readFile`,
   * `global.fetch`, `process.env.API_KEY`, `axios#get`, `./util.js#run`. Built-in modules are set off
   * by a dot, others by `#`. The result of a call is `name()`: `express().listen`. Null for local
   * functions, parameters and what cannot be told.
   */
  resolve: (node: Node) => string | null;
  /** The string that an expression must be; unknown parts are `${}`; null if nothing is known. */
  constant: (node: Node) => string | null;
  /** From 1. */
  lineOf: (node: Node | number) => number;
  /** Every call and `new` whose callee has a name (see {@link SourceFile.resolve}), in order. */
  calls: NamedCall[];
  /** All nodes, parents first, without recursion. Return false to leave out the children. */
  walk: (visitor: Visitor, from?: Node) => void;
  /** All nodes of a type, in the order of the text; much cheaper than a walk. */
  nodesOf: <T extends string>(type: T) => (Node extends { type: T } ? Node : NodeOfType<T>)[];
  parentOf: (node: Node) => Node | null;
  /** The local declaration that a name refers to; null for a global. */
  bindingOf: (name: string, at: Node) => Binding | null;
  /** The node's text, cut at 200 characters and not yet escaped: for `excerpt` after `escapeText`. */
  textOf: (node: Node) => string;
}
type NodeOfType<T extends string> =
  Extract<Node, { type: T }> extends never ? Node : Extract<Node, { type: T }>;

const MAX_EXCERPT_CHARS = 200;
const MAX_NESTING = 12;

/** Parses; says why if that cannot be done. Everything else is worked out when first asked for. */
export function openSourceFile(
  path: string,
  text: string,
): { ok: true; file: SourceFile } | { ok: false; reason: string } {
  const parsed = parseSource(text, path);
  if (!parsed.ok) return parsed;
  return { ok: true, file: sourceFileOf(path, text, parsed.program, parsed.isModule) };
}

/** The same for a tree that is there already. */
export function sourceFileOf(
  path: string,
  text: string,
  program: Program,
  isModule: boolean,
): SourceFile {
  const scopes = once(() => buildScopes(program));
  const lines = once(() => lineStarts(text));
  const constants = new Map<Node, string | null>();
  let nesting = 0;
  const constant = (node: Node): string | null => {
    const before = constants.get(node);
    if (before !== undefined || nesting > MAX_NESTING) return before ?? null;
    // Folding asks for names and names for folded keys: a key defined by itself has no value.
    constants.set(node, null);
    nesting += 1;
    const value = foldConstant(node, scopes(), resolve);
    nesting -= 1;
    constants.set(node, value);
    return value;
  };
  const resolver = once(() => createResolver(scopes(), constant));
  const resolve = (node: Node) => resolver()(node);
  const lineOf = (node: Node | number) =>
    lineAt(lines(), typeof node === 'number' ? node : node.start);
  const imports = once(() => collectImports(scopes(), resolve, constant, lineOf));
  const calls = once(() => collectCalls(scopes(), resolve));
  return {
    path,
    text,
    program,
    isModule,
    get imports() {
      return imports();
    },
    get calls() {
      return calls();
    },
    resolve,
    constant,
    lineOf,
    walk(visitor, from = program) {
      scopes();
      walkTree(from, visitor);
    },
    nodesOf: (type) => (scopes().byType.get(type) ?? []) as never,
    parentOf(node) {
      scopes();
      return parentOf(node);
    },
    bindingOf: (name, at) => scopes().find(name, at),
    textOf: (node) => text.slice(node.start, Math.min(node.end, node.start + MAX_EXCERPT_CHARS)),
  };
}

function collectCalls(scopes: Scopes, resolve: (node: Node) => string | null): NamedCall[] {
  const calls: NamedCall[] = [];
  for (const type of ['CallExpression', 'NewExpression']) {
    for (const node of scopes.byType.get(type) ?? []) {
      if (node.type !== 'CallExpression' && node.type !== 'NewExpression') continue;
      const name = node.callee.type === 'Super' ? null : resolve(node.callee);
      if (name !== null) calls.push({ node, name });
    }
  }
  return calls.sort((a, b) => a.node.start - b.node.start);
}

function collectImports(
  scopes: Scopes,
  resolve: (node: Node) => string | null,
  constant: (node: Node) => string | null,
  lineOf: (node: Node) => number,
): ImportUse[] {
  const uses: ImportUse[] = [];
  const add = (node: Node, spec: unknown, kind: ImportUse['kind']) => {
    if (typeof spec === 'string' && spec !== '') uses.push({ spec, line: lineOf(node), kind });
  };
  const nodes = (type: string) => scopes.byType.get(type) ?? [];
  for (const node of nodes('ImportDeclaration')) {
    const isTypeOnly = (node as unknown as { importKind?: string }).importKind === 'type';
    if (node.type === 'ImportDeclaration' && !isTypeOnly) add(node, node.source.value, 'import');
  }
  for (const type of ['ExportAllDeclaration', 'ExportNamedDeclaration']) {
    for (const node of nodes(type)) {
      if ('source' in node && node.source)
        add(node, (node.source as { value?: unknown }).value, 'export');
    }
  }
  for (const node of nodes('ImportExpression')) {
    if (node.type === 'ImportExpression') add(node, constant(node.source), 'dynamic');
  }
  for (const node of nodes('CallExpression')) {
    if (node.type !== 'CallExpression' || !isRequire(node, resolve)) continue;
    const [first] = node.arguments;
    if (first) add(node, constant(first), 'require');
  }
  return uses;
}

const REQUIRE_NAMES = new Set([
  'require',
  'require.resolve',
  'module.createRequire()',
  'module.require',
]);

function isRequire(
  node: Extract<Node, { type: 'CallExpression' }>,
  resolve: (node: Node) => string | null,
): boolean {
  const { callee } = node;
  if (node.arguments.length === 0 || callee.type === 'Super') return false;
  const name = resolve(callee);
  return name !== null && REQUIRE_NAMES.has(name);
}

export { canonicalSpec };
