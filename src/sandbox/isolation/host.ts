// What the launcher must know of the host before it starts a box, and the package in a state to be bound.
import { execFile } from 'node:child_process';
import { constants, existsSync, lstatSync, realpathSync, statSync } from 'node:fs';
import { chmod, cp, lchown, readdir, realpath } from 'node:fs/promises';
import path from 'node:path';
import { NOBODY, type BoxConfig } from './protocol.ts';
import { makeRunFolder } from './run-folder.ts';

const WORLD_READABLE = constants.S_IROTH | constants.S_IXOTH;
const SYSTEM_FOLDERS = /^\/(usr|lib|lib32|lib64|libx32)\//;

type Host = Pick<BoxConfig, 'hasFirewall' | 'nodePath' | 'nodeLibraries' | 'nodeModules'>;

export function describeHost(): Host {
  const nodePath = realpathSync(process.execPath);
  const isForeign = !nodePath.startsWith('/usr/');
  const modules = path.resolve(nodePath, '../../lib/node_modules');
  return {
    hasFirewall: findProgram('nft') !== null,
    nodePath,
    nodeLibraries: isForeign ? librariesOfNode() : [],
    nodeModules: isForeign && existsSync(modules) ? modules : null,
  };
}

/** Absolute path, or null. Administrators' folders are looked at even if they are not in PATH. */
export function findProgram(name: string): string | null {
  const folders = [
    ...(process.env['PATH'] ?? '').split(':'),
    '/usr/local/sbin',
    '/usr/sbin',
    '/sbin',
  ];
  const files = folders.filter(path.isAbsolute).map((folder) => path.join(folder, name));
  return files.find((file) => existsSync(file)) ?? null;
}

/** stdout and stderr together, or null when the program cannot be run or fails. */
export function run(program: string, args: string[]): Promise<{ ok: boolean; text: string }> {
  return new Promise((resolve) => {
    execFile(program, args, { timeout: 5000 }, (error, stdout, stderr) =>
      resolve({ ok: error === null, text: `${stdout}${stderr}`.trim() }),
    );
  });
}

function librariesOfNode(): string[] {
  const report = process.report.getReport() as unknown as { sharedObjects?: string[] };
  const files = (report.sharedObjects ?? []).filter(path.isAbsolute);
  return files.filter((file) => !SYSTEM_FOLDERS.test(file) && existsSync(file));
}

export interface PreparedPackage {
  folder: string;
  /** A folder to remove when the box has ended, or null. */
  copy: string | null;
}

/**
 * The folder to bind. As root the server becomes a user who owns nothing, so a folder that others
 * cannot read is copied, and one to write into is given to that user.
 */
export async function preparePackage(
  packageDir: string,
  { isRoot, writablePackage }: { isRoot: boolean; writablePackage: boolean },
): Promise<PreparedPackage> {
  const folder = await realpath(packageDir);
  if (isRoot && writablePackage) {
    await eachEntry(folder, (file) => lchown(file, NOBODY, NOBODY));
    return { folder, copy: null };
  }
  const isReadable = (statSync(folder).mode & WORLD_READABLE) === WORLD_READABLE;
  if (!isRoot || isReadable) return { folder, copy: null };
  const copy = makeRunFolder();
  const target = path.join(copy, 'package');
  await cp(folder, target, { recursive: true, verbatimSymlinks: true });
  await eachEntry(target, async (file) => {
    const stat = lstatSync(file);
    if (!stat.isSymbolicLink()) await chmod(file, stat.mode | (stat.isDirectory() ? 0o555 : 0o444));
  });
  return { folder: target, copy };
}

async function eachEntry(folder: string, visit: (file: string) => Promise<void>): Promise<void> {
  await visit(folder);
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const file = path.join(folder, entry.name);
    if (entry.isDirectory()) await eachEntry(file, visit);
    else await visit(file);
  }
}
