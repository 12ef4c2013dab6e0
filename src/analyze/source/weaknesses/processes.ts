// Processes of the machine that a tool ends because an argument names them, whosever they are.
import { literal, textOf, type Value } from '../surface/eval/values.ts';
import type { Use } from '../surface/model.ts';
import { arrivals, type Fault, type ToolContext } from './faults.ts';

const KILLS =
  /^(?:process\.kill|tree-kill|tree-kill-promise|fkill|kill-port|find-process\.kill|@nodelib\/kill|terminate|kill-process)(?:\.default)?$/;
const RUNS = /^(?:child_process|execa|cross-spawn|tinyexec|nano-spawn|shelljs)\b/;
const KILLERS = /^(?:.*[/\\])?(?:kill|pkill|killall|taskkill|skill|xkill)(?:\.exe)?$/i;
const LINE = /^(?:sudo )?(?:kill|pkill|killall|taskkill)\s/i;
// Its own, found in a list that it keeps.
const KEEPS =
  /\.(?:get|has|find)\(|\bchildren\b|\bsessions?\b|\bjobs\b|\bprocesses\b|\bspawned\b|\bstarted\b/;
const MAX_AROUND = 4000;

export function processFault(use: Use, tool: ToolContext): Fault | undefined {
  const named = victim(use);
  if (!named || isKept(use)) return undefined;
  const open = arrivals(use, named, tool).find(({ checks }) => checks.size === 0);
  if (!open && !isNumber(named, tool)) return undefined;
  return {
    ruleId: 'destructive-tool',
    severity: 'moderate',
    confidence: 'medium',
    message: 'A tool ends any process of the machine that an argument names, not only its own',
    ...(open ? { taint: open.taint } : {}),
  };
}

/** A number that the schema asks for, of which nothing else is kept. */
const isNumber = (value: Value, { properties }: ToolContext): boolean =>
  value.kind === 'unknown' &&
  [...properties].some(
    ([name, schema]) =>
      /pid|process|port/i.test(name) && /^(?:number|integer)$/.test(String(schema['type'])),
  );

/** What says which process; a signal of 0 only asks whether it lives. */
function victim({ name, args }: Use): Value | undefined {
  const [first, second] = args;
  if (KILLS.test(name)) {
    return second?.kind === 'literal' && second.value === 0 ? undefined : first;
  }
  if (!RUNS.test(name) || !first) return undefined;
  const start = first.kind === 'text' ? textOf(first.parts[0]) : textOf(first);
  if (start !== undefined && LINE.test(start)) return first;
  if (start === undefined || !KILLERS.test(start) || second?.kind !== 'array') return undefined;
  return second.items.some((item) => textOf(item) === '-0') ? literal('') : second;
}

/** The function that does it looks the process up in what it started. */
function isKept({ file, node }: Use): boolean {
  for (let at = file.parentOf(node); at; at = file.parentOf(at)) {
    if (!/Function/.test(at.type)) continue;
    return KEEPS.test(file.text.slice(at.start, Math.min(at.end, at.start + MAX_AROUND)));
  }
  return false;
}
