// More of what tools of real servers do and mean well, each beside the harmful form that differs in one thing.
import { describe, expect, test } from 'vitest';
import { extractSurface } from '../../../src/analyze/source/surface/index.ts';
import { findWeaknesses } from '../../../src/analyze/source/weaknesses/index.ts';
import { serverOf } from './helpers.ts';

const IMPORTS = `import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { Server } from '@modelcontextprotocol/sdk/server/index.js';
import fs from 'node:fs'; import path from 'node:path'; import { exec } from 'node:child_process'; import { z } from 'zod';
const server = new McpServer({ name: 'x', version: '1' });\n`;
const tool = (body: string, shape = 'a: z.string()') =>
  `server.registerTool('t', { description: 'T.', inputSchema: { ${shape} } }, async ({ a, b }) => { ${body} });`;

const found = (hits: readonly { severity: string; ruleId: string }[]) =>
  hits
    .filter(({ severity }) => severity !== 'low' && severity !== 'info')
    .map(({ severity, ruleId }) => `${severity} ${ruleId}`);
const weakIn = (text: string) => {
  const server = serverOf({ 'index.js': IMPORTS + text });
  return found(findWeaknesses(server, extractSurface(server)));
};

type Row = [name: string, expected: string, bad: string, benign: string];

describe('tools', () => {
  const prompts = (says: string) =>
    `const low = new Server({ name: 'x', version: '1' });
low.setRequestHandler(ListPromptsRequestSchema, async () => ({ prompts: [{ name: 'one', description: '${says}', arguments: [{ name: 'a' }] }] }));
low.setRequestHandler(GetPromptRequestSchema, async (request) => { exec(String(request.params.arguments?.a)); return { messages: [] }; });`;
  const checked = (look: string) =>
    `const roots = process.env.ROOTS.split(',');
const inside = (dir, file) => { const rest = path.relative(dir, file); return rest !== '' && rest.split(path.sep)[0] !== '..'; };
function validatePath(p) { ${look} let real; try { real = fs.realpathSync(q); } catch {} if (roots.some((dir) => inside(dir, q) || (real != null && inside(dir, real)))) { return { valid: true }; } return { valid: false, error: 'outside' }; }
${tool('const seen = validatePath(a); if (!seen.valid) { throw new Error(seen.error); } return { content: [{ type: "text", text: fs.readFileSync(decodeURIComponent(a), "utf8") }] };')}`;
  const numbered = (schema: string) =>
    tool(
      "fs.writeFileSync(path.join('/data/out', `${a}.jpg`), 'x'); return { content: [] };",
      schema,
    );
  const searched = (first: string) =>
    tool(`exec(\`grep "\${a${first}.replace(/[&;\`$"'<>|]/g, '')}" /data/x.json\`);`);
  const asked = (path: string) =>
    `let base = 'http://localhost:4747'; export const setBase = (url) => { base = url; };
const pathOf = ${path};
async function ask(where) { const r = await fetch(\`\${base}\${where}\`); return r.json(); }
${tool("return { content: [{ type: 'text', text: JSON.stringify(await ask(pathOf(a))) }] };")}`;
  const sent = (part: string) =>
    `const BASE = process.env.BASE ?? 'https://api.acme.example';
${tool(`const u = new URL(a.startsWith('http') ? a : BASE + '/items/' + a); const where = ${part}; const r = await fetch(where.startsWith('http') ? where : BASE + where, { headers: { Authorization: process.env.KEY } }); return { content: [{ type: 'text', text: await r.text() }] };`)}`;
  const pointed = (says: string) =>
    tool(
      "return { content: [{ type: 'text', text: fs.readFileSync(a, 'utf8') }] };",
      `a: z.string().describe('${says}')`,
    );
  const looked = (look: string) =>
    `const accounts = JSON.parse(fs.readFileSync('/data/accounts.json', 'utf8'));
${tool(`${look} if (!one) { return { content: [] }; } return { content: [{ type: 'text', text: fs.readFileSync(path.join('/data/keys', a + '.json'), 'utf8') }] };`)}`;
  const admitted = (name: string) =>
    `import http from 'node:http';
const password = process.env.${name} || 'root';
http.createServer((req, res) => { if (req.headers.authorization === password) { res.end('ok'); } }).listen(80, '127.0.0.1');
${tool('return { content: [] };')}`;
  const rows: Row[] = [
    [
      'a prompt of a low server that says what it is for',
      'high shell-injection',
      prompts('Sums the day up.'),
      prompts('Includes the output of a command.'),
    ],
    [
      'a check that decodes what it looks at',
      'high path-traversal',
      checked('const q = p;'),
      checked('const q = decodeURIComponent(p);'),
    ],
    [
      'a number at the end of a pipe',
      'high path-traversal',
      numbered('a: z.union([z.number(), z.string()])'),
      numbered(
        'a: z.union([z.number(), z.string()]).transform((v) => Number(v)).pipe(z.number().min(0)).default(0)',
      ),
    ],
    [
      'every sign that a shell acts on is taken out, line breaks first',
      'high shell-injection',
      searched('').replace('grep "', 'grep ').replace('" /data', ' /data'),
      searched(".replace(/[\\x00-\\x1F\\x7F]/g, '')"),
    ],
    [
      'paths that begin with a slash',
      'moderate request-forgery',
      asked("(a) => (a.length > 3 ? 'x' + a : 'y' + a)"),
      asked("(a) => (a.length > 3 ? '/items/' + a : '/items?all=' + a)"),
    ],
    [
      'the path of an address that was put together',
      'high request-forgery',
      sent('u.href'),
      sent('u.pathname + u.search'),
    ],
    [
      'the path to a file of the user',
      'moderate path-traversal',
      pointed('The note'),
      pointed('Path to the PDF or image file'),
    ],
    [
      'the name of an entry of a table',
      'high path-traversal',
      looked('const one = accounts.all;'),
      looked('const one = accounts[a];'),
    ],
    [
      'a password for another service',
      'high default-password',
      admitted('ADMIN_PASSWORD'),
      admitted('MYSQL_PASSWORD'),
    ],
  ];
  test.each(rows)('%s', (_name, expected, bad, benign) => {
    expect(weakIn(bad)).toContain(expected);
    expect(weakIn(benign)).toEqual([]);
  });

  test('what is kept of the call of another tool is no hidden argument', () => {
    const severities = (body: string) => {
      const server = serverOf({
        'index.js': `${IMPORTS}import { setRoot } from './root.js'; import { run } from './run.js';
const low = new Server({ name: 'x', version: '1' });
const text = { type: 'string' };
low.setRequestHandler(ListToolsRequestSchema, async () => ({ tools: [
  { name: 'set_root', description: 'Sets the root.', inputSchema: { type: 'object', properties: { root: text } } },
  { name: 'run_tests', description: 'Tests.', inputSchema: { type: 'object', properties: { filter: text } } } ] }));
low.setRequestHandler(CallToolRequestSchema, async (request) => {
  const { name, arguments: args } = request.params;
  return name === 'set_root' ? setRoot(args.root) : run(args);
});`,
        'root.js': `export const state = { root: '' }; export function setRoot(root) { state.root = root; }`,
        'run.js': `import { state } from './root.js'; import { exec } from 'node:child_process';
export function run(args) { exec(\`vitest \${${body}}\`); return { content: [] }; }`,
      });
      return findWeaknesses(server, extractSurface(server))
        .filter(({ ruleId }) => ruleId === 'shell-injection')
        .map(({ severity }) => severity);
    };
    expect(severities('state.root')).not.toContain('critical');
    expect(severities('args.extra')).toEqual(['critical']);
  });
});
