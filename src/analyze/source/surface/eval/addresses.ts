// Addresses put together of a base and what an argument says: a whole address leads away from the base.
import type { Node } from '../../parse.ts';
import { below } from './origins.ts';
import { concat, literal, marked, taintsOf, type TextValue, type Value } from './values.ts';

/** `new URL(cursor, base)`: the base counts only where the first is no whole address. */
export function rebased(first: Value, base: Value): Value {
  const isLed = first.kind === 'unknown' && taintsOf(base).length === 0;
  return concat([base, literal('/'), isLed ? marked(first, 'rebased') : first]);
}

/** The argument that may lead away. */
export const leadOf = (value: TextValue): Value | undefined =>
  value.parts.find(
    (part) => part.kind === 'unknown' && part.taints?.some(({ marks }) => marks.has('rebased')),
  );

/** Whose host it is, the argument may say. */
export function ofAddress(target: TextValue, key: string): Value | undefined {
  // No text has one: it is an address that was put together.
  if (key === 'href') return target;
  const lead = leadOf(target);
  if (!lead) return undefined;
  return /^(?:origin|host|hostname|protocol)$/.test(key)
    ? { kind: 'unknown', taints: taintsOf(lead).map((taint) => below(taint, key)) }
    : undefined;
}

type Part = 'origin' | 'host' | 'hostname' | 'protocol' | 'href';
const isPart = (key: string): key is Part => /^(?:origin|host|hostname|protocol|href)$/.test(key);

/** `new URL('https://portal.example/v2').origin`: no text has one, so it is an address. */
export const partOfAddress = (text: string, key: string): Value | undefined =>
  isPart(key) && URL.canParse(text) ? literal(new URL(text)[key]) : undefined;

/** `path.startsWith('/') ? path : `/${path}``: a slash stands first, however it came there. */
export function isRooting({
  test,
  consequent,
  alternate,
}: Node & { type: 'ConditionalExpression' }): boolean {
  if (test.type !== 'CallExpression' || test.callee.type !== 'MemberExpression') return false;
  const { object, property } = test.callee;
  const [slash] = test.arguments;
  const isAsked =
    property.type === 'Identifier' &&
    property.name === 'startsWith' &&
    slash?.type === 'Literal' &&
    slash.value === '/';
  const isKept =
    object.type === 'Identifier' &&
    consequent.type === 'Identifier' &&
    object.name === consequent.name;
  return isAsked && isKept && beginsWithSlash(alternate);
}

function beginsWithSlash(node: Node): boolean {
  if (node.type === 'TemplateLiteral')
    return node.quasis[0]?.value.cooked?.startsWith('/') === true;
  return (
    node.type === 'BinaryExpression' &&
    node.operator === '+' &&
    node.left.type === 'Literal' &&
    String(node.left.value).startsWith('/')
  );
}
