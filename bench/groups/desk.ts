// l. The desk at one million consents of one brand: the overview, and a search with the page of the person that is found,
// as a screen asks for them. In a database and a process of their own; milliseconds until the whole answer is here.

import { join } from 'node:path';
import { kindOf, ONAY, RET, SOURCE_NUMBERS, type Statement } from '@acik-iys/law';
import { makeParties, makePeople } from '../../packages/server/src/demo.ts';
import { systemClock } from '../../packages/server/src/ground/clock.ts';
import { openCluster } from '../../packages/server/src/ground/cluster.ts';
import { readConfig } from '../../packages/server/src/ground/config.ts';
import { APP_ROLE, openDatabase } from '../../packages/server/src/ground/database.ts';
import { openLog } from '../../packages/server/src/ground/log.ts';
import { migrate } from '../../packages/server/src/ground/migrate.ts';
import { openHouse } from '../../packages/server/src/house.ts';
import { DOORS, STATEMENTS_MAX } from '../../packages/server/src/rooms/registry/index.ts';
import { percentile, type Row } from '../measure.ts';
import { temporaryFolder } from '../stage.ts';

const BRAND = 600100;
const WRITERS = 6;
/** Every so many consents, so many refusals at the registry's own doors. */
const REFUSED_OF = 50;
const TIMES = 50;
const MOST_MS = 300;

/** @param states consents of the brand */
export async function desk(states: number): Promise<Row[]> {
  const folder = temporaryFolder();
  const cluster = await openCluster({ folder });
  await migrate(cluster.url);
  const database = openDatabase({ url: cluster.url, role: APP_ROLE, connectionsMax: 8 });
  const config = readConfig({ DATABASE_URL: cluster.url, ACIK_IYS_DATA: folder, ACIK_IYS_DEMO: '1' }, folder);
  const house = await openHouse({
    config,
    database,
    clock: systemClock,
    log: openLog('error'),
    secret: Buffer.alloc(32, 1),
    filesFolder: join(folder, 'files'),
  });
  await makeParties(house.rooms);
  await makePeople(house.rooms);
  await fillBrand(house.rooms, states);
  const at = await house.app.listen({ port: 0, host: '127.0.0.1' });
  const entered = await fetch(`${at}/portal/session/demo`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ account: 'clerk' }),
  });
  const cookie = entered.headers.get('set-cookie')?.split(';')[0] ?? '';
  const ask = async <T>(path: string, body?: object): Promise<T> => {
    const response = await fetch(`${at}/portal/organisations/${BRAND}${path}`, {
      method: body === undefined ? 'GET' : 'POST',
      headers: { cookie, ...(body && { 'content-type': 'application/json' }) },
      ...(body && { body: JSON.stringify(body) }),
    });
    if (!response.ok) throw new Error(`${path} was answered ${response.status}`);
    return (await response.json()) as T;
  };
  const search = async (): Promise<void> => {
    const address = telephone(Math.floor(Math.random() * states));
    const { reference } = await ask<{ reference: string }>('/searches', { address });
    await ask(`/people/${reference}`);
  };
  const rows = [
    row('Overview of the desk', states, await timed(() => ask('/overview'))),
    row('Search and the page of the person', states, await timed(search)),
  ];
  await house.close();
  await database.close();
  await cluster.stop();
  return rows;
}

function telephone(n: number): string {
  return `+90532${String(n).padStart(7, '0')}`;
}

async function fillBrand(rooms: Parameters<typeof makePeople>[0], states: number): Promise<void> {
  const principal = await rooms.access.principalOf('api@ornek-perakende.example');
  const answer = principal && rooms.access.brandScope(principal, BRAND, BRAND);
  if (!answer || !('scope' in answer)) throw new Error('the demo has no scope for its own brand');
  const consentedAt = Math.floor(Date.now() / 1_000) - 3_600;
  let filled = 0;
  const write = async (): Promise<void> => {
    while (filled < states) {
      const from = filled;
      filled += STATEMENTS_MAX;
      const consents = Array.from(
        { length: STATEMENTS_MAX },
        (_, i): Statement => ({
          kind: kindOf(i % 2, 0),
          address: telephone(from + i),
          status: ONAY,
          source: SOURCE_NUMBERS.HS_WEB,
          consentedAt,
          retailer: null,
        }),
      );
      await rooms.registry.record(answer.scope, consents, { door: DOORS.demo });
      const refused = consents
        .filter((_, i) => i % REFUSED_OF === 0)
        .map(
          (one) => ({ ...one, status: RET, source: SOURCE_NUMBERS.IYS_WEB, consentedAt: consentedAt + 60 }) as const,
        );
      await rooms.registry.record(answer.scope, refused, { door: DOORS.citizen });
    }
  };
  await Promise.all(Array.from({ length: WRITERS }, write));
}

async function timed(work: () => Promise<unknown>): Promise<number[]> {
  const milliseconds: number[] = [];
  for (let i = 0; i < TIMES; i++) {
    const began = performance.now();
    await work();
    milliseconds.push(performance.now() - began);
  }
  return milliseconds;
}

function row(work: string, states: number, milliseconds: readonly number[]): Row {
  const p99 = percentile(milliseconds, 0.99);
  return {
    group: 'l',
    work,
    states,
    result: `p50 ${percentile(milliseconds, 0.5).toFixed(0)} ms, p99 ${p99.toFixed(0)} ms`,
    reach: `p99 < ${MOST_MS} ms`,
    pass: p99 < MOST_MS,
  };
}
