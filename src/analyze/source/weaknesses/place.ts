// A weakness of a place in the code that no argument has to reach.
import type { WeaknessHit } from '../../../types.ts';
import { escapeExcerpt } from '../../text/escape.ts';
import type { SourceFile } from '../file.ts';
import type { Node } from '../parse.ts';

export function placeHit(
  file: SourceFile,
  node: Node,
  text: Pick<WeaknessHit, 'ruleId' | 'severity' | 'confidence' | 'message'>,
): WeaknessHit {
  const isWhole = node.type === 'Program';
  return {
    ...text,
    file: file.path,
    line: isWhole ? 1 : file.lineOf(node),
    excerpt: isWhole ? '' : escapeExcerpt(file.textOf(node), 200),
    reached: 'entry',
    flow: [],
  };
}
