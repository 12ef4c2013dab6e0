// Texts of a file that name paths, and lists that say what is not to be touched.
import type { SourceFile } from './file.ts';
import type { Node } from './parse.ts';
import { keyOf } from './scope.ts';

const MAX_PATH_CHARS = 200;

/** Texts that could name a file: literals, templates, sums and joined paths. */
export function* pathsOf(
  file: SourceFile,
  anyPath: RegExp,
): Generator<{ node: Node; path: string }> {
  for (const node of file.nodesOf('Literal')) {
    if (typeof node.value !== 'string' || !isPathLike(node.value)) continue;
    if (anyPath.test(node.value) && !isRefused(node, file)) yield { node, path: node.value };
  }
  const sums = file.nodesOf('BinaryExpression').filter((node) => node.operator === '+');
  const joins = file.calls.filter(({ name }) => name === 'path.join' || name === 'path.resolve');
  const composed = [...file.nodesOf('TemplateLiteral'), ...sums, ...joins.map(({ node }) => node)];
  // What cannot end up as a path that matters need not be folded.
  const hint = /\.\w|\\|Login|Cookies|Web Data|wallet|keystore|Extension/;
  for (const node of composed) {
    if (!hint.test(file.text.slice(node.start, Math.min(node.end, node.start + 2000)))) continue;
    const path = file.constant(node);
    if (path !== null && isPathLike(path) && anyPath.test(path)) yield { node, path };
  }
}

const REFUSED =
  /^_?(?:refuse|den(?:y|ied)|block|forbid|ignor|exclu|skip|sensitive|protected|never|banned|disallow|restricted|off_?limits|dangerous|unsafe)/i;

/** A member of a list that says by its name that these are not to be touched. */
export function isRefused(node: Node, file: SourceFile): boolean {
  let at = file.parentOf(node);
  while (at?.type === 'ArrayExpression' || at?.type === 'NewExpression') at = file.parentOf(at);
  if (at?.type === 'VariableDeclarator' && at.id.type === 'Identifier')
    return REFUSED.test(at.id.name);
  return at?.type === 'Property' && REFUSED.test(keyOf(at.key, at.computed) ?? '');
}

/** Sentences that mention a path are not the path. */
function isPathLike(text: string): boolean {
  if (text.length > MAX_PATH_CHARS || text.length < 4 || /[\n"<>|]|\s[~./$]/.test(text))
    return false;
  return (text.match(/\s/g) ?? []).length <= 3;
}
