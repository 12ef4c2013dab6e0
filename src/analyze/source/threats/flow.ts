// What every value may carry: labels spread over bindings, calls and callbacks until nothing changes.
import type { Node } from '../parse.ts';
import { functionsIn, calleesOf } from './callees.ts';
import type { Flow } from './callees.ts';
import { evaluate } from './evaluate.ts';
import { fieldKey, lookup, plainKey } from './model.ts';
import type { Binding, Call, Def, Fn, Model } from './model.ts';
import { constantOf, keyOf, nameOf, propertyOf, unwrap } from './names.ts';
import { proxyFunctions } from './invoke.ts';
import { patterns } from './data.ts';
import {
  CONVERSATION,
  ENV,
  HOOKED,
  named,
  PARAM,
  REMOTE,
  SHELL,
  SOCKET,
  TOOL_ALL,
} from './labels.ts';
import { isNarrow } from './narrow.ts';
import { parentOf } from '../nodes.ts';
import { isToolRegistration } from './vocabulary.ts';

const MAX_PASSES = 8;

/** Spreads the labels; afterwards {@link labelsOf} answers for any expression of the file. */
export function flowOf(model: Model, isWorthwhile = true): Flow {
  const flow: Flow = {
    model,
    memo: new Map(),
    handlers: new Set(),
    resolved: new Map(),
    imports: [],
    resolvers: new Map(),
    changed: true,
  };
  if (!isWorthwhile) return flow;
  markHandlers(flow);
  markHooks(flow);
  markPromises(flow);
  markParameters(flow);
  const bindings = model.bindings.filter((one) => one.defs.some((def) => def.value !== null));
  const functions = model.functions.filter((fn) => fn.returns.length > 0);
  const passes = model.calls.length > 15_000 ? 2 : model.calls.length > 3000 ? 4 : MAX_PASSES;
  for (let pass = 0; pass < passes && flow.changed; pass++) {
    flow.changed = false;
    flow.memo.clear();
    for (const binding of bindings) spreadBinding(flow, binding);
    for (const assign of model.assigns) spreadAssignment(flow, assign);
    for (const field of model.properties)
      addField(flow, fieldKey(field, plainKey(field.key)), labelsOf(flow, field.value));
    for (const call of model.calls) spreadCall(flow, call);
    for (const fn of functions) spreadReturns(flow, fn);
  }
  flow.memo.clear();
  return flow;
}

export function labelsOf(flow: Flow, node: Node | null | undefined): number {
  return evaluate(flow, node, 0);
}

/** Adds labels to what a pattern binds. */
export function bindLabels(flow: Flow, pattern: Node | undefined, labels: number, depth = 0): void {
  if (!pattern || labels === 0 || depth > 10) return;
  switch (pattern.type) {
    case 'Identifier': {
      const binding = lookup(flow.model, pattern);
      if (binding) add(flow, binding, labels);
      return;
    }
    case 'AssignmentPattern':
      bindLabels(flow, pattern.left, labels, depth + 1);
      return;
    case 'RestElement':
      bindLabels(flow, pattern.argument, labels, depth + 1);
      return;
    case 'ArrayPattern':
      for (const part of pattern.elements) if (part) bindLabels(flow, part, labels, depth + 1);
      return;
    case 'ObjectPattern':
      for (const part of pattern.properties) {
        if (part.type === 'RestElement') bindLabels(flow, part.argument, labels, depth + 1);
        else bindLabels(flow, part.value, named(labels), depth + 1);
      }
      return;
    default:
  }
}

function add(flow: Flow, binding: Binding, labels: number): void {
  if ((binding.labels | labels) === binding.labels) return;
  binding.labels |= labels;
  flow.changed = true;
}

function markHandlers(flow: Flow): void {
  for (const call of flow.model.calls) {
    const callee = unwrap(call.callee);
    if (callee.type !== 'MemberExpression') continue;
    if (!isToolRegistration(keyOf(flow.model, callee) ?? '')) continue;
    const last = call.arguments.at(-1);
    let found = functionsIn(flow.model, last);
    if (last?.type === 'ObjectExpression') {
      found = last.properties.flatMap((property) =>
        property.type === 'Property' &&
        property.key.type === 'Identifier' &&
        /^(?:execute|handler|run|callback)$/.test(property.key.name)
          ? functionsIn(flow.model, property.value)
          : [],
      );
    }
    // `wrapped(handler)`: what the wrapper returns is called with the arguments.
    const wrappers = last?.type === 'CallExpression' ? calleesOf(flow.model, last) : [];
    for (const { returns } of wrappers)
      found = [...found, ...returns.flatMap((value) => functionsIn(flow.model, value))];
    for (const fn of found) flow.handlers.add(fn);
  }
  for (const fn of [...flow.handlers, ...wrappersIn(flow.model)])
    bindLabels(flow, fn.params[0], TOOL_ALL);
  // Parameters that ask for more than the tool's own arguments.
  for (const binding of flow.model.bindings) {
    const isHandlers = binding.owner !== null && flow.handlers.has(binding.owner);
    if (isHandlers && patterns.conversation.test(binding.name)) binding.labels |= CONVERSATION;
  }
}

const HANDED = /handler|tool|callback|execute|^(?:fn|func|run|impl|next)$/i;

/** Functions around handlers: they see what tools are called with, and what comes of it. */
function wrappersIn(model: Model): Fn[] {
  const found: Fn[] = [];
  for (const outer of model.functions) {
    const names = outer.params.flatMap((param) =>
      param.type === 'Identifier' && HANDED.test(param.name) ? [param.name] : [],
    );
    if (names.length === 0) continue;
    // `(handler) => (args) => handler(args)`
    for (const fn of outer.returns.flatMap((value) => functionsIn(model, value))) {
      const text = model.text.slice(fn.node.start, Math.min(fn.node.end, fn.node.start + 5000));
      if (names.some((name) => text.includes(`${name}(`))) found.push(fn);
    }
  }
  return found;
}

const HOOKABLE =
  /^(?:fetch|XMLHttpRequest\.prototype\.(?:open|send|setRequestHeader)|https?\.(?:request|get)|https?\.ClientRequest\.prototype\.\w{1,20}|net\.Socket\.prototype\.\w{1,20}|net\.(?:connect|createConnection)|axios\.(?:get|post|request)|ethereum(?:\.(?:request|send|sendAsync))?|WebSocket(?:\.prototype\.send)?|process\.stdout\.write|process\.stdin\.\w{1,9}|navigator\.clipboard\.\w{1,12}|JSON\.(?:parse|stringify)|child_process\.\w{1,12}|fs\.\w{1,20}|EventTarget\.prototype\.addEventListener|.{0,80}\b(?:\w{0,30}Transport|McpServer|Server|Protocol|Client)\.prototype\.\w{2,30})$/;

/** Whether a name is of something that only a hook would replace. */
export const isHookable = (name: string): boolean => HOOKABLE.test(name);

function markHooks(flow: Flow): void {
  for (const assign of flow.model.assigns) {
    if (assign.left.type !== 'MemberExpression' && assign.left.type !== 'Identifier') continue;
    const name = nameOf(flow.model, assign.left);
    if (name === null || !isHookable(name)) continue;
    hook(flow, functionsIn(flow.model, assign.right), 0);
    hook(flow, proxyFunctions(flow.model, assign.right), 1);
  }
  for (const call of flow.model.calls) {
    if (nameOf(flow.model, call.callee) !== 'Object.defineProperty') continue;
    const [object, key] = [
      nameOf(flow.model, call.arguments[0]),
      constantOf(flow.model, call.arguments[1]),
    ];
    const name =
      object === 'globalThis' || object === 'window' || object === 'global'
        ? key
        : `${object}.${key}`;
    if (name === null || !isHookable(name)) continue;
    hook(
      flow,
      functionsIn(flow.model, propertyOf(flow.model, call.arguments[2] ?? null, 'value')),
      0,
    );
  }
}

function hook(flow: Flow, functions: Fn[], from: number): void {
  for (const fn of functions) {
    for (const param of fn.params.slice(from)) bindLabels(flow, param, HOOKED);
  }
}

function spreadBinding(flow: Flow, binding: Binding): void {
  for (const def of binding.defs.slice(0, 50)) add(flow, binding, labelsOfDef(flow, def));
}

function labelsOfDef(flow: Flow, def: Def): number {
  if (!def.value || def.kind === 'import' || def.kind === 'function' || def.kind === 'class')
    return 0;
  let labels = labelsOf(flow, def.value);
  for (const key of def.path) if (!/^(?:\*|\d{1,4})$/.test(key)) labels = named(labels);
  if (def.kind !== 'each' && def.kind !== 'keys') return labels;
  const loop = parentOf(def.value);
  const body = loop && labels & ENV ? flow.model.text.slice(loop.start, loop.end) : '';
  return (isNarrow(body) ? labels & ~ENV : labels) & ~SOCKET;
}

function spreadAssignment(flow: Flow, assign: Model['assigns'][number]): void {
  const labels = labelsOf(flow, assign.right);
  if (labels === 0) return;
  if (assign.left.type !== 'MemberExpression') {
    bindLabels(flow, assign.left, labels);
    return;
  }
  taint(flow, assign.left, labels);
}

/** `object.key = value`: the field of `this`, or the variable that holds the object. */
function taint(flow: Flow, target: Node, labels: number): void {
  let at: Node = target;
  for (let depth = 0; at.type === 'MemberExpression' && depth < 10; depth++) {
    const object = unwrap(at.object);
    if (object.type === 'ThisExpression') {
      const key = keyOf(flow.model, at);
      if (key !== null) addField(flow, fieldKey(at, key), labels);
      return;
    }
    at = object;
  }
  if (at.type !== 'Identifier' || at.name === 'module' || at.name === 'exports') return;
  const binding = lookup(flow.model, at);
  if (binding) add(flow, binding, labels & ~(SOCKET | SHELL));
}

function addField(flow: Flow, key: string, labels: number): void {
  const before = flow.model.fields.get(key) ?? 0;
  if ((before | labels) === before) return;
  flow.model.fields.set(key, before | labels);
  flow.changed = true;
}

const MUTATORS = /^(?:push|unshift|set|add|append|assign|update|fill|splice|write)$/;

function spreadCall(flow: Flow, call: Call): void {
  const { model } = flow;
  const callees = calleesOf(model, call);
  for (const fn of callees) spreadArguments(flow, fn, call.arguments);
  const callee = unwrap(call.callee);
  const received = callee.type === 'MemberExpression' ? labelsOf(flow, callee.object) : 0;
  const name = nameOf(model, call.callee);
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
  spreadResolved(flow, call);
  spreadCallbacks(flow, call, callees, received);
}

function spreadArguments(flow: Flow, fn: Fn, args: Node[]): void {
  fn.params.forEach((param, index) => {
    const given = param.type === 'RestElement' ? args.slice(index) : args.slice(index, index + 1);
    const labels = given.reduce((all, arg) => all | labelsOf(flow, arg), 0);
    bindLabels(flow, param, labels);
  });
}

/** Callbacks get what the call yields: `.then(x => )`, `.on('data', x => )`, `get(url, res => )`. */
function spreadCallbacks(flow: Flow, call: Call, callees: Fn[], received: number): void {
  if (call.type === 'NewExpression' || callees.some((fn) => fn.node === call.callee)) return;
  for (const arg of call.arguments) {
    const functions = functionsIn(flow.model, arg);
    if (functions.length === 0) continue;
    let labels = evaluate(flow, call, 0, true) | received;
    if (labels & SOCKET) labels = (labels & ~SOCKET) | REMOTE;
    for (const fn of functions)
      for (const param of fn.params) bindLabels(flow, param, labels & ~SHELL);
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
  flow.changed = true;
}

/** Named functions may be called by other files. */
function markParameters(flow: Flow): void {
  if (flow.model.functions.length > 2000) return;
  for (const fn of flow.model.functions) {
    if (fn.name === '' && !isExported(fn)) continue;
    for (const param of fn.params) bindLabels(flow, param, PARAM);
  }
}

const isExported = (fn: Fn): boolean => {
  const parent = parentOf(fn.node);
  return parent?.type === 'ExportDefaultDeclaration' || parent?.type === 'AssignmentExpression';
};

function markPromises(flow: Flow): void {
  for (const call of flow.model.calls) {
    if (call.type !== 'NewExpression' || nameOf(flow.model, call.callee) !== 'Promise') continue;
    const resolve = functionsIn(flow.model, call.arguments[0])[0]?.params[0];
    const binding = resolve?.type === 'Identifier' ? lookup(flow.model, resolve) : null;
    if (binding) flow.resolvers.set(binding, call);
    flow.resolved.set(call, 0);
  }
}

function spreadReturns(flow: Flow, fn: Fn): void {
  const labels = fn.returns.reduce(
    (all, value) => all | labelsOf(flow, value),
    fn.labels & ~HOOKED,
  );
  if ((fn.labels | labels) === fn.labels) return;
  fn.labels |= labels;
  flow.changed = true;
}
