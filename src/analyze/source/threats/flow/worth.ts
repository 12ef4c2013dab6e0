// Whether data flow is worth its time in a file: only where something may flow from and to.
import type { Invocation } from './invoke.ts';
import { CLIENT, CLIP_WRITE, CONNECTION, DNS, EVAL, EXEC, kindOf, REMOVE, WRITE } from './kinds.ts';

const PRIVATE =
  /process\.env\b(?!\s{0,3}\.)|\benv\b\s{0,3}\}?\s{0,3}=|from\s{0,3}['"](?:node:)?process['"]|\.npmrc|\.ssh\b|\.aws\b|\.netrc|\.kube|gcloud|id_rsa|_history|keychain|Login Data|wallet|\.env\b['"`]|\/etc\/|hostname|userInfo|networkInterfaces|clipboard|pbpaste|registerTool|addTool|setRequestHandler|\.tool\(|TOKEN|SECRET|credentials/i;
const CODED =
  /base64|['"`]hex['"`]|fromCharCode|fromCodePoint|atob|decipher|inflate|gunzip|decompress|decrypt|codePointAt/i;
const PLACES =
  /\.claude|\.cursor|\.gemini|\.codex|mcp\.json|mcp_config|claude_desktop|\.vscode|windsurf|AGENTS\.md|CLAUDE\.md|hooks|authorized_keys|workflows|rc['"`]|profile|Launch|systemd|cron|autostart|homedir|HOME|USERPROFILE/;
const REPLACED =
  /(?:fetch|request|send|open|get|ethereum|prototype\.\w{1,30})\s{0,2}=(?![=>])|defineProperty|new Proxy/;

export function isFlowWorthwhile(text: string, calls: readonly Invocation[]): boolean {
  const kinds = calls.reduce((all, { name }) => all | kindOf(name), 0);
  const has = (kind: number) => (kinds & kind) !== 0;
  const sends = has(CLIENT | CONNECTION | DNS);
  const runs =
    has(EVAL | EXEC) ||
    /constructor|set(?:Timeout|Interval)\(\s{0,9}(?:decode|atob|unescape|Buffer|String)|import\s{0,2}\(|\]\s{0,2}\(/.test(
      text,
    );
  if ((sends || has(EXEC)) && PRIVATE.test(text)) return true;
  if (runs && (sends || CODED.test(text))) return true;
  if (has(WRITE | REMOVE) && PLACES.test(text)) return true;
  if (has(CLIP_WRITE)) return true;
  return sends && REPLACED.test(text);
}
