-- What the desk needs to know so that nobody is told more than he may know.

-- Addresses that an account typed itself, for a day: it may see them in clear. `address`: as in `consent`.
create table address_typed (
  account_id integer not null,
  address    uuid not null,
  at         timestamptz not null,
  primary key (account_id, address)
);
create index address_typed_by_age on address_typed (at);

-- What a form or list said under its key (HMAC): the same key with another content is another form, not a repeated one.
-- Null in rows from before.
alter table entry add column content_hash bytea;
alter table list_given add column content_hash bytea;

-- Ticks of numbers that were no refusals yet: the refusal that got the number later would count as taken over.
delete from refusal_tick t
 where not exists (
   select from movement m
    where m.brand_id = t.brand_id and m.seq = t.seq and (m.state & 1) = 0
      and m.received_at < t.at + interval '1 minute');

do $$
begin
  if exists (select from pg_roles where rolname = 'acik_iys_app') then
    grant select, insert, update, delete on address_typed to acik_iys_app;
  end if;
end
$$;
