// Tools recognised by their form: objects and classes with a name, a description and a schema.
import type { SourceFile } from '../file.ts';
import type { Node } from '../parse.ts';
import type { Interpreter } from './eval/interpreter.ts';
import { plainKey } from './eval/classes.ts';
import { literal, textOf, type Env, type Value } from './eval/values.ts';
import type { ServerModel } from './model.ts';
import { addRawLists } from './raw.ts';
import { addObject } from './registrations.ts';

const SURE_KEYS = ['inputSchema', 'input_schema'];
const LIKELY_KEYS = [
  'parameters',
  'schema',
  'paramsSchema',
  'args',
  'inputs',
  'zodSchema',
  'inputShape',
];
const HANDLERS = ['handler', 'execute', 'run', 'call', 'callback', 'cb'];
const TOOL_NAME = /^[\w./:-]{1,128}$/;
const TOOL_CLASS = /^(?:MCP)?(?:Base)?Tool(?:Base)?$/i;
const MAX_OBJECTS = 3000;
const LISTED = /["'`]tools\/list["'`]/;
// Loads what lies in its folder of tools.
const FRAMEWORK = /["']mcp-framework["']/;

/** Adds what no registration named, where the registrations leave doubts or there are none. */
export function addShapes(it: Interpreter, model: ServerModel, files: readonly SourceFile[]): void {
  const isSure = model.doubts.length === 0 && !hasOpenList(model);
  if (isSure && model.tools.length > 0) {
    for (const file of files) addClasses(it, model, file);
    return;
  }
  const before = model.tools.length;
  for (const file of files) {
    addClasses(it, model, file);
    addRawLists(it, model, file);
    addObjects(it, model, file);
  }
  const isListed =
    model.openLists > 0 ||
    files.some((file) => LISTED.test(file.text) || FRAMEWORK.test(file.text));
  if (before === 0 && model.tools.length > 0 && !isListed) {
    model.doubts.push('no registration of the tools was found in this package');
  }
}

/** Tools registered one by one need no list. */
export function hasOpenList(model: ServerModel): boolean {
  return model.openLists > 0 && !model.tools.some((tool) => tool.isValidated);
}

function addObjects(it: Interpreter, model: ServerModel, file: SourceFile): void {
  const hasTools =
    /tools\/list|ListTools|registerTool|addTool|\.tool\(|McpServer|modelcontextprotocol/;
  const isSmall = file.text.length < 400_000;
  if (!isSmall && !hasTools.test(file.text)) return;
  let left = MAX_OBJECTS;
  for (const node of file.nodesOf('ObjectExpression')) {
    const keys = keysOf(node);
    if (!keys.has('description')) continue;
    const isSure = SURE_KEYS.some((key) => keys.has(key));
    const key = keys.has('name') ? undefined : keyAbove(file, node);
    if (!keys.has('name') && key === undefined) continue;
    const isLikely =
      LIKELY_KEYS.some((key) => keys.has(key)) && HANDLERS.some((key) => keys.has(key));
    if ((!isSure && !isLikely) || left-- <= 0) continue;
    const env = it.modules.open(file.path)?.env;
    if (!env || it.steps <= 0) return;
    const value = it.evaluate(node, env);
    if (value.kind !== 'object') continue;
    if (key !== undefined) value.props.set('name', literal(key));
    const name = textOf(it.get(value, 'name'));
    if (name === undefined || !TOOL_NAME.test(name)) continue;
    if (model.tools.some((tool) => tool.name === name)) continue;
    addObject(it, model, value, { file, node }, false);
  }
}

/** `list_tables: tool({ description, parameters, execute })`: the key is the name. */
function keyAbove(file: SourceFile, node: Node): string | undefined {
  const parent = file.parentOf(node);
  const holder = parent?.type === 'CallExpression' ? file.parentOf(parent) : parent;
  return holder?.type === 'Property' && /^[a-z]\w*[_A-Z]\w*$/.test(plainKey(holder.key) ?? '')
    ? plainKey(holder.key)
    : undefined;
}

function keysOf(node: Node & { type: 'ObjectExpression' }): Set<string> {
  const keys = new Set<string>();
  for (const property of node.properties) {
    if (property.type !== 'Property') continue;
    const key = plainKey(property.key);
    if (key !== undefined) keys.add(key);
  }
  return keys;
}

/** By its name, or by what it extends itself. */
function isToolClass(it: Interpreter, node: Node, env: Env): boolean {
  if (node.type === 'Identifier' && TOOL_CLASS.test(node.name)) return true;
  let parent: Value | undefined = it.evaluate(node, env);
  for (let depth = 0; depth < 6 && parent?.kind === 'class'; depth++) parent = parent.parent;
  return parent?.kind === 'external' && TOOL_CLASS.test(parent.name.split('.').at(-1) ?? '');
}

/** mcp-framework: `class X extends MCPTool { name = ...; description = ...; schema = ...; execute() }`. */
function addClasses(it: Interpreter, model: ServerModel, file: SourceFile): void {
  for (const node of [...file.nodesOf('ClassDeclaration'), ...file.nodesOf('ClassExpression')]) {
    const env = it.modules.open(file.path)?.env;
    if (!env) return;
    if (!node.superClass || !isToolClass(it, node.superClass, env)) continue;
    const callee = it.evaluate(node.type === 'ClassDeclaration' && node.id ? node.id : node, env);
    const event = { node, file, name: '', self: undefined, args: [], isNew: true };
    const instance = it.construct({ ...event, callee });
    if (instance.kind !== 'object') continue;
    const name = textOf(it.get(instance, 'name'));
    if (name === undefined || model.tools.some((tool) => tool.name === name)) continue;
    addObject(it, model, instance, { file, node }, true);
  }
}
