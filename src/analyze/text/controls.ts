// Runs of hidden characters that are commands: direction overrides and terminal sequences.

export type HiddenKind =
  'tags' | 'variation-selectors' | 'zero-width' | 'bidi' | 'ansi' | 'ansi-concealed';

/** A run (or sum of runs) of hidden characters; offsets in UTF-16 units of the original. */
export interface HiddenRun {
  kind: HiddenKind;
  start: number;
  end: number;
  /** Hidden characters counted. */
  count: number;
  /** What it says once decoded; '' where it carries nothing by itself. */
  decoded: string;
}

const RTL = /[\p{Script=Arabic}\p{Script=Hebrew}\p{Script=Syriac}\p{Script=Thaana}\p{Script=Nko}]/u;
const ANSI =
  /(?:\u001b\[|\u009b)[0-?]{0,24}[ -/]{0,4}[@-~]|\u001b\][^\u0007\u001b]{0,400}(?:\u0007|\u001b\\)?/g;

/** Overrides of direction anywhere; embeddings and isolates only where no right-to-left text asks for them. */
export function bidiRuns(text: string): HiddenRun[] {
  const runs: HiddenRun[] = [];
  const hasRtl = RTL.test(text);
  for (const match of text.matchAll(
    /[\u202d\u202e]([^\u202c\n]{0,4000})\u202c?|[\u202a\u202b\u2066-\u2068]/g,
  )) {
    // Embeddings and isolates are how right-to-left text is quoted; overrides are not.
    if (hasRtl && match[1] === undefined) continue;
    const isReversed = match[0].startsWith('\u202e');
    const inner = match[1] ?? '';
    runs.push(
      runOf(
        'bidi',
        match.index,
        match[0],
        isReversed ? Array.from(inner).reverse().join('') : inner,
      ),
    );
  }
  return runs;
}

/** Terminal sequences, and the text that one of them conceals. */
export function ansiRuns(text: string): HiddenRun[] {
  const runs: HiddenRun[] = [];
  let concealedFrom = -1;
  for (const match of text.matchAll(ANSI)) {
    const isConceal = /\[(?:\d+;)*8(?:;\d+)*m$/.test(match[0]);
    if (concealedFrom >= 0 && !isConceal) {
      const decoded = text.slice(concealedFrom, match.index).replace(ANSI, '');
      runs.push({
        kind: 'ansi-concealed',
        start: concealedFrom,
        end: match.index,
        count: 2,
        decoded,
      });
      concealedFrom = -1;
    }
    if (isConceal) concealedFrom = match.index + match[0].length;
    else runs.push(runOf('ansi', match.index, match[0], ''));
  }
  if (concealedFrom >= 0) {
    const decoded = text.slice(concealedFrom);
    runs.push({
      kind: 'ansi-concealed',
      start: concealedFrom,
      end: text.length,
      count: 1,
      decoded,
    });
  }
  return runs;
}

/** A run as found in the text. */
export function runOf(kind: HiddenKind, start: number, run: string, decoded: string): HiddenRun {
  return { kind, start, end: start + run.length, count: Array.from(run).length, decoded };
}
