// package.json and package-lock.json of exactly one resolved tree, for `npm ci`.
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { dictOfStrings, isDict } from '../analyze/manifest.ts';

const DEPENDENCY_KINDS = [
  'dependencies',
  'optionalDependencies',
  'peerDependencies',
  'devDependencies',
];

/** `lock` is the text of a lockfile of npm's; its root gets a name of ours. */
export async function writeLock(dir: string, lock: string): Promise<void> {
  const parsed: unknown = JSON.parse(lock);
  const packages = isDict(parsed) && isDict(parsed['packages']) ? parsed['packages'] : {};
  const root = isDict(packages['']) ? packages[''] : {};
  const manifest = {
    name: 'vetted-by-mcp-vet',
    version: '1.0.0',
    private: true,
    ...Object.fromEntries(
      DEPENDENCY_KINDS.filter((kind) => isDict(root[kind])).map((kind) => [
        kind,
        dictOfStrings(root[kind]),
      ]),
    ),
  };
  packages[''] = { ...root, name: manifest.name, version: manifest.version };
  const named = { ...(isDict(parsed) ? parsed : {}), name: manifest.name, version: '1.0.0' };
  await mkdir(dir, { recursive: true });
  await writeFile(path.join(dir, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`);
  await writeFile(path.join(dir, 'package-lock.json'), `${JSON.stringify(named, null, 2)}\n`);
}
