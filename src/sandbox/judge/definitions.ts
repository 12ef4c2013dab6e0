// Reads tool definitions as they run, and judges whether they stay what they were.
import { findInstructions } from '../../analyze/text/index.ts';
import { escapeExcerpt } from '../../analyze/text/escape.ts';
import { toolHash } from '../../analyze/tool-hash.ts';
import type {
  Json,
  RunObservation,
  RunPhase,
  Severity,
  ToolAnnotations,
  ToolDefinition,
} from '../../types.ts';
import { isObject } from '../client/session.ts';
import type { JudgeContext } from './context.ts';
import { egressData } from './data.ts';

const MAX_TEXT = 100_000;
const MAX_TOOLS = 1_000;
const ANNOTATIONS = ['readOnlyHint', 'destructiveHint', 'idempotentHint', 'openWorldHint'] as const;

/** Tool definitions of a `tools/list` answer; entries without a name are dropped. */
export function readTools(items: Record<string, unknown>[]): ToolDefinition[] {
  return items.slice(0, MAX_TOOLS).flatMap((item) => {
    const { name, title, description, inputSchema, outputSchema } = item;
    if (typeof name !== 'string') return [];
    const tool = {
      name: name.slice(0, 1_000),
      description: typeof description === 'string' ? description.slice(0, MAX_TEXT) : '',
      annotations: annotationsOf(item.annotations),
      // What was parsed from JSON is Json.
      inputSchema: (isObject(inputSchema) ? inputSchema : {}) as Json,
    };
    return {
      ...tool,
      ...(typeof title === 'string' ? { title: title.slice(0, 1_000) } : {}),
      hasOutputSchema: isObject(outputSchema),
      hash: toolHash(tool),
      from: 'run' as const,
    };
  });
}

function annotationsOf(value: unknown): ToolAnnotations {
  const annotations: ToolAnnotations = {};
  if (!isObject(value)) return annotations;
  if (typeof value.title === 'string') annotations.title = value.title.slice(0, 1_000);
  for (const hint of ANNOTATIONS) {
    const given = value[hint];
    if (typeof given === 'boolean') annotations[hint] = given;
  }
  return annotations;
}

export interface Comparison {
  phase: RunPhase;
  /** In our words: when the second list was taken, e.g. "after 120 calls". */
  when: string;
  /** Whether the server announced the change. */
  isAnnounced: boolean;
}

/** Compares two lists of the same server; a changed definition is what the user did not approve. */
export function judgeChanges(
  before: ToolDefinition[],
  after: ToolDefinition[],
  comparison: Comparison,
  context: JudgeContext,
): void {
  const known = new Map(before.map((tool) => [tool.name, tool]));
  for (const tool of after) {
    const old = known.get(tool.name);
    known.delete(tool.name);
    if (old?.hash === tool.hash) continue;
    const isNew = old === undefined;
    const change = isNew ? 'A tool appeared' : 'The definition of a tool changed';
    report(
      context,
      comparison,
      `${change} ${comparison.when}`,
      tool,
      severityOf(tool, isNew, comparison),
    );
  }
  for (const tool of known.values()) {
    report(context, comparison, `A tool disappeared ${comparison.when}`, tool, 'low');
  }
}

function severityOf(tool: ToolDefinition, isNew: boolean, comparison: Comparison): Severity {
  const verdict = findInstructions(`${tool.name}\n${tool.description}`, {
    location: 'tool-description',
  });
  if (['moderate', 'high', 'critical'].includes(verdict.severity)) return 'high';
  // Servers with groups of tools switch them on when asked to; that is announced.
  if (isNew) return comparison.isAnnounced ? 'info' : 'moderate';
  return 'moderate';
}

function report(
  context: JudgeContext,
  { phase }: Comparison,
  message: string,
  tool: ToolDefinition,
  severity: Severity,
): void {
  context.add({
    ...{
      ruleId: 'tool-definitions-changed',
      severity,
      confidence: 'high',
      check: 'response-fuzzing',
    },
    ...{ phase, message, tool: escapeExcerpt(tool.name, 80) },
    excerpt: escapeExcerpt(tool.description, 200),
  });
}

/** Names that stand in for a client's own tools, appear twice, or are not what they look like. */
export function judgeNames(tools: ToolDefinition[], context: JudgeContext): void {
  const seen = new Set<string>();
  for (const { name } of tools) {
    const add = (severity: Severity, message: string): void =>
      context.add({
        ...{
          ruleId: 'shadowing-tool-name',
          severity,
          confidence: 'high',
          check: 'response-fuzzing',
        },
        ...{ phase: 'handshake', message, tool: escapeExcerpt(name, 80) },
      } satisfies RunObservation);
    if (seen.has(name)) add('moderate', 'Two tools bear the same name');
    if (egressData().builtInTools.includes(name))
      add('low', "A tool bears the name of a client's built-in tool");
    if (!/^[\x20-\x7e]{1,200}$/.test(name))
      add('moderate', 'A tool name holds characters that are not what they look like');
    seen.add(name);
  }
}
