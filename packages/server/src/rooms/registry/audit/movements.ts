// The pass over a brand's movements: numbers without a hole up to the journal's, times in their order, kinds and states
// that exist; each movement in its chain and its batch.

import { KINDS, sourceName, sourceNumberOf } from '@acik-iys/law';
import type { Row } from '../../../ground/database.ts';
import { type MovementRow, movementRow } from '../movements.ts';
import { openTelephones } from './addresses.ts';
import { auditBatchesOf } from './batches.ts';
import type { BrandAudit, Moment } from './brand.ts';
import { Chains } from './chains.ts';
import { DayTallies } from './days.ts';
import * as sql from './sql.ts';

/**
 * Looks at the movements from `start` + 1 to the number that the journal stood at.
 * @returns what they come to, by counter
 */
export async function auditMovements(audit: BrandAudit, moment: Moment, start: number): Promise<DayTallies> {
  for (const [seq] of await audit.database.rows<[number]>(sql.ABOVE, [audit.brandId, sql.PIECE]))
    audit.fault('above-journal', seq);
  const tallies = new DayTallies();
  const chains = new Chains(audit, start, moment.lastSeq);
  let receivedBefore = 0;
  for (let after = start; after < moment.lastSeq; after += sql.PIECE) {
    const last = Math.min(after + sql.PIECE, moment.lastSeq);
    const rows = await audit.database.rows(sql.MOVEMENTS, [audit.brandId, after, last]);
    const movements = rows.map((row) => movementRow(row));
    for (const seq of holes(movements, after, last)) {
      audit.fault('hole', seq);
      chains.skip(seq);
    }
    openTelephones(audit, movements);
    await auditBatchesOf(audit, movements);
    movements.forEach((movement, i) => {
      const { seq, kind, state, receivedAt } = movement;
      if (receivedAt < receivedBefore || receivedAt > moment.lastAt) audit.fault('time-backwards', seq);
      receivedBefore = Math.max(receivedBefore, receivedAt);
      chains.look(movement, rows[i] as Row);
      if (isKind(kind) && isState(state)) tallies.add(movement);
      else audit.fault('movement-malformed', seq, `kind ${kind}, state ${state}`);
    });
    audit.looked('movements', rows.length);
  }
  await chains.end();
  return tallies;
}

/** Numbers above `after` up to `last` that no movement has. */
function holes(movements: readonly MovementRow[], after: number, last: number): number[] {
  if (movements.length === last - after) return [];
  const there = new Set(movements.map(({ seq }) => seq));
  return Array.from({ length: last - after }, (_, i) => after + 1 + i).filter((seq) => !there.has(seq));
}

function isKind(kind: number): boolean {
  return kind >= 0 && kind < KINDS;
}

function isState(state: number): boolean {
  try {
    sourceName(sourceNumberOf(state));
    return state >= 0;
  } catch {
    return false;
  }
}
