// Connections of an install script that only an argument brings about, which no install gives it.
import type { PackageContext } from '../../package-context.ts';
import type { Node } from '../../parse.ts';
import { CLIENT, CONNECTION, is } from '../flow/kinds.ts';
import { isFunction, lookup } from '../flow/model.ts';
import { unwrap } from '../flow/names.ts';
import { callersOf } from '../flow/callers.ts';
import type { Scene } from '../scene.ts';

// `process.argv.includes('--fetch')`, `process.argv[2] === 'fetch'`
const GIVEN =
  /^process\.argv(?:\.slice\(\d\))?(?:\.includes\(|\[\d\]\s?={2,3}\s?)(['"`])([\w:-]{2,40})\1\)?$/;
const RUNS_ANOTHER = /\b(?:npm|pnpm|yarn|bun|npx)\b/;
const MAX_DEPTH = 5;

const quiet = new WeakMap<PackageContext, Set<string>>();

/** Whether an install runs the file without what makes it connect. */
export function isQuietAtInstall(pkg: PackageContext, path: string): boolean {
  return quiet.get(pkg)?.has(path) === true;
}

/** Remembers an install script all of whose connections stand behind such an argument. */
export function noteQuietInstall(scene: Scene): void {
  const { pkg, file, calls } = scene;
  if (!pkg.lifecycleEntries.includes(file.path) || !file.text.includes('process.argv')) return;
  const connections = calls.filter(({ name }) => is(name, CLIENT) || is(name, CONNECTION));
  if (connections.length === 0 || !connections.every(({ call }) => isBehind(scene, call, 0)))
    return;
  quiet.set(pkg, (quiet.get(pkg) ?? new Set()).add(file.path));
}

function isBehind(scene: Scene, from: Node, depth: number): boolean {
  if (depth > MAX_DEPTH) return false;
  for (let at = from, up = scene.file.parentOf(at); up; at = up, up = scene.file.parentOf(at)) {
    if (up.type === 'IfStatement' && up.consequent === at && isNotGiven(scene, up.test))
      return true;
    if (up.type === 'LogicalExpression' && up.operator === '&&' && up.right === at)
      if (isNotGiven(scene, up.left)) return true;
    if (!isFunction(up)) continue;
    const sites = callersOf(scene.model).get(up) ?? [];
    return sites.length > 0 && sites.every((site) => isBehind(scene, site, depth + 1));
  }
  return false;
}

/** A test for a word that no script of an install hands over, and that the file itself names once. */
function isNotGiven({ pkg, file, model }: Scene, test: Node): boolean {
  let asked = unwrap(test);
  if (asked.type === 'Identifier') {
    const defs = lookup(model, asked)?.defs ?? [];
    if (defs.length !== 1 || !defs[0]?.value) return false;
    asked = unwrap(defs[0].value);
  }
  const word = GIVEN.exec(file.text.slice(asked.start, asked.end).slice(0, 120))?.[2];
  if (word === undefined) return false;
  const { scripts } = pkg.manifest;
  const atInstall = ['preinstall', 'install', 'postinstall', 'prepare']
    .map((name) => (Object.hasOwn(scripts, name) ? scripts[name] : ''))
    .join(' ');
  const told = RUNS_ANOTHER.test(atInstall) ? Object.values(scripts).join(' ') : atInstall;
  if (told.split(/[\s'"]+/).includes(word)) return false;
  const named = file.text.split(/['"`]/).filter((part) => part === word);
  return named.length === 1;
}
