// The vetted tree and the subject's own files in a folder, as an installer without scripts leaves them.
import { existsSync } from 'node:fs';
import path from 'node:path';
import { escapeExcerpt } from '../analyze/text/escape.ts';
import type { ResolvedTree } from '../collect/arborist.ts';
import { registryError } from '../collect/registry-error.ts';
import { writeSubject } from '../collect/source/write-subject.ts';
import { VetError } from '../errors.ts';
import { installTree } from '../sandbox/index.ts';
import type { TreeNode } from '../types.ts';
import type { ResolvedSubject } from './subject.ts';

// Fetching one of these would run code or ask a host that nobody configured.
const NEVER_FETCHED = new Set<TreeNode['kind']>(['git', 'remote', 'file', 'link']);

/** Hands back why it cannot be laid out; null when the package lies at node_modules/<name> of `dir`. */
export async function layOut(
  dir: string,
  { subject, files }: ResolvedSubject,
  tree: ResolvedTree,
): Promise<string | null> {
  const foreign = tree.tree.nodes.find(({ kind }) => NEVER_FETCHED.has(kind));
  if (foreign) {
    return `it cannot be installed from the registry alone: ${foreign.name} comes from elsewhere (${foreign.kind})`;
  }
  const own = path.join(dir, 'node_modules', subject.name);
  try {
    await installTree({
      dest: dir,
      async reify(dest) {
        await tree.install(dest);
        if (files.kind === 'registry') return;
        if (existsSync(own)) throw new Error('a dependency has the name of the package itself');
        await writeSubject(files, own);
      },
    });
    return null;
  } catch (error) {
    const known = registryError(error, subject.name);
    if (known instanceof VetError) return known.message;
    // Half an installation is no server to run; the static half of the report still stands.
    const { code, message } = error as { code?: unknown; message?: unknown };
    return `it could not be installed: ${escapeExcerpt(String(code ?? message), 200)}`;
  }
}
