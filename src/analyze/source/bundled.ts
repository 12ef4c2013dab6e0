// Packages that lie inside another's tarball (node_modules/ in it): looked into as packages of their own.
import { posix } from 'node:path';
import type { PackageAnalysis, TreeEdge, TreeFact, TreeNode } from '../../types.ts';
import type { PackageFile } from './package-context.ts';
import type { FileLinks } from './reach.ts';

const { dirname, join } = posix;

export interface Split {
  own: PackageFile[];
  /** Files of each bundled package by its place (`node_modules/x`), paths relative to that. */
  bundled: Map<string, PackageFile[]>;
}

// npm itself bundles about 200.
const MAX_BUNDLED = 1_000;
const MANIFEST = /(?:^|\/)node_modules\/.{1,800}\/package\.json$/;
const PLACE = /^(?:.{0,800}\/)?node_modules\/(?:@[\w~-][\w.~-]*\/)?[\w~-][\w.~-]*(?=\/)/;

/**
 * A folder below node_modules/ without a package.json is no package: a bundler's output, for one. `opened`
 * are places whose files are the package's own, since its code reaches past their entry points.
 */
export function splitBundled(files: readonly PackageFile[], opened: ReadonlySet<string>): Split {
  const manifests = files.filter(({ path }) => MANIFEST.test(path));
  const places = new Set(
    manifests
      .filter(({ path }) => `${PLACE.exec(path)?.[0]}/package.json` === path)
      .map(({ path }) => path.slice(0, -'/package.json'.length))
      .filter((place) => !opened.has(place))
      .slice(0, MAX_BUNDLED),
  );
  const split: Split = { own: [], bundled: new Map() };
  for (const file of files) {
    const place = placeOf(file.path, places);
    if (place === null) split.own.push(file);
    else {
      const list = split.bundled.get(place) ?? [];
      list.push({ ...file, path: file.path.slice(place.length + 1) });
      split.bundled.set(place, list);
    }
  }
  return split;
}

/** The innermost package that the path lies in. */
function placeOf(path: string, places: ReadonlySet<string>): string | null {
  for (let place = PLACE.exec(path)?.[0]; place !== undefined;) {
    if (places.has(place)) return place;
    const outer = place.lastIndexOf('/node_modules/');
    place = outer < 0 ? undefined : PLACE.exec(`${place.slice(0, outer)}/`)?.[0];
  }
  return null;
}

/** Places that a relative path in a file elsewhere leads into: `require('./node_modules/x/other.js')`. */
export function crossings(
  links: ReadonlyMap<string, FileLinks>,
  places: readonly string[],
): string[] {
  const found = new Set<string>();
  const known = new Set(places);
  for (const [file, { specs, started }] of links) {
    const home = placeOf(file, known);
    const relative = specs.filter((spec) => /^(?:\.|\$\{\}\/)/.test(spec));
    for (const word of [...relative, ...started]) {
      const tail = word.replace(/^(?:file:\/\/)?(?:\$\{\}\/?)?/, '');
      for (const target of [join(dirname(file), tail), join(tail)]) {
        const place = placeOf(`${target}/`, known);
        if (place !== null && place !== home) found.add(place);
      }
    }
  }
  return [...found].sort();
}

/** The folder's name: what `require` finds it by, whatever its manifest says. */
export function bundledName(place: string): string {
  return place.slice(place.lastIndexOf('node_modules/') + 'node_modules/'.length);
}

/** Where the package of a node lies in an install; the subject's id is ''. */
export function baseOf(node: Pick<TreeNode, 'id' | 'name' | 'kind'>): string {
  return node.kind === 'subject' ? `node_modules/${node.name}` : node.id;
}

/** The tree with the bundled packages as nodes; the tree itself when there are none. */
export function withBundled(
  tree: TreeFact,
  analysisOf: (node: TreeNode) => PackageAnalysis | undefined,
): TreeFact {
  const ids = new Set(tree.nodes.map(({ id }) => id));
  const added: { node: TreeNode; analysis: PackageAnalysis }[] = [];
  const parents = new Map<TreeNode, string[]>();
  for (const parent of tree.nodes) {
    for (const [place, analysis] of Object.entries(analysisOf(parent)?.bundled ?? {})) {
      const id = `${baseOf(parent)}/${place}`;
      if (!ids.has(id)) added.push({ node: nodeOf(id, place, parent, analysis), analysis });
      ids.add(id);
      // What lies in a node_modules/ of the package itself comes first for `require`.
      if (place.split('node_modules/').length === 2) {
        parents.set(parent, [...(parents.get(parent) ?? []), place]);
      }
    }
  }
  if (added.length === 0 && parents.size === 0) return tree;
  for (const { node, analysis } of added) node.edges = edgesOf(node.id, analysis, ids);
  const nodes = tree.nodes.map((node) => withOwnEdges(node, parents.get(node) ?? []));
  const [subject, ...rest] = nodes;
  const others = [...rest, ...added.map(({ node }) => node)];
  others.sort((a, b) => (a.id < b.id ? -1 : 1));
  return withoutReplaced({ ...tree, nodes: subject ? [subject, ...others] : others }, parents);
}

/** A bundled copy is what an install keeps: the registry's package of that name is never fetched. */
function withoutReplaced(tree: TreeFact, bundles: ReadonlyMap<TreeNode, string[]>): TreeFact {
  const nodes = new Map(tree.nodes.map((node) => [node.id, node]));
  const needed = new Set(tree.nodes.slice(0, 1).map(({ id }) => id));
  for (const id of needed) {
    for (const { to } of nodes.get(id)?.edges ?? []) if (to !== null) needed.add(to);
  }
  const replaced = new Set(
    [...bundles].flatMap(([parent, places]) =>
      places.map((place) => `${bundledName(place)} ${parent.path.at(-1)}`),
    ),
  );
  return {
    ...tree,
    nodes: tree.nodes.filter(({ id, kind }) => needed.has(id) || kind === 'bundled'),
    problems: tree.problems.filter(({ name, from }) => !replaced.has(`${name} ${from}`)),
  };
}

function nodeOf(id: string, place: string, parent: TreeNode, analysis: PackageAnalysis): TreeNode {
  const name = bundledName(place);
  return {
    id,
    name,
    version: analysis.version,
    kind: 'bundled',
    integrity: null,
    resolved: null,
    path: [...parent.path, `${name}@${analysis.version || '?'}`],
    isDirect: parent.kind === 'subject',
    isOptional: parent.isOptional,
    isDev: parent.isDev,
    isPeer: false,
    isOtherPlatform: parent.isOtherPlatform,
    hasInstallScript: false,
    installScripts: {},
    edges: [],
  };
}

function withOwnEdges(node: TreeNode, places: readonly string[]): TreeNode {
  if (places.length === 0) return node;
  const names = places.map(bundledName);
  const specs = new Map(node.edges.map((edge) => [edge.name, edge.spec]));
  const own = places.map((place): TreeEdge => ({
    name: bundledName(place),
    spec: specs.get(bundledName(place)) ?? '*',
    type: 'prod',
    to: `${baseOf(node)}/${place}`,
  }));
  const edges = [...node.edges.filter(({ name }) => !names.includes(name)), ...own];
  return { ...node, edges: edges.sort((a, b) => (a.name < b.name ? -1 : 1)) };
}

/** A bundled package finds its dependencies as Node does: in its own folder, then in each one above. */
function edgesOf(id: string, analysis: PackageAnalysis, ids: ReadonlySet<string>): TreeEdge[] {
  const { dependencies, optionalDependencies } = analysis.manifest;
  return Object.entries({ ...optionalDependencies, ...dependencies })
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, spec]) => ({ name, spec, type: 'prod', to: lookUp(name, id, ids) }));
}

function lookUp(name: string, from: string, ids: ReadonlySet<string>): string | null {
  for (let at = from; ;) {
    const id = at === '' ? `node_modules/${name}` : `${at}/node_modules/${name}`;
    if (ids.has(id)) return id;
    if (at === '') return null;
    const cut = at.lastIndexOf('/node_modules/');
    at = cut < 0 ? '' : at.slice(0, cut);
  }
}
