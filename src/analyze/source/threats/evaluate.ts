// The labels of one expression, given those of the bindings in it.
import type { Node } from '../parse.ts';
import { pathLabels, secretLabel } from './data.ts';
import { calleesOf, functionsIn } from './callees.ts';
import type { Flow } from './callees.ts';
import { CLIENT, CLIP_READ, CONNECTION, DECODER, EXEC, HOST, READ, is } from './kinds.ts';
import {
  asText,
  CLIPBOARD,
  CRED,
  CRED_PARSED,
  CRED_PATH,
  DECODED,
  ENV,
  ENV_TEXT,
  FILES,
  HOME,
  HOOKED,
  HOST_INFO,
  INVISIBLE,
  named,
  REMOTE,
  SHELL,
  SOCKET,
  throughUnknown,
  TOKEN,
  TOOL_ALL,
} from './labels.ts';
import { fieldKey, lookup } from './model.ts';
import type { Call } from './model.ts';
import { constantOf, HOLE, keyOf, nameOf, propertyOf, shapeOf, unwrap } from './names.ts';
import { linkLabel } from './link.ts';
import { parentOf } from '../nodes.ts';
import { isNarrow } from './narrow.ts';
import * as calls from './vocabulary.ts';

const MAX_DEPTH = 60;
const HIDDEN_TEXT =
  /[\u200b\u200c\u200d\u2060-\u2064\u3164\uffa0\u{e0100}-\u{e01ef}\u{e0020}-\u{e007e}]{8}|[\ufe00-\ufe0f]{8}/u;
/** Where a cloud hands its machines the keys that they act with. */
const MACHINE_KEYS =
  /^https?:\/\/(?:169\.254\.169\.254|metadata\.google\.internal|169\.254\.170\.2)\b.{0,80}(?:security-credentials|oauth2\/token|service-accounts)/;
const READS_CREDENTIALS =
  /\b(?:gh auth token|npm (?:config get \S{0,60}(?:auth|token|passw)|token\b)|gcloud auth print-\w{0,20}-?token|aws configure (?:get|export)|security (?:find-|dump-)\S{0,20}|op item get|git credential fill)/;

/** Labels of an expression; `isCallback` asks what a call hands to its callbacks. */
export function evaluate(
  flow: Flow,
  node: Node | null | undefined,
  depth: number,
  isCallback = false,
): number {
  if (!node || depth > MAX_DEPTH) return 0;
  const known = flow.memo.get(node);
  if (known !== undefined && !isCallback) return known;
  // A value that depends on itself adds nothing to itself.
  if (known === undefined) flow.memo.set(node, 0);
  const labels = find(flow, node, depth + 1, isCallback);
  if (!isCallback) flow.memo.set(node, labels);
  else if (known === undefined) flow.memo.delete(node);
  return labels;
}

function find(flow: Flow, wrapped: Node, depth: number, isCallback: boolean): number {
  const node = unwrap(wrapped);
  const all = (nodes: readonly (Node | null)[]) =>
    nodes.reduce((labels, one) => labels | evaluate(flow, one, depth), 0);
  switch (node.type) {
    case 'Literal':
      return typeof node.value === 'string'
        ? constant(flow, node, () => textLabels(String(node.value)))
        : 0;
    case 'Identifier': {
      const own = lookup(flow.model, node);
      return (own?.labels ?? 0) | nameLabels(flow, nameOf(flow.model, node));
    }
    case 'TemplateLiteral':
      return (
        asText(all(node.expressions)) |
        constant(flow, node, () => textLabels(shapeOf(flow.model, node) ?? '') | pieces(node))
      );
    case 'BinaryExpression':
      return binary(flow, node, depth);
    case 'LogicalExpression':
      return all([node.left, node.right]);
    case 'ConditionalExpression':
      return all([node.consequent, node.alternate]);
    case 'AssignmentExpression':
      return evaluate(flow, node.right, depth);
    case 'SpreadElement':
    case 'YieldExpression':
      return evaluate(flow, node.argument, depth);
    case 'ArrayExpression':
      return all(node.elements);
    case 'ObjectExpression':
      return all(node.properties.map((one) => (one.type === 'Property' ? one.value : one)));
    case 'TaggedTemplateExpression':
      return throughUnknown(all(node.quasi.expressions));
    case 'MemberExpression':
      return member(flow, node, depth);
    case 'CallExpression':
    case 'NewExpression':
      return call(flow, node, depth, isCallback);
    default:
      return 0;
  }
}

function constant(flow: Flow, node: Node, find: () => number): number {
  let labels = flow.model.constants.get(node);
  if (labels === undefined) flow.model.constants.set(node, (labels = find()));
  return labels;
}

function pieces(node: Extract<Node, { type: 'TemplateLiteral' }>): number {
  return node.quasis.reduce((labels, quasi) => labels | textLabels(quasi.value.cooked ?? ''), 0);
}

function textLabels(text: string): number {
  if (text === '~' || text === '~/' || text === '/') return HOME;
  if (text.length > 8 && HIDDEN_TEXT.test(text)) return INVISIBLE;
  return text.includes('\n') ? 0 : pathLabels(text.replaceAll(HOLE, '*')) | secretLabel(text);
}

function nameLabels(flow: Flow, name: string | null): number {
  if (name === null) return 0;
  if (name.startsWith('.') && /^\.{1,2}\//.test(name)) return linkLabel(flow.imports, name);
  if (name === 'process.env' || name === 'Deno.env.toObject()') return ENV;
  if (name === 'process.env.HOME' || name === 'process.env.USERPROFILE') return HOME;
  if (name.startsWith('process.env.')) {
    const label = secretLabel(name.slice(12));
    return label === 0 && /(?:NPM|GITHUB|GH|NODE_AUTH)_.{0,20}TOKEN/.test(name) ? TOKEN : label;
  }
  return 0;
}

function binary(flow: Flow, node: Node, depth: number): number {
  let labels = 0;
  let at = node;
  for (let count = 0; at.type === 'BinaryExpression' && count < 2000; count++) {
    if (at.operator !== '+') return 0;
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

function member(
  flow: Flow,
  node: Extract<Node, { type: 'MemberExpression' }>,
  depth: number,
): number {
  const { model } = flow;
  const name = nameLabels(flow, nameOf(model, node));
  if (name !== 0) return name;
  const key = keyOf(model, node);
  const object = evaluate(flow, node.object, depth);
  if (key === null) {
    // A key that ranges over the environment, or over a list of secrets' names.
    const keys = evaluate(flow, node.property, depth);
    return object & ENV ? (keys & ENV ? ENV_TEXT : 0) | keys : object;
  }
  if (calls.isScrubber(key)) return 0;
  // The arguments of a request are the whole of what the model said.
  if (object & TOOL_ALL && /^(?:params|arguments|input|args)$/.test(key)) return object;
  if (node.object.type === 'ThisExpression') return model.fields.get(fieldKey(node, key)) ?? 0;
  const value = propertyOf(model, node.object, key);
  if (value) return evaluate(flow, value, depth);
  // All servers of an agent, and what one of them is given: still secrets of others.
  if (object & CRED_PARSED && /^(?:mcpServers|env)$/.test(key)) return object;
  return /^\d+$/.test(key) ? object : named(object) | (object & (SOCKET | SHELL));
}

function call(flow: Flow, node: Call, depth: number, isCallback: boolean): number {
  const { model } = flow;
  const name = nameOf(model, node.callee) ?? '';
  const callee = unwrap(node.callee);
  const method = callee.type === 'MemberExpression' ? (keyOf(model, callee) ?? '') : '';
  const given = node.arguments.reduce((labels, arg) => labels | evaluate(flow, arg, depth), 0);
  const whole = shapeOf(model, node);
  const text = whole === null ? 0 : constant(flow, node, () => textLabels(whole));
  if (/^path\b.{0,8}\.(?:join|resolve|normalize|dirname|relative)$/.test(name)) return given | text;
  if (/^(?:new )?\.{1,2}\//.test(name)) return linkLabel(flow.imports, name);
  const source = sourceLabels(flow, node, name, given, depth);
  if (source !== null) return source;
  const promised = flow.resolved.get(node);
  if (promised !== undefined) return promised;
  const local = calleesOf(model, node);
  if (local.length > 0) return local.reduce((labels, fn) => labels | (fn.labels & ~HOOKED), 0);
  if (calls.isScrubber(method) || (method === '' && calls.isScrubber(name))) return 0;
  const received = callee.type === 'MemberExpression' ? evaluate(flow, callee.object, depth) : 0;
  if (received & ENV && isNarrow(model.text.slice(node.start, node.end))) return 0;
  return text | methodLabels(flow, node, method, received, given, isCallback);
}

/** Labels of calls that are sources or change the form; null for any other call. */
function sourceLabels(
  flow: Flow,
  node: Call,
  name: string,
  given: number,
  depth: number,
): number | null {
  if (is(name, READ)) {
    const path = evaluate(flow, node.arguments[0], depth);
    return path & CRED_PATH || isPickedByName(flow, node) ? CRED : FILES | (path & HOME);
  }
  if (name === 'https.get' || name === 'http.get') return SOCKET | REMOTE;
  if (is(name, CONNECTION)) return SOCKET;
  if (is(name, CLIENT))
    return REMOTE | (MACHINE_KEYS.test(shapeOf(flow.model, node.arguments[0]) ?? '') ? CRED : 0);
  if (/^dns(?:\.promises)?\.resolveTxt$/.test(name)) return REMOTE;
  if (is(name, HOST)) return HOST_INFO;
  if (is(name, CLIP_READ) || calls.isScreenRead(name)) return CLIPBOARD;
  if (name === 'os.homedir') return HOME;
  if (is(name, EXEC)) return execLabels(flow, node);
  if (is(name, DECODER)) return decoded(flow, node, name, given);
  if (name === 'Buffer.concat' || name === 'escape') return given;
  if (
    name === 'JSON.stringify' ||
    name === 'util.inspect' ||
    name === 'querystring.stringify' ||
    name === 'new URLSearchParams' ||
    name === 'URLSearchParams' ||
    name === 'String'
  ) {
    return asText(given);
  }
  if (name === 'Object.keys') return given & ~CRED_PARSED;
  if (name === 'JSON.parse') return given & CRED ? CRED_PARSED | (given & ~CRED) : given;
  if (
    /^(?:Object\.(?:entries|values|assign|fromEntries|freeze)|structuredClone|Array\.from|Promise\.(?:all|resolve|allSettled|race))$/.test(
      name,
    )
  ) {
    return given;
  }
  if (name === 'Buffer.from' || name === 'Buffer' || name === 'new Buffer') {
    const encoding = constantOf(flow.model, node.arguments[1]);
    const isDecoding = encoding !== null && /^(?:base64|base64url|hex)$/i.test(encoding);
    return asText(given) | (isDecoding ? DECODED : 0);
  }
  return null;
}

const SECRET_FILE =
  /(?:^|[^\w.])\\?\.(?:env|npmrc|netrc|git-credentials|ssh|aws)\b|\bid_(?:rsa|ed25519)|wallet\.dat|keystore/;

/** `if (/\.env/.test(name)) read(path)`: what is read was chosen for being a secret. */
function isPickedByName(flow: Flow, node: Node): boolean {
  for (let at = node, depth = 0; depth < 8; depth++) {
    const parent = parentOf(at);
    if (!parent || flow.model.fnOf.has(parent)) return false;
    if (parent.type === 'IfStatement' && parent.consequent === at) {
      const test = flow.model.text.slice(parent.test.start, parent.test.end).slice(0, 300);
      if (
        SECRET_FILE.test(test) &&
        /\.(?:test|endsWith|startsWith|includes|match)\(|===?/.test(test)
      )
        return !/^\s*!/.test(test);
    }
    at = parent;
  }
  return false;
}

/** Unpacking and unescaping are everyday work unless what goes in was encoded as text before. */
function decoded(flow: Flow, node: Call, name: string, given: number): number {
  const passed = throughUnknown(given) | (given & (REMOTE | DECODED));
  if (/^(?:zlib|pako)\./.test(name)) return passed | (given & FILES ? DECODED : 0);
  if (name.startsWith('String.')) return passed | (computes(flow, node) ? DECODED : 0);
  if (name !== 'decodeURIComponent' && name !== 'unescape') return passed | DECODED;
  const text = constantOf(flow.model, node.arguments[0]) ?? '';
  return passed | (text.length > 20 ? DECODED : 0);
}

/** Codes that are worked out, other than by putting the bytes of UTF-8 together. */
function computes(flow: Flow, node: Call): boolean {
  const text = flow.model.text.slice(node.start, Math.min(node.end, node.start + 300));
  return /\^|parseInt|Number\(|[\w)\]]\s?[-+]\s?[\w(]/.test(text) && !/<<|>>|\|/.test(text);
}

function execLabels(flow: Flow, node: Call): number {
  const first = shapeOf(flow.model, node.arguments[0]) ?? '';
  const rest = propertyTexts(flow, node.arguments[1]);
  const line = `${first} ${rest}`.trim();
  if (
    /^(?:\/(?:usr\/)?bin\/)?(?:ba|z|da|k)?sh(?: -i)?$|^(?:cmd(?:\.exe)?|powershell(?:\.exe)?)$/.test(
      first,
    )
  )
    return SHELL;
  if (/^(?:env|printenv|set|export -p)(?:$|\s*[|>])/.test(line)) return ENV_TEXT;
  if (/\b(?:pbpaste|xclip -o|xsel -o|Get-Clipboard)\b/.test(line)) return CLIPBOARD;
  if (READS_CREDENTIALS.test(line)) return CRED;
  if (
    /\b(?:cat|type|less|tar|zip|base64)\s/.test(line) &&
    line.split(/[\s'"]+/).some((word) => pathLabels(word) & CRED_PATH)
  ) {
    return CRED;
  }
  return /\b(?:curl|wget)\b/.test(line) ? REMOTE : 0;
}

/** The texts of a written-out list, joined. */
export function propertyTexts(flow: Flow, node: Node | null | undefined): string {
  const list = node ? unwrap(node) : null;
  if (list?.type === 'Identifier') {
    const value = lookup(flow.model, list)?.defs.find((def) => def.kind === 'init')?.value;
    return value && value !== node ? propertyTextsOf(flow, unwrap(value)) : '';
  }
  return list ? propertyTextsOf(flow, list) : '';
}

function propertyTextsOf(flow: Flow, list: Node): string {
  if (list.type !== 'ArrayExpression') return '';
  return list.elements.map((one) => shapeOf(flow.model, one) ?? HOLE).join(' ');
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
  const returned = isCallback
    ? 0
    : callbacks.reduce((labels, fn) => labels | (fn.labels & ~HOOKED), 0);
  if (
    /^(?:map|filter|flatMap|reduce|slice|concat|sort|reverse|then|catch|finally|flat|find|forEach|entries|values|keys|get|at|pop|shift|on|once|pipe|setEncoding)$/.test(
      method,
    )
  ) {
    return received | returned | (method === 'concat' ? given : 0);
  }
  if (
    /^(?:join|toString|toJSON|text|json|replace|replaceAll|split|match|matchAll|trim|substring|substr|exec|blob|arrayBuffer|read|buffer)$/.test(
      method,
    )
  ) {
    return asText(received) | (method === 'exec' || method === 'read' ? asText(given) : 0);
  }
  return throughUnknown(asTextIfEncoder(node, received | given) | returned);
}

function asTextIfEncoder(node: Call, labels: number): number {
  return node.type === 'NewExpression' || node.callee.type === 'MemberExpression'
    ? labels
    : labels & ~ENV;
}
