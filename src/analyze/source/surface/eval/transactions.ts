// Transactions: what is done in a callback is done by the client that it was handed to.
import type { CallEvent, Machine } from './machine.ts';
import type { ExternalValue, Value } from './values.ts';

const STORES =
  /^(?:knex|@prisma\/client|sequelize|typeorm|drizzle-orm|kysely|pg-promise|postgres|objection|@mikro-orm\/|mongodb|mongoose|slonik|@libsql\/|firebase-admin|@google-cloud\/firestore)/;
const OPENS =
  /\.(?:\$?transaction|transacting|tx|txIf|task|taskIf|begin|savepoint|withTransaction|transactional|runTransaction|transaction\(\)\.execute)$/;
// Make a function that does it when it is called.
const WRAPS = /^(?:better-sqlite3|bun:sqlite|libsql)\(\)\.transaction$/;

/** `db.transaction(async (trx) => ...)`; undefined if it is another kind of call. */
export function transacted(
  it: Machine,
  event: CallEvent,
  callee: ExternalValue,
): Value | undefined {
  const body = event.args.find((arg) => arg.kind === 'function');
  if (!body) return undefined;
  if (WRAPS.test(callee.name)) {
    it.runCallbacks([body]);
    return body;
  }
  if (!STORES.test(callee.name) || !OPENS.test(callee.name)) return undefined;
  const { self } = event;
  return it.callFunction(body, self?.kind === 'external' ? [self, self] : []);
}
