// Rules of point 5 about what a run in the sandbox showed: answers, definitions, crashes.
import type { Rule, RuleText } from '../../rule.ts';
import type { RunFact } from '../../types.ts';
import { observedRulesOf } from '../network-egress/observed.ts';

// Fewer tools than this share of all, and a clean result says little.
const MIN_ACCEPTED = 0.8;

const TEXTS: Omit<RuleText, 'check'>[] = [
  {
    id: 'injected-response',
    severity: 'high',
    title: 'What the server answers instructs the model',
    why: 'The text is neither an echo of the call nor a fetched page: the server itself tells the model what to do.',
    fix: 'Do not connect it before you know why the text is there.',
    fixUpstream: 'Return data; leave out what tells a model how to behave.',
  },
  {
    id: 'instructions-in-definition',
    severity: 'high',
    title: 'A definition of the running server instructs the model',
    why: 'The definition differs from what was read in the source, and holds instructions beyond the use of the tool.',
    fix: 'Do not connect it before you have read all its tool descriptions.',
    fixUpstream: 'Describe what the tool does, nothing else.',
  },
  {
    id: 'tool-definitions-changed',
    severity: 'moderate',
    title: 'Tool definitions change while the server runs, or from client to client',
    why: 'What was approved is not what is used later. Clients rarely show the change.',
    fix: 'Compare the definitions in the report, and have your client ask when they change.',
    fixUpstream:
      'Keep definitions constant in a version; announce groups of tools that are switched on.',
  },
  {
    id: 'command-injection-proved',
    severity: 'high',
    title: 'An argument of a tool is executed',
    why: 'A command inside an ordinary argument looked up a host name that only its execution could make: proved, not guessed.',
    fix: 'Do not connect it until it is fixed.',
    fixUpstream: 'Start programs with a list of arguments and no shell (execFile, spawn).',
  },
  {
    id: 'path-traversal-proved',
    severity: 'moderate',
    title: 'A tool reaches files outside its folder',
    why: 'A path in an argument led to a file that the tool has no business with.',
    fix: 'Run it where there is nothing to take, e.g. in a container with one folder.',
    fixUpstream:
      'Resolve the path, links included, and refuse what is not below the configured folder.',
  },
  {
    id: 'planted-secret-in-response',
    severity: 'high',
    title: 'An answer contains a secret that no call asked for',
    why: 'The server reads credential files by itself and hands them to the model.',
    fix: 'Do not connect it.',
  },
  {
    id: 'leaks-environment',
    severity: 'moderate',
    title: 'Answers hand out environment variables',
    why: 'Every key in the environment of the server ends in the conversation, and from there elsewhere.',
    fix: 'Start it with an environment that holds only what it needs.',
    fixUpstream: 'Never put the values of variables into an answer.',
  },
  {
    id: 'secret-in-response',
    severity: 'moderate',
    title: 'An answer contains what looks like a credential',
    why: 'It has the form of a real key; whose it is cannot be told from outside.',
    fix: 'Look at the excerpt, and tell the maintainer.',
  },
  {
    id: 'crashes-on-input',
    severity: 'moderate',
    title: 'The server ends on odd arguments',
    why: 'A model that sends such an argument takes all tools of the server away from the session.',
    fix: 'Expect it to stop now and then; look for a release that fixes it.',
    fixUpstream: 'Catch errors of a call and answer with isError.',
  },
  {
    id: 'hangs-on-input',
    severity: 'moderate',
    title: 'The server answers nothing any more after odd arguments',
    why: 'One call blocks all that follow.',
    fix: 'Set a time limit in your client; look for a release that fixes it.',
    fixUpstream: 'Do long work outside the event loop, with a time limit.',
  },
  {
    id: 'response-flood',
    severity: 'moderate',
    title: 'The server floods its client',
    why: 'Endless lines, messages or nesting exhaust the client that reads them.',
    fix: 'Do not use it with a client that holds other work.',
    fixUpstream: 'Bound what a call can return, and page the rest.',
  },
  {
    id: 'exhausts-resources',
    severity: 'moderate',
    title: 'The server exhausts memory, processes or disk',
    why: 'A call can bring the machine to a stand.',
    fix: 'Run it with limits, e.g. in a container.',
    fixUpstream: 'Bound what a single call can allocate or start.',
  },
  {
    id: 'shadowing-tool-name',
    severity: 'moderate',
    title: 'A tool name stands in for another',
    why: "A tool that bears another's name may be called in its place.",
    fix: 'Use it only where its tools are shown with the name of their server.',
    fixUpstream: 'Give tools plain names of their own.',
  },
  {
    id: 'stack-trace-in-response',
    severity: 'low',
    title: 'Answers show stack traces',
    why: 'They tell paths and inner workings, and use up the context of the model.',
    fix: 'Nothing to do; tell the maintainer.',
    fixUpstream: 'Answer with the message of an error, not its stack.',
  },
  {
    id: 'asks-for-secrets',
    severity: 'high',
    title: 'The server asks the user for a secret',
    why: 'What is typed into such a form passes through the client and the server; the protocol forbids it.',
    fix: 'Do not answer it. Give credentials through the server’s own configuration only.',
    fixUpstream: 'Use URL mode elicitation, or take the credential from the environment.',
  },
  {
    id: 'remote-image-in-response',
    severity: 'moderate',
    title: 'An answer shows a picture from an undeclared host',
    why: 'A client that draws it sends the address, and whatever stands in it, to that host without a click.',
    fix: 'Use a client that does not load remote pictures, and look where the address comes from.',
    fixUpstream: 'Send pictures as image content, or name the host in the README.',
  },
  {
    id: 'escape-sequences-in-response',
    severity: 'low',
    title: 'Answers contain terminal escape sequences',
    why: 'A client that prints them as they are lets the server write over what is on the screen.',
    fix: 'Use a client that escapes them.',
    fixUpstream: 'Switch colours off where output is no terminal.',
  },
  {
    id: 'fetched-content-verbatim',
    severity: 'info',
    title: 'Fetched content comes back word for word',
    why: 'Whoever writes the page that is fetched writes what the model reads. That is what fetching means; treat it so.',
    fix: 'Do not let the model act on its own on what this server fetches.',
    fixUpstream: 'Mark fetched content as such in the answer.',
  },
  {
    id: 'slow-tool',
    severity: 'info',
    title: 'A tool did not answer in time',
    why: 'It was not exercised fully; the server went on answering other calls meanwhile.',
    fix: 'Nothing to do.',
  },
  {
    id: 'noise-on-stdout',
    severity: 'info',
    title: 'Lines that are no messages stand on standard output',
    why: 'Some clients stop at the first such line.',
    fix: 'Nothing to do if your client copes.',
    fixUpstream: 'Write logs to standard error.',
  },
];

export const observedRules: Rule[] = observedRulesOf('response-fuzzing', TEXTS);

/** Whether the run was finished and enough tools accepted a call for silence to mean something. */
export function isCovered(run: RunFact): boolean {
  const { tools, toolsAccepted } = run.fuzz;
  return run.complete && tools > 0 && toolsAccepted >= tools * MIN_ACCEPTED;
}
