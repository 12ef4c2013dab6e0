// Rules of point 4 about what a run in the sandbox showed: where it connected, what it read and wrote.
import { defineRule, type Hit, type Rule, type RuleText } from '../../rule.ts';
import type { CheckId, RunObservation } from '../../types.ts';

const READ_SOURCE = 'Do not connect it before you know why it does this.';

const TEXTS: Omit<RuleText, 'check'>[] = [
  {
    id: 'observed-exfiltration',
    severity: 'critical',
    title: 'A secret left the sandbox for a place where it does not belong',
    why: 'The sandbox plants secrets that nobody asked for. One of them was sent out, or a credential went to a host that is not its service: observed, not guessed.',
    fix: 'Do not connect it. If it ever ran on your machine, replace every credential that it could read.',
    caps: 'do-not-use',
  },
  {
    id: 'writes-agent-config',
    severity: 'critical',
    title: 'The server changes files that steer other programs',
    why: 'Agent and editor configurations, git hooks, shell profiles and ssh files are obeyed the next time that something else starts: this is how a server outlives its removal.',
    fix: 'Do not connect it. If it ran, look through these files for lines that you did not write.',
    caps: 'do-not-use',
  },
  {
    id: 'changes-credentials',
    severity: 'high',
    title: 'The server changes credential or repository files outside its own',
    why: 'Nothing asked for it, and the files belong to other programs.',
    fix: READ_SOURCE,
  },
  {
    id: 'changes-project-files',
    severity: 'moderate',
    title: 'The server changes files of your project without being asked',
    why: 'A line in package.json or a script runs the next time that somebody builds.',
    fix: READ_SOURCE,
  },
  {
    id: 'listens-on-every-address',
    severity: 'moderate',
    title: 'The server opens a port to the network',
    why: 'Everybody on the same network, and any page in your browser, can try to use its tools.',
    fix: 'Start it in a mode that uses standard input and output only, or on 127.0.0.1.',
    fixUpstream: 'Listen on 127.0.0.1, check the Origin header, and ask for a token.',
  },
  {
    id: 'planted-secret-read',
    severity: 'high',
    title: 'The server reads credential files that nobody asked for',
    why: 'A key that is read can be sent later, or in a way that the sandbox cannot see.',
    fix: READ_SOURCE,
    fixUpstream: 'Read credentials only from variables or files that the documentation names.',
  },
  {
    id: 'credential-to-any-host',
    severity: 'high',
    title: "The server's credential is sent to whatever address an argument names",
    why: 'A page or a prompt that gets the model to call the tool with its own address receives the credential.',
    fix: 'Give it a credential that can do little, or none.',
    fixUpstream: 'Attach credentials only to requests to your own service.',
  },
  {
    id: 'sends-any-file',
    severity: 'moderate',
    title: 'A tool sends out any file that an argument names',
    why: 'A prompt that gets the model to name a key file has it sent away.',
    fix: 'Run it where there is nothing to take, e.g. in a container with one folder.',
    fixUpstream: 'Accept paths below a configured folder only.',
  },
  {
    id: 'dns-tunnel',
    severity: 'high',
    title: 'DNS questions carry data',
    why: 'Long coded labels and unusual record types move data through resolvers that let everything pass.',
    fix: READ_SOURCE,
  },
  {
    id: 'raw-ip-contacted',
    severity: 'high',
    title: 'The server contacts an address without a name',
    why: 'Honest services have names; a bare address avoids name-based blocking and tells nothing of its owner.',
    fix: 'Ask the maintainer what the address is before you connect it.',
    fixUpstream: 'Use a host name, and name it in the README.',
  },
  {
    id: 'unusual-port',
    severity: 'high',
    title: 'The server contacts an undeclared host on an unusual port',
    why: 'Control channels often use ports that web filters do not look at.',
    fix: READ_SOURCE,
    fixUpstream: 'Name the host and the port in the README.',
  },
  {
    id: 'egress-during-install',
    severity: 'high',
    title: 'An install script contacts the network',
    why: 'What is downloaded while installing is covered by no lockfile and can change after every review.',
    fix: 'Install with --ignore-scripts.',
    fixUpstream:
      'Ship what is needed in the package, or as optional dependencies for each platform.',
  },
  {
    id: 'local-port-scan',
    severity: 'moderate',
    title: 'The server searches this machine for open ports',
    why: 'Databases, debuggers and model servers on your own machine often ask nobody for a password.',
    fix: 'Find out what it looks for before you connect it.',
    fixUpstream: 'Connect to the one port that the user configured.',
  },
  {
    id: 'egress-at-start',
    severity: 'moderate',
    title: 'The server contacts undeclared hosts before any tool is called',
    why: 'A server has no request to serve yet; what it sends concerns you.',
    fix: 'Find the host in the source and decide whether you want to talk to it.',
    fixUpstream: 'Name the host in the README, and let people switch it off.',
  },
  {
    id: 'telemetry',
    severity: 'moderate',
    title: 'The server reports to a telemetry service',
    why: 'Telemetry may carry names of files, arguments and errors.',
    fix: 'Look for a switch in its documentation, e.g. DO_NOT_TRACK=1.',
    fixUpstream: 'Ask before sending, and say what is sent.',
  },
  {
    id: 'unexpected-egress',
    severity: 'moderate',
    title: 'A tool contacts a host that neither README nor source names',
    why: 'Where the address comes from could not be found by reading.',
    fix: READ_SOURCE,
    fixUpstream: 'Name the hosts that each tool contacts.',
  },
  {
    id: 'metadata-address-reached',
    severity: 'low',
    title: 'A tool can be led to the cloud metadata address',
    why: 'On a cloud machine that address hands out credentials of the machine.',
    fix: 'Do not run it on cloud machines without blocking 169.254.169.254.',
    fixUpstream: 'Refuse private and link-local addresses in arguments.',
  },
  {
    id: 'declared-egress',
    severity: 'info',
    title: 'The server contacted a host that its documentation or source names',
    why: 'For your information: this is where data goes when it is used.',
    fix: 'Nothing to do if you expected it.',
  },
];

export const observedRules: Rule[] = observedRulesOf('network-egress', TEXTS);

/** One rule for each text; it hands on what the sandbox's judges found under its id. */
export function observedRulesOf(check: CheckId, texts: Omit<RuleText, 'check'>[]): Rule[] {
  return texts.map((text, index) =>
    defineRule({
      ...text,
      check,
      needs: ['run'],
      // One gap says that there was no run; a dozen would say no more.
      isOptional: index > 0,
      find: ({ run }) => run.observations.filter(({ ruleId }) => ruleId === text.id).map(hitOf),
    }),
  );
}

function hitOf({ message, severity, confidence, phase, tool, excerpt }: RunObservation): Hit {
  return {
    ...{ message, severity, confidence },
    location: tool === undefined ? `run:${phase}` : `run:${phase} tool:${tool}`,
    ...(excerpt === undefined ? {} : { excerpt }),
  };
}
