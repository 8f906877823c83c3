// The registry's counters (`brand_day`), which rounds keep: totals of brands, sums and ranges of days. Nothing here
// counts movements or consents.

import { CHANGES, channelOf, KINDS, type SourceSide, sourceNumberOf, sourceSide } from '@acik-iys/law';
import type { Clock } from '../../ground/clock.ts';
import type { Database } from '../../ground/database.ts';
import type { BrandScope } from '../access/index.ts';
import { numbers } from './literals.ts';
import * as sql from './read-sql.ts';

/** How old a provider's total may be when an add is held against its subscription. */
const TOTAL_FRESH_MS = 1_000;
/** Providers that add within a second; more only cost a query. */
const TOTALS_KEPT = 5_000;

/** A day's movements of one kind from one side's sources. */
export interface DayCount {
  readonly kind: number;
  readonly side: SourceSide;
  /** Consents that were none before. */
  readonly approval: number;
  /** Refusals that ended a consent. */
  readonly rejection: number;
  /** Every movement. */
  readonly total: number;
}

/** Consents, or movements, of one brand, kind and state. */
export interface StateCount {
  readonly brandId: number;
  readonly kind: number;
  readonly state: number;
  readonly count: number;
}

export interface Counters {
  /** Consents that stood at the end of a day, of today until now, on the channels that each scope may read. */
  standingCounts(scopes: readonly BrandScope[], day: string): Promise<StateCount[]>;
  /** Movements from one day to another, both included, on the channels that each scope may read. */
  movementCounts(scopes: readonly BrandScope[], from: string, to: string): Promise<StateCount[]>;
  /** Granted and refused states of brands. */
  totals(brandIds: readonly number[]): Promise<Map<number, { approval: number; rejection: number }>>;
  /** Granted states of brands together, at most a second old: asked before each add where a subscription is bounded. */
  grantedTotal(brandIds: readonly number[]): Promise<number>;
  /** One entry for each kind and side, also where nothing moved. */
  dayCounts(brandId: number, day: string): Promise<DayCount[]>;
  /** First and last number of a day, or null where nothing moved. */
  dayRange(brandId: number, day: string): Promise<{ first: number; last: number } | null>;
  /** Brands that moved on a day. */
  brandsOfDay(day: string): Promise<number[]>;
  /** Number before the first movement of a day, for a feed that reaches back a fixed time. */
  seqBefore(scope: BrandScope, day: string): Promise<number>;
}

export function counters(database: Database, clock: Clock): Counters {
  const grantedTotals = new Map<string, { readonly total: Promise<number>; readonly at: number }>();

  async function totals(brandIds: readonly number[]): Promise<Map<number, { approval: number; rejection: number }>> {
    const rows = await database.rows<[number, number, number]>(sql.BRAND_TOTALS, [numbers(brandIds)]);
    return new Map(rows.map(([brandId, approval, rejection]) => [brandId, { approval, rejection }]));
  }

  async function stateCounts(
    query: string,
    scopes: readonly BrandScope[],
    days: readonly string[],
  ): Promise<StateCount[]> {
    const byBrand = new Map(scopes.map((scope) => [scope.brandId, scope]));
    const rows = await database.rows<[number, number, number, number]>(query, [numbers([...byBrand.keys()]), ...days]);
    return rows
      .map(([brandId, kind, state, count]) => ({ brandId, kind, state, count }))
      .filter(({ brandId, kind }) => byBrand.get(brandId)?.may(channelOf(kind), 'read'));
  }

  return {
    standingCounts: (scopes, day) => stateCounts(sql.STANDING_COUNTS, scopes, [day]),
    movementCounts: (scopes, from, to) => stateCounts(sql.MOVEMENT_COUNTS, scopes, [from, to]),

    totals,

    grantedTotal(brandIds) {
      const name = brandIds.join(' ');
      const now = clock.nowMs();
      const known = grantedTotals.get(name);
      if (known && now - known.at < TOTAL_FRESH_MS && now >= known.at) return known.total;
      if (grantedTotals.size >= TOTALS_KEPT) grantedTotals.clear();
      const total = totals(brandIds).then((all) => [...all.values()].reduce((sum, { approval }) => sum + approval, 0));
      grantedTotals.set(name, { total, at: now });
      total.catch(() => grantedTotals.delete(name));
      return total;
    },

    async dayCounts(brandId, day) {
      const rows = await database.rows<[number, number, number, number]>(sql.DAY_COUNTS, [brandId, day]);
      const counts: DayCount[] = [];
      for (let kind = 0; kind < KINDS; kind++)
        for (const side of ['HS', 'IYS'] as const) {
          const own = rows.filter(([k, state]) => k === kind && sourceSide(sourceNumberOf(state)) === side);
          const sum = (changes: readonly number[]): number =>
            own.reduce((total, [, , change, movements]) => total + (changes.includes(change) ? movements : 0), 0);
          counts.push({
            kind,
            side,
            approval: sum([CHANGES.firstOnay, CHANGES.onayAfterRet]),
            rejection: sum([CHANGES.retAfterOnay]),
            total: sum(Object.values(CHANGES)),
          });
        }
      return counts;
    },

    async dayRange(brandId, day) {
      const rows = await database.rows<[number | null, number | null]>(sql.DAY_RANGE, [brandId, day]);
      const [first, last] = rows[0] ?? [null, null];
      return first === null || last === null ? null : { first, last };
    },

    async brandsOfDay(day) {
      return (await database.rows<[number]>(sql.BRANDS_OF_DAY, [day])).map(([brandId]) => brandId);
    },

    async seqBefore(scope, day) {
      const [row] = await database.rows<[number | null]>(sql.SEQ_BEFORE_DAY, [scope.brandId, day]);
      return row?.[0] ?? 0;
    },
  };
}
