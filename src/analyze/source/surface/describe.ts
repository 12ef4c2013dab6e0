// Records -> the definitions and texts of the report.
import type {
  Capability,
  Json,
  ServerText,
  ToolAnnotations,
  ToolDefinition,
} from '../../../types.ts';
import { toolHash } from '../../tool-hash.ts';
import { foldText, jsonOf, schemaFrom } from './eval/json.ts';
import type { Value } from './eval/values.ts';
import type { PromptRecord, ServerModel, ToolRecord } from './model.ts';
import { property } from './registrations.ts';

const MAX_TEXTS = 5000;
const MAX_DEPTH = 12;
const HINTS = ['readOnlyHint', 'destructiveHint', 'idempotentHint', 'openWorldHint'] as const;
// Shorter values of a schema are names and units.
const MIN_TEXT_CHARS = 20;
const TEXT_KEYS = new Set([
  'description',
  'title',
  'default',
  'const',
  'pattern',
  'format',
  '$comment',
]);

export function toolOf(record: ToolRecord, capabilities: Capability[]): ToolDefinition {
  const annotations = annotationsOf(record.annotations);
  const title = record.title && foldText(record.title);
  const inputSchema: Json = record.schema ? schemaFrom(record.schema).json : { type: 'object' };
  const description = record.description ? foldText(record.description) : '';
  return {
    name: record.name.slice(0, 500),
    ...(title === undefined || title === '${}' ? {} : { title }),
    description: description === '${}' ? '' : description,
    annotations,
    inputSchema,
    hasOutputSchema: record.hasOutputSchema,
    hash: toolHash({ name: record.name, description, annotations, inputSchema }),
    from: 'source',
    file: record.file.path,
    line: record.file.lineOf(record.node),
    ...(capabilities.length === 0 ? {} : { handlerCapabilities: capabilities }),
  };
}

function annotationsOf(value: Value | undefined): ToolAnnotations {
  const result: ToolAnnotations = {};
  const title = property(value, 'title');
  if (title && foldText(title) !== '${}') result.title = foldText(title);
  for (const hint of HINTS) {
    const flag = property(value, hint);
    if (flag?.kind === 'literal' && typeof flag.value === 'boolean') result[hint] = flag.value;
  }
  return result;
}

export function textsOf(model: ServerModel, tools: readonly ToolDefinition[]): ServerText[] {
  const texts: ServerText[] = [];
  const add = (text: ServerText) => {
    if (text.text.trim() !== '' && text.text !== '${}' && texts.length < MAX_TEXTS)
      texts.push(text);
  };
  for (const tool of tools) {
    const { file, line, name: owner } = tool;
    const at = { ...(file === undefined ? {} : { file }), ...(line === undefined ? {} : { line }) };
    add({ location: 'tool-description', owner, text: tool.description, ...at });
    if (tool.title) add({ location: 'tool-description', owner, text: tool.title, ...at });
    const { title } = tool.annotations;
    if (title && title !== tool.title)
      add({ location: 'tool-description', owner, text: title, ...at });
    schemaTexts(tool.inputSchema, owner, (name, text) =>
      add({ location: 'param-description', owner: name, text, ...at }),
    );
  }
  for (const prompt of model.prompts) promptTexts(prompt, add);
  for (const { value, file, node } of model.instructions) {
    const at = { file: file.path, line: file.lineOf(node) };
    add({ location: 'server-instructions', owner: 'server', text: foldText(value), ...at });
  }
  return texts;
}

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
        if (name.length >= MIN_TEXT_CHARS) add(`${owner}.${name}`.slice(0, 200), name);
        schemaTexts(member, `${owner}.${name}`.slice(0, 200), add, depth + 1);
      }
    } else schemaTexts(value, owner, add, depth + 1);
  }
}

function promptTexts(prompt: PromptRecord, add: (text: ServerText) => void): void {
  const { kind: location, name: owner, file, node } = prompt;
  const at = { file: file.path, line: file.lineOf(node) };
  for (const value of prompt.texts) {
    leaves(jsonOf(value), (text) => add({ location, owner, text, ...at }));
  }
}

function leaves(json: Json, add: (text: string) => void, depth = 0): void {
  if (depth > MAX_DEPTH) return;
  // Shorter ones are mime types and roles.
  if (typeof json === 'string' && /\s/.test(json.trim())) add(json);
  if (typeof json !== 'object' || json === null) return;
  for (const member of Object.values(json)) leaves(member, add, depth + 1);
}
