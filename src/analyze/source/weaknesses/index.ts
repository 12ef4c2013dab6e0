// Weaknesses of the server's own code: data flow from tool arguments to sinks.
import type { SurfaceFact, WeaknessHit } from '../../../types.ts';
import type { ServerSource } from '../package-context.ts';

export function findWeaknesses(_server: ServerSource, _surface: SurfaceFact): WeaknessHit[] {
  return [];
}
