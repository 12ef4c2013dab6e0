// Labels that a text or a name has by itself.
import type { Node } from '../../parse.ts';
import type { Flow } from './callees.ts';
import { pathLabels, secretLabel } from '../data.ts';
import { ENV, HOME, INVISIBLE, TOKEN } from './labels.ts';
import { linkLabel } from './link.ts';
import { HOLE } from './texts.ts';

const HIDDEN_TEXT =
  /[\u200b\u200c\u200d\u2060-\u2064\u3164\uffa0\u{e0100}-\u{e01ef}\u{e0020}-\u{e007e}]{8}|[\ufe00-\ufe0f]{8}/u;

export function textLabels(text: string): number {
  if (text === '~' || text === '~/' || text === '/') return HOME;
  if (text.length > 8 && HIDDEN_TEXT.test(text)) return INVISIBLE;
  return text.includes('\n') ? 0 : pathLabels(text.replaceAll(HOLE, '*')) | secretLabel(text);
}

export function nameLabels(flow: Flow, name: string | null): number {
  if (name === null) return 0;
  if (name.startsWith('.') && /^\.{1,2}\//.test(name)) return linkLabel(flow.imports, name);
  if (name === 'process.env' || name === 'Deno.env.toObject()') return ENV;
  if (name === 'process.env.HOME' || name === 'process.env.USERPROFILE') return HOME;
  if (name.startsWith('process.env.')) {
    const label = secretLabel(name.slice(12));
    return label === 0 && /(?:NPM|GITHUB|GH|NODE_AUTH)_.{0,20}TOKEN/.test(name) ? TOKEN : label;
  }
  return 0;
}

export function pieces(node: Extract<Node, { type: 'TemplateLiteral' }>): number {
  return node.quasis.reduce((labels, quasi) => labels | textLabels(quasi.value.cooked ?? ''), 0);
}

export function constant(flow: Flow, node: Node, find: () => number): number {
  let labels = flow.model.constants.get(node);
  if (labels === undefined) flow.model.constants.set(node, (labels = find()));
  return labels;
}
