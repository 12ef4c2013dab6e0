// What guards a machine, and the commands and files that take it away: rights, certificates, firewalls, logs.
import type { Target } from './tampering/file-targets.ts';
import type { Report } from './scene.ts';

const RIGHTS =
  /\bNOPASSWD\s*:|(?:\btee\b|>>?|\bcp\b|\bmv\b)\s[^\n]{0,120}\/etc\/sudoers|\bnet(?:\.exe)?\s+localgroup\s+administrators\b[^\n]{0,80}\/add|\bEnableLUA\b[^\n]{0,60}\/d\s+0|\bchmod\s+(?:-R\s+)?(?:[ug]?\+s|[2467]7[0-7]{2})\s|\busermod\b[^\n]{0,40}\s(?:sudo|wheel|docker)\b/i;
const ROOTS =
  /\bsecurity\s+add-trusted-cert\b|\bcertutil(?:\.exe)?\b[^\n]{0,60}-addstore\b[^\n]{0,40}\broot\b|\bupdate-ca-(?:certificates|trust)\b|\btrust\s+anchor\s|\bImport-Certificate\b[^\n]{0,160}\bRoot\b/i;
const WATCHERS =
  /\b(?:Add|Set)-MpPreference\b[^\n]{0,200}(?:Exclusion|Disable)|\bsc(?:\.exe)?\s+(?:stop|config|delete)\s+(?:WinDefend|Sense|wscsvc|MpsSvc)\b|\bnetsh\s+(?:adv)?firewall\s+set\b[^\n]{0,80}\boff\b|\bufw\s+disable\b|\bsystemctl\s+(?:stop|disable|mask)\s+(?:--now\s+)?(?:firewalld|ufw|apparmor|auditd|clamav\S*)\b|\bsetenforce\s+0\b|\biptables\s+(?:-F|--flush)\b|\bsocketfilterfw\b[^\n]{0,60}\s(?:off|--unblock)|\bspctl\s+--(?:master|global)-disable\b|\bcsrutil\s+disable\b|\btccutil\s+reset\b|\bvssadmin\s+delete\b|\bwevtutil\s+cl\b/i;
const CONNECTIONS =
  /\bgit\s+config\b[^\n]{0,40}--(?:global|system)\b[^\n]{0,80}(?:http\.sslVerify\s+["']?(?:false|0)\b|http\.proxy\s+["']?\S|\burl\.\S{1,100}\.insteadOf\s+["']?\S|credential\.helper\s+["']?[!\S])|\b(?:npm|pnpm|yarn)\s+config\s+set\s+["']?(?:strict-ssl[\s=]+["']?false|cafile|https?-proxy|ignore-scripts[\s=]+["']?false)/i;
const TRACES =
  /\bhistory\s+-c\b|\bunset\s+HISTFILE\b|\bHISTFILE=\/dev\/null|\brm\s[^\n]{0,60}\.(?:bash|zsh)_history\b|\bjournalctl\s+--vacuum|\brm\s[^\n]{0,40}\/var\/log\//;

const KINDS: readonly [RegExp, Report['severity'], string][] = [
  [RIGHTS, 'critical', 'A command gives rights of the administrator away.'],
  [ROOTS, 'critical', 'A command makes the machine trust another certificate authority.'],
  [WATCHERS, 'critical', 'A command turns off what watches over the machine.'],
  [CONNECTIONS, 'high', 'A command leads the connections of git or npm elsewhere, or unguarded.'],
  [TRACES, 'high', 'A command removes the traces of what was done.'],
];

/** What a command line takes away of the machine's own protection. */
export function protectionThreats(line: string): (Report & { isOnRequestFine: true })[] {
  return KINDS.filter(([pattern]) => pattern.test(line)).map(([, severity, message]) => ({
    ruleId: 'protection-weakened',
    severity,
    isOnRequestFine: true,
    message,
  }));
}

/** Names of hosts, rights of users, libraries and certificates that every program gets. */
const GUARDED =
  /^(?:\/private)?\/etc\/(?:hosts|sudoers(?:\.d\/\S+)?|pam\.d\/\S+|ld\.so\.preload|ssh\/sshd_config|resolv\.conf|passwd|shadow)$|[/\\]drivers[/\\]etc[/\\]hosts$|^\/usr\/local\/share\/ca-certificates\//i;

export const isGuarded = (path: string): boolean => GUARDED.test(path);

export const GUARDED_TARGET: Target = {
  label: 0,
  ruleId: 'protection-weakened',
  severity: 'critical',
  message: 'Code writes a file that decides whom the machine trusts.',
};
