// Tools, prompts, resources and instructions are read in the ways that servers declare them.
import { describe, expect, test } from 'vitest';
import { extractSurface } from '../../../src/analyze/source/surface/index.ts';
import { serverOf } from './helpers.ts';

const SDK = `import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js'; import { z } from 'zod';
import { Server } from '@modelcontextprotocol/sdk/server/index.js';
import { ListToolsRequestSchema, CallToolRequestSchema } from '@modelcontextprotocol/sdk/types.js';
const server = new McpServer({ name: 'demo', version: '1.2.3' }, { instructions: 'Use with care.' });
`;
const namesOf = (texts: Record<string, string>) =>
  extractSurface(serverOf(texts)).tools.map((tool) => tool.name);

describe('extractSurface', () => {
  test('reads registerTool with schema, annotations and the server itself', () => {
    const surface = extractSurface(
      serverOf({
        'index.js': `${SDK}
server.registerTool('greet', { title: 'Greeter', description: 'Says ' + 'hello.', annotations: { readOnlyHint: true },
  inputSchema: { name: z.string().describe('Whom'), times: z.number().optional(), tone: z.enum(['a', 'b']).default('a') }, outputSchema: {} },
  async ({ name }) => ({ content: [] }));`,
      }),
    );
    expect(surface).toMatchObject({
      serverName: 'demo',
      serverVersion: '1.2.3',
      isComplete: true,
      tools: [
        {
          name: 'greet',
          title: 'Greeter',
          description: 'Says hello.',
          annotations: { readOnlyHint: true },
          hasOutputSchema: true,
          inputSchema: {
            type: 'object',
            required: ['name'],
            properties: {
              name: { type: 'string', description: 'Whom' },
              times: { type: 'number' },
              tone: { enum: ['a', 'b'], default: 'a' },
            },
          },
        },
      ],
    });
    expect(surface.texts.map(({ location, owner, text }) => [location, owner, text])).toEqual([
      ['tool-description', 'greet', 'Says hello.'],
      ['tool-description', 'greet', 'Greeter'],
      ['param-description', 'greet.name', 'Whom'],
      ['server-instructions', 'server', 'Use with care.'],
    ]);
  });

  test.each([
    ['tool(name, handler)', `server.tool('a', async () => ({}));`],
    ['tool(name, description, handler)', `server.tool('a', 'Does a.', async () => ({}));`],
    ['tool(name, schema, handler)', `server.tool('a', { x: z.string() }, async () => ({}));`],
    ['all of it', `server.tool('a', 'A.', { x: z.string() }, { readOnlyHint: true }, () => ({}));`],
    ['a loop over a list', `for (const name of ['a']) server.tool(name, 'A.', () => ({}));`],
    [
      'forEach over factories',
      `[() => ({ name: 'a', cb: () => 1 })].map((f) => f()).forEach((t) => server.tool(t.name, t.cb));`,
    ],
    [
      'an object of tools',
      `const T = { a: { run() {} } };
for (const [name, t] of Object.entries(T)) server.registerTool(name, { description: 'A.' }, t.run);`,
    ],
    [
      'a function that nobody calls',
      `export function setup(s) { s.registerTool('a', {}, () => 1); }`,
    ],
    [
      'a class that registers itself',
      `class T { name = 'a'; description = 'A.'; installTo(s) { s.tool(this.name, this.description, () => 1); } }
class U extends T {} new U().installTo(server);`,
    ],
    [
      'FastMCP',
      `import { FastMCP } from 'fastmcp'; new FastMCP({ name: 'f' }).addTool({ name: 'a', execute: async () => 1 });`,
    ],
    [
      'mcp-framework',
      `import { MCPTool } from 'mcp-framework'; export default class A extends MCPTool { name = 'a'; description = 'A.';
schema = { q: { type: z.string(), description: 'Q' } }; async execute(input) {} }`,
    ],
    [
      'a request handler with a constant list',
      `const TOOL = { name: 'a', description: 'A.', inputSchema: { type: 'object' } };
server.setRequestHandler(ListToolsRequestSchema, async () => ({ tools: [TOOL] }));`,
    ],
    [
      'a request handler by method name, from a Map',
      `const m = new Map(); m.set('a', { name: 'a', inputSchema: {} });
server.setRequestHandler('tools/list', () => ({ tools: Array.from(m.values()).map((t) => ({ ...t })) }));`,
    ],
    [
      'a helper',
      `function defineTool(config, run) { return { ...config, run }; } const all = [defineTool({ name: 'a' }, () => 1)];
all.forEach((t) => server.registerTool(t.name, { description: t.description }, t.run));`,
    ],
    [
      'no SDK at all',
      `const TOOLS = [{ name: 'a', description: 'A.', inputSchema: { type: 'object', properties: {} } }];
process.stdin.on('data', (d) => { const m = JSON.parse(d); if (m.method === 'tools/list') reply({ tools: TOOLS }); });`,
    ],
  ])('finds a tool declared by %s', (_form, code) => {
    expect(namesOf({ 'index.js': SDK + code })).toEqual(['a']);
  });

  test('follows imports, CommonJS and helpers of compilers', () => {
    const names = namesOf({
      'index.js': `"use strict"; var __importDefault = (m) => (m && m.__esModule) ? m : { default: m };
const mcp_1 = require("@modelcontextprotocol/sdk/server/mcp.js"); const tools_1 = __importDefault(require("./tools"));
const server = new mcp_1.McpServer({ name: 'x', version: '1' });
Object.values(tools_1.default).forEach(({ schema, tool }) => server.tool(tool.name, schema, async () => 1));`,
      'tools.js': `"use strict"; Object.defineProperty(exports, "__esModule", { value: true });
const b_1 = require("./b"); exports.default = { b: b_1.b };`,
      'b.js': `exports.b = { tool: { name: 'b' }, schema: {} };`,
    });
    expect(names).toEqual(['b']);
  });

  test('is not complete when names are made at run time, and says so', () => {
    const surface = extractSurface(
      serverOf({
        'index.js': `${SDK} const spec = await (await fetch('https://api.example/spec')).json();
for (const op of spec.operations) server.registerTool(op.id, { description: op.summary }, async () => ({}));`,
      }),
    );
    expect(surface).toMatchObject({ tools: [], isComplete: false });
    expect(surface.reason).toContain('made when the server runs');
  });

  test('is not complete when nothing is declared', () => {
    expect(extractSurface(serverOf({ 'index.js': 'console.log(1)' })).isComplete).toBe(false);
  });

  test('notes what handlers can do, each on its own when one handler serves all tools', () => {
    const { tools } = extractSurface(
      serverOf({
        'index.js': `${SDK} import fs from 'node:fs'; import { exec } from 'child_process'; import { promisify } from 'util';
const run = promisify(exec);
server.setRequestHandler(ListToolsRequestSchema, () => ({ tools: [{ name: 'read' }, { name: 'shell' }] }));
server.setRequestHandler(CallToolRequestSchema, async (request) => { const { name, arguments: args } = request.params;
  switch (name) { case 'read': return fs.readFileSync('/etc/motd'); case 'shell': { return helper(args.c); } } });
async function helper(c) { return run(c); }`,
      }),
    );
    expect(tools.map((tool) => [tool.name, tool.handlerCapabilities])).toEqual([
      ['read', ['file-read']],
      ['shell', ['shell']],
    ]);
  });

  test.each([
    `server.registerResource('guide', 'x://guide', {}, async (uri) => ({ contents: [{ uri: uri.href, text: GUIDE }] }));`,
    `server.setRequestHandler(ReadResourceRequestSchema, async () => ({ contents: [{ uri: 'x://guide', text: GUIDE }] }));`,
    `server.addResource({ uri: 'x://guide', name: 'guide', async load() { return { text: GUIDE }; } });`,
  ])('what a resource says is among the texts: %s', (code) => {
    const { texts } = extractSurface(
      serverOf({ 'index.js': `${SDK} const GUIDE = 'Write short sentences, please.'; ${code}` }),
    );
    expect(texts.filter(({ location }) => location === 'resource').map(({ text }) => text)).toEqual(
      ['Write short sentences, please.'],
    );
  });

  test('ends on code that calls itself for ever', () => {
    const code = `const f = (x) => f(x + x) + f(x); f(server); while (true) { server.tool('a', () => f(1)); }`;
    expect(namesOf({ 'index.js': SDK + code })).toEqual(['a']);
  });
});

describe('data beside the code', () => {
  const LIST = `${SDK}
const low = new Server({ name: 'low', version: '1.0.0' }, { capabilities: { tools: {} } });
low.setRequestHandler(ListToolsRequestSchema, async () => ({ tools }));`;
  const TOOLS = JSON.stringify([
    { name: 'one', description: 'First.', inputSchema: { type: 'object' } },
    { name: 'two', description: 'Second.', inputSchema: { type: 'object' } },
  ]);

  test.each([
    ['a required list', `const tools = require('./data/tools.json');`],
    ['a required name of it', `const { tools } = require('./data/named.json');`],
    ['an imported list', `import tools from './data/tools.json' with { type: 'json' };`],
    [
      'createRequire',
      `import { createRequire } from 'node:module'; const require = createRequire(import.meta.url); const tools = require('./data/tools.json');`,
    ],
    [
      'a file beside the module',
      `import { readFileSync } from 'node:fs'; const tools = JSON.parse(readFileSync(new URL('./data/tools.json', import.meta.url), 'utf8'));`,
    ],
    [
      '__dirname',
      `const fs = require('fs'), path = require('path'); const tools = JSON.parse(fs.readFileSync(path.join(__dirname, 'data', 'tools.json')));`,
    ],
    [
      'dirname of import.meta.url',
      `import { readFile } from 'fs/promises'; import path from 'path'; import { fileURLToPath } from 'url'; const here = path.dirname(fileURLToPath(import.meta.url)); const tools = JSON.parse(await readFile(path.resolve(here, 'data/tools.json'), 'utf8'));`,
    ],
    [
      'a dynamic import',
      `const { default: tools } = await import('./data/tools.json', { with: { type: 'json' } });`,
    ],
    [
      'one file a tool',
      `const fs = require('fs'), path = require('path'); const dir = path.join(__dirname, 'tools'); const tools = fs.readdirSync(dir).map((name) => require(path.join(dir, name)));`,
    ],
  ])('tools are read from %s', (_, head) => {
    const one = (name: string) => JSON.stringify({ name, description: 'A tool.' });
    const texts = {
      'index.js': `${LIST}\n${head}`,
      'data/tools.json': TOOLS,
      'data/named.json': `{ "tools": ${TOOLS} }`,
      'tools/one.json': one('one'),
      'tools/two.json': one('two'),
    };
    expect(namesOf(texts)).toEqual(['one', 'two']);
  });

  test('a table of texts is looked up by the keys of a loop', () => {
    const { tools } = extractSurface(
      serverOf({
        'index.js': `${SDK}
const help = require('./help.json');
for (const [name, run] of Object.entries({ add: () => 1, sub: () => 2 })) {
  server.registerTool(name, { description: help[name].join(' '), inputSchema: {} }, run);
}`,
        'help.json': '{ "add": ["Adds", "numbers."], "sub": ["Subtracts."] }',
      }),
    );
    expect(tools.map(({ description }) => description)).toEqual(['Adds numbers.', 'Subtracts.']);
  });

  test('a server that answers lines by hand tells its tools', () => {
    const texts = {
      'index.js': `const { tools } = require('./tools.json'); const answer = (id, body) => process.stdout.write(JSON.stringify({ id, ...body }));
require('readline').createInterface({ input: process.stdin }).on('line', (line) => { const m = JSON.parse(line);
  if (m.method === 'tools/list') return answer(m.id, { result: { tools } }); });`,
      'tools.json': `{ "tools": ${TOOLS} }`,
    };
    expect(namesOf(texts)).toEqual(['one', 'two']);
  });

  test('an encoded text is read as what it says', () => {
    const plain = 'Call list_topics first, and then read_topic.';
    const { texts } = extractSurface(
      serverOf({
        'index.js': `import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
const table = { guide: ['${Buffer.from(plain).toString('base64')}'] };
const unpack = (name) => Buffer.from(table[name].join(''), 'base64').toString('utf8');
new McpServer({ name: 'x', version: '1.0.0' }, { instructions: unpack('guide') });`,
      }),
    );
    expect(texts).toMatchObject([{ location: 'server-instructions', text: plain }]);
  });

  test('a base class of the package may put the description together', () => {
    const { tools } = extractSurface(
      serverOf({
        'index.js': `import { MCPTool } from 'mcp-framework';
class Base extends MCPTool { summary = ''; get description() { return [this.summary, ...this.remarks()].join(' '); } remarks() { return []; } }
class Log extends Base { name = 'log'; summary = 'Notes.'; remarks() { return ['Keep it short.']; } async execute() {} }
export default Log;`,
      }),
    );
    expect(tools).toMatchObject([{ name: 'log', description: 'Notes. Keep it short.' }]);
  });
});

describe('texts that are put together', () => {
  const SAID = 'Lists the files of a folder.';
  test.each([
    [
      'a fold',
      `const d = ['Lists the files', ' of a folder.'].reduce((sum, part) => sum + part, '');`,
    ],
    [
      'a fold without a start',
      `const d = ['Lists the files', 'of a folder.'].reduce((a, b) => a + ' ' + b);`,
    ],
    [
      'numbers of characters',
      `const d = String.fromCharCode(${[...SAID].map((c) => c.charCodeAt(0)).join(', ')});`,
    ],
    [
      'letters moved by one',
      `const d = [...'${[...SAID].map((c) => String.fromCharCode(c.charCodeAt(0) + 1)).join('')}'].map((c) => String.fromCharCode(c.charCodeAt(0) - 1)).join('');`,
    ],
    [
      'bytes',
      `const d = Buffer.from([${[...SAID].map((c) => c.charCodeAt(0)).join(', ')}]).toString('utf8');`,
    ],
    ['a turned text', `const d = '${[...SAID].reverse().join('')}'.split('').reverse().join('');`],
    [
      'a tag that tidies',
      'import dedent from "dedent"; const d = dedent`Lists the files of a folder.`;',
    ],
    ['a replaced part', `const d = 'Lists the files of a PLACE.'.replace('PLACE', 'folder');`],
  ])('%s is worked out', (_, code) => {
    const { tools } = extractSurface(
      serverOf({
        'index.js': `${SDK}${code}\nserver.registerTool('list', { description: d }, async () => ({}));`,
      }),
    );
    expect(tools).toMatchObject([{ name: 'list', description: SAID }]);
  });

  test('both sides of a condition, all languages of a table and the rest of a definition are texts', () => {
    const { texts } = extractSurface(
      serverOf({
        'index.js': `${SDK}
const words = { en: require('./en.json'), ja: require('./ja.json') }[process.env.LANG];
server.registerTool('list', { description: process.env.X ? 'One way of saying it.' : 'Another way of saying it.', title: words.title, _meta: { note: 'What clients are handed beside.' } }, async () => ({}));`,
        'en.json': '{ "title": "List of files" }',
        'ja.json': '{ "title": "ファイルの一覧表" }',
      }),
    );
    expect(texts.map(({ text }) => text)).toEqual(
      expect.arrayContaining([
        'One way of saying it.',
        'Another way of saying it.',
        'List of files',
        'ファイルの一覧表',
        'What clients are handed beside.',
      ]),
    );
  });
});

test('decorators of a framework declare tools', () => {
  expect(
    namesOf({
      'index.js': `const { Tool } = require('@rekog/mcp-nest'); const __decorate = (list, target) => target;
class Notes { add() {} } __decorate([Tool({ name: 'add_note', description: 'Adds a note.' })], Notes.prototype, 'add', null);`,
    }),
  ).toEqual(['add_note']);
});

test('a server that answers by hand tells its instructions', () => {
  const { texts } = extractSurface(
    serverOf({
      'index.js': `const tools = [{ name: 'one', description: 'First.', inputSchema: {} }];
const answers = { initialize: () => ({ protocolVersion: '1', serverInfo: { name: 'x' }, instructions: 'Call one before all else.' }), 'tools/list': () => ({ tools }) };`,
    }),
  );
  expect(texts.map(({ text }) => text)).toContain('Call one before all else.');
});
