// Documents, lines and filters that are put together from arguments, each with a near benign twin.
import { describe, expect, test } from 'vitest';
import { extractSurface } from '../../../src/analyze/source/surface/index.ts';
import { findWeaknesses } from '../../../src/analyze/source/weaknesses/index.ts';
import { serverOf } from './helpers.ts';

const IMPORTS = `import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js'; import { execFile, spawn } from 'node:child_process';
import fs from 'node:fs'; import os from 'node:os'; import path from 'node:path'; import { pathToFileURL } from 'node:url'; import { z } from 'zod';
const server = new McpServer({ name: 'x', version: '1' });\n`;

const tool = (body: string, before = '', shape = 'a: z.string(), b: z.record(z.any())') =>
  `${before}\nserver.registerTool('t', { description: 'T.', inputSchema: { ${shape} } }, async ({ a, b }) => { ${body} });`;

const hitsOf = (text: string) => {
  const server = serverOf({ 'index.js': IMPORTS + text });
  return findWeaknesses(server, extractSurface(server))
    .filter(({ severity }) => severity !== 'low' && severity !== 'info')
    .map(({ severity, ruleId }) => `${severity} ${ruleId}`);
};

type Row = [name: string, expected: string, bad: string, benign: string];
const family = (rows: Row[]) =>
  test.each(rows)('%s', (_name, expected, bad, benign) => {
    expect(hitsOf(bad)).toContain(expected);
    expect(hitsOf(benign)).toEqual([]);
  });

const PUPPETEER = (flags: string) =>
  `import puppeteer from 'puppeteer'; const page = await (await puppeteer.launch({ args: [${flags}] })).newPage();`;
const ESC = 'const esc = (s) => s.replace(/[&<>"\']/g, (c) => `&#${c.charCodeAt(0)};`);';
const LIBXML = "import libxmljs from 'libxmljs2';";
const JSDOM = "import { JSDOM } from 'jsdom';";

describe('markup', () => {
  family([
    [
      'in a page of a browser without its guards',
      'high code-injection',
      tool('await page.setContent(a);', PUPPETEER("'--disable-web-security'")),
      tool(
        'await page.setContent(`<h1>${esc(a)}</h1>`);',
        PUPPETEER("'--disable-web-security'") + ESC,
      ),
    ],
    [
      'in a page that is a file',
      'high code-injection',
      tool(
        "const f = path.join(os.tmpdir(), 'card.html'); fs.writeFileSync(f, `<h1>${a}</h1>`); await page.goto('file://' + f);",
        PUPPETEER(''),
      ),
      tool(
        "const f = path.join(os.tmpdir(), 'card.html'); fs.writeFileSync(f, '<h1>' + esc(a) + '</h1>'); await page.goto('file://' + f);",
        PUPPETEER('') + ESC,
      ),
    ],
    [
      'that a converter turns into a document',
      'high code-injection',
      tool(
        'pdf.create(`<h1>${a}</h1>`).toFile(path.join(os.tmpdir(), "x.pdf"));',
        "import pdf from 'html-pdf';",
      ),
      tool(
        'pdf.create("<h1>Sums</h1>").toFile(path.join(os.tmpdir(), "x.pdf"));',
        "import pdf from 'html-pdf';",
      ),
    ],
    [
      'whose scripts run in the server',
      'high code-injection',
      tool("return new JSDOM(a, { runScripts: 'dangerously' }).window.document.title;", JSDOM),
      tool("return new JSDOM(a, { runScripts: 'outside-only' }).window.document.title;", JSDOM),
    ],
  ]);
});

describe('entities of XML', () => {
  family([
    [
      'that are replaced',
      'high unsafe-deserialization',
      tool('return libxmljs.parseXml(a, { noent: true }).toString();', LIBXML),
      tool('return libxmljs.parseXml(a, { noent: false, nonet: true }).toString();', LIBXML),
    ],
    [
      'that are replaced beside a page of its own, and where documents with their own types are refused',
      'high unsafe-deserialization',
      tool(
        "const page = '<!DOCTYPE html><p>' + libxmljs.parseXml(a, { noent: true }); return page;",
        LIBXML,
      ),
      tool(
        "if (/<!(?:DOCTYPE|ENTITY)/i.test(a) || a.includes('<!DOCTYPE')) throw new Error('no'); return libxmljs.parseXml(a, { noent: true }).toString();",
        LIBXML,
      ),
    ],
    [
      'that are replaced by a program',
      'high unsafe-deserialization',
      tool(
        "const f = path.join(os.tmpdir(), 'x.xml'); fs.writeFileSync(f, a); execFile('xmllint', ['--noent', '--xpath', '//a', a], () => {});",
      ),
      tool(
        "const f = path.join(os.tmpdir(), 'x.xml'); fs.writeFileSync(f, a); execFile('xmllint', ['--nonet', '--noout', f], () => {});",
      ),
    ],
    [
      'that are replaced by the number of an option',
      'high unsafe-deserialization',
      tool(
        'return XmlDocument.fromString(a, { option: ParseOption.XML_PARSE_NOENT | ParseOption.XML_PARSE_DTDLOAD });',
        "import { XmlDocument, ParseOption } from 'libxml2-wasm';",
      ),
      tool(
        'return XmlDocument.fromString(a, { option: ParseOption.XML_PARSE_NONET });',
        "import { XmlDocument, ParseOption } from 'libxml2-wasm';",
      ),
    ],
  ]);
});

describe('lines that are taken apart at their blanks', () => {
  const clean = "if (!/^[a-z0-9-]+$/.test(a)) throw new Error('name');";
  family([
    [
      'as a whole',
      'high argument-injection',
      tool("execFile('kubectl', `get ${a} -o json`.split(' '), () => {});"),
      tool(`${clean} execFile('kubectl', \`get \${a} -o json\`.split(' '), () => {});`),
    ],
    [
      'with the program in front',
      'high argument-injection',
      tool(
        'const [cmd, ...rest] = `docker logs --tail 50 ${a}`.trim().split(/\\s+/); spawn(cmd, rest);',
      ),
      tool("const [cmd, ...rest] = ['docker', 'logs', '--tail', '50', '--', a]; spawn(cmd, rest);"),
    ],
    [
      'beside what is written out',
      'high argument-injection',
      tool("spawn('helm', ['--kube-context', 'x', ...`status ${a}`.split(' ')]);"),
      tool("spawn('helm', ['--kube-context', 'x', ...`status -o json`.split(' '), '--', a]);"),
    ],
  ]);
  test('that the caller gives as a whole are meant to be options', () => {
    expect(hitsOf(tool("spawn('kubectl', a.split(' '));"))).toEqual([]);
  });
});

describe('filters', () => {
  const ENV = 'const TENANT = process.env.TENANT;';
  family([
    [
      'with an object laid over what limits them',
      'high sql-injection',
      tool(
        'return db.collection("o").find({ tenant: TENANT, ...b }).toArray();',
        `import { MongoClient } from 'mongodb'; const db = new MongoClient(process.env.U).db('x'); ${ENV}`,
      ),
      tool(
        'return db.collection("o").find({ ...b, tenant: TENANT }).toArray();',
        `import { MongoClient } from 'mongodb'; const db = new MongoClient(process.env.U).db('x'); ${ENV}`,
      ),
    ],
    [
      'of another library',
      'high sql-injection',
      tool(
        'return prisma.note.findMany({ where: { tenantId: TENANT, ...b } });',
        `import { PrismaClient } from '@prisma/client'; const prisma = new PrismaClient(); ${ENV}`,
      ),
      tool(
        'return prisma.note.findMany({ where: { deleted: false, ...b } });',
        `import { PrismaClient } from '@prisma/client'; const prisma = new PrismaClient(); ${ENV}`,
      ),
    ],
    [
      'of a builder',
      'high sql-injection',
      tool(
        "return db('notes').where({ owner: TENANT, ...b }).select();",
        `import knex from 'knex'; const db = knex({ client: 'pg' }); ${ENV}`,
      ),
      tool(
        "return db('notes').where({ owner: TENANT, title: a }).select();",
        `import knex from 'knex'; const db = knex({ client: 'pg' }); ${ENV}`,
      ),
    ],
  ]);
  test('that hand a key to a service, beside what the caller looks for, limit nothing', () => {
    const before = `import { tavily } from '@tavily/core'; const service = tavily(); ${ENV}`;
    expect(hitsOf(tool('return service.search({ apiKey: TENANT, ...b });', before))).toEqual([]);
    expect(hitsOf(tool('return service.find({ tenantId: TENANT, ...b });', before))).toEqual([
      'high sql-injection',
    ]);
  });
});
