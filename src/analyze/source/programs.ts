// Which programs a call starts, also where a function of the file passes the name on.
import type { NamedCall, SourceFile } from './file.ts';
import type { Node } from './parse.ts';
import { isFunction } from './scope.ts';

const NAME = /^[a-z][\w.+-]{1,40}$/i;
const MAX_CALLERS = 12;
const OF_DEPENDENCY = /\b(?:require|import\.meta)\.resolve\(\s{0,3}['"`][^./~]|\bnode_modules\b/;

type Named = Node & { type: 'Identifier' };
type CallNode = Node & { type: 'CallExpression' };

/** Name and written arguments of each program, or nothing where one of them is not known. */
export function programLines(call: NamedCall, file: SourceFile): string[] {
  const [program, list] = call.node.arguments;
  if (!program) return [];
  // `execa({ shell: false })` starts nothing yet: what it gives does.
  if (program.type === 'ObjectExpression') return linesOf(boundCalls(call.node, file), 0, 1, file);
  if (isOfDependency(call, file)) return ['node ${}'];
  const name = nameIn(program, file);
  if (name !== null) return NAME.test(name) ? [lineOf(name, list, file)] : [];
  if (program.type !== 'Identifier') return [];
  const rows = rowsOf(program, call.node, file);
  if (rows.length > 0) return linesOfRows(rows, file);
  const { calls, at, parameters } = callersOf(program.name, call.node, file);
  const rest = list?.type === 'Identifier' ? parameters.indexOf(list.name) : -1;
  return linesOf(calls, at, rest < 0 ? at + 1 : rest, file);
}

/** `execFile(process.execPath, [require.resolve('linter/cli.js')])`: a program of a dependency, which is in the tree. */
function isOfDependency({ node }: NamedCall, file: SourceFile): boolean {
  const [program, list, options] = node.arguments;
  if (!program || (options && /\bdetached\b/.test(file.textOf(options)))) return false;
  const isNode = file.resolve(program) === 'process.execPath';
  const script = list?.type === 'ArrayExpression' ? list.elements[0] : null;
  const started = isNode ? script : program;
  const made = started ? madeBy(started, file) : null;
  return made ? OF_DEPENDENCY.test(file.textOf(made).slice(0, 400)) : false;
}

/** What a variable was made with, or what the function does that is called. */
function madeBy(node: Node, file: SourceFile): Node | null {
  if (node.type === 'Identifier') return file.bindingOf(node.name, node)?.init ?? null;
  const callee = node.type === 'CallExpression' ? node.callee : null;
  if (callee?.type !== 'Identifier') return node;
  return file.nodesOf('FunctionDeclaration').find(({ id }) => id?.name === callee.name) ?? node;
}

/** `at` is the program among the arguments, `rest` the list of its own. */
function linesOf(calls: readonly CallNode[], at: number, rest: number, file: SourceFile): string[] {
  if (calls.length > MAX_CALLERS) return [];
  const lines = calls.map(({ arguments: given }) => {
    const word = given[at] ? nameIn(given[at], file) : null;
    return word !== null && NAME.test(word) ? lineOf(word, given[rest], file) : '';
  });
  return lines.includes('') ? [] : [...new Set(lines)];
}

/** The lists whose first item is the program: `run(['lp', ...words])` of `([cmd, ...words]) =>`, `[cmd, args] = PLAN[kind]`. */
function rowsOf(program: Named, node: Node, file: SourceFile): Node[] {
  const { init } = file.bindingOf(program.name, program) ?? {};
  if (init?.type === 'MemberExpression' && init.object.type === 'Identifier') {
    const table = file.bindingOf(init.object.name, init.object)?.init;
    return table?.type === 'ObjectExpression'
      ? table.properties.flatMap((one) => (one.type === 'Property' ? [one.value] : []))
      : [];
  }
  for (let at = file.parentOf(node); at; at = file.parentOf(at)) {
    if (!isFunction(at)) continue;
    const { params } = at as unknown as { params: Node[] };
    const place = params.findIndex((one) => isFirstOf(one, program.name));
    if (place < 0) continue;
    const name = nameOf(at, file);
    return name ? callsOf(name, file).flatMap(({ arguments: given }) => given[place] ?? []) : [];
  }
  return [];
}

const isFirstOf = (pattern: Node, name: string): boolean => {
  const first = pattern.type === 'ArrayPattern' ? pattern.elements[0] : null;
  return first?.type === 'Identifier' && first.name === name;
};

function linesOfRows(rows: readonly Node[], file: SourceFile): string[] {
  if (rows.length > MAX_CALLERS) return [];
  const lines = rows.map((row) => {
    const first = row.type === 'ArrayExpression' ? row.elements[0] : null;
    const word = first ? nameIn(first, file) : null;
    return word !== null && NAME.test(word) ? ['$', word, ...wordsOf(row, file)].join(' ') : '';
  });
  return lines.includes('') ? [] : [...new Set(lines)];
}

/** What is written behind the program, also where that is a list of its own. */
function wordsOf(row: Node, file: SourceFile): string[] {
  const [, ...rest] = row.type === 'ArrayExpression' ? row.elements.slice(0, 12) : [];
  return rest.flatMap((item) => {
    const parts = item?.type === 'ArrayExpression' ? item.elements.slice(0, 12) : [item];
    return parts.map((part) => (part ? (file.constant(part) ?? '${}') : ''));
  });
}

/** Calls of what a call gave: `const run = execa({}); run('git', [])`. */
function boundCalls(maker: Node, file: SourceFile): CallNode[] {
  const holder = file.parentOf(maker);
  if (holder?.type === 'CallExpression' && holder.callee === maker) return [holder];
  if (holder?.type !== 'VariableDeclarator' || holder.id.type !== 'Identifier') return [];
  const { name } = holder.id;
  return file
    .nodesOf('CallExpression')
    .filter(({ callee }) => callee.type === 'Identifier' && callee.name === name);
}

/** The name, also of `process.env.TOOL ?? 'tool'`. */
function nameIn(program: Node, file: SourceFile): string | null {
  const known = file.constant(program);
  if (known !== null) return known;
  const init =
    program.type === 'Identifier' ? file.bindingOf(program.name, program)?.init : program;
  if (init?.type !== 'LogicalExpression' || init.operator === '&&') return null;
  return /^process\.env\./.test(file.resolve(init.left) ?? '') ? file.constant(init.right) : null;
}

function lineOf(name: string, list: Node | undefined, file: SourceFile): string {
  const items = list?.type === 'ArrayExpression' ? list.elements.slice(0, 12) : [];
  const words = items.map((item) => (item ? (file.constant(item) ?? '${}') : ''));
  return ['$', name, ...words].join(' ');
}

/** Calls of the function that has it as a parameter, and which one it is. */
function callersOf(
  parameter: string,
  node: Node,
  file: SourceFile,
): { calls: CallNode[]; at: number; parameters: string[] } {
  for (let at = file.parentOf(node); at; at = file.parentOf(at)) {
    if (!isFunction(at)) continue;
    const { params } = at as unknown as { params: Node[] };
    const parameters = params.map((one) => (one.type === 'Identifier' ? one.name : ''));
    const place = parameters.indexOf(parameter);
    if (place < 0) continue;
    const name = nameOf(at, file);
    return { calls: name ? callsOf(name, file) : [], at: place, parameters };
  }
  return { calls: [], at: 0, parameters: [] };
}

function callsOf(name: string, file: SourceFile): CallNode[] {
  return file.nodesOf('CallExpression').filter(({ callee }) => {
    const called = callee.type === 'MemberExpression' ? callee.property : callee;
    return 'name' in called && called.name === name;
  });
}

function nameOf(owner: Node, file: SourceFile): string | null {
  const own = (owner as { id?: { name: string } | null }).id?.name;
  if (own) return own;
  const holder = file.parentOf(owner);
  if (holder?.type === 'VariableDeclarator' && holder.id.type === 'Identifier')
    return holder.id.name;
  const isMember = holder?.type === 'MethodDefinition' || holder?.type === 'PropertyDefinition';
  return isMember && 'name' in holder.key ? holder.key.name : null;
}
