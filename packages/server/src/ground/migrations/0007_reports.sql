-- Reports: counters that also say what stood before, and the files that people ask for.

---------------------------------------------------------------------------------------------- counters

-- `old_state`: what stood before, -1 for the first of its key. With it the counters of the days up to any day add up to
-- what stood at its end, by source too: what came to a state less what left it. Counted anew, as a round counts.
alter table brand_day
  drop constraint brand_day_pkey,
  add column old_state smallint not null default -1;
delete from brand_day;
insert into brand_day (brand_id, day, kind, state, change, old_state, movements, first_seq, last_seq)
select brand_id, (received_at at time zone 'UTC' + interval '3 hours')::date, kind, state,
       case
         when overtaken then 6
         when old_state is null then case state & 1 when 1 then 0 else 4 end
         when state & 1 = 1 then case old_state & 1 when 1 then 2 else 1 end
         else case old_state & 1 when 1 then 3 else 5 end
       end,
       coalesce(old_state, -1), count(*), min(seq), max(seq)
  from movement group by 1, 2, 3, 4, 5, 6;
alter table brand_day
  alter column old_state drop default,
  add primary key (brand_id, day, kind, state, change, old_state);

------------------------------------------------------------------------------------------------- files

-- A file that somebody asked for. `parameters`: what of the brand is wanted (rooms/reports/files.ts). `last_seq` and
-- `as_of`: where the journal stood for it, found when the work begins, so that who begins again makes the same file.
-- Whoever works has it until `lease_until`; each of his words is conditional on `attempts`. `code`: why it failed.
-- `job_id` comes with the form: the same form sent twice is one file. No part of a file has a name: it is there when
-- the job is done, and gone when `expires_at` is over.
create table report_job (
  organisation_code integer not null,
  job_id            uuid not null,
  account_id        integer not null references account,
  brand_id          integer not null,
  kind              text not null check (kind in ('permissions', 'movements')),
  parameters        jsonb not null,
  state             text not null check (state in ('queued', 'running', 'done', 'cancelled', 'failed')),
  rows_estimated    bigint not null,
  rows_done         bigint not null default 0,
  attempts          integer not null default 0,
  lease_until       timestamptz,
  first_seq         bigint,
  last_seq          bigint,
  as_of             timestamptz,
  code              text,
  file_name         text,
  file_bytes        bigint,
  sha384            bytea,
  time_stamp        bytea,
  stamped_at        timestamptz,
  stamp_next_at     timestamptz,
  created_at        timestamptz not null,
  finished_at       timestamptz,
  expires_at        timestamptz,
  primary key (organisation_code, job_id)
);
create index report_job_open on report_job (created_at) where state in ('queued', 'running');
create index report_job_unstamped on report_job (stamp_next_at) where time_stamp is null;
create index report_job_by_time on report_job (organisation_code, created_at);
create index report_job_by_expiry on report_job (expires_at);

-------------------------------------------------------------------------------------------------- rights

do $$
begin
  if exists (select from pg_roles where rolname = 'acik_iys_app') then
    grant select, insert, update, delete on report_job to acik_iys_app;
  end if;
end
$$;
