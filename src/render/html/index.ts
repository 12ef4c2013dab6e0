// The HTML report: one self-contained file, no script, a content security policy that allows its own style only.
import { createHash } from 'node:crypto';
import type { RuleText } from '../../rule.ts';
import type { NotVetted, VetResult } from '../../types.ts';
import { html } from './escape.ts';
import { stackedTable } from './table.ts';
import { findingList } from './findings.ts';
import { serverCard, TRUST_CLASS } from './server.ts';
import { STYLE } from './style.ts';

export function renderHtml(result: VetResult, rules: readonly RuleText[] = []): string {
  const hash = createHash('sha256').update(STYLE).digest('base64');
  const policy = `default-src 'none'; style-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'`;
  const titles = result.reports.map(({ subject }) => `${subject.name}@${subject.version}`);
  const title = `mcp-vet: ${titles.slice(0, 3).join(', ') || 'nothing vetted'}`;
  const texts = new Map(rules.map((rule) => [rule.id, rule]));
  const across =
    result.findings.length > 0
      ? `<section class="card"><h2>Configuration and across servers</h2>${findingList(result.findings, texts)}</section>`
      : '';
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>${html(title, 200)}</title>
<style>${STYLE}</style></head>
<body><main>
<header class="top"><h1>mcp-vet report</h1><span class="soft small">${html(result.startedAt, 40)} · version ${html(result.tool.version, 40)} · rules ${html(result.tool.rulesDigest.slice(0, 19), 40)}</span></header>
${gateCard(result)}
${across}
${result.reports.map((report, index) => serverCard(report, index + 1, texts)).join('\n')}
${notVettedCard(result.notVetted)}
</main></body></html>
`;
}

function gateCard(result: VetResult): string {
  const passed = result.gate.passed && !result.error;
  const failed = result.gate.failed.map(
    ({ target, gate, wanted, got }) =>
      `<li><code>${html(target, 240)}</code>: ${html(gate, 40)} wanted ${html(wanted, 80)}, got <b>${html(got, 120)}</b></li>`,
  );
  const error = result.error
    ? `<p>${html(result.error.message)} ${html(result.error.hint ?? '')}</p>`
    : '';
  const list = failed.length > 0 ? `<ul>${failed.join('')}</ul>` : '';
  return `<section class="card"><span class="badge ${passed ? 'good' : 'bad'}">${passed ? 'gate passed' : 'gate not passed'}</span>${error}${list}${serverTable(result)}</section>`;
}

/** Every server that was asked for, vetted or not, when there is more than one. */
function serverTable({ reports, notVetted }: VetResult): string {
  if (reports.length + notVetted.length < 2) return '';
  const vetted = reports.map(({ subject, trust, score, verified, lost }, index) => {
    const names = [...new Set((subject.configuredAs ?? []).map(({ server }) => server))].join(', ');
    const as = names === '' ? '' : `<br><span class="soft small">${html(names, 120)}</span>`;
    return [
      `<a href="#server-${index + 1}">${html(subject.name, 214)}@${html(subject.version, 60)}</a>${as}`,
      `<span class="chip ${TRUST_CLASS[trust.level]}">${trust.level}</span>`,
      html(trust.sourceClass),
      `${score} of ${verified}`,
      String(lost),
    ];
  });
  const rest = notVetted.map(({ target, code }) => [
    html(target, 240),
    '<span class="chip none">not vetted</span>',
    html(code, 40),
    '-',
    '-',
  ]);
  return stackedTable(['server', 'trust', 'class', 'verified', 'lost'], [...vetted, ...rest]);
}

function notVettedCard(entries: NotVetted[]): string {
  if (entries.length === 0) return '';
  const rows = entries.map(({ target, code, reason, configuredAs }) => [
    `<b>${html(configuredAs?.server ?? target, 240)}</b>`,
    html(configuredAs?.spec ?? code, 240),
    html(reason),
  ]);
  return `<section class="card"><h2>Not vetted</h2>${stackedTable(['server', 'what', 'why'], rows)}</section>`;
}
