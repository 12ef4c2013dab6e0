// Rules about tools and weaknesses: one example that each reports, one near twin that it must not.
import { describe, expect, test } from 'vitest';
import { toolsRules } from '../../src/checks/permission-review/tools.ts';
import { weaknessesRules } from '../../src/checks/permission-review/weaknesses.ts';
import type { PackageAnalysis, ToolDefinition, WeaknessHit } from '../../src/types.ts';
import { analysisOf, evidenceOf, known, surfaceOf } from '../support/evidence.ts';

const tool = (part: Partial<ToolDefinition> & { args?: string[] }): ToolDefinition => {
  const { args = [], ...rest } = part;
  return {
    name: 'get_forecast',
    description: 'Gives the forecast for a city, day by day.',
    annotations: {},
    inputSchema: {
      type: 'object',
      properties: Object.fromEntries(args.map((name) => [name, { type: 'string' }])),
    },
    hasOutputSchema: true,
    hash: `${rest.name ?? ''} ${rest.description ?? ''}`,
    from: 'source',
    ...rest,
  };
};
const weakness = (part: Partial<WeaknessHit>): WeaknessHit => ({
  ruleId: 'shell-injection',
  severity: 'high',
  confidence: 'high',
  message: 'A tool argument is put into a shell command without quoting',
  file: 'index.js',
  line: 3,
  excerpt: 'exec(`ls ${p}`)',
  reached: 'entry',
  flow: ['argument p', 'index.js:3 child_process.exec'],
  ...part,
});

function severities(id: string, part: Partial<PackageAnalysis>): string[] {
  const rule = [...toolsRules, ...weaknessesRules].find((one) => one.id === id);
  const subject = analysisOf(part);
  const source = {
    subject,
    dependencies: {},
    reachedNodes: [],
    unread: [],
    stated: { functions: ['weather'], expectedCapabilities: [], expectedHosts: [] },
  };
  const { findings } = rule?.apply(evidenceOf({ facts: { source: known(source) } })) ?? {
    findings: [],
  };
  for (const finding of findings) expect(finding.message).not.toContain('get_forecast');
  return findings.map(({ severity }) => severity);
}
const ofTools = (id: string, ...tools: ToolDefinition[]) =>
  severities(id, { surface: surfaceOf({ tools }) });

describe('tools', () => {
  test('one that runs any command is moderate in a weather server, low with a dry run', () => {
    const runs = {
      name: 'run_command',
      args: ['command'],
      handlerCapabilities: ['shell' as const],
    };
    expect(ofTools('broad-tool', tool(runs))).toEqual(['moderate']);
    expect(ofTools('broad-tool', tool({ ...runs, args: ['command', 'dryRun'] }))).toEqual(['low']);
    expect(ofTools('broad-tool', tool({ name: 'run_tests', args: ['suite'] }))).toEqual([]);
    const manifest = { ...analysisOf().manifest, description: 'A shell for agents.' };
    expect(
      severities('broad-tool', { manifest, surface: surfaceOf({ tools: [tool(runs)] }) }),
    ).toEqual(['low']);
  });

  test('one that takes any SQL statement is moderate unless it only reads', () => {
    const sql = { name: 'query', args: ['sql'] };
    expect(ofTools('broad-tool', tool(sql))).toEqual(['moderate']);
    expect(ofTools('broad-tool', tool({ ...sql, annotations: { readOnlyHint: true } }))).toEqual(
      [],
    );
    expect(ofTools('broad-tool', tool({ name: 'search', args: ['query'] }))).toEqual([]);
  });

  test('one that wipes everything is moderate; one that deletes one thing is not', () => {
    const wipe = { name: 'clean_database', description: 'Cleans the whole database.' };
    expect(ofTools('destructive-tool', tool(wipe))).toEqual(['moderate']);
    expect(ofTools('destructive-tool', tool({ ...wipe, args: ['confirm'] }))).toEqual([]);
    expect(ofTools('destructive-tool', tool({ name: 'delete_note', args: ['noteId'] }))).toEqual(
      [],
    );
    const asking = (description: string) => ({
      ...tool({ ...wipe, args: ['token'] }),
      inputSchema: { type: 'object', properties: { token: { type: 'string', description } } },
    });
    const confirmed = asking('Confirmation token from the previous request');
    expect(ofTools('destructive-tool', confirmed)).toEqual([]);
    expect(ofTools('destructive-tool', asking('Token of the API'))).toEqual(['moderate']);
  });

  test('vague ones are one low finding; short names with a description are fine', () => {
    const vague = [
      tool({ name: 'run', description: 'Does stuff.' }),
      tool({ name: 'x', description: '' }),
    ];
    expect(ofTools('vague-tool', ...vague)).toEqual(['low']);
    expect(
      ofTools('vague-tool', tool({ name: 'echo', description: 'Echoes back the input' })),
    ).toEqual([]);
  });

  test("a client's own tool name is moderate, one like it is fine", () => {
    expect(ofTools('shadows-client-tool', tool({ name: 'WebFetch' }))).toEqual(['moderate']);
    expect(ofTools('shadows-client-tool', tool({ name: 'read_file' }))).toEqual([]);
  });

  test('two different tools with one name are reported, one found twice is not', () => {
    const twice = [
      tool({ name: 'a', description: 'One.' }),
      tool({ name: 'a', description: 'Two.' }),
    ];
    expect(ofTools('duplicate-tool-name', ...twice)).toEqual(['low']);
    expect(ofTools('duplicate-tool-name', tool({ name: 'a' }), tool({ name: 'a' }))).toEqual([]);
  });

  test('private data, text of strangers and sending together make a chain', () => {
    const reads = tool({
      name: 'read_file',
      description: 'Reads a file.',
      handlerCapabilities: ['file-read'],
    });
    const fetches = tool({ name: 'fetch_page', description: 'Fetches a web page.' });
    const sends = tool({ name: 'send_mail', description: 'Sends a mail.' });
    expect(ofTools('exfiltration-chain', reads, fetches, sends)).toEqual(['low']);
    expect(ofTools('exfiltration-chain', reads, fetches)).toEqual([]);
  });

  test('free text answers are one info for the whole server', () => {
    const plain = tool({ hasOutputSchema: false });
    expect(ofTools('no-output-schema', plain, plain)).toEqual(['info']);
    expect(ofTools('no-output-schema', tool({}))).toEqual([]);
  });
});

describe('credentials', () => {
  const environment = (name: string) => [
    { name, file: 'index.js', line: 1, reached: 'entry' as const },
  ];
  test.each([
    ['WALLET_PRIVATE_KEY', ['low']],
    ['GITHUB_PERSONAL_ACCESS_TOKEN', ['info']],
    ['WEATHER_API_KEY', []],
  ])('%s', (name, expected) => {
    expect(severities('wide-credentials', { environment: environment(name) })).toEqual(expected);
  });
  test('the secret of a wallet is moderate where all tools only read', () => {
    const wants = (...names: string[]) =>
      severities('wide-credentials', {
        environment: environment('WALLET_MNEMONIC'),
        surface: surfaceOf({ tools: names.map((name) => tool({ name })) }),
      });
    expect(wants('get_balance', 'listTokens')).toEqual(['moderate']);
    expect(wants('get_balance', 'send_payment')).toEqual(['low']);
  });
  test('a token that may delete is moderate where all tools only read', () => {
    const wants = (readme: string, name: string) =>
      severities('wide-credentials', { readme, surface: surfaceOf({ tools: [tool({ name })] }) });
    const wide = 'Make a token with the scopes `repo` and `delete_repo`.';
    expect(wants(wide, 'list_stars')).toEqual(['moderate']);
    expect(wants(wide, 'delete_repository')).toEqual([]);
    expect(wants('Make a token that may read.', 'list_stars')).toEqual([]);
  });
  test('what the README forbids is not asked for', () => {
    const wants = (readme: string) =>
      severities('wide-credentials', { readme, surface: surfaceOf({ tools: [tool({})] }) });
    expect(wants('If you cannot use root, attach AdministratorAccess.')).toEqual(['moderate']);
    expect(wants('Sign in as the root user and make a key.')).toEqual(['moderate']);
    expect(wants('Make a token with no expiration and the scope delete_repo.')).toEqual([
      'moderate',
    ]);
    expect(wants('Never use the root user or AdministratorAccess; make a role.')).toEqual([]);
    expect(wants('Make a token with no expiration and `delete_repo`.')).toEqual(['moderate']);
    expect(wants('Keys with AdministratorAccess must not expire.')).toEqual(['moderate']);
    expect(wants('A token without expiry; `delete_repo` is not needed.')).toEqual([]);
  });
  test('an administrator key is moderate where all tools read, or one runs any statement', () => {
    const wants = (name: string, more: string) =>
      severities('wide-credentials', {
        environment: environment(name),
        surface: surfaceOf({ tools: [tool({}), tool({ name: more })] }),
      });
    expect(wants('SUPABASE_SERVICE_ROLE_KEY', 'execute_sql')).toEqual(['moderate']);
    expect(wants('SUPABASE_SERVICE_ROLE_KEY', 'list_rows')).toEqual(['moderate']);
    expect(wants('SUPABASE_SERVICE_ROLE_KEY', 'add_row')).toEqual(['low']);
    expect(wants('ADMIN_PASSWORD', 'list_rows')).toEqual(['low']);
  });
  test('one credential for every call is info, none is nothing', () => {
    const surface = surfaceOf({ tools: [tool({})] });
    const part = { surface, environment: environment('WEATHER_API_KEY') };
    expect(severities('no-session-authorization', part)).toEqual(['info']);
    expect(severities('no-session-authorization', { surface })).toEqual([]);
  });
});

describe('weaknesses', () => {
  const ids = [
    ...weaknessesRules.map(({ id }) => id),
    'annotation-contradicts-handler',
    'description-contradicts-handler',
  ];
  test.each(ids)('%s is reported where the analysis found it, and nowhere else', (ruleId) => {
    expect(severities(ruleId, { weaknesses: [weakness({ ruleId, severity: 'low' })] })).toEqual([
      'low',
    ]);
    expect(severities(ruleId, { weaknesses: [weakness({ ruleId: 'other' })] })).toEqual([]);
  });

  test('a place that many tools lead to is one finding', () => {
    const weaknesses = ['a', 'b'].map((name) => weakness({ tool: name }));
    expect(severities('shell-injection', { weaknesses })).toEqual(['high']);
  });
});
