// One registry, one master secret: keys of addresses hang on it, so under another one a recorded refusal would not be
// found and a new consent would count as the first. Nor is the demo loaded into a registry that was set up without it.
// The real server and programs on an outside PostgreSQL.

import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { formatTime } from '@acik-iys/law';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { masterSecret } from '../src/ground/secret.ts';
import { openCaller } from './support/caller.ts';
import { type TestDatabase, testDatabase } from './support/database.ts';
import { startServer } from './support/server-process.ts';

const PROGRAMS = fileURLToPath(new URL('../src/programs/', import.meta.url));
const CONSENTS = '/sps/600100/brands/600100/consents';
const CONSENT = { recipient: '+905329876543', recipientType: 'BIREYSEL', type: 'MESAJ' };
const OTHER_SECRET = '0f'.repeat(32);

let home: string;
let registry: TestDatabase;
const secretFile = (): string => join(home, 'first', 'secret');

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'acik-iys-secret-'));
  registry = await testDatabase();
  // The first start: makes its secret and records a refusal under it.
  await served({ ACIK_IYS_DATA: join(home, 'first') }, async (call) => {
    for (const [status, ago] of [
      ['ONAY', 120],
      ['RET', 60],
    ] as const) {
      const consentDate = formatTime(Math.floor(Date.now() / 1000) - ago);
      const said = await call('POST', CONSENTS, {
        ...CONSENT,
        status,
        source: 'HS_WEB',
        consentDate,
      });
      expect(said.status, said.text).toBe(200);
    }
  });
});
afterAll(async () => {
  await registry.close();
  await rm(home, { recursive: true, force: true });
});

// Each step starts a server or a program: many times the ordinary on a slow and busy machine.
describe('a registry that was served', { timeout: 300_000 }, () => {
  it('is not served without its secret, and none is made', async () => {
    const said = await refused({ ACIK_IYS_DATA: join(home, 'lost') });
    expect(said).toMatch(/^✗ Bu veritabanının ana sırrı bulunamadı.* \/ The master secret of this database .*$/m);
    expect(said).toContain(join(home, 'lost', 'secret'));
    expect(existsSync(join(home, 'lost', 'secret'))).toBe(false);
  });

  it('is not served with another secret, given beside its file or lying in its place', async () => {
    const given = await refused({ ACIK_IYS_DATA: join(home, 'first'), ACIK_IYS_SECRET: OTHER_SECRET });
    expect(given).toMatch(/^✗ ACIK_IYS_SECRET bu veritabanının .* \/ ACIK_IYS_SECRET is not .*$/m);
    expect(given).not.toContain(OTHER_SECRET);

    const elsewhere = await testDatabase();
    try {
      await served({ ACIK_IYS_DATA: join(home, 'other'), DATABASE_URL: elsewhere.url });
    } finally {
      await elsewhere.close();
    }
    const said = await refused({ ACIK_IYS_DATA: join(home, 'other') });
    expect(said).toContain(`${join(home, 'other', 'secret')} is not the master secret of this database`);
  });

  it('is neither changed by setup nor looked at by audit under another secret, or without one', async () => {
    for (const [program, args] of [
      ['setup', ['registrar', '--email', 'yonetici@kayit.example']],
      ['audit', ['--quick']],
    ] as const) {
      const wrong = await run(program, args, { ACIK_IYS_SECRET: OTHER_SECRET });
      expect(wrong.code, wrong.out).toBe(2);
      expect(wrong.err).toMatch(/^✗ .+ \/ ACIK_IYS_SECRET is not the master secret of this database.+\n$/);
      const without = await run(program, args, { ACIK_IYS_DATA: join(home, 'lost') });
      expect(without.code, without.out).toBe(2);
      expect(without.err).toMatch(/^✗ .+ \/ The master secret of this database was not found.+\n$/);
    }
    expect(existsSync(join(home, 'lost', 'secret'))).toBe(false);
    expect(await registry.database.rows(`select from account where role = 'REGISTRAR'`)).toEqual([]);
    const right = await run('audit', ['--quick'], { ACIK_IYS_DATA: join(home, 'first') });
    expect(right.code, right.err + right.out).toBe(0);
  });

  it('is served with its own from anywhere, and the refusal is there', async () => {
    const secret = (await readFile(secretFile(), 'utf8')).trim();
    for (const settings of [
      { ACIK_IYS_DATA: join(home, 'first') },
      { ACIK_IYS_DATA: join(home, 'elsewhere'), ACIK_IYS_SECRET: secret.toUpperCase() },
    ]) {
      const said = await served(settings, (call) => call('POST', `${CONSENTS}/status`, CONSENT));
      expect([said.status, said.body]).toEqual([200, expect.objectContaining({ status: 'RET' })]);
    }
    expect(existsSync(join(home, 'elsewhere', 'secret'))).toBe(false);
  });

  it('keeps a print of the secret that the application may read, not change', async () => {
    const { database } = registry;
    const secret = (await readFile(secretFile(), 'utf8')).trim();
    const [row, ...more] = await database.rows<[string]>('select print from secret_print');
    expect([row?.[0], more]).toEqual([expect.stringMatching(/^[0-9a-f]{32}$/), []]);
    expect(secret).not.toContain(row?.[0]);
    for (const change of [
      `insert into secret_print (print, demo) values ('${'0'.repeat(32)}', false)`,
      `update secret_print set print = '${'0'.repeat(32)}'`,
      'update secret_print set demo = false',
      'delete from secret_print',
      'truncate secret_print',
    ])
      await expect(database.run(change), change).rejects.toMatchObject({ code: '42501' });
    // Nor is there room for a second one, whoever writes it.
    const owner = new pg.Client({ connectionString: registry.url });
    await owner.connect();
    const second = (one: boolean) => owner.query(`insert into secret_print values (${one}, 'x', false)`);
    await expect(second(true)).rejects.toMatchObject({ code: '23505' });
    await expect(second(false)).rejects.toMatchObject({ code: '23514' });
    await owner.end();
  });
});

describe('a registry that was set up without the demo', { timeout: 300_000 }, () => {
  it('is not opened with it, be it empty or not, and opens without', async () => {
    const earnest = await testDatabase();
    const settings = { DATABASE_URL: earnest.url, ACIK_IYS_DATA: join(home, 'earnest') };
    try {
      const sentence = /^✗ .+ ACIK_IYS_DEMO=0 ile açın\. \/ .+ start it with ACIK_IYS_DEMO=0\.$/m;
      await (await startServer({ ...settings, ACIK_IYS_DEMO: '0' })).stop();
      expect(await refused(settings)).toMatch(sentence);
      const setup = await run('setup', ['registrar', '--email', 'yonetici@kayit.example'], settings);
      expect(setup.code, setup.err).toBe(0);
      expect(await refused(settings)).toMatch(sentence);
      const { rows } = earnest.database;
      expect(await rows('select email from account')).toEqual([['yonetici@kayit.example']]);
      expect(await rows('select from provider')).toEqual([]);
      await (await startServer({ ...settings, ACIK_IYS_DEMO: '0' })).stop();
    } finally {
      await earnest.close();
    }
  });
});

describe('starts at once on an empty database', () => {
  it('from several data folders: one makes the secret, the others are refused and leave none behind', async () => {
    const empty = await testDatabase();
    try {
      const folders = Array.from({ length: 6 }, (_, i) => join(home, `at-once-${i}`));
      const starts = await Promise.allSettled(
        folders.map((dataFolder) => masterSecret(empty.url, { secret: undefined, dataFolder, demo: false })),
      );
      const won = starts.flatMap((start) => (start.status === 'fulfilled' ? [start.value] : []));
      expect(won).toHaveLength(1);
      for (const start of starts)
        if (start.status === 'rejected') expect(start.reason).toMatchObject({ code: 'CONFIGURATION' });
      const kept = folders.filter((folder) => existsSync(join(folder, 'secret')));
      expect(kept).toHaveLength(1);
      expect(await readFile(join(kept[0] as string, 'secret'), 'utf8')).toBe(`${won[0]?.toString('hex')}\n`);
    } finally {
      await empty.close();
    }
  });

  it('from one data folder, or with one secret given, they share it', async () => {
    for (const secret of [undefined, OTHER_SECRET]) {
      const empty = await testDatabase();
      try {
        const place = { secret, dataFolder: join(home, `shared-${secret === undefined}`), demo: false };
        const secrets = await Promise.all(Array.from({ length: 6 }, () => masterSecret(empty.url, place)));
        expect(new Set(secrets.map((one) => one.toString('hex'))).size).toBe(1);
      } finally {
        await empty.close();
      }
    }
  });

  it("with different secrets given: one of them is the registry's", async () => {
    const empty = await testDatabase();
    try {
      const given = Array.from({ length: 6 }, (_, i) => `${i}`.repeat(64));
      const starts = await Promise.allSettled(
        given.map((secret) => masterSecret(empty.url, { secret, dataFolder: join(home, 'none'), demo: false })),
      );
      expect(starts.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    } finally {
      await empty.close();
    }
  });
});

// ---------------------------------------------------------------------------------------------------- helpers

type Call = (method: string, path: string, body?: unknown) => ReturnType<ReturnType<typeof openCaller>['call']>;

/** Starts the server on the registry, has `work` call it as the demo's provider 600100, and stops it. */
async function served(settings: Record<string, string>): Promise<void>;
async function served<T>(settings: Record<string, string>, work: (call: Call) => Promise<T>): Promise<T>;
async function served<T>(settings: Record<string, string>, work?: (call: Call) => Promise<T>): Promise<T | undefined> {
  const server = await startServer({ DATABASE_URL: registry.url, ...settings });
  const caller = openCaller(server.url);
  try {
    const token = await caller.token(600100);
    return await work?.((method, path, body) => caller.call(method, path, token, body));
  } finally {
    caller.close();
    await server.stop();
  }
}

/** What a start on the registry says that must not succeed. */
async function refused(settings: Record<string, string>): Promise<string> {
  const outcome = await startServer({ DATABASE_URL: registry.url, ...settings }).catch((error: Error) => error);
  if (outcome instanceof Error) return outcome.message;
  await outcome.stop();
  throw new Error('the server started');
}

/** One of the operators' programs on the registry. */
function run(
  program: string,
  args: readonly string[],
  settings: Record<string, string>,
): Promise<{ code: number; out: string; err: string }> {
  return new Promise((done) => {
    execFile(
      process.execPath,
      [join(PROGRAMS, `${program}.ts`), ...args],
      {
        env: { PATH: process.env['PATH'], DATABASE_URL: registry.url, ACIK_IYS_DATA: join(home, 'first'), ...settings },
      },
      (error, out, err) => done({ code: error === null ? 0 : Number(error.code), out, err }),
    );
  });
}
