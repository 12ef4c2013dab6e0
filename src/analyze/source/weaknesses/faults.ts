// What is common to the faults: how an argument was checked on its way, and how a hit is worded.
import type { Confidence, Json, Severity, ToolDefinition, WeaknessHit } from '../../../types.ts';
import { escapeExcerpt } from '../../text/escape.ts';
import {
  DECODED,
  optionsOf,
  taintsOf,
  type CheckKind,
  type Mark,
  type Taint,
  type Value,
} from '../surface/eval/values.ts';
import { ENTRY } from '../surface/eval/archives.ts';
import type { Use } from '../surface/model.ts';

export interface Fault {
  ruleId: string;
  severity: Severity;
  confidence: Confidence;
  message: string;
  /** The argument that leads there; without one, calling the tool is enough. */
  taint?: Taint;
}
/** What holds for the server as a whole. */
export interface Habits {
  /** It only answers over the network, so those who call are not its own user. */
  isShared: boolean;
  /** Where a library would quote for the shell, it is told not to. */
  isUnquoted: boolean;
  /** Whether pages it shows may read files, are shown from files, or run nothing. */
  browser: 'open' | 'files' | 'guarded' | 'plain';
  /** What is looked at before an address is fetched: where its name leads to, or only the name. */
  addressLook: 'address' | 'name' | 'nothing';
  /** It asks its database for a session that only reads. */
  isReadOnlySession: boolean;
  /** By nothing but a transaction, which `COMMIT` ends. */
  isHeldByTransaction: boolean;
  /** It holds a key that goes past the rules of the database. */
  hasFullRights: boolean;
  /** Ranges of its dependencies by name. */
  ranges: Readonly<Record<string, string>>;
}
export interface ToolContext extends Habits {
  /** Name, title and description, lower case. */
  stated: string;
  /** Schemas of the arguments by name. */
  properties: ReadonlyMap<string, { [key: string]: Json }>;
  /** What the arguments may be is known; where a schema could not be read, they may be of a list. */
  isKnown: boolean;
  /** People call it, and are asked for what it names. */
  isPrompt: boolean;
  /** It is annotated so. */
  isReadOnly: boolean;
}
/** An argument and what is known of it where it arrives. */
export interface Arrival {
  taint: Taint;
  checks: ReadonlySet<CheckKind>;
  /** It was looked at whether it is a text. */
  isText: boolean;
  /** It passed a pattern that leaves the characters of calls. */
  isCallable: boolean;
  /** Its schema says number, boolean or one of a list, though nothing enforces it here. */
  isTyped: boolean;
}

const TAME_TYPES = new Set(['number', 'integer', 'boolean']);

export function toolContext(tool: ToolDefinition | undefined, habits: Habits): ToolContext {
  const properties = new Map<string, { [key: string]: Json }>();
  collect(tool?.inputSchema ?? null, properties, 0);
  const words = [tool?.name, tool?.title, tool?.description.slice(0, 2000)];
  return {
    stated: words.join(' ').toLowerCase(),
    properties,
    isKnown: properties.size > 0,
    isPrompt: false,
    isReadOnly: tool?.annotations.readOnlyHint === true,
    ...habits,
  };
}

/** Arguments by name, those of nested objects too; the outer one wins. */
function collect(schema: Json, found: Map<string, { [key: string]: Json }>, depth: number): void {
  if (typeof schema !== 'object' || schema === null || depth > 6) return;
  if (Array.isArray(schema)) {
    for (const item of schema) collect(item, found, depth + 1);
    return;
  }
  const { properties, items, anyOf } = schema;
  if (typeof properties === 'object' && properties !== null && !Array.isArray(properties)) {
    for (const [key, member] of Object.entries(properties)) {
      if (typeof member !== 'object' || member === null || Array.isArray(member)) continue;
      if (!found.has(key)) found.set(key, member);
      collect(member, found, depth + 1);
    }
  }
  collect(items ?? null, found, depth + 1);
  collect(anyOf ?? null, found, depth + 1);
}

/** The name that the caller sends, also of what was decoded since. */
/** The argument that a decoded text came from. */
export const plain = (origin: string) => origin.replaceAll(DECODED, '');
/** Whether the tool's schema is known and says nothing of an argument. */
export function isUnnamed({ isKnown, isPrompt, properties }: ToolContext, origin: string): boolean {
  if (!isKnown || isPrompt || origin === '') return false;
  return !plain(origin)
    .split('.')
    .some((name) => properties.has(name));
}

const lastPart = (origin: string) => plain(origin).split('.').at(-1) ?? '';

/** What an archive holds is no argument: only its names matter, and only as paths. */
const isOfEntry = (origin: string) => origin === ENTRY || origin.startsWith(`${ENTRY}.`);

/** The arguments in a value that carry none of the marks, with the checks that hold for them. */
export function arrivals(
  use: Use,
  value: Value | undefined,
  tool: ToolContext,
  safeMarks: readonly Mark[] = [],
  of: 'argument' | 'entry' = 'argument',
): Arrival[] {
  if (!value) return [];
  return taintsOf(value)
    .filter(({ origin }) => isOfEntry(origin) === (of === 'entry'))
    .filter((taint) => !safeMarks.some((mark) => taint.marks.has(mark)))
    .map((taint) => {
      // `url.href` is the whole of the address whose `url.hostname` was looked at.
      const checks = checksFor(use, taint.origin.replace(/\.href$/, ''), value);
      const isCallable = checks.delete('callable');
      const isText = checks.delete('text') || taint.marks.has('text');
      return { taint, checks, isText, isCallable, isTyped: isTyped(tool, taint.origin) };
    });
}

// Of an address these say nothing about the host.
const URL_PARTS = new Set(['port', 'username', 'password', 'hash', 'search', 'length']);
const HOST_PARTS = new Set(['host', 'hostname', 'origin']);
const TIGHT: ReadonlySet<CheckKind> = new Set(['allowed', 'pattern']);

const isOf = (checked: string, origin: string) =>
  checked === origin || checked.startsWith(`${origin}.`) || origin.startsWith(`${checked}.`);

function checksFor(use: Use, origin: string, value: Value): Set<CheckKind> {
  const kinds = new Set<CheckKind>();
  const before = origin.endsWith(DECODED) ? plain(origin) : undefined;
  for (const guard of use.guards) {
    if (guard.origin === '') continue;
    const part = guard.origin.startsWith(`${origin}.`) ? lastPart(guard.origin) : '';
    if (part === 'protocol') kinds.add('scheme');
    else if (HOST_PARTS.has(part) && guard.kind === 'named') kinds.add('host');
    else if (URL_PARTS.has(part)) continue;
    else if (isOf(guard.origin, origin)) kinds.add(guard.kind);
    // What has none but harmless characters stays what it is when it is decoded.
    else if (before !== undefined && isOf(guard.origin, before) && TIGHT.has(guard.kind)) {
      kinds.add(guard.kind);
    }
  }
  for (const check of value.checks ?? []) {
    const part = check.origin.startsWith(`${origin}.`) ? lastPart(check.origin) : '';
    if (check.origin === origin || HOST_PARTS.has(part)) kinds.add(check.kind);
  }
  return kinds;
}

function isTyped(tool: ToolContext, origin: string): boolean {
  const schema = tool.properties.get(lastPart(origin));
  if (!schema) return false;
  return (
    TAME_TYPES.has(String(schema['type'])) || Array.isArray(schema['enum']) || 'const' in schema
  );
}

/** Whether the tool says that it does this kind of thing. */
export function states(tool: ToolContext, pattern: RegExp): boolean {
  return pattern.test(tool.stated.replaceAll('_', ' ').replaceAll('-', ' '));
}

export function describes(tool: ToolContext, origin: string, pattern: RegExp): boolean {
  const description = tool.properties.get(lastPart(origin))?.['description'];
  return (
    pattern.test(plain(origin)) || (typeof description === 'string' && pattern.test(description))
  );
}

/** The value is one argument and nothing else. */
export function isWholeArgument(value: Value): boolean {
  return optionsOf(value).some((option) => {
    const [only, ...more] = option.kind === 'text' ? option.parts : [option];
    return more.length === 0 && only?.kind === 'unknown' && taintsOf(only).length > 0;
  });
}

const MAX_PARTS = 200;

/** The value and everything in it, with the names under which it stands there. */
export function* partsOf(
  value: Value,
  key = '',
  left = { parts: MAX_PARTS },
): Generator<[string, Value]> {
  if (left.parts-- <= 0) return;
  yield [key, value];
  if (value.kind === 'union') for (const one of value.options) yield* partsOf(one, key, left);
  if (value.kind === 'array') for (const one of value.items) yield* partsOf(one, key, left);
  if (value.kind !== 'object') return;
  for (const [name, one] of value.props) {
    if (one.kind !== 'lazy') yield* partsOf(one, name, left);
  }
}

export function hitOf(use: Use, fault: Fault): WeaknessHit {
  const { file, node } = use;
  const line = file.lineOf(node);
  const { taint, ...text } = fault;
  const named = taint && taint.origin !== '' ? [`argument ${plain(taint.origin)}`] : [];
  const flow = [...named, ...(taint?.steps ?? []), `${file.path}:${line} ${use.name}`];
  return {
    ...text,
    file: file.path,
    line,
    excerpt: escapeExcerpt(file.textOf(node), 200),
    reached: 'entry',
    flow: flow.map((step) => escapeExcerpt(step, 200)),
    ...(use.tool === '' ? {} : { tool: use.tool }),
  };
}
