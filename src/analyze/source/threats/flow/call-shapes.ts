// The text that a call yields: paths that are joined, codes, replacements, lists.
import type { Node } from '../../parse.ts';
import { calledFunction, yieldedShape } from './called.ts';
import type { Ask } from './called.ts';
import { codeText, holed, itemsOf, listOf } from './lists.ts';
import type { Model } from './model.ts';
import { charCodes, decode, elementsOf, HOLE, percent, resolved } from './texts.ts';
import { unwrap } from './unwrap.ts';

export function callShape(
  ask: Ask,
  model: Model,
  node: Extract<Node, { type: 'CallExpression' | 'NewExpression' }>,
  depth: number,
): string | null {
  const name = ask.nameOf(model, node.callee, depth);
  const first = node.arguments[0];
  if (
    name !== null &&
    /^(?:path\.)?(?:posix\.|win32\.)?(?:join|resolve|normalize)$/.test(name.replace(/^path\./, ''))
  ) {
    if (name.startsWith('path')) {
      return node.arguments
        .flatMap((arg) => itemsOf(ask, model, arg, depth))
        .join('/')
        .replace(/\/{2,}/g, '/');
    }
  }
  if (name === 'os.homedir' || name === 'homedir') return '~';
  if (name === 'os.tmpdir') return '/tmp';
  if (name === 'String.fromCharCode' || name === 'String.fromCodePoint') {
    return charCodes(node.arguments) ?? codesOf(ask, model, node.arguments, depth);
  }
  // As text, which is what comes of it in a template or a sum.
  if (
    name === 'Buffer.from' &&
    /^(?:base64|base64url|hex)$/i.test(ask.constantOf(model, node.arguments[1]) ?? '')
  )
    return decode(ask.constantOf(model, first), ask.constantOf(model, node.arguments[1]) ?? '');
  if (name === 'atob' || name === 'window.atob')
    return decode(ask.constantOf(model, first), 'base64');
  if (name === 'Buffer.from' && node.arguments[1])
    return decode(ask.constantOf(model, first), ask.constantOf(model, node.arguments[1]) ?? '');
  if (name === 'decodeURIComponent' || name === 'unescape')
    return percent(ask.constantOf(model, first));
  if (name === 'URL' && node.arguments[1])
    return resolved(ask.shapeOf(model, first, depth), ask.shapeOf(model, node.arguments[1], depth));
  if (name === 'URL' || name === 'String' || name === 'Object') {
    return ask.shapeOf(model, first, depth);
  }
  if (name === 'parseInt' || name === 'Number.parseInt' || name === 'Number')
    return number(ask, model, node.arguments, depth);
  return (
    methodShape(ask, model, node.callee, node.arguments, depth) ?? called(ask, model, node, depth)
  );
}

/** Codes that are calculated, or come out of a list. */
function codesOf(ask: Ask, model: Model, args: Node[], depth: number): string | null {
  const texts = args
    .flatMap((arg) => itemsOf(ask, model, arg, depth))
    .map((code) => codeText(code));
  return texts.some((one) => one !== HOLE) ? texts.join('') : null;
}

function number(ask: Ask, model: Model, args: Node[], depth: number): string | null {
  const text = ask.constantOf(model, args[0], depth);
  const base = args[1] ? Number(ask.constantOf(model, args[1], depth) ?? 10) : 10;
  if (text === null || text === '' || base < 2 || base > 36) return null;
  const value = Number.parseInt(text, base);
  return Number.isNaN(value) ? null : String(value);
}

/** `decode('…')`, `dot('npmrc')`: a function of the file's own. */
function called(
  ask: Ask,
  model: Model,
  node: Extract<Node, { type: 'CallExpression' | 'NewExpression' }>,
  depth: number,
): string | null {
  const fn = node.type === 'CallExpression' ? calledFunction(ask, model, node.callee) : null;
  if (!fn || node.arguments.length === 0 || fn.returns.length !== 1) return null;
  const args = node.arguments.flatMap((arg) => {
    if (arg.type === 'SpreadElement')
      return itemsOf(ask, model, arg, depth).map((shape) => ({ shape, list: null }));
    const isList = unwrap(arg).type !== 'Literal' && unwrap(arg).type !== 'TemplateLiteral';
    const list = isList ? listOf(ask, model, arg, depth + 1) : null;
    return [{ shape: ask.shapeOf(model, arg, depth + 1), list }];
  });
  const isKnown = args.some(({ shape, list }) => list !== null || (shape ?? HOLE) !== HOLE);
  return isKnown ? yieldedShape(ask, model, fn, args) : null;
}

function methodShape(
  ask: Ask,
  model: Model,
  callee: Node,
  args: Node[],
  depth: number,
): string | null {
  if (callee.type !== 'MemberExpression') return null;
  const object = unwrap(callee.object);
  const method = ask.keyOf(model, callee, depth);
  if (method === 'toString' && object.type === 'CallExpression') {
    if (/^(?:new )?Buffer(?:\.from)?$/.test(ask.nameOf(model, object.callee, depth) ?? '')) {
      const from = object.arguments[0];
      if (from && unwrap(from).type === 'ArrayExpression') return charCodes(elementsOf(from));
      return decode(
        ask.constantOf(model, from),
        ask.constantOf(model, object.arguments[1]) ?? 'utf8',
      );
    }
  }
  if (method === 'join') {
    const list = listOf(ask, model, object, depth);
    const glue = args.length === 0 ? ',' : (ask.shapeOf(model, args[0], depth) ?? HOLE);
    return list === null ? null : list.join(glue);
  }
  const text = ask.shapeOf(model, object, depth);
  if (text === null) return null;
  if (method === 'toString' || method === 'trim' || method === 'normalize') return text;
  if (method === 'toLowerCase') return text.toLowerCase();
  if (method === 'charCodeAt' || method === 'codePointAt') {
    const at = args[0] ? Number(ask.constantOf(model, args[0], depth) ?? Number.NaN) : 0;
    const code = text.includes(HOLE) ? undefined : text.codePointAt(at);
    return code === undefined ? null : String(code);
  }
  if (method === 'slice' || method === 'substring') return cut(ask, model, text, args, depth);
  if (method === 'repeat') return repeated(ask, model, text, args, depth);
  if (method === 'concat') return text + args.map((arg) => holed(ask, model, arg, depth)).join('');
  return method === 'replace' || method === 'replaceAll'
    ? replaced(ask, model, text, args, method)
    : null;
}

const MAX_REPEATED = 200;

function repeated(
  ask: Ask,
  model: Model,
  text: string,
  args: Node[],
  depth: number,
): string | null {
  const times = Number(ask.constantOf(model, args[0], depth) ?? Number.NaN);
  return times >= 0 && times * text.length <= MAX_REPEATED ? text.repeat(times) : null;
}

function cut(ask: Ask, model: Model, text: string, args: Node[], depth: number): string | null {
  const ends = args.map((arg) => Number(ask.constantOf(model, arg, depth) ?? Number.NaN));
  if (text.includes(HOLE) || ends.length === 0 || !ends.every(Number.isInteger)) return null;
  return text.slice(ends[0], ends[1]);
}

const PLAIN = /^\^?(?:[\w\s~!@#%&=:;"',<>/-]|\\[.\w|]|\[[^\]\\^]{1,40}\])+$/;

function replaced(
  ask: Ask,
  model: Model,
  text: string,
  args: Node[],
  method: string,
): string | null {
  const pattern = args[0]?.type === 'Literal' && 'regex' in args[0] ? args[0].regex : null;
  const to = ask.constantOf(model, args[1]);
  // Only what stands for itself: nothing that could take its time.
  if (pattern && to !== null && PLAIN.test(pattern.pattern) && !text.includes(HOLE))
    return text.replace(new RegExp(pattern.pattern, pattern.flags.replace(/[^gi]/g, '')), () => to);
  const from = ask.constantOf(model, args[0]);
  if (from === null || to === null || from === '' || text.includes(HOLE)) return null;
  return method === 'replace' ? text.replace(from, () => to) : text.split(from).join(to);
}
