// Which brand each known MCP server stands for, and whether the brand's owner publishes it.
import type { KnownName } from '../../types.ts';
import { nameRules } from './data.ts';
import type { ParsedName } from './parse.ts';

/** An entry of rules/brands.json. */
export interface Brand {
  /** As it stands in package names, e.g. `stripe`. */
  brand: string;
  publisher: string;
  /** npm scopes that the publisher owns, without the @. */
  scopes: string[];
  /** MCP servers that the publisher has on npm; none: whoever uses the name is somebody else. */
  packages: string[];
}

export interface BrandIndex {
  /** Brand -> known servers that the brand's own scope publishes, or that are listed as the vendor's. */
  firstParty: Map<string, number[]>;
  /** Brand -> known servers of others. */
  thirdParty: Map<string, number[]>;
  /** Brand -> the first known package of the scope of that name. */
  scopeOwner: Map<string, number>;
  /** Brands from the list whose owner publishes no server on npm. */
  unpublished: Set<string>;
  /** Scopes that own a brand. */
  ownedBy: Map<string, Set<string>>;
}

export function emptyBrandIndex(): BrandIndex {
  return {
    firstParty: new Map(),
    thirdParty: new Map(),
    scopeOwner: new Map(),
    unpublished: new Set(),
    ownedBy: new Map(),
  };
}

/** The words of a server's name that say whose or what it is; null if it does not claim to be an MCP server. */
export function brandKeyOf(name: ParsedName): string | null {
  const mcp = new Set(nameRules().mcpWords);
  const isOfficial = name.scope === 'modelcontextprotocol' && name.tokens[0] === 'server';
  const isServer = name.tokens.some((token) => token === 'mcp' || token === 'modelcontextprotocol');
  if (isServer || isOfficial) return name.tokens.filter((token) => !mcp.has(token)).join('');
  const glued = /^(?:mcp(?:server)?)?([a-z0-9]{3,}?)(?:mcp|mcpserver)?$/.exec(name.squash)?.[1];
  return name.squash.includes('mcp') && glued && glued !== name.squash ? glued : null;
}

export function addBrand(
  index: BrandIndex,
  id: number,
  name: ParsedName,
  tier: KnownName['tier'] | undefined,
): void {
  const owners = name.scope === '' ? [] : brandsOfScope(name.scope);
  for (const owner of owners) if (!index.scopeOwner.has(owner)) index.scopeOwner.set(owner, id);
  const key = brandKeyOf(name);
  if (key === null) return;
  const isListed = tier === 'vendor' || tier === 'official';
  const isOwn = owners.includes(key) || name.scope === 'modelcontextprotocol';
  if (key === '') {
    for (const owner of owners) add(index.firstParty, owner, id);
    return;
  }
  add(isOwn || isListed ? index.firstParty : index.thirdParty, key, id);
}

export function addListedBrand(
  catalogue: { byName: Map<string, number>; brands: BrandIndex },
  { brand, scopes, packages }: Brand,
): void {
  const { brands } = catalogue;
  brands.ownedBy.set(brand, new Set(scopes));
  const ids = packages.map((name) => catalogue.byName.get(name)).filter((id) => id !== undefined);
  for (const id of ids) add(brands.firstParty, brand, id);
  if (packages.length === 0) brands.unpublished.add(brand);
}

/** `gleanwork` may stand for the brand `glean`: companies append a word when the scope is taken. */
export function brandsOfScope(scope: string): string[] {
  const squash = scope.replace(/[^a-z0-9]/g, '');
  const out = [squash];
  for (const suffix of nameRules().brandSuffixes) {
    const left = squash.slice(0, -suffix.length);
    if (squash.endsWith(suffix) && left.length >= 4) out.push(left);
  }
  return out;
}

function add(map: Map<string, number[]>, key: string, id: number): void {
  const list = map.get(key);
  if (!list) map.set(key, [id]);
  else if (!list.includes(id)) list.push(id);
}
