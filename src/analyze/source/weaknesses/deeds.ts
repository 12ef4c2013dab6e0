// What a call of a handler does to the world: write, delete, run, send, change data elsewhere.
import { ruleData } from '../../../rule-data.ts';
import type { Capability } from '../../../types.ts';
import { isNamed } from '../surface/capabilities.ts';
import { textOf, type Value } from '../surface/eval/values.ts';
import type { Use } from '../surface/model.ts';
import { property } from '../surface/registrations.ts';

interface CapabilityNames {
  capabilities: { capability: Capability; names: string[] }[];
}
const hasNames = (data: unknown): data is CapabilityNames =>
  Array.isArray((data as Partial<CapabilityNames> | null)?.capabilities);

// Folders are made for caches and logs; files are what counts.
const PREPARES = /mkdir|ensureDir|chmod/i;

export type Deed =
  'writes' | 'deletes' | 'runs' | 'sends' | 'commands-deletion' | 'changes-data' | 'deletes-data';
const DEEDS: Partial<Record<Capability, Deed>> = {
  'file-write': 'writes',
  'file-delete': 'deletes',
  shell: 'runs',
  'process-spawn': 'runs',
  'network-client': 'sends',
};

export function capabilityOf(use: Use): Deed | undefined {
  if (PREPARES.test(use.method)) return undefined;
  const remote = remoteDeed(use);
  if (remote) return remote;
  const table = ruleData('sinks', hasNames).capabilities;
  for (const { capability, names } of table) {
    const deed = DEEDS[capability];
    if (deed && names.some((name) => isNamed(use.name, name))) return deed;
  }
  return undefined;
}

const DELETING_COMMAND =
  /(?:^|[\s;&|(])(?:sudo\s+)?(?:rm|rmdir|del|unlink|shred|mkfs\S*|dd|truncate|git\s+(?:push|reset|clean|checkout)|dropdb|kill|pkill|kubectl\s+delete|docker\s+(?:rm|rmi|kill|system\s+prune))(?:\s|$)/;
const DELETING_SQL =
  /^\s*(?:delete\s+from|drop\s+(?:table|database|index|view|schema)|truncate\s)/i;
// Nobody keeps sessions or scratch data as whole tables.
const DROPPING_SQL = /^\s*(?:drop\s+(?:table|database|schema)|truncate\s)/i;
const CHANGING_SQL =
  /^\s*(?:insert\s+(?:or\s+\w+\s+)?into|update\s[\s\S]{1,200}\sset\s|alter\s+table|create\s+table|replace\s+into|grant\s)/i;
// Whole stores: redis, mongodb, knex.
const DROPPING_METHOD =
  /^(?:flush(?:db|all)|drop(?:Database|Collection|Table|Schema)(?:IfExists)?)$/i;
const RUNS = /^(?:child_process|execa|cross-spawn|shelljs|Bun\.spawn)/;

/** Commands, statements and requests that destroy or change something elsewhere. */
function remoteDeed(use: Use): Deed | undefined {
  const text = written(use.args[0]);
  if (RUNS.test(use.name)) {
    const list = use.args[1]?.kind === 'array' ? use.args[1].items.map(written).join(' ') : '';
    const program = text.split(/[/\\]/).at(-1) ?? '';
    const command = list === '' ? text : program === '' ? '' : `${program} ${list}`;
    return DELETING_COMMAND.test(command) ? 'commands-deletion' : undefined;
  }
  if (DROPPING_METHOD.test(use.method)) return 'commands-deletion';
  if (/^(?:query|execute|exec|run|prepare|raw|all|get)$/.test(use.method)) {
    if (DROPPING_SQL.test(text) && !/\bte?mp/i.test(text)) return 'commands-deletion';
    if (DELETING_SQL.test(text)) return 'deletes-data';
    if (CHANGING_SQL.test(text)) return 'changes-data';
  }
  const method = use.args
    .map((arg) => textOf(property(arg, 'method'))?.toUpperCase())
    .find(Boolean);
  const isRequest = /^(?:fetch|node-fetch|undici|got|axios)\b/.test(use.name);
  if (!isRequest) return undefined;
  if (method === 'DELETE' || use.name === 'axios.delete') return 'deletes-data';
  return method === 'PUT' || method === 'PATCH' || /^axios\.(?:put|patch)$/.test(use.name)
    ? 'changes-data'
    : undefined;
}

/** A text with a blank for what is not known. */
function written(value: Value | undefined): string {
  if (!value) return '';
  if (value.kind === 'text') return value.parts.map((part) => textOf(part) ?? ' x ').join('');
  return textOf(value) ?? '';
}
