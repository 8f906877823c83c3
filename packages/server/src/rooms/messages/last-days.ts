// Refusals that nobody has taken over and whose last day has come (law.md, rule 11), told on each business day in the
// morning to the owners and managers of the brand: those whose last day is today, and those of the next business day, so
// that who works from Monday to Friday hears of Monday's on Friday.
//
// Promises: a brand is told once a day, whichever process comes first: its row in `last_day_told` is written in the
// transaction of the messages. What a crash rolled back, or a server that was down missed, is made up on the same day.

import { type Calendar, type Day, istanbulDay, startOfDay } from '@acik-iys/law';
import type { Clock } from '../../ground/clock.ts';
import type { Connection, Database } from '../../ground/database.ts';
import { errorFields, type Log } from '../../ground/log.ts';
import type { Holders, Telling } from './telling.ts';

/** Epoch seconds into the day (Istanbul) from which on people are told. */
const MORNING_SECONDS = 8 * 3_600;
/** Whether it is morning is looked for this often. */
const LOOK_EVERY_MS = 60_000;
/** Which days were told is of no use afterwards. */
const KEPT_DAYS = 30;

/** Refusals of a brand with one last day: those within these numbers of its journal. */
export interface Ending {
  readonly brandId: number;
  /** Sending must have stopped by its end (law.md, rule 11). */
  readonly day: Day;
  readonly firstSeq: number;
  readonly lastSeq: number;
}

/** What is asked of the room `refusals`. */
export interface Endings {
  /** Where refusals of the registry's own doors lie whose last day one of these is; brands without any are absent. */
  endings(lastDays: readonly Day[]): Promise<Ending[]>;
  /** How many of them were not taken over. */
  openOf(connection: Connection, ending: Ending): Promise<number>;
}

export interface LastDaysOptions {
  readonly database: Database;
  readonly clock: Clock;
  readonly log: Log;
  readonly calendar: Calendar;
  readonly holders: Holders;
  readonly refusals: Endings;
}

export function openLastDays(
  { database, clock, log, calendar, holders, refusals }: LastDaysOptions,
  { tell, wake }: Pick<Telling, 'tell' | 'wake'>,
) {
  /** The last day whose brands were all told, as far as this process knows. */
  let done: Day | undefined;
  let looking: NodeJS.Timeout | undefined;
  let working: Promise<void> = Promise.resolve();

  /** @returns accounts that were told */
  async function tellBrand(connection: Connection, today: Day, endings: readonly Ending[]): Promise<readonly number[]> {
    const [brandId] = endings.map((ending) => ending.brandId);
    const claimed = await connection.run(
      'insert into last_day_told (brand_id, day) values ($1, $2) on conflict do nothing',
      [brandId, today],
    );
    if (claimed === 0) return [];
    const days: { day: Day; count: number }[] = [];
    for (const ending of endings) {
      const count = await refusals.openOf(connection, ending);
      if (count > 0) days.push({ day: ending.day, count });
    }
    const [row] = await connection.rows<[number, string]>('select provider_code, name from brand where brand_id = $1', [
      brandId,
    ]);
    if (days.length === 0 || brandId === undefined || row === undefined) return [];
    const [organisation, brand] = row;
    const accounts = await holders(connection, { organisation, roles: ['owner', 'manager'], brandId });
    return await tell(connection, { accounts, kind: 'refusals-last-day', details: { brandId, brand, days } });
  }

  async function tellLastDays(): Promise<void> {
    const now = clock.now();
    const today = istanbulDay(now);
    if (done === today || now < startOfDay(today) + MORNING_SECONDS || !calendar.isBusinessDay(today)) return;
    const found = await refusals.endings([today, calendar.addBusinessDays(today, 1)]);
    let whole = true;
    for (const [brandId, endings] of Map.groupBy(found, (ending) => ending.brandId)) {
      try {
        wake(await database.transaction((connection) => tellBrand(connection, today, endings)));
      } catch (error) {
        whole = false;
        log.warn('last_day.failed', { brand: brandId, ...errorFields(error) });
      }
    }
    if (whole) done = today;
  }

  /** One look at a time; what failed is tried again by the next. */
  function look(): void {
    working = working.then(tellLastDays).catch((error: unknown) => log.warn('last_days.failed', errorFields(error)));
  }

  return {
    tellLastDays,
    async expire(): Promise<void> {
      await database.run('delete from last_day_told where day < $1::date - $2::int', [
        istanbulDay(clock.now()),
        KEPT_DAYS,
      ]);
    },
    start(): void {
      looking = setInterval(look, LOOK_EVERY_MS);
      look();
    },
    async stop(): Promise<void> {
      clearInterval(looking);
      await working;
    },
  };
}
