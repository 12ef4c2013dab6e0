// Rules of point 4: weaknesses of the server's own code in how it talks to the network.
import { defineRule, type Hit, type Rule } from '../../rule.ts';
import type { SourceFact } from '../../types.ts';
import { toolWords, wordsOf } from '../permission-review/tool-words.ts';
import { weaknessHits } from '../permission-review/weaknesses.ts';

const QUIET = new Set(['low', 'info']);

/** The review of tools tells of it too: it is about both, where data goes and what an argument may do. */
const openTarget = defineRule({
  id: 'argument-decides-host',
  check: 'network-egress',
  severity: 'moderate',
  title: 'Whom the server talks to is decided by an argument',
  why: 'No list of hosts that you allow then says where your data goes, and from inside your network it reaches what the internet cannot.',
  fix: 'Connect it only where the network lets it reach nothing but the hosts that it needs.',
  fixUpstream:
    'Allow the hosts that are needed, refuse private addresses after resolving the name, and send credentials to fixed hosts only.',
  needs: ['source'],
  find({ source }) {
    const carried = carriedOut(source);
    const told = new Set(carried.map(({ location }) => location));
    const forged = weaknessHits(source, 'request-forgery').filter(
      ({ severity, location }) => !QUIET.has(severity ?? 'low') && !told.has(location),
    );
    return [...carried, ...forged];
  },
});

/** Text of strangers orders it, private text is what goes, and any address is where. */
function carriedOut(source: SourceFact): Hit[] {
  const hits = weaknessHits(source, 'open-recipient');
  if (hits.length === 0 || !readsLetters(source)) return [];
  return hits.map((hit) => ({
    ...hit,
    severity: 'high',
    message:
      'A tool sends any text to any address, and others read private text that strangers write.',
  }));
}

/** Mails, tickets and the like: private, and written by whoever likes to. */
function readsLetters({ subject: { surface, weaknesses } }: SourceFact): boolean {
  const letters = new RegExp(toolWords().chain.letters, 'i');
  const sends = new Set(
    weaknesses.flatMap(({ ruleId, tool }) => (ruleId === 'open-recipient' ? [tool] : [])),
  );
  return surface.tools.some((tool) => !sends.has(tool.name) && letters.test(wordsOf(tool)));
}

const unverifiedTls = defineRule({
  id: 'tls-not-verified',
  check: 'network-egress',
  severity: 'moderate',
  title: 'Certificates are not verified',
  why: 'Anybody on the way can pose as the other side, read what is sent and change what comes back.',
  fix: 'Turn verification on in its settings, or do not use it outside a network that you trust.',
  fixUpstream: 'Verify by default; let those with a CA of their own name its certificate.',
  needs: ['source'],
  find: ({ source }) => weaknessHits(source, 'tls-not-verified'),
});

const followedRedirect = defineRule({
  id: 'credentials-follow-redirect',
  check: 'network-egress',
  severity: 'moderate',
  title: 'Credentials go along wherever a redirect leads',
  why: 'One answer of the server, or of whoever can write its links, is enough to have the key handed to another host.',
  fix: 'Use it only with servers that you trust as you trust the key.',
  fixUpstream: 'Leave out credentials as soon as a redirect leads to another origin.',
  needs: ['source'],
  find: ({ source }) => weaknessHits(source, 'credentials-follow-redirect'),
});

export const weaknessRules: Rule[] = [openTarget, unverifiedTls, followedRedirect];
