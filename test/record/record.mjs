// Asks the real services for what answers.json holds, and tells where they differ from what is read:
// `node test/record/record.mjs [--write]` after a build. A GITHUB_TOKEN raises the rate limit. Never run by the tests.
import { readFileSync, writeFileSync } from 'node:fs';
import { runGit } from '../../dist/collect/git.js';

const FILE = new URL('answers.json', import.meta.url);
const isWriting = process.argv.includes('--write');
const recorded = JSON.parse(readFileSync(FILE, 'utf8'));
let faults = 0;

for (const [id, entry] of Object.entries(recorded.answers)) {
  try {
    const body = await ask(entry.url);
    const missing = entry.keys.filter((key) => !Object.hasOwn(body, key));
    if (missing.length > 0) throw new Error(`no longer has ${missing.join(', ')}`);
    for (const key of entry.itemKeys ?? []) {
      if (!Object.hasOwn(body[0] ?? {}, key)) throw new Error(`entries no longer have ${key}`);
    }
    entry.body = cut(body, entry.body);
    entry.recordedAt = new Date().toISOString().slice(0, 10);
    console.log(`${id}: as expected`);
  } catch (error) {
    faults += 1;
    console.log(`${id}: ${error.message}${error.cause ? ` (${error.cause.code})` : ''}`);
  }
}
for (const [id, entry] of Object.entries(recorded.git)) {
  // As src/collect/repository/remote.ts asks; the hardened git is the one that is tried here.
  const answer = await runGit({
    args: ['ls-remote', '--symref', '--', entry.url, ...entry.refs],
    protocol: 'https',
    maxBytes: 1_000_000,
    timeoutMs: 20_000,
  });
  const text = answer.ok ? answer.stdout.toString('utf8') : answer.stderr;
  const isExpected = answer.ok && /^ref: refs\/heads\/\S+\tHEAD\n[0-9a-f]{40}\tHEAD$/m.test(text);
  console.log(`${id}: ${isExpected ? 'as expected' : text.trim().split('\n')[0]}`);
  if (isExpected) entry.recordedAt = new Date().toISOString().slice(0, 10);
  else faults += 1;
}
if (isWriting) writeFileSync(FILE, `${JSON.stringify(recorded, null, 2)}\n`);
process.exitCode = faults > 0 ? 1 : 0;

async function ask(url) {
  const token = process.env.GITHUB_TOKEN;
  const isGitHub = new URL(url).host === 'api.github.com';
  const response = await fetch(url, {
    headers: isGitHub && token ? { authorization: `Bearer ${token}` } : {},
    signal: AbortSignal.timeout(20_000),
  });
  if (!response.ok) throw new Error(`HTTP ${response.status}`);
  return response.json();
}

/** Of lists the entries of the same kind that are there, of objects the keys that are recorded. */
function cut(body, like) {
  if (Array.isArray(like)) {
    return Array.isArray(body) ? body.slice(0, 50).map((item) => cut(item, like[0])) : body;
  }
  if (typeof like !== 'object' || like === null || typeof body !== 'object' || body === null) {
    return body;
  }
  const keys = Object.keys(like).filter((key) => Object.hasOwn(body, key));
  return Object.fromEntries(keys.map((key) => [key, cut(body[key], like[key])]));
}
