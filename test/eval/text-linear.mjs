// What a linear model would add to the rules: node test/eval/text-linear.mjs FILE.jsonl
// Hashed word n-grams of the folded text, logistic regression (AdaGrad). Prints recall at fixed false
// positive rates with random folds and with whole sources held out. It is not part of the product: held
// out, it adds nothing to the rules; what it gains in random folds is memory of the source.
import { readFileSync } from 'node:fs';
import { findInstructions } from '../../dist/analyze/text/index.js';
import { fold } from '../../dist/analyze/text/normalise.js';

const BITS = 15;
const MAX_CHARACTERS = 6000;
const [file] = process.argv.slice(2);
const rows = readFileSync(file, 'utf8')
  .split('\n')
  .filter(Boolean)
  .map((line) => JSON.parse(line));
const sourceOf = (row) => row.source.replace(/^derived\[[^\]]*\] payload</, '').split(':')[0];
const FLAGGED = new Set(['moderate', 'high', 'critical']);
for (const row of rows) {
  row.x = [...features(row.text)];
  row.byRules = FLAGGED.has(findInstructions(row.text, { location: row.loc }).severity);
}

function train(some) {
  const w = new Float64Array(1 << BITS);
  const g = new Float64Array(1 << BITS).fill(1e-6);
  let bias = 0;
  const positives = some.filter((row) => row.label === 1).length;
  const weight = (some.length - positives) / Math.max(1, positives);
  let state = 12345;
  const order = some.map((_, i) => i);
  for (let epoch = 0; epoch < 12; epoch++) {
    for (let i = order.length - 1; i > 0; i--) {
      state = (state * 1103515245 + 12345) & 0x7fffffff;
      const j = state % (i + 1);
      [order[i], order[j]] = [order[j], order[i]];
    }
    for (const index of order) {
      const row = some[index];
      const norm = 1 / Math.sqrt(row.x.length + 1);
      const z = bias + row.x.reduce((sum, f) => sum + w[f] * norm, 0);
      const error =
        (1 / (1 + Math.exp(-z)) - row.label) * (row.label === 1 ? Math.sqrt(weight) : 1);
      bias -= 0.01 * error;
      for (const f of row.x) {
        const gradient = error * norm + 1e-5 * w[f];
        g[f] += gradient * gradient;
        w[f] -= (0.4 * gradient) / Math.sqrt(g[f]);
      }
    }
  }
  return { w, bias };
}
const score = ({ w, bias }, row) =>
  bias + row.x.reduce((sum, f) => sum + w[f], 0) / Math.sqrt(row.x.length + 1);

function crossValidate(title, keyOf) {
  const folds = 6;
  const foldOf = new Map();
  const hash = (text) => [...text].reduce((h, c) => (Math.imul(h, 31) + c.charCodeAt(0)) >>> 0, 7);
  for (const row of rows) foldOf.set(row, hash(keyOf(row)) % folds);
  for (let k = 0; k < folds; k++) {
    const model = train(rows.filter((row) => foldOf.get(row) !== k));
    for (const row of rows) if (foldOf.get(row) === k) row.z = score(model, row);
  }
  const core = rows.filter((row) => row.loc !== 'chat');
  const negatives = core.filter((row) => row.label === 0).sort((a, b) => b.z - a.z);
  const positives = core.filter((row) => row.label === 1);
  for (const rate of [0.002, 0.005, 0.01, 0.02]) {
    const limit = negatives[Math.floor(negatives.length * rate)].z;
    const alone = positives.filter((row) => row.z > limit).length / positives.length;
    const both = positives.filter((row) => row.byRules || row.z > limit).length / positives.length;
    const fpr = negatives.filter((row) => row.byRules || row.z > limit).length / negatives.length;
    console.log(
      `${title} FPR ${rate}: threshold ${limit.toFixed(2)} recall alone ${alone.toFixed(3)}, with rules ${both.toFixed(3)} at FPR ${fpr.toFixed(4)}`,
    );
  }
}
crossValidate('random folds   ', (row) => row.text);
crossValidate('sources held out', sourceOf);

/** Indices (0 .. 2^15-1) of the words, word pairs and word triples (with gaps) of the text. */
function features(text) {
  const words =
    fold(text.slice(0, MAX_CHARACTERS)).text.match(/[\p{L}\p{M}]+|\d+|[^\s\p{L}\p{M}\d]/gu) ?? [];
  const found = new Set();
  words.forEach((raw, i) => {
    const word = /^\d/.test(raw) ? '0' : raw;
    const next = words[i + 1];
    const third = words[i + 2];
    found.add(indexOf(word));
    if (next !== undefined) found.add(indexOf(`${word} ${next}`));
    if (third !== undefined) found.add(indexOf(`${word} _ ${third}`));
  });
  return found;
}

// FNV-1a, folded to the number of bits.
function indexOf(gram) {
  let hash = 0x811c9dc5;
  for (let i = 0; i < gram.length; i++) hash = Math.imul(hash ^ gram.charCodeAt(i), 0x01000193);
  return ((hash >>> BITS) ^ hash) & ((1 << BITS) - 1);
}
