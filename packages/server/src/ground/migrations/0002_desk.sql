-- The desk: people who log in, the organisations they act for, what each may do there, and what they did.
--
-- An account is one who acts: its number stands in every movement. A person has one account in each organisation he
-- works for, so that a movement says for whom it was made; API users keep an e-mail and a password of their own.

------------------------------------------------------------------------------------------------ parties

create table intermediary (
  intermediary_code integer primary key,
  title             text not null,
  created_at        timestamptz not null default now()
);

-- A provider names an intermediary, which may then ask for its brands (yes or no), nothing else.
create table intermediary_grant (
  intermediary_code integer not null references intermediary,
  provider_code     integer not null references provider,
  given_at          timestamptz not null default now(),
  primary key (intermediary_code, provider_code)
);

------------------------------------------------------------------------------------------------- people

-- `totp_sealed`: the shared secret of his authenticator. `totp_step`: the step of the code used last; each is good once.
-- `user_handle`: what his passkeys know him by; it says nothing (WebAuthn Level 2, 14.6.1).
create table person (
  person_id     integer generated always as identity primary key,
  user_handle   uuid not null unique default gen_random_uuid(),
  email         text not null,
  name          text not null,
  password_hash text,
  totp_sealed   bytea,
  totp_step     bigint not null default 0,
  language      text not null default 'tr' check (language in ('tr', 'en')),
  enabled       boolean not null default true,
  created_at    timestamptz not null default now()
);
create unique index person_by_email on person (lower(email));

create table recovery_code (
  person_id integer not null references person,
  code_hash bytea not null,
  used_at   timestamptz,
  primary key (person_id, code_hash)
);

create table passkey (
  credential_id bytea primary key,
  passkey_id    uuid not null unique default gen_random_uuid(),
  person_id     integer not null references person,
  public_key    bytea not null,
  counter       bigint not null,
  transports    text[] not null default '{}',
  name          text not null,
  created_at    timestamptz not null default now(),
  last_used_at  timestamptz
);
create index passkey_by_person on passkey (person_id);

-- What a passkey is to sign, once. `session_id`: of the half or whole log-in that asked; null: nobody has logged in yet.
create table passkey_challenge (
  challenge  bytea primary key,
  purpose    text not null check (purpose in ('register', 'log-in', 'second-factor')),
  session_id uuid,
  expires_at timestamptz not null,
  check ((purpose = 'log-in') = (session_id is null))
);
create index passkey_challenge_by_age on passkey_challenge (expires_at);

-- A link to a new password. Used: gone, with the others of the person.
create table password_reset (
  token_hash bytea primary key,
  person_id  integer not null references person,
  expires_at timestamptz not null
);
create index password_reset_by_person on password_reset (person_id);

-- A log-in. `second_factor_at`: when he last gave a second factor; null: only the password so far, good for nothing
-- else. `device`: what he knows it by ("Firefox, Windows"); `network`: masked.
create table person_session (
  session_hash     bytea primary key,
  session_id       uuid not null unique default gen_random_uuid(),
  person_id        integer not null references person,
  opened_at        timestamptz not null,
  seen_at          timestamptz not null,
  second_factor_at timestamptz,
  device           text not null,
  network          text not null,
  ended_at         timestamptz
);
create index person_session_by_person on person_session (person_id);
create index person_session_by_age on person_session (seen_at);

----------------------------------------------------------------------------------------------- accounts

alter table account
  alter column email drop not null,
  alter column password_hash drop not null,
  add column person_id integer references person,
  add column intermediary_code integer references intermediary,
  drop constraint account_role_check,
  drop constraint account_check,
  add constraint account_role_check check (role in ('API_USER', 'PORTAL_ADMIN', 'REGISTRAR', 'STAFF')),
  add constraint account_holder_check check (
    num_nonnulls(provider_code, partner_code, intermediary_code) = case role when 'REGISTRAR' then 0 else 1 end),
  add constraint account_of_staff_check check (
    (role = 'STAFF') = (person_id is not null) and (role = 'STAFF') = (email is null)
    and (email is null) = (password_hash is null));
create unique index account_of_person
  on account (person_id, (coalesce(provider_code, partner_code, intermediary_code))) where person_id is not null;
create index account_by_provider on account (provider_code) where person_id is not null;
create index account_by_partner on account (partner_code) where person_id is not null;
create index account_by_intermediary on account (intermediary_code) where person_id is not null;

-- What an account may do: a role (rooms/access/roles.ts), for all brands of its organisation or for some, on all
-- channels or on some, for a time. A retailer's user stands for one retailer of one brand. Ended, never deleted.
create table staff_grant (
  grant_id      uuid primary key default gen_random_uuid(),
  account_id    integer not null references account,
  role          text not null check (role in ('owner', 'manager', 'clerk', 'evidence', 'viewer', 'retailer')),
  brands        integer[],
  channels      smallint[],
  retailer_code integer,
  valid_from    timestamptz not null,
  valid_until   timestamptz,
  reason        text not null default '',
  given_by      integer references account,
  given_at      timestamptz not null,
  ended_by      integer references account,
  ended_at      timestamptz,
  check ((role = 'retailer') = (retailer_code is not null)),
  check (role <> 'retailer' or cardinality(brands) = 1)
);
create index staff_grant_by_account on staff_grant (account_id) where ended_at is null;

-- A grant that waits for somebody to take it, by a link in a mail that is good once. `valid_until`: the grant's.
create table invitation (
  invitation_id     uuid primary key,
  token_hash        bytea not null unique,
  organisation_code integer not null,
  email             text not null,
  name              text not null,
  role              text not null check (role in ('owner', 'manager', 'clerk', 'evidence', 'viewer', 'retailer')),
  brands            integer[],
  channels          smallint[],
  retailer_code     integer,
  valid_until       timestamptz,
  reason            text not null default '',
  invited_by        integer not null references account,
  created_at        timestamptz not null,
  mailed_at         timestamptz not null,
  expires_at        timestamptz not null,
  used_at           timestamptz,
  withdrawn_at      timestamptz
);
create index invitation_by_organisation on invitation (organisation_code, created_at);
create index invitation_by_age on invitation (expires_at);

------------------------------------------------------------------------------------------------ at work

-- What was done in an organisation, by whom: read by the organisation itself. `details` holds no address in clear.
create table activity (
  organisation_code integer not null,
  at                timestamptz not null,
  activity_id       uuid not null default gen_random_uuid(),
  account_id        integer not null,
  act               text not null,
  brand_id          integer,
  details           jsonb not null default '{}',
  primary key (organisation_code, at, activity_id)
);
create index activity_by_account on activity (organisation_code, account_id, at);

-- What somebody typed and has not sent yet, sealed: one for each place of the portal.
create table draft (
  account_id integer not null references account,
  place      text not null,
  sealed     bytea not null,
  saved_at   timestamptz not null,
  primary key (account_id, place)
);

-- Where an account stood in a brand's journal when it last looked: what came since is new to it.
create table visit (
  account_id integer not null references account,
  brand_id   integer not null,
  seq        bigint not null,
  at         timestamptz not null,
  primary key (account_id, brand_id)
);

-- A statement given by hand. A consent waits a moment so that it can be taken back; `due_at` says until when. `entry_key`
-- comes with the form: the same form sent twice is one entry. `sealed`: the statement with its address.
create table entry (
  entry_id     uuid primary key default gen_random_uuid(),
  account_id   integer not null,
  entry_key    uuid not null,
  brand_id     integer not null,
  kind         smallint not null,
  status       smallint not null,
  sealed       bytea not null,
  given_at     timestamptz not null,
  due_at       timestamptz not null,
  lease_until  timestamptz,
  state        text not null check (state in ('waiting', 'undone', 'recorded', 'unchanged', 'refused')),
  code         text,
  seq          bigint,
  decided_at   timestamptz,
  unique (account_id, entry_key)
);
create index entry_waiting on entry (due_at) where state = 'waiting';
create index entry_by_brand on entry (brand_id, given_at);

-- Newest refusals of a brand: without it the overview of a brand that is seldom refused reads its whole journal.
create index movement_of_refusals on movement (brand_id, seq) where (state & 1) = 0;

-- Refusals that a person ticked as taken over into his own lists.
create table refusal_tick (
  brand_id   integer not null,
  seq        bigint not null,
  account_id integer not null,
  at         timestamptz not null,
  primary key (brand_id, seq)
);

-- How far the movements of the registry were fetched: `changes` (by API user) and files.
create table fetched_up_to (
  brand_id   integer not null,
  way        text not null check (way in ('changes', 'file')),
  account_id integer not null,
  channels   smallint not null,
  seq        bigint not null,
  at         timestamptz not null,
  primary key (brand_id, way, account_id, channels)
);

-------------------------------------------------------------------------------------------------- rights

do $$
begin
  if exists (select from pg_roles where rolname = 'acik_iys_app') then
    grant select, insert, update, delete on
      intermediary, intermediary_grant, person, recovery_code, passkey, passkey_challenge, password_reset, person_session,
      staff_grant, invitation, draft, visit, entry, refusal_tick, fetched_up_to to acik_iys_app;
    -- What was done stays: the application may only add to it.
    grant select, insert on activity to acik_iys_app;
  end if;
end
$$;
