// Starts a server in a box of its own and hands out its streams and what it was seen doing.
import { spawn, type ChildProcess } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import type { Writable } from 'node:stream';
import { describeHost, preparePackage } from './host.ts';
import { CONTROL_FD, NOBODY, type BoxConfig, type Up } from './protocol.ts';
import { removeFolder, removeStaleFolders } from './run-folder.ts';
import { RunningBox } from './running-box.ts';
import { BOX_PATHS, type Box, type LaunchOptions, type Limits } from './types.ts';

export const DEFAULT_LIMITS: Limits = {
  dataBytes: 2 * 2 ** 30,
  rssBytes: 3 * 2 ** 30,
  processes: 512,
  fileBytes: 256 << 20,
  openFiles: 4096,
  lineBytes: 4 << 20,
  outputBytes: 64 << 20,
  stderrBytes: 1 << 20,
  eventBytes: 8 << 20,
  timeMs: 300_000,
};

/** Rejects with Error when the box cannot be made; the server has not run then. */
export async function launch(options: LaunchOptions): Promise<Box> {
  removeStaleFolders();
  const isRoot = process.getuid?.() === 0;
  const writablePackage = options.writablePackage ?? false;
  const { folder, copy } = await preparePackage(options.packageDir, { isRoot, writablePackage });
  const cleanUp = () => void (copy === null || removeFolder(copy));
  try {
    const limits = { ...DEFAULT_LIMITS, ...options.limits };
    const box = new RunningBox(spawnSupervisor(isRoot), limits, cleanUp);
    const config = { ...configOf(options), limits, isRoot, packageDir: folder, writablePackage };
    await box.start(config, isRoot ? mapUsers : null);
    return box;
  } catch (error) {
    cleanUp();
    throw error;
  }
}

type Configured = Omit<BoxConfig, 'isRoot' | 'limits' | 'packageDir' | 'writablePackage'>;

function configOf(options: LaunchOptions): Configured {
  const [program = 'node', ...args] = options.command;
  const host = describeHost();
  return {
    ...host,
    hasFirewall: host.hasFirewall && options.withoutFirewall !== true,
    command: [program === 'node' ? BOX_PATHS.node : program, ...args],
    cwd: options.cwd ?? BOX_PATHS.project,
    env: options.env ?? {},
    canaries: options.canaries,
    sinkBody: options.sinkBody,
  };
}

// As an ordinary user the outer namespace knows that user only; as root it knows nobody as well, and
// the launcher has to say so. The shell asks for it: before, it would take the change for a lost privilege.
const WAIT_FOR_MAP = `echo '${JSON.stringify({ is: 'waiting' } satisfies Up)}' >&3; read -r _ <&4; exec "$@"`;

function spawnSupervisor(isRoot: boolean): ChildProcess {
  const supervisor = [process.execPath, '--no-warnings', supervisorFile()];
  const kinds = ['--user', '--net', '--mount', '--pid', '--ipc', '--uts'];
  const unshare = ['unshare', ...kinds, '--fork', '--kill-child=SIGKILL'];
  const inner = isRoot
    ? ['--keep-caps', '--', '/bin/sh', '-c', WAIT_FOR_MAP, 'sh', ...supervisor]
    : ['--map-root-user', '--', ...supervisor];
  return spawn('setpriv', ['--pdeathsig', 'KILL', ...unshare, ...inner], {
    stdio: ['pipe', 'pipe', 'pipe', 'pipe', 'pipe'],
    // The supervisor needs nothing of the user's environment either.
    env: { PATH: searchPath(), NODE_OPTIONS: '' },
    detached: true,
    cwd: '/',
  });
}

const searchPath = (): string =>
  `${process.env['PATH'] ?? ''}:/usr/local/sbin:/usr/sbin:/sbin:/usr/local/bin:/usr/bin:/bin`;

/** Next to this file once compiled; tests that run the sources use the compiled one too. */
function supervisorFile(): string {
  const here = import.meta.dirname.replace(/\/src\/sandbox\/isolation$/, '/dist/sandbox/isolation');
  return `${here}/supervisor.js`;
}

function mapUsers({ pid, stdio }: ChildProcess): void {
  const map = `0 0 1\n${NOBODY} ${NOBODY} 1\n`;
  writeFileSync(`/proc/${pid}/uid_map`, map);
  writeFileSync(`/proc/${pid}/gid_map`, map);
  (stdio[CONTROL_FD] as Writable).write('go\n');
}
