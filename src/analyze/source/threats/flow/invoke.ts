// What a call really calls, and with which arguments: through call, apply and Reflect.apply.
import type { Node } from '../../parse.ts';
import { isFunction, lookup, plainKey } from './model.ts';
import type { Call, Fn, Model } from './model.ts';
import { keyOf, nameOf, unwrap, valueOf } from './names.ts';

export interface Invocation {
  call: Call;
  name: string;
  args: readonly Node[];
}

export function invocationOf(model: Model, call: Call): Invocation {
  const name = nameOf(model, call.callee) ?? '';
  if (name === 'Reflect.apply') {
    return {
      call,
      name: nameOf(model, call.arguments[0]) ?? '',
      args: elements(call.arguments[2]),
    };
  }
  const callee = unwrap(call.callee);
  const method = callee.type === 'MemberExpression' ? keyOf(model, callee) : null;
  if (callee.type !== 'MemberExpression' || (method !== 'call' && method !== 'apply')) {
    return { call, name, args: call.arguments };
  }
  const args = method === 'call' ? call.arguments.slice(1) : elements(call.arguments[1]);
  return { call, name: nameOf(model, callee.object) ?? name, args };
}

/** The functions of a proxy's handler; their first parameter is what the proxy stands for. */
export function proxyFunctions(model: Model, node: Node): Fn[] {
  const made = unwrap(node);
  if (made.type !== 'NewExpression' || nameOf(model, made.callee) !== 'Proxy') return [];
  const handler = made.arguments[1];
  if (handler?.type !== 'ObjectExpression') return [];
  return handler.properties.flatMap((one) => {
    const isTrap = one.type === 'Property' && /^(?:apply|construct|get)$/.test(plainKey(one.key));
    const fn = isTrap && isFunction(one.value) ? model.fnOf.get(one.value) : undefined;
    return fn ? [fn] : [];
  });
}

/** Lets the first parameter of a proxy's traps have the name of what is behind it. */
export function aliasProxies(model: Model): void {
  for (const call of model.calls) {
    if (
      call.type !== 'NewExpression' ||
      call.callee.type !== 'Identifier' ||
      call.callee.name !== 'Proxy'
    )
      continue;
    const behind = nameOf(model, call.arguments[0]);
    for (const fn of behind === null ? [] : proxyFunctions(model, call)) {
      const target = fn.params[0];
      const binding = target?.type === 'Identifier' ? lookup(model, target) : null;
      if (binding) binding.alias = behind;
    }
  }
}

/** The trap of a proxy that stands in a variable or property and is called: its third parameter is the arguments. */
export function trapOf(model: Model, callee: Node): Fn | null {
  const value = unwrap(callee);
  let held: Node | null = null;
  if (value.type === 'MemberExpression') held = valueOf(model, value);
  if (value.type === 'Identifier') {
    const defs = lookup(model, value)?.defs.filter((def) => def.value !== null) ?? [];
    const [def] = defs;
    held = defs.length === 1 && def?.path.length === 0 ? def.value : null;
  }
  if (held === null || unwrap(held).type !== 'NewExpression') return null;
  return proxyFunctions(model, held).find(({ name }) => name === 'apply') ?? null;
}

const elements = (node: Node | undefined): Node[] =>
  node?.type === 'ArrayExpression' ? node.elements.filter((one) => one !== null) : [];
