// What every advisory source is given, and what it gives.
import type { AdvisoryRecord } from '../../analyze/advisories/index.ts';
import type { AdvisorySource } from '../../types.ts';

export interface SourceInput {
  /** ISO 8601. */
  now: string;
  registry: string;
  /** npm-registry-fetch options. */
  fetchOptions: Record<string, unknown>;
  osvUrl: string;
  timeoutMs: number;
}

export interface SourceAnswer {
  source: AdvisorySource;
  records: AdvisoryRecord[];
}
