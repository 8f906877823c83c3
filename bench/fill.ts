// Brings the database to a number of states by set-based SQL: the same people at each of the bench's brands, granted,
// each by one movement, with journal and counters that agree. The primary keys and indexes of the two large tables are
// dropped before and built anew after, from their own definitions, which takes a tenth of the time at ten millions.

import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { CHANGES, istanbulDay } from '@acik-iys/law';
import pg from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import { DOORS, NOTHING_BEFORE } from '../packages/server/src/rooms/registry/words.ts';
import { filledTelephone, GRANTED_STATE, keys, MESSAGE_KIND } from './addresses.ts';
import { BRANDS } from './words.ts';

/** Out of the seven days that reconciliation makes files for: no such work runs beside the measuring. */
const FIRST_FILL_DAYS_AGO = 40;
const KEYS_AT_ONCE = 10_000;
/** Sorts and index builds of the filler; the server's own connections keep the ordinary settings. */
const WORK_MEMORY = '512MB';

/**
 * @param states states that shall be there from filling, over all brands
 * @param before states that an earlier call has filled
 */
export async function fill(url: string, states: number, before: number): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(`set work_mem = '${WORK_MEMORY}'; set maintenance_work_mem = '${WORK_MEMORY}'`);
    await copyKeys(client, before / BRANDS.length, states / BRANDS.length);
    await client.query('begin');
    const rebuild = [...(await dropIndexes(client, 'consent')), ...(await dropIndexes(client, 'movement'))];
    await insert(client, (states - before) / BRANDS.length);
    for (const statement of rebuild) await client.query(statement);
    await client.query('commit');
    await client.query('drop table bench_key');
    await client.query('vacuum analyze');
    await client.query('checkpoint');
  } finally {
    await client.end();
  }
}

async function copyKeys(client: pg.Client, from: number, to: number): Promise<void> {
  await client.query('create unlogged table bench_key (n bigint, address uuid)');
  function* lines(): Generator<string> {
    for (let at = from; at < to; at += KEYS_AT_ONCE) {
      const telephones = Array.from({ length: Math.min(KEYS_AT_ONCE, to - at) }, (_, i) => filledTelephone(at + i));
      yield keys
        .telephoneKeys(telephones)
        .map((key, i) => `${at - from + i + 1}\t${key}\n`)
        .join('');
    }
  }
  await pipeline(Readable.from(lines()), client.query(copyFrom('copy bench_key from stdin')));
  await client.query('analyze bench_key');
}

/** @returns the statements that make them again */
async function dropIndexes(client: pg.Client, table: string): Promise<string[]> {
  const { rows } = await client.query<{ name: string; index: string; constraint: string | null }>(
    `select i.indexrelid::regclass::text as name, pg_get_indexdef(i.indexrelid) as index,
            pg_get_constraintdef(c.oid) as constraint
       from pg_index i left join pg_constraint c on c.conindid = i.indexrelid
      where i.indrelid = $1::regclass`,
    [table],
  );
  for (const { name, constraint } of rows)
    await client.query(constraint === null ? `drop index ${name}` : `alter table ${table} drop constraint ${name}`);
  return rows.map(({ name, index, constraint }) =>
    constraint === null ? index : `alter table ${table} add constraint ${name} ${constraint}`,
  );
}

async function insert(client: pg.Client, count: number): Promise<void> {
  const brands = [BRANDS];
  const { rows } = await client.query<{ received: number }>(
    `select greatest(date_part('epoch', max(last_at)), $2)::int8 as received
       from brand_journal where brand_id = any($1::int[])`,
    [BRANDS, Math.floor(Date.now() / 1000) - FIRST_FILL_DAYS_AGO * 86_400],
  );
  const received = Number(rows[0]?.received);
  await client.query(
    `insert into movement (brand_id, kind, state, seq, address, consented_at, received_at, nonce, actor, door)
     select j.brand_id, ${MESSAGE_KIND}, ${GRANTED_STATE}, j.last_seq + k.n, k.address,
            to_timestamp(${received - 600}), to_timestamp(${received}), (random() * 281474976710655)::int8, 1,
            ${DOORS.officialBatch}
       from bench_key k cross join brand_journal j where j.brand_id = any($1::int[])
      order by j.brand_id, k.n`,
    brands,
  );
  await client.query(
    `insert into consent (brand_id, kind, state, address, consented_at, last_seq)
     select j.brand_id, ${MESSAGE_KIND}, ${GRANTED_STATE}, k.address, to_timestamp(${received - 600}), j.last_seq + k.n
       from bench_key k cross join brand_journal j where j.brand_id = any($1::int[])
      order by j.brand_id, k.address`,
    brands,
  );
  await client.query(
    `insert into brand_day as d (brand_id, day, kind, state, change, old_state, movements, first_seq, last_seq)
     select brand_id, '${istanbulDay(received)}', ${MESSAGE_KIND}, ${GRANTED_STATE}, ${CHANGES.firstOnay},
            ${NOTHING_BEFORE}, $2::int8,
            last_seq + 1, last_seq + $2::int8
       from brand_journal where brand_id = any($1::int[])
     on conflict (brand_id, day, kind, state, change, old_state) do update
        set movements = d.movements + excluded.movements, last_seq = excluded.last_seq`,
    [BRANDS, count],
  );
  await client.query(
    `update brand_journal set last_seq = last_seq + $2::int8, last_at = to_timestamp(${received})
      where brand_id = any($1::int[])`,
    [BRANDS, count],
  );
}
