// The brand signal: an MCP server that bears a brand without being published by the brand.
import { brandKeyOf, brandsOfScope } from './brand-index.ts';
import type { Catalogue } from './catalogue.ts';
import type { Candidate } from './edits.ts';
import type { ParsedName } from './parse.ts';

const MAX_WORDS = 12;

/**
 * Of medium confidence only where the brand itself publishes a server of that name; a scope that names
 * its owner says openly who publishes it.
 */
export function brandCandidates(name: ParsedName, catalogue: Catalogue): Candidate[] {
  const key = brandKeyOf(name);
  if (!key) return [];
  const { brands } = catalogue;
  if (isOwner(name.scope, key, catalogue)) return [];
  const isOpen = name.scope !== '';
  const of = (ids: readonly number[] | undefined, isOwn: boolean): Candidate[] =>
    (ids ?? [])
      .filter((id) => (isOpen ? catalogue.targets[id]?.scope !== name.scope : true))
      .map((id) => ({
        id,
        kind: 'brand',
        confidence: isOwn && !isOpen ? 'medium' : 'low',
        weight: isOwn ? 0.9 : 0.5,
      }));
  const own = of(brands.firstParty.get(key), true);
  if (own.length > 0) return own;
  const third = of(brands.thirdParty.get(key), false);
  return [...third, ...of(ownersWithin(name, key, catalogue), false)].slice(0, 4);
}

/** Brands that stand in the name among other words: demo-acme-mcp-server. */
function ownersWithin(name: ParsedName, key: string, catalogue: Catalogue): number[] {
  const { scopeOwner, unpublished, firstParty } = catalogue.brands;
  const words = name.tokens.slice(0, MAX_WORDS);
  const ids = [unpublished.get(key), scopeOwner.get(key)];
  for (const word of words) {
    if (word.length < 4 || catalogue.noise.has(word)) continue;
    ids.push(unpublished.get(word), firstParty.get(word)?.[0]);
  }
  return [...new Set(ids.filter((id) => id !== undefined))];
}

function isOwner(scope: string, key: string, catalogue: Catalogue): boolean {
  if (scope === '') return false;
  if (catalogue.brands.ownedBy.get(key)?.has(scope)) return true;
  return brandsOfScope(scope).includes(key);
}

/** A scope that sounds like a vendor's and is not the one it owns: @anthropic/x, where @anthropic-ai is theirs. */
export function inventedScopeCandidates(name: ParsedName, catalogue: Catalogue): Candidate[] {
  const { ownedBy, firstParty, unpublished } = catalogue.brands;
  if (name.scope === '' || (catalogue.scopes.get(name.scope) ?? 0) > 0) return [];
  const brand = brandsOfScope(name.scope).find((key) => (ownedBy.get(key)?.size ?? 0) > 0);
  if (brand === undefined || ownedBy.get(brand)?.has(name.scope)) return [];
  const ids = firstParty.get(brand) ?? [unpublished.get(brand)].filter((id) => id !== undefined);
  return ids.slice(0, 2).map((id) => {
    const isCopy = catalogue.targets[id]?.base === name.base;
    return { id, kind: 'invented-scope', confidence: isCopy ? 'medium' : 'low', weight: 0.9 };
  });
}
