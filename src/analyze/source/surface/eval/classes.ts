// Classes and their instances.
import type { Node } from '../../parse.ts';
import { LocalEnv } from './env.ts';
import type { CallEvent, Machine } from './machine.ts';
import { UNKNOWN, type ClassValue, type ObjectValue, type Value, type Env } from './values.ts';

type ClassNode = Node & { type: 'ClassDeclaration' | 'ClassExpression' };
type Member = ClassNode['body']['body'][number];

// Longer chains of `extends` are not followed.
const MAX_ANCESTORS = 12;

export function classOf(it: Machine, node: Node, env: Env): Value {
  if (node.type !== 'ClassDeclaration' && node.type !== 'ClassExpression') return UNKNOWN;
  const inner = new LocalEnv(env, env.file, false);
  const value: ClassValue = { kind: 'class', node, env: inner, file: env.file, statics: new Map() };
  inner.homeClass = value;
  if (node.id) inner.declare(node.id.name, value);
  if (node.superClass) value.parent = it.evaluate(node.superClass, env);
  for (const member of node.body.body) {
    if (member.type === 'PropertyDefinition' && member.static) {
      const key = plainKey(member.key);
      const init = member.value;
      if (key && init) {
        const scope = new LocalEnv(inner, env.file, true);
        scope.self = value;
        value.statics.set(key, { kind: 'lazy', force: () => it.evaluate(init, scope) });
      }
    }
    if (member.type === 'StaticBlock') {
      const scope = new LocalEnv(inner, env.file, true);
      scope.self = value;
      it.execute(member.body, scope);
    }
  }
  return value;
}

export function plainKey(key: Node): string | undefined {
  if (key.type === 'Identifier') return key.name;
  if (key.type === 'PrivateIdentifier') return `#${key.name}`;
  return key.type === 'Literal' ? String(key.value) : undefined;
}

export function ancestorsOf(value: ClassValue): ClassValue[] {
  const chain = [value];
  for (
    let at = value.parent;
    at?.kind === 'class' && chain.length < MAX_ANCESTORS;
    at = at.parent
  ) {
    if (chain.includes(at)) break;
    chain.push(at);
  }
  return chain;
}

/** `new X(...args)`; for `super(...)`, `event.self` is the object under construction. */
export function construct(it: Machine, event: CallEvent): Value {
  const answer = it.hooks.onCall(event);
  if (answer) return answer;
  const { callee } = event;
  if (callee.kind === 'function') return it.callFunction(callee, event.args, event.self);
  if (callee.kind !== 'class') {
    it.runCallbacks(event.args);
    if (callee.kind !== 'external') return UNKNOWN;
    if (event.name === 'super' && event.self?.kind === 'object') event.self.base = callee.name;
    return { kind: 'external', name: `${callee.name}()`, args: event.args };
  }
  const self: ObjectValue =
    event.name === 'super' && event.self?.kind === 'object'
      ? event.self
      : {
          kind: 'object',
          props: new Map(),
          isOpen: false,
          class: callee,
          file: callee.file,
          node: callee.node,
        };
  initialise(it, callee, self, event);
  return self;
}

function initialise(it: Machine, cls: ClassValue, self: ObjectValue, event: CallEvent): void {
  if (it.stack.filter((node) => node === cls.node).length > 1 || it.stack.length > 40) return;
  it.stack.push(cls.node);
  const members = (cls.node as ClassNode).body.body;
  const constructor = members.find(
    (member) => member.type === 'MethodDefinition' && member.kind === 'constructor',
  );
  const runFields = () => fields(it, cls, self, members);
  if (constructor?.type === 'MethodDefinition') {
    // Fields of a derived class come after `super()`; the order does not matter to us.
    runFields();
    const fn: Value = { kind: 'function', node: constructor.value, env: cls.env, file: cls.file };
    it.callFunction(fn, event.args, self);
  } else {
    if (cls.parent) it.construct({ ...event, name: 'super', callee: cls.parent, self });
    runFields();
  }
  it.stack.pop();
}

function fields(it: Machine, cls: ClassValue, self: ObjectValue, members: readonly Member[]): void {
  const scope = new LocalEnv(cls.env, cls.file, true);
  scope.self = self;
  for (const member of members) {
    if (member.type !== 'PropertyDefinition' || member.static || !member.value) continue;
    const key = plainKey(member.key);
    if (key !== undefined) self.props.set(key, it.evaluate(member.value, scope));
  }
}

/** A method, getter or static of the class or of what it extends. */
export function memberOfClass(
  it: Machine,
  cls: ClassValue,
  key: string,
  self: Value,
  isStatic: boolean,
): Value | undefined {
  for (const ancestor of ancestorsOf(cls)) {
    if (isStatic) {
      const known = ancestor.statics.get(key);
      if (known) return known.kind === 'lazy' ? known.force() : known;
    }
    for (const member of (ancestor.node as ClassNode).body.body) {
      if (member.type !== 'MethodDefinition' || member.static !== isStatic) continue;
      if (plainKey(member.key) !== key || member.kind === 'constructor') continue;
      if (member.kind === 'set') continue;
      const fn: Value = {
        kind: 'function',
        node: member.value,
        env: ancestor.env,
        file: ancestor.file,
        self,
      };
      return member.kind === 'get' ? it.callFunction(fn, [], self) : fn;
    }
  }
  return undefined;
}
