// Reads rules/*.json, once each, and hands it out validated. The only reader of rules/.
import { createHash } from 'node:crypto';
import { readFileSync, readdirSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

// src/ and dist/ both lie beside rules/.
const RULES_DIR = fileURLToPath(new URL('../rules/', import.meta.url));
const cache = new Map<string, unknown>();

/**
 * The content of `rules/<name>.json`. `isValid` is asked the first time; rules/ is ours, so a
 * mismatch is a bug and throws.
 */
export function ruleData<T>(name: string, isValid: (data: unknown) => data is T): T {
  if (!cache.has(name)) {
    const data: unknown = JSON.parse(readFileSync(`${RULES_DIR}${name}.json`, 'utf8'));
    if (!isValid(data)) throw new Error(`rules/${name}.json does not have the expected shape`);
    cache.set(name, data);
  }
  return cache.get(name) as T;
}

/** The text of a file in rules/ that is not JSON, e.g. a list with a name a line. */
export function ruleText(file: string): string {
  return readFileSync(`${RULES_DIR}${file}`, 'utf8');
}

/** sha256 over every file of rules/ and the given rule ids, first 16 hex digits. */
export function rulesDigest(ruleIds: readonly string[]): string {
  const hash = createHash('sha256');
  for (const file of readdirSync(RULES_DIR).sort()) {
    hash.update(file).update(readFileSync(RULES_DIR + file));
  }
  for (const id of [...ruleIds].sort()) hash.update(id);
  return hash.digest('hex').slice(0, 16);
}

/** Changes with every change of a file in rules/; cheaper than the digest, and of this machine only. */
export function rulesStamp(): string {
  const stamps = readdirSync(RULES_DIR).map((file) => {
    const { mtimeMs, size } = statSync(RULES_DIR + file);
    return `${file} ${mtimeMs} ${size}`;
  });
  return stamps.sort().join('\n');
}
