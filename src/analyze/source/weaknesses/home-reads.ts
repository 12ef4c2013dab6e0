// Walks over files that begin at the home folder, or at the root of a disk.
import type { WeaknessHit } from '../../../types.ts';
import { familiarName } from '../capabilities.ts';
import type { SourceFile } from '../file.ts';
import { once } from '../once.ts';
import type { Node } from '../parse.ts';
import { keyOf } from '../scope.ts';
import { privateData, privateHit } from './private-kinds.ts';

const patterns = once(() => {
  const { walkers, walks, rootKeys, volumes, personal } = privateData();
  return {
    walkers: new RegExp(walkers),
    walks: new RegExp(walks, 'i'),
    rootKeys: new RegExp(rootKeys, 'i'),
    volumes: new RegExp(volumes),
    personal: new RegExp(personal),
  };
});

/** A walk over files that begins at home or at the root, and whose file reads what it finds. */
export function homeHits(files: readonly SourceFile[]): WeaknessHit[] {
  for (const file of files) {
    if (!file.calls.some(({ name }) => READS.test(familiarName(name)))) continue;
    const hit = wholeHome(file) ?? personalFolder(file);
    if (hit) return [{ ...hit, severity: 'moderate' }];
  }
  return [];
}

const READS = /^fs\.(?:read(?:File|Json)|copy|cp\b|openAsBlob)|createReadStream/;
const LISTS = /^fs\.(?:promises\.)?(?:readdir|opendir|glob)$/;

function wholeHome(file: SourceFile): WeaknessHit | null {
  if (!walksFolders(file)) return null;
  const root = homesOf(file).find((node) => beginsWalk(file, node));
  const message = 'Code reads the files of the whole home folder or disk';
  return root ? privateHit(file, root, 'home-wide-read', message, []) : null;
}

/** `readdirSync(join(homedir(), 'Documents'))`: whatever lies there, and not what was asked for. */
function personalFolder(file: SourceFile): WeaknessHit | null {
  for (const node of personalPaths(file)) {
    const [folder] = patterns().personal.exec(file.constant(node) ?? '') ?? [];
    const isListed = usesOf(file, node).some((one) => {
      const call = file.parentOf(one);
      if (call?.type !== 'CallExpression' || one === call.callee) return false;
      const name = file.resolve(call.callee);
      return isWalk(file, call) || (name !== null && LISTS.test(familiarName(name)));
    });
    if (!folder || !isListed) continue;
    const message = 'Code reads all files of a folder where people keep their own';
    return privateHit(file, node, 'home-wide-read', message, [folder.replaceAll(/[\\/]/g, '')]);
  }
  return null;
}

/** Texts and joined paths that end in such a folder. */
function personalPaths(file: SourceFile): Node[] {
  if (!/homedir|\bHOME\b|USERPROFILE/.test(file.text)) return [];
  const joined = file.calls.filter(({ name }) => /^path\.(?:join|resolve)$/.test(name));
  return [...joined.map(({ node }) => node as Node), ...file.nodesOf('TemplateLiteral')]
    .filter((node) => patterns().personal.test(file.constant(node) ?? ''))
    .slice(0, 20);
}

/** The node itself, and the names that stand for it. */
function usesOf(file: SourceFile, node: Node): Node[] {
  const owner = file.parentOf(node);
  if (owner?.type !== 'VariableDeclarator' || owner.id.type !== 'Identifier') return [node];
  const { name } = owner.id;
  const named = file
    .nodesOf('Identifier')
    .filter((one) => one.name === name && file.bindingOf(name, one)?.init === node);
  return [node, ...named];
}

function walksFolders(file: SourceFile): boolean {
  const { walkers } = patterns();
  return (
    file.imports.some(({ spec }) => walkers.test(spec)) ||
    /\brecursive:\s{0,3}(?:true|!0)/.test(file.text) ||
    file.calls.some(
      ({ node, name }) =>
        /\.readdir$|\.opendir$/.test(familiarName(name)) && callsItself(file, node),
    )
  );
}

/** Whether the function around a node is called in its own body. */
function callsItself(file: SourceFile, node: Node): boolean {
  for (let at = file.parentOf(node); at; at = file.parentOf(at)) {
    const name = nameOfFunction(file, at);
    if (name === null) continue;
    const body = file.text.slice(at.start, at.end);
    const calls = body.split(`${name}(`).length - 1;
    if (calls > (at.type === 'FunctionDeclaration' ? 1 : 0)) return true;
  }
  return false;
}

function nameOfFunction(file: SourceFile, node: Node): string | null {
  if (node.type === 'FunctionDeclaration') return node.id?.name ?? null;
  if (!/^(?:ArrowFunction|Function)Expression$/.test(node.type)) return null;
  const owner = file.parentOf(node);
  return owner?.type === 'VariableDeclarator' && owner.id.type === 'Identifier'
    ? owner.id.name
    : null;
}

/** The home folder as a whole, and the roots of disks: not what is joined to them. */
function homesOf(file: SourceFile): Node[] {
  const calls = file.calls
    .filter(({ name }) => name === 'os.homedir')
    .map(({ node }) => node as Node);
  const variables = file
    .nodesOf('MemberExpression')
    .filter((node) => /^(?:HOME|USERPROFILE)$/.test(keyOf(node.property, node.computed) ?? ''));
  const volumes = file
    .nodesOf('Literal')
    .filter(({ value }) => typeof value === 'string' && patterns().volumes.test(value));
  const direct = [...calls, ...variables, ...volumes];
  const named = file.nodesOf('Identifier').filter((node) => {
    const parent = file.parentOf(node);
    if (!parent || parent.type === 'VariableDeclarator') return false;
    const init = file.bindingOf(node.name, node)?.init;
    return init != null && direct.includes(init);
  });
  return [...direct, ...named];
}

function beginsWalk(file: SourceFile, node: Node): boolean {
  const parent = file.parentOf(node);
  if (parent?.type === 'Property')
    return (
      parent.value === node && patterns().rootKeys.test(keyOf(parent.key, parent.computed) ?? '')
    );
  if (parent?.type === 'ArrayExpression') {
    const owner = file.parentOf(parent);
    return owner?.type === 'VariableDeclarator' ||
      owner?.type === 'ForOfStatement' ||
      owner?.type === 'Property'
      ? isRootName(owner)
      : isWalk(file, owner);
  }
  return isWalk(file, parent);
}

function isRootName(owner: Node): boolean {
  if (owner.type === 'ForOfStatement') return true;
  if (owner.type === 'VariableDeclarator')
    return owner.id.type === 'Identifier' && patterns().rootKeys.test(owner.id.name);
  return (
    owner.type === 'Property' && patterns().rootKeys.test(keyOf(owner.key, owner.computed) ?? '')
  );
}

/** A call of a walker, or of an own function that is named like one. */
function isWalk(file: SourceFile, node: Node | null | undefined): boolean {
  if (node?.type !== 'CallExpression') return false;
  const { walkers, walks } = patterns();
  const name = file.resolve(node.callee);
  if (name !== null && walkers.test(name)) return true;
  const { callee } = node;
  return callee.type === 'Identifier' && walks.test(callee.name) && name === null;
}
