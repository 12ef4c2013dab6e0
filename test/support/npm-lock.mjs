// A lockfile as npm writes it, in each of the forms that it may have.
import { execFile } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';

/** `default-host`: as npm's default registry has it, read behind a mirror of it. */
export const FORMS = ['resolved', 'omitted', 'default-host'];

/** Lets npm resolve `name` in `dir`; only the host is replaced by hand. Gives the lockfile's path. */
export async function writeNpmLock({ dir, name, version, form, defaultRegistry }) {
  writeFileSync(path.join(dir, 'package.json'), '{"name":"p","version":"1.0.0"}');
  const flags = ['--package-lock-only', '--ignore-scripts', '--no-audit', '--no-fund'];
  flags.push(`--lockfile-version=${version}`);
  flags.push(`--omit-lockfile-registry-resolved=${form === 'omitted'}`);
  await promisify(execFile)('npm', ['install', name, ...flags], { cwd: dir });
  const file = path.join(dir, 'package-lock.json');
  if (form === 'default-host') {
    const { host } = new URL(defaultRegistry);
    const text = readFileSync(file, 'utf8');
    writeFileSync(file, text.replace(/("resolved": "https?:\/\/)[^/"]+/g, `$1${host}`));
  }
  return file;
}

/** What a lockfile of healthy servers must not have: anything about locks, names or confusion. */
export function alarmsOf(report) {
  return report.checks.flatMap(({ id, findings }) =>
    findings.filter(({ severity, ruleId }) =>
      id === 'dependency-audit' ? !ruleId.includes('advisor') : /high|critical/.test(severity),
    ),
  );
}
