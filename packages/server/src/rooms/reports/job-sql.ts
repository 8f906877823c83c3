// The SQL of `report_job`. A job goes queued → running → done, cancelled or failed. Whoever works has it by (running,
// attempts) and until its lease is over: every word of his is conditional on both, so that a worker whose job was cancelled
// or taken over changes nothing.

import type { Query } from '../../ground/database.ts';

export const COLUMNS = `
  job_id::text, account_id, brand_id, kind, parameters, state, rows_estimated, rows_done, code, file_name, file_bytes,
  sha384, extract(epoch from stamped_at)::float8, last_seq,
  extract(epoch from created_at)::float8, extract(epoch from finished_at)::float8, extract(epoch from expires_at)::float8`;

/** At most $9 open ones of one account. $1 organisation … $8 now. */
export const ADD = `
  insert into report_job (organisation_code, job_id, account_id, brand_id, kind, parameters, state, rows_estimated, created_at)
  select $1, $2::uuid, $3::int, $4, $5, $6, 'queued', $7, to_timestamp($8)
   where (select count(*) from report_job
           where organisation_code = $1 and account_id = $3::int and state in ('queued', 'running')) < $9
  on conflict (organisation_code, job_id) do nothing`;

/** The week of the oldest finished files of an account is over, beyond those that are kept. $3 now, $4 kept. */
export const MAKE_ROOM = `
  update report_job set expires_at = to_timestamp($3)
   where (organisation_code, job_id) in (
           select organisation_code, job_id from report_job
            where organisation_code = $1 and account_id = $2 and state = 'done' and expires_at > to_timestamp($3)
            order by finished_at desc offset $4)`;

export const JOB = `select ${COLUMNS} from report_job where organisation_code = $1 and job_id = $2::uuid`;

/** $2 brands, $3 and $4 where the page before ended, or null, $5 rows. */
export const JOBS = `
  select ${COLUMNS} from report_job
   where organisation_code = $1 and brand_id = any($2::int[])
     and ($3::float8 is null or (created_at, job_id) < (to_timestamp($3), $4::uuid))
   order by created_at desc, job_id desc limit $5`;

export const CANCEL = `
  update report_job set state = 'cancelled', finished_at = to_timestamp($3), lease_until = null
   where organisation_code = $1 and job_id = $2::uuid and state in ('queued', 'running')`;

/** The job that waits longest, or whose worker is gone. $1 now, $2 end of the lease. */
export const TAKE: Query = {
  name: 'report-job-take',
  text: `
    update report_job set state = 'running', attempts = attempts + 1, rows_done = 0, lease_until = to_timestamp($2)
     where (organisation_code, job_id) in (
             select organisation_code, job_id from report_job
              where state = 'queued' or (state = 'running' and lease_until <= to_timestamp($1))
              order by created_at limit 1 for update skip locked)
    returning organisation_code, job_id::text, account_id, brand_id, kind, parameters, attempts, first_seq, last_seq,
              extract(epoch from as_of)::float8`,
};

const HELD = `organisation_code = $1 and job_id = $2::uuid and state = 'running' and attempts = $3`;

/** $4 first and $5 last number of the journal, $6 the moment as of which it is. */
export const BOUND = `update report_job set first_seq = $4, last_seq = $5, as_of = to_timestamp($6) where ${HELD}`;

/** Still at work. $4 rows, $5 end of the lease. */
export const BEAT: Query = {
  name: 'report-job-beat',
  text: `update report_job set rows_done = $4, lease_until = to_timestamp($5) where ${HELD}`,
};

/** $4 rows, $5 name of the sealed file, $6 bytes and $7 hash of its content, $8 now, $9 end, $10 when to stamp it. */
export const COMPLETE = `
  update report_job
     set state = 'done', rows_done = $4, file_name = $5, file_bytes = $6, sha384 = $7, finished_at = to_timestamp($8),
         expires_at = to_timestamp($9), stamp_next_at = to_timestamp($10), lease_until = null
   where ${HELD}`;

export const FAIL = `
  update report_job set state = 'failed', code = $4, finished_at = to_timestamp($5), lease_until = null where ${HELD}`;

/** Lets go of a job that another may begin. */
export const LEAVE = `update report_job set state = 'queued', lease_until = null where ${HELD}`;

/** A finished file that waits for its stamp; nobody else asks for it before $2. $1 now. */
export const TAKE_UNSTAMPED = `
  update report_job set stamp_next_at = to_timestamp($2)
   where (organisation_code, job_id) in (
           select organisation_code, job_id from report_job
            where time_stamp is null and stamp_next_at <= to_timestamp($1)
            order by stamp_next_at limit 1 for update skip locked)
  returning organisation_code, job_id::text, sha384`;

export const STAMP = `
  update report_job set time_stamp = $3, stamped_at = to_timestamp($4)
   where organisation_code = $1 and job_id = $2::uuid and time_stamp is null`;

export const TIME_STAMP = 'select time_stamp from report_job where organisation_code = $1 and job_id = $2::uuid';

export const EXPIRED = `
  select organisation_code, job_id::text, file_name from report_job
   where expires_at <= to_timestamp($1) and file_name is not null limit $2`;
export const FORGET_FILE = `
  update report_job set file_name = null, stamp_next_at = null where organisation_code = $1 and job_id = $2::uuid`;
export const FORGET_JOBS = `
  delete from report_job where created_at <= to_timestamp($1) and file_name is null and state not in ('queued', 'running')`;
