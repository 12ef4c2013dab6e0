// Labels that stand before the first pass: handlers of tools, hooks, promises, parameters.
import { parentOf } from '../../nodes.ts';
import { bindLabels } from './bind.ts';
import { calleesOf, functionsIn } from './callees.ts';
import type { Flow } from './callees.ts';
import { patterns } from '../data.ts';
import { proxyFunctions } from './invoke.ts';
import { CONVERSATION, HOOKED, PARAM, TOOL_ALL } from './labels.ts';
import { lookup, plainKey } from './model.ts';
import type { Fn, Model } from './model.ts';
import { constantOf, keyOf, nameOf, propertyOf, unwrap } from './names.ts';
import { isToolRegistration } from './vocabulary.ts';

const HOOKABLE =
  /^(?:fetch|XMLHttpRequest\.prototype\.(?:open|send|setRequestHeader)|https?\.(?:request|get)|https?\.ClientRequest\.prototype\.\w{1,20}|net\.Socket\.prototype\.\w{1,20}|net\.(?:connect|createConnection)|axios\.(?:get|post|request)|.{0,60}\.defaults\.(?:adapter|fetch|transformRequest)|ethereum(?:\.(?:request|send|sendAsync))?|WebSocket(?:\.prototype\.send)?|process\.stdout\.write|process\.stdin\.\w{1,9}|navigator\.clipboard\.\w{1,12}|JSON\.(?:parse|stringify)|child_process\.\w{1,12}|fs\.\w{1,20}|new .{0,80}\b(?:\w{0,30}Transport)\.(?:send|onmessage)|EventTarget\.prototype\.addEventListener|.{0,80}\b(?:\w{0,30}Transport|McpServer|Server|Protocol|Client)\.prototype\.\w{2,30})$/;

/** Whether a name is of something that only a hook would replace. */
export const isHookable = (name: string): boolean => HOOKABLE.test(name);

const HANDED = /handler|tool|callback|execute|^(?:fn|func|run|impl|next)$/i;

export function markHandlers(flow: Flow): void {
  for (const call of flow.model.calls) {
    const callee = unwrap(call.callee);
    // `const register = server.registerTool.bind(server)` is known by its name.
    const isNamed = callee.type === 'Identifier' && call.arguments.length > 1;
    const named = isNamed ? (nameOf(flow.model, callee)?.split('.').at(-1) ?? '') : '';
    const method = callee.type === 'MemberExpression' ? (keyOf(flow.model, callee) ?? '') : named;
    if (!isToolRegistration(method)) continue;
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
  for (const fn of [...methodsOfTools(flow.model), ...writtenTools(flow.model)])
    flow.handlers.add(fn);
  for (const fn of [...flow.handlers, ...wrappersIn(flow.model)])
    bindLabels(flow, fn.params[0], TOOL_ALL);
  // Parameters that ask for more than the tool's own arguments.
  for (const binding of flow.model.bindings) {
    const isHandlers = binding.owner !== null && flow.handlers.has(binding.owner);
    if (isHandlers && patterns.conversation.test(binding.name)) binding.labels |= CONVERSATION;
  }
}

const TOOL_CLASS = /^(?:\w{0,40}Tool|MCPTool|BaseTool|ToolBase|AbstractTool)$/;
const RUNS = /^(?:execute|handler|handle|run|call|callback|invoke|cb|fn|action)$/;

/** `class Translate extends MCPTool { async execute(input) {} }`. */
function methodsOfTools(model: Model): Fn[] {
  return model.functions.filter(({ node, name }) => {
    const member = parentOf(node);
    if (member?.type !== 'MethodDefinition' || !RUNS.test(name)) return false;
    const owner = parentOf(parentOf(member) ?? member);
    const isClass = owner?.type === 'ClassDeclaration' || owner?.type === 'ClassExpression';
    const base = isClass ? owner.superClass : null;
    return base?.type === 'Identifier' && TOOL_CLASS.test(base.name);
  });
}

/** `{ name, description, inputSchema, handler }`, `define('name', 'What it does', schema, handler)`. */
function writtenTools(model: Model): Fn[] {
  const found = model.functions.filter(({ node, name }) => {
    const property = parentOf(node);
    const holder = property?.type === 'Property' && RUNS.test(name) ? parentOf(property) : null;
    if (holder?.type !== 'ObjectExpression') return false;
    const keys = holder.properties.map((one) => (one.type === 'Property' ? plainKey(one.key) : ''));
    return keys.includes('description') && keys.some((key) => SCHEMA.test(key));
  });
  for (const call of model.calls) {
    const last = call.arguments.at(-1);
    if (call.arguments.length < 3 || call.callee.type !== 'Identifier' || !last) continue;
    const [name, description] = call.arguments.map((arg) => constantOf(model, arg));
    if (TOOL_NAME.test(name ?? '') && SENTENCE.test(description ?? ''))
      found.push(...functionsIn(model, last));
  }
  return found;
}
const SCHEMA = /^(?:inputSchema|parameters|schema|input|args|params|inputs)$/;
const TOOL_NAME = /^[a-z][\w.-]{1,60}$/i;
const SENTENCE = /^[A-Z][^\u0000]{0,400} [^\u0000]{2}/;

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

export function markHooks(flow: Flow): void {
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

/** Named functions may be called by other files. */
export function markParameters(flow: Flow): void {
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

export function markPromises(flow: Flow): void {
  for (const call of flow.model.calls) {
    if (call.type !== 'NewExpression' || nameOf(flow.model, call.callee) !== 'Promise') continue;
    const resolve = functionsIn(flow.model, call.arguments[0])[0]?.params[0];
    const binding = resolve?.type === 'Identifier' ? lookup(flow.model, resolve) : null;
    if (binding) flow.resolvers.set(binding, call);
    flow.resolved.set(call, 0);
  }
}
