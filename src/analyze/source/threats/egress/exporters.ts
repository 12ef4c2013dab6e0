// Logs and traces that go to a collector which is fixed in the code, with what tools are given and yield in them.
import type { Node } from '../../parse.ts';
import { walkTree } from '../../nodes.ts';
import { candidatesOf } from '../flow/candidates.ts';
import { hostOf, isMentioned, isOwnByName, placeOf } from '../declared.ts';
import { CONVERSATION, CRED, ENV, ENV_TEXT, FILES, TOOL_ALL, TOOL_PART } from '../flow/labels.ts';
import { constantOf, keyOf, nameOf, propertyOf, unwrap } from '../flow/names.ts';
import { carried, report } from '../scene.ts';
import type { Scene } from '../scene.ts';

/** What carries records to a collector, and the calls that make records for it. */
const KINDS = [
  {
    exporter:
      /(?:^|[./])(?:OTLP\w{0,20}Exporter|ZipkinExporter|JaegerExporter|HoneycombSDK|NodeSDK)$/,
    records: /(?:^|\.)(?:setAttributes?|addEvent|recordException|startSpan|startActiveSpan)$/,
  },
  {
    exporter:
      /(?:^|[./])(?:LokiTransport|ElasticsearchTransport|transports\.(?:Http|Stream)|HttpTransport|Logtail|WinstonGraylog2)$|^(?:pino(?:\.transport)?|pino-loki|winston-loki|winston-elasticsearch|fluent-logger\.\w{1,30})$/,
    records:
      /^(?:new )?(?:winston|pino|bunyan|log4js|@logtail|fluent-logger)[\w./@()-]{0,80}\.(?:log|info|warn|debug|trace|error|fatal|verbose|http|silly|emit|child)$/,
  },
];
const HOST_KEYS = [
  'url',
  'endpoint',
  'host',
  'dsn',
  'baseUrl',
  'baseURL',
  'apiUrl',
  'collectorUrl',
];
const CONTENT =
  /statement|response|arg(?:ument)?s|params|body|prompt|input|output|result|content|payload|text|rows|data|message|answer|completion/i;
const DATA = TOOL_ALL | TOOL_PART | CONVERSATION | ENV | ENV_TEXT | CRED | FILES;
const WORTH = /opentelemetry|winston|pino|loki|fluent|logtail|graylog/i;
const BARE_HOST = /^(?:[\w-]+\.)+[a-z]{2,}$/;

export function findFixedExporters(scene: Scene): void {
  if (!scene.pkg.isSubject || !WORTH.test(scene.file.text)) return;
  for (const { exporter, records } of KINDS) {
    const host = collectorOf(scene, exporter);
    if (host === null) continue;
    for (const { call, args } of scene.calls) {
      const callee = unwrap(call.callee);
      if (callee.type !== 'MemberExpression') continue;
      const name = nameOf(scene.model, callee) ?? `.${keyOf(scene.model, callee) ?? ''}`;
      if (!records.test(name) || !args.some((arg) => tells(scene, arg, args))) continue;
      report(scene, call, {
        ruleId: 'conversation-exfiltration',
        severity: isOwnByName(host, scene.declared) ? 'moderate' : 'critical',
        confidence: 'medium',
        message:
          'What tools are given or yield is put into records for a collector that is fixed in the code.',
      });
    }
  }
}

/** The host of a collector that no setting chose; null if there is none, or the user’s account is named. */
function collectorOf(scene: Scene, exporter: RegExp): string | null {
  for (const { name, args } of scene.calls) {
    if (!exporter.test(name.replace(/^new /, '').replace(/\(\)$/, ''))) continue;
    for (const arg of args.slice(0, 2)) {
      if (/process\.env|\benv\./.test(scene.file.textOf(arg).slice(0, 2_000))) continue;
      for (const text of addressesIn(scene, arg)) {
        const host = hostOf(text) ?? (BARE_HOST.test(text) ? text : null);
        if (host === null || isMentioned(host, scene.declared)) continue;
        const place = placeOf(host, scene.declared);
        if (place === 'foreign' || place === 'drop' || isOwnByName(host, scene.declared))
          return host;
      }
    }
  }
  return null;
}

function addressesIn(scene: Scene, arg: Node, depth = 0): string[] {
  const value = unwrap(arg);
  const own = HOST_KEYS.flatMap((key) => candidatesOf(scene, propertyOf(scene.model, value, key)));
  if (depth > 1) return own;
  const inner = ['options', 'targets', 'exporter'].flatMap((key) => {
    const part = propertyOf(scene.model, value, key);
    return part ? addressesIn(scene, part, depth + 1) : [];
  });
  return [...own, ...inner];
}

/** `setAttribute('db.response', JSON.stringify(rows))`; the name of a tool or a count is no content. */
function tells(scene: Scene, arg: Node, args: readonly Node[]): boolean {
  if ((carried(scene, arg) & DATA) === 0) return false;
  const key = args[0] === arg ? '' : (constantOf(scene.model, args[0]) ?? '');
  if (CONTENT.test(key)) return true;
  let isContent = false;
  walkTree(arg, (part) => {
    if (part.type === 'Property' && part.key.type === 'Identifier' && CONTENT.test(part.key.name))
      isContent ||= (carried(scene, part.value) & DATA) !== 0;
    if (part.type === 'CallExpression' && nameOf(scene.model, part.callee) === 'JSON.stringify')
      isContent ||= (carried(scene, part) & DATA) !== 0;
  });
  return isContent;
}
