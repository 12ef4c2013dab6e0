// Unrepeatable secrets for one run: which there are, and what they look like.
import { createHmac } from 'node:crypto';
import type { Canary } from './types.ts';

// Environment variables that a developer's machine often has and that nobody asked for.
const PLANTED_VARIABLES = [
  'AWS_ACCESS_KEY_ID',
  'AWS_SECRET_ACCESS_KEY',
  'GITHUB_TOKEN',
  'NPM_TOKEN',
  'OPENAI_API_KEY',
  'ANTHROPIC_API_KEY',
  'DATABASE_URL',
  'STRIPE_SECRET_KEY',
];
// Files in the home folder whose content carries a secret; honey-files.ts writes them.
export const SECRET_FILES = [
  '.ssh/id_ed25519',
  '.aws/credentials',
  '.npmrc',
  '.netrc',
  '.git-credentials',
  '.config/gh/hosts.yml',
  '.docker/config.json',
  '.kube/config',
  '.config/gcloud/application_default_credentials.json',
  '.config/Claude/claude_desktop_config.json',
  '.claude.json',
  '.cursor/mcp.json',
  '.codex/auth.json',
  '.gnupg/private-keys-v1.d/backup.key',
  '.config/google-chrome/Default/Login Data',
  '.config/google-chrome/Default/Cookies',
  '.config/solana/id.json',
  '.ethereum/keystore/key.json',
  '.bash_history',
  '.config/Code/User/globalStorage/state.vscdb',
  '.config/op/config',
  '.config/rclone/rclone.conf',
  '.config/Exodus/exodus.wallet/seed.seco',
  '.azure/msal_token_cache.json',
  '.bitcoin/wallet.dat',
  '.cargo/credentials.toml',
  '.claude/.credentials.json',
  '.codeium/windsurf/mcp_config.json',
  '.electrum/wallets/default_wallet',
  '.gemini/oauth_creds.json',
  '.local/share/keyrings/login.keyring',
  '.mozilla/firefox/dev.default/key4.db',
  '.mozilla/firefox/dev.default/logins.json',
  '.pgpass',
  '.pypirc',
  '.ssh/id_rsa',
  '.terraform.d/credentials.tfrc.json',
  '.vault-token',
  '.zsh_history',
  'Documents/passwords.kdbx',
  'project/.env',
  'project/.env.local',
  'Documents/notes.txt',
];
const ALPHABET = 'abcdefghijklmnopqrstuvwxyz234567';

/**
 * All secrets of a run. A name in `grantedNames` is a variable that the server asks for.
 * The same seed gives the same values, so the seed must be new for each run.
 */
export function planCanaries(seed: string, grantedNames: string[]): Canary[] {
  const granted = new Set(grantedNames);
  const variable = (name: string, kind: Canary['kind']): Canary => {
    const id = `env:${name}`;
    const needle = /_ID$/.test(name) ? needleOf(seed, id).toUpperCase() : needleOf(seed, id);
    return { id, kind, needle, value: dress(name, needle), env: name };
  };
  return [
    ...[...granted].sort().map((name) => variable(name, 'granted')),
    ...PLANTED_VARIABLES.filter((name) => !granted.has(name)).map((name) =>
      variable(name, 'planted'),
    ),
    ...SECRET_FILES.map((file): Canary => {
      const needle = needleOf(seed, `file:${file}`);
      return { id: `file:${file}`, kind: 'planted', needle, value: needle, file };
    }),
  ];
}

/**
 * 20 characters. The ends are the same for all secrets of a run, so that one look for an end in
 * each encoding tells that none of them is there.
 */
function needleOf(seed: string, id: string): string {
  const run = letters(seed, 'run', 12);
  return run.slice(0, 6) + letters(seed, id, 8) + run.slice(6);
}

function letters(seed: string, id: string, count: number): string {
  const bytes = createHmac('sha256', seed).update(id).digest().subarray(0, count);
  return [...bytes].map((byte) => ALPHABET[byte % ALPHABET.length]).join('');
}

/** What a value of this name usually looks like, so that the server accepts it. */
function dress(name: string, needle: string): string {
  if (name === 'AWS_ACCESS_KEY_ID') return `AKIA${needle.slice(0, 16)}`;
  if (/DATABASE_URL|POSTGRES.*(URL|URI)|_DSN$/.test(name)) {
    return `postgresql://app:${needle}@db.example:5432/app`;
  }
  if (/(URL|URI|ENDPOINT)$/.test(name)) return `https://${needle}.example/`;
  if (/EMAIL$/.test(name)) return `${needle}@mail.example`;
  if (/PORT$/.test(name)) return '8123';
  const known = Object.entries(PREFIXES).find(([pattern]) => name.includes(pattern));
  return `${known?.[1] ?? ''}${needle}${needle.slice(0, 12)}`;
}

const PREFIXES: Record<string, string> = {
  GITHUB: 'ghp_',
  GITLAB: 'glpat-',
  NPM: 'npm_',
  ANTHROPIC: 'sk-ant-api03-',
  OPENAI: 'sk-proj-',
  STRIPE: 'sk_live_',
  SLACK: 'xoxb-',
  NOTION: 'ntn_',
  BRAVE: 'BSA',
  GOOGLE: 'AIza',
};
