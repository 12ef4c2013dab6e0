// Whether the user names the subject as their own, and whether it came from where that scope is mapped.
import path from 'node:path';
import type { Evidence } from '../types.ts';
import type { Session } from './session.ts';
import { registryOf } from './settings.ts';
import type { ResolvedSubject } from './subject.ts';

/**
 * `own` entries are package names, `@scope`s or folders. A scope that is mapped to a registry of its
 * own in the user's .npmrc must have resolved from there; without a mapping any configured registry will do.
 */
export function ownershipOf(
  resolved: ResolvedSubject,
  own: readonly string[],
  session: Session,
): Evidence['ownership'] {
  const { subject, files } = resolved;
  const isOwn = own.some((entry) => {
    // A folder or tarball may bear any name; only its place on disk says whose it is.
    if (subject.source !== 'registry') {
      return files.kind === 'folder' && path.resolve(session.cwd, entry) === files.path;
    }
    if (entry === subject.name) return true;
    if (/^@[^/]+(\/\*)?$/.test(entry))
      return subject.name.startsWith(`${entry.replace('/*', '')}/`);
    return files.kind === 'folder' && path.resolve(session.cwd, entry) === files.path;
  });
  if (!isOwn) return { isOwn: false, resolvedFromMapped: false };
  if (subject.source !== 'registry') return { isOwn: true, resolvedFromMapped: true };
  const resolvedFrom = resolved.packument.known ? resolved.packument.value.registry : '';
  return {
    isOwn: true,
    resolvedFromMapped: hostOf(resolvedFrom) === hostOf(registryOf(subject.name, session)),
  };
}

function hostOf(url: string): string {
  return URL.canParse(url) ? new URL(url).host : '';
}
