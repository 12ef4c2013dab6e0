// Environment variables that code reads, by name; `*` where the whole environment is taken.
import type { SourceFile } from './file.ts';
import type { Node } from './parse.ts';
import { keyOf } from './scope.ts';

const MAX_NAMES = 200;
const PREFIX = 'process.env.';

export function findEnvironment(file: SourceFile): { name: string; line: number }[] {
  const found = new Map<string, number>();
  const add = (name: string, node: Node) => {
    if (!found.has(name) && found.size < MAX_NAMES) found.set(name, file.lineOf(node));
  };
  if (!file.text.includes('env')) return [];
  for (const node of file.nodesOf('MemberExpression')) {
    if (keyOf(node.property, node.computed) === 'env' && file.resolve(node) === 'process.env') {
      const parent = file.parentOf(node);
      if (parent?.type === 'MemberExpression' && parent.object === node) continue;
      if (parent?.type !== 'VariableDeclarator' || parent.id.type === 'Identifier') add('*', node);
      else for (const key of patternKeys(parent.id)) add(key, node);
      continue;
    }
    if (node.object.type === 'Super') continue;
    // The name before the last step tells enough: most members are not looked at any further.
    const base = node.object;
    const isEnv = base.type === 'Identifier' || base.type === 'MemberExpression';
    const name = isEnv && mayBeEnv(base) ? file.resolve(node) : null;
    if (name?.startsWith(PREFIX)) add(name.slice(PREFIX.length), node);
  }
  return [...found].map(([name, line]) => ({ name, line }));
}

function mayBeEnv(node: Node): boolean {
  const name =
    node.type === 'Identifier'
      ? node.name
      : node.type === 'MemberExpression'
        ? keyOf(node.property, node.computed)
        : null;
  return name !== null && /env/i.test(name);
}

function patternKeys(pattern: Node): string[] {
  if (pattern.type !== 'ObjectPattern') return ['*'];
  return pattern.properties.map((property) =>
    property.type === 'Property' ? (keyOf(property.key, property.computed) ?? '*') : '*',
  );
}
