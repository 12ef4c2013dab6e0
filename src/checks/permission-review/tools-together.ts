// Rules of point 3: what a server's tools are when taken together, and what it wants from its user.
import { escapeExcerpt } from '../../analyze/text/escape.ts';
import { defineRule } from '../../rule.ts';
import type { Hit, Rule } from '../../rule.ts';
import type { PackageAnalysis, Severity, ToolDefinition } from '../../types.ts';
import { toolWords, wordsOf } from './tool-words.ts';
import { weaknessHits } from './weaknesses.ts';

const duplicateNames = defineRule({
  id: 'duplicate-tool-name',
  check: 'permission-review',
  severity: 'low',
  title: 'Two tools have one name',
  why: 'Which of them a call reaches depends on the order; an approval of one covers the other.',
  fix: 'Ask the maintainer which one is meant.',
  fixUpstream: 'Give each tool its own name.',
  needs: ['source'],
  find({ source }) {
    const seen = new Map<string, ToolDefinition>();
    const hits: Hit[] = [];
    for (const tool of source.subject.surface.tools) {
      const before = seen.get(tool.name);
      if (!before) seen.set(tool.name, tool);
      else if (before.hash !== tool.hash && hits.length < 10) {
        hits.push({
          message: 'Two different tools have one name.',
          location: `${tool.file ?? 'tools'}:${tool.line ?? 1}`,
          confidence: 'medium',
          excerpt: escapeExcerpt(tool.name, 200),
        });
      }
    }
    return hits;
  },
});

const exfiltrationChain = defineRule({
  id: 'exfiltration-chain',
  check: 'permission-review',
  severity: 'low',
  title: 'Its tools together can carry private data out',
  why: 'One tool brings in text of strangers, one reads private data, one sends: an instruction hidden in the first can use the others.',
  fix: 'Have the client ask before calls that send, and do not connect it beside servers with private data.',
  fixUpstream: 'Let tools that send ask for confirmation.',
  needs: ['source'],
  find({ source }) {
    const { chain } = toolWords();
    const { tools } = source.subject.surface;
    const of = (pattern: string) =>
      tools.filter((tool) => new RegExp(pattern, 'i').test(wordsOf(tool)));
    const sendsFreely = (tool: ToolDefinition) => tool.annotations.readOnlyHint !== true;
    const files = tools.filter((tool) => tool.handlerCapabilities?.includes('file-read'));
    const reads = [...of(chain.private), ...files];
    const takesIn = of(chain.untrusted);
    const sends = of(chain.sends).filter(sendsFreely);
    const [first] = sends;
    if (reads.length === 0 || takesIn.length === 0 || !first) return [];
    // Files of the machine weigh more than what lies in the service anyway.
    const isWide = files.length > 0;
    const names = [reads[0], takesIn[0], first].map((tool) => tool?.name ?? '');
    return [
      {
        message: 'Its tools together can read private data, take in text of strangers and send.',
        location: `${first.file ?? 'tools'}:${first.line ?? 1}`,
        severity: isWide ? 'low' : 'info',
        confidence: 'low',
        excerpt: escapeExcerpt(names.join(' + '), 200),
      },
    ];
  },
});

const noOutputSchema = defineRule({
  id: 'no-output-schema',
  check: 'permission-review',
  severity: 'info',
  title: 'Tools answer in free text',
  why: 'With an outputSchema a client can tell data from instructions.',
  fix: 'Treat what the tools return as text of a stranger.',
  fixUpstream: 'Declare outputSchema and return structuredContent.',
  needs: ['source'],
  find({ source }) {
    const { tools } = source.subject.surface;
    const without = tools.filter((tool) => !tool.hasOutputSchema).length;
    if (tools.length === 0 || without === 0) return [];
    const message = `${without} of ${tools.length} tools declare no outputSchema.`;
    return [{ message, location: 'tools', confidence: 'medium' }];
  },
});

const noSessionAuthorization = defineRule({
  id: 'no-session-authorization',
  check: 'permission-review',
  severity: 'info',
  title: 'No authorisation per session',
  why: 'Whoever is connected may call every tool with the rights of the one credential that the server was started with.',
  fix: 'Give it a credential with the least rights that will do.',
  fixUpstream: 'Check per session, or per call, what the caller may do.',
  needs: ['source'],
  find({ source }) {
    const { environment, surface } = source.subject;
    const secrets = environment.filter(({ name }) => /KEY|TOKEN|SECRET|PASSWORD/i.test(name));
    if (surface.tools.length === 0 || secrets.length === 0) return [];
    const message = 'Every call is made with the credential that the server was started with.';
    return [{ message, location: 'tools', confidence: 'low' }];
  },
});

const wideCredentials = defineRule({
  id: 'wide-credentials',
  check: 'permission-review',
  severity: 'low',
  title: 'Wants a permanent, wide credential',
  why: 'What it can do with it, anyone who gets at the server can do, and for as long as the credential lives.',
  fix: 'Make a credential for this server alone, with the least scope and an end date.',
  fixUpstream:
    'Support scoped or short-lived credentials (OAuth, roles) and say which scopes are needed.',
  needs: ['source'],
  find({ source }) {
    const { credentials } = toolWords();
    const asked = scopesAsked(source.subject);
    const idle = weaknessHits(source, 'wide-credentials');
    if (asked || idle.length > 0) return [...(asked ? [asked] : []), ...idle];
    const names = [...new Set(source.subject.environment.map(({ name }) => name))].sort();
    const strong = names.filter((name) => new RegExp(credentials.strong).test(name));
    const scoped = names.filter((name) => new RegExp(credentials.scoped).test(name));
    const found = strong.length > 0 ? strong : scoped;
    const [first] = found;
    if (first === undefined) return [];
    const at = source.subject.environment.find(({ name }) => name === first);
    const [message, severity] = wordsFor(strong, source.subject.surface.tools);
    return [
      {
        message,
        location: at ? `${at.file}:${at.line}` : 'environment',
        severity,
        confidence: 'medium',
        excerpt: escapeExcerpt(found.slice(0, 8).join(', '), 200),
      },
    ];
  },
});

/** Rights to administer or delete that the README asks for, where all tools only read. */
function scopesAsked({ readme, surface: { tools } }: PackageAnalysis): Hit | undefined {
  const { scopes } = toolWords().credentials;
  const scope = demandsIn(readme ?? '')
    .map((sentence) => new RegExp(scopes, 'i').exec(sentence)?.[0])
    .find(Boolean);
  if (scope === undefined || tools.length === 0 || !tools.every(isRead)) return undefined;
  return {
    message: 'It wants a token that may administer or delete, though all its tools only read.',
    location: 'README',
    severity: 'moderate',
    confidence: 'medium',
    excerpt: escapeExcerpt(scope, 200),
  };
}

/** Sentences of the README that do not forbid something. */
function demandsIn(readme: string): string[] {
  const { credentials } = toolWords();
  const negated = new RegExp(credentials.negated, 'i');
  // A credential "without expiry" is asked for all the same.
  const endless = new RegExp(credentials.endless, 'gi');
  return readme
    .slice(0, MAX_README_CHARS)
    .split(/[.;!?](?=\s)|\n\s*\n/)
    .filter((sentence) => !negated.test(sentence.replace(endless, ' ')));
}
const MAX_README_CHARS = 100_000;

const isRead = ({ name, annotations }: ToolDefinition) =>
  annotations.readOnlyHint === true || new RegExp(toolWords().credentials.reads, 'i').test(name);

/** `execute_sql` and the like, where nothing keeps it to reading. */
function runsStatements({ name, annotations }: ToolDefinition, statements: string): boolean {
  return annotations.readOnlyHint !== true && new RegExp(statements, 'i').test(name);
}

/** The secret of a wallet signs; to look at the wallet its address is enough. */
function wordsFor(
  strong: readonly string[],
  tools: readonly ToolDefinition[],
): [message: string, severity: Severity] {
  const { wallet, admin, statements } = toolWords().credentials;
  if (strong.length === 0)
    return ['It wants a token that can be given less scope than it usually has.', 'info'];
  const isAdmin = strong.some((name) => new RegExp(admin).test(name));
  if (isAdmin && tools.some((tool) => runsStatements(tool, statements)))
    return ['It runs any statement with an administrator key.', 'moderate'];
  if (isAdmin && tools.length > 0 && tools.every(isRead))
    return ['It wants an administrator key, though all its tools only read.', 'moderate'];
  const isWallet = strong.some((name) => new RegExp(wallet).test(name));
  return isWallet && tools.length > 0 && tools.every(isRead)
    ? ['It wants the secret of a wallet, though all its tools only read.', 'moderate']
    : ['It wants a password, a private key or an administrator key.', 'low'];
}

export const serverToolsRules: Rule[] = [
  duplicateNames,
  exfiltrationChain,
  noOutputSchema,
  noSessionAuthorization,
  wideCredentials,
];
