import type { Fact, NamesFact } from '../types.ts';
export async function collectNames(
  _i: object,
  _s: { contextOf: (n: string) => Promise<unknown>; hashesOf: (n: string) => Promise<unknown> },
): Promise<Fact<NamesFact>> {
  return { known: false, reason: 'stub' };
}
