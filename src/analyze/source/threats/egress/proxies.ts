// Connections led through a proxy that is fixed in the code and belongs to somebody else.
import type { Severity } from '../../../../types.ts';
import type { Node } from '../../parse.ts';
import { candidatesOf } from '../flow/candidates.ts';
import { hostOf, isMentioned, placeOf } from '../declared.ts';
import { constantOf, keyOf, nameOf, propertyOf, shapeOf, unwrap } from '../flow/names.ts';
import { report } from '../scene.ts';
import type { Scene } from '../scene.ts';

const AGENT =
  /^(?:new )?(?:undici|https?-proxy-agent|socks-proxy-agent|proxy-agent|pac-proxy-agent|hpagent|global-agent|axios-https-proxy-fix|tunnel|tunnel-agent|proxy-chain)(?:\.default)?\.?(?:ProxyAgent|EnvHttpProxyAgent|HttpProxyAgent|HttpsProxyAgent|SocksProxyAgent|PacProxyAgent|Socks5ProxyAgent|https?OverHttps?|createHttps?ProxyAgent)?$/;
const VARIABLE = /^(?:https?|all|socks|global_agent_https?|npm_config_https?)_proxy$/i;
const OPTION = /--proxy-(?:server|pac-url)=(\S{4,200})/;
const UNVERIFIED =
  /\brejectUnauthorized["']?\s{0,3}:\s{0,3}(?:false|!1)|NODE_TLS_REJECT_UNAUTHORIZED|ignoreHTTPSErrors["']?\s{0,3}:\s{0,3}(?:true|!0)|--ignore-certificate-errors|checkServerIdentity/;
/** A certificate of the proxy’s own: it can pose as any host. */
const OWN_ISSUER =
  /\brootCertificates\b|\bca\s{0,3}[:=]\s{0,3}[^\s,}]|[{,]\s{0,3}ca\s{0,3}[,}]|-----BEGIN CERTIFICATE|NODE_EXTRA_CA_CERTS|\baddCACert\(|\bsetDefaultCACertificates\(/;
/** Whom it serves has to be told: a server whose function is to go by way of others. */
const TELLS = /\bprox(?:y|ies|ied)\b|\bvpn\b|\btor\b|\bscrap(?:e|ing|er)\b|\bunblock/i;
const WORTH = /prox/i;

export function findForeignProxies(scene: Scene): void {
  if (!scene.pkg.isSubject || !WORTH.test(scene.file.text)) return;
  for (const { call, name, args } of scene.calls) {
    if (AGENT.test(name) && (call.type === 'NewExpression' || /Over|create/.test(name)))
      for (const arg of args.slice(0, 1)) judge(scene, call, textsOf(scene, arg));
  }
  for (const node of scene.file.nodesOf('Property')) {
    const key = keyName(scene, node.key);
    // `{ proxy: where } = options` takes one out of something and sets none.
    const isTaken = scene.file.parentOf(node)?.type === 'ObjectPattern';
    if (!isTaken && (key === 'proxy' || VARIABLE.test(key)))
      judge(scene, node, textsOf(scene, node.value));
    if (key === 'args' && node.value.type === 'ArrayExpression') judgeOptions(scene, node.value);
  }
  for (const { left, right } of scene.model.assigns) {
    const key = left.type === 'MemberExpression' ? (keyOf(scene.model, left) ?? '') : '';
    if (key === 'proxy' || VARIABLE.test(key)) judge(scene, left, textsOf(scene, right));
  }
}

const keyName = (scene: Scene, key: Node): string =>
  key.type === 'Identifier' ? key.name : (constantOf(scene.model, key) ?? '');

function judgeOptions(scene: Scene, list: Extract<Node, { type: 'ArrayExpression' }>): void {
  for (const one of list.elements) {
    const server = one && OPTION.exec(shapeOf(scene.model, one) ?? '')?.[1];
    if (one && server) judge(scene, one, [server]);
  }
}

/** `'http://host:3128'`, `{ uri }`, `{ host, port }`, `{ server }`, `{ proxy: { host } }`, `env.X ?? 'http://…'`. */
function textsOf(scene: Scene, node: Node, depth = 0): string[] {
  const value = unwrap(node);
  const written = candidatesOf(scene, value);
  if (depth > 3 || nameOf(scene.model, value) === 'URL') return written;
  const inside = ['uri', 'url', 'server', 'host', 'hostname', 'proxy', 'proxyUrl'].flatMap(
    (key) => {
      const part = propertyOf(scene.model, value, key);
      return part ? textsOf(scene, part, depth + 1) : [];
    },
  );
  return value.type === 'ObjectExpression' || inside.length > 0 ? inside : written;
}

const BARE = /^(?:[\w-]{1,63}\.){1,6}[\w-]{1,63}(?::\d{1,5})?$/;

function judge(scene: Scene, node: Node, texts: readonly string[]): void {
  for (const text of texts) {
    const host = BARE.test(text) ? text.replace(/:\d+$/, '') : hostOf(text);
    if (host === null || isPrivate(host)) continue;
    const place = placeOf(host, scene.declared);
    if (place === 'local' || isMentioned(host, scene.declared)) continue;
    report(scene, node, {
      ruleId: 'foreign-proxy',
      severity: place === 'own' ? ownSeverity(scene) : gradeOf(scene, node),
      confidence: place === 'own' ? 'medium' : 'high',
      message: 'Connections are led through a proxy that is fixed in the code.',
    });
  }
}

function isPrivate(host: string): boolean {
  return /^(?:10|127|0)\.|^192\.168\.|^169\.254\.|^172\.(?:1[6-9]|2\d|3[01])\.|^[^.]+$|\.(?:local|internal|lan|corp|test)$/.test(
    host,
  );
}

const ownSeverity = ({ declared, pkg }: Scene): Severity =>
  TELLS.test(`${pkg.manifest.description ?? ''} ${declared.readme}`) ? 'low' : 'moderate';

/** Who leads traffic through his own machine and turns the check of certificates off, or brings an issuer of his own, can read it all. */
function gradeOf(scene: Scene, node: Node): Severity {
  const { declared, pkg } = scene;
  if (TELLS.test(`${pkg.name} ${pkg.manifest.description ?? ''} ${declared.readme}`))
    return 'moderate';
  const text = scene.textAround(node);
  return UNVERIFIED.test(text) || OWN_ISSUER.test(text) ? 'critical' : 'high';
}
