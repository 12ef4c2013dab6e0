// Packages that lie in a folder of another and are installed from there: `"x": "file:vendor/x"`.
import { posix as path } from 'node:path';
import type { Manifest } from '../../types.ts';
import { lifecycleFiles } from './entries.ts';

export interface Vendored {
  /** Folder, without a slash at its end. */
  folder: string;
  manifest: Manifest;
}

const LOCAL = /^(?:file|link|portal):/;
const MAX_VENDORED = 50;

/** `read`: the manifest of a folder, null if there is none. */
export function vendoredIn(
  manifest: Manifest,
  read: (folder: string) => Manifest | null,
): Vendored[] {
  const specs = [
    ...Object.values(manifest.dependencies),
    ...Object.values(manifest.optionalDependencies),
  ];
  const folders = specs
    .filter((spec) => LOCAL.test(spec))
    .map((spec) => path.normalize(spec.replace(LOCAL, '')).replace(/^\.\/|\/$/g, ''))
    .filter(
      (folder) =>
        folder !== '' && folder !== '.' && !folder.startsWith('..') && !folder.startsWith('/'),
    );
  return [...new Set(folders)].slice(0, MAX_VENDORED).flatMap((folder) => {
    const found = read(folder);
    return found ? { folder, manifest: found } : [];
  });
}

/** Files of the package that its binding.gyp has node start: `<!(node native/paths.js)`. */
export function gypStarts(
  manifest: Manifest,
  gyp: string | null,
  paths: ReadonlySet<string>,
): string[] {
  const commands = [...(gyp ?? '').slice(0, 200_000).matchAll(/<!@?\(([^()]{1,500})\)/g)].slice(
    0,
    50,
  );
  const install = commands.map(([, command = '']) => command).join(' ; ');
  return install === '' ? [] : lifecycleFiles({ ...manifest, scripts: { install } }, paths);
}

/** Files that their install scripts start, relative to the outer package. */
export function vendoredStarts(
  vendored: readonly Vendored[],
  paths: ReadonlySet<string>,
): string[] {
  return vendored.flatMap(({ folder, manifest }) => {
    const inner = [...paths].filter((file) => file.startsWith(`${folder}/`));
    const own = new Set(inner.map((file) => file.slice(folder.length + 1)));
    return lifecycleFiles(manifest, own).map((file) => `${folder}/${file}`);
  });
}
