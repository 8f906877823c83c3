// Bad days at the desk: the server is killed with -9 while a consent waits to be taken back, and while a list is being
// recorded. What was acknowledged is recorded once by the next start; what was not can be sent again as the same.

import { randomUUID } from 'node:crypto';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { formatTime } from '@acik-iys/law';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { anybody, type DeskCaller } from './support/desk.ts';
import { type ServerProcess, startServer } from './support/server-process.ts';

const RETAIL = { organisation: 600100 };
const ROWS = 50;
/** Longer than the ten seconds that a consent waits, on a slow machine. */
const PATIENCE = { timeout: 60_000, interval: 200 };

let home: string;
let server: ServerProcess | undefined;
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'acik iys desk-'));
  // mkdtemp gives mode 700; as root, PostgreSQL's user must come through.
  await chmod(home, 0o755);
});
afterEach(async () => {
  await server?.stop();
  server = undefined;
  await rm(home, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
});

async function start(): Promise<ServerProcess> {
  server = await startServer({ ACIK_IYS_DATA: join(home, 'data') });
  return server;
}

/** A caller of the running server; the session outlives it. */
function callerOf({ url }: ServerProcess, cookie = ''): DeskCaller {
  const caller = anybody({
    async call(method, path, { body, headers } = {}) {
      const response = await fetch(url + path, {
        method,
        headers: { ...headers, ...(body !== undefined && { 'content-type': 'application/json' }) },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      });
      const bytes = Buffer.from(await response.arrayBuffer());
      const text = bytes.toString();
      return { status: response.status, headers: response.headers, body: JSON.parse(text), text, bytes };
    },
  });
  caller.cookie = cookie;
  return caller;
}

async function enter(process: ServerProcess): Promise<DeskCaller> {
  const caller = callerOf(process);
  await caller.call('POST /session/demo', { body: { account: 'clerk' } });
  return caller;
}

async function movementsOf(caller: DeskCaller, address: string) {
  const { body } = await caller.call('POST /organisations/:organisation/searches', {
    params: RETAIL,
    body: { address },
  });
  const page = await caller.call('GET /organisations/:organisation/people/:reference', {
    params: { ...RETAIL, reference: body.reference },
  });
  return page.body.movements ?? [];
}

function consent(recipient: string) {
  const consentDate = formatTime(Math.floor(Date.now() / 1_000) - 60);
  return {
    type: 'MESAJ',
    recipient,
    recipientType: 'BIREYSEL',
    status: 'ONAY',
    source: 'HS_WEB',
    consentDate,
  } as const;
}

it('records a consent that waited when the server was killed, once', async () => {
  const first = await start();
  const before = await enter(first);
  const given = await before.call('POST /organisations/:organisation/entries', {
    params: RETAIL,
    body: { key: randomUUID(), consent: { brandId: 600100, ...consent('+905397770001') } },
  });
  expect(given.body.state).toBe('waiting');
  await first.kill();

  const caller = callerOf(await start(), before.cookie);
  const params = { ...RETAIL, entryId: given.body.entryId };
  const state = async () =>
    (await caller.call('GET /organisations/:organisation/entries/:entryId', { params })).body.state;
  await expect.poll(state, PATIENCE).toBe('recorded');
  expect(await movementsOf(caller, '+905397770001')).toHaveLength(1);
});

it('records a list once, also when the server was killed while it was sent', async () => {
  const first = await start();
  const before = await enter(first);
  const rows = Array.from({ length: ROWS }, (_, n) => consent(`+9053988800${String(n).padStart(2, '0')}`));
  const body = { key: randomUUID(), brandId: 600100, rows };
  const sent = before
    .call('POST /organisations/:organisation/lists/records', { params: RETAIL, body })
    .catch(() => undefined);
  await first.kill();
  await sent;

  const caller = callerOf(await start(), before.cookie);
  const again = () => caller.call('POST /organisations/:organisation/lists/records', { params: RETAIL, body });
  // Where the first try had taken the list and not recorded it, a minute passes before another may.
  await expect.poll(async () => (await again()).status, { timeout: 100_000, interval: 500 }).toBe(200);
  expect((await again()).body.rows.map(({ outcome }) => outcome)).toEqual(rows.map(() => 'recorded'));
  for (const { recipient } of rows.slice(0, 3)) expect(await movementsOf(caller, recipient)).toHaveLength(1);
});
