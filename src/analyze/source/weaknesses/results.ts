// What a tool gives back that is nobody's business: all environment variables, or the server's settings.
import type { Use } from '../surface/model.ts';
import type { Value } from '../surface/eval/values.ts';
import { states, type Fault, type ToolContext } from './faults.ts';

const WHOLE = /^(?:process\.env|Bun\.env|Deno\.env\.toObject\(\))(?:\[\])?$/;
const SECRET =
  /^process\.env\.\w*(?:SECRET|PASSWORD|PASSWD|PRIVATE_KEY|ACCESS_KEY|API_?KEY|AUTH_TOKEN|ACCESS_TOKEN|_TOKEN)$/;
const ABOUT_ENVIRONMENT = /\benv(?:ironment)?\b|\bvariables?\b/;
const MAX_PARTS = 300;

export function resultFault(use: Use, tool: ToolContext): Fault | undefined {
  const [result] = use.args;
  if (use.name !== 'result' || !result) return undefined;
  const keys = keysIn(result, { parts: MAX_PARTS });
  if (keys && !states(tool, ABOUT_KEYS)) return { ...FILE_OF_KEYS };
  const names = namesIn(result, { parts: MAX_PARTS });
  const isWhole = names.some((name) => WHOLE.test(name));
  if (!isWhole && !names.some((name) => SECRET.test(name))) return undefined;
  const isMeant = isWhole && states(tool, ABOUT_ENVIRONMENT);
  return {
    ruleId: 'secrets-in-result',
    severity: isMeant ? 'moderate' : 'high',
    confidence: isWhole ? 'high' : 'medium',
    message: isWhole
      ? 'A tool gives back all environment variables'
      : 'A tool gives back a credential of the environment',
  };
}

const FILE_OF_KEYS = {
  ruleId: 'secrets-in-result',
  severity: 'high',
  confidence: 'medium',
  message: 'A tool gives back a file in which another program keeps its keys',
} as const;
const ABOUT_KEYS = /\bcredentials?\b|\bkeys?\b|\bsecrets?\b|\bnetrc\b|\btokens?\b/;
const READS = /^(?:fs|fs-extra)\.(?:promises\.)?(?:readFile|readFileSync|createReadStream)\(\)/;
// Nothing but keys stands in them, no settings that others need.
const KEYS_ONLY =
  /[/~]\.ssh\/id_\w+$|(?:^|[/~])(?:\.git-credentials|\.aws\/credentials|[._]netrc|\.pgpass|\.vault-token|\.gnupg\/private\S*|\.codex\/auth\.json|\.claude\/\.credentials\.json)$/;

/** Whether some part of the value is what was read from such a file. */
function keysIn(value: Value, left: { parts: number }): boolean {
  if (left.parts-- <= 0) return false;
  const some = (values: Iterable<Value>) => [...values].some((one) => keysIn(one, left));
  switch (value.kind) {
    case 'external':
      return (
        (READS.test(value.name) && KEYS_ONLY.test(pathIn(value.args?.[0]))) ||
        some(value.args?.slice(0, 2) ?? [])
      );
    case 'text':
      return some(value.parts);
    case 'union':
      return some(value.options);
    case 'array':
      return some(value.items);
    case 'object':
      return !value.class && some([...value.props.values()]);
    default:
      return false;
  }
}

function pathIn(value: Value | undefined): string {
  if (value?.kind === 'text') return value.parts.map(pathIn).join('');
  if (value?.kind === 'literal') return String(value.value);
  return '~';
}

function namesIn(value: Value, left: { parts: number }): string[] {
  if (left.parts-- <= 0) return [];
  const inner = (values: Iterable<Value>) => [...values].flatMap((one) => namesIn(one, left));
  switch (value.kind) {
    case 'external':
      return [value.name];
    case 'text':
      return inner(value.parts);
    case 'union':
      return inner(value.options);
    case 'array':
      return inner(value.items);
    case 'object':
      return value.class
        ? []
        : inner([...value.props.values(), ...(value.rest ? [value.rest] : [])]);
    default:
      return [];
  }
}
