// Holds the code to its floors: imports go down, rooms on one floor do not know each other.
import { readFileSync, readdirSync } from 'node:fs';
import { builtinModules } from 'node:module';
import path from 'node:path';
import { describe, expect, test } from 'vitest';

const SRC = path.resolve(import.meta.dirname, '../src');
const FLOORS: Record<string, number> = {
  'cli.ts': 6,
  cli: 6,
  'index.ts': 5,
  'vet.ts': 4,
  vet: 4,
  'batch.ts': 4,
  targets: 3,
  collect: 3,
  sandbox: 3,
  checks: 3,
  score: 3,
  baseline: 3,
  render: 3,
  'rule.ts': 2,
  analyze: 2,
  'rule-data.ts': 1,
  'types.ts': 0,
  'errors.ts': 0,
};
// Rooms that may touch files, network, processes or threads.
const IO_ROOMS = new Set([
  'cli.ts',
  'cli',
  'vet.ts',
  'vet',
  'batch.ts',
  'targets',
  'collect',
  'sandbox',
  'rule-data.ts',
]);
const PURE_BUILTINS = new Set([
  'crypto',
  'path',
  'url',
  'util',
  'buffer',
  'assert',
  'string_decoder',
  'punycode',
  'module',
]);
const isBuiltin = (spec: string) => spec.startsWith('node:') || builtinModules.includes(spec);

const files = readdirSync(SRC, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts'))
  .map((file) => file.split(path.sep).join('/'));
const roomOf = (file: string) => file.split('/')[0] ?? '';
const importsOf = (file: string, except = /^$/) =>
  [
    ...readFileSync(path.join(SRC, file), 'utf8').matchAll(
      /(?:^|\n)\s*(?:import|export)\s(?:[^'"`;]*?\sfrom\s)?['"]([^'"]+)['"]|\bimport\(\s*['"]([^'"]+)['"]/g,
    ),
  ]
    .filter((match) => !except.test(match[0].trimStart()))
    .map((match) => match[1] ?? match[2] ?? '');
// Types of a library are words, not mechanisms.
const valueImportsOf = (file: string) => importsOf(file, /^\s*(?:import|export) type\b/);
const localImports = (file: string) =>
  importsOf(file)
    .filter((spec) => spec.startsWith('.'))
    .map((spec) => path.posix.join(path.posix.dirname(file), spec));

describe('architecture', () => {
  test('every room has a floor', () => {
    for (const file of files) expect(FLOORS, file).toHaveProperty([roomOf(file)]);
  });

  test.each(files)('%s imports downwards only', (file) => {
    const room = roomOf(file);
    for (const target of localImports(file)) {
      if (target.startsWith('..')) continue;
      const other = roomOf(target);
      if (other === room) continue;
      // cli.ts and cli/ are one room, vet.ts and vet/ another.
      if (`${other}.ts` === room) continue;
      expect(FLOORS[other] ?? 99, `${file} -> ${target}`).toBeLessThan(FLOORS[room] ?? -1);
    }
  });

  test.each(files)('%s does I/O only where the table says so', (file) => {
    if (IO_ROOMS.has(roomOf(file))) return;
    for (const spec of importsOf(file).filter(isBuiltin)) {
      expect(PURE_BUILTINS, `${file} -> ${spec}`).toContain(spec.replace('node:', ''));
    }
    expect(readFileSync(path.join(SRC, file), 'utf8'), file).not.toMatch(
      /Date\.now\(\)|new Date\(\)/,
    );
  });

  test('there are no import cycles', () => {
    const done = new Set<string>();
    const visit = (file: string, trail: string[]) => {
      if (trail.includes(file)) throw new Error(`cycle: ${[...trail, file].join(' -> ')}`);
      if (done.has(file)) return;
      for (const next of localImports(file)) visit(next, [...trail, file]);
      done.add(file);
    };
    for (const file of files) visit(file, []);
  });

  test('each third-party library is imported in one file only', () => {
    const users = new Map<string, Set<string>>();
    for (const file of files) {
      for (const spec of valueImportsOf(file)) {
        if (spec.startsWith('.') || isBuiltin(spec)) continue;
        const name = spec
          .split('/')
          .slice(0, spec.startsWith('@') ? 2 : 1)
          .join('/');
        users.set(name, (users.get(name) ?? new Set()).add(file));
      }
    }
    // semver's and npm-package-arg's grammar are words too.
    const shared = new Set(['semver', 'npm-package-arg', 'estree']);
    for (const [name, where] of users) {
      if (!shared.has(name)) expect([...where], name).toHaveLength(1);
    }
  });
});
