// h. A refusal's way while others load the server (single adds and status calls on 32 connections): after its answer the
// next status call must know it, single and multiple; and a citizen's refusal must reach the brand's push address, a real
// HTTP receiver in this process.

import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { filledTelephone, MESSAGE_KIND, wireKey, wireStatement } from '../addresses.ts';
import { HttpConnection, runLoad } from '../http-load.ts';
import { percentile, type Row } from '../measure.ts';
import type { Stage } from '../stage.ts';
import { BRANDS } from '../words.ts';
import { addCall, statusCall } from './small-calls.ts';

const LOAD_CONNECTIONS = 32;
const PUSH_P99_MOST_MS = 1_000;
/** How long pushes may be under way after the last refusal before they count as lost. */
const PUSH_WAIT_MS = 10_000;
/** Refusals take the brand's filled telephones, one each. */
const VISIBLE_BRAND = 48;
const PUSH_BRAND = 49;

export async function refusal(stage: Stage): Promise<Row[]> {
  const stop = new AbortController();
  let calls = 0;
  const load = runLoad({
    port: stage.port,
    connections: LOAD_CONNECTIONS,
    signal: stop.signal,
    next: () => (calls++ % 2 === 0 ? addCall(stage) : statusCall(stage)),
  });
  try {
    return [await visible(stage), ...(await pushed(stage))];
  } finally {
    stop.abort();
    await load;
  }
}

async function visible(stage: Stage): Promise<Row> {
  const count = stage.options.quick ? 200 : 2_000;
  const writer = await HttpConnection.open(stage.port);
  const reader = await HttpConnection.open(stage.port);
  let misses = 0;
  for (let i = 0; i < count; i++) {
    const address = filledTelephone(i);
    const add = wireStatement(MESSAGE_KIND, address, 'RET', 0);
    const added = await writer.ask(stage.toBrand(VISIBLE_BRAND, 'POST', '/consents', add));
    if (added.status !== 200) throw new Error(`a refusal was answered ${added.status}: ${added.body.toString()}`);
    const status = await reader.ask(stage.toBrand(VISIBLE_BRAND, 'POST', '/consents/status', wireKey(address)));
    const granted = await reader.ask(
      stage.toBrand(VISIBLE_BRAND, 'POST', '/consents/BIREYSEL/status/MESAJ', { recipients: [address] }),
    );
    const isKnown =
      (JSON.parse(status.body.toString()) as { status: string }).status === 'RET' &&
      (JSON.parse(granted.body.toString()) as { list: string[] }).list.length === 0;
    if (!isKnown) misses += 1;
  }
  writer.close();
  reader.close();
  return {
    group: 'h',
    work: `${count} refusals under load: answered, and not known to the next status call`,
    result: `${misses}`,
    reach: '0',
    pass: misses === 0,
  };
}

async function pushed(stage: Stage): Promise<Row[]> {
  const count = stage.options.quick ? 100 : 1_000;
  const arrivedAt = new Map<string, number>();
  const receiver = createServer((request, response) => {
    // Registration tries an address out without credentials first and wants them asked for.
    if (request.headers.authorization === undefined) {
      request.resume();
      response.writeHead(401).end();
      return;
    }
    const pieces: Buffer[] = [];
    request.on('data', (piece: Buffer) => pieces.push(piece));
    request.on('end', () => {
      const now = performance.timeOrigin + performance.now();
      const { list } = JSON.parse(Buffer.concat(pieces).toString()) as { list: { recipient: string }[] };
      for (const { recipient } of list) arrivedAt.set(recipient, arrivedAt.get(recipient) ?? now);
      response.writeHead(200).end();
    });
  });
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/iys`;
  const connection = await HttpConnection.open(stage.port);
  const push = { url, type: 'MESAJ', username: 'bench', password: 'Bench-Parola' };
  const registered = await connection.ask(
    stage.toBrand(PUSH_BRAND, 'POST', '/push/registration', { connection: [push] }),
  );
  if (registered.status !== 200)
    throw new Error(`push was answered ${registered.status}: ${registered.body.toString()}`);
  const answeredAt = new Map<string, number>();
  for (let i = 0; i < count; i++) {
    const address = filledTelephone(i);
    answeredAt.set(address, await stage.ask({ do: 'refuse', brandId: BRANDS[PUSH_BRAND] as number, address }));
    await pause(10);
  }
  const isHere = (): boolean => [...answeredAt.keys()].every((address) => arrivedAt.has(address));
  for (const end = performance.now() + PUSH_WAIT_MS; !isHere() && performance.now() < end; ) await pause(20);
  await connection.ask(stage.toBrand(PUSH_BRAND, 'POST', '/push/unregistration', push));
  connection.close();
  receiver.closeAllConnections();
  receiver.close();
  const delays = [...answeredAt].map(([address, at]) =>
    Math.max(0, (arrivedAt.get(address) ?? Number.POSITIVE_INFINITY) - at),
  );
  const p99 = percentile(delays, 0.99);
  return [
    {
      group: 'h',
      work: `${count} citizens' refusals under load: from recorded to the push receiver, p50 / p99`,
      result: `${percentile(delays, 0.5).toFixed(0)} / ${p99.toFixed(0)} ms`,
      reach: `p99 < ${PUSH_P99_MOST_MS} ms`,
      pass: p99 < PUSH_P99_MOST_MS,
      megabytes: await stage.megabytes(),
    },
  ];
}
