-- The heart: who takes part, the brands' journals, and what hangs on them.
--
-- Per-brand tables carry brand_id first in every key, have no foreign keys, no triggers and no sequences, so that
-- they can be distributed by brand_id one day (docs/adr/0005-everything-by-brand.md). Parties are ordinary reference data.

do $$
begin
  if not exists (select from pg_roles where rolname = 'acik_iys_app') then
    create role acik_iys_app nologin;
  end if;
exception when insufficient_privilege or unique_violation or duplicate_object then
  null; -- `npm run audit` tells when a database was set up without the role
end
$$;

------------------------------------------------------------------------------------------------- secret

-- One row, written when the registry is first served: the print of the master secret under which everything here is
-- sealed, and whether it was set up with the demo, whose movements could never be deleted again (ground/secret.ts).
create table secret_print (
  one   boolean primary key default true check (one),
  print text not null,
  demo  boolean not null
);

------------------------------------------------------------------------------------------------ parties

create table provider (
  provider_code      integer primary key,
  title              text not null,
  strictness         text not null default 'official' check (strictness in ('official', 'welcoming')),
  historic_load_open boolean not null default false,
  created_at         timestamptz not null default now()
);

create table brand (
  brand_id      integer primary key,
  provider_code integer not null references provider,
  name          text not null,
  master        boolean not null,
  created_at    timestamptz not null default now()
);
create index brand_by_provider on brand (provider_code);

create table partner (
  partner_code integer primary key,
  title        text not null,
  created_at   timestamptz not null default now()
);

create table partner_grant (
  partner_code   integer not null references partner,
  brand_id       integer not null references brand,
  arama          text not null default 'none' check (arama in ('none', 'read', 'write')),
  mesaj          text not null default 'none' check (mesaj in ('none', 'read', 'write')),
  eposta         text not null default 'none' check (eposta in ('none', 'read', 'write')),
  reconciliation boolean not null default false,
  via            boolean not null default false,
  primary key (partner_code, brand_id)
);
create index partner_grant_by_brand on partner_grant (brand_id);

-- One subscription per provider or partner. Credits of the other packages are null where not bought.
create table subscription (
  holder_code          integer primary key,
  subscription_id      uuid not null default gen_random_uuid(),
  package_name         text not null,
  starts_at            timestamptz not null,
  expires_at           timestamptz not null,
  status               text not null default 'ACTIVE' check (status in ('ACTIVE', 'PAUSED', 'EXPIRED', 'CLOSED')),
  api_included         boolean not null default true,
  consent_limit        integer not null,
  consent_limit_exceed boolean not null default false,
  via                  jsonb,
  via_pass             jsonb
);

-- Limits that an operator set differently from the defaults (ground/config lists the names).
create table provider_limit (
  provider_code integer not null references provider,
  limit_name    text not null,
  amount        integer not null check (amount > 0),
  primary key (provider_code, limit_name)
);

------------------------------------------------------------------------------------------------- access

create table account (
  account_id    integer generated always as identity primary key,
  email         text not null,
  password_hash text not null,
  role          text not null check (role in ('API_USER', 'PORTAL_ADMIN', 'REGISTRAR')),
  provider_code integer references provider,
  partner_code  integer references partner,
  enabled       boolean not null default true,
  created_at    timestamptz not null default now(),
  check (num_nonnulls(provider_code, partner_code) = case role when 'REGISTRAR' then 0 else 1 end)
);
create unique index account_by_email on account (lower(email));

create table token_family (
  family_id  uuid primary key,
  account_id integer not null references account,
  created_at timestamptz not null,
  revoked_at timestamptz
);
create index token_family_by_account on token_family (account_id);

create table refresh_token (
  token_hash  bytea primary key,
  family_id   uuid not null references token_family,
  expires_at  timestamptz not null,
  replaced_at timestamptz
);
create index refresh_token_by_family on refresh_token (family_id);
create index refresh_token_by_expiry on refresh_token (expires_at);

----------------------------------------------------------------------------------------------- registry

-- A brand's journal: the row that its writers lock in turn. `withheld`: refusals ever withheld, 0 spares looking.
create table brand_journal (
  brand_id integer primary key,
  last_seq bigint not null default 0,
  last_at  timestamptz not null default 'epoch',
  withheld bigint not null default 0
) with (fillfactor = 50);

-- The present state of each key. `late_seq` is the head of the chain of overtaken refusals (history only).
-- `sealed` is an e-mail's ciphertext; a telephone's key opens itself.
create table consent (
  brand_id     integer not null,
  kind         smallint not null,
  state        smallint not null,
  address      uuid not null,
  consented_at timestamptz,
  last_seq     bigint not null,
  late_seq     bigint,
  retailer     integer,
  sealed       bytea,
  primary key (brand_id, kind, address)
) with (fillfactor = 90);
create index consent_by_address on consent (address, brand_id, kind);

-- Every accepted change, for ever. `old_state` null: the first of its key. `prev_seq`: the one before in its chain.
create table movement (
  brand_id      integer not null,
  kind          smallint not null,
  state         smallint not null,
  seq           bigint not null,
  address       uuid not null,
  consented_at  timestamptz,
  received_at   timestamptz not null,
  prev_seq      bigint,
  nonce         bigint not null,
  actor         integer not null,
  door          smallint not null,
  old_state     smallint,
  retailer      integer,
  request_index integer,
  request_id    uuid,
  restores      bigint,
  overtaken     boolean not null default false,
  primary key (brand_id, seq)
);
-- The default feed shows the registry's own movements (state >= 200) only: behind five million rows of the
-- provider's a poll took a second without this index and a millisecond with it.
create index movement_of_registry on movement (brand_id, seq) where state >= 200;

-- Counters kept in the round, for statistics, day summaries and day files. `change`: packages/law, CHANGES.
create table brand_day (
  brand_id  integer not null,
  day       date not null,
  kind      smallint not null,
  state     smallint not null,
  change    smallint not null,
  movements bigint not null,
  first_seq bigint not null,
  last_seq  bigint not null,
  primary key (brand_id, day, kind, state, change)
);
create index brand_day_by_day on brand_day (day, brand_id);

-- A refusal that the official contract turns away: honoured by every check, outside journal and feed.
create table withheld_refusal (
  brand_id     integer not null,
  kind         smallint not null,
  source       smallint not null,
  address      uuid not null,
  consented_at timestamptz not null,
  received_at  timestamptz not null,
  actor        integer not null,
  door         smallint not null,
  sealed       bytea,
  primary key (brand_id, kind, address)
);

-- A batch and its results. outcomes: rooms/registry/words.ts; seqs: the movement that stands for the item.
create table request (
  brand_id    integer not null,
  request_id  uuid not null,
  received_at timestamptz not null,
  version     smallint not null,
  outcomes    smallint[] not null,
  seqs        bigint[] not null,
  primary key (brand_id, request_id)
);
create index request_by_time on request (received_at);

-- The name that a citizen gave with IYS_WEB_YENI, shown for seven days and then deleted.
create table citizen_name (
  brand_id   integer not null,
  seq        bigint not null,
  sealed     bytea not null,
  expires_at timestamptz not null,
  primary key (brand_id, seq)
);
create index citizen_name_by_expiry on citizen_name (expires_at);

---------------------------------------------------------------------------------------------- retailers

create table retailer (
  brand_id      integer not null,
  retailer_code integer not null,
  title         text not null,
  name          text not null,
  alias         text,
  tckn          text not null,
  tin           text not null,
  mersis        text,
  mobile        text,
  city          jsonb not null,
  town          jsonb not null,
  status        text not null check (status in ('active', 'passive', 'suspended')),
  created_at    timestamptz not null,
  primary key (brand_id, retailer_code)
);
create unique index retailer_by_tckn on retailer (brand_id, tckn);
create unique index retailer_by_mersis on retailer (brand_id, mersis) where mersis is not null;

create table retailer_access (
  brand_id      integer not null,
  kind          smallint not null,
  address       uuid not null,
  retailer_code integer not null,
  primary key (brand_id, kind, address, retailer_code)
);
create index retailer_access_by_retailer on retailer_access (brand_id, retailer_code);

--------------------------------------------------------------------------------------------- deliveries

-- `holder_code`: the provider or partner whose address it is. `lease_until`: the process that serves it has it so long.
create table push_address (
  brand_id      integer not null,
  push_id       uuid not null,
  holder_code   integer not null,
  channel       smallint not null,
  url           text not null,
  username      text not null,
  password      bytea not null,
  status        text not null check (status in ('connected', 'parked')),
  status_at     timestamptz not null,
  cursor_seq    bigint not null,
  attempts      integer not null default 0,
  failing_since timestamptz,
  next_try_at   timestamptz,
  lease_until   timestamptz,
  primary key (brand_id, push_id)
);

---------------------------------------------------------------------------------------- reconciliation

-- One day of one brand: its file, the file's hash and time stamp, and the brand's agreement.
create table day_report (
  brand_id    integer not null,
  day         date not null,
  status      text not null check (status in ('queued', 'inprogress', 'completed', 'error')),
  status_at   timestamptz not null,
  attempts    integer not null default 0,
  file_name   text,
  file_bytes  bigint,
  sha384      bytea,
  time_stamp  bytea,
  agreed_at   timestamptz,
  agreed_by   integer,
  primary key (brand_id, day)
);
create index day_report_open on day_report (status_at) where status <> 'completed' or time_stamp is null;

-------------------------------------------------------------------------------------------------- rights

do $$
begin
  if exists (select from pg_roles where rolname = 'acik_iys_app') then
    grant usage on schema public to acik_iys_app;
    grant select, insert, update, delete on all tables in schema public to acik_iys_app;
    -- Movements are for ever: the application may only add to them.
    revoke update, delete on movement from acik_iys_app;
    -- Whoever could change the print could have refusals overlooked.
    revoke insert, update, delete on secret_print from acik_iys_app;
    execute format('grant acik_iys_app to %I', current_user);
  end if;
end
$$;
