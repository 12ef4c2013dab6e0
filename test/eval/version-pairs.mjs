// How loud are honest updates? Compares consecutive patch and minor releases of well-known servers,
// as `vet` does: `node test/eval/version-pairs.mjs [--pairs N] [--cache DIR] [name...]` after a build.
// Prints one line a pair that has a finding of moderate or above, then the shares.
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { compareVersions } from '../../dist/analyze/changes.js';
import { toPackumentFact } from '../../dist/analyze/packument.js';
import { stepOf } from '../../dist/analyze/versions.js';
import { rules as cadenceRules } from '../../dist/checks/update-cadence/index.js';
import { changeKindRules } from '../../dist/checks/source-verification/change-kinds.js';
import { changeRules } from '../../dist/checks/source-verification/changes.js';
import { fetchPackument } from '../../dist/collect/pacote.js';
import { analyzeVersion } from '../../dist/vet/change.js';
import { openSession } from '../../dist/vet/session.js';
import { openSettings } from '../../dist/vet/settings.js';
import semver from 'semver';

const SERVERS = [
  '@modelcontextprotocol/server-filesystem',
  '@modelcontextprotocol/server-memory',
  '@modelcontextprotocol/server-everything',
  '@modelcontextprotocol/server-sequential-thinking',
  '@playwright/mcp',
  'chrome-devtools-mcp',
  'mcp-remote',
  '@upstash/context7-mcp',
  'firecrawl-mcp',
  'tavily-mcp',
  'exa-mcp-server',
  '@notionhq/notion-mcp-server',
  '@sentry/mcp-server',
  '@stripe/mcp',
  '@supabase/mcp-server-supabase',
  'mongodb-mcp-server',
  'figma-developer-mcp',
  '@heroku/mcp-server',
  '@browserbasehq/mcp',
  '@wonderwhy-er/desktop-commander',
  '@shopify/dev-mcp',
  '@brave/brave-search-mcp-server',
  '@elastic/mcp-server-elasticsearch',
  '@hubspot/mcp-server',
];
const { values, positionals } = parseArgs({
  options: { pairs: { type: 'string', default: '5' }, cache: { type: 'string' } },
  allowPositionals: true,
});
const settings = await openSettings({
  cache: values.cache ?? path.join(tmpdir(), 'mcp-vet-version-pairs'),
});
const session = await openSession(settings);
const rules = [...changeRules, ...changeKindRules, ...cadenceRules];
const kinds = new Map();
const quiet = new Map();
const counts = { pairs: 0, unread: 0, high: 0, moderate: 0, servers: 0 };

for (const name of positionals.length > 0 ? positionals : SERVERS) await measure(name);
await session.close();
const share = (n) => `${n} of ${counts.pairs} (${((100 * n) / (counts.pairs || 1)).toFixed(1)} %)`;
console.log(`${counts.servers} servers, ${counts.pairs} consecutive patch and minor pairs`);
console.log(`high or critical: ${share(counts.high)}; moderate: ${share(counts.moderate)}`);
console.log('pairs with a change of kind (severity):');
for (const [kind, n] of [...kinds].sort()) console.log(`  ${String(n).padStart(4)} ${kind}`);
console.log('pairs with a finding of low or information:');
for (const [id, n] of [...quiet].sort()) console.log(`  ${String(n).padStart(4)} ${id}`);
console.log(`pairs whose code could not be read: ${counts.unread}`);

async function measure(name) {
  let packument;
  try {
    packument = toPackumentFact(await fetchPackument(name, session.pacote), session.npm.registry);
  } catch (error) {
    console.log(`${name}: ${error.message}`);
    return;
  }
  counts.servers += 1;
  const stable = packument.versions.filter(({ version }) => !semver.prerelease(version));
  const pairs = stable
    .slice(1)
    .map((after, i) => [stable[i], after])
    .filter(([before, after]) => /patch|minor/.test(stepOf(before.version, after.version)))
    .slice(-Number(values.pairs));
  for (const [before, after] of pairs) await comparePair(name, packument, before, after);
}

async function comparePair(name, packument, before, after) {
  const [old, own] = [
    await analyzeVersion(name, before, session),
    await analyzeVersion(name, after, session),
  ];
  counts.pairs += 1;
  if (!old.known || !own.known) counts.unread += 1;
  const analyses = old.known && own.known ? { before: old.value, after: own.value } : undefined;
  const changes = compareVersions({
    before,
    after,
    history: packument.versions,
    ...(analyses ? { analyses } : {}),
  });
  for (const kind of new Set(changes.map((change) => `${change.kind} (${change.severity})`))) {
    kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
  }
  const evidence = evidenceOf(name, after, packument, {
    from: before.version,
    to: after.version,
    changes,
  });
  const findings = rules.flatMap((rule) => rule.apply(evidence).findings);
  for (const id of new Set(
    findings
      .filter(({ severity }) => /info|low/.test(severity))
      .map(({ ruleId, severity }) => `${ruleId} (${severity})`),
  )) {
    quiet.set(id, (quiet.get(id) ?? 0) + 1);
  }
  const loud = findings.filter(({ severity }) => /moderate|high|critical/.test(severity));
  if (loud.some(({ severity }) => /high|critical/.test(severity))) counts.high += 1;
  if (loud.some(({ severity }) => severity === 'moderate')) counts.moderate += 1;
  // Threats are findings of point 3, with or without an earlier version; named here, not counted.
  for (const change of changes.filter(({ kind }) => kind === 'threat-added')) {
    console.log(
      `(${change.severity} ${change.what} ${name} ${before.version} -> ${after.version})`,
    );
  }
  for (const { severity, ruleId, message } of loud) {
    console.log(`${severity} ${ruleId} ${name} ${before.version} -> ${after.version}: ${message}`);
  }
}

function evidenceOf(name, after, packument, change) {
  const unknown = { known: false, reason: 'not asked here' };
  const facts = new Proxy(
    { packument: { known: true, value: packument }, change: { known: true, value: change } },
    { get: (known, key) => known[key] ?? unknown },
  );
  return {
    now: session.now,
    subject: { name, version: after.version, source: 'registry' },
    ownership: { isOwn: false, resolvedFromMapped: false },
    minReleaseAgeDays: 7,
    facts,
  };
}
