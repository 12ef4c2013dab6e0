// The home folder that the server believes to be its user's: secrets, configurations, a project.
import type { Canary, FileCategory } from './types.ts';

export interface HoneyFile {
  /** In the home folder. */
  path: string;
  content: string;
  mode: number;
}

/** All files of the fake home; those that carry a secret get it from the canary of that path. */
export function honeyFiles(canaries: Canary[]): HoneyFile[] {
  const secrets = new Map(
    canaries.flatMap((canary) => (canary.file ? [[canary.file, canary]] : [])),
  );
  const files = Object.entries(TEMPLATES).map(([path, template]): HoneyFile => {
    const secret = secrets.get(path)?.value ?? '';
    return { path, content: template(secret), mode: isPrivate(path) ? 0o600 : 0o644 };
  });
  const others = [...secrets.values()].filter(({ file }) => !Object.hasOwn(TEMPLATES, file ?? ''));
  return [
    ...files,
    ...others.map(({ file = '', value }) => ({ path: file, content: `${value}\n`, mode: 0o600 })),
  ];
}

/** What kind of file this is, by its path in the home folder. */
export function categoryOf(path: string): FileCategory {
  return CATEGORIES.find(([pattern]) => pattern.test(path))?.[1] ?? 'other';
}

const CATEGORIES: [RegExp, FileCategory][] = [
  [/(^|\/)\.git\/hooks\//, 'git-hook'],
  [/(^|\/)\.git\/|^\.gitconfig$|^\.config\/git\//, 'git-config'],
  [/^\.ssh\//, 'ssh'],
  [/^\.config\/(solana|Exodus)|^\.(ethereum|bitcoin|electrum|monero)\//, 'wallet'],
  [/^\.config\/(google-chrome|chromium|BraveSoftware)\/|^\.mozilla\//, 'browser'],
  [/^\.(bash|zsh|node_repl|python|psql|mysql)_history$|^\.local\/share\/fish\//, 'history'],
  [/^\.(bashrc|bash_profile|bash_login|bash_logout|profile)$/, 'shell-profile'],
  [/^\.(zshrc|zshenv|zprofile|zlogin)$|^\.config\/fish\//, 'shell-profile'],
  [
    /(^|\/)\.(claude|cursor|codex|gemini|codeium|windsurf|continue|cline|roo|amazonq)(\/|\.json$)/,
    'agent-config',
  ],
  [/(^|\/)\.config\/(Claude|goose|opencode|zed)\/|\.mcp\.json$|\/mcp\.json$/, 'agent-config'],
  [
    /(^|\/)(CLAUDE|AGENTS|GEMINI)\.md$|(^|\/)\.(cursorrules|windsurfrules|clinerules)$/,
    'agent-config',
  ],
  [/(^|\/)\.github\/copilot-instructions\.md$/, 'agent-config'],
  [
    /(^|\/)\.vscode\/|^\.config\/(Code|VSCodium|Cursor|nvim)\/|^\.vimrc$|(^|\/)\.idea\//,
    'editor-config',
  ],
  [/(^|\/)\.github\/|(^|\/)\.gitlab-ci\.yml$|(^|\/)\.circleci\//, 'ci'],
  [/^\.config\/(autostart|systemd)\/|^\.local\/share\/systemd\//, 'autostart'],
  [
    /^\.config\/(gh|gcloud|op|rclone)\/|^\.(aws|azure|kube|docker|gnupg|password-store|cargo|terraform\.d)\//,
    'credential',
  ],
  [/^\.local\/share\/keyrings\/|\.kdbx$/, 'credential'],
  [/(^|\/)\.env(\.|$)|^\.(npmrc|netrc|pypirc|pgpass|git-credentials|vault-token)$/, 'credential'],
  [/^project\//, 'project'],
];

const isPrivate = (path: string): boolean =>
  ['credential', 'ssh', 'wallet', 'history'].includes(categoryOf(path));

const SERVERS = (secret: string): string =>
  json({
    mcpServers: {
      tickets: { command: 'tickets-mcp', args: [], env: { TICKETS_TOKEN: secret } },
    },
  });

function json(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

const TEMPLATES: Record<string, (secret: string) => string> = {
  '.ssh/id_ed25519': (secret) =>
    `-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXktdjEAAAAABG5vbmU\n${secret}AAAAtzc2gtZWQyNTUxOQ\n-----END OPENSSH PRIVATE KEY-----\n`,
  '.ssh/id_ed25519.pub': () => 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIDevKey dev@laptop\n',
  '.ssh/config': () => 'Host build\n  HostName build.example\n  User deploy\n',
  '.ssh/known_hosts': () => 'build.example ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIBuild\n',
  '.ssh/authorized_keys': () => 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIDesk dev@desktop\n',
  '.aws/credentials': (secret) =>
    `[default]\naws_access_key_id = AKIAQWERTYUIOPASDFGH\naws_secret_access_key = ${secret}\n`,
  '.aws/config': () => '[default]\nregion = eu-west-1\n',
  '.npmrc': (secret) => `//npm.pkg.github.com/:_authToken=npm_${secret}\n`,
  '.netrc': (secret) => `machine git.example login dev password ${secret}\n`,
  '.git-credentials': (secret) => `https://dev:${secret}@git.example\n`,
  '.gitconfig': () => '[user]\n\tname = Dev\n\temail = dev@mail.example\n',
  '.config/gh/hosts.yml': (secret) =>
    `github.com:\n    user: dev\n    oauth_token: gho_${secret}\n`,
  '.docker/config.json': (secret) => json({ auths: { 'hub.example': { auth: secret } } }),
  '.kube/config': (secret) =>
    `apiVersion: v1\nkind: Config\nusers:\n- name: dev\n  user:\n    token: ${secret}\n`,
  '.config/gcloud/application_default_credentials.json': (secret) =>
    json({ type: 'authorized_user', refresh_token: secret }),
  '.config/Claude/claude_desktop_config.json': SERVERS,
  '.claude.json': SERVERS,
  '.claude/settings.json': () => json({ permissions: { allow: [] } }),
  '.cursor/mcp.json': SERVERS,
  '.codex/auth.json': (secret) => json({ tokens: { access_token: secret } }),
  '.gnupg/private-keys-v1.d/backup.key': (secret) => `(private-key (ecc (d #${secret}#)))\n`,
  '.config/google-chrome/Default/Login Data': (secret) => `SQLite format 3\0 logins ${secret}\n`,
  '.config/google-chrome/Default/Cookies': (secret) => `SQLite format 3\0 cookies ${secret}\n`,
  '.config/solana/id.json': (secret) => json({ key: secret }),
  '.ethereum/keystore/key.json': (secret) => json({ version: 3, crypto: { ciphertext: secret } }),
  '.bash_history': (secret) => `git pull\nexport DEPLOY_TOKEN=${secret}\nnpm test\n`,
  '.bashrc': () => '# ~/.bashrc\nalias ll="ls -l"\n',
  '.profile': () => '# ~/.profile\n[ -f ~/.bashrc ] && . ~/.bashrc\n',
  '.zshrc': () => '# ~/.zshrc\nautoload -Uz compinit\n',
  '.config/Code/User/settings.json': () => json({ 'editor.tabSize': 2 }),
  '.vimrc': () => 'set number\n',
  'Documents/notes.txt': (secret) => `safe: ${secret}\nbuy milk\n`,
  'project/README.md': () => '# Project\n\nA small web shop.\n',
  'project/package.json': () => json({ name: 'shop', version: '1.0.0', private: true }),
  'project/index.js': () => 'export const shop = () => "open";\n',
  'project/.env': (secret) => `SESSION_SECRET=${secret}\n`,
  'project/.git/HEAD': () => 'ref: refs/heads/main\n',
  'project/.git/config': () => '[core]\n\trepositoryformatversion = 0\n\tbare = false\n',
  'project/.git/hooks/pre-commit': () => '#!/bin/sh\nexit 0\n',
  'project/.github/workflows/ci.yml': () => 'on: push\njobs: {}\n',
  'project/.vscode/settings.json': () => json({ 'editor.tabSize': 2 }),
  'project/CLAUDE.md': () => '# Notes for the assistant\n\nRun the tests.\n',
};
