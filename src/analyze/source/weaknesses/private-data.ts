// Private data that code reads beyond what it is asked for: stores of other programs, and everything below home.
import type { WeaknessHit } from '../../../types.ts';
import { familiarName, isRefused } from '../capabilities.ts';
import type { SourceFile } from '../file.ts';
import { once } from '../once.ts';
import type { ServerSource } from '../package-context.ts';
import { homeHits } from './home-reads.ts';
import { privateData, privateHit } from './private-kinds.ts';

const patterns = once(() => {
  const { stores, reads } = privateData();
  return {
    stores: stores.map((store) => ({ store, names: new RegExp(store.names) })),
    reads: new RegExp(reads),
  };
});

// Bundles hold libraries that name all this for others.
const MAX_OWN_CHARS = 400_000;
const MAX_PATH_CHARS = 200;

/** `flow` of a store's hit begins with the store's id; whether it is explained is for the rule to say. */
export function privateReads(server: ServerSource): WeaknessHit[] {
  const files = [...server.files.values()].filter(({ text }) => text.length < MAX_OWN_CHARS);
  const reading = files.filter((file) => file.calls.some(({ name }) => isRead(name)));
  if (reading.length === 0) return [];
  return [...storeHits(files), ...homeHits(reading)];
}

const isRead = (name: string) => patterns().reads.test(familiarName(name));

function storeHits(files: readonly SourceFile[]): WeaknessHit[] {
  const found = new Map<string, WeaknessHit>();
  for (const file of files) {
    for (const node of file.nodesOf('Literal')) {
      if (typeof node.value !== 'string' || node.value.length > MAX_PATH_CHARS) continue;
      const text = node.value;
      const known = patterns().stores.find(({ names }) => names.test(text));
      if (!known || found.has(known.store.id) || isRefused(node, file)) continue;
      const { id, title } = known.store;
      found.set(id, privateHit(file, node, 'private-store-read', `Code reads ${title}`, [id]));
    }
  }
  return [...found.values()];
}
