// Batches and their movements, looked at from both sides.

import type { Row } from '../../../ground/database.ts';
import { numbers, words } from '../literals.ts';
import type { MovementRow } from '../movements.ts';
import { REQUEST_KEPT_SECONDS } from '../reading.ts';
import { codeOfOutcome, OUTCOMES } from '../words.ts';
import type { BrandAudit } from './brand.ts';
import * as sql from './sql.ts';

/** Batches of one statement: each stands for up to a thousand movements. */
const REQUESTS_PIECE = 20;
/** A movement older than this, a day less than `expire` leaves its batch, may have lost it. */
const REQUEST_SURELY_KEPT_SECONDS = REQUEST_KEPT_SECONDS - 86_400;

/** Outcomes of a batch. */
interface Batch {
  readonly outcomes: readonly number[];
  readonly seqs: readonly number[];
}

/** Each movement that names a batch is found in it, at its place. */
export async function auditBatchesOf(audit: BrandAudit, movements: readonly MovementRow[]): Promise<void> {
  const named = movements.filter(({ requestId }) => requestId !== null);
  if (named.length === 0) return;
  const ids = [...new Set(named.map(({ requestId }) => requestId))];
  const rows = await audit.database.rows(sql.BATCHES_BY_ID, [audit.brandId, words(ids)]);
  const batches = new Map(rows.map((row) => [row[0] as string, batchOf(row)]));
  const surelyKept = audit.clock.now() - REQUEST_SURELY_KEPT_SECONDS;
  for (const { seq, requestId, requestIndex, receivedAt, overtaken } of named) {
    const batch = batches.get(requestId as string);
    if (batch === undefined) {
      if (receivedAt > surelyKept) audit.fault('batch-missing', seq, requestId ?? '');
      continue;
    }
    const index = requestIndex ?? -1;
    const outcome = overtaken ? OUTCOMES.overtaken : OUTCOMES.accepted;
    if (batch.seqs[index] !== seq || batch.outcomes[index] !== outcome)
      audit.fault('batch-outcome-wrong', seq, `${requestId} [${index}]`);
  }
}

/** Each batch has an outcome for every item, and each outcome its movement. */
export async function auditBatches(audit: BrandAudit): Promise<void> {
  for (let after = sql.FIRST_KEY; ; ) {
    const rows = await audit.database.rows(sql.BATCHES, [audit.brandId, after, REQUESTS_PIECE]);
    const batches = rows.map((row) => ({ requestId: row[0] as string, ...batchOf(row) }));
    const seqs = new Set(batches.flatMap((batch) => batch.seqs.filter((seq) => seq > 0)));
    const movements = new Map(
      (
        await audit.database.rows<[number, string | null, number | null, boolean]>(sql.MOVEMENTS_OF_BATCHES, [
          audit.brandId,
          numbers([...seqs]),
        ])
      ).map(([seq, requestId, index, overtaken]) => [seq, { requestId, index, overtaken }]),
    );
    for (const { requestId, outcomes, seqs: list } of batches) {
      if (outcomes.length !== list.length || outcomes.length === 0) {
        audit.fault('batch-malformed', null, requestId);
        continue;
      }
      outcomes.forEach((outcome, index) => {
        const seq = list[index] as number;
        const movement = movements.get(seq);
        const own = movement?.requestId === requestId && movement.index === index;
        const right =
          outcome === OUTCOMES.accepted
            ? own && !movement.overtaken
            : outcome === OUTCOMES.overtaken
              ? own && movement.overtaken
              : outcome === OUTCOMES.unchanged
                ? movement !== undefined
                : seq === 0 && codeOfOutcome(outcome) !== undefined;
        if (!right) audit.fault('batch-outcome-wrong', seq || null, `${requestId} [${index}]`);
      });
    }
    audit.looked('batches', rows.length);
    if (rows.length < REQUESTS_PIECE) return;
    after = (rows.at(-1) as Row)[0] as string;
  }
}

function batchOf(row: Row): Batch {
  return { outcomes: row[1] as number[], seqs: (row[2] as (number | string)[]).map(Number) };
}
