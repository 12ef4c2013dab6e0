// The words by which tools are judged; the words themselves are data in rules/tools.json.
import { ruleData } from '../../rule-data.ts';
import type { Capability, Json, SourceFact, ToolDefinition } from '../../types.ts';

export interface BroadKind {
  kind: 'command' | 'code';
  names: string;
  arguments: string;
  capabilities: Capability[];
  functions: string[];
}
export interface ToolWords {
  broad: BroadKind[];
  sql: { names: string; arguments: string; functions: string[] };
  destructive: string;
  /** What is lost was kept only while the server runs. */
  passing: string;
  wide: string;
  narrow: string;
  safeguards: string;
  safeguardTexts: string;
  vagueNames: string;
  vagueDescription: string;
  clientTools: string[];
  chain: {
    private: string;
    untrusted: string;
    /** Tools that read what is private and written by others at once. */
    letters: string;
    sends: string;
    /** For servers whose tools could not be read: stated functions that play a part. */
    functions: Record<'private' | 'untrusted' | 'sends', string[]>;
  };
  credentials: {
    strong: string;
    scoped: string;
    scopes: string;
    /** Words with which a README forbids what the same sentence names. */
    negated: string;
    /** What takes time, not rights, from a credential: no negation. */
    endless: string;
    admin: string;
    /** Tools that run whatever statement they are given, by their names. */
    statements: string;
    wallet: string;
    reads: string;
  };
}

function isToolWords(data: unknown): data is ToolWords {
  const words = data as Partial<ToolWords> | null;
  return (
    Array.isArray(words?.broad) &&
    Array.isArray(words.clientTools) &&
    words.chain?.functions !== undefined
  );
}

export const toolWords = (): ToolWords => ruleData('tools', isToolWords);

// Long descriptions repeat themselves.
const MAX_TEXT_CHARS = 4000;

export function wordsOf(tool: Pick<ToolDefinition, 'name' | 'title' | 'description'>): string {
  const name = tool.name.replaceAll(/([a-z])([A-Z])/g, '$1 $2').replaceAll(/[_.\-/]/g, ' ');
  return `${name}. ${tool.title ?? ''} ${tool.description}`.slice(0, MAX_TEXT_CHARS);
}

export function argumentNames(tool: Pick<ToolDefinition, 'inputSchema'>): string[] {
  const schema = tool.inputSchema;
  if (typeof schema !== 'object' || schema === null || Array.isArray(schema)) return [];
  const properties: Json | undefined = schema['properties'];
  const isObject = typeof properties === 'object' && properties !== null;
  return isObject && !Array.isArray(properties) ? Object.keys(properties) : [];
}

/** Whether name, description, keywords or function of the package say that it is for this. */
export function isStatedFunction(
  source: SourceFact,
  capabilities: readonly Capability[],
  words: readonly string[],
): boolean {
  const { stated, subject } = source;
  if (stated.expectedCapabilities.some((capability) => capabilities.includes(capability)))
    return true;
  if (stated.functions.some((name) => words.includes(name))) return true;
  const { name = '', description = '', keywords } = subject.manifest;
  const text = [name, description, ...keywords].join(' ').toLowerCase();
  return words.some((word) => text.includes(word.replaceAll('-', ' ')) || text.includes(word));
}

/** `token`: "Confirmation token from the request before". */
function isConfirmation({ inputSchema }: ToolDefinition, name: string): boolean {
  const { properties } = inputSchema as { properties?: Record<string, unknown> };
  const { description } = (properties?.[name] ?? {}) as { description?: unknown };
  return (
    typeof description === 'string' &&
    /\bconfirm\w{0,8} (?:token|code|phrase)\b/i.test(description.slice(0, MAX_TEXT_CHARS))
  );
}

/** A way to look before it happens: dry run, confirmation, or an annotation that makes clients ask. */
export function hasSafeguard(tool: ToolDefinition): boolean {
  const { safeguards, safeguardTexts } = toolWords();
  const named = new RegExp(safeguards, 'i');
  return (
    argumentNames(tool).some((name) => named.test(name) || isConfirmation(tool, name)) ||
    new RegExp(safeguardTexts, 'i').test(tool.description.slice(0, MAX_TEXT_CHARS))
  );
}
