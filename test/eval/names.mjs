// Measures the name check on the labelled sets: node test/eval/names.mjs DATA_DIR [--misses KIND]
import { readFileSync } from 'node:fs';
import path from 'node:path';

const [dataDir, , show] = process.argv.slice(2);
if (!dataDir) throw new Error('usage: names.mjs DATA_DIR [--misses SECTION]');
const dist = new URL('../../dist/analyze/names/', import.meta.url);
const { createNameChecker } = await import(new URL('index.js', dist));
const { catalogueOf } = await import(new URL('catalogue.js', dist));
const { matchesOf } = await import(new URL('verdict.js', dist));
const { listedBrands } = await import(new URL('data.js', dist));
const { parseName } = await import(new URL('parse.js', dist));
const read = (file) => readFileSync(path.join(dataDir, file), 'utf8');
const lines = (file) => read(file).split('\n').filter(Boolean);
const isScript = (row) => row.ecosystem === 'npm';

const popular = lines('popular-npm.txt');
const top = [...new Set(lines('npm_top_names.txt'))];
const mcp = lines('mcp_npm_names.txt');
const rows = lines('names.dev.jsonl')
  .map((line) => JSON.parse(line))
  .filter(isScript);
const squats = JSON.parse(read('squat-pairs.dev.json'));
const lookalikes = JSON.parse(read('lookalikes.dev.json'));
const good = JSON.parse(read('known-good.json')).packages;

const isFlagged = (verdict) =>
  verdict.verdict === 'lookalike' && verdict.matches.some((match) => match.confidence !== 'low');
const percent = (n, of) => `${n}/${of} = ${of ? ((100 * n) / of).toFixed(1) : '-'} %`;
const without = (list, bad) => list.filter((name) => !bad.has(name));
const missesShown = (section, list) => {
  if (show !== section) return;
  for (const item of list) console.log('   ', item);
};
const explain = (name, verdict, target = '') =>
  `${name} (${target}) <- ${verdict.matches
    .slice(0, 4)
    .map((m) => `${m.target} [${m.kind} ${m.confidence}]`)
    .join(', ')}`;

/** Leave-one-out without indexing the list again for each name: matchesOf never matches a name with itself. */
function leaveOneOut(names) {
  const catalogue = catalogueOf(new Set(names), listedBrands());
  return (text) => {
    const name = parseName(text);
    return { verdict: 'lookalike', matches: name ? matchesOf(name, catalogue) : [] };
  };
}

function recall(title, pairs, extra = []) {
  const names = new Set(pairs.map(({ name }) => name));
  const known = without(
    [...popular, ...top, ...mcp, ...extra, ...pairs.map(({ target }) => target)],
    names,
  );
  const checker = createNameChecker({ known });
  let target = 0;
  let medium = 0;
  let flagged = 0;
  const missed = [];
  for (const pair of pairs) {
    const verdict = checker.check(pair.name);
    const hit = verdict.matches.find((match) => match.target === pair.target);
    if (isFlagged(verdict)) flagged += 1;
    if (hit) target += 1;
    if (hit && isFlagged(verdict)) medium += 1;
    if (!hit || !isFlagged(verdict))
      missed.push(`${hit ? 'low ' : 'MISS'} ${explain(pair.name, verdict, pair.target)}`);
  }
  const n = pairs.length;
  console.log(
    `${title}: right target ${percent(target, n)}, and flagged ${percent(medium, n)}, flagged at all ${percent(flagged, n)}`,
  );
  missesShown(title.split(' ')[0], missed);
}

function confusion(title, pairs) {
  const known = without(
    [...top, ...mcp, ...pairs.map(({ target }) => target)],
    new Set(pairs.map(({ name }) => name)),
  );
  const checker = createNameChecker({ known });
  let [tp, fp, positives] = [0, 0, 0];
  const out = [];
  for (const pair of pairs) {
    const verdict = checker.check(pair.name);
    const hit = verdict.matches.some((m) => m.target === pair.target && m.confidence !== 'low');
    const any = isFlagged(verdict);
    if (pair.label) positives += 1;
    const found = process.env.ANY ? any : hit;
    if (found && pair.label) tp += 1;
    if (found && !pair.label) fp += 1;
    out.push(`${pair.label} ${found ? 'F' : '-'} ${explain(pair.name, verdict, pair.target)}`);
  }
  const p = tp / (tp + fp || 1);
  const r = tp / positives;
  console.log(
    `${title}: P ${p.toFixed(3)} R ${r.toFixed(3)} F1 ${((2 * p * r) / (p + r || 1)).toFixed(3)}, false alarms ${percent(fp, pairs.length - positives)}`,
  );
  missesShown(title.split(' ')[0], out);
}

function falseAlarms(title, names, check) {
  const out = [];
  for (const name of names) {
    const verdict = check(name);
    if (isFlagged(verdict)) out.push(explain(name, verdict));
  }
  console.log(`${title}: flagged ${percent(out.length, names.length)}`);
  missesShown(title.split(' ')[0], out);
  return out.length;
}

const neupane = rows.filter((row) => row.source.startsWith('NeupaneDB(') && row.label);
recall('neupane real malware', neupane);
const dataset = squats.filter((row) => row.support === 'dataset');
const attested = squats.filter((row) => row.support === 'attested');
recall(
  'dataset pairs',
  dataset,
  good.map(({ name }) => name),
);
recall(
  'attested pairs',
  attested,
  good.map(({ name }) => name),
);
recall(
  'mechanical pairs',
  squats.filter((row) => row.support === 'mechanical'),
);
recall(
  'both attested and dataset',
  [...dataset, ...attested],
  good.map(({ name }) => name),
);
const goodNames = good.map(({ name }) => name);
const mcpRows = rows.filter((row) => row.kind.startsWith('mcp:'));
recall('mcp squats', mcpRows, goodNames);
recall(
  'ai squats',
  squats.filter((row) => row.ai_mcp),
  goodNames,
);
confusion(
  'confudb hard pairs',
  rows.filter((row) => row.source === 'ConfuDB'),
);
confusion(
  'nomalware hard pairs',
  rows.filter((row) => row.source.startsWith('NeupaneDB_no_malware')),
);

const first = createNameChecker({ known: top.slice(0, 2000) });
falseAlarms('population of names ranked > 2000 against the first 2000', top.slice(2000), (name) =>
  first.check(name),
);
const firstPopular = createNameChecker({ known: popular.slice(0, 2000) });
falseAlarms('popular names ranked > 2000 against the first 2000', popular.slice(2000), (name) =>
  firstPopular.check(name),
);

const servers = good.filter((row) => row.confidence === 'high').map(({ name }) => name);
const community = good.filter((row) => row.tier === 'community').map(({ name }) => name);
const allGood = good.map(({ name }) => name);
falseAlarms('community servers, leave-one-out', community, leaveOneOut([...allGood, ...popular]));
falseAlarms('mcpnames against each other and the servers', mcp, leaveOneOut([...mcp, ...allGood]));
falseAlarms('servers of the list, leave-one-out', servers, leaveOneOut([...allGood, ...popular]));

const byKind = Map.groupBy
  ? Map.groupBy(lookalikes, (row) => row.kind)
  : lookalikes.reduce(
      (map, row) => map.set(row.kind, [...(map.get(row.kind) ?? []), row]),
      new Map(),
    );
const step = Number(process.env.STEP ?? 1);
let [rest, restFlagged] = [0, 0];
for (const [kind, list] of [...byKind].sort()) {
  const names = [...new Set(list.map(({ name }) => name))].filter((_, i) => i % step === 0);
  const targets = lookalikes.map((row) => row.popular);
  const loo = leaveOneOut([...popular, ...allGood, ...(kind === 'curated-fp' ? targets : [])]);
  const flagged = falseAlarms(`${kind} lookalikes, leave-one-out`, names, loo);
  if (kind !== 'edit-1' && kind !== 'curated-fp')
    [rest, restFlagged] = [rest + names.length, restFlagged + flagged];
}
console.log(`lookalikes other than edit-1 and curated: flagged ${percent(restFlagged, rest)}`);

const fifteen = popular.slice(0, 15000);
const started = performance.now();
const checker = createNameChecker({ known: fifteen });
checker.check('warm-up');
const built = performance.now();
const asked = [
  ...new Set([
    ...rows.map(({ name }) => name),
    ...squats.map(({ name }) => name),
    ...lookalikes.map(({ name }) => name),
  ]),
];
for (const name of asked) checker.check(name);
const ended = performance.now();
console.log(
  `index of ${fifteen.length}: ${(built - started).toFixed(0)} ms; ${((ended - built) / asked.length).toFixed(4)} ms a name over ${asked.length}`,
);
