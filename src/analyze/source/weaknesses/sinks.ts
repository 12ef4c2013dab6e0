// Which calls are sinks, and of what kind; the names are data.
import { ruleData } from '../../../rule-data.ts';
import { isNamed } from '../surface/capabilities.ts';
import type { Use } from '../surface/model.ts';

export type SinkKind =
  | 'shell'
  | 'program'
  | 'path'
  | 'url'
  | 'page'
  | 'code'
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

export function sinksFor(use: Use): Sink[] {
  const made = use.name.replaceAll(MADE_OF, '');
  return ruleData('sinks', isSinks).sinks.filter(
    (sink) =>
      sink.names.some((name) => isNamed(made, name)) ||
      (use.name.startsWith('.') || use.name.includes(')')
        ? (sink.methods ?? []).includes(use.method)
        : false),
  );
}
