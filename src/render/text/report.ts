// One server in the terminal: the level, the seven points, who was contacted, what was found.
import type { CheckResult, Report } from '../../types.ts';
import { wrap } from '../width.ts';
import { egressText } from './egress.ts';
import { findingsText } from './findings.ts';
import { paragraph, safe, type Page } from './page.ts';

const MARKS = { pass: '✔', warn: '▲', fail: '✖', unknown: '○' } as const;
const TITLE = 20;

export function reportText(report: Report, page: Page, durationMs: number | undefined): string {
  const { paint } = page;
  const { trust } = report;
  return [
    headText(report, page),
    paragraph(`${trust.sourceClass}: ${safe(trust.reason, 600)}`, page, 2),
    ...(trust.howToLeave
      ? [paragraph(`to change that: ${safe(trust.howToLeave, 400)}`, page, 2, paint.dim)]
      : []),
    ...configuredText(report, page),
    paragraph(countsOf(report, durationMs), page, 2, paint.dim),
    '',
    ...report.checks.map((check, index) => checkText(check, index + 1, page)),
    '',
    `  ${paint.bold(scoreLine(report))}`,
    ...section(egressText(report, page)),
    ...section(
      findingsText(
        report.checks.flatMap((check) => check.findings),
        page,
      ),
    ),
    ...(page.isVerbose ? gapsText(report, page) : []),
    '',
    vettedText(report, page),
  ].join('\n');
}

/** Which entries of client configurations start it. */
function configuredText({ subject }: Report, page: Page): string[] {
  const names = (subject.configuredAs ?? []).map(({ server, client }) => `${server} (${client})`);
  const unique = [...new Set(names)];
  if (unique.length === 0) return [];
  const rest = unique.length > 5 ? ` and ${unique.length - 5} more` : '';
  const text = `configured as ${unique.slice(0, 5).join(', ')}${rest}`;
  return [paragraph(safe(text, 400), page, 2, page.paint.dim)];
}

function section(text: string): string[] {
  return text === '' ? [] : ['', text];
}

function headText({ subject, trust }: Report, { paint, width }: Page): string {
  const level = trust.level.toUpperCase();
  const name = `${safe(subject.name, 214)} ${safe(subject.version, 60)}`;
  const lines = wrap(name, width - level.length - 3, 0).split('\n');
  const head = lines.map((line) => paint.bold(line)).join('\n');
  return `${head}   ${paint.trust(trust.level, level)}`;
}

function countsOf(report: Report, durationMs: number | undefined): string {
  const { dependencies, files } = report;
  return [
    `${dependencies.total} dependencies`,
    `${files.total} files read`,
    ...(durationMs === undefined ? [] : [`${(durationMs / 1000).toFixed(1)} s`]),
    ...(report.run
      ? [`run for ${Math.round(report.run.seconds)} s in ${safe(report.run.backend, 40)}`]
      : []),
  ].join(' · ');
}

function scoreLine(report: Report): string {
  const open = 7 - report.verified;
  const rest = open > 0 ? `, ${open} not verified` : '';
  return `${report.score} of ${report.verified} verified${rest}`;
}

function checkText(check: CheckResult, number: number, page: Page): string {
  const mark = page.paint.outcome(check.outcome, MARKS[check.outcome]);
  const reason = safe(check.reason, page.isVerbose ? 400 : 160);
  if (page.width < 72) {
    return `  ${number} ${mark} ${check.title}\n${paragraph(reason, page, 6)}`;
  }
  const body = paragraph(reason, page, TITLE + 9).trimStart();
  return `  ${number}  ${check.title.padEnd(TITLE)} ${mark}  ${body}`;
}

function gapsText(report: Report, page: Page): string[] {
  const gaps = report.checks.flatMap((check) => check.gaps);
  if (gaps.length === 0) return [];
  return [
    '',
    `  ${page.paint.bold('not checked')}`,
    ...gaps.map((gap) => paragraph(`${safe(gap.ruleId, 60)}: ${safe(gap.reason)}`, page, 4)),
  ];
}

/** The exact thing that was looked at; whole in a pipe, so that it can be searched for. */
function vettedText({ subject }: Report, page: Page): string {
  const spec = `${safe(subject.name, 214)}@${safe(subject.version, 60)}`;
  const integrity =
    subject.integrity === null
      ? '(no integrity: not a registry package)'
      : safe(subject.integrity, 300);
  if (!page.isTerminal) return `  vetted: ${spec}  ${integrity}`;
  return `  vetted: ${paragraph(`${spec} ${integrity}`, page, 10).trimStart()}`;
}
