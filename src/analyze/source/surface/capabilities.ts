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

export function capabilitiesOf(uses: readonly Use[]): Map<string, Capability[]> {
  const table = ruleData('sinks', isSinkData).capabilities;
  const byName = new Map<string, Capability[]>();
  const byTool = new Map<string, Set<Capability>>();
  for (const { name, tool } of uses) {
    let found = byName.get(name);
    if (!found) {
      const entries = table.filter(({ names }) => names.some((pattern) => isNamed(name, pattern)));
      found = entries.map(({ capability }) => capability);
      byName.set(name, found);
    }
    if (found.length === 0) continue;
    const set = byTool.get(tool) ?? new Set<Capability>();
    for (const capability of found) set.add(capability);
    byTool.set(tool, set);
  }
  return new Map([...byTool].map(([tool, set]) => [tool, [...set].sort()]));
}

/** Whether a call is the one that a pattern names; `*` at the end means everything below. */
export function isNamed(name: string, pattern: string): boolean {
  const mayBeGlobal = name.startsWith('global') || name.startsWith('new global');
  const plain = mayBeGlobal ? name.replace(/^(new )?(?:globalThis|global)\./, '$1') : name;
  return pattern.endsWith('*') ? plain.startsWith(pattern.slice(0, -1)) : plain === pattern;
}
