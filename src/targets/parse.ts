// What a person typed -> what it names. Specs are npm's (npm-package-arg); folders need ./ or an absolute path.
import { statSync } from 'node:fs';
import path from 'node:path';
import npa from 'npm-package-arg';
import { PackageURL } from 'packageurl-js';
import semver from 'semver';
import { VetError } from '../errors.ts';
import type { RequestFact } from '../types.ts';

export type Target =
  | { kind: 'package'; name: string; spec: string; request: RequestFact; remark?: string }
  | { kind: 'folder' | 'tarball' | 'lockfile' | 'config'; path: string; request: RequestFact };

const LOCKFILES = new Set(['package-lock.json', 'npm-shrinkwrap.json', '.package-lock.json']);
const FOREIGN_LOCKFILES = /^(yarn\.lock|pnpm-lock\.yaml|bun\.lockb?|deno\.lock)$/;
const FILE_ENDING = /\.(tgz|tar\.gz|tar|json|jsonc|toml|ya?ml|lockb?)$/i;
// npm's own limit; old names may be odd, but not longer.
const MAX_NAME_CHARS = 214;
const HINT =
  'Give a package name, a purl, ./folder, a .tgz, a lockfile, or an MCP client configuration.';

/** Throws a VetError (`usage`, `unsupported-target`, `unsupported-lockfile`, `unreadable`). */
export function parseTarget(text: string, cwd: string): Target {
  if (text.startsWith('pkg:')) return purlTarget(text);
  const base = path.basename(text);
  if (isPathLike(text) || (FILE_ENDING.test(base) && isFile(path.resolve(cwd, text)))) {
    return pathTarget(text, path.resolve(cwd, text));
  }
  return specTarget(text);
}

function isPathLike(text: string): boolean {
  return /^(\.{1,2}([\\/]|$)|[\\/]|~[\\/]|[A-Za-z]:[\\/]|\.[^/]+$|file:)/.test(text);
}

function pathTarget(text: string, resolved: string): Target {
  const file = text.startsWith('file:') ? path.resolve(text.slice('file:'.length)) : resolved;
  const base = path.basename(file);
  const request = (kind: RequestFact['kind']): RequestFact => ({
    spec: text,
    kind,
    isConfigured: false,
  });
  const stat = statSync(file, { throwIfNoEntry: false });
  if (!stat) {
    throw new VetError('unreadable', `There is no file or folder ${base}.`, { hint: HINT });
  }
  if (stat.isDirectory()) return { kind: 'folder', path: file, request: request('folder') };
  if (!stat.isFile()) {
    throw new VetError('unreadable', `${base} is neither a file nor a folder.`, { hint: HINT });
  }
  if (FOREIGN_LOCKFILES.test(base)) {
    throw new VetError(
      'unsupported-lockfile',
      `${base} is a lockfile of another package manager, which is not supported.`,
      {
        hint: 'Make an npm lockfile beside it (npm install --package-lock-only) and vet that.',
      },
    );
  }
  if (LOCKFILES.has(base)) return { kind: 'lockfile', path: file, request: request('lockfile') };
  if (/\.(tgz|tar\.gz|tar)$/i.test(base)) {
    return { kind: 'tarball', path: file, request: request('tarball') };
  }
  return { kind: 'config', path: file, request: request('lockfile') };
}

function purlTarget(text: string): Target {
  let purl: PackageURL;
  try {
    purl = PackageURL.fromString(text);
  } catch (cause) {
    throw new VetError('usage', 'That is not a valid package URL.', {
      hint: 'For npm it looks like pkg:npm/%40scope/name@1.2.3',
      cause,
    });
  }
  if (purl.type !== 'npm') {
    throw new VetError('unsupported-target', `mcp-vet vets npm packages, not ${purl.type} ones.`, {
      hint: 'Use a pkg:npm/... URL.',
    });
  }
  const name = purl.namespace ? `${purl.namespace}/${purl.name}` : purl.name;
  return specTarget(purl.version ? `${name}@${purl.version}` : name);
}

function specTarget(text: string): Target {
  let spec: npa.Result;
  try {
    spec = npa(text);
  } catch (cause) {
    throw new VetError('usage', 'That is not a package name or spec that npm accepts.', {
      hint: HINT,
      cause,
    });
  }
  if (spec.type === 'alias') {
    const inner = (spec as npa.AliasResult).subSpec;
    const target = specTarget(inner.raw);
    return {
      ...target,
      ...(target.kind === 'package' ? { remark: `an alias of ${target.spec}` } : {}),
    };
  }
  if (spec.type === 'git' || spec.type === 'remote') {
    const what = spec.type === 'git' ? 'a git repository' : 'a tarball URL';
    throw new VetError(
      'unsupported-target',
      `The spec names ${what}, which is not vetted: fetching it can run code and its content can change.`,
      {
        hint: 'Clone or download it yourself, look, and vet the folder (./folder) or the .tgz.',
      },
    );
  }
  if (!spec.name || !spec.registry || spec.name.length > MAX_NAME_CHARS) {
    throw new VetError('usage', 'That names no package.', { hint: HINT });
  }
  const wanted = spec.rawSpec === '*' || spec.rawSpec === '' ? '' : spec.rawSpec;
  return {
    kind: 'package',
    name: spec.name,
    spec: wanted === '' ? spec.name : `${spec.name}@${wanted}`,
    request: { spec: text, kind: requestKind(spec, wanted), isConfigured: false },
  };
}

function requestKind(spec: npa.Result, wanted: string): RequestFact['kind'] {
  if (wanted === '') return 'unversioned';
  if (spec.type === 'version' || semver.valid(wanted)) return 'exact';
  return spec.type === 'range' ? 'range' : 'tag';
}

function isFile(file: string): boolean {
  return statSync(file, { throwIfNoEntry: false })?.isFile() === true;
}
