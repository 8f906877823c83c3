-- Messages of the house to its people (rooms/messages): the bell of the desk, and mails by each person's choice.

-- `details`: what happened, by kind; never an address of a recipient. `dedupe_key`: who is told under one key again is
-- told once.
create table message (
  message_id        uuid primary key default gen_random_uuid(),
  account_id        integer not null references account,
  organisation_code integer not null,
  kind              text not null,
  details           jsonb not null,
  dedupe_key        text,
  created_at        timestamptz not null,
  read_at           timestamptz,
  unique (account_id, dedupe_key)
);
create index message_by_account on message (account_id, created_at, message_id);
create index message_unread on message (account_id) where read_at is null;
create index message_by_age on message (created_at);

-- Whether messages of a kind also come by mail, where a person decided it himself.
create table notice_choice (
  person_id integer not null references person,
  kind      text not null,
  by_mail   boolean not null,
  primary key (person_id, kind)
);

-- On which days a brand was told of its refusals whose last day has come: once a day, whatever it was told.
create table last_day_told (
  brand_id integer not null,
  day      date not null,
  primary key (brand_id, day)
);
create index last_day_told_by_day on last_day_told (day);

-------------------------------------------------------------------------------------------------- rights

do $$
begin
  if exists (select from pg_roles where rolname = 'acik_iys_app') then
    grant select, insert, update, delete on message, notice_choice, last_day_told to acik_iys_app;
  end if;
end
$$;
