// What a value may carry, as bits, and how a property access or a use changes it.

/** The environment, or a part that was not chosen by name. */
export const ENV = 1;
/** The environment as text or bytes. */
export const ENV_TEXT = 1 << 1;
/** The path of a file with credentials. */
export const CRED_PATH = 1 << 2;
/** What stands in such a file. */
export const CRED = 1 << 3;
/** Such a file after parsing: its fields are chosen by name. */
export const CRED_PARSED = 1 << 4;
export const AGENT_PATH = 1 << 5;
export const HOOK_PATH = 1 << 6;
export const AUTOSTART_PATH = 1 << 7;
export const SSH_PATH = 1 << 8;
export const CI_PATH = 1 << 9;
/** The home directory, or the root. */
export const HOME = 1 << 10;
/** Came over the network. */
export const REMOTE = 1 << 11;
/** Came out of a decoder. */
export const DECODED = 1 << 12;
/** All arguments of a tool call, or a whole request or result. */
export const TOOL_ALL = 1 << 13;
export const TOOL_PART = 1 << 14;
/** Who and where this machine is. */
export const HOST_INFO = 1 << 15;
/** A connection or request that can be written to. */
export const SOCKET = 1 << 16;
/** A process that runs a shell, or one of its streams. */
export const SHELL = 1 << 17;
/** What a function put in the place of a built-in one was called with. */
export const HOOKED = 1 << 18;
/** What stands on the clipboard or the screen. */
export const CLIPBOARD = 1 << 19;
/** Text hidden in characters that nothing shows. */
export const INVISIBLE = 1 << 20;
/** A value of the environment that belongs to one vendor; five groups. */
export const VENDORS = [1 << 21, 1 << 22, 1 << 23, 1 << 24, 1 << 25] as const;
export const VENDOR_MASK = VENDORS.reduce((mask: number, bit) => mask | bit, 0);
/** Data about the machine and its user that is listed or searched file by file. */
export const FILES = 1 << 26;
/** A token of a forge or registry, or one out of a file of credentials. */
export const TOKEN = 1 << 27;
/** The conversation, or what the model was told, as a parameter. */
export const CONVERSATION = 1 << 28;

/** A parameter of a function that other files may call. */
export const PARAM = 1 << 29;
/** Came out of another file of the package: of the first import, of any other. */
export const LINKS = [1 << 30, 1 << 31] as const;
export const LINKED = LINKS[0] | LINKS[1];

const PATHS = CRED_PATH | AGENT_PATH | HOOK_PATH | AUTOSTART_PATH | SSH_PATH | CI_PATH | HOME;
/** Objects that unknown functions reduce to what they need. */
const WHOLE = ENV | TOOL_ALL | SOCKET | SHELL | CRED_PARSED | HOOKED | REMOTE | DECODED;

/** What a secret is called in a file of them. */
const SECRET_FIELD = /token|auth|secret|passw|api_?key|credential/i;

/** A part of such a file that is still several secrets. */
const SECTION =
  /^(?:default|profiles?|auths|hosts?|accounts|tokens|credentials|users?|clusters?|contexts?|sessions|mcpServers|env)$|[./]/;

/** After `value.key`. */
export function named(labels: number, key: string): number {
  let left = labels & ~(ENV | TOOL_ALL | CRED_PARSED);
  if (labels & CRED_PARSED && SECTION.test(key)) left |= CRED_PARSED;
  else if (labels & CRED_PARSED && SECRET_FIELD.test(key)) left |= TOKEN;
  if (labels & TOOL_ALL) left |= TOOL_PART;
  return left;
}

/** After a function that we do not know. */
export function throughUnknown(labels: number): number {
  return labels & ~WHOLE;
}

/** After being written out as text. */
export function asText(labels: number): number {
  let left = labels & ~(PATHS & ~CRED_PATH);
  if (labels & ENV) left |= ENV_TEXT;
  if (labels & CRED_PARSED) left |= CRED;
  return left;
}

/** After being taken apart into bits and put together again. */
export function asCode(labels: number): number {
  const data = CRED | ENV_TEXT | TOKEN | CLIPBOARD | HOST_INFO | TOOL_PART | VENDOR_MASK;
  return asText(labels) & data;
}

/** How many vendors' secrets are among the labels. */
export function vendorCount(labels: number): number {
  return VENDORS.filter((bit) => (labels & bit) !== 0).length;
}
