// The labels of one expression, given those of the bindings in it.
import type { Node } from '../../parse.ts';
import { holdsRemote } from './bind.ts';
import { instanceClass, memberOf } from './classes.ts';
import type { ClassNode } from './classes.ts';
import { calleesOf, functionsIn } from './callees.ts';
import type { Flow } from './callees.ts';
import {
  asCode,
  asText,
  CRED,
  CRED_PARSED,
  CRED_PATH,
  ENV,
  ENV_TEXT,
  HOME,
  HOOKED,
  named,
  REMOTE,
  SHELL,
  SOCKET,
  throughUnknown,
  TOOL_ALL,
} from './labels.ts';
import { linkLabel } from './link.ts';
import { FIELDS, PROMISES } from './memo.ts';
import { fieldKey, lookup } from './model.ts';
import type { Binding, Call, Fn } from './model.ts';
import { keyOf, nameOf, propertyOf, shapeOf, textsIn, unwrap } from './names.ts';
import { isNarrow } from './narrow.ts';
import { optionalChain } from './optional-chain.ts';
import { yieldedProperty } from './yielded.ts';
import { sourceLabels } from './sources.ts';
import { constant, nameLabels, pieces, textLabels } from './text-labels.ts';
import * as calls from './vocabulary.ts';

const MAX_DEPTH = 60;
const MAX_MAPPED = 50;
/** Parts of a request, as whole as what they are made of. */
const REQUEST = /^(?:Headers|Request|URL|FormData|Blob)$/;
/** A folder well below the home: what is listed in it is not what people keep in theirs. */
const DEEP = /^~[\\/][\w. -]+[\\/][\w. -]/;
/** What opens a wallet, and libraries for them. */
const KEY_OF_WALLET = /^_?(?:secretKey|privateKey|mnemonic|seedPhrase)$/;
const WALLET =
  /['"](?:@solana\/web3\.js|ethers|viem(?:\/accounts)?|web3|bip39|@scure\/bip39|bitcoinjs-lib|@mysten\/sui|near-api-js|tweetnacl)(?:\/[\w/.-]{1,40})?['"]/;
/** Methods of a client of a queue or chat through which it hears others. */
const OPENS =
  /^(?:consumer|consume|subscribe|psubscribe|channel|duplicate|connect|createReceiver|createChannel|queue|topic|subscription|withUrl|withAutomaticReconnect|build|child|ref|messages|receive\w{0,12}|b[lr]pop|xread\w{0,6}|fetch\w{0,12}|getUpdates|getBody|send|join)$/;

/** Labels of an expression; `isCallback` asks what a call hands to its callbacks. */
export function evaluate(
  flow: Flow,
  node: Node | null | undefined,
  depth: number,
  isCallback = false,
): number {
  if (!node || depth > MAX_DEPTH) return 0;
  const { memo } = flow;
  const index = memo.indexOf(node);
  const isKnown = memo.isKnown(index);
  if (isKnown && !isCallback) return memo.take(index);
  const before = memo.reads;
  memo.reads = 0;
  if (!isKnown) memo.begin(index);
  const labels = find(flow, node, depth + 1, isCallback);
  if (!isCallback) memo.keep(index, labels);
  else if (!isKnown) memo.forget(index);
  memo.reads |= before;
  return labels;
}

function find(flow: Flow, wrapped: Node, depth: number, isCallback: boolean): number {
  const node = unwrap(wrapped);
  switch (node.type) {
    case 'Literal':
      return typeof node.value === 'string'
        ? constant(flow, node, () => textLabels(String(node.value)))
        : 0;
    case 'Identifier': {
      const own = lookup(flow.model, node);
      return (own ? read(flow, own) : 0) | nameLabels(flow, nameOf(flow.model, node));
    }
    case 'TemplateLiteral':
      return (
        asText(all(flow, node.expressions, depth)) |
        constant(flow, node, () => textLabels(shapeOf(flow.model, node) ?? '') | pieces(node))
      );
    case 'BinaryExpression':
      return binary(flow, node, depth);
    case 'LogicalExpression':
      return evaluate(flow, node.left, depth) | evaluate(flow, node.right, depth);
    case 'ConditionalExpression':
      return evaluate(flow, node.consequent, depth) | evaluate(flow, node.alternate, depth);
    case 'AssignmentExpression':
      return evaluate(flow, node.right, depth);
    case 'SpreadElement':
    case 'YieldExpression':
      return evaluate(flow, node.argument, depth);
    case 'ArrayExpression':
      return all(flow, node.elements, depth);
    case 'ObjectExpression':
      return all(flow, node.properties, depth);
    case 'TaggedTemplateExpression':
      return throughUnknown(all(flow, node.quasi.expressions, depth));
    case 'MemberExpression':
      return member(flow, node, depth);
    case 'CallExpression':
    case 'NewExpression':
      return call(flow, node, depth, isCallback);
    default:
      return 0;
  }
}

// This is where a file's time goes: a function of its own for each expression would be much of what is allocated.
function all(flow: Flow, nodes: readonly (Node | null)[], depth: number): number {
  let labels = 0;
  for (const node of nodes)
    labels |= evaluate(flow, node?.type === 'Property' ? node.value : node, depth);
  return labels;
}

function binary(flow: Flow, node: Node, depth: number): number {
  let labels = 0;
  let at = node;
  for (let count = 0; at.type === 'BinaryExpression' && count < 2000; count++) {
    if (at.operator !== '+')
      return CODES.test(at.operator)
        ? asCode(labels | evaluate(flow, at.left, depth) | evaluate(flow, at.right, depth))
        : 0;
    labels |= evaluate(flow, at.right, depth);
    at = at.left;
  }
  labels |= evaluate(flow, at, depth);
  const shape = shapeOf(flow.model, node);
  return (
    asText(labels) |
    constant(flow, node, () => (shape === null ? 0 : textLabels(shape))) |
    (labels & CRED_PATH)
  );
}

/** What own encoders do with the bytes of a text. */
const CODES = /^(?:<<|>>>?|[&|^%])$/;
const isCalculated = (node: Node): boolean =>
  node.type === 'BinaryExpression' && CODES.test(node.operator);

function member(
  flow: Flow,
  node: Extract<Node, { type: 'MemberExpression' }>,
  depth: number,
): number {
  const { model } = flow;
  const name = nameLabels(flow, nameOf(model, node));
  if (name !== 0) return name;
  const key = keyOf(model, node);
  const whole = evaluate(flow, node.object, depth);
  if (key === null) {
    // A key that ranges over the environment, or over a list of secrets' names.
    const keys = evaluate(flow, node.property, depth);
    if (whole & ENV) return (keys & ENV ? ENV_TEXT : 0) | keys;
    // A letter of an alphabet, by the bits of what is encoded.
    return whole | (isCalculated(node.property) ? asCode(keys) : 0);
  }
  const object = holdsRemote(flow, node.object, key) ? whole : whole & ~REMOTE;
  if (calls.isScrubber(key)) return 0;
  if (KEY_OF_WALLET.test(key) && WALLET.test(model.text)) return CRED;
  // The arguments of a request are the whole of what the model said.
  if (object & TOOL_ALL && /^(?:params|arguments|input|args)$/.test(key)) return object;
  if (node.object.type === 'ThisExpression') return fieldLabels(flow, fieldKey(node, key)) ?? 0;
  const value = propertyOf(model, node.object, key);
  if (value) return evaluate(flow, value, depth);
  const held = flow.isClose ? heldBy(flow, node, key, depth) : null;
  if (held !== null) return held;
  // All servers of an agent, and what one of them is given: still secrets of others.
  if (object & CRED_PARSED && /^(?:mcpServers|env)$/.test(key)) return object;
  return /^\d+$/.test(key) ? object : named(object, key) | (object & (SOCKET | SHELL));
}

/** What a property of a function's answer or of an instance is; null if that cannot be told. */
function heldBy(
  flow: Flow,
  node: Extract<Node, { type: 'MemberExpression' }>,
  key: string,
  depth: number,
): number | null {
  const { model } = flow;
  const yielded = yieldedProperty(model, node.object, key);
  if (yielded) return all(flow, yielded, depth);
  const made = instanceClass(model, node.object);
  return made ? ofInstance(flow, made, key) : null;
}

/** A field or getter of an instance; null if its class has neither. */
function ofInstance(flow: Flow, made: ClassNode, key: string): number | null {
  const getter = memberOf(flow.model, made, key, 'get');
  return getter ? read(flow, getter) : fieldLabels(flow, fieldKey(made.body, key));
}

/** The labels of a variable or function. */
function read({ memo }: Flow, { labels, bit }: Binding | Fn): number {
  memo.reads |= bit;
  return labels;
}

/** What functions give back, all together. */
function returned(flow: Flow, functions: readonly Fn[]): number {
  let labels = 0;
  for (const fn of functions) labels |= read(flow, fn);
  return labels & ~HOOKED;
}

function fieldLabels({ memo, model }: Flow, key: string): number | null {
  memo.reads |= FIELDS;
  return model.fields.get(key) ?? null;
}

function call(flow: Flow, node: Call, depth: number, isCallback: boolean): number {
  const { model } = flow;
  const name = nameOf(model, node.callee) ?? '';
  const callee = unwrap(node.callee);
  const method = callee.type === 'MemberExpression' ? (keyOf(model, callee) ?? '') : '';
  const chain = optionalChain(node);
  if (chain) return chained(flow, evaluate(flow, chain.start, depth), chain.keys);
  const given = all(flow, node.arguments, depth);
  const whole = shapeOf(model, node);
  const isMapped = whole === null && method === 'map' && flow.isClose;
  const text =
    whole === null && !isMapped ? 0 : constant(flow, node, () => textsLabels(flow, node, whole));
  if (/^path\b.{0,8}\.(?:join|resolve|normalize|dirname|relative)$/.test(name))
    return (DEEP.test(whole ?? '') ? given & ~HOME : given) | text;
  if (/^(?:new )?\.{1,2}\//.test(name) && !/\.json\b/.test(name))
    return linkLabel(flow.imports, name);
  const source = sourceLabels(flow, node, name, given, () =>
    evaluate(flow, node.arguments[0], depth),
  );
  if (source !== null) return source;
  const promised = flow.resolved.get(node);
  if (promised !== undefined) {
    flow.memo.reads |= PROMISES;
    return promised;
  }
  const local = calleesOf(model, node);
  if (local.length > 0 && node.type === 'CallExpression') return returned(flow, local) | text;
  if (calls.isScrubber(method) || (method === '' && calls.isScrubber(name))) return 0;
  const received = callee.type === 'MemberExpression' ? evaluate(flow, callee.object, depth) : 0;
  if (received & ENV && isNarrow(model.text.slice(node.start, node.end))) return 0;
  return text | methodLabels(flow, node, method, received, given, isCallback);
}

/** Of `names.map((name) => `${home}/.${name}`)`, too. */
const textsLabels = ({ model }: Flow, node: Call, whole: string | null): number =>
  (whole === null ? (textsIn(model, node) ?? []).slice(0, MAX_MAPPED) : [whole]).reduce(
    (labels, text) => labels | textLabels(text),
    0,
  );

/** `start?.key?.key`. */
function chained(flow: Flow, start: number, keys: readonly string[]): number {
  return keys.reduce(
    (labels, key) =>
      (labels & ENV ? nameLabels(flow, `process.env.${key}`) : 0) | named(labels, key),
    start,
  );
}

function methodLabels(
  flow: Flow,
  node: Call,
  method: string,
  received: number,
  given: number,
  isCallback: boolean,
): number {
  const callbacks = node.arguments.flatMap((arg) => functionsIn(flow.model, arg));
  const answers = isCallback ? 0 : returned(flow, callbacks);
  if (
    /^(?:map|filter|flatMap|reduce|slice|concat|sort|reverse|then|catch|finally|flat|find|forEach|entries|values|keys|get|at|pop|shift|on|once|pipe|setEncoding|splice|toSorted|toReversed|toSpliced|fill)$/.test(
      method,
    )
  ) {
    return received | answers | (method === 'concat' || method === 'reduce' ? given : 0);
  }
  if (
    /^(?:join|toString|toJSON|text|json|replace|replaceAll|split|match|matchAll|trim|substring|substr|exec|blob|arrayBuffer|read|buffer)$/.test(
      method,
    )
  ) {
    // What a replacer gives stands in the text.
    const put = method.startsWith('replace') ? answers : 0;
    return asText(received) | put | (method === 'exec' || method === 'read' ? asText(given) : 0);
  }
  if (method === 'decode' || method === 'encode') return asText(received | given);
  if (OPENS.test(method) && received & REMOTE) return received & REMOTE;
  const hooked =
    node.type === 'NewExpression' && REQUEST.test(nameOf(flow.model, node.callee) ?? '')
      ? given & HOOKED
      : 0;
  return hooked | throughUnknown(asTextIfEncoder(node, received | given) | answers);
}

function asTextIfEncoder(node: Call, labels: number): number {
  return node.type === 'NewExpression' || node.callee.type === 'MemberExpression'
    ? labels
    : labels & ~ENV;
}
