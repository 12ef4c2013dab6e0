// The lines of a shell script, one by one and as a whole.
import type { RawThreat } from '../../package-context.ts';

/** `c=$(command -v curl); … "$c" "$u" | sh`. */
export const FED_SHELL =
  /\b(?:curl|wget)\b[^\n]{0,600}(?:"?\$\{?\w{1,40}\}?"?|esac|\))\s{0,3}\|\s{0,3}(?:sudo\s{1,3})?(?:ba|z|da)?sh\b/;
export const FED: Omit<RawThreat, 'file' | 'line' | 'excerpt'> = {
  ruleId: 'install-script-downloads',
  severity: 'critical',
  confidence: 'high',
  message: 'A script downloads something and feeds it to a shell.',
};

/** Lines of a shell script, those that end in a backslash joined. */
export function joined(text: string): string[] {
  const lines: string[] = [];
  let open = '';
  for (const line of text.slice(0, 200_000).split('\n')) {
    const whole = open + line.replace(/\r$/, '');
    open = whole.endsWith('\\') && whole.length < 8_000 ? whole.slice(0, -1) : '';
    lines.push(open === '' ? whole : '');
  }
  return lines;
}

/** The lines as one, without comments: what is fetched in one line is often run in the next. */
export const wholeOf = (lines: readonly string[]): string =>
  lines.filter((line) => !/^\s*(?:#|@echo|rem\b|::|$)/i.test(line)).join(' ; ');
