// Findings for people: what matters first, each with where, why and what to do.
import type { Finding, Severity } from '../../types.ts';
import { paragraph, safe, SEVERITIES, type Page } from './page.ts';

const MAX_GROUPS = 8;
const MAX_LOW = 6;
const MAX_EXAMPLES = 3;
const CONFIDENCES = ['high', 'medium', 'low'];

export function findingsText(findings: Finding[], page: Page): string {
  const groups = groupByRule(
    findings.filter(
      (finding) => page.isVerbose || (finding.severity !== 'info' && !finding.suppressed),
    ),
  );
  const grave = groups.filter(([first]) => first && isGrave(first.severity));
  const others = groups.filter(([first]) => first && !isGrave(first.severity));
  const shownGrave = page.isVerbose ? grave : grave.slice(0, MAX_GROUPS);
  const shownOthers = page.isVerbose ? others : others.slice(0, MAX_LOW);
  const hidden = groups.length - shownGrave.length - shownOthers.length;
  return [
    ...shownGrave.map((group) => graveText(group, page)),
    ...shownOthers.map((group) => (page.isVerbose ? graveText(group, page) : lowText(group, page))),
    ...(hidden > 0 ? [`  … and ${hidden} more rules with findings; --verbose shows all`] : []),
  ].join('\n');
}

function isGrave(severity: Severity): boolean {
  return severity !== 'low' && severity !== 'info';
}

/** Caps decide the trust level, so they come first; then severity, then how sure it is. */
function weight(finding: Finding): number {
  if (finding.suppressed) return 1_000;
  const cap = finding.caps === undefined ? 100 : 0;
  return (
    cap +
    SEVERITIES.indexOf(finding.severity) * 10 +
    Math.max(0, CONFIDENCES.indexOf(finding.confidence))
  );
}

/** Findings of one rule and severity are told once, with a count. */
function groupByRule(findings: Finding[]): Finding[][] {
  const groups = new Map<string, Finding[]>();
  for (const finding of [...findings].sort((a, b) => weight(a) - weight(b))) {
    const key = `${finding.severity} ${finding.ruleId} ${finding.suppressed ? 's' : ''}`;
    const group = groups.get(key);
    if (group) group.push(finding);
    else groups.set(key, [finding]);
  }
  return [...groups.values()];
}

function graveText(group: Finding[], page: Page): string {
  const { paint, isVerbose, rules } = page;
  const [first] = group;
  if (!first) return '';
  const mark = isGrave(first.severity) ? '▲' : '·';
  const count = group.length > 1 ? ` (${group.length} times)` : '';
  const state = first.suppressed
    ? ` (suppressed until ${safe(first.suppressed.expires, 30)}: ${safe(first.suppressed.reason, 200)})`
    : '';
  const shown = group.slice(0, isVerbose ? 20 : MAX_EXAMPLES);
  const rest = group.length - shown.length;
  const why = rules.get(first.ruleId)?.why;
  const head = paint.severity(first.severity, `${mark} ${first.severity}`);
  return [
    `  ${head}  ${paint.bold(safe(first.ruleId, 60))}${count}${state && `\n${paragraph(state.trim(), page, 4)}`}`,
    ...shown.map((finding) => exampleText(finding, page)),
    ...(rest > 0 ? [`    … and ${rest} more of this kind`] : []),
    ...(why === undefined ? [] : [labelled('why', why, page)]),
    labelled('fix', safe(first.fix, 600), page),
    ...(isVerbose && first.fixUpstream
      ? [labelled('upstream', safe(first.fixUpstream, 600), page)]
      : []),
  ].join('\n');
}

function exampleText(finding: Finding, page: Page): string {
  const excerpt = finding.excerpt ? ` “${safe(finding.excerpt, 160)}”` : '';
  return [
    paragraph(safe(finding.message), page, 4),
    paragraph(`${whereOf(finding)}${excerpt}`, page, 4, page.paint.dim),
  ].join('\n');
}

function whereOf(finding: Finding): string {
  const parts = [finding.package, finding.location].filter(
    (part) => part !== undefined && part !== '',
  );
  return safe(parts.join(' '), 200);
}

function labelled(label: string, text: string, page: Page): string {
  const body = paragraph(text, page, label.length + 5).trimStart();
  return `    ${page.paint.dim(label)} ${body}`;
}

function lowText(group: Finding[], page: Page): string {
  const [first] = group;
  if (!first) return '';
  const count = group.length > 1 ? ` (${group.length} times)` : '';
  const text = `${safe(first.ruleId, 60)}${count}: ${safe(first.message, 200)} (${whereOf(first)})`;
  const body = paragraph(text, page, 9).trimStart();
  return `  ${page.paint.severity(first.severity, `· ${first.severity.padEnd(4)}`)} ${body}`;
}
