// Weaknesses of the server as a whole: who may connect to it, and what it leaves behind.
import type { SurfaceFact, ToolDefinition, WeaknessHit } from '../../../types.ts';
import { bareText } from '../bare-text.ts';
import type { SourceFile } from '../file.ts';
import type { ServerSource } from '../package-context.ts';
import { archiveFaults } from './archives.ts';
import { grantFaults } from './grants.ts';
import { listeners, type Listener } from './listeners.ts';
import { scopeFaults } from './oauth-scopes.ts';
import { placeHit } from './place.ts';
import { redirectFaults } from './redirects.ts';
import { tlsFaults } from './tls.ts';
import { tokenFaults } from './tokens.ts';

export const TRANSPORT =
  /\b(?:StreamableHTTPServerTransport|SSEServerTransport|StreamableHTTPTransport|StreamableHttpServerTransport|httpStream|WebStandardStreamableHTTPServerTransport)\b/;
const AUTHENTICATES =
  /authoriz|requireBearerAuth|bearer|x-api-key|apiKeyAuth|jsonwebtoken|verifyToken|authenticate|basicAuth|AUTH_TOKEN|timingSafeEqual/i;
const CHECKS_ORIGIN =
  /enableDnsRebindingProtection|allowedHosts|allowedOrigins|headers\.origin|headers\[['"]origin['"]\]|[gG]et\(['"]origin['"]\)|header\(['"]origin['"]\)|verifyClient|\binfo\.origin\b|[gG]et\(['"]host['"]\)|header\(['"]host['"]\)|headers\.host|hostHeaderValidation|createMcpExpressApp|localhostHostValidation/;
const SHARES_WITH_ALL =
  /\bcors(?:_\d+)?(?:\.default\)?)?\(\s*\)|\borigin:\s*(?:["'`]\*["'`]|true\b)|Access-Control-Allow-Origin["'`]\s*[,:]\s*["'`]\*["'`]/i;
const HARMFUL: ReadonlySet<string> = new Set([
  'shell',
  'process-spawn',
  'file-write',
  'file-delete',
]);
// Verbs of tools that nobody wants to leave to everybody on the network.
const HARMFUL_NAME =
  /(?:^|[_-])(?:delete|remove|drop|erase|wipe|purge|flash|switch|toggle|unlock|lock|arm|disarm|reboot|restart|shutdown|stop|kill|deploy|transfer|pay|refund|exec|execute|run|install|uninstall|write|reset|format|terminate|power|open|set)(?:[_-]|$)/i;
const SERVES =
  /\b(?:https?|http2|net|node_https?)\w{0,12}(?:\.default)?\.createServer\(|\bcreateServer\(|\b(?:express|fastify|Fastify|polka)(?:_\d+)?(?:\.default\)?)?\(|new (?:Hono|Koa|WebSocketServer)\b/;
const RUNS_BODY = /\b(?:exec|execSync|spawn|spawnSync|execFile|eval)\(|new Function\(/;
// Answers calls of tools itself, and not over stdio only.
const ANSWERS = /["'`]tools\/call["'`]/;
const SOCKETS =
  /\bnew\s+(?:\w+\.)?WebSocketServer\(|\bnew\s+\w*(?:WebSocket|ws)\w*\.Server\(|upgradeWebSocket\(|\buWS\b.{0,20}\.App\(/i;
const TAKES_BODY =
  /\.(?:post|put|patch|delete)\(\s*["'`]|["'`](?:POST|PUT|PATCH|DELETE)["'`]\s*(?:===?|:)|method\s*===?\s*["'`](?:POST|PUT|PATCH|DELETE)/;
const CHANGES_BODY =
  /\b(?:writeFile|writeFileSync|appendFile|unlink|rm|rmSync|exec|execSync|spawn|execFile|outputFile|insert|update|delete)\s*\(/;
const LOGS =
  /\b(?:winston|pino|bunyan|log4js|tslog|loglevel|sendLoggingMessage|auditLog|audit_log|logger)\b/;
// The SDK speaks of all this itself; bundles say nothing about the server.
export const MAX_OWN_CHARS = 400_000;

export function serverFaults(server: ServerSource, surface: SurfaceFact): WeaknessHit[] {
  const files = [...server.files.values()].filter((file) => file.text.length < MAX_OWN_CHARS);
  const hits = [
    ...openListener(files, surface),
    ...archiveFaults(files),
    ...tlsFaults(files, server),
    ...redirectFaults(files),
    ...tokenFaults(files),
    ...scopeFaults(server, surface),
    ...grantFaults(files),
  ];
  if (surface.tools.length > 0 && files.length > 0) hits.push(...habits(files));
  return hits;
}

function openListener(files: readonly SourceFile[], surface: SurfaceFact): WeaknessHit[] {
  const serving = files.filter((file) => TRANSPORT.test(file.text));
  const [first] = serving;
  if (files.some((file) => AUTHENTICATES.test(withoutClients(bareText(file))))) return [];
  if (!first) return [...homeMadeListener(files), ...homeMadeBridge(files)];
  const hits: WeaknessHit[] = [];
  const open = listeners(files).find(({ isOpen }) => isOpen !== false);
  if (open) hits.push(openTransport(open, surface));
  if (!files.some((file) => CHECKS_ORIGIN.test(bareText(file)))) {
    hits.push(openToPages(files, first, surface));
  }
  return hits;
}

const isDeclaredHarmful = ({ annotations, handlerCapabilities: can = [] }: ToolDefinition) =>
  annotations.destructiveHint === true || can.some((one) => HARMFUL.has(one));

/** By what it does, by what it says of itself, or by its name. */
const isHarmfulTool = (tool: ToolDefinition): boolean =>
  tool.annotations.readOnlyHint !== true &&
  (isDeclaredHarmful(tool) || HARMFUL_NAME.test(tool.name.replaceAll(/([a-z])(?=[A-Z])/g, '$1_')));

/** No check of who asks; where answers are shared with every origin, not even DNS is in the way. */
function openToPages(
  files: readonly SourceFile[],
  first: SourceFile,
  { tools }: SurfaceFact,
): WeaknessHit {
  const sharing = files.find((file) => SHARES_WITH_ALL.test(file.text));
  if (sharing && tools.some(isDeclaredHarmful)) {
    return placeHit(sharing, sharing.program, {
      ruleId: 'no-rebinding-protection',
      severity: 'high',
      confidence: 'medium',
      message:
        'The HTTP transport lets every web page call it (CORS for all origins), and its tools change or delete',
    });
  }
  return placeHit(first, first.program, {
    ruleId: 'no-rebinding-protection',
    severity: 'low',
    confidence: 'medium',
    message:
      'The HTTP transport does not check Host or Origin; a web page can reach it through DNS rebinding',
  });
}

/** The SDK's transport on every interface: its tools are everybody's. */
function openTransport({ file, node, isOpen }: Listener, { tools }: SurfaceFact): WeaknessHit {
  const isExplicit = isOpen === true;
  const runs = tools.some(({ handlerCapabilities: can }) => can?.includes('shell') === true);
  const isHarmful = runs || tools.some(isHarmfulTool);
  const what = runs
    ? ', and its tools run commands'
    : isHarmful
      ? ', and its tools change or delete'
      : '';
  return placeHit(file, node, {
    ruleId: 'open-network-server',
    severity: !isExplicit ? 'low' : isHarmful ? 'high' : 'moderate',
    confidence: isExplicit ? 'medium' : 'low',
    message: isExplicit
      ? `The server listens on every network interface and asks nobody who they are${what}`
      : 'The server listens without naming an interface, which means all, and asks nobody who they are',
  });
}

/** A server beside the SDK's transports; one that also starts programs hands them to the network. */
function homeMadeListener(files: readonly SourceFile[]): WeaknessHit[] {
  const open = listeners(files.filter((file) => SERVES.test(file.text))).find(
    ({ isOpen }) => isOpen === true,
  );
  if (!open) return [];
  const runs = RUNS_BODY.test(open.file.text);
  // What a page of anybody may send, it may also change.
  const isShared = SHARES_WITH_ALL.test(open.file.text) && TAKES_BODY.test(open.file.text);
  return [
    placeHit(open.file, open.node, {
      ruleId: 'open-network-server',
      severity: runs || isShared ? 'high' : 'moderate',
      confidence: 'medium',
      message: runs
        ? 'A server on every network interface asks nobody who they are and starts programs'
        : isShared
          ? 'A server on every network interface asks nobody who they are, and every web page may change what it keeps'
          : 'A server listens on every network interface and asks nobody who they are',
    }),
  ];
}

/** MCP spoken by hand over HTTP or a WebSocket: pages may open a socket to any host, whatever CORS says. */
function homeMadeBridge(files: readonly SourceFile[]): WeaknessHit[] {
  if (files.some((file) => CHECKS_ORIGIN.test(bareText(file)))) return [];
  const bridge = files.find(
    (file) =>
      ANSWERS.test(file.text) && (SHARES_WITH_ALL.test(file.text) || SOCKETS.test(file.text)),
  );
  const sharing =
    bridge ??
    (files.some((file) => ANSWERS.test(file.text))
      ? files.find((file) => SHARES_WITH_ALL.test(file.text) || SOCKETS.test(file.text))
      : undefined);
  if (!sharing) return [];
  const isHarmful = files.some((file) => CHANGES_BODY.test(file.text));
  return [
    placeHit(sharing, sharing.program, {
      ruleId: 'no-rebinding-protection',
      severity: isHarmful ? 'high' : 'moderate',
      confidence: 'medium',
      message: isHarmful
        ? 'Every web page that the user opens can call the tools (no look at Origin), and they change things'
        : 'Every web page that the user opens can call the tools: nothing looks at Origin',
    }),
  ];
}

/** Sending a token to an API is no authentication of those who connect. */
function withoutClients(text: string): string {
  return text.replace(
    /["'`]?Authorization["'`]?\s*[:,\]]\s*[`"'].{0,20}|Bearer \$\{.{0,60}\}/g,
    '',
  );
}

function habits(files: readonly SourceFile[]): WeaknessHit[] {
  const [first] = files;
  if (!first || files.some((file) => LOGS.test(file.text))) return [];
  return [
    placeHit(first, first.program, {
      ruleId: 'no-audit-log',
      severity: 'info',
      confidence: 'low',
      message: 'No log of the calls that the server carries out was found',
    }),
  ];
}
