// One brand under audit: what the parts that look at it share, and the moment that all of it is compared with.

import type { Clock } from '../../../ground/clock.ts';
import type { Database } from '../../../ground/database.ts';
import type { AddressKeys } from '../../../ground/keys.ts';
import type { FaultCode } from './faults.ts';
import * as sql from './sql.ts';

/** Rows looked at. */
export interface AuditCounts {
  brands: number;
  movements: number;
  consents: number;
  batches: number;
  withheld: number;
  dayCounters: number;
  faults: number;
}

export interface BrandAudit {
  readonly brandId: number;
  readonly database: Database;
  readonly keys: AddressKeys;
  readonly clock: Clock;
  /** Tells a fault of the brand. @param seq the movement it is about, or null */
  fault(code: FaultCode, seq: number | null, detail?: string): void;
  /** Counts rows that were looked at. */
  looked(what: keyof AuditCounts, rows: number): void;
}

/** What the journal said when the brand's turn came; all else of the brand is compared with this moment. */
export interface Moment {
  readonly lastSeq: number;
  /** Epoch seconds. */
  readonly lastAt: number;
  readonly withheld: number;
  readonly days: readonly DayCounter[];
}

/** A row of `brand_day`. */
export interface DayCounter {
  readonly name: string;
  readonly movements: number;
  readonly firstSeq: number;
  readonly lastSeq: number;
}

export async function readMoment({ database, brandId }: BrandAudit): Promise<Moment> {
  const rows = await database.rows(sql.MOMENT, [brandId]);
  const [lastSeq, lastAt, withheld] = (rows[0] ?? [0, 0, 0]) as [number, number, number];
  const days = rows.flatMap((row): DayCounter[] => {
    const [day, kind, state, change, oldState, movements, firstSeq, last] = row.slice(3) as [
      string | null,
      ...number[],
    ];
    if (day === null) return [];
    const name = counterName(day, kind as number, state as number, change as number, oldState as number);
    return [{ name, movements: movements as number, firstSeq: firstSeq as number, lastSeq: last as number }];
  });
  return { lastSeq, lastAt, withheld, days };
}

/** The key of a day's counter, as it is compared and told. */
export function counterName(day: string, kind: number, state: number, change: number, oldState: number): string {
  return `${day} kind ${kind} state ${state} change ${change} before ${oldState}`;
}
