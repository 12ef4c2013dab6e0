// OSV semantics: records, ranges, severity, grouping, matching. No I/O.
export { hasFreshSource, isFreshSource, sourceAgeDays, whyNotFresh } from './fresh.ts';
export { compareIds, compareSeverity, EMBEDDED, type SourcedRecord } from './group.ts';
export { eventsOfRange, recordsOfBulk } from './bulk.ts';
export { matchAdvisories, matchableNodes, type MatchInput } from './match.ts';
export { describeRange, fixText, NOT_STATED } from './range-text.ts';
export { fixedVersion, isAffected, parseVersion } from './ranges.ts';
export { recordsOf } from './record.ts';
export { advisorySettings } from './settings.ts';
export { severityOfScore, severityOfWord, scoreOfVector } from './severity.ts';
export { isRow, type AdvisoryRecord, type RangeEvent, type Row } from './shapes.ts';
export { cleanDate, cleanId, cleanName, cleanText, cleanUrl } from './text.ts';
