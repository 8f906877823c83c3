// Which retailers may see a consent. Not a movement: lists beside the present state, changed in transactions of their
// own and by the round that records a consent with `retailerCode` or `retailerAccess`.

import type { Connection, Database } from '../../ground/database.ts';
import type { AddressKeys } from '../../ground/keys.ts';
import type { BrandScope } from '../access/index.ts';
import { keysOfKind } from './addresses.ts';
import { numbers, words } from './literals.ts';
import type { Movement } from './movements.ts';

const KNOWN = `
  select translate(c.address::text, '-', '') from consent c
   where c.brand_id = $1 and c.kind = $2 and c.address = any($3::uuid[])`;
const GRANT = `
  insert into retailer_access (brand_id, kind, address, retailer_code)
  select j.brand_id, $2::int2, a.a, r.r
    from brand_journal j cross join unnest($3::uuid[]) a(a) cross join unnest($4::int[]) r(r)
   where j.brand_id = $1
   order by a.a, r.r
  on conflict do nothing`;
const REMOVE = `
  delete from retailer_access
   where brand_id = $1 and kind = $2 and address = any($3::uuid[]) and retailer_code = any($4::int[])`;
const CLEAR = `delete from retailer_access where brand_id = $1 and kind = $2 and address = any($3::uuid[])`;
const LIST = `
  select retailer_code from retailer_access
   where brand_id = $1 and kind = $2 and address = $3::uuid order by retailer_code offset $4 limit $5`;
const INCLUDES = `
  select from retailer_access where brand_id = $1 and kind = $2 and address = $3::uuid and retailer_code = $4`;
const COUNT = `select count(*)::int from retailer_access where brand_id = $1 and kind = $2 and address = $3::uuid`;
const USES = `
  select retailer_code, count(*)::int from retailer_access
   where brand_id = $1 and retailer_code = any($2::int[]) group by retailer_code`;

export interface RetailerAccess {
  /** Adds to one consent's list; false where there is no such consent. */
  add(scope: BrandScope, kind: number, address: string, retailers: readonly number[]): Promise<boolean>;
  /** Sets the list of each consent that exists; others are skipped. */
  replace(scope: BrandScope, kind: number, addresses: readonly string[], retailers: readonly number[]): Promise<void>;
  remove(scope: BrandScope, kind: number, addresses: readonly string[], retailers: readonly number[]): Promise<void>;
  removeAll(scope: BrandScope, kind: number, addresses: readonly string[]): Promise<void>;
  /** Whether a retailer stands on one consent's list. */
  includes(scope: BrandScope, kind: number, address: string, retailer: number): Promise<boolean>;
  /** Whether a retailer may know of the movement that stands for a key: he took it, or stands on its list. */
  sees(
    scope: BrandScope,
    movement: Pick<Movement, 'kind' | 'address' | 'retailer'>,
    retailer: number,
  ): Promise<boolean>;
  list(
    scope: BrandScope,
    kind: number,
    address: string,
    page: { offset: number; limit: number },
  ): Promise<{ total: number; retailers: number[] }>;
  /** Consents that each retailer may see; retailers with none are absent. Asked on `connection` where it is given. */
  uses(scope: BrandScope, retailers: readonly number[], connection?: Connection): Promise<Map<number, number>>;
}

export function retailerAccess(database: Database, keys: AddressKeys): RetailerAccess {
  /** Keys of those of the addresses that have a consent, each once. */
  async function known({ brandId }: BrandScope, kind: number, addresses: readonly string[]): Promise<string[]> {
    const rows = await database.rows<[string]>(KNOWN, [brandId, kind, words(keysOfKind(keys, kind, addresses))]);
    return rows.map(([key]) => key);
  }
  async function includes({ brandId }: BrandScope, kind: number, address: string, retailer: number): Promise<boolean> {
    const [key] = keysOfKind(keys, kind, [address]);
    return (await database.rows(INCLUDES, [brandId, kind, key, retailer])).length > 0;
  }

  return {
    async add(scope, kind, address, retailers) {
      const there = await known(scope, kind, [address]);
      if (there.length === 0) return false;
      await database.run(GRANT, [scope.brandId, kind, words(there), numbers(retailers)]);
      return true;
    },
    async replace(scope, kind, addresses, retailers) {
      const there = words(await known(scope, kind, addresses));
      await database.transaction(async (connection) => {
        await connection.run(CLEAR, [scope.brandId, kind, there]);
        await connection.run(GRANT, [scope.brandId, kind, there, numbers(retailers)]);
      });
    },
    async remove({ brandId }, kind, addresses, retailers) {
      await database.run(REMOVE, [brandId, kind, words(keysOfKind(keys, kind, addresses)), numbers(retailers)]);
    },
    async removeAll({ brandId }, kind, addresses) {
      await database.run(CLEAR, [brandId, kind, words(keysOfKind(keys, kind, addresses))]);
    },
    includes,
    sees: async (scope, { kind, address, retailer: taker }, retailer) =>
      taker === retailer || (await includes(scope, kind, address, retailer)),

    async list({ brandId }, kind, address, { offset, limit }) {
      const [key] = keysOfKind(keys, kind, [address]);
      const [total, rows] = await Promise.all([
        database.rows<[number]>(COUNT, [brandId, kind, key]),
        database.rows<[number]>(LIST, [brandId, kind, key, offset, limit]),
      ]);
      return { total: total[0]?.[0] ?? 0, retailers: rows.map(([code]) => code) };
    },
    async uses({ brandId }, retailers, connection = database) {
      const rows = await connection.rows<[number, number]>(USES, [brandId, numbers(retailers)]);
      return new Map(rows);
    },
  };
}
