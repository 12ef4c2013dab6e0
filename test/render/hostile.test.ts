// Hostile strings in Markdown, annotations and JSON; every format is deterministic and bounded.
import { describe, expect, test } from 'vitest';
import { allRuleTexts } from '../../src/checks/index.ts';
import { renderAnnotations } from '../../src/render/annotations.ts';
import { renderHtml } from '../../src/render/html/index.ts';
import { jsonText } from '../../src/render/json.ts';
import { renderMarkdown } from '../../src/render/markdown.ts';
import { renderSarif } from '../../src/render/sarif.ts';
import { renderSbom } from '../../src/render/sbom.ts';
import type { VetResult } from '../../src/types.ts';
import { HOSTILE, hostileResults, listResult, richResult } from '../support/reports.ts';

const rules = allRuleTexts();
const CASES = hostileResults().map((result, index): [string, VetResult] => [
  `${index + 1}: ${JSON.stringify(HOSTILE[index]?.slice(0, 24))}`,
  result,
]);
const CONTROLS =
  /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]|\p{Cs}/u;
/** What stands outside code spans, as Markdown sees it. */
const outsideCode = (markdown: string) => markdown.replace(/(`+)(?!`)[^\n]*?[^`\n]\1(?!`)/g, '');

describe('Markdown', () => {
  test.each(CASES)('%s makes no link, markup, mention, heading or extra cell', (_name, result) => {
    const markdown = renderMarkdown(result);
    expect(markdown).not.toMatch(CONTROLS);
    const shown = outsideCode(markdown);
    expect(shown).not.toMatch(/(^|[^\\])<|(^|[^\\])\]\(|:\/\/(?<!\\:\/\/)|@(?!&#8203;)/m);
    expect(shown).not.toMatch(/\bwww\.|(^|[^\\])`/m);
    for (const line of markdown.split('\n')) {
      if (/^#{1,6} /.test(line)) expect(line).toMatch(/^# mcp-vet$|^## /);
      if (!line.startsWith('|')) continue;
      const cells = line.replace(/\\[\s\S]/g, '').split('|').length - 2;
      expect([4, 5], line.slice(0, 200)).toContain(cells);
    }
  });

  test('the worst stands first and a reader learns what to do', () => {
    const markdown = renderMarkdown(richResult());
    expect(markdown.indexOf('**critical**')).toBeLessThan(markdown.indexOf('**high**'));
    expect(markdown).toContain('Do not connect it');
  });
});

describe('annotations', () => {
  test.each(CASES)('%s starts no command of its own', (_name, result) => {
    const lines = renderAnnotations(result).split('\n').slice(0, -1);
    expect(lines.length).toBeGreaterThan(0);
    for (const line of lines) {
      expect(line).toMatch(/^::(error|warning|notice) title=[^:,]*::/);
      expect(line).not.toMatch(CONTROLS);
    }
  });

  test('what failed to be vetted is an error, what cannot be is a notice', () => {
    const text = renderAnnotations(listResult());
    expect(text).toMatch(/^::error title=not vetted::missing-mcp/m);
    expect(text).toMatch(/^::notice title=not vetted::uvx some-server/m);
  });
});

describe('JSON', () => {
  test.each(CASES)('%s parses back to the same value, printable', (_name, result) => {
    const text = jsonText(result);
    expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(result)));
    expect(text).not.toMatch(CONTROLS);
  });
});

describe('every format', () => {
  const FORMATS: [string, (result: VetResult) => string][] = [
    ['SARIF', (result) => renderSarif(result, rules)],
    ['SBOM', renderSbom],
    ['Markdown', renderMarkdown],
    ['HTML', (result) => renderHtml(result, rules)],
    ['annotations', renderAnnotations],
    ['JSON', jsonText],
  ];
  test.each(FORMATS)('%s is the same bytes for the same result', (_name, render) => {
    expect(render(richResult())).toBe(render(richResult()));
    expect(render(listResult())).toBe(render(listResult()));
  });

  test.each(FORMATS.filter(([name]) => name !== 'JSON'))(
    '%s stays small where every text is 100 kB, and carries no control character',
    (_name, render) => {
      for (const [, result] of CASES) {
        const text = render(result);
        expect(text.length).toBeLessThan(600_000);
        expect(text).not.toMatch(CONTROLS);
      }
    },
  );
});
