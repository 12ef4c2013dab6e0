// Threats that are about more than one point: each rule here tells of a threat once more, where a reader looks for it.
import { defineRule, type Hit, type Rule } from '../rule.ts';
import type { PackageAnalysis, Severity, SourceFact, ThreatHit } from '../types.ts';

const SERIOUS: Severity[] = ['high', 'critical'];
const SENDING = new Set([
  'hidden-destination',
  'foreign-proxy',
  'foreign-resolver',
  'remote-control',
  'fixed-upload',
  'environment-exfiltration',
  'credential-exfiltration',
  'conversation-exfiltration',
  'clipboard-exfiltration',
  'network-hook',
  'hidden-mail-recipient',
  'dns-tunnelling',
  'host-beacon',
  'reverse-shell',
  'download-and-execute',
  'fetched-code-executed',
  'wallet-address-swap',
]);
/** What is about where data goes and nothing else is told there at any weight. */
const TOLD_AT_ONCE = new Set(['host-beacon', 'foreign-resolver']);
const HIDING = new Set([
  'unreadable-program',
  'decoded-code-executed',
  'invisible-payload',
  'disguised-code',
  'hidden-name',
  'encoded-command',
  'build-differs',
  'misleading-characters',
]);
const CHANGING = new Set(['remote-tool-definition', 'tool-definition-changes']);
const MAX_HITS = 20;

interface Owned {
  owner: PackageAnalysis;
  threat: ThreatHit;
  isSubject: boolean;
}

/** The cap, if any, is the threat's own: these only say where else it counts. */
function derivedRule(
  text: Pick<Rule, 'id' | 'check' | 'title' | 'why' | 'fix'>,
  isAbout: (owned: Owned) => boolean,
  moderate: ReadonlySet<string> = new Set(),
): Rule {
  return defineRule({
    ...text,
    severity: 'high',
    needs: ['source'],
    find: ({ source }) => threatsOf(source, moderate).filter(isAbout).slice(0, MAX_HITS).map(toHit),
  });
}

export const sendingCode = derivedRule(
  {
    id: 'code-sends-secrets',
    check: 'network-egress',
    title: 'Code that looks meant to harm goes out to the network',
    why: 'What leaves, and to whom, is decided by code that no stated function explains.',
    fix: 'Do not connect it; see the finding of point 3 about the same place.',
  },
  ({ threat }) => SENDING.has(threat.ruleId),
  TOLD_AT_ONCE,
);

export const dangerousScript = derivedRule(
  {
    id: 'harmful-install-script',
    check: 'dependency-audit',
    title: 'A script that an install would run looks meant to harm',
    why: 'It runs with your rights before anybody has started the server.',
    fix: 'Do not install it, also not to look at it; see the finding of point 3 about the same place.',
  },
  ({ threat }) =>
    threat.reached === 'lifecycle' ||
    threat.isAtInstall === true ||
    threat.ruleId === 'package-manager-settings',
);

export const harmfulDependency = derivedRule(
  {
    id: 'harmful-dependency',
    check: 'dependency-audit',
    title: 'A dependency has code that looks meant to harm',
    why: 'It runs in the server’s process, with the server’s rights.',
    fix: 'Do not install it before the dependency is gone; see the finding of point 3 about the same place.',
  },
  ({ threat, isSubject }) => !isSubject && threat.reached === 'entry',
);

/** What is fetched as it runs is a dependency that no manifest and no lock names. */
const FETCHING = new Set(['download-and-execute', 'fetched-code-executed', 'binary-download']);

export const fetchedProgram = derivedRule(
  {
    id: 'fetched-program',
    check: 'dependency-audit',
    title: 'A program or code that no dependency names is fetched and run',
    why: 'It was not in the package that was vetted, no lock holds its version, and it can be another one tomorrow.',
    fix: 'Do not connect it; see the finding of point 3 about the same place.',
  },
  ({ threat, isSubject }) =>
    isSubject && threat.reached !== 'lifecycle' && FETCHING.has(threat.ruleId),
  new Set(['binary-download']),
);

export const changingDefinitions = derivedRule(
  {
    id: 'changing-tool-definitions',
    check: 'response-fuzzing',
    title: 'The code can change what its tools say after they were approved',
    why: 'Whoever looked at the tools once has not seen what the model will read later.',
    fix: 'Do not connect it; see the finding of point 3 about the same place.',
  },
  ({ threat }) => CHANGING.has(threat.ruleId),
);

export const hidingCode = derivedRule(
  {
    id: 'code-hides-itself',
    check: 'source-verification',
    title: 'Code that is hidden from its readers',
    why: 'What is encoded, invisible or named like something else was made so that a look at the source shows nothing.',
    fix: 'Do not connect it; see the finding of point 3 about the same place.',
  },
  ({ threat }) => HIDING.has(threat.ruleId),
);

function threatsOf(source: SourceFact, moderate: ReadonlySet<string>): Owned[] {
  const isSerious = ({ severity, ruleId }: ThreatHit) =>
    SERIOUS.includes(severity) || (severity === 'moderate' && moderate.has(ruleId));
  const packages = Object.keys(source.dependencies)
    .sort()
    .flatMap((id) => source.dependencies[id] ?? []);
  return [source.subject, ...packages].flatMap((owner) =>
    owner.threats
      .filter((threat) => threat.reached !== 'none' && isSerious(threat))
      .map((threat) => ({ owner, threat, isSubject: owner === source.subject })),
  );
}

function toHit({ owner, threat }: Owned): Hit {
  return {
    message: threat.message,
    location: `${threat.file}:${threat.line}`,
    package: `${owner.name}@${owner.version}`,
    severity: threat.severity,
    confidence: threat.confidence,
    excerpt: threat.excerpt,
  };
}
