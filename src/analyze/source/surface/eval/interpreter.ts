// The abstract interpreter: puts its parts together and bounds what they may do.
import type { SourceFile } from '../../file.ts';
import type { ServerSource } from '../../package-context.ts';
import type { Node } from '../../parse.ts';
import { call } from './calls.ts';
import { construct } from './classes.ts';
import { listValue, readValue } from './data-files.ts';
import { evaluate } from './expressions.ts';
import { externalNew } from './externals.ts';
import { callFunction, runCallbacks } from './functions.ts';
import type { CallEvent, Hooks, Machine } from './machine.ts';
import { get, set } from './members.ts';
import { createModules, importedAt, importedValue, type Modules } from './modules.ts';
import { bind } from './patterns.ts';
import { execute } from './statements.ts';
import type { Value } from './values.ts';

export interface Interpreter extends Machine {
  modules: Modules;
  /** Runs `work` with at most so many steps; a stack that overflows ends it. */
  within: <T>(steps: number, work: () => T) => T | undefined;
}

export function createInterpreter(server: ServerSource, hooks: Hooks): Interpreter {
  const it: Interpreter = {
    hooks,
    steps: 0,
    nesting: 0,
    stack: [],
    uncertain: 0,
    guards: [],
    frame: { returns: [], yields: [] },
    listeners: { of: new WeakMap(), ofThreads: [] },
    entered: new Set(),
    evaluate: (node, env) => evaluate(it, node, env),
    execute: (statements, env) => execute(it, statements, env),
    callFunction: (fn, args, self) => callFunction(it, fn, args, self),
    call: (event) => call(it, event),
    construct: (event) => constructed(it, event),
    get: (target, key) => get(it, target, key),
    set: (target, key, value) => set(it, target, key, value),
    bind: (pattern, value, env, kind) => bind(it, pattern, value, env, kind),
    runCallbacks: (args, element) => runCallbacks(it, args, element),
    importFrom: (file, spec) => importedValue(server, it.modules, file, spec),
    importAt: (file, at) => importedAt(server, it.modules, file, at),
    readFile: (file, at) => readValue(server, file, at),
    listFolder: (file, at) => listValue(server, file, at),
    place: (file: SourceFile, node: Node) => `${file.path}:${file.lineOf(node)}`,
    modules: undefined as never,
    within: (steps, work) => within(it, steps, work),
  };
  it.modules = createModules(server, it);
  return it;
}

function constructed(it: Machine, event: CallEvent): Value {
  if (event.callee.kind === 'external' && event.name !== 'super') {
    return it.hooks.onCall(event) ?? externalNew(it, event, event.callee);
  }
  return construct(it, event);
}

function within<T>(it: Machine, steps: number, work: () => T): T | undefined {
  const before = { steps: it.steps, frame: it.frame };
  it.steps = Math.min(it.steps, steps);
  const given = it.steps;
  try {
    return work();
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return undefined;
  } finally {
    it.steps = before.steps - (given - it.steps);
    it.frame = before.frame;
    it.stack.length = 0;
    it.nesting = 0;
    it.uncertain = 0;
    it.guards.length = 0;
  }
}
