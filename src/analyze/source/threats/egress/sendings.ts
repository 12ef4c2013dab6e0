// Calls that carry something out of the machine: what they carry, and where to.
import { once } from '../../once.ts';
import type { Node } from '../../parse.ts';
import { candidatesOf } from '../flow/candidates.ts';
import { domainOf, hostOf, placeOf } from '../declared.ts';
import { destinationOf } from './destination.ts';
import type { Destination } from './destination.ts';
import { CLIENT, EXEC, is } from '../flow/kinds.ts';
import { asText, CRED, CRED_PATH, ENV_TEXT, REMOTE, SOCKET } from '../flow/labels.ts';
import type { Call } from '../flow/model.ts';
import { keyOf, propertyOf, shapeOf, unwrap } from '../flow/names.ts';
import { carried, carriedByAll, named } from '../scene.ts';
import type { Scene } from '../scene.ts';
import { serviceSending } from './services.ts';
import { copySending } from './file-copies.ts';

export interface Sending {
  node: Call;
  /** What is called with, `this` of a `call` left out. */
  first: Node | undefined;
  labels: number;
  /** Looked for when first asked for: most calls carry nothing that matters. */
  readonly to: Destination;
}
interface Found {
  node: Call;
  labels: number;
  to: () => Destination;
}

/** What a call sends, and where; null for a call that sends nothing. */
export function sendingOf(
  scene: Scene,
  call: Call,
  args: readonly Node[],
  name: string,
): Sending | null {
  const found = find(scene, call, args, name);
  if (!found) return null;
  const { node, labels } = found;
  const to = once(found.to);
  return {
    node,
    labels,
    first: args[0],
    get to() {
      return to();
    },
  };
}

function find(scene: Scene, call: Call, args: readonly Node[], name: string): Found | null {
  if (
    is(name, CLIENT) ||
    name === 'https.get' ||
    name === 'http.get' ||
    name === 'https.request' ||
    name === 'http.request'
  ) {
    return {
      node: call,
      labels: carriedByAll(scene, args) | bodyLabels(scene, args) | madeWith(scene, call),
      to: () => clientDestination(scene, call, args),
    };
  }
  if (
    name === 'new WebSocket' ||
    name === 'new EventSource' ||
    name === 'new ws' ||
    name === 'new Image'
  ) {
    return {
      node: call,
      labels: carried(scene, args[0]),
      to: () => destinationOf(scene, args),
    };
  }
  if (is(name, EXEC)) return commandSending(scene, call);
  const copied = copySending(scene, call, args);
  if (copied) return copied;
  const service = serviceSending(scene, call, args);
  if (service) return { ...service, to: () => service.to };
  const callee = unwrap(call.callee);
  if (callee.type !== 'MemberExpression' || args.length === 0) return null;
  const method = keyOf(scene.model, callee) ?? '';
  const received = carried(scene, callee.object);
  if (/^(?:write|end|send|emit|sendMessage|post)$/.test(method) && received & SOCKET) {
    const { object } = callee;
    const to = () => {
      const there = destinationOf(scene, args, object);
      if (there.host !== null) return there;
      const given = destinationOf(scene, args);
      // `socket.send(bytes, 0, length, port, host)`
      return given.host === null && args.length > 3 ? destinationOf(scene, args.slice(3)) : given;
    };
    return { node: call, labels: carriedByAll(scene, args), to };
  }
  if (method === 'pipe' && carried(scene, args[0]) & SOCKET) {
    return { node: call, labels: received, to: () => destinationOf(scene, [], args[0]) };
  }
  if (/^(?:send|field|attach|json|body|form|query|set)$/.test(method) && received & REMOTE) {
    return {
      node: call,
      labels: carriedByAll(scene, args) | asText(carriedByAll(scene, args)),
      to: () => destinationOf(scene, [], callee.object),
    };
  }
  // Clients of chat, mail and storage services whose library we do not list.
  if (
    /^(?:sendMail|sendDocument|sendMessage|createMessage|putObject|upload|createGist|capture|track|post|put)$/.test(
      method,
    )
  ) {
    const labels = carriedByAll(scene, args) & (ENV_TEXT | CRED);
    const to = () => receiverOf(scene, args[0]) ?? destinationOf(scene, args);
    return { node: call, labels, to };
  }
  const given = args[0] ? unwrap(args[0]) : null;
  if (method === 'send' && given?.type === 'NewExpression' && COMMAND.test(named(scene, given))) {
    const labels = carriedByAll(scene, args) & (ENV_TEXT | CRED);
    const to = () => receiverOf(scene, given.arguments[0]) ?? destinationOf(scene, given.arguments);
    return { node: call, labels, to };
  }
  return null;
}

/** What every request of a client carries, since it was made with it: headers of its own. */
function madeWith(scene: Scene, call: Call): number {
  const callee = unwrap(call.callee);
  if (callee.type !== 'MemberExpression') return 0;
  return carried(scene, callee.object) & (ENV_TEXT | CRED);
}

/** `client.post('/path', body)`: where the client was made for. */
function clientDestination(scene: Scene, call: Call, args: readonly Node[]): Destination {
  const to = destinationOf(scene, args);
  const callee = unwrap(call.callee);
  if (to.host !== null || callee.type !== 'MemberExpression') return to;
  return destinationOf(scene, args, callee.object);
}

const COMMAND = /(?:Put|Upload|Send|Publish)\w{0,30}Command\b/;

/** What a client writes out as text: `json: value`, `data: value`. */
function bodyLabels(scene: Scene, args: readonly Node[]): number {
  return args
    .flatMap((arg) => ['json', 'data', 'body'].map((key) => propertyOf(scene.model, arg, key)))
    .reduce((labels, body) => labels | asText(carried(scene, body)), 0);
}

/** Fixed receivers: an address that mail goes to, a bucket that files go to. */
function receiverOf(scene: Scene, options: Node | null | undefined): Destination | null {
  const textOf = (key: string) =>
    shapeOf(scene.model, propertyOf(scene.model, options ?? null, key));
  const domain = /^[\w.+-]{1,64}@([\w.-]{3,200})$/.exec(textOf('to') ?? '')?.[1]?.toLowerCase();
  if (domain) {
    // An address that merely sounds like the package is anybody's.
    const isDeclared = scene.declared.domains.has(domainOf(domain));
    return { host: domain, place: isDeclared ? 'own' : 'foreign' };
  }
  const bucket = textOf('Bucket');
  return bucket !== null && /^[a-z0-9.-]{3,63}$/.test(bucket)
    ? { host: `${bucket}.s3.amazonaws.com`, place: 'foreign' }
    : null;
}

function commandSending(scene: Scene, call: Call): Found | null {
  const text = call.arguments
    .slice(0, 2)
    .map((arg) => scene.file.text.slice(arg.start, Math.min(arg.end, arg.start + 2000)))
    .join(' ');
  const shape = shapeOf(scene.model, call.arguments[0]) ?? '';
  if (
    !/\b(?:curl|wget|nc|ncat|nslookup|dig|Invoke-WebRequest|Invoke-RestMethod|iwr|irm)\b/.test(
      `${text} ${shape}`,
    )
  )
    return null;
  const given = call.arguments.slice(0, 2).reduce((labels, arg) => labels | carried(scene, arg), 0);
  const uploaded = uploadOf(scene, call, given);
  if (uploaded) return uploaded;
  const url = /https?:\/\/[^\s'"`$]{3,200}/.exec(`${shape} ${text}`)?.[0] ?? null;
  const to = () => destinationOf(scene, url === null ? [] : call.arguments);
  return { node: call, labels: given & ~SOCKET, to };
}

/** `curl -F file=@path url`: a file that is named is sent with what stands in it. */
function uploadOf(scene: Scene, call: Call, given: number): Found | null {
  if ((given & CRED_PATH) === 0) return null;
  const words = call.arguments.slice(0, 2).flatMap((arg) => candidatesOf(scene, arg));
  const line = words.join(' ');
  if (!/\bcurl\b/.test(line) || !/@[~/\w]|(?:^|\s)-T\s|--upload-file/.test(line)) return null;
  const host = words.map((word) => hostOf(/https?:\S+/.exec(word)?.[0] ?? null)).findLast(Boolean);
  const to = () => ({ host: host ?? null, place: placeOf(host ?? null, scene.declared) });
  return { node: call, labels: (given & ~SOCKET) | CRED, to };
}
