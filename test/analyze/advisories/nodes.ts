// Nodes and subjects of made-up trees: state only what matters.
import type { Subject, TreeNode } from '../../../src/types.ts';

export const node = (extra: Partial<TreeNode>): TreeNode => ({
  id: '',
  name: 'the-server',
  version: '1.0.0',
  kind: 'registry',
  integrity: null,
  resolved: null,
  path: ['the-server@1.0.0'],
  isDirect: true,
  isOptional: false,
  isDev: false,
  isPeer: false,
  isOtherPlatform: false,
  hasInstallScript: false,
  installScripts: {},
  edges: [],
  ...extra,
});

export const subject = (extra: Partial<Subject> = {}): Subject => ({
  name: 'the-server',
  version: '1.0.0',
  purl: 'pkg:npm/the-server@1.0.0',
  integrity: null,
  source: 'registry',
  requested: 'the-server',
  ...extra,
});
