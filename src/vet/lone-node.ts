// A tree of one package: what is read by itself, without its dependencies.
import type { TreeNode } from '../types.ts';

export function loneNode(name: string, version: string, integrity: string | null): TreeNode {
  return {
    id: '',
    name,
    version,
    kind: 'subject',
    integrity,
    resolved: null,
    path: [`${name}@${version}`],
    isDirect: false,
    isOptional: false,
    isDev: false,
    isPeer: false,
    isOtherPlatform: false,
    hasInstallScript: false,
    installScripts: {},
    edges: [],
  };
}
