// Which request a handler is for: `ListToolsRequestSchema`, 'tools/list', or a bundled schema's literal.
import type { CallEvent } from './eval/machine.ts';
import { textOf } from './eval/values.ts';
import type { Node } from '../parse.ts';

const BY_NAME: readonly [RegExp, string][] = [
  [/List_?Tools?(?:Request)?/i, 'tools/list'],
  [/Call_?Tools?(?:Request)?/i, 'tools/call'],
  [/List_?Prompts?/i, 'prompts/list'],
  [/Get_?Prompts?/i, 'prompts/get'],
  [/Read_?Resources?/i, 'resources/read'],
  [/List_?Resource_?Templates?/i, 'resources/templates/list'],
  [/List_?Resources?/i, 'resources/list'],
];
const LITERAL = /["'`]((?:tools|prompts|resources)\/(?:list|call|get|read|templates\/list))["'`]/;

/** The protocol's method, or null if it is none of those we look at. */
export function methodOf(event: CallEvent): string | null {
  const [asked] = event.args;
  const text = textOf(asked);
  if (text !== undefined) return text;
  if (asked?.kind === 'external') return named(asked.name.split('.').at(-1) ?? '');
  const node = argumentOf(event.node);
  if (!node) return null;
  const name = lastName(node);
  const byName = named(name);
  if (byName !== null) return byName;
  const binding = node.type === 'Identifier' ? event.file.bindingOf(node.name, node) : null;
  const source = binding?.init ?? binding?.assigned[0];
  if (!source) return null;
  const { start, end } = source;
  return LITERAL.exec(event.file.text.slice(start, Math.min(end, start + 400)))?.[1] ?? null;
}

function named(name: string): string | null {
  return BY_NAME.find(([pattern]) => pattern.test(name))?.[1] ?? null;
}

function argumentOf(node: Node): Node | undefined {
  return node.type === 'CallExpression' ? node.arguments[0] : undefined;
}

function lastName(node: Node): string {
  if (node.type === 'Identifier') return node.name;
  if (node.type === 'MemberExpression' && node.property.type === 'Identifier') {
    return node.property.name;
  }
  return '';
}
