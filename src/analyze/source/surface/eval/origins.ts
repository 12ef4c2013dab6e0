// Names of arguments and of what lies in them.
import type { Taint } from './values.ts';

const MAX_ORIGIN_CHARS = 80;
// `request.params.arguments.path` is the argument `path`.
const ENVELOPE = new Set(['params', 'arguments', 'args', 'input']);

/** A property of an argument: the longer name tells more. */
export function below(taint: Taint, key: string): Taint {
  if (/^\d+$/.test(key) || key === 'length' || key === 'data') return taint;
  if (taint.origin === '' && ENVELOPE.has(key)) return taint;
  const origin = taint.origin === '' ? key : `${taint.origin}.${key}`;
  return origin.length > MAX_ORIGIN_CHARS ? taint : { ...taint, origin };
}
