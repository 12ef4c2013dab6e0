// The fingerprint of a tool's definition: what a person approved, whether read from source or at run time.
import { createHash } from 'node:crypto';
import type { Json, ToolAnnotations } from '../types.ts';

// Deeper schemas than this are cut: no healthy tool comes near, and recursion must end.
const MAX_DEPTH = 64;

export interface HashedTool {
  name: string;
  description: string;
  annotations: ToolAnnotations;
  inputSchema: Json;
}

/** sha256 (hex) of the canonical JSON of name, description, annotations and inputSchema. */
export function toolHash(tool: HashedTool): string {
  const { name, description, annotations, inputSchema } = tool;
  const text = canonicalJson({ name, description, annotations: { ...annotations }, inputSchema });
  return createHash('sha256').update(text).digest('hex');
}

/** JSON with keys sorted by code unit and without white space; `undefined` members are left out. */
export function canonicalJson(value: unknown, depth = 0): string {
  if (depth > MAX_DEPTH) return '"[deep]"';
  if (Array.isArray(value)) {
    return `[${value.map((item: unknown) => canonicalJson(item, depth + 1)).join(',')}]`;
  }
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  const entries = Object.entries(value)
    .filter(([, member]) => member !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  const members = entries.map(
    ([key, member]) => `${JSON.stringify(key)}:${canonicalJson(member, depth + 1)}`,
  );
  return `{${members.join(',')}}`;
}
