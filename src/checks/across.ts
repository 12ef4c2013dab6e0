// Findings about a client configuration and across its servers. No value of env, header or argument is ever quoted.
import { isSecret, isSecretValue, namedArguments } from '../analyze/secrets.ts';
import type { RuleText } from '../rule.ts';
import type { ConfiguredServer, Finding, Launch, Report } from '../types.ts';

interface Configured {
  server: ConfiguredServer;
  launch: Launch;
}
type Text = Omit<RuleText, 'check'>;

const TEXTS = {
  'secret-in-configuration': {
    id: 'secret-in-configuration',
    severity: 'moderate',
    title: 'A secret stands in a client configuration in plain text',
    why: 'Configurations are synchronised, backed up and pasted; every program of yours can read them.',
    fix: 'Let the client ask for it or take it from the environment (${input:...}, ${env:...}), and replace the secret.',
  },
  'remote-without-tls': {
    id: 'remote-without-tls',
    severity: 'moderate',
    title: 'A remote server is reached without TLS',
    why: 'Anyone on the way reads your data and writes the answers that your model acts on.',
    fix: 'Use its https URL.',
  },
  'wide-directory': {
    id: 'wide-directory',
    severity: 'moderate',
    title: 'A server is handed a whole home or root directory',
    why: 'Keys, mail and browser profiles are in there; one misled call reads them.',
    fix: 'Name the project folder that it needs.',
  },
  'auto-approve-all': {
    id: 'auto-approve-all',
    severity: 'moderate',
    title: 'Every tool of a server runs without asking',
    why: 'The question is the last thing between an injected instruction and its effect.',
    fix: 'List the few read-only tools that may run unasked.',
  },
  'exfiltration-chain-across-servers': {
    id: 'exfiltration-chain-across-servers',
    severity: 'low',
    title:
      'Together, the servers can read private data, take in untrusted content and send data out',
    why: 'A text from outside can tell the model to fetch private data with one server and send it with another.',
    fix: 'Do not connect all three kinds in one session, or let every sending tool ask first.',
  },
  'expired-suppression': {
    id: 'expired-suppression',
    severity: 'low',
    title: 'A suppression has expired',
    why: 'It was granted for a time, so that somebody looks again.',
    fix: 'Look at the finding again, then renew the entry with a new date or remove it.',
  },
} as const satisfies Record<string, Text>;

/** For `mcp-vet rules`, the README and SARIF; these rules need no evidence of a package. */
export const acrossRules: RuleText[] = Object.values(TEXTS).map((text) => ({
  ...text,
  check: 'permission-review',
}));

const WIDE =
  /^(\/|~\/?|\$HOME\/?|\$\{(env:)?HOME\}\/?|\$\{userHome\}\/?|%USERPROFILE%\\?|[A-Za-z]:[\\/]?|\/(home|Users)(\/[^/]+)?\/?|[A-Za-z]:\\Users(\\[^\\]+)?\\?|\/root\/?)$/;
const READS = ['file-read', 'database', 'mail', 'credentials', 'clipboard'];

export function judgeConfiguration(
  servers: readonly Configured[],
  reports: readonly Report[],
): Finding[] {
  const findings = servers.flatMap((configured) => [
    ...secretFindings(configured.server),
    ...remoteFindings(configured),
    ...directoryFindings(configured.server),
    ...approvalFindings(configured.server),
  ]);
  return [...findings, ...chainFindings(servers, reports)];
}

export function acrossFinding(
  id: keyof typeof TEXTS,
  message: string,
  location: string,
  excerpt?: string,
): Finding {
  const { severity, fix } = TEXTS[id];
  return {
    ruleId: id,
    severity,
    confidence: 'high',
    message,
    location,
    fix,
    ...(excerpt === undefined ? {} : { excerpt }),
  };
}

function placeOf(server: ConfiguredServer): string {
  return `${server.file}#${server.server}`;
}

function secretFindings(server: ConfiguredServer): Finding[] {
  const fields: [string, string, string][] = [
    ...Object.entries(server.env).map(([k, v]): [string, string, string] => ['variable', k, v]),
    ...Object.entries(server.headers).map(([k, v]): [string, string, string] => ['header', k, v]),
    ...namedArguments(server.args).map(({ name, value }): [string, string, string] => [
      'argument',
      name,
      value,
    ]),
  ];
  return fields
    .filter(([, name, value]) => isSecret(name, value))
    .map(([kind, name]) => {
      const shown = /^[\w-]{1,60}$/.test(name) && !isSecretValue(name) ? ` ${name}` : '';
      return acrossFinding(
        'secret-in-configuration',
        `A ${kind}${shown} holds a secret in plain text`,
        placeOf(server),
      );
    });
}

function remoteFindings({ server, launch }: Configured): Finding[] {
  const url =
    launch.kind === 'remote'
      ? launch.url
      : launch.kind === 'npm' && launch.wraps?.kind === 'remote'
        ? launch.wraps.url
        : undefined;
  if (url === undefined || !URL.canParse(url)) return [];
  const { protocol, hostname } = new URL(url);
  const isLocal = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\]|host\.docker\.internal)$/.test(hostname);
  if (protocol !== 'http:' || isLocal) return [];
  return [
    acrossFinding(
      'remote-without-tls',
      'A remote server is configured with http',
      placeOf(server),
      hostname,
    ),
  ];
}

function directoryFindings(server: ConfiguredServer): Finding[] {
  const wide = server.args.find((word) => WIDE.test(word.replace(/^--?[\w-]+=/, '')));
  if (wide === undefined || !server.command) return [];
  return [
    acrossFinding(
      'wide-directory',
      'A whole home or root directory is handed over as an argument',
      placeOf(server),
    ),
  ];
}

function approvalFindings(server: ConfiguredServer): Finding[] {
  if (!server.autoApprove.includes('*')) return [];
  return [
    acrossFinding(
      'auto-approve-all',
      'All tools of this server run without asking',
      placeOf(server),
    ),
  ];
}

/** One finding a configuration: who reads, who takes in, who sends. */
function chainFindings(servers: readonly Configured[], reports: readonly Report[]): Finding[] {
  if (servers.length < 2) return [];
  const can = (report: Report, wanted: readonly string[]) =>
    (report.function?.expectedCapabilities ?? []).some((capability) => wanted.includes(capability));
  const names = (chosen: readonly Report[]) => chosen.map((report) => report.subject.name).sort();
  const reads = reports.filter((report) => can(report, READS));
  const network = reports.filter((report) => can(report, ['network-client']));
  const isApart = reads.some((report) => network.some((other) => other !== report));
  if (reads.length === 0 || network.length === 0 || !isApart) return [];
  const message = `Private data can be read by ${names(reads).join(', ')} and leave through ${names(network).join(', ')}`;
  return [
    acrossFinding('exfiltration-chain-across-servers', message, servers[0]?.server.file ?? ''),
  ];
}
