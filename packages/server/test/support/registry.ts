// A registry on a fresh database, with brands and the scopes that tests act under.

import { kindOf, SOURCE_NUMBERS, type Statement } from '@acik-iys/law';
import pg from 'pg';
import { movableClock } from '../../src/ground/clock.ts';
import { AddressKeys } from '../../src/ground/keys.ts';
import { type BrandScopeFacts, FULL_RIGHTS } from '../../src/rooms/access/index.ts';
import { makeBrandScope } from '../../src/rooms/access/scope.ts';
import { openRegistry } from '../../src/rooms/registry/index.ts';
import { testDatabase } from './database.ts';

export const TEST_SECRET = Buffer.alloc(32, 7);

export async function testRegistry(brands: readonly number[] = [1, 2, 3]) {
  const { database, url, close } = await testDatabase();
  const owner = new pg.Client({ connectionString: url });
  await owner.connect();
  await owner.query(`insert into provider (provider_code, title) values (1, 'Deneme A.Ş.')`);
  for (const brandId of brands) {
    await owner.query(`insert into brand (brand_id, provider_code, name, master) values ($1, 1, 'Marka', $2)`, [
      brandId,
      brandId === 1,
    ]);
    await owner.query('insert into brand_journal (brand_id) values ($1)', [brandId]);
  }
  const clock = movableClock();
  const registry = openRegistry({ database, clock, keys: new AddressKeys(TEST_SECRET) });
  return {
    registry,
    database,
    clock,
    /** Connection of the owner, for looking behind the registry's back. */
    owner,
    url,
    scope: (brandId: number, facts: Partial<BrandScopeFacts> = {}) =>
      makeBrandScope({
        actor: 1,
        providerCode: 1,
        brandId,
        rights: FULL_RIGHTS,
        reconciliation: true,
        strictness: 'official',
        historicLoadOpen: false,
        ...facts,
      }),
    close: async () => {
      await registry.drained();
      await owner.end();
      await close();
    },
  };
}

export const MESSAGE = kindOf(1, 0);
export const MAIL = kindOf(2, 0);

/** Another ordinary mobile number each time. */
export function telephones(): () => string {
  let number = 0;
  return () => {
    number += 1;
    return `+90532${number.toString().padStart(7, '0')}`;
  };
}

/** A provider's statement for an individual, given at a time in epoch seconds. */
export function statementOf(
  address: string,
  status: 0 | 1,
  consentedAt: number,
  more: Partial<Statement> = {},
): Statement {
  return {
    kind: address.includes('@') ? MAIL : MESSAGE,
    address,
    status,
    source: SOURCE_NUMBERS.HS_WEB,
    consentedAt,
    retailer: null,
    ...more,
  };
}
