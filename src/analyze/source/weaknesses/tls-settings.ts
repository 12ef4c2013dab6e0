// Certificates that a file of settings leaves unchecked.
import type { WeaknessHit } from '../../../types.ts';
import { escapeExcerpt } from '../../text/escape.ts';
import type { SourceFile } from '../file.ts';

const MAX_CHARS = 20_000;
const SWITCH = /"(\w{3,40})"\s{0,3}:\s{0,3}(true|false)\b/;
const CONNECTS =
  /\bAgent\(|\btls\b|\bhttps?\b|axios|undici|\bgot\b|\bconnect\w{0,10}\(|createConnection|createPool|createClient/;

/** Whether a file may hold such switches at all; cheap. */
export const isSettings = (path: string, text: string): boolean =>
  path.endsWith('.json') && text.length < MAX_CHARS && SWITCH.test(text);

/** `{ "rejectUnauthorized": false }` that code which connects takes in; `off`: what turns each option off. */
export function inSettings(
  path: string,
  text: string,
  files: readonly SourceFile[],
  off: ReadonlyMap<string, boolean>,
  sends: boolean,
): WeaknessHit[] {
  const lines = text.split('\n');
  const at = lines.findIndex((line) => {
    const [, key = '', value] = SWITCH.exec(line) ?? [];
    return off.has(key) && String(off.get(key)) === value;
  });
  if (at < 0) return [];
  const name = path.split('/').at(-1) ?? path;
  if (!files.some((file) => CONNECTS.test(file.text) && file.text.includes(name))) return [];
  return [
    {
      ruleId: 'tls-not-verified',
      severity: sends ? 'high' : 'moderate',
      confidence: 'medium',
      message: 'Certificates of the other side are not verified, by a file of settings',
      file: path,
      line: at + 1,
      excerpt: escapeExcerpt(lines[at] ?? '', 200),
      reached: 'entry',
      flow: [],
    },
  ];
}
