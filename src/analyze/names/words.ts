// Signals of the "same words" family: order, affixes, version suffixes.
import type { Confidence } from '../../types.ts';
import { bagOf, idsIn, idsOf, idsOfBase, coreOf, type Catalogue } from './catalogue.ts';
import { nameRules } from './data.ts';
import { editDistance, firstDifference, slipOf } from './distance.ts';
import { isOther, isWord, withinReach, type Candidate } from './edits.ts';
import type { ParsedName } from './parse.ts';
import { sameOwnersOut } from './scopes.ts';

const MAX_TOKENS = 12;
const MAX_SAME_CORE = 20;
export function orderCandidates(name: ParsedName, catalogue: Catalogue): Candidate[] {
  if (name.words.length < 2) return [];
  return sameOwnersOut(idsOf(catalogue, 'byBag', bagOf(name.words)), name, catalogue)
    .filter((id) => catalogue.targets[id]?.folded !== name.folded)
    .map((id) => ({ id, kind: 'word-order', confidence: 'low', weight: 0.8 }));
}

export function affixCandidates(name: ParsedName, catalogue: Catalogue): Candidate[] {
  const out: Candidate[] = [];
  const { mcpWords } = nameRules();
  const tokens = name.tokens.slice(0, MAX_TOKENS);
  for (let from = 0; from < tokens.length; from += 1) {
    for (let to = tokens.length; to > from; to -= 1) {
      if (to - from === name.tokens.length) continue;
      const run = tokens.slice(from, to).join('');
      if (run.length < 2 || tokens.slice(from, to).every((token) => mcpWords.includes(token)))
        continue;
      const rest = [...tokens.slice(0, from), ...tokens.slice(to)];
      for (const id of idsOfBase(catalogue, run)) {
        const target = catalogue.targets[id];
        if (!target || !isOther(name, target)) continue;
        const confidence = affixConfidence(name, from, to, target, catalogue);
        out.push({
          id,
          kind: 'affix',
          confidence,
          weight: run.length / name.squash.length / (target.scope ? 2 : 1) - rest.length / 100,
        });
      }
      for (const id of idsIn(catalogue.byFolded, run)) {
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
  if (name.tokens.length > 1 || name.scope !== '') return [];
  const out: Candidate[] = [];
  const { strongPrefixes, strongSuffixes } = nameRules();
  const cut = (left: string) => {
    for (const id of idsOfBase(catalogue, left)) {
      if (!isOther(name, catalogue.targets[id])) continue;
      const isClear =
        left.length >= 4 && catalogue.targets[id]?.name === left && !catalogue.vocabulary.has(left);
      out.push({ id, kind: 'affix', confidence: isClear ? 'medium' : 'low', weight: 0.7 });
    }
  };
  for (const affix of [...strongPrefixes, 'node', 'npm']) {
    if (name.squash.startsWith(affix)) cut(name.squash.slice(affix.length));
  }
  for (const affix of [...strongSuffixes, 'cli', 'npm', 'js']) {
    if (name.squash.endsWith(affix)) cut(name.squash.slice(0, -affix.length));
  }
  return out;
}

export function versionCandidates(name: ParsedName, catalogue: Catalogue): Candidate[] {
  const left = /^(.*?\D)\d{1,6}$/.exec(name.squash)?.[1];
  // A number among the words is stranger than one at the end: webpack-5-chain.
  const inner = name.squash.replace(/\d{1,6}(?=\D)/, '');
  const isApart = /-\d{1,2}$/.test(name.base);
  return [
    ...(left === undefined ? [] : versionsOf(name, [left, left.replace(/v$/, '')], isApart)),
    ...(inner === name.squash ? [] : versionsOf(name, [inner], name.tokens.length > 2)),
  ];

  function versionsOf(of: ParsedName, keys: string[], isOdd: boolean): Candidate[] {
    const ids = keys.flatMap((key) => idsOfBase(catalogue, key));
    return sameOwnersOut(ids, of, catalogue).map((id) => {
      const isLong = (catalogue.targets[id]?.tokens.length ?? 0) > 1;
      const confidence = isOdd && isLong && of.scope === '' ? 'medium' : 'low';
      return { id, kind: 'version-suffix', confidence, weight: 0.99 };
    });
  }
}

/** The same words once noise is taken away: solana-web3-stable for @solana/web3.js. */
export function coreCandidates(name: ParsedName, catalogue: Catalogue): Candidate[] {
  const core = coreOf(name.words, catalogue.noise);
  if (core.length < 3) return [];
  const ids = sameOwnersOut(idsOf(catalogue, 'byCore', core), name, catalogue).slice(
    0,
    MAX_SAME_CORE,
  );
  return ids.map((id) => {
    const length = name.folded.length + (catalogue.targets[id]?.folded.length ?? 0);
    return { id, kind: 'affix', confidence: 'low', weight: core.length / length };
  });
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
      if (!isMisspelt(token, target.folded)) continue;
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

function isMisspelt(token: string, meant: string): boolean {
  if (meant.length < 5 || editDistance(token, meant, 1) !== 1) return false;
  const at = firstDifference(token, meant);
  // A letter more or less at either end makes another word.
  if (token.length !== meant.length && (at === 0 || at >= meant.length - 1)) return false;
  return ['swap', 'repeat', 'omit', 'keyboard', 'replace'].includes(slipOf(token, meant));
}

function affixConfidence(
  name: ParsedName,
  from: number,
  to: number,
  target: ParsedName,
  catalogue: Catalogue,
): Confidence {
  const { strongPrefixes, strongSuffixes } = nameRules();
  const length = target.squash.length;
  if (name.scope || target.scope || length < 3 || catalogue.noise.has(target.squash)) return 'low';
  const tokens = name.tokens;
  // stacktrace-js is no stack-trace with an affix.
  if (!name.base.includes(target.base)) return 'low';
  const before = tokens.slice(0, from);
  const after = tokens.slice(to);
  const isWordy = isWord(target.squash, catalogue);
  if (length >= 5 && !isWordy && name.base === `${target.base}.js`) return 'medium';
  // node-openssl says what node-sqlite says, unless the word is everybody's.
  if (length >= 6 && !isWordy && name.base === `node-${target.base}`) return 'medium';
  const isStrong =
    before.every((word) => strongPrefixes.includes(word)) &&
    after.every((word) => strongSuffixes.includes(word) || /^v\d{1,3}$/.test(word));
  if (isStrong) return before.length > 0 && isWordy ? 'low' : 'medium';
  return isStrayWord(target, [...before, ...after], catalogue) ? 'medium' : 'low';
}

/** A long name of somebody else's and one word that means nothing: oidc-client-ts-fifa. */
function isStrayWord(
  target: ParsedName,
  [stray = '', ...more]: readonly string[],
  catalogue: Catalogue,
): boolean {
  if (stray.length === 1) return false;
  if (more.length > 0 || target.tokens.length < 2 || isWord(stray, catalogue)) return false;
  const isPlugin = target.tokens.length <= 3;
  if (isPlugin && catalogue.families.has(target.tokens.slice(0, 2).join('-'))) return false;
  // What others have built on already is a family, not a victim.
  return !catalogue.families.has(target.name) && !catalogue.extensions.has(target.name);
}
