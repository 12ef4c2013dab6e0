// Calls that declare tools, prompts and resources, in the ways of the SDKs -> records.
import type { CallEvent, Machine } from './eval/machine.ts';
import {
  optionsOf,
  textOf,
  UNKNOWN,
  type FunctionValue,
  type ObjectValue,
  type Value,
} from './eval/values.ts';
import { addPrompt, addPromptTexts, listOthers } from './prompts.ts';
import { addReader, addReaders, addRoute, addSignIn } from './readers.ts';
import { methodOf } from './request-names.ts';
import type { ServerModel, ToolRecord } from './model.ts';

const NAMES = new Set([
  'tool',
  'registerTool',
  'addTool',
  'addTools',
  'registerTools',
  'prompt',
  'registerPrompt',
  'addPrompt',
  'resource',
  'registerResource',
  'addResource',
  'addResourceTemplate',
  'setRequestHandler',
  'registerAppTool',
]);
const ANNOTATIONS = new Set([
  'title',
  'readOnlyHint',
  'destructiveHint',
  'idempotentHint',
  'openWorldHint',
]);
const HANDLER_KEYS = [
  'handler',
  'execute',
  'run',
  'call',
  'callback',
  'cb',
  'func',
  'invoke',
  'handle',
  'fn',
  'implementation',
  'toolCallback',
  'load',
];
const SCHEMA_KEYS = [
  'inputSchema',
  'parameters',
  'input_schema',
  'paramsSchema',
  'schema',
  'params',
  'inputs',
  'input',
  'args',
  'zodSchema',
  'inputShape',
  'argsSchema',
  'shape',
];
const SERVER_CLASS = /^(?:McpServer|Server|FastMCP|MCPServer|MCPServerBase|McpAgent)$/;
const MAX_TOOLS = 1000;

/** Takes down the call if it declares something; a value ends the call there. */
export function register(it: Machine, model: ServerModel, event: CallEvent): Value | undefined {
  addSignIn(it, model, event);
  if (event.isNew) return made(model, event);
  addRoute(model, event);
  if (isDecorator(event)) {
    const [first = UNKNOWN] = event.args;
    return addObject(it, model, first, event, true) ? UNKNOWN : undefined;
  }
  if (!NAMES.has(event.name)) return undefined;
  const { name, args } = event;
  const followed = isLocalWrapper(event) ? undefined : UNKNOWN;
  switch (name) {
    case 'setRequestHandler':
      return handleRequest(it, model, event) ? UNKNOWN : followed;
    case 'tool':
    case 'registerTool':
    case 'addTool':
    case 'registerAppTool':
      return addTool(it, model, event) ? followed : isLocalWrapper(event) ? undefined : UNKNOWN;
    case 'addTools':
    case 'registerTools': {
      const list = args.find((arg) => arg.kind === 'array');
      if (list?.kind === 'array')
        for (const item of list.items) addObject(it, model, item, event, true);
      return followed;
    }
    default:
      addPrompt(it, model, event);
      addReaders(it, model, event);
      return followed;
  }
}

/** `@Tool({ name, description })` of a framework, as compilers leave it. */
function isDecorator({ callee, name }: CallEvent): boolean {
  const own = callee.kind === 'external' ? callee.name : '';
  return /^(?:Mcp)?Tool$/.test(name) && /mcp/i.test(own);
}

/** A method or function of the package itself: what it does with the definition is looked at too. */
function isLocalWrapper(event: CallEvent): boolean {
  const { callee } = event;
  // The SDK itself, when it is bundled, is large and tells nothing more.
  return callee.kind === 'function' && callee.file.text.length < 400_000;
}

function made(model: ServerModel, event: CallEvent): Value | undefined {
  const { callee, args, name } = event;
  const last = callee.kind === 'external' ? (callee.name.split('.').at(-1) ?? '') : name;
  const isServer =
    SERVER_CLASS.test(last) ||
    (callee.kind === 'class' && SERVER_CLASS.test(className(callee.node)));
  if (!isServer) return undefined;
  const [info, options] = args;
  const name_ = property(info, 'name');
  model.serverName ??= textOf(name_);
  model.serverVersion ??= textOf(property(info, 'version'));
  const instructions = property(options, 'instructions') ?? property(info, 'instructions');
  if (instructions)
    model.instructions.push({ value: instructions, file: event.file, node: event.node });
  return callee.kind === 'external' || callee.kind === 'unknown' ? UNKNOWN : undefined;
}

function className(node: unknown): string {
  return (node as { id?: { name: string } | null }).id?.name ?? '';
}

export function property(value: Value | undefined, key: string): Value | undefined {
  const object = value && optionsOf(value).find((option) => option.kind === 'object');
  const found = object?.props.get(key);
  return found?.kind === 'lazy' ? found.force() : found;
}

function handleRequest(it: Machine, model: ServerModel, event: CallEvent): boolean {
  const method = methodOf(event);
  const handler = event.args[1] ?? UNKNOWN;
  const fn = functionIn(handler);
  if (method === 'tools/call') {
    model.callHandlers.push({ handler: fn ?? handler, file: event.file, node: event.node });
    return true;
  }
  if (method === null || !fn) {
    if (method === 'tools/list')
      model.doubts.push('the list of tools is made by code that cannot be followed');
    return method !== null;
  }
  if (method === 'tools/list') listTools(it, model, it.callFunction(fn, [UNKNOWN, UNKNOWN]), event);
  if (method === 'prompts/list')
    listOthers(it, model, it.callFunction(fn, [UNKNOWN]), event, 'prompt');
  if (method === 'resources/list' || method === 'resources/templates/list') {
    listOthers(it, model, it.callFunction(fn, [UNKNOWN]), event, 'resource');
  }
  if (method === 'prompts/get') answersAll(it, model, fn, event, 'prompt');
  if (method === 'resources/read') answersAll(it, model, fn, event, 'resource');
  return true;
}

function answersAll(
  it: Machine,
  model: ServerModel,
  fn: FunctionValue,
  event: CallEvent,
  channel: 'prompt' | 'resource',
): void {
  addPromptTexts(it, model, fn, event, channel);
  addReader(model, { channel, handler: fn, isDispatcher: true });
}

/** The function itself, or the one that was handed to a wrapper we cannot follow. */
export function functionIn(value: Value): (Value & { kind: 'function' }) | undefined {
  for (const option of optionsOf(value)) {
    if (option.kind === 'function') return option;
    if (option.kind === 'external') {
      const inner = option.args?.find((arg) => arg.kind === 'function');
      if (inner?.kind === 'function') return inner;
    }
  }
  return undefined;
}

function listTools(it: Machine, model: ServerModel, result: Value, event: CallEvent): void {
  let isClosed = false;
  for (const option of optionsOf(result)) {
    const tools = option.kind === 'object' ? it.get(option, 'tools') : option;
    for (const list of optionsOf(tools)) {
      if (list.kind !== 'array') continue;
      if (!list.isOpen) isClosed = true;
      for (const item of list.items) addObject(it, model, item, event, false);
    }
  }
  if (!isClosed) model.openLists += 1;
}

/** A tool from an object such as `{ name, description, inputSchema, handler }`. */
export function addObject(
  it: Machine,
  model: ServerModel,
  value: Value,
  event: Pick<CallEvent, 'file' | 'node'>,
  isValidated: boolean,
): boolean {
  let found = false;
  for (const option of optionsOf(value)) {
    if (option.kind !== 'object') continue;
    const inner = option.props.has('name') || option.class ? option : innerTool(it, option);
    const name = textOf(it.get(inner, 'name')) ?? textOf(it.get(inner, 'toolName'));
    if (name === undefined || name === '') continue;
    found = true;
    push(model, {
      name,
      ...detailsOf(it, inner),
      handler: functionMember(it, inner) ?? functionMember(it, option),
      isValidated,
      file: inner.file ?? event.file,
      node: inner.node ?? event.node,
    });
  }
  return found;
}

/** `{ tool: { name, ... }, handler }` and `{ definition: {...} }`. */
function innerTool(it: Machine, value: ObjectValue): ObjectValue {
  for (const key of ['tool', 'definition', 'schema', 'config', 'spec']) {
    const inner = it.get(value, key);
    if (inner.kind === 'object' && inner.props.has('name')) return inner;
  }
  return value;
}

function functionMember(it: Machine, value: ObjectValue): Value | undefined {
  for (const key of HANDLER_KEYS) {
    const fn = functionIn(it.get(value, key));
    if (fn) return fn.self ? fn : { ...fn, self: value };
  }
  return undefined;
}

type Details = Pick<
  ToolRecord,
  'title' | 'description' | 'schema' | 'annotations' | 'meta' | 'hasOutputSchema'
>;

function detailsOf(it: Machine, value: ObjectValue): Details {
  const member = (key: string): Value | undefined => {
    const found = it.get(value, key);
    return found.kind === 'literal' && found.value === undefined ? undefined : found;
  };
  const schema = SCHEMA_KEYS.map(member).find(
    (found) => found && optionsOf(found).some((o) => o.kind === 'schema' || o.kind === 'object'),
  );
  return {
    title: member('title'),
    description: member('description'),
    schema,
    annotations: member('annotations'),
    meta: member('_meta') ?? member('meta'),
    hasOutputSchema: member('outputSchema') !== undefined,
  };
}

function addTool(it: Machine, model: ServerModel, event: CallEvent): boolean {
  const args = event.name === 'registerAppTool' ? event.args.slice(1) : event.args;
  const [first] = args;
  if (!first) return false;
  const name = textOf(first);
  if (name === undefined) {
    const isObject = optionsOf(first).some((option) => option.kind === 'object');
    if (isObject && addObject(it, model, first, event, true)) return true;
    const handler = functionIn(args.at(-1) ?? UNKNOWN);
    // `.tool(x)` of something else has no handler; a tool whose name is not known has one.
    if ((isObject || (handler && args.length > 1)) && !isLocalWrapper(event)) {
      model.doubts.push('a tool is registered under a name that is made when the server runs');
    }
    return false;
  }
  const rest = args.slice(1);
  const looksLikeTool =
    event.name !== 'tool' || rest.some((arg) => functionIn(arg) ?? arg.kind === 'unknown');
  if (!looksLikeTool || rest.length === 0) return false;
  const record: ToolRecord = {
    name,
    hasOutputSchema: false,
    isValidated: true,
    file: event.file,
    node: event.node,
  };
  push(model, event.name === 'tool' ? overloaded(record, rest) : configured(it, record, rest));
  return true;
}

function configured(it: Machine, record: ToolRecord, rest: readonly Value[]): ToolRecord {
  const config = optionsOf(rest[0] ?? UNKNOWN).find((option) => option.kind === 'object');
  if (!config || textOf(rest[0]) !== undefined) return overloaded(record, rest);
  const handler = functionIn(rest[1] ?? UNKNOWN) ?? functionMember(it, config);
  return { ...record, ...detailsOf(it, config), handler };
}

/** `tool(name, description?, schema?, annotations?, handler)` in all its forms. */
function overloaded(record: ToolRecord, rest: readonly Value[]): ToolRecord {
  const result = { ...record };
  for (const [index, arg] of rest.entries()) {
    const option = optionsOf(arg).find((o) => o.kind !== 'unknown' && o.kind !== 'literal') ?? arg;
    const fn = functionIn(arg);
    if (fn) result.handler = fn;
    else if (option.kind === 'schema') result.schema = option;
    else if (option.kind === 'object') {
      if (isAnnotations(option)) result.annotations = option;
      else result.schema ??= option;
    } else if (index === 0) result.description = arg;
  }
  return result;
}

function isAnnotations(value: ObjectValue): boolean {
  const keys = [...value.props.keys()];
  const isFlat = [...value.props.values()].every(
    (member) => member.kind === 'literal' || member.kind === 'text',
  );
  return keys.length > 0 && isFlat && keys.every((key) => ANNOTATIONS.has(key));
}

function push(model: ServerModel, record: ToolRecord): void {
  const before = model.tools.find((other) => other.name === record.name);
  if (!before) {
    if (model.tools.length < MAX_TOOLS) model.tools.push(record);
    return;
  }
  // The same declaration seen again, from another side: keep what each knows.
  const isSame = before.node === record.node || !before.handler || !record.handler;
  if (isSame) {
    before.handler ??= record.handler;
    before.description ??= record.description;
    before.schema ??= record.schema;
    before.annotations ??= record.annotations;
    before.meta ??= record.meta;
    before.title ??= record.title;
    before.hasOutputSchema ||= record.hasOutputSchema;
    return;
  }
  const isRepeat = model.tools.some((other) => other.node === record.node);
  if (!isRepeat && model.tools.length < MAX_TOOLS) model.tools.push(record);
}
