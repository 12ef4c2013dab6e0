// Signals about scopes and delimiters: dropped, added, imitated, or folded into the name.
import { brandKeyOf, brandsOfScope } from './brand-index.ts';
import { idsIn, idsOfBase, type Catalogue } from './catalogue.ts';
import { editDistance } from './distance.ts';
import { isOther, isWord, withinReach, type Candidate } from './edits.ts';
import { skeletonOf, type ParsedName } from './parse.ts';

// Scopes whose packages are made for, and named after, packages of others.
const NOT_IMITATED = new Set(['types', 'nolyfill']);

export function delimiterCandidates(name: ParsedName, catalogue: Catalogue): Candidate[] {
  return sameOwnersOut(idsIn(catalogue.byFolded, name.folded), name, catalogue).map((id) => {
    const target = catalogue.targets[id] as ParsedName;
    if (name.scope === '' && target.scope !== '') {
      const isFamily = isCrowded(name.tokens[0], catalogue) || NOT_IMITATED.has(target.scope);
      return { id, kind: 'scope-dropped', confidence: isFamily ? 'low' : 'medium', weight: 0.95 };
    }
    // npm refuses a new unscoped name that differs from another in punctuation only.
    const isScopes = name.scope !== '' && target.scope !== '';
    const kind = name.scope !== '' && target.scope === '' ? 'scope-added' : 'delimiter';
    return { id, kind, confidence: isScopes ? 'high' : 'low', weight: 0.95 };
  });
}

export function scopeCandidates(name: ParsedName, catalogue: Catalogue): Candidate[] {
  const ids = idsOfBase(catalogue, name.squash).filter((id) => {
    const target = catalogue.targets[id];
    return target && target.name !== name.name && target.scope !== name.scope;
  });
  const rivals = ids.filter((id) => !NOT_IMITATED.has(catalogue.targets[id]?.scope ?? '')).length;
  return ids.map((id) => {
    const target = catalogue.targets[id] as ParsedName;
    if (name.scope === '') return dropped(id, name, target, rivals, catalogue);
    if (target.scope !== '') return imitated(id, name, target, rivals, catalogue);
    // A short name under a scope is how scopes are meant to be used; a long one is somebody's copy.
    const isCopy =
      name.base === target.base &&
      name.tokens.length >= 3 &&
      !isEstablished(name.scope, catalogue) &&
      !catalogue.families.has(name.tokens.slice(0, 2).join('-')) &&
      !NOT_IMITATED.has(name.scope);
    return { id, kind: 'scope-added', confidence: isCopy ? 'medium' : 'low', weight: 0.5 };
  });
}

/** A scope left out and a slip in the rest: cloude-code for @anthropic-ai/claude-code. */
export function slippedScopeCandidates(name: ParsedName, catalogue: Catalogue): Candidate[] {
  if (name.scope !== '' || name.tokens.length < 2 || name.squash.length < 8) return [];
  return withinReach(name.squash, 1, catalogue, catalogue.basesByLength)
    .filter((id) => {
      const target = catalogue.targets[id];
      return (
        target && name.tokens.length === target.tokens.length && !isVariant(name, target, catalogue)
      );
    })
    .map((id) => ({ id, kind: 'scope-dropped', confidence: 'medium', weight: 0.7 }));
}

function isVariant(name: ParsedName, target: ParsedName, catalogue: Catalogue): boolean {
  if (NOT_IMITATED.has(target.scope) || isCrowded(name.tokens[0], catalogue)) return true;
  if (editDistance(name.squash, target.squash, 1) !== 1) return true;
  const own = name.tokens.filter((token) => !target.tokens.includes(token));
  if (name.squash.replace(/\d/g, '') === target.squash.replace(/\d/g, '')) return true;
  // A short word, or one that means something, makes another name.
  return own.some((word) => word.length < 5 || isWord(word, catalogue) || /\d/.test(word));
}

function dropped(
  id: number,
  name: ParsedName,
  target: ParsedName,
  rivals: number,
  catalogue: Catalogue,
): Candidate {
  const head = name.tokens[0] ?? '';
  // The unscoped name is at home in an unscoped family, unless the scope has the larger one.
  const isAtHome =
    (catalogue.heads.get(head) ?? 0) > (catalogue.scopeHeads.get(`${target.scope}/${head}`) ?? 0);
  const words = name.tokens.filter((token) => token !== 'js');
  const [word = ''] = words;
  const isRare =
    name.base === target.base && words.length === 1 && word.length >= 9 && !isWord(word, catalogue);
  // Dropping the scope of a community server imitates nobody's brand.
  const key = brandKeyOf(name);
  const isNobodys = Boolean(key) && !brandsOfScope(target.scope).includes(key ?? '');
  const isSpecific =
    !isNobodys && (words.length >= 2 || isRare) && rivals <= 2 && !NOT_IMITATED.has(target.scope);
  const confidence = isSpecific && !isAtHome ? 'medium' : 'low';
  return { id, kind: 'scope-dropped', confidence, weight: 0.9 / (rivals + 1) };
}

function imitated(
  id: number,
  name: ParsedName,
  target: ParsedName,
  rivals: number,
  catalogue: Catalogue,
): Candidate {
  const base = { id, kind: 'scope-imitated' as const };
  const scope = name.scope.replace(/[^a-z0-9]/g, '');
  const theirs = target.scope.replace(/[^a-z0-9]/g, '');
  const length = Math.min(scope.length, theirs.length);
  if (isEstablished(name.scope, catalogue) || NOT_IMITATED.has(target.scope)) {
    return { ...base, confidence: 'low', weight: 0.3 / rivals };
  }
  if (scope === theirs || skeletonOf(scope) === skeletonOf(theirs)) {
    return { ...base, confidence: 'high', weight: 1 };
  }
  const distance = length >= 4 ? editDistance(scope, theirs, 2) : 3;
  if (distance <= (length >= 6 ? 2 : 1)) {
    return { ...base, confidence: distance === 1 ? 'high' : 'medium', weight: 1 };
  }
  const isGeneric = catalogue.noise.has(name.squash) || name.squash.length < 5;
  const contains =
    length >= 4 && !isGeneric && (scope.startsWith(theirs) || scope.endsWith(theirs));
  if (contains) return { ...base, confidence: 'medium', weight: 0.9 };
  return { ...base, confidence: 'low', weight: 0.4 / rivals };
}

/** A scope of which several packages are known needs nobody else's name. */
function isEstablished(scope: string, catalogue: Catalogue): boolean {
  return (catalogue.scopes.get(scope) ?? 0) >= 2;
}

function isCrowded(head: string | undefined, catalogue: Catalogue): boolean {
  return (catalogue.heads.get(head ?? '') ?? 0) >= 3;
}

export function sameOwnersOut(
  ids: readonly number[] | undefined,
  name: ParsedName,
  catalogue: Catalogue,
): number[] {
  return (ids ?? []).filter((id) => isOther(name, catalogue.targets[id]));
}
