// The server's output, until a line or the whole of it gets too long.
import { PassThrough, Transform, type Readable } from 'node:stream';
import type { Limits } from './types.ts';

type OnLimit = (limit: 'lineBytes' | 'outputBytes', detail: string) => void;
export interface BoundStreams {
  stdout: Readable;
  stderr: Readable;
  /** Both end; what comes later is thrown away. */
  end(): void;
}

export function boundStreams(
  out: Readable,
  err: Readable,
  limits: Limits,
  onLimit: OnLimit,
): BoundStreams {
  const stdout = out.pipe(lineLimit(limits, onLimit));
  const stderr = err.pipe(cut(limits.stderrBytes));
  return {
    stdout,
    stderr,
    end() {
      out.unpipe(stdout).resume();
      err.unpipe(stderr).resume();
      if (!stdout.writableEnded) stdout.end();
      if (!stderr.writableEnded) stderr.end();
    },
  };
}

function lineLimit({ lineBytes, outputBytes }: Limits, onLimit: OnLimit): Transform {
  let line = 0;
  let total = 0;
  let isOver = false;
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      if (isOver) return done();
      total += chunk.length;
      const longest = longestLine(chunk, line);
      const lastBreak = chunk.lastIndexOf(10);
      line = lastBreak === -1 ? line + chunk.length : chunk.length - lastBreak - 1;
      if (total <= outputBytes && longest <= lineBytes) return done(null, chunk);
      isOver = true;
      const limit = total > outputBytes ? 'outputBytes' : 'lineBytes';
      const bytes = limit === 'outputBytes' ? outputBytes : lineBytes;
      onLimit(limit, `standard output passed ${bytes} bytes`);
      done();
    },
  });
}

function longestLine(chunk: Buffer, before: number): number {
  let longest = 0;
  let start = -before;
  for (let at = chunk.indexOf(10); at !== -1; at = chunk.indexOf(10, at + 1)) {
    longest = Math.max(longest, at - start);
    start = at + 1;
  }
  return Math.max(longest, chunk.length - start);
}

/** Lets the first bytes through and swallows the rest, since who writes too much to stderr does no harm. */
function cut(bytes: number): Transform {
  let left = bytes;
  return new PassThrough({
    transform(chunk: Buffer, _encoding, done) {
      const part = chunk.subarray(0, left);
      left -= part.length;
      done(null, part.length > 0 ? part : undefined);
    },
  });
}
