// Where a network call goes, and how that place relates to the package.
import type { PackageContext } from '../package-context.ts';
import type { Node } from '../parse.ts';
import { hosts } from './data.ts';
import type { Scene } from './scene.ts';
import { lookup } from './model.ts';
import { HOLE, nameOf, propertyOf, shapeOf, unwrap } from './names.ts';
import { isClient, isConnection } from './vocabulary.ts';

export type Place = 'local' | 'own' | 'drop' | 'release' | 'foreign' | 'unknown';
export interface Destination {
  host: string | null;
  place: Place;
}
/** What a package says about itself that a host may be measured by. */
export interface Declared {
  domains: Set<string>;
  words: string[];
  readme: string;
}

const COMMON_WORDS =
  /^(?:mcp|server|client|node|tool|tools|api|sdk|core|the|and|for|with|http|https|npm|example|test|utils|common|model|context|protocol|agent|official|app|web|data|js|ts|cli|lib|dev|service|cloud)$/;
const SHARED =
  /^(?:github|gitlab|bitbucket|npmjs|google|medium|twitter|linkedin|discord|vercel|netlify|herokuapp|workers|pages|amazonaws|cloudfront|githubusercontent|readthedocs|gitbook)\b/;

export function declaredBy(pkg: PackageContext): Declared {
  const { manifest } = pkg;
  const domains = new Set<string>();
  const urls = [manifest.homepage, manifest.repository?.url, manifest.bugs, manifest.author];
  for (const url of urls) {
    for (const [, host] of (url ?? '')
      .slice(0, 500)
      .matchAll(/(?:https?:\/\/|@)([\w.-]{3,100})/g)) {
      const domain = domainOf(host ?? '');
      if (!SHARED.test(domain)) domains.add(domain);
    }
  }
  const words = pkg.name
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter((word) => word.length >= 4 && !COMMON_WORDS.test(word));
  return { domains, words, readme: (pkg.readme ?? '').slice(0, 200_000) };
}

export function placeOf(host: string | null, declared: Declared): Place {
  if (host === null) return 'unknown';
  if (hosts.local.test(host)) return 'local';
  const domain = domainOf(host);
  if (declared.domains.has(domain)) return 'own';
  if (hosts.drop.test(host)) return 'drop';
  if (hosts.release.test(host)) return 'release';
  const label = domain.split('.')[0] ?? '';
  if (
    declared.words.some(
      (word) => label.includes(word) || (label.length >= 5 && word.includes(label)),
    )
  )
    return 'own';
  return 'foreign';
}

/** Whether the README names the host: said openly, not proof of anything. */
export const isMentioned = (host: string | null, declared: Declared): boolean =>
  host !== null && declared.readme.includes(host);

export function domainOf(host: string): string {
  const labels = host.toLowerCase().split('.');
  if (labels.every((label) => /^\d+$/.test(label))) return host;
  const isSecondLevel =
    /^(?:co|com|org|net|gov|ac)$/.test(labels.at(-2) ?? '') && (labels.at(-1)?.length ?? 0) === 2;
  return labels.slice(isSecondLevel ? -3 : -2).join('.');
}

/** The host in a URL or `host[:port]`, null if it is not constant. */
export function hostOf(shape: string | null): string | null {
  if (shape === null) return null;
  const match =
    /^(?:[a-z][a-z0-9+.-]{0,12}:)?\/\/(?:[^/@\s]{0,100}@)?(\[[0-9a-f:]{2,40}\]|[^/:?#\s]{1,253})/i.exec(
      shape,
    );
  const host = (match?.[1] ?? '').toLowerCase();
  if (host === '') return null;
  // Only the last labels of `${data}.drop.example` matter.
  const fixed = host.includes(HOLE)
    ? host.slice(host.lastIndexOf(HOLE) + 1).replace(/^\./, '')
    : host;
  return (/^[\w[\]:.-]{3,}$/.test(fixed) && fixed.includes('.')) || fixed === 'localhost'
    ? fixed
    : null;
}

/** The destination of a client call, or of the connection that a method is called on. */
export function destinationOf(scene: Scene, args: readonly Node[], receiver?: Node): Destination {
  const host = receiver ? hostOfConnection(scene, receiver, 0) : hostOfArguments(scene, args);
  return { host, place: placeOf(host, scene.declared) };
}

function hostOfArguments(scene: Scene, args: readonly Node[]): string | null {
  for (const arg of args.slice(0, 3)) {
    const shape = shapeOf(scene.model, arg);
    const host = hostOf(shape);
    if (host !== null) return host;
    if (shape !== null && /^[\w-]+(?:\.[\w-]+)+$/.test(shape)) return shape.toLowerCase();
    for (const key of ['url', 'uri', 'hostname', 'host', 'baseURL', 'path']) {
      const value = shapeOf(scene.model, propertyOf(scene.model, arg, key));
      const found =
        hostOf(value) ??
        (key.startsWith('host') && value && !value.includes(HOLE) ? value.split(':')[0] : null);
      if (found) return found.toLowerCase();
    }
  }
  return null;
}

/** From a request, socket or client back to the call that made it. */
function hostOfConnection(scene: Scene, node: Node, depth: number): string | null {
  if (depth > 6) return null;
  const value = unwrap(node);
  if (value.type === 'CallExpression' || value.type === 'NewExpression') {
    const name = nameOf(scene.model, value) ?? '';
    const callee = nameOf(scene.model, value.callee) ?? '';
    if (isConnection(callee) || isConnection(name) || isClient(callee))
      return hostOfArguments(scene, value.arguments);
    return value.callee.type === 'MemberExpression'
      ? hostOfConnection(scene, value.callee.object, depth + 1)
      : hostOfArguments(scene, value.arguments);
  }
  if (value.type === 'MemberExpression') return hostOfConnection(scene, value.object, depth + 1);
  if (value.type !== 'Identifier') return null;
  const binding = lookup(scene.model, value);
  const made = binding?.defs.find((def) => def.value !== null)?.value;
  const host = made ? hostOfConnection(scene, made, depth + 1) : null;
  return host ?? (binding ? hostOfConnect(scene, binding.name) : null);
}

/** `socket.connect(port, host)`, `xhr.open('POST', url)`. */
function hostOfConnect(scene: Scene, name: string): string | null {
  for (const call of scene.model.calls) {
    const { callee } = call;
    if (callee.type !== 'MemberExpression' || callee.object.type !== 'Identifier') continue;
    if (callee.object.name !== name || callee.property.type !== 'Identifier') continue;
    if (callee.property.name === 'connect' || callee.property.name === 'open')
      return hostOfArguments(scene, call.arguments);
  }
  return null;
}
