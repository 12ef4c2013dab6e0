// Foreign text of advisory records, made safe to carry: bounded, one line, no control or bidi characters.
import { escapeExcerpt } from '../text/escape.ts';

const MAX_SUMMARY = 200;
const MAX_URL = 300;
const ID = /^[A-Za-z0-9][A-Za-z0-9._:-]{0,99}$/;
const PACKAGE_NAME = /^(?:@[A-Za-z0-9._~!'()*-]{1,200}\/)?[A-Za-z0-9._~!'()*-]{1,214}$/;
const DATE = /^\d{4}-\d{2}-\d{2}(?:T[0-9:.]{5,20}(?:Z|[+-]\d{2}:\d{2})?)?$/;

/** One line of at most 200 characters, safe to print. */
export function cleanText(value: unknown): string {
  return typeof value === 'string'
    ? escapeExcerpt(value.slice(0, MAX_SUMMARY * 2).trim(), MAX_SUMMARY)
    : '';
}

/** An advisory's id, or null if it is none that may stand in a message. */
export function cleanId(value: unknown): string | null {
  return typeof value === 'string' && ID.test(value) ? value : null;
}

/** A package name in npm's grammar (the old, laxer one included), or null. */
export function cleanName(value: unknown): string | null {
  return typeof value === 'string' && value.length <= 214 && PACKAGE_NAME.test(value)
    ? value
    : null;
}

/** An ISO 8601 date as it was given, or undefined. */
export function cleanDate(value: unknown): string | undefined {
  if (typeof value !== 'string' || !DATE.test(value)) return undefined;
  return Number.isNaN(Date.parse(value)) ? undefined : value;
}

/** An http(s) address, normalised, or null. */
export function cleanUrl(value: unknown): string | null {
  if (typeof value !== 'string' || value.length > MAX_URL || !URL.canParse(value)) return null;
  const url = new URL(value);
  return url.protocol === 'https:' || url.protocol === 'http:' ? url.href : null;
}
