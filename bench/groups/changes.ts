// f. The changes feed in pages of 1000 (source=HS, following the cursor) against COPY of the same rows to the client: page
// by page, and as one COPY of each brand for comparison. Each connection reads its own brand from the beginning, again
// and again. Rates are rows per second.

import type pg from 'pg';
import { to as copyTo } from 'pg-copy-streams';
import { openClients } from '../bare-sql.ts';
import { runLoad } from '../http-load.ts';
import { type Row, ratioRow, type Sample, sideBySide } from '../measure.ts';
import type { Stage } from '../stage.ts';
import { BRANDS } from '../words.ts';

const PAGE = 1_000;
const CONNECTIONS = [1, 4];
const LEAST = 0.3;
const COLUMNS = `seq, kind, address, state, old_state, consented_at, received_at, prev_seq, actor, door, retailer, nonce,
  overtaken, restores, request_id, request_index`;
/** `{"after":"<seconds>_<64 hex digits>` opens the answer; the digits begin with the movement's number. */
const CURSOR = /^\{"after":"(\d+_([0-9a-f]{16})[0-9a-f]{48})"/;
const CURSOR_BYTES = 100;

async function copy(client: pg.Client, brandId: number, after: number, limit: number): Promise<number> {
  let rows = 0;
  const stream = client.query(
    copyTo(`copy (select ${COLUMNS} from movement where brand_id = ${brandId} and seq > ${after} and state < 200
                   order by seq limit ${limit}) to stdout`),
  );
  for await (const chunk of stream as AsyncIterable<Buffer>)
    for (let at = chunk.indexOf(10); at >= 0; at = chunk.indexOf(10, at + 1)) rows += 1;
  return rows;
}

async function overCopy(clients: readonly pg.Client[], seconds: number, limit: number, end: number): Promise<Sample> {
  const latencies: number[] = [];
  let done = 0;
  const began = performance.now();
  await Promise.all(
    clients.map(async (client, brand) => {
      for (let after = 0; performance.now() - began < seconds * 1000; after = (after + limit) % end) {
        const from = performance.now();
        done += await copy(client, BRANDS[brand] as number, after, limit);
        latencies.push(performance.now() - from);
      }
    }),
  );
  return { done, seconds: (performance.now() - began) / 1000, latencies };
}

/** Calls that follow each connection's cursor; `done` counts rows. */
export function feedReader(stage: Stage): {
  next: (connection: number) => string;
  onAnswer: (connection: number, body: Buffer) => void;
  done: () => number;
} {
  const end = stage.filled();
  const cursors: string[] = [];
  const numbers: number[] = [];
  let done = 0;
  return {
    next: (connection) =>
      stage.toBrand(
        connection,
        'GET',
        `/consents/changes?source=HS&limit=${PAGE}${cursors[connection] ? `&after=${cursors[connection]}` : ''}`,
      ),
    onAnswer(connection, body) {
      const [, after, hex] = CURSOR.exec(body.toString('latin1', 0, CURSOR_BYTES)) ?? [];
      if (after === undefined) throw new Error(`no cursor in ${body.toString('latin1', 0, CURSOR_BYTES)}`);
      const seq = Number.parseInt(hex as string, 16);
      done += seq - (numbers[connection] ?? 0);
      numbers[connection] = seq >= end ? 0 : seq;
      cursors[connection] = seq >= end ? '' : after;
    },
    done: () => done,
  };
}

export async function changes(stage: Stage): Promise<Row[]> {
  const { quick } = stage.options;
  const seconds = quick ? 1 : 3;
  const end = stage.filled();
  const result: Row[] = [];
  for (const connections of CONNECTIONS) {
    const clients = await openClients(stage.url, connections);
    const overHttp = async (): Promise<Sample> => {
      const reader = feedReader(stage);
      const calls = await stage.watched(`changes-${connections}`, () =>
        runLoad({ port: stage.port, connections, seconds, ...reader }),
      );
      return { ...calls, done: reader.done() };
    };
    await overCopy(clients, 0.5, PAGE, end);
    await runLoad({ port: stage.port, connections, seconds: 0.5, ...feedReader(stage) });
    const { pages, whole, ours } = await sideBySide(quick ? 1 : 3, {
      pages: () => overCopy(clients, seconds, PAGE, end),
      whole: () => overCopy(clients, seconds, end, end),
      ours: overHttp,
    });
    for (const client of clients) await client.end();
    const work = `Changes in pages of ${PAGE}, ${connections} connection${connections === 1 ? '' : 's'}`;
    const facts = { group: 'f', states: stage.states(), unit: 'rows/s', ours };
    const megabytes = await stage.megabytes();
    result.push(
      ratioRow({ ...facts, work: `${work}, against COPY of the same pages`, against: pages, least: LEAST, megabytes }),
    );
    result.push(ratioRow({ ...facts, work: `${work}, against one COPY a brand`, against: whole }));
  }
  return result;
}
