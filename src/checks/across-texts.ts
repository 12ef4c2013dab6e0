// Texts of the rules about a client configuration; these rules need no evidence of a package.
import type { RuleText } from '../rule.ts';
import type { Finding } from '../types.ts';

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
