// Judges what the server asks of the client: a form (elicitation) must not ask for secrets.
import type { RunPhase } from '../../types.ts';
import { escapeExcerpt } from '../../analyze/text/escape.ts';
import type { RpcMessage } from '../client/transport.ts';
import type { JudgeContext } from './context.ts';
import { stringsOf } from './text-of.ts';

// The protocol: "Servers MUST NOT use form mode elicitation to request sensitive information".
const ALWAYS =
  /\b(?:passwords?|passphrase|private key|seed phrase|recovery phrase|mnemonic|credit card|card number|cvv|cvc|social security|one[- ]time (?:code|password))\b/i;
const KEYS = /\b(?:api|access|secret|auth(?:entication)?|bearer|refresh)[ _-]?(?:key|token)s?\b/i;
const MAX_FIELDS = 100;

export function judgeRequest(message: RpcMessage, phase: RunPhase, context: JudgeContext): void {
  if (message.method !== 'elicitation/create') return;
  const params = (message.params ?? {}) as { mode?: unknown; requestedSchema?: unknown };
  // In the other mode the user types into a page of the service, past the model and the client.
  if (params.mode === 'url') return;
  const schema = (params.requestedSchema ?? {}) as { properties?: unknown };
  const { properties } = schema;
  const isObject = typeof properties === 'object' && properties !== null;
  const names = isObject ? Object.keys(properties).slice(0, MAX_FIELDS) : [];
  const text = [stringsOf(params), ...names.map(spaced)].join('\n').slice(0, 20_000);
  const asked = ALWAYS.exec(text) ?? KEYS.exec(text);
  if (asked === null) return;
  context.add({
    ruleId: 'asks-for-secrets',
    severity: ALWAYS.test(text) ? 'high' : 'moderate',
    confidence: 'high',
    check: 'response-fuzzing',
    message: 'The server asks for a secret in a form that the client shows',
    phase,
    excerpt: escapeExcerpt(stringsOf(params).slice(0, 200) || asked[0], 200),
  });
}

/** `apiKey`, `api_key` -> `api key` */
function spaced(name: string): string {
  return name
    .slice(0, 100)
    .replace(/([a-z])([A-Z])/g, '$1 $2')
    .replaceAll(/[_-]/g, ' ');
}
