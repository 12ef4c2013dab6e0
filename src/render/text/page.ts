// What every part of the terminal report knows: colours, width, how much to say, and the rules' texts.
import { escapeExcerpt } from '../../analyze/text/escape.ts';
import type { RuleText } from '../../rule.ts';
import type { Report, Severity } from '../../types.ts';
import type { Paint } from '../paint.ts';
import { wrap } from '../width.ts';

export interface Page {
  paint: Paint;
  width: number;
  isVerbose: boolean;
  /** Whether a long word is broken to fit; a pipe gets it whole. */
  isTerminal: boolean;
  rules: ReadonlyMap<string, RuleText>;
}

export const SEVERITIES: Severity[] = ['critical', 'high', 'moderate', 'low', 'info'];

export function safe(text: string, max = 400): string {
  return escapeExcerpt(text, max);
}

export function specOf(report: Report): string {
  return `${report.subject.name}@${report.subject.version}`;
}

/** A paragraph that starts after `indent` spaces, every line of it coloured by itself. */
export function paragraph(
  text: string,
  { width }: Page,
  indent: number,
  paint: (line: string) => string = (line) => line,
): string {
  const lines = wrap(text, width, indent).split('\n');
  return lines.map((line) => `${' '.repeat(indent)}${paint(line.trimStart())}`).join('\n');
}
