// Rules of point 4: weaknesses of the server's own code in how it talks to the network.
import { defineRule, type Rule } from '../../rule.ts';
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
  find: ({ source }) =>
    weaknessHits(source, 'request-forgery').filter(({ severity }) => !QUIET.has(severity ?? 'low')),
});

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

export const weaknessRules: Rule[] = [openTarget, unverifiedTls];
