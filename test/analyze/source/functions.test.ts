// The stated function: examples of rules/functions.json, and what follows for a package.
import { describe, expect, test } from 'vitest';
import { toManifest } from '../../../src/analyze/manifest.ts';
import {
  functionData,
  functionsIn,
  registrableDomain,
  stateFunction,
} from '../../../src/analyze/source/functions.ts';
import { analysisOf, surfaceOf } from '../../support/evidence.ts';

const TOOL = {
  name: 'remind',
  description: '',
  annotations: {},
  inputSchema: {},
  hasOutputSchema: false,
  hash: '',
  from: 'source' as const,
};

describe.each(functionData().functions.map((rule) => [rule.id, rule] as const))(
  '%s',
  (id, rule) => {
    test.each(rule.matches)('is stated by: %s', (text) => {
      expect(functionsIn(text)).toContain(id);
    });
    test.each(rule.ignores)('is not stated by: %s', (text) => {
      expect(functionsIn(text)).not.toContain(id);
    });
  },
);

describe('stateFunction', () => {
  const weather = toManifest({ name: 'weather-mcp', description: 'Tells the weather' });

  test('a weather server may fetch, not start processes', () => {
    const { expectedCapabilities } = stateFunction(weather, analysisOf({ manifest: weather }));
    expect(expectedCapabilities).toContain('network-client');
    expect(expectedCapabilities).not.toContain('process-spawn');
  });

  test('an install command in the README states nothing', () => {
    const readme = '# weather\nTells the weather.\n```\nRun commands in a shell: npx weather\n```';
    const { functions } = stateFunction(weather, analysisOf({ manifest: weather, readme }));
    expect(functions).not.toContain('commands');
  });

  test('a README that says why explains a capability', () => {
    const readme = `# weather\n${'About the weather. '.repeat(80)}\nIt spawns the \`metar\` binary.`;
    const stated = stateFunction(weather, analysisOf({ manifest: weather, readme }));
    expect(stated.expectedCapabilities).toContain('process-spawn');
  });

  test('a command that changes the settings of a client explains that it names them', () => {
    const told = (line: string) =>
      stateFunction(
        weather,
        analysisOf({
          manifest: weather,
          readme: `# weather\n${'About the weather. '.repeat(80)}\n${line}`,
        }),
      ).expectedCapabilities;
    expect(told('`weather install` automatically updates your configuration.')).toContain(
      'agent-config',
    );
    expect(told('Put this into the configuration of your client.')).not.toContain('agent-config');
  });

  test('an engine that it names explains a process, a search engine does not', () => {
    const explains = (description: string) =>
      stateFunction(
        toManifest({ name: 'x', description }),
        analysisOf({ manifest: toManifest({ name: 'x', description }) }),
      ).expectedCapabilities.includes('process-spawn');
    expect(explains('Bike fitting, with simulation by the pedal engine')).toBe(true);
    expect(explains('Bike fitting, with shops by the local search engine')).toBe(false);
  });

  test('what a tool says of itself explains a capability', () => {
    const told = (description: string) =>
      stateFunction(
        weather,
        analysisOf({
          manifest: weather,
          surface: surfaceOf({ tools: [{ ...TOOL, description }] }),
        }),
      ).expectedCapabilities;
    expect(told('Mails a reminder to those who asked for one.')).toContain('mail');
    expect(told('Lists those who asked for a reminder.')).not.toContain('mail');
  });

  test('expects hosts of README and homepage, and those that bear its name', () => {
    const manifest = toManifest({ name: '@acme/mcp', homepage: 'https://acme-docs.example/x' });
    const hosts = ['api.acme.example', 'other.example'].map((host) => ({
      host,
      url: `https://${host}`,
      file: 'a.js',
      line: 1,
      reached: 'entry' as const,
      isContacted: true,
    }));
    const analysis = analysisOf({ manifest, hosts, readme: 'Uses https://data.example/v1.' });
    expect(stateFunction(manifest, analysis).expectedHosts).toEqual([
      'acme-docs.example',
      'api.acme.example',
      'data.example',
    ]);
  });

  test('knows what part of a host is registered', () => {
    expect(registrableDomain('a.b.example')).toBe('b.example');
    expect(registrableDomain('a.b.co.uk')).toBe('b.co.uk');
    expect(registrableDomain('*.chat.example')).toBe('chat.example');
  });
});
