// Names that no scope declares: the platform's.
import { UNDEFINED, UNKNOWN, external, literal, type Value } from './values.ts';

const PLAIN: ReadonlyMap<string, Value> = new Map<string, Value>([
  ['undefined', UNDEFINED],
  ['NaN', literal(Number.NaN)],
  ['Infinity', literal(Infinity)],
]);
const KNOWN = new Set(
  (
    'require fetch eval Function setTimeout setInterval Object Array Map Set WeakMap String Number Boolean JSON Math ' +
    'Promise RegExp URL URLSearchParams Buffer process console globalThis global Symbol Reflect Proxy Date Error ' +
    'XMLHttpRequest WebSocket EventSource Bun Deno encodeURIComponent decodeURIComponent encodeURI decodeURI parseInt ' +
    'parseFloat isNaN structuredClone btoa atob importScripts setImmediate queueMicrotask escape unescape'
  ).split(' '),
);

export function globalValue(name: string): Value {
  return PLAIN.get(name) ?? (KNOWN.has(name) ? external(name) : UNKNOWN);
}

/** `node:fs/promises` -> `fs.promises`, `@scope/x/part.js` -> itself. */
export function moduleName(spec: string): string {
  const plain = spec.startsWith('node:') ? spec.slice(5) : spec;
  if (plain === 'fs/promises' || plain === 'fs-extra' || plain === 'graceful-fs') {
    return plain === 'fs/promises' ? 'fs.promises' : 'fs';
  }
  if (plain === 'timers/promises' || plain === 'path/posix' || plain === 'path/win32') {
    return plain.split('/')[0] ?? plain;
  }
  // One function a module: `lodash/merge.js`.
  const single = /^(lodash|lodash-es)\/(\w+)(?:\.js)?$/.exec(plain);
  return single ? `${single[1]}.${single[2]}` : plain;
}
