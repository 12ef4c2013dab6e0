// CycloneDX 1.6 from the tree that was vetted, with the vulnerabilities that apply.
import { createHash } from 'node:crypto';
import { escapeExcerpt } from '../analyze/text/escape.ts';
import type { Finding, Report, Severity, VetResult } from '../types.ts';
import { jsonText } from './json.ts';

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
  const main = mainRef(result);
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
      ...(main === undefined ? {} : { component: components.get(main) }),
    },
    components: refs.filter((ref) => ref !== main).map((ref) => components.get(ref)),
    dependencies: refs.map((ref) => ({
      ref,
      dependsOn: [...(dependencies.get(ref) ?? [])].sort(),
    })),
    vulnerabilities: [...vulnerabilities.keys()]
      .sort()
      .flatMap((id) => vulnerabilityOf(id, vulnerabilities.get(id))),
  };
  return jsonText(bom);
}

/** One server is what the document is about; several stand side by side. */
function mainRef({ reports }: VetResult): string | undefined {
  const [only, ...others] = reports;
  const root = only?.tree.find((entry) => entry.id === '');
  return only && root && others.length === 0 ? refOf(root, only) : undefined;
}

/** Names and versions are in npm's grammar where the tree is sound; whatever else comes is made printable. */
function clean(text: string): string {
  return escapeExcerpt(text, 214);
}

function purlOf(name: string, version: string): string {
  const path = clean(name).split('/').map(encodeURIComponent).join('/');
  return `pkg:npm/${path}@${encodeURIComponent(clean(version))}`;
}

/** Two places in a tree with the same package are one component. */
function refOf(entry: TreeEntry, report: Report): string {
  const isProject = entry.id === '' && report.subject.source !== 'registry';
  if (!isProject) return purlOf(entry.name, entry.version);
  return `project:${clean(entry.name)}@${clean(entry.version)}`;
}

function componentOf(entry: TreeEntry, ref: string): object {
  const full = clean(entry.name);
  const [group, name] = full.startsWith('@') ? full.split('/') : [undefined, full];
  const hashes = hashesOf(entry.integrity);
  return {
    type: entry.id === '' ? 'application' : 'library',
    'bom-ref': ref,
    ...(group ? { group } : {}),
    name: name ?? full,
    version: clean(entry.version),
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
    const isWhole =
      Number(alg?.slice(4)) === content.length * 4 || (alg === 'SHA-1' && content.length === 40);
    return alg && isWhole ? [{ alg, content }] : [];
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
  const { aliases } = known.finding.advisory;
  const urls = (finding.references ?? []).filter((url) =>
    /^https:\/\/[\w.~%/?#=&@:+-]{1,500}$/.test(url),
  );
  return [
    {
      id: clean(id),
      ratings: [{ severity: SEVERITIES[finding.severity] }],
      description: escapeExcerpt(finding.message, 600),
      recommendation: escapeExcerpt(finding.fix, 600),
      references: [...new Set(aliases)].map((alias) => ({
        id: clean(alias),
        source: { name: clean(alias.split('-')[0] ?? 'OSV') },
      })),
      ...(urls.length > 0 ? { advisories: urls.map((url) => ({ url })) } : {}),
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
