// The embedded list of incidents that touched MCP servers (rules/incidents.json).
import { isRow, type AdvisoryRecord, type RangeEvent } from '../../analyze/advisories/index.ts';
import { ruleData } from '../../rule-data.ts';
import type { Severity } from '../../types.ts';
import type { SourceAnswer } from './source.ts';

export interface Incident {
  id: string;
  aliases: string[];
  package: string;
  kind: 'vulnerability' | 'malware';
  severity: Severity;
  published: string;
  ranges: RangeEvent[][];
  versions: string[];
  summary: string;
  /** Whether it was found in public records. What was not never caps. */
  isVerified: boolean;
}
interface Incidents {
  comment: string;
  /** Date of the newest record it was compared with. */
  asOf: string;
  incidents: Incident[];
}

export const embeddedIncidents = (): Incidents => ruleData('incidents', isIncidents);

/** The incidents of the given packages. They name what is known to be bad; they never say that there is nothing. */
export function askEmbedded(names: ReadonlySet<string>): SourceAnswer {
  const { asOf, incidents } = embeddedIncidents();
  return {
    source: { id: 'incidents', kind: 'embedded', covers: [], answered: true, asOf },
    records: incidents.filter((incident) => names.has(incident.package)).map(recordOf),
  };
}

const recordOf = (incident: Incident): AdvisoryRecord => ({
  ...incident,
  references: [],
  isVersionStated: true,
});

function isIncidents(data: unknown): data is Incidents {
  return (
    isRow(data) &&
    typeof data['asOf'] === 'string' &&
    Array.isArray(data['incidents']) &&
    data['incidents'].every(
      (entry: unknown) =>
        isRow(entry) &&
        typeof entry['id'] === 'string' &&
        typeof entry['package'] === 'string' &&
        typeof entry['isVerified'] === 'boolean' &&
        Array.isArray(entry['ranges']) &&
        Array.isArray(entry['versions']),
    )
  );
}
