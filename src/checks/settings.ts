// The checklist's and the trust table's texts and thresholds (rules/checklist.json, rules/trust.json).
import { ruleData } from '../rule-data.ts';
import type { CheckId } from '../types.ts';

interface Checklist {
  points: { id: CheckId; title: string; asks: string }[];
}
interface Thresholds {
  minFuzzCoverage: number;
  maxSourceAgeDays: number;
}

export function checklist(): Checklist['points'] {
  return ruleData<Checklist>('checklist', isObject).points;
}

export function thresholds(): Thresholds {
  return ruleData<Thresholds>('trust', isObject);
}

function isObject<T>(data: unknown): data is T {
  return typeof data === 'object' && data !== null;
}
