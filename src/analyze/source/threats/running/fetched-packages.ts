// Packages that a running server fetches and loads: the program is whatever is newest then.
import type { Node } from '../../parse.ts';
import { HOLE, propertyOf, shapeOf } from '../flow/names.ts';
import { reachOf } from '../flow/reach.ts';
import { report } from '../scene.ts';
import type { Scene } from '../scene.ts';

/** Libraries that take a package from a registry and unpack or load it. */
const LOADERS =
  /^(?:pacote\.(?:extract|tarball(?:\.\w{1,10})?)|new live-plugin-manager\.PluginManager\.install(?:FromNpm)?|new @npmcli\/arborist(?:\.Arborist)?\.reify|@antfu\/install-pkg\.installPackage|npm-programmatic\.install|npminstall|install-package|npm-install-package|import-cwd-or-install|load-npm|download-npm-package)$/;
const ADDS = /^(?:\S*\/)?(?:npm|pnpm|yarn|bun)(?:\.cmd)?\s[^\n]{0,200}?\b(?:i|install|add)\b/;
/** In a bundle somebody always loads something by a name. */
const MAX_CHARS = 60_000;
const VERSION = /@(?:[\^~=]?\d|xx\b)/;

export function findPackageLoaders(scene: Scene): void {
  if (!scene.pkg.isSubject) return;
  for (const { call, name, args } of scene.calls) {
    if (!LOADERS.test(name) || reachOf(scene, call) === 'command') continue;
    const added = args.map(
      (arg) =>
        shapeOf(scene.model, arg) ??
        shapeOf(scene.model, propertyOf(scene.model, arg, 'add')) ??
        scene.file.textOf(arg).slice(0, 200),
    );
    if (/@[\^~=]?\d|['"`][\^~]?\d+\.\d/.test(added.join(' '))) continue;
    report(scene, call, {
      ruleId: 'runtime-install',
      severity:
        scene.textAround(call).length < MAX_CHARS && loadsByName(scene) ? 'high' : 'moderate',
      confidence: 'medium',
      message: 'Another package is installed or run that is not among the dependencies.',
    });
  }
}

/** Whether a command adds packages in no fixed version, and the code then loads what it does not name. */
export const isAddedAndLoaded = (scene: Scene, call: Node, line: string): boolean =>
  scene.pkg.isSubject &&
  scene.textAround(call).length < MAX_CHARS &&
  ADDS.test(line) &&
  !VERSION.test(versionless(line)) &&
  loadsByName(scene, line.split(/\s+/).slice(2));

/** `name@${version}` has some version; `@scope/name` none. */
const versionless = (line: string): string => line.replaceAll(HOLE, 'xx');

/** `require(path.join(folder, 'node_modules', name))`, `import(name)`, or what was added by its name. */
function loadsByName({ model, calls }: Scene, added: readonly string[] = []): boolean {
  const isNamed = (shape: string | null) =>
    shape === null || shape.includes(HOLE) || added.includes(shape);
  return (
    model.imports.some(({ source }) => isNamed(shapeOf(model, source))) ||
    calls.some(
      ({ name, args }) =>
        /^(?:require|module\.createRequire\(\)|new live-plugin-manager\.PluginManager\.require)$/.test(
          name,
        ) &&
        args[0] !== undefined &&
        isNamed(shapeOf(model, args[0])),
    )
  );
}
