// The registry that npm itself is configured for, for the scripts that check lists against it.
import { execFileSync } from 'node:child_process';
import pacote from 'pacote';

const registry = execFileSync('npm', ['config', 'get', 'registry'], { encoding: 'utf8' }).trim();
const options = { registry, fullMetadata: true, ignoreScripts: true };

/** The newest version's manifest, or null if the registry does not have the package. */
export async function manifestOf(name) {
  try {
    return await pacote.manifest(name, options);
  } catch (error) {
    if (error.code === 'E404' || error.code === 'ENOVERSIONS' || error.code === 'ETARGET')
      return null;
    throw error;
  }
}

export const tarballOf = (spec) => pacote.tarball(spec, options);
