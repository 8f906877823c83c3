// Bad days of the whole server: its processes are killed with -9 at random moments under load, its database is stopped,
// cut off and silenced. After each: everything that was acknowledged is there once, nothing is there that nobody sent or
// that was answered 503, the feed has no hole, and the next start is by itself.

import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Cluster, openCluster } from '../src/ground/cluster.ts';
import { type Caller, codesOf, openCaller, type Said, wireTime } from './support/caller.ts';
import { Ledger } from './support/ledger.ts';
import { LONG, seeded, testSeed } from './support/random.ts';
import { backends, embeddedUrl, postmasterPid, type ServerProcess, startServer } from './support/server-process.ts';
import { type WeakLink, weakLink } from './support/weak-link.ts';

const ROUNDS = LONG ? 50 : 3;
/** Enough calls in flight that every kill meets a round at work. */
const WRITERS = 24;
/** Calls that must be acknowledged before a kill and after what is to be survived. */
const WARM = 50;
/** The kill comes at a random moment within so much time, in milliseconds: many rounds long. */
const MOMENT_MS = 600;
/** The time after which the long form counts as hanging. */
const HANGING_MS = LONG ? 3_600_000 : 180_000;

let home: string;
let server: ServerProcess | undefined;
let ledger: Ledger | undefined;

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'acik iys crash-'));
  // mkdtemp gives mode 700; as root, PostgreSQL's user must come through.
  await chmod(home, 0o755);
});

afterEach(async ({ task }) => {
  ledger?.close();
  if (task.result?.state === 'fail') console.log(server?.printed() ?? '');
  await server?.stop();
  server = undefined;
  ledger = undefined;
  await rm(home, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
});

function kill(pid: number): boolean {
  try {
    process.kill(pid, 'SIGKILL');
    return true;
  } catch {
    return false;
  }
}

describe('kill -9 under load', () => {
  test(`of server, backend and postmaster, ${ROUNDS} times`, { timeout: HANGING_MS }, async () => {
    const random = seeded(testSeed('kill -9'));
    const data = join(home, 'data');
    const start = (): Promise<ServerProcess> => startServer({ ACIK_IYS_DATA: data });
    server = await start();
    ledger = new Ledger({ random, writers: WRITERS });
    for (let round = 0; round < ROUNDS; round++) {
      const victim = (['server', 'backend', 'postmaster'] as const)[round % 3] as 'server' | 'backend' | 'postmaster';
      await ledger.start(server.url);
      await ledger.afterAcknowledged(WARM);
      await pause(random.below(MOMENT_MS));
      if (victim === 'server') {
        ledger.serverIsGone();
        await server.kill();
        await ledger.stop();
        server = await start();
      } else if (victim === 'backend') {
        // A backend may end by itself between the look and the kill.
        while (!kill(random.pick(backends(postmasterPid(data)))));
        await ledger.afterAcknowledged(WARM);
        await ledger.stop();
      } else {
        ledger.serverIsGone();
        kill(postmasterPid(data));
        // By design: it says so and ends with an error; whoever keeps it running starts it again.
        expect(await server.ended).toBe(1);
        expect(server.printed()).toContain('PostgreSQL ended, the server is closing.');
        await ledger.stop();
        server = await start();
      }
      // The new start has another port.
      await ledger.start(server.url);
      await ledger.afterAcknowledged(WARM);
      await ledger.stop();
      await ledger.repeatUnanswered();
      await ledger.verify(embeddedUrl(data));
    }
    await ledger.verifyFromTheBeginning();
    expect(await server.stop()).toBe(0);
  });
});

describe('an outside database', () => {
  let cluster: Cluster;
  let link: WeakLink;
  let caller: Caller;
  let running: ServerProcess;
  let outside: string;

  /** The address of the database past the weak link. */
  function directUrl(): string {
    return cluster.url;
  }

  // One server through all of it: it is never started again.
  beforeAll(async () => {
    outside = await mkdtemp(join(tmpdir(), 'acik iys outside-'));
    await chmod(outside, 0o755);
    cluster = await openCluster({ folder: join(outside, 'outside') });
    link = await weakLink(cluster.port);
    const url = new URL(cluster.url);
    url.port = String(link.port);
    running = await startServer({ DATABASE_URL: url.href, ACIK_IYS_DATA: join(outside, 'data') });
    caller = openCaller(running.url);
  });

  afterAll(async () => {
    caller.close();
    expect(await running.stop()).toBe(0);
    await link.close();
    await cluster.stop();
    await rm(outside, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
  });

  test('that is stopped and started again is survived; what got 503 is not there', async () => {
    const random = seeded(testSeed('outside database'));
    ledger = new Ledger({ random, writers: WRITERS });
    await ledger.start(running.url);
    await ledger.afterAcknowledged(WARM);
    await cluster.stop();
    const denied = ledger.denied;
    while (ledger.denied < denied + WARM) await pause(5);
    expect((await caller.call('GET', '/health/ready')).status).toBe(503);
    expect((await caller.call('GET', '/health/live')).status).toBe(200);
    cluster = await openCluster({ folder: join(outside, 'outside') });
    link.target(cluster.port);
    await ledger.afterAcknowledged(WARM);
    await ledger.stop();
    await ledger.verify(directUrl());
    expect((await caller.call('GET', '/health/ready')).status).toBe(200);
  });

  test('whose backends are all ended, again and again, is survived', async () => {
    const random = seeded(testSeed('ended backends'));
    const owner = new pg.Client({ connectionString: directUrl() });
    await owner.connect();
    ledger = new Ledger({ random, writers: WRITERS });
    await ledger.start(running.url);
    for (let time = 0; time < 10; time++) {
      await ledger.afterAcknowledged(WARM);
      const { rows } = await owner.query(
        `select count(pg_terminate_backend(pid))::int as ended from pg_stat_activity
          where pid <> pg_backend_pid() and application_name = 'acik-iys'`,
      );
      expect(rows[0].ended).toBeGreaterThan(0);
    }
    await ledger.afterAcknowledged(WARM);
    await ledger.stop();
    await owner.end();
    await ledger.verify(directUrl());
  });

  test('that is cut off, again and again, is survived', async () => {
    const random = seeded(testSeed('cut off'));
    ledger = new Ledger({ random, writers: WRITERS });
    await ledger.start(running.url);
    for (let time = 0; time < 10; time++) {
      await ledger.afterAcknowledged(WARM);
      link.cut();
      await pause(random.below(200));
      link.mend();
    }
    await ledger.afterAcknowledged(WARM);
    await ledger.stop();
    await ledger.verify(directUrl());
  });

  async function add(token: string, recipient: string, consentDate: string): Promise<Said> {
    return await caller.call('POST', '/sps/600100/brands/600100/consents', token, {
      recipient,
      type: 'MESAJ',
      source: 'HS_WEB',
      status: 'ONAY',
      consentDate,
      recipientType: 'BIREYSEL',
    });
  }

  async function history(token: string, recipient: string): Promise<unknown> {
    const said = await caller.call('POST', '/sps/600100/brands/600100/consents/history', token, {
      recipient,
      type: 'MESAJ',
      recipientType: 'BIREYSEL',
    });
    return (said.body as { list: { transactionId: string }[] }).list.map(({ transactionId }) => transactionId);
  }

  test.each([
    ['that did its work', true],
    ['that never arrived', false],
  ])('a COMMIT in doubt %s is looked up: the caller gets its one movement', async (_, delivered) => {
    const token = await caller.token(600100);
    const date = wireTime(Math.floor(Date.now() / 1000) - 3_600);
    for (let n = 0; n < 5; n++) {
      const recipient = `+9053355500${delivered ? 1 : 2}${n}`;
      const happened = link.cutAtCommit(delivered);
      const said = await add(token, recipient, date);
      await happened;
      expect([said.status, said.text]).toEqual([200, expect.stringContaining('transactionId')]);
      expect(await history(token, recipient)).toEqual([(said.body as { transactionId: string }).transactionId]);
    }
  });

  test('that falls silent: every call ends by its deadline with 503, and later ones work', async () => {
    const token = await caller.token(600100);
    const date = wireTime(Math.floor(Date.now() / 1000) - 3_600);
    expect((await add(token, '+905335550100', date)).status).toBe(200);
    link.hush();
    const key = { recipient: '+905335550100', type: 'MESAJ', recipientType: 'BIREYSEL' };
    const silent = await Promise.all([
      add(token, '+905335550101', date),
      caller.call('POST', '/sps/600100/brands/600100/consents/status', token, key),
      caller.call('POST', '/sps/600100/brands/600100/consents/history', token, key),
    ]);
    expect(silent.map((said) => [said.status, codesOf(said)])).toEqual(silent.map(() => [503, 'H192']));
    link.mend();
    expect(await history(token, '+905335550101')).toEqual([]);
    expect((await add(token, '+905335550101', date)).status).toBe(200);
    expect(await history(token, '+905335550101')).toHaveLength(1);
  });
});
