// What changed in the code of two versions: capabilities, hosts, threats, binaries and tools.
import type { Capability, Change, PackageAnalysis, Severity, ToolDefinition } from '../types.ts';
import { releaseData } from './release-data.ts';
import { isPlainName } from './repository-url.ts';
import type { Step } from './versions.ts';

const MAX_LISTED = 100;

export function compareCode(before: PackageAnalysis, after: PackageAnalysis, step: Step): Change[] {
  return [
    ...capabilityChanges(before, after, step),
    ...hostChanges(before, after, step),
    ...threatChanges(before, after),
    ...binaryChanges(before, after, step),
    ...toolChanges(before, after),
  ];
}

function capabilityChanges(before: PackageAnalysis, after: PackageAnalysis, step: Step): Change[] {
  // An analysis that gave up on files proves no absence.
  const isWhole = (side: PackageAnalysis) => !side.files.unreadable.some((file) => file.isReached);
  const sensitive = new Set<Capability>(releaseData().sensitiveCapabilities);
  const of = (side: PackageAnalysis) =>
    new Set(side.capabilities.filter((hit) => hit.reached !== 'none').map((hit) => hit.capability));
  const [old, now] = [of(before), of(after)];
  // Code that was there and unreached is not a new capability of the package, only a new use.
  const dormant = new Set(before.capabilities.map((hit) => hit.capability));
  const added = [...now].filter((capability) => !old.has(capability));
  const removed = [...old].filter((capability) => !now.has(capability));
  return [
    ...added.map((capability): Change => {
      const hit = after.capabilities.find(
        (one) => one.capability === capability && one.reached !== 'none',
      );
      const isNew = isWhole(before) && !dormant.has(capability);
      return {
        kind: 'capability-added',
        what: capability,
        severity: severityOfCapability(sensitive.has(capability), isNew, step),
        confidence: isNew ? 'high' : 'low',
        ...(hit ? { file: hit.file, line: hit.line, excerpt: hit.detail.slice(0, 200) } : {}),
      };
    }),
    ...removed.map((capability) => infoOf('capability-removed', capability)),
  ];
}

function severityOfCapability(isSensitive: boolean, isNew: boolean, step: Step): Severity {
  if (!isNew || step === 'major' || step === 'unknown') return 'info';
  if (!isSensitive) return step === 'patch' ? 'low' : 'info';
  return step === 'patch' ? 'moderate' : 'low';
}

function hostChanges(before: PackageAnalysis, after: PackageAnalysis, step: Step): Change[] {
  const of = (side: PackageAnalysis) =>
    new Set(side.hosts.filter((hit) => hit.reached !== 'none').map((hit) => hit.host));
  const everywhere = new Set(before.hosts.map((hit) => hit.host));
  const [old, now] = [of(before), of(after)];
  const added = [...now].filter((host) => !everywhere.has(host)).slice(0, MAX_LISTED);
  const removed = [...old].filter((host) => !now.has(host)).slice(0, MAX_LISTED);
  return [
    ...added.map((host): Change => {
      const hits = after.hosts.filter((one) => one.host === host && one.reached !== 'none');
      const hit = hits.find((one) => one.isContacted) ?? hits[0];
      const place = hit ? { file: hit.file, line: hit.line } : {};
      // A host in a text or a default is named; one that a call leads to is a destination.
      const isLoud = step === 'patch' && hit?.isContacted === true;
      return { ...infoOf('host-added', host), severity: isLoud ? 'low' : 'info', ...place };
    }),
    ...removed.map((host) => infoOf('host-removed', host)),
  ];
}

/** By rule, not by place: bundling moves every line. */
function threatChanges(before: PackageAnalysis, after: PackageAnalysis): Change[] {
  const old = new Set(before.threats.map((hit) => hit.ruleId));
  const added = after.threats.filter((hit) => !old.has(hit.ruleId));
  const first = new Map(added.map((hit) => [hit.ruleId, hit] as const).reverse());
  return [...first.values()].map((hit) => ({
    kind: 'threat-added',
    what: hit.ruleId,
    severity: hit.severity,
    confidence: hit.confidence,
    file: hit.file,
    line: hit.line,
    excerpt: hit.excerpt.slice(0, 200),
  }));
}

function binaryChanges(before: PackageAnalysis, after: PackageAnalysis, step: Step): Change[] {
  const { binaryExtensions } = releaseData();
  const isBinary = (file: string) => binaryExtensions.some((end) => file.endsWith(end));
  const baseOf = (file: string) => file.split('/').at(-1) ?? file;
  // Renamed folders and content hashes in names are no new binary.
  const old = new Set(Object.keys(before.hashes).filter(isBinary).map(baseOf));
  const known = new Set(Object.values(before.hashes));
  return Object.entries(after.hashes)
    .filter(([file, hash]) => isBinary(file) && !old.has(baseOf(file)) && !known.has(hash))
    .slice(0, MAX_LISTED)
    .map(([file]) => ({
      kind: 'binary-added',
      what: file.slice(file.lastIndexOf('.')),
      severity: step === 'patch' ? 'low' : 'info',
      confidence: 'high',
      file,
    }));
}

function toolChanges(before: PackageAnalysis, after: PackageAnalysis): Change[] {
  // What was not found before may have been there.
  if (!before.surface.isComplete || !after.surface.isComplete) return [];
  const byName = (tools: readonly ToolDefinition[]) =>
    new Map(tools.slice(0, 2_000).map((tool) => [tool.name, tool] as const));
  const [old, now] = [byName(before.surface.tools), byName(after.surface.tools)];
  const added = [...now.values()].filter((tool) => !old.has(tool.name));
  const removed = [...old.values()].filter((tool) => !now.has(tool.name));
  const changed = [...now.values()].filter((tool) => {
    const was = old.get(tool.name);
    return was !== undefined && was.hash !== tool.hash;
  });
  return [
    ...added.map((tool) => toolChange('tool-added', tool)),
    ...removed.map((tool) => toolChange('tool-removed', tool)),
    ...changed.map((tool) => toolChange('tool-changed', tool)),
  ];
}

function toolChange(
  kind: 'tool-added' | 'tool-removed' | 'tool-changed',
  tool: ToolDefinition,
): Change {
  const place =
    tool.file === undefined || tool.line === undefined ? {} : { file: tool.file, line: tool.line };
  return { ...infoOf(kind, tool.name), ...place };
}

/** Names that are none of npm's grammar stand in the excerpt. */
function infoOf(kind: Change['kind'], name: string): Change {
  const isPlain = isPlainName(name);
  return {
    kind,
    what: isPlain ? name : 'an unusual name',
    severity: 'info',
    confidence: 'high',
    ...(isPlain ? {} : { excerpt: name.slice(0, 200) }),
  };
}
