// Hosts that code names: URLs in literals, templates and constants, never in comments.
import { ruleData } from '../../rule-data.ts';
import { commandOf, isNetworkCall } from './capabilities.ts';
import type { NamedCall, SourceFile } from './file.ts';
import { walkTree } from './nodes.ts';
import type { Node } from './parse.ts';
import { isFunction, keyOf } from './scope.ts';

/** rules/hosts.json */
export interface HostData {
  /** Names in URLs that identify something (schemas, licences, documentation); nobody calls them. */
  identifiers: string[];
  /** Last path parts or starts that say "documentation". */
  documentationPaths: string[];
  /** Services whose use in code has to be explained. */
  sinks: SinkRule[];
  /** Addresses (with path) whose use has to be explained; `unless` is looked for in the description. */
  addresses: (SinkRule & { unless: string })[];
  /** Public resolvers. */
  knownAddresses: string[];
}
export interface SinkRule {
  id: string;
  /** What it is, in our words. */
  what: string;
  pattern: string;
  severity: 'moderate' | 'high';
  matches: string[];
  ignores: string[];
}
export interface CodeHost {
  host: string;
  /** Hostile text, cut; unknown parts are `${}`. */
  url: string;
  line: number;
  isContacted: boolean;
}

const MAX_URL_CHARS = 300;
const MAX_HOSTS_A_FILE = 200;
// Nodes looked at around network calls.
const MAX_STEPS = 20_000;
const URL_START =
  /^(?:https?|wss?|ftps?|mqtts?|amqps?|ldaps?|rediss?|telnet|nats|stomp|coaps?):\/\/([^/?#\s"'<>\\]{1,255})/i;
const URL_INSIDE = /\b(?:https?|wss?|ftps?):\/\/[^\s"'<>|;)]{1,255}/gi;
const SOCKET_CALL = /^(?:net|tls|dns|dgram)\./;
// A name that is looked up is no connection in the clear.
const ENCRYPTED = /^(?:tls|dns)\./;
const HOST_TEXT = /^[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}$/;
const HOST_KEYS = new Set(['host', 'hostname', 'servername']);

export function hostData(): HostData {
  return ruleData('hosts', isHostData);
}

/** The host of a URL in which unknown parts are `${}`; `*.x.example` if only the front is unknown. */
export function hostOf(url: string): string | null {
  const authority = URL_START.exec(url)?.[1];
  if (authority === undefined) return null;
  const host = authority.replace(/^[^@]{0,200}@/, '').replace(/:(?:\d{1,5}|\$\{\})$/, '');
  if (!host.includes('${}')) {
    const text = `http://${host}`;
    return URL.canParse(text) ? new URL(text).hostname.replace(/\.$/, '') : null;
  }
  const rest = /^[\w.-]{0,60}\$\{\}[\w-]{0,60}((?:\.[a-z0-9-]{1,63}){2,6})$/i.exec(host)?.[1];
  return rest === undefined ? null : `*${rest.toLowerCase()}`;
}

export function isLoopback(host: string): boolean {
  return (
    host === 'localhost' ||
    host.endsWith('.localhost') ||
    /^127\.|^0\.0\.0\.0$|^\[::1?\]$|^\[::ffff:7f/.test(host)
  );
}

/** An address of the own machine or network, or one that belongs to nobody. */
export const isPrivateAddress = (host: string): boolean =>
  isLoopback(host) ||
  /^(?:10|127|0)\.|^192\.168\.|^169\.254\.|^172\.(?:1[6-9]|2\d|3[01])\.|^2(?:2[4-9]|[345]\d)\.|^\[(?:f[cde]|ff)/.test(
    host,
  );

/** Whether a URL that nobody is seen to call names a host worth telling. */
export function namesHost(url: string): boolean {
  const host = hostOf(url);
  return host !== null && !isLoopback(host) && host.includes('.') && !isIdentifier(host, url);
}

/** Hosts of one file. Loopback and, unless they are contacted, mere identifiers are left out. */
export function findHosts(file: SourceFile): CodeHost[] {
  const calls = file.calls.filter(({ name }) => isNetworkCall(name));
  const contact = contactsOf(file, calls);
  const found = new Map<string, CodeHost>();
  const add = (node: Node, url: string, isContacted: boolean) => {
    const host = hostOf(url);
    if (host === null || isLoopback(host) || !host.includes('.')) return;
    if (!isContacted && isIdentifier(host, url)) return;
    const before = found.get(host);
    if (before?.isContacted || (before && !isContacted) || found.size >= MAX_HOSTS_A_FILE) return;
    found.set(host, {
      host,
      url: url.slice(0, MAX_URL_CHARS),
      line: file.lineOf(node),
      isContacted,
    });
  };
  for (const node of [
    ...file.nodesOf('Literal'),
    ...file.nodesOf('TemplateLiteral'),
    ...sumsOf(file),
  ]) {
    const text = node.type === 'Literal' ? node.value : file.constant(node);
    if (typeof text === 'string' && URL_START.test(text)) add(node, text, contact.reaches(node));
  }
  for (const call of calls) addArguments(call, file, add);
  for (const call of file.calls) {
    if (!call.name.startsWith('child_process.')) continue;
    for (const [url] of commandOf(call, file).matchAll(URL_INSIDE)) add(call.node, url, true);
  }
  return [...found.values()].sort((a, b) => a.line - b.line || (a.host < b.host ? -1 : 1));
}

function sumsOf(file: SourceFile): Node[] {
  return file
    .nodesOf('BinaryExpression')
    .filter((node) => node.operator === '+' && file.parentOf(node)?.type !== 'BinaryExpression')
    .filter((node) => file.text.slice(node.start, node.start + 1) !== '(');
}

/** What a network call is handed: folded URLs, and hosts in its options. */
function addArguments(
  call: NamedCall,
  file: SourceFile,
  add: (node: Node, url: string, isContacted: boolean) => void,
): void {
  for (const argument of call.node.arguments.slice(0, 4)) {
    if (isFunction(argument)) continue;
    const text = argument.type === 'ObjectExpression' ? null : file.constant(argument);
    if (text !== null) {
      if (URL_START.test(text)) add(call.node, text, true);
      else if (SOCKET_CALL.test(call.name) && HOST_TEXT.test(text)) {
        add(call.node, `${ENCRYPTED.test(call.name) ? 'https' : 'http'}://${text}`, true);
      }
    }
    if (argument.type !== 'ObjectExpression') continue;
    for (const property of argument.properties) {
      if (property.type !== 'Property') continue;
      const key = keyOf(property.key, property.computed);
      const value = file.constant(property.value);
      if (key === null || value === null) continue;
      if (HOST_KEYS.has(key)) add(property, `https://${value}`, true);
      else if (URL_START.test(value)) add(property, value, true);
    }
  }
}

interface Contacts {
  /** Whether a text flows into a network call: directly, or under a name that one uses. */
  reaches: (node: Node) => boolean;
}

function contactsOf(file: SourceFile, calls: NamedCall[]): Contacts {
  const names = new Set<string>();
  const inside = new Set<Node>();
  const state = { steps: 0 };
  const roots: Node[] = calls.flatMap(({ node }) => [...node.arguments]);
  roots.push(...argumentsOfWrappers(file, calls));
  // Two rounds: fetch(url), const url = base + path, const base = '...'.
  for (let round = 0, queue = roots; round < 3 && queue.length > 0; round++) {
    const next: Node[] = [];
    for (const root of queue) {
      walkTree(root, (node) => {
        state.steps += 1;
        if (state.steps > MAX_STEPS || isFunction(node)) return false;
        inside.add(node);
        const name = nameIn(node);
        if (name === null || names.has(name)) return true;
        names.add(name);
        const init = file.bindingOf(name, node)?.init;
        if (init && node.type === 'Identifier' && init.type !== 'ImportSpecifier') next.push(init);
        return true;
      });
    }
    queue = next;
  }
  return {
    reaches(node) {
      if (calls.length === 0) return false;
      const owner = ownerName(node, file);
      return inside.has(node) || (owner !== null && names.has(owner));
    },
  };
}

/** Arguments of local functions in which a network call stands. */
function argumentsOfWrappers(file: SourceFile, calls: NamedCall[]): Node[] {
  const wrappers = new Set<Node>();
  for (const { node } of calls) {
    let at = file.parentOf(node);
    while (at !== null && !isFunction(at)) at = file.parentOf(at);
    if (at) wrappers.add(at);
  }
  if (wrappers.size === 0) return [];
  return file.nodesOf('CallExpression').flatMap((call) => {
    if (call.callee.type !== 'Identifier') return [];
    const init = file.bindingOf(call.callee.name, call)?.init;
    return init && wrappers.has(init) ? call.arguments : [];
  });
}

function nameIn(node: Node): string | null {
  if (node.type === 'Identifier') return node.name;
  if (node.type === 'MemberExpression') return keyOf(node.property, node.computed);
  return null;
}

const CARRIERS = new Set([
  'BinaryExpression',
  'TemplateLiteral',
  'LogicalExpression',
  'ConditionalExpression',
  'NewExpression',
  'CallExpression',
  'ChainExpression',
]);

/** The variable, key or parameter that a text is given to. */
function ownerName(node: Node, file: SourceFile): string | null {
  let at = file.parentOf(node);
  for (let steps = 0; at !== null && CARRIERS.has(at.type) && steps < 6; steps++) {
    at = file.parentOf(at);
  }
  switch (at?.type) {
    case 'VariableDeclarator':
      return nameIn(at.id);
    case 'Property':
    case 'PropertyDefinition':
      return keyOf(at.key, at.computed);
    case 'AssignmentExpression':
    case 'AssignmentPattern':
      return nameIn(at.left);
    default:
      return null;
  }
}

function isIdentifier(host: string, url: string): boolean {
  const { identifiers, documentationPaths } = hostData();
  const isNamed = identifiers.some((name) =>
    name.startsWith('*.') ? host.endsWith(name.slice(1)) : host === name,
  );
  return isNamed || documentationPaths.some((part) => url.toLowerCase().includes(part));
}

function isHostData(value: unknown): value is HostData {
  const { identifiers, documentationPaths, sinks } = value as Partial<HostData>;
  return Array.isArray(identifiers) && Array.isArray(documentationPaths) && Array.isArray(sinks);
}
