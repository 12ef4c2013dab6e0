// Threats in a line for a shell: install scripts, and what code hands to exec.
import { hosts, patterns, pathLabels } from '../data.ts';
import { hostOf, isMentioned, isOwnByName, placeOf } from '../declared.ts';
import type { Declared } from '../declared.ts';
import { CRED_PATH } from '../flow/labels.ts';
import { HOLE } from '../flow/names.ts';
import { protectionThreats } from '../protections.ts';
import type { Report } from '../scene.ts';
import { fetchesNewest } from './newest.ts';

export interface ShellContext {
  declared: Declared;
  name: string;
  readme: string;
}
/** `isOnRequestFine`: worse when it happens unasked. */
export interface ShellThreat extends Report {
  isOnRequestFine?: boolean;
}

const MAX_LINE = 8_000;
const FETCH =
  '(?:curl|wget|fetch|aria2c|iwr|irm|Invoke-WebRequest|Invoke-RestMethod|DownloadString|DownloadFile|certutil|bitsadmin)';
const PIPED = new RegExp(
  `\\b(?:curl|wget)\\b[^|;&\\n]{0,400}\\|\\s*(?:sudo\\s+(?:-\\w+\\s+)?)?(?:\\S{0,20}/)?(?:env\\s+)?(?:ba|z|da|k)?sh\\b|\\b(?:curl|wget)\\b[^|;&\\n]{0,400}\\|\\s*(?:sudo\\s+)?(?:node|python3?|perl|ruby|php)\\b|(?:ba|z)?sh\\s+(?:-c\\s+)?["']?(?:<\\(|\\$\\()\\s*(?:curl|wget)|(?:\\$\\(|\`)\\s*(?:curl|wget)\\b[^)\`]{0,300}[)\`]\\s*["']?\\s*$|\\beval\\s+["']?(?:\\$\\(|\`)\\s*(?:curl|wget)`,
  'i',
);
const POWERSHELL_RUN =
  /\b(?:iex|Invoke-Expression)\b[^\n]{0,300}\b(?:iwr|irm|Invoke-WebRequest|Invoke-RestMethod|DownloadString|WebClient)|\b(?:iwr|irm|Invoke-WebRequest|Invoke-RestMethod|DownloadString)\b[^\n]{0,300}\|\s*(?:iex|Invoke-Expression)/i;
const ENCODED_POWERSHELL =
  /\b(?:powershell|pwsh)(?:\.exe)?\b[^\n]{0,200}\s-(?:e|ec|enc|encodedcommand|en|enco\w{0,10})\s/i;
const DOWNLOADED_RUN = new RegExp(
  `\\b${FETCH}\\b[^\\n]{0,600}(?:-\\w{0,4}[oO]|--output|-OutFile|>)\\s*["']?(\\S{2,120}?)["']?(?:\\s[^&;|\\n]{0,300})?\\s*(?:&&|;|\\|\\|)[^\\n]{0,400}(?:chmod\\s+\\S{1,10}\\s+["']?\\1|(?:sh|bash|node|python3?|start(?:\\s+\\/\\w+)*|sudo)\\s+["']?\\1|(?:&&|;)\\s*["']?(?:\\./)?\\1)`,
  'i',
);
const FETCHED_START =
  /\b(?:certutil|bitsadmin)\b[^\n]{0,400}https?:[^\n]{0,300}(?:&&?|;)\s*(?:start\s|%|\.\\)/i;
/** `git clone … && node dir/run.js`. */
const CLONED_RUN =
  /\bgit\s+clone\b[^\n;|]{0,400}(?:&&|;)[^\n]{0,200}\b(?:node|sh|bash|python3?|make|npm\s+(?:i|install|run|ci)|source)\b|\bgit\s+clone\b[^\n;|]{0,400}(?:&&|;)\s{0,3}\.\//;
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
const DECODED_RUN =
  /base64\s+(?:-d|-D|--decode)\b[^\n]{0,60}\|\s*(?:sudo\s+)?(?:ba|z|da)?sh\b|\|\s*(?:xxd\s+-r[^\n|]{0,20}|openssl\s+enc\s+-d[^\n|]{0,60})\|\s*(?:ba)?sh|\beval\s+["']?\$\(\s*echo\s+[A-Za-z0-9+/=]{16,}[^\n]{0,30}base64/i;
const SENDS_ENV =
  /\b(?:env|printenv|set)\b\s*(?:\|[^\n]{0,120})?\|\s*(?:curl|nc|ncat)\b|\bcurl\b[^\n]{0,300}(?:\$\(\s*(?:env|printenv)\b|`(?:env|printenv)\b)|curl\b[^\n]{0,300}@\/proc\/self\/environ/i;
const SENDS =
  /\bcurl\b[^\n]{0,400}(?:-d|--data(?:-\w+)?|-F|--form|-T|--upload-file)\s*\S|\|\s*(?:curl|nc|ncat)\b|\b(?:scp|rsync)\b/i;
const SENDS_HOST =
  /\b(?:curl|wget|nslookup|dig|ping|nc)\b[^\n]{0,300}(?:\$\(\s*(?:whoami|hostname|id|uname|pwd)\b|`(?:whoami|hostname|id|uname)\b|\$(?:USER|HOSTNAME|\{HOSTNAME\})|%USERNAME%|%COMPUTERNAME%)/i;
const SSH_KEY = />>?\s*["']?\S{0,40}\.ssh\/authorized_keys/;
const INSTALLS =
  /^(?:\S*\/)?(?:npm|pnpm|yarn|bun)(?:\.cmd)?\s+(?:i|install|add)\b|^(?:\S*\/)?(?:npx|bunx|uvx|pipx)(?:\.cmd)?\s/;

/** `python3 -c "exec(urlopen('…').read())"`. */
const FETCHED_INLINE =
  /\b(?:python3?|perl|ruby|php)(?:\.exe)?\s+-(?:c|e|r)\b[^\n]{0,600}(?:urlopen|urlretrieve|requests\.get|httpx\.get|LWP|Net::HTTP|open-uri|file_get_contents)/;
const INLINE_RUN = /\b(?:exec|eval|system|popen|Popen|subprocess|instance_eval|call|run)\b/;
/** Another registry than the usual one, for this command only. */
const OTHER_INDEX =
  /\b(?:pip3?|uv|npm|pnpm|yarn|gem|cargo)\b[^\n;|&]{0,200}\s(?:--(?:extra-)?index-url|-i|--registry|--source)[=\s]{1,3}['"]?(https?:\/\/[^\s'"]{3,200})/;
const USUAL_INDEX =
  /^https:\/\/(?:pypi\.org|files\.pythonhosted\.org|registry\.npmjs\.org|registry\.yarnpkg\.com|rubygems\.org|download\.pytorch\.org)(?:[/:]|$)/;

const PLATFORM = /(?:linux|darwin|win32|windows)-(?:x64|x86_64|amd64|arm64)/;
const SECRETS =
  /(?<!\w)(?:wallets?|keystores?|id_rsa|private keys?|credentials?|mnemonic|seed phrase|\.env|\.ssh|\.npmrc)\b/i;

/** Every threat in a command line. Linear in its length, which is bounded. */
export function shellThreats(text: string, context: ShellContext): ShellThreat[] {
  const line = text.slice(0, MAX_LINE).replaceAll(HOLE, 'xx');
  if (line.length < 5) return [];
  const found: ShellThreat[] = protectionThreats(line);
  const add = (condition: boolean, threat: ShellThreat) => condition && found.push(threat);
  addDownloads(line, context, add);
  add(REVERSE.test(line), {
    ruleId: 'reverse-shell',
    severity: 'critical',
    message: 'A command connects a shell to a network connection.',
  });
  add(WIPE.test(line), {
    ruleId: 'destructive-wipe',
    severity: 'critical',
    message: 'A command deletes the home directory or a whole disk.',
  });
  add(HOOKS.test(line), {
    ruleId: 'git-hook-write',
    severity: isHookTool(context) ? 'moderate' : GLOBAL_HOOKS.test(line) ? 'critical' : 'high',
    isOnRequestFine: true,
    message: 'A command puts hooks into git.',
  });
  const isHidden = ENCODED_POWERSHELL.test(line) || /-WindowStyle Hidden|\bwscript\b/i.test(line);
  add(PERSISTENT.test(line) && !/crontab\s+-[lr]\s*$/.test(line), {
    ruleId: 'autostart-write',
    severity: isHidden ? 'critical' : 'high',
    isOnRequestFine: true,
    message: 'A command makes code run again at every login, boot or on a schedule.',
  });
  add(SSH_KEY.test(line), {
    ruleId: 'ssh-access-added',
    severity: 'critical',
    message: 'A command lets a key log in to this machine.',
  });
  add(PUBLISH.test(line) && !/--dry-run/.test(line), {
    ruleId: 'package-publish',
    severity: 'moderate',
    confidence: 'medium',
    isOnRequestFine: true,
    message: 'A command publishes a package in the name of the user.',
  });
  add(AGENT_ADD.test(line), {
    ruleId: 'agent-config-write',
    severity: 'high',
    isOnRequestFine: true,
    message: 'A command adds a server to the configuration of an agent.',
  });
  add(patterns.miner.test(line), {
    ruleId: 'crypto-miner',
    severity: 'critical',
    message: 'A command mines cryptocurrency.',
  });
  add(
    patterns.agentBypass.test(line) &&
      /\b(?:claude|codex|gemini|copilot|amp|q|cursor-agent|aider|opencode|droid|qwen)\b/.test(line),
    {
      ruleId: 'agent-permission-bypass',
      severity: bypassSeverity(line, context),
      isOnRequestFine: isDocumentedBypass(context),
      message: 'An agent is started with its permission checks off.',
    },
  );
  add(SENDS_ENV.test(line), {
    ruleId: 'environment-exfiltration',
    severity: 'critical',
    message: 'A command sends the environment over the network.',
  });
  add(
    SENDS.test(line) &&
      /https?:|\d{1,3}\.\d{1,3}|\bnc\b|scp|rsync|curl/.test(line) &&
      line
        .split(/[\s'"`@<=()]+/)
        .some((word) => pathLabels(word.replace(/^\$HOME|^\$\{HOME\}/, '~')) & CRED_PATH),
    {
      ruleId: 'credential-exfiltration',
      severity: 'critical',
      message: 'A command sends a file of credentials over the network.',
    },
  );
  add(SENDS_HOST.test(line), {
    ruleId: 'host-beacon',
    severity: 'high',
    message: 'A command sends the names of this machine and its user over the network.',
  });
  const index = OTHER_INDEX.exec(line)?.[1];
  const indexPlace = placeOf(hostOf(index ?? null), context.declared);
  const isNamesake = isOwnByName(hostOf(index ?? null), context.declared);
  const isOthers = indexPlace === 'foreign' || (isNamesake && !/^https:/.test(index ?? ''));
  add(index !== undefined && !USUAL_INDEX.test(index) && isOthers, {
    ruleId: 'runtime-install',
    severity: 'high',
    isOnRequestFine: true,
    message: 'Packages are installed from a registry that the package does not declare.',
  });
  const isSelf =
    (INSTALLS.test(line) &&
      line.includes(context.name) &&
      /\s(?:-g|--global)\b|@latest|\bupdate\b/.test(line)) ||
    /^git\s+(?:-C\s+\S+\s+)?pull\b/.test(line);
  add(isSelf && context.name !== '', {
    ruleId: 'self-update',
    severity: 'moderate',
    confidence: 'medium',
    isOnRequestFine: true,
    message: 'The package replaces itself by a newer version.',
  });
  add(fetchesNewest(line) && index === undefined, {
    ruleId: 'runtime-install',
    severity: 'moderate',
    confidence: 'medium',
    isOnRequestFine: true,
    message: 'A program or image is fetched and run in whatever version is newest.',
  });
  const other =
    INSTALLS.test(line) &&
    !line.includes(context.name) &&
    !isOwnDependency(line, context) &&
    /\s(?:i|install|add)\s+(?:-\S+\s+(?:[~./]\S*\s+)?)*[@\w]|^(?:\S*\/)?(?:npx|bunx|uvx|pipx)/.test(
      line,
    ) &&
    !/^(?:\S*\/)?(?:npx|bunx|uvx|pipx)(?:\.cmd)?\s+(?:--?(?:version|help|[vVh])\b|--(?:no-install|no|offline)\s)/.test(
      line,
    );
  add(other, {
    ruleId: 'runtime-install',
    severity: isOwnPlatform(text, context) ? 'low' : 'moderate',
    confidence: 'medium',
    isOnRequestFine: true,
    message: 'Another package is installed or run that is not among the dependencies.',
  });
  return found;
}

/** `npx playwright install` of a package that depends on playwright runs what is there already. */
function isOwnDependency(line: string, { declared, name }: ShellContext): boolean {
  const program = /^(?:\S*\/)?(?:npx|bunx)(?:\.cmd)?\s+(?:-\S+\s+)*(@?[\w./-]+)/.exec(line)?.[1];
  if (program === undefined) return false;
  // `npx nx` of `nx-mcp`: the program whose server it is.
  const [own] = name.replace(/^@[^/]+\//, '').split('-');
  return declared.dependencies.has(program) || own === program;
}

/** `npm install ${name}@${version}` of a package whose binaries are packages, one for each platform. */
const isOwnPlatform = (text: string, { declared }: ShellContext): boolean =>
  text.trimEnd().endsWith(` ${HOLE}@${HOLE}`) &&
  [...declared.dependencies].some((name) => PLATFORM.test(name));

/** Where no program is ready for the machine: sources of one release, and a build of the package's own. */
const BUILT_WITH =
  /^(?:prebuild-install|node-pre-gyp|node-gyp-build|pkg-prebuilds-verify)\b[^|&;]{0,80}\|\|\s{0,3}\(?\s{0,3}git\s+clone\s[^\n;|&]{0,60}(?:-b|--branch)\s+v?\d[\w.]{0,20}\s[^\n;|&]{0,120}\s([\w.-]{1,40}\/[\w./-]{1,60})\s{0,3}&&([^\n;|]{0,120})$/;

function isBuiltWith(line: string): boolean {
  // The scripts that the line runs by `npm run` stand below it.
  const [own = '', ...more] = line.trim().split('\n');
  const [, folder = '', rest = ''] = BUILT_WITH.exec(own.trim()) ?? [];
  const builds = [rest, ...more].join('\n');
  return folder !== '' && !builds.includes(folder) && !/\bcd\b|\$|\bbash\b|\bsh\b/.test(builds);
}

type Add = (condition: boolean, threat: ShellThreat) => unknown;

function addDownloads(line: string, context: ShellContext, add: Add): void {
  const url = /https?:\/\/[^\s'"`|)>]{3,200}/i.exec(line)?.[0] ?? null;
  const bare = /\b(?:irm|iwr|curl|wget)\s+(?:-\S+\s+)*((?:[\w-]+\.)+[a-z]{2,}\/[\w./-]*)/i.exec(
    line,
  )?.[1];
  const host = hostOf(url ?? (bare ? `https://${bare}` : null));
  const place = placeOf(host, context.declared);
  const isOwn =
    place === 'own' ||
    place === 'local' ||
    (place === 'release' && isMentioned(url, context.declared));
  // The documented way to install a well-known tool: worth a look, not an attack.
  const isKnown = host !== null && hosts.installers.test(host);
  // Of a forge that many share, the host says nothing about who writes there.
  const isCloned = CLONED_RUN.test(line) && !isMentioned(url, context.declared);
  const isBuilt = place === 'release' && isBuiltWith(line);
  const severity = isKnown || isBuilt ? 'moderate' : isOwn && !isCloned ? 'high' : 'critical';
  const isRun =
    FETCHED_START.test(line) ||
    PIPED.test(line) ||
    CLONED_RUN.test(line) ||
    (FETCHED_INLINE.test(line) && INLINE_RUN.test(line)) ||
    POWERSHELL_RUN.test(line) ||
    DOWNLOADED_RUN.test(line);
  add(isRun, {
    ruleId: 'download-and-execute',
    severity,
    message: 'A command downloads something and runs it.',
    confidence: isOwn || isKnown || isBuilt ? 'medium' : 'high',
    isOnRequestFine: isKnown,
  });
  add(ENCODED_POWERSHELL.test(line), {
    ruleId: 'encoded-command',
    severity: 'high',
    message: 'A PowerShell command is given in encoded form.',
  });
  add(DECODED_RUN.test(line), {
    ruleId: 'decoded-code-executed',
    severity: 'critical',
    message: 'A command decodes text and runs it.',
  });
}

const isHookTool = ({ declared, name }: ShellContext) =>
  /husky|hook|lefthook|pre-?commit/i.test(name) ||
  /git hooks?/i.test(declared.readme.slice(0, 3000));
/** A wrapper around an agent that says so. */
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

const isDocumentedBypass = ({ readme, name }: ShellContext) =>
  patterns.agentBypass.test(readme) || /claude|codex|gemini|agent/i.test(name);
