// The payloads and hints of rules/fuzz.json, with the places of a run filled in.
import { ruleData } from '../../rule-data.ts';

export interface EdgeString {
  kind: string;
  text: string;
  repeat?: number;
}
interface FuzzData {
  /** Domain of the out-of-band host names, one host a call. */
  zone: string;
  pageHost: string;
  formats: Record<string, string>;
  hints: { names: string[]; values: string[] }[];
  fallbacks: string[];
  strings: EdgeString[];
  numbers: number[];
}
/** Where a run's payloads point to. */
export interface Places {
  home: string;
  project: string;
  /** A page that the sink serves; harmless to ask for. */
  page: string;
}

export function fuzzData(): FuzzData {
  return ruleData('fuzz', isFuzzData);
}

export function fillPlaces(text: string, places: Places): string {
  return text
    .replaceAll('{page}', places.page)
    .replaceAll('{project}', places.project)
    .replaceAll('{home}', places.home);
}

/** Words that a parameter's name suggests, e.g. a path for `filePath`; the name's last word counts too. */
export function hintedValues(name: string, places: Places): string[] {
  const plain = name.toLowerCase();
  const words = name
    .slice(0, 100)
    .replace(/([a-z])([A-Z])/g, '$1_$2')
    .toLowerCase()
    .split(/[_\-. ]/);
  const last = words.at(-1) ?? '';
  const { hints } = fuzzData();
  const hint =
    hints.find(({ names }) => names.includes(plain)) ??
    hints.find(({ names }) => names.includes(last));
  return (hint?.values ?? []).map((value) => fillPlaces(value, places));
}

function isFuzzData(data: unknown): data is FuzzData {
  if (typeof data !== 'object' || data === null) return false;
  const { zone, formats, hints, fallbacks, strings, numbers } = data as Partial<FuzzData>;
  return (
    typeof zone === 'string' &&
    typeof formats === 'object' &&
    Array.isArray(hints) &&
    hints.every((hint) => Array.isArray(hint.names) && Array.isArray(hint.values)) &&
    Array.isArray(fallbacks) &&
    Array.isArray(strings) &&
    strings.every(({ kind, text }) => typeof kind === 'string' && typeof text === 'string') &&
    Array.isArray(numbers)
  );
}
