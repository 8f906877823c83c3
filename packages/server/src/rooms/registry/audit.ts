// The registry's invariants, looked at from outside: what `npm run audit` and the tests ask. The walk is here; `audit/`
// holds what is looked at on it, the faults' texts and the SQL.
//
// Promises: every movement, consent, batch, withheld refusal and day's counter is looked at once; what is right beside
// living writers is never called wrong. It reads by ranges of numbers or keys, each in one short statement with its own
// snapshot, so it holds no old snapshot open and no lock (a snapshot held for minutes made a journal's update four times
// slower).
// How it stays right while others write: movements never change, so a brand is looked at up to the number that its
// journal stood at when its turn came, with the counters of that same moment. A consent is compared with its movement
// within one statement. A movement must be named by the next of its chain or be the chain's head; one that is neither
// when its brand's pass ends (a newer movement took over meanwhile) is looked for in its chain of that moment.
// Trades: one bit of memory for each movement of the brand at hand (125 MB for a thousand million).
// What it cannot see: a movement whose row was rewritten together with everything that repeats it. The day files hold
// what was published of it, fingerprint included: rooms/reports/audit.ts compares them.

import type { Clock } from '../../ground/clock.ts';
import { APP_ROLE, type Database } from '../../ground/database.ts';
import type { AddressKeys } from '../../ground/keys.ts';
import { auditBatches } from './audit/batches.ts';
import { type AuditCounts, type BrandAudit, readMoment } from './audit/brand.ts';
import { auditConsents, auditWithheld } from './audit/consents.ts';
import { compareSum } from './audit/days.ts';
import type { Fault, FaultCode } from './audit/faults.ts';
import { auditMovements } from './audit/movements.ts';
import * as sql from './audit/sql.ts';

export type { AuditCounts } from './audit/brand.ts';
export { type Fault, faultLine } from './audit/faults.ts';

export interface AuditOptions {
  readonly database: Database;
  readonly keys: AddressKeys;
  readonly clock: Clock;
  readonly onFault: (fault: Fault) => void;
  /** Told after each piece. */
  readonly onProgress?: (counts: Readonly<AuditCounts>) => void;
  /**
   * Looks only at the ends of the journals: so many newest movements a brand, and no list of consents, batches and
   * withheld refusals. For a restore, which wants to know in seconds whether it brought a registry back.
   */
  readonly newest?: number;
}

/** Looks at everything. Throws DatabaseUnavailable; faults of the data are told to `onFault` and counted. */
export async function auditRegistry(options: AuditOptions): Promise<AuditCounts> {
  const { database, keys, clock, newest } = options;
  const counts = { brands: 0, movements: 0, consents: 0, batches: 0, withheld: 0, dayCounters: 0, faults: 0 };
  const tell = (code: FaultCode, brandId: number | null, seq: number | null, detail = ''): void => {
    counts.faults += 1;
    options.onFault({ code, brandId, seq, detail });
  };
  const ofRole = await faultOfRole(database);
  if (ofRole !== null) tell(ofRole, null, null, APP_ROLE);
  for (const brand of await findBrands(database)) {
    counts.brands += 1;
    const { brandId } = brand;
    await auditBrand(brand, newest, {
      brandId,
      database,
      keys,
      clock,
      fault: (code, seq, detail) => tell(code, brandId, seq, detail),
      looked(what, rows) {
        counts[what] += rows;
        options.onProgress?.(counts);
      },
    });
  }
  return counts;
}

/** The application's role exists and cannot touch a movement once it is written. */
async function faultOfRole(database: Database): Promise<FaultCode | null> {
  const [role] = await database.rows<[mayChange: boolean, mayAll: boolean]>(sql.ROLE_RIGHTS, [APP_ROLE]);
  if (role === undefined) return 'role-missing';
  return role[0] || role[1] ? 'role-may-change-movements' : null;
}

interface FoundBrand {
  readonly brandId: number;
  readonly known: boolean;
  readonly hasJournal: boolean;
}

/** Every brand that exists, has a journal, or has rows all the same. */
async function findBrands(database: Database): Promise<FoundBrand[]> {
  const withRows = new Set<number>();
  for (const next of [sql.NEXT_WITH_MOVEMENTS, sql.NEXT_WITH_CONSENTS])
    for (let after = -1; ; ) {
      const [row] = await database.rows<[number | null]>(next, [after]);
      const brandId = row?.[0] ?? null;
      if (brandId === null) break;
      withRows.add(brandId);
      after = brandId;
    }
  // Read last: a brand that was made meanwhile and has rows already is among them.
  const brands = new Map<number, FoundBrand>();
  for (const [brandId, known, hasJournal] of await database.rows<[number, boolean, boolean]>(sql.BRANDS))
    brands.set(brandId, { brandId, known, hasJournal });
  for (const brandId of withRows)
    if (!brands.has(brandId)) brands.set(brandId, { brandId, known: false, hasJournal: false });
  return [...brands.values()];
}

async function auditBrand(
  { known, hasJournal }: FoundBrand,
  newest: number | undefined,
  audit: BrandAudit,
): Promise<void> {
  if (!known) audit.fault('brand-unknown', null);
  if (!hasJournal) audit.fault('journal-missing', null);
  const moment = await readMoment(audit);
  const after = Math.max(0, moment.lastSeq - (newest ?? Number.POSITIVE_INFINITY));
  const tallies = await auditMovements(audit, moment, after);
  if (after === 0) tallies.compare(audit, moment);
  else compareSum(audit, moment);
  if (newest !== undefined) return;
  await auditConsents(audit);
  await auditBatches(audit);
  await auditWithheld(audit, moment);
}
