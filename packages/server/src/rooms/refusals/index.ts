// Refusals to follow: who said no, by when sending must have stopped, and whether the
// provider took it over.
//
// Taken over is what reached the provider's own lists: reported by itself, acknowledged by its push address, passed by a later call of
// `changes` (whoever asks for what comes after a movement has it), fetched as a file, or ticked by a person. None of it
// is asked of the provider twice, and nothing here changes a consent: the refusal is in force from its recording on.

import {
  type Calendar,
  CHANNELS,
  channelOf,
  type Day,
  istanbulDay,
  periodEnd,
  periodInForce,
  sourceNumberOf,
  sourceSide,
  startOfDay,
} from '@acik-iys/law';
import type { Clock } from '../../ground/clock.ts';
import type { Database } from '../../ground/database.ts';
import { errorFields, type Log } from '../../ground/log.ts';
import type { BrandScope, DeskBrand } from '../access/index.ts';
import type { Endings } from '../messages/index.ts';
import type { Movement, Registry } from '../registry/index.ts';
import * as sql from './sql.ts';

export { OPEN_COUNTED } from './sql.ts';

export type TakeOverWay = 'own' | 'push' | 'changes' | 'file' | 'tick';

export interface TakenOver {
  readonly way: TakeOverWay;
  /** Epoch seconds; null where only the order is known (push). */
  readonly at: number | null;
  /** Account of the person or program. */
  readonly accountId: number | null;
}

export interface FollowedRefusal {
  readonly movement: Movement;
  /** Sending must have stopped before this second (law.md, rule 11). */
  readonly stopBy: number;
  readonly takenOver: TakenOver | null;
}

/** Where a list of several brands goes on: the number below which each brand's refusals are still to come. */
export type RefusalCursor = Readonly<Record<number, number>>;

/** Refusals of a brand that were not taken over yet. */
export interface OpenRefusals {
  /** At most OPEN_COUNTED. */
  readonly count: number;
  readonly more: boolean;
  /** The nearest moment by which sending must have stopped; null: all of those are over. */
  readonly stopBy: number | null;
}

export interface DayOfRefusals {
  readonly day: string;
  /** By channel, in the order of CHANNELS. */
  readonly byChannel: readonly number[];
}

export interface Refusals extends Endings {
  /** Newest first, over brands. `next` is null where nothing is left. */
  list(
    brands: readonly DeskBrand[],
    query: {
      readonly after?: RefusalCursor | undefined;
      readonly channel?: number | undefined;
      readonly openOnly?: boolean;
      readonly limit: number;
    },
  ): Promise<{ list: FollowedRefusal[]; next: RefusalCursor | null }>;
  /** How many each brand has that were not taken over, on the channels that may be read; brands without are absent. */
  open(brands: readonly DeskBrand[]): Promise<Map<number, OpenRefusals>>;
  /** What came after the numbers at which an account looked last, at most `limit` a brand. */
  since(brands: readonly DeskBrand[], accountId: number, limit: number): Promise<NewRefusals>;
  /** The account has seen what came up to a number of each brand; it never has seen less than before. */
  seen(accountId: number, upTo: readonly SeenUpTo[]): Promise<void>;
  /** Ticks refusals, or takes their ticks away: those of the brand that may be read. @returns how many that changed */
  tick(brand: DeskBrand, seqs: readonly number[], done: boolean): Promise<number>;
  /** Notes that a caller asks for what comes after a number: it has what came before. Does not wait. */
  passed(scope: BrandScope, way: 'changes' | 'file', seq: number): void;
  /** Refusals a day and channel from the counters, oldest day first; the last day is today. */
  days(brands: readonly DeskBrand[], count: number): Promise<DayOfRefusals[]>;
  stopBy(receivedAt: number): number;
  /** Push addresses of these brands that were given up. */
  parked(brands: readonly DeskBrand[]): Promise<number>;
}

export interface SeenUpTo {
  readonly brandId: number;
  readonly seq: number;
}

export interface NewRefusals {
  readonly list: FollowedRefusal[];
  /** Number of each brand up to which was looked. */
  readonly upTo: readonly SeenUpTo[];
  /** Epoch seconds of the last look; null: never. */
  readonly sinceAt: number | null;
  /** A brand had more than were read. */
  readonly more: boolean;
}

const FAR = Number.MAX_SAFE_INTEGER;
const DAY_SECONDS = 86_400;
/** Callers of `changes` remembered, so that a poll that brings nothing new writes nothing. */
const REMEMBERED_MAX = 10_000;

export function openRefusals({
  database,
  clock,
  log,
  calendar,
  registry,
}: {
  readonly database: Database;
  readonly clock: Clock;
  readonly log: Log;
  readonly calendar: Calendar;
  readonly registry: Registry;
}): Refusals {
  const passedBefore = new Map<string, number>();

  function stopBy(receivedAt: number): number {
    const period = periodInForce('stop-after-refusal', istanbulDay(receivedAt));
    if (period === undefined) throw new Error('no period says when sending must stop');
    return periodEnd(calendar, period, receivedAt);
  }

  /** Days of refusals whose last day this is. The later the refusal, the later its last day. */
  function daysEndingOn(lastDay: Day): Day[] {
    const days: Day[] = [];
    for (let at = startOfDay(lastDay) - DAY_SECONDS; ; at -= DAY_SECONDS) {
      const ends = istanbulDay(stopBy(at) - 1);
      if (ends < lastDay) return days;
      if (ends === lastDay) days.push(istanbulDay(at));
    }
  }

  /** What a brand's take-overs cover, asked once for a page of its refusals. */
  async function takeOvers(
    brandId: number,
    seqs: readonly number[],
  ): Promise<(movement: Movement) => TakenOver | null> {
    if (seqs.length === 0) return () => null;
    const ticks = await database.rows<[number, number, number]>(
      `select seq, account_id, extract(epoch from at)::float8 from refusal_tick
       where brand_id = $1 and seq = any($2::int8[])`,
      [brandId, `{${seqs.join(',')}}`],
    );
    const covering = await database.rows<[TakeOverWay, number | null, number, number, number | null]>(sql.COVERING, [
      brandId,
    ]);
    const ticked = new Map(ticks.map(([seq, accountId, at]) => [seq, { way: 'tick' as const, at, accountId }]));
    return ({ seq, kind, state, actor, receivedAt }) => {
      const channel = kind >> 1;
      if (sourceSide(sourceNumberOf(state)) === 'HS') return { way: 'own', at: receivedAt, accountId: actor };
      const covered = covering.find(([, , channels, upTo]) => upTo >= seq && (channels & (1 << channel)) !== 0);
      if (covered !== undefined) return { way: covered[0], at: covered[4], accountId: covered[1] };
      return ticked.get(seq) ?? null;
    };
  }

  async function follow(brandId: number, movements: readonly Movement[]): Promise<FollowedRefusal[]> {
    const takenOver = await takeOvers(
      brandId,
      movements.map(({ seq }) => seq),
    );
    return movements.map((movement) => ({
      movement,
      stopBy: stopBy(movement.receivedAt),
      takenOver: takenOver(movement),
    }));
  }

  /** Refusals of a brand between two numbers, newest first, on channels that may be read. */
  async function read(
    { brandId, scope }: DeskBrand,
    {
      afterSeq = 0,
      beforeSeq,
      channel,
      openOnly = false,
      limit,
    }: {
      readonly afterSeq?: number;
      readonly beforeSeq: number;
      readonly channel?: number | undefined;
      readonly openOnly?: boolean | undefined;
      readonly limit: number;
    },
  ): Promise<Movement[]> {
    const channels = channelMask(scope) & (channel === undefined ? -1 : 1 << channel);
    if (channels === 0 || beforeSeq <= afterSeq + 1) return [];
    const rows = await database.rows<[number]>(openOnly ? sql.OPEN_PAGE : sql.PAGE, [
      brandId,
      afterSeq,
      beforeSeq,
      channels,
      limit,
    ]);
    const seqs = rows.map(([seq]) => seq);
    return (await registry.movements(scope, seqs)).sort((one, other) => other.seq - one.seq);
  }

  return {
    stopBy,

    async list(brands, { after, channel, openOnly, limit }) {
      const before = new Map(brands.map(({ brandId }) => [brandId, after ? (after[brandId] ?? 0) : FAR]));
      const pages = await Promise.all(
        brands.map((brand) => read(brand, { beforeSeq: before.get(brand.brandId) ?? 0, channel, openOnly, limit })),
      );
      // Only as far back as every brand was read: what lies behind may be older than another brand's next.
      const merged = pages.flat().sort((one, other) => other.receivedAt - one.receivedAt || other.seq - one.seq);
      const taken = merged.slice(0, limit);
      const left = merged.length > taken.length || pages.some(({ length }) => length === limit);
      for (const { brandId, seq } of taken) before.set(brandId, Math.min(before.get(brandId) ?? FAR, seq));
      const byBrand = Map.groupBy(taken, ({ brandId }) => brandId);
      const followed = await Promise.all([...byBrand].map(([brandId, own]) => follow(brandId, own)));
      return { list: followed.flat().sort(newestFirst), next: left ? Object.fromEntries(before) : null };
    },

    async open(brands) {
      const masks = brands.map(({ scope }) => channelMask(scope));
      const rows = await database.rows<[number, string, number]>(sql.OPEN_DAYS, [
        `{${brands.map(({ brandId }) => brandId).join(',')}}`,
        `{${masks.join(',')}}`,
      ]);
      const now = clock.now();
      return new Map(
        [...Map.groupBy(rows, ([brandId]) => brandId)].map(([brandId, days]) => {
          const all = days.reduce((sum, [, , count]) => sum + count, 0);
          const stops = days.map(([, day]) => stopBy(startOfDay(day))).filter((at) => at > now);
          const nearest = stops.length === 0 ? null : Math.min(...stops);
          return [brandId, { count: Math.min(all, sql.OPEN_COUNTED), more: all > sql.OPEN_COUNTED, stopBy: nearest }];
        }),
      );
    },

    async since(brands, accountId, limit) {
      const visits = await database.rows<[number, number, number]>(
        'select brand_id, seq, extract(epoch from at)::float8 from visit where account_id = $1',
        [accountId],
      );
      const seqs = new Map(visits.map(([brandId, seq]) => [brandId, seq]));
      const pages = await Promise.all(
        brands.map(async (brand) => {
          const { brandId } = brand;
          const last = await registry.lastSeq(brandId);
          const afterSeq = seqs.get(brandId) ?? 0;
          const found = await read(brand, { afterSeq, beforeSeq: last + 1, limit: limit + 1 });
          return { brandId, last, more: found.length > limit, list: await follow(brandId, found.slice(0, limit)) };
        }),
      );
      return {
        list: pages.flatMap(({ list }) => list).sort(newestFirst),
        upTo: pages.map(({ brandId, last }) => ({ brandId, seq: last })),
        sinceAt: visits.length === 0 ? null : Math.max(...visits.map(([, , at]) => at)),
        more: pages.some(({ more }) => more),
      };
    },

    async seen(accountId, upTo) {
      await database.run(sql.SEEN, [
        accountId,
        `{${upTo.map(({ brandId }) => brandId).join(',')}}`,
        `{${upTo.map(({ seq }) => seq).join(',')}}`,
        clock.now(),
      ]);
    },

    async tick({ brandId, scope }, seqs, done) {
      const which = [brandId, `{${seqs.join(',')}}`, channelMask(scope)];
      return done
        ? await database.run(sql.TICK, [...which, scope.facts.actor, clock.now()])
        : await database.run(sql.UNTICK, which);
    },

    passed(scope, way, seq) {
      const { actor } = scope.facts;
      const name = `${scope.brandId} ${actor} ${way}`;
      if (seq <= (passedBefore.get(name) ?? 0)) return;
      if (passedBefore.size >= REMEMBERED_MAX) passedBefore.clear();
      passedBefore.set(name, seq);
      const channels = channelMask(scope);
      database
        .run(
          `insert into fetched_up_to (brand_id, way, account_id, channels, seq, at)
           values ($1, $2, $3, $4, $5, to_timestamp($6))
           on conflict (brand_id, way, account_id, channels)
           do update set seq = excluded.seq, at = excluded.at where fetched_up_to.seq < excluded.seq`,
          [scope.brandId, way, actor, channels, seq, clock.now()],
        )
        .catch((error: unknown) => {
          // Said again by the next call; until then the refusal shows as open, which errs on the safe side.
          passedBefore.delete(name);
          log.warn('refusals.passed_failed', errorFields(error));
        });
    },

    async endings(lastDays) {
      const found = await Promise.all(
        lastDays.map(async (day) => {
          const rows = await database.rows<[number, number, number]>(
            `select brand_id, min(first_seq), max(last_seq) from brand_day
             where day = any($1::date[]) and (state & 1) = 0 and state >= 200 group by brand_id`,
            [`{${daysEndingOn(day).join(',')}}`],
          );
          return rows.map(([brandId, firstSeq, lastSeq]) => ({ brandId, day, firstSeq, lastSeq }));
        }),
      );
      return found.flat();
    },

    async openOf(connection, { brandId, firstSeq, lastSeq }) {
      const [row] = await connection.rows<[number]>(sql.OPEN_COUNT, [brandId, firstSeq, lastSeq]);
      return row?.[0] ?? 0;
    },

    async days(brands, count) {
      const today = istanbulDay(clock.now());
      const rows = await database.rows<[string, number, number]>(
        `select to_char(day, 'YYYY-MM-DD'), kind, sum(movements)::int8 from brand_day
         where brand_id = any($1::int[]) and day > $2::date - $3::int and (state & 1) = 0
         group by day, kind`,
        [`{${brands.map(({ brandId }) => brandId).join(',')}}`, today, count],
      );
      const start = Date.parse(`${today}T00:00:00Z`);
      return Array.from({ length: count }, (_, at) => {
        const day = new Date(start - (count - 1 - at) * 86_400_000).toISOString().slice(0, 10);
        const own = rows.filter(([of]) => of === day);
        return {
          day,
          byChannel: CHANNELS.map((channel) =>
            own.reduce((sum, [, kind, movements]) => sum + (channelOf(kind) === channel ? movements : 0), 0),
          ),
        };
      });
    },

    async parked(brands) {
      const [row] = await database.rows<[number]>(
        `select count(*)::int from push_address where brand_id = any($1::int[]) and status = 'parked'`,
        [`{${brands.map(({ brandId }) => brandId).join(',')}}`],
      );
      return row?.[0] ?? 0;
    },
  };

  /** Channels that may be read, a bit each. */
  function channelMask(scope: BrandScope): number {
    return scope.readableChannels().reduce((mask, channel) => mask | (1 << channel), 0);
  }

  function newestFirst(one: FollowedRefusal, other: FollowedRefusal): number {
    return other.movement.receivedAt - one.movement.receivedAt || other.movement.seq - one.movement.seq;
  }
}
