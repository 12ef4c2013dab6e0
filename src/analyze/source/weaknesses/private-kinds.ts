// What counts as private, from rules/private-data.json, and how a place that reads it is told.
import { ruleData } from '../../../rule-data.ts';
import type { WeaknessHit } from '../../../types.ts';
import { escapeExcerpt } from '../../text/escape.ts';
import type { SourceFile } from '../file.ts';
import type { Node } from '../parse.ts';

/** A place where another program keeps what is private; `names` is asked of the end of a path. */
export interface PrivateStore {
  id: string;
  /** What is read, for messages. */
  title: string;
  names: string;
  /** Commands that print what it holds. */
  commands?: string;
  /** Words in README or tools that say why. */
  explained: string;
  matches: string[];
  ignores: string[];
}
export interface PrivateData {
  stores: PrivateStore[];
  reads: string;
  walkers: string;
  /** Names of functions that walk folders. */
  walks: string;
  /** Options that say where a walk begins. */
  rootKeys: string;
  /** Roots of file systems and of everybody's homes. */
  volumes: string;
  /** Folders below home where people keep what they wrote and took. */
  personal: string;
  homeExplained: string;
}

function isPrivateData(data: unknown): data is PrivateData {
  const { stores, walkers } = data as Partial<PrivateData>;
  return Array.isArray(stores) && typeof walkers === 'string';
}
export const privateData = (): PrivateData => ruleData('private-data', isPrivateData);

/** What the rule makes of it depends on what the server says of itself. */
export function privateHit(
  file: SourceFile,
  node: Node,
  ruleId: string,
  message: string,
  flow: string[],
): WeaknessHit {
  return {
    ruleId,
    severity: 'high',
    confidence: 'medium',
    message,
    file: file.path,
    line: file.lineOf(node),
    excerpt: escapeExcerpt(file.textOf(node), 200),
    reached: 'entry',
    flow,
  };
}
