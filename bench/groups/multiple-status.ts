// e. Multiple status of 1000 addresses (four of five recorded) against the look-up in bare SQL with keys made and sorted
// beforehand, on as many connections. Rates are addresses per second.

import { words } from '../../packages/server/src/rooms/registry/literals.ts';
import { GRANTED } from '../../packages/server/src/rooms/registry/read-sql.ts';
import { anyOf, filledTelephone, keys, MESSAGE_KIND, unknownTelephone } from '../addresses.ts';
import { openClients } from '../bare-sql.ts';
import { runLoad } from '../http-load.ts';
import { type Row, ratioRow, type Sample, sideBySide } from '../measure.ts';
import type { Stage } from '../stage.ts';
import { BRANDS } from '../words.ts';

const ADDRESSES = 1_000;
const UNKNOWN_EVERY = 5;
const CONNECTIONS = [1, 4];
const LEAST = 0.6;
/** Different lists, so that no list is asked for while its rows are still at hand from the last time. */
const LISTS = 40;

function addressList(stage: Stage): string[] {
  const list = new Set<string>();
  while (list.size < ADDRESSES)
    list.add(
      list.size % UNKNOWN_EVERY === 0 ? unknownTelephone(anyOf(10_000_000)) : filledTelephone(anyOf(stage.filled())),
    );
  return [...list];
}

export function multipleStatusCall(stage: Stage, brand: number): string {
  return stage.toBrand(brand, 'POST', '/consents/BIREYSEL/status/MESAJ', { recipients: addressList(stage) });
}

export async function multipleStatus(stage: Stage): Promise<Row[]> {
  const { quick } = stage.options;
  const seconds = quick ? 1 : 3;
  const lists = Array.from({ length: LISTS }, () => addressList(stage));
  const calls = lists.map((recipients, i) =>
    stage.toBrand(i % BRANDS.length, 'POST', '/consents/BIREYSEL/status/MESAJ', { recipients }),
  );
  const literals = lists.map((list) => words(keys.telephoneKeys(list).sort()));
  const addresses = (sample: Sample): Sample => ({ ...sample, done: sample.done * ADDRESSES });
  const result: Row[] = [];
  for (const connections of CONNECTIONS) {
    let called = 0;
    const clients = await openClients(stage.url, connections);
    const overSql = async (): Promise<Sample> => {
      const latencies: number[] = [];
      const began = performance.now();
      await Promise.all(
        clients.map(async (client) => {
          while (performance.now() - began < seconds * 1000) {
            const from = performance.now();
            const at = called++ % LISTS;
            const values = [BRANDS[at % BRANDS.length], MESSAGE_KIND, literals[at]];
            const { rows } = await client.query({ ...GRANTED, values, rowMode: 'array' });
            if (rows.length < ADDRESSES / 2) throw new Error(`only ${rows.length} addresses were found`);
            latencies.push(performance.now() - from);
          }
        }),
      );
      return addresses({ done: latencies.length, seconds: (performance.now() - began) / 1000, latencies });
    };
    const overHttp = async (): Promise<Sample> =>
      addresses(
        await stage.watched(`multiple-status-${connections}`, () =>
          runLoad({ port: stage.port, connections, seconds, next: () => calls[called++ % LISTS] as string }),
        ),
      );
    await overSql();
    await runLoad({ port: stage.port, connections, seconds: 0.5, next: () => calls[called++ % LISTS] as string });
    const { against, ours } = await sideBySide(quick ? 1 : 3, { against: overSql, ours: overHttp });
    for (const client of clients) await client.end();
    result.push(
      ratioRow({
        group: 'e',
        work: `Multiple status of ${ADDRESSES}, ${connections} connection${connections === 1 ? '' : 's'}, against the look-up in bare SQL`,
        states: stage.states(),
        unit: 'addresses/s',
        ours,
        against,
        least: LEAST,
        megabytes: await stage.megabytes(),
      }),
    );
  }
  return result;
}
