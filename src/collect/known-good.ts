import type { KnownName } from '../types.ts';
export async function loadKnownGood(_f: string): Promise<KnownName[]> {
  return [];
}
