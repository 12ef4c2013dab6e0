// Builds an index from advisory files: rows to records, one record an id and package.
import path from 'node:path';
import { cleanText, recordsOf, type AdvisoryRecord } from '../../analyze/advisories/index.ts';
import { advisoryFiles, rowsOfFile } from './rows.ts';
import type { IndexHeader } from './store.ts';

const PROGRESS_STEP = 5_000;
const MAX_INPUTS = 50;

export interface BuildOptions {
  /** ISO 8601; records dated later do not make a source fresher. */
  now: string;
  onProgress?: (rows: number) => void;
  /** Stops reading; what was there stays as it was. */
  signal?: AbortSignal;
}
export interface Build {
  header: Omit<IndexHeader, 'dataBytes' | 'packages'>;
  blocks: Map<string, AdvisoryRecord[]>;
}

/** Collects records; later ones with the same id replace older ones. */
export class IndexBuilder {
  readonly #packages = new Map<string, Map<string, AdvisoryRecord>>();
  readonly #inputs: string[] = [];
  #rows = 0;
  #malformed = 0;
  #skipped = 0;
  readonly #options: BuildOptions;

  constructor(options: BuildOptions) {
    this.#options = options;
  }

  /** Reads every file below the paths. Throws where a path is missing or a file as a whole is unreadable. */
  async addPaths(paths: readonly string[]): Promise<void> {
    for (const file of await advisoryFiles(paths)) {
      if (this.#inputs.length < MAX_INPUTS) this.#inputs.push(cleanText(path.basename(file)));
      for await (const result of rowsOfFile(file)) {
        this.#rows += 1;
        this.#options.signal?.throwIfAborted();
        if (this.#rows % PROGRESS_STEP === 0) this.#options.onProgress?.(this.#rows);
        if ('problem' in result) this.#malformed += 1;
        else this.addRow(result.row);
      }
    }
  }

  addRow(row: unknown): void {
    const records = recordsOf(row);
    if (records === null) this.#malformed += 1;
    else if (records.length === 0) this.#skipped += 1;
    else for (const record of records) this.addRecord(record);
  }

  addRecord(record: AdvisoryRecord): void {
    const known = this.#packages.get(record.package) ?? new Map<string, AdvisoryRecord>();
    const before = known.get(record.id);
    known.set(record.id, before ? merge(before, record) : record);
    this.#packages.set(record.package, known);
  }

  finish(): Build {
    const blocks = new Map<string, AdvisoryRecord[]>();
    const records = { vulnerability: 0, malware: 0 };
    const newest: IndexHeader['newest'] = {};
    for (const [name, byId] of this.#packages) {
      blocks.set(name, [...byId.values()]);
      for (const record of byId.values()) {
        // Entries that are neither a weakness nor malware tell nothing about how current a list is.
        if (record.severity === 'info') continue;
        records[record.kind] += 1;
        const date = this.#pastDate(record.modified ?? record.published);
        if (date !== null && date > (newest[record.kind] ?? '')) newest[record.kind] = date;
      }
    }
    const header = {
      builtAt: this.#options.now,
      newest,
      records,
      malformed: this.#malformed,
      skipped: this.#skipped,
      inputs: this.#inputs,
    };
    return { header, blocks };
  }

  #pastDate(date: string | undefined): string | null {
    if (date === undefined) return null;
    const at = Date.parse(date);
    return at <= Date.parse(this.#options.now) ? new Date(at).toISOString() : null;
  }
}

function merge(before: AdvisoryRecord, record: AdvisoryRecord): AdvisoryRecord {
  const [age, newAge] = [before.modified ?? '', record.modified ?? ''];
  if (age !== newAge) return age < newAge ? record : before;
  const lenient = [before, record].find(({ kind }) => kind === 'vulnerability');
  const withdrawn = before.withdrawn ?? record.withdrawn;
  const ranges = new Map([...before.ranges, ...record.ranges].map((r) => [JSON.stringify(r), r]));
  const isStated = before.isVersionStated || record.isVersionStated;
  return {
    ...before,
    // One list may know what another left out: that it was taken back, or was no malware.
    ...(lenient ? { kind: lenient.kind, severity: lenient.severity } : {}),
    ...(withdrawn === undefined ? {} : { withdrawn }),
    aliases: [...new Set([...before.aliases, ...record.aliases])],
    ranges: [...ranges.values()],
    versions: [...new Set([...before.versions, ...record.versions])],
    isVersionStated: isStated,
  };
}
