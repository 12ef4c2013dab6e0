// The launcher's folders in the temp directory: one for each box, gone with it, or with the next start.
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

const PREFIX = 'mcp-vet-sandbox-';

/** A new empty folder that bears this process's number. */
export function makeRunFolder(): string {
  return mkdtempSync(path.join(tmpdir(), `${PREFIX}${process.pid}-`));
}

/** Removes what launchers that were killed left behind. Never throws: others' folders are theirs. */
export function removeStaleFolders(folder = tmpdir()): string[] {
  const stale = readdirSync(folder).filter((name) => {
    const pid = new RegExp(`^${PREFIX}(\\d+)-`).exec(name)?.[1];
    return pid !== undefined && !isRunning(Number(pid));
  });
  return stale.filter((name) => removeFolder(path.join(folder, name)));
}

/** Whether it is gone. */
export function removeFolder(folder: string): boolean {
  try {
    rmSync(folder, { recursive: true, force: true });
    return true;
  } catch {
    // Somebody else's, or still mounted for an instant: the next start tries again.
    return false;
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
