import type { Fact, SourceFact } from '../../types.ts';
export async function collectSource(_i: {
  onProgress: (done: number, total: number) => void;
  [k: string]: unknown;
}): Promise<Fact<SourceFact>> {
  return { known: false, reason: 'stub' };
}
export async function hashesOfPackage(_n: string, _o: object): Promise<Record<string, string>> {
  return {};
}
