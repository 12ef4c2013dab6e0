// escapeExcerpt: nothing of a foreign text reaches a terminal unescaped.
import { describe, expect, test } from 'vitest';
import { escapeExcerpt } from '../../src/analyze/text/escape.ts';

describe('escapeExcerpt', () => {
  test.each([
    ['plain text stays', 'plain text stays'],
    ['a\nb\tc', 'a\\nb\\tc'],
    ['\u001b[31mred', '\\u{1b}[31mred'],
    ['a\u202eb', 'a\\u{202e}b'],
    ['a\u200bb\ufeff', 'a\\u{200b}b\\u{feff}'],
    [String.fromCodePoint(0xe0041), '\\u{e0041}'],
    ['\ud800x', '\\u{d800}x'],
    ['日本語 العربية 😀', '日本語 العربية 😀'],
  ])('shows %j as %j', (text, shown) => {
    expect(escapeExcerpt(text)).toBe(shown);
  });

  test('cuts at the given length without splitting a surrogate pair or an escape', () => {
    expect(escapeExcerpt('a'.repeat(200)).length).toBe(160);
    expect(escapeExcerpt('😀'.repeat(10), 8)).toBe('😀😀😀…');
    expect(escapeExcerpt('\u200b'.repeat(10), 12)).toBe('\\u{200b}…');
    expect(escapeExcerpt('abcd', 4)).toBe('abcd');
    expect(escapeExcerpt('abcde', 4)).toBe('abc…');
  });

  test('does not read more of a huge text than it shows', () => {
    expect(escapeExcerpt('\u202e'.repeat(5_000_000)).length).toBeLessThanOrEqual(160);
  });
});
