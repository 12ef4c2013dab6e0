// The command line that puts the server into its box: limits, bubblewrap and what can be seen inside.
import { existsSync, lstatSync, readFileSync, readlinkSync } from 'node:fs';
import path from 'node:path';
import { BASE } from './setup.ts';
import { type BoxConfig, NOBODY } from './protocol.ts';
import { BOX_PATHS } from './types.ts';

const UID = '1000';
// Kernel interfaces under /proc that say more about the host than a server should know.
const HIDDEN_PROC = ['kcore', 'keys', 'timer_list', 'sched_debug', 'kallsyms', 'kmsg'];
const CERTIFICATES = '/etc/ssl/certs/ca-certificates.crt';

/** File descriptors that the command expects. */
export const BOX_FDS = { seccomp: 3, options: 4 } as const;

/**
 * The program and its arguments. The environment is not in it, since everybody on the host can read
 * arguments; nor are bubblewrap's options, which the server could read, and which name folders of the host.
 */
export function boxCommand(config: BoxConfig): string[] {
  const { limits } = config;
  return [
    ...(config.isRoot ? becomeNobody() : []),
    'prlimit',
    ...Object.entries({
      data: ['Max data size', limits.dataBytes],
      nproc: ['Max processes', limits.processes],
      fsize: ['Max file size', limits.fileBytes],
      nofile: ['Max open files', limits.openFiles],
    } as const).map(([name, [title, wanted]]) => `--${name}=${atMost(title, wanted)}`),
    '--core=0',
    'bwrap',
    '--args',
    String(BOX_FDS.options),
    '--',
    ...config.command,
  ];
}

/** No more than what we may give: a hard limit of the host cannot be raised. */
function atMost(title: string, wanted: number): number {
  const line = readFileSync('/proc/self/limits', 'latin1').match(
    new RegExp(`^${title}\\s+(.*)$`, 'm'),
  );
  const hard = Number(line?.[1]?.trim().split(/\s+/)[1]);
  return Number.isFinite(hard) ? Math.min(hard, wanted) : wanted;
}

/** Bubblewrap's options, as it reads them from a file. */
export function boxOptions(config: BoxConfig): string {
  const options = [
    ...namespaces(),
    ...systemFolders(),
    ...nodeFolders(config),
    ...ownFolders(config),
    ...['--chdir', config.cwd, '--seccomp', String(BOX_FDS.seccomp), '--remount-ro', '/'],
  ];
  return options.map((option) => `${option}\0`).join('');
}

/** The environment inside, which is all that the server gets. */
export function boxEnvironment({ env, canaries }: BoxConfig): Record<string, string> {
  const secrets = canaries.flatMap(({ env: name, value }) =>
    name === undefined ? [] : [[name, value]],
  );
  return {
    PATH: `${path.dirname(BOX_PATHS.node)}:/usr/local/bin:/usr/bin:/bin`,
    HOME: BOX_PATHS.home,
    USER: 'dev',
    LOGNAME: 'dev',
    SHELL: '/bin/bash',
    LANG: 'C.UTF-8',
    TERM: 'xterm-256color',
    NODE_EXTRA_CA_CERTS: CERTIFICATES,
    SSL_CERT_FILE: CERTIFICATES,
    CURL_CA_BUNDLE: CERTIFICATES,
    REQUESTS_CA_BUNDLE: CERTIFICATES,
    ...Object.fromEntries(secrets),
    ...env,
  };
}

function becomeNobody(): string[] {
  const id = String(NOBODY);
  return ['setpriv', '--reuid', id, '--regid', id, '--clear-groups', '--inh-caps', '-all'];
}

// Not --die-with-parent: what the server leaves running when it ends is still to be seen.
// Everything dies with the supervisor, which is the first process of the namespace around it.
// Nor --disable-userns, which is young: the system-call filter refuses new namespaces already.
function namespaces(): string[] {
  return [
    '--unshare-user',
    ...['--unshare-pid', '--unshare-ipc', '--unshare-uts', '--unshare-cgroup-try'],
    ...['--hostname', 'laptop', '--uid', UID, '--gid', UID],
    ...['--new-session', '--cap-drop', 'ALL', '--proc', '/proc', '--dev', '/dev'],
  ];
}

/** Programs and libraries of the host, read-only; nothing that belongs to a user or a service. */
function systemFolders(): string[] {
  const folders = ['/bin', '/sbin', '/lib', '/lib32', '/lib64', '/libx32'].flatMap((folder) => {
    const stat = lstatSync(folder, { throwIfNoEntry: false });
    if (stat === undefined) return [];
    return stat.isSymbolicLink()
      ? ['--symlink', readlinkSync(folder), folder]
      : ['--ro-bind', folder, folder];
  });
  return ['--ro-bind', '/usr', '/usr', ...folders];
}

function nodeFolders(config: BoxConfig): string[] {
  const inside = path.dirname(BOX_PATHS.node);
  const parents = ['--perms', '0755', '--dir', '/opt', '--perms', '0755', '--dir', '/opt/node'];
  if (config.nodePath.startsWith('/usr/')) {
    return [...parents, '--dir', inside, '--symlink', config.nodePath, BOX_PATHS.node];
  }
  const libraries = config.nodeLibraries.flatMap((file, index) => [
    '--ro-bind',
    config.isRoot ? `${BASE}/lib-${index}` : file,
    file,
  ]);
  const modules = config.nodeModules;
  return [
    ...parents,
    '--ro-bind',
    config.isRoot ? `${BASE}/node` : config.nodePath,
    BOX_PATHS.node,
    ...(modules === null
      ? []
      : ['--ro-bind', config.isRoot ? `${BASE}/modules` : modules, '/opt/node/lib/node_modules']),
    ...libraries,
  ];
}

function ownFolders(config: BoxConfig): string[] {
  const readable = ['/etc/alternatives', '/etc/ld.so.cache', '/etc/localtime'].flatMap((file) =>
    existsSync(file) ? ['--ro-bind', file, file] : [],
  );
  const hidden = HIDDEN_PROC.map((name) => `/proc/${name}`).filter((file) => existsSync(file));
  const folder = (at: string) => ['--perms', '0755', '--dir', at];
  return [
    ...['--ro-bind', `${BASE}/etc`, '/etc', ...readable],
    ...hidden.flatMap((file) => ['--ro-bind', '/dev/null', file]),
    ...[...folder('/home'), '--bind', `${BASE}/home`, BOX_PATHS.home],
    ...['--bind', `${BASE}/tmp`, '/tmp', '--bind', `${BASE}/shm`, '/dev/shm'],
    ...[...folder('/run'), ...folder('/mnt'), ...folder('/srv'), ...folder('/var')],
    ...['--symlink', '/tmp', '/var/tmp', '--symlink', '/run', '/var/run'],
    config.writablePackage ? '--bind' : '--ro-bind',
    config.isRoot ? `${BASE}/package` : config.packageDir,
    BOX_PATHS.package,
  ];
}
