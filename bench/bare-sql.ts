// The yardstick of adding: the registry's SQL design and nothing around it. Lock the journal, read the states, judge
// (everything is new, so there is nothing to weigh), write states, movements and counters, move the journal, commit. The
// statements are the registry's own, imported: what slows them slows both sides, and nothing else can slow this one.

import { istanbulDay } from '@acik-iys/law';
import pg from 'pg';
import { bytesOrNull, numbers, words } from '../packages/server/src/rooms/registry/literals.ts';
import * as sql from '../packages/server/src/rooms/registry/round-sql.ts';
import { DOORS } from '../packages/server/src/rooms/registry/words.ts';
import { GRANTED_STATE } from './addresses.ts';

const NONCE_BELOW = 2 ** 48;
const ACTOR = 1;

export interface BareBatch {
  readonly kinds: readonly number[];
  readonly keys: readonly string[];
  readonly sealed: readonly (string | null)[];
}

export async function openClients(url: string, count: number): Promise<pg.Client[]> {
  return await Promise.all(
    Array.from({ length: count }, async () => {
      const client = new pg.Client({ connectionString: url });
      await client.connect();
      return client;
    }),
  );
}

/** Records one batch of one brand. */
export async function recordBare(client: pg.Client, brandId: number, batch: BareBatch): Promise<void> {
  const run = async (query: { name?: string; text: string }, values: unknown[]): Promise<unknown[][]> =>
    (await client.query({ ...query, values, rowMode: 'array' })).rows as unknown[][];
  const count = batch.keys.length;
  const brand = numbers([brandId]);
  const each = (value: number): string => numbers(new Array<number>(count).fill(value));
  const brands = each(brandId);
  await client.query('begin');
  const [journal] = await run(sql.LOCK_WAITING, [brand]);
  const start = Number((journal as unknown[])[1]);
  const now = Math.floor(Date.now() / 1000);
  const kinds = numbers(batch.kinds);
  const keys = words(batch.keys);
  const found = await run(sql.READ, [brand, brands, kinds, keys]);
  if (found.length > 0) throw new Error('the bare SQL expects new rows only');

  const days = new Map<number, { n: number; first: number; last: number }>();
  batch.kinds.forEach((kind, i) => {
    const seq = start + i + 1;
    const day = days.get(kind);
    if (day) {
      day.n += 1;
      day.last = seq;
    } else days.set(kind, { n: 1, first: seq, last: seq });
  });
  const seqs = numbers(batch.keys.map((_, i) => start + i + 1));
  const states = each(GRANTED_STATE);
  const dates = each(now - 60);
  await run(sql.WRITE_CONSENTS, [
    brand,
    brands,
    kinds,
    keys,
    states,
    dates,
    seqs,
    null,
    null,
    bytesOrNull(batch.sealed),
  ]);
  await run(sql.WRITE_MOVEMENTS, [
    brand,
    brands,
    seqs,
    kinds,
    keys,
    states,
    null,
    dates,
    each(now),
    null,
    numbers(batch.keys.map(() => Math.floor(Math.random() * NONCE_BELOW))),
    each(ACTOR),
    each(DOORS.officialBatch),
    null,
    null,
    numbers(batch.keys.map((_, i) => i)),
    null,
    null,
  ]);
  const counted = [...days];
  await run(sql.COUNT_DAYS, [
    brand,
    numbers(counted.map(() => brandId)),
    words(counted.map(() => istanbulDay(now))),
    numbers(counted.map(([kind]) => kind)),
    numbers(counted.map(() => GRANTED_STATE)),
    numbers(counted.map(() => 0)),
    numbers(counted.map(([, { n }]) => n)),
    numbers(counted.map(([, { first }]) => first)),
    numbers(counted.map(([, { last }]) => last)),
  ]);
  await run(sql.MOVE_JOURNALS, [brand, brand, numbers([start + count]), numbers([now]), numbers([0])]);
  await client.query('commit');
}
