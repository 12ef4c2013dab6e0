// SARIF 2.1.0 for code scanning: rule help, one result a finding, fingerprints that survive line moves.
import { createHash } from 'node:crypto';
import { escapeExcerpt } from '../analyze/text/escape.ts';
import type { RuleText } from '../rule.ts';
import type { Finding, Report, Severity, VetResult } from '../types.ts';
import { jsonText } from './json.ts';

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

interface Place {
  uri: string;
  line?: number;
}

const VERSION = /\d{1,9}\.\d{1,9}\.\d{1,9}(?:[-+][\w.+-]{1,60})?/g;
/** What GitHub accepts in one run. */
const MAX_RESULTS = 5_000;

/** `root` is the folder that paths are told from, a checkout's as a rule. */
export function renderSarif(result: VetResult, rules: readonly RuleText[], root = ''): string {
  const found = result.reports.flatMap((report) =>
    report.checks.flatMap((check) => check.findings).map((finding) => ({ report, finding })),
  );
  const across = result.findings.map((finding) => ({ report: null, finding }));
  const all = [...found, ...across].slice(0, MAX_RESULTS);
  const seen = new Map<string, number>();
  const ids = [...new Set(all.map(({ finding }) => finding.ruleId))].sort();
  const texts = new Map(rules.map((rule) => [rule.id, rule]));
  const log = {
    $schema:
      'https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json',
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
              message: { text: plain(`${entry.target}: ${entry.reason}`, 400) },
            })),
          },
        ],
        results: all.map(({ report, finding }) =>
          resultOf(finding, placeOf(finding, report, root), report, ids, seen),
        ),
        columnKind: 'utf16CodeUnits',
      },
    ],
  };
  return jsonText(log);
}

function ruleOf(id: string, rule: RuleText | undefined): object {
  const title = rule?.title ?? id;
  return {
    id,
    name: id,
    shortDescription: { text: title },
    fullDescription: { text: rule?.why ?? title },
    help: helpOf(rule, title),
    defaultConfiguration: { level: LEVELS[rule?.severity ?? 'low'] },
    properties: {
      'security-severity': SECURITY_SEVERITY[rule?.severity ?? 'low'],
      tags: ['security', 'mcp', ...(rule ? [rule.check] : [])],
    },
  };
}

function helpOf(rule: RuleText | undefined, title: string): { text: string; markdown: string } {
  if (!rule) return { text: title, markdown: title };
  const upstream = rule.fixUpstream ?? '';
  return {
    text: `${rule.title}\n\nWhy: ${rule.why}\nFix: ${rule.fix}${upstream && `\nUpstream: ${upstream}`}`,
    markdown: `**${rule.title}**\n\n**Why** ${rule.why}\n\n**Fix** ${rule.fix}${upstream && `\n\n**Upstream** ${upstream}`}`,
  };
}

function resultOf(
  finding: Finding,
  { uri, line }: Place,
  report: Report | null,
  ids: string[],
  seen: Map<string, number>,
): object {
  const subject = report ? `${report.subject.name}@${report.subject.version}` : '';
  const excerpt = finding.excerpt ? ` — ${plain(finding.excerpt, 160)}` : '';
  return {
    ruleId: finding.ruleId,
    ruleIndex: ids.indexOf(finding.ruleId),
    level: LEVELS[finding.severity],
    message: {
      text: `${subject ? `${plain(subject, 300)}: ` : ''}${plain(finding.message, 400)}${excerpt} Fix: ${plain(finding.fix, 600)}`,
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
    partialFingerprints: { 'mcpVet/v1': unique(fingerprint(finding, report, uri), seen) },
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

/** Foreign text in a message: one line, no embedded link. */
function plain(text: string, max: number): string {
  return escapeExcerpt(text, max).replaceAll('](', '] (');
}

/** Code scanning wants a file of the repository: the configuration that starts the server, else a package path. */
function placeOf(finding: Finding, report: Report | null, root: string): Place {
  const at = /^(.{1,400}):(\d{1,9})$/.exec(finding.location);
  const configured = report?.subject.configuredAs?.[0]?.file;
  if (configured !== undefined) {
    const isInside = root !== '' && configured.startsWith(root);
    return { uri: uriOf(isInside ? configured.slice(root.length) : configured) };
  }
  const owner = nameOf(finding.package ?? report?.subject.name ?? '');
  const base = owner ? `node_modules/${owner}` : '';
  if (at?.[1] !== undefined && base) {
    return { uri: uriOf(`${base}/${at[1]}`), line: Math.max(1, Number(at[2])) };
  }
  return { uri: base ? uriOf(`${base}/package.json`) : uriOf(finding.location) };
}

/** Without a version: `@a/b@1.2.3` is `@a/b`. */
function nameOf(spec: string): string {
  return spec.replace(/(?<=.)@[^@/]*$/, '');
}

/** A relative URI below the root of the repository, whatever the path was. */
function uriOf(path: string): string {
  const segments = path
    .slice(0, 1_000)
    .replaceAll('\\', '/')
    .replace(/^[A-Za-z]:/, '')
    .split('/')
    .filter((segment) => !['', '.', '..'].includes(segment))
    .map((segment) => encodeURIComponent(segment.replace(/[^\x20-\x7e]/g, '_')));
  return segments.join('/').replaceAll('%40', '@') || 'package.json';
}

/** Rule, package, file and what was seen: no line, no version. */
function fingerprint(finding: Finding, report: Report | null, uri: string): string {
  const parts = [
    finding.ruleId,
    report?.subject.name ?? '',
    nameOf(finding.package ?? ''),
    uri,
    finding.advisory?.id ?? '',
    (finding.excerpt ?? finding.message).slice(0, 2_000).replace(VERSION, 'x'),
  ];
  return createHash('sha256').update(parts.join('\n')).digest('hex').slice(0, 32);
}

/** Two findings that differ in nothing but their line are told apart by their order. */
function unique(print: string, seen: Map<string, number>): string {
  const count = (seen.get(print) ?? 0) + 1;
  seen.set(print, count);
  return count === 1 ? print : `${print}:${count}`;
}
