// Time stamps of documents (RFC 3161): asked for as soon as a content is stored, and again with growing pauses while the
// authority fails. What waits can be seen in the table, so nothing is lost by a crash, and whoever comes first asks.
//
// A content is taken by one UPDATE that moves its next try on by its pause, which is longer than a request may take: no
// transaction is held while the authority thinks, and what a crash leaves is due again when the pause is over. A run
// ends at its first failure: what failed for one content would fail for the others, at ten seconds each.

import type { Clock } from '../../ground/clock.ts';
import type { Database } from '../../ground/database.ts';
import { errorFields, type Log } from '../../ground/log.ts';
import { requestTimeStamp, TimeStampError } from '../../ground/time-stamp.ts';

/** Before the second, third … try; the last one stays. */
const PAUSES_SECONDS = [30, 60, 120, 300, 900];
/** Finds what other processes stored, pauses that are over, and what a crash left. */
const LOOK_EVERY_MS = 5_000;

const TAKE = `
  update evidence_blob
     set stamp_attempts = stamp_attempts + 1,
         stamp_next_at = to_timestamp($1)
           + make_interval(secs => ($2::int[])[least(stamp_attempts + 1, cardinality($2::int[]))])
   where (brand_id, sha256) in (
           select brand_id, sha256 from evidence_blob
            where time_stamp is null and stamp_next_at <= to_timestamp($1)
            order by stamp_next_at limit 1 for update skip locked)
  returning brand_id, sha256, sha384`;
const KEEP = `
  update evidence_blob set time_stamp = $3, stamped_at = to_timestamp($4)
   where brand_id = $1 and sha256 = $2 and time_stamp is null`;

export interface Stamps {
  /** Asks for the stamps that are due now. A call during a run joins it. @returns stamps that were had */
  runDue(): Promise<number>;
  /** Has what was stored just now stamped, if the work has begun. */
  wake(): void;
  start(): void;
  stop(): Promise<void>;
}

export function openStamps({
  database,
  clock,
  log,
  authority,
}: {
  readonly database: Database;
  readonly clock: Clock;
  readonly log: Log;
  /** Its address; without one everything waits. */
  readonly authority: string | undefined;
}): Stamps {
  let running: Promise<number> | undefined;
  let looking: NodeJS.Timeout | undefined;
  const stopped = Promise.withResolvers<undefined>();

  async function run(): Promise<number> {
    if (authority === undefined) return 0;
    for (let stamps = 0; ; stamps++) {
      // To the millisecond, as contents are stored: a content of this second is due.
      const asked = [clock.nowMs() / 1_000, `{${PAUSES_SECONDS.join(',')}}`];
      const [row] = await database.rows<[number, Buffer, Buffer]>(TAKE, asked);
      if (row === undefined) return stamps;
      const [brandId, sha256, sha384] = row;
      try {
        const stamp = await Promise.race([requestTimeStamp(authority, sha384), stopped.promise]);
        if (stamp === undefined) return stamps;
        await database.run(KEEP, [brandId, sha256, stamp, clock.now()]);
      } catch (error) {
        if (!(error instanceof TimeStampError)) throw error;
        log.warn('evidence.stamp_failed', { brandId, reason: error.reason });
        return stamps;
      }
    }
  }

  async function runDue(): Promise<number> {
    running ??= run().finally(() => {
      running = undefined;
    });
    return await running;
  }

  function wake(): void {
    if (looking === undefined) return;
    runDue().catch((error: unknown) => log.warn('evidence.stamps_failed', errorFields(error)));
  }

  return {
    runDue,
    wake,
    start() {
      looking ??= setInterval(wake, LOOK_EVERY_MS);
      wake();
    },
    async stop() {
      clearInterval(looking);
      looking = undefined;
      stopped.resolve(undefined);
      await running?.catch(() => undefined);
    },
  };
}
