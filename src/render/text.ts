// The report for people in a terminal: the seven points at a glance, then what matters, worst first.
import { escapeExcerpt } from '../analyze/text/escape.ts';
import type { CheckResult, Finding, NotVetted, Report, Severity, VetResult } from '../types.ts';
import { makePaint, wrap, type ColourInput, type Paint } from './paint.ts';

export interface TextOptions extends ColourInput {
  /** Columns; at least 40 are assumed. */
  width: number;
  /** Also info findings, gaps, and why for every finding. */
  isVerbose: boolean;
  /** Only what fails the gate. */
  isQuiet: boolean;
}
interface Page {
  paint: Paint;
  width: number;
  isVerbose: boolean;
}

const MARKS = { pass: '✔', warn: '▲', fail: '✖', unknown: '○' } as const;
const SEVERITIES: Severity[] = ['critical', 'high', 'moderate', 'low', 'info'];
const MAX_FINDINGS = 12;

export function renderText(result: VetResult, options: TextOptions): string {
  const width = Math.min(Math.max(options.width, 40), 120);
  const page: Page = { paint: makePaint(options), width, isVerbose: options.isVerbose };
  const failing = new Set(result.gate.failed.map((entry) => entry.target));
  const shown = result.reports.filter((report) => !options.isQuiet || failing.has(specOf(report)));
  const parts: string[] = [];
  if (result.reports.length + result.notVetted.length > 1) parts.push(tableOf(result, page));
  const isList = result.reports.length > 3 && !options.isVerbose;
  const detailed = isList ? shown.filter((report) => failing.has(specOf(report))) : shown;
  parts.push(...detailed.map((report) => reportText(report, page, result)));
  if (result.findings.length > 0) parts.push(findingsText(result.findings, page));
  parts.push(...result.notVetted.map((entry) => notVettedText(entry, result, page)));
  if (result.gate.failed.length > 0) parts.push(gateText(result, page));
  return parts
    .filter((part) => part !== '')
    .map((part) => `${part}\n`)
    .join('\n');
}

function specOf(report: Report): string {
  return `${report.subject.name}@${report.subject.version}`;
}

function tableOf(result: VetResult, { paint, width }: Page): string {
  const nameWidth = Math.max(16, Math.min(48, width - 34));
  const row = (name: string, trust: string, score: string) =>
    `${cut(name, nameWidth).padEnd(nameWidth)}  ${trust.padEnd(10)}  ${score}`;
  const lines = result.reports.map((report) => {
    const score = `${report.score} of ${report.verified}`;
    const line = row(specOf(report), report.trust.level, score);
    return line.replace(report.trust.level, paint.trust(report.trust.level, report.trust.level));
  });
  const others = result.notVetted.map((entry) => row(safe(entry.target), 'not vetted', entry.code));
  return [paint.bold(row('server', 'trust', 'verified')), ...lines, ...others].join('\n');
}

function reportText(report: Report, page: Page, result: VetResult): string {
  const { paint, width } = page;
  const { subject, trust } = report;
  const level = trust.level.toUpperCase();
  const head = `${paint.bold(`${safe(subject.name)} ${safe(subject.version)}`)}   ${paint.trust(trust.level, level)}`;
  const counts = [
    `${report.dependencies.total} dependencies`,
    `${report.files.total} files read`,
    `${report.files.parsed} parsed`,
    `${(result.durationMs / 1000).toFixed(1)} s`,
  ].join(' · ');
  const worst = report.checks.flatMap((check) => check.findings);
  return [
    head,
    `  ${wrap(`${trust.sourceClass}: ${trust.reason}`, width, 2)}`,
    ...(trust.howToLeave
      ? [`  ${paint.dim(wrap(`to change that: ${trust.howToLeave}`, width, 2))}`]
      : []),
    `  ${paint.dim(counts)}`,
    '',
    ...report.checks.map((check, index) => checkLine(check, index + 1, page)),
    '',
    `  ${scoreLine(report)}`,
    ...(worst.length > 0 ? ['', findingsText(worst, page)] : []),
    ...(page.isVerbose ? gapsText(report, page) : []),
    '',
    `  vetted: ${safe(subject.name)}@${safe(subject.version)}${subject.integrity ? `\n          ${subject.integrity}` : ' (no integrity: not a registry package)'}`,
  ].join('\n');
}

function scoreLine(report: Report): string {
  const open = 7 - report.verified;
  const rest = open > 0 ? `, ${open} not verified` : '';
  return `${report.score} of ${report.verified} verified${rest}`;
}

function checkLine(check: CheckResult, number: number, { paint, width }: Page): string {
  const mark = paint.outcome(check.outcome, MARKS[check.outcome]);
  const title = check.title.padEnd(20);
  const indent = 28;
  if (width < 72) {
    return `  ${number}  ${mark}  ${check.title}\n        ${wrap(safe(check.reason), width, 8)}`;
  }
  return `  ${number}  ${title}  ${mark} ${wrap(safe(check.reason), width, indent)}`;
}

function findingsText(findings: Finding[], page: Page): string {
  const visible = findings
    .filter((finding) => page.isVerbose || (finding.severity !== 'info' && !finding.suppressed))
    .sort((a, b) => SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity));
  const groups = groupByRule(visible);
  const limit = page.isVerbose ? groups.length : MAX_FINDINGS;
  const lines = groups.slice(0, limit).map((group) => findingText(group, page));
  const hidden = groups.length - Math.min(limit, groups.length);
  if (hidden > 0) lines.push(`  … and ${hidden} more rules with findings; --verbose shows all`);
  return lines.join('\n');
}

/** Findings of one rule and severity are told once, with a count. */
function groupByRule(findings: Finding[]): Finding[][] {
  const groups = new Map<string, Finding[]>();
  for (const finding of findings) {
    const key = `${finding.severity} ${finding.ruleId} ${finding.suppressed ? 's' : ''}`;
    groups.set(key, [...(groups.get(key) ?? []), finding]);
  }
  return [...groups.values()];
}

function findingText(group: Finding[], page: Page): string {
  const { paint, width, isVerbose } = page;
  const [first] = group;
  if (!first) return '';
  const mark = first.severity === 'info' || first.severity === 'low' ? '·' : '▲';
  const head = paint.severity(first.severity, `${mark} ${first.severity.padEnd(8)}`);
  const shown = group.slice(0, isVerbose ? 20 : 3);
  const lines = shown.map((finding) => {
    const excerpt = finding.excerpt ? ` ${paint.dim(`“${escapeExcerpt(finding.excerpt)}”`)}` : '';
    const where = safe(`${finding.package ? `${finding.package} ` : ''}${finding.location}`);
    return `    ${wrap(safe(finding.message), width, 4)}\n    ${paint.dim(wrap(where, width, 4))}${excerpt}`;
  });
  if (group.length > shown.length)
    lines.push(`    … and ${group.length - shown.length} more of this kind`);
  const state = first.suppressed
    ? ` (suppressed until ${safe(first.suppressed.expires)}: ${safe(first.suppressed.reason)})`
    : '';
  return [
    `  ${head} ${first.ruleId}${state}`,
    ...lines,
    `    ${paint.dim('fix')} ${wrap(safe(first.fix), width, 8)}`,
  ].join('\n');
}

function gapsText(report: Report, { paint, width }: Page): string[] {
  const gaps = report.checks.flatMap((check) => check.gaps);
  if (gaps.length === 0) return [];
  return [
    '',
    `  ${paint.bold('not checked')}`,
    ...gaps.map((gap) => `    ${wrap(`${gap.ruleId}: ${safe(gap.reason)}`, width, 4)}`),
  ];
}

function notVettedText(entry: NotVetted, result: VetResult, { paint, width }: Page): string {
  const hint = result.error?.code === entry.code ? result.error.hint : undefined;
  return [
    `${paint.bold(safe(entry.target))}   not vetted (${entry.code})`,
    `  ${wrap(safe(entry.reason), width, 2)}`,
    ...(hint ? [`  ${wrap(hint, width, 2)}`] : []),
  ].join('\n');
}

function gateText(result: VetResult, { paint, width }: Page): string {
  const lines = result.gate.failed.map(
    (entry) =>
      `  ${wrap(`${safe(entry.target)}: ${entry.gate} wanted ${entry.wanted}, got ${safe(entry.got)}`, width, 4)}`,
  );
  return [paint.bold('below the gate'), ...lines].join('\n');
}

function safe(text: string): string {
  return escapeExcerpt(text, 400);
}

function cut(text: string, max: number): string {
  return text.length <= max ? text : `${text.slice(0, max - 1)}…`;
}
