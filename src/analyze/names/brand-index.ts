// Which brand each known MCP server stands for, and whether the brand's owner publishes it.
import type { KnownName } from '../../types.ts';
import { nameRules, type Brand } from './data.ts';
import { parseName, type ParsedName } from './parse.ts';

const OFFICIAL_SCOPE = 'modelcontextprotocol';

export interface BrandIndex {
  /** Brand -> known servers that the brand's own scope publishes, or that are listed as the vendor's. */
  firstParty: Map<string, number[]>;
  /** Brand -> known servers of others. */
  thirdParty: Map<string, number[]>;
  /** Brand -> the first known package of the scope of that name. */
  scopeOwner: Map<string, number>;
  /** Brands from the list whose owner publishes no server on npm: a target that stands for the brand itself. */
  unpublished: Map<string, number>;
  scopesSeen: Set<string>;
  /** Scopes that own a brand. */
  ownedBy: Map<string, Set<string>>;
}

export function emptyBrandIndex(): BrandIndex {
  return {
    firstParty: new Map(),
    thirdParty: new Map(),
    scopeOwner: new Map(),
    unpublished: new Map(),
    scopesSeen: new Set(),
    ownedBy: new Map(),
  };
}

/** The words of a server's name that say whose or what it is; null if it does not claim to be an MCP server. */
export function brandKeyOf(name: ParsedName): string | null {
  const mcp = new Set(nameRules().mcpWords);
  const isOfficial = name.scope === OFFICIAL_SCOPE && name.tokens[0] === 'server';
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
  const mayBeServer = name.squash.includes('mcp') || name.squash.includes('modelcontext');
  const isFirst = name.scope !== '' && !index.scopesSeen.has(name.scope);
  index.scopesSeen.add(name.scope);
  if (!isFirst && !mayBeServer && name.scope !== OFFICIAL_SCOPE) return;
  const owners = name.scope === '' ? [] : brandsOfScope(name.scope);
  for (const owner of owners) if (!index.scopeOwner.has(owner)) index.scopeOwner.set(owner, id);
  const key = brandKeyOf(name);
  if (key === null) return;
  const isListed = tier === 'vendor' || tier === 'official';
  const isOwn = owners.includes(key) || name.scope === OFFICIAL_SCOPE;
  if (key === '') {
    for (const owner of owners) add(index.firstParty, owner, id);
    return;
  }
  add(isOwn || isListed ? index.firstParty : index.thirdParty, key, id);
}

export function addListedBrand(
  catalogue: { targets: ParsedName[]; byName: Map<string, number>; brands: BrandIndex },
  { brand, scopes, packages }: Brand,
): void {
  const { brands } = catalogue;
  brands.ownedBy.set(brand, new Set(scopes));
  for (const name of packages) {
    const id = catalogue.byName.get(name);
    const target = id === undefined ? undefined : catalogue.targets[id];
    if (id === undefined || !target) continue;
    // A server for another purpose (dev-mcp) is not what a server named after the brand imitates.
    const key = brandKeyOf(target);
    add(key === brand || key === '' ? brands.firstParty : brands.thirdParty, brand, id);
  }
  const parsed = packages.length === 0 ? parseName(brand) : null;
  if (parsed) brands.unpublished.set(brand, catalogue.targets.push(parsed) - 1);
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
