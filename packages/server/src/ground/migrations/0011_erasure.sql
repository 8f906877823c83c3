-- What is over is erased: a document past the period for which it is kept (law.md, rule 28) loses its content and its
-- words; that it was there, when and by whom, stays. Still the application can delete no row of it.
--
-- `erase_look_at`: not before then is it asked whether a document may go. A content goes with its last document.

alter table evidence
  add column erased_at     timestamptz,
  add column erase_look_at timestamptz not null default now();
create index evidence_to_erase on evidence (erase_look_at) where erased_at is null;
alter table evidence_blob add column erased_at timestamptz;

do $$
begin
  if exists (select from pg_roles where rolname = 'acik_iys_app') then
    grant update (erased_at, erase_look_at) on evidence to acik_iys_app;
    grant update (erased_at) on evidence_blob to acik_iys_app;
  end if;
end
$$;
