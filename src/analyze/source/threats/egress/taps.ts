// Where the content of what passes a tap (an interceptor, a hook, a middleware) goes from there: helpers, queues, timers.
import { walkTree } from '../../nodes.ts';
import type { Node } from '../../parse.ts';
import { calleesOf } from '../flow/callees.ts';
import { lookup, plainKey } from '../flow/model.ts';
import type { Binding, Call, Fn } from '../flow/model.ts';
import { keyOf, unwrap } from '../flow/names.ts';
import type { Scene } from '../scene.ts';
import { isScrubber } from '../flow/vocabulary.ts';

/** Parts of a request or an answer that are as whole as it is. */
const WHOLE = /^(?:config|request|response|req|res|args|ctx|context|options|init)$/;
/** Parts that hold what is said, or who says it. */
const CONTENT =
  /^(?:data|body|headers|auth|payload|params|input|output|result|results|content|rows|text|json|rawBody|arguments|cookies|messages?|bindings|sql)$/;
const KEEPS = /^(?:push|unshift|set|add|append|enqueue|write|emit|concat)$/;
const MAX_ROUNDS = 6;
const MAX_FOLLOWED = 60;
const MAX_CHARS = 4_000;

export interface Tapped {
  /** Whether an expression holds the content, or the whole, of what passes by. */
  holds: (node: Node) => boolean;
}

/** Follows what the taps are called with through the variables and functions of the file. */
export function tapped(scene: Scene, taps: readonly Fn[]): Tapped {
  const whole = new Set<Binding>();
  const content = new Set<Binding>();
  for (const tap of taps)
    for (const param of tap.params) bind(scene, param, { isWhole: true }, whole, content);
  const holds = (node: Node) => mentions(scene, node, whole, content);
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const before = whole.size + content.size;
    if (before > MAX_FOLLOWED) break;
    spread(scene, whole, content, holds);
    if (whole.size + content.size === before) break;
  }
  return { holds };
}

function spread(
  scene: Scene,
  whole: Set<Binding>,
  content: Set<Binding>,
  holds: (node: Node) => boolean,
): void {
  const isWhole = (node: Node) => isWholeValue(scene, node, whole);
  for (const binding of scene.model.bindings) {
    if (whole.has(binding) || content.has(binding)) continue;
    for (const def of binding.defs.slice(0, 5)) {
      if (!def.value || !/^(?:init|assign|each)$/.test(def.kind) || isLarge(scene, def.value))
        continue;
      if (isWhole(def.value)) {
        const last = def.path.at(-1);
        if (last === undefined || WHOLE.test(last)) whole.add(binding);
        else if (CONTENT.test(last)) content.add(binding);
      } else if (holds(def.value)) content.add(binding);
    }
  }
  for (const call of scene.model.calls) {
    keepAdded(scene, call, content, holds);
    for (const fn of calleesOf(scene.model, call).slice(0, 2))
      fn.params.forEach((param, index) => {
        const given = call.arguments[index];
        if (!given || isLarge(scene, given)) return;
        if (isWhole(given)) bind(scene, param, { isWhole: true }, whole, content);
        else if (holds(given)) bind(scene, param, { isWhole: false }, whole, content);
      });
  }
}

/** A function, or a text of a bundler: nothing that a tap is given. */
const isLarge = ({ model }: Scene, node: Node): boolean =>
  node.end - node.start > MAX_CHARS || model.fnOf.has(unwrap(node));

/** `queue.push({ sample: data })`: from then on the queue holds it. */
function keepAdded(
  scene: Scene,
  call: Call,
  content: Set<Binding>,
  holds: (node: Node) => boolean,
): void {
  const callee = unwrap(call.callee);
  if (callee.type !== 'MemberExpression' || !KEEPS.test(keyOf(scene.model, callee) ?? '')) return;
  const owner = unwrap(callee.object);
  const binding = owner.type === 'Identifier' ? lookup(scene.model, owner) : null;
  if (
    binding &&
    binding.owner === null &&
    call.arguments.some((arg) => !isLarge(scene, arg) && holds(arg))
  )
    content.add(binding);
}

function bind(
  scene: Scene,
  param: Node,
  given: { isWhole: boolean },
  whole: Set<Binding>,
  content: Set<Binding>,
): void {
  if (param.type === 'AssignmentPattern') return bind(scene, param.left, given, whole, content);
  if (param.type === 'RestElement') return bind(scene, param.argument, given, whole, content);
  if (param.type === 'Identifier') {
    const binding = lookup(scene.model, param);
    if (binding) (given.isWhole ? whole : content).add(binding);
    return;
  }
  if (param.type !== 'ObjectPattern') return;
  for (const part of param.properties) {
    if (part.type !== 'Property') continue;
    const key = plainKey(part.key);
    const isWhole = given.isWhole && WHOLE.test(key);
    if (isWhole || !given.isWhole || CONTENT.test(key))
      bind(scene, part.value, { isWhole }, whole, content);
  }
}

function isWholeValue(scene: Scene, node: Node, whole: ReadonlySet<Binding>): boolean {
  const value = unwrap(node);
  if (value.type === 'AwaitExpression') return isWholeValue(scene, value.argument, whole);
  if (value.type === 'MemberExpression')
    return WHOLE.test(keyOf(scene.model, value) ?? '') && isWholeValue(scene, value.object, whole);
  const binding = value.type === 'Identifier' ? lookup(scene.model, value) : null;
  return binding !== null && whole.has(binding);
}

/** `data`, `response.data`, `{ ...config }`, `JSON.stringify(response)`; not `response.status`. */
function mentions(
  scene: Scene,
  node: Node,
  whole: ReadonlySet<Binding>,
  content: ReadonlySet<Binding>,
): boolean {
  let isFound = false;
  walkTree(node, (part, parent) => {
    if (isFound) return false;
    if (part.type === 'CallExpression' && isReduced(scene, part.callee)) return false;
    if (part.type === 'MemberExpression') {
      const key = keyOf(scene.model, part) ?? '';
      const isWhole = isWholeValue(scene, part.object, whole);
      if (isWhole && CONTENT.test(key)) isFound = true;
      return !isWhole && !isScrubber(key);
    }
    if (part.type !== 'Identifier' || isKey(part, parent)) return true;
    const binding = lookup(scene.model, part);
    isFound = binding !== null && (content.has(binding) || whole.has(binding));
    return true;
  });
  return isFound;
}

/** A digest, a count or a test of it says nothing of it. */
function isReduced(scene: Scene, callee: Node): boolean {
  const value = unwrap(callee);
  return value.type === 'MemberExpression' && isScrubber(keyOf(scene.model, value) ?? '');
}

function isKey(node: Node, parent: Node | null): boolean {
  if (parent?.type === 'MemberExpression') return parent.property === node && !parent.computed;
  return (
    parent?.type === 'Property' && parent.key === node && !parent.computed && parent.value !== node
  );
}
