// The SQL of `day_report`. A row goes queued → inprogress → completed, or → error and back to inprogress. Whoever makes
// a day holds it by (inprogress, attempts): every later word of his is conditional on both, so that a worker whose day
// was taken over meanwhile changes nothing. Every statement that writes names its brand; inserts are anchored on the
// journal row (docs/adr/0005-everything-by-brand.md).

import type { Query } from '../../ground/database.ts';

/** Times by the caller's clock, epoch seconds. $1 day, $2 brands that moved on it, $3 now. */
export const QUEUE: Query = {
  name: 'report-queue',
  text: `
    insert into day_report (brand_id, day, status, status_at)
    select j.brand_id, $1::date, 'queued', to_timestamp($3)
      from brand_journal j
     where j.brand_id = any($2::int[])
       and not exists (
             select from day_report r
              where r.brand_id = j.brand_id and r.brand_id = any($2::int[]) and r.day = $1::date)
    on conflict (brand_id, day) do nothing`,
};

/**
 * From now on no movement of the brand can fall into a time before $2: waits for the writer that holds the journal,
 * and whoever comes later takes the later of his clock and `last_at`, were his clock behind ours.
 */
export const CLOSE: Query = {
  name: 'report-close',
  text: `
    update brand_journal set last_at = to_timestamp($2) where brand_id = $1 and last_at < to_timestamp($2)`,
};

/** $a now, $b seconds of silence after which a worker is taken for dead. A failure waits a minute longer each time. */
function due(now: string, silence: string): string {
  return `(status = 'queued'
        or (status = 'inprogress' and status_at <= to_timestamp(${now}::int8 - ${silence}::int8))
        or (status = 'error' and status_at <= to_timestamp(${now}::int8 - 60 * least(attempts, 60))))`;
}

/** $1 and $2 first and last day, $3 the time that the first of them ended, $4 now, $5 silence, $6 rows. */
export const DUE: Query = {
  name: 'report-due',
  text: `
    select brand_id, day::text
      from day_report
     where status <> 'completed' and day between $1::date and $2::date and status_at >= to_timestamp($3)
       and ${due('$4', '$5')}
     order by day, brand_id
     limit $6`,
};

/** Takes a day that is (still) due; answers the number of the attempt. $1 brand, $2 day, $3 now, $4 silence. */
export const CLAIM: Query = {
  name: 'report-claim',
  text: `
    update day_report
       set status = 'inprogress', status_at = to_timestamp($3::int8), attempts = attempts + 1
     where brand_id = $1 and day = $2::date and ${due('$3', '$4')}
    returning attempts`,
};

const HELD = `brand_id = $1 and day = $2::date and status = 'inprogress' and attempts = $3`;

/** Still at work. $1 brand, $2 day, $3 attempt, $4 now. */
export const BEAT: Query = {
  name: 'report-beat',
  text: `update day_report set status_at = to_timestamp($4) where ${HELD}`,
};

/** $5 name of the sealed file, $6 bytes and $7 hash of its content. */
export const COMPLETE: Query = {
  name: 'report-complete',
  text: `
    update day_report
       set status = 'completed', status_at = to_timestamp($4), file_name = $5, file_bytes = $6, sha384 = $7
     where ${HELD}`,
};

/** Lets go of a day. $5 queued or error. */
export const LEAVE: Query = {
  name: 'report-leave',
  text: `update day_report set status = $5, status_at = to_timestamp($4) where ${HELD}`,
};

export const READ: Query = {
  name: 'report-read',
  text: `
    select status, file_name, file_bytes, sha384, time_stamp, agreed_at is not null
      from day_report where brand_id = $1 and day = $2::date`,
};

/** Days of a brand that have a report, the newest first. $2 the day before which the page goes on, or null, $3 rows. */
export const DAYS: Query = {
  name: 'report-days',
  text: `
    select day::text, status, file_bytes, sha384, time_stamp is not null, extract(epoch from agreed_at)::float8, agreed_by
      from day_report where brand_id = $1 and ($2::date is null or day < $2::date) order by day desc limit $3`,
};

/** The first agreement stands. $1 brand, $2 day, $3 now, $4 account. */
export const AGREE: Query = {
  name: 'report-agree',
  text: `
    update day_report
       set agreed_at = coalesce(agreed_at, to_timestamp($3)), agreed_by = coalesce(agreed_by, $4)
     where brand_id = $1 and day = $2::date and status = 'completed'`,
};

/** Parameters as of DUE, without the clock: $4 rows. */
export const UNSTAMPED: Query = {
  name: 'report-unstamped',
  text: `
    select brand_id, day::text
      from day_report
     where status = 'completed' and time_stamp is null and day between $1::date and $2::date
       and status_at >= to_timestamp($3)
     order by day, brand_id
     limit $4`,
};

/** One process asks for a day's stamp at a time (a stamp costs money); held to the end of the transaction. */
export const HOLD_STAMP: Query = {
  name: 'report-hold-stamp',
  text: `select pg_try_advisory_xact_lock(hashtextextended('day_report stamp ' || $1::int || ' ' || $2::date, 0))`,
};
export const DIGEST_TO_STAMP: Query = {
  name: 'report-digest',
  text: `select sha384 from day_report where brand_id = $1 and day = $2::date and time_stamp is null`,
};
export const STAMP: Query = {
  name: 'report-stamp',
  text: `
    update day_report set time_stamp = $3 where brand_id = $1 and day = $2::date and time_stamp is null`,
};
