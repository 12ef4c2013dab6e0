// Names that the code answers to though no list shows them: the other cases where tools are told apart.
import type { SourceFile } from '../file.ts';
import type { Node } from '../parse.ts';
import { plainKey } from './eval/classes.ts';
import type { ServerModel } from './model.ts';
import { hasOpenList } from './shapes.ts';

const MAX_NAMES = 8;
const TOOL_NAME = /^[A-Za-z_$][\w.:/-]{1,63}$/;
const MAX_FILE_CHARS = 400_000;

/** Nothing, unless all tools that are listed are known. */
export function unlistedNames(model: ServerModel, files: readonly SourceFile[]): string[] {
  const isWhole = model.doubts.length === 0 && !model.isStopped && !hasOpenList(model);
  if (!isWhole || model.callHandlers.length === 0) return [];
  const listed = new Set(model.tools.map(({ name }) => name));
  for (const file of files) for (const name of listedAtTimes(file)) listed.add(name);
  const found = new Set<string>();
  for (const file of files) {
    if (file.text.length > MAX_FILE_CHARS) continue;
    for (const names of groups(file)) {
      const known = names.filter((name) => listed.has(name)).length;
      // Where a name of one tool stands, the others that stand there are tools too.
      if (known < Math.min(2, listed.size) || known * 2 < names.length) continue;
      for (const name of names) if (!listed.has(name) && TOOL_NAME.test(name)) found.add(name);
    }
  }
  return [...found].slice(0, MAX_NAMES);
}

/** `tools: [...(stage === 'full' ? [{ name: 'draft', … }] : [])]`: a list that grows shows it then. */
function listedAtTimes(file: SourceFile): string[] {
  if (file.text.length > MAX_FILE_CHARS || !/\btools\s?:/.test(file.text)) return [];
  return file.nodesOf('ConditionalExpression').flatMap((node) => {
    if (!isInTools(file, node)) return [];
    return [node.consequent, node.alternate].flatMap((branch) =>
      branch.type === 'ArrayExpression' ? branch.elements.flatMap((one) => nameIn(file, one)) : [],
    );
  });
}

function isInTools(file: SourceFile, node: Node): boolean {
  for (let at = file.parentOf(node), left = 6; at && left > 0; at = file.parentOf(at), left -= 1) {
    if (at.type === 'Property') return plainKey(at.key) === 'tools';
    if (/Function/.test(at.type)) return false;
  }
  return false;
}

function nameIn(file: SourceFile, node: Node | null): string[] {
  if (node?.type !== 'ObjectExpression') return [];
  return node.properties.flatMap((one) =>
    one.type === 'Property' && plainKey(one.key) === 'name' ? textIn(file, one.value) : [],
  );
}

/** Cases of a switch, comparisons of one name in a function, keys of a table of functions. */
function groups(file: SourceFile): string[][] {
  const switches = file
    .nodesOf('SwitchStatement')
    .map((node) => node.cases.flatMap(({ test }) => (test ? textIn(file, test) : [])));
  const tables = file
    .nodesOf('ObjectExpression')
    .map((node) =>
      node.properties.flatMap((property) =>
        property.type === 'Property' && !property.computed && isCallable(property.value)
          ? (plainKey(property.key) ?? [])
          : [],
      ),
    );
  return [...switches, ...comparisons(file), ...tables].filter((names) => names.length > 1);
}

function comparisons(file: SourceFile): string[][] {
  const byPlace = new Map<string, string[]>();
  for (const node of file.nodesOf('BinaryExpression')) {
    if (node.operator !== '===' && node.operator !== '==') continue;
    const names = textIn(file, node.right);
    if (names.length === 0) continue;
    const key = `${ownerOf(file, node)} ${file.textOf(node.left)}`;
    byPlace.set(key, [...(byPlace.get(key) ?? []), ...names]);
  }
  return [...byPlace.values()];
}

function ownerOf(file: SourceFile, node: Node): number {
  for (let at: Node | null = node; at; at = file.parentOf(at)) {
    if (/Function/.test(at.type)) return at.start;
  }
  return -1;
}

const isCallable = (node: Node) => /Function|^Identifier$|^MemberExpression$/.test(node.type);

function textIn(file: SourceFile, node: Node): string[] {
  const text = file.constant(node);
  return text === null || text.includes('${') ? [] : [text];
}
