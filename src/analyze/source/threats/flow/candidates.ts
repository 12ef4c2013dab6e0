// Every text that an expression may stand for: through lists, branches, and the callers of a function.
import type { Node } from '../../parse.ts';
import { calleesOf } from './callees.ts';
import { callersOf } from './callers.ts';
import { isFunction, lookup } from './model.ts';
import type { Fn, Model } from './model.ts';
import { HOLE, nameOf, shapeOf, unwrap } from './names.ts';

/** A scene, or the flow of a file. */
type Known = { readonly model: Model };

const MAX_TEXTS = 24;
const MAX_DEPTH = 6;
const MAX_PARTS = 64;

/** Shapes (see names.ts), without those that say nothing; at most 24. */
export function candidatesOf(scene: Known, node: Node | null | undefined, depth = 0): string[] {
  if (!node || depth > MAX_DEPTH) return [];
  const value = unwrap(node);
  const direct = shapeOf(scene.model, value);
  if (direct !== null && !direct.includes(HOLE) && value.type !== 'ConditionalExpression')
    return [direct];
  const found = inside(scene, value, depth + 1);
  const all = found.length > 0 ? found : direct === null ? [] : [direct];
  return [...new Set(all)].filter((text) => text !== HOLE).slice(0, MAX_TEXTS);
}

function inside(scene: Known, value: Node, depth: number): string[] {
  const of = (node: Node | null | undefined) => candidatesOf(scene, node, depth);
  switch (value.type) {
    case 'ConditionalExpression':
      return [...of(value.consequent), ...of(value.alternate)];
    case 'LogicalExpression':
      return [...of(value.left), ...of(value.right)];
    case 'ArrayExpression':
      return value.elements.slice(0, MAX_PARTS).flatMap(of);
    case 'ObjectExpression':
      return value.properties
        .slice(0, MAX_PARTS)
        .flatMap((one) => (one.type === 'Property' ? of(one.value) : []));
    case 'TemplateLiteral':
      return templateTexts(scene, value, depth);
    case 'MemberExpression':
      return of(value.object);
    // `[...words, '--quiet']`
    case 'SpreadElement':
      return of(value.argument);
    case 'Identifier':
      return identifierTexts(scene, value, depth);
    case 'NewExpression':
      return value.callee.type === 'Identifier' && /^(?:Map|Set)$/.test(value.callee.name)
        ? of(value.arguments[0])
        : [];
    case 'CallExpression': {
      const paths = spreadPaths(scene, value, depth);
      if (paths.length > 0) return paths;
      return calleesOf(scene.model, value)
        .slice(0, 2)
        .flatMap(({ returns }) => returns.slice(0, 4).flatMap(of));
    }
    default:
      return [];
  }
}

/** `join(homedir(), ...parts)`, with each list of names that `parts` may be. */
function spreadPaths(scene: Known, call: Node & { type: 'CallExpression' }, depth: number) {
  if (!/^path\.(?:join|resolve)$/.test(nameOf(scene.model, call.callee) ?? '')) return [];
  const spread = call.arguments.find((part) => part.type === 'SpreadElement');
  if (!spread) return [];
  const written = call.arguments.map((part) =>
    part === spread ? '' : (shapeOf(scene.model, part) ?? HOLE),
  );
  const at = call.arguments.indexOf(spread);
  return namesListed(scene, spread.argument, depth).map((names) =>
    written.with(at, names.join('/')).join('/'),
  );
}

/** Lists of nothing but texts, however deep they lie in what an expression may be. */
function namesListed(scene: Known, node: Node | null | undefined, depth: number): string[][] {
  if (!node || depth > MAX_DEPTH) return [];
  const value = unwrap(node);
  const of = (part: Node | null | undefined) => namesListed(scene, part, depth + 1);
  if (value.type === 'ArrayExpression') {
    const parts = value.elements.slice(0, MAX_PARTS);
    const names = parts.map((part) => part && shapeOf(scene.model, part));
    if (parts.length > 0 && names.every((name) => typeof name === 'string')) return [names];
    return parts.flatMap(of).slice(0, MAX_TEXTS);
  }
  if (value.type === 'ObjectExpression')
    return value.properties
      .slice(0, MAX_PARTS)
      .flatMap((part) => (part.type === 'Property' ? of(part.value) : []));
  if (value.type === 'MemberExpression') return of(value.object);
  if (value.type !== 'Identifier') return [];
  const defs = lookup(scene.model, value)?.defs.slice(0, 8) ?? [];
  return defs.flatMap((def) => (def.kind === 'import' || def.kind === 'keys' ? [] : of(def.value)));
}

/** The first unknown part varies, the others stay holes. */
function templateTexts(
  scene: Known,
  node: Extract<Node, { type: 'TemplateLiteral' }>,
  depth: number,
): string[] {
  const parts = node.expressions.map((one) => candidatesOf(scene, one, depth));
  const varying = parts.findIndex((texts) => texts.length > 1);
  return Array.from({ length: Math.max(1, parts[varying]?.length ?? 1) }, (_, turn) =>
    node.quasis
      .map(
        (quasi, index) =>
          (quasi.value.cooked ?? '') +
          (index < parts.length ? (parts[index]?.[index === varying ? turn : 0] ?? HOLE) : ''),
      )
      .join(''),
  );
}

function identifierTexts(scene: Known, node: Node, depth: number): string[] {
  const binding = lookup(scene.model, node);
  if (!binding) return [];
  const found = binding.defs
    .slice(0, 8)
    .flatMap((def) =>
      def.value && def.kind !== 'import' && def.kind !== 'keys'
        ? candidatesOf(scene, def.value, depth)
        : [],
    );
  const { owner } = binding;
  if (!owner) return found;
  const index = owner.params.findIndex(
    (param) =>
      (param.type === 'AssignmentPattern' ? param.left : param).type === 'Identifier' &&
      nameIn(param) === binding.name,
  );
  if (index === -1) return [...found, ...itemTexts(scene, owner, binding.name, depth)];
  for (const site of (callersOf(scene.model).get(owner.node) ?? []).slice(0, 8)) {
    if (site.type !== 'CallExpression' && site.type !== 'NewExpression') continue;
    if (site.arguments.includes(owner.node as never)) {
      // A callback gets the elements of the list that it is called for.
      const callee = unwrap(site.callee);
      if (index === 0 && callee.type === 'MemberExpression')
        found.push(...candidatesOf(scene, callee.object, depth));
    } else if (!isFunction(site.arguments[index]))
      found.push(...candidatesOf(scene, site.arguments[index], depth));
  }
  return found;
}

/** Of `([program, ...args]) =>`: what stands first in the lists that the callers hand over. */
function itemTexts(scene: Known, owner: Fn, name: string, depth: number): string[] {
  for (const [index, param] of owner.params.entries()) {
    if (param.type !== 'ArrayPattern') continue;
    const place = param.elements.findIndex(
      (one) => one?.type === 'Identifier' && one.name === name,
    );
    if (place < 0) continue;
    return (callersOf(scene.model).get(owner.node) ?? []).slice(0, 8).flatMap((site) => {
      const given = site.type === 'CallExpression' ? site.arguments[index] : undefined;
      const item = given?.type === 'ArrayExpression' ? given.elements[place] : null;
      return item && item.type !== 'SpreadElement' ? candidatesOf(scene, item, depth) : [];
    });
  }
  return [];
}

function nameIn(param: Node): string {
  const target = param.type === 'AssignmentPattern' ? param.left : param;
  return target.type === 'Identifier' ? target.name : '';
}
