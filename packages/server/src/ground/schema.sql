-- The schema that the migrations come to, as PostgreSQL tells it: for reading and for reviews, not for running.
-- Rewritten by:  UPDATE_SCHEMA=1 npm test -- migrate

create table account (
  account_id integer not null generated always as identity,
  email text,
  password_hash text,
  role text not null,
  provider_code integer,
  partner_code integer,
  enabled boolean not null default true,
  created_at timestamp with time zone not null default now(),
  person_id integer,
  intermediary_code integer,
  name text not null default ''::text,
  networks text[] not null default '{}'::text[],
  replaced_hash text,
  replaced_until timestamp with time zone,
  last_used_at timestamp with time zone,
  last_used_from text,
  constraint account_pkey PRIMARY KEY (account_id),
  constraint account_intermediary_code_fkey FOREIGN KEY (intermediary_code) REFERENCES intermediary(intermediary_code),
  constraint account_partner_code_fkey FOREIGN KEY (partner_code) REFERENCES partner(partner_code),
  constraint account_person_id_fkey FOREIGN KEY (person_id) REFERENCES person(person_id),
  constraint account_provider_code_fkey FOREIGN KEY (provider_code) REFERENCES provider(provider_code),
  constraint account_holder_check CHECK ((num_nonnulls(provider_code, partner_code, intermediary_code) =
CASE role
    WHEN 'REGISTRAR'::text THEN 0
    ELSE 1
END)),
  constraint account_of_staff_check CHECK ((((role = 'STAFF'::text) = (person_id IS NOT NULL)) AND ((role = 'STAFF'::text) = (email IS NULL)) AND ((email IS NULL) = (password_hash IS NULL)))),
  constraint account_replaced_check CHECK ((num_nonnulls(replaced_hash, replaced_until) = ANY (ARRAY[0, 2]))),
  constraint account_role_check CHECK ((role = ANY (ARRAY['API_USER'::text, 'PORTAL_ADMIN'::text, 'REGISTRAR'::text, 'STAFF'::text])))
);
CREATE UNIQUE INDEX account_by_email ON public.account USING btree (lower(email));
CREATE INDEX account_by_intermediary ON public.account USING btree (intermediary_code) WHERE (person_id IS NOT NULL);
CREATE INDEX account_by_partner ON public.account USING btree (partner_code) WHERE (person_id IS NOT NULL);
CREATE INDEX account_by_provider ON public.account USING btree (provider_code) WHERE (person_id IS NOT NULL);
CREATE UNIQUE INDEX account_of_person ON public.account USING btree (person_id, COALESCE(provider_code, partner_code, intermediary_code)) WHERE (person_id IS NOT NULL);
CREATE INDEX account_of_program_by_partner ON public.account USING btree (partner_code) WHERE (role = 'API_USER'::text);
CREATE INDEX account_of_program_by_provider ON public.account USING btree (provider_code) WHERE (role = 'API_USER'::text);
grant delete, insert, select, update on account to acik_iys_app;

create table activity (
  organisation_code integer not null,
  at timestamp with time zone not null,
  activity_id uuid not null default gen_random_uuid(),
  account_id integer not null,
  act text not null,
  brand_id integer,
  details jsonb not null default '{}'::jsonb,
  constraint activity_pkey PRIMARY KEY (organisation_code, at, activity_id)
);
CREATE INDEX activity_by_account ON public.activity USING btree (organisation_code, account_id, at);
grant insert, select on activity to acik_iys_app;

create table address_typed (
  account_id integer not null,
  address uuid not null,
  at timestamp with time zone not null,
  constraint address_typed_pkey PRIMARY KEY (account_id, address)
);
CREATE INDEX address_typed_by_age ON public.address_typed USING btree (at);
grant delete, insert, select, update on address_typed to acik_iys_app;

create table brand (
  brand_id integer not null,
  provider_code integer not null,
  name text not null,
  master boolean not null,
  created_at timestamp with time zone not null default now(),
  constraint brand_pkey PRIMARY KEY (brand_id),
  constraint brand_provider_code_fkey FOREIGN KEY (provider_code) REFERENCES provider(provider_code)
);
CREATE INDEX brand_by_provider ON public.brand USING btree (provider_code);
grant delete, insert, select, update on brand to acik_iys_app;

create table brand_day (
  brand_id integer not null,
  day date not null,
  kind smallint not null,
  state smallint not null,
  change smallint not null,
  movements bigint not null,
  first_seq bigint not null,
  last_seq bigint not null,
  old_state smallint not null,
  constraint brand_day_pkey PRIMARY KEY (brand_id, day, kind, state, change, old_state)
);
CREATE INDEX brand_day_by_day ON public.brand_day USING btree (day, brand_id);
grant delete, insert, select, update on brand_day to acik_iys_app;

create table brand_journal (
  brand_id integer not null,
  last_seq bigint not null default 0,
  last_at timestamp with time zone not null default '1970-01-01 00:00:00+00'::timestamp with time zone,
  withheld bigint not null default 0,
  constraint brand_journal_pkey PRIMARY KEY (brand_id)
) with (fillfactor=50);
grant delete, insert, select, update on brand_journal to acik_iys_app;

create table citizen_name (
  brand_id integer not null,
  seq bigint not null,
  sealed bytea not null,
  expires_at timestamp with time zone not null,
  constraint citizen_name_pkey PRIMARY KEY (brand_id, seq)
);
CREATE INDEX citizen_name_by_expiry ON public.citizen_name USING btree (expires_at);
grant delete, insert, select, update on citizen_name to acik_iys_app;

create table consent (
  brand_id integer not null,
  kind smallint not null,
  state smallint not null,
  address uuid not null,
  consented_at timestamp with time zone,
  last_seq bigint not null,
  late_seq bigint,
  retailer integer,
  sealed bytea,
  constraint consent_pkey PRIMARY KEY (brand_id, kind, address)
) with (fillfactor=90);
CREATE INDEX consent_by_address ON public.consent USING btree (address, brand_id, kind);
grant delete, insert, select, update on consent to acik_iys_app;

create table consent_form (
  brand_id integer not null,
  series text not null,
  forms smallint not null,
  form_key uuid not null,
  text_version integer not null,
  organisation_code integer not null,
  retailer_code integer,
  account_id integer not null,
  made_at timestamp with time zone not null,
  constraint consent_form_pkey PRIMARY KEY (brand_id, series),
  constraint consent_form_brand_id_account_id_form_key_key UNIQUE (brand_id, account_id, form_key)
);
grant insert, select on consent_form to acik_iys_app;

create table consent_form_entry (
  brand_id integer not null,
  form_number text not null,
  entry_id uuid not null,
  account_id integer not null,
  tied_at timestamp with time zone not null,
  constraint consent_form_entry_pkey PRIMARY KEY (brand_id, form_number, entry_id)
);
CREATE INDEX consent_form_entry_by_entry ON public.consent_form_entry USING btree (brand_id, entry_id);
grant insert, select on consent_form_entry to acik_iys_app;

create table consent_text (
  brand_id integer not null,
  version integer not null,
  title text not null,
  body text not null,
  account_id integer not null,
  added_at timestamp with time zone not null,
  constraint consent_text_pkey PRIMARY KEY (brand_id, version)
);
grant insert, select on consent_text to acik_iys_app;

create table day_report (
  brand_id integer not null,
  day date not null,
  status text not null,
  status_at timestamp with time zone not null,
  attempts integer not null default 0,
  file_name text,
  file_bytes bigint,
  sha384 bytea,
  time_stamp bytea,
  agreed_at timestamp with time zone,
  agreed_by integer,
  constraint day_report_pkey PRIMARY KEY (brand_id, day),
  constraint day_report_status_check CHECK ((status = ANY (ARRAY['queued'::text, 'inprogress'::text, 'completed'::text, 'error'::text])))
);
CREATE INDEX day_report_open ON public.day_report USING btree (status_at) WHERE ((status <> 'completed'::text) OR (time_stamp IS NULL));
grant delete, insert, select, update on day_report to acik_iys_app;

create table draft (
  account_id integer not null,
  place text not null,
  sealed bytea not null,
  saved_at timestamp with time zone not null,
  constraint draft_pkey PRIMARY KEY (account_id, place),
  constraint draft_account_id_fkey FOREIGN KEY (account_id) REFERENCES account(account_id)
);
grant delete, insert, select, update on draft to acik_iys_app;

create table entry (
  entry_id uuid not null default gen_random_uuid(),
  account_id integer not null,
  entry_key uuid not null,
  brand_id integer not null,
  kind smallint not null,
  status smallint not null,
  sealed bytea not null,
  given_at timestamp with time zone not null,
  due_at timestamp with time zone not null,
  lease_until timestamp with time zone,
  state text not null,
  code text,
  seq bigint,
  decided_at timestamp with time zone,
  content_hash bytea,
  constraint entry_pkey PRIMARY KEY (entry_id),
  constraint entry_account_id_entry_key_key UNIQUE (account_id, entry_key),
  constraint entry_state_check CHECK ((state = ANY (ARRAY['waiting'::text, 'undone'::text, 'recorded'::text, 'unchanged'::text, 'refused'::text])))
);
CREATE INDEX entry_by_brand ON public.entry USING btree (brand_id, given_at);
CREATE INDEX entry_by_movement ON public.entry USING btree (brand_id, seq) WHERE (seq IS NOT NULL);
CREATE INDEX entry_waiting ON public.entry USING btree (due_at) WHERE (state = 'waiting'::text);
grant delete, insert, select, update on entry to acik_iys_app;

create table evidence (
  brand_id integer not null,
  document_id uuid not null default gen_random_uuid(),
  upload_key uuid not null,
  account_id integer not null,
  organisation_code integer not null,
  retailer_code integer,
  sha256 bytea not null,
  sealed bytea not null,
  text_version integer,
  added_at timestamp with time zone not null,
  replaced_by uuid,
  replaced_at timestamp with time zone,
  replaced_account integer,
  replaced_reason bytea,
  erased_at timestamp with time zone,
  erase_look_at timestamp with time zone not null default now(),
  constraint evidence_pkey PRIMARY KEY (brand_id, document_id),
  constraint evidence_brand_id_account_id_upload_key_key UNIQUE (brand_id, account_id, upload_key),
  constraint evidence_check CHECK ((num_nonnulls(replaced_by, replaced_at, replaced_account, replaced_reason) = ANY (ARRAY[0, 4])))
);
CREATE INDEX evidence_by_replacement ON public.evidence USING btree (brand_id, replaced_by) WHERE (replaced_by IS NOT NULL);
CREATE INDEX evidence_by_time ON public.evidence USING btree (brand_id, added_at, document_id);
CREATE INDEX evidence_to_erase ON public.evidence USING btree (erase_look_at) WHERE (erased_at IS NULL);
grant insert, select on evidence to acik_iys_app;

create table evidence_blob (
  brand_id integer not null,
  sha256 bytea not null,
  sha384 bytea not null,
  bytes bigint not null,
  type text not null,
  stored_at timestamp with time zone not null,
  time_stamp bytea,
  stamped_at timestamp with time zone,
  stamp_attempts integer not null default 0,
  stamp_next_at timestamp with time zone not null,
  erased_at timestamp with time zone,
  constraint evidence_blob_pkey PRIMARY KEY (brand_id, sha256),
  constraint evidence_blob_check CHECK (((time_stamp IS NULL) = (stamped_at IS NULL)))
);
CREATE INDEX evidence_blob_unstamped ON public.evidence_blob USING btree (stamp_next_at) WHERE (time_stamp IS NULL);
grant insert, select on evidence_blob to acik_iys_app;

create table evidence_link (
  brand_id integer not null,
  document_id uuid not null,
  seq bigint,
  entry_id uuid,
  form_number text,
  day date,
  retailer_code integer,
  channels smallint not null,
  account_id integer not null,
  linked_at timestamp with time zone not null,
  ended_at timestamp with time zone,
  constraint evidence_link_brand_id_document_id_seq_entry_id_form_number_key UNIQUE NULLS NOT DISTINCT (brand_id, document_id, seq, entry_id, form_number, day, retailer_code),
  constraint evidence_link_check CHECK (((num_nonnulls(seq, entry_id, form_number) + ((num_nonnulls(day, retailer_code) > 0))::integer) = 1))
);
CREATE INDEX evidence_link_by_day ON public.evidence_link USING btree (brand_id, day) WHERE (day IS NOT NULL);
CREATE INDEX evidence_link_by_entry ON public.evidence_link USING btree (brand_id, entry_id) WHERE (entry_id IS NOT NULL);
CREATE INDEX evidence_link_by_form ON public.evidence_link USING btree (brand_id, form_number) WHERE (form_number IS NOT NULL);
CREATE INDEX evidence_link_by_retailer ON public.evidence_link USING btree (brand_id, retailer_code) WHERE ((retailer_code IS NOT NULL) AND (day IS NULL));
CREATE INDEX evidence_link_by_seq ON public.evidence_link USING btree (brand_id, seq) WHERE (seq IS NOT NULL);
grant insert, select on evidence_link to acik_iys_app;

create table fetched_up_to (
  brand_id integer not null,
  way text not null,
  account_id integer not null,
  channels smallint not null,
  seq bigint not null,
  at timestamp with time zone not null,
  constraint fetched_up_to_pkey PRIMARY KEY (brand_id, way, account_id, channels),
  constraint fetched_up_to_way_check CHECK ((way = ANY (ARRAY['changes'::text, 'file'::text])))
);
grant delete, insert, select, update on fetched_up_to to acik_iys_app;

create table grant_offer (
  offer_id uuid not null,
  provider_code integer not null,
  partner_code integer,
  intermediary_code integer,
  brand_id integer,
  arama text not null default 'none'::text,
  mesaj text not null default 'none'::text,
  eposta text not null default 'none'::text,
  reconciliation boolean not null default false,
  via boolean not null default false,
  reason text not null default ''::text,
  offered_by integer,
  offered_at timestamp with time zone not null,
  accepted_by integer,
  accepted_at timestamp with time zone,
  ended_by integer,
  ended_at timestamp with time zone,
  ended_how text,
  ended_reason text not null default ''::text,
  constraint grant_offer_offer_id_brand_id_key UNIQUE NULLS NOT DISTINCT (offer_id, brand_id),
  constraint grant_offer_accepted_by_fkey FOREIGN KEY (accepted_by) REFERENCES account(account_id),
  constraint grant_offer_brand_id_fkey FOREIGN KEY (brand_id) REFERENCES brand(brand_id),
  constraint grant_offer_ended_by_fkey FOREIGN KEY (ended_by) REFERENCES account(account_id),
  constraint grant_offer_intermediary_code_fkey FOREIGN KEY (intermediary_code) REFERENCES intermediary(intermediary_code),
  constraint grant_offer_offered_by_fkey FOREIGN KEY (offered_by) REFERENCES account(account_id),
  constraint grant_offer_partner_code_fkey FOREIGN KEY (partner_code) REFERENCES partner(partner_code),
  constraint grant_offer_provider_code_fkey FOREIGN KEY (provider_code) REFERENCES provider(provider_code),
  constraint grant_offer_arama_check CHECK ((arama = ANY (ARRAY['none'::text, 'read'::text, 'write'::text]))),
  constraint grant_offer_check CHECK ((num_nonnulls(partner_code, intermediary_code) = 1)),
  constraint grant_offer_check1 CHECK (((partner_code IS NULL) = (brand_id IS NULL))),
  constraint grant_offer_check2 CHECK ((num_nonnulls(ended_at, ended_how) = ANY (ARRAY[0, 2]))),
  constraint grant_offer_ended_how_check CHECK ((ended_how = ANY (ARRAY['withdrawn'::text, 'refused'::text, 'replaced'::text, 'ended'::text]))),
  constraint grant_offer_eposta_check CHECK ((eposta = ANY (ARRAY['none'::text, 'read'::text, 'write'::text]))),
  constraint grant_offer_mesaj_check CHECK ((mesaj = ANY (ARRAY['none'::text, 'read'::text, 'write'::text])))
);
CREATE UNIQUE INDEX grant_of_intermediary ON public.grant_offer USING btree (intermediary_code, provider_code) WHERE ((intermediary_code IS NOT NULL) AND (accepted_at IS NOT NULL) AND (ended_at IS NULL));
CREATE UNIQUE INDEX grant_of_partner ON public.grant_offer USING btree (partner_code, brand_id) WHERE ((partner_code IS NOT NULL) AND (accepted_at IS NOT NULL) AND (ended_at IS NULL));
CREATE INDEX grant_offer_by_intermediary ON public.grant_offer USING btree (intermediary_code, offered_at) WHERE (intermediary_code IS NOT NULL);
CREATE INDEX grant_offer_by_partner ON public.grant_offer USING btree (partner_code, offered_at) WHERE (partner_code IS NOT NULL);
CREATE INDEX grant_offer_by_provider ON public.grant_offer USING btree (provider_code, offered_at);
grant insert, select on grant_offer to acik_iys_app;

create table intermediary (
  intermediary_code integer not null,
  title text not null,
  created_at timestamp with time zone not null default now(),
  constraint intermediary_pkey PRIMARY KEY (intermediary_code)
);
grant delete, insert, select, update on intermediary to acik_iys_app;

create table intermediary_grant (
  intermediary_code integer not null,
  provider_code integer not null,
  given_at timestamp with time zone not null default now(),
  constraint intermediary_grant_pkey PRIMARY KEY (intermediary_code, provider_code),
  constraint intermediary_grant_intermediary_code_fkey FOREIGN KEY (intermediary_code) REFERENCES intermediary(intermediary_code),
  constraint intermediary_grant_provider_code_fkey FOREIGN KEY (provider_code) REFERENCES provider(provider_code)
);
grant delete, insert, select, update on intermediary_grant to acik_iys_app;

create table invitation (
  invitation_id uuid not null,
  token_hash bytea not null,
  organisation_code integer not null,
  email text not null,
  name text not null,
  role text not null,
  brands integer[],
  channels smallint[],
  retailer_code integer,
  valid_until timestamp with time zone,
  reason text not null default ''::text,
  invited_by integer not null,
  created_at timestamp with time zone not null,
  mailed_at timestamp with time zone not null,
  expires_at timestamp with time zone not null,
  used_at timestamp with time zone,
  withdrawn_at timestamp with time zone,
  mails integer not null default 1,
  constraint invitation_pkey PRIMARY KEY (invitation_id),
  constraint invitation_token_hash_key UNIQUE (token_hash),
  constraint invitation_invited_by_fkey FOREIGN KEY (invited_by) REFERENCES account(account_id),
  constraint invitation_role_check CHECK ((role = ANY (ARRAY['owner'::text, 'manager'::text, 'clerk'::text, 'evidence'::text, 'viewer'::text, 'retailer'::text])))
);
CREATE INDEX invitation_by_age ON public.invitation USING btree (expires_at);
CREATE INDEX invitation_by_organisation ON public.invitation USING btree (organisation_code, created_at);
grant delete, insert, select, update on invitation to acik_iys_app;

create table last_day_told (
  brand_id integer not null,
  day date not null,
  constraint last_day_told_pkey PRIMARY KEY (brand_id, day)
);
CREATE INDEX last_day_told_by_day ON public.last_day_told USING btree (day);
grant delete, insert, select, update on last_day_told to acik_iys_app;

create table list_given (
  account_id integer not null,
  list_key uuid not null,
  brand_id integer not null,
  rows integer not null,
  at timestamp with time zone not null,
  content_hash bytea,
  constraint list_given_pkey PRIMARY KEY (account_id, list_key)
);
CREATE INDEX list_given_by_time ON public.list_given USING btree (at);
grant delete, insert, select, update on list_given to acik_iys_app;

create table mail (
  mail_id uuid not null,
  template text not null,
  language text not null,
  address bytea,
  fields bytea,
  organisation_code integer,
  dedupe_key text,
  created_at timestamp with time zone not null,
  next_try_at timestamp with time zone not null,
  attempts integer not null default 0,
  sent_at timestamp with time zone,
  failed_at timestamp with time zone,
  constraint mail_pkey PRIMARY KEY (mail_id),
  constraint mail_dedupe_key_key UNIQUE (dedupe_key),
  constraint mail_check CHECK ((num_nonnulls(sent_at, failed_at) <= 1)),
  constraint mail_check1 CHECK ((num_nonnulls(address, fields) =
CASE num_nonnulls(sent_at, failed_at)
    WHEN 0 THEN 2
    ELSE 0
END)),
  constraint mail_language_check CHECK ((language = ANY (ARRAY['tr'::text, 'en'::text])))
);
CREATE INDEX mail_by_age ON public.mail USING btree (created_at);
CREATE INDEX mail_waiting ON public.mail USING btree (next_try_at) WHERE ((sent_at IS NULL) AND (failed_at IS NULL));
grant delete, insert, select, update on mail to acik_iys_app;

create table message (
  message_id uuid not null default gen_random_uuid(),
  account_id integer not null,
  organisation_code integer not null,
  kind text not null,
  details jsonb not null,
  dedupe_key text,
  created_at timestamp with time zone not null,
  read_at timestamp with time zone,
  constraint message_pkey PRIMARY KEY (message_id),
  constraint message_account_id_dedupe_key_key UNIQUE (account_id, dedupe_key),
  constraint message_account_id_fkey FOREIGN KEY (account_id) REFERENCES account(account_id)
);
CREATE INDEX message_by_account ON public.message USING btree (account_id, created_at, message_id);
CREATE INDEX message_by_age ON public.message USING btree (created_at);
CREATE INDEX message_unread ON public.message USING btree (account_id) WHERE (read_at IS NULL);
grant delete, insert, select, update on message to acik_iys_app;

create table movement (
  brand_id integer not null,
  kind smallint not null,
  state smallint not null,
  seq bigint not null,
  address uuid not null,
  consented_at timestamp with time zone,
  received_at timestamp with time zone not null,
  prev_seq bigint,
  nonce bigint not null,
  actor integer not null,
  door smallint not null,
  old_state smallint,
  retailer integer,
  request_index integer,
  request_id uuid,
  restores bigint,
  overtaken boolean not null default false,
  constraint movement_pkey PRIMARY KEY (brand_id, seq)
);
CREATE INDEX movement_of_refusals ON public.movement USING btree (brand_id, seq) WHERE (((state)::integer & 1) = 0);
CREATE INDEX movement_of_registry ON public.movement USING btree (brand_id, seq) WHERE (state >= 200);
grant insert, select on movement to acik_iys_app;

create table notice_choice (
  person_id integer not null,
  kind text not null,
  by_mail boolean not null,
  constraint notice_choice_pkey PRIMARY KEY (person_id, kind),
  constraint notice_choice_person_id_fkey FOREIGN KEY (person_id) REFERENCES person(person_id)
);
grant delete, insert, select, update on notice_choice to acik_iys_app;

create table partner (
  partner_code integer not null,
  title text not null,
  created_at timestamp with time zone not null default now(),
  constraint partner_pkey PRIMARY KEY (partner_code)
);
grant delete, insert, select, update on partner to acik_iys_app;

create table partner_counted (
  brand_id integer not null,
  seq bigint not null,
  constraint partner_counted_pkey PRIMARY KEY (brand_id)
);
grant delete, insert, select, update on partner_counted to acik_iys_app;

create table partner_day (
  brand_id integer not null,
  day date not null,
  account_id integer not null,
  movements bigint not null default 0,
  last_at timestamp with time zone,
  calls bigint not null default 0,
  constraint partner_day_pkey PRIMARY KEY (brand_id, day, account_id)
);
grant delete, insert, select, update on partner_day to acik_iys_app;

create table partner_grant (
  partner_code integer not null,
  brand_id integer not null,
  arama text not null default 'none'::text,
  mesaj text not null default 'none'::text,
  eposta text not null default 'none'::text,
  reconciliation boolean not null default false,
  via boolean not null default false,
  constraint partner_grant_pkey PRIMARY KEY (partner_code, brand_id),
  constraint partner_grant_brand_id_fkey FOREIGN KEY (brand_id) REFERENCES brand(brand_id),
  constraint partner_grant_partner_code_fkey FOREIGN KEY (partner_code) REFERENCES partner(partner_code),
  constraint partner_grant_arama_check CHECK ((arama = ANY (ARRAY['none'::text, 'read'::text, 'write'::text]))),
  constraint partner_grant_eposta_check CHECK ((eposta = ANY (ARRAY['none'::text, 'read'::text, 'write'::text]))),
  constraint partner_grant_mesaj_check CHECK ((mesaj = ANY (ARRAY['none'::text, 'read'::text, 'write'::text])))
);
CREATE INDEX partner_grant_by_brand ON public.partner_grant USING btree (brand_id);
grant delete, insert, select, update on partner_grant to acik_iys_app;

create table passkey (
  credential_id bytea not null,
  passkey_id uuid not null default gen_random_uuid(),
  person_id integer not null,
  public_key bytea not null,
  counter bigint not null,
  transports text[] not null default '{}'::text[],
  name text not null,
  created_at timestamp with time zone not null default now(),
  last_used_at timestamp with time zone,
  constraint passkey_pkey PRIMARY KEY (credential_id),
  constraint passkey_passkey_id_key UNIQUE (passkey_id),
  constraint passkey_person_id_fkey FOREIGN KEY (person_id) REFERENCES person(person_id)
);
CREATE INDEX passkey_by_person ON public.passkey USING btree (person_id);
grant delete, insert, select, update on passkey to acik_iys_app;

create table passkey_challenge (
  challenge bytea not null,
  purpose text not null,
  session_id uuid,
  expires_at timestamp with time zone not null,
  constraint passkey_challenge_pkey PRIMARY KEY (challenge),
  constraint passkey_challenge_check CHECK (((purpose = 'log-in'::text) = (session_id IS NULL))),
  constraint passkey_challenge_purpose_check CHECK ((purpose = ANY (ARRAY['register'::text, 'log-in'::text, 'second-factor'::text])))
);
CREATE INDEX passkey_challenge_by_age ON public.passkey_challenge USING btree (expires_at);
grant delete, insert, select, update on passkey_challenge to acik_iys_app;

create table password_reset (
  token_hash bytea not null,
  person_id integer not null,
  expires_at timestamp with time zone not null,
  constraint password_reset_pkey PRIMARY KEY (token_hash),
  constraint password_reset_person_id_fkey FOREIGN KEY (person_id) REFERENCES person(person_id)
);
CREATE INDEX password_reset_by_person ON public.password_reset USING btree (person_id);
grant delete, insert, select, update on password_reset to acik_iys_app;

create table person (
  person_id integer not null generated always as identity,
  user_handle uuid not null default gen_random_uuid(),
  email text not null,
  name text not null,
  password_hash text,
  totp_sealed bytea,
  totp_step bigint not null default 0,
  language text not null default 'tr'::text,
  enabled boolean not null default true,
  created_at timestamp with time zone not null default now(),
  wrong_codes integer not null default 0,
  wrong_codes_since timestamp with time zone,
  constraint person_pkey PRIMARY KEY (person_id),
  constraint person_user_handle_key UNIQUE (user_handle),
  constraint person_language_check CHECK ((language = ANY (ARRAY['tr'::text, 'en'::text])))
);
CREATE UNIQUE INDEX person_by_email ON public.person USING btree (lower(email));
grant delete, insert, select, update on person to acik_iys_app;

create table person_session (
  session_hash bytea not null,
  session_id uuid not null default gen_random_uuid(),
  person_id integer not null,
  opened_at timestamp with time zone not null,
  seen_at timestamp with time zone not null,
  second_factor_at timestamp with time zone,
  device text not null,
  network text not null,
  ended_at timestamp with time zone,
  wrong_codes integer not null default 0,
  constraint person_session_pkey PRIMARY KEY (session_hash),
  constraint person_session_session_id_key UNIQUE (session_id),
  constraint person_session_person_id_fkey FOREIGN KEY (person_id) REFERENCES person(person_id)
);
CREATE INDEX person_session_by_age ON public.person_session USING btree (seen_at);
CREATE INDEX person_session_by_person ON public.person_session USING btree (person_id);
grant delete, insert, select, update on person_session to acik_iys_app;

create table provider (
  provider_code integer not null,
  title text not null,
  strictness text not null default 'official'::text,
  historic_load_open boolean not null default false,
  created_at timestamp with time zone not null default now(),
  constraint provider_pkey PRIMARY KEY (provider_code),
  constraint provider_strictness_check CHECK ((strictness = ANY (ARRAY['official'::text, 'welcoming'::text])))
);
CREATE INDEX provider_by_title ON public.provider USING btree (lower(translate(title, 'IİÇĞÖŞÜ'::text, 'ıiçğöşü'::text)) text_pattern_ops);
grant delete, insert, select, update on provider to acik_iys_app;

create table provider_limit (
  provider_code integer not null,
  limit_name text not null,
  amount integer not null,
  constraint provider_limit_pkey PRIMARY KEY (provider_code, limit_name),
  constraint provider_limit_provider_code_fkey FOREIGN KEY (provider_code) REFERENCES provider(provider_code),
  constraint provider_limit_amount_check CHECK ((amount > 0))
);
grant delete, insert, select, update on provider_limit to acik_iys_app;

create table push_address (
  brand_id integer not null,
  push_id uuid not null,
  holder_code integer not null,
  channel smallint not null,
  url text not null,
  username text not null,
  password bytea not null,
  status text not null,
  status_at timestamp with time zone not null,
  cursor_seq bigint not null,
  attempts integer not null default 0,
  failing_since timestamp with time zone,
  next_try_at timestamp with time zone,
  lease_until timestamp with time zone,
  constraint push_address_pkey PRIMARY KEY (brand_id, push_id),
  constraint push_address_status_check CHECK ((status = ANY (ARRAY['connected'::text, 'parked'::text])))
);
grant delete, insert, select, update on push_address to acik_iys_app;

create table recovery_code (
  person_id integer not null,
  code_hash bytea not null,
  used_at timestamp with time zone,
  constraint recovery_code_pkey PRIMARY KEY (person_id, code_hash),
  constraint recovery_code_person_id_fkey FOREIGN KEY (person_id) REFERENCES person(person_id)
);
grant delete, insert, select, update on recovery_code to acik_iys_app;

create table refresh_token (
  token_hash bytea not null,
  family_id uuid not null,
  expires_at timestamp with time zone not null,
  replaced_at timestamp with time zone,
  constraint refresh_token_pkey PRIMARY KEY (token_hash),
  constraint refresh_token_family_id_fkey FOREIGN KEY (family_id) REFERENCES token_family(family_id)
);
CREATE INDEX refresh_token_by_expiry ON public.refresh_token USING btree (expires_at);
CREATE INDEX refresh_token_by_family ON public.refresh_token USING btree (family_id);
grant delete, insert, select, update on refresh_token to acik_iys_app;

create table refusal_tick (
  brand_id integer not null,
  seq bigint not null,
  account_id integer not null,
  at timestamp with time zone not null,
  constraint refusal_tick_pkey PRIMARY KEY (brand_id, seq)
);
grant delete, insert, select, update on refusal_tick to acik_iys_app;

create table report_job (
  organisation_code integer not null,
  job_id uuid not null,
  account_id integer not null,
  brand_id integer not null,
  kind text not null,
  parameters jsonb not null,
  state text not null,
  rows_estimated bigint not null,
  rows_done bigint not null default 0,
  attempts integer not null default 0,
  lease_until timestamp with time zone,
  first_seq bigint,
  last_seq bigint,
  as_of timestamp with time zone,
  code text,
  file_name text,
  file_bytes bigint,
  sha384 bytea,
  time_stamp bytea,
  stamped_at timestamp with time zone,
  stamp_next_at timestamp with time zone,
  created_at timestamp with time zone not null,
  finished_at timestamp with time zone,
  expires_at timestamp with time zone,
  constraint report_job_pkey PRIMARY KEY (organisation_code, job_id),
  constraint report_job_account_id_fkey FOREIGN KEY (account_id) REFERENCES account(account_id),
  constraint report_job_kind_check CHECK ((kind = ANY (ARRAY['permissions'::text, 'movements'::text]))),
  constraint report_job_state_check CHECK ((state = ANY (ARRAY['queued'::text, 'running'::text, 'done'::text, 'cancelled'::text, 'failed'::text])))
);
CREATE INDEX report_job_by_expiry ON public.report_job USING btree (expires_at);
CREATE INDEX report_job_by_time ON public.report_job USING btree (organisation_code, created_at);
CREATE INDEX report_job_open ON public.report_job USING btree (created_at) WHERE (state = ANY (ARRAY['queued'::text, 'running'::text]));
CREATE INDEX report_job_unstamped ON public.report_job USING btree (stamp_next_at) WHERE (time_stamp IS NULL);
grant delete, insert, select, update on report_job to acik_iys_app;

create table request (
  brand_id integer not null,
  request_id uuid not null,
  received_at timestamp with time zone not null,
  version smallint not null,
  outcomes smallint[] not null,
  seqs bigint[] not null,
  constraint request_pkey PRIMARY KEY (brand_id, request_id)
);
CREATE INDEX request_by_time ON public.request USING btree (received_at);
grant delete, insert, select, update on request to acik_iys_app;

create table retailer (
  brand_id integer not null,
  retailer_code integer not null,
  title text not null,
  name text not null,
  alias text,
  tckn text not null,
  tin text not null,
  mersis text,
  mobile text,
  city jsonb not null,
  town jsonb not null,
  status text not null,
  created_at timestamp with time zone not null,
  form_key uuid,
  constraint retailer_pkey PRIMARY KEY (brand_id, retailer_code),
  constraint retailer_status_check CHECK ((status = ANY (ARRAY['active'::text, 'passive'::text, 'suspended'::text])))
);
CREATE UNIQUE INDEX retailer_by_form_key ON public.retailer USING btree (brand_id, form_key) WHERE (form_key IS NOT NULL);
CREATE UNIQUE INDEX retailer_by_mersis ON public.retailer USING btree (brand_id, mersis) WHERE (mersis IS NOT NULL);
CREATE UNIQUE INDEX retailer_by_tckn ON public.retailer USING btree (brand_id, tckn);
grant delete, insert, select, update on retailer to acik_iys_app;

create table retailer_access (
  brand_id integer not null,
  kind smallint not null,
  address uuid not null,
  retailer_code integer not null,
  constraint retailer_access_pkey PRIMARY KEY (brand_id, kind, address, retailer_code)
);
CREATE INDEX retailer_access_by_retailer ON public.retailer_access USING btree (brand_id, retailer_code);
grant delete, insert, select, update on retailer_access to acik_iys_app;

create table schema_migration (
  version integer not null,
  name text not null,
  sha256 text not null,
  applied_at timestamp with time zone not null default now(),
  constraint schema_migration_pkey PRIMARY KEY (version)
);
grant delete, insert, select, update on schema_migration to acik_iys_app;

create table secret_print (
  one boolean not null default true,
  print text not null,
  demo boolean not null,
  constraint secret_print_pkey PRIMARY KEY (one),
  constraint secret_print_one_check CHECK (one)
);
grant select on secret_print to acik_iys_app;

create table staff_grant (
  grant_id uuid not null default gen_random_uuid(),
  account_id integer not null,
  role text not null,
  brands integer[],
  channels smallint[],
  retailer_code integer,
  valid_from timestamp with time zone not null,
  valid_until timestamp with time zone,
  reason text not null default ''::text,
  given_by integer,
  given_at timestamp with time zone not null,
  ended_by integer,
  ended_at timestamp with time zone,
  constraint staff_grant_pkey PRIMARY KEY (grant_id),
  constraint staff_grant_account_id_fkey FOREIGN KEY (account_id) REFERENCES account(account_id),
  constraint staff_grant_ended_by_fkey FOREIGN KEY (ended_by) REFERENCES account(account_id),
  constraint staff_grant_given_by_fkey FOREIGN KEY (given_by) REFERENCES account(account_id),
  constraint staff_grant_check CHECK (((role = 'retailer'::text) = (retailer_code IS NOT NULL))),
  constraint staff_grant_check1 CHECK (((role <> 'retailer'::text) OR (cardinality(brands) = 1))),
  constraint staff_grant_role_check CHECK ((role = ANY (ARRAY['owner'::text, 'manager'::text, 'clerk'::text, 'evidence'::text, 'viewer'::text, 'retailer'::text])))
);
CREATE INDEX staff_grant_by_account ON public.staff_grant USING btree (account_id) WHERE (ended_at IS NULL);
grant delete, insert, select, update on staff_grant to acik_iys_app;

create table subscription (
  holder_code integer not null,
  subscription_id uuid not null default gen_random_uuid(),
  package_name text not null,
  starts_at timestamp with time zone not null,
  expires_at timestamp with time zone not null,
  status text not null default 'ACTIVE'::text,
  api_included boolean not null default true,
  consent_limit integer not null,
  consent_limit_exceed boolean not null default false,
  via jsonb,
  via_pass jsonb,
  constraint subscription_pkey PRIMARY KEY (holder_code),
  constraint subscription_status_check CHECK ((status = ANY (ARRAY['ACTIVE'::text, 'PAUSED'::text, 'EXPIRED'::text, 'CLOSED'::text])))
);
grant delete, insert, select, update on subscription to acik_iys_app;

create table token_family (
  family_id uuid not null,
  account_id integer not null,
  created_at timestamp with time zone not null,
  revoked_at timestamp with time zone,
  constraint token_family_pkey PRIMARY KEY (family_id),
  constraint token_family_account_id_fkey FOREIGN KEY (account_id) REFERENCES account(account_id)
);
CREATE INDEX token_family_by_account ON public.token_family USING btree (account_id);
grant delete, insert, select, update on token_family to acik_iys_app;

create table visit (
  account_id integer not null,
  brand_id integer not null,
  seq bigint not null,
  at timestamp with time zone not null,
  constraint visit_pkey PRIMARY KEY (account_id, brand_id),
  constraint visit_account_id_fkey FOREIGN KEY (account_id) REFERENCES account(account_id)
);
grant delete, insert, select, update on visit to acik_iys_app;

create table withheld_refusal (
  brand_id integer not null,
  kind smallint not null,
  source smallint not null,
  address uuid not null,
  consented_at timestamp with time zone not null,
  received_at timestamp with time zone not null,
  actor integer not null,
  door smallint not null,
  sealed bytea,
  constraint withheld_refusal_pkey PRIMARY KEY (brand_id, kind, address)
);
grant delete, insert, select, update on withheld_refusal to acik_iys_app;

-- Besides:
-- sequence account_account_id_seq
-- sequence person_person_id_seq
