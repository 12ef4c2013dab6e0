// Runs a server isolated and watched: the facts behind points 4 and 5 of the checklist.
import { randomBytes, randomInt } from 'node:crypto';
import type { Fact, RunFact } from '../types.ts';
import type { Isolation } from './boxes.ts';
import {
  canaryFinder,
  launch,
  planCanaries,
  probeSupport,
  selfTest,
  type SelfTest,
} from './isolation/index.ts';
import { runPhases } from './phases.ts';
import type { SandboxInput } from './plan.ts';

export { installTree } from './isolation/index.ts';
export { describeRun, type SandboxInput } from './plan.ts';

const SELF_TEST_TRIES = 3;
const isolation: Isolation = { launch, planCanaries, canaryFinder };

/**
 * Runs the server in the sandbox: its install scripts, a start, calls to every tool, a second start.
 * Unknown, with the reason, where this machine cannot isolate it, where the sandbox does not see its
 * own test traffic, or where the server did not come up and showed nothing. Rejects only for bugs.
 */
export async function runSandbox(input: SandboxInput): Promise<Fact<RunFact>> {
  input.onProgress?.('sandbox: looking whether it can isolate and see');
  const support = await probeSupport();
  if (!support.supported) return { known: false, reason: `${support.reason}: ${support.hint}` };
  const tested = await provenSelfTest();
  if (!tested.ok)
    return { known: false, reason: `the sandbox's self-test failed: ${tested.reason}` };
  if (input.signal?.aborted === true) return { known: false, reason: 'interrupted' };
  const seed = input.seed ?? randomInt(2 ** 31);
  // Secrets must be new for each run, whatever the seed of the calls.
  const seedText = `${seed}-${randomBytes(8).toString('hex')}`;
  return runPhases(isolation, input, { seed, seedText });
}

/** A machine under load may fail the first time; what never succeeds is not used. */
async function provenSelfTest(): Promise<SelfTest> {
  let tested: SelfTest = { ok: false, reason: 'not tried' };
  for (let i = 0; i < SELF_TEST_TRIES && !tested.ok; i += 1) {
    tested = await selfTest({ seed: randomBytes(8).toString('hex') });
  }
  return tested;
}
