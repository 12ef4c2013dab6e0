// Threats by what leaves the machine: environment, credentials, conversations, by any network call.
import { runsAtInstall } from '../closeness.ts';
import type { Node } from '../../parse.ts';
import { candidatesOf } from '../flow/candidates.ts';
import { hosts, patterns } from '../data.ts';
import { hostOf, isMentioned, isOwnByName } from '../declared.ts';
import { evades, gateOf } from '../gates.ts';
import { judgeDns, judgeDnsCommand } from './dns.ts';
import { isSwallowed, usesAnswer } from '../shape-of-call.ts';
import { DNS, EXEC, is } from '../flow/kinds.ts';
import {
  CLIPBOARD,
  CONVERSATION,
  CRED,
  CRED_PARSED,
  ENV,
  ENV_TEXT,
  FILES,
  HOOKED,
  HOST_INFO,
  TOKEN,
  TOOL_ALL,
  TOOL_PART,
  VENDOR_MASK,
  vendorCount,
} from '../flow/labels.ts';
import { isFunction, lookup } from '../flow/model.ts';
import { keyOf, shapeOf, unwrap } from '../flow/names.ts';
import { reachOf } from '../flow/reach.ts';
import { judgeSecrets, secretSending } from './secrets.ts';
import type { SecretSending } from './secrets.ts';
import { noteSink } from '../flow/record.ts';
import { carried, report } from '../scene.ts';
import type { Reach, Scene } from '../scene.ts';
import { sendingOf } from './sendings.ts';
import { isKeyRead, isScreenRead } from '../flow/vocabulary.ts';
import type { Sending } from './sendings.ts';

export function findExfiltration(scene: Scene): void {
  const sendings: Sending[] = [];
  const secrets: SecretSending[] = [];
  const mayHoldSecrets = scene.pkg.isSubject && holdsSecrets(scene.file.text);
  for (const { call, name, args } of scene.calls) {
    if (is(name, DNS))
      for (const asked of candidatesOf(scene, call.arguments[0])) judgeDns(scene, call, asked);
    if (is(name, EXEC)) judgeDnsCommand(scene, call);
    const sending = sendingOf(scene, call, args, name);
    if (sending && sending.labels !== 0) sendings.push(sending);
    const secret = mayHoldSecrets ? secretSending(scene, call, args, sending) : null;
    if (secret) secrets.push(secret, ...mirrored(scene, secret, args));
  }
  judgeSecrets(scene, secrets);
  for (const sending of sendings) judge(scene, sending, sendings);
}

/** `urls.map((url) => post(url, body, { headers }))`: the same to every one of them. */
function mirrored(scene: Scene, secret: SecretSending, args: readonly Node[]): SecretSending[] {
  const hosts = candidatesOf(scene, args[0]).flatMap((one) => hostOf(one) ?? []);
  return [...new Set(hosts)]
    .filter((host) => host !== secret.host)
    .slice(0, 5)
    .map((host) => ({ ...secret, host }));
}

/** `process.env.API_KEY`, `process.env['API_KEY']`, `const { API_KEY } = process.env`. */
const holdsSecrets = (text: string): boolean =>
  (/process(?:\.|\b.{0,20})env/.test(text) && /KEY|TOKEN|SECRET|PASSWORD|AUTH/.test(text)) ||
  /secretAccessKey|sessionToken|aws_secret_access_key/.test(text);

function judge(scene: Scene, sending: Sending, all: Sending[]): void {
  const { node, labels, to, first } = sending;
  if (to.place === 'local') return;
  noteSink(scene, node, 'send', labels, to.place === 'foreign' || to.place === 'drop');
  const isForeign = to.place === 'drop' || to.place === 'foreign' || to.place === 'release';
  // The call that the hook stands for goes where its caller wants.
  const isPassedOn = to.host === null && (carried(scene, first) & HOOKED) !== 0;
  const isOwn =
    to.place === 'own' && !(isOwnByName(to.host, scene.declared) && isSwallowed(scene, node));
  if (labels & HOOKED && !isOwn && !isPassedOn) {
    report(scene, node, {
      ruleId: 'network-hook',
      severity: 'critical',
      confidence: isForeign ? 'high' : 'medium',
      message:
        'A built-in function is replaced by one that sends what it is called with to another place.',
    });
  }
  if (labels & (ENV | ENV_TEXT) || vendorCount(labels) > 1) {
    const isWhole = (labels & (ENV | ENV_TEXT)) !== 0;
    report(scene, node, {
      ruleId: 'environment-exfiltration',
      severity: isForeign || isWhole ? 'critical' : 'high',
      confidence: to.place === 'unknown' ? 'medium' : 'high',
      message: isWhole
        ? 'Environment variables that were not chosen by name are sent over the network.'
        : 'Secrets of several services are collected from the environment and sent over the network.',
    });
  } else if (labels & (VENDOR_MASK | TOKEN)) judgeOneSecret(scene, sending);
  if (labels & (CRED | CRED_PARSED)) judgeCredentials(scene, sending);
  if (labels & CLIPBOARD) judgeWatching(scene, sending, isForeign);
  if (labels & FILES && (isForeign || isOwnByName(to.host, scene.declared)))
    judgeFiles(scene, sending);
  if (labels & HOST_INFO) judgeHostInfo(scene, sending);
  if (labels & (TOOL_ALL | TOOL_PART | CONVERSATION)) judgeConversation(scene, sending, all);
}

function judgeWatching(scene: Scene, { node, to }: Sending, isForeign: boolean): void {
  const reach = reachOf(scene, node);
  const isAsked = reach === 'tool' || reach === 'command';
  // Nobody asked for it: a host that sounds like the package is anybody's as well.
  if (!isForeign && (isAsked || !isOwnByName(to.host, scene.declared))) return;
  // A picture that a tool was asked for may have to be read by another service.
  const isScreen = scene.calls.some(({ name }) => isScreenRead(name));
  if (isScreen && reach === 'tool') return;
  const isTyped = scene.calls.some(({ name }) => isKeyRead(name));
  report(scene, node, {
    ruleId: 'clipboard-exfiltration',
    severity: isAsked ? 'high' : 'critical',
    message: isTyped
      ? 'What is typed in any window is sent over the network.'
      : `The content of the ${isScreen ? 'screen' : 'clipboard'} is sent over the network.`,
  });
}

function judgeOneSecret(scene: Scene, { node, labels, to }: Sending): void {
  const isElsewhere = to.place === 'foreign' || isNamesake(scene, to.host);
  if (labels & TOKEN && isElsewhere && isSwallowed(scene, node)) {
    report(scene, node, {
      ruleId: 'credential-exfiltration',
      severity: 'critical',
      message:
        'A token is sent to a host that it does not belong to, and nobody waits for the answer.',
    });
    return;
  }
  // A service that collects reports may be the one whose tools these are.
  const isLogging =
    to.host !== null && to.place !== 'own' && hosts.logging.test(to.host) && (labels & TOKEN) === 0;
  if (to.place !== 'drop' && !isLogging) return;
  if (/discord|telegram/.test(to.host ?? '')) return;
  report(scene, node, {
    ruleId: 'environment-exfiltration',
    severity: 'high',
    confidence: 'medium',
    message: 'A secret of another service is sent to a place for collecting data.',
  });
}

function judgeCredentials(scene: Scene, { node, to, labels }: Sending): void {
  const text = scene.file.text;
  const isOwner =
    to.host !== null &&
    hosts.owners.some(({ path, host }) => host.test(to.host ?? '') && path.test(text));
  if (isOwner) return;
  const isForeign =
    to.place === 'drop' ||
    to.place === 'foreign' ||
    to.place === 'release' ||
    isNamesake(scene, to.host);
  // A manager of passwords keeps them with its service, a client of file servers brings files there.
  const about = `${scene.pkg.name} ${scene.pkg.manifest.description ?? ''}`;
  if (!isForeign && KEEPS_OR_CARRIES.test(about)) return;
  const isWhole = (labels & CRED) !== 0;
  report(scene, node, {
    ruleId: 'credential-exfiltration',
    severity: isForeign && isWhole ? 'critical' : isForeign ? 'high' : 'moderate',
    confidence: isForeign && isWhole ? 'high' : 'medium',
    message: 'The content of a file or store of credentials is sent over the network.',
  });
}

const KEEPS_OR_CARRIES =
  /\b(?:password|secret|credential|key) ?(?:manag\w+|stores?|vaults?)\b|\b(?:1password|bitwarden|lastpass|dashlane|keepass\w*|vaultwarden|passbolt|infisical|doppler|vault)\b|\b(?:ssh|sftp|scp|rsync)\b/i;

/** Keys that sign: no service needs them, whatever it is called. */
const KEY_STORE = /solana[/\\]id\.json|wallet\.dat|keystore[/\\]|id_(?:rsa|ed25519|ecdsa)\b/;

/** What others store does not belong to a host that merely sounds like the package. */
function isNamesake(scene: Scene, host: string | null): boolean {
  if (!isOwnByName(host, scene.declared)) return false;
  if (KEY_STORE.test(scene.file.text)) return true;
  if (!namesStoreOfOthers(scene)) return false;
  return !scene.declared.words.some((word) =>
    new RegExp(`["'\`/\\\\](?:\\.|\\.config/)${word}`, 'i').test(scene.file.text),
  );
}

/** Also where the name is put together from parts. */
function namesStoreOfOthers({ file, model }: Scene): boolean {
  if (patterns.storeOfOthers.test(file.text)) return true;
  return model.calls.some((call) => patterns.storeOfOthers.test(shapeOf(model, call) ?? ''));
}

const WATCHES = /\bchokidar\b|\bwatchFile\(|\bfs\.watch\(|\.on\(\s{0,3}['"](?:change|add)['"]/;

/** In a bundle the watcher and the request have nothing to do with each other. */
const MAX_WATCHING = 60_000;

/** Files that go out unasked whenever they change, and for which nobody waits to hear an answer. */
function judgeFiles(scene: Scene, { node, to, first }: Sending): void {
  const text = scene.textAround(node);
  if (!scene.pkg.isSubject || text.length > MAX_WATCHING || !WATCHES.test(scene.file.text)) return;
  // A name out of a file of settings stands in many addresses.
  const callee = unwrap(node.callee);
  const isPiped = callee.type === 'MemberExpression' && keyOf(scene.model, callee) === 'pipe';
  if (!isPiped && !node.arguments.slice(1).some((arg) => carried(scene, arg) & FILES)) return;
  if (isMentioned(to.host, scene.declared)) return;
  const reach = reachOf(scene, node);
  if (reach === 'tool' || reach === 'command' || usesAnswer(scene, node)) return;
  if (!isSwallowed(scene, node) || isHeard(scene, first)) return;
  report(scene, node, {
    ruleId: 'fixed-upload',
    severity: 'critical',
    confidence: 'medium',
    message: 'The content of files is sent, unasked, to a host that the package does not declare.',
  });
}

/** `request.on('response', …)`, or a request that was made with a callback. */
function isHeard(scene: Scene, request: Node | undefined): boolean {
  if (request?.type !== 'Identifier') return false;
  const made = lookup(scene.model, request)?.defs.find(({ value }) => value !== null)?.value;
  if (made?.type === 'CallExpression' && made.arguments.some((arg) => isFunction(arg))) return true;
  const name = request.name.replace(/\W/g, '.');
  return new RegExp(`\\b${name}\\.on(?:ce)?\\(\\s*['"]response`).test(scene.file.text);
}

function judgeHostInfo(scene: Scene, { node, to }: Sending): void {
  if (to.place !== 'local' && gateOf(scene, node, evades)) {
    report(scene, node, {
      ruleId: 'host-beacon',
      severity: 'critical',
      message:
        'The names of this machine and its user are sent, though not from machines where somebody may be watching.',
    });
    return;
  }
  if (to.place === 'unknown' || isMentioned(to.host, scene.declared)) return;
  if (to.place === 'own' && !isQuietNamesake(scene, node, to.host)) return;
  const isAtInstall = runsAtInstall(scene.pkg, scene.placeOf(node).file);
  const isUnasked = reachOf(scene, node) === 'start' && isSwallowed(scene, node);
  // How a client introduces itself to a service that answers it.
  const isAgent =
    /user-agent/i.test(scene.file.textOf(node).slice(0, 2_000)) && usesAnswer(scene, node);
  report(scene, node, {
    ruleId: 'host-beacon',
    severity:
      isAgent && !isAtInstall
        ? 'low'
        : to.place !== 'own' && (isAtInstall || to.place === 'drop' || isUnasked)
          ? 'high'
          : 'moderate',
    confidence: isAtInstall ? 'high' : 'medium',
    message:
      'The names of this machine and its user are sent to a host that the package does not declare.',
  });
}

/** A host that merely sounds like the package is told, unasked, and nothing is said of it. */
function isQuietNamesake(
  scene: Scene,
  node: Node,
  host: string | null,
  reaches: readonly Reach[] = ['start', 'unknown'],
): boolean {
  const isQuiet = isSwallowed(scene, node) && !usesAnswer(scene, node);
  if (!isOwnByName(host, scene.declared) || !isQuiet) return false;
  if (!reaches.includes(reachOf(scene, node))) return false;
  return !/telemetry|analytics|usage (?:data|statistics)|heartbeat|crash reports?/i.test(
    scene.declared.readme,
  );
}

/** A tool must send its arguments to do its work; a copy on the side is another matter. */
function judgeConversation(scene: Scene, { node, labels, to }: Sending, all: Sending[]): void {
  const isNamesake =
    (labels & TOOL_ALL) !== 0 &&
    isQuietNamesake(scene, node, to.host, ['start', 'unknown', 'tool']);
  const isDeclared = (to.place === 'own' && !isNamesake) || isMentioned(to.host, scene.declared);
  if (isDeclared || to.place === 'unknown') return;
  const isConversation = (labels & CONVERSATION) !== 0;
  const isSide = isSwallowed(scene, node);
  const others = all.some(
    (other) =>
      other.node !== node &&
      other.to.host !== to.host &&
      // Where the user’s own setting decides, the answer says that it is the one that is asked.
      (other.to.host !== null || usesAnswer(scene, other.node)),
  );
  const isWhole = (labels & TOOL_ALL) !== 0;
  // Where nothing ever comes back from there, the server is not about that service.
  const isUsed = all.some((other) => other.to.host === to.host && usesAnswer(scene, other.node));
  if (
    !isConversation &&
    !(isSide && (isWhole || to.place === 'drop' || others)) &&
    !(isWhole && ((others && !usesAnswer(scene, node)) || to.place === 'drop'))
  )
    return;
  report(scene, node, {
    ruleId: 'conversation-exfiltration',
    severity: isSide && isWhole && !(isNamesake && isUsed) ? 'critical' : 'high',
    confidence: isConversation || to.place === 'drop' || (isSide && isWhole) ? 'high' : 'medium',
    message: isConversation
      ? 'A tool asks for the conversation and sends it to a host that the package does not declare.'
      : 'A copy of what a tool is called with, or of its result, is sent to a host that the package does not declare.',
  });
}
