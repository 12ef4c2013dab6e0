// Which named secrets of the environment are among what is sent, and to whom they belong.
import { parentOf } from '../../nodes.ts';
import type { Node } from '../../parse.ts';
import { calleesOf } from '../flow/callees.ts';
import { CLIENT, CONNECTION, is } from '../flow/kinds.ts';
import { hosts, secretOwners } from '../data.ts';
import { domainOf, isMentioned, placeOf } from '../declared.ts';
import { isSwallowed } from '../shape-of-call.ts';
import { isFunction, lookup } from '../flow/model.ts';
import type { Call, Model } from '../flow/model.ts';
import type { Destination } from './destination.ts';
import { destinationOf } from './destination.ts';
import { CRED_PARSED, TOKEN } from '../flow/labels.ts';
import { keyOf, nameOf, unwrap } from '../flow/names.ts';
import { walkBehind } from '../flow/behind.ts';
import { carried, report } from '../scene.ts';
import type { Scene } from '../scene.ts';

export interface SecretSending {
  node: Node;
  host: string;
  /** Names of environment variables. */
  names: ReadonlySet<string>;
}

const SECRET = /(?:KEY|TOKEN|SECRET|PASSWORD|PASSWD|(?<=_)PASS|AUTH|CREDENTIALS?|PAT|DSN)$/;
const ENVIRONMENT = /^process\.env\.(\w{2,80})$/;
/** Words that say what a secret is, not whose. */
const KIND =
  /^(?:API|APP|APPLICATION|ACCESS|AUTH|BEARER|BOT|CLIENT|KEY|KEYS|TOKEN|SECRET|PASSWORD|PASSWD|PAT|DSN|ID|MCP|SERVER|USER|ACCOUNT|SERVICE|PRIVATE|PUBLIC|PERSONAL|ADMIN|CREDENTIALS?|ORG|MY|DEFAULT|TEST|DEV|PROD)$/;
/** The constructor or maker of a client that a package brings. */
const IMPORTED = /^(?:@[\w.-]+\/|[a-z])[\w./-]{0,80}(?:\.\w{0,30})?$/;

/** Secrets of the environment that are among the values of expressions. */
export function secretsIn(
  model: Model,
  nodes: readonly (Node | null | undefined)[],
  ofCloud: (node: Node) => string | null = () => null,
): Set<string> {
  const found = new Set<string>();
  walkBehind(model, nodes, (node) => {
    const name = ENVIRONMENT.exec(nameOf(model, node) ?? '')?.[1];
    const resolved = ofCloud(node);
    if (name !== undefined && SECRET.test(name)) found.add(name);
    else if (resolved !== null) found.add(resolved);
    else return true;
    return false;
  });
  return found;
}

/** What a call of a client, or the making of one, sends of them; null if none or nobody knows where to. */
export function secretSending(
  scene: Scene,
  call: Call,
  args: readonly Node[],
  sending: { to: Destination } | null,
): SecretSending | null {
  const { model } = scene;
  const name = nameOf(model, call.callee) ?? '';
  // A function that is written here is no client that a package brings.
  const isMade =
    args.some((arg) => arg.type === 'ObjectExpression') &&
    IMPORTED.test(name) &&
    calleesOf(model, call).length === 0;
  if (!isMade && !is(name, CLIENT | CONNECTION)) return null;
  const callee = unwrap(call.callee);
  const receiver = callee.type === 'MemberExpression' ? callee.object : null;
  const to = sending?.to.host ?? destinationOf(scene, args).host;
  const host = to ?? (receiver ? destinationOf(scene, args, receiver).host : null);
  if (host === null) return null;
  const isRequest = is(name, CLIENT | CONNECTION);
  const ofCloud = isRequest ? (node: Node) => cloudSecret(scene, node) : undefined;
  const names = secretsIn(model, [...args, receiver], ofCloud);
  return names.size > 0 ? { node: call, host, names } : null;
}

const CLOUD_FIELD = /^(?:secretAccessKey|sessionToken|aws_secret_access_key|aws_session_token)$/;
const CLOUD_SETTING =
  /^aws-sdk(?:\.default)?\.config\.credentials\.(?:secretAccessKey|sessionToken)$/;

const PASSING =
  /^(?:JSON\.stringify|String|Buffer\.from|btoa|encodeURIComponent|(?:new )?URLSearchParams|Object\.\w{1,12})$/;

/** Worked into something else, such as a signature. */
function isWorkedUp({ model }: Scene, from: Node): boolean {
  for (let at = from, up = parentOf(at), depth = 0; up && depth < 12; depth++) {
    if (
      (up.type === 'CallExpression' || up.type === 'NewExpression') &&
      up.callee !== at &&
      !isFunction(up.callee)
    ) {
      const name = nameOf(model, up.callee) ?? '';
      return !PASSING.test(name) && !is(name, CLIENT | CONNECTION);
    }
    if (isFunction(up)) return false;
    at = up;
    up = parentOf(at);
  }
  return false;
}

/** The secret half of the keys that a client of a cloud resolved, under its name in the environment. */
function cloudSecret(scene: Scene, node: Node): string | null {
  const name = 'AWS_SECRET_ACCESS_KEY';
  if (node.type === 'MemberExpression') {
    if (!CLOUD_FIELD.test(keyOf(scene.model, node) ?? '') || isWorkedUp(scene, node)) return null;
    const isResolved = (carried(scene, node.object) & CRED_PARSED) !== 0;
    return isResolved || CLOUD_SETTING.test(nameOf(scene.model, node) ?? '') ? name : null;
  }
  if (node.type !== 'Identifier') return null;
  const binding = lookup(scene.model, node);
  if (!binding || (carried(scene, node) & TOKEN) === 0) return null;
  const isField =
    CLOUD_FIELD.test(binding.name) ||
    binding.defs.some(({ path }) => CLOUD_FIELD.test(path.at(-1) ?? ''));
  return isField && !isWorkedUp(scene, node) ? name : null;
}

/**
 * A secret that goes to a host of somebody else: its owner's hosts are known, or another place sends it
 * to a host that has its name.
 */
export function judgeSecrets(scene: Scene, sendings: readonly SecretSending[]): void {
  for (const { node, host, names } of sendings) {
    if (hosts.local.test(host) || isMentioned(host, scene.declared)) continue;
    if (isMentioned(domainOf(host), scene.declared)) continue;
    for (const name of names) {
      const owners = secretOwners(name);
      if (isScopeOf(scene.pkg.name, name)) continue;
      const isOwn = owners.some((owner) => host === owner || host.endsWith(`.${owner}`));
      const isKnown = owners.length > 0;
      if (isOwn) continue;
      if (!isKnown && !goesHome(name, host, sendings) && !hasOwnHome(scene, name, host, node))
        continue;
      report(scene, node, {
        ruleId: 'environment-exfiltration',
        severity: 'critical',
        message: isKnown
          ? 'The key of a service is sent to a host that is not that service’s.'
          : 'The key of a service is sent to a second host, which is not that service’s.',
      });
    }
  }
}

/** Nobody but the vendor publishes under its scope: the vendor's key, wherever it goes, is at home. */
function isScopeOf(packageName: string, variable: string): boolean {
  const scope = /^@([\w.-]+)\//.exec(packageName)?.[1]?.toLowerCase() ?? '';
  const [vendor = ''] = variable.toLowerCase().split('_');
  return vendor.length >= 3 && scope.startsWith(vendor);
}

/** Whether the secret goes to a host of its name elsewhere, and this one is another. */
function goesHome(name: string, host: string, sendings: readonly SecretSending[]): boolean {
  const words = name.split('_').filter((word) => word.length >= 3 && !KIND.test(word));
  const isNamed = (one: string) =>
    words.some((word) => one.replaceAll('-', '').includes(word.toLowerCase()));
  if (words.length === 0 || isNamed(host)) return false;
  return sendings.some(
    (other) =>
      other.names.has(name) && isNamed(other.host) && domainOf(other.host) !== domainOf(host),
  );
}

/** `ACME_URL` beside `ACME_TOKEN`: the user says whose the secret is, and this host is written out. */
function hasOwnHome(scene: Scene, name: string, host: string, node: Node): boolean {
  const words = name.split('_');
  while (words.length > 0 && KIND.test(words.at(-1) ?? '')) words.pop();
  const start = words.join('_');
  if (start.length < 3 || !/^\w+$/.test(start)) return false;
  const isNamed = words.some(
    (word) => word.length > 2 && host.replaceAll('-', '').includes(word.toLowerCase()),
  );
  if (isNamed || !isSwallowed(scene, node) || placeOf(host, scene.declared) === 'release')
    return false;
  const { text } = scene.file;
  const uses = [
    ...text.matchAll(new RegExp(`\\b${start}_(?:[A-Z]+_)?${HOME_VARIABLE}\\b`, 'g')),
  ].slice(0, 20);
  // What stands in for the setting is its home as well.
  return (
    uses.length > 0 &&
    !uses.some(({ index }) =>
      DEFAULT.exec(text.slice(index, index + 250))?.[1]?.includes(domainOf(host)),
    )
  );
}

const HOME_VARIABLE =
  '(?:URL|URI|HOST|HOSTNAME|SERVER|ENDPOINT|BASEURL|INSTANCE|DOMAIN|ADDRESS|SITE|ORIGIN)';
/** `ACME_URL || 'https://…'`, `ACME_URL: z.string().default('https://…')`. */
const DEFAULT =
  /^\w{3,80}['"\]]?\s{0,3}(?:\|\||\?\?|[:=,][^;\n]{0,80}\bdefault\w{0,6}\b|\)\s{0,3}(?:\|\||\?\?)|,)([^;\n]{0,120})/;
