// What a line for a shell is judged with, and what is said of it.
import type { Declared } from '../declared.ts';
import type { Report } from '../scene.ts';

export interface ShellContext {
  declared: Declared;
  name: string;
  readme: string;
}
/** `isOnRequestFine`: worse when it happens unasked. */
export interface ShellThreat extends Report {
  isOnRequestFine?: boolean;
}
