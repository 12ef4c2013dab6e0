// Private data that code reads beyond what it is asked for: stores of other programs, and everything below home.
import type { WeaknessHit } from '../../../types.ts';
import { familiarName } from '../capabilities.ts';
import { isRefused } from '../named-paths.ts';
import type { SourceFile } from '../file.ts';
import { once } from '../once.ts';
import type { ServerSource } from '../package-context.ts';
import type { Node } from '../parse.ts';
import { homeHits } from './home-reads.ts';
import { privateData, privateHit } from './private-kinds.ts';

const patterns = once(() => {
  const { stores, reads } = privateData();
  return {
    stores: stores.map((store) => ({ store, names: new RegExp(store.names) })),
    printers: stores.flatMap((store) =>
      store.commands === undefined ? [] : [{ store, commands: new RegExp(store.commands) }],
    ),
    reads: new RegExp(reads),
  };
});

// Bundles hold libraries that name all this for others.
const MAX_OWN_CHARS = 400_000;
const MAX_PATH_CHARS = 200;
const MAX_PARTS = 10;
const JOINS = /^path\.(?:posix\.|win32\.)?(?:join|resolve)$/;
/** For a part that is not written out: `.${shell}_history`. */
const FILLED_IN = 'bash';

/** `flow` of a store's hit begins with the store's id; whether it is explained is for the rule to say. */
export function privateReads(server: ServerSource): WeaknessHit[] {
  const files = [...server.files.values()].filter(({ text }) => text.length < MAX_OWN_CHARS);
  const printed = printedHits(files, server.manifest.name ?? '');
  const reading = files.filter((file) => file.calls.some(({ name }) => isRead(name)));
  if (reading.length === 0) return printed;
  return [...storeHits(files), ...printed, ...homeHits(reading)];
}

const isRead = (name: string) => patterns().reads.test(familiarName(name));

function storeHits(files: readonly SourceFile[]): WeaknessHit[] {
  const found = new Map<string, WeaknessHit>();
  for (const file of files) {
    for (const { node, text } of pathsIn(file)) {
      const known = patterns().stores.find(({ names }) => names.test(text));
      if (!known || found.has(known.store.id) || isRefused(node, file)) continue;
      const { id, title } = known.store;
      found.set(id, privateHit(file, node, 'private-store-read', `Code reads ${title}`, [id]));
    }
  }
  return [...found.values()];
}

const RUNS = /^(?:child_process|execa|cross-spawn|shelljs|zx|tinyexec|nano-spawn)\b/;

/** `execFile('security', ['find-generic-password', …])`; an entry of the package's own is its own. */
function printedHits(files: readonly SourceFile[], name: string): WeaknessHit[] {
  const own = name.split('/').at(-1) ?? '';
  const found = new Map<string, WeaknessHit>();
  for (const file of files) {
    for (const { node, name: callee } of file.calls) {
      if (!RUNS.test(familiarName(callee))) continue;
      const line = node.arguments
        .slice(0, 2)
        .map((arg) => lineOf(arg, file))
        .join(' ');
      const known = patterns().printers.find(({ commands }) => commands.test(line));
      if (!known || found.has(known.store.id) || (own !== '' && line.includes(own))) continue;
      const { id, title } = known.store;
      found.set(id, privateHit(file, node, 'private-store-read', `Code asks for ${title}`, [id]));
    }
  }
  return [...found.values()];
}

const lineOf = (node: Node, file: SourceFile): string =>
  node.type === 'ArrayExpression'
    ? node.elements.map((one) => (one ? (file.constant(one) ?? 'x') : '')).join(' ')
    : (file.constant(node) ?? '').slice(0, 2000);

interface Written {
  node: Node;
  text: string;
}

/** Paths as they are written: in one text, with a part that is filled in, or as the parts of `join(…)`. */
function pathsIn(file: SourceFile): Written[] {
  const written: Written[] = [];
  const add = (node: Node, text: string) =>
    text.length > 0 && text.length <= MAX_PATH_CHARS && written.push({ node, text });
  for (const node of file.nodesOf('Literal'))
    if (typeof node.value === 'string') add(node, node.value);
  for (const node of file.nodesOf('TemplateLiteral'))
    add(node, node.quasis.map(({ value }) => value.raw).join(FILLED_IN));
  for (const { node, name } of file.calls)
    if (JOINS.test(familiarName(name)) && node.arguments.length <= MAX_PARTS)
      add(node, node.arguments.map((part) => textOf(part)).join('/'));
  // `home('.config', 'google-chrome', 'Default', 'History')`, whatever joins them.
  for (const node of file.nodesOf('CallExpression')) {
    const parts = node.arguments;
    if (parts.length > 1 && parts.length <= MAX_PARTS && parts.every(isText))
      add(node, parts.map((part) => textOf(part)).join('/'));
  }
  return written;
}

const isText = (part: Node): boolean => part.type === 'Literal' && typeof part.value === 'string';

const textOf = (part: Node): string =>
  part.type === 'Literal' && typeof part.value === 'string' ? part.value : FILLED_IN;
