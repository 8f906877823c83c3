// Retailers of a brand: added, listed, searched, suspended, deleted.
//
// Adding and deleting lock the brand's journal row, as every writer of the brand does. So two that add the same number
// take turns and the second is told (H230, H231); the limit of 3000 holds; and a retailer is not deleted while a consent
// that it may see is being recorded: the recording comes before, and is seen, or after. Whoever writes without the lock
// is met by ON CONFLICT DO NOTHING: nothing written means that the look-up is made again and now says why (no constraint
// name is read: Citus gives none). What the lock does not hold is the look at a retailer's number *before* recording:
// a consent checked before a deletion and recorded after it names a retailer that is gone.

import { RETAILER_CODE_MAX, RETAILER_CODE_MIN } from '@acik-iys/law';
import type { Clock } from '../../ground/clock.ts';
import type { Connection, Database, Query } from '../../ground/database.ts';
import type { BrandScope } from '../access/index.ts';
import type { Draw } from './numbers.ts';
import {
  checkRetailerForm,
  type Place,
  type RetailerFault,
  type RetailerForm,
  type RetailerStatus,
} from './retailer-form.ts';

/** Retailers of one brand (official API; the next is refused with H067). */
export const RETAILERS_MAX = 3_000;
/** Even a full brand has 0.003 % of the numbers: the second draw all but always succeeds. */
const DRAWS_MAX = 20;

export interface Retailer extends RetailerForm {
  readonly retailerCode: number;
}

export interface Page {
  readonly offset: number;
  readonly limit: number;
}

/**
 * How many consents each of these retailers may see; those with none are absent (`registry.retailers.uses`). Asked on
 * the connection that holds the journal's lock: a second one out of the pool could be waited for by all at once.
 */
export type RetailerUses = (
  scope: BrandScope,
  retailerCodes: readonly number[],
  connection: Connection,
) => Promise<ReadonlyMap<number, number>>;

/** Which retailers somebody may find: all of a brand, or one. */
export interface RetailerReach {
  readonly scope: BrandScope;
  /** Null: all. */
  readonly retailerCode: number | null;
}

export interface FoundRetailer extends Retailer {
  readonly brandId: number;
}

/** Where a list goes on: behind this retailer. */
export type RetailerCursor = Pick<FoundRetailer, 'title' | 'brandId' | 'retailerCode'>;

const COLUMNS = 'retailer_code, title, name, alias, tckn, tin, mersis, mobile, city, town, status';
type RetailerRow = [
  number,
  string,
  string,
  string | null,
  string,
  string,
  string | null,
  string | null,
  Place,
  Place,
  RetailerStatus,
];

const LOCK = 'select from brand_journal where brand_id = $1 for update';
/** Retailers of the provider that have one of the two numbers. */
const HOLDERS = `
  select r.brand_id, r.status, coalesce(r.mersis = $3, false), r.tckn = $2
    from brand b join retailer r on r.brand_id = b.brand_id
   where b.provider_code = $1 and (r.tckn = $2 or r.mersis = $3)`;
const COUNT = 'select count(*)::int from retailer where brand_id = $1';
const OF_FORM = 'select retailer_code from retailer where brand_id = $1 and form_key = $2';
const INSERT = `
  insert into retailer (brand_id, ${COLUMNS}, created_at, form_key)
  values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10::jsonb, $11::jsonb, $12, to_timestamp($13::float8), $14)
  on conflict do nothing`;
const LIST = `
  select ${COLUMNS} from retailer where brand_id = $1 order by created_at, retailer_code offset $2 limit $3`;
const BY_CODE: Query = {
  name: 'retailer-by-code',
  text: `select ${COLUMNS} from retailer where brand_id = $1 and retailer_code = any($2::int[])`,
};
const KNOWN: Query = {
  name: 'retailer-known',
  text: 'select retailer_code from retailer where brand_id = $1 and retailer_code = any($2::int[])',
};
/** Whoever searches need not know which of the four Turkish letters i a title is written with. */
const folded = (text: string): string => `lower(translate(${text}, 'İIı', 'iii'))`;
/** All of the brands $1, or those of the pairs $2, $3; the title holds $4, the status is $5; behind ($6, $7, $8). */
const FIND = `
  select brand_id, ${COLUMNS} from retailer
   where (brand_id = any($1::int[])
          or (brand_id, retailer_code) in (select b, r from unnest($2::int[], $3::int[]) pair(b, r)))
     and ($4::text is null or strpos(${folded('title')}, ${folded('$4')}) > 0)
     and ($5::text is null or status = $5)
     and ($6::text is null or (title collate "tr-x-icu", brand_id, retailer_code) > ($6, $7::int, $8::int))
   order by title collate "tr-x-icu", brand_id, retailer_code limit $9`;
const SET_STATUS = 'update retailer set status = $3 where brand_id = $1 and retailer_code = $2 and status <> $3';
const DELETE = 'delete from retailer where brand_id = $1 and retailer_code = $2';

export interface Retailers {
  /**
   * Adds a retailer out of a request's body (official API, "Bayi Ekleme"). All faults of form are collected in the
   * order of the fields; faults of state (H230, H231, H253, H067) are looked for only where there are none.
   * @param formKey a uuid of the form: with the same one there is one retailer, and `again` says that it was there
   * @returns null when the body is no JSON object: the door answers H014
   */
  createRetailer(
    scope: BrandScope,
    body: unknown,
    formKey?: string,
  ): Promise<
    { readonly retailerCode: number; readonly again?: true } | { readonly faults: readonly RetailerFault[] } | null
  >;
  /** Oldest first. */
  retailers(scope: BrandScope, page: Page): Promise<{ total: number; list: Retailer[] }>;
  /** By title in the order of the Turkish alphabet, over brands. `next` is null where nothing is left. */
  findRetailers(
    within: readonly RetailerReach[],
    query: {
      /** Part of the title. */
      readonly title?: string | undefined;
      readonly status?: RetailerStatus | undefined;
      readonly after?: RetailerCursor | undefined;
      readonly limit: number;
    },
  ): Promise<{ list: FoundRetailer[]; next: RetailerCursor | null }>;
  /** While a retailer is not active, its people have no part in the organisation (rooms/access/desk.ts). */
  setRetailerStatus(
    scope: BrandScope,
    retailerCode: number,
    status: RetailerStatus,
  ): Promise<'changed' | 'unchanged' | 'unknown'>;
  retailer(scope: BrandScope, retailerCode: number): Promise<Retailer | null>;
  /** Those that exist, by number. */
  retailersByCode(scope: BrandScope, retailerCodes: readonly number[]): Promise<Map<number, Retailer>>;
  /** Those of the numbers that no retailer of the brand has. */
  unknownRetailers(scope: BrandScope, retailerCodes: readonly number[]): Promise<Set<number>>;
  /** `in-use`: there are consents that the retailer may see. */
  deleteRetailer(scope: BrandScope, retailerCode: number): Promise<'deleted' | 'unknown' | 'in-use'>;
}

/** Anything else is no retailer's number, and some of it PostgreSQL would not even compare. */
function isRetailerCode(code: number): boolean {
  return Number.isInteger(code) && code >= RETAILER_CODE_MIN && code <= RETAILER_CODE_MAX;
}

/** An array literal of those that can be a retailer's number. */
function codeList(codes: readonly number[]): string {
  return `{${codes.filter(isRetailerCode).join(',')}}`;
}

function retailerOf(row: RetailerRow): Retailer {
  const [retailerCode, title, name, alias, tckn, tin, mersis, mobile, city, town, status] = row;
  return { retailerCode, title, name, alias, tckn, tin, mersis, mobile, city, town, status };
}

async function lockBrand(connection: Connection, brandId: number): Promise<void> {
  const rows = await connection.rows(LOCK, [brandId]);
  if (rows.length === 0) throw new Error(`brand ${brandId} has no journal`);
}

/** What stands against a well-formed retailer. A passive holder of the number is named as such (H253), wherever it is. */
async function stateFaults(connection: Connection, scope: BrandScope, form: RetailerForm): Promise<RetailerFault[]> {
  const holders = await connection.rows<[number, RetailerStatus, boolean, boolean]>(HOLDERS, [
    scope.facts.providerCode,
    form.tckn,
    form.mersis,
  ]);
  const faults: RetailerFault[] = [];
  const check = (field: 'mersis' | 'tckn', taken: 'H230' | 'H231'): void => {
    const own = holders.filter(([, , mersis, tckn]) => (field === 'mersis' ? mersis : tckn));
    if (own.some(([, status]) => status === 'passive')) faults.push({ code: 'H253', values: { field } });
    else if (own.some(([brandId]) => brandId === scope.brandId)) faults.push({ code: taken });
  };
  check('mersis', 'H230');
  check('tckn', 'H231');
  const [count] = await connection.rows<[number]>(COUNT, [scope.brandId]);
  if ((count?.[0] ?? 0) >= RETAILERS_MAX) faults.push({ code: 'H067', values: { limit: RETAILERS_MAX } });
  return faults;
}

export function openRetailers(options: {
  readonly database: Database;
  readonly clock: Clock;
  readonly draw: Draw;
  readonly retailerUses: RetailerUses;
}): Retailers {
  const { database, clock, draw, retailerUses } = options;

  async function insert(
    connection: Connection,
    scope: BrandScope,
    form: RetailerForm,
    formKey: string | null,
  ): Promise<{ retailerCode: number; again?: true } | { faults: RetailerFault[] }> {
    await lockBrand(connection, scope.brandId);
    const [before] = await connection.rows<[number]>(OF_FORM, [scope.brandId, formKey]);
    if (before !== undefined) return { retailerCode: before[0], again: true };
    for (let attempt = 0; attempt < DRAWS_MAX; attempt++) {
      const faults = await stateFaults(connection, scope, form);
      if (faults.length > 0) return { faults };
      const retailerCode = draw(RETAILER_CODE_MIN, RETAILER_CODE_MAX);
      const written = await connection.run(INSERT, [
        scope.brandId,
        retailerCode,
        form.title,
        form.name,
        form.alias,
        form.tckn,
        form.tin,
        form.mersis,
        form.mobile,
        JSON.stringify(form.city),
        JSON.stringify(form.town),
        form.status,
        clock.nowMs() / 1000,
        formKey,
      ]);
      if (written === 1) return { retailerCode };
    }
    throw new Error(`no free retailer number for brand ${scope.brandId} in ${DRAWS_MAX} draws`);
  }

  async function byCode(scope: BrandScope, codes: readonly number[]): Promise<Map<number, Retailer>> {
    const rows = await database.rows<RetailerRow>(BY_CODE, [scope.brandId, codeList(codes)]);
    return new Map(rows.map((row) => [row[0], retailerOf(row)]));
  }

  return {
    async createRetailer(scope, body, formKey) {
      const checked = checkRetailerForm(body);
      if (checked === null || 'faults' in checked) return checked;
      return await database.transaction((connection) => insert(connection, scope, checked.form, formKey ?? null));
    },

    async retailers(scope, { offset, limit }) {
      const count = await database.rows<[number]>(COUNT, [scope.brandId]);
      const rows = await database.rows<RetailerRow>(LIST, [scope.brandId, offset, limit]);
      return { total: count[0]?.[0] ?? 0, list: rows.map(retailerOf) };
    },

    async findRetailers(within, { title, status, after, limit }) {
      const whole = within.filter(({ retailerCode }) => retailerCode === null);
      const single = within.filter(({ retailerCode }) => retailerCode !== null);
      const rows = await database.rows<[number, ...RetailerRow]>(FIND, [
        `{${whole.map(({ scope }) => scope.brandId).join(',')}}`,
        `{${single.map(({ scope }) => scope.brandId).join(',')}}`,
        `{${single.map(({ retailerCode }) => retailerCode).join(',')}}`,
        title ?? null,
        status ?? null,
        after?.title ?? null,
        after?.brandId ?? null,
        after?.retailerCode ?? null,
        limit + 1,
      ]);
      const list = rows.slice(0, limit).map(([brandId, ...row]) => ({ brandId, ...retailerOf(row) }));
      return { list, next: rows.length > limit ? (list.at(-1) ?? null) : null };
    },

    async setRetailerStatus(scope, code, status) {
      if (!isRetailerCode(code)) return 'unknown';
      if ((await database.run(SET_STATUS, [scope.brandId, code, status])) === 1) return 'changed';
      return (await byCode(scope, [code])).has(code) ? 'unchanged' : 'unknown';
    },

    retailer: async (scope, code) => (await byCode(scope, [code])).get(code) ?? null,
    retailersByCode: byCode,

    async unknownRetailers(scope, codes) {
      if (codes.length === 0) return new Set();
      const rows = await database.rows<[number]>(KNOWN, [scope.brandId, codeList(codes)]);
      const found = new Set(rows.map(([code]) => code));
      return new Set(codes.filter((code) => !found.has(code)));
    },

    async deleteRetailer(scope, code) {
      if (!isRetailerCode(code)) return 'unknown';
      return await database.transaction(async (connection) => {
        await lockBrand(connection, scope.brandId);
        if ((await retailerUses(scope, [code], connection)).has(code)) return 'in-use';
        return (await connection.run(DELETE, [scope.brandId, code])) === 1 ? 'deleted' : 'unknown';
      });
    },
  };
}
