// `mcp-vet db update|import|status`: the local advisory database.
import path from 'node:path';
import type { Command } from 'commander';
import type { DatabaseStatus } from '../collect/advisories/index.ts';
import { EXIT, type Io } from './io.ts';

interface Flags {
  cache?: string;
  json?: boolean;
  url?: string;
  replace?: boolean;
}

const EXAMPLES = `
Examples:
  mcp-vet db status
  mcp-vet db update
  mcp-vet db import osv-npm.zip --replace`;

export function dbCommand(program: Command, io: Io, setExit: (code: number) => void): void {
  const db = program
    .command('db')
    .description('the local advisory database')
    .addHelpText('after', EXAMPLES);
  const options = (command: Command) =>
    command.option('--cache <dir>', 'cache folder').option('--json', 'the state as JSON');
  options(
    db
      .command('status')
      .description('what is there, and how old it is')
      .addHelpText('after', '\nExample:\n  mcp-vet db status --json'),
  ).action(async (flags: Flags) => {
    const { databaseStatus } = await import('../collect/advisories/index.ts');
    const status = await databaseStatus(await databaseDir(flags, io), now());
    print(status, flags, io);
    setExit(status.isUsable ? EXIT.passed : EXIT.notVetted);
  });
  options(
    db
      .command('import')
      .description('add advisories from OSV folders, zips, or ndjson[.gz] files')
      .argument('<path...>', 'files or folders')
      .option('--replace', 'start from nothing')
      .addHelpText('after', '\nExample:\n  mcp-vet db import osv-npm.zip --replace'),
  ).action(async (paths: string[], flags: Flags) => {
    const { importDatabase } = await import('../collect/advisories/index.ts');
    const files = paths.map((file) => path.resolve(io.cwd, file));
    const isReplacing = flags.replace === true;
    const target = await databaseDir(flags, io);
    print(
      await importDatabase(files, target, {
        now: now(),
        isReplacing,
        signal: io.signal,
      }),
      flags,
      io,
    );
  });
  options(
    db
      .command('update')
      .description("download OSV's advisories for npm")
      .option('--url <url>', 'another place of the same archive')
      .addHelpText(
        'after',
        '\nExample:\n  mcp-vet db update --url https://mirror.example/npm/all.zip',
      ),
  ).action(async (flags: Flags) => {
    const { updateDatabase } = await import('../collect/advisories/index.ts');
    const { readNpmConfig } = await import('../collect/npm-config.ts');
    const { options: fetchOptions } = await readNpmConfig({
      cwd: io.cwd,
      env: io.env,
      trustProject: false,
    });
    const status = await updateDatabase({
      databaseDir: await databaseDir(flags, io),
      now: now(),
      fetchOptions,
      signal: io.signal,
      ...(flags.url === undefined ? {} : { url: flags.url }),
    });
    print(status, flags, io);
  });
}

async function databaseDir(flags: Flags, io: Io): Promise<string> {
  const { cacheDirOf, databaseDirOf } = await import('../vet/session.ts');
  return databaseDirOf(cacheDirOf(flags.cache, io.env));
}

function now(): string {
  return new Date().toISOString();
}

function print(status: DatabaseStatus, flags: Flags, io: Io): void {
  if (flags.json === true) {
    io.stdout.write(`${JSON.stringify(status, null, 2)}\n`);
    return;
  }
  const { header } = status;
  if (!status.isUsable || !header) {
    io.stdout.write(`no usable database: ${status.reason ?? 'unknown'}\n`);
    return;
  }
  const lines = [
    `${header.records.vulnerability} advisories and ${header.records.malware} malware records for ${header.packages} packages`,
    `newest advisory ${header.newest.vulnerability?.slice(0, 10) ?? '-'}, newest malware record ${header.newest.malware?.slice(0, 10) ?? '-'}${status.isStale ? ' (stale: it does not count as an answer; refresh it)' : ''}`,
    `${((status.bytes ?? 0) / 1e6).toFixed(1)} MB in ${status.file}`,
  ];
  if (header.malformed > 0) lines.push(`${header.malformed} malformed records were left out`);
  io.stdout.write(`${lines.join('\n')}\n`);
}
