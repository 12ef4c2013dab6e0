// A company's own list of known-good packages (--known-good FILE).
import { readFile } from 'node:fs/promises';
import { VetError } from '../errors.ts';
import type { KnownName } from '../types.ts';

const MAX_BYTES = 10 * 1024 * 1024;
const MAX_ENTRIES = 100_000;
const TIERS = new Set(['official', 'vendor', 'community', 'popular', 'company']);
const HINT = 'Expected a JSON array of names or of {"name": ...}, or {"packages": [...]}.';

/** Entries without a tier are the company's. Throws VetError `config` for anything but such a list. */
export async function loadKnownGood(file: string): Promise<KnownName[]> {
  const data = await readJson(file);
  const list: unknown = Array.isArray(data)
    ? data
    : (data as { packages?: unknown } | null)?.packages;
  if (!Array.isArray(list) || list.length > MAX_ENTRIES) {
    throw new VetError('config', `${file} is not a list of known-good packages.`, { hint: HINT });
  }
  return list.map((entry: unknown, i) => {
    const known = toKnownName(entry);
    if (known) return known;
    throw new VetError('config', `${file}: entry ${i + 1} has no package name.`, { hint: HINT });
  });
}

async function readJson(file: string): Promise<unknown> {
  try {
    const text = await readFile(file, 'utf8');
    if (text.length > MAX_BYTES) throw new Error('larger than 10 MiB');
    return JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch (cause) {
    throw new VetError('config', `${file} could not be read as JSON.`, { hint: HINT, cause });
  }
}

function toKnownName(entry: unknown): KnownName | null {
  if (typeof entry === 'string') return isName(entry) ? { name: entry, tier: 'company' } : null;
  if (typeof entry !== 'object' || entry === null) return null;
  const { name, publisher, repository, tier, archived, compromisedVersions, source } =
    entry as Record<string, unknown>;
  if (!isName(name)) return null;
  return {
    name,
    tier: (TIERS.has(tier as string) ? tier : 'company') as KnownName['tier'],
    ...(typeof publisher === 'string' ? { publisher } : {}),
    ...(typeof repository === 'string' ? { repository } : {}),
    ...(archived === true ? { archived } : {}),
    ...(isStrings(compromisedVersions) ? { compromisedVersions } : {}),
    ...(isStrings(source) ? { source } : {}),
  };
}

const isStrings = (value: unknown): value is string[] =>
  Array.isArray(value) && value.every((item) => typeof item === 'string');

const isName = (value: unknown): value is string =>
  typeof value === 'string' && /^(@[\w.~-]{1,100}\/)?[\w.~-]{1,214}$/.test(value);
