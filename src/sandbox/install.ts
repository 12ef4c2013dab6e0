// Runs the lifecycle scripts of the tree, each in a box of its own.
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ServerSetup } from './server.ts';
import { describeExit } from './server.ts';
import type { SandboxInput } from './plan.ts';
import { BOX_PATHS } from './isolation/types.ts';

const ORDER = ['preinstall', 'install', 'postinstall'];
const MAX_SCRIPTS = 60;
const MAX_TOTAL_MS = 90_000;

/** Runs all scripts in the order given. Hands back why some did not finish; that alone is no fault. */
export async function runInstallScripts(
  setup: ServerSetup,
  scripts: SandboxInput['installScripts'],
): Promise<string[]> {
  const problems: string[] = [];
  const endsAt = Date.now() + MAX_TOTAL_MS;
  const all = scripts.flatMap(({ node, dir, scripts: byName }) =>
    ORDER.filter((name) => Object.hasOwn(byName, name)).map((name) => ({
      ...{ node, dir, name },
      script: byName[name] ?? '',
    })),
  );
  for (const one of all.slice(0, MAX_SCRIPTS)) {
    if (Date.now() > endsAt || setup.signal?.aborted === true) {
      problems.push('the time for install scripts ended');
      break;
    }
    const problem = await runScript(setup, one);
    if (problem !== null) problems.push(`${one.node} ${one.name}: ${problem}`);
  }
  if (all.length > MAX_SCRIPTS)
    problems.push(`only ${MAX_SCRIPTS} of ${all.length} scripts were run`);
  return problems;
}

async function runScript(
  setup: ServerSetup,
  { dir, name, script }: { dir: string; name: string; script: string },
): Promise<string | null> {
  const bins = `${BOX_PATHS.package}/node_modules/.bin`;
  const running = await setup.boxes.launch(
    {
      packageDir: setup.packageDir,
      command: ['sh', '-c', `PATH="${bins}:$PATH"; export PATH; ${script}`],
      cwd: path.posix.join(BOX_PATHS.package, path.posix.normalize(`/${dir}`)),
      env: {
        npm_lifecycle_event: name,
        npm_lifecycle_script: script,
        npm_command: 'install',
        npm_config_user_agent: 'npm/10.9.0 node/v22.12.0 linux x64 workspaces/false',
      },
      writablePackage: true,
      canaries: setup.canaries,
      seed: setup.seedText,
      sinkBody: setup.plan.sinkBody,
    },
    'install',
  );
  running.box.stdin.end();
  running.box.stdout.resume();
  await Promise.race([sleep(setup.timing.scriptMs), running.box.exited]);
  const exit = running.exit();
  const problem =
    exit === null ? 'was still running' : exit.code === 0 ? null : describeExit(running);
  // What a script left running in the background has a moment to show itself.
  await sleep(300);
  await setup.boxes.stop(running);
  return problem;
}
