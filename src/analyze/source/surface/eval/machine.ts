// What the parts of the interpreter know of one another, and the state that they share.
import type { SourceFile } from '../../file.ts';
import type { Node } from '../../parse.ts';
import type { Check, FunctionValue, ObjectValue, Value, Env } from './values.ts';

/** How a statement ended. */
export type Completion = 'normal' | 'return' | 'throw' | 'skip';

export interface Frame {
  returns: Value[];
  yields: Value[];
}
/** A check that holds from here on, because the code leaves where it does not. */
export interface Guard extends Check {
  /** How the code leaves: a check that only returns binds the callee, not the caller. */
  by: 'throw' | 'return' | 'branch';
  /** Whether the early return was of something true. */
  returned?: boolean | undefined;
}
export interface CallEvent {
  node: Node;
  file: SourceFile;
  /** Last part of the callee: `registerTool` of `server.registerTool(...)`. */
  name: string;
  callee: Value;
  self: Value | undefined;
  args: readonly Value[];
  isNew: boolean;
}
export interface WriteEvent {
  node: Node;
  file: SourceFile;
  target: Value;
  key: Value;
  value: Value;
}
export interface Hooks {
  /** Asked before a call is followed; a value answers it. */
  onCall: (event: CallEvent) => Value | undefined;
  /** Told of writes such as `result[key] = value`. */
  onWrite?: (event: WriteEvent) => void;
}
export interface Module {
  env: Env;
  exports: ObjectValue;
}
/** Who listens, by emitter and name of the event. */
export interface Listeners {
  of: WeakMap<Value, Map<string, FunctionValue[]>>;
  ofThreads: FunctionValue[];
}
export interface Machine {
  hooks: Hooks;
  /** How much may still be looked at. */
  steps: number;
  nesting: number;
  /** Functions being run, innermost last. */
  stack: Node[];
  /** Above zero inside branches that may not be taken. */
  uncertain: number;
  guards: Guard[];
  frame: Frame;
  /** Who waits for events, and for messages of another thread. */
  listeners: Listeners;
  /** Functions that were entered at least once. */
  entered: Set<Node>;
  evaluate: (node: Node, env: Env) => Value;
  execute: (statements: readonly Node[], env: Env) => Completion;
  callFunction: (fn: FunctionValue, args: readonly Value[], self?: Value) => Value;
  call: (event: CallEvent) => Value;
  construct: (event: CallEvent) => Value;
  get: (target: Value, key: string) => Value;
  set: (target: Value, key: string, value: Value) => void;
  bind: (pattern: Node, value: Value, env: Env, kind: 'var' | 'let' | 'assign') => void;
  /** Runs functions that were handed to code we do not see. */
  runCallbacks: (args: readonly Value[], element?: Value) => void;
  importFrom: (file: SourceFile, spec: string) => Value;
  /** What a module under a path that was put together gives, e.g. `join(__dirname, name)`. */
  importAt: (file: SourceFile, at: Value) => Value;
  /** What a file of the package holds, and what a folder of it; undefined for others. */
  readFile: (file: SourceFile, at: Value) => Value | undefined;
  listFolder: (file: SourceFile, at: Value) => Value | undefined;
  place: (file: SourceFile, node: Node) => string;
}
