// Runs the handlers of prompts, resources and network requests as those of tools are run.
import type { Interpreter } from './eval/interpreter.ts';
import { schemaFrom } from './eval/json.ts';
import { applySchema } from './eval/typed.ts';
import {
  UNKNOWN,
  object,
  textOf,
  type FunctionValue,
  type Taint,
  type Value,
} from './eval/values.ts';
import type { ReaderRecord, ServerModel } from './model.ts';

const ALL_READERS_STEPS = 400_000;
const MIN_STEPS = 4_000;
// What a framework puts on a request by itself, or a middleware after a look at it.
const NOT_SENT = ['user', 'session', 'auth', 'ip', 'ips', 'method', 'socket', 'app', 'log', 'res'];

type Observe = (reader: ReaderRecord, steps: number, work: () => void) => void;

export function runReaders(
  it: Interpreter,
  model: ServerModel,
  most: number,
  observe: Observe,
): void {
  const share = Math.floor(ALL_READERS_STEPS / Math.max(1, model.readers.length));
  const steps = Math.min(most, Math.max(MIN_STEPS, share));
  for (const reader of [...model.readers]) {
    const { handler } = reader;
    const work = () => it.callFunction(handler, argumentsOf(it, reader), handler.self);
    observe(stating(it, model, reader), steps, work);
  }
}

/** One handler of all prompts is for what those that are listed say of themselves. */
function stating(it: Interpreter, model: ServerModel, reader: ReaderRecord): ReaderRecord {
  if (!reader.isDispatcher || reader.channel !== 'prompt') return reader;
  const said = model.prompts.flatMap(({ kind, name, texts: [item] }) =>
    kind === 'prompt' && item?.kind === 'object' && item.props.has('name')
      ? [name, textOf(it.get(item, 'description')) ?? '']
      : [],
  );
  return { ...reader, stated: said.join(' ').toLowerCase() };
}

function argumentsOf(it: Interpreter, reader: ReaderRecord): Value[] {
  const { handler, channel, isDispatcher } = reader;
  const input = from(it, handler, `${channel} arguments`, '');
  if (channel === 'http') return requests(it, handler);
  if (channel === 'remote')
    return [from(it, handler, 'address from a remote server', 'authorizationUrl')];
  if (isDispatcher) {
    const member = channel === 'prompt' ? 'arguments' : 'uri';
    const value = channel === 'prompt' ? input : from(it, handler, 'resource address', 'uri');
    const params = object([
      ['name', UNKNOWN],
      [member, value],
    ]);
    return [object([['params', params]]), UNKNOWN];
  }
  if (channel === 'resource') {
    // `(uri, variables)`; the one argument of a `load` are the variables.
    const hasOne = paramsOf(handler) === 1 && handler.node.type !== 'ArrowFunctionExpression';
    return hasOne ? [input] : [from(it, handler, 'resource address', 'uri'), input, UNKNOWN];
  }
  const typed = reader.schema && schemaFrom(reader.schema);
  return [typed?.shape ? applySchema(it, typed, input) : input, UNKNOWN];
}

const paramsOf = (fn: FunctionValue) => (fn.node as unknown as { params: unknown[] }).params.length;

/** `(req, res, next)`, `(context)` and `(data)`: what arrives is in the first, or after an error. */
function requests(it: Interpreter, handler: FunctionValue): Value[] {
  const rest = from(it, handler, 'network request', '');
  const props = new Map<string, Value>(NOT_SENT.map((name) => [name, UNKNOWN]));
  const request: Value = { kind: 'object', props, isOpen: true, rest };
  return paramsOf(handler) === 4
    ? [UNKNOWN, request, UNKNOWN, UNKNOWN]
    : [request, UNKNOWN, UNKNOWN];
}

function from(it: Interpreter, fn: FunctionValue, what: string, origin: string): Value {
  const steps = [`${it.place(fn.file, fn.node)} ${what}`];
  const taint: Taint = { origin, steps, marks: new Set() };
  return { kind: 'unknown', taints: [taint] };
}
