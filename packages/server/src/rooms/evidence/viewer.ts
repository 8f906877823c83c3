// Who looks at evidence, as the SQL asks it, and for which retailer somebody acts.

import { CHANNELS } from '@acik-iys/law';
import type { Desk, DeskBrand } from '../access/index.ts';
import { EvidenceError } from './errors.ts';

/** All channels, as bits. */
export const EVERY_CHANNEL = 7;

/** Values of `VISIBLE` (sql.ts) behind the brand. */
export type Viewer = [organisation: number | null, retailer: number | null, channels: number, account: number];

/** Channels that may be read, as bits. */
function channelsOf({ scope }: DeskBrand): number {
  return scope.readableChannels().reduce((bits, channel) => bits | (1 << channel), 0);
}

export function viewerOf({ organisation, accountId }: Desk, brand: DeskBrand): Viewer {
  const organisationCode = organisation.kind === 'provider' ? null : organisation.code;
  return [organisationCode, brand.retailerCode, channelsOf(brand), accountId];
}

/** Channels on which somebody proves consents, as bits: a provider's people where they read, a partner's where they write. */
export function provenChannelsOf({ organisation }: Desk, brand: DeskBrand): number {
  const right = organisation.kind === 'provider' ? 'read' : 'write';
  return CHANNELS.reduce((bits, channel, number) => (brand.scope.may(channel, right) ? bits | (1 << number) : bits), 0);
}

/**
 * The retailer that somebody names: a retailer's own user names none but his own.
 * @param unknown asks whether the brand has no such retailer
 * @throws EvidenceError retailer
 */
export async function ownRetailer(
  brand: DeskBrand,
  named: number | null,
  unknown: (brand: DeskBrand, retailerCode: number) => Promise<boolean>,
): Promise<number | null> {
  const own = brand.retailerCode;
  if (own !== null) {
    if (named !== null && named !== own) throw new EvidenceError('retailer');
    return own;
  }
  if (named !== null && (await unknown(brand, named))) throw new EvidenceError('retailer');
  return named;
}
