// The readings of a text: as it stands, and what is hidden, decoded or disguised in it.
import { hiddenRuns } from './characters.ts';
import type { HiddenRun } from './controls.ts';
import { fieldViews, nameViews } from './fields.ts';
import { decodedViews } from './decode.ts';
import { disguisedViews } from './disguise.ts';
import { markupViews } from './markup.ts';
import { fold } from './normalise.ts';
import type { RawView, View } from './shapes.ts';

export interface Views {
  views: View[];
  hidden: HiddenRun[];
}

const MAX_VIEWS = 60;
const MAX_VIEW_CHARACTERS = 500_000;

/** All readings of the text, the text itself first; nested twice. Bounded in number and in total size. */
export function viewsOf(text: string): Views {
  const hidden = hiddenRuns(text);
  const views: View[] = [];
  let budget = MAX_VIEW_CHARACTERS;
  const add = (raw: RawView): View | null => {
    if (views.length >= MAX_VIEWS || raw.text.length > budget || raw.text.trim() === '')
      return null;
    budget -= raw.text.length;
    const view = { ...raw, folded: fold(raw.text), isExact: raw.kind === 'plain' };
    views.push(view);
    return view;
  };
  const whole = add({ kind: 'plain', text, start: 0, end: text.length });
  if (whole === null) return { views, hidden };
  let frontier = [...carried(hidden), ...nameViews(text), ...inner(whole)];
  for (let depth = 0; depth < 3; depth++) {
    const next: RawView[] = [];
    for (const raw of frontier) {
      const view = add(raw);
      if (view === null || depth === 2) continue;
      for (const nested of inner(view)) next.push({ ...nested, start: raw.start, end: raw.end });
    }
    frontier = next;
  }
  return { views, hidden };
}

function carried(hidden: readonly HiddenRun[]): RawView[] {
  return hidden
    .filter((run) => run.decoded.trim().length >= 2)
    .map(({ kind, start, end, decoded }) => ({
      kind: kind === 'ansi-concealed' ? 'concealed' : 'hidden-characters',
      text: decoded,
      start,
      end,
    }));
}

function inner(view: View): RawView[] {
  return [
    ...fieldViews(view.text),
    ...markupViews(view.text),
    ...decodedViews(view.text),
    ...disguisedViews(view.text, view.folded),
  ];
}
