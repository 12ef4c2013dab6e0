// Which dependencies came and went between two versions.
import type { Change, PackumentVersion } from '../types.ts';
import { isPlainName } from './repository-url.ts';

const MAX_LISTED = 200;

/** Their ages are known only to who asks the registry: see `withAges`. */
export function dependencyChanges(before: PackumentVersion, after: PackumentVersion): Change[] {
  const added = Object.entries(after.dependencies)
    .filter(([name]) => !Object.hasOwn(before.dependencies, name))
    .slice(0, MAX_LISTED)
    .map(([name, spec]) => changeOf('dependency-added', name, spec));
  const removed = Object.entries(before.dependencies)
    .filter(([name]) => !Object.hasOwn(after.dependencies, name))
    .slice(0, MAX_LISTED)
    .map(([name, spec]) => changeOf('dependency-removed', name, spec));
  return [...added, ...removed];
}

/** Added dependencies younger than `youngDays` are louder; one that nobody could date is not. */
export function withAges(
  changes: readonly Change[],
  ages: ReadonlyMap<string, number>,
  youngDays: number,
): Change[] {
  return changes.map((change) => {
    const ageDays = change.kind === 'dependency-added' ? ages.get(change.what) : undefined;
    if (ageDays === undefined) return change;
    return { ...change, ageDays, severity: ageDays < youngDays ? 'moderate' : change.severity };
  });
}

function changeOf(
  kind: 'dependency-added' | 'dependency-removed',
  name: string,
  spec: string,
): Change {
  const isPlain = isPlainName(name);
  return {
    kind,
    what: isPlain ? name : 'a dependency',
    severity: 'info',
    confidence: 'high',
    excerpt: `${isPlain ? '' : `${name}: `}${spec}`.slice(0, 200),
  };
}
