// Findings in HTML: what decides the level first, each with where, why and fix.
import type { RuleText } from '../../rule.ts';
import type { Finding, Severity } from '../../types.ts';
import { html } from './escape.ts';

export type Rules = ReadonlyMap<string, RuleText>;

const SEVERITIES: Severity[] = ['critical', 'high', 'moderate', 'low', 'info'];
const CLASS: Record<Severity, string> = {
  critical: 'bad',
  high: 'bad',
  moderate: 'warn',
  low: 'info',
  info: 'none',
};
const MAX_FINDINGS = 200;

export function findingList(findings: Finding[], rules: Rules): string {
  const sorted = [...findings].sort((a, b) => weight(a) - weight(b));
  const shown = sorted.slice(0, MAX_FINDINGS);
  const rest = sorted.length - shown.length;
  return (
    shown.map((finding) => findingItem(finding, rules)).join('') +
    (rest > 0 ? `<p>… and ${rest} more in the JSON report</p>` : '')
  );
}

function weight(finding: Finding): number {
  const state = finding.suppressed ? 100 : finding.caps === undefined ? 10 : 0;
  return state + SEVERITIES.indexOf(finding.severity);
}

function findingItem(finding: Finding, rules: Rules): string {
  const { severity, confidence, suppressed, advisory, caps } = finding;
  const state = suppressed
    ? `<span class="chip none">suppressed until ${html(suppressed.expires, 30)}: ${html(suppressed.reason)}</span>`
    : '';
  const cap = caps && !suppressed ? `<span class="chip bad">holds trust at ${caps}</span>` : '';
  const excerpt = finding.excerpt ? `<pre>${html(finding.excerpt)}</pre>` : '';
  const why = rules.get(finding.ruleId)?.why;
  const way =
    advisory && advisory.path.length > 1
      ? `<p class="small soft">Comes in by ${advisory.path
          .slice(0, 12)
          .map((step) => html(step, 120))
          .join(' → ')}</p>`
      : '';
  return `<article class="finding"><p><span class="chip ${CLASS[severity]}">${severity}</span>${cap}<code>${html(finding.ruleId, 80)}</code> ${state}</p>
<p><b>${html(finding.message)}</b></p>${excerpt}
<p class="small soft">${html(finding.package ?? '', 240)} ${html(finding.location, 300)} · ${confidence} confidence</p>${way}
${why === undefined ? '' : `<p class="small"><b>Why</b> ${html(why)}</p>`}
<p class="small"><b>Fix</b> ${html(finding.fix)}</p></article>`;
}
