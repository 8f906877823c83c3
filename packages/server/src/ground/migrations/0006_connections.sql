-- Connections: what an organisation itself does for the API users that are its programs.

-- `name`: what the organisation calls it by. `networks`: from where it may call, in CIDR; none: from everywhere.
-- `replaced_hash`: the password before, good until `replaced_until`. Last use: to the minute.
alter table account
  add column name text not null default '',
  add column networks text[] not null default '{}',
  add column replaced_hash text,
  add column replaced_until timestamptz,
  add column last_used_at timestamptz,
  add column last_used_from text,
  add constraint account_replaced_check check (num_nonnulls(replaced_hash, replaced_until) in (0, 2));
create index account_of_program_by_provider on account (provider_code) where role = 'API_USER';
create index account_of_program_by_partner on account (partner_code) where role = 'API_USER';

comment on column token_family.revoked_at is
  'From then on the session is over; it may lie ahead: the end of the replaced password that it hangs on.';
