// Tools that a text names and its server does not offer.
import type { Place } from './phrases.ts';

// "the send_email tool", "tool `read_file`": only where the word tool stands beside it; parameters look alike.
const NAMED =
  /\b(?:the|using|use|call|invoke|run) ['"`]?([a-z][a-z0-9]{0,40}(?:[_-][a-z0-9]{1,40}){1,6})['"`]? tool\b|\btool ['"`]([a-z][a-z0-9]{0,40}(?:[_-][a-z0-9]{1,40}){1,6})['"`]/g;
// "the read-only tool", "the per-server tool": of what kind it is.
const KIND =
  /^(?:per|multi|cross|single|non|third|built|same|high|low)-|^[a-z]+-(?:only|line|in|party|source|purpose|specific|server|level|based|side|time|facing|aware|wide|free|style|like|backed|driven|enabled|provided|native|scoped)$/;
const MAX_NAMED = 10;

/** Where the folded text names tools that are not among `toolNames`; nothing if those are unknown. */
export function otherTools(text: string, toolNames: readonly string[]): Place[] {
  if (toolNames.length === 0) return [];
  const own = new Set(toolNames.map(plainName));
  const found: Place[] = [];
  for (const match of text.matchAll(NAMED)) {
    const name = match[1] ?? match[2] ?? '';
    if (KIND.test(name) || isOwn(plainName(name), own)) continue;
    found.push({ start: match.index, end: match.index + match[0].length });
    if (found.length >= MAX_NAMED) break;
  }
  return found;
}

// Clients put a prefix before the names of a server's tools, and texts leave it out.
function isOwn(name: string, own: ReadonlySet<string>): boolean {
  if (own.has(name)) return true;
  return [...own].some((known) => known.endsWith(name) || name.endsWith(known));
}

function plainName(name: string): string {
  return name.toLowerCase().replace(/[^a-z0-9]/g, '');
}
