// The thresholds about releases and changes (rules/releases.json).
import { ruleData } from '../rule-data.ts';
import type { Capability } from '../types.ts';

export interface ReleaseData {
  abandonedLowMonths: number;
  abandonedModerateMonths: number;
  dormantMonths: number;
  versionJumpMajors: number;
  /** A major from here on is a year: jumping to it is a change of scheme. */
  calendarMajorFrom: number;
  youngDependencyDays: number;
  /** Versions before this one among which lost provenance still counts as lost. */
  provenanceWindow: number;
  popularRepositoryStars: number;
  sizeJump: { factor: number; minBytes: number };
  sensitiveCapabilities: Capability[];
  binaryExtensions: string[];
  reimport: { minReleases: number; withinHours: number };
}

export function releaseData(): ReleaseData {
  return ruleData('releases', isReleaseData);
}

function isReleaseData(data: unknown): data is ReleaseData {
  return typeof data === 'object' && data !== null && 'sensitiveCapabilities' in data;
}
