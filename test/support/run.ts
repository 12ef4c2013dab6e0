// Calls main(argv, io) with streams that are kept, as a process would see them.
import { main, type Io } from '../../src/cli.ts';

export interface Run {
  exitCode: number;
  stdout: string;
  stderr: string;
}

export async function run(
  argv: string[],
  changes: Partial<Io> & { stdin?: string } = {},
): Promise<Run> {
  let stdout = '';
  let stderr = '';
  const { stdin, ...rest } = changes;
  const io: Io = {
    stdout: { write: (text) => void (stdout += text), isTerminal: false, columns: 80 },
    stderr: { write: (text) => void (stderr += text), isTerminal: false, columns: 80 },
    readStdin: async () => stdin ?? '',
    env: { HOME: '/nonexistent', PATH: process.env['PATH'] },
    cwd: process.cwd(),
    signal: new AbortController().signal,
    version: () => '0.0.0-test',
    ...rest,
  };
  const exitCode = await main(argv, io);
  return { exitCode, stdout, stderr };
}
