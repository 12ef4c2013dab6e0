// Rules of point 3: weaknesses of the server's own code, as the analysis of its source found them.
import { defineRule } from '../../rule.ts';
import type { Hit, Rule, RuleText } from '../../rule.ts';
import type { SourceFact, WeaknessHit } from '../../types.ts';

const MAX_FINDINGS = 20;
const MAX_EXCERPT_CHARS = 200;

/** One finding for a place, however many tools lead there. */
export function weaknessHits(source: SourceFact, ruleId: string): Hit[] {
  const places = new Map<string, WeaknessHit[]>();
  for (const hit of source.subject.weaknesses) {
    if (hit.ruleId !== ruleId) continue;
    const key = `${hit.severity} ${hit.message} ${hit.file}:${hit.line}`;
    places.set(key, [...(places.get(key) ?? []), hit]);
  }
  return [...places.values()].slice(0, MAX_FINDINGS).flatMap((hits) => {
    const [first] = hits;
    return first ? [toHit(first, hits.length)] : [];
  });
}

function toHit(hit: WeaknessHit, tools: number): Hit {
  const way = hit.flow.length === 0 ? '' : ` | ${hit.flow.join(' -> ')}`;
  const more = tools > 1 ? ` (${tools} tools)` : '';
  return {
    message: `${hit.message}${more}.`,
    location: `${hit.file}:${hit.line}`,
    severity: hit.severity,
    confidence: hit.confidence,
    excerpt: `${hit.excerpt}${way}`.slice(0, MAX_EXCERPT_CHARS),
  };
}

type Text = Omit<RuleText, 'check' | 'fix'> & { fix?: string };

const weakness = (text: Text): Rule =>
  defineRule({
    fix: 'Connect it only where the model sees nothing that a stranger wrote, or use a server that is not exposed to this.',
    ...text,
    check: 'permission-review',
    needs: ['source'],
    find: ({ source }) => weaknessHits(source, text.id),
  });

export const weaknessesRules: Rule[] = [
  weakness({
    id: 'shell-injection',
    severity: 'high',
    title: 'A tool argument reaches a shell',
    why: 'Arguments come from a model that reads what strangers wrote; in a shell `; rm -rf ~` is a command of its own.',
    fixUpstream: 'Use execFile or spawn with a list of arguments and without a shell.',
  }),
  weakness({
    id: 'program-from-argument',
    severity: 'high',
    title: 'A tool argument decides which program is started',
    why: 'Whoever writes what the model reads then starts any program.',
    fixUpstream: 'Choose the program from a list.',
  }),
  weakness({
    id: 'argument-injection',
    severity: 'low',
    title: 'A tool argument may be taken as an option',
    why: 'An argument that begins with a dash is an option to many programs, and some options write files or run programs.',
    fixUpstream: 'Put `--` before arguments that come from outside.',
  }),
  weakness({
    id: 'container-host-access',
    severity: 'high',
    title: 'A container gets the host, or what an argument names of it',
    why: 'What runs in such a container reads and changes all that is mounted: keys, settings, the host itself.',
    fixUpstream:
      'Mount one folder that was resolved and held inside a workspace; drop privileges and the network.',
  }),
  weakness({
    id: 'code-injection',
    severity: 'high',
    title: 'A tool argument is run as code',
    why: 'eval, Function and vm give an argument all that the server has: files, network, credentials.',
    fixUpstream: 'Use a parser for what is really wanted, such as an expression evaluator.',
  }),
  weakness({
    id: 'template-injection',
    severity: 'high',
    title: 'A tool argument is compiled as a template',
    why: 'Templates of most engines can reach the functions of the runtime.',
    fixUpstream: 'Keep templates in the package and pass arguments as data.',
  }),
  weakness({
    id: 'unsafe-deserialization',
    severity: 'high',
    title: 'A tool argument is deserialised unsafely',
    why: 'These formats can carry functions, which run when they are read.',
    fixUpstream: 'Use JSON.parse and check the shape.',
  }),
  weakness({
    id: 'path-traversal',
    severity: 'moderate',
    title: 'A tool argument leads out of its folder',
    why: 'A path with `..`, or an absolute one, reaches keys and settings that the tool was never meant to touch.',
    fixUpstream:
      'Resolve the path (with realpath), and refuse it unless it begins with the folder and a separator.',
  }),
  weakness({
    id: 'weak-path-containment',
    severity: 'low',
    title: 'A file path is held in by a check that can be passed',
    why: 'Comparing before normalising lets `..` through; comparing without a separator lets `/data-old` pass for `/data`.',
    fixUpstream: 'Compare the resolved path with the folder and a separator at its end.',
  }),
  weakness({
    id: 'request-forgery',
    severity: 'moderate',
    title: 'A tool argument decides which host is asked',
    why: 'From inside your machine a request reaches what the internet cannot: routers, databases, cloud metadata.',
    fixUpstream:
      'Allow the hosts that are needed, and refuse private addresses after resolving the name.',
  }),
  weakness({
    id: 'sql-injection',
    severity: 'moderate',
    title: 'A tool argument is part of the text of a query',
    why: 'It can end the statement and begin another.',
    fixUpstream: 'Pass values as parameters, and choose names of tables and columns from a list.',
  }),
  weakness({
    id: 'unbounded-query',
    severity: 'high',
    title: 'A statement of the caller runs with more rights than the tool says',
    why: 'What a statement does is not told by how it begins; whoever writes what the model reads then changes the data.',
    fix: 'Give it a database user that may only read what it shall read.',
    fixUpstream:
      'Run it in a read-only transaction, one statement at a time, as a user that may do no more.',
  }),
  weakness({
    id: 'unlisted-tool',
    severity: 'high',
    title: 'A tool answers that no list shows',
    why: 'Nobody approved what nobody was shown; whoever knows the name calls it past every review.',
    fix: 'Do not connect it.',
    fixUpstream: 'List every tool, and refuse names that are not listed.',
  }),
  weakness({
    id: 'secrets-in-result',
    severity: 'high',
    title: 'A tool gives back secrets of the environment',
    why: 'What a tool gives back goes to the model and its provider, into logs, and to whoever can make it call another tool.',
    fix: 'Start it with an environment that holds nothing but what it needs.',
    fixUpstream: 'Give back only what was asked for, by name.',
  }),
  weakness({
    id: 'open-redirect',
    severity: 'moderate',
    title: 'A request decides where the browser goes next',
    why: 'A sign-in that sends its code to any address gives the account to whoever made the link.',
    fixUpstream: 'Compare the address with those that were registered, whole and not by prefix.',
  }),
  weakness({
    id: 'prototype-pollution',
    severity: 'moderate',
    title: 'Tool arguments are merged deeply into an object',
    why: '`__proto__` in the arguments changes every object of the server, and with that what it does.',
    fixUpstream: 'Skip `__proto__`, `constructor` and `prototype`, or copy known keys only.',
  }),
  weakness({
    id: 'pattern-from-argument',
    severity: 'low',
    title: 'A tool argument becomes a regular expression',
    why: 'A pattern that backtracks keeps the server busy for ever.',
    fixUpstream: 'Escape the argument, or use an engine without backtracking.',
  }),
  weakness({
    id: 'open-network-server',
    severity: 'moderate',
    title: 'The server is open to the network',
    why: 'Anyone who reaches the port may call its tools, with your files and credentials.',
    fix: 'Use the stdio transport, or let it listen on 127.0.0.1 only.',
    fixUpstream: 'Listen on 127.0.0.1 unless told otherwise, and authenticate those who connect.',
  }),
  weakness({
    id: 'token-not-verified',
    severity: 'high',
    title: 'A token is read but not verified',
    why: 'Anybody can write a token that says who they are; only its signature tells whether that is so.',
    fix: 'Do not let it listen where others can reach it.',
    fixUpstream: 'Verify the signature, the issuer and the audience before a claim is believed.',
  }),
  weakness({
    id: 'default-password',
    severity: 'high',
    title: 'A password has a default that everybody knows',
    why: 'Whoever installs it without reading lets in all who have read the code.',
    fix: 'Set a password of your own, and let the server listen on 127.0.0.1 only.',
    fixUpstream: 'Refuse to start without a password, or make a random one and print it.',
  }),
  weakness({
    id: 'no-rebinding-protection',
    severity: 'low',
    title: 'HTTP transport without protection against DNS rebinding',
    why: 'A web page can make its own name point to 127.0.0.1 and then call the server from your browser.',
    fix: 'Use the stdio transport.',
    fixUpstream: 'Check the Host and Origin headers (the SDK does with allowedHosts).',
  }),
  weakness({
    id: 'no-audit-log',
    severity: 'info',
    title: 'No audit log',
    why: 'Without a record of calls nobody can tell afterwards what was done in your name.',
    fix: 'Let the client keep a record of tool calls.',
    fixUpstream: 'Log tool, arguments without secrets, and outcome of each call.',
  }),
];
