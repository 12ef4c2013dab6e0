// Threats by interceptors of HTTP clients: what passes through them is copied to another host.
import { walkTree } from '../../nodes.ts';
import type { Node } from '../../parse.ts';
import { functionsIn } from '../flow/callees.ts';
import { isMentioned } from '../declared.ts';
import { destinationOf } from './destination.ts';
import type { Destination } from './destination.ts';
import { plainKey } from '../flow/model.ts';
import type { Call, Fn } from '../flow/model.ts';
import { keyOf, propertyOf, unwrap } from '../flow/names.ts';
import { asText, ENV, ENV_TEXT } from '../flow/labels.ts';
import { carried, carriedByAll, report } from '../scene.ts';
import type { Scene } from '../scene.ts';
import { sendingOf } from './sendings.ts';
import { isSwallowed, usesAnswer } from '../shape-of-call.ts';
import { tapped } from './taps.ts';

const INTERCEPTORS = /\binterceptors\s{0,3}\.\s{0,3}(?:request|response)$/;

/** `client.interceptors.request.use((config) => …)` that sends what it gets to a host of its own. */
export function findCopyingInterceptors(scene: Scene): void {
  findCopyingMiddleware(scene);
  if (!scene.file.text.includes('interceptors')) return;
  for (const { call } of scene.calls) {
    const callee = unwrap(call.callee);
    if (callee.type !== 'MemberExpression' || keyOf(scene.model, callee) !== 'use') continue;
    if (!INTERCEPTORS.test(scene.file.textOf(callee.object))) continue;
    for (const arg of call.arguments.slice(0, 2))
      for (const fn of functionsIn(scene.model, arg)) findCopies(scene, fn);
  }
}

const MIDDLEWARE =
  /(?:\bmiddlewareStack\s{0,3}\.\s{0,3}(?:add|addRelativeTo|use)|\bhook\s{0,3}\.\s{0,3}(?:before|after|wrap|error)|\bcompose|\binterceptRequest|\buseRequest|\baddRequestTransform|\baddResponseTransform|\baddMonitor)$/;

/** `client.middlewareStack.add((next) => async (args) => …)`, `octokit.hook.before('request', fn)`, `dispatcher.compose(fn)`. */
function findCopyingMiddleware(scene: Scene): void {
  if (!/middlewareStack|\bhook\b|compose|Request|Transform|addMonitor/.test(scene.file.text))
    return;
  for (const { call } of scene.calls) {
    if (!MIDDLEWARE.test(scene.file.textOf(call.callee).slice(-60))) continue;
    for (const arg of call.arguments.slice(0, 2))
      for (const fn of withInner(scene, functionsIn(scene.model, arg))) findCopies(scene, fn, TOLD);
  }
}

/** `(next) => (args) => …`: the functions that the outer ones yield as well. */
function withInner(scene: Scene, functions: readonly Fn[]): Fn[] {
  const inner = functions.flatMap(({ returns }) =>
    returns.slice(0, 3).flatMap((value) => functionsIn(scene.model, value)),
  );
  return [...functions, ...inner];
}

/** More than how long it took: how a copy of the request itself is written. */
const TOLD =
  /\.(?:headers|body|data|params|input|request|payload)\b|authorization|\btokens?\b|credential|secret|password|cookie|stringify\(\s{0,3}[\w$]{1,40}\s{0,3}[),]/i;

const HOOKS =
  /^(?:requestMiddleware|responseMiddleware|beforeRequest|afterResponse|beforeError|beforeRetry|onRequest|onResponse|onRequestError|onResponseError)$/;

/** `got.extend({ hooks: { beforeError: [fn] } })`, `ofetch.create({ onResponseError: fn })`. */
export function findCopyingHooks(scene: Scene): void {
  for (const node of scene.file.nodesOf('Property')) {
    if (!HOOKS.test(plainKey(node.key))) continue;
    const value = unwrap(node.value);
    for (const one of value.type === 'ArrayExpression' ? value.elements : [value])
      if (one) for (const fn of functionsIn(scene.model, one)) findCopies(scene, fn);
  }
  for (const { args } of scene.calls)
    for (const arg of args.slice(0, 2))
      for (const fn of fetchesIn(scene, arg)) findCopies(scene, fn, TOLD);
}

const OWN_FETCH = ['fetch', 'customFetch', 'fetchFn', 'fetcher', 'httpClient'];

/** `new Client({ fetch: async (url, init) => … })`. */
function fetchesIn(scene: Scene, arg: Node): Fn[] {
  if (arg.type !== 'ObjectExpression') return [];
  return OWN_FETCH.flatMap((key) => functionsIn(scene.model, propertyOf(scene.model, arg, key)));
}

/** `config.headers['x-trace'] = …`, `headers.set('x-trace', …)` with the environment as text. */
export function findTaintedHeaders(scene: Scene): void {
  if (!/headers/i.test(scene.file.text)) return;
  const judge = (node: Node, labels: number) => {
    if ((labels & (ENV | ENV_TEXT)) === 0) return;
    report(scene, node, {
      ruleId: 'environment-exfiltration',
      severity: 'critical',
      message:
        'Environment variables that were not chosen by name are put into the headers of requests.',
    });
  };
  for (const { left, right } of scene.model.assigns) {
    if (left.type === 'MemberExpression' && isHeaders(scene, left.object))
      judge(left, asText(carried(scene, right)));
  }
  for (const { call } of scene.calls) {
    const callee = unwrap(call.callee);
    if (callee.type !== 'MemberExpression' || !isHeaders(scene, callee.object)) continue;
    if (/^(?:set|append)$/.test(keyOf(scene.model, callee) ?? ''))
      judge(call, carriedByAll(scene, call.arguments));
  }
}

function isHeaders(scene: Scene, node: Node): boolean {
  const value = unwrap(node);
  const name =
    value.type === 'MemberExpression'
      ? keyOf(scene.model, value)
      : value.type === 'Identifier'
        ? value.name
        : null;
  return name !== null && /headers$/i.test(name);
}

const MAX_DERIVED = 30;
const CONTENT = /headers|authorization|\bconfig\b(?!\s{0,3}(?:\?\.|\.|=))/i;

/** A pattern for what a function is given, and for its variables that are made of it. */
function namesOfGiven(scene: Scene, { node, params }: Fn): RegExp | null {
  const names = params.slice(0, 3).flatMap((param) => bindingNames(param));
  if (names.length === 0) return null;
  for (const one of scene.file.nodesOf('VariableDeclarator')) {
    if (one.start < node.start || one.end > node.end || !one.init) continue;
    if (names.length > MAX_DERIVED) break;
    const { start, end } = one.init;
    if (patternOf(names).test(scene.model.text.slice(start, end)))
      names.push(...bindingNames(one.id));
  }
  return patternOf(names);
}

function bindingNames(target: Node): string[] {
  const names: string[] = [];
  walkTree(target, (part) => {
    if (part.type === 'Identifier') names.push(part.name);
  });
  return names.slice(0, MAX_DERIVED);
}

const patternOf = (names: readonly string[]): RegExp =>
  new RegExp(
    `(?<![\\w$.])(?:${names.map((name) => name.replaceAll('$', '\\$')).join('|')})(?![\\w$])`,
  );

const TAPS = /^(?:use|addHook|\$use|\$on|pre|post|onmessage)$/;
const PASSES_ON = /\bnext\s{0,3}\(|\bdone\s{0,3}\(/;

/** Functions that see what passes by and hand it on. */
function tapsIn(scene: Scene): Fn[] {
  const found: Fn[] = [];
  for (const { call } of scene.calls) {
    const callee = unwrap(call.callee);
    if (callee.type !== 'MemberExpression') continue;
    const isInterceptor = INTERCEPTORS.test(scene.file.textOf(callee.object).slice(-60));
    const isTap = TAPS.test(keyOf(scene.model, callee) ?? '');
    if (!isTap && !MIDDLEWARE.test(scene.file.textOf(callee).slice(-60))) continue;
    for (const arg of call.arguments.slice(0, 3))
      for (const fn of withInner(scene, functionsIn(scene.model, arg)))
        if (isInterceptor || !isTap || PASSES_ON.test(scene.file.textOf(fn.node))) found.push(fn);
  }
  for (const node of scene.file.nodesOf('Property'))
    if (HOOKS.test(plainKey(node.key)))
      for (const one of node.value.type === 'ArrayExpression' ? node.value.elements : [node.value])
        if (one) found.push(...functionsIn(scene.model, one));
  for (const { left, right } of scene.model.assigns)
    if (left.type === 'MemberExpression' && keyOf(scene.model, left) === 'onmessage')
      found.push(...functionsIn(scene.model, right).filter(({ node }) => handsOn(scene, node)));
  return found.slice(0, MAX_TAPS);
}

const MAX_TAPS = 20;

/** `transport.onmessage = (message) => { copy(message); inner(message); }` */
const handsOn = (scene: Scene, node: Node): boolean =>
  /\b(?:inner|orig\w{0,8}|prev\w{0,8}|previous|handler|old\w{0,8}|base|super)\b/i.test(
    scene.file.textOf(node),
  );

const TAPPED =
  /interceptors|middlewareStack|\bhook\b|addHook|\.use\(|\$on\(|afterResponse|beforeRequest|onResponse|onRequest|onmessage/;

/** Copies that a helper, a queue or a timer sends later. */
export function findTapped(scene: Scene): void {
  if (!scene.pkg.isSubject || !TAPPED.test(scene.file.text)) return;
  const taps = tapsIn(scene);
  if (taps.length === 0) return;
  const { holds } = tapped(scene, taps);
  for (const { call, name, args } of scene.calls) {
    const to = copyTo(scene, call, args, name);
    if ((to?.place !== 'foreign' && to?.place !== 'drop') || isMentioned(to.host, scene.declared))
      continue;
    // What somebody waits for may be what the server is for.
    if (usesAnswer(scene, call) || !args.some(holds)) continue;
    report(scene, call, {
      ruleId: 'conversation-exfiltration',
      severity: isSwallowed(scene, call) ? 'critical' : 'high',
      message: 'What passes an interceptor is copied to a host that the package does not declare.',
    });
  }
}

/** `told`: what the copy has to name, where much of what passes by is no secret. */
function findCopies(scene: Scene, fn: Fn, told?: RegExp): void {
  const names = namesOfGiven(scene, fn);
  if (names === null) return;
  const { node } = fn;
  const body = scene.model.text.slice(node.start, node.end);
  for (const { call, name, args } of scene.calls) {
    if (call.start < node.start || call.end > node.end) continue;
    const to = copyTo(scene, call, args, name);
    const isForeign = to?.place === 'foreign' || to?.place === 'drop';
    if (!isForeign || isMentioned(to.host, scene.declared)) continue;
    const texts = args.map((arg) => scene.model.text.slice(arg.start, arg.end));
    if (!texts.some((text) => names.test(text) && (told?.test(text) ?? true))) continue;
    report(scene, call, {
      ruleId: 'conversation-exfiltration',
      severity: CONTENT.test(body) ? 'critical' : 'high',
      message:
        'An interceptor copies what the server sends and gets to a host that the package does not declare.',
    });
  }
}

/** Where a call sends to; the host may stand where its client was made. */
function copyTo(scene: Scene, call: Call, args: readonly Node[], name: string): Destination | null {
  const to = sendingOf(scene, call, args, name)?.to ?? null;
  const callee = unwrap(call.callee);
  return to?.host === null && callee.type === 'MemberExpression'
    ? destinationOf(scene, args, callee.object)
    : to;
}
