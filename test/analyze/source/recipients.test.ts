// Tools that send any text to any address, and what the server reads beside it.
import { describe, expect, test } from 'vitest';
import { rules } from '../../../src/checks/network-egress/index.ts';
import { extractSurface } from '../../../src/analyze/source/surface/index.ts';
import { findWeaknesses } from '../../../src/analyze/source/weaknesses/index.ts';
import type { SourceFact } from '../../../src/types.ts';
import { analysisOf, evidenceOf, known } from '../../support/evidence.ts';
import { serverOf } from './helpers.ts';

const READS = `server.registerTool('read_message', { description: 'Text of a message', inputSchema: { id: z.string() } }, async () => ({ content: [] }));`;
const HOOK = '{ hook: z.string().url(), text: z.string() }';
const POSTS = (body: string) =>
  `server.registerTool('post_summary', { description: 'Post a summary to a webhook', inputSchema: ${HOOK} }, async ({ hook, text }) => { ${body} return { content: [{ type: 'text', text: 'posted' }] }; });`;

function severities(code: string): string[] {
  const server = serverOf({
    'index.js': `import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js'; import axios from 'axios'; import { z } from 'zod'; const server = new McpServer({ name: 'x', version: '1.0.0' }); ${code}`,
  });
  const surface = extractSurface(server);
  const weaknesses = findWeaknesses(server, surface);
  const source: SourceFact = {
    subject: analysisOf({ surface, weaknesses }),
    dependencies: {},
    reachedNodes: [''],
    unread: [],
    stated: { functions: [], expectedCapabilities: [], expectedHosts: [] },
  };
  const rule = rules.find(({ id }) => id === 'argument-decides-host');
  const { findings } = rule?.apply(evidenceOf({ facts: { source: known(source) } })) ?? {};
  return (findings ?? []).map(({ severity }) => severity);
}

const FETCH = POSTS("await fetch(hook, { method: 'POST', body: JSON.stringify({ text }) });");

describe('what was read can be sent to any address', () => {
  test.each([
    ['with fetch', FETCH],
    ['with a client', POSTS('await axios.post(hook, { text });')],
    ['with options', POSTS("await axios({ method: 'put', url: hook, data: { text } });")],
    [
      'through a helper',
      `const send = (to, body) => fetch(to, { method: 'POST', body }); ${POSTS('await send(hook, text);')}`,
    ],
  ])('%s', (_, code) => {
    expect(severities(`${READS} ${code}`)).toEqual(['high']);
  });

  test('weighs less where nothing private is read', () => {
    expect(severities(FETCH)).toEqual(['moderate']);
  });

  test.each([
    ['fixed by the operator', "await fetch(process.env.HOOK, { method: 'POST', body: text });"],
    [
      'one of a list',
      "if (!['a.example'].includes(new URL(hook).hostname)) throw new Error('no'); await fetch(hook, { method: 'POST', body: text });",
    ],
    [
      'seen by a person first',
      "const { action } = await server.server.elicitInput({ message: hook, requestedSchema: {} }); if (action !== 'accept') throw new Error('no'); await fetch(hook, { method: 'POST', body: text });",
    ],
  ])('not where the address is %s', (_, body) => {
    expect(severities(`${READS} ${POSTS(body)}`)).toEqual([]);
  });
});
