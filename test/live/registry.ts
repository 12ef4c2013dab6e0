// What the live tests share: the built command, a cache of their own, and whether a registry answers at all.
import { execFile } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { readNpmConfig } from '../../src/collect/npm-config.ts';
import type { VetResult } from '../../src/types.ts';

export const ROOT = path.resolve(import.meta.dirname, '../..');
export const BIN = path.join(ROOT, 'bin/mcp-vet.js');
export const SERVERS = [
  '@modelcontextprotocol/server-filesystem',
  '@modelcontextprotocol/server-everything',
  '@playwright/mcp',
  'mcp-remote',
  '@upstash/context7-mcp',
  '@notionhq/notion-mcp-server',
];

export interface Outcome {
  exitCode: number;
  stdout: string;
  stderr: string;
}

/** One cache for a whole run of the live tests, or the one that MCP_VET_LIVE_CACHE names. */
export function liveCache(): string {
  return process.env['MCP_VET_LIVE_CACHE'] ?? mkdtempSync(path.join(tmpdir(), 'mcp-vet-live-'));
}

export function start(
  command: string,
  argv: string[],
  options: { cwd?: string; env?: NodeJS.ProcessEnv } = {},
): Promise<Outcome> {
  return new Promise((resolve) => {
    const child = execFile(
      command,
      argv,
      { maxBuffer: 256_000_000, ...options },
      (_, stdout, stderr) => resolve({ exitCode: child.exitCode ?? -1, stdout, stderr }),
    );
  });
}

export async function vetJson(argv: string[], cwd: string): Promise<Outcome & { body: VetResult }> {
  const outcome = await start(process.execPath, [BIN, ...argv, '--json'], { cwd });
  return { ...outcome, body: JSON.parse(outcome.stdout) as VetResult };
}

/** False where there is no registry to be reached; then live tests skip, by name. */
export async function registryAnswers(): Promise<boolean> {
  const { options } = await readNpmConfig({
    cwd: tmpdir(),
    env: process.env,
    trustProject: false,
  });
  try {
    const response = await fetch(new URL('mcp-remote', options.registry), {
      signal: AbortSignal.timeout(15_000),
    });
    return response.ok;
  } catch {
    return false;
  }
}
