import type { Finding, Report } from '../../src/types.ts';

export const FORMS: readonly string[];
export function writeNpmLock(input: {
  dir: string;
  name: string;
  version: number;
  form: string;
  defaultRegistry: string;
}): Promise<string>;
export function alarmsOf(report: Report): Finding[];
