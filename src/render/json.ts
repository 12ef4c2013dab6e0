// JSON whose bytes no terminal and no reader mistakes: what JSON.stringify lets through is escaped too.

// DEL and C1 controls, soft hyphen, Arabic letter mark, zero-width, bidi, separators, BOM, tags' surrogates.
const UNSAFE =
  /[\u007f-\u009f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]|\udb40[\udc00-\udfff]/g;

/** The value, indented, with a newline at the end; it parses back to the same value. */
export function jsonText(value: unknown): string {
  return `${JSON.stringify(value, null, 2).replace(UNSAFE, escapeUnits)}\n`;
}

function escapeUnits(text: string): string {
  return text
    .split('')
    .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
    .join('');
}
