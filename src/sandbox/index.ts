import type { Fact, RunFact } from '../types.ts';
export type SandboxInput = Record<string, unknown>;
export function describeRun(_i: SandboxInput): string {
  return '';
}
export async function runSandbox(_i: SandboxInput): Promise<Fact<RunFact>> {
  return { known: false, reason: 'stub' };
}
