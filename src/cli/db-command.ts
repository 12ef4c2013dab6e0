// `mcp-vet db update|import|status`: the local advisory database, and the copy of the MCP registry's list.
import path from 'node:path';
import type { Command } from 'commander';
import type { DatabaseStatus } from '../collect/advisories/index.ts';
import type { CopyStatus } from '../collect/mcp-registry-copy.ts';
import { VetError } from '../errors.ts';
import { EXIT, type Io } from './io.ts';

interface Flags {
  cache?: string;
  json?: boolean;
  url?: string;
  replace?: boolean;
  /** False for --no-mcp-registry. */
  mcpRegistry?: string | boolean;
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
  ).action(async (flags: Flags) => setExit(await showStatus(flags, io)));
  options(
    db
      .command('import')
      .description('add advisories from OSV folders, zips, or ndjson[.gz] files')
      .argument('<path...>', 'files or folders')
      .option('--replace', 'start from nothing')
      .addHelpText('after', '\nExample:\n  mcp-vet db import osv-npm.zip --replace'),
  ).action((paths: string[], flags: Flags) => importFiles(paths, flags, io));
  options(
    db
      .command('update')
      .description("download OSV's advisories for npm, and copy the MCP registry's list of names")
      .option('--url <url>', 'another place of the advisories')
      .option('--mcp-registry <url>', 'another place of the MCP registry')
      .option('--no-mcp-registry', 'advisories only')
      .addHelpText(
        'after',
        '\nExample:\n  mcp-vet db update --url https://mirror.example/npm/all.zip',
      ),
  ).action((flags: Flags) => update(flags, io));
}

async function showStatus(flags: Flags, io: Io): Promise<number> {
  const { databaseStatus } = await import('../collect/advisories/index.ts');
  const { copyStatus } = await import('../collect/mcp-registry-copy.ts');
  const dir = await databaseDir(flags, io);
  const status = await databaseStatus(dir, now());
  print({ ...status, mcpRegistry: await copyStatus(dir, now()) }, flags, io);
  return status.isUsable ? EXIT.passed : EXIT.notVetted;
}

async function importFiles(paths: string[], flags: Flags, io: Io): Promise<void> {
  const { importDatabase } = await import('../collect/advisories/index.ts');
  const files = paths.map((file) => path.resolve(io.cwd, file));
  const isReplacing = flags.replace === true;
  const options = { now: now(), isReplacing, signal: io.signal };
  print(await importDatabase(files, await databaseDir(flags, io), options), flags, io);
}

/** The two parts stand alone: the registry's failure is said and fails nothing, the advisories' does. */
async function update(flags: Flags, io: Io): Promise<void> {
  const { updateDatabase } = await import('../collect/advisories/index.ts');
  const { readNpmConfig } = await import('../collect/npm-config.ts');
  const { options: fetchOptions } = await readNpmConfig({
    cwd: io.cwd,
    env: io.env,
    trustProject: false,
  });
  const dir = await databaseDir(flags, io);
  const advisories = await settled(() =>
    updateDatabase({
      databaseDir: dir,
      now: now(),
      fetchOptions,
      signal: io.signal,
      ...(flags.url === undefined ? {} : { url: flags.url }),
    }),
  );
  const mcpRegistry = await updateNames(dir, fetchOptions, flags, io);
  if ('error' in advisories) throw advisories.error;
  print({ ...advisories.value, ...(mcpRegistry ? { mcpRegistry } : {}) }, flags, io);
}

async function updateNames(
  dir: string,
  fetchOptions: Record<string, unknown>,
  flags: Flags,
  io: Io,
): Promise<CopyStatus | null> {
  if (flags.mcpRegistry === false || io.signal.aborted) return null;
  const { copyStatus, updateCopy } = await import('../collect/mcp-registry-copy.ts');
  const base = typeof flags.mcpRegistry === 'string' ? { base: flags.mcpRegistry } : {};
  const copied = await settled(() =>
    updateCopy(dir, now(), { ...base, fetchOptions, signal: io.signal }),
  );
  if ('value' in copied) return copied.value;
  const { message, hint } = copied.error;
  if (copied.error.code === 'interrupted') throw copied.error;
  io.stderr.write(`${message}${hint ? ` ${hint}` : ''}\n`);
  return copyStatus(dir, now());
}

async function settled<T>(work: () => Promise<T>): Promise<{ value: T } | { error: VetError }> {
  try {
    return { value: await work() };
  } catch (error) {
    if (error instanceof VetError) return { error };
    throw error;
  }
}

async function databaseDir(flags: Flags, io: Io): Promise<string> {
  const { cacheDirOf, databaseDirOf } = await import('../vet/settings.ts');
  return databaseDirOf(cacheDirOf(flags.cache, io.env));
}

function now(): string {
  return new Date().toISOString();
}

type Status = DatabaseStatus & { mcpRegistry?: CopyStatus };

function print(status: Status, flags: Flags, io: Io): void {
  const lines =
    flags.json === true
      ? [JSON.stringify(status, null, 2)]
      : [...advisoryLines(status), ...copyLines(status.mcpRegistry)];
  io.stdout.write(`${lines.join('\n')}\n`);
}

function advisoryLines(status: DatabaseStatus): string[] {
  const { header } = status;
  if (!status.isUsable || !header) return [`no usable database: ${status.reason ?? 'unknown'}`];
  const lines = [
    `${header.records.vulnerability} advisories and ${header.records.malware} malware records for ${header.packages} packages`,
    `newest advisory ${header.newest.vulnerability?.slice(0, 10) ?? '-'}, newest malware record ${header.newest.malware?.slice(0, 10) ?? '-'}${status.isStale ? ' (stale: it does not count as an answer; refresh it)' : ''}`,
    `${((status.bytes ?? 0) / 1e6).toFixed(1)} MB in ${status.file}`,
  ];
  if (header.malformed > 0) lines.push(`${header.malformed} malformed records were left out`);
  return lines;
}

function copyLines(copy: CopyStatus | undefined): string[] {
  if (!copy) return [];
  if (!copy.isUsable) return [`no copy of the MCP registry's list: ${copy.reason ?? 'unknown'}`];
  return [
    `${copy.servers} servers of the MCP registry, copied ${copy.copiedAt?.slice(0, 10)} (${copy.digest})`,
  ];
}
