// What a handler can do, by the calls that it makes.
import { ruleData } from '../../../rule-data.ts';
import type { Capability } from '../../../types.ts';
import type { Use } from './model.ts';

interface SinkData {
  capabilities: { capability: Capability; names: string[] }[];
}

function isSinkData(data: unknown): data is SinkData {
  const list = (data as Partial<SinkData> | null)?.capabilities;
  return Array.isArray(list) && list.every((entry) => Array.isArray(entry.names));
}

/** Names end in `*` where everything below is meant. */
export function capabilitiesOf(uses: readonly Use[]): Map<string, Capability[]> {
  const table = ruleData('sinks', isSinkData).capabilities;
  const byTool = new Map<string, Set<Capability>>();
  for (const use of uses) {
    for (const { capability, names } of table) {
      if (!names.some((name) => isNamed(use.name, name))) continue;
      const set = byTool.get(use.tool) ?? new Set<Capability>();
      byTool.set(use.tool, set.add(capability));
    }
  }
  return new Map([...byTool].map(([tool, set]) => [tool, [...set].sort()]));
}

export function isNamed(name: string, pattern: string): boolean {
  const plain = name.replace(/^(new )?(?:globalThis|global)\./, '$1');
  return pattern.endsWith('*') ? plain.startsWith(pattern.slice(0, -1)) : plain === pattern;
}
