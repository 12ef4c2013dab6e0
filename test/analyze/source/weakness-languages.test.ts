// Arguments in texts of other languages, and processes that they name, each with a near benign twin.
import { expect, test } from 'vitest';
import { extractSurface } from '../../../src/analyze/source/surface/index.ts';
import { findWeaknesses } from '../../../src/analyze/source/weaknesses/index.ts';
import { serverOf } from './helpers.ts';

const IMPORTS = `import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js'; import { execFile, spawn } from 'node:child_process'; import fs from 'node:fs'; import { z } from 'zod';
const server = new McpServer({ name: 'x', version: '1' });\n`;
const hitsOf = (before: string, body: string) => {
  const text = `${IMPORTS}${before}\nserver.registerTool('t', { description: 'T.', inputSchema: { a: z.string(), pid: z.number() } }, async ({ a, pid }) => { ${body} });`;
  const server = serverOf({ 'index.js': text });
  return findWeaknesses(server, extractSurface(server))
    .filter(({ severity }) => severity !== 'low' && severity !== 'info')
    .map(({ severity, ruleId }) => `${severity} ${ruleId}`);
};

type Row = [name: string, expected: string, before: string, bad: string, benign: string];
test.each<Row>([
  [
    'a whole fragment of a builder',
    'high sql-injection',
    "import knex from 'knex'; const db = knex({});",
    "return db('t').orderByRaw(a);",
    "return db('t').orderByRaw(['name', 'age'].includes(a) ? a : 'name');",
  ],
  [
    'a literal of a mapper',
    'high sql-injection',
    "import { Sequelize } from 'sequelize'; const sequelize = new Sequelize(''); const M = sequelize.define('m', {});",
    'return M.findAll({ order: sequelize.literal(a) });',
    "return M.findAll({ where: { a }, order: sequelize.literal('age desc') });",
  ],
  [
    'a statement in a command object',
    'high sql-injection',
    "import { DynamoDBClient, ExecuteStatementCommand } from '@aws-sdk/client-dynamodb'; const c = new DynamoDBClient({});",
    "return c.send(new ExecuteStatementCommand({ Statement: `SELECT * FROM T WHERE id = '${a}'` }));",
    "return c.send(new ExecuteStatementCommand({ Statement: 'SELECT * FROM T WHERE id = ?', Parameters: [{ S: a }] }));",
  ],
  [
    'a filter whose parts commas divide',
    'moderate sql-injection',
    "import { createClient } from '@supabase/supabase-js'; const sb = createClient('', '');",
    "return sb.from('t').select().or(`name.eq.${a},owner.eq.me`);",
    "return sb.from('t').select().eq('name', a);",
  ],
  [
    'a search that a setting limits',
    'moderate sql-injection',
    "import { google } from 'googleapis'; const drive = google.drive('v3');",
    "return drive.files.list({ q: `'${process.env.FOLDER}' in parents and name contains '${a}'` });",
    "return drive.files.list({ q: `'${process.env.FOLDER}' in parents and name contains '${a.replace(/'/g, '')}'` });",
  ],
  [
    'the name of an entry of a directory',
    'moderate sql-injection',
    "import ldap from 'ldapjs'; const client = ldap.createClient({});",
    'client.bind(`uid=${a},ou=people,dc=x`, process.env.P);',
    "client.bind('cn=svc,dc=x', process.env.P);",
  ],
  [
    'a manifest for a cluster',
    'high code-injection',
    '',
    "const p = spawn('kubectl', ['apply', '-f', '-']); p.stdin.end(`apiVersion: v1\\nkind: Pod\\nmetadata:\\n  name: ${a}\\n`);",
    "const p = spawn('kubectl', ['apply', '-f', '-']); p.stdin.end(`apiVersion: v1\\nkind: Pod\\nmetadata:\\n  name: ${JSON.stringify(a)}\\n`);",
  ],
  [
    'all that a template gets',
    'high template-injection',
    "import ejs from 'ejs';",
    "return ejs.render('<%= name %>', JSON.parse(a));",
    "return ejs.render('<%= name %>', { name: a });",
  ],
  [
    'YAML with tags of functions',
    'high unsafe-deserialization',
    "import yaml from 'js-yaml';",
    'return yaml.load(a, { schema: yaml.DEFAULT_FULL_SCHEMA });',
    'return yaml.load(a, { schema: yaml.JSON_SCHEMA });',
  ],
  [
    'a process by its number',
    'moderate destructive-tool',
    'const jobs = new Map();',
    "process.kill(pid, 'SIGKILL');",
    "const job = jobs.get(pid); if (!job) throw new Error('not ours'); process.kill(job.pid);",
  ],
  [
    'processes by a pattern',
    'moderate destructive-tool',
    '',
    "execFile('pkill', ['-f', a], () => {});",
    "execFile('pgrep', ['-f', '--', 'x'], () => {});",
  ],
  [
    'an image that is an option',
    'moderate argument-injection',
    '',
    "execFile('docker', ['run', '--rm', a, 'ls'], () => {});",
    "execFile('docker', ['run', '--rm', '--', a, 'ls'], () => {});",
  ],
])('%s', (_name, expected, before, bad, benign) => {
  expect(hitsOf(before, bad)).toContain(expected);
  expect(hitsOf(before, benign)).toEqual([]);
});
