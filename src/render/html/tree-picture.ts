// The dependency tree as a picture: one box a package, the subject left, coloured by the worst finding in it.
import type { Finding, Report, Severity } from '../../types.ts';
import { html } from './escape.ts';

const RANK: Record<Severity, number> = { info: 0, low: 1, moderate: 2, high: 3, critical: 4 };
const WORDS = ['nothing', 'low', 'moderate', 'high', 'critical'];
const COLUMN = 210;
const ROW = 17;
const MAX_NODES = 600;
const MAX_DEPTH = 6;
/** Trees up to this many packages are drawn whole. */
const MAX_UNFOLDED = 30;

const KEY = ['none', 'info', 'warn', 'bad', 'bad']
  .map((name, rank) => `<span class="chip ${name}">${WORDS[rank] ?? ''}</span>`)
  .join('');

interface Box {
  name: string;
  version: string;
  rank: number;
  depth: number;
  children: Box[];
  leaves: number;
  /** How many packages this box stands for besides its own. */
  folded: number;
}

/**
 * An icicle chart; every package hangs below the one that brings it in by the shortest way. In a
 * large tree, what has no finding in or below it is folded, and the whole stands below, closed.
 */
export function treePicture(report: Report): string {
  const root = boxesOf(report);
  if (!root) return '';
  const rest = report.tree.length > MAX_NODES ? ` The first ${MAX_NODES} are drawn.` : '';
  const words = `<p class="small soft">Left to right: the server, what it needs, what that needs.${rest} The worst finding in each package: ${KEY}</p>`;
  if (report.tree.length <= MAX_UNFOLDED) return picture(root, report) + words;
  const whole = `<details><summary>The whole tree</summary>${picture(root, report)}</details>`;
  return picture(folded(root), report) + words + whole;
}

/** Keeps the ways to findings; clean branches become one box each, clean leaves one for all of them. */
function folded(box: Box): Box {
  const isClean = ({ rank, children }: Box) => rank === 0 && children.length === 0;
  const children = box.children.map((child) =>
    worstOf(child) > 0 ? folded(child) : closed(child),
  );
  const clean = children.filter(isClean);
  if (box.depth === 0 || clean.length < 3) return { ...box, children };
  const count = clean.reduce((sum, child) => sum + 1 + child.folded, 0);
  const first = clean[0] as Box;
  const rest: Box = { ...first, name: `${count} packages`, version: '', folded: count - 1 };
  return { ...box, children: [...children.filter((child) => !isClean(child)), rest] };
}

function closed(box: Box): Box {
  return { ...box, children: [], folded: sizeOf(box) - 1 };
}

function sizeOf(box: Box): number {
  return box.children.reduce((sum, child) => sum + sizeOf(child), 1);
}

function worstOf(box: Box): number {
  return Math.max(box.rank, ...box.children.map(worstOf));
}

function picture(root: Box, report: Report): string {
  countLeaves(root);
  const depth = Math.min(MAX_DEPTH, deepest(root)) + 1;
  const width = depth * COLUMN;
  const height = Math.max(2, root.leaves) * ROW;
  const parts: string[] = [];
  draw(root, 0, height, parts);
  const label = `Dependency tree of ${report.tree.length} packages`;
  return `<div class="scroll"><svg class="wide d${depth}" viewBox="0 0 ${width} ${height}" role="img" aria-label="${html(label)}">${parts.join('')}</svg></div>`;
}

function boxesOf(report: Report): Box | undefined {
  const ranks = ranksOf(report);
  const boxes = new Map<string, Box>();
  let root: Box | undefined;
  const nodes = [...report.tree].sort((a, b) => a.path.length - b.path.length);
  for (const node of nodes.slice(0, MAX_NODES)) {
    const key = node.path.join('\n');
    const box: Box = {
      name: node.name,
      version: node.version,
      rank: ranks.get(`${node.name}@${node.version}`) ?? 0,
      depth: node.path.length - 1,
      children: [],
      leaves: 0,
      folded: 0,
    };
    boxes.set(key, box);
    const parent = boxes.get(node.path.slice(0, -1).join('\n'));
    if (parent) parent.children.push(box);
    else root ??= box;
  }
  return root;
}

function ranksOf(report: Report): Map<string, number> {
  const ranks = new Map<string, number>();
  const own = `${report.subject.name}@${report.subject.version}`;
  for (const finding of report.checks.flatMap((check) => check.findings)) {
    if (finding.suppressed) continue;
    for (const key of keysOf(finding, own, report)) {
      ranks.set(key, Math.max(ranks.get(key) ?? 0, RANK[finding.severity]));
    }
  }
  return ranks;
}

function keysOf(finding: Finding, own: string, report: Report): string[] {
  if (finding.advisory) return finding.advisory.path.slice(-1);
  const owner = finding.package;
  if (owner === undefined || owner === report.subject.name) return [own];
  if (/.@\d/.test(owner)) return [owner];
  return report.tree
    .filter((node) => node.name === owner)
    .map((node) => `${node.name}@${node.version}`);
}

function countLeaves(box: Box): number {
  box.leaves = Math.max(
    1,
    box.children.reduce((sum, child) => sum + countLeaves(child), 0),
  );
  return box.leaves;
}

function deepest(box: Box): number {
  return Math.max(box.depth, ...box.children.map((child) => deepest(child)));
}

function draw(box: Box, top: number, height: number, parts: string[]): void {
  if (box.depth > MAX_DEPTH) return;
  const x = box.depth * COLUMN;
  const size = height.toFixed(1);
  const more = box.folded > 0 && box.version !== '' ? ` +${box.folded}` : '';
  const spec = box.version === '' ? box.name : `${box.name}@${box.version}`;
  const title = `${spec}: ${WORDS[box.rank] ?? ''}${more && `, with ${box.folded} more below it`}`;
  const text =
    height >= 12 ? cut(`${box.name} ${box.version}`.trim(), 32 - more.length) + more : '';
  const textClass = box.rank === 4 ? ' class="n4t"' : '';
  parts.push(
    `<g><title>${html(title)}</title><rect class="box n${box.rank}" x="${x}" y="${top.toFixed(1)}" width="${COLUMN}" height="${size}"/><text${textClass} x="${x + 6}" y="${(top + Math.min(height, 60) / 2 + 4).toFixed(1)}">${html(text)}</text></g>`,
  );
  let y = top;
  for (const child of box.children) {
    const share = (height * child.leaves) / box.leaves;
    draw(child, y, share, parts);
    y += share;
  }
}

function cut(text: string, max: number): string {
  return text.length <= max ? text : `${text.slice(0, max - 1)}…`;
}
