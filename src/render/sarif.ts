// SARIF 2.1.0 for code scanning: rule help, one result a finding, fingerprints that survive line moves.
import { createHash } from 'node:crypto';
import { escapeExcerpt } from '../analyze/text/escape.ts';
import type { RuleText } from '../rule.ts';
import type { Finding, Report, Severity, VetResult } from '../types.ts';

/** GitHub sorts by these numbers (security-severity, 0 to 10). */
const SECURITY_SEVERITY: Record<Severity, string> = {
  critical: '9.5',
  high: '8.0',
  moderate: '5.5',
  low: '3.0',
  info: '0.0',
};
const LEVELS: Record<Severity, 'error' | 'warning' | 'note'> = {
  critical: 'error',
  high: 'error',
  moderate: 'warning',
  low: 'note',
  info: 'note',
};

export function renderSarif(result: VetResult, rules: readonly RuleText[]): string {
  const found = result.reports.flatMap((report) =>
    report.checks.flatMap((check) => check.findings).map((finding) => ({ report, finding })),
  );
  const across = result.findings.map((finding) => ({ report: null, finding }));
  const all = [...found, ...across];
  const ids = [...new Set(all.map(({ finding }) => finding.ruleId))].sort();
  const texts = new Map(rules.map((rule) => [rule.id, rule]));
  const log = {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: {
            name: result.tool.name,
            semanticVersion: result.tool.version,
            rules: ids.map((id) => ruleOf(id, texts.get(id))),
          },
        },
        invocations: [
          {
            executionSuccessful: result.error === undefined,
            exitCode: result.error ? 2 : result.gate.passed ? 0 : 1,
            toolExecutionNotifications: result.notVetted.map((entry) => ({
              level: entry.kind === 'failed' ? 'error' : 'note',
              message: { text: escapeExcerpt(`${entry.target}: ${entry.reason}`, 400) },
            })),
          },
        ],
        results: all.map(({ report, finding }) => resultOf(finding, report, ids)),
        columnKind: 'utf16CodeUnits',
      },
    ],
  };
  return `${JSON.stringify(log, null, 2)}\n`;
}

function ruleOf(id: string, rule: RuleText | undefined): object {
  const title = rule?.title ?? id;
  return {
    id,
    name: id,
    shortDescription: { text: title },
    fullDescription: { text: rule?.why ?? title },
    help: { text: rule ? `${rule.why} ${rule.fix}` : title },
    defaultConfiguration: { level: LEVELS[rule?.severity ?? 'low'] },
    properties: {
      'security-severity': SECURITY_SEVERITY[rule?.severity ?? 'low'],
      tags: ['security', 'mcp', ...(rule ? [rule.check] : [])],
    },
  };
}

function resultOf(finding: Finding, report: Report | null, ids: string[]): object {
  const subject = report ? `${report.subject.name}@${report.subject.version}` : '';
  const { uri, line } = placeOf(finding, report);
  const excerpt = finding.excerpt ? ` — ${escapeExcerpt(finding.excerpt)}` : '';
  return {
    ruleId: finding.ruleId,
    ruleIndex: ids.indexOf(finding.ruleId),
    level: LEVELS[finding.severity],
    message: {
      text: `${subject ? `${subject}: ` : ''}${escapeExcerpt(finding.message, 400)}${excerpt} Fix: ${finding.fix}`,
    },
    locations: [
      {
        physicalLocation: {
          artifactLocation: { uri },
          ...(line === undefined ? {} : { region: { startLine: line } }),
        },
        logicalLocations: [{ fullyQualifiedName: escapeExcerpt(finding.location, 300) }],
      },
    ],
    partialFingerprints: { 'mcpVet/v1': fingerprint(finding, report, uri) },
    properties: {
      'security-severity': SECURITY_SEVERITY[finding.severity],
      severity: finding.severity,
      confidence: finding.confidence,
    },
    ...(finding.suppressed
      ? {
          suppressions: [
            { kind: 'external', justification: escapeExcerpt(finding.suppressed.reason, 300) },
          ],
        }
      : {}),
  };
}

/** Code scanning wants a file of the repository: the configuration that starts the server, else a package path. */
function placeOf(finding: Finding, report: Report | null): { uri: string; line?: number } {
  const at = /^(.{1,400}):(\d{1,9})$/.exec(finding.location);
  const configured = report?.subject.configuredAs?.[0]?.file;
  if (configured !== undefined) return { uri: encodeURI(configured) };
  const owner = finding.package ?? report?.subject.name ?? '';
  const base = owner ? `node_modules/${owner.replace(/@[^@/]*$/, '') || owner}` : '';
  if (at?.[1] !== undefined && base) {
    return { uri: uriOf(`${base}/${at[1]}`), line: Math.max(1, Number(at[2])) };
  }
  return { uri: base ? uriOf(`${base}/package.json`) : uriOf(finding.location) };
}

function uriOf(path: string): string {
  const clean = path
    .replaceAll('\\', '/')
    .replace(/[^\x20-\x7e]/g, '_')
    .replace(/\.\.\//g, '');
  return encodeURI(clean).replace(/[#?]/g, encodeURIComponent) || 'package.json';
}

/** Rule, package, file and what was seen: no line, no version of the subject. */
function fingerprint(finding: Finding, report: Report | null, uri: string): string {
  const advisory = finding.advisory?.id ?? '';
  const parts = [finding.ruleId, report?.subject.name ?? '', finding.package ?? '', uri, advisory];
  const text = [...parts, finding.excerpt ?? finding.message].join('\n');
  return createHash('sha256').update(text).digest('hex').slice(0, 32);
}
