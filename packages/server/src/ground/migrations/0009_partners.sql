-- Partners and intermediaries: what providers offered them, and what partners did with it.

------------------------------------------------------------------------------------------------ offers

-- Every right that a provider ever offered: to a partner a row for each brand of the offer, to an intermediary one for
-- all brands (`brand_id` null). It waits, is in force from `accepted_at` on, and is over at `ended_at`; never deleted.
-- What is in force stands once more in partner_grant and intermediary_grant: that is all that rights are made from.
-- `offered_by` null: set-up. `accepted_by` null: nothing had to be accepted, of set-up and of less than stood before.
create table grant_offer (
  offer_id          uuid not null,
  provider_code     integer not null references provider,
  partner_code      integer references partner,
  intermediary_code integer references intermediary,
  brand_id          integer references brand,
  arama             text not null default 'none' check (arama in ('none', 'read', 'write')),
  mesaj             text not null default 'none' check (mesaj in ('none', 'read', 'write')),
  eposta            text not null default 'none' check (eposta in ('none', 'read', 'write')),
  reconciliation    boolean not null default false,
  via               boolean not null default false,
  reason            text not null default '',
  offered_by        integer references account,
  offered_at        timestamptz not null,
  accepted_by       integer references account,
  accepted_at       timestamptz,
  ended_by          integer references account,
  ended_at          timestamptz,
  ended_how         text check (ended_how in ('withdrawn', 'refused', 'replaced', 'ended')),
  ended_reason      text not null default '',
  unique nulls not distinct (offer_id, brand_id),
  check (num_nonnulls(partner_code, intermediary_code) = 1),
  check ((partner_code is null) = (brand_id is null)),
  check (num_nonnulls(ended_at, ended_how) in (0, 2))
);
create index grant_offer_by_provider on grant_offer (provider_code, offered_at);
create unique index grant_of_partner on grant_offer (partner_code, brand_id)
  where partner_code is not null and accepted_at is not null and ended_at is null;
create unique index grant_of_intermediary on grant_offer (intermediary_code, provider_code)
  where intermediary_code is not null and accepted_at is not null and ended_at is null;
create index grant_offer_by_partner on grant_offer (partner_code, offered_at) where partner_code is not null;
create index grant_offer_by_intermediary on grant_offer (intermediary_code, offered_at)
  where intermediary_code is not null;

-- What is in force when this comes: by set-up, nobody knows since when.
insert into grant_offer (offer_id, provider_code, partner_code, brand_id, arama, mesaj, eposta, reconciliation, via,
                         offered_at, accepted_at)
select gen_random_uuid(), b.provider_code, g.partner_code, g.brand_id, g.arama, g.mesaj, g.eposta, g.reconciliation, g.via,
       now(), now()
  from partner_grant g join brand b on b.brand_id = g.brand_id
 where g.arama <> 'none' or g.mesaj <> 'none' or g.eposta <> 'none' or g.reconciliation or g.via;
insert into grant_offer (offer_id, provider_code, intermediary_code, offered_at, accepted_at)
select gen_random_uuid(), provider_code, intermediary_code, given_at, given_at from intermediary_grant;

-------------------------------------------------------------------------------------------------- work

-- What a partner's people and programs did for a brand, by day (Istanbul): movements that they made, and calls of the
-- official API. `last_at`: when the newest of the movements was recorded.
create table partner_day (
  brand_id   integer not null,
  day        date not null,
  account_id integer not null,
  movements  bigint not null default 0,
  last_at    timestamptz,
  calls      bigint not null default 0,
  primary key (brand_id, day, account_id)
);

-- How far into a brand's journal partners' movements are counted; brands that no partner ever had are not.
create table partner_counted (
  brand_id integer primary key,
  seq      bigint not null
);
insert into partner_counted (brand_id, seq) select distinct brand_id, 0 from grant_offer where brand_id is not null;

------------------------------------------------------------------------------------------------ titles

-- By the beginning of their titles, small letters as Turkish has them.
create index provider_by_title on provider (lower(translate(title, 'IİÇĞÖŞÜ', 'ıiçğöşü')) text_pattern_ops);

------------------------------------------------------------------------------------------------ rights

do $$
begin
  if exists (select from pg_roles where rolname = 'acik_iys_app') then
    grant select, insert, update, delete on partner_day, partner_counted to acik_iys_app;
    -- The history of grants: what was offered is never changed, and nothing of it deleted.
    grant select, insert on grant_offer to acik_iys_app;
    grant update (accepted_by, accepted_at, ended_by, ended_at, ended_how, ended_reason) on grant_offer to acik_iys_app;
  end if;
end
$$;
