// A summary for pull requests and job pages. Foreign text is escaped: no links, no HTML, no mentions from it.
import { escapeExcerpt } from '../analyze/text/escape.ts';
import type { Finding, Report, Severity, VetResult } from '../types.ts';

const SEVERITIES: Severity[] = ['critical', 'high', 'moderate', 'low'];
const MARKS = { pass: '✅', warn: '⚠️', fail: '❌', unknown: '⚪' } as const;
const MAX_FINDINGS = 30;

export function renderMarkdown(result: VetResult): string {
  const parts = [
    '# mcp-vet',
    '',
    result.gate.passed && !result.error ? '**Gate passed.**' : '**Gate not passed.**',
    '',
    '| server | trust | class | verified | lost |',
    '| --- | --- | --- | --- | --- |',
    ...result.reports.map(
      ({ subject, trust, score, verified, lost }) =>
        `| ${code(`${subject.name}@${subject.version}`, true)} | **${trust.level}** | ${trust.sourceClass} | ${score} of ${verified} | ${lost} |`,
    ),
    ...result.notVetted.map(
      (entry) => `| ${code(entry.target, true)} | not vetted | ${text(entry.code)} | | |`,
    ),
    '',
    ...result.gate.failed.map(
      (entry) =>
        `- ${code(entry.target)}: ${text(entry.gate)} wanted ${text(entry.wanted)}, got ${text(entry.got)}`,
    ),
    ...result.reports.flatMap(reportLines),
    ...(result.findings.length > 0
      ? ['', '## Across servers', '', ...findingLines(result.findings)]
      : []),
  ];
  return `${parts.join('\n')}\n`;
}

function reportLines(report: Report): string[] {
  const { subject, trust } = report;
  const findings = report.checks.flatMap((check) => check.findings);
  return [
    '',
    `## ${text(subject.name)} ${text(subject.version)}: ${trust.level}`,
    '',
    text(trust.reason),
    '',
    '| # | point | outcome | why |',
    '| --- | --- | --- | --- |',
    ...report.checks.map(
      (check, index) =>
        `| ${index + 1} | ${check.title} | ${MARKS[check.outcome]} ${check.outcome} | ${text(check.reason)} |`,
    ),
    '',
    ...findingLines(findings),
    '',
    `Vetted: ${code(`${subject.name}@${subject.version}`)} ${subject.integrity ? code(subject.integrity) : ''}`,
  ];
}

function findingLines(findings: Finding[]): string[] {
  const counting = findings
    .filter((finding) => !finding.suppressed && SEVERITIES.includes(finding.severity))
    .sort((a, b) => weight(a) - weight(b));
  const lines = counting.slice(0, MAX_FINDINGS).map((finding) => {
    const excerpt = finding.excerpt ? ` ${code(finding.excerpt)}` : '';
    return `- **${finding.severity}** ${code(finding.ruleId)} ${text(finding.message)} (${code(finding.location)})${excerpt} ${text(finding.fix)}`;
  });
  const rest = counting.length - lines.length;
  return rest > 0 ? [...lines, `- … and ${rest} more`] : lines;
}

function weight({ severity, caps }: Finding): number {
  return SEVERITIES.indexOf(severity) + (caps === undefined ? 10 : 0);
}

/**
 * Plain words: no link, HTML, heading, mention or issue number comes of them. GitHub looks for mentions
 * and numbers after Markdown is done, so those are broken by a zero-width space.
 */
function text(value: string): string {
  return escapeExcerpt(value, 400)
    .replace(/[\\`*_{}[\]<>()+!|~&$-]/g, '\\$&')
    .replace(/[@#]/g, '\\$&&#8203;')
    .replaceAll('://', '\\://')
    .replace(/\b(www)\./gi, '$1\\.');
}

/** A code span whose fence is longer than any run of backticks inside; a pipe would end a table's cell. */
function code(value: string, isCell = false): string {
  const escaped = escapeExcerpt(value, 200);
  const safe = isCell ? escaped.replaceAll('|', '\\|') : escaped;
  if (safe.trim() === '') return '';
  const longest = [...safe.matchAll(/`+/g)].reduce((most, [run]) => Math.max(most, run.length), 0);
  const fence = '`'.repeat(longest + 1);
  return longest > 0 ? `${fence} ${safe} ${fence}` : `${fence}${safe}${fence}`;
}
