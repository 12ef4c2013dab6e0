// Which programs a call starts, also where a function of the file passes the name on.
import type { NamedCall, SourceFile } from './file.ts';
import type { Node } from './parse.ts';
import { isFunction } from './scope.ts';

const NAME = /^[a-z][\w.+-]{1,40}$/i;
const MAX_CALLERS = 12;

/** Name and written arguments of each program, or nothing where one of them is not known. */
export function programLines(call: NamedCall, file: SourceFile): string[] {
  const [program, list] = call.node.arguments;
  if (!program) return [];
  const name = nameIn(program, file);
  if (name !== null) return NAME.test(name) ? [lineOf(name, list, file)] : [];
  if (program.type !== 'Identifier') return [];
  const lines = callersOf(program.name, call.node, file).map(({ arguments: given }, _, all) => {
    const [first, second] = given;
    const word = first ? file.constant(first) : null;
    return word !== null && NAME.test(word) && all.length <= MAX_CALLERS
      ? lineOf(word, second, file)
      : '';
  });
  return lines.includes('') ? [] : [...new Set(lines)];
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

/** Calls of the function whose first parameter it is. */
function callersOf(
  parameter: string,
  at: Node,
  file: SourceFile,
): (Node & { type: 'CallExpression' })[] {
  let owner: Node | null = null;
  for (let node = file.parentOf(at); node; node = file.parentOf(node)) {
    if (!isFunction(node)) continue;
    const [first] = (node as unknown as { params: Node[] }).params;
    if (first?.type !== 'Identifier' || first.name !== parameter) continue;
    owner = node;
    break;
  }
  const name = owner && nameOf(owner, file);
  if (!name) return [];
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
