// Certificates that nobody verifies, unless a setting asks for it.
import type { WeaknessHit } from '../../../types.ts';
import type { SourceFile } from '../file.ts';
import type { ServerSource } from '../package-context.ts';
import type { Node } from '../parse.ts';
import { isFunction } from '../scope.ts';
import { OPEN, defaultOf, runsByDefault } from './defaults.ts';
import { handedDefault } from './handed-settings.ts';
import { placeHit } from './place.ts';
import { inSettings, isSettings } from './tls-settings.ts';

// Options that turn verification off where they have this value.
const OPTIONS: ReadonlyMap<string, boolean> = new Map([
  ['rejectUnauthorized', false],
  ['strictSSL', false],
  ['strictSsl', false],
  ['sslValidate', false],
  ['verifySsl', false],
  ['verifySSL', false],
  ['verify_ssl', false],
  ['tlsAllowInvalidCertificates', true],
  ['tlsAllowInvalidHostnames', true],
  ['tlsInsecure', true],
  ['insecureSkipVerify', true],
  ['skipTLSVerify', true],
  ['allowUnauthorized', true],
  ['strictHostKeyChecking', false],
]);
/** Versions and ciphers that were given up because they can be broken. */
const WEAK: Readonly<Record<string, RegExp>> = Object.assign(Object.create(null), {
  minVersion: /^(?:TLSv1(?:\.1)?|SSLv[23])$/,
  maxVersion: /^(?:TLSv1(?:\.1)?|SSLv[23])$/,
  secureProtocol: /^(?:TLSv1(?:_1)?|SSLv[23])_(?:client_|server_)?method$/,
  ciphers: /SECLEVEL=0|\b(?:aNULL|eNULL|NULL|EXPORT|RC4|DES)\b(?<![!-]\w{1,6})/,
}) as Record<string, RegExp>;
const OUTDATED = 'Connections may be made with versions or ciphers of TLS that can be broken';
const PROCESS_WIDE = 'NODE_TLS_REJECT_UNAUTHORIZED';
const MAX_HITS = 5;
const MAX_CHARS = 400_000;
/** A request that says who asks, wherever it is written. */
const SENT =
  /\b[aA]uthorization\b|\bBearer \$|x-api-key|\bsetRequestHeader\(|\bauth\s{0,3}:\s{0,3}\{|\b[A-Z][A-Z0-9_]{0,40}_(?:PASS(?:WORD|WD|PHRASE)?|TOKEN|SECRET|API_?KEY)\b/;
const WORTH =
  /rejectUnauthorized|strictSSL|sslValidate|verify_?SSL|tlsAllowInvalid|tlsInsecure|insecureSkipVerify|skipTLSVerify|allowUnauthorized|NODE_TLS_REJECT_UNAUTHORIZED|checkServerIdentity|hostVerifier|minVersion|maxVersion|secureProtocol|ciphers|StrictHostKeyChecking|http\.sslVerify|--insecure\b|no-check-certificate|GIT_SSL_NO_VERIFY|ignoreHTTPSErrors/i;

export function tlsFaults(
  files: readonly SourceFile[],
  { dataPaths, dataOf }: Pick<ServerSource, 'dataPaths' | 'dataOf'>,
): WeaknessHit[] {
  const faulty = files.filter((file) => WORTH.test(file.text));
  const settings = [...dataPaths].filter((path) => isSettings(path, dataOf(path) ?? ''));
  if (faulty.length === 0 && settings.length === 0) return [];
  const sends = files.some(({ text }) => text.length < MAX_CHARS && SENT.test(text));
  return [
    ...faulty.flatMap((file) => [
      ...options(file, files, sends),
      ...assignments(file, files, sends),
      ...ofPrograms(file),
    ]),
    ...settings.flatMap((path) => inSettings(path, dataOf(path) ?? '', files, OPTIONS, sends)),
  ].slice(0, MAX_HITS);
}

function options(file: SourceFile, files: readonly SourceFile[], sends: boolean): WeaknessHit[] {
  return file.nodesOf('Property').flatMap((node) => {
    if (node.computed || file.parentOf(node)?.type !== 'ObjectExpression') return [];
    const key = node.key.type === 'Identifier' ? node.key.name : String(file.constant(node.key));
    if (key === 'checkServerIdentity' && answersNothing(file, node.value))
      return judged(file, node, true, sends ? 'high' : 'moderate');
    if (key === 'hostVerifier' && answersYes(file, node.value))
      return judged(file, node, true, 'high');
    if (WEAK[key]?.test(String(file.constant(node.value) ?? '')))
      return judged(file, node, true, 'moderate', OUTDATED);
    const off = OPTIONS.get(key);
    if (off === undefined) return [];
    const turnedOff = isOff(files, file, node.value, off) && !isOfOwnMachine(file, node);
    return judged(file, node, turnedOff, weight(file, sends));
  });
}

/** `{ host: '127.0.0.1', verifySsl: false }`: nobody stands between. */
function isOfOwnMachine(file: SourceFile, node: Node): boolean {
  const object = file.parentOf(node);
  if (object?.type !== 'ObjectExpression') return false;
  return object.properties.some(
    (one) =>
      one.type === 'Property' &&
      one.key.type === 'Identifier' &&
      /^(?:host|hostname|server)$/.test(one.key.name) &&
      /^(?:localhost|127(?:\.\d{1,3}){3}|::1)$/.test(String(file.constant(one.value))),
  );
}

/** `process.env.NODE_TLS_REJECT_UNAUTHORIZED = '0'` and `options.rejectUnauthorized = false`. */
function assignments(
  file: SourceFile,
  files: readonly SourceFile[],
  sends: boolean,
): WeaknessHit[] {
  return file.nodesOf('AssignmentExpression').flatMap((node) => {
    const { left, right } = node;
    if (left.type !== 'MemberExpression') return [];
    const key = left.computed ? file.constant(left.property) : file.textOf(left.property);
    if (key === PROCESS_WIDE) {
      const value = defaultOf(file, right);
      return judged(file, node, value === '0' || value === 0, 'high');
    }
    if (key === 'checkServerIdentity' && answersNothing(file, right))
      return judged(file, node, true, sends ? 'high' : 'moderate');
    const off = key === null ? undefined : OPTIONS.get(key);
    if (off === undefined) return [];
    return judged(file, node, isOff(files, file, right, off), weight(file, sends));
  });
}

/** Options of programs, as texts: `ssh -o StrictHostKeyChecking=no`, `git -c http.sslVerify=false`. */
const OF_PROGRAMS =
  /\bStrictHostKeyChecking[= ](?:no|off)\b|\bhttp\.sslVerify[= ]?false\b|\bcurl\b[^|;&\n]{0,200}\s(?:-[a-zA-Z]{0,5}k[a-zA-Z]{0,5}|--insecure)\b|^--no-check-certificate$|\bwget\b[^|;&\n]{0,200}--no-check-certificate|--insecure-skip-tls-verify\b(?!=false)/;

function ofPrograms(file: SourceFile): WeaknessHit[] {
  return [...file.nodesOf('Literal'), ...file.nodesOf('TemplateLiteral')].flatMap((node) => {
    const text = file.text.slice(node.start + 1, Math.min(node.end - 1, node.start + 500));
    return OF_PROGRAMS.test(text) ? judged(file, node, true, 'high') : [];
  });
}

const SECRETS = /authorization|bearer|\btoken|_TOKEN|api[-_]?key|passw(?:or)?d|secret/i;

/** Off for everybody who has not turned it on, and secrets go that way. */
const weight = (file: SourceFile, sends: boolean): 'high' | 'moderate' =>
  sends || SECRETS.test(file.text) ? 'high' : 'moderate';

const isOff = (
  files: readonly SourceFile[],
  file: SourceFile,
  value: Node,
  off: boolean,
): boolean => {
  const own = defaultOf(file, value);
  const known = own === OPEN ? handedDefault(files, file, value) : own;
  return known !== OPEN && known !== undefined && Boolean(known) === off;
};

function judged(
  file: SourceFile,
  node: Node,
  isTurnedOff: boolean,
  severity: 'high' | 'moderate' = 'moderate',
  told = 'Certificates of the other side are not verified unless a setting asks for it',
): WeaknessHit[] {
  const runs = isTurnedOff && runsByDefault(file, node);
  if (runs === false) return [];
  const isSure = runs === true;
  return [
    placeHit(file, node, {
      ruleId: 'tls-not-verified',
      severity: isSure ? severity : 'low',
      confidence: isSure ? 'high' : 'low',
      message: isSure ? told : 'Certificates of the other side are not verified in some cases',
    }),
  ];
}

/** `() => true`, `(key, done) => done(true)`. */
function answersYes(file: SourceFile, node: Node): boolean {
  if (node.type === 'Identifier') {
    const made = file.bindingOf(node.name, node)?.init ?? null;
    return made !== null && made.type !== 'Identifier' && answersYes(file, made);
  }
  if (!isFunction(node) || !node.body) return false;
  const text = file.textOf(node.body).trim();
  return /^(?:\{\s*)?(?:return\s+)?(?:\w+\()?(?:true|!0)\)?\s*;?(?:\s*\})?$/.test(text);
}

/** `() => undefined`, `() => {}`, or a function of the file that is one of these. */
function answersNothing(file: SourceFile, node: Node): boolean {
  if (node.type === 'Identifier') {
    const made = file.bindingOf(node.name, node)?.init ?? null;
    return made !== null && made.type !== 'Identifier' && answersNothing(file, made);
  }
  if (!isFunction(node) || !node.body) return false;
  const body: Node = node.body;
  if (body.type === 'BlockStatement') {
    return body.body.every((one) => one.type === 'ReturnStatement' && !one.argument);
  }
  if (body.type === 'Literal') return !body.value;
  return body.type === 'Identifier' ? body.name === 'undefined' : body.type === 'UnaryExpression';
}
