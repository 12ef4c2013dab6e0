// Rules of point 5 about what the server declares: where its texts come from, what its forms and names are for.
import { defineRule, type Hit, type Rule, type RuleText } from '../../rule.ts';
import type { SourceFact, SurfaceNote } from '../../types.ts';

interface NoteRule extends RuleText {
  kind: SurfaceNote['kind'];
  message: string;
}

const NOTES: Omit<NoteRule, 'check'>[] = [
  {
    kind: 'remote-definition',
    id: 'definitions-from-network',
    severity: 'high',
    title: 'The texts of a tool come from the network',
    why: 'Whoever runs that host writes what the model reads about the tool, anew at every start and after every review.',
    fix: 'Do not connect it, or only where the host is as trusted as the package.',
    fixUpstream: 'Keep the texts of tools in the package.',
    message: 'What a tool says of itself is taken from an answer of the network',
  },
  {
    kind: 'secret-asked',
    id: 'form-asks-for-secrets',
    severity: 'high',
    title: 'The code asks the user for a secret in a form of the client',
    why: 'What is typed into such a form passes through the client and the server; the protocol forbids it.',
    fix: 'Do not answer it. Give credentials through the server’s own configuration only.',
    fixUpstream: 'Use URL mode elicitation, or take the credential from the environment.',
    message: 'A form that the client shows for this server has a field for a secret',
  },
  {
    kind: 'disguised-name',
    id: 'disguised-tool-name',
    severity: 'critical',
    title: 'The name of a tool passes for another name',
    why: 'Letters of another script look the same to you and are another tool to the client.',
    fix: 'Do not connect it.',
    fixUpstream: 'Use Latin letters, digits and underscores in the names of tools.',
    message: 'The name of a tool holds letters that look like others, or that nobody sees',
  },
];

export const surfaceRules: Rule[] = NOTES.map(({ kind, message, ...rule }) =>
  defineRule({
    ...rule,
    check: 'response-fuzzing',
    needs: ['source'],
    find: ({ source }) => hitsOf(source, kind, message),
  }),
);

function hitsOf(source: SourceFact, kind: SurfaceNote['kind'], message: string): Hit[] {
  const { notes = [] } = source.subject.surface;
  return notes
    .filter((note) => note.kind === kind)
    .map(({ severity, file, line, excerpt }) => {
      return { message, location: `${file}:${line}`, severity, confidence: 'medium', excerpt };
    });
}
