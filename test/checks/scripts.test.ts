import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import {
  isUsualScript,
  scriptsRules,
  startsOwnFile,
} from '../../src/checks/dependency-audit/scripts.ts';
import { evidenceOf, known, nodeOf } from '../support/evidence.ts';

const { usual, ownFiles } = JSON.parse(
  readFileSync(new URL('../../rules/scripts.json', import.meta.url), 'utf8'),
) as Record<'usual' | 'ownFiles', { matches: string[]; ignores: string[] }[]>;
const find = (nodes: ReturnType<typeof nodeOf>[], problems: never[] | object[] = []) =>
  scriptsRules.flatMap(
    (rule) =>
      rule.apply(
        evidenceOf({
          facts: { tree: known({ nodes, from: 'resolved', problems: problems as never }) },
        }),
      ).findings,
  );
const withScript = (command: string) =>
  nodeOf({ name: 'dep', hasInstallScript: true, installScripts: { postinstall: command } });

describe('install scripts', () => {
  test.each(usual.flatMap((entry) => entry.matches))('%s is a usual script', (command: string) =>
    expect(isUsualScript(command)).toBe(true),
  );
  test.each(usual.flatMap((entry) => entry.ignores))(
    '%s is not a usual script',
    (command: string) => expect(isUsualScript(command)).toBe(false),
  );
  test.each(ownFiles.flatMap((entry) => entry.matches))(
    '%s starts an own file',
    (command: string) => expect(startsOwnFile(command)).toBe(true),
  );
  test.each(ownFiles.flatMap((entry) => entry.ignores))(
    '%s does not only start an own file',
    (command: string) => expect(startsOwnFile(command)).toBe(false),
  );
  test('a script that starts a file of the package is low: the file is read', () => {
    expect(find([withScript('node buildcheck.js > a.gypi && node-gyp rebuild')])).toMatchObject([
      { severity: 'low' },
    ]);
    expect(find([withScript('node a.js && curl https://files.example')])).toMatchObject([
      { severity: 'moderate' },
    ]);
  });
  test('a native build in a dependency is low', () => {
    expect(find([withScript('node-gyp rebuild')])).toMatchObject([
      { ruleId: 'install-script', severity: 'low' },
    ]);
  });
  test('any other script is moderate', () => {
    expect(find([withScript('node -e "1"')])).toMatchObject([{ severity: 'moderate' }]);
  });
  test('a package without scripts is not reported', () => {
    expect(find([nodeOf({ name: 'dep' })])).toEqual([]);
  });
  test('a dependency whose version does not exist is reported, a missing optional peer is not', () => {
    const problem = {
      code: 'ETARGET',
      name: 'dep',
      spec: '^9',
      from: 'weather-mcp@1.0.0',
      message: '',
    };
    expect(find([], [problem])).toMatchObject([{ ruleId: 'unresolved-dependency' }]);
    expect(find([], [])).toEqual([]);
  });
});
