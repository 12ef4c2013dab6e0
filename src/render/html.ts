// The HTML report.
import type { VetResult } from '../types.ts';

export function renderHtml(_result: VetResult): string {
  return '<!doctype html>';
}
