// Settles, before anything runs, how the server will be started and who will judge what it does.
import { Boxes, type Isolation } from './boxes.ts';
import { fuzzData } from './fuzz/data.ts';
import type { FuzzLimits } from './fuzz/run.ts';
import type { CanaryHit } from './isolation/types.ts';
import { JudgeContext } from './judge/context.ts';
import { ResponseJudge } from './judge/responses.ts';
import { planRun, type SandboxInput } from './plan.ts';
import { TIMING, type ServerSetup, type Timing } from './server.ts';
import { hostsIn } from './survey.ts';

export interface PhaseOptions {
  /** Of the calls: the same seed makes the same ones. */
  seed: number;
  /** Of the secrets: new for each run. */
  seedText: string;
  timing?: Partial<Timing>;
  fuzzLimits?: Partial<FuzzLimits>;
}
export interface Prepared {
  setup: ServerSetup;
  context: JudgeContext;
  judge: ResponseJudge;
}

export function prepareRun(
  isolation: Isolation,
  input: SandboxInput,
  options: PhaseOptions,
): Prepared {
  const plan = planRun(input, options.seed);
  const first = plan.attempts[0] ?? { args: [], granted: [], env: {} };
  const setup: ServerSetup = {
    ...{ isolation, plan, packageDir: input.packageDir, seedText: options.seedText },
    ...{ attempt: first, era: 'auto', boxes: new Boxes(isolation) },
    timing: { ...TIMING, ...options.timing },
    canaries: isolation.planCanaries(options.seedText, first.granted),
    ...(input.signal && { signal: input.signal }),
  };
  const { zone, pageHost } = fuzzData();
  const { subject, stated, staticHosts, environmentNames } = input;
  // Made when first asked, since the secrets are settled by the first start that lives.
  let finder: ((text: string) => CanaryHit[]) | null = null;
  const findCanaries = (text: string): CanaryHit[] => {
    finder ??= isolation.canaryFinder(setup.canaries);
    return finder(text);
  };
  const givenHosts = hostsIn([...input.args, ...Object.values(input.env)]);
  const context = new JudgeContext({
    ...{ subject, stated, staticHosts, givenHosts, environmentNames, zone, pageHost, findCanaries },
    canaries: () => setup.canaries,
  });
  return { setup, context, judge: new ResponseJudge(context, plan.marker) };
}
