// Threats in a line for a shell: what is downloaded, decoded or cloned, and run.
import { hosts } from '../data.ts';
import { hostOf, isMentioned, placeOf } from '../declared.ts';
import type { ShellContext, ShellThreat } from './shell-threat.ts';

const FETCH =
  '(?:curl|wget|fetch|aria2c|iwr|irm|Invoke-WebRequest|Invoke-RestMethod|DownloadString|DownloadFile|certutil|bitsadmin)';
const PIPED = new RegExp(
  `\\b(?:curl|wget)\\b[^|;&\\n]{0,400}\\|\\s*(?:sudo\\s+(?:-\\w+\\s+)?)?(?:\\S{0,20}/)?(?:env\\s+)?(?:ba|z|da|k)?sh\\b|\\b(?:curl|wget)\\b[^|;&\\n]{0,400}\\|\\s*(?:sudo\\s+)?(?:node|python3?|perl|ruby|php)\\b|(?:ba|z)?sh\\s+(?:-c\\s+)?["']?(?:<\\(|\\$\\()\\s*(?:curl|wget)|(?:\\$\\(|\`)\\s*(?:curl|wget)\\b[^)\`]{0,300}[)\`]\\s*["']?\\s*$|\\beval\\s+["']?(?:\\$\\(|\`)\\s*(?:curl|wget)`,
  'i',
);
const POWERSHELL_RUN =
  /\b(?:iex|Invoke-Expression)\b[^\n]{0,300}\b(?:iwr|irm|Invoke-WebRequest|Invoke-RestMethod|DownloadString|WebClient)|\b(?:iwr|irm|Invoke-WebRequest|Invoke-RestMethod|DownloadString)\b[^\n]{0,300}\|\s*(?:iex|Invoke-Expression)/i;
export const ENCODED_POWERSHELL =
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
const DECODED_RUN =
  /base64\s+(?:-d|-D|--decode)\b[^\n]{0,60}\|\s*(?:sudo\s+)?(?:ba|z|da)?sh\b|\|\s*(?:xxd\s+-r[^\n|]{0,20}|openssl\s+enc\s+-d[^\n|]{0,60})\|\s*(?:ba)?sh|\beval\s+["']?\$\(\s*echo\s+[A-Za-z0-9+/=]{16,}[^\n]{0,30}base64/i;
/** `python3 -c "exec(urlopen('…').read())"`. */
const FETCHED_INLINE =
  /\b(?:python3?|perl|ruby|php)(?:\.exe)?\s+-(?:c|e|r)\b[^\n]{0,600}(?:urlopen|urlretrieve|requests\.get|httpx\.get|LWP|Net::HTTP|open-uri|file_get_contents)/;
const INLINE_RUN = /\b(?:exec|eval|system|popen|Popen|subprocess|instance_eval|call|run)\b/;

/** What is fetched and run at once, or hidden and run. */
export function downloadThreats(line: string, context: ShellContext): ShellThreat[] {
  const found: ShellThreat[] = [];
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
  if (isRun)
    found.push({
      ruleId: 'download-and-execute',
      severity,
      message: 'A command downloads something and runs it.',
      confidence: isOwn || isKnown || isBuilt ? 'medium' : 'high',
      isOnRequestFine: isKnown,
    });
  if (ENCODED_POWERSHELL.test(line))
    found.push({
      ruleId: 'encoded-command',
      severity: 'high',
      message: 'A PowerShell command is given in encoded form.',
    });
  if (DECODED_RUN.test(line))
    found.push({
      ruleId: 'decoded-code-executed',
      severity: 'critical',
      message: 'A command decodes text and runs it.',
    });
  return found;
}

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
