// The door of the room `parties`: who takes part. Providers with their brands, partners, intermediaries, subscriptions
// (providers.ts); what providers give partners and intermediaries (partnerships.ts), and what those did with it
// (partner-work.ts); retailers (retailers.ts, retailer-form.ts); provinces and districts (places.ts).

import type { Clock } from '../../ground/clock.ts';
import type { Database } from '../../ground/database.ts';
import { type Draw, drawAtRandom } from './numbers.ts';
import { openPartnerWork, type PartnerWork } from './partner-work.ts';
import { openPartnerships, type Partnerships } from './partnerships.ts';
import { openProviders, type Providers } from './providers.ts';
import { openRetailers, type Retailers, type RetailerUses } from './retailers.ts';

export type { DayOfWork, PartnerWork } from './partner-work.ts';
export {
  type BrandRights,
  type FoundProvider,
  type GivenRight,
  type Holder,
  PartnershipError,
  type PartnershipErrorReason,
  type RightPeriod,
} from './partnerships.ts';
export { type District, district, districts, type Places, type Province, province, provinces } from './places.ts';
export {
  type BoughtPackage,
  type Brand,
  CONSENT_LIMIT_NONE,
  type Grant,
  type NewBrand,
  type NewPackage,
  type NewPartner,
  type NewProvider,
  type NewSubscription,
  type PartnerBrand,
  PartyError,
  type PartyErrorReason,
  type Policy,
} from './providers.ts';
export { type Place, RETAILER_STATUSES, type RetailerFault, type RetailerStatus } from './retailer-form.ts';
export {
  type FoundRetailer,
  type Page,
  RETAILERS_MAX,
  type Retailer,
  type RetailerCursor,
  type RetailerReach,
  type RetailerUses,
} from './retailers.ts';

export type Parties = Providers & Partnerships & Retailers & { readonly partnerWork: PartnerWork };

export interface PartiesOptions {
  readonly database: Database;
  readonly clock: Clock;
  readonly retailerUses: RetailerUses;
  /** For tests; at random when absent. */
  readonly draw?: Draw;
}

export function openParties({ database, clock, retailerUses, draw = drawAtRandom }: PartiesOptions): Parties {
  return {
    ...openProviders({ database, clock, draw }),
    ...openPartnerships({ database, clock }),
    partnerWork: openPartnerWork({ database, clock }),
    ...openRetailers({ database, clock, draw, retailerUses }),
  };
}
