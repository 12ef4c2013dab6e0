// The report for people in a terminal: a table where there are several, then what falls short, worst first.
import type { RuleText } from '../rule.ts';
import type { NotVetted, Report, VetResult } from '../types.ts';
import { makePaint, type ColourInput } from './paint.ts';
import { findingsText } from './text/findings.ts';
import { paragraph, safe, SEVERITIES, specOf, type Page } from './text/page.ts';
import { reportText } from './text/report.ts';
import { pad } from './width.ts';

export interface TextOptions extends ColourInput {
  /** Columns; at least 40 are assumed. */
  width: number;
  /** Also info findings, gaps, and every server of a list. */
  isVerbose: boolean;
  /** Only what fails the gate. */
  isQuiet: boolean;
}

export function renderText(
  result: VetResult,
  options: TextOptions,
  rules: readonly RuleText[] = [],
): string {
  const page: Page = {
    paint: makePaint(options),
    width: Math.min(Math.max(options.width, 40), 120),
    isVerbose: options.isVerbose,
    isTerminal: options.isTerminal,
    rules: new Map(rules.map((rule) => [rule.id, rule])),
  };
  const failing = new Set(result.gate.failed.map((entry) => entry.target));
  const isFailing = (report: Report) => failing.has(specOf(report));
  const isList = result.reports.length + result.notVetted.length > 1;
  const reports = options.isQuiet ? result.reports.filter(isFailing) : result.reports;
  const others = options.isQuiet
    ? result.notVetted.filter((entry) => entry.kind === 'failed' || failing.has(entry.target))
    : result.notVetted;
  const detailed = reports.filter(
    (report) => !isList || options.isVerbose || isFailing(report) || report.lost > 0,
  );
  const durationMs = isList ? undefined : result.durationMs;
  const parts = [
    isList ? tableText(reports, others, page) : '',
    ...detailed.map((report) => reportText(report, page, durationMs)),
    options.isQuiet && result.gate.passed ? '' : acrossText(result, isList, page),
    ...others.map((entry) => notVettedText(entry, result, page)),
    gateText(result, page),
    isList && !options.isQuiet ? closingText(result, detailed, page) : '',
  ];
  return parts
    .filter((part) => part !== '')
    .map((part) => `${part}\n`)
    .join('\n');
}

function tableText(reports: Report[], others: NotVetted[], { paint, width }: Page): string {
  if (reports.length + others.length === 0) return '';
  const isWide = width >= 72;
  const room = Math.min(56, width - (isWide ? 45 : 24));
  const row = (name: string, trust: string, verified: string, lost: string, worst: string) =>
    [pad(name, room), trust, pad(verified, 10), ...(isWide ? [lost.padEnd(4), worst] : [])]
      .join('  ')
      .trimEnd();
  const lines = reports.map((report) => {
    const { level } = report.trust;
    const worst = worstOf(report);
    return row(
      safe(specOf(report), 240),
      paint.trust(level, level.padEnd(10)),
      `${report.score} of ${report.verified}`,
      String(report.lost),
      worst ? paint.severity(worst, worst) : '-',
    );
  });
  const rest = others.map((entry) =>
    row(safe(entry.target, 240), 'not vetted', safe(entry.code, 40), '', ''),
  );
  const head = row('server', 'trust     ', 'verified', 'lost', 'worst finding');
  return [paint.bold(head), ...lines, ...rest].join('\n');
}

function worstOf(report: Report): (typeof SEVERITIES)[number] | undefined {
  const findings = report.checks.flatMap((check) => check.findings);
  const ranks = findings
    .filter((finding) => !finding.suppressed && finding.severity !== 'info')
    .map((finding) => SEVERITIES.indexOf(finding.severity));
  return SEVERITIES[Math.min(...ranks)];
}

function acrossText(result: VetResult, isList: boolean, page: Page): string {
  const text = findingsText(result.findings, page);
  if (text === '') return '';
  const title = isList ? 'about the configuration and across servers' : 'about the configuration';
  return `${page.paint.bold(title)}\n${text}`;
}

function notVettedText(entry: NotVetted, result: VetResult, page: Page): string {
  const hint = result.error?.code === entry.code ? result.error.hint : undefined;
  return [
    paragraph(
      `${safe(entry.target, 240)}: not vetted (${safe(entry.code, 40)})`,
      page,
      0,
      page.paint.bold,
    ),
    paragraph(safe(entry.reason), page, 2),
    ...(hint ? [paragraph(safe(hint), page, 2)] : []),
  ].join('\n');
}

function gateText(result: VetResult, page: Page): string {
  if (result.gate.failed.length === 0) return '';
  const lines = result.gate.failed.map(({ target, gate, wanted, got }) =>
    paragraph(
      `${safe(target, 240)}: ${safe(gate, 40)} wanted ${safe(wanted, 80)}, got ${safe(got, 120)}`,
      page,
      2,
    ),
  );
  return [page.paint.severity('high', 'below the gate'), ...lines].join('\n');
}

function closingText(result: VetResult, detailed: Report[], page: Page): string {
  const hidden = result.reports.length - detailed.length;
  if (hidden === 0) return '';
  const words = hidden === 1 ? '1 server' : `${hidden} servers`;
  return page.paint.dim(`${words} with nothing lost; --verbose shows the details`);
}
