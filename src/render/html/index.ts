// The HTML report: one self-contained file, no script, a content security policy that allows its own style only.
import { createHash } from 'node:crypto';
import type {
  Capability,
  CheckResult,
  Finding,
  NotVetted,
  Report,
  Severity,
  TrustLevel,
  VetResult,
} from '../../types.ts';
import { egressSection } from './egress-picture.ts';
import { html } from './escape.ts';
import { STYLE } from './style.ts';
import { treePicture } from './tree-picture.ts';

const TRUST_CLASS: Record<TrustLevel, string> = {
  high: 'good',
  medium: 'good',
  low: 'warn',
  'do-not-use': 'bad',
};
const SEVERITY_CLASS: Record<Severity, string> = {
  critical: 'bad',
  high: 'bad',
  moderate: 'warn',
  low: 'info',
  info: 'none',
};
const OUTCOME = {
  pass: ['pass', '✔ pass'],
  warn: ['warn-p', '▲ warning'],
  fail: ['fail', '✖ fail'],
  unknown: ['unknown', '○ not verified'],
} as const;
const MAX_FINDINGS = 200;
const MAX_TOOLS = 200;

export function renderHtml(result: VetResult): string {
  const hash = createHash('sha256').update(STYLE).digest('base64');
  const policy = `default-src 'none'; style-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'`;
  const titles = result.reports.map(({ subject }) => `${subject.name}@${subject.version}`);
  const title = `mcp-vet: ${titles.slice(0, 3).join(', ') || 'nothing vetted'}`;
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>${html(title, 200)}</title>
<style>${STYLE}</style></head>
<body><main>
<header class="top"><h1>mcp-vet report</h1><span class="soft small">${html(result.startedAt)} · version ${html(result.tool.version)} · rules ${html(result.tool.rulesDigest)}</span></header>
${gateCard(result)}
${result.reports.map((report) => reportCard(report)).join('\n')}
${result.findings.length > 0 ? `<section class="card"><h2>Across servers</h2>${findingList(result.findings)}</section>` : ''}
${notVettedCard(result.notVetted)}
</main></body></html>
`;
}

function gateCard(result: VetResult): string {
  const passed = result.gate.passed && !result.error;
  const rows = result.reports.map(
    ({ subject, trust, score, verified, lost }) =>
      `<tr><td>${html(subject.name)} ${html(subject.version)}</td><td><span class="chip ${TRUST_CLASS[trust.level]}">${trust.level}</span></td><td>${score} of ${verified}</td><td>${lost}</td></tr>`,
  );
  const failed = result.gate.failed.map(
    (entry) =>
      `<li>${html(entry.target)}: ${html(entry.gate)} wanted ${html(entry.wanted)}, got ${html(entry.got)}</li>`,
  );
  const table =
    rows.length > 1
      ? `<table><thead><tr><th>server</th><th>trust</th><th>verified</th><th>lost</th></tr></thead><tbody>${rows.join('')}</tbody></table>`
      : '';
  return `<section class="card"><span class="badge ${passed ? 'good' : 'bad'}">${passed ? 'gate passed' : 'gate not passed'}</span>${failed.length > 0 ? `<ul>${failed.join('')}</ul>` : ''}${table}</section>`;
}

function reportCard(report: Report): string {
  const { subject, trust } = report;
  const findings = report.checks.flatMap((check) => check.findings);
  const shown = findings.filter((finding) => finding.severity !== 'info');
  const info = findings.filter((finding) => finding.severity === 'info');
  return `<section class="card">
<div class="hero"><div><h2>${html(subject.name)} <span class="soft">${html(subject.version)}</span></h2>
<p>${html(trust.sourceClass)}: ${html(trust.reason)}</p>
${trust.howToLeave ? `<p class="small soft">To change that: ${html(trust.howToLeave)}</p>` : ''}
${configuredLine(report)}</div>
<div><span class="badge ${TRUST_CLASS[trust.level]}">${trust.level}</span>
<div class="numbers"><div><b>${report.score}</b>won</div><div><b>${report.verified} of 7</b>verified</div><div><b>${report.lost}</b>lost</div></div></div></div>
<ul class="points">${report.checks.map((check, index) => point(check, index + 1)).join('')}</ul>
<h3>Findings</h3>${shown.length > 0 ? findingList(shown) : '<p>None of low severity or above.</p>'}
${info.length > 0 ? `<details><summary>${info.length} for information</summary>${findingList(info)}</details>` : ''}
<h3>Dependencies</h3><p>${report.dependencies.total} packages, ${report.dependencies.direct} direct, ${report.dependencies.withInstallScripts} with install scripts.</p>${treePicture(report)}
<h3>Capabilities against its stated function</h3>${capabilities(report)}
<h3>Egress</h3>${egressSection(report)}
<h3>Tools</h3>${tools(report)}
<h3>What was asked, and what answered</h3>${sources(report)}
<p class="small">Vetted: <code>${html(subject.name)}@${html(subject.version)}</code><br><code>${html(subject.integrity ?? 'no integrity')}</code></p>
</section>`;
}

function configuredLine(report: Report): string {
  const as = report.subject.configuredAs ?? [];
  if (as.length === 0) return '';
  const words = as.map((entry) => `${entry.server} in ${entry.client} (${entry.spec})`);
  return `<p class="small soft">Configured as ${html(words.join(', '))}</p>`;
}

function point(check: CheckResult, number: number): string {
  const [className, word] = OUTCOME[check.outcome];
  return `<li class="${className}"><b>${number} ${html(check.title)}</b><span class="small soft">${word}</span><br>${html(check.reason)}</li>`;
}

function findingList(findings: Finding[]): string {
  const rows = findings.slice(0, MAX_FINDINGS).map((finding) => {
    const state = finding.suppressed
      ? ` <span class="chip none">suppressed until ${html(finding.suppressed.expires, 30)}: ${html(finding.suppressed.reason)}</span>`
      : '';
    const excerpt = finding.excerpt ? `<pre>${html(finding.excerpt)}</pre>` : '';
    return `<div class="finding"><span class="chip ${SEVERITY_CLASS[finding.severity]}">${finding.severity}</span><code>${html(finding.ruleId)}</code>${state}<p>${html(finding.message)}</p><p class="small soft">${html(finding.package ?? '')} ${html(finding.location)} · confidence ${finding.confidence}</p>${excerpt}<p class="small"><b>Fix</b> ${html(finding.fix)}</p></div>`;
  });
  const rest = findings.length - rows.length;
  return rows.join('') + (rest > 0 ? `<p>… and ${rest} more</p>` : '');
}

function capabilities(report: Report): string {
  const expected = new Set<Capability>(report.function?.expectedCapabilities ?? []);
  const stated = report.function?.functions ?? [];
  const entries = Object.entries(report.capabilities) as [
    Capability,
    { package: string; file: string; line: number }[],
  ][];
  if (entries.length === 0) return '<p>None were seen.</p>';
  const rows = entries.map(([capability, uses]) => {
    const own = uses.filter((use) => use.package === report.subject.name);
    const others = new Set(
      uses.filter((use) => use.package !== report.subject.name).map((use) => use.package),
    );
    const fit =
      own.length === 0
        ? ['none', 'dependencies only']
        : expected.has(capability)
          ? ['good', 'fits']
          : ['info', 'not stated'];
    const where = own
      .slice(0, 3)
      .map((use) => `<code>${html(`${use.file}:${use.line}`, 100)}</code>`);
    return `<tr><td>${html(capability)}</td><td><span class="chip ${fit[0]}">${fit[1]}</span></td><td>${where.join('<br>')}${own.length > 3 ? `<br>… ${own.length - 3} more` : ''}</td><td>${html([...others].slice(0, 6).join(', '))}${others.size > 6 ? ` and ${others.size - 6} more` : ''}</td></tr>`;
  });
  return `<p class="small soft">Stated function: ${html(stated.join(', ') || 'not recognised')}</p><div class="scroll"><table><thead><tr><th>capability</th><th>function</th><th>in the server</th><th>in dependencies</th></tr></thead><tbody>${rows.join('')}</tbody></table></div>`;
}

function tools(report: Report): string {
  if (report.tools.length === 0) return '<p class="soft">None could be listed.</p>';
  return report.tools
    .slice(0, MAX_TOOLS)
    .map((tool) => {
      const hints = Object.entries(tool.annotations)
        .filter(([, value]) => typeof value === 'boolean')
        .map(
          ([name, value]) => `<span class="chip none">${html(name, 40)}: ${String(value)}</span>`,
        );
      return `<details><summary>${html(tool.name, 120)} <span class="soft small">from ${tool.from}</span></summary>${hints.join('')}<pre>${html(tool.description, 4000)}</pre></details>`;
    })
    .join('');
}

function sources(report: Report): string {
  const rows = Object.entries(report.sources).map(
    ([name, source]) =>
      `<tr><td>${html(name)}</td><td><span class="chip ${source.known ? 'good' : 'none'}">${source.known ? 'answered' : 'not known'}</span></td><td>${html(source.reason ?? source.from ?? '')} ${html(source.asOf ?? '', 30)}</td></tr>`,
  );
  return `<details><summary>${rows.length} sources</summary><div class="scroll"><table><tbody>${rows.join('')}</tbody></table></div></details>`;
}

function notVettedCard(entries: NotVetted[]): string {
  if (entries.length === 0) return '';
  const rows = entries.map(
    (entry) =>
      `<tr><td>${html(entry.target)}</td><td>${html(entry.code, 40)}</td><td>${html(entry.reason)}</td></tr>`,
  );
  return `<section class="card"><h2>Not vetted</h2><div class="scroll"><table><tbody>${rows.join('')}</tbody></table></div></section>`;
}
