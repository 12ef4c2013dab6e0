// What holds for the server as a whole and decides how bad a fault of one tool is.
import { bareText } from '../bare-text.ts';
import type { ServerSource } from '../package-context.ts';
import type { Habits } from './faults.ts';
import { MAX_OWN_CHARS, TRANSPORT } from './server.ts';

// zx quotes what is put into a command; `$.quote = (x) => x` ends that.
const DROPS_QUOTING =
  /(?:\.quote\s*=|\bquote:)\s*(?:async\s*)?(?:\(?\s*(\w{1,40})\s*\)?\s*=>\s*(?:\1\b|String\(\1\)|`\$\{\1\}`|\{\s*return \1\b)|function\s*\w*\((\w{1,40})\)\s*\{\s*return \2\b|\(?\w*identity|noop|String\b)/;

const READ_ONLY_SESSION =
  /\b(?:begin|start)\s+(?:transaction\s+)?(?:isolation level [\w ]{1,30},? )?read\s+only|transaction\s+read\s+only|default_transaction_read_only|SQLITE_OPEN_READONLY|OPEN_READONLY|\bquery_only\b|[?&]mode=ro\b|\breadonly:\s*(?!false)|\breadOnly:\s*true|accessMode|READ_ONLY\b|ApplicationIntent\s*=\s*ReadOnly/i;
// A transaction that the text itself may end, and nothing beside it.
const READ_ONLY_TRANSACTION =
  /\b(?:begin|start)\s+(?:transaction\s+)?(?:isolation level [\w ]{1,30},? )?read\s+only|\bset\s+transaction\s+read\s+only/i;
const HELD_OTHERWISE =
  /default_transaction_read_only|SQLITE_OPEN_READONLY|OPEN_READONLY|\bquery_only\b|[?&]mode=ro\b|\breadonly:\s*(?!false)|accessMode|ApplicationIntent\s*=\s*ReadOnly|sql-parser|ast-parser|libpg|pgsql-parser|sqlparse|\b(?:includes|indexOf|split|endsWith|replace|test|match|search)\([^()]{0,20};|\/[^/\n]{0,40};[^/\n]{0,40}\/[gimsu]{0,4}\.test\(|\bpg-cursor\b|queryMode/i;
const FULL_RIGHTS = /SERVICE_ROLE|service_role|MASTER_KEY|ADMIN_SECRET|X-Hasura-Admin-Secret/;
// To refuse such a key is no use of it.
const REFUSES = /if\s*\(\s*process\.env\.\w*SERVICE_ROLE\w*\s*\)/;

// The address that a name leads to is looked at.
const LOOKS_AT_ADDRESS =
  /BlockList\(|ipaddr\w*\.|\bisIP(?:v[46])?\(|request-filtering-agent|ssrf|(?:is)?private-?_?ip|isPrivate\w*\(/i;
// `mime.lookup()` is another matter.
const LOOKS_UP = /\b(?:lookup|resolve[46]?)(?:Async|Promise)?\(|\blookup:/;
const DNS = /["'](?:node:)?dns(?:\/promises)?["']|\bdns\w{0,10}\./;
// Names and addresses of the own network are refused; others that lead there are not.
const LOOKS_AT_NAME = /169\\?\.254|192\\?\.168|["'`/^(|]10\\?\./;
// Packages that are for nothing else.
const FILTERS =
  /["'](?:request-filtering-agent|private-ip|is-private-ip|ip-private|is-ip-private|[@\w/-]{0,40}ssrf[\w/-]{0,40})["']/;
const IMPORTS = /^\s*(?:import\b.*|(?:const|var|let)\b.*\brequire\(.*)$/gm;

function addressLookOf(texts: readonly string[]): Habits['addressLook'] {
  if (texts.some((text) => FILTERS.test(text))) return 'address';
  const bodies = texts.map((text) => text.replaceAll(IMPORTS, ''));
  if (bodies.some((text, index) => LOOKS_UP.test(text) && DNS.test(texts[index] ?? '')))
    return 'address';
  if (bodies.some((text) => LOOKS_AT_ADDRESS.test(text))) return 'address';
  return bodies.some((text) => LOOKS_AT_NAME.test(text)) ? 'name' : 'nothing';
}

const OPENS_BROWSER = /--allow-file-access(?:-from-files)?\b|--disable-web-security\b/;
const SHOWS_FILES = /\.(?:goto|loadURL|loadFile|screenshot|pdf)\(/;
const NAMES_FILES = /pathToFileURL\(|file:\/\//;
// Scripts are off, or requests looked at.
const GUARDS_BROWSER =
  /setJavaScriptEnabled\(\s*false|javaScriptEnabled:\s*false|setRequestInterception\(\s*true|\.route\(\s*['"`]\*\*|default-src/;
// What makes markup harmless.
const CLEANS =
  /["'](?:isomorphic-)?dompurify["']|["']sanitize-html["']|["']xss["']|["']escape-html["']|["']he["']|["']html-escaper["']|["']@braintree\/sanitize/;

function browserOf(texts: readonly string[]): Habits['browser'] {
  const has = (pattern: RegExp) => texts.some((text) => pattern.test(text));
  if (has(CLEANS)) return 'guarded';
  if (has(OPENS_BROWSER)) return 'open';
  if (has(GUARDS_BROWSER)) return 'guarded';
  const isShown = texts.some((text) => SHOWS_FILES.test(text) && NAMES_FILES.test(text));
  return isShown ? 'files' : 'plain';
}

export function habitsOf(server: ServerSource): Habits {
  const texts = [...server.files.values()]
    .filter(({ text }) => text.length < MAX_OWN_CHARS)
    .map(bareText);
  const has = (pattern: RegExp) => texts.some((text) => pattern.test(text));
  return {
    isShared: has(TRANSPORT) && !has(/StdioServerTransport|["'`]stdio["'`]/),
    isUnquoted: has(DROPS_QUOTING),
    addressLook: addressLookOf(texts),
    browser: browserOf(texts),
    isReadOnlySession: has(READ_ONLY_SESSION),
    isHeldByTransaction: has(READ_ONLY_TRANSACTION) && !has(HELD_OTHERWISE),
    hasFullRights: has(FULL_RIGHTS) && !has(REFUSES),
    ranges: server.manifest.dependencies,
  };
}
