// The HTML report in a real browser: hostile strings do nothing, and nothing scrolls sideways.
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { chromium, type Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { allRuleTexts } from '../../src/checks/index.ts';
import { renderHtml } from '../../src/render/html/index.ts';
import type { VetResult } from '../../src/types.ts';
import { HOSTILE, hostileResults, listResult, richResult } from '../support/reports.ts';

const CHROMIUM = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(
  (file) => existsSync(file),
);
const ELEMENTS = new Set(
  'HTML HEAD META TITLE STYLE BODY MAIN HEADER SECTION ARTICLE DIV SPAN P H1 H2 H3 B BR CODE PRE UL OL LI A TABLE THEAD TBODY TR TH TD DETAILS SUMMARY svg g rect text line circle title'.split(
    ' ',
  ),
);
const ATTRIBUTES =
  /^(lang|charset|content|name|http-equiv|class|id|href|open|role|aria-label|viewBox|x|y|x1|x2|y1|y2|cx|cy|r|width|height|data-label)$/;

interface Seen {
  title: string;
  pwned: boolean;
  elements: string[];
  attributes: string[];
  links: string[];
  points: number;
  width: number;
}
const LOOK = `(() => {
  const all = [...document.querySelectorAll('*')];
  return {
    title: document.title,
    pwned: 'pwned' in window,
    elements: [...new Set(all.map((element) => element.tagName))],
    attributes: [...new Set(all.flatMap((element) => element.getAttributeNames()))],
    links: [...document.querySelectorAll('[href],[src]')].map(
      (element) => element.getAttribute('href') ?? element.getAttribute('src') ?? '',
    ),
    points: document.querySelectorAll('ol.points > li').length,
    width: document.documentElement.scrollWidth,
  };
})()`;

describe.skipIf(CHROMIUM === undefined)('in a browser (chromium)', () => {
  const dir = mkdtempSync(path.join(tmpdir(), 'mcp-vet-html-'));
  let browser: Browser;
  beforeAll(async () => {
    browser = await chromium.launch({
      executablePath: CHROMIUM ?? '',
      args: '--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking'.split(
        ' ',
      ),
    });
  });
  afterAll(async () => {
    await browser?.close();
    rmSync(dir, { recursive: true, force: true });
  });

  async function open(result: VetResult, width = 1280) {
    const file = path.join(dir, 'report.html');
    writeFileSync(file, renderHtml(result, allRuleTexts()));
    const page = await browser.newPage({ viewport: { width, height: 900 } });
    const said: string[] = [];
    const asked: string[] = [];
    page.on('console', (message) => said.push(message.text()));
    page.on('pageerror', (error) => said.push(String(error)));
    page.on('dialog', (dialog) => void dialog.dismiss().then(() => said.push('dialog')));
    page.on('request', (request) => asked.push(request.url()));
    const url = pathToFileURL(file).href;
    await page.goto(url);
    const seen = await page.evaluate<Seen>(LOOK);
    await page.close();
    return { said, asked: asked.filter((address) => address !== url), ...seen };
  }

  test.each(
    hostileResults().map((result, index): [string, VetResult] => [
      `${index + 1}: ${JSON.stringify(HOSTILE[index]?.slice(0, 24))}`,
      result,
    ]),
  )('%s runs no script, asks for nothing, adds no element', async (_name, result) => {
    const seen = await open(result, 400);
    expect(seen.said).toEqual([]);
    expect(seen.asked).toEqual([]);
    expect(seen.pwned).toBe(false);
    expect(seen.title).toMatch(/^mcp-vet: /);
    expect(seen.elements.filter((name) => !ELEMENTS.has(name))).toEqual([]);
    expect(seen.attributes.filter((name) => !ATTRIBUTES.test(name))).toEqual([]);
    expect(seen.links.filter((link) => !/^#server-\d+$/.test(link))).toEqual([]);
    expect(seen.points).toBe(7);
    expect(seen.width).toBeLessThanOrEqual(400);
  });

  test.each([
    ['a rich run', 1280, richResult()],
    ['a rich run', 400, richResult()],
    ['a list', 1280, listResult()],
    ['a list', 400, listResult()],
  ])('%s at %i: style applies, nothing scrolls sideways', async (_name, width, result) => {
    const seen = await open(result, width);
    expect(seen.said).toEqual([]);
    expect(seen.asked).toEqual([]);
    expect(seen.width).toBeLessThanOrEqual(width);
    expect(seen.points).toBe(7 * result.reports.length);
  });
});

test('the report says the level, the points, why, what leaked and what was vetted', () => {
  const page = renderHtml(richResult(), allRuleTexts());
  for (const text of [
    'do-not-use',
    'Network egress',
    '<b>Why</b>',
    '<b>Fix</b>',
    'planted: ssh-key (base64)',
    'given: WEATHER_API_KEY (plain)',
    'weather-mcp@1.4.0',
    'does not explain it',
    'path-match@0.3.9: high',
    'Warnings that are in force in a region.',
  ]) {
    expect(page).toContain(text);
  }
  expect(page).not.toContain('<script');
});

test('in a large tree the way to a finding stays open and what is clean is folded', () => {
  const result = richResult();
  const [report] = result.reports;
  const root = report?.tree[0]?.path[0] ?? '';
  for (let index = 0; index < 40; index += 1) {
    const spec = `clean-${index}@1.0.0`;
    report?.tree.push(
      { ...report.tree[0], name: `clean-${index}`, version: '1.0.0', path: [root, spec] } as never,
      {
        ...report.tree[0],
        name: 'leaf',
        version: `${index}.0.0`,
        path: [root, spec, `leaf@${index}.0.0`],
      } as never,
    );
  }
  const [picture = '', whole = ''] = renderHtml(result).split('<summary>The whole tree</summary>');
  expect(picture).toContain('path-match@0.3.9: high');
  expect(picture).toContain('clean-7 1.0.0 +1');
  expect(picture).not.toContain('leaf 7.0.0');
  expect(whole).toContain('leaf 7.0.0');
});

test('a planted secret among thousands of attempts is drawn and listed first', () => {
  const result = richResult();
  const egress = result.reports[0]?.egress;
  const [event] = egress?.observed ?? [];
  if (!egress || !event) throw new Error('the rich report has egress');
  const many = Array.from({ length: 3000 }, (_, index) => ({
    ...event,
    canaries: [],
    atMs: index,
    path: `/${index}`,
  }));
  const planted = { id: 'ssh-key', kind: 'planted' as const, encoding: 'hex' };
  egress.observed = [
    ...many,
    { ...event, canaries: [planted] as never, atMs: 3001, path: '/last' },
  ];
  const page = renderHtml(result);
  expect(page).toContain('class="dot-bad"');
  expect(page.indexOf('/last')).toBeLessThan(page.indexOf('/5<'));
  expect(page.length).toBeLessThan(400_000);
});
