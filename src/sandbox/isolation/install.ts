// Puts a package and its tree into a folder of the sandbox's own, as an installer that runs no scripts lays it out.
import { existsSync, lstatSync } from 'node:fs';
import { chmod, mkdir, readdir } from 'node:fs/promises';
import path from 'node:path';

const MAX_ENTRIES = 200_000;
const MAX_BYTES = 2 * 2 ** 30;

export interface InstallInput {
  dest: string;
  /** Lays everything out under `dest/node_modules`; must not run scripts. */
  reify(dest: string): Promise<void>;
}
export interface Installed {
  files: number;
  bytes: number;
}

/** Throws Error when the tree is too large, or when nothing was installed. */
export async function installTree({ dest, reify }: InstallInput): Promise<Installed> {
  await mkdir(dest, { recursive: true, mode: 0o755 });
  // Whatever the user's umask: in the box the tree belongs to somebody else.
  await chmod(dest, 0o755);
  await reify(dest);
  if (!existsSync(path.join(dest, 'node_modules'))) throw new Error('nothing was installed');
  const total = { files: 0, bytes: 0 };
  await openUp(dest, total);
  return total;
}

async function openUp(folder: string, total: Installed): Promise<void> {
  for (const { name } of await readdir(folder, { withFileTypes: true })) {
    const file = path.join(folder, name);
    const stat = lstatSync(file);
    total.files++;
    total.bytes += stat.size;
    if (total.files > MAX_ENTRIES || total.bytes > MAX_BYTES)
      throw new Error('the tree is too large');
    if (stat.isSymbolicLink()) continue;
    const wanted = stat.mode | (stat.isDirectory() ? 0o755 : 0o644);
    if (wanted !== stat.mode) await chmod(file, wanted & 0o7777);
    if (stat.isDirectory()) await openUp(file, total);
  }
}
