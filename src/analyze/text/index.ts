// Finds instruction-like language in texts that a model will read: what an MCP server says about itself
// and what its tools return. No model: normalise, decode, two-part phrases, use or mention, location.
import type {
  InstructionFinding,
  InstructionVerdict,
  ServerText,
  Severity,
  TextLocation,
  TextObservation,
} from '../../types.ts';
import { withoutDisowned } from './disowned.ts';
import { escapeExcerpt } from './escape.ts';
import { isAboutSecurity, isDenied, isLeftToUser, isMention, isOwnCall } from './guard.ts';
import { hiddenFindings } from './hidden.ts';
import { matchRules, signalPoints } from './match.ts';
import { ordersIn } from './orders.ts';
import { otherTools } from './other-tools.ts';
import { withoutOwnSettings } from './own-settings.ts';
import { Phrasebook } from './phrases.ts';
import type { Candidate, View } from './shapes.ts';
import { viewsOf } from './views.ts';

export { escapeExcerpt } from './escape.ts';

const MAX_SCANNED = 262_144;
const MAX_FINDINGS = 50;
const MAX_TOGETHER = 20_000;
// A list of short fields next to each other says nothing in a row.
const MAX_FIELDS = 3;
const ORDER: Record<Severity, number> = { info: 0, low: 1, moderate: 2, high: 3, critical: 4 };
const LEVELS = ['info', 'low', 'moderate', 'high', 'critical'] as const;

/**
 * Instruction-like language in `text`. `location` says where it stood (default `tool-description`);
 * `toolNames` are the server's own tools, so that talk about others shows. Offsets are UTF-16 units of
 * `text`. Scans the first 256 Ki units of it and says so (`text-not-scanned`) when there is more.
 */
export function findInstructions(
  text: string,
  options: { location?: TextLocation; toolNames?: readonly string[] } = {},
): InstructionVerdict {
  const location = options.location ?? 'tool-description';
  const scanned = text.slice(0, MAX_SCANNED);
  const { views, hidden } = viewsOf(scanned);
  const candidates = hiddenFindings(hidden, views, location);
  for (const view of views) candidates.push(...findingsOf(view, location));
  if (location !== 'readme' && location !== 'chat') {
    candidates.push(...otherToolFindings(views[0], options.toolNames ?? [], candidates));
  }
  if (text.length > MAX_SCANNED) {
    candidates.push({
      ruleId: 'text-not-scanned',
      severity: 'info',
      start: MAX_SCANNED,
      end: text.length,
      words: '',
    });
  }
  return verdictOf(text, candidates);
}

/** The texts in which something was found, in the order given; then what they say only together. */
export function observeTexts(
  texts: readonly ServerText[],
  toolNames: readonly string[],
): TextObservation[] {
  const observed = texts.map((text) => ({
    text,
    verdict: findInstructions(text.text, { location: text.location, toolNames }),
  }));
  const found = observed.filter(({ verdict }) => verdict.findings.length > 0);
  return [...found, ...togetherFound(observed)];
}

// A model reads a tool as one text, however it is split over fields: only what is grave in it counts.
function togetherFound(observed: readonly TextObservation[]): TextObservation[] {
  const found: TextObservation[] = [];
  for (const group of groupsOf(observed)) {
    const [first] = group;
    if (first === undefined) continue;
    const text = { ...first.text, text: group.map(({ text }) => text.text).join('\n') };
    if (text.text.length > MAX_TOGETHER) continue;
    let at = 0;
    const boundaries = group.map(({ text: part }) => (at += part.text.length + 1));
    const worst = Math.max(...group.map(({ verdict }) => rankOf(verdict.severity)));
    // What a part says by itself was judged at its own place.
    const alone = new Set(
      group.flatMap(({ verdict }) => verdict.findings.map(({ ruleId }) => ruleId)),
    );
    const { findings } = findInstructions(text.text, { location: 'tool-description' });
    const grave = findings.filter(
      ({ ruleId, severity, start, end }) =>
        ORDER[severity] > worst &&
        ORDER[severity] >= ORDER.high &&
        !alone.has(ruleId) &&
        boundaries.filter((at) => start < at && at < end).length < MAX_FIELDS,
    );
    const [gravest] = grave;
    if (gravest) found.push({ text, verdict: { severity: gravest.severity, findings: grave } });
  }
  return found;
}

/** The texts of each tool that has several. */
function groupsOf(observed: readonly TextObservation[]): TextObservation[][] {
  const groups = new Map<string, TextObservation[]>();
  for (const one of observed) {
    const { location, owner, file = '' } = one.text;
    if (location !== 'tool-description' && location !== 'param-description') continue;
    const key = `${file} ${owner.split('.')[0] ?? ''}`;
    groups.set(key, [...(groups.get(key) ?? []), one]);
  }
  return [...groups.values()].filter((group) => group.length > 1);
}

const rankOf = (severity: InstructionVerdict['severity']) =>
  severity === 'none' ? -1 : ORDER[severity];

// Naming another tool is no fault; beside an order that is one, it says whom it is aimed at.
function otherToolFindings(
  view: View | undefined,
  toolNames: readonly string[],
  candidates: readonly Candidate[],
): Candidate[] {
  if (view === undefined) return [];
  const isOrdered = candidates.some(({ severity }) => ORDER[severity] >= ORDER.moderate);
  const severity = isOrdered ? 'moderate' : 'low';
  return otherTools(view.folded.text, toolNames).map((place) => {
    return { ruleId: 'cross-tool-reference', severity, ...spanOf(view, place) };
  });
}

function findingsOf(view: View, location: TextLocation): Candidate[] {
  const book = new Phrasebook(withoutOwnSettings(withoutDisowned(view.folded.text)));
  const orders = ordersIn(book, location);
  const phrases = matchRules(book, location).filter(
    (match) => !isDenied(match, book, orders.denied),
  );
  const matches = [...phrases, ...orders.matches].filter(
    (match) => !isOwnCall(book.text, match) && !isLeftToUser(book.text, match),
  );
  const isSecurityText = matches.length > 0 && isAboutSecurity(book.text);
  const found = matches.map((match): Candidate => {
    const mentioned = isMention(book.text, match) || isSecurityText;
    const severity = mentioned ? lower(match.severity, 3) : placed(match.severity, view, location);
    const isLikely = match.isLikely && !isCarried(view);
    return {
      ...{ ruleId: match.ruleId, severity, ...spanOf(view, match) },
      ...(isLikely ? { isLikely } : {}),
    };
  });
  const signals = isSecurityText || !isDirective(location) ? null : signalPoints(book);
  if (
    signals !== null &&
    signals.points >= (isCarried(view) ? 0.9 : 2) &&
    !isMention(book.text, signals.place) &&
    !isDenied({ ...signals.place, ruleId: 'instruction-signals' }, book, orders.denied)
  ) {
    found.push({
      ruleId: 'instruction-signals',
      severity: isCarried(view) && signals.points >= 1.5 ? 'high' : 'moderate',
      ...spanOf(view, signals.place),
    });
  }
  return found;
}

// Documentation tells its readers what to do; only what is hidden in it is out of place.
function placed(severity: Severity, view: View, location: TextLocation): Severity {
  // Encoded examples are part of writing about attacks.
  const isExample = location === 'readme' && view.kind === 'encoded';
  if (isCarried(view) && !isExample) return raise(severity);
  return location === 'readme' && ORDER[severity] > ORDER.low ? 'low' : severity;
}

// Where imperatives are usual, single signs add up to nothing.
function isDirective(location: TextLocation): boolean {
  return (
    location === 'tool-description' ||
    location === 'param-description' ||
    location === 'tool-response' ||
    location === 'resource'
  );
}

function isCarried(view: View): boolean {
  return (
    view.kind !== 'plain' &&
    view.kind !== 'field' &&
    view.kind !== 'attribute' &&
    view.kind !== 'padded'
  );
}

function spanOf(
  view: View,
  place: { start: number; end: number },
): { start: number; end: number; words: string } {
  const { at } = view.folded;
  const from = at[place.start] ?? 0;
  const to = (at[Math.max(place.start, place.end - 1)] ?? from) + 1;
  const words = view.text.slice(from, to);
  return view.isExact
    ? { start: from, end: to, words }
    : { start: view.start, end: view.end, words };
}

function raise(severity: Severity): Severity {
  return LEVELS[Math.min(4, ORDER[severity] + 1)] ?? severity;
}

function lower(severity: Severity, steps: number): Severity {
  return LEVELS[Math.max(0, ORDER[severity] - steps)] ?? severity;
}

function verdictOf(text: string, candidates: readonly Candidate[]): InstructionVerdict {
  const best = new Map<string, Candidate>();
  for (const candidate of candidates) {
    const key = `${candidate.ruleId} ${candidate.start}`;
    const known = best.get(key);
    const isWorse = known === undefined || ORDER[candidate.severity] > ORDER[known.severity];
    const isSurer = known?.severity === candidate.severity && !candidate.isLikely;
    if (isWorse || isSurer) best.set(key, candidate);
  }
  const findings = [...best.values()]
    .sort(
      (a, b) =>
        ORDER[b.severity] - ORDER[a.severity] ||
        a.start - b.start ||
        (a.ruleId < b.ruleId ? -1 : 1),
    )
    .slice(0, MAX_FINDINGS)
    .map(({ ruleId, severity, start, end, words, isLikely }): InstructionFinding => {
      const excerpt = escapeExcerpt(words === '' ? text.slice(start, end) : words);
      const finding = { ruleId, severity, excerpt, start, end };
      return isLikely ? { ...finding, confidence: 'medium' } : finding;
    });
  return { severity: findings[0]?.severity ?? 'none', findings };
}
