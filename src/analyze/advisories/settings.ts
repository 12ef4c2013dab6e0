// Thresholds and words about advisories, from rules/advisories.json.
import { ruleData } from '../../rule-data.ts';

export interface AdvisorySettings {
  /** A source whose newest knowledge is older does not count as an answer. */
  freshDays: number;
  /** A list with fewer records cannot say that there is nothing about a package. */
  minRecordsToCover: number;
  notMalwareCategories: string[];
  malwareSummaries: { id: string; pattern: string; matches: string[]; ignores: string[] }[];
}

export const advisorySettings = (): AdvisorySettings => ruleData('advisories', isSettings);

function isSettings(data: unknown): data is AdvisorySettings {
  const settings = data as Partial<AdvisorySettings> | null;
  return (
    typeof settings?.freshDays === 'number' &&
    typeof settings.minRecordsToCover === 'number' &&
    Array.isArray(settings.notMalwareCategories) &&
    Array.isArray(settings.malwareSummaries)
  );
}

/** Whether a reviewed advisory's summary says that the package itself is malware. */
export function saysMalware(summary: string): boolean {
  return advisorySettings().malwareSummaries.some(({ pattern }) =>
    new RegExp(pattern, 'i').test(summary),
  );
}
