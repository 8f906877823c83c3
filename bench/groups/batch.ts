// b. Batches of 1000 new consents over HTTP against the bare SQL design on as many connections, without address work
// (keys made beforehand: the yardstick) and with it (keys and ciphertexts made a list at a time: told beside). Connection
// i works for brand i; four telephones (MESAJ) to one e-mail (EPOSTA). Everybody records the same number of rows in the
// same mix, all new. Rates are rows per second.

import type pg from 'pg';
import { BATCH, keysOf, newAddresses, wireStatement } from '../addresses.ts';
import { type BareBatch, openClients, recordBare } from '../bare-sql.ts';
import { runLoad } from '../http-load.ts';
import { type Row, ratioRow, type Sample, sideBySide } from '../measure.ts';
import type { Stage } from '../stage.ts';
import { BRANDS } from '../words.ts';

const CONNECTIONS = [1, 4, 16];
const LEAST = 0.75;

function rows(calls: Sample): Sample {
  return { ...calls, done: calls.done * BATCH };
}

/** Records the batches on all clients, each client its own brand. */
async function overSql(clients: readonly pg.Client[], count: number, withAddressWork: boolean): Promise<Sample> {
  const lists = Array.from({ length: count }, () => newAddresses(BATCH));
  const batchOf = (list: { kind: number; address: string }[]): BareBatch => ({
    kinds: list.map(({ kind }) => kind),
    ...keysOf(list),
  });
  const prepared = withAddressWork ? [] : lists.map(batchOf);
  const latencies: number[] = [];
  let next = 0;
  const began = performance.now();
  await Promise.all(
    clients.map(async (client, brand) => {
      for (let at = next++; at < count; at = next++) {
        const from = performance.now();
        await recordBare(client, BRANDS[brand] as number, prepared[at] ?? batchOf(lists[at] as (typeof lists)[number]));
        latencies.push(performance.now() - from);
      }
    }),
  );
  return rows({ done: count, seconds: (performance.now() - began) / 1000, latencies });
}

async function overHttp(stage: Stage, connections: number, count: number): Promise<Sample> {
  const bodies = Array.from({ length: count }, () =>
    JSON.stringify(newAddresses(BATCH).map(({ kind, address }) => wireStatement(kind, address))),
  );
  const heads = Array.from({ length: connections }, (_, brand) =>
    stage.toBrand(brand, 'POST', '/consents/request').replace(/Content-Length: 0\r\n\r\n$/, ''),
  );
  return await stage.watched(`batch-${connections}`, async () =>
    rows(
      await runLoad({
        port: stage.port,
        connections,
        next: (connection) => {
          const body = bodies.pop();
          return body === undefined
            ? null
            : `${heads[connection]}Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;
        },
      }),
    ),
  );
}

export async function batch(stage: Stage): Promise<Row[]> {
  const { quick } = stage.options;
  const count = quick ? 16 : 80;
  const turns = quick ? 1 : 3;
  const result: Row[] = [];
  for (const connections of CONNECTIONS) {
    const clients = await openClients(stage.url, connections);
    const works = {
      sql: () => overSql(clients, count, false),
      worked: () => overSql(clients, count, true),
      http: () => overHttp(stage, connections, count),
    };
    await overSql(clients, connections * 2, false);
    await runLoad({
      port: stage.port,
      connections,
      next: warmUp(stage, connections * 2),
    });
    const states = stage.states();
    const { sql, worked, http } = await sideBySide(turns, works);
    for (const client of clients) await client.end();
    const megabytes = await stage.megabytes();
    const facts = { group: 'b', states, unit: 'rows/s', ours: http };
    const work = `Batches of ${BATCH}, ${connections} connection${connections === 1 ? '' : 's'}`;
    result.push(ratioRow({ ...facts, work: `${work}, against bare SQL`, against: sql, least: LEAST, megabytes }));
    result.push(ratioRow({ ...facts, work: `${work}, against bare SQL with address work`, against: worked }));
  }
  return result;
}

function warmUp(stage: Stage, count: number): (connection: number) => string | null {
  let left = count;
  return (connection) =>
    left-- > 0
      ? stage.toBrand(
          connection,
          'POST',
          '/consents/request',
          newAddresses(BATCH).map(({ kind, address }) => wireStatement(kind, address)),
        )
      : null;
}
