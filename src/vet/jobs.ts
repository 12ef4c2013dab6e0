// Targets -> jobs: a client configuration becomes one job a package, and a list of what cannot be vetted.
import { homedir } from 'node:os';
import { remoteReason } from '../analyze/elsewhere.ts';
import { launchOf } from '../analyze/runner.ts';
import { startWithoutSecrets } from '../analyze/secrets.ts';
import { VetError } from '../errors.ts';
import { parseTarget, type Target } from '../targets/parse.ts';
import type { ConfiguredAs, ConfiguredServer, Launch, NotVetted } from '../types.ts';
import type { Settings } from './settings.ts';

export interface Job {
  /** What the report calls the target: as typed, or the configured spec. */
  label: string;
  target: Target;
  configuredAs: ConfiguredAs[];
  /** How the first configuration that names it starts it, without secrets. */
  start?: Start;
}
export interface Start {
  args: string[];
  env: Record<string, string>;
}
export interface Plan {
  jobs: Job[];
  notVetted: NotVetted[];
  /** Failures that make the run exit 2, in order. */
  failures: { target: string; error: unknown }[];
  servers: { server: ConfiguredServer; launch: Launch }[];
  /** Configured package specs that can mean another version tomorrow. */
  floating: ConfiguredAs[];
}

export async function planJobs(targets: readonly string[], settings: Settings): Promise<Plan> {
  const plan: Plan = { jobs: [], notVetted: [], failures: [], servers: [], floating: [] };
  for (const text of targets) {
    try {
      const target = parseTarget(text, settings.cwd);
      if (target.kind === 'config') addServers(await serversIn(target.path), plan);
      else plan.jobs.push({ label: text, target, configuredAs: [] });
    } catch (error) {
      plan.failures.push({ target: text, error });
    }
  }
  if (settings.options.discover === true) await addDiscovered(plan, settings);
  return plan;
}

async function addDiscovered(plan: Plan, settings: Settings): Promise<void> {
  const environment = settings.options.environment ?? process.env;
  const home = environment['HOME'] || homedir();
  const { discoverConfigs } = await import('../targets/client-config.ts');
  const files = await discoverConfigs(home, settings.cwd, process.platform, environment);
  for (const file of files) {
    try {
      addServers(await serversIn(file), plan);
    } catch (error) {
      // A settings file without any server is the normal case here, not a broken configuration.
      if (error instanceof VetError && error.code === 'unsupported-target') continue;
      plan.failures.push({ target: file, error });
    }
  }
  if (files.length === 0) {
    settings.options.onNotice?.('No client configuration was found on this machine.');
  }
}

/** The readers of YAML and TOML are loaded only for a configuration. */
async function serversIn(file: string): Promise<ConfiguredServer[]> {
  const { readClientConfig } = await import('../targets/client-config.ts');
  return readClientConfig(file);
}

function addServers(servers: readonly ConfiguredServer[], plan: Plan): void {
  for (const server of servers) {
    const launch = launchOf(server);
    plan.servers.push({ server, launch });
    addLaunch(launch, server, plan);
  }
}

function addLaunch(launch: Launch, server: ConfiguredServer, plan: Plan): void {
  const { client, server: name, file } = server;
  const refuse = (code: string, reason: string, spec: string) =>
    plan.notVetted.push({
      target: name,
      kind: 'unsupported',
      code,
      reason,
      configuredAs: { client, server: name, file, spec },
    });
  if (launch.kind === 'remote') refuse('remote', remoteReason(launch.url), hostOf(launch.url));
  if (launch.kind === 'local') {
    refuse('local-path', 'it starts a local file; vet its folder: mcp-vet ./folder', 'local file');
  }
  if (launch.kind === 'unsupported') refuse(launch.code, launch.reason, launch.code);
  if (launch.kind !== 'npm') return;
  for (const spec of launch.specs) {
    try {
      const target = parseSpec(spec);
      const as: ConfiguredAs = { client, server: name, file, spec };
      if (target.request.kind !== 'exact') plan.floating.push(as);
      const known = plan.jobs.find((job) => job.label === spec && job.configuredAs.length > 0);
      if (known) known.configuredAs.push(as);
      else {
        const start = startWithoutSecrets(launch.args, server.env);
        plan.jobs.push({ label: spec, target, configuredAs: [as], start });
      }
    } catch (error) {
      if (!(error instanceof VetError)) throw error;
      refuse(error.code, error.message, 'not an npm spec');
    }
  }
  if (launch.wraps) addLaunch(launch.wraps, server, plan);
}

/** A configured spec never names a folder of ours. */
function parseSpec(spec: string): Extract<Target, { kind: 'package' }> {
  const target = parseTarget(spec, '/nonexistent');
  if (target.kind !== 'package') {
    throw new VetError(
      'unsupported-target',
      'it starts a local folder or file; vet that: mcp-vet ./folder',
    );
  }
  return { ...target, request: { ...target.request, isConfigured: true } };
}

/** The host alone: paths and queries of remote URLs can hold tokens. */
function hostOf(url: string): string {
  return URL.canParse(url) ? new URL(url).host : 'remote';
}
