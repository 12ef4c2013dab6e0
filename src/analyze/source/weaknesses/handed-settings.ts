// What a setting is by default that another object, or another file, holds: `config.strict`.
import type { SourceFile } from '../file.ts';
import type { Node } from '../parse.ts';
import { OPEN, defaultOf } from './defaults.ts';
import type { Default } from './defaults.ts';

// Written out, it must be plain that the name is about certificates; `secure: false` is of mail.
const OF_CERTIFICATES = /verif|tls|ssl|cert|unauthori[sz]ed|insecure/i;
const MAX_DEFINITIONS = 3;

/** Where all files set the name in one place only, what it is there when nobody has set anything. */
export function handedDefault(
  files: readonly SourceFile[],
  file: SourceFile,
  value: Node,
  depth = 0,
): Default {
  const compared = comparedWith(value);
  if (compared) {
    const inner = handedDefault(files, file, compared, depth + 1);
    return inner === undefined ? false : OPEN;
  }
  const isDenied = value.type === 'UnaryExpression' && value.operator === '!';
  if (isDenied && depth < 4) {
    const inner = handedDefault(files, file, value.argument, depth + 1);
    return inner === OPEN ? OPEN : !inner;
  }
  const key = lastKey(file, value);
  if (key === null) return OPEN;
  const places = files.flatMap((one) => definitionsOf(one, key)).slice(0, MAX_DEFINITIONS);
  if (places.length === 0 && depth > 0 && isNowhereSet(files, key)) return undefined;
  return places.length === 1 ? places[0] : OPEN;
}

/** `settings.strict === true`, `Boolean(settings.strict)`: what is compared with something that is there. */
function comparedWith(value: Node): Node | null {
  if (value.type === 'CallExpression' && value.callee.type === 'Identifier') {
    const [first] = value.arguments;
    return value.callee.name === 'Boolean' && first ? first : null;
  }
  if (value.type !== 'BinaryExpression' || !/^===?$/.test(value.operator)) return null;
  if (value.right.type !== 'Literal' || !value.right.value) return null;
  return value.left.type === 'PrivateIdentifier' ? null : value.left;
}

/** Of what a user may write into a file of settings, by no default and no option of a command line. */
function isNowhereSet(files: readonly SourceFile[], key: string): boolean {
  if (!OF_CERTIFICATES.test(key) || !/^\w{3,60}$/.test(key)) return false;
  const words = key
    .replaceAll(/([a-z])([A-Z])/g, '$1_$2')
    .toLowerCase()
    .replaceAll('_', '[-_]?');
  const named = new RegExp(
    `(?<![.\\w])(?:--)?${words}(?!\\w)|\\.${words}\\s*(?:\\?\\?|\\|\\||&&)?=(?![=>])`,
    'i',
  );
  const isRead = files.some(({ text }) => /\bJSON\.parse\(|\bya?ml\.(?:parse|load)\(/.test(text));
  return isRead && !files.some(({ text }) => named.test(text));
}

/** `this.config.strict`, and `strict` where a function is given it. */
function lastKey(file: SourceFile, value: Node): string | null {
  if (value.type === 'MemberExpression' && !value.computed) return file.textOf(value.property);
  if (value.type === 'ChainExpression') return lastKey(file, value.expression);
  if (value.type !== 'Identifier') return null;
  const binding = file.bindingOf(value.name, value);
  if (!binding || binding.assigned.length > 0) return null;
  if (binding.path.length > 0) return binding.path.at(-1) ?? null;
  return binding.kind === 'parameter' ? value.name : null;
}

/** What each object sets it to by itself; `strict: config.strict` only hands it on. */
function definitionsOf(file: SourceFile, key: string): Default[] {
  if (!file.text.includes(key)) return [];
  return file.nodesOf('Property').flatMap((node) => {
    if (node.computed || file.parentOf(node)?.type !== 'ObjectExpression') return [];
    const own = node.key.type === 'Identifier' ? node.key.name : file.constant(node.key);
    if (own !== key) return [];
    const { value } = node;
    const known = defaultOf(file, written(file, value));
    if (known === OPEN && isHandedOn(value)) return [];
    return [value.type === 'Literal' && !OF_CERTIFICATES.test(key) ? OPEN : known];
  });
}

const isHandedOn = ({ type }: Node): boolean =>
  type === 'MemberExpression' || type === 'Identifier' || type === 'ChainExpression';

/** What a schema takes when nothing is given: `z.coerce.boolean().default(false)`. */
function written(file: SourceFile, value: Node): Node {
  if (value.type !== 'CallExpression' || value.callee.type !== 'MemberExpression') return value;
  const isDefault = file.textOf(value.callee.property) === 'default';
  return (isDefault && value.arguments[0]) || value;
}
