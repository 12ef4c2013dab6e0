// GitHub workflow commands, one a finding of moderate or worse.
import { escapeExcerpt } from '../analyze/text/escape.ts';
import type { Severity, VetResult } from '../types.ts';

const COMMANDS: Partial<Record<Severity, string>> = {
  critical: 'error',
  high: 'error',
  moderate: 'warning',
};

export function renderAnnotations(result: VetResult): string {
  const lines = result.reports.flatMap((report) =>
    report.checks
      .flatMap((check) => check.findings)
      .flatMap((finding) => {
        const command = COMMANDS[finding.severity];
        if (!command || finding.suppressed) return [];
        const title = `${finding.ruleId} in ${report.subject.name}@${report.subject.version}`;
        const message = `${escapeExcerpt(finding.message, 400)} ${escapeExcerpt(finding.fix, 400)}`;
        return [`::${command} title=${property(title)}::${data(message)}`];
      }),
  );
  const failed = result.notVetted.map(
    (entry) =>
      `::${entry.kind === 'failed' ? 'error' : 'notice'} title=${property('not vetted')}::${data(escapeExcerpt(`${entry.target}: ${entry.reason}`, 400))}`,
  );
  return [...lines, ...failed].map((line) => `${line}\n`).join('');
}

function data(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

function property(text: string): string {
  return data(escapeExcerpt(text, 200)).replaceAll(':', '%3A').replaceAll(',', '%2C');
}
