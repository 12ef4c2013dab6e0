// Asks a server for all that it offers, and has the texts in it judged.
import { stringsOf } from './judge/text-of.ts';
import { findInstructions } from '../analyze/text/index.ts';
import { escapeExcerpt } from '../analyze/text/escape.ts';
import type { Json, RunPhase, ServerText, SurfaceFact, ToolDefinition } from '../types.ts';
import type { Session } from './client/session.ts';
import type { JudgeContext } from './judge/context.ts';
import { judgeNames, readTools } from './judge/definitions.ts';
import type { ResponseJudge } from './judge/responses.ts';

const LIST_MS = 5_000;
const READ_MS = 3_000;
const MAX_READ = 20;
const MAX_TEXT = 20_000;
const MAX_TEXTS = 500;

export interface Survey {
  tools: ToolDefinition[];
  /** The `tools/list` entries themselves, e.g. for how a tool wants to be called. */
  items: Record<string, unknown>[];
  texts: ServerText[];
  /** False: the server did not answer `tools/list`. */
  isListed: boolean;
}

export async function listTools(session: Session): Promise<Record<string, unknown>[] | null> {
  return session.list('tools/list', 'tools', LIST_MS);
}

export async function survey(session: Session): Promise<Survey> {
  const texts: ServerText[] = [];
  const add = (location: ServerText['location'], owner: unknown, text: unknown): void => {
    const words = typeof text === 'string' ? text : stringsOf(text);
    if (words === '' || texts.length >= MAX_TEXTS) return;
    const name = typeof owner === 'string' ? owner.slice(0, 200) : '';
    texts.push({ location, owner: name, text: words.slice(0, MAX_TEXT) });
  };
  add('server-instructions', 'server', session.instructions ?? '');
  const items = session.has('tools') ? await listTools(session) : [];
  for (const item of items ?? [])
    add('param-description', item.name, describedParameters(item.inputSchema));
  if (session.has('prompts')) {
    const prompts = (await session.list('prompts/list', 'prompts', LIST_MS)) ?? [];
    for (const prompt of prompts) add('prompt', prompt.name, prompt.description);
    for (const prompt of prompts.slice(0, MAX_READ)) {
      const params = { name: prompt.name, arguments: promptArguments(prompt.arguments) };
      add('prompt', prompt.name, (await session.request('prompts/get', params, READ_MS)).body);
    }
  }
  if (session.has('resources')) {
    const resources = (await session.list('resources/list', 'resources', LIST_MS)) ?? [];
    const templates =
      (await session.list('resources/templates/list', 'resourceTemplates', LIST_MS)) ?? [];
    for (const one of [...resources, ...templates])
      add('resource', one.name, [one.title, one.description]);
    for (const { uri, name } of resources.slice(0, MAX_READ)) {
      add('resource', name, (await session.request('resources/read', { uri }, READ_MS)).body);
    }
  }
  return { tools: readTools(items ?? []), items: items ?? [], texts, isListed: items !== null };
}

/** All `description` texts inside a schema, a line each; bounded. */
function describedParameters(schema: unknown): string {
  const found: string[] = [];
  let nodes = 0;
  const visit = (at: unknown, depth: number): void => {
    nodes += 1;
    if (typeof at !== 'object' || at === null || depth > 12 || nodes > 2_000) return;
    for (const [key, inner] of Object.entries(at)) {
      if (typeof inner === 'string') {
        if (key === 'description' || key === 'title') found.push(inner.slice(0, MAX_TEXT));
      } else visit(inner, depth + 1);
    }
  };
  visit(schema, 0);
  return found.join('\n');
}

function promptArguments(list: unknown): Record<string, string> {
  const wanted = Array.isArray(list) ? list.slice(0, 20) : [];
  const names = wanted.flatMap((one: unknown) =>
    typeof one === 'object' && one !== null && 'name' in one && typeof one.name === 'string'
      ? [one.name]
      : [],
  );
  return Object.fromEntries(names.map((name) => [name, '1']));
}

/** Judges definitions and texts; what the source says too is judged there, not twice. */
export function judgeSurvey(
  found: Survey,
  phase: RunPhase,
  surface: SurfaceFact | undefined,
  judge: ResponseJudge,
  context: JudgeContext,
): void {
  judgeNames(found.tools, context);
  const inSource = new Set((surface?.tools ?? []).map(({ description }) => description));
  const toolNames = found.tools.map(({ name }) => name);
  for (const { name, description } of found.tools) {
    if (inSource.has(description)) continue;
    const { severity, findings } = findInstructions(description, {
      location: 'tool-description',
      toolNames,
    });
    if (severity === 'none' || severity === 'info' || severity === 'low') continue;
    context.add({
      ...{
        ruleId: 'instructions-in-definition',
        severity,
        confidence: 'high',
        check: 'response-fuzzing',
      },
      ...{ phase, message: 'A tool definition of the running server instructs the model' },
      excerpt: escapeExcerpt(findings.find((one) => one.severity === severity)?.excerpt ?? '', 200),
      tool: escapeExcerpt(name, 80),
    });
  }
  for (const { location, text } of found.texts) judge.lookAtText(text, location, { phase });
}

/** Host names in tool definitions: a default or an example that a call with it contacts. */
export function hostsIn(schema: Json): string[] {
  const text = stringsOf(schema);
  return [...text.slice(0, 100_000).matchAll(/https?:\/\/([a-z0-9.-]{3,200})/gi)].map((match) =>
    (match[1] ?? '').toLowerCase(),
  );
}
