// The values of the abstract interpreter: what an expression may be when the server runs.
import type { Json } from '../../../../types.ts';
import type { Node } from '../../parse.ts';
import type { SourceFile } from '../../file.ts';

/** A tool argument on its way; `origin` is its name as the caller sends it, e.g. `options.path`. */
export interface Taint {
  origin: string;
  /** Where it came by, oldest first: `file:line what`. */
  steps: readonly string[];
  /** What happened to it on the way. */
  marks: ReadonlySet<Mark>;
}
export type Mark =
  | 'normalized'
  | 'joined'
  | 'stripped'
  | 'shell-quoted'
  | 'half-quoted'
  | 'encoded'
  | 'regex-escaped'
  | 'basename'
  | 'json'
  | 'not-enforced'
  // `../` was taken out once, which shows that any text may come.
  | 'one-pass'
  // Without line breaks and other control characters.
  | 'one-line'
  // Put together with a base address: one that is whole leads elsewhere.
  | 'rebased'
  // Part of a line that was taken apart at its blanks, so it may be several words.
  | 'split'
  // It is a text and cannot be an object.
  | 'text'
  // Bytes that are no text until an encoding is named.
  | 'bytes';

/** What is known of an argument where the value that carries this is truthy (or falsy). */
export interface Check {
  origin: string;
  kind: CheckKind;
  whenTruthy: boolean;
}
export type CheckKind =
  | 'allowed'
  | 'pattern'
  | 'prefix'
  | 'weak-prefix'
  | 'no-dots'
  | 'no-option'
  | 'host'
  // It begins with the name of a host, after which another may go on: `https://a.example.evil.test`.
  | 'host-start'
  | 'scheme'
  | 'statement'
  | 'named'
  // It is a text, whatever the text is.
  | 'text'
  // Not a check that holds: what passes the pattern can still call things.
  | 'callable';

interface Carried {
  checks?: readonly Check[];
}
export type Primitive = string | number | boolean | null | undefined | bigint;
export interface LiteralValue extends Carried {
  kind: 'literal';
  value: Primitive;
}
/** A string of which only some parts are known. */
export interface TextValue extends Carried {
  kind: 'text';
  parts: readonly Value[];
}
export interface ObjectValue extends Carried {
  kind: 'object';
  props: Map<string, Value>;
  /** Whether it may have more properties than `props`. */
  isOpen: boolean;
  /** What unknown properties are read from. */
  rest?: Value;
  class?: ClassValue;
  /** The name of the outside class it extends or is made of, e.g. `express()`. */
  base?: string;
  file?: SourceFile;
  node?: Node;
}
export interface ArrayValue extends Carried {
  kind: 'array';
  items: Value[];
  isOpen: boolean;
  /** Whether it stands for a Set. */
  isSet?: boolean;
}
export interface FunctionValue extends Carried {
  kind: 'function';
  node: Node;
  env: Env;
  file: SourceFile;
  self?: Value;
  props?: Map<string, Value>;
  /** Arguments given by `bind`. */
  bound?: readonly Value[];
}
export interface ClassValue extends Carried {
  kind: 'class';
  node: Node;
  env: Env;
  file: SourceFile;
  parent?: Value;
  statics: Map<string, Value>;
}
/** Something of another package or of the platform, by its dotted name: `child_process.exec`. */
export interface ExternalValue extends Carried {
  kind: 'external';
  name: string;
  /** The arguments it was called with, for clients made from options. */
  args?: readonly Value[];
}
export interface SchemaValue extends Carried {
  kind: 'schema';
  json: { [key: string]: Json };
  isOptional: boolean;
  /** The members of an object schema, for `.shape`, `.extend` and typed arguments. */
  shape?: Map<string, Value>;
}
export interface RegexValue extends Carried {
  kind: 'regex';
  source: string;
  flags: string;
}
export interface UnknownValue extends Carried {
  kind: 'unknown';
  /** Arguments that, as keys, led from an object to this value. */
  ledBy?: readonly Taint[];
  taints?: readonly Taint[];
}
export interface UnionValue extends Carried {
  kind: 'union';
  options: readonly Value[];
}
/** What a constant is, by the answer to a question that may be asked again. */
export interface Choice {
  name: string;
  test: string;
  yes: Value;
  no: Value;
}
/** Variables of one call, block or module. */
export interface Env {
  readonly vars: Map<string, Value>;
  readonly parent: Env | null;
  readonly file: SourceFile;
  readonly isFunction: boolean;
  self: Value | undefined;
  homeClass: Value | undefined;
  /** Constants that a test chose; made with the first. */
  choices?: Choice[];
  lookup: (name: string) => Value | undefined;
  declare: (name: string, value: Value, isVar?: boolean) => void;
  assign: (name: string, value: Value, isCertain: boolean) => void;
  selfValue: () => Value | undefined;
  home: () => Value | undefined;
}
/** A value not computed yet. */
export interface LazyValue extends Carried {
  kind: 'lazy';
  force: () => Value;
}
export type Value =
  | LiteralValue
  | TextValue
  | ObjectValue
  | ArrayValue
  | FunctionValue
  | ClassValue
  | ExternalValue
  | SchemaValue
  | RegexValue
  | UnknownValue
  | UnionValue
  | LazyValue;

export const UNKNOWN: UnknownValue = Object.freeze({ kind: 'unknown' });
export const UNDEFINED: LiteralValue = Object.freeze({ kind: 'literal', value: undefined });
export const MAX_OPTIONS = 8;
const MAX_TAINTS = 6;
const MAX_STEPS = 8;

export const literal = (value: Primitive): LiteralValue => ({ kind: 'literal', value });
export const external = (name: string): ExternalValue => ({ kind: 'external', name });
/** A place in the package, as the platform names it: `__dirname` of this file. */
export const located = (name: string, path: string): ExternalValue => ({
  kind: 'external',
  name,
  args: [literal(path)],
});
export const array = (items: Value[], isOpen = false): ArrayValue => ({
  kind: 'array',
  items,
  isOpen,
});

export const object = (entries: [string, Value][]): ObjectValue => ({
  kind: 'object',
  props: new Map(entries),
  isOpen: false,
});

/** The string of a literal, or undefined. */
export function textOf(value: Value | undefined): string | undefined {
  return value?.kind === 'literal' && typeof value.value === 'string' ? value.value : undefined;
}

const NO_TAINTS: readonly Taint[] = [];
const MAX_VISITS = 120;

/** Every argument that is part of the value; large values are looked at in part. */
export function taintsOf(value: Value): readonly Taint[] {
  if (value.kind === 'unknown') return value.taints ?? NO_TAINTS;
  const isCompound =
    value.kind === 'text' ||
    value.kind === 'union' ||
    value.kind === 'array' ||
    value.kind === 'object';
  if (!isCompound) return NO_TAINTS;
  const search = { found: [] as Taint[], left: MAX_VISITS };
  gather(value, 0, search);
  return search.found;
}

function gather(value: Value, depth: number, search: { found: Taint[]; left: number }): void {
  if (depth > 5 || search.left-- <= 0 || search.found.length >= MAX_TAINTS) return;
  switch (value.kind) {
    case 'unknown':
      for (const taint of value.taints ?? NO_TAINTS) {
        if (!search.found.some((other) => other.origin === taint.origin)) search.found.push(taint);
      }
      return;
    case 'text':
      for (const part of value.parts) gather(part, depth + 1, search);
      return;
    case 'union':
      for (const option of value.options) gather(option, depth + 1, search);
      return;
    case 'array':
      for (const item of value.items) {
        if (search.left <= 0) return;
        gather(item, depth + 1, search);
      }
      return;
    case 'object':
      if (value.rest) gather(value.rest, depth + 1, search);
      for (const member of value.props.values()) {
        if (search.left <= 0) return;
        gather(member, depth + 1, search);
      }
      return;
    default:
  }
}

export function tainted(taints: readonly Taint[]): Value {
  return taints.length === 0 ? UNKNOWN : { kind: 'unknown', taints };
}

export function marked(value: Value, ...marks: Mark[]): Value {
  const add = (taint: Taint) => ({ ...taint, marks: new Set([...taint.marks, ...marks]) });
  if (value.kind === 'text')
    return { kind: 'text', parts: value.parts.map((p) => marked(p, ...marks)) };
  const taints = taintsOf(value);
  return taints.length === 0 ? value : { kind: 'unknown', taints: taints.map(add) };
}

/** Ends the name of an argument that was decoded: what was checked before holds for it no longer. */
export const DECODED = '%';
const NOT_KEPT: ReadonlySet<Mark> = new Set(['basename', 'encoded', 'normalized', 'joined']);

export function afterDecoding(value: Value): Value {
  const taints = taintsOf(value);
  if (taints.length === 0) return value;
  const after = taints.map((taint) => ({
    ...taint,
    origin: taint.origin.endsWith(DECODED) ? taint.origin : taint.origin + DECODED,
    marks: new Set([...taint.marks].filter((mark) => !NOT_KEPT.has(mark))),
  }));
  return { kind: 'unknown', taints: after };
}

export function withStep(value: Value, step: string): Value {
  if (value.kind !== 'unknown' || !value.taints) return value;
  const taints = value.taints.map((taint) =>
    taint.steps.length >= MAX_STEPS || taint.steps.at(-1) === step
      ? taint
      : { ...taint, steps: [...taint.steps, step] },
  );
  return { ...value, taints };
}

export function withChecks(value: Value, checks: readonly Check[]): Value {
  if (checks.length === 0) return value;
  return { ...value, checks: [...(value.checks ?? []), ...checks].slice(0, 16) };
}

/** One of several: what a variable is after a branch, or what a function returns. */
export function union(values: readonly Value[]): Value {
  const options: Value[] = [];
  const checks: Check[] = [];
  for (const value of values) {
    checks.push(...(value.checks ?? []));
    for (const option of value.kind === 'union' ? value.options : [value]) {
      const isKnown = options.some(
        (other) =>
          other === option ||
          (other.kind === 'literal' && option.kind === 'literal' && other.value === option.value),
      );
      if (!isKnown && options.length < MAX_OPTIONS) options.push(option);
    }
  }
  const only = options.length === 1 ? options[0] : undefined;
  const joined: Value = only ?? (options.length === 0 ? UNDEFINED : { kind: 'union', options });
  return checks.length === 0 || joined.checks ? joined : withChecks(joined, checks);
}

/** The value and, for a union, each of its options. */
export function optionsOf(value: Value): readonly Value[] {
  return value.kind === 'union' ? value.options : [value];
}

/** Whether it is certainly true or false in a condition; undefined if that depends. */
export function truthOf(value: Value): boolean | undefined {
  switch (value.kind) {
    case 'literal':
      return value.checks ? undefined : Boolean(value.value);
    case 'object':
    case 'array':
    case 'function':
    case 'class':
    case 'schema':
    case 'regex':
      return true;
    default:
      return undefined;
  }
}

/** Joins texts; neighbours that are known grow together. */
export function concat(values: readonly Value[]): Value {
  const parts: Value[] = [];
  for (const value of values) {
    for (const part of value.kind === 'text' ? value.parts : [value]) {
      const last = parts.at(-1);
      if (last?.kind === 'literal' && part.kind === 'literal') {
        parts[parts.length - 1] = literal(String(last.value) + String(part.value));
      } else if (parts.length < 64 && textOf(part) !== '') parts.push(part);
    }
  }
  const only = parts.length === 1 ? parts[0] : undefined;
  if (only?.kind === 'literal') return literal(String(only.value));
  return parts.length === 0 ? literal('') : { kind: 'text', parts };
}
