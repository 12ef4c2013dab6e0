// Rules of point 2: programs that an install puts into the path in the place of well-known ones.
import { defineRule, type Rule } from '../../rule.ts';

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
  find({ source: { subject } }, { optional }) {
    if (optional('names')?.known) return [];
    const own = subject.name.replace(/^@[^/]{1,200}\//, '');
    return Object.keys(subject.manifest.bin)
      .filter((name) => COMMANDS.has(name.toLowerCase()) && name !== own)
      .slice(0, MAX_NAMED)
      .map((name) => ({
        message: `${subject.name} installs a program named ${name}`,
        location: 'package.json#/bin',
        package: `${subject.name}@${subject.version}`,
      }));
  },
});

export const commandRules: Rule[] = [shadowingCommand];
