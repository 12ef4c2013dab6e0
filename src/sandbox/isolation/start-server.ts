// Starts the server inside its box, with nothing open that is not its own.
import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, openSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { boxCommand, boxEnvironment, boxOptions } from './box-command.ts';
import { CONTROL_FD, type BoxConfig } from './protocol.ts';
import { seccompFilter } from './seccomp.ts';
import { BASE } from './setup.ts';

const O_CLOEXEC = 0o2000000;

export function startServer(config: BoxConfig): ChildProcess {
  const files = { seccomp: seccompFilter(process.arch), options: boxOptions(config) };
  const [seccomp, options] = Object.entries(files).map(([name, content]) => {
    writeFileSync(path.join(BASE, name), content);
    return openSync(path.join(BASE, name), 'r');
  });
  const [program = '', ...args] = boxCommand(config);
  return spawn(program, args, {
    cwd: '/',
    env: boxEnvironment(config),
    stdio: ['inherit', 'inherit', 'inherit', seccomp, options],
  });
}

/** What the shell that started us had open is not the server's business; Node's own are never handed on. */
export function closeInherited(): void {
  for (const fd of readdirSync('/proc/self/fd').map(Number)) {
    if (fd <= CONTROL_FD) continue;
    try {
      const flags = /^flags:\s*([0-7]+)/m.exec(
        readFileSync(`/proc/self/fdinfo/${fd}`, 'latin1'),
      )?.[1];
      const closesItself = (Number.parseInt(flags ?? '0', 8) & O_CLOEXEC) !== 0;
      if (!closesItself) closeSync(fd);
    } catch {
      // The one by which the folder was read.
    }
  }
}
