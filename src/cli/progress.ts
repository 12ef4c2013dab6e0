// One line on standard error that says what is being done; only on a terminal.
import { escapeExcerpt } from '../analyze/text/escape.ts';
import type { Io } from './io.ts';

export interface Progress {
  show: (target: string, doing: string) => void;
  /** A line that stays. */
  note: (text: string) => void;
  stop: () => void;
}

export function makeProgress(io: Io, isWanted: boolean): Progress {
  const isLive = isWanted && io.stderr.isTerminal;
  const clear = () => {
    if (isLive) io.stderr.write('\r\u001b[2K');
  };
  return {
    show(target, doing) {
      if (!isLive) return;
      const line = `${escapeExcerpt(target, 60)}: ${doing}`;
      clear();
      io.stderr.write(line.slice(0, Math.max(20, io.stderr.columns - 1)));
    },
    note(text) {
      clear();
      io.stderr.write(`${text}\n`);
    },
    stop: clear,
  };
}
