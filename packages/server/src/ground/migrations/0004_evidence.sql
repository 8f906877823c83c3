-- Evidence: documents that prove consents, the texts that people saw, and the printed forms they signed.
--
-- The application may add to all of it and delete nothing: what proves a consent is kept for its period (law.md, rule 28).
-- Nor may it change which content was added, when and by whom, or what it was said to prove.

-- A content, once for each brand: sealed on disk under its SHA-256 (`sha384` guards the file and is what the authority
-- stamps). `type` was decided by the content. Nobody asks for its stamp before `stamp_next_at`; who asks moves it on.
create table evidence_blob (
  brand_id       integer not null,
  sha256         bytea not null,
  sha384         bytea not null,
  bytes          bigint not null,
  type           text not null,
  stored_at      timestamptz not null,
  time_stamp     bytea,
  stamped_at     timestamptz,
  stamp_attempts integer not null default 0,
  stamp_next_at  timestamptz not null,
  primary key (brand_id, sha256),
  check ((time_stamp is null) = (stamped_at is null))
);
create index evidence_blob_unstamped on evidence_blob (stamp_next_at) where time_stamp is null;

-- A document: who added which content for a brand. `sealed`: its title and the name of its file. `organisation_code` and
-- `retailer_code`: for whom the person acted. A wrong document names the one that stands in its place; both stay.
-- `upload_key` comes with the upload: the same upload sent twice is one document.
create table evidence (
  brand_id          integer not null,
  document_id       uuid not null default gen_random_uuid(),
  upload_key        uuid not null,
  account_id        integer not null,
  organisation_code integer not null,
  retailer_code     integer,
  sha256            bytea not null,
  sealed            bytea not null,
  text_version      integer,
  added_at          timestamptz not null,
  replaced_by       uuid,
  replaced_at       timestamptz,
  replaced_account  integer,
  replaced_reason   bytea,
  primary key (brand_id, document_id),
  unique (brand_id, account_id, upload_key),
  check (num_nonnulls(replaced_by, replaced_at, replaced_account, replaced_reason) in (0, 4))
);
create index evidence_by_time on evidence (brand_id, added_at, document_id);
create index evidence_by_replacement on evidence (brand_id, replaced_by) where replaced_by is not null;

-- What a document proves: one movement (`seq`), an entry that may still wait, a printed form, or a set: the consents
-- given on a day, taken by a retailer, or both, on `channels` (bits), as far as they were given before `linked_at`.
-- Ended when the document was replaced: then the other one proves it.
create table evidence_link (
  brand_id      integer not null,
  document_id   uuid not null,
  seq           bigint,
  entry_id      uuid,
  form_number   text,
  day           date,
  retailer_code integer,
  channels      smallint not null,
  account_id    integer not null,
  linked_at     timestamptz not null,
  ended_at      timestamptz,
  unique nulls not distinct (brand_id, document_id, seq, entry_id, form_number, day, retailer_code),
  check (num_nonnulls(seq, entry_id, form_number) + (num_nonnulls(day, retailer_code) > 0)::int = 1)
);
create index evidence_link_by_seq on evidence_link (brand_id, seq) where seq is not null;
create index evidence_link_by_entry on evidence_link (brand_id, entry_id) where entry_id is not null;
create index evidence_link_by_form on evidence_link (brand_id, form_number) where form_number is not null;
create index evidence_link_by_day on evidence_link (brand_id, day) where day is not null;
create index evidence_link_by_retailer on evidence_link (brand_id, retailer_code) where retailer_code is not null and day is null;

-- Which entries a movement came from: by it a form or an entry's document proves the movement.
create index entry_by_movement on entry (brand_id, seq) where seq is not null;

-- What people are shown when they consent. A version never changes.
create table consent_text (
  brand_id   integer not null,
  version    integer not null,
  title      text not null,
  body       text not null,
  account_id integer not null,
  added_at   timestamptz not null,
  primary key (brand_id, version)
);

-- Printed forms, a row for each series: its numbers are series, running number up to `forms`, check character.
-- `form_key` comes with the order: the same order sent twice is one series.
create table consent_form (
  brand_id          integer not null,
  series            text not null,
  forms             smallint not null,
  form_key          uuid not null,
  text_version      integer not null,
  organisation_code integer not null,
  retailer_code     integer,
  account_id        integer not null,
  made_at           timestamptz not null,
  primary key (brand_id, series),
  unique (brand_id, account_id, form_key)
);

-- Entries that were typed from a form.
create table consent_form_entry (
  brand_id    integer not null,
  form_number text not null,
  entry_id    uuid not null,
  account_id  integer not null,
  tied_at     timestamptz not null,
  primary key (brand_id, form_number, entry_id)
);
create index consent_form_entry_by_entry on consent_form_entry (brand_id, entry_id);

-------------------------------------------------------------------------------------------------- rights

do $$
begin
  if exists (select from pg_roles where rolname = 'acik_iys_app') then
    grant select, insert on
      evidence_blob, evidence, evidence_link, consent_text, consent_form, consent_form_entry to acik_iys_app;
    grant update (time_stamp, stamped_at, stamp_attempts, stamp_next_at) on evidence_blob to acik_iys_app;
    grant update (sealed, text_version, replaced_by, replaced_at, replaced_account, replaced_reason)
      on evidence to acik_iys_app;
    grant update (ended_at) on evidence_link to acik_iys_app;
  end if;
end
$$;
