// The door of the room `parties`: who takes part. Providers with their brands, partners with their grants,
// subscriptions (providers.ts); retailers (retailers.ts, retailer-form.ts); provinces and districts (places.ts).

import type { Clock } from '../../ground/clock.ts';
import type { Database } from '../../ground/database.ts';
import { type Draw, drawAtRandom } from './numbers.ts';
import { openProviders, type Providers } from './providers.ts';
import { openRetailers, type Retailers, type RetailerUses } from './retailers.ts';

export { type District, district, districts, type Places, type Province, province, provinces } from './places.ts';
export {
  type BoughtPackage,
  type Brand,
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
export { type Place, RETAILER_STATUSES, type RetailerFault } from './retailer-form.ts';
export { type Page, RETAILERS_MAX, type Retailer, type RetailerUses } from './retailers.ts';

export type Parties = Providers & Retailers;

export interface PartiesOptions {
  readonly database: Database;
  readonly clock: Clock;
  readonly retailerUses: RetailerUses;
  /** For tests; at random when absent. */
  readonly draw?: Draw;
}

export function openParties({ database, clock, retailerUses, draw = drawAtRandom }: PartiesOptions): Parties {
  return { ...openProviders({ database, draw }), ...openRetailers({ database, clock, draw, retailerUses }) };
}
