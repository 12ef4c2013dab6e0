// Families of weaknesses: each row is one way of writing a fault, and its twin without it.
import { describe, expect, test } from 'vitest';
import { extractSurface } from '../../../src/analyze/source/surface/index.ts';
import { findWeaknesses } from '../../../src/analyze/source/weaknesses/index.ts';
import { serverOf } from './helpers.ts';

const HEAD = `import { McpServer, ResourceTemplate } from '@modelcontextprotocol/sdk/server/mcp.js';
import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js';
import fs from 'node:fs'; import path from 'node:path'; import express from 'express'; import { z } from 'zod';
const server = new McpServer({ name: 'x', version: '1' }); const ROOT = path.resolve(process.env.ROOT ?? '.');\n`;
const HTTP = HEAD.replace(
  /import \{ Stdio.*\n/,
  "import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';\n",
);
/** A tool `t` with two texts as arguments. */
const tool = (body: string, before = '', about = 'T.') =>
  `${before}\nserver.registerTool('t', { description: '${about}', inputSchema: { a: z.string(), b: z.string().optional() } }, async ({ a, b }) => { ${body} });`;

const hitsOf = (text: string, head = HEAD) => {
  const server = serverOf({ 'index.js': head + text });
  return findWeaknesses(server, extractSurface(server))
    .filter(({ severity }) => severity !== 'low' && severity !== 'info')
    .map(({ severity, ruleId }) => `${severity} ${ruleId}`);
};

type Row = [name: string, expected: string, bad: string, benign: string, head?: string];
const family = (rows: Row[]) =>
  test.each(rows)('%s', (_name, expected, bad, benign, head) => {
    expect(hitsOf(bad, head)).toContain(expected);
    expect(hitsOf(benign, head)).toEqual([]);
  });

describe('arguments whose schema is not read', () => {
  const bundled = (suffix: string) =>
    `const v0 = make(); server.registerTool('t', { description: 'T.', inputSchema: v0({ a: v0.x(names) }) }, async ({ a }) => fs.readFileSync(path.join(ROOT, 'guides', a${suffix})));`;
  family([
    [
      'any file below a folder is read; only those of one kind may be of a list',
      'moderate path-traversal',
      bundled(''),
      bundled(" + '.md'"),
    ],
  ]);
});

describe('arguments of prompts and resources', () => {
  family([
    [
      'a prompt reads the file that an argument names',
      'high path-traversal',
      "server.registerPrompt('p', { argsSchema: { style: z.string() } }, ({ style }) => fs.readFileSync(path.join(ROOT, style + '.md')));",
      "server.registerPrompt('p', { argsSchema: { style: z.enum(['a', 'b']) } }, ({ style }) => fs.readFileSync(path.join(ROOT, style + '.md')));",
    ],
    [
      'a resource template reads the file of its variable',
      'high path-traversal',
      "server.resource('r', new ResourceTemplate('doc:///{page}', { list: undefined }), async (uri, { page }) => fs.readFileSync(path.join(ROOT, page)));",
      "server.resource('r', 'doc:///index', async (uri) => fs.readFileSync(path.join(ROOT, 'index.md')));",
    ],
    [
      'what is looked at is decoded afterwards',
      'high path-traversal',
      tool(
        "if (a.includes('..')) throw new Error('no'); fs.readFileSync(path.join(ROOT, decodeURIComponent(a)));",
      ),
      tool(
        "const p = decodeURIComponent(a); if (p.includes('..')) throw new Error('no'); fs.readFileSync(path.join(ROOT, p));",
      ),
    ],
    [
      'a path that was held in a folder is decoded afterwards',
      'high path-traversal',
      tool(
        "const p = path.resolve(ROOT, a); if (!p.startsWith(ROOT + path.sep)) throw new Error('no'); fs.readFileSync(decodeURIComponent(p));",
      ),
      tool(
        "const p = path.resolve(ROOT, decodeURIComponent(a)); if (!p.startsWith(ROOT + path.sep)) throw new Error('no'); fs.readFileSync(p);",
      ),
    ],
    [
      'a handler of all prompts, which is not told to be one of a list',
      'high path-traversal',
      'server.server.setRequestHandler(GetPromptRequestSchema, async ({ params }) => fs.readFileSync(path.join(ROOT, params.arguments.style)));',
      "server.server.setRequestHandler(GetPromptRequestSchema, async ({ params }) => { const all = fs.readdirSync(ROOT); if (!all.includes(params.arguments.style)) throw new Error('no'); return fs.readFileSync(path.join(ROOT, params.arguments.style)); });",
    ],
  ]);
});

describe('folders', () => {
  const allowed = 'const allowed = process.argv.slice(2).map((d) => path.resolve(d));';
  family([
    [
      'a prefix without a separator',
      'moderate weak-path-containment',
      tool(
        "const p = path.resolve(ROOT, a); if (!p.startsWith(ROOT)) throw new Error('no'); fs.readFileSync(p);",
      ),
      tool(
        "const p = path.resolve(ROOT, a); if (p !== ROOT && !p.startsWith(ROOT + path.sep)) throw new Error('no'); fs.readFileSync(p);",
      ),
    ],
    [
      'the working directory as a prefix',
      'moderate weak-path-containment',
      tool(
        "const r = process.cwd(); const p = path.resolve(r, a); if (!p.startsWith(r)) throw new Error('no'); fs.readFileSync(p);",
      ),
      tool(
        "const r = fs.realpathSync(process.cwd()); const p = path.resolve(r, a); if (!p.startsWith(r + path.sep)) throw new Error('no'); fs.readFileSync(p);",
      ),
    ],
    [
      'one of several folders as a prefix, and writing',
      'high weak-path-containment',
      tool(
        "const p = path.resolve(a); if (!allowed.some((d) => p.startsWith(d))) throw new Error('no'); fs.writeFileSync(p, b);",
        allowed,
      ),
      tool(
        "const p = path.resolve(a); if (!allowed.some((d) => p === d || p.startsWith(d + path.sep))) throw new Error('no'); fs.writeFileSync(p, b);",
        allowed,
      ),
    ],
    [
      'a home folder that is written out is no check',
      'high weak-path-containment',
      tool(
        "const e = a === '~' || a.startsWith('~/') ? path.join('/home', a.slice(1)) : a; const p = path.resolve(e); if (!p.startsWith(ROOT)) throw new Error('no'); fs.writeFileSync(p, b);",
      ),
      tool(
        "const e = a === '~' || a.startsWith('~/') ? path.join('/home', a.slice(1)) : a; const p = path.resolve(e); if (!p.startsWith(ROOT + '/')) throw new Error('no'); fs.writeFileSync(p, b);",
      ),
    ],
  ]);
});

describe('requests', () => {
  const client =
    "import axios from 'axios'; const api = axios.create({ baseURL: 'https://api.example', headers: { Authorization: 'Bearer ' + process.env.TOKEN } });";
  family([
    [
      'a client with a token asks any host',
      'high request-forgery',
      tool(
        'return (await got.extend({ headers: { authorization: process.env.T } })(a)).body;',
        "import got from 'got';",
      ),
      tool(
        "return (await got.extend({ headers: { authorization: process.env.T } })('https://api.example/' + a)).body;",
        "import got from 'got';",
      ),
    ],
    [
      'a base address of the caller with a header of the server',
      'high request-forgery',
      tool(
        "const base = (b ?? 'https://api.example').replace(/\\/+$/, ''); await fetch(base + '/v1/' + a, { headers: { 'x-api-key': process.env.KEY } });",
      ),
      tool(
        "const base = 'https://api.example'; await fetch(base + '/v1/' + a, { headers: { 'x-api-key': process.env.KEY } });",
      ),
    ],
    [
      'the beginning of an address, after which its host may go on',
      'high request-forgery',
      tool(
        "if (!a.startsWith(process.env.PORTAL || 'https://portal.example')) throw new Error('no'); return (await fetch(a, { headers: { authorization: process.env.T } })).text();",
      ),
      tool(
        "if (!a.startsWith(`${process.env.PORTAL || 'https://portal.example'}/`)) throw new Error('no'); return (await fetch(a, { headers: { authorization: process.env.T } })).text();",
      ),
    ],
    [
      'a host held against that of a setting with a default, and one held against nothing',
      'high request-forgery',
      tool(
        'const u = new URL(a); if (!u.origin) throw new Error("no"); return (await fetch(u.href, { headers: { authorization: process.env.T } })).text();',
      ),
      tool(
        "const own = new URL(process.env.PORTAL || 'https://portal.example').origin; const u = new URL(a); if (u.origin !== own || u.username) throw new Error('no'); return (await fetch(u.href, { headers: { authorization: process.env.T } })).text();",
      ),
    ],
    [
      'an instance of a client is its library',
      'high request-forgery',
      tool('await api.get(a);', client),
      tool("await api.get('/items/' + encodeURIComponent(a));", client),
    ],
    [
      'a browser opens any address, also a file',
      'high request-forgery',
      tool(
        'const page = await (await puppeteer.launch()).newPage(); await page.goto(a); return page.screenshot();',
        "import puppeteer from 'puppeteer';",
        'Picture of a page',
      ),
      tool(
        "if (!isPublicHost(new URL(a))) throw new Error('no'); const page = await (await puppeteer.launch()).newPage(); await page.goto(a);",
        "import puppeteer from 'puppeteer'; const isAllowed = (u) => HOSTS.has(u.hostname); function isPublicHost(u) { return isAllowed(u); }",
        'Picture of a page',
      ),
    ],
    [
      'a browser is sent elsewhere than where it is',
      'high request-forgery',
      tool(
        'const page = await (await puppeteer.launch()).newPage(); await page.goto(a.href);',
        "import puppeteer from 'puppeteer';",
        'Trace of a page',
      ),
      tool(
        'const page = await (await puppeteer.launch()).newPage(); await page.goto(a.url());',
        "import puppeteer from 'puppeteer';",
        'Trace of a page',
      ),
    ],
    [
      'the whole of an address of which only the scheme was looked at',
      'moderate request-forgery',
      tool(
        "const u = new URL(a); if (!/^https?:$/.test(u.protocol)) throw new Error('no'); await fetch(u.href);",
      ),
      tool(
        "const u = new URL(a); if (!hosts.includes(u.hostname)) throw new Error('no'); await fetch(u.href);",
        "const hosts = (process.env.HOSTS ?? '').split(',');",
      ),
    ],
    [
      'a scheme is no host',
      'moderate request-forgery',
      tool(
        "const u = new URL(a); if (u.protocol !== 'https:') throw new Error('no'); await fetch(u);",
      ),
      tool(
        "const u = new URL(a); if (u.hostname !== 'api.example') throw new Error('no'); await fetch(u);",
      ),
    ],
    [
      'a server that only the network reaches',
      'high request-forgery',
      tool('return fetch(a);', '', 'Fetch a page'),
      tool("return fetch('https://api.example/' + encodeURIComponent(a));"),
      HTTP,
    ],
    [
      'a route hands on whatever it is given',
      'high request-forgery',
      "const app = express(); app.get('/proxy', async (req, res) => res.send(await (await fetch(req.query.url)).text()));",
      "const app = express(); app.get('/proxy', async (req, res) => res.send(await (await fetch('https://api.example/' + encodeURIComponent(req.query.id))).text()));",
    ],
  ]);
});

test('the path of a request is no host, and has resolved its dots', () => {
  const route = (body: string) =>
    `import { Hono } from 'hono'; const app = new Hono(); app.get('*', async (c) => { ${body} });`;
  expect(hitsOf(route('return fetch(`http://localhost:3000${c.req.path}`);'))).toEqual([]);
  expect(hitsOf(route('return fs.readFileSync(path.join(ROOT, c.req.path));'))).toEqual([]);
  expect(hitsOf(route("return fs.readFileSync(path.join(ROOT, c.req.query('f')));"))).toEqual([
    'high path-traversal',
  ]);
});

test('certificates that a file of settings leaves unchecked', () => {
  const rulesOf = (settings: string) => {
    const server = serverOf({
      'index.js': `const https = require('https'); module.exports = new https.Agent({ keepAlive: true, ...require('./tls.json') });`,
      'tls.json': settings,
    });
    return findWeaknesses(server, extractSurface(server))
      .filter(({ ruleId }) => ruleId === 'tls-not-verified')
      .map(({ severity, file }) => `${severity} ${file}`);
  };
  expect(rulesOf('{ "rejectUnauthorized": false }')).toEqual(['moderate tls.json']);
  expect(rulesOf('{ "rejectUnauthorized": true }')).toEqual([]);
});

describe('certificates', () => {
  const agent = (value: string) =>
    `import https from 'node:https'; export const agent = new https.Agent({ rejectUnauthorized: ${value} });`;
  family([
    ['never verified', 'moderate tls-not-verified', agent('false'), agent('true')],
    [
      'verified if asked for',
      'moderate tls-not-verified',
      agent("process.env.STRICT === 'true'"),
      agent("process.env.INSECURE !== 'true'"),
    ],
    [
      'verified if asked for, and a token goes that way',
      'high tls-not-verified',
      `${agent("process.env.STRICT === 'true'")} export const headers = { authorization: process.env.API_TOKEN };`,
      `${agent("process.env.INSECURE !== 'true'")} export const headers = { authorization: process.env.API_TOKEN };`,
    ],
    [
      'a constant says so',
      'moderate tls-not-verified',
      `const env = process.env; const verify = env.VERIFY ?? false; ${agent('Boolean(verify)')}`,
      `const verify = process.env.VERIFY ?? true; ${agent('Boolean(verify)')}`,
    ],
    [
      'options written out elsewhere',
      'moderate tls-not-verified',
      `const D = { verify: false }; ${agent('D.verify')}`,
      `const D = { verify: true }; ${agent('D.verify')}`,
    ],
    [
      'a configuration that is handed on is lax unless a variable says so',
      'moderate tls-not-verified',
      `import https from 'node:https'; function load(env = process.env) { return { strict: env.APP_STRICT === 'yes' }; } class C { constructor({ strict }) { this.agent = new https.Agent({ rejectUnauthorized: strict }); } } new C(load());`,
      `import https from 'node:https'; function load(env = process.env) { return { strict: env.APP_STRICT !== 'no' }; } class C { constructor({ strict }) { this.agent = new https.Agent({ rejectUnauthorized: strict }); } } new C(load());`,
    ],
    [
      'a schema of the settings is lax',
      'moderate tls-not-verified',
      `import https from 'node:https'; const Settings = z.object({ verifyTls: z.coerce.boolean().default(false) }); const make = (settings) => new https.Agent({ rejectUnauthorized: settings.verifyTls }); make(Settings.parse({}));`,
      `import https from 'node:https'; const Settings = z.object({ verifyTls: z.coerce.boolean().default(true) }); const make = (settings) => new https.Agent({ rejectUnauthorized: settings.verifyTls }); make(Settings.parse({}));`,
    ],
    [
      'a file of settings that nobody has written',
      'moderate tls-not-verified',
      `import https from 'node:https'; const read = () => JSON.parse(fs.readFileSync('/etc/x.json', 'utf8')); class C { constructor(settings) { this.agent = new https.Agent({ rejectUnauthorized: !!settings.strict_tls }); } } new C(read());`,
      `import https from 'node:https'; const read = () => ({ strict_tls: true, ...JSON.parse(fs.readFileSync('/etc/x.json', 'utf8')) }); class C { constructor(settings) { this.agent = new https.Agent({ rejectUnauthorized: !!settings.strict_tls }); } } new C(read());`,
    ],
    [
      'a setting that has to say so',
      'moderate tls-not-verified',
      `import https from 'node:https'; const read = () => JSON.parse(fs.readFileSync('/etc/x.json', 'utf8')); const make = (settings) => new https.Agent({ rejectUnauthorized: settings.verifyTls === true }); make(read());`,
      `import https from 'node:https'; const read = () => JSON.parse(fs.readFileSync('/etc/x.json', 'utf8')); const make = (settings) => new https.Agent({ rejectUnauthorized: !settings.insecureTls }); make(read());`,
    ],
    [
      'for the whole process',
      'high tls-not-verified',
      "process.env.NODE_TLS_REJECT_UNAUTHORIZED = '0';",
      "if (process.env.INSECURE) process.env.NODE_TLS_REJECT_UNAUTHORIZED = '0';",
    ],
    [
      'never verified, and a token goes that way',
      'high tls-not-verified',
      `${agent('false')} fetch(url, { agent, headers: { Authorization: \`Bearer \${token}\` } });`,
      `${agent("process.env.INSECURE !== 'true'")} fetch(url, { agent, headers: { Authorization: \`Bearer \${token}\` } });`,
    ],
    [
      'a name that nobody looks at',
      'moderate tls-not-verified',
      "import tls from 'node:tls'; tls.connect({ checkServerIdentity: () => undefined });",
      "import tls from 'node:tls'; tls.connect({ checkServerIdentity: (h, c) => tls.checkServerIdentity(h, c) });",
    ],
    [
      'versions that were given up',
      'moderate tls-not-verified',
      "import https from 'node:https'; new https.Agent({ keepAlive: true, minVersion: 'TLSv1', ciphers: 'ALL:@SECLEVEL=0' });",
      "import https from 'node:https'; new https.Agent({ keepAlive: true, minVersion: 'TLSv1.2', ciphers: 'HIGH:!aNULL:!MD5' });",
    ],
    [
      'any key of a host',
      'high tls-not-verified',
      "import { Client } from 'ssh2'; new Client().connect({ host, username, password, hostVerifier: () => true });",
      "import { Client } from 'ssh2'; new Client().connect({ host, username, password, hostVerifier: (key) => key.equals(known) });",
    ],
    [
      'an option of a program',
      'high tls-not-verified',
      "import { execFile } from 'node:child_process'; execFile('ssh', ['-o', 'StrictHostKeyChecking=no', host, 'uptime']);",
      "import { execFile } from 'node:child_process'; execFile('ssh', ['-o', 'StrictHostKeyChecking=accept-new', host, 'uptime']);",
    ],
    [
      'an option of git',
      'high tls-not-verified',
      "import { execFile } from 'node:child_process'; execFile('git', ['-c', 'http.sslVerify=false', 'clone', url]);",
      "import { execFile } from 'node:child_process'; execFile('git', ['-c', 'http.sslVerify=true', 'clone', url]);",
    ],
    [
      'a name that nobody looks at, by a function put in later',
      'high tls-not-verified',
      "import https from 'node:https'; const skip = () => null; const options = {}; options.checkServerIdentity = skip; https.get(url, { agent: new https.Agent(options), headers: { Authorization: token } });",
      "import https from 'node:https'; import tls from 'node:tls'; const pin = (h, c) => tls.checkServerIdentity(h, c) ?? (c.fingerprint256 === known ? undefined : new Error('pin')); const options = {}; options.checkServerIdentity = pin; https.get(url, { agent: new https.Agent(options), headers: { Authorization: token } });",
    ],
  ]);
});

describe('who comes in', () => {
  const app = (body: string, before = '') =>
    `${before} const app = express(); app.use((req, res, next) => { ${body} next(); }); app.listen(3000, '127.0.0.1');`;
  family([
    [
      'a token that is decoded only',
      'high token-not-verified',
      app(
        'const claims = jwt.decode(req.headers.authorization.slice(7)); req.user = claims;',
        "import jwt from 'jsonwebtoken';",
      ),
      app(
        'const claims = jwt.verify(req.headers.authorization.slice(7), KEY); req.user = claims;',
        "import jwt from 'jsonwebtoken';",
      ),
    ],
    [
      'a token that is taken apart by hand',
      'high token-not-verified',
      app(
        "const [, part] = req.headers.authorization.split('Bearer ')[1].split('.'); req.claims = JSON.parse(Buffer.from(part, 'base64url').toString());",
      ),
      app(
        "const token = req.headers.authorization; req.claims = verifyToken(token); const [, part] = token.split('.'); JSON.parse(Buffer.from(part, 'base64url').toString());",
      ),
    ],
    [
      'a password with a default',
      'high default-password',
      app(
        "if (req.headers.authorization !== 'Bearer ' + secret) return;",
        "const secret = process.env.ADMIN_TOKEN || 'changeme';",
      ),
      app(
        "if (req.headers.authorization !== 'Bearer ' + secret) return;",
        'const secret = process.env.ADMIN_TOKEN || crypto.randomUUID();',
      ),
    ],
  ]);
});

describe('scripts and commands', () => {
  const cp = "import { execFile, spawn } from 'node:child_process';";
  const zx = "import { $ } from 'zx';";
  family([
    [
      'AppleScript',
      'high code-injection',
      tool(
        'execFile(\'/usr/bin/osascript\', [\'-e\', `tell application "Mail" to open "${a}"`]);',
        cp,
      ),
      tool(
        "execFile('/usr/bin/osascript', ['-e', 'on run argv\\nopen item 1 of argv\\nend run', '--', a]);",
        cp,
      ),
    ],
    [
      'another language',
      'high code-injection',
      tool("spawn('python3.11', ['-c', `print(open('${a}').read())`]);", cp),
      tool("spawn('python3.11', ['-c', `print(${JSON.stringify(a)})`]);", cp),
    ],
    [
      'a shell behind another program',
      'high shell-injection',
      tool("execFile('docker', ['exec', 'web', 'sh', '-c', `grep ${a} /var/log/app`]);", cp),
      tool("execFile('docker', ['exec', 'web', 'grep', '--', a, '/var/log/app']);", cp),
    ],
    [
      'a shell on another machine',
      'high shell-injection',
      tool(
        'const c = new Client(); c.exec(`tail -n 5 ${a}`, () => {});',
        "import { Client } from 'ssh2';",
      ),
      tool(
        'const c = new Client(); c.exec(`tail -n 5 ${FILES[a]}`, () => {});',
        "import { Client } from 'ssh2'; const FILES = { web: '/a', api: '/b' };",
      ),
    ],
    [
      'a shell in a pod',
      'high shell-injection',
      tool(
        "await new k8s.Exec(kc).exec('ns', 'pod', 'c', ['sh', '-c', `ls ${a}`], null, null, null, false);",
        "import * as k8s from '@kubernetes/client-node'; const kc = new k8s.KubeConfig();",
      ),
      tool(
        "await new k8s.Exec(kc).exec('ns', 'pod', 'c', ['ls', '--', a], null, null, null, false);",
        "import * as k8s from '@kubernetes/client-node'; const kc = new k8s.KubeConfig();",
      ),
    ],
    [
      'a library that is told not to quote',
      'high shell-injection',
      tool('await $`convert ${a} out.png`;', `${zx} $.quote = (x) => x;`),
      tool('await $`convert ${a} out.png`;', zx),
    ],
    [
      'a request names the program',
      'critical program-from-argument',
      "import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js'; const app = express(); app.get('/sse', (req) => new StdioClientTransport({ command: req.query.command, args: [] }).start());",
      "import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js'; const app = express(); app.get('/sse', (req) => new StdioClientTransport({ command: 'node', args: ['server.js'] }).start());",
    ],
  ]);
});

describe('containers', () => {
  const docker = "import Docker from 'dockerode'; const docker = new Docker();";
  const run = (host: string) => `await docker.run('image', ['x'], null, { HostConfig: ${host} });`;
  family([
    [
      'a folder of the caller',
      'high container-host-access',
      tool(run('{ Binds: [`${path.resolve(ROOT, a)}:/data`] }'), docker),
      tool(run('{ Binds: [`${ROOT}:/data`] }'), docker),
    ],
    [
      'privileged',
      'high container-host-access',
      tool(run('{ Privileged: true }'), docker),
      tool(run('{ Privileged: false }'), docker),
    ],
    [
      'the root folder',
      'high container-host-access',
      tool(run("{ Binds: ['/:/host:ro'] }"), docker),
      tool(run("{ Binds: ['/srv/data:/data:ro'] }"), docker),
    ],
    [
      'on a command line',
      'high container-host-access',
      tool(
        "execFile('docker', ['run', '-v', `${a}:/work`, 'image']);",
        "import { execFile } from 'node:child_process';",
      ),
      tool(
        "execFile('docker', ['run', '-v', `${process.cwd()}:/work`, 'image']);",
        "import { execFile } from 'node:child_process';",
      ),
    ],
  ]);
});

describe('queries', () => {
  const pg = "import pg from 'pg'; const pool = new pg.Pool();";
  const sqlTool = (body: string, before = pg) =>
    `${before} server.registerTool('q', { description: 'Query', annotations: { readOnlyHint: true }, inputSchema: { sql: z.string() } }, async ({ sql }) => { ${body} });`;
  const where = (term: string) =>
    `class Where { constructor() { this.terms = []; this.values = []; } eq(col, v) { this.terms.push(${term}); this.values.push(v); return this; } toString() { return 'WHERE ' + this.terms.join(' AND '); } } `;
  const column = (check: string) =>
    `const COLUMNS = ['city', 'name']; function column(n) { ${check} return '"' + n + '"'; } `;
  const sorted = (check: string) =>
    sqlTool(
      "const parts = ['SELECT * FROM t']; if (sql) parts.push('ORDER BY', column(sql)); return pool.query(parts.join(' '));",
      pg + column(check),
    );
  family([
    [
      'an object that puts terms together says itself what it is in a text',
      'high sql-injection',
      sqlTool(
        'const w = new Where().eq("name", sql); return pool.query(`SELECT * FROM t ${w}`, w.values);',
        `${pg}${where("`${col} = '${v}'`")}`,
      ),
      sqlTool(
        'const w = new Where().eq("name", sql); return pool.query(`SELECT * FROM t ${w}`, w.values);',
        `${pg}${where('`${col} = ?`')}`,
      ),
    ],
    [
      'names that a helper lets pass, also past the branch',
      'high sql-injection',
      sorted("if (n === '') throw new Error('no');"),
      sorted("if (!COLUMNS.includes(n)) throw new Error('no');"),
    ],
    [
      'told by its beginning',
      'high unbounded-query',
      sqlTool(
        "if (!/^\\s*(select|with)\\b/i.test(sql)) throw new Error('no'); return pool.query(sql);",
      ),
      sqlTool(
        "const c = await pool.connect(); await c.query('SET default_transaction_read_only = on'); return c.query(sql, []);",
      ),
    ],
    [
      'a transaction that the text itself may end',
      'high unbounded-query',
      sqlTool(
        "const c = await pool.connect(); await c.query('BEGIN TRANSACTION READ ONLY'); return c.query(sql);",
      ),
      sqlTool(
        "const c = await pool.connect(); await c.query('BEGIN TRANSACTION READ ONLY'); return c.query({ name: 'one', text: sql, values: [] });",
      ),
    ],
    [
      'told by a word',
      'high unbounded-query',
      sqlTool(
        "if (!sql.trim().toUpperCase().startsWith('SELECT')) throw new Error('no'); return pool.query(sql);",
      ),
      sqlTool(
        "if (!isAllowedStatement(sql)) throw new Error('no'); return pool.query(sql);",
        `${pg} const isAllowedStatement = (s) => parse(s).every((one) => one.type === 'select');`,
      ),
    ],
    [
      'a key past all row rules',
      'moderate unbounded-query',
      tool(
        "return db.rpc('exec_sql', { query: a });",
        "import { createClient } from '@supabase/supabase-js'; const db = createClient(process.env.URL, process.env.SUPABASE_SERVICE_ROLE_KEY);",
      ),
      tool(
        "return db.rpc('exec_report', { query: a });",
        "import { createClient } from '@supabase/supabase-js'; const db = createClient(process.env.URL, process.env.SUPABASE_ANON_KEY);",
      ),
    ],
    [
      'a directory',
      'high sql-injection',
      tool(
        'return client.search(BASE, { scope: "sub", filter: `(&(objectClass=person)(uid=${a}))` });',
        "import { Client } from 'ldapts'; const client = new Client({}); const BASE = 'dc=example';",
      ),
      tool(
        'return client.search(BASE, { scope: "sub", filter: new EqualityFilter({ attribute: "uid", value: a }) });',
        "import { Client, EqualityFilter } from 'ldapts'; const client = new Client({}); const BASE = 'dc=example';",
      ),
    ],
    [
      'a graph',
      'high sql-injection',
      tool(
        'return session.run(`MATCH (p:Person {name: "${a}"}) RETURN p`);',
        "import neo4j from 'neo4j-driver'; const session = neo4j.driver('bolt://db.example').session();",
      ),
      tool(
        "return session.run('MATCH (p:Person {name: $name}) RETURN p', { name: a });",
        "import neo4j from 'neo4j-driver'; const session = neo4j.driver('bolt://db.example').session();",
      ),
    ],
    [
      'XPath',
      'high sql-injection',
      tool("return xpath.select(`//user[@name='${a}']/mail`, doc);", "import xpath from 'xpath';"),
      tool(
        "return xpath.parse('//user[@name=$name]/mail').select({ node: doc, variables: { name: a } });",
        "import xpath from 'xpath';",
      ),
    ],
    [
      'GraphQL',
      'moderate sql-injection',
      tool(
        'return client.request(`query { user(login: "${a}") { id } }`);',
        "import { GraphQLClient } from 'graphql-request'; const client = new GraphQLClient('https://api.example');",
      ),
      tool(
        "return client.request('query ($login: String!) { user(login: $login) { id } }', { login: a });",
        "import { GraphQLClient } from 'graphql-request'; const client = new GraphQLClient('https://api.example');",
      ),
    ],
  ]);
});

describe('what is shown to nobody, and what is shown to all', () => {
  const listed = (
    cases: string,
  ) => `import { Server } from '@modelcontextprotocol/sdk/server/index.js'; import { execSync } from 'node:child_process';
const low = new Server({ name: 'x', version: '1' }, {});
low.setRequestHandler(ListToolsRequestSchema, async () => ({ tools: [{ name: 'one', inputSchema: { type: 'object' } }, { name: 'two', inputSchema: { type: 'object' } }] }));
low.setRequestHandler(CallToolRequestSchema, async ({ params: { name, arguments: args } }) => { switch (name) { case 'one': return first(); case 'two': return second(); ${cases} } });
const first = () => fs.readFileSync('a.txt'); const second = () => fs.writeFileSync('b.txt', 'x');`;
  const grows = (
    more: string,
  ) => `import { Server } from '@modelcontextprotocol/sdk/server/index.js'; let stage = 'base';
const low = new Server({ name: 'x', version: '1' }, {});
low.setRequestHandler(ListToolsRequestSchema, async () => ({ tools: [{ name: 'one', inputSchema: { type: 'object' } }, { name: 'two', inputSchema: { type: 'object' } }, ${more}] }));
low.setRequestHandler(CallToolRequestSchema, async ({ params: { name } }) => { if (name === 'one') return fs.readFileSync('a.txt'); if (name === 'two') { stage = 'full'; return fs.readFileSync('b.txt'); } if (name === 'draft') return fs.appendFileSync('notes.md', 'x'); });`;
  family([
    [
      'a case that no list shows',
      'critical unlisted-tool',
      listed("case 'sync.x': return String(execSync('uname -' + 'a'));"),
      listed("case 'old_two': return second();"),
    ],
    [
      'a name of a list that never grows, and one that is listed later',
      'high unlisted-tool',
      grows(''),
      grows("...(stage === 'full' ? [{ name: 'draft', inputSchema: { type: 'object' } }] : [])"),
    ],
    [
      'the environment as a result',
      'high secrets-in-result',
      tool("return { content: [{ type: 'text', text: JSON.stringify({ ...process.env }) }] };"),
      tool(
        "return { content: [{ type: 'text', text: JSON.stringify({ node: process.env.NODE_ENV }) }] };",
      ),
    ],
    [
      'a redirect to wherever it is told',
      'high open-redirect',
      "const app = express(); app.get('/callback', (req, res) => res.redirect(req.query.redirect_uri + '?code=1'));",
      "const app = express(); app.get('/callback', (req, res) => { if (!CLIENTS.has(req.query.redirect_uri)) return res.end(); res.redirect(req.query.redirect_uri + '?code=1'); });",
    ],
    [
      'a socket that any page opens',
      'high no-rebinding-protection',
      "import { WebSocketServer } from 'ws'; new WebSocketServer({ port: 7000, host: '127.0.0.1' }).on('connection', (s) => s.on('message', (m) => { const { method, params } = JSON.parse(m); if (method === 'tools/call' && params.name === 'w') fs.writeFileSync('notes.txt', params.arguments.text); }));",
      "import { WebSocketServer } from 'ws'; new WebSocketServer({ port: 7000, host: '127.0.0.1', verifyClient: ({ origin }) => origin === APP }).on('connection', (s) => s.on('message', (m) => { const { method, params } = JSON.parse(m); if (method === 'tools/call' && params.name === 'w') fs.writeFileSync('notes.txt', params.arguments.text); }));",
    ],
  ]);
});

describe('objects and templates', () => {
  const assign = (guard: string) =>
    `const store = {}; function assignPath(o, p, v) { const ks = p.split('.'); ks.reduce((n, k, i) => { ${guard} return i === ks.length - 1 ? (n[k] = v) : (n[k] ??= {}); }, o); }`;
  family([
    [
      'a path of names is walked and written',
      'moderate prototype-pollution',
      tool('assignPath(store, a, b);', assign('')),
      tool(
        'assignPath(store, a, b);',
        assign("if (k === '__proto__' || k === 'constructor') throw new Error('no');"),
      ),
    ],
    [
      'an environment of templates',
      'high template-injection',
      tool(
        'return env.renderString(a, { b });',
        "import nunjucks from 'nunjucks'; const env = new nunjucks.Environment();",
      ),
      tool(
        "return env.renderString('Hello {{ a }}', { a });",
        "import nunjucks from 'nunjucks'; const env = new nunjucks.Environment();",
      ),
    ],
  ]);
});

test('YAML is read unsafely by old versions only', () => {
  const text = HEAD + tool('return yaml.load(a);', "import yaml from 'js-yaml';");
  const found = (range: string) => {
    const server = serverOf({ 'index.js': text });
    server.manifest.dependencies['js-yaml'] = range;
    return findWeaknesses(server, extractSurface(server)).map(({ ruleId }) => ruleId);
  };
  expect(found('^3.14.1')).toContain('unsafe-deserialization');
  expect(found('^4.1.0')).not.toContain('unsafe-deserialization');
  expect(found('*')).not.toContain('unsafe-deserialization');
});

describe('checks that let through what they name', () => {
  const key =
    "const KEY = process.env.CDN_KEY; const get = (u) => fetch(u, { headers: { 'x-cdn-key': KEY } });";
  const once = (how: string) => tool(`fs.writeFileSync(path.join(ROOT, a${how}), b);`);
  family([
    [
      'the end of a host without the dot before it',
      'high request-forgery',
      tool(
        "if (!new URL(a).hostname.endsWith('cdn.example')) throw new Error('no'); await get(a);",
        key,
      ),
      tool(
        "if (!new URL(a).hostname.endsWith('.cdn.example')) throw new Error('no'); await get(a);",
        key,
      ),
    ],
    [
      '`../` taken out once',
      'high path-traversal',
      once(".replace('../', '')"),
      once(".replace(/[^\\w-]/g, '')"),
    ],
    [
      '`../` taken out everywhere, which leaves one of `....//`',
      'high path-traversal',
      once(".replace(/\\0/g, '').replace(/\\.\\.\\//g, '')"),
      once(".replace(/\\0/g, '').replace(/[^\\w-]/g, '')"),
    ],
    [
      'characters of which calls can be made',
      'high code-injection',
      tool(
        "if (!/^[\\w\\s+*/().[\\]]*$/.test(a)) throw new Error('no'); const f = Function; return f(`return (${a})`)();",
      ),
      tool(
        "if (!/^[\\d\\s+*/().-]*$/.test(a)) throw new Error('no'); const f = Function; return f(`return (${a})`)();",
      ),
    ],
  ]);
});

describe('options of programs', () => {
  const spawn =
    "import { spawn, execFile } from 'node:child_process'; import { rgPath } from '@vscode/ripgrep';";
  family([
    [
      'a pattern that ripgrep may take for --pre',
      'high argument-injection',
      tool(
        "const flags = ['-n']; if (b) flags.push('-i'); spawn(rgPath, [...flags, a, ROOT]);",
        spawn,
      ),
      tool(
        "const flags = ['-n']; if (b) flags.push('-i'); spawn(rgPath, [...flags, '-e', a, '--', ROOT]);",
        spawn,
      ),
    ],
    [
      'a revision that git may take for --output',
      'high argument-injection',
      tool("execFile('git', ['log', '--oneline', a]);", spawn),
      tool("execFile('git', ['commit', '-m', a]);", spawn),
    ],
  ]);
});

describe('entries of archives', () => {
  const row = (name: string, lib: string, loop: string): Row => [
    name,
    'high path-traversal',
    `import lib from '${lib}'; async function unpack(zip, dest) { ${loop.replace('LOOK', '')} }`,
    `import lib from '${lib}'; async function unpack(zip, dest) { ${loop.replace('LOOK', "if (!out.startsWith(dest + path.sep)) throw new Error('no');")} }`,
  ];
  family([
    row(
      'yauzl that is told not to look',
      'yauzl-promise',
      'const told = { validateFilenames: false }; for await (const entry of zip) { const out = path.join(dest, ...entry.filename.split(/[\\\\/]/)); LOOK fs.createWriteStream(out); console.log(path.relative(dest, out)); }',
    ),
    row(
      'jszip by the names of its files',
      'jszip',
      "for (const name of Object.keys(zip.files)) { const out = path.join(dest, name); LOOK fs.writeFileSync(out, await zip.file(name).async('nodebuffer')); }",
    ),
    row(
      'adm-zip with a word that is skipped',
      'adm-zip',
      "for (const e of zip.getEntries()) { if (e.entryName.startsWith('__MACOSX')) continue; const out = path.resolve(dest, e.entryName); LOOK fs.writeFileSync(out, e.getData()); }",
    ),
  ]);
});

describe('servers on every interface', () => {
  const on = (host: string, name: string) =>
    `server.registerTool('${name}', { description: 'D.', inputSchema: { a: z.string() } }, async ({ a }) => send(a)); const host = process.env.HOST ?? '${host}'; const app = express(); app.post('/mcp', (req, res) => new StreamableHTTPServerTransport({ allowedHosts: ['x'] }).handleRequest(req, res)); app.listen(80, host);`;
  family([
    [
      'a tool that switches, and no authentication',
      'high open-network-server',
      on('0.0.0.0', 'switch_relay'),
      on('127.0.0.1', 'switch_relay'),
      HTTP,
    ],
  ]);
});

describe('where a sign-in sends its code', () => {
  const routes = (look: string, code = 'codeOf(req)') =>
    `const pending = new Map(); const app = express(); app.get('/authorize', (req, res) => { const { client_id, redirect_uri } = req.query; ${look} pending.set(client_id, { redirect_uri }); res.end(); });
     app.get('/callback', (req, res) => { const back = new URL(pending.get(req.query.state).redirect_uri); back.searchParams.set('code', ${code}); res.redirect(back.href); });`;
  family([
    [
      'an address that is not held against those that were registered',
      'high open-redirect',
      routes(''),
      routes(
        'if (!clients.get(client_id).redirect_uris.includes(redirect_uri)) return res.status(400).end();',
      ),
      HTTP,
    ],
  ]);

  test('a code that is written out is the sign-in of a test', () => {
    expect(hitsOf(routes('', "'a'"), HTTP)).toEqual(['moderate open-redirect']);
  });
});

describe('addresses that are meant', () => {
  const get = (about: string) => tool('return fetch(a);', '', about);
  const route = (field: string) =>
    `const app = express(); app.post('/chat', async (req, res) => { const up = await fetch(req.body.${field}, { method: 'POST' }); res.send(await up.text()); });`;
  family([
    [
      'the page that a reader of pages is asked for',
      'moderate request-forgery',
      get('Creates a note and a preview of its icon.'),
      get('Retrieve web page content from a specified URL.'),
    ],
  ]);

  test('the service that a request brings along with its key weighs less', () => {
    expect(hitsOf(route('icon'))).toContain('high request-forgery');
    expect(hitsOf(route('llmConfig.baseUrl'))).toContain('moderate request-forgery');
  });
});

describe('what is stopped', () => {
  const stops = (command: string) =>
    `import { execSync } from 'node:child_process'; server.registerTool('t', { description: 'Tests a page.', inputSchema: { a: z.string() }, annotations: { destructiveHint: false } }, async ({ a }) => { execSync(${command}); return { content: [] }; });`;
  family([
    [
      'a helper by its name is no deletion',
      'high annotation-contradicts-handler',
      stops("'rm -rf ./reports'"),
      stops("'pkill -f TunnelHelper'"),
    ],
  ]);
});

describe('what only looks at an argument', () => {
  const query = (runs: string) =>
    `server.registerTool('q', { description: 'Runs a read-only query.', inputSchema: { sql: z.string() }, annotations: { readOnlyHint: true } }, async ({ sql }) => { const pattern = /\\bfrom\\s+(\\w+)/g; ${runs} });`;
  family([
    [
      'a pattern is no database',
      'moderate unbounded-query',
      query('const found = pattern.exec(sql); return db.exec(sql);'),
      query('let found; while ((found = pattern.exec(sql)) !== null) seen.add(found[1]);'),
    ],
  ]);

  test('that a path is absolute holds it in no folder', () => {
    const read = (test: string) =>
      hitsOf(tool(`if (a.startsWith(${test})) return fs.readFileSync(a, 'utf8');`));
    expect(read("'/'")).toEqual(['moderate path-traversal']);
    expect(read("'/srv/data'")).toEqual(['moderate weak-path-containment']);
  });
});
