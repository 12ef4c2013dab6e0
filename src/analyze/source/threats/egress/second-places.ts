// A second place beside the user's own: a broker, mail server, store or database that is fixed in the code.
import { walkTree } from '../../nodes.ts';
import type { Node } from '../../parse.ts';
import { hostOf, isMentioned, isOwnByName, placeOf } from '../declared.ts';
import { walkBehind } from '../flow/behind.ts';
import { plainKey } from '../flow/model.ts';
import { constantOf, nameOf, shapeOf, unwrap } from '../flow/names.ts';
import { report } from '../scene.ts';
import type { Scene } from '../scene.ts';

/** What makes a connection for the user's own data, by kind: only places of one kind stand beside each other. */
const KINDS: readonly RegExp[] = [
  /^(?:new )?(?:mqtt|async-mqtt|@mqtt\/\w{1,20})\.(?:connect(?:Async)?|MqttClient)$|^new mqtt\b/,
  /^(?:nodemailer(?:\.default)?\.createTransport|new (?:emailjs\.)?SMTPClient|new smtp-\w{1,20}|sendmail|new nodemailer-\w{1,30})$/,
  /^new (?:@aws-sdk\/client-s3\.(?:S3Client|S3)|aws-sdk(?:\.default)?\.S3|minio(?:\.(?:default\.)?Client)?|@google-cloud\/storage\.Storage|@azure\/storage-blob\.\w{1,40}|backblaze-b2)$|^webdav\.createClient$|^@azure\/storage-blob\.\w{1,40}\.from\w{1,40}$/,
  /^(?:new (?:ioredis(?:\.\w{1,20})?|redis\.\w{1,20}|@upstash\/redis\.Redis)|redis(?:\.default)?\.createCl\w{1,10})$/,
  /^(?:new (?:pg(?:\.default)?\.(?:Pool|Client)|mongodb\.MongoClient|@clickhouse\/\w{1,20}|neo4j-driver\.\w{1,20}|sequelize\.Sequelize|knex)|(?:mysql2?(?:\/promise)?|mysql2\.promise)(?:\.default)?\.create(?:Pool|Connection)|postgres|knex|mongoose\.(?:connect|createConnection)|mongodb\.MongoClient\.connect|@clickhouse\/client\.createClient|@libsql\/client\.createClient)$/,
  /^(?:amqplib(?:\/callback_api)?(?:\.default)?\.connect|new (?:kafkajs\.)?Kafka|new kafkajs\.Kafka|nats\.connect|stompit\.connect|new @stomp\/stompjs\.Client|new rhea\b.{0,20}|rhea\.connect)$/,
  /^(?:new (?:@elastic\/elasticsearch|@opensearch-project\/opensearch)\.Client|new (?:meilisearch|typesense|@influxdata\/[\w-]{1,40}|@qdrant\/[\w-]{1,40})(?:\.\w{1,30}){0,2})$/,
  /^(?:new (?:ssh2-sftp-client|ssh2(?:\.default)?\.Client|basic-ftp\.Client|imapflow\.ImapFlow|imap)|(?:new )?(?:ssh2-sftp-client|basic-ftp\.Client|ssh2\.Client)(?:\(\))?\.(?:connect|access))$/,
];
const HOST_KEY =
  /^(?:url|uri|host|hostname|server|servers?|brokers?|brokerUrl|endpoint|endPoint|node|nodes|baseURL|address|connectionString|connection|serviceUrl)$/;
const ADDRESS =
  /^(?:(?:mqtts?|wss?|tcp|ssl|tls|smtps?|rediss?|postgres(?:ql)?|mysql|mongodb(?:\+srv)?|amqps?|nats|stomp|kafka|https?|s?ftps?|imaps?):)\/\//i;
const BARE = /^(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.){1,8}[a-z][a-z0-9-]{1,23}(?::\d{1,5})?$/i;
const FILE = /\.(?:js|json|txt|md|pem|crt|key|db|sqlite3?|log|csv|ya?ml|sock)$/i;
const VARIABLE = /^(?:process\.env|import\.meta\.env|(?:\w{1,20}\.){0,2}env)\.([A-Z]\w{1,80})$/;
const HOST_VARIABLE =
  /(?:URL|URI|HOST|HOSTNAME|SERVER|ENDPOINT|BROKERS?|NODE|ADDRESS|DSN|BUCKET|CONNECTION(?:_STRING)?)$/;
const MAX_PLACES = 60;

interface Place {
  /** Of an environment variable that names it; null if none does. */
  variable: string | null;
  /** Written out, or what stands in for the variable. */
  host: string | null;
  call: Node;
}

export function findSecondPlaces(scene: Scene): void {
  if (!scene.pkg.isSubject) return;
  for (const kind of KINDS) {
    const places: Place[] = [];
    for (const { call, name, args } of scene.calls) {
      const made = call.type === 'NewExpression' ? `new ${name.replace(/^new /, '')}` : name;
      if (!(kind.test(name) || kind.test(made)) || places.length > MAX_PLACES) continue;
      const found = placesIn(scene, call, args.slice(0, 3));
      places.push(...(found.length > 0 ? found : [{ variable: null, host: null, call }]));
    }
    if (places.length > 1) judge(scene, places);
  }
}

/** Every host, and every variable that names one, among the arguments and what stands behind them. */
export function placesIn(scene: Scene, call: Node, args: readonly Node[]): Place[] {
  const { model } = scene;
  const found: Place[] = [];
  const defaults = new Set<Node>();
  walkBehind(model, args, (node) => {
    if (defaults.has(node) || found.length > MAX_PLACES) return false;
    const variable = variableOf(scene, node);
    if (variable !== null) {
      if (isHostPlace(scene, node, variable)) found.push({ variable, host: null, call });
      return false;
    }
    if (node.type === 'LogicalExpression' && node.operator !== '&&') {
      const asked = variableIn(scene, node.left);
      const host = asked === null ? null : hostIn(scene, node.right);
      if (asked === null || host === null) return true;
      walkTree(node, (part) => void defaults.add(part));
      found.push({ variable: asked, host, call });
      return false;
    }
    const host = isTextNode(node) ? hostIn(scene, node) : null;
    if (host !== null) found.push({ variable: null, host, call });
    return true;
  });
  return found;
}

const isTextNode = ({ type }: Node): boolean => type === 'Literal' || type === 'TemplateLiteral';

/** `process.env.X`, or `env.X` with what a caller hands over. */
function variableOf(scene: Scene, node: Node): string | null {
  if (node.type !== 'MemberExpression') return null;
  const name = nameOf(scene.model, node) ?? scene.file.textOf(node).slice(0, 120);
  return VARIABLE.exec(name)?.[1] ?? null;
}

function variableIn(scene: Scene, node: Node): string | null {
  let found: string | null = null;
  walkBehind(scene.model, [node], (part) => {
    found ??= variableOf(scene, part);
    return found === null;
  });
  return found;
}

/** In a place for hosts, or by a name for them. */
function isHostPlace(scene: Scene, node: Node, variable: string): boolean {
  if (HOST_VARIABLE.test(variable)) return true;
  const holder = scene.file.parentOf(node);
  return holder?.type === 'Property' && HOST_KEY.test(plainKey(holder.key));
}

/** The host in a text: with a scheme anywhere, bare only under a key for hosts. */
function hostIn(scene: Scene, node: Node): string | null {
  const value = unwrap(node);
  const text = constantOf(scene.model, value) ?? shapeOf(scene.model, value);
  if (text === null || text.length > 500 || FILE.test(text)) return null;
  if (ADDRESS.test(text)) return hostOf(text);
  if (!BARE.test(text)) return null;
  for (let at: Node | null = value; at; at = scene.file.parentOf(at)) {
    if (at.type === 'Property') return HOST_KEY.test(plainKey(at.key)) ? bareOf(text) : null;
    if (at.type === 'VariableDeclarator')
      return at.id.type === 'Identifier' &&
        /host|server|relay|broker|url|endpoint|domain/i.test(at.id.name)
        ? bareOf(text)
        : null;
    if (at.type === 'CallExpression' || at.type === 'BlockStatement') return null;
  }
  return null;
}

const bareOf = (text: string): string => text.replace(/:\d+$/, '').toLowerCase();

function judge(scene: Scene, places: readonly Place[]): void {
  for (const place of places) {
    const { host, variable, call } = place;
    if (host === null || !isStrange(scene, host)) continue;
    const isBeside = places.some(
      (other) =>
        other !== place &&
        other.host !== host &&
        (other.variable === null ? other.host === null : other.variable !== variable) &&
        // What merely stands in for a setting is the only place there is.
        (variable === null || other.variable !== null),
    );
    if (!isBeside) continue;
    report(scene, call, {
      ruleId: 'fixed-upload',
      severity: 'critical',
      confidence: 'medium',
      message:
        'Beside the place that the user names there is a second one of the same kind, which is fixed in the code.',
    });
  }
}

/** Neither this machine's, nor declared, nor told of. */
export function isStrange({ declared }: Scene, host: string): boolean {
  if (isMentioned(host, declared)) return false;
  const place = placeOf(host, declared);
  return place === 'foreign' || place === 'drop' || isOwnByName(host, declared);
}
