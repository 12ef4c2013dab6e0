// The brand signal: an MCP server that bears a brand without being published by the brand.
import { brandKeyOf, brandsOfScope } from './brand-index.ts';
import type { Catalogue } from './catalogue.ts';
import type { Candidate } from './edits.ts';
import type { ParsedName } from './parse.ts';

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
  const owner = brands.scopeOwner.get(key);
  return owner === undefined ? third : [...third, ...of([owner], false)];
}

function isOwner(scope: string, key: string, catalogue: Catalogue): boolean {
  if (scope === '') return false;
  if (catalogue.brands.ownedBy.get(key)?.has(scope)) return true;
  return brandsOfScope(scope).includes(key);
}
