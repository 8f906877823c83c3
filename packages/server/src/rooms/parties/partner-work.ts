// What a partner's people and programs did for a brand, day by day: movements, counted from the brand's journal, and calls
// of the official API, noted as they come.
//
// Movements are counted from where the count before stopped, in steps, when somebody looks and once an hour; so a look
// never goes through a journal, and the count is exact whenever it was last made. Calls are gathered in memory for a few
// seconds: a count that a crash may fall short by.

import { istanbulDay } from '@acik-iys/law';
import type { Clock } from '../../ground/clock.ts';
import type { Database } from '../../ground/database.ts';

/** One step: so many movements of so many brands, some hundred milliseconds at most. */
const STEP = 20_000;
const BRANDS_OF_STEP = 20;
const CALLS_WRITTEN_AFTER_MS = 5_000;
/** Different partners, brands and days in a few seconds; beyond it the calls of further ones are not counted. */
const CALLS_KEPT_MOST = 10_000;

/** What one account did for a provider's brands on one day. */
export interface DayOfWork {
  readonly day: string;
  readonly accountId: number;
  readonly movements: number;
  readonly calls: number;
}

export interface PartnerWork {
  /** Counts one call of the official API. Does not wait. */
  noteCall(accountId: number, brandId: number): void;
  /** Writes the calls that are noted; what cannot be written is tried again with the next ones. */
  writeCalls(): Promise<void>;
  /** Counts what was recorded since; null: for all brands. */
  count(brandIds: readonly number[] | null): Promise<void>;
  /** What a partner did for brands from a day on, newest day first, `limit` rows at most. */
  days(partnerCode: number, brandIds: readonly number[], fromDay: string, limit: number): Promise<DayOfWork[]>;
  /** When it last recorded something for each brand, epoch seconds; brands without are absent. */
  lastRecords(partnerCode: number, brandIds: readonly number[]): Promise<Map<number, number>>;
}

/** Whoever counts has the brands until he commits; the journal's end is that of what is committed. */
const NEXT_STEPS = `
  select c.brand_id, c.seq, least(j.last_seq, c.seq + ${STEP})
    from partner_counted c join brand_journal j on j.brand_id = c.brand_id
   where ($1::int[] is null or c.brand_id = any($1)) and j.last_seq > c.seq
   order by c.brand_id limit ${BRANDS_OF_STEP} for update of c`;
const COUNT = `
  insert into partner_day (brand_id, day, account_id, movements, last_at)
  select m.brand_id, (m.received_at at time zone 'UTC' + interval '3 hours')::date, m.actor, count(*), max(m.received_at)
    from unnest($1::int[], $2::int8[], $3::int8[]) s (brand_id, after, up_to)
    cross join lateral (
      select * from movement x where x.brand_id = s.brand_id and x.seq > s.after and x.seq <= s.up_to offset 0) m
    join account a on a.account_id = m.actor and a.partner_code is not null
   group by 1, 2, 3
  on conflict (brand_id, day, account_id) do update
     set movements = partner_day.movements + excluded.movements,
         last_at = greatest(partner_day.last_at, excluded.last_at)`;
const COUNTED = `
  update partner_counted c set seq = s.up_to
    from unnest($1::int[], $2::int8[]) s (brand_id, up_to) where c.brand_id = s.brand_id`;
const WRITE_CALLS = `
  insert into partner_day (brand_id, day, account_id, calls)
  select * from unnest($1::int[], $2::date[], $3::int[], $4::int8[])
  on conflict (brand_id, day, account_id) do update set calls = partner_day.calls + excluded.calls`;

const list = (values: readonly (number | string)[]): string => `{${values.join(',')}}`;

export function openPartnerWork({
  database,
  clock,
}: {
  readonly database: Database;
  readonly clock: Clock;
}): PartnerWork {
  let noted = new Map<string, number>();
  let writing: NodeJS.Timeout | undefined;

  async function writeCalls(): Promise<void> {
    clearTimeout(writing);
    writing = undefined;
    if (noted.size === 0) return;
    const calls = noted;
    noted = new Map();
    const rows = [...calls].map(([name, count]) => [...name.split(' '), count] as [string, string, string, number]);
    try {
      await database.run(WRITE_CALLS, [
        list(rows.map(([brandId]) => brandId)),
        list(rows.map(([, day]) => day)),
        list(rows.map(([, , accountId]) => accountId)),
        list(rows.map(([, , , count]) => count)),
      ]);
    } catch {
      for (const [name, count] of calls) add(name, count);
    }
  }

  function add(name: string, count: number): void {
    if (noted.size >= CALLS_KEPT_MOST && !noted.has(name)) return;
    noted.set(name, (noted.get(name) ?? 0) + count);
  }

  async function count(brandIds: readonly number[] | null): Promise<void> {
    for (let left = true; left; )
      left = await database.transaction(async (connection) => {
        const steps = await connection.rows<[number, number, number]>(NEXT_STEPS, [brandIds && list(brandIds)]);
        if (steps.length === 0) return false;
        const brands = list(steps.map(([brandId]) => brandId));
        const ends = list(steps.map(([, , upTo]) => upTo));
        await connection.run(COUNT, [brands, list(steps.map(([, after]) => after)), ends]);
        await connection.run(COUNTED, [brands, ends]);
        return steps.length === BRANDS_OF_STEP || steps.some(([, after, upTo]) => upTo - after === STEP);
      });
  }

  return {
    noteCall(accountId, brandId) {
      add(`${brandId} ${istanbulDay(clock.now())} ${accountId}`, 1);
      writing ??= setTimeout(() => void writeCalls(), CALLS_WRITTEN_AFTER_MS).unref();
    },
    writeCalls,
    count,

    async days(partnerCode, brandIds, fromDay, limit) {
      await Promise.all([writeCalls(), count(brandIds)]);
      const rows = await database.rows<[string, number, number, number]>(
        `select to_char(d.day, 'YYYY-MM-DD'), d.account_id, sum(d.movements)::int8, sum(d.calls)::int8
         from partner_day d join account a on a.account_id = d.account_id and a.partner_code = $1
         where d.brand_id = any($2::int[]) and d.day >= $3::date
         group by d.day, d.account_id order by d.day desc, d.account_id limit $4`,
        [partnerCode, list(brandIds), fromDay, limit],
      );
      return rows.map(([day, accountId, movements, calls]) => ({ day, accountId, movements, calls }));
    },

    async lastRecords(partnerCode, brandIds) {
      await count(brandIds);
      const rows = await database.rows<[number, number]>(
        `select d.brand_id, extract(epoch from max(d.last_at))::float8
         from partner_day d join account a on a.account_id = d.account_id and a.partner_code = $1
         where d.brand_id = any($2::int[]) and d.last_at is not null group by d.brand_id`,
        [partnerCode, list(brandIds)],
      );
      return new Map(rows);
    },
  };
}
