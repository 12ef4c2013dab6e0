// Tokens that are read but not verified, and passwords that everybody knows.
import type { WeaknessHit } from '../../../types.ts';
import type { SourceFile } from '../file.ts';
import type { Node } from '../parse.ts';
import { OPEN, defaultOf } from './defaults.ts';
import { placeHit } from './place.ts';

const DECODES =
  /^(?:jose[.#](?:decodeJwt|UnsecuredJWT\.decode)|(?:jsonwebtoken|njwt|jwt-simple|fast-jwt)[.#](?:decode|default\.decode)|jwt-decode(?:[.#](?:jwtDecode|default))?|hono\/jwt[.#]decode|@tsndr\/cloudflare-worker-jwt[.#](?:default\.)?decode)$/;
const VERIFIES =
  /\bjwtVerify\b|\bcompactVerify\b|\bjwt\w*\.verify\(|\.verify(?:Access|Id)?(?:Token|Jwt|JWT)?\(|\bverify\w*(?:Token|Jwt|JWT)\b|createVerify\(|createHmac\(|subtle\.verify|timingSafeEqual|express-jwt|express-oauth2-jwt-bearer|passport-jwt|introspect/;
// What a request brings, not what this program sends.
const FROM_REQUEST =
  /\bheaders?(?:\?\.)?(?:\.|\[["'`]|\(["'`]|\.get\(["'`])authorization|\.get\(["'`]authorization|\.header\(["'`]authorization|\b(?:req|request|ctx|c)\.cookies?\b|getCookie\(/i;
const NEAR_CHARS = 3000;
// `JSON.parse(Buffer.from(token.split('.')[1], 'base64url'))`
const BY_HAND = /split\(\s*["'`]\.["'`]\s*\)/;
const LISTENS =
  /\.listen\(|\bserve\(|createServer\(|\bexport default\b|StreamableHTTP|SSEServerTransport|httpStream/;
const NAMES_SECRET =
  /^(?:\w*_)?(?:pass(?:word|wd|phrase)?|pwd|secret|token|api_?key|jwt_?secret|session_?secret|auth_?token|admin_?(?:pass|key|token))$/i;
const ADMITS =
  /authoriz|basic\b|bearer|x-api-key|login|sign\(|session\(|jwt|x-admin|compare|timingSafeEqual|\bauth\b/i;
const TIMES = /^(?:exp|iat|nbf)$/;
const MAX_HITS = 3;

export function tokenFaults(files: readonly SourceFile[]): WeaknessHit[] {
  if (!files.some((file) => LISTENS.test(file.text))) return [];
  return [...unverified(files), ...knownSecrets(files)].slice(0, MAX_HITS);
}

function unverified(files: readonly SourceFile[]): WeaknessHit[] {
  if (files.some((file) => VERIFIES.test(file.text))) return [];
  return files
    .filter((file) => FROM_REQUEST.test(file.text))
    .flatMap((file) => {
      const call =
        file.calls.find(({ name }) => DECODES.test(name))?.node ??
        file.nodesOf('CallExpression').find((node) => decodesByHand(file, node));
      return call ? [tokenHit(file, call)] : [];
    });
}

function decodesByHand(file: SourceFile, node: Node & { type: 'CallExpression' }): boolean {
  if (file.resolve(node.callee) !== 'JSON.parse' && file.textOf(node.callee) !== 'JSON.parse') {
    return false;
  }
  if (asksForEnd(file, node)) return false;
  const text = file.textOf(node);
  const around = file.text.slice(Math.max(0, node.start - NEAR_CHARS), node.end + NEAR_CHARS);
  return /base64|atob/.test(text) && BY_HAND.test(around) && FROM_REQUEST.test(around);
}

/** `const { exp } = …`: until when a token is good, which its own holder asks. */
function asksForEnd(file: SourceFile, node: Node): boolean {
  const user = file.parentOf(node);
  if (user?.type === 'MemberExpression') return TIMES.test(file.textOf(user.property));
  return (
    user?.type === 'VariableDeclarator' &&
    user.id.type === 'ObjectPattern' &&
    user.id.properties.every((one) => one.type === 'Property' && TIMES.test(file.textOf(one.key)))
  );
}

const tokenHit = (file: SourceFile, node: Node): WeaknessHit =>
  placeHit(file, node, {
    ruleId: 'token-not-verified',
    severity: 'high',
    confidence: 'medium',
    message: 'A token of those who connect is decoded, and nothing verifies its signature',
  });

/** `process.env.ADMIN_PASSWORD || 'admin'` where it decides who may come in. */
function knownSecrets(files: readonly SourceFile[]): WeaknessHit[] {
  return files
    .filter((file) => ADMITS.test(file.text))
    .flatMap((file) =>
      file.nodesOf('LogicalExpression').flatMap((node) => {
        if (node.operator === '&&') return [];
        const setting = /^process\.env\.(\w+)$/.exec(file.resolve(node.left) ?? '')?.[1];
        if (setting === undefined || !NAMES_SECRET.test(setting) || OF_ANOTHER.test(setting))
          return [];
        const value = defaultOf(file, node.right);
        if (value === OPEN || typeof value !== 'string' || value === '') return [];
        return isCompared(file, node) ? [secretHit(file, node)] : [];
      }),
    );
}

// What the server itself signs in with elsewhere.
const OF_ANOTHER =
  /^(?:MYSQL|MARIADB|PG|POSTGRES(?:QL)?|DB|DATABASE|REDIS|VALKEY|MONGO(?:DB)?|MSSQL|SQL(?:SERVER)?|ORACLE|NEO4J|CLICKHOUSE|ELASTIC(?:SEARCH)?|OPENSEARCH|RABBITMQ|AMQP|MQTT|SMTP|IMAP|FTP|SSH)_/;

const secretHit = (file: SourceFile, node: Node): WeaknessHit =>
  placeHit(file, node, {
    ruleId: 'default-password',
    severity: 'high',
    confidence: 'medium',
    message:
      'A password that everybody can read in the code lets in those who connect, unless another is set',
  });

/** It is held against what a request brings, or signs what the server believes later. */
function isCompared(file: SourceFile, node: Node): boolean {
  const holder = file.parentOf(node);
  const name =
    holder?.type === 'VariableDeclarator' && holder.id.type === 'Identifier'
      ? holder.id.name
      : null;
  const uses =
    name === null
      ? file.text.slice(Math.max(0, node.start - 200), node.end + 200)
      : linesWith(file, name);
  return /[!=]==?|Equal\(|sign\(|verify\(|secret:|session\(|users:|Basic |compare/.test(uses);
}

function linesWith(file: SourceFile, name: string): string {
  const lines = file.text.split('\n').filter((line) => line.includes(name));
  return lines.slice(0, 40).join('\n').slice(0, 8000);
}
