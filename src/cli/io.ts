// The streams, the environment and the signals that a command sees; a test hands in its own.
import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { VetError } from '../errors.ts';
import type { VetResult } from '../types.ts';

export interface Io {
  stdout: { write: (text: string) => void; isTerminal: boolean; columns: number };
  stderr: { write: (text: string) => void; isTerminal: boolean; columns: number };
  /** All of standard input, at most `maxBytes`. */
  readStdin: (maxBytes: number) => Promise<string>;
  env: Record<string, string | undefined>;
  cwd: string;
  signal: AbortSignal;
  version: () => string;
}

export const EXIT = { passed: 0, belowGate: 1, notVetted: 2, interrupted: 130 } as const;

const LATE_ERRORS =
  /^(ENODATA|EINTEGRITY|EBADSIZE|ENOTCACHED|Z_\w+|TAR_\w+|ABORT_ERR|ERR_STREAM_\w+|E[45]\d\d|ECONNRESET)$/;

/** The real process. The first Ctrl-C aborts and lets everything clean up, the second ends at once. */
export function processIo(process: NodeJS.Process): Io {
  const controller = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM'] as const) {
    process.on(name, () => {
      if (controller.signal.aborted) process.exit(EXIT.interrupted);
      controller.abort();
    });
  }
  surviveLateErrors(process);
  // A reader that closed the pipe (| head) is not an error.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(process.exitCode ?? 0);
  });
  const streamOf = (stream: NodeJS.WriteStream) => ({
    write: (text: string) => void stream.write(text),
    isTerminal: stream.isTTY === true,
    columns: stream.columns ?? 80,
  });
  return {
    stdout: streamOf(process.stdout),
    stderr: streamOf(process.stderr),
    readStdin: (maxBytes) => readAll(process.stdin, maxBytes),
    env: process.env,
    cwd: process.cwd(),
    signal: controller.signal,
    version: () => {
      const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
      return String((JSON.parse(text) as { version?: unknown }).version);
    },
  };
}

/**
 * npm's libraries report one broken tarball twice: to the caller, and once more from a stream that
 * nobody holds any longer. That must not end the run. Anything else is a bug: exit 2, never 1.
 */
function surviveLateErrors(process: NodeJS.Process): void {
  const onError = (error: unknown) => {
    const code = String((error as { code?: unknown } | null)?.code ?? '');
    const isAborted = (error as { name?: unknown } | null)?.name === 'AbortError';
    if (isAborted || LATE_ERRORS.test(code)) return;
    process.stderr.write(`mcp-vet itself failed: ${stackOf(error)}\n`);
    process.exit(EXIT.notVetted);
  };
  process.on('unhandledRejection', onError);
  process.on('uncaughtException', onError);
}

/** A file, or standard input for `-` or nothing. Throws a VetError. */
export async function readInput(
  file: string | undefined,
  io: Io,
  maxBytes: number,
): Promise<string> {
  if (file === undefined || file === '-') return io.readStdin(maxBytes);
  try {
    const text = await readFile(file, 'utf8');
    if (text.length <= maxBytes) return text;
  } catch (cause) {
    throw new VetError('unreadable', 'The input file could not be read.', {
      hint: 'Check its path, or give - for standard input.',
      cause,
    });
  }
  throw tooLarge(maxBytes);
}

/** One clear sentence and what to do; with --json an object with `error.code`. */
export function reportError(error: unknown, isJson: boolean, io: Io): number {
  const failure =
    error instanceof VetError
      ? error
      : new VetError('internal', `mcp-vet itself failed: ${stackOf(error)}`, {
          hint: 'This is a bug of mcp-vet; please report it with this text.',
        });
  const { code, message, hint } = failure;
  if (isJson) {
    const body: VetResult = {
      schemaVersion: 1,
      tool: { name: 'mcp-vet', version: io.version(), rulesDigest: '' },
      startedAt: new Date().toISOString(),
      durationMs: 0,
      gate: { passed: false, failed: [] },
      reports: [],
      findings: [],
      notVetted: [],
      error: { code, message, ...(hint ? { hint } : {}) },
    };
    io.stdout.write(`${JSON.stringify(body, null, 2)}\n`);
  } else {
    io.stderr.write(`mcp-vet: ${message}\n${hint ? `  ${hint}\n` : ''}`);
  }
  return io.signal.aborted ? EXIT.interrupted : EXIT.notVetted;
}

function stackOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

async function readAll(stream: NodeJS.ReadableStream, maxBytes: number): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of stream) {
    const buffer = Buffer.from(chunk as Uint8Array);
    bytes += buffer.length;
    if (bytes > maxBytes) throw tooLarge(maxBytes);
    chunks.push(buffer);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function tooLarge(maxBytes: number): VetError {
  return new VetError('too-large', `The input is larger than ${maxBytes / 1e6} MB.`, {
    hint: 'Split it.',
  });
}
