// What every value may carry: labels spread over bindings, calls and callbacks until nothing changes.
import { parentOf } from '../../nodes.ts';
import { once } from '../../once.ts';
import type { Node } from '../../parse.ts';
import { addField, bindLabels, taint } from './bind.ts';
import { calleesOf, functionsIn } from './callees.ts';
import type { Flow } from './callees.ts';
import { isChannel } from '../data.ts';
import { listenersOf } from './dispatch.ts';
import { PAYLOAD } from './decoders.ts';
import { evaluate } from './evaluate.ts';
import { handOver } from './given.ts';
import { handingsOf } from './handings.ts';
import { trapOf } from './invoke.ts';
import { CRED_PATH, ENV, HOOKED, named, REMOTE, SHELL, SOCKET } from './labels.ts';
import { markHandlers, markHooks, markParameters, markPromises } from './marks.ts';
import { Memo, PROMISES } from './memo.ts';
import { fieldKey, lookup, plainKey } from './model.ts';
import type { Binding, Call, Def, Fn, Model, Property } from './model.ts';
import { constantOf, keyOf, nameOf, pathOf, unwrap } from './names.ts';
import { isNarrow } from './narrow.ts';
import { bindObject, hold } from './remote-keys.ts';

const MAX_PASSES = 8;

/** Spreads the labels; afterwards {@link labelsOf} answers for any expression of the file. */
export function flowOf(model: Model, isWorthwhile = true, isClose = true): Flow {
  const flow: Flow = {
    model,
    isClose,
    hasProxies: /new Proxy\b/.test(model.text),
    holdsPayload: once(() => PAYLOAD.test(model.text)),
    memo: new Memo(model.program),
    handlers: new Set(),
    resolved: new Map(),
    imports: [],
    resolvers: new Map(),
    remoteAt: new Map(),
  };
  if (!isWorthwhile) return flow;
  if (isClose) handOver(model);
  markHandlers(flow);
  markHooks(flow);
  markPromises(flow);
  markParameters(flow);
  const work = worksOf(flow);
  const passes = model.calls.length > 15_000 ? 2 : model.calls.length > 3000 ? 4 : MAX_PASSES;
  for (let pass = 0; pass < passes; pass++) {
    const changes = flow.memo.turn();
    if (pass > 0 && changes === 0) break;
    for (const turn of work) turn(pass === 0, changes);
  }
  flow.memo.turn();
  return flow;
}

/** What a pass does: of its parts those alone for which something has changed since they were done last. */
type Work = (isFirst: boolean, changes: number) => void;

function worksOf(flow: Flow): Work[] {
  const { model } = flow;
  return [
    each(
      flow,
      model.bindings.filter((one) => one.defs.some((def) => def.value !== null)),
      spreadBinding,
    ),
    each(flow, model.assigns, spreadAssignment),
    each(flow, model.properties, spreadField),
    each(flow, model.calls, spreadCall),
    each(
      flow,
      model.functions.filter((fn) => fn.returns.length > 0),
      spreadReturns,
    ),
  ];
}

function each<T>(flow: Flow, items: readonly T[], spread: (flow: Flow, item: T) => void): Work {
  const { memo } = flow;
  const reads = new Int32Array(items.length);
  return (isFirst, changes) => {
    let index = -1;
    for (const item of items) {
      index += 1;
      if (!isFirst && ((reads[index] ?? 0) & (changes | memo.changes)) === 0) continue;
      memo.reads = 0;
      spread(flow, item);
      reads[index] = memo.reads;
    }
  };
}

export function labelsOf(flow: Flow, node: Node | null | undefined): number {
  return evaluate(flow, node, 0);
}

function spreadBinding(flow: Flow, binding: Binding): void {
  for (const def of binding.defs.slice(0, 50)) {
    const isWhole = def.path.length === 0 && (def.kind === 'init' || def.kind === 'assign');
    hold(flow, binding, isWhole ? def.value : null, labelsOfDef(flow, def));
  }
}

function labelsOfDef(flow: Flow, def: Def): number {
  if (!def.value || def.kind === 'import' || def.kind === 'function' || def.kind === 'class')
    return 0;
  let labels = labelsOf(flow, def.value);
  const path = def.key ? pathOf(flow.model, def) : def.path;
  for (const key of path) if (!/^(?:\*|\d{1,4})$/.test(key)) labels = named(labels, key);
  if (def.kind !== 'each' && def.kind !== 'keys') return labels;
  const loop = parentOf(def.value);
  const body = loop && labels & ENV ? flow.model.text.slice(loop.start, loop.end) : '';
  return (isNarrow(body) ? labels & ~ENV : labels) & ~SOCKET;
}

function spreadField(flow: Flow, field: Property): void {
  addField(flow, fieldKey(field, plainKey(field.key)), labelsOf(flow, field.value));
}

function spreadAssignment(flow: Flow, assign: Model['assigns'][number]): void {
  spreadListener(flow, assign);
  const labels = labelsOf(flow, assign.right);
  if (labels === 0) return;
  if (assign.left.type === 'MemberExpression') taint(flow, assign.left, labels);
  else bindObject(flow, assign.left, [assign.right], labels);
}

/** `socket.onmessage = (event) => …`. */
function spreadListener(flow: Flow, { left, right }: Model['assigns'][number]): void {
  if (left.type !== 'MemberExpression' || !/^on[a-z]{3,20}$/.test(keyOf(flow.model, left) ?? ''))
    return;
  const received = heard(labelsOf(flow, left.object));
  if (received === 0) return;
  for (const fn of functionsIn(flow.model, right))
    for (const param of fn.params) bindLabels(flow, param, received);
}

/** What comes out of something that was received, or of a connection. */
const heard = (labels: number): number => {
  const left = labels & ~(SOCKET | SHELL);
  return labels & SOCKET ? left | REMOTE : left;
};

/** A copy of a file is as telling as the file. */
const COPIES = /^(?:fs|fs\.promises|fs-extra|graceful-fs)\.(?:copyFile|copy|cp)(?:Sync)?$/;
const MUTATORS = /^(?:push|unshift|set|add|append|assign|update|fill|splice|write)$/;

function spreadCall(flow: Flow, call: Call): void {
  const { model } = flow;
  const callees = calleesOf(model, call);
  for (const { fn, args } of handingsOf(model, call)) spreadArguments(flow, fn, args);
  const callee = unwrap(call.callee);
  const received = callee.type === 'MemberExpression' ? labelsOf(flow, callee.object) : 0;
  const name = nameOf(model, call.callee);
  if (COPIES.test(name ?? ''))
    bindLabels(flow, call.arguments[1], labelsOf(flow, call.arguments[0]) & CRED_PATH);
  if (callee.type === 'MemberExpression') {
    const method = keyOf(model, callee) ?? '';
    const given = call.arguments.reduce((all, arg) => all | labelsOf(flow, arg), 0);
    if (name === 'Object.assign') bindLabels(flow, call.arguments[0], given);
    else if (MUTATORS.test(method) && given !== 0 && (received & SOCKET) === 0) {
      taint(flow, callee, given);
      bindLabels(flow, unwrap(callee.object), given & ~SOCKET);
    }
    if (method === 'pipe' && received)
      bindLabels(flow, unwrap(call.arguments[0] ?? callee), received & REMOTE);
  }
  if (flow.hasProxies && callees.length === 0) {
    const trap = trapOf(model, call.callee);
    const given = call.arguments.reduce((all, arg) => all | labelsOf(flow, arg), 0);
    bindLabels(flow, trap?.params[2], given);
  }
  spreadResolved(flow, call);
  spreadCallbacks(flow, call, callees, received);
}

function spreadArguments(flow: Flow, fn: Fn, args: readonly Node[]): void {
  if (args.length > 0 && flow.model.usesArguments.has(fn.node)) {
    const all = args.reduce((labels, arg) => labels | labelsOf(flow, arg), fn.labels);
    if (all !== fn.labels) flow.memo.changes |= fn.bit;
    fn.labels = all;
  }
  fn.params.forEach((param, index) => {
    const given = param.type === 'RestElement' ? args.slice(index) : args.slice(index, index + 1);
    const labels = given.reduce((all, arg) => all | labelsOf(flow, arg), 0);
    bindObject(flow, param, given, labels);
  });
}

/** Whoever connects can be written to. */
const SERVES = /^(?:net|tls)\.createServer$/;

/** Callbacks get what the call yields: `.then(x => )`, `.on('data', x => )`, `get(url, res => )`. */
function spreadCallbacks(flow: Flow, call: Call, callees: Fn[], received: number): void {
  if (SERVES.test(nameOf(flow.model, call.callee) ?? ''))
    for (const fn of functionsIn(flow.model, call.arguments.at(-1)))
      bindLabels(flow, fn.params[0], SOCKET);
  if (call.type === 'NewExpression' || callees.some((fn) => fn.node === call.callee)) return;
  for (const arg of call.arguments) {
    const functions = functionsIn(flow.model, arg);
    if (functions.length === 0) continue;
    const labels = heard(evaluate(flow, call, 0, true) | received);
    for (const fn of functions) for (const param of fn.params) bindLabels(flow, param, labels);
  }
  spreadToNamed(flow, call, received);
}

/** `consumer.run({ eachMessage: ({ message }) => … })`, `emitter.emit('job', message)`. */
function spreadToNamed(flow: Flow, call: Call, received: number): void {
  const { model } = flow;
  const callee = unwrap(call.callee);
  const method = callee.type === 'MemberExpression' ? keyOf(model, callee) : null;
  if (method === 'emit') {
    const given = call.arguments.slice(1).map((arg) => heard(labelsOf(flow, arg)));
    if (given.every((labels) => labels === 0)) return;
    for (const fn of listenersOf(model, constantOf(model, call.arguments[0])))
      fn.params.forEach((param, index) => bindLabels(flow, param, given[index] ?? 0));
    return;
  }
  const labels = heard(received | (isChannel(nameOf(model, call.callee) ?? '') ? REMOTE : 0));
  if ((labels & REMOTE) === 0) return;
  for (const arg of call.arguments.slice(0, 3)) {
    if (arg.type !== 'ObjectExpression') continue;
    for (const property of arg.properties) {
      if (property.type !== 'Property') continue;
      for (const fn of functionsIn(model, property.value))
        for (const param of fn.params) bindLabels(flow, param, labels & REMOTE);
    }
  }
}

/** `resolve(value)` inside `new Promise((resolve) => …)` is the value of the promise. */
function spreadResolved(flow: Flow, call: Call): void {
  if (call.callee.type !== 'Identifier' || flow.resolvers.size === 0) return;
  const binding = lookup(flow.model, call.callee);
  const promise = binding ? flow.resolvers.get(binding) : undefined;
  if (!promise) return;
  const before = flow.resolved.get(promise) ?? 0;
  const labels = before | labelsOf(flow, call.arguments[0]);
  if (labels === before) return;
  flow.resolved.set(promise, labels);
  flow.memo.changes |= PROMISES;
}

function spreadReturns(flow: Flow, fn: Fn): void {
  const labels = fn.returns.reduce(
    (all, value) => all | labelsOf(flow, value),
    fn.labels & ~HOOKED,
  );
  if ((fn.labels | labels) === fn.labels) return;
  fn.labels |= labels;
  flow.memo.changes |= fn.bit;
}
