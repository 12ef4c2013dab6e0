// The shapes that this room's files hand to one another.
import type { Severity } from '../../types.ts';
import type { Folded } from './normalise.ts';

export type ViewKind =
  | 'plain'
  | 'field'
  | 'hidden-characters'
  | 'concealed'
  | 'comment'
  | 'hidden-markup'
  | 'attribute'
  | 'encoded'
  | 'disguised'
  | 'folded'
  | 'padded'
  | 'reversed';

/** A reading found somewhere in the text; start and end are the carrier's, in the original. */
export interface RawView {
  kind: ViewKind;
  text: string;
  start: number;
  end: number;
}
export interface View extends RawView {
  folded: Folded;
  /** True for the text itself: its offsets are exact; other views have their carrier's. */
  isExact: boolean;
}
/** A finding as made inside this room: also which reading it came from. */
export interface Candidate {
  ruleId: string;
  severity: Severity;
  start: number;
  end: number;
  /** What to show: the words found, decoded. */
  words: string;
  isLikely?: true;
}
