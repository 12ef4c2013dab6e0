// Records -> the definitions of the report.
import type { Capability, Json, ToolAnnotations, ToolDefinition } from '../../../types.ts';
import { toolHash } from '../../tool-hash.ts';
import { foldText, schemaFrom } from './eval/json.ts';
import { UNKNOWN, optionsOf, type Value } from './eval/values.ts';
import type { ToolRecord } from './model.ts';
import { property } from './registrations.ts';

const HINTS = ['readOnlyHint', 'destructiveHint', 'idempotentHint', 'openWorldHint'] as const;

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
  const kinds = optionsOf(value ?? UNKNOWN).filter(({ kind }) => kind === 'object');
  for (const hint of HINTS) {
    // Where they are worked out for each tool, they say nothing of this one.
    const flags = kinds.map((one) => property(one, hint));
    if (new Set(flags.map((one) => (one?.kind === 'literal' ? one.value : one))).size > 1) continue;
    const flag = property(value, hint);
    if (flag?.kind === 'literal' && typeof flag.value === 'boolean') result[hint] = flag.value;
  }
  return result;
}
