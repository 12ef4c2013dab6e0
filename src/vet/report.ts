// Evidence and check results -> the report (design: docs in README, schema in rules/report.schema.json). Pure.
import semver from 'semver';
import { placeInTable, scoreOf } from '../score/index.ts';
import { hasFreshSource } from '../analyze/advisories/index.ts';
import type {
  Capability,
  CapabilityUse,
  CheckResult,
  Evidence,
  Fact,
  Facts,
  Finding,
  Report,
} from '../types.ts';
import { whoFactsOf, whoSources } from './who-sources.ts';

const MAX_USES = 50;

export function makeReport(evidence: Evidence, checks: CheckResult[]): Report {
  const run = valueOf(evidence, 'run');
  const source = valueOf(evidence, 'source');
  return {
    subject: evidence.subject,
    trust: placeInTable(evidence, checks),
    ...scoreOf(checks),
    outOf: 7,
    checks,
    dependencies: dependenciesOf(evidence, checks),
    files: filesOf(source),
    capabilities: capabilitiesOf(evidence, source),
    ...(source ? { function: source.stated } : {}),
    tools: toolsOf(source, run),
    egress: {
      static: hostsOf(evidence, source),
      ...(run ? { observed: run.egress, observedSeconds: run.observedSeconds } : {}),
    },
    ...(run ? { run: runOf(run) } : {}),
    ...whoFactsOf(evidence),
    tree: treeOf(evidence),
    sources: sourcesOf(evidence),
  };
}

function dependenciesOf(evidence: Evidence, checks: CheckResult[]): Report['dependencies'] {
  const nodes = valueOf(evidence, 'tree')?.nodes ?? [];
  const dependencies = nodes.filter((node) => node.kind !== 'subject');
  const findings = checks
    .flatMap((check) => check.findings)
    .filter((finding) => finding.advisory && !finding.suppressed);
  const count = (severity: Finding['severity']) =>
    new Set(findings.filter((f) => f.severity === severity).map((f) => f.advisory?.id)).size;
  return {
    total: dependencies.length,
    direct: dependencies.filter((node) => node.isDirect).length,
    withInstallScripts: dependencies.filter((node) => node.hasInstallScript).length,
    unpinned: nodes.flatMap((node) => node.edges).filter((edge) => !semver.valid(edge.spec)).length,
    advisories: {
      critical: count('critical'),
      high: count('high'),
      moderate: count('moderate'),
      low: count('low'),
    },
  };
}

function filesOf(source: Facts['source'] | undefined): Report['files'] {
  const all = source ? [source.subject, ...Object.values(source.dependencies)] : [];
  const sum = (pick: (entry: (typeof all)[number]) => number) =>
    all.reduce((total, entry) => total + pick(entry), 0);
  return {
    total: sum((entry) => entry.files.total),
    bytes: sum((entry) => entry.files.bytes),
    parsed: sum((entry) => entry.files.parsed),
    unreadable: sum((entry) => entry.files.unreadable.length),
  };
}

function capabilitiesOf(
  evidence: Evidence,
  source: Facts['source'] | undefined,
): Report['capabilities'] {
  const uses = new Map<Capability, CapabilityUse[]>();
  const add = (owner: string, hits: Facts['source']['subject']['capabilities']) => {
    for (const hit of hits) {
      const list = uses.get(hit.capability) ?? [];
      if (list.length < MAX_USES) list.push({ package: owner, file: hit.file, line: hit.line });
      uses.set(hit.capability, list);
    }
  };
  if (source) {
    add(evidence.subject.name, source.subject.capabilities);
    for (const id of Object.keys(source.dependencies).sort()) {
      const entry = source.dependencies[id];
      if (entry) add(entry.name, entry.capabilities);
    }
  }
  return Object.fromEntries([...uses].sort(([a], [b]) => (a < b ? -1 : 1)));
}

function toolsOf(
  source: Facts['source'] | undefined,
  run: Facts['run'] | undefined,
): Report['tools'] {
  const tools = run && run.tools.length > 0 ? run.tools : (source?.subject.surface.tools ?? []);
  return tools.map(({ name, description, annotations, inputSchema, hash, from }) => ({
    name,
    description,
    annotations,
    inputSchema,
    hash,
    from,
  }));
}

function hostsOf(
  evidence: Evidence,
  source: Facts['source'] | undefined,
): Report['egress']['static'] {
  if (!source) return [];
  const of = (owner: string, hosts: Facts['source']['subject']['hosts']) =>
    hosts.map(({ host, file, line }) => ({ host, package: owner, file, line }));
  const own = of(evidence.subject.name, source.subject.hosts);
  const others = Object.keys(source.dependencies)
    .sort()
    .flatMap((id) => {
      const entry = source.dependencies[id];
      return entry ? of(entry.name, entry.hosts) : [];
    });
  const seen = new Set<string>();
  return [...own, ...others]
    .filter(({ host, package: owner }) => {
      const key = `${owner} ${host}`;
      return !seen.has(key) && seen.add(key);
    })
    .slice(0, 500);
}

function runOf(run: Facts['run']): NonNullable<Report['run']> {
  const { backend, complete, seconds, phases, processes, filesTouched, fuzz } = run;
  return { backend, complete, seconds, phases, processes, filesTouched, fuzz };
}

function treeOf(evidence: Evidence): Report['tree'] {
  return (valueOf(evidence, 'tree')?.nodes ?? []).map((node) => ({
    id: node.id,
    name: node.name,
    version: node.version,
    path: node.path,
    integrity: node.integrity,
    dependsOn: [...new Set(node.edges.flatMap((edge) => edge.to ?? []))].sort(),
  }));
}

function sourcesOf(evidence: Evidence): Report['sources'] {
  const sources: Report['sources'] = {};
  for (const [name, fact] of Object.entries(evidence.facts)) sources[name] = provenanceOf(fact);
  const advisories = valueOf(evidence, 'advisories');
  for (const kind of ['vulnerability', 'malware'] as const) {
    sources[kind] = advisories
      ? advisorySource(advisories, kind, evidence.now)
      : { known: false, reason: sources['advisories']?.reason ?? 'not asked' };
  }
  for (const source of advisories?.sources ?? []) {
    sources[`advisories:${source.id}`] = {
      known: source.answered,
      ...(source.asOf === undefined ? {} : { asOf: source.asOf }),
      ...(source.reason === undefined ? {} : { reason: source.reason }),
    };
  }
  return { ...sources, ...whoSources(evidence) };
}

function advisorySource(
  fact: Facts['advisories'],
  kind: 'vulnerability' | 'malware',
  now: string,
): Report['sources'][string] {
  if (hasFreshSource(fact, kind, now)) {
    const from = fact.sources
      .filter((source) => source.answered && source.covers.includes(kind))
      .map((source) => source.id);
    return { known: true, from: from.join(', ') };
  }
  return { known: false, reason: `no ${kind} source answered that is at most 7 days old` };
}

function provenanceOf(fact: Fact<unknown>): Report['sources'][string] {
  if (!fact.known) return { known: false, reason: fact.reason };
  return {
    known: true,
    ...(fact.from === undefined ? {} : { from: fact.from }),
    ...(fact.asOf === undefined ? {} : { asOf: fact.asOf }),
  };
}

function valueOf<K extends keyof Facts>(evidence: Evidence, name: K): Facts[K] | undefined {
  const fact = evidence.facts[name];
  return fact.known ? (fact.value as Facts[K]) : undefined;
}
