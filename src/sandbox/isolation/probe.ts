// Whether this machine can isolate and watch a server, and if not, what its user can do about it.
import { existsSync, readFileSync } from 'node:fs';
import { findProgram, run } from './host.ts';
import { hasSeccompFilter } from './seccomp.ts';
import type { Support } from './types.ts';

const INSTALL = 'On Debian or Ubuntu: sudo apt-get install bubblewrap nftables iproute2';
const APPARMOR = '/proc/sys/kernel/apparmor_restrict_unprivileged_userns';
const USERNS_SWITCH = '/proc/sys/kernel/unprivileged_userns_clone';
/** util-linux, which every distribution has; the rest has to be installed. */
const PROGRAMS = ['unshare', 'setpriv', 'prlimit', 'mount', 'ip', 'bwrap'];
const TRIAL = ['--user', '--map-root-user', '--net', '--mount', '--pid', '--fork', '--kill-child'];

/** Tries for real: makes the namespaces and a box in them, in which nothing but `true` runs. */
export async function probeSupport(): Promise<Support> {
  const early = unsupportedBy(process.platform, process.arch);
  if (early !== null) return early;
  const missing = PROGRAMS.filter((name) => findProgram(name) === null);
  if (missing.length > 0) {
    return refusal(`${missing.join(', ')} not found`, INSTALL);
  }
  const script =
    'mount -t proc proc /proc && ip link set lo up && bwrap --ro-bind / / --unshare-user --unshare-pid --proc /proc --dev /dev true';
  const trial = await run('unshare', [...TRIAL, '--', '/bin/sh', '-c', script]);
  if (!trial.ok) return explain(trial.text);
  const backend = findProgram('nft') === null ? 'linux-namespaces without nft' : 'linux-namespaces';
  return { supported: true, backend };
}

/** The reason why this kind of machine cannot, or null. */
export function unsupportedBy(platform: string, architecture: string): Support | null {
  if (platform !== 'linux') {
    const name = platform === 'darwin' ? 'macOS' : platform === 'win32' ? 'Windows' : platform;
    return refusal(
      `the sandbox needs Linux namespaces, which ${name} does not have`,
      'Run mcp-vet --sandbox on Linux, for instance in a virtual machine or in CI.',
    );
  }
  if (hasSeccompFilter(architecture)) return null;
  return refusal(
    `the sandbox has no system-call filter for ${architecture}`,
    'Run mcp-vet --sandbox on x86_64 or aarch64.',
  );
}

function explain(said: string): Support {
  if (switchedOn(APPARMOR)) {
    return refusal(
      'AppArmor forbids user namespaces to ordinary programs (Ubuntu 23.10 and later)',
      'Run with sudo, or allow them: sudo sysctl -w kernel.apparmor_restrict_unprivileged_userns=0',
    );
  }
  if (existsSync(USERNS_SWITCH) && !switchedOn(USERNS_SWITCH)) {
    return refusal(
      'user namespaces are switched off on this machine',
      'Run with sudo, or allow them: sudo sysctl -w kernel.unprivileged_userns_clone=1',
    );
  }
  const last = said.split('\n').at(-1)?.slice(0, 200) ?? '';
  return refusal(
    `namespaces cannot be made here: ${last}`,
    'In a container, start it with --privileged, or run mcp-vet --sandbox on the host.',
  );
}

function switchedOn(file: string): boolean {
  return existsSync(file) && readFileSync(file, 'utf8').trim() === '1';
}

const refusal = (reason: string, hint: string): Support => ({ supported: false, reason, hint });
