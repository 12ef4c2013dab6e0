// Prepares the namespaces that the supervisor lives in: network, tmpfs, and the files of the fake machine.
import { spawn } from 'node:child_process';
import { chownSync, lchownSync, mkdirSync, readdirSync, utimesSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { honeyFiles } from './honey-files.ts';
import { type BoxConfig, NOBODY } from './protocol.ts';
import { firewallRules } from './sink/ports.ts';

const TMPFS_BYTES = 384 << 20;
const TMPFS_INODES = 60_000;
/**
 * Where the box's tmpfs is mounted, in this mount namespace only: a folder that is always there, is not
 * needed here, and can be reached by a user who may not enter the host's other folders.
 */
export const BASE = '/sys';
const LAST_USED = new Date('2026-01-12T09:30:00Z');

// Every address becomes one of this machine's own ("AnyIP"), so that every connection arrives at the sink.
const ROUTES = 'link set lo up\nroute add local 0.0.0.0/0 dev lo\nroute add local ::/0 dev lo\n';

const SCRIPT = `set -e
mount -t proc proc /proc
mount -t tmpfs -o strictatime,mode=0755,size=${TMPFS_BYTES},nr_inodes=${TMPFS_INODES} box ${BASE}
[ -z "$RULES" ] || { printf '%s' "$RULES" | nft -f - || echo no-firewall >&2; } &
printf '%s' "$ROUTES" | ip -batch -
echo "$PING" > /proc/sys/net/ipv4/ping_group_range 2>/dev/null || :
if [ -n "$REACH" ]; then
  cd ${BASE}
  mkdir package
  mount --bind "$PACKAGE" package
  [ -z "$NODE" ] || { : > node; mount --bind "$NODE" node; }
  [ -z "$MODULES" ] || { mkdir modules; mount --bind "$MODULES" modules; }
  i=0
  for library; do : > "lib-$i"; mount --bind "$library" "lib-$i"; i=$((i+1)); done
fi
wait
`;

/** Whether the firewall could be had. Throws Error with the last words of the failing program. */
export async function prepareNamespaces(config: BoxConfig): Promise<boolean> {
  const isForeign = !config.nodePath.startsWith('/usr/');
  const env = {
    PATH: process.env['PATH'] ?? '/usr/sbin:/usr/bin:/sbin:/bin',
    RULES: config.hasFirewall ? firewallRules() : '',
    ROUTES,
    PING: config.isRoot ? `0 ${NOBODY}` : '0 0',
    REACH: config.isRoot ? 'yes' : '',
    PACKAGE: config.packageDir,
    NODE: isForeign ? config.nodePath : '',
    MODULES: isForeign ? (config.nodeModules ?? '') : '',
  };
  const child = spawn('/bin/sh', ['-c', SCRIPT, 'sh', ...config.nodeLibraries], {
    env,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => (said = (said + chunk.toString()).slice(-2000)));
  const code = await new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  if (code !== 0) throw new Error(`cannot prepare the namespaces: ${said.trim()}`);
  return config.hasFirewall && !said.includes('no-firewall');
}

/** Writes /etc and the home folder into the tmpfs. Files that were read later show it by their times. */
export function plantFiles(config: BoxConfig, certificatePem: string): void {
  const write = (file: string, content: string, mode = 0o644) => {
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, content, { mode });
  };
  for (const [file, content] of Object.entries(systemFiles(certificatePem))) {
    write(path.join(BASE, 'etc', file), content);
  }
  for (const folder of ['tmp', 'shm', 'home']) mkdirSync(path.join(BASE, folder), { mode: 0o755 });
  for (const { path: file, content, mode } of honeyFiles(config.canaries)) {
    write(path.join(BASE, 'home', file), content, mode);
  }
  for (const folder of ['tmp', 'shm', 'home']) own(path.join(BASE, folder), config.isRoot);
}

function own(folder: string, isRoot: boolean): void {
  if (isRoot) chownSync(folder, NOBODY, NOBODY);
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const file = path.join(folder, entry.name);
    if (entry.isDirectory()) own(file, isRoot);
    else {
      if (isRoot) lchownSync(file, NOBODY, NOBODY);
      utimesSync(file, LAST_USED, LAST_USED);
    }
  }
}

function systemFiles(certificatePem: string): Record<string, string> {
  return {
    passwd: 'root:x:0:0:root:/root:/bin/bash\ndev:x:1000:1000:Dev:/home/dev:/bin/bash\n',
    group: 'root:x:0:\ndev:x:1000:\n',
    hosts: '127.0.0.1 localhost laptop\n::1 localhost\n',
    hostname: 'laptop\n',
    'resolv.conf': 'nameserver 192.168.1.1\noptions timeout:2 attempts:2\n',
    'nsswitch.conf': 'passwd: files\ngroup: files\nhosts: files dns\n',
    'os-release':
      'PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\nNAME="Debian GNU/Linux"\nID=debian\nVERSION_ID="12"\n',
    'ssl/certs/ca-certificates.crt': certificatePem,
    'ld.so.cache': '',
    localtime: '',
    'alternatives/.keep': '',
  };
}
