// Methods of strings that are known in full, worked out; patterns of the package are never run.
import { literal, textOf, type Value } from './values.ts';

const MAX_CHARS = 100_000;

/** The result, or undefined where it depends on something that is not known. */
export function knownCall(name: string, known: string, args: readonly Value[]): Value | undefined {
  const [first, second] = args.map(primitiveOf);
  const isPlain = args.every((arg) => arg.kind === 'literal');
  switch (name) {
    case 'toString':
    case 'valueOf':
    case 'normalize':
      return literal(known);
    case 'trim':
      return literal(known.trim());
    case 'trimStart':
      return literal(known.trimStart());
    case 'trimEnd':
      return literal(known.trimEnd());
    case 'toUpperCase':
    case 'toLocaleUpperCase':
      return literal(known.toUpperCase());
    case 'toLowerCase':
    case 'toLocaleLowerCase':
      return literal(known.toLowerCase());
    default:
  }
  if (!isPlain) return undefined;
  switch (name) {
    case 'slice':
      return literal(known.slice(numberOf(first), numberOf(second)));
    case 'substring':
      return literal(known.substring(numberOf(first) ?? 0, numberOf(second)));
    case 'charAt':
      return literal(known.charAt(numberOf(first) ?? 0));
    case 'charCodeAt':
    case 'codePointAt':
      return literal(known.codePointAt(numberOf(first) ?? 0));
    case 'repeat':
      return known.length * (numberOf(first) ?? 0) > MAX_CHARS
        ? undefined
        : literal(known.repeat(Math.max(0, Math.floor(numberOf(first) ?? 0))));
    case 'replace':
    case 'replaceAll':
      return replacedText(name, known, first, second);
    default:
      return undefined;
  }
}

function replacedText(name: string, known: string, part: unknown, by: unknown): Value | undefined {
  if (typeof part !== 'string' || part === '' || typeof by !== 'string') return undefined;
  const result = name === 'replace' ? known.replace(part, () => by) : known.split(part).join(by);
  return result.length > MAX_CHARS ? undefined : literal(result);
}

function primitiveOf(value: Value): unknown {
  return value.kind === 'literal' ? value.value : textOf(value);
}

function numberOf(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
}
