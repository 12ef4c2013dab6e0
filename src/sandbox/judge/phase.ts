// Phases as the isolation half hands them back: plain text that we marked ourselves.
import type { RunPhase } from '../../types.ts';

const PHASES: readonly RunPhase[] = [
  'install',
  'start',
  'handshake',
  'fuzz',
  'idle',
  'second-start',
];

export function phaseOf(text: string): RunPhase {
  return PHASES.find((phase) => phase === text) ?? 'start';
}
