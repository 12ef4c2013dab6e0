// Notices processes of the box and what memory they use, by looking at /proc again and again.
import { readdirSync, readFileSync } from 'node:fs';

const MAX_COMMAND = 400;
const MAX_SEEN = 20_000;

export interface ProcessWatch {
  /** Commands not seen before, and the sizes of the box now. */
  poll(): { commands: string[]; count: number; rssBytes: number };
}

export function watchProcesses(): ProcessWatch {
  const seen = new Set<string>();
  return {
    poll() {
      const inside = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
      const states = inside.flatMap((pid) => stateOf(pid) ?? []);
      const commands: string[] = [];
      for (const { pid, command } of states) {
        const key = `${pid} ${command}`;
        if (command === '' || seen.has(key) || seen.size >= MAX_SEEN) continue;
        seen.add(key);
        commands.push(command);
      }
      const rssBytes = states.reduce((sum, state) => sum + state.rssBytes, 0);
      return { commands, count: states.length, rssBytes };
    },
  };
}

/** Ends all processes of the box: the kernel ends a namespace with its first process. */
export function killBox(): void {
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    try {
      const status = readFileSync(`/proc/${pid}/status`, 'latin1');
      if (/^NSpid:\t\d+\t1$/m.test(status)) process.kill(Number(pid), 'SIGKILL');
    } catch {
      // Ended while we looked.
    }
  }
}

function stateOf(pid: string): { pid: string; command: string; rssBytes: number } | null {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'latin1');
    // Processes of the box have a number in its own namespace too; the first there is bubblewrap's.
    const [, own] = /^NSpid:\t\d+\t(\d+)/m.exec(status) ?? [];
    if (own === undefined || own === '1') return null;
    const rssKb = Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1] ?? 0);
    const words = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
    const command = words.join(' ').trim().slice(0, MAX_COMMAND);
    return {
      pid,
      command: /^(bwrap|prlimit) /.test(command) ? '' : command,
      rssBytes: rssKb * 1024,
    };
  } catch {
    // Ended while we looked.
    return null;
  }
}
