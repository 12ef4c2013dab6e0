// One server's card: level and why, the seven points, then everything behind them.
import type { CheckResult, Report, TrustLevel } from '../../types.ts';
import { egressSection, runSection } from './egress-picture.ts';
import { html } from './escape.ts';
import { findingList, type Rules } from './findings.ts';
import { capabilitySection, toolSection } from './surface.ts';
import { treePicture } from './tree-picture.ts';

export const TRUST_CLASS: Record<TrustLevel, string> = {
  high: 'good',
  medium: 'good',
  low: 'warn',
  'do-not-use': 'bad',
};
const OUTCOME = {
  pass: ['pass', '✔ pass'],
  warn: ['warn-p', '▲ warning'],
  fail: ['fail', '✖ fail'],
  unknown: ['unknown', '○ not verified'],
} as const;

export function serverCard(report: Report, number: number, rules: Rules): string {
  const findings = report.checks.flatMap((check) => check.findings);
  const shown = findings.filter((finding) => finding.severity !== 'info');
  const info = findings.filter((finding) => finding.severity === 'info');
  return `<section class="card level-${TRUST_CLASS[report.trust.level]}" id="server-${number}">
${hero(report)}
<ol class="points">${report.checks.map((check, index) => point(check, index + 1)).join('')}</ol>
<h3>Findings</h3>${shown.length > 0 ? findingList(shown, rules) : '<p>None of low severity or above.</p>'}
${info.length > 0 ? `<details><summary>${info.length} for information</summary>${findingList(info, rules)}</details>` : ''}
<h3>Dependencies</h3>${dependencies(report)}${treePicture(report)}
<h3>Capabilities against its stated function</h3>${capabilitySection(report)}
<h3>Where it connects</h3>${egressSection(report)}
${runSection(report)}
<h3>Tools</h3>${toolSection(report)}
<h3>What was asked, and what answered</h3>${gaps(report)}${sources(report)}
</section>`;
}

function hero(report: Report): string {
  const { subject, trust } = report;
  const spec = `${html(subject.name, 214)}@${html(subject.version, 60)}`;
  const leave = trust.howToLeave
    ? `<p class="small soft">To change that: ${html(trust.howToLeave)}</p>`
    : '';
  return `<div class="hero"><div><h2>${html(subject.name, 214)} <span class="soft">${html(subject.version, 60)}</span></h2>
<p><b>${html(trust.sourceClass)}</b>: ${html(trust.reason)}</p>${leave}${configuredLine(report)}
<p class="small soft">Vetted: <code>${spec}</code><br><code>${html(subject.integrity ?? 'no integrity: not a registry package', 300)}</code></p></div>
<div class="verdict"><span class="badge ${TRUST_CLASS[trust.level]}">${trust.level}</span>
<div class="numbers"><div><b>${report.score}</b>won</div><div><b>${report.verified} of 7</b>verified</div><div><b>${report.lost}</b>lost</div></div></div></div>`;
}

function configuredLine(report: Report): string {
  const as = report.subject.configuredAs ?? [];
  if (as.length === 0) return '';
  const words = as
    .slice(0, 20)
    .map(
      ({ server, client, spec }) =>
        `${html(server, 80)} in ${html(client, 60)} (${html(spec, 240)})`,
    );
  return `<p class="small soft">Configured as ${words.join(', ')}</p>`;
}

function point(check: CheckResult, number: number): string {
  const [className, word] = OUTCOME[check.outcome];
  return `<li class="${className}"><b>${number} ${html(check.title, 60)}</b><span class="outcome">${word}</span><span>${html(check.reason, 300)}</span></li>`;
}

function dependencies({
  dependencies: { total, direct, withInstallScripts, advisories },
}: Report): string {
  const counts = (['critical', 'high', 'moderate', 'low'] as const)
    .filter((severity) => advisories[severity] > 0)
    .map((severity) => `${advisories[severity]} ${severity}`);
  const words = counts.length > 0 ? `, advisories: ${counts.join(', ')}` : '';
  return `<p>${total} packages, ${direct} direct, ${withInstallScripts} with install scripts${words}.</p>`;
}

function gaps(report: Report): string {
  const rows = report.checks.flatMap((check) =>
    check.gaps.map(
      (gap) =>
        `<tr><td>${html(check.title, 60)}</td><td><code>${html(gap.ruleId, 80)}</code></td><td>${html(gap.reason)}</td></tr>`,
    ),
  );
  if (rows.length === 0) return '';
  return `<details><summary>${rows.length} rules could not be asked</summary><div class="scroll"><table><tbody>${rows.join('')}</tbody></table></div></details>`;
}

function sources(report: Report): string {
  const rows = Object.entries(report.sources).map(
    ([name, source]) =>
      `<tr><td>${html(name, 120)}</td><td><span class="chip ${source.known ? 'good' : 'none'}">${source.known ? 'answered' : 'not known'}</span></td><td>${html(source.reason ?? source.from ?? '')} ${html(source.asOf ?? '', 30)}</td></tr>`,
  );
  return `<details><summary>${rows.length} sources</summary><div class="scroll"><table><tbody>${rows.join('')}</tbody></table></div></details>`;
}
