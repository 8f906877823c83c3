-- Wrong codes of the second factor, counted where every process sees them: of a person in an hour, and of a session.

alter table person
  add column wrong_codes       integer not null default 0,
  add column wrong_codes_since timestamptz;
alter table person_session add column wrong_codes integer not null default 0;

-- How often an invitation was mailed: who never comes is not written to for ever.
alter table invitation add column mails integer not null default 1;
