-- Lists given by hand (Excel, pasted cells): one row for each list that was sent to be recorded, so that the same list
-- sent twice is recorded once. What came of its rows lies in `request`, under `list_key`.

create table list_given (
  account_id integer not null,
  list_key   uuid not null,
  brand_id   integer not null,
  rows       integer not null,
  at         timestamptz not null,
  primary key (account_id, list_key)
);
create index list_given_by_time on list_given (at);

do $$
begin
  if exists (select from pg_roles where rolname = 'acik_iys_app') then
    grant select, insert, update, delete on list_given to acik_iys_app;
  end if;
end
$$;
