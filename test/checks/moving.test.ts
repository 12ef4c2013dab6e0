// What a package fetches as it runs, in whatever version is newest then.
import { expect, test } from 'vitest';
import { movingRules } from '../../src/checks/dependency-audit/moving.ts';
import type { PackageAnalysis, SourceFact } from '../../src/types.ts';
import { analysisOf, evidenceOf, known } from '../support/evidence.ts';

const [moving] = movingRules;

function severities(subject: Partial<PackageAnalysis>): string[] {
  const source: SourceFact = {
    subject: analysisOf({
      threats: [
        {
          ...{ ruleId: 'runtime-install', severity: 'moderate', confidence: 'medium' },
          ...{ message: '', file: 'a.js', line: 1, reached: 'entry' },
          excerpt: "spawn('npx', ['-y', 'other-server@latest'])",
        },
      ],
      ...subject,
    }),
    ...{ dependencies: {}, reachedNodes: [''], unread: [] },
    stated: { functions: [], expectedCapabilities: [], expectedHosts: [] },
  };
  const result = moving?.apply(evidenceOf({ facts: { source: known(source) } }));
  return (result?.findings ?? []).map(({ severity }) => severity);
}
const files = (bytes: number) => ({ ...analysisOf().files, bytes });
const bare = { ...analysisOf().surface, tools: [], texts: [] };

test('a small package without tools hands the user whatever is newest: that is all it does', () => {
  expect(severities({ surface: bare, files: files(2_000) })).toEqual(['high']);
});

test('a large program, and a server with tools of its own, do other things as well', () => {
  expect(severities({ surface: bare, files: files(900_000) })).toEqual(['moderate']);
  const tool = { ...analysisOf().surface.tools[0], name: 'now', description: 'The time.' };
  const surface = { ...bare, tools: [tool] } as PackageAnalysis['surface'];
  expect(severities({ surface, files: files(2_000) })).toEqual(['moderate']);
});
