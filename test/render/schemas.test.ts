// SARIF, SBOM and JSON against the schemas of OASIS, CycloneDX and ours; what code scanning needs besides.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { Ajv, type ValidateFunction } from 'ajv';
import addFormats from 'ajv-formats';
import type { Log } from 'sarif';
import { describe, expect, test } from 'vitest';
import { allRuleTexts } from '../../src/checks/index.ts';
import { renderSarif } from '../../src/render/sarif.ts';
import { renderSbom } from '../../src/render/sbom.ts';
import type { VetResult } from '../../src/types.ts';
import {
  HOSTILE,
  healthyResult,
  hostileResults,
  listResult,
  resultOf,
  richResult,
} from '../support/reports.ts';

const require = createRequire(import.meta.url);
const read = (file: string) => JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>;
const CASES: [string, VetResult][] = [
  ['a healthy server', healthyResult()],
  ['a rich run', richResult()],
  ['a list', listResult()],
  ['nothing vetted', resultOf([], { error: { code: 'not-found', message: 'No such package.' } })],
  ...hostileResults().map((result, index): [string, VetResult] => [
    `hostile text ${index + 1}: ${JSON.stringify(HOSTILE[index]?.slice(0, 24))}`,
    result,
  ]),
];
const rules = allRuleTexts();
const sarifOf = (result: VetResult) => JSON.parse(renderSarif(result, rules)) as Log;
const resultsOf = (log: Log) => log.runs[0]?.results ?? [];

function check(validate: ValidateFunction, value: unknown): void {
  const isValid = validate(value);
  const errors = (validate.errors ?? []).slice(0, 5);
  expect(errors.map((error) => `${error.instancePath} ${error.message}`)).toEqual([]);
  expect(isValid).toBe(true);
}

describe('SARIF', () => {
  const ajv = new Ajv({ strict: false, unicodeRegExp: false });
  addFormats.default(ajv);
  const home = require.resolve('@microsoft/jest-sarif/package.json');
  const {
    $schema: _,
    id: _id,
    ...schema
  } = read(home.replace('package.json', 'lib/schemas/sarif-2.1.0-rtm.5.json'));
  const validate = ajv.compile(schema);

  test.each(CASES)('%s validates against the OASIS schema', (_name, result) => {
    check(validate, sarifOf(result));
  });

  test.each(CASES)('%s names places as relative URIs inside the repository', (_name, result) => {
    for (const entry of resultsOf(sarifOf(result))) {
      const uri = entry.locations?.[0]?.physicalLocation?.artifactLocation?.uri ?? '';
      expect(uri).toMatch(/^[\w@.~!$&'()*+,;=%-][\w@.~!$&'()*+,;=%/:-]*$/);
      expect(uri).not.toMatch(/^[a-z]+:|^\/|(^|\/)\.\.(\/|$)/i);
      expect(new URL(uri, 'https://root.example/repo/').href).toContain(
        'https://root.example/repo/',
      );
    }
  });

  test('every rule that is named brings its help, and every result points at its rule', () => {
    const log = sarifOf(richResult());
    const driver = log.runs[0]?.tool.driver;
    expect(resultsOf(log).length).toBeGreaterThan(3);
    for (const entry of resultsOf(log)) {
      const rule = driver?.rules?.[entry.ruleIndex ?? -1];
      expect(rule?.id).toBe(entry.ruleId);
      expect(rule?.help?.text.length).toBeGreaterThan(60);
      expect(rule?.help?.markdown).toContain('**Fix**');
      expect(rule?.shortDescription?.text).not.toBe(rule?.id);
    }
  });

  test('fingerprints survive line moves and new versions, and differ between findings', () => {
    const before = richResult();
    const after = structuredClone(before);
    for (const report of after.reports) {
      report.subject.version = '1.5.0';
      for (const finding of report.checks.flatMap((point) => point.findings)) {
        finding.location = finding.location.replace(
          /:(\d+)$/,
          (_, line) => `:${Number(line) + 40}`,
        );
        finding.message = finding.message.replaceAll('1.4.0', '1.5.0');
        if (finding.package) finding.package = finding.package.replace('1.4.0', '1.5.0');
      }
    }
    const prints = (result: VetResult) =>
      resultsOf(sarifOf(result)).map((entry) => entry.partialFingerprints?.['mcpVet/v1']);
    expect(prints(after)).toEqual(prints(before));
    expect(new Set(prints(before)).size).toBe(prints(before).length);
  });

  test('a suppressed finding stays, marked as suppressed', () => {
    const result = richResult();
    const finding = result.reports[0]?.checks.flatMap((point) => point.findings)[0];
    if (finding) finding.suppressed = { reason: 'accepted by us', expires: '2027-01-01' };
    const marked = resultsOf(sarifOf(result)).filter((entry) => entry.suppressions?.length);
    expect(marked).toHaveLength(1);
    expect(marked[0]?.suppressions?.[0]?.justification).toContain('accepted by us');
  });

  test('a configured server is shown at its place in the configuration', () => {
    const result = richResult();
    const [report] = result.reports;
    if (report) {
      report.subject.configuredAs = [
        { client: 'Cursor', server: 'w', file: '.cursor/mcp.json', spec: 'weather-mcp' },
      ];
    }
    for (const entry of resultsOf(sarifOf(result))) {
      const place = entry.locations?.[0]?.physicalLocation;
      expect(place?.artifactLocation?.uri).toBe('.cursor/mcp.json');
    }
  });
});

describe('SBOM', () => {
  const home = require
    .resolve('@cyclonedx/cyclonedx-library/package.json')
    .replace('package.json', 'res/schema/');
  const ajv = new Ajv({ strict: false, unicodeRegExp: false });
  addFormats.default(ajv);
  ajv.addFormat('idn-email', true);
  ajv.addFormat('iri-reference', true);
  for (const part of ['spdx', 'jsf-0.82', 'cryptography-defs']) {
    const { $id: _, ...schema } = read(`${home}${part}.SNAPSHOT.schema.json`);
    ajv.addSchema(schema, `http://cyclonedx.org/schema/${part}.SNAPSHOT.schema.json`);
  }
  const validate = ajv.compile(read(`${home}bom-1.6.SNAPSHOT.schema.json`));

  test.each(CASES)('%s validates against the CycloneDX 1.6 schema', (_name, result) => {
    check(validate, JSON.parse(renderSbom(result)));
  });

  test.each(CASES)('%s refers only to components that are there, each once', (_name, result) => {
    const bom = JSON.parse(renderSbom(result)) as {
      metadata: { component?: { 'bom-ref': string } };
      components: { 'bom-ref': string }[];
      dependencies: { ref: string; dependsOn: string[] }[];
      vulnerabilities: { affects: { ref: string }[] }[];
    };
    const main = bom.metadata.component ? [bom.metadata.component] : [];
    const refs = [...main, ...bom.components].map((component) => component['bom-ref']);
    expect(new Set(refs).size).toBe(refs.length);
    const used = [
      ...bom.dependencies.flatMap(({ ref, dependsOn }) => [ref, ...dependsOn]),
      ...bom.vulnerabilities.flatMap(({ affects }) => affects.map(({ ref }) => ref)),
    ];
    expect(used.filter((ref) => !refs.includes(ref))).toEqual([]);
  });

  test('the tree and its vulnerabilities are in it', () => {
    const bom = JSON.parse(renderSbom(richResult()));
    expect(bom.components).toHaveLength(15);
    expect(bom.metadata.component.purl).toBe('pkg:npm/weather-mcp@1.4.0');
    expect(bom.vulnerabilities[0]).toMatchObject({
      id: 'GHSA-aaaa-bbbb-cccc',
      affects: [{ ref: 'pkg:npm/path-match@0.3.9' }],
    });
  });
});

describe('JSON', () => {
  const validate = new Ajv2020({ strict: false }).compile(read('rules/report.schema.json'));

  test.each(CASES)('%s validates against the report schema', (_name, result) => {
    check(validate, JSON.parse(JSON.stringify(result)));
  });
});
