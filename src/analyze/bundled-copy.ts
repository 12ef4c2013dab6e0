// How a package inside of another's tarball differs from what the registry serves under its name and version.

/** What is compared: sha256 by path, and the scripts of its manifest. */
export interface Content {
  hashes: Readonly<Record<string, string>>;
  scripts: Readonly<Record<string, string>>;
}
export interface Difference {
  /** Code that the registry's package has with other bytes, or does not have. */
  changed: string[];
  added: string[];
  /** Install scripts that the registry's package does not have in this form. */
  scripts: string[];
}

const LIFECYCLE = ['preinstall', 'install', 'postinstall'];
// What node, a shell or the system would start; types, maps, licences and READMEs change nothing.
const CODE =
  /(?<!\.d)\.(?:[cm]?[jt]sx?|node|wasm|sh|bash|py|ps1|bat|cmd|exe|dll|so|dylib)$|(?:^|\/)bin\/[^./]+$/i;

/** Null where nothing that runs differs. Files that the copy lacks are no difference: bundlers prune. */
export function differenceOf(copy: Content, published: Content): Difference | null {
  const code = Object.keys(copy.hashes)
    .filter((path) => CODE.test(path))
    .sort();
  const isThere = (path: string) => Object.hasOwn(published.hashes, path);
  const changed = code.filter(
    (path) => isThere(path) && published.hashes[path] !== copy.hashes[path],
  );
  const added = code.filter((path) => !isThere(path));
  const scripts = LIFECYCLE.filter(
    (name) => copy.scripts[name] !== undefined && copy.scripts[name] !== published.scripts[name],
  );
  const isSame = changed.length === 0 && added.length === 0 && scripts.length === 0;
  return isSame ? null : { changed, added, scripts };
}
