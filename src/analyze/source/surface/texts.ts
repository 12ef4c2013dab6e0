// Records -> every text of the report: what a tool says of itself in any of its fields, prompts, instructions.
import type { Json, ServerText, ToolDefinition } from '../../../types.ts';
import { alternativesOf, textsWithin } from './alternatives.ts';
import { jsonOf } from './eval/json.ts';
import type { PromptRecord, ServerModel, ToolRecord } from './model.ts';
import { property } from './registrations.ts';

export interface Declared {
  record: ToolRecord;
  tool: ToolDefinition;
}
type Place = Pick<ServerText, 'file' | 'line'>;
type Add = (text: ServerText) => void;

const MAX_TEXTS = 5000;
const MAX_DEPTH = 12;
// Shorter values of a schema are names and units.
const MIN_TEXT_CHARS = 20;
const MAX_NAME_WORDS = 4;
const TEXT_KEYS = new Set([
  'description',
  'title',
  'default',
  'const',
  'pattern',
  'format',
  '$comment',
]);

export function textsOf(model: ServerModel, declared: readonly Declared[]): ServerText[] {
  const texts: ServerText[] = [];
  const add = (text: ServerText) => {
    if (text.text.trim() !== '' && text.text !== '${}' && texts.length < MAX_TEXTS)
      texts.push(text);
  };
  for (const one of declared) toolTexts(one, add);
  for (const prompt of model.prompts) promptTexts(prompt, add);
  for (const { value, file, node } of model.instructions) {
    const at = { file: file.path, line: file.lineOf(node) };
    for (const text of alternativesOf(value))
      add({ location: 'server-instructions', owner: 'server', text, ...at });
  }
  return texts;
}

function toolTexts({ record, tool }: Declared, addAny: Add): void {
  const { file, line, name: owner } = tool;
  const at: Place = {
    ...(file === undefined ? {} : { file }),
    ...(line === undefined ? {} : { line }),
  };
  const seen = new Set<string>();
  const add = (text: ServerText) => {
    if (!seen.has(`${text.owner} ${text.text}`)) addAny(text);
    seen.add(`${text.owner} ${text.text}`).add(text.text);
  };
  const describe = (text: string) => {
    if (!seen.has(text)) add({ location: 'tool-description', owner, text, ...at });
  };
  describe(tool.description);
  // A name that is a sentence is read as one.
  if (wordsOf(owner).length > MAX_NAME_WORDS) describe(wordsOf(owner).join(' '));
  for (const value of [record.description, record.title, property(record.annotations, 'title')]) {
    if (value) alternativesOf(value).forEach(describe);
  }
  const parameter = (name: string, text: string) =>
    add({ location: 'param-description', owner: name, text, ...at });
  schemaTexts(tool.inputSchema, owner, parameter);
  // What a schema may say in another language, and what clients get beside the definition.
  for (const text of record.schema ? textsWithin(record.schema) : []) {
    if (!seen.has(text)) parameter(owner, text);
  }
  for (const value of [record.annotations, record.meta]) {
    if (value) textsWithin(value).forEach(describe);
  }
}

const wordsOf = (name: string): string[] =>
  name.replaceAll(/([a-z])([A-Z])/g, '$1 $2').split(/[\s_.-]+/);

/** Descriptions, defaults, examples, long names: whatever in a schema a model reads as language. */
function schemaTexts(
  schema: Json,
  owner: string,
  add: (owner: string, text: string) => void,
  depth = 0,
): void {
  if (typeof schema !== 'object' || schema === null || depth > MAX_DEPTH) return;
  if (Array.isArray(schema)) {
    for (const item of schema) {
      if (typeof item === 'string' && item.length >= MIN_TEXT_CHARS) add(owner, item);
      schemaTexts(item, owner, add, depth + 1);
    }
    return;
  }
  for (const [key, value] of Object.entries(schema)) {
    if (typeof value === 'string') {
      const isText = key === 'description' || key === 'title' || value.length >= MIN_TEXT_CHARS;
      if (isText && (TEXT_KEYS.has(key) || value.includes(' '))) add(owner, value);
    } else if (key === 'properties' && typeof value === 'object' && value !== null) {
      for (const [name, member] of Object.entries(value)) {
        if (name.length >= MIN_TEXT_CHARS)
          add(`${owner}.${name}`.slice(0, 200), wordsOf(name).join(' '));
        schemaTexts(member, `${owner}.${name}`.slice(0, 200), add, depth + 1);
      }
    } else schemaTexts(value, owner, add, depth + 1);
  }
}

function promptTexts(prompt: PromptRecord, add: Add): void {
  const { kind: location, name: owner, file, node } = prompt;
  const at = { file: file.path, line: file.lineOf(node) };
  const seen = new Set<string>();
  const say = (text: string) => {
    if (!seen.has(text)) add({ location, owner, text, ...at });
    seen.add(text);
  };
  for (const value of prompt.texts) {
    leaves(jsonOf(value), say);
    textsWithin(value).forEach(say);
  }
}

function leaves(json: Json, add: (text: string) => void, depth = 0): void {
  if (depth > MAX_DEPTH) return;
  // Shorter ones are mime types and roles.
  if (typeof json === 'string' && /\s/.test(json.trim())) add(json);
  if (typeof json !== 'object' || json === null) return;
  for (const member of Object.values(json)) leaves(member, add, depth + 1);
}
