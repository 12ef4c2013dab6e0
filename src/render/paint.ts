// Colour and width for the terminal. Decided once from the stream, the environment and the options.
import { Chalk, type ChalkInstance } from 'chalk';
import type { Outcome, Severity, TrustLevel } from '../types.ts';

export interface Paint {
  bold: (text: string) => string;
  dim: (text: string) => string;
  severity: (severity: Severity, text: string) => string;
  trust: (level: TrustLevel, text: string) => string;
  outcome: (outcome: Outcome, text: string) => string;
}

export interface ColourInput {
  isTerminal: boolean;
  env: Record<string, string | undefined>;
  /** `--no-color`. */
  isOff: boolean;
}

export function makePaint(input: ColourInput): Paint {
  const chalk = new Chalk({ level: isColoured(input) ? 1 : 0 });
  const severities: Record<Severity, ChalkInstance> = {
    critical: chalk.redBright.bold,
    high: chalk.red,
    moderate: chalk.yellow,
    low: chalk.cyan,
    info: chalk.dim,
  };
  const levels: Record<TrustLevel, ChalkInstance> = {
    high: chalk.green.bold,
    medium: chalk.green,
    low: chalk.yellow.bold,
    'do-not-use': chalk.red.bold,
  };
  const outcomes: Record<Outcome, ChalkInstance> = {
    pass: chalk.green,
    warn: chalk.yellow,
    fail: chalk.red,
    unknown: chalk.dim,
  };
  return {
    bold: (text) => chalk.bold(text),
    dim: (text) => chalk.dim(text),
    severity: (severity, text) => severities[severity](text),
    trust: (level, text) => levels[level](text),
    outcome: (outcome, text) => outcomes[outcome](text),
  };
}

/** --no-color beats NO_COLOR beats FORCE_COLOR beats the terminal. */
function isColoured({ isTerminal, env, isOff }: ColourInput): boolean {
  if (isOff || (env['NO_COLOR'] ?? '') !== '') return false;
  const force = env['FORCE_COLOR'];
  if (force !== undefined) return force !== '0' && force !== 'false';
  return isTerminal && env['TERM'] !== 'dumb';
}

export { wrap } from './width.ts';
