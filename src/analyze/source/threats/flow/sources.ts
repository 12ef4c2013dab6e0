// Calls that values come from, and calls that change their form.
import { parentOf } from '../../nodes.ts';
import type { Node } from '../../parse.ts';
import { functionsIn } from './callees.ts';
import type { Flow } from './callees.ts';
import { candidatesOf } from './candidates.ts';
import { isChannel, pathLabels } from '../data.ts';
import { keysOfClient } from './cloud-keys.ts';
import { decoded } from './decoders.ts';
import { CLIENT, CLIP_READ, CONNECTION, DECODER, EXEC, HOST, READ, is } from './kinds.ts';
import {
  asText,
  CLIPBOARD,
  CRED,
  CRED_PARSED,
  CRED_PATH,
  DECODED,
  ENV_TEXT,
  FILES,
  HOME,
  HOOKED,
  HOST_INFO,
  REMOTE,
  SHELL,
  SOCKET,
  throughUnknown,
  TOOL_ALL,
  TOOL_PART,
} from './labels.ts';
import { lookup } from './model.ts';
import type { Call } from './model.ts';
import { constantOf, HOLE, keyOf, shapeOf, unwrap, valueOf } from './names.ts';
import * as calls from './vocabulary.ts';

/** Where a cloud hands its machines the keys that they act with. */
const MACHINE_KEYS =
  /^https?:\/\/(?:169\.254\.169\.254|metadata\.google\.internal|169\.254\.170\.2)\b.{0,80}(?:security-credentials|oauth2\/token|service-accounts)/;
/** Turns the text of a file of settings into an object. */
const PARSER =
  /^(?:JSON\.parse|JSON5\.parse|json5\.parse|jsonc-parser\.parse|comment-json\.parse|yaml\.(?:parse|load)|js-yaml\.load|ini\.parse|dotenv\.parse|(?:smol-|@iarna\/)?toml\.parse)$/;
const READS_CREDENTIALS =
  /\b(?:gh auth token|npm (?:config get \S{0,60}(?:auth|token|passw)|token\b)|gcloud auth print-\w{0,20}-?token|aws configure (?:get|export)|security (?:find-|dump-)\S{0,20}|op item get|git credential fill)/;

/** Programs that find keys in files. */
const SEARCHES_SECRETS =
  /^(?:\S*\/)?(?:trufflehog|gitleaks|noseyparker|detect-secrets|ggshield|kingfisher)\b/;
/** Started without a file: the program comes over the standard input. */
const READS_PROGRAM =
  /^(?:\S*\/)?(?:node|python3?|perl|ruby|php|bun|deno|pwsh)(?:\.exe)?(?: (?:-|--input-type=\w+|-i|run -|--no-warnings))*$/;

const SECRET_FILE =
  /(?:^|[^\w.])\\?\.(?:env|npmrc|netrc|git-credentials|ssh|aws)\b|\bid_(?:rsa|ed25519)|wallet\.dat|keystore/;

/** A database in a file: what is asked of it stands in the file. */
const DATABASE =
  /^(?:better-sqlite3|sqlite3(?:\.verbose\(\))?\.Database|sqlite\.DatabaseSync|sqlite\.open|bun:sqlite\.Database|sql\.js\.Database|classic-level(?:\.ClassicLevel)?|level(?:\.Level)?)$/;

/** Wraps a text, a stream or an address without changing what it stands for. */
const PASSING =
  /^(?:Buffer\.concat|escape|encodeURIComponent|encodeURI|btoa|Blob|File|URL\.createObjectURL|url\.pathToFileURL|readline\.createInterface|stream\.Readable\.from(?:Web)?)$/;

const SOCKET_FILE = /(?:socket|sock|pipe|ipc)_?(?:path|file|name)$/i;

/** `net.connect(this.socketPath)`: a text alone is a file, through which programs of one machine talk. */
function isOnMachine(flow: Flow, { arguments: args }: Call): boolean {
  const [first] = args;
  if (!first || args.length > 2) return false;
  const shape = shapeOf(flow.model, first) ?? '';
  if (/\.sock$|^\\\\[.?]\\pipe\\/.test(shape)) return true;
  const value = unwrap(first);
  const name =
    value.type === 'Identifier'
      ? value.name
      : value.type === 'MemberExpression'
        ? (keyOf(flow.model, value) ?? '')
        : '';
  return SOCKET_FILE.test(name) && (!args[1] || /Function/.test(args[1].type));
}

/** Labels of calls that are sources or change the form; null for any other call. */
export function sourceLabels(
  flow: Flow,
  node: Call,
  name: string,
  given: number,
  first: () => number,
): number | null {
  if (is(name, READ)) {
    const path = first();
    return path & CRED_PATH || isPickedByName(flow, node) ? CRED : FILES | (path & HOME);
  }
  if (name === 'https.get' || name === 'http.get') return SOCKET | REMOTE;
  if (is(name, CONNECTION)) return isOnMachine(flow, node) ? 0 : SOCKET;
  if (is(name, CLIENT))
    return REMOTE | (MACHINE_KEYS.test(shapeOf(flow.model, node.arguments[0]) ?? '') ? CRED : 0);
  if (/^dns(?:\.promises)?\.resolveTxt$/.test(name)) return REMOTE;
  if (is(name, HOST)) return HOST_INFO;
  if (is(name, CLIP_READ) || calls.isScreenRead(name) || calls.isKeyRead(name)) return CLIPBOARD;
  if (DATABASE.test(name)) return given & (CRED_PATH | CRED) ? CRED : 0;
  if (name === 'os.homedir') return HOME;
  if (is(name, EXEC)) return execLabels(flow, node);
  if (is(name, DECODER)) return decoded(flow, node, name, given);
  if (name === 'URL') return throughUnknown(given) | (given & REMOTE);
  if (PASSING.test(name)) return given;
  if (isChannel(name)) return REMOTE;
  if (
    name === 'JSON.stringify' ||
    name === 'util.inspect' ||
    name === 'querystring.stringify' ||
    name === 'new URLSearchParams' ||
    name === 'URLSearchParams' ||
    name === 'String'
  ) {
    return asText(given);
  }
  // The names of what a tool was called with say little.
  if (name === 'Object.keys') return given & ~(CRED_PARSED | TOOL_ALL | TOOL_PART);
  if (PARSER.test(name)) return given & CRED ? CRED_PARSED | (given & ~CRED) : given;
  if (
    /^(?:Object\.(?:entries|values|assign|fromEntries|freeze)|structuredClone|Array\.from|Promise\.(?:all|resolve|allSettled|race))$/.test(
      name,
    )
  ) {
    return given;
  }
  if (name === 'Buffer.from' || name === 'Buffer' || name === 'new Buffer') {
    const encoding = constantOf(flow.model, node.arguments[1]);
    const isDecoding = encoding !== null && /^(?:base64|base64url|hex)$/i.test(encoding);
    return asText(given) | (isDecoding ? DECODED : 0);
  }
  // `const req = inner.apply(this, args)` in the place of `http.request`: what its caller sends.
  if (/^https?\.(?:request|get)\.(?:apply|call)\(\)\.getHeaders?$/.test(name)) return HOOKED;
  return keysOfClient(node, name) || null;
}

/** `if (/\.env/.test(name)) read(path)`: what is read was chosen for being a secret. */
function isPickedByName(flow: Flow, node: Node): boolean {
  for (let at = node, depth = 0; depth < 8; depth++) {
    const parent = parentOf(at);
    if (!parent || flow.model.fnOf.has(parent)) return false;
    if (parent.type === 'IfStatement' && parent.consequent === at) {
      const test = flow.model.text.slice(parent.test.start, parent.test.end).slice(0, 300);
      if (
        SECRET_FILE.test(test) &&
        /\.(?:test|endsWith|startsWith|includes|match)\(|===?/.test(test)
      )
        return !/^\s*!/.test(test);
    }
    at = parent;
  }
  return false;
}

function execLabels(flow: Flow, node: Call): number {
  const first = shapeOf(flow.model, node.arguments[0]) ?? '';
  const rest = propertyTexts(flow, node.arguments[1]);
  const line = `${first} ${rest}`.trim();
  if (IS_SHELL.test(first) || READS_PROGRAM.test(line)) return SHELL;
  if (!first.replaceAll(HOLE, '') && handsShell(flow, node.arguments[0])) return SHELL;
  if (/^(?:env|printenv|set|export -p)(?:$|\s*[|>])/.test(line)) return ENV_TEXT;
  if (/\b(?:pbpaste|xclip -o|xsel -o|Get-Clipboard)\b/.test(line)) return CLIPBOARD;
  if (READS_CREDENTIALS.test(line) || SEARCHES_SECRETS.test(line)) return CRED;
  if (
    /\b(?:cat|type|less|tar|zip|base64)\s/.test(line) &&
    line.split(/[\s'"]+/).some((word) => pathLabels(word) & CRED_PATH)
  ) {
    return CRED;
  }
  return /\b(?:curl|wget)\b/.test(line) ? REMOTE : 0;
}

const IS_SHELL =
  /^(?:\/(?:usr\/)?bin\/)?(?:ba|z|da|k)?sh(?: -i)?$|^(?:cmd(?:\.exe)?|powershell(?:\.exe)?)$/;

/** Whether a caller hands over a shell: `start(socket, ['/bin/sh', '-i'])`, `start({ file: SHELLS[os] || 'sh' })`. */
const handsShell = (flow: Flow, program: Node | undefined): boolean =>
  flow.isClose && candidatesOf(flow, program).some((text) => IS_SHELL.test(text));

/** The texts of a written-out list, joined. */
export function propertyTexts(flow: Flow, node: Node | null | undefined): string {
  const list = node ? unwrap(node) : null;
  if (list?.type === 'Identifier') {
    const value = lookup(flow.model, list)?.defs.find((def) => def.kind === 'init')?.value;
    return value && value !== node ? propertyTextsOf(flow, unwrap(value)) : '';
  }
  if (list?.type === 'MemberExpression') {
    const value = valueOf(flow.model, list);
    return value ? propertyTextsOf(flow, unwrap(value)) : '';
  }
  return list ? propertyTextsOf(flow, list) : '';
}

function propertyTextsOf(flow: Flow, list: Node): string {
  if (list.type !== 'ArrayExpression') return '';
  return list.elements
    .map((one) =>
      one?.type === 'SpreadElement'
        ? spreadTexts(flow, one.argument)
        : (shapeOf(flow.model, one) ?? HOLE),
    )
    .join(' ');
}

/** `...names.map((name) => `${name}@latest`)`, `...OPTIONS` */
function spreadTexts(flow: Flow, node: Node): string {
  const value = unwrap(node);
  const callee = value.type === 'CallExpression' ? unwrap(value.callee) : null;
  if (value.type !== 'CallExpression' || callee?.type !== 'MemberExpression')
    return propertyTexts(flow, value) || HOLE;
  const [made] = value.arguments.flatMap(
    (arg) => functionsIn(flow.model, arg)[0]?.returns[0] ?? [],
  );
  return (made && shapeOf(flow.model, made)) ?? HOLE;
}
