// Foreign text for HTML: control characters made visible, markup made text, length bounded.
import { escapeExcerpt } from '../../analyze/text/escape.ts';

const ENTITIES: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

export function html(text: string, max = 600): string {
  return escapeExcerpt(text, max).replace(/[&<>"']/g, (char) => ENTITIES[char] ?? '');
}
