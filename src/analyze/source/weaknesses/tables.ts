// Tables of the server's own database file: whether a tool empties or only renews them.
import type { Use } from '../surface/model.ts';
import { written } from './deeds.ts';

// Databases in a file, which servers also keep their own scratch data in.
const FILES =
  /^(?:new )?(?:better-sqlite3|sqlite3?|node:sqlite|bun:sqlite|sql\.js|@libsql\/|libsql)/;
const TABLE =
  /^\s*(?:insert\s+(?:or\s+\w+\s+)?into|replace\s+into|delete\s+from)\s+["`[]?([\w.]{1,80})/i;
// What can be made again, or has had its time.
const UPKEEP =
  /expir|ttl|_fts|fts_|embedding|chunk|vector|queue|dedup|migrat|schema|token|nonce|\bjobs?\b|cache|te?mp|\block|\blogs?\b|history|session|index|\bmeta|state|sync/i;

const statementOf = ({ args, client, name }: Use): string =>
  written(name.includes('.prepare().') ? client?.[0] : args[0]);

export const isFileStore = ({ name }: Use): boolean => FILES.test(name);

/** Rows of a file are gone by this call, and no statement was only prepared. */
export const isFileDeletion = (use: Use): boolean =>
  isFileStore(use) && use.method !== 'prepare' && !UPKEEP.test(statementOf(use));

/** Tables that a tool writes into, each with the tool before it. */
export function filledTables(uses: readonly Use[]): Set<string> {
  const filled = new Set<string>();
  for (const use of uses) {
    const statement = statementOf(use);
    if (/^\s*delete/i.test(statement)) continue;
    const table = TABLE.exec(statement)?.[1];
    if (table !== undefined) filled.add(`${use.tool} ${table.toLowerCase()}`);
  }
  return filled;
}

/** What is deleted is put there anew. */
export function isRenewed(use: Use, filled: ReadonlySet<string>): boolean {
  const table = TABLE.exec(statementOf(use))?.[1];
  return table !== undefined && filled.has(`${use.tool} ${table.toLowerCase()}`);
}
