// Texts of an outlined file that could be, or become, an address, a path that matters, or code.
import { namesHost } from './hosts.ts';
import type { Outline } from './outline.ts';

/** Ways to reach out that show in no resolved name, and hooks, which are assignments. */
const REACHES =
  /_compile|\beval\s{0,3}\(|\bFunction\s{0,3}\(|\bimport\s{0,3}\(\s{0,9}[^'"\s]|[Ee]thereum|XMLHttpRequest|prototype\.(?:open|send)|\bfetch\s{0,3}=|NODE_TLS|rejectUnauthorized|\b[bB]cc\b|\bBCC\b|data:text\/javascript|_0[xX][0-9a-fA-F]{4}|\udb40[\udc00-\uddef]|[\ufe00-\ufe0f]{4}/;
const DECODES = /fromCharCode|fromCodePoint|\batob\b|['"](?:base64|hex|BASE64|HEX)['"]\s{0,3}\)/;
/** Whether a file could run, or reach out, without a name that says so. */
export const mayHide = (text: string): boolean => REACHES.test(text) || DECODES.test(text);
// Every path in rules/capabilities.json has one of these; a test holds them together.
const PATH_PART =
  /ssh|\.aws|npmrc|netrc|pypirc|git-credentials|pgpass|my\.cnf|vault-token|yarnrc|\.docker|\.kube|gcloud|\.azure|gnupg|password-store|hosts\.yml|Login Data|(?:^|[/\\])Cookies$|Web Data|key4\.db|logins\.json|cookies\.sqlite|etc[/\\]shadow|^shadow$|_history|keychain|wallet|electrum|exodus|solana|ethereum|Local Ext|nkbihf|bfnaelm|claude|\.cursor|windsurf|clinerules|cline_mcp|\.gemini|\.codex|mcp\.json|\.vscode|AGENTS|^Code$|Code[/\\]|\.idea|(?:^|[/\\])zed(?:$|[/\\])|\.git(?:$|[/\\])|git-core|\.github[/\\]|\.github$|\.gitlab|\.circleci|CLAUDE|GEMINI|copilot/m;
const URL_TEXT = /^(?:https?|wss?|ftps?):\\?\/\\?\/([^/?#\s"'<>\\]*)/i;
// `https:` and `//host`, `https:/` and `/host`.
const URL_PIECES = [
  [/^(?:https?|wss?|ftps?|[ps])?:$/im, /^\\?\/\\?\//m],
  [/^(?:https?|wss?|ftps?|[ps])?:\\?\/$/im, /^\\?\//m],
] as const;
// What stands for another character than it is.
const ESCAPE = /(?<!\\)(?:\\\\)*\\(?:[1-7]|0\d|x[2-7]|u00[2-7]|u\{|\r?\n|[a-zA-Z])/;
const PLAIN_ESCAPES = /\\(?:\\|[nrtbfv]|u(?!\{|00[2-7])|x(?![2-7]))/g;

/** Whether a text could be, or become, a URL or a path that matters, or code. */
export function namesPlaces({ code, texts }: Outline): boolean {
  const all = texts.join('\n');
  if (REACHES.test(code) || REACHES.test(all) || PATH_PART.test(all)) return true;
  if (all.includes('//:')) return true;
  if (URL_PIECES.some(([start, rest]) => start.test(all) && rest.test(all))) return true;
  if (texts.some((text, index) => isHost(text) || (text === 'constructor' && isKey(index, code))))
    return true;
  if (all.includes('\\') && ESCAPE.test(all.replaceAll(PLAIN_ESCAPES, ' '))) return true;
  if (/%[2-7]/.test(all) && /\b(?:decodeURIComponent|unescape)\b/.test(code)) return true;
  if (/\bfrom\s*\(\s*\[\s*\d/.test(code)) return true;
  return piecesJoin({ code, texts });
}

function isHost(text: string): boolean {
  const host = URL_TEXT.exec(text);
  // A host that goes on in the next part of a template is not known here.
  return host !== null && (host[0].length === text.length || namesHost(text));
}

// A text that stands for another: few names have capitals, small letters and digits, or such an end.
const CODED = /^(?=[\w+/\\-]*[a-z])(?=[\w+/\\-]*[A-Z])(?=[\w+/\\-]*[\d=])[\w+/\\-]{6,}={0,2}$/m;
const CODED_HEX = /^(?:[0-9a-f]{2}){4,}$/im;
const NUMBERS = /\bfrom\w{0,12}\s*\(\s*\d|\[\s*(?:0x)?\d\w{0,3}\s*(?:,\s*(?:0x)?\d\w{0,3}\s*){3}/;

/** Whether a text in code stands there with what takes it out of it; nothing here could run it. */
export function decodes({ code, texts }: Outline, isClose: boolean): boolean {
  const isNamed = texts.some(
    (text, index) => /^(?:base64(?:url)?|hex)$/i.test(text) && isKey(index, code),
  );
  if (!isNamed && !DECODES.test(code)) return false;
  const all = texts.join('\n');
  if (isClose || CODED.test(all) || CODED_HEX.test(all) || NUMBERS.test(code)) return true;
  return /\b(?:atob|from|\w{0,20}[dD]ecode\w{0,20})\s*\(\s*["`]/.test(code);
}

/** Whether a text stands last in brackets: `['constructor']`, `toString('hex')`. */
function isKey(index: number, code: string): boolean {
  const end = code.indexOf(`"${index}"`) + `"${index}"`.length;
  return end > index && /^\s*[)\]]/.test(code.slice(end, end + 10));
}

/** `'.s' + 'sh'`: short texts side by side, as no person writes them. */
function piecesJoin({ code, texts }: Outline): boolean {
  for (const [, one, two] of code.matchAll(/"(\d+)"\s*\+\s*(?="(\d+)")/g)) {
    if ((texts[Number(one)]?.length ?? 0) < 12 && (texts[Number(two)]?.length ?? 0) < 12)
      return true;
  }
  return false;
}
