// Providers with their brands, partners with their grants, and both with their subscriptions: reference data, written
// by operators and the demo loader, read by everybody.
//
// Whoever gives out a number locks the three tables against other writers (readers go on), so that a number, drawn or
// given, is free until the transaction ends. A brand and its journal row come into being together: without the journal
// nothing could be recorded, and nothing would say so.

import { randomUUID } from 'node:crypto';
import type { Strictness } from '@acik-iys/law';
import type { Clock } from '../../ground/clock.ts';
import type { Connection, Database } from '../../ground/database.ts';
import type { Right, SubscriptionStatus } from '../access/index.ts';
import { type Draw, isPartyNumber, PARTY_NUMBER_MAX, PARTY_NUMBER_MIN } from './numbers.ts';
import { setIntermediary, setPartnerRights } from './partnerships.ts';
import type { Page } from './retailers.ts';

/** Of nine million numbers, a million given: the chance that all of these are taken is 10⁻¹⁹. */
const DRAWS_MAX = 20;

export type PartyErrorReason =
  | 'malformed'
  | 'number-taken'
  | 'unknown-provider'
  | 'unknown-brand'
  | 'unknown-partner'
  | 'unknown-holder';

/** Thrown for what an operator asked for and cannot have; nothing was written. */
export class PartyError extends Error {
  readonly reason: PartyErrorReason;
  constructor(reason: PartyErrorReason, message: string) {
    super(message);
    this.reason = reason;
  }
}

/** The column's greatest: no limit that anybody meets. */
export const CONSENT_LIMIT_NONE = 2_147_483_647;

/** A ViA or PASS package as it is bought. Times are epoch seconds. */
export interface NewPackage {
  /** Drawn when absent. */
  readonly id?: string | undefined;
  readonly packageName: string;
  readonly startsAt: number;
  readonly expiresAt: number;
  /** ACTIVE when absent. */
  readonly status?: SubscriptionStatus | undefined;
  /** -1: unlimited. */
  readonly credit: number;
}

/** The same as it is stored: what `Subscription.via` and `viaPass` of the room `access` hold. */
export type BoughtPackage = Required<{ [K in keyof NewPackage]: Exclude<NewPackage[K], undefined> }>;

/** Times are epoch seconds. */
export interface NewSubscription {
  readonly packageName: string;
  readonly startsAt: number;
  readonly expiresAt: number;
  /** ACTIVE when absent. */
  readonly status?: SubscriptionStatus | undefined;
  /** Whether it pays for the API (H251); true when absent. */
  readonly apiIncluded?: boolean | undefined;
  /** Addresses that may have a consent. */
  readonly consentLimit: number;
  /** Whether the limit may be passed; false when absent. */
  readonly consentLimitExceed?: boolean | undefined;
  readonly via?: NewPackage | null | undefined;
  readonly viaPass?: NewPackage | null | undefined;
}

export interface NewBrand {
  /** Drawn when absent; a master brand has its provider's number. */
  readonly brandId?: number | undefined;
  readonly name: string;
  readonly master: boolean;
}

export interface Brand {
  readonly brandId: number;
  readonly name: string;
  readonly master: boolean;
}

export interface Policy {
  readonly strictness?: Strictness | undefined;
  /** HS_2015 may be recorded late (H467). */
  readonly historicLoadOpen?: boolean | undefined;
}

export interface NewProvider extends Policy {
  readonly providerCode?: number | undefined;
  readonly title: string;
  /** Exactly one of them the master. */
  readonly brands: readonly NewBrand[];
  readonly subscription?: NewSubscription | undefined;
}

export interface NewPartner {
  readonly partnerCode?: number | undefined;
  readonly title: string;
  readonly subscription?: NewSubscription | undefined;
}

/** What a partner may do for a brand. */
export interface Grant {
  readonly arama: Right;
  readonly mesaj: Right;
  readonly eposta: Right;
  readonly reconciliation: boolean;
  readonly via: boolean;
}

/** A brand that a partner may act for, in the words of the official list. */
export interface PartnerBrand {
  readonly brandCode: number;
  readonly name: string;
  readonly master: boolean;
  /** The provider's. */
  readonly title: string;
  readonly iysCode: number;
  readonly agreementControl: boolean;
  readonly ARAMA: Right;
  readonly MESAJ: Right;
  readonly EPOSTA: Right;
  readonly viaControl: boolean;
}

export interface Providers {
  /** Makes a provider with its brands; numbers that are absent are drawn. Throws PartyError. */
  createProvider(provider: NewProvider): Promise<{ readonly providerCode: number; readonly brands: readonly Brand[] }>;
  /** Adds a further brand; a provider's master brand comes with it. Throws PartyError. */
  addBrand(brand: {
    readonly providerCode: number;
    readonly brandId?: number | undefined;
    readonly name: string;
  }): Promise<Brand>;
  /** Throws PartyError. */
  createPartner(partner: NewPartner): Promise<{ readonly partnerCode: number }>;
  partnerExists(partnerCode: number): Promise<boolean>;
  createIntermediary(intermediary: {
    readonly intermediaryCode?: number;
    readonly title: string;
  }): Promise<{ readonly intermediaryCode: number }>;
  intermediaryExists(intermediaryCode: number): Promise<boolean>;
  /** A provider names an intermediary, or takes the name back; done already: nothing. Throws PartyError. */
  nameIntermediary(intermediaryCode: number, providerCode: number, named: boolean): Promise<void>;
  /** Whether a user of the partner can sign in to the API. */
  partnerHasUser(partnerCode: number): Promise<boolean>;
  /** Sets what a partner may do for a brand; all `none` and false takes everything back. Throws PartyError. */
  grant(partnerCode: number, brandId: number, rights: Grant): Promise<void>;
  /** Sets the whole subscription of a provider or partner; packages that are absent are not bought. Throws PartyError. */
  setSubscription(holderCode: number, subscription: NewSubscription): Promise<void>;
  /** Changes what is given, leaves the rest. Throws PartyError. */
  setPolicy(providerCode: number, policy: Policy): Promise<void>;
  /** A provider's brands, the master first, with the number of their retailers. */
  brandsOf(providerCode: number): Promise<Array<Brand & { readonly retailers: number }>>;
  /** The brands that a partner may act for, by provider and brand; of one provider where it is given. */
  partnerBrands(
    partnerCode: number,
    page: Page,
    providerCode?: number,
  ): Promise<{ total: number; list: PartnerBrand[] }>;
}

const LOCK = 'lock table provider, brand, partner, intermediary in share row exclusive mode';
const TAKEN = `
  select from provider where provider_code = $1
  union all select from brand where brand_id = $1
  union all select from partner where partner_code = $1
  union all select from intermediary where intermediary_code = $1`;
const INSERT_PROVIDER = `
  insert into provider (provider_code, title, strictness, historic_load_open) values ($1, $2, $3, $4)`;
const HAS_INTERMEDIARY = 'select from intermediary where intermediary_code = $1';
const HAS_PROVIDER = 'select from provider where provider_code = $1';
const INSERT_BRAND = 'insert into brand (brand_id, provider_code, name, master) values ($1, $2, $3, $4)';
const INSERT_JOURNAL = 'insert into brand_journal (brand_id) values ($1)';
const INSERT_PARTNER = 'insert into partner (partner_code, title) values ($1, $2)';
const HAS_PARTNER = 'select from partner where partner_code = $1';
const HAS_USER = `select from account where partner_code = $1 and role = 'API_USER' and enabled limit 1`;
const PROVIDER_OF_BRAND = 'select provider_code from brand where brand_id = $1';
const HAS_HOLDER = `${HAS_PROVIDER} union all ${HAS_PARTNER}`;
const SET_SUBSCRIPTION = `
  insert into subscription (holder_code, package_name, starts_at, expires_at, status, api_included, consent_limit,
                            consent_limit_exceed, via, via_pass)
  values ($1, $2, to_timestamp($3::float8), to_timestamp($4::float8), $5, $6, $7, $8, $9::jsonb, $10::jsonb)
  on conflict (holder_code) do update
     set package_name = excluded.package_name, starts_at = excluded.starts_at, expires_at = excluded.expires_at,
         status = excluded.status, api_included = excluded.api_included, consent_limit = excluded.consent_limit,
         consent_limit_exceed = excluded.consent_limit_exceed, via = excluded.via, via_pass = excluded.via_pass`;
const SET_POLICY = `
  update provider set strictness = coalesce($2, strictness), historic_load_open = coalesce($3, historic_load_open)
   where provider_code = $1`;
const BRANDS = `
  select brand_id, name, master from brand where provider_code = $1 order by master desc, brand_id`;
const RETAILER_COUNTS = `
  select brand_id, count(*)::int from retailer where brand_id = any($1::int[]) group by brand_id`;
/** $2: one provider's only, or null. The order is that of the pages. */
const GRANTED = `
    from partner_grant g
    join brand b on b.brand_id = g.brand_id
    join provider v on v.provider_code = b.provider_code
   where g.partner_code = $1 and ($2::int is null or b.provider_code = $2)
     and (g.arama <> 'none' or g.mesaj <> 'none' or g.eposta <> 'none' or g.reconciliation or g.via)`;
const COUNT_PARTNER_BRANDS = `select count(*)::int ${GRANTED}`;
const PARTNER_BRANDS = `
  select b.brand_id, b.name, b.master, v.title, b.provider_code, g.reconciliation, g.arama, g.mesaj, g.eposta, g.via
  ${GRANTED}
   order by b.provider_code, b.brand_id offset $3 limit $4`;
type PartnerBrandRow = [number, string, boolean, string, number, boolean, Right, Right, Right, boolean];

function named(text: string, what: string): string {
  if (text.trim() === '') throw new PartyError('malformed', `the ${what} is empty`);
  return text;
}

function boughtPackage(bought: NewPackage | null | undefined): string | null {
  if (bought === undefined || bought === null) return null;
  const stored: BoughtPackage = {
    id: bought.id ?? randomUUID(),
    packageName: bought.packageName,
    startsAt: bought.startsAt,
    expiresAt: bought.expiresAt,
    status: bought.status ?? 'ACTIVE',
    credit: bought.credit,
  };
  return JSON.stringify(stored);
}

async function mustExist(connection: Connection, query: string, code: number, reason: PartyErrorReason): Promise<void> {
  if (!isPartyNumber(code) || (await connection.rows(query, [code])).length === 0)
    throw new PartyError(reason, `${reason.replace('-', ' ')} ${code}`);
}

async function insertBrand(connection: Connection, providerCode: number, brand: Brand): Promise<void> {
  await connection.run(INSERT_BRAND, [brand.brandId, providerCode, named(brand.name, 'brand name'), brand.master]);
  await connection.run(INSERT_JOURNAL, [brand.brandId]);
}

async function writeSubscription(connection: Connection, holderCode: number, to: NewSubscription): Promise<void> {
  await connection.run(SET_SUBSCRIPTION, [
    holderCode,
    named(to.packageName, 'package name'),
    to.startsAt,
    to.expiresAt,
    to.status ?? 'ACTIVE',
    to.apiIncluded ?? true,
    to.consentLimit,
    to.consentLimitExceed ?? false,
    boughtPackage(to.via),
    boughtPackage(to.viaPass),
  ]);
}

export function openProviders(options: {
  readonly database: Database;
  readonly clock: Clock;
  readonly draw: Draw;
}): Providers {
  const { database, clock, draw } = options;

  /**
   * A number that is free and stays so until the transaction ends; LOCK comes first.
   * @param keptFree numbers that are given out later in the same transaction
   */
  async function freeNumber(
    connection: Connection,
    given: number | undefined,
    keptFree: ReadonlySet<number | undefined> = new Set(),
  ): Promise<number> {
    const isFree = async (number: number): Promise<boolean> => (await connection.rows(TAKEN, [number])).length === 0;
    if (given !== undefined) {
      if (!isPartyNumber(given)) throw new PartyError('malformed', `${given} is no number for a party`);
      if (!(await isFree(given))) throw new PartyError('number-taken', `the number ${given} is taken`);
      return given;
    }
    for (let attempt = 0; attempt < DRAWS_MAX; attempt++) {
      const drawn = draw(PARTY_NUMBER_MIN, PARTY_NUMBER_MAX);
      if (!keptFree.has(drawn) && (await isFree(drawn))) return drawn;
    }
    throw new Error(`no free number in ${DRAWS_MAX} draws`);
  }

  const has = async (query: string, code: number): Promise<boolean> =>
    isPartyNumber(code) && (await database.rows(query, [code])).length > 0;

  return {
    partnerExists: (code) => has(HAS_PARTNER, code),
    partnerHasUser: (code) => has(HAS_USER, code),

    async createProvider(provider) {
      const [master, ...others] = provider.brands.filter((brand) => brand.master);
      if (master === undefined || others.length > 0)
        throw new PartyError('malformed', 'a provider has exactly one master brand');
      const given = provider.providerCode ?? master.brandId;
      if (master.brandId !== undefined && master.brandId !== given)
        throw new PartyError('malformed', "the master brand has its provider's number");
      const keptFree = new Set(provider.brands.map((brand) => brand.brandId));
      return await database.transaction(async (connection) => {
        await connection.run(LOCK);
        const providerCode = await freeNumber(connection, given, keptFree);
        await connection.run(INSERT_PROVIDER, [
          providerCode,
          named(provider.title, 'title'),
          provider.strictness ?? 'official',
          provider.historicLoadOpen ?? false,
        ]);
        const brands: Brand[] = [];
        for (const { brandId, name, master: isMaster } of provider.brands) {
          const number = isMaster ? providerCode : await freeNumber(connection, brandId, keptFree);
          brands.push({ brandId: number, name, master: isMaster });
          await insertBrand(connection, providerCode, { brandId: number, name, master: isMaster });
        }
        if (provider.subscription) await writeSubscription(connection, providerCode, provider.subscription);
        return { providerCode, brands };
      });
    },

    addBrand: ({ providerCode, brandId, name }) =>
      database.transaction(async (connection) => {
        await connection.run(LOCK);
        await mustExist(connection, HAS_PROVIDER, providerCode, 'unknown-provider');
        const brand = { brandId: await freeNumber(connection, brandId), name, master: false };
        await insertBrand(connection, providerCode, brand);
        return brand;
      }),

    createPartner: (partner) =>
      database.transaction(async (connection) => {
        await connection.run(LOCK);
        const partnerCode = await freeNumber(connection, partner.partnerCode);
        await connection.run(INSERT_PARTNER, [partnerCode, named(partner.title, 'title')]);
        if (partner.subscription) await writeSubscription(connection, partnerCode, partner.subscription);
        return { partnerCode };
      }),

    intermediaryExists: (code) => has(HAS_INTERMEDIARY, code),

    createIntermediary: ({ intermediaryCode: given, title }) =>
      database.transaction(async (connection) => {
        await connection.run(LOCK);
        const intermediaryCode = await freeNumber(connection, given);
        await connection.run('insert into intermediary (intermediary_code, title) values ($1, $2)', [
          intermediaryCode,
          named(title, 'title'),
        ]);
        return { intermediaryCode };
      }),

    nameIntermediary: (intermediaryCode, providerCode, isNamed) =>
      database.transaction(async (connection) => {
        await mustExist(connection, HAS_INTERMEDIARY, intermediaryCode, 'unknown-partner');
        await mustExist(connection, HAS_PROVIDER, providerCode, 'unknown-provider');
        await setIntermediary(connection, clock, { providerCode, intermediaryCode, named: isNamed });
      }),

    grant: (partnerCode, brandId, rights) =>
      database.transaction(async (connection) => {
        await mustExist(connection, HAS_PARTNER, partnerCode, 'unknown-partner');
        await mustExist(connection, PROVIDER_OF_BRAND, brandId, 'unknown-brand');
        const [brand] = await connection.rows<[number]>(PROVIDER_OF_BRAND, [brandId]);
        const [providerCode] = brand as [number];
        const { arama: ARAMA, mesaj: MESAJ, eposta: EPOSTA, reconciliation, via } = rights;
        const given = { providerCode, partnerCode, brandId, ARAMA, MESAJ, EPOSTA, reconciliation, via };
        await setPartnerRights(connection, clock, given);
      }),

    setSubscription: (holderCode, subscription) =>
      database.transaction(async (connection) => {
        await mustExist(connection, HAS_HOLDER, holderCode, 'unknown-holder');
        await writeSubscription(connection, holderCode, subscription);
      }),

    async setPolicy(providerCode, { strictness, historicLoadOpen }) {
      const changed =
        isPartyNumber(providerCode) &&
        (await database.run(SET_POLICY, [providerCode, strictness ?? null, historicLoadOpen ?? null])) === 1;
      if (!changed) throw new PartyError('unknown-provider', `unknown provider ${providerCode}`);
    },

    async brandsOf(providerCode) {
      if (!isPartyNumber(providerCode)) return [];
      const rows = await database.rows<[number, string, boolean]>(BRANDS, [providerCode]);
      const ids = rows.map(([brandId]) => brandId);
      const counts = new Map(await database.rows<[number, number]>(RETAILER_COUNTS, [`{${ids.join(',')}}`]));
      return rows.map(([brandId, name, master]) => ({ brandId, name, master, retailers: counts.get(brandId) ?? 0 }));
    },

    async partnerBrands(partnerCode, { offset, limit }, providerCode) {
      if (!isPartyNumber(partnerCode) || (providerCode !== undefined && !isPartyNumber(providerCode)))
        return { total: 0, list: [] };
      const of = [partnerCode, providerCode ?? null];
      const count = await database.rows<[number]>(COUNT_PARTNER_BRANDS, of);
      const rows = await database.rows<PartnerBrandRow>(PARTNER_BRANDS, [...of, offset, limit]);
      return {
        total: count[0]?.[0] ?? 0,
        list: rows.map(
          ([brandCode, name, master, title, iysCode, agreementControl, ARAMA, MESAJ, EPOSTA, viaControl]) => ({
            brandCode,
            name,
            master,
            title,
            iysCode,
            agreementControl,
            ARAMA,
            MESAJ,
            EPOSTA,
            viaControl,
          }),
        ),
      };
    },
  };
}
