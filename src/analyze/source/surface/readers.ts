// Handlers of prompts, resources and network requests, noted where the code hands them over.
import type { CallEvent, Machine } from './eval/machine.ts';
import { optionsOf, textOf, UNKNOWN, type Value } from './eval/values.ts';
import type { ReaderRecord, ServerModel } from './model.ts';

const MAX_READERS = 80;
const ROUTE_METHODS = new Set('get post put patch delete all use options head'.split(' '));
const FRAMEWORKS =
  /^(?:express|fastify|hono|new hono|koa|@koa\/router|koa-router|polka|restify|h3|itty-router|find-my-way|router|elysia|micro|connect|@hono\/)/i;
const SERVER_MAKERS =
  /^(?:https?|http2)\.(?:createServer|createSecureServer)$|^(?:Bun|Deno)\.serve$|^(?:@hono\/node-server|h3)\.\w+$/;
// Messages between the parts of one program are no requests.
const NO_SOCKET =
  /^(?:process|worker|node:worker|parentPort|cluster|child_process|readline|electron)/;

export function addReader(model: ServerModel, record: ReaderRecord): void {
  const isKnown = model.readers.some(
    ({ handler, channel }) => handler.node === record.handler.node && channel === record.channel,
  );
  if (!isKnown && model.readers.length < MAX_READERS) model.readers.push(record);
}

/** The callbacks of `registerPrompt(name, config, callback)` and of resources made from a template. */
export function addReaders(it: Machine, model: ServerModel, event: CallEvent): void {
  const { name, args } = event;
  const channel = name.toLowerCase().includes('prompt') ? 'prompt' : 'resource';
  const [first = UNKNOWN] = args;
  const object = optionsOf(first).find((option) => option.kind === 'object');
  // A resource with one address gets no argument that a caller chooses.
  const isFixed =
    channel === 'resource' && name !== 'addResourceTemplate' && textOf(args[1]) !== undefined;
  if (isFixed || (object && name === 'addResource')) return;
  const config = object ?? args.find((arg) => arg.kind === 'object');
  const schema = config && schemaOf(it, config);
  const handlers = [...args, ...(object ? [it.get(object, 'load')] : [])];
  const said = [...args, ...(config ? [it.get(config, 'description')] : [])].map(textOf);
  const stated = channel === 'prompt' ? said.join(' ').toLowerCase() : undefined;
  for (const handler of handlers) {
    if (handler.kind === 'function')
      addReader(model, { channel, handler, schema, stated, isDispatcher: false });
  }
}

/** `argsSchema` of a configuration, or the shape itself. */
function schemaOf(it: Machine, config: Value & { kind: 'object' }): Value | undefined {
  const inner = it.get(config, 'argsSchema');
  if (inner.kind === 'object' || inner.kind === 'schema') return inner;
  const isShape = [...config.props.values()].some((member) => member.kind === 'schema');
  return isShape ? config : undefined;
}

/** `new StreamableHTTPClientTransport(url, { authProvider })`: a remote server says where to sign in. */
export function addSignIn(it: Machine, model: ServerModel, event: CallEvent): void {
  if (!event.isNew && !/transport|auth/i.test(event.name)) return;
  for (const arg of event.args) {
    const object = optionsOf(arg).find((option) => option.kind === 'object');
    const provider = object?.kind === 'object' ? object.props.get('authProvider') : undefined;
    if (!provider) continue;
    const handler = it.get(provider, 'redirectToAuthorization');
    if (handler.kind !== 'function') continue;
    const bound = handler.self ? handler : { ...handler, self: provider };
    addReader(model, { channel: 'remote', handler: bound, isDispatcher: false });
  }
}

/** `app.get('/path', handler)`, `http.createServer(handler)` and `socket.on('message', handler)`. */
export function addRoute(model: ServerModel, event: CallEvent): void {
  const { name, args, callee } = event;
  const handlers = args.filter((arg) => arg.kind === 'function');
  if (handlers.length === 0) return;
  const called = callee.kind === 'external' ? callee.name : '';
  const isRoute =
    (ROUTE_METHODS.has(name) && (isPath(args[0]) || FRAMEWORKS.test(called))) ||
    SERVER_MAKERS.test(called) ||
    (name === 'on' && textOf(args[0]) === 'message' && isSocket(event, called));
  if (!isRoute || /^node_modules\//.test(event.file.path)) return;
  for (const handler of handlers) {
    addReader(model, { channel: 'http', handler, isDispatcher: false });
  }
}

const isPath = (value: Value | undefined) => textOf(value)?.startsWith('/') === true;

const isSocket = (event: CallEvent, called: string) =>
  !NO_SOCKET.test(called) &&
  event.self?.kind !== 'object' &&
  /["'`](?:ws|uWebSockets\.js|socket\.io|websocket)["'`]|WebSocketServer|upgradeWebSocket/.test(
    event.file.text,
  );
