// Annotations that the handler does not keep.
import type { Confidence, Severity } from '../../../types.ts';
import { DOES, NO_TAINT, REMOTE, claimWords, type Act } from './acts.ts';
import { isChangeByAddress } from './deeds.ts';
import type { Use } from '../surface/model.ts';
import { deedOf } from './deed-data.ts';
import type { Fault } from './faults.ts';
import { isFileDeletion } from './tables.ts';

export type Judged = [severity: Severity, confidence: Confidence];

export function hintFault(act: Act): Fault | undefined {
  const { readOnlyHint, openWorldHint } = act.tool.annotations;
  const fault = (hint: string, [severity, confidence]: Judged): Fault => ({
    ruleId: 'annotation-contradicts-handler',
    severity,
    confidence,
    message: `A tool is annotated ${hint}, and its handler ${DOES[act.does]}`,
    taint: REMOTE.has(act.does) ? NO_TAINT : (act.taint ?? NO_TAINT),
  });
  if (readOnlyHint === true) {
    const judged = readOnlyJudged(act);
    if (judged) return fault('readOnlyHint: true', judged);
  }
  const destroys = readOnlyHint !== true && destructiveJudged(act);
  if (destroys) return fault('destructiveHint: false', destroys);
  const repeats = readOnlyHint !== true && repeatedJudged(act);
  if (repeats) return fault('idempotentHint: true', repeats);
  if (openWorldHint !== false) return undefined;
  if (act.does === 'mails' || act.does === 'pays') {
    return fault('openWorldHint: false', ['moderate', 'medium']);
  }
  return act.does === 'sends' ? fault('openWorldHint: false', ['low', 'medium']) : undefined;
}

/** Whose records are gone, whoever says which: an argument or the code. */
const STORES =
  /^(?:mongodb|mongoose|@prisma\/client|knex|sequelize|typeorm|drizzle-orm|kysely|pg|mysql2?|@supabase\/|firebase-admin|@google-cloud\/firestore)\b/;

/** What such services keep is lost without harm more often than not. */
const VOLATILE =
  /^(?:ioredis|redis|@upstash\/|kafkajs|consul|etcd3|@influxdata\/|@aws-sdk\/lib-dynamodb)/;

const isStored = (use: Use) =>
  STORES.test(use.name) ||
  (deedOf(use.name) === 'deletes-data' && !VOLATILE.test(use.name)) ||
  isFileDeletion(use);

/** All that it found is gone, and not a word of it. */
const isHiddenSweep = ({ isSwept, isTold, isScratch, does }: Act) =>
  isSwept && !isTold && !isScratch && does !== 'changes-data';

function readOnlyJudged(act: Act): Judged | undefined {
  const { does, taint, isPlaced, isTold, isScratch, isTemporary } = act;
  const quiet: Judged = ['low', 'low'];
  switch (does) {
    case 'deletes':
      if (isHiddenSweep(act)) return ['high', 'medium'];
      // Without an argument it is the server's own scratch file.
      return taint && !isTemporary ? ['high', 'high'] : quiet;
    case 'writes':
      if (!taint || isTemporary) return quiet;
      return [saves(act) || !isPlaced ? 'moderate' : 'high', isPlaced ? 'high' : 'medium'];
    case 'runs':
      return taint ? quiet : undefined;
    case 'drops':
    case 'commands-deletion':
      return ['high', 'medium'];
    case 'pays':
    case 'signs':
    case 'mails':
      // Who says so has set the hint in error; who does not hides it.
      return [isTold ? 'moderate' : 'high', 'medium'];
    case 'deletes-data':
    case 'changes-data':
      if (isHiddenSweep(act)) return ['high', 'medium'];
      if (does === 'deletes-data' && !isTold && !isScratch && isStored(act.use))
        return ['high', 'medium'];
      if (does === 'changes-data' && !isTold && !isScratch && isChangeByAddress(act.use))
        return [claimsToRead(act) ? 'high' : 'moderate', 'medium'];
      // Sessions and scratch data of the server's own are changed in the same way.
      if (!taint || isScratch) return quiet;
      return [does === 'changes-data' ? 'moderate' : 'high', 'medium'];
    default:
      return undefined;
  }
}

/** In so many words, and not only by its annotation. */
const claimsToRead = ({ tool }: Act): boolean =>
  new RegExp(claimWords().claims.readOnly, 'i').test(tool.description.slice(0, 1000));

function destructiveJudged({ tool, does, taint, isLossTold }: Act): Judged | undefined {
  if (tool.annotations.destructiveHint !== false) return undefined;
  // Who says so has set the hint in error; who does not hides it.
  const grave: Judged = [isLossTold ? 'moderate' : 'high', 'medium'];
  if (does === 'deletes') return taint ? grave : ['low', 'medium'];
  if (does === 'deletes-data') return taint ? grave : undefined;
  return does === 'drops' || does === 'commands-deletion' || does === 'pays' ? grave : undefined;
}

const KEYED = /idempoten|dedup|request_?id|client_?token|nonce/i;

/** A second call pays, or sends, a second time. */
function repeatedJudged({ tool, does, use }: Act): Judged | undefined {
  if (tool.annotations.idempotentHint !== true || (does !== 'pays' && does !== 'mails'))
    return undefined;
  const { file, node } = use;
  return KEYED.test(file.text.slice(node.start, Math.min(node.end, node.start + 2000)))
    ? undefined
    : ['moderate', 'medium'];
}

function saves({ tool }: Act): boolean {
  return new RegExp(claimWords().saves, 'i').test(
    `${tool.name} ${tool.description.slice(0, 1000)}`,
  );
}
