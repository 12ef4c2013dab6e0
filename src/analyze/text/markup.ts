// What markup and padding keep from the reader's eyes but not from the model's.
import type { RawView, ViewKind } from './shapes.ts';

const MAX_EACH = 20;
const PATTERNS: { kind: ViewKind; pattern: RegExp }[] = [
  // Link-reference definitions with a blank target are the Markdown comment.
  {
    kind: 'comment',
    pattern: /^[ \t]{0,3}\[[^\]\n]{1,40}\]:[ \t]{0,8}(?:#|<>)[ \t]{1,8}[("'](.{4,4000})[)"']/gm,
  },
  {
    kind: 'hidden-markup',
    pattern:
      /<[a-z][a-z0-9]{0,15}\b[^<>]{0,300}?(?:display\s{0,3}:\s{0,3}none|visibility\s{0,3}:\s{0,3}hidden|opacity\s{0,3}:\s{0,3}0(?![.\d])|font-size\s{0,3}:\s{0,3}[01](?:px|pt|em|%)?\s{0,3}[;"']|color\s{0,3}:\s{0,3}(?:white|#fff(?:fff)?|transparent)\b|(?:left|top|text-indent)\s{0,3}:\s{0,3}-\d{3,5}|(?:height|width)\s{0,3}:\s{0,3}0(?:px)?\s{0,3}[;"']|\shidden(?=[\s>])|aria-hidden\s{0,3}=\s{0,3}["']?true)[^<>]{0,300}>([\s\S]{3,8000}?)(?:<\/|$)/gi,
  },
  { kind: 'attribute', pattern: /\]\([^()\s]{1,400}[ \t]{1,4}["']([^"'\n]{12,400})["']\)/g },
  { kind: 'attribute', pattern: /!\[([^\]\n]{12,400})\]\(/g },
  {
    kind: 'attribute',
    pattern: /\s(?:alt|title|aria-label|data-[a-z-]{1,30}|content)=["']([^"'\n]{12,1000})["']/gi,
  },
  {
    kind: 'padded',
    pattern:
      /(?:[ \t\u00a0\u3000]{50}|(?:[ \t]{0,200}\r?\n){16})[\s\u00a0\u3000]*(\S[\s\S]{8,20000})$/g,
  },
  { kind: 'padded', pattern: /[ \t\u00a0\u3000]{60,}(\S[^\n]{8,4000})/g },
];

/** Comments, invisible elements, attributes, and text pushed out of sight. Linear: every gap is bounded. */
export function markupViews(text: string): RawView[] {
  return [...commentViews(text), ...patternViews(text)];
}

// A pattern would look for the end once for every beginning.
function commentViews(text: string): RawView[] {
  const found: RawView[] = [];
  let start = text.indexOf('<!--');
  while (start >= 0 && found.length < MAX_EACH) {
    const close = text.indexOf('-->', start + 4);
    const end = close < 0 ? text.length : close + 3;
    // A conditional that is never closed is talk about it: "use <!--[if mso]> where needed".
    if (close >= 0 || !/^<!--\[if [\w ()!&|]{1,30}\]>/.test(text.slice(start, start + 45)))
      found.push({
        kind: 'comment',
        text: text.slice(start + 4, close < 0 ? end : close),
        start,
        end,
      });
    start = text.indexOf('<!--', end);
  }
  return found;
}

// What stands in a block of code is shown as it is written.
const FENCED = /^[ \t]{0,12}```[^\n]{0,80}\n[\s\S]{0,60000}?^[ \t]{0,12}```/gm;

function fencedIn(text: string): (at: number) => boolean {
  const blocks = [...text.matchAll(FENCED)].map(({ index, 0: block }) => [
    index,
    index + block.length,
  ]);
  return (at) => blocks.some(([start = 0, end = 0]) => at > start && at < end);
}

/** Only tags and what stands in them: a drawing. */
const isWordless = (text: string): boolean => !/\p{L}{2}/u.test(text.replace(/<[^<>]*>?/g, ' '));

function patternViews(text: string): RawView[] {
  const isShown = text.includes('```') ? fencedIn(text) : () => false;
  return PATTERNS.flatMap(({ kind, pattern }) => {
    if (!mayHold(kind, text)) return [];
    const found: RawView[] = [];
    for (const match of text.matchAll(pattern)) {
      if (kind === 'hidden-markup' && (isShown(match.index) || isWordless(match[1] ?? '')))
        continue;
      found.push({
        kind,
        text: match[1] ?? '',
        start: match.index,
        end: match.index + match[0].length,
      });
      if (found.length >= MAX_EACH) break;
    }
    return found;
  });
}

// Saves the cost of the patterns where their first characters do not even occur.
function mayHold(kind: ViewKind, text: string): boolean {
  if (kind === 'padded') return text.includes('\n'.repeat(4)) || /\s{50}/.test(text);
  if (kind === 'hidden-markup') return text.includes('<');
  if (kind === 'comment') return text.includes(']:');
  return text.includes('](') || text.includes('=');
}
