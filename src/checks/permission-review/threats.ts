// Rules of point 3: code that looks meant to harm.
import { functionData } from '../../analyze/source/functions.ts';
import { defineRule } from '../../rule.ts';
import type { Hit, Rule } from '../../rule.ts';
import type { PackageAnalysis, Severity, SourceFact, ThreatHit, TrustLevel } from '../../types.ts';
import { readabilityRules } from './readability.ts';
import { threatTexts } from './threat-texts.ts';

const LOWERED: Record<Severity, Severity> = {
  critical: 'moderate',
  high: 'low',
  moderate: 'low',
  low: 'info',
  info: 'info',
};
const TEST_FILE =
  /(?:^|\/)(?:__tests__|__mocks__|tests?|specs?|examples?|fixtures?|bench(?:marks?)?)\/|\.(?:test|spec|bench)\.[cm]?[jt]sx?$/;
const MAX_HITS = 20;

export const threatsRules: Rule[] = [...threatTexts.map(ruleOf), ...readabilityRules];

function ruleOf(text: (typeof threatTexts)[number]): Rule {
  return defineRule({
    ...text,
    check: 'permission-review',
    needs: ['source'],
    find: ({ source }) =>
      packagesOf(source).flatMap((pkg) =>
        hitsOf(pkg, text.id, isExplained(pkg, text.id), text.caps),
      ),
  });
}

function packagesOf(source: SourceFact): PackageAnalysis[] {
  const ids = Object.keys(source.dependencies).sort();
  return [
    source.subject,
    ...ids.map((id) => source.dependencies[id]).filter((pkg) => pkg !== undefined),
  ];
}

function hitsOf(
  pkg: PackageAnalysis,
  ruleId: string,
  isTold: boolean,
  caps: TrustLevel | undefined,
): Hit[] {
  return pkg.threats
    .filter((threat) => threat.ruleId === ruleId)
    .slice(0, MAX_HITS)
    .map((threat) =>
      hitOf(
        pkg,
        isSecret(pkg, threat)
          ? { ...threat, severity: 'critical' }
          : isTold && threat.severity === 'moderate'
            ? { ...threat, severity: 'low' }
            : threat,
        caps,
      ),
    );
}

// What stays behind and acts later.
const LASTS: ReadonlySet<string> = new Set([
  'agent-config-write',
  'autostart-write',
  'ci-workflow-write',
  'git-hook-write',
  'ssh-access-added',
]);

/** A tool does it that says of itself that it only reads: whatever else the texts announce. */
const isSecret = ({ weaknesses }: PackageAnalysis, { ruleId, file, line }: ThreatHit): boolean =>
  LASTS.has(ruleId) &&
  weaknesses.some(
    (hit) =>
      /^(?:annotation|description)-contradicts-handler$/.test(hit.ruleId) &&
      hit.severity === 'high' &&
      hit.file === file &&
      hit.line === line,
  );

/** What README or tools announce is a feature, where nothing shows that it happens unasked. */
function isExplained({ readme = '', surface }: PackageAnalysis, ruleId: string): boolean {
  const pattern = functionData().explainedThreats[ruleId];
  if (pattern === undefined) return false;
  const told = surface.tools.map(
    ({ name, description }) => `${name} ${description.slice(0, 1000)}`,
  );
  return new RegExp(pattern, 'i').test([readme, ...told].join('\n'));
}

/** Code that nothing starts weighs less and never caps. */
function hitOf(pkg: PackageAnalysis, threat: ThreatHit, caps: TrustLevel | undefined): Hit {
  const isReached = threat.reached !== 'none';
  const isGrave = threat.severity === 'critical' || threat.severity === 'high';
  return {
    message: isReached ? threat.message : `${threat.message} Nothing we know of starts this file.`,
    location: `${threat.file}:${threat.line}`,
    severity: isReached ? threat.severity : loweredFor(pkg, threat),
    confidence: threat.confidence,
    package: `${pkg.name}@${pkg.version}`,
    excerpt: threat.excerpt,
    caps: isReached && isGrave && threat.confidence === 'high' ? (caps ?? null) : null,
  };
}

function loweredFor(pkg: PackageAnalysis, { file, ruleId, severity }: ThreatHit): Severity {
  if (TEST_FILE.test(file)) return 'info';
  return ruleId === 'agent-config-write' && isStartedByHand(pkg, file) ? 'low' : LOWERED[severity];
}

/** `"setup": "node scripts/setup.js"`: whoever has the sources starts it by its name. */
const isStartedByHand = ({ manifest }: PackageAnalysis, file: string): boolean =>
  Object.entries(manifest?.scripts ?? {}).some(
    ([name, line]) =>
      /^(?:mcp[:-])?(?:setup|install-\w+|configure|init)\b/.test(name) && line.includes(file),
  );
