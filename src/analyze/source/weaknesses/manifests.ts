// Texts with a structure of their own that arguments become part of: manifests by their lines, options of engines by their keys.
import { textOf, type Value } from '../surface/eval/values.ts';
import type { Use } from '../surface/model.ts';
import { property } from '../surface/registrations.ts';
import { arrivals, isWholeArgument, type Fault, type ToolContext } from './faults.ts';
import { isOpen, written } from './languages.ts';

const TAKES =
  /^(?:loadYaml|loadAllYaml|load|loadAll|parse|parseAllDocuments|parseDocument|end|write|apply|create|writeFile|writeFileSync|outputFile)$/;
// What a cluster, a container engine, a system or a CI service acts on.
const MANIFEST =
  /^\s*apiVersion:[\s\S]{0,2000}^\s*kind:|^\s*kind:[\s\S]{0,2000}^\s*(?:metadata|spec):|^services:\s*$[\s\S]{0,2000}^\s+image:|^\[Service\]\s*$[\s\S]{0,2000}^Exec|^jobs:\s*$[\s\S]{0,2000}^\s+(?:steps|runs-on):/m;

/** `kubectl apply` of a text with `name: ${name}`: a line break in it begins another field. */
export function manifestFault(use: Use, tool: ToolContext): Fault | undefined {
  if (!TAKES.test(use.method)) return undefined;
  for (const text of use.args.slice(0, 2)) {
    if (text.kind !== 'text' || !MANIFEST.test(written(text))) continue;
    const open = arrivals(use, text, tool, ['stripped', 'encoded', 'json', 'one-line']).find(
      isOpen,
    );
    if (!open) continue;
    return {
      ruleId: 'code-injection',
      severity: 'high',
      confidence: 'medium',
      message: 'A tool argument is put into the text of a manifest; a line break in it adds fields',
      taint: open.taint,
    };
  }
  return undefined;
}

const RENDERS = /^ejs\.(?:default\.)?(?:render|renderFile|renderAsync)$/;
const YAML = /^js-yaml\.(?:default\.)?(?:load|loadAll)$/;
const RUNS_TAGS = /FULL_SCHEMA|js-yaml-js-types|jsTypes/i;

/** Data that an engine takes for its options too, and schemas of YAML with functions. */
export function rendererFault(use: Use, tool: ToolContext): Fault | undefined {
  const [first, second] = use.args;
  if (RENDERS.test(use.name) && second && isWholeArgument(second)) {
    const open = arrivals(use, second, tool, ['stripped']).find(isOpen);
    const message = 'An object of the caller is all that a template gets; its options run code';
    if (open) return faultOf('template-injection', message, open.taint);
  }
  if (!YAML.test(use.name) || !first || !hasTags(property(second, 'schema'))) return undefined;
  const open = arrivals(use, first, tool, ['stripped', 'json']).find(isOpen);
  const message = 'A tool argument is read as YAML with tags that make functions';
  return open && faultOf('unsafe-deserialization', message, open.taint);
}

const faultOf = (ruleId: string, message: string, taint: NonNullable<Fault['taint']>): Fault => ({
  ruleId,
  severity: 'high',
  confidence: 'medium',
  message,
  taint,
});

const hasTags = (schema: Value | undefined): boolean =>
  schema?.kind === 'external' && RUNS_TAGS.test(schema.name) && textOf(schema) === undefined;
