// Runs every tool's handler abstractly with arguments of unknown content, and notes the calls it makes.
import type { SourceFile } from '../file.ts';
import type { Interpreter } from './eval/interpreter.ts';
import { schemaFrom } from './eval/json.ts';
import type { CallEvent, WriteEvent } from './eval/machine.ts';
import { applySchema } from './eval/typed.ts';
import {
  UNKNOWN,
  literal,
  object,
  taintsOf,
  type FunctionValue,
  type Taint,
  type Value,
} from './eval/values.ts';
import type { Channel, ServerModel, ToolRecord, Use } from './model.ts';
import { rawArguments, rawHandlers } from './raw.ts';
import { runReaders } from './reader-runs.ts';
import { functionIn } from './registrations.ts';
import { unlistedNames } from './unlisted.ts';

const HANDLER_STEPS = 40_000;
const MIN_HANDLER_STEPS = 5_000;
const ALL_HANDLERS_STEPS = 1_000_000;
const MAX_USES = 4000;
// Methods that take a query or a command whatever object they belong to.
const TELLING_METHODS =
  /^(?:query|execute|exec|raw|run|all|get|each|prepare|unsafe|\$queryRawUnsafe|\$executeRawUnsafe|queryRawUnsafe|command|sendCommand|render|renderString|compile|load|deserialize|unserialize|rpc|execCommand|search|searchAsync|select|executeQuery|loadURL|redirect|merge|mergeWith|defaultsDeep|evaluate|runInContext|runInNewContext|execa|execaCommand|spawn|goto|request|fetch|read|write|elicit|elicitInput|sendMail|deleteMany|deleteOne|updateOne|updateMany|findOne|findOneAnd\w+|replaceOne|countDocuments|where|andWhere|orWhere|eval|literal|insertOne|insertMany|dropDatabase|dropCollection|flush(?:all|db|All|Db))$/;

export function runHandlers(
  it: Interpreter,
  model: ServerModel,
  files: readonly SourceFile[],
): void {
  const share = Math.floor(ALL_HANDLERS_STEPS / Math.max(1, model.tools.length));
  const steps = Math.min(HANDLER_STEPS, Math.max(MIN_HANDLER_STEPS, share));
  for (const tool of model.tools) {
    if (tool.handler) runTool(it, model, tool, steps);
    else runDispatcher(it, model, tool.name, steps);
  }
  for (const name of unlistedNames(model, files)) {
    runDispatcher(it, model, name, steps, 'unlisted');
  }
  runReaders(it, model, HANDLER_STEPS, (reader, most, work) =>
    observe(it, model, '', most, work, reader),
  );
  const isRun = model.tools.some((tool) => tool.handler ?? model.callHandlers.length > 0);
  if (isRun || model.callHandlers.length > 0) {
    if (model.tools.length === 0) runDispatcher(it, model, '', HANDLER_STEPS);
    return;
  }
  runRaw(it, model, rawHandlers(it, files), steps);
}

/** Once for each tool, and once for whatever else it is asked. */
function runRaw(
  it: Interpreter,
  model: ServerModel,
  handlers: readonly FunctionValue[],
  steps: number,
): void {
  for (const handler of handlers) {
    const isMember = handler.node.type !== 'FunctionDeclaration';
    for (const { name } of model.tools) {
      observe(it, model, name, steps, () => {
        answer(it, handler, rawArguments(handler, literal(name), root(it, handler)));
      });
    }
    const work = () => it.callFunction(handler, [root(it, handler)]);
    if (model.tools.length === 0 || isMember) observe(it, model, '', HANDLER_STEPS, work);
  }
}

function runTool(it: Interpreter, model: ServerModel, tool: ToolRecord, steps: number): void {
  const fn = tool.handler && functionIn(tool.handler);
  if (!fn) return;
  observe(it, model, tool.name, steps, () => {
    const input = root(it, fn);
    const typed = tool.schema && tool.isValidated ? schemaFrom(tool.schema) : undefined;
    const args = typed?.shape ? applySchema(it, typed, input) : input;
    answer(it, fn, argumentsFor(fn, args));
  });
}

/** What it gives back is a use too: of what goes to the caller. */
function answer(it: Interpreter, fn: FunctionValue, args: readonly Value[]): void {
  const result = it.callFunction(fn, args, fn.self);
  const { node, file } = fn;
  const callee = { kind: 'external', name: 'result' } as const;
  const event = { node, file, name: 'result', callee, self: undefined, args: [result] };
  it.hooks.onCall({ ...event, isNew: false });
}

/** `(args)` and `(args, extra)`, but also `(client, args)`. */
function argumentsFor(fn: FunctionValue, args: Value): Value[] {
  const [first, second] = (fn.node as unknown as { params: { type: string; name?: string }[] })
    .params;
  const isContext =
    first?.type === 'Identifier' &&
    /^(?:client|server|ctx|context|api|config|deps|db|_|_\w+)$/.test(first.name ?? '');
  return isContext && second ? [UNKNOWN, args] : [args, UNKNOWN];
}

function runDispatcher(
  it: Interpreter,
  model: ServerModel,
  name: string,
  steps: number,
  channel?: Channel,
): void {
  for (const { handler } of model.callHandlers) {
    const fn = functionIn(handler);
    if (!fn) continue;
    const work = () => {
      const params = object([
        ['name', name === '' ? UNKNOWN : literal(name)],
        ['arguments', root(it, fn)],
      ]);
      const request = object([
        ['params', params],
        ['method', literal('tools/call')],
      ]);
      answer(it, fn, [request, UNKNOWN]);
    };
    observe(it, model, name, steps, work, { channel });
  }
}

function root(it: Interpreter, fn: FunctionValue): Value {
  const steps = [`${it.place(fn.file, fn.node)} tool arguments`];
  const taint: Taint = { origin: '', steps, marks: new Set() };
  return { kind: 'unknown', taints: [taint] };
}

function observe(
  it: Interpreter,
  model: ServerModel,
  tool: string,
  steps: number,
  work: () => void,
  { channel, stated }: Omit<Caller, 'tool'> = {},
): void {
  const before = it.hooks;
  const entered = it.entered;
  it.entered = new Set();
  it.hooks = {
    onCall: (event) => {
      note(it, model, { tool, channel, stated }, event);
      return undefined;
    },
    onWrite: (event) => noteWrite(it, model, { tool, channel, stated }, event),
  };
  it.within(steps, work);
  it.hooks = before;
  it.entered = entered;
}

type Caller = Pick<Use, 'tool' | 'channel' | 'stated'>;

function note(it: Interpreter, model: ServerModel, caller: Caller, event: CallEvent): void {
  if (model.uses.length >= MAX_USES) return;
  const { callee, name } = event;
  const isExternal = callee.kind === 'external';
  if (callee.kind === 'function' && isDeepMerge(it, event)) {
    model.uses.push({ ...useOf(it, caller, event), name: 'recursive-merge' });
    return;
  }
  if (!isExternal && !TELLING_METHODS.test(name)) return;
  if (!isExternal && callee.kind === 'function') return;
  const plain = isExternal ? `${event.isNew ? 'new ' : ''}${callee.name}` : `.${name}`;
  model.uses.push({ ...useOf(it, caller, event), name: plain });
}

function useOf(it: Interpreter, caller: Caller, event: CallEvent): Omit<Use, 'name'> {
  const { name: method, args, self, file, node, callee } = event;
  const client = clientOptions(self) ?? clientOptions(callee);
  return { ...caller, method, args, self, client, guards: [...it.guards], file, node };
}

/** What an outside object was made with: `axios.create(options)`. */
const clientOptions = (value: Value | undefined) =>
  value?.kind === 'external' ? value.args : undefined;

/** `state[a][b] = value` with keys from arguments: `__proto__` is a key too. */
function noteWrite(it: Interpreter, model: ServerModel, caller: Caller, event: WriteEvent): void {
  const { target, key, node, file } = event;
  const ledBy = target.kind === 'union' ? target.options : [target];
  const isLed = ledBy.some((option) => option.kind === 'unknown' && option.ledBy !== undefined);
  const owner = it.stack.at(-1);
  if (!isLed || taintsOf(key).length === 0 || !owner || model.uses.length >= MAX_USES) return;
  const { start, end } = owner;
  if (/__proto__|hasOwn/.test(file.text.slice(start, Math.min(end, start + 4000)))) return;
  const use = { ...caller, method: 'write', args: [target, key], self: undefined, file, node };
  model.uses.push({ ...use, name: 'recursive-merge', guards: [...it.guards] });
}

/** `merge(target[key], source[key])` within merge itself, with no look at `__proto__`. */
function isDeepMerge(it: Interpreter, event: CallEvent): boolean {
  const { callee, node, file, args } = event;
  if (callee.kind !== 'function' || !it.stack.includes(callee.node)) return false;
  const [target, source] = node.type === 'CallExpression' ? node.arguments : [];
  if (!target || !source || args.length < 2) return false;
  if (!/\w\[\w+\]/.test(file.textOf(target)) || !/^[\w.]+\[\w+\]$/.test(file.textOf(source))) {
    return false;
  }
  const { start, end } = callee.node;
  return !/__proto__|hasOwn/.test(file.text.slice(start, Math.min(end, start + 4000)));
}
