// Functions that get their arguments by way of an event, a queue, a timer or another thread.
import type { CallEvent, Machine } from './machine.ts';
import { UNKNOWN, textOf, type FunctionValue, type Value } from './values.ts';

const EMITTER =
  /^(?:events(?:\.EventEmitter|\.default)?|eventemitter[23](?:\.EventEmitter\w*|\.default)?|emittery|mitt|tiny-emitter|nanoevents\.createNanoEvents|stream\.(?:PassThrough|Transform|Duplex|Readable)|rxjs\.(?:Subject|BehaviorSubject|ReplaySubject))(?:\(\))?$/;
const LISTENS = new Set(['on', 'once', 'addListener', 'prependListener', 'subscribe', 'onmessage']);
const EMITS = new Set(['emit', 'emitSerial', 'next']);
// What a thread or a child process is sent, and where it gets it.
const THREAD = /^(?:worker_threads\.parentPort|process|self|globalThis)$/;
const SENDS = new Set(['postMessage', 'send']);
const THREAD_MAKERS = /^(?:worker_threads\.Worker|Worker|child_process\.fork)\(\)/;
// Libraries that call what they were made with when something is handed in.
const HANDS_IN = /^(?:push|unshift|pushAsync|add|run|fire|exec|execute|process|enqueue|schedule)$/;
const LATER = /^(?:setTimeout|setInterval|setImmediate|queueMicrotask|process\.nextTick)$/;
const MAX_LISTENERS = 8;

/** Runs whoever gets the arguments of this call; says nothing about what the call gives back. */
export function handOver(it: Machine, event: CallEvent): void {
  const { name, args, self, callee } = event;
  if (callee.kind !== 'external') return;
  if (LATER.test(callee.name)) {
    const given = args.slice(callee.name === 'process.nextTick' || args.length < 2 ? 1 : 2);
    if (given.length > 0) run(it, args.slice(0, 1), given);
    return;
  }
  if (LISTENS.has(name)) listen(it, event);
  if (self && EMITS.has(name) && isEmitter(self)) {
    const key = name === 'next' ? '' : (textOf(args[0]) ?? '');
    run(it, it.listeners.of.get(self)?.get(key) ?? [], name === 'next' ? args : args.slice(1));
  }
  if (SENDS.has(name) && THREAD_MAKERS.test(callee.name)) {
    // Of a web worker, the message is in `data`.
    const [first = UNKNOWN] = args;
    run(it, it.listeners.ofThreads, [first]);
  }
  const isIn = HANDS_IN.test(name) && self?.kind === 'external';
  const made = isIn ? self.args : self === undefined ? callee.args : undefined;
  if (made) run(it, made, args);
}

function listen(it: Machine, { args, self, callee }: CallEvent): void {
  const [key, callback] = args.length > 1 ? args : [undefined, args[0]];
  if (callback?.kind !== 'function') return;
  const name = callee.kind === 'external' ? callee.name.slice(0, callee.name.lastIndexOf('.')) : '';
  if (textOf(key) === 'message' && THREAD.test(name)) {
    if (it.listeners.ofThreads.length < MAX_LISTENERS) it.listeners.ofThreads.push(callback);
    return;
  }
  if (!self || !isEmitter(self)) return;
  const known = it.listeners.of.get(self) ?? new Map<string, FunctionValue[]>();
  it.listeners.of.set(self, known);
  const list = known.get(textOf(key) ?? '') ?? [];
  if (list.length < MAX_LISTENERS) list.push(callback);
  known.set(textOf(key) ?? '', list);
}

const isEmitter = (self: Value): boolean =>
  (self.kind === 'external' && EMITTER.test(self.name)) ||
  (self.kind === 'object' && self.base !== undefined && EMITTER.test(self.base));

function run(it: Machine, callbacks: readonly Value[], args: readonly Value[]): void {
  const guards = it.guards.length;
  it.uncertain += 1;
  for (const callback of callbacks) {
    if (callback.kind === 'function') it.callFunction(callback, args);
  }
  it.uncertain -= 1;
  // What the other side refuses, this one goes on with.
  it.guards.length = Math.min(it.guards.length, guards);
}
