// Rights that a server asks for when its user signs in, and that none of its tools has a use for.
import { expect, test } from 'vitest';
import { extractSurface } from '../../../src/analyze/source/surface/index.ts';
import { findWeaknesses } from '../../../src/analyze/source/weaknesses/index.ts';
import { serverOf } from './helpers.ts';

const DRIVE = 'https://www.googleapis.com/auth/drive.file';
const MAIL = 'https://mail.google.com/';
const DIRECTORY = 'https://www.googleapis.com/auth/admin.directory.user';

const wideIn = (scopes: string, { says = 'Reads the rota of a week.', code = '' } = {}) => {
  const server = serverOf({
    'index.js': `import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
const server = new McpServer({ name: 'x', version: '1' }); ${code}
server.registerTool('read_rota', { description: '${says}', inputSchema: {} }, async () => ({ content: [] }));
export const SCOPES = ${scopes};`,
  });
  return findWeaknesses(server, extractSurface(server))
    .filter(({ ruleId }) => ruleId === 'wide-credentials')
    .map(({ severity, excerpt }) => `${severity} ${excerpt}`);
};

test.each([
  [`['${DRIVE}', '${MAIL}', '${DIRECTORY}']`, `moderate ${MAIL}, ${DIRECTORY}`],
  [`'openid ${MAIL}'`, `moderate ${MAIL}`],
  ["['User.Read', 'Mail.ReadWrite.All']", 'moderate Mail.ReadWrite.All'],
  ["['repo', 'delete_repo', 'admin:org']", 'moderate delete_repo, admin:org'],
])('rights to other services are reported: %s', (scopes, expected) => {
  expect(wideIn(scopes)).toEqual([expected]);
});

test('what the tools are about, or the code uses, may be asked for', () => {
  expect(wideIn(`['${DRIVE}']`)).toEqual([]);
  expect(wideIn(`['${MAIL}']`, { says: 'Reads the newest messages.' })).toEqual([]);
  expect(wideIn(`['${MAIL}']`, { code: 'const gmail = google.gmail({});' })).toEqual([]);
  expect(wideIn(`[]; // not ${MAIL}`)).toEqual([]);
});

test('names that are no addresses count only where they are called scopes', () => {
  const server = serverOf({
    'index.js': `import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
const server = new McpServer({ name: 'x', version: '1' }); const HINTS = ['Mail.Send', 'delete_repo'];
server.registerTool('read_rota', { description: 'Reads the rota.', inputSchema: {} }, async () => ({ content: [] }));`,
  });
  expect(findWeaknesses(server, extractSurface(server)).map(({ ruleId }) => ruleId)).not.toContain(
    'wide-credentials',
  );
});

const GMAIL = 'https://www.googleapis.com/auth/gmail';
test.each([
  [`['${GMAIL}.modify']`, 'readOnlyHint: true', [`moderate ${GMAIL}.modify`]],
  [`['${GMAIL}.readonly']`, 'readOnlyHint: true', []],
  [`['${GMAIL}.modify']`, 'readOnlyHint: false', []],
  [`['${GMAIL}.modify']`, '', []],
])('rights to change are idle where all tools only read: %s, %s', (scopes, hints, expected) => {
  const server = serverOf({
    'index.js': `import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
const server = new McpServer({ name: 'x', version: '1' }); const gmail = google.gmail({});
server.registerTool('read_mail', { description: 'Reads mail.', inputSchema: {}, annotations: { ${hints} } }, async () => ({ content: [] }));
export const SCOPES = ${scopes};`,
  });
  const found = findWeaknesses(server, extractSurface(server));
  const wide = found.filter(({ ruleId }) => ruleId === 'wide-credentials');
  expect(wide.map(({ severity, excerpt }) => `${severity} ${excerpt}`)).toEqual(expected);
});
