// What an advisory record is, reduced to what matching and reporting need.
import type { Severity } from '../../types.ts';

/** OSV's events, and `after`: an introduction that excludes the version it names. */
export type RangeEvent = [
  kind: 'introduced' | 'after' | 'fixed' | 'last_affected' | 'limit',
  version: string,
];

export interface AdvisoryRecord {
  id: string;
  aliases: string[];
  kind: 'vulnerability' | 'malware';
  package: string;
  summary: string;
  severity: Severity;
  cvss?: number;
  published?: string;
  modified?: string;
  withdrawn?: string;
  references: string[];
  ranges: RangeEvent[][];
  versions: string[];
  /** False for a list entry that names a package and no versions: it says something, but not of which release. */
  isVersionStated: boolean;
  isVerified: boolean;
}

/** A row of a foreign list, of which nothing is known but that it is an object. */
export type Row = Record<string, unknown>;

export const isRow = (value: unknown): value is Row =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
