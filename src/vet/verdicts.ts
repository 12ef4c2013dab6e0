// The name check, made for the first name that nothing is remembered of; its verdicts are kept by the lists.
import path from 'node:path';
import { createNameChecker, type NameChecker } from '../analyze/names/index.ts';
import { isDict } from '../analyze/manifest.ts';
import { freshFile } from '../collect/fresh-file.ts';
import type { KnownName, NameVerdict } from '../types.ts';

export interface VerdictsInput {
  known: readonly KnownName[];
  cacheDir: string;
  /** Everything that decides a verdict, besides the name. */
  key: unknown;
}
export interface RememberedVerdicts extends NameChecker {
  /** Keeps what was found out, if anything was. */
  save(): Promise<void>;
}

// More than the trees of a year, and read in a few milliseconds.
const MAX_KEPT = 20_000;

export async function openVerdicts(input: VerdictsInput): Promise<RememberedVerdicts> {
  const file = freshFile(path.join(input.cacheDir, 'names'), input.key);
  const verdicts = toVerdicts(await file.read(Infinity));
  const before = verdicts.size;
  let checker: NameChecker | undefined;
  return {
    check(name) {
      const remembered = verdicts.get(name);
      if (remembered) return remembered;
      checker ??= createNameChecker(input);
      const verdict = checker.check(name);
      if (verdicts.size < MAX_KEPT) verdicts.set(name, verdict);
      return verdict;
    },
    async save() {
      if (verdicts.size > before) await file.write([...verdicts.values()]);
    },
  };
}

function toVerdicts(kept: unknown): Map<string, NameVerdict> {
  const list = Array.isArray(kept) ? kept.filter(isVerdict) : [];
  return new Map(list.map((verdict) => [verdict.name, verdict]));
}

function isVerdict(value: unknown): value is NameVerdict {
  return isDict(value) && typeof value['name'] === 'string' && Array.isArray(value['matches']);
}
