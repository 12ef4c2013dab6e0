// Rules of point 3: private data that the server reads and that nothing it says of itself explains.
import { privateData } from '../../analyze/source/weaknesses/private-kinds.ts';
import { defineRule } from '../../rule.ts';
import type { Hit, Rule } from '../../rule.ts';
import type { SourceFact, ThreatHit, WeaknessHit } from '../../types.ts';
import { weaknessHits } from './weaknesses.ts';

const MAX_TEXT_CHARS = 200_000;

/** What a person may read before it runs. */
function toldBy({ subject }: SourceFact): string {
  const { manifest, readme = '', surface } = subject;
  const tools = surface.tools.map(
    ({ name, description }) => `${name} ${description.slice(0, 1000)}`,
  );
  const head = [manifest.name, manifest.description, manifest.keywords.join(', ')];
  return [...head, readme, ...tools].join('\n').replaceAll('_', ' ').slice(0, MAX_TEXT_CHARS);
}

const privateStores = defineRule({
  id: 'private-store-read',
  check: 'permission-review',
  severity: 'high',
  title: 'Reads what other programs keep private',
  why: 'Passwords, sessions, wallets and messages of other programs are no business of a server that does not say that it is about them.',
  fix: 'Do not connect it; if it ran already, change the passwords and end the sessions of that machine.',
  fixUpstream: 'Read only what the function needs, and say so in the README.',
  needs: ['source'],
  find: ({ source }) => {
    const text = toldBy(source);
    const unexplained = source.subject.weaknesses.filter(
      (hit) => hit.ruleId === 'private-store-read' && !isExplained(hit, text),
    );
    const harvests = source.subject.threats.filter(({ ruleId }) => ruleId === 'private-store-read');
    return [
      ...unexplained.map((hit) => toHit(hit, unexplained.length > 1)),
      ...harvests.map((threat) => harvestHit(threat)),
    ];
  },
});

function isExplained({ flow }: WeaknessHit, text: string): boolean {
  const store = privateData().stores.find(({ id }) => id === flow[0]);
  return store !== undefined && new RegExp(store.explained, 'i').test(text);
}

/** One store may be an oversight; several are a collection. */
const toHit = (hit: WeaknessHit, isMany: boolean): Hit => ({
  message: `${hit.message}, which nothing that it says of itself explains.`,
  location: `${hit.file}:${hit.line}`,
  severity: isMany ? 'critical' : 'high',
  confidence: 'medium',
  excerpt: hit.excerpt,
});

const harvestHit = ({ message, severity, confidence, excerpt, file, line }: ThreatHit): Hit => ({
  message,
  severity,
  confidence,
  excerpt,
  location: `${file}:${line}`,
});

const homeWide = defineRule({
  id: 'home-wide-read',
  check: 'permission-review',
  severity: 'moderate',
  title: 'Reads everything below the home folder',
  why: 'Letters, keys and contracts lie there; a server that needs files can be told which.',
  fix: 'Start it where it sees only the folders that it needs.',
  fixUpstream: 'Let the user name the folders, and say in the README what is read.',
  needs: ['source'],
  find: ({ source }) => {
    const text = toldBy(source);
    if (new RegExp(privateData().homeExplained, 'i').test(text)) return [];
    const isNamed = source.subject.weaknesses.some(
      ({ ruleId, flow: [folder] }) =>
        ruleId === 'home-wide-read' && folder !== undefined && nameOf(folder).test(text),
    );
    return isNamed ? [] : weaknessHits(source, 'home-wide-read');
  },
});

/** The folder as people speak of it; "documents" and the like may also be what the server is about. */
const nameOf = (folder: string): RegExp =>
  new RegExp(`\\b${folder.replaceAll(/[^\p{L}\p{N} ]/gu, '').replace(/s$/, '')}s?\\b`, 'iu');

export const privateDataRules: Rule[] = [privateStores, homeWide];
