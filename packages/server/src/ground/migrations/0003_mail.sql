-- Mail that the house sends to its users: a row first, sent afterwards (rooms/notices).

-- `address`, `fields`: sealed; gone as soon as the mail is sent or given up. `next_try_at`: nobody tries before; who
-- tries holds the mail so long. `dedupe_key`: who asks for a mail under the same key again gets none.
create table mail (
  mail_id           uuid primary key,
  template          text not null,
  language          text not null check (language in ('tr', 'en')),
  address           bytea,
  fields            bytea,
  organisation_code integer,
  dedupe_key        text unique,
  created_at        timestamptz not null,
  next_try_at       timestamptz not null,
  attempts          integer not null default 0,
  sent_at           timestamptz,
  failed_at         timestamptz,
  check (num_nonnulls(sent_at, failed_at) <= 1),
  check (num_nonnulls(address, fields) = case num_nonnulls(sent_at, failed_at) when 0 then 2 else 0 end)
);
create index mail_waiting on mail (next_try_at) where sent_at is null and failed_at is null;
create index mail_by_age on mail (created_at);

-------------------------------------------------------------------------------------------------- rights

do $$
begin
  if exists (select from pg_roles where rolname = 'acik_iys_app') then
    grant select, insert, update, delete on mail to acik_iys_app;
  end if;
end
$$;
