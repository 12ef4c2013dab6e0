// Signals of the "same words" family: delimiters, order, scopes, affixes, version suffixes.
import type { Confidence } from '../../types.ts';
import { bagOf, coreOf, type Catalogue } from './catalogue.ts';
import { nameRules } from './data.ts';
import { editDistance } from './distance.ts';
import { isOther, withinReach, type Candidate } from './edits.ts';
import { skeletonOf, type ParsedName } from './parse.ts';

const MAX_TOKENS = 12;

export function delimiterCandidates(name: ParsedName, catalogue: Catalogue): Candidate[] {
  return (catalogue.byFolded.get(name.folded) ?? [])
    .filter((id) => isOther(name, catalogue.targets[id]))
    .map((id) => {
      const target = catalogue.targets[id] as ParsedName;
      const isScope = name.scope === '' && target.scope !== '';
      const kind = isScope
        ? 'scope-dropped'
        : target.scope === '' && name.scope
          ? 'scope-added'
          : 'delimiter';
      return { id, kind, confidence: 'medium', weight: 0.95 };
    });
}

export function orderCandidates(name: ParsedName, catalogue: Catalogue): Candidate[] {
  if (name.words.length < 2) return [];
  return (catalogue.byBag.get(bagOf(name.words)) ?? [])
    .filter((id) => isOther(name, catalogue.targets[id]))
    .filter((id) => catalogue.targets[id]?.folded !== name.folded)
    .map((id) => ({ id, kind: 'word-order', confidence: 'medium', weight: 0.8 }));
}

export function scopeCandidates(name: ParsedName, catalogue: Catalogue): Candidate[] {
  const ids = catalogue.bySquash.get(name.squash) ?? [];
  const out: Candidate[] = [];
  for (const id of ids) {
    const target = catalogue.targets[id];
    if (!target || target.name === name.name || target.scope === name.scope) continue;
    if (name.scope === '') out.push(dropped(id, name, ids.length));
    else if (target.scope === '') {
      out.push({ id, kind: 'scope-added', confidence: 'low', weight: 0.5 });
    } else out.push(imitated(id, name, target, ids.length));
  }
  return out;
}

export function affixCandidates(name: ParsedName, catalogue: Catalogue): Candidate[] {
  const out: Candidate[] = [];
  const tokens = name.tokens.slice(0, MAX_TOKENS);
  for (let from = 0; from < tokens.length; from += 1) {
    for (let to = tokens.length; to > from; to -= 1) {
      if (to - from === name.tokens.length) continue;
      const run = tokens.slice(from, to).join('');
      if (run.length < 2) continue;
      const rest = [...tokens.slice(0, from), ...tokens.slice(to)];
      for (const id of catalogue.bySquash.get(run) ?? []) {
        const target = catalogue.targets[id];
        if (!target || !isOther(name, target)) continue;
        const confidence = affixConfidence(tokens, from, to, target, catalogue);
        out.push({
          id,
          kind: 'affix',
          confidence,
          weight: run.length / name.squash.length / (target.scope ? 2 : 1) - rest.length / 100,
        });
      }
      for (const id of catalogue.byFolded.get(run) ?? []) {
        const target = catalogue.targets[id];
        if (!target?.scope || !isOther(name, target)) continue;
        out.push({ id, kind: 'affix', confidence: 'low', weight: run.length / name.squash.length });
      }
    }
  }
  return out;
}

/** An affix written without a delimiter: nodemonjs, noderequest. */
export function gluedCandidates(name: ParsedName, catalogue: Catalogue): Candidate[] {
  if (name.tokens.length > 2) return [];
  const out: Candidate[] = [];
  const { strongPrefixes, strongSuffixes } = nameRules();
  const cut = (left: string) => {
    for (const id of catalogue.bySquash.get(left) ?? []) {
      if (!isOther(name, catalogue.targets[id])) continue;
      const isClear = left.length >= 4 && !catalogue.targets[id]?.scope;
      out.push({ id, kind: 'affix', confidence: isClear ? 'medium' : 'low', weight: 0.7 });
    }
  };
  for (const affix of strongPrefixes) {
    if (name.squash.startsWith(affix)) cut(name.squash.slice(affix.length));
  }
  for (const affix of [...strongSuffixes, 'cli', 'npm']) {
    if (name.squash.endsWith(affix)) cut(name.squash.slice(0, -affix.length));
  }
  return out;
}

export function versionCandidates(name: ParsedName, catalogue: Catalogue): Candidate[] {
  const match = /^(.*?\D)v?\d{1,6}$/.exec(name.squash);
  const left = match?.[1]?.replace(/v$/, '') ?? '';
  const ids = [
    ...(catalogue.bySquash.get(left) ?? []),
    ...(catalogue.bySquash.get(match?.[1] ?? '') ?? []),
  ];
  return [...new Set(ids)]
    .filter((id) => isOther(name, catalogue.targets[id]))
    .map((id) => ({
      id,
      kind: 'version-suffix',
      confidence: left.length >= 5 && !catalogue.targets[id]?.scope ? 'medium' : 'low',
      weight: 0.75,
    }));
}

/** The same words once noise is taken away: solana-web3-stable for @solana/web3.js. */
export function coreCandidates(name: ParsedName, catalogue: Catalogue): Candidate[] {
  const core = coreOf(name.words, catalogue.noise);
  if (core.length < 3) return [];
  return (catalogue.byCore.get(core) ?? [])
    .filter((id) => isOther(name, catalogue.targets[id]))
    .slice(0, 20)
    .map((id) => ({
      id,
      kind: 'affix',
      confidence: 'low',
      weight:
        (core.length / (name.folded.length + (catalogue.targets[id]?.folded.length ?? 0))) * 1.5,
    }));
}

/** A misspelt word with an affix: ladash-cli. */
export function slippedAffixCandidates(name: ParsedName, catalogue: Catalogue): Candidate[] {
  if (name.tokens.length < 2 || name.tokens.length > 4) return [];
  const out: Candidate[] = [];
  for (const token of name.tokens) {
    if (token.length < 5 || catalogue.vocabulary.has(token)) continue;
    for (const id of withinReach(token, 1, catalogue)) {
      const target = catalogue.targets[id];
      if (!target || !isOther(name, target) || target.tokens.length > 1) continue;
      if (editDistance(token, target.folded, 1) !== 1) continue;
      const rest = name.tokens.filter((other) => other !== token);
      const isNoise = rest.every((word) => catalogue.noise.has(word));
      out.push({
        id,
        kind: 'edit',
        confidence: isNoise && !target.scope ? 'medium' : 'low',
        weight: 0.6,
      });
    }
  }
  return out;
}

function dropped(id: number, name: ParsedName, rivals: number): Candidate {
  const isSpecific = name.tokens.length >= 2 && rivals <= 2;
  return {
    id,
    kind: 'scope-dropped',
    confidence: isSpecific ? 'medium' : 'low',
    weight: 0.9 / rivals,
  };
}

function imitated(id: number, name: ParsedName, target: ParsedName, rivals: number): Candidate {
  const scope = name.scope.replace(/[^a-z0-9]/g, '');
  const theirs = target.scope.replace(/[^a-z0-9]/g, '');
  const base = { id, kind: 'scope-imitated' as const };
  if (scope === theirs || skeletonOf(scope) === skeletonOf(theirs)) {
    return { ...base, confidence: 'high', weight: 1 };
  }
  if (theirs.length >= 4 && editDistance(scope, theirs, 1) === 1) {
    return { ...base, confidence: 'high', weight: 1 };
  }
  const contains = theirs.length >= 4 && (scope.startsWith(theirs) || scope.endsWith(theirs));
  if (contains) return { ...base, confidence: 'medium', weight: 0.9 };
  return { ...base, confidence: 'low', weight: 0.4 / rivals };
}

function affixConfidence(
  tokens: string[],
  from: number,
  to: number,
  target: ParsedName,
  catalogue: Catalogue,
): Confidence {
  const { strongPrefixes, strongSuffixes } = nameRules();
  if (target.scope !== '' || target.squash.length < 3 || catalogue.noise.has(target.squash))
    return 'low';
  const before = tokens.slice(0, from);
  const after = tokens.slice(to);
  const isStrong =
    before.every((word) => strongPrefixes.includes(word)) &&
    after.every((word) => strongSuffixes.includes(word) || /^v\d{1,3}$/.test(word));
  return isStrong ? 'medium' : 'low';
}
