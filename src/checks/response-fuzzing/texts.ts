// Rules of point 5 about the texts of the server: what its tools, prompts and resources tell a model.
import { defineRule, type Hit, type Rule } from '../../rule.ts';
import type {
  Confidence,
  InstructionFinding,
  ServerText,
  Severity,
  TextObservation,
} from '../../types.ts';

const HIDDEN = new Set(['hidden-characters', 'hidden-text']);
const OTHER_TOOLS = new Set(['cross-tool-reference', 'other-tool-changed']);
// What src/analyze/source/surface/loose-texts.ts gives for an owner.
const LOOSE = 'source';
// As many words make a sentence.
const MIN_WORDS = 5;
const ORDER: Record<Severity, number> = { info: 0, low: 1, moderate: 2, high: 3, critical: 4 };

const instructionInToolText = defineRule({
  id: 'instruction-in-tool-text',
  check: 'response-fuzzing',
  severity: 'high',
  title: 'A text of the server gives orders to the model',
  why: 'Whatever a tool says about itself is read by the model as if you had said it. Texts that ask for secrets, secrecy or other tools turn it against you.',
  fix: 'Do not connect this server before you have read the text and know why it is there.',
  fixUpstream:
    'Describe what the tool does; leave out orders to the model that are not about calling it.',
  caps: 'do-not-use',
  needs: ['texts'],
  find: ({ texts }) => texts.flatMap((text) => hitOf(text, isInstruction, instructionMessage)),
});

const hiddenCharacters = defineRule({
  id: 'hidden-characters',
  check: 'response-fuzzing',
  severity: 'high',
  title: 'A text of the server hides something from its reader',
  why: 'Invisible characters, encoded runs and comments are read by the model and not by you.',
  fix: 'Do not connect this server before you have seen the decoded text.',
  fixUpstream: 'Remove invisible characters and encoded text from descriptions.',
  caps: 'do-not-use',
  needs: ['texts'],
  find: ({ texts }) =>
    texts.flatMap((text) => hitOf(text, (finding) => HIDDEN.has(finding.ruleId), hiddenMessage)),
});

const crossToolReference = defineRule({
  id: 'cross-tool-reference',
  check: 'response-fuzzing',
  severity: 'moderate',
  title: 'A text of the server talks about tools that are not its own',
  why: 'A description that changes how another server’s tool is to be used (shadowing) works without ever being called.',
  fix: 'Connect it only apart from servers whose tools it names.',
  fixUpstream: 'Name only tools of this server.',
  needs: ['texts'],
  find: ({ texts }) =>
    texts.flatMap((text) =>
      hitOf(text, (finding) => OTHER_TOOLS.has(finding.ruleId), crossMessage),
    ),
});

export const textsRules: Rule[] = [instructionInToolText, hiddenCharacters, crossToolReference];

// One hit for each text: its worst finding of the kind; the others are in its neighbourhood.
function hitOf(
  observation: TextObservation,
  belongs: (finding: InstructionFinding) => boolean,
  message: (finding: InstructionFinding, others: number) => string,
): Hit[] {
  const { text, verdict } = observation;
  const findings = verdict.findings.filter(belongs);
  // Of two that are as bad, the surer one decides.
  const worst =
    findings.find((one) => one.severity === findings[0]?.severity && !one.confidence) ??
    findings[0];
  // Single words that might mean something are for `mcp-vet text`, not for a report.
  if (worst === undefined || ORDER[worst.severity] < ORDER.moderate) return [];
  const kinds = kindsOf(findings);
  const isSure = isForModel(text, kindsOf(verdict.findings).size);
  const confidence = confidenceOf(worst, kinds.size, verdict.findings);
  return [
    {
      message: message(worst, Math.max(0, kinds.size - 1)),
      location: locationOf(text),
      severity: isConcealedProse(worst) ? 'critical' : worst.severity,
      confidence: isSure || confidence !== 'high' ? confidence : 'medium',
      excerpt: worst.excerpt,
      caps: isSure && mayCap(worst, verdict.findings) ? 'do-not-use' : null,
    },
  ];
}

// A string of which nothing tells that it reaches a model has to say more than one such thing; a
// document may be for other readers.
function isForModel({ owner, location }: ServerText, kinds: number): boolean {
  return owner !== LOOSE || (location !== 'prompt' && kinds >= 2);
}

function kindsOf(findings: readonly InstructionFinding[]): Set<string> {
  const grave = findings.filter(({ severity }) => ORDER[severity] >= ORDER.moderate);
  return new Set(grave.map(({ ruleId }) => ruleId));
}

function locationOf(text: TextObservation['text']): string {
  if (text.file !== undefined)
    return text.line === undefined ? text.file : `${text.file}:${text.line}`;
  return text.location;
}

// A sentence that was put where nobody sees it; right-to-left scripts have honest uses for such marks.
function isConcealedProse({ ruleId, severity, excerpt }: InstructionFinding): boolean {
  if (!HIDDEN.has(ruleId) || severity !== 'high' || /[\u0590-\u08ff]/.test(excerpt)) return false;
  return (excerpt.match(/\p{L}{2,}/gu) ?? []).length >= MIN_WORDS;
}

// Sure: critical, or several different rules agree.
function confidenceOf(
  worst: InstructionFinding,
  kinds: number,
  all: readonly InstructionFinding[],
): Confidence {
  if (worst.confidence) return worst.confidence;
  if (worst.severity === 'critical') return 'high';
  if (worst.severity === 'high') return kinds >= 2 || kindsOf(all).size >= 2 ? 'high' : 'medium';
  return worst.severity === 'moderate' ? 'medium' : 'low';
}

// Trust is lost by what cannot be an accident: a critical two-part instruction, or orders in a hidden channel.
function mayCap(worst: InstructionFinding, all: readonly InstructionFinding[]): boolean {
  if (worst.confidence) return false;
  if (worst.severity === 'critical') return true;
  if (!HIDDEN.has(worst.ruleId) || worst.severity !== 'high') return false;
  return all.some((finding) => isInstruction(finding) && ORDER[finding.severity] >= ORDER.high);
}

function isInstruction({ ruleId }: InstructionFinding): boolean {
  return !HIDDEN.has(ruleId) && !OTHER_TOOLS.has(ruleId) && ruleId !== 'text-not-scanned';
}

function instructionMessage({ ruleId }: InstructionFinding, others: number): string {
  const more = others === 0 ? '' : ` and ${others} more kind${others === 1 ? '' : 's'}`;
  return `The text holds instruction-like language (${ruleId}${more})`;
}

function hiddenMessage({ ruleId }: InstructionFinding): string {
  return ruleId === 'hidden-text'
    ? 'The text carries natural language that its reader does not see (the excerpt is decoded)'
    : 'The text holds characters that its reader does not see (the excerpt is decoded)';
}

function crossMessage({ ruleId }: InstructionFinding): string {
  return ruleId === 'other-tool-changed'
    ? 'The text says how another tool is to behave'
    : 'The text names a tool that this server does not offer';
}
