// MCP client configurations on disk: read (JSON with comments, TOML, YAML), never run.
import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { parse as parseJsonc, printParseErrorCode, type ParseError } from 'jsonc-parser';
import { parse as parseToml } from 'smol-toml';
import { parse as parseYaml } from 'yaml';
import { serversOf } from '../analyze/client-servers.ts';
import { VetError } from '../errors.ts';
import type { ConfiguredServer } from '../types.ts';
import { notAFile } from './lockfile.ts';
import { clientOf, knownConfigPaths } from './client-paths.ts';

const MAX_BYTES = 16_000_000;
const MAX_SERVERS = 500;

/** Throws a VetError: a broken or missing file is never a clean result. */
export async function readClientConfig(file: string): Promise<ConfiguredServer[]> {
  const base = path.basename(file);
  const text = await readText(file);
  const raw = parse(text, base);
  const servers = serversOf(raw, clientOf(file), file);
  if (servers && servers.length > MAX_SERVERS) {
    throw new VetError('too-large', `${base} lists more than ${MAX_SERVERS} servers.`, {
      hint: 'Split it, or check that it is the file you meant.',
    });
  }
  if (servers) return servers;
  throw new VetError(
    'unsupported-target',
    `${base} is no MCP client configuration that is known.`,
    {
      hint: 'Known are files with mcpServers, servers, context_servers, mcp_servers or extensions, lockfiles, and server.json.',
    },
  );
}

/** Configurations of this machine's clients that exist. Reads nothing but their existence. */
export async function discoverConfigs(
  home: string,
  cwd: string,
  platform: NodeJS.Platform,
  env: Record<string, string | undefined>,
): Promise<string[]> {
  const found: string[] = [];
  for (const file of knownConfigPaths(home, cwd, platform, env)) {
    const isFile = await stat(file).then(
      (entry) => entry.isFile(),
      () => false,
    );
    if (isFile && !found.includes(file)) found.push(file);
  }
  return found;
}

async function readText(file: string): Promise<string> {
  const base = path.basename(file);
  try {
    const entry = await stat(file);
    if (!entry.isFile()) throw notAFile(base);
    if (entry.size > MAX_BYTES) {
      throw new VetError('too-large', `${base} is larger than ${MAX_BYTES / 1e6} MB.`, {
        hint: 'Check that it is the file you meant.',
      });
    }
    return (await readFile(file, 'utf8')).replace(/^\uFEFF/, '');
  } catch (cause) {
    if (cause instanceof VetError) throw cause;
    throw new VetError('unreadable', `${base} could not be read.`, {
      hint: 'Check that it exists and that you may read it.',
      cause,
    });
  }
}

function parse(text: string, base: string): unknown {
  try {
    if (/\.toml$/i.test(base)) return parseToml(text);
    // Aliases can blow a small file up to any size.
    if (/\.ya?ml$/i.test(base)) return parseYaml(text, { maxAliasCount: 100 });
  } catch (cause) {
    throw malformed(
      base,
      cause instanceof Error ? (cause.message.split('\n')[0] ?? '') : '',
      cause,
    );
  }
  const errors: ParseError[] = [];
  const value: unknown = parseJsonc(text, errors, { allowTrailingComma: true });
  const [first] = errors;
  if (first) {
    const line = text.slice(0, first.offset).split('\n').length;
    throw malformed(base, `${printParseErrorCode(first.error)} in line ${line}`);
  }
  return value;
}

function malformed(base: string, why: string, cause?: unknown): VetError {
  // A parser's message may quote the file, secrets included.
  const safe = /^[\w ,.:()-]{1,120}$/.test(why) ? `: ${why}` : '';
  return new VetError('malformed', `${base} cannot be parsed${safe}.`, {
    hint: 'Open it in an editor; the client itself would not read it either.',
    cause,
  });
}
