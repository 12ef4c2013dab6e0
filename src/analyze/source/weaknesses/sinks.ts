// Which calls are sinks, and of what kind; the names are data.
import { ruleData } from '../../../rule-data.ts';
import { isNamed } from '../surface/capabilities.ts';
import type { Use } from '../surface/model.ts';

export type SinkKind =
  | 'shell'
  | 'program'
  | 'path'
  | 'url'
  | 'code'
  | 'regex'
  | 'merge'
  | 'deserialize'
  | 'template'
  | 'module';
export interface Sink {
  kind: SinkKind;
  names: string[];
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

export function sinksFor(use: Use): Sink[] {
  return ruleData('sinks', isSinks).sinks.filter((sink) =>
    sink.names.some((name) => isNamed(use.name, name)),
  );
}
