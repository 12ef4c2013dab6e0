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
