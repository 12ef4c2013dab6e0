// CycloneDX 1.6 from the tree that was vetted, with the vulnerabilities that apply.
import { createHash } from 'node:crypto';
import type { Finding, Report, Severity, VetResult } from '../types.ts';

const SEVERITIES: Record<Severity, string> = {
  critical: 'critical',
  high: 'high',
  moderate: 'medium',
  low: 'low',
  info: 'info',
};
type TreeEntry = Report['tree'][number];

export function renderSbom(result: VetResult): string {
  const components = new Map<string, object>();
  const dependencies = new Map<string, Set<string>>();
  const vulnerabilities = new Map<string, { finding: Finding; refs: Set<string> }>();
  for (const report of result.reports) {
    const refs = new Map(report.tree.map((entry) => [entry.id, refOf(entry, report)]));
    for (const entry of report.tree) {
      const ref = refs.get(entry.id) ?? '';
      components.set(ref, componentOf(entry, ref));
      const targets = dependencies.get(ref) ?? new Set();
      for (const id of entry.dependsOn) targets.add(refs.get(id) ?? '');
      targets.delete('');
      dependencies.set(ref, targets);
    }
    for (const finding of report.checks.flatMap((check) => check.findings)) {
      if (!finding.advisory) continue;
      const known = vulnerabilities.get(finding.advisory.id) ?? { finding, refs: new Set() };
      known.refs.add(affectedRef(finding, report));
      vulnerabilities.set(finding.advisory.id, known);
    }
  }
  const refs = [...components.keys()].sort();
  const bom = {
    $schema: 'http://cyclonedx.org/schema/bom-1.6.schema.json',
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    serialNumber: serialOf(refs),
    version: 1,
    metadata: {
      timestamp: result.startedAt,
      tools: {
        components: [{ type: 'application', name: 'mcp-vet', version: result.tool.version }],
      },
    },
    components: refs.map((ref) => components.get(ref)),
    dependencies: refs.map((ref) => ({
      ref,
      dependsOn: [...(dependencies.get(ref) ?? [])].sort(),
    })),
    vulnerabilities: [...vulnerabilities.keys()]
      .sort()
      .flatMap((id) => vulnerabilityOf(id, vulnerabilities.get(id))),
  };
  return `${JSON.stringify(bom, null, 2)}\n`;
}

function purlOf(name: string, version: string): string {
  return `pkg:npm/${name.replace('@', '%40')}@${encodeURIComponent(version)}`;
}

/** Two places in a tree with the same package are one component. */
function refOf(entry: TreeEntry, report: Report): string {
  const isProject = entry.id === '' && report.subject.source !== 'registry';
  return isProject ? `project:${entry.name}@${entry.version}` : purlOf(entry.name, entry.version);
}

function componentOf(entry: TreeEntry, ref: string): object {
  const [group, name] = entry.name.startsWith('@')
    ? entry.name.split('/')
    : [undefined, entry.name];
  const hashes = hashesOf(entry.integrity);
  return {
    type: entry.id === '' ? 'application' : 'library',
    'bom-ref': ref,
    ...(group ? { group } : {}),
    name: name ?? entry.name,
    version: entry.version,
    ...(ref.startsWith('pkg:') ? { purl: ref } : {}),
    ...(hashes.length > 0 ? { hashes } : {}),
  };
}

function hashesOf(integrity: string | null): object[] {
  const names: Record<string, string> = { sha512: 'SHA-512', sha256: 'SHA-256', sha1: 'SHA-1' };
  return (integrity ?? '').split(/\s+/).flatMap((entry) => {
    const at = entry.indexOf('-');
    const alg = names[entry.slice(0, at)];
    const content = Buffer.from(entry.slice(at + 1), 'base64').toString('hex');
    return alg && content ? [{ alg, content }] : [];
  });
}

function affectedRef(finding: Finding, report: Report): string {
  const last = finding.advisory?.path.at(-1) ?? '';
  const at = last.lastIndexOf('@');
  const entry = report.tree.find(
    (node) => node.name === last.slice(0, at) && node.version === last.slice(at + 1),
  );
  return entry ? refOf(entry, report) : purlOf(report.subject.name, report.subject.version);
}

function vulnerabilityOf(
  id: string,
  known: { finding: Finding; refs: Set<string> } | undefined,
): object[] {
  if (!known?.finding.advisory) return [];
  const { finding, refs } = known;
  return [
    {
      id,
      ratings: [{ severity: SEVERITIES[finding.severity] }],
      description: finding.message,
      recommendation: finding.fix,
      references: (finding.advisory?.aliases ?? []).map((alias) => ({
        id: alias,
        source: { name: alias.split('-')[0] ?? 'OSV' },
      })),
      affects: [...refs].sort().map((ref) => ({ ref })),
    },
  ];
}

/** The same tree gives the same number (RFC 4122 version 5 shape over the component list). */
function serialOf(refs: string[]): string {
  const hex = createHash('sha256').update(refs.join('\n')).digest('hex');
  const variant = ((Number.parseInt(hex.slice(16, 18), 16) & 0x3f) | 0x80).toString(16);
  return `urn:uuid:${hex.slice(0, 8)}-${hex.slice(8, 12)}-5${hex.slice(13, 16)}-${variant}${hex.slice(18, 20)}-${hex.slice(20, 32)}`;
}
