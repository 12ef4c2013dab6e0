// Runs the examples that each entry of rules/capabilities.json carries.
import { describe, expect, test } from 'vitest';
import { findCapabilities } from '../../../src/analyze/source/capabilities.ts';
import { capabilityRules } from '../../../src/analyze/source/capability-rules.ts';
import { openSourceFile } from '../../../src/analyze/source/file.ts';

function capabilitiesOf(text: string) {
  const opened = openSourceFile('index.js', text);
  if (!opened.ok) throw new Error(opened.reason);
  return findCapabilities(opened.file);
}
const names = (text: string) => capabilitiesOf(text).map(({ capability }) => capability);

describe.each(capabilityRules().map((rule) => [rule.id, rule] as const))('%s', (_, rule) => {
  test.each(rule.matches)('matches %s', (text) => {
    expect(names(text)).toContain(rule.capability);
  });
  test.each(rule.ignores)('ignores %s', (text) => {
    expect(names(text)).not.toContain(rule.capability);
  });
});

describe('findCapabilities', () => {
  test('says where and what', () => {
    expect(capabilitiesOf("import { rm } from 'fs/promises';\n\nrm('a');")).toEqual([
      { capability: 'file-delete', line: 3, detail: 'fs.promises.rm' },
    ]);
  });

  test('a process started through a shell is also a shell', () => {
    const text = "require('child_process').spawn('git', [a], { shell: true })";
    expect(names(text)).toEqual(['process-spawn', 'shell']);
  });

  test('a program that only looks is named, another is not', () => {
    const detail = (program: string) =>
      capabilitiesOf(`require('execa')('${program}', ['diff', a])`)[0]?.detail;
    expect(detail('git')).toBe('git diff ${}');
    expect(detail('rsync')).toBe('$ rsync diff ${}');
  });

  test('a program is named through a function, a path from the environment and bound options', () => {
    const details = (text: string) =>
      capabilitiesOf(text)
        .filter(({ capability }) => capability === 'process-spawn')
        .map(({ detail }) => detail);
    const cp = "import { spawn } from 'child_process';";
    const helper = 'function join(socket, program, args) { const p = spawn(program, args); }';
    expect(details(`${cp}${helper} join(s, 'rigctl', ['-m', model]);`)).toEqual([
      '$ rigctl -m ${}',
    ]);
    expect(details(`${cp}${helper} join(s, pick(), []);`)).toEqual(['child_process.spawn']);
    const bound = "import { execa } from 'execa'; const run = execa({ timeout: 9 });";
    expect(details(`${bound} const BIN = process.env.TOOL ?? 'inkscape'; run(BIN, []);`)).toEqual([
      '$ inkscape',
    ]);
    expect(details(`${bound} run(tool, []);`)).toContain('execa#execa');
    expect(details(`${cp} spawn('ffmpeg').stdout.pipe(out);`)).toEqual(['$ ffmpeg']);
    const first = 'const run = async ([cmd, ...words]) => spawn(cmd, words);';
    expect(details(`${cp}${first} run(['lp', ...words]); run(['lpstat', '-p']);`)).toEqual([
      '$ lp ${}',
      '$ lpstat -p',
    ]);
    expect(details(`${cp}${first} run(given);`)).toEqual(['child_process.spawn']);
    const plan = "const PLAN = { trace: ['tcpdump', ['-ni', 'any']] };";
    const planned = 'const open = (kind) => { const [cmd, args] = PLAN[kind]; spawn(cmd, args); };';
    expect(details(`${cp}${plan}${planned}`)).toEqual(['$ tcpdump -ni any']);
  });

  test('a program of a dependency is node, one of its own is not told', () => {
    const detail = (script: string) =>
      capabilitiesOf(
        `import { execFile } from 'child_process'; const bin = ${script}; execFile(process.execPath, [bin, 'a']);`,
      )[0]?.detail;
    expect(detail("require.resolve('linter/cli.js')")).toBe('node ${}');
    expect(detail("join(__dirname, 'hidden.js')")).toBe('child_process.execFile');
    const program = (made: string) =>
      capabilitiesOf(
        `import { spawn } from 'child_process'; function binary() { return ${made}; } spawn(binary(), ['--stdin']);`,
      )[0]?.detail;
    expect(program('require.resolve(`@press/renderer-${process.platform}/press`)')).toBe(
      'node ${}',
    );
    expect(program("path.join(os.tmpdir(), 'press')")).toBe('child_process.spawn');
  });

  test('names a few places of a capability, not all of them', () => {
    const reads = Array.from({ length: 50 }, (_, i) => `fs.readFileSync('${i}');`).join('\n');
    expect(names(`import fs from 'fs';\n${reads}`)).toEqual(['file-read']);
  });

  test('a list of what is refused is not used', () => {
    const list = (name: string) => `const ${name} = ['.netrc', '.aws/credentials'];`;
    expect(names(list('FILES'))).toContain('credentials');
    expect(names(list('REFUSED'))).not.toContain('credentials');
  });

  test('is not misled by keys of the prototype', () => {
    expect(
      names("a['__proto__'].b(); constructor(); toString.call(a); hasOwnProperty('b')"),
    ).toEqual([]);
  });
});
