// The texts that an expression takes on, one for each row of the list that a loop goes over.
import type { Node } from '../../parse.ts';
import { walkTree } from '../../nodes.ts';
import { callersOf } from './callers.ts';
import { lookup } from './model.ts';
import type { Binding } from './model.ts';
import { HOLE, keyOf, nameOf, propertyOf, shapeOf, unwrap } from './names.ts';
import type { Scene } from '../scene.ts';

const MAX_ROWS = 32;
const MAX_DEPTH = 8;

/** Shapes (see names.ts) of `join(root, `${name}.${ext}`)` for `[name, ext]` of a list; [] if there is no list. */
export function rowTexts(scene: Scene, node: Node): string[] {
  const value = written(scene, node);
  let list: Node | null = null;
  walkTree(value, (part) => {
    if (list || part.type !== 'Identifier') return;
    const binding = lookup(scene.model, part);
    list = binding ? listBehind(scene, binding) : null;
  });
  const rows = list ? rowsOf(scene, list) : [];
  return rows.map((row) => textWith(scene, value, row, 0) ?? '').filter((text) => text.length > 2);
}

/** What a name stands for, if it is set once. */
function written(scene: Scene, node: Node): Node {
  const value = unwrap(node);
  if (value.type !== 'Identifier') return value;
  const defs = lookup(scene.model, value)?.defs.filter((def) => def.value !== null) ?? [];
  const def = defs.length === 1 ? defs[0] : undefined;
  return def?.kind === 'init' && def.value && def.path.length === 0 ? unwrap(def.value) : value;
}

function listBehind(scene: Scene, { defs, owner }: Binding): Node | null {
  const each = defs.find((def) => def.kind === 'each');
  if (each?.value) return each.value;
  for (const site of owner ? (callersOf(scene.model).get(owner.node) ?? []).slice(0, 4) : []) {
    const callee = site.type === 'CallExpression' ? unwrap(site.callee) : null;
    if (callee?.type !== 'MemberExpression') continue;
    if (/^(?:forEach|map|flatMap|every|some|filter)$/.test(keyOf(scene.model, callee) ?? ''))
      return callee.object;
  }
  return null;
}

function rowsOf(scene: Scene, node: Node): Node[] {
  const list = written(scene, node);
  if (list.type === 'ArrayExpression')
    return list.elements.filter((one) => one !== null).slice(0, MAX_ROWS);
  if (list.type !== 'CallExpression') return [];
  const name = nameOf(scene.model, list.callee) ?? '';
  const object = /^Object\.(?:entries|values)$/.test(name) && list.arguments[0];
  const table = object ? written(scene, object) : null;
  if (table?.type !== 'ObjectExpression') return [];
  return table.properties
    .slice(0, MAX_ROWS)
    .flatMap((one) => (one.type === 'Property' ? one.value : []));
}

/** The shape of an expression where the loop's variables stand for the parts of one row. */
function textWith(scene: Scene, node: Node, row: Node, depth: number): string | null {
  if (depth > MAX_DEPTH) return null;
  const value = unwrap(node);
  const of = (one: Node | null | undefined) =>
    one ? (textWith(scene, one, row, depth + 1) ?? HOLE) : HOLE;
  switch (value.type) {
    case 'Identifier':
      return partOf(scene, value, row) ?? shapeOf(scene.model, written(scene, value));
    case 'TemplateLiteral':
      return value.quasis
        .map((quasi, index) => {
          const part = value.expressions[index];
          return (quasi.value.cooked ?? '') + (part ? of(part) : '');
        })
        .join('');
    case 'BinaryExpression':
      return value.operator === '+' ? of(value.left) + of(value.right) : null;
    case 'MemberExpression': {
      const isRow = value.object.type === 'Identifier' && isWholeRow(scene, value.object);
      const part = isRow ? propertyOf(scene.model, row, keyOf(scene.model, value) ?? '') : null;
      return shapeOf(scene.model, part ?? value);
    }
    case 'CallExpression':
      return /^path\.(?:\w+\.)?(?:join|resolve|normalize)$/.test(
        nameOf(scene.model, value.callee) ?? '',
      )
        ? value.arguments
            .map(of)
            .join('/')
            .replace(/\/{2,}/g, '/')
        : shapeOf(scene.model, value);
    default:
      return shapeOf(scene.model, value);
  }
}

function partOf(scene: Scene, node: Node, row: Node): string | null {
  const binding = lookup(scene.model, node);
  const def = binding && listBehind(scene, binding) ? binding.defs[0] : undefined;
  if (!def || (def.kind !== 'each' && def.kind !== 'param')) return null;
  const key = def.path[0];
  return shapeOf(scene.model, key === undefined ? row : propertyOf(scene.model, row, key));
}

function isWholeRow(scene: Scene, node: Node): boolean {
  const binding = lookup(scene.model, node);
  return (
    binding !== null && binding.defs[0]?.path.length === 0 && listBehind(scene, binding) !== null
  );
}
