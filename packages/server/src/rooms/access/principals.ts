// Who is asking: an account with its provider or partner, the brands it may act for, and the subscriptions that pay for
// it, loaded with three small queries and kept for a second (fresh-cache.ts).
//
// A provider's user may do everything for all brands of the provider. A partner's user may do, for the brands that
// granted it anything, what was granted. From a principal, and from nothing else, BrandScopes are made; a principal
// that was not loaded here gets none.

import type { Strictness } from '@acik-iys/law';
import type { Clock } from '../../ground/clock.ts';
import type { Database, Query } from '../../ground/database.ts';
import { type Networks, networksOf } from './networks.ts';
import { type BrandScope, type ChannelRights, FULL_RIGHTS, makeBrandScope, type Right } from './scope.ts';

export type SubscriptionStatus = 'ACTIVE' | 'PAUSED' | 'EXPIRED' | 'CLOSED';

export interface Subscription {
  readonly subscriptionId: string;
  readonly packageName: string;
  /** Epoch seconds. */
  readonly startsAt: number;
  /** Epoch seconds. */
  readonly expiresAt: number;
  /** An ACTIVE one past `expiresAt` is EXPIRED here. */
  readonly status: SubscriptionStatus;
  readonly apiIncluded: boolean;
  /** Addresses that may have a consent. */
  readonly consentLimit: number;
  readonly consentLimitExceed: boolean;
  /** The ViA packages as they were bought; null where not bought. */
  readonly via: unknown;
  readonly viaPass: unknown;
}

/** What the principal may do for a brand, and how its provider's statements are judged. */
export interface PrincipalBrandFacts {
  readonly rights: ChannelRights;
  readonly reconciliation: boolean;
  readonly strictness: Strictness;
  readonly historicLoadOpen: boolean;
}

export interface PrincipalBrand {
  readonly brandId: number;
  readonly providerCode: number;
  readonly providerTitle: string;
  readonly name: string;
  readonly master: boolean;
  readonly facts: PrincipalBrandFacts;
}

export interface Holder {
  readonly code: number;
  readonly title: string;
}

export interface Principal {
  readonly accountId: number;
  readonly email: string;
  readonly role: 'API_USER';
  /** One of the two is set. */
  readonly provider: Holder | null;
  readonly partner: Holder | null;
  /** By provider, then brand. */
  readonly brands: readonly PrincipalBrand[];
}

export type ScopeAnswer =
  | { readonly scope: BrandScope /** Of the brand's provider. */; readonly subscription: Subscription | null }
  | { /** Which of the two numbers is not the caller's. */ readonly refused: 'provider' | 'brand' };

/** What is kept of an account between two loads. */
export interface LoadedPrincipal {
  /** Undefined for an account that does not exist, is disabled or is no API user. */
  readonly principal: Principal | undefined;
  /** From where he may call. */
  readonly networks: Networks;
  /** Ended families whose access tokens may not have expired yet. */
  readonly revokedFamilies: ReadonlySet<string>;
}

interface PrincipalIndex {
  readonly brands: ReadonlyMap<number, PrincipalBrand>;
  readonly providers: ReadonlySet<number>;
  readonly subscriptions: ReadonlyMap<number, Subscription>;
  /** Made when first asked for: a partner may have thousands of brands and use one. */
  readonly answers: Map<number, ScopeAnswer>;
}

const REFUSED_PROVIDER: ScopeAnswer = { refused: 'provider' };
const REFUSED_BRAND: ScopeAnswer = { refused: 'brand' };

const ACCOUNT: Query = {
  name: 'access_account',
  text: `select a.email, v.provider_code, v.title, p.partner_code, p.title, a.networks,
           array(select f.family_id::text from token_family f
                 where f.account_id = a.account_id
                   and f.revoked_at > to_timestamp($2::float8) and f.revoked_at <= to_timestamp($3::float8))
         from account a
         left join provider v on v.provider_code = a.provider_code
         left join partner p on p.partner_code = a.partner_code
         where a.account_id = $1 and a.enabled and a.role = 'API_USER'`,
};
type AccountRow = [string, number | null, string | null, number | null, string | null, string[], string[]];

export const BRANDS_OF_PROVIDER: Query = {
  name: 'access_brands_of_provider',
  text: `select b.brand_id, b.provider_code, v.title, b.name, b.master, v.strictness, v.historic_load_open
         from brand b join provider v on v.provider_code = b.provider_code
         where b.provider_code = $1
         order by b.brand_id`,
};
export type BrandRow = [number, number, string, string, boolean, Strictness, boolean];

export const BRANDS_OF_PARTNER: Query = {
  name: 'access_brands_of_partner',
  text: `select b.brand_id, b.provider_code, v.title, b.name, b.master, v.strictness, v.historic_load_open,
           g.arama, g.mesaj, g.eposta, g.reconciliation
         from partner_grant g
         join brand b on b.brand_id = g.brand_id
         join provider v on v.provider_code = b.provider_code
         where g.partner_code = $1
           and (g.arama <> 'none' or g.mesaj <> 'none' or g.eposta <> 'none' or g.reconciliation or g.via)
         order by b.provider_code, b.brand_id`,
};
export type GrantRow = [...BrandRow, Right, Right, Right, boolean];

const SUBSCRIPTIONS: Query = {
  name: 'access_subscriptions',
  text: `select holder_code, subscription_id::text, package_name,
           floor(extract(epoch from starts_at))::float8, floor(extract(epoch from expires_at))::float8,
           status, api_included, consent_limit, consent_limit_exceed, via, via_pass
         from subscription where holder_code = any($1::int[])`,
};
type SubscriptionRow = [
  number,
  string,
  string,
  number,
  number,
  SubscriptionStatus,
  boolean,
  number,
  boolean,
  unknown,
  unknown,
];

type Asking = Pick<Database, 'rows'>;

/** The subscriptions of these providers and partners, by number; those without one are absent. */
export async function loadSubscriptions(
  asking: Asking,
  clock: Clock,
  holders: readonly number[],
): Promise<Map<number, Subscription>> {
  const now = clock.now();
  const rows = await asking.rows<SubscriptionRow>(SUBSCRIPTIONS, [`{${holders.join(',')}}`]);
  return new Map(
    rows.map(
      ([holder, subscriptionId, packageName, startsAt, expiresAt, status, apiIncluded, limit, exceed, via, pass]) => [
        holder,
        {
          subscriptionId,
          packageName,
          startsAt,
          expiresAt,
          status: status === 'ACTIVE' && expiresAt <= now ? 'EXPIRED' : status,
          apiIncluded,
          consentLimit: limit,
          consentLimitExceed: exceed,
          via,
          viaPass: pass,
        },
      ],
    ),
  );
}

export class Principals {
  readonly #database: Database;
  readonly #clock: Clock;
  readonly #indexes = new WeakMap<Principal, PrincipalIndex>();

  constructor(database: Database, clock: Clock) {
    this.#database = database;
    this.#clock = clock;
  }

  /** @param revokedSince epoch seconds: families that ended earlier have no living access token */
  load(accountId: number, revokedSince: number): Promise<LoadedPrincipal> {
    return this.#database.withConnection(async (connection): Promise<LoadedPrincipal> => {
      const now = this.#clock.nowMs() / 1_000;
      const [account] = await connection.rows<AccountRow>(ACCOUNT, [accountId, revokedSince, now]);
      if (account === undefined) return { principal: undefined, networks: undefined, revokedFamilies: new Set() };
      const [email, providerCode, providerTitle, partnerCode, partnerTitle, networks, revoked] = account;
      const provider = providerCode === null ? null : { code: providerCode, title: providerTitle ?? '' };
      const partner = partnerCode === null ? null : { code: partnerCode, title: partnerTitle ?? '' };

      let brands: PrincipalBrand[] = [];
      if (provider !== null) {
        brands = (await connection.rows<BrandRow>(BRANDS_OF_PROVIDER, [provider.code])).map((row) =>
          brandOf(row, FULL_RIGHTS, true),
        );
      } else if (partner !== null) {
        brands = (await connection.rows<GrantRow>(BRANDS_OF_PARTNER, [partner.code])).map((row) => {
          const [, , , , , , , ARAMA, MESAJ, EPOSTA, reconciliation] = row;
          return brandOf(row, { ARAMA, MESAJ, EPOSTA }, reconciliation);
        });
      }
      const providers = new Set(brands.map((brand) => brand.providerCode));
      if (provider !== null) providers.add(provider.code);
      const subscriptions = await loadSubscriptions(connection, this.#clock, [...providers]);

      const principal: Principal = { accountId, email, role: 'API_USER', provider, partner, brands };
      this.#indexes.set(principal, {
        brands: new Map(brands.map((brand) => [brand.brandId, brand])),
        providers,
        subscriptions,
        answers: new Map(),
      });
      return { principal, networks: networksOf(networks), revokedFamilies: new Set(revoked) };
    });
  }

  scope(principal: Principal, providerCode: number, brandCode: number): ScopeAnswer {
    const index = this.#index(principal);
    if (!index.providers.has(providerCode)) return REFUSED_PROVIDER;
    const brand = index.brands.get(brandCode);
    if (brand === undefined || brand.providerCode !== providerCode) return REFUSED_BRAND;
    let answer = index.answers.get(brandCode);
    if (answer === undefined) {
      const { rights, reconciliation, strictness, historicLoadOpen } = brand.facts;
      answer = {
        scope: makeBrandScope({
          actor: principal.accountId,
          providerCode,
          brandId: brand.brandId,
          rights,
          reconciliation,
          strictness,
          historicLoadOpen,
        }),
        subscription: index.subscriptions.get(providerCode) ?? null,
      };
      index.answers.set(brandCode, answer);
    }
    return answer;
  }

  mayAskProvider(principal: Principal, providerCode: number): boolean {
    return this.#index(principal).providers.has(providerCode);
  }

  #index(principal: Principal): PrincipalIndex {
    const index = this.#indexes.get(principal);
    if (index === undefined) throw new Error('a principal is made by access alone');
    return index;
  }
}

function brandOf(row: BrandRow | GrantRow, rights: ChannelRights, reconciliation: boolean): PrincipalBrand {
  const [brandId, providerCode, providerTitle, name, master, strictness, historicLoadOpen] = row;
  const facts = { rights, reconciliation, strictness, historicLoadOpen };
  return { brandId, providerCode, providerTitle, name, master, facts };
}
