// Which retailers may see a consent. Not a movement: lists beside the present state, changed in transactions of their
// own and by the round that records a consent with `retailerCode` or `retailerAccess`.

import type { Connection, Database } from '../../ground/database.ts';
import { numbers, words } from './literals.ts';

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
const COUNT = `select count(*)::int from retailer_access where brand_id = $1 and kind = $2 and address = $3::uuid`;
const USES = `
  select retailer_code, count(*)::int from retailer_access
   where brand_id = $1 and retailer_code = any($2::int[]) group by retailer_code`;

export interface RetailerAccess {
  /** Adds to one consent's list; false where there is no such consent. */
  add(brandId: number, kind: number, key: string, retailers: readonly number[]): Promise<boolean>;
  /** Sets the list of each consent that exists; others are skipped. */
  replace(brandId: number, kind: number, keys: readonly string[], retailers: readonly number[]): Promise<void>;
  remove(brandId: number, kind: number, keys: readonly string[], retailers: readonly number[]): Promise<void>;
  removeAll(brandId: number, kind: number, keys: readonly string[]): Promise<void>;
  list(
    brandId: number,
    kind: number,
    key: string,
    page: { offset: number; limit: number },
  ): Promise<{ total: number; retailers: number[] }>;
  /** Consents that each retailer may see; retailers with none are absent. Asked on `connection` where it is given. */
  uses(brandId: number, retailers: readonly number[], connection?: Connection): Promise<Map<number, number>>;
}

export function retailerAccess(database: Database): RetailerAccess {
  async function known(brandId: number, kind: number, keys: readonly string[]): Promise<string[]> {
    const rows = await database.rows(KNOWN, [brandId, kind, words([...new Set(keys)])]);
    return rows.map((row) => row[0] as string);
  }
  return {
    async add(brandId, kind, key, retailers) {
      if ((await known(brandId, kind, [key])).length === 0) return false;
      await database.run(GRANT, [brandId, kind, words([key]), numbers(retailers)]);
      return true;
    },
    async replace(brandId, kind, keys, retailers) {
      const there = words(await known(brandId, kind, keys));
      await database.transaction(async (connection) => {
        await connection.run(CLEAR, [brandId, kind, there]);
        await connection.run(GRANT, [brandId, kind, there, numbers(retailers)]);
      });
    },
    async remove(brandId, kind, keys, retailers) {
      await database.run(REMOVE, [brandId, kind, words(keys), numbers(retailers)]);
    },
    async removeAll(brandId, kind, keys) {
      await database.run(CLEAR, [brandId, kind, words(keys)]);
    },
    async list(brandId, kind, key, { offset, limit }) {
      const [total, rows] = await Promise.all([
        database.rows<[number]>(COUNT, [brandId, kind, key]),
        database.rows<[number]>(LIST, [brandId, kind, key, offset, limit]),
      ]);
      return { total: total[0]?.[0] ?? 0, retailers: rows.map(([code]) => code) };
    },
    async uses(brandId, retailers, connection = database) {
      const rows = await connection.rows<[number, number]>(USES, [brandId, numbers(retailers)]);
      return new Map(rows);
    },
  };
}
