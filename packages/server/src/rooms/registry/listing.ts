// Movements of some days, newest first, by page. The counters say on which days, and between which numbers, there is
// something to be found; within a day it is looked for in pieces, so that a filter that finds little costs little.

import { ONAY, RET, type SourceSide, type Status } from '@acik-iys/law';
import type { Database } from '../../ground/database.ts';
import type { AddressKeys } from '../../ground/keys.ts';
import type { BrandScope } from '../access/index.ts';
import { openMovements } from './addresses.ts';
import { numbers } from './literals.ts';
import type { Movement } from './movements.ts';
import { DAYS_WITH, NEWEST } from './read-sql.ts';

/** Numbers that one statement looks at, and statements of one page: a page may end before it is full. */
const PIECE = 20_000;
const PIECES_MAX = 20;

export interface ListingQuery {
  /** First and last day, `YYYY-MM-DD`. */
  readonly from: string;
  readonly to: string;
  readonly kinds: readonly number[];
  readonly status?: Status | undefined;
  readonly side?: SourceSide | undefined;
  /** The page goes on below this number. */
  readonly before?: number | undefined;
  readonly limit: number;
}

export interface Listing {
  /** `next` is null where nothing is left. */
  newest(scope: BrandScope, query: ListingQuery): Promise<{ list: Movement[]; next: number | null }>;
}

export function listing(database: Database, keys: AddressKeys): Listing {
  return {
    async newest({ brandId }, { from, to, kinds, status, side, before = Number.MAX_SAFE_INTEGER, limit }) {
      const filter = [numbers(kinds), status === undefined ? null : status === 'ONAY' ? ONAY : RET, side ?? null];
      const days = await database.rows<[number, number]>(DAYS_WITH, [brandId, from, to, ...filter]);
      const list: Movement[] = [];
      let pieces = 0;
      for (const [first, last] of days)
        for (let top = Math.min(before, last + 1); top > first; ) {
          if (pieces++ === PIECES_MAX) return { list, next: top };
          const bottom = Math.max(first - 1, top - 1 - PIECE);
          const missing = limit + 1 - list.length;
          const rows = await database.rows(NEWEST, [brandId, bottom, top, missing, ...filter]);
          list.push(...openMovements(keys, brandId, rows));
          if (list.length > limit) return { list: list.slice(0, limit), next: list[limit - 1]?.seq ?? null };
          top = bottom + 1;
        }
      return { list, next: null };
    },
  };
}
