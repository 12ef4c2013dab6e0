// The sandbox run of one subject: installs the vetted tree without scripts, then lets the sandbox watch it.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { ResolvedTree } from '../collect/arborist.ts';
import { describeRun, runSandbox, type SandboxInput } from '../sandbox/index.ts';
import type { Fact, Facts, TreeNode } from '../types.ts';
import type { Session } from './session.ts';
import { layOut } from './lay-out.ts';
import type { ResolvedSubject } from './subject.ts';

export interface RunInput {
  resolved: ResolvedSubject;
  tree: Fact<ResolvedTree>;
  /** Those of the tree, and the packages that lie inside others. */
  nodes: TreeNode[];
  source: Fact<Facts['source']>;
  session: Session;
  progress: (doing: string) => void;
}

export async function runInSandbox(input: RunInput): Promise<Fact<Facts['run']>> {
  const { resolved, tree, source, session } = input;
  if (!tree.known) return tree;
  if (!source.known) return source;
  const bin = programOf(resolved);
  if (bin === undefined) return { known: false, reason: 'the package has no bin to start' };
  const dir = await mkdtemp(path.join(tmpdir(), 'mcp-vet-install-'));
  try {
    input.progress('installing the vetted tree for the sandbox, without scripts');
    const reason = await layOut(dir, resolved, tree.value);
    if (reason !== null) return { known: false, reason };
    const sandbox = sandboxInput(input, source.value, dir, bin);
    session.options.onNotice?.(describeRun(sandbox));
    return await runSandbox(sandbox);
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

/** As npx chooses: the only one, else the one with the package's name, else the first by name. */
function programOf({ manifest, subject }: ResolvedSubject): string | undefined {
  const own = subject.name.replace(/^@[^/]+\//, '');
  const bin = Object.hasOwn(manifest.bin, own) ? own : Object.keys(manifest.bin).sort()[0];
  if (bin !== undefined || subject.source === 'registry') return bin;
  // npx starts nothing else, but a server under development is started as `node .`.
  return manifest.main ?? 'index.js';
}

function sandboxInput(
  { resolved, nodes, session, progress }: RunInput,
  source: Facts['source'],
  packageDir: string,
  bin: string,
): SandboxInput {
  const scriptsOf = (id: string) => {
    const scripts =
      id === '' ? source.subject.manifest.scripts : source.dependencies[id]?.manifest.scripts;
    const names = ['preinstall', 'install', 'postinstall'].filter((name) => scripts?.[name]);
    return Object.fromEntries(names.map((name) => [name, scripts?.[name] ?? '']));
  };
  return {
    packageDir,
    subject: resolved.subject,
    manifest: resolved.manifest,
    bin,
    args: session.options.args?.length ? session.options.args : (resolved.start?.args ?? []),
    env: { ...resolved.start?.env, ...envOf(session) },
    environmentNames: [...new Set(source.subject.environment.map((entry) => entry.name))].sort(),
    sourceSurface: source.subject.surface,
    stated: source.stated,
    installScripts: nodes
      .map((node) => ({
        node: node.name,
        dir: node.id === '' ? `node_modules/${node.name}` : node.id,
        scripts: scriptsOf(node.id),
      }))
      .filter((entry) => Object.keys(entry.scripts).length > 0),
    staticHosts: [...new Set(source.subject.hosts.map((entry) => entry.host))].sort(),
    onProgress: progress,
    ...(session.options.signal ? { signal: session.options.signal } : {}),
  };
}

/** `--env NAME=VALUE`, and `--env NAME` with the value that it has here. */
function envOf({ options }: Session): Record<string, string> {
  const environment = options.environment ?? process.env;
  return Object.fromEntries(
    (options.env ?? []).map((entry) => {
      const [name = '', ...value] = entry.split('=');
      return [name, value.length > 0 ? value.join('=') : (environment[name] ?? '')];
    }),
  );
}
