// What no single text of the surface shows: texts that come from the network, forms that ask for secrets,
// names that pass for others.
import type { Severity, SurfaceNote } from '../../../types.ts';
import { escapeExcerpt } from '../../text/escape.ts';
import { LOOKALIKES } from '../../text/lookalikes.ts';
import { textOf, type Value } from './eval/values.ts';
import type { ServerModel, ToolRecord, Use } from './model.ts';
import { property } from './registrations.ts';

const MAX_NOTES = 20;
const MAX_DEPTH = 8;
const MAX_FIELDS = 100;
const NETWORK =
  /^(?:globalThis\.)?(?:fetch|axios|got|ky|undici|node-fetch|cross-fetch|superagent|needle|phin|ofetch|wretch|request|https?)\b.*\(\)/;
const ELICITS = /(?:^|\.)(?:elicit|elicitInput|createElicitation)$/;
// The protocol: servers must not use forms to request such things.
const SECRET =
  /\b(?:passwords?|passphrase|passwort|private key|(?:seed|recovery) phrase|mnemonic|credit card|card number|cv[vc]2?|social security|one[- ]time (?:code|password)|otp|authenticator|(?:sign-?in|verification|2fa|login) code|(?:api|access|secret|bearer|refresh|auth) ?(?:key|token)s?|pin)\b/i;
const POSES_AS_CLIENT =
  /\b(?:claude|anthropic|chatgpt|openai|copilot|cursor|windsurf|vs ?code|(?:this|your|the) (?:client|app|assistant|ide|editor|session|sign-?in|login))\b/i;
const DENIES = /\b(?:never|not|no|without)\b/i;

export function notesOf(model: ServerModel): SurfaceNote[] {
  return [
    ...model.tools.flatMap(remoteDefinition),
    ...model.tools.flatMap(disguisedName),
    ...model.uses.flatMap(secretAsked),
  ].slice(0, MAX_NOTES);
}

function noteAt(
  place: Pick<ToolRecord | Use, 'file' | 'node'>,
  kind: SurfaceNote['kind'],
  severity: Severity,
  text: string,
): SurfaceNote {
  const { file, node } = place;
  return { kind, severity, file: file.path, line: file.lineOf(node), excerpt: escapeExcerpt(text) };
}

function remoteDefinition(tool: ToolRecord): SurfaceNote[] {
  const source = [tool.description, tool.title].flatMap((value) =>
    value ? (networkIn(value, 0) ?? []) : [],
  )[0];
  return source === undefined ? [] : [noteAt(tool, 'remote-definition', 'high', source)];
}

/** The call of the network that the value, or a part of it, is what came back from. */
function networkIn(value: Value, depth: number): string | undefined {
  if (depth > MAX_DEPTH) return undefined;
  if (value.kind === 'external') return NETWORK.test(value.name) ? value.name : undefined;
  if (value.kind === 'lazy') return networkIn(value.force(), depth + 1);
  const parts = value.kind === 'union' ? value.options : value.kind === 'text' ? value.parts : [];
  for (const part of parts) {
    const found = networkIn(part, depth + 1);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** A letter of another script in a name of Latin letters, or one that nobody sees. */
function disguisedName(tool: ToolRecord): SurfaceNote[] {
  const latin = tool.name.replace(/[^\x00-\x7f]/g, (letter) => LOOKALIKES[letter] ?? letter);
  const isLookalike =
    latin !== tool.name && /^[\x21-\x7e]+$/.test(latin) && /[a-z]/i.test(tool.name);
  const isHidden = /[\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]/.test(tool.name);
  if (!isLookalike && !isHidden) return [];
  return [noteAt(tool, 'disguised-name', 'critical', `${tool.name} (${latin})`)];
}

function secretAsked(use: Use): SurfaceNote[] {
  if (!ELICITS.test(use.name)) return [];
  const [first, second] = use.args;
  const schema = property(first, 'requestedSchema') ?? second;
  if (!first || !schema || textOf(property(first, 'mode')) === 'url') return [];
  const fields = property(schema, 'properties') ?? property(schema, 'shape') ?? schema;
  if (fields.kind !== 'object') return [];
  const asked = [...fields.props].slice(0, MAX_FIELDS).flatMap(([name, field]) => {
    const said = ['title', 'description'].map((key) => textOf(property(field, key)) ?? '');
    return [spaced(name), ...said].filter((text) => SECRET.test(text) && !DENIES.test(text));
  });
  if (asked.length === 0) return [];
  const message = wordsOf(property(first, 'message') ?? first);
  const severity = POSES_AS_CLIENT.test(message) ? 'critical' : 'high';
  return [noteAt(use, 'secret-asked', severity, `${message} [${asked.join(', ')}]`)];
}

function wordsOf(value: Value): string {
  if (value.kind === 'text') return value.parts.map(wordsOf).join('');
  return textOf(value) ?? '';
}

/** `apiKey`, `api_key` -> `api key` */
function spaced(name: string): string {
  return name
    .slice(0, 100)
    .replace(/([a-z])([A-Z])/g, '$1 $2')
    .replaceAll(/[_-]/g, ' ');
}
