// Where MCP clients keep their configuration, and which client a file belongs to.
import path from 'node:path';

const BY_PATH: [RegExp, string][] = [
  [/claude_desktop_config\.json$/, 'claude-desktop'],
  [
    /managed-mcp\.json$|\.?claude\.json$|claude-code|[\\/]ClaudeCode[\\/]|\.claude[\\/]/,
    'claude-code',
  ],
  [/\.cursor[\\/]|cursor\.mcp\.json$/, 'cursor'],
  [/\.vscode[\\/]|[\\/]Code( - Insiders)?[\\/]User[\\/](mcp|settings)\.json$|vscode\./, 'vscode'],
  [/windsurf/, 'windsurf'],
  [/cline/, 'cline'],
  [/\.roo[\\/]|roo-cline/, 'roo'],
  [/zed[\\/.]/, 'zed'],
  [/\.gemini[\\/]antigravity/, 'antigravity'],
  [/gemini/, 'gemini'],
  [/codex/, 'codex'],
  [/goose/, 'goose'],
  [/continue/, 'continue'],
  [/opencode/, 'opencode'],
  [/\.kiro[\\/]/, 'kiro'],
  [/amazonq/, 'amazon-q'],
  [/lmstudio/, 'lm-studio'],
  [/\.air[\\/]/, 'jetbrains-air'],
  [/server\.(seed\.)?json$/, 'server.json'],
  [/\.mcp\.json$/, 'claude-code'],
];

export function clientOf(file: string): string {
  return BY_PATH.find(([pattern]) => pattern.test(file))?.[1] ?? 'unknown';
}

/** Candidate paths for `--discover`: this user's, this project's, this machine's. */
export function knownConfigPaths(
  home: string,
  cwd: string,
  platform: NodeJS.Platform,
  env: Record<string, string | undefined>,
): string[] {
  const support = supportFolder(home, platform, env);
  const inHome = (...parts: string[]) => path.join(home, ...parts);
  const config = env['XDG_CONFIG_HOME'] || inHome('.config');
  const codeUser = ['Code', 'Code - Insiders'].map((name) => path.join(support, name, 'User'));
  const cline = (user: string) =>
    path.join(user, 'globalStorage/saoudrizwan.claude-dev/settings/cline_mcp_settings.json');
  const roo = (user: string) =>
    path.join(user, 'globalStorage/rooveterinaryinc.roo-cline/settings/mcp_settings.json');
  const user = [
    path.join(support, 'Claude/claude_desktop_config.json'),
    inHome('.claude.json'),
    ...codeUser.flatMap((folder) => [path.join(folder, 'mcp.json'), cline(folder), roo(folder)]),
    inHome('.cursor/mcp.json'),
    inHome('.codeium/windsurf/mcp_config.json'),
    inHome('.cline/mcp.json'),
    inHome('.cline/data/settings/cline_mcp_settings.json'),
    path.join(config, 'zed/settings.json'),
    inHome('.gemini/settings.json'),
    inHome('.gemini/antigravity/mcp_config.json'),
    path.join(env['CODEX_HOME'] || inHome('.codex'), 'config.toml'),
    inHome('.continue/config.yaml'),
    path.join(config, 'goose/config.yaml'),
    inHome('.kiro/settings/mcp.json'),
    inHome('.aws/amazonq/mcp.json'),
    path.join(config, 'opencode/opencode.json'),
    inHome('.lmstudio/mcp.json'),
  ];
  const project = [
    '.mcp.json',
    '.vscode/mcp.json',
    '.cursor/mcp.json',
    '.roo/mcp.json',
    '.gemini/settings.json',
    '.codex/config.toml',
    '.air/mcp.json',
  ];
  const machine =
    platform === 'darwin'
      ? ['/Library/Application Support/ClaudeCode/managed-mcp.json']
      : ['/etc/claude-code/managed-mcp.json', '/etc/codex/config.toml'];
  return [...user, ...project.map((file) => path.join(cwd, file)), ...machine];
}

function supportFolder(
  home: string,
  platform: NodeJS.Platform,
  env: Record<string, string | undefined>,
): string {
  if (platform === 'darwin') return path.join(home, 'Library/Application Support');
  if (platform === 'win32') return env['APPDATA'] || path.join(home, 'AppData/Roaming');
  return env['XDG_CONFIG_HOME'] || path.join(home, '.config');
}
