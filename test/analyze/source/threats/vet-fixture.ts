// Runs the threat and readability passes over one fixture: a file, a package.json, or a folder.
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { openSourceFile } from '../../../../src/analyze/source/file.ts';
import type { PackageContext } from '../../../../src/analyze/source/package-context.ts';
import { judgeReadability } from '../../../../src/analyze/source/readability.ts';
import {
  findPackageThreats,
  findThreats,
  type RawThreat,
} from '../../../../src/analyze/source/threats/index.ts';
import type { Manifest } from '../../../../src/types.ts';

const CODE = /\.(?:[cm]?[jt]s|[jt]sx)$/;

export interface Seen {
  threats: RawThreat[];
  verdicts: string[];
}

/** `variant` is `bad` or `benign`: `<dir>/<variant>.*`, or the folder `<dir>/<variant>`. */
export function vetFixture(dir: string, variant: string): Seen {
  return vetTexts(filesOf(dir, variant));
}

/** The same over texts by their paths. */
export function vetTexts(files: Map<string, string>): Seen {
  const pkg = contextOf(files);
  const seen: Seen = { threats: [], verdicts: [] };
  for (const [file, text] of files) {
    if (!CODE.test(file)) continue;
    const opened = openSourceFile(file, text);
    const program = opened.ok ? opened.file.program : null;
    seen.verdicts.push(judgeReadability({ path: file, text, bytes: text.length, program }).verdict);
    if (opened.ok) seen.threats.push(...findThreats(opened.file, pkg));
  }
  seen.threats.push(...findPackageThreats(pkg, []));
  return seen;
}

function filesOf(dir: string, variant: string): Map<string, string> {
  const files = new Map<string, string>();
  const folder = path.join(dir, variant);
  if (existsSync(folder) && statSync(folder).isDirectory()) {
    for (const file of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
      const full = path.join(folder, file);
      if (statSync(full).isFile()) files.set(file, readFileSync(full, 'utf8'));
    }
    return files;
  }
  for (const file of readdirSync(dir)) {
    if (!file.startsWith(`${variant}.`)) continue;
    const name = file.endsWith('package.json') ? 'package.json' : file.replace(variant, 'index');
    files.set(name, readFileSync(path.join(dir, file), 'utf8'));
  }
  return files;
}

function contextOf(files: Map<string, string>): PackageContext {
  const written = JSON.parse(files.get('package.json') ?? '{}') as Partial<Manifest>;
  const manifest: Manifest = {
    name: 'acme-notes-mcp',
    homepage: 'https://notes.example',
    repository: { url: 'https://github.com/acme/notes-mcp' },
    keywords: [],
    bin: {},
    type: 'commonjs',
    scripts: {},
    dependencies: {},
    optionalDependencies: {},
    peerDependencies: {},
    devDependencies: {},
    bundleDependencies: [],
    engines: {},
    ...written,
  };
  const scripts = ['preinstall', 'install', 'postinstall'].map((name) => manifest.scripts[name]);
  return {
    name: manifest.name ?? '',
    manifest,
    isSubject: true,
    entries: [...files.keys()].filter((file) => CODE.test(file)),
    lifecycleEntries: [...files.keys()].filter((file) =>
      scripts.some((one) => one?.includes(file)),
    ),
    textOf: (file) => files.get(file) ?? null,
    paths: [...files.keys()],
    readme: files.get('README.md') ?? '',
  };
}
