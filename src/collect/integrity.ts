// Integrities as registries and lockfiles state them, compared as npm would.
import { isDict } from '../analyze/manifest.ts';

/** What a raw manifest says of its tarball. */
export function integrityOf(manifest: unknown): string | undefined {
  const dist = isDict(manifest) ? manifest['dist'] : undefined;
  const integrity = isDict(dist) ? dist['integrity'] : undefined;
  return typeof integrity === 'string' ? integrity : undefined;
}

/** True only where both know a hash of the same algorithm and it differs. */
export function conflicts(locked: string, served: string): boolean {
  const hashes = (text: string) =>
    new Map(text.split(/\s+/).map((entry) => [entry.slice(0, entry.indexOf('-')), entry]));
  const ours = hashes(locked);
  const theirs = hashes(served);
  for (const [algorithm, hash] of ours) {
    const other = theirs.get(algorithm);
    if (other !== undefined) return other !== hash;
  }
  return false;
}
