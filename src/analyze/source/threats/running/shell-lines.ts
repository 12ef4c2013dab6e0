// Threats in a line for a shell, by what stands in it: a table.
import type { Severity } from '../../../../types.ts';
import { patterns, pathLabels } from '../data.ts';
import { CRED_PATH } from '../flow/labels.ts';
import { ENCODED_POWERSHELL } from './shell-downloads.ts';
import type { ShellContext, ShellThreat } from './shell-threat.ts';

const REVERSE =
  /\/dev\/(?:tcp|udp)\/|\b(?:nc|ncat|netcat)\b[^\n;|]{0,80}\s-(?:e|c)\b|mkfifo[^\n]{0,120}\|\s*(?:nc|ncat|netcat|openssl s_client)\b|\bsocat\b[^\n]{0,120}exec:|socket\.socket\([^\n]{0,300}(?:dup2|pty\.spawn|subprocess)|use Socket;[^\n]{0,300}exec/i;
const WIPE =
  /\brm\s+(?:-[a-z]{1,6}\s+|--[a-z-]{1,20}\s+){0,4}-?(?:[a-z]{0,5}r[a-z]{0,5}f|[a-z]{0,5}f[a-z]{0,5}r|r|-recursive)\w{0,9}\s+(?:--no-preserve-root\s+)?["']?(?:~|\$HOME|\$\{HOME\}|\/(?:home|Users|root)?(?:\/\*)?|%USERPROFILE%)\/?\*?["']?(?:\s|$|;|&)|\bfind\s+["']?(?:~|\$HOME|\/)["']?\s[^\n]{0,120}(?:-delete|-exec\s+(?:rm|shred))|\bdel\s+\/[fsq]\s[^\n]{0,40}(?:%USERPROFILE%|C:\\\\?(?:Users|\*))|\brd\s+\/s\s[^\n]{0,20}(?:%USERPROFILE%|C:\\)|\bdd\s+if=\/dev\/(?:zero|u?random)\s+of=\/dev\/\w|\bmkfs(?:\.\w+)?\s+\/dev|\bcipher\s+\/w|\bshred\b[^\n]{0,80}(?:~|\$HOME)|Remove-Item[^\n]{0,80}(?:\$HOME|\$env:USERPROFILE)[^\n]{0,60}-Recurse/i;
const HOOKS =
  /\bgit\s+config\b(?![^\n]{0,60}--(?:get|unset|show))[^\n]{0,60}\b(?:core\.hooksPath|init\.templateDir)[\s=]{1,3}["']?[^\s"'|;&>]|(?:>|tee|cp|mv|ln)\s[^\n]{0,200}\.git\/hooks\//i;
/** For every repository, or straight into one. */
const GLOBAL_HOOKS = /--(?:global|system)|templateDir|\.git\/hooks/i;
const PERSISTENT =
  /\bcrontab\b\s*(?:-\s*$|-\s|-$|\/|[^-\s])|\|\s*crontab\b|\bsystemctl\s+(?:--user\s+)?enable\b|\blaunchctl\s+(?:load|bootstrap)\b|\bschtasks\b[^\n]{0,40}\/create|\breg(?:\.exe)?\s+add\b[^\n]{0,120}\\Run\b|>>?\s*["']?(?:~|\$HOME|\$\{HOME\})\/\.(?:bashrc|zshrc|profile|bash_profile|zprofile)\b|New-ScheduledTask|\bmake\s+login\s+item\b|\bpm2\s+(?:startup|save)\b|\bsc(?:\.exe)?\s+create\s|\bnssm\s+install\b|\bloginctl\s+enable-linger\b|\bupdate-rc\.d\s|\blaunchctl\s+(?:submit|enable)\b|\bwmic\s+startup\b/i;
const AGENT_ADD =
  /\b(?:claude|codex|gemini)\s+mcp\s+add(?:-json)?\b|\b(?:code|cursor)\s+--add-mcp\b/;
const PUBLISH = /\b(?:npm|pnpm|yarn(?:\s+npm)?)\s+publish\b/;
const SENDS_ENV =
  /\b(?:env|printenv|set)\b\s*(?:\|[^\n]{0,120})?\|\s*(?:curl|nc|ncat)\b|\bcurl\b[^\n]{0,300}(?:\$\(\s*(?:env|printenv)\b|`(?:env|printenv)\b)|curl\b[^\n]{0,300}@\/proc\/self\/environ/i;
const SENDS =
  /\bcurl\b[^\n]{0,400}(?:-d|--data(?:-\w+)?|-F|--form|-T|--upload-file)\s*\S|\|\s*(?:curl|nc|ncat)\b|\b(?:scp|rsync)\b/i;
const SENDS_HOST =
  /\b(?:curl|wget|nslookup|dig|ping|nc)\b[^\n]{0,300}(?:\$\(\s*(?:whoami|hostname|id|uname|pwd)\b|`(?:whoami|hostname|id|uname)\b|\$(?:USER|HOSTNAME|\{HOSTNAME\})|%USERNAME%|%COMPUTERNAME%)/i;
const SSH_KEY = />>?\s*["']?\S{0,40}\.ssh\/authorized_keys/;
const SECRETS =
  /(?<!\w)(?:wallets?|keystores?|id_rsa|private keys?|credentials?|mnemonic|seed phrase|\.env|\.ssh|\.npmrc)\b/i;
const AGENT_PROGRAM =
  /\b(?:claude|codex|gemini|copilot|amp|q|cursor-agent|aider|opencode|droid|qwen)\b/;

const isHidden = (line: string): boolean =>
  ENCODED_POWERSHELL.test(line) || /-WindowStyle Hidden|\bwscript\b/i.test(line);

interface LineRule extends Pick<ShellThreat, 'ruleId' | 'message' | 'confidence'> {
  is: (line: string) => boolean;
  severity: Severity | ((line: string, context: ShellContext) => Severity);
  isOnRequestFine?: boolean | ((context: ShellContext) => boolean);
}

const RULES: readonly LineRule[] = [
  {
    is: (line) => REVERSE.test(line),
    ruleId: 'reverse-shell',
    severity: 'critical',
    message: 'A command connects a shell to a network connection.',
  },
  {
    is: (line) => WIPE.test(line),
    ruleId: 'destructive-wipe',
    severity: 'critical',
    message: 'A command deletes the home directory or a whole disk.',
  },
  {
    is: (line) => HOOKS.test(line),
    ruleId: 'git-hook-write',
    severity: (line, context) =>
      isHookTool(context) ? 'moderate' : GLOBAL_HOOKS.test(line) ? 'critical' : 'high',
    isOnRequestFine: true,
    message: 'A command puts hooks into git.',
  },
  {
    is: (line) => PERSISTENT.test(line) && !/crontab\s+-[lr]\s*$/.test(line),
    ruleId: 'autostart-write',
    severity: (line) => (isHidden(line) ? 'critical' : 'high'),
    isOnRequestFine: true,
    message: 'A command makes code run again at every login, boot or on a schedule.',
  },
  {
    is: (line) => SSH_KEY.test(line),
    ruleId: 'ssh-access-added',
    severity: 'critical',
    message: 'A command lets a key log in to this machine.',
  },
  {
    is: (line) => PUBLISH.test(line) && !/--dry-run/.test(line),
    ruleId: 'package-publish',
    severity: 'moderate',
    confidence: 'medium',
    isOnRequestFine: true,
    message: 'A command publishes a package in the name of the user.',
  },
  {
    is: (line) => AGENT_ADD.test(line),
    ruleId: 'agent-config-write',
    severity: 'high',
    isOnRequestFine: true,
    message: 'A command adds a server to the configuration of an agent.',
  },
  {
    is: (line) => patterns.miner.test(line),
    ruleId: 'crypto-miner',
    severity: 'critical',
    message: 'A command mines cryptocurrency.',
  },
  {
    is: (line) => patterns.agentBypass.test(line) && AGENT_PROGRAM.test(line),
    ruleId: 'agent-permission-bypass',
    severity: (line, context) => bypassSeverity(line, context),
    isOnRequestFine: (context) => isDocumentedBypass(context),
    message: 'An agent is started with its permission checks off.',
  },
  {
    is: (line) => SENDS_ENV.test(line),
    ruleId: 'environment-exfiltration',
    severity: 'critical',
    message: 'A command sends the environment over the network.',
  },
  {
    is: sendsCredentials,
    ruleId: 'credential-exfiltration',
    severity: 'critical',
    message: 'A command sends a file of credentials over the network.',
  },
  {
    is: (line) => SENDS_HOST.test(line),
    ruleId: 'host-beacon',
    severity: 'high',
    message: 'A command sends the names of this machine and its user over the network.',
  },
];

export const lineThreats = (line: string, context: ShellContext): ShellThreat[] =>
  RULES.filter(({ is }) => is(line)).map(({ ruleId, message, confidence, ...rule }) => {
    const { severity, isOnRequestFine: isFine } = rule;
    return {
      ...{ ruleId, message },
      ...(confidence && { confidence }),
      severity: typeof severity === 'function' ? severity(line, context) : severity,
      ...((typeof isFine === 'function' ? isFine(context) : isFine) && { isOnRequestFine: true }),
    };
  });

function sendsCredentials(line: string): boolean {
  return (
    SENDS.test(line) &&
    /https?:|\d{1,3}\.\d{1,3}|\bnc\b|scp|rsync|curl/.test(line) &&
    line
      .split(/[\s'"`@<=()]+/)
      .some((word) => pathLabels(word.replace(/^\$HOME|^\$\{HOME\}/, '~')) & CRED_PATH)
  );
}

const isHookTool = ({ declared, name }: ShellContext) =>
  /husky|hook|lefthook|pre-?commit/i.test(name) ||
  /git hooks?/i.test(declared.readme.slice(0, 3000));
/** Where agents are what the server is about, only what hunts for secrets is worse than a warning. */
const bypassSeverity = (line: string, context: ShellContext) =>
  isDocumentedBypass(context)
    ? HUNT.test(line) && !NO_HUNT.test(line)
      ? 'critical'
      : 'moderate'
    : SECRETS.test(line)
      ? 'critical'
      : 'high';
const HUNT =
  /\b(?:search|find|collect|look for|locate|gather|hunt|scan|enumerate|inventory|harvest)\b[^;\n]{0,120}(?<!\w)(?:wallets?|keystores?|id_rsa|private keys?|credentials?|mnemonic|seed phrase|\.env|\.ssh|\.npmrc)\b/i;
const NO_HUNT = /\b(?:do not|don't|never|without|except|excluding|ignore|disallowed\w*)\b/i;

/** A wrapper around an agent that says so. */
const isDocumentedBypass = ({ readme, name }: ShellContext) =>
  patterns.agentBypass.test(readme) || /claude|codex|gemini|agent/i.test(name);
