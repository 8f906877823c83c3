// A desk: what one person may do for one organisation, for which brands. Loaded anew for each request, so that what was
// ended is gone at the next one. A desk is the proof that a request may act; its brands carry BrandScopes.

import { randomUUID } from 'node:crypto';
import type { Strictness } from '@acik-iys/law';
import { CHANNELS, type Channel } from '@acik-iys/law';
import type { Clock } from '../../ground/clock.ts';
import type { Connection, Database } from '../../ground/database.ts';
import { insertGrant, peopleOf } from './grants.ts';
import { BRANDS_OF_PARTNER, BRANDS_OF_PROVIDER, type BrandRow, type GrantRow } from './principals.ts';
import { ABILITIES, type Ability, abilitiesOf, type OrganisationKind, type StaffRole } from './roles.ts';
import { type BrandScope, type ChannelRights, FULL_RIGHTS, makeBrandScope, type Right } from './scope.ts';

export interface Organisation {
  readonly code: number;
  readonly title: string;
  readonly kind: OrganisationKind;
}

export interface DeskBrand {
  readonly brandId: number;
  readonly name: string;
  readonly master: boolean;
  readonly provider: { readonly code: number; readonly title: string };
  /** Set where the person stands for one retailer of the brand alone. */
  readonly retailerCode: number | null;
  /** What he may do on each channel of the scope: what he may on some of them only is not in it. */
  readonly abilities: ReadonlySet<Ability>;
  /** For what was asked of the desk and nothing else: channels that another right opens are not in it. */
  readonly scope: BrandScope;
}

/** A brand that somebody may do anything for, as it is shown. */
export interface HeldBrand extends Omit<DeskBrand, 'scope'> {
  /** Each may be for some channels only: what is done is asked of `Desk.brand`. */
  readonly abilities: ReadonlySet<Ability>;
}

export interface Desk {
  readonly accountId: number;
  readonly organisation: Organisation;
  readonly roles: readonly StaffRole[];
  /** By provider, then brand. */
  readonly brands: readonly HeldBrand[];
  /** Of the organisation and of any brand. */
  may(ability: Ability): boolean;
  /** Brands for which he was given an ability of the organisation; null: all, also those to come. */
  brandsWith(ability: Ability): readonly number[] | null;
  /** The brand, where the person may do this for it, on the channels of the grants that let him. */
  brand(brandId: number, ability: Ability): DeskBrand | undefined;
  /** All such brands, by provider, then brand. */
  brandsFor(ability: Ability): DeskBrand[];
}

export interface NewStaffGrant {
  readonly role: StaffRole;
  /** Null: all brands. */
  readonly brands: readonly number[] | null;
  readonly retailerCode?: number;
  readonly reason?: string;
}

export interface Desks {
  /** Organisations that a person works for now, by title. */
  organisations(personId: number): Promise<Organisation[]>;
  /** What he may do there; undefined where nothing. */
  desk(personId: number, organisationCode: number): Promise<Desk | undefined>;
  /** The same by the number that stands in movements: for work that goes on when the request is over. */
  deskOfAccount(accountId: number): Promise<Desk | undefined>;
  /** Who these accounts are: a person (null: an API user) and his organisation. */
  actors(accountIds: readonly number[]): Promise<Map<number, { person: string | null; organisation: string | null }>>;
  /** Notes that somebody was at his desk, to the minute: his colleagues see when he was here last. */
  seen(accountId: number): Promise<void>;
  /** Accounts of who has one of these roles in an organisation now, for the brand where one is named. */
  holders(
    connection: Connection,
    of: { readonly organisation: number; readonly roles: readonly StaffRole[]; readonly brandId?: number },
  ): Promise<number[]>;
  /** Gives a person a place in an organisation without asking whether somebody may: for set-up and the demo. */
  seat(personId: number, organisation: Omit<Organisation, 'title'>, grant: NewStaffGrant): Promise<void>;
}

/** Who stands for a retailer has no part while it is suspended, closed or gone. */
const NOW_GRANTED = `g.ended_at is null and g.valid_from <= to_timestamp($2)
  and (g.valid_until is null or g.valid_until > to_timestamp($2))
  and (g.retailer_code is null or exists (
    select from retailer r
    where r.brand_id = g.brands[1] and r.retailer_code = g.retailer_code and r.status = 'active'))`;

const ORGANISATIONS = `
  select coalesce(v.provider_code, p.partner_code, i.intermediary_code), coalesce(v.title, p.title, i.title),
    case when v.title is not null then 'provider' when p.title is not null then 'partner' else 'intermediary' end
  from account a
  left join provider v on v.provider_code = a.provider_code
  left join partner p on p.partner_code = a.partner_code
  left join intermediary i on i.intermediary_code = a.intermediary_code
  where a.person_id = $1 and a.enabled
    and exists (select from staff_grant g where g.account_id = a.account_id and ${NOW_GRANTED})
  order by 2`;

const grants = (of: string): string => `
  select a.account_id, coalesce(v.provider_code, p.partner_code, i.intermediary_code), coalesce(v.title, p.title, i.title),
    case when v.title is not null then 'provider' when p.title is not null then 'partner' else 'intermediary' end,
    g.role, g.brands, g.channels, g.retailer_code
  from account a
  join staff_grant g on g.account_id = a.account_id and ${NOW_GRANTED}
  left join provider v on v.provider_code = a.provider_code
  left join partner p on p.partner_code = a.partner_code
  left join intermediary i on i.intermediary_code = a.intermediary_code
  where a.enabled and ${of}`;
const GRANTS_OF_PERSON = grants(
  'a.person_id = $1 and coalesce(a.provider_code, a.partner_code, a.intermediary_code) = $3',
);
const GRANTS_OF_ACCOUNT = grants('a.account_id = $1');
type GrantOfAccount = [
  number,
  number,
  string,
  OrganisationKind,
  StaffRole,
  readonly number[] | null,
  readonly number[] | null,
  number | null,
];

const ACTORS = `
  select a.account_id, s.name, coalesce(v.title, p.title, i.title)
  from account a
  left join person s on s.person_id = a.person_id
  left join provider v on v.provider_code = a.provider_code
  left join partner p on p.partner_code = a.partner_code
  left join intermediary i on i.intermediary_code = a.intermediary_code
  where a.account_id = any($1::int[])`;

const HOLDERS = `
  select distinct a.account_id
  from account a
  join staff_grant g on g.account_id = a.account_id and ${NOW_GRANTED}
  where a.enabled and ${peopleOf('$1')} and g.role = any($3::text[])
    and ($4::int is null or g.brands is null or $4 = any(g.brands))
  order by a.account_id`;

const BRANDS_OF_INTERMEDIARY = `
  select b.brand_id, b.provider_code, v.title, b.name, b.master, v.strictness, v.historic_load_open
  from intermediary_grant g
  join provider v on v.provider_code = g.provider_code
  join brand b on b.provider_code = g.provider_code
  where g.intermediary_code = $1
  order by b.provider_code, b.brand_id`;

const READ_ONLY: ChannelRights = { ARAMA: 'read', MESAJ: 'read', EPOSTA: 'read' };

interface OrganisationBrand {
  readonly brandId: number;
  readonly providerCode: number;
  readonly providerTitle: string;
  readonly name: string;
  readonly master: boolean;
  readonly strictness: Strictness;
  readonly historicLoadOpen: boolean;
  readonly rights: ChannelRights;
  readonly reconciliation: boolean;
}

export function openDesks({ database, clock }: { readonly database: Database; readonly clock: Clock }): Desks {
  async function load(query: string, of: readonly number[]): Promise<Desk | undefined> {
    return await database.withConnection(async (connection) => {
      const [who, ...rest] = of;
      const grants = await connection.rows<GrantOfAccount>(query, [who, clock.now(), ...rest]);
      const [first] = grants;
      if (first === undefined) return undefined;
      const [accountId, code, title, kind] = first;
      const all = await brandsOf(connection, kind, code);
      const held = all.flatMap((brand) => {
        const own = grantsFor(brand.brandId, grants);
        return own.length === 0 ? [] : [{ brand, own }];
      });
      const brands = held.map(({ brand, own }) => ({
        ...shownBrand(brand, own),
        abilities: new Set(own.flatMap((grant) => brandAbilities(grant, kind))),
      }));
      const narrowed = ({ brand, own }: (typeof held)[number], ability: Ability): DeskBrand[] => {
        const giving = own.filter((grant) => brandAbilities(grant, kind).includes(ability));
        if (giving.length === 0) return [];
        const abilities = giving
          .map((grant) => new Set(brandAbilities(grant, kind)))
          .reduce((some, more) => some.intersection(more));
        return [{ ...shownBrand(brand, giving), abilities, scope: scopeOf(accountId, kind, brand, giving) }];
      };
      const ofOrganisation = new Set(
        grants
          .flatMap(([, , , , role]) => abilitiesOf(role, kind))
          .filter((name) => ABILITIES[name] === 'organisation'),
      );
      return {
        accountId,
        organisation: { code, title, kind },
        roles: [...new Set(grants.map(([, , , , role]) => role))],
        brands,
        may: (ability) => ofOrganisation.has(ability) || brands.some(({ abilities }) => abilities.has(ability)),
        brandsWith: (ability) => {
          const of = grants.flatMap(([, , , , role, list]) =>
            abilitiesOf(role, kind).includes(ability) ? [list] : [],
          );
          return of.includes(null) ? null : [...new Set(of.flatMap((list) => list ?? []))];
        },
        brand: (brandId, ability) =>
          held.filter(({ brand }) => brand.brandId === brandId).flatMap((one) => narrowed(one, ability))[0],
        brandsFor: (ability) => held.flatMap((one) => narrowed(one, ability)),
      };
    });
  }

  return {
    async organisations(personId) {
      const rows = await database.rows<[number, string, OrganisationKind]>(ORGANISATIONS, [personId, clock.now()]);
      return rows.map(([code, title, kind]) => ({ code, title, kind }));
    },

    desk: (personId, organisationCode) => load(GRANTS_OF_PERSON, [personId, organisationCode]),
    deskOfAccount: (accountId) => load(GRANTS_OF_ACCOUNT, [accountId]),

    async seen(accountId) {
      await database.run(
        `update account set last_used_at = to_timestamp($2)
         where account_id = $1 and (last_used_at is null or last_used_at < to_timestamp($2 - 60))`,
        [accountId, clock.now()],
      );
    },

    async actors(accountIds) {
      const rows = await database.rows<[number, string | null, string | null]>(ACTORS, [`{${accountIds.join(',')}}`]);
      return new Map(rows.map(([accountId, person, organisation]) => [accountId, { person, organisation }]));
    },

    async holders(connection, { organisation, roles, brandId }) {
      const values = [organisation, clock.now(), `{${roles.join(',')}}`, brandId ?? null];
      return (await connection.rows<[number]>(HOLDERS, values)).map(([accountId]) => accountId);
    },

    async seat(personId, { code, kind }, { role, brands, retailerCode, reason = '' }) {
      const column = `${kind}_code`;
      await database.transaction(async (connection) => {
        const known = await connection.rows<[number]>(
          `select account_id from account where person_id = $1 and ${column} = $2`,
          [personId, code],
        );
        const [account] =
          known.length > 0
            ? known
            : await connection.rows<[number]>(
                `insert into account (role, person_id, ${column}) values ('STAFF', $1, $2) returning account_id`,
                [personId, code],
              );
        await insertGrant(
          connection,
          {
            grantId: randomUUID(),
            accountId: account?.[0] ?? 0,
            role,
            brands,
            channels: null,
            retailerCode: retailerCode ?? null,
            from: clock.now(),
            until: null,
            reason,
            givenBy: null,
          },
          clock,
        );
      });
    },
  };
}

async function brandsOf(connection: Connection, kind: OrganisationKind, code: number): Promise<OrganisationBrand[]> {
  if (kind === 'partner')
    return (await connection.rows<GrantRow>(BRANDS_OF_PARTNER, [code])).map((row) => {
      const [, , , , , , , ARAMA, MESAJ, EPOSTA, reconciliation] = row;
      return { ...brandFacts(row), rights: { ARAMA, MESAJ, EPOSTA }, reconciliation };
    });
  const provider = kind === 'provider';
  const rows = await connection.rows<BrandRow>(provider ? BRANDS_OF_PROVIDER : BRANDS_OF_INTERMEDIARY, [code]);
  return rows.map((row) => ({
    ...brandFacts(row),
    rights: provider ? FULL_RIGHTS : READ_ONLY,
    reconciliation: provider,
  }));
}

function brandFacts(row: BrandRow | GrantRow): Omit<OrganisationBrand, 'rights' | 'reconciliation'> {
  const [brandId, providerCode, providerTitle, name, master, strictness, historicLoadOpen] = row;
  return { brandId, providerCode, providerTitle, name, master, strictness, historicLoadOpen };
}

/**
 * The grants that count for a brand. Who has another part in it does not stand for a retailer besides: what he sees as one
 * would not end at the shop's door. Nor does he stand for two of its retailers at once.
 */
function grantsFor(brandId: number, grants: readonly GrantOfAccount[]): GrantOfAccount[] {
  const own = grants.filter(([, , , , , brands]) => brands === null || brands.includes(brandId));
  const others = own.filter(([, , , , role]) => role !== 'retailer');
  if (others.length > 0) return others;
  const shop = Math.min(...own.flatMap(([, , , , , , , retailerCode]) => retailerCode ?? []));
  return own.filter(([, , , , , , , retailerCode]) => retailerCode === shop);
}

function brandAbilities([, , , , role]: GrantOfAccount, kind: OrganisationKind): Ability[] {
  return abilitiesOf(role, kind).filter((name) => ABILITIES[name] === 'brand');
}

function shownBrand(
  { brandId, name, master, providerCode, providerTitle }: OrganisationBrand,
  grants: readonly GrantOfAccount[],
): Omit<DeskBrand, 'scope' | 'abilities'> {
  const provider = { code: providerCode, title: providerTitle };
  return { brandId, name, master, provider, retailerCode: grants[0]?.[7] ?? null };
}

/** What these grants together open of a brand. */
function scopeOf(
  actor: number,
  kind: OrganisationKind,
  brand: OrganisationBrand,
  grants: readonly GrantOfAccount[],
): BrandScope {
  const rights: Record<Channel, Right> = { ARAMA: 'none', MESAJ: 'none', EPOSTA: 'none' };
  for (const grant of grants) {
    const channels = grant[6];
    const most: Right = brandAbilities(grant, kind).includes('record') ? 'write' : 'read';
    CHANNELS.forEach((channel, number) => {
      if (channels !== null && !channels.includes(number)) return;
      rights[channel] = wider(rights[channel], narrower(most, brand.rights[channel]));
    });
  }
  const { brandId, providerCode, reconciliation, strictness, historicLoadOpen } = brand;
  return makeBrandScope({ actor, providerCode, brandId, rights, reconciliation, strictness, historicLoadOpen });
}

const WIDTH: Readonly<Record<Right, number>> = { none: 0, read: 1, write: 2 };
function wider(one: Right, other: Right): Right {
  return WIDTH[one] >= WIDTH[other] ? one : other;
}
function narrower(one: Right, other: Right): Right {
  return WIDTH[one] <= WIDTH[other] ? one : other;
}
