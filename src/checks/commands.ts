// Rules of points 1 and 2: programs that an install puts into the path in the place of well-known ones.
import { defineRule, type Hit, type Rule } from '../rule.ts';
import type { PackageAnalysis } from '../types.ts';

const COMMANDS = new Set(
  (
    'node npm npx yarn pnpm bun deno corepack git gh ssh scp sftp ssh-add sudo su doas sh bash zsh fish dash pwsh powershell ' +
    'python python3 pip pip3 uv uvx pipx ruby gem go cargo java javac php perl make cmake gcc cc curl wget ls cat rm cp mv ' +
    'grep find sed awk xargs env which where open ps kill top tar zip unzip gpg openssl docker podman kubectl helm terraform ' +
    'aws gcloud az psql mysql mongosh redis-cli sqlite3 brew apt apt-get yum dnf systemctl crontab code cursor claude codex ' +
    'gemini vim vi nano less more passwd login security op keychain'
  ).split(' '),
);
const MAX_NAMED = 20;

const shadowingCommand = defineRule({
  id: 'shadowing-command',
  check: 'dependency-audit',
  severity: 'high',
  title: 'An install puts a program of a well-known name into the path',
  why: 'From then on whoever types that name may start this program, with all that is typed after it; npx and scripts find it first.',
  fix: 'Do not install it globally or beside other packages.',
  fixUpstream: 'Name the programs after the package.',
  needs: ['source'],
  find: ({ source: { subject } }, { optional }) =>
    optional('names')?.known ? [] : takenNames(subject),
});

/** The same of the first point: a program by that name is taken for its owner's. */
export const borrowedCommand = defineRule({
  id: 'borrowed-command',
  check: 'source-verification',
  severity: 'high',
  title: 'A program goes by the name of another maker’s',
  why: 'Whoever types or calls that name believes to talk to the program that they know, and this one decides what gets there.',
  fix: 'Do not install it; see the finding of point 2 about the same program.',
  fixUpstream: 'Name the programs after the package.',
  needs: ['source'],
  find: ({ source: { subject } }, { optional }) =>
    optional('names')?.known ? [] : takenNames(subject),
});

function takenNames({ name: pkg, version, manifest }: PackageAnalysis): Hit[] {
  const own = pkg.replace(/^@[^/]{1,200}\//, '');
  return Object.keys(manifest.bin)
    .filter((name) => COMMANDS.has(name.toLowerCase()) && name !== own)
    .slice(0, MAX_NAMED)
    .map((name) => ({
      message: `${pkg} installs a program named ${name}`,
      location: 'package.json#/bin',
      package: `${pkg}@${version}`,
    }));
}

export const commandRules: Rule[] = [shadowingCommand];
