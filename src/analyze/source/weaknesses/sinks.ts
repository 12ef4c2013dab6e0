// Which calls are sinks, and of what kind; the names are data.
import { ruleData } from '../../../rule-data.ts';
import { isNamed } from '../surface/capabilities.ts';
import type { Use } from '../surface/model.ts';
import { property } from '../surface/registrations.ts';

export type SinkKind =
  | 'shell'
  | 'program'
  | 'quoting-shell'
  | 'path'
  | 'url'
  | 'page'
  | 'redirect'
  | 'code'
  | 'page-code'
  | 'regex'
  | 'merge'
  | 'deserialize'
  | 'template'
  | 'module';
export interface Sink {
  kind: SinkKind;
  names: string[];
  /** Methods that tell by their name, of whatever object that is not the package's own. */
  methods?: string[];
  /** Only dangerous in older versions: the package and the first major that is not. */
  below?: { package: string; major: number };
  /** Only dangerous where an option of that name is true. */
  when?: string;
  /** Positions of the arguments that matter. */
  args: number[];
}

function isSinks(data: unknown): data is { sinks: Sink[] } {
  const list = (data as { sinks?: Sink[] } | null)?.sinks;
  return (
    Array.isArray(list) &&
    list.every((sink) => Array.isArray(sink.names) && Array.isArray(sink.args))
  );
}

// A client with options of its own is called like the library: `axios.create({...}).get`.
const MADE_OF =
  /(?<=^(?:axios|got|ky|request|needle|superagent|wretch|ofetch|node-fetch)(?:\.\w+){0,2})\.(?:create|extend|instance|defaults?|agent|url)\(\)/g;

// `execa({ shell: true })` is `execa` again, with options given in advance.
const BOUND = /^(execa(?:\.(?:execa|execaSync|sync|default))?)\(\)(?:``)?$/;

const unbound = ({ name, client }: Use): string =>
  client?.length === 1 && client[0]?.kind === 'object' ? name.replace(BOUND, '$1') : name;

export function sinksFor(use: Use, ranges: Readonly<Record<string, string>>): Sink[] {
  const made = unbound(use).replaceAll(MADE_OF, '');
  return ruleData('sinks', isSinks).sinks.filter(
    (sink) =>
      (sink.when === undefined || isOn(use, sink.when)) &&
      (!sink.below || isBelow(ranges[sink.below.package], sink.below.major)) &&
      (sink.names.some((name) => isNamed(made, name)) ||
        (use.name.startsWith('.') || use.name.includes(')')
          ? (sink.methods ?? []).includes(use.method)
          : false)),
  );
}

const isOn = ({ args }: Use, option: string): boolean =>
  args.some((arg) => {
    const value = property(arg, option);
    return value?.kind === 'literal' && value.value === true;
  });

/** The range can only be met by an older major; one that is open upwards cannot be told. */
function isBelow(range: string | undefined, major: number): boolean {
  if (range === undefined || /^(?:>|\*|latest|x)/.test(range)) return false;
  const first = /\d{1,6}/.exec(range)?.[0];
  return first !== undefined && Number(first) < major;
}
