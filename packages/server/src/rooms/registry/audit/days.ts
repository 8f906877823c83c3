// The counters of a brand's days, held against what its movements come to.

import { CHANGES, changeOf, istanbulDay, statusBitOf } from '@acik-iys/law';
import type { MovementRow } from '../movements.ts';
import { NOTHING_BEFORE } from '../words.ts';
import { type BrandAudit, counterName, type DayCounter, type Moment } from './brand.ts';

interface Tally {
  movements: number;
  readonly firstSeq: number;
  lastSeq: number;
}

/** What movements come to, by counter. */
export class DayTallies {
  readonly #tallies = new Map<string, Tally>();

  /** @param movement well-formed, and later than those added before */
  add({ seq, kind, state, oldState, overtaken, receivedAt }: MovementRow): void {
    const change = overtaken ? CHANGES.overtaken : changeOf(oldState, statusBitOf(state));
    const name = counterName(istanbulDay(receivedAt), kind, state, change, oldState ?? NOTHING_BEFORE);
    const tally = this.#tallies.get(name);
    if (tally) {
      tally.movements += 1;
      tally.lastSeq = seq;
    } else this.#tallies.set(name, { movements: 1, firstSeq: seq, lastSeq: seq });
  }

  /** Each counter is what the brand's movements come to, all of which were added. */
  compare(audit: BrandAudit, { days }: Moment): void {
    const untold = new Map(this.#tallies);
    for (const { name, ...stored } of days) {
      const tally = untold.get(name);
      untold.delete(name);
      const same =
        tally !== undefined &&
        tally.movements === stored.movements &&
        tally.firstSeq === stored.firstSeq &&
        tally.lastSeq === stored.lastSeq;
      if (!same) audit.fault('day-differs', stored.lastSeq, `${name}: ${describe(stored)} ≠ ${describe(tally)}`);
    }
    for (const [name, tally] of untold)
      audit.fault('day-differs', tally.lastSeq, `${name}: ${describe(undefined)} ≠ ${describe(tally)}`);
    audit.looked('dayCounters', days.length);
  }
}

/** Where only the newest movements were read: the counters together come to the journal's number. */
export function compareSum(audit: BrandAudit, { lastSeq, days }: Moment): void {
  const sum = days.reduce((total, { movements }) => total + movements, 0);
  if (sum !== lastSeq) audit.fault('day-differs', null, `${sum} ≠ ${lastSeq}`);
  audit.looked('dayCounters', days.length);
}

function describe(tally: Tally | Omit<DayCounter, 'name'> | undefined): string {
  return tally === undefined ? '0' : `${tally.movements} (${tally.firstSeq}–${tally.lastSeq})`;
}
