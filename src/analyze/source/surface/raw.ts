// Servers without an SDK: the functions that answer `tools/call` by hand.
import type { SourceFile } from '../file.ts';
import type { Node } from '../parse.ts';
import type { Interpreter } from './eval/interpreter.ts';
import { plainKey } from './eval/classes.ts';
import {
  UNKNOWN,
  literal,
  object,
  type Env,
  type FunctionValue,
  type Value,
} from './eval/values.ts';
import type { ServerModel } from './model.ts';
import { addObject } from './registrations.ts';

const MAX_HANDLERS = 4;
const MAX_LISTS = 20;

/** Outermost functions with parameters that compare something with 'tools/call'. */
export function rawHandlers(it: Interpreter, files: readonly SourceFile[]): FunctionValue[] {
  const found: FunctionValue[] = [];
  for (const file of files) {
    if (!/["'`]tools\/call["'`]/.test(file.text)) continue;
    const env = it.modules.open(file.path)?.env;
    for (const node of file.nodesOf('Literal')) {
      if (node.value !== 'tools/call' || !env) continue;
      const owner = memberUnder(file, node) ?? ownerOf(file, node);
      if (!owner || found.some((other) => other.node === owner)) continue;
      if (found.length < MAX_HANDLERS) found.push({ kind: 'function', node: owner, env, file });
    }
  }
  return found;
}

/** `{ 'tools/call': (params) => ... }`: a table of methods. */
function memberUnder(file: SourceFile, key: Node): Node | null {
  const member = file.parentOf(key);
  if (member?.type !== 'Property' || member.key !== key) return null;
  return /Function/.test(member.value.type) ? member.value : null;
}

/**
 * What such a function is called with: the message, its `params`, or both apart; one object answers
 * to all of them.
 */
export function rawArguments(fn: FunctionValue, name: Value, args: Value): Value[] {
  const params: [string, Value][] = [
    ['name', name],
    ['arguments', args],
  ];
  const message = object([
    ['jsonrpc', literal('2.0')],
    ['id', UNKNOWN],
    ['method', literal('tools/call')],
    ['params', object(params)],
    ...params,
  ]);
  const { params: own } = fn.node as unknown as { params: { type: string; name?: string }[] };
  return own.map(({ name: called = '' }) =>
    /method/i.test(called)
      ? literal('tools/call')
      : /^(?:id|socket|ws|res|stream)$/.test(called)
        ? UNKNOWN
        : message,
  );
}

/** `{ tools: LIST }` in files that speak of 'tools/list', where the list is one of tools. */
export function addRawLists(it: Interpreter, model: ServerModel, file: SourceFile): void {
  if (!/["'`]tools\/list["'`]/.test(file.text)) return;
  const env = it.modules.open(file.path)?.env;
  let left = MAX_LISTS;
  for (const node of file.nodesOf('Property')) {
    if (plainKey(node.key) !== 'tools' || !env || left-- <= 0) continue;
    const list = it.evaluate(node.value, env);
    if (list.kind !== 'array') continue;
    for (const item of list.items) addObject(it, model, item, { file, node }, false);
  }
  addRawInstructions(it, model, file, env);
}

/** `{ protocolVersion, serverInfo, instructions }`: the answer to 'initialize'. */
function addRawInstructions(
  it: Interpreter,
  model: ServerModel,
  file: SourceFile,
  env: Env | undefined,
): void {
  for (const node of file.nodesOf('ObjectExpression')) {
    const members = new Map<string | undefined, Node>();
    for (const member of node.properties) {
      if (member.type === 'Property') members.set(plainKey(member.key), member.value as Node);
    }
    const said = members.get('instructions');
    if (!said || !env || !(members.has('serverInfo') || members.has('protocolVersion'))) continue;
    if (model.instructions.length >= MAX_LISTS) return;
    model.instructions.push({ value: it.evaluate(said, env), file, node });
  }
}

function ownerOf(file: SourceFile, node: Node): Node | null {
  let found: Node | null = null;
  for (let at: Node | null = node; at; at = file.parentOf(at)) {
    const isFunction = /^(?:Function(?:Declaration|Expression)|ArrowFunctionExpression)$/.test(
      at.type,
    );
    if (isFunction && (at as unknown as { params: Node[] }).params.length > 0) found = at;
  }
  return found;
}
