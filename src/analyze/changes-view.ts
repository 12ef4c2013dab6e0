// A manifest that no registry describes, seen as one version among others.
import type { Manifest, PackumentVersion } from '../types.ts';

const INSTALL_SCRIPTS = ['preinstall', 'install', 'postinstall'];

export function viewOfManifest(manifest: Manifest): PackumentVersion {
  return {
    version: manifest.version ?? '0.0.0',
    scripts: manifest.scripts,
    hasInstallScript: INSTALL_SCRIPTS.some((name) => manifest.scripts[name] !== undefined),
    dependencies: { ...manifest.dependencies, ...manifest.optionalDependencies },
    ...(manifest.repository ? { repositoryUrl: manifest.repository.url } : {}),
  };
}
