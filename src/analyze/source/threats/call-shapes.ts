// The text that a call yields: paths that are joined, codes, replacements, lists.
import type { Node } from '../parse.ts';
import { lookup } from './model.ts';
import type { Model } from './model.ts';
import { charCodes, decode, elementsOf, HOLE, percent, resolved } from './texts.ts';
import { unwrap } from './unwrap.ts';

type About<T = Node | null | undefined> = (model: Model, node: T, depth?: number) => string | null;
/** What is known of the parts of a call. */
export interface Ask {
  nameOf: About;
  shapeOf: About;
  constantOf: About;
  keyOf: About<Extract<Node, { type: 'MemberExpression' }>>;
}

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
        .map((arg) => holed(ask, model, arg, depth))
        .join('/')
        .replace(/\/{2,}/g, '/');
    }
  }
  if (name === 'os.homedir' || name === 'homedir') return '~';
  if (name === 'os.tmpdir') return '/tmp';
  if (name === 'String.fromCharCode' || name === 'String.fromCodePoint') {
    return charCodes(node.arguments);
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
  return methodShape(ask, model, node.callee, node.arguments, depth);
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
  if (method === 'concat') return text + args.map((arg) => holed(ask, model, arg, depth)).join('');
  return method === 'replace' || method === 'replaceAll'
    ? replaced(ask, model, text, args, method)
    : null;
}

function replaced(
  ask: Ask,
  model: Model,
  text: string,
  args: Node[],
  method: string,
): string | null {
  const [from, to] = [ask.constantOf(model, args[0]), ask.constantOf(model, args[1])];
  if (from === null || to === null || from === '' || text.includes(HOLE)) return null;
  return method === 'replace' ? text.replace(from, () => to) : text.split(from).join(to);
}

/** The texts of a list that is written out, split from a text, mapped from codes, or reversed. */
function listOf(ask: Ask, model: Model, node: Node, depth: number): string[] | null {
  const list = unwrap(node);
  if (list.type === 'ArrayExpression')
    return list.elements.map((element) => holed(ask, model, element ?? undefined, depth));
  if (list.type === 'Identifier') {
    const defs = lookup(model, list)?.defs.filter((def) => def.value !== null) ?? [];
    return defs.length === 1 && defs[0]?.kind === 'init' && defs[0].value && depth < 20
      ? listOf(ask, model, defs[0].value, depth + 1)
      : null;
  }
  if (list.type !== 'CallExpression' || list.callee.type !== 'MemberExpression' || depth > 20)
    return null;
  const method = ask.keyOf(model, list.callee, depth);
  if (method === 'reverse')
    return listOf(ask, model, list.callee.object, depth + 1)?.reverse() ?? null;
  if (method === 'split') {
    const text = ask.constantOf(model, list.callee.object);
    const glue = ask.constantOf(model, list.arguments[0]);
    return text === null || glue === null ? null : text.split(glue);
  }
  if (
    method === 'map' &&
    /fromCharCode|fromCodePoint/.test(
      model.text.slice(list.start, Math.min(list.end, list.start + 4000)),
    )
  ) {
    const codes = charCodes(elementsOf(writtenOut(model, list.callee.object)));
    return codes === null ? null : [...codes];
  }
  return null;
}

/** The list behind a name that is set once. */
function writtenOut(model: Model, node: Node): Node {
  const value = unwrap(node);
  if (value.type !== 'Identifier') return value;
  const defs = lookup(model, value)?.defs.filter((def) => def.value !== null) ?? [];
  return defs.length === 1 && defs[0]?.kind === 'init' && defs[0].value ? defs[0].value : value;
}

/** The text of a part, with a hole where it is not known. */
export function holed(ask: Ask, model: Model, node: Node | undefined, depth: number): string {
  return node === undefined ? '' : (ask.shapeOf(model, node, depth) ?? HOLE);
}
