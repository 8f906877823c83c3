// `npm run setup` on a new data folder and beside a running server, up to a token that its accounts get over HTTP.

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { chmod, mkdtemp, rename, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { runningCluster } from '../src/ground/cluster-running.ts';
import { startServer as startOther } from './support/server-process.ts';

const SOURCE = fileURLToPath(new URL('../src/', import.meta.url));
const PASSWORD = 'Kırmızı-Balık-42';

let home: string;
let data: string;
let address: string;
let server: ChildProcess | undefined;

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'acik iys setup-'));
  // mkdtemp gives mode 700; as root another user must come through.
  await chmod(home, 0o755);
  data = join(home, 'data');
});
afterAll(async () => {
  if (server !== undefined && server.exitCode === null) {
    server.kill('SIGTERM');
    await once(server, 'exit');
  }
  await rm(home, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
});

// Each step starts a program, some a database: many times the ordinary on a slow and busy machine.
describe('setup', { timeout: 300_000 }, () => {
  it('makes no registry where there is none, unless it is told to', async () => {
    const said = await run(['registrar', '--email', 'yonetici@kayit.example']);
    expect([said.code, said.err]).toEqual([
      2,
      expect.stringMatching(/^✗ .+ \/ there is no registry here: .+ --new .+\n$/),
    ]);
    expect(said.out).toBe(`Kayıt / registry: ${data}\n`);
    expect(existsSync(data)).toBe(false);
  });

  it('sets up a new data folder with a registrar and a provider, without a server and without the demo', async () => {
    const registrar = await run(['registrar', '--new', '--email', 'yonetici@kayit.example'], {
      ACIK_IYS_NEW_PASSWORD: PASSWORD,
    });
    expect(registrar.code, registrar.err).toBe(0);
    expect(registrar.out).toContain(`Kayıt / registry: ${data}\n`);
    expect(registrar.out).not.toContain(PASSWORD);
    const provider = await run(
      ['provider', '--title', 'Yeni A.Ş.', '--brand-name', 'Yeni', '--code', '700100', '--email', 'api@yeni.example'],
      { ACIK_IYS_NEW_PASSWORD: PASSWORD },
    );
    expect(provider.code, provider.err).toBe(0);
    expect(provider.out).toContain('iysCode 700100, brandCode 700100');
    expect(existsSync(join(data, 'secret'))).toBe(true);

    // As by a plain `npm start`, whose default is the demo.
    await expect(startOther({ ACIK_IYS_DATA: data, ACIK_IYS_DEMO: '' })).rejects.toThrow(
      'set up without the demo; start it with ACIK_IYS_DEMO=0.',
    );
    await startServer();
    const client = new pg.Client({ connectionString: (await runningCluster(data))?.url });
    await client.connect();
    const { rows } = await client.query('select email, role, provider_code from account order by email');
    await client.end();
    expect(rows).toEqual([
      { email: 'api@yeni.example', role: 'API_USER', provider_code: 700100 },
      { email: 'yonetici@kayit.example', role: 'REGISTRAR', provider_code: null },
    ]);
  });

  it('sets up a new outside database only where it is told to, and names it without its password', async () => {
    const admin = new pg.Client({ connectionString: inject('clusterUrl') });
    await admin.connect();
    await admin.query('create database setup_outside template template0');
    const url = new URL(inject('clusterUrl'));
    url.pathname = '/setup_outside';
    const setUp = (...args: string[]) =>
      run(['registrar', '--email', 'yonetici@kayit.example', ...args], {
        DATABASE_URL: url.href,
        ACIK_IYS_DATA: join(home, 'outside'),
      });
    try {
      const refused = await setUp();
      expect([refused.code, refused.err]).toEqual([2, expect.stringContaining('there is no registry here')]);
      expect(refused.out).toBe(`Kayıt / registry: DATABASE_URL (${url.host}/setup_outside)\n`);
      const made = await setUp('--new');
      expect(made.code, made.err).toBe(0);
      const again = await setUp('--new');
      expect([again.code, again.err]).toEqual([2, expect.stringContaining('there is a registry here')]);
    } finally {
      await admin.query('drop database setup_outside with (force)');
      await admin.end();
    }
  });

  it('gives the API user all that a first consent needs', async () => {
    const token = await logIn('api@yeni.example', PASSWORD);
    expect(token.status).toBe(200);
    const answer = await call('POST', '/sps/700100/brands/700100/consents', token.token, {
      recipient: '+905321112233',
      recipientType: 'BIREYSEL',
      type: 'MESAJ',
      status: 'ONAY',
      source: 'HS_WEB',
      consentDate: '2024-01-02 10:00:00',
    });
    // The date is years old (H467): it was judged, by a provider's and a brand's rules.
    expect([answer.status, await answer.text()]).toEqual([422, expect.stringContaining('H467')]);
  });

  it('opens the historic load beside the running server', async () => {
    expect((await run(['policy', '--provider', '700100', '--historic-load', 'open'])).code).toBe(0);
    const { token } = await logIn('api@yeni.example', PASSWORD);
    const historic = {
      recipient: '+905321112233',
      recipientType: 'BIREYSEL',
      type: 'MESAJ',
      status: 'ONAY',
      source: 'HS_2015',
      consentDate: '2015-05-01 00:00:00',
    };
    await until(async () => (await call('POST', '/sps/700100/brands/700100/consents', token, historic)).status === 200);
    expect((await run(['policy', '--provider', '700100', '--strictness', 'welcoming'])).code).toBe(0);
    expect(await query('select strictness, historic_load_open from provider')).toEqual([
      { strictness: 'welcoming', historic_load_open: true },
    ]);
  });

  it('makes a further brand, a partner with a made password, and its rights', async () => {
    const brand = await run(['brand', '--provider', '700100', '--name', 'Yeni Bebek', '--code', '700101']);
    expect(brand.out).toContain('brandCode 700101');
    const partner = await run(['partner', '--title', 'Ortak A.Ş.', '--code', '800100', '--email', 'api@ortak.example']);
    expect(partner.code, partner.err).toBe(0);
    const made = /shown once: (\S{24})$/m.exec(partner.out)?.[1] as string;
    const before = await logIn('api@ortak.example', made);
    expect(before.status).toBe(200);
    const brands = async (): Promise<string> => (await call('GET', '/integrator/800100/sps', before.token)).text();
    expect(
      (await run(['grant', '--partner', '800100', '--brand', '700101', '--mesaj', 'write', '--reconciliation'])).code,
    ).toBe(0);
    expect(await query('select arama, mesaj, eposta, reconciliation, via from partner_grant')).toEqual([
      { arama: 'none', mesaj: 'write', eposta: 'none', reconciliation: true, via: false },
    ]);
    await until(async () => (await brands()).includes('700101'));
    expect((await run(['grant', '--partner', '800100', '--brand', '700101'])).code).toBe(0);
    await until(async () => !(await brands()).includes('700101'));
  });

  it('seats the first owner at the business entrance, and makes an intermediary', async () => {
    const args = ['owner', '--email', 'yetkili@yeni.example', '--name', 'İlk Yetkili', '--provider', '700100'];
    const short = await run(args, { ACIK_IYS_NEW_PASSWORD: 'onbirharfli' });
    expect([short.code, short.err]).toEqual([2, expect.stringContaining('at least 12 characters')]);
    const password = 'ilk yetkilinin uzun parolası';
    expect(await run(args, { ACIK_IYS_NEW_PASSWORD: password })).toMatchObject({ code: 0, err: '' });
    const entered = await fetch(`${address}/portal/session`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ email: 'yetkili@yeni.example', password }),
    });
    expect(await entered.json()).toMatchObject({ person: { name: 'İlk Yetkili' }, next: 'set-up-second-factor' });
    const nobody = await run([...args.slice(0, -1), '5'], { ACIK_IYS_NEW_PASSWORD: password });
    expect([nobody.code, nobody.err]).toEqual([2, expect.stringContaining('no such provider or partner')]);
    const intermediary = await run(['intermediary', '--title', 'Yeni Aracı A.Ş.', '--code', '810100']);
    expect(intermediary.out).toContain('810100');
  });

  it('changes a password from standard input and ends the sessions', async () => {
    const { token } = await logIn('api@yeni.example', PASSWORD);
    const works = async (): Promise<boolean> => (await call('GET', '/sps/700100/brands', token)).status === 200;
    expect(await works()).toBe(true);
    const changed = await run(['password', '--email', 'API@yeni.example', '--password-stdin'], {}, 'Mavi-Balık-42\n');
    expect(changed.code, changed.err).toBe(0);
    expect(changed.out).not.toContain('Mavi');
    await until(async () => !(await works()));
    // The contract answers wrong credentials with 400.
    expect((await logIn('api@yeni.example', PASSWORD)).status).toBe(400);
    expect((await logIn('api@yeni.example', 'Mavi-Balık-42')).status).toBe(200);
  });

  it('shuts an account and opens it again', async () => {
    expect((await run(['disable', '--email', 'api@yeni.example'])).code).toBe(0);
    expect((await logIn('api@yeni.example', 'Mavi-Balık-42')).status).toBe(400);
    expect((await run(['enable', '--email', 'api@yeni.example'])).code).toBe(0);
    expect((await logIn('api@yeni.example', 'Mavi-Balık-42')).status).toBe(200);
  });

  it("sets a provider's own limit, which the server then announces, and takes it back", async () => {
    const { token } = await logIn('api@yeni.example', 'Mavi-Balık-42');
    const announced = async (): Promise<string> =>
      [...(await call('GET', '/sps/700100/brands', token)).headers].map(([, value]) => value).join(' ');
    expect(await announced()).not.toContain('7654');
    const limit = ['limit', '--provider', '700100', '--name', 'requestsPerSecond'];
    expect((await run([...limit, '--amount', '7654'])).code).toBe(0);
    await until(async () => (await announced()).includes('7654'));
    expect((await run([...limit, '--default'])).code).toBe(0);
    await until(async () => !(await announced()).includes('7654'));
  });

  it.each([
    [[], 0, 'npm run setup'],
    [['--help'], 0, 'npm run setup'],
    [['help'], 0, 'npm run setup'],
    [['help', 'provider'], 0, 'npm run setup'],
    [['nothing'], 2, 'unknown command nothing. Help: npm run setup -- help'],
    [['registrar', '--new', '--email', 'a@b.example'], 2, 'there is a registry here'],
    [['provider', '--title', 'X'], 2, '--brand-name eksik. Yardım: npm run setup -- help / --brand-name is missing.'],
    [['provider', '--title', 'X', '--brand-name', 'X', '--password', 'x'], 2, 'not understood'],
    [['provider', '--title', 'X', '--brand-name', 'X', '--code', '700100'], 2, 'the number is taken'],
    [['provider', '--title', 'X', '--brand-name', 'X', '--email', 'api@yeni.example'], 2, 'there is an account'],
    [['provider', '--title', 'X', '--brand-name', 'X', '--until', '2020-01-01'], 2, 'a day to come'],
    [['brand', '--provider', '5', '--name', 'X'], 2, 'no such provider'],
    [['grant', '--partner', '800100', '--brand', '5'], 2, 'no such brand'],
    [['grant', '--partner', '800100', '--brand', '700100', '--mesaj', 'all'], 2, 'none | read | write'],
    [['user', '--email', 'a@b.example'], 2, '--provider or --partner'],
    [['user', '--email', 'a@b.example', '--provider', '5'], 2, 'no such provider or partner'],
    [['password', '--email', 'kimse@yok.example'], 2, 'there is no account'],
    [['limit', '--provider', '700100', '--name', 'x', '--amount', '5'], 2, 'requestsPerSecond |'],
    [['limit', '--provider', '700100', '--name', 'tokensPerHour', '--amount', '5'], 2, 'requestsPerSecond |'],
    [['policy', '--provider', '700100'], 2, 'or both'],
  ] as const)('answers %j with code %i and a sentence', async (args, code, sentence) => {
    const said = await run([...args]);
    expect(said.code, said.err).toBe(code);
    expect(said.out + said.err).toContain(sentence);
    if (code === 2) expect(said.err).toMatch(/^✗ [^\n]+ \/ [^\n]+\n$/);
  });

  it('refuses a short password before it makes anything', async () => {
    const providers = await query('select provider_code from provider');
    const args = ['provider', '--title', 'X', '--brand-name', 'X', '--email', 'x@y.example'];
    const { code, err } = await run(args, { ACIK_IYS_NEW_PASSWORD: 'kısa' });
    expect(code).toBe(2);
    expect(err).toContain('at least 8');
    expect(await query('select provider_code from provider')).toEqual(providers);
  });

  it('refuses an e-mail that no account can have before it makes its provider', async () => {
    const providers = await query('select provider_code from provider');
    const long = `${'a'.repeat(310)}@uzun.example`;
    for (const email of [long, 'örnek@ornek.example', 'ornek']) {
      const { code, err } = await run(['provider', '--title', 'X', '--brand-name', 'X', '--email', email]);
      expect([code, err]).toEqual([2, expect.stringContaining('the e-mail address is not valid')]);
    }
    expect(await query('select provider_code from provider')).toEqual(providers);
  });

  it('leaves a registry alone whose secret is lost, and makes no new one', async () => {
    const secret = join(data, 'secret');
    await rename(secret, join(home, 'secret'));
    const { code, err } = await run(['registrar', '--email', 'ikinci@kayit.example']);
    expect([code, err]).toEqual([2, expect.stringContaining(`or put ${secret} back`)]);
    expect(existsSync(secret)).toBe(false);
    expect(await query(`select from account where email = 'ikinci@kayit.example'`)).toEqual([]);
    await rename(join(home, 'secret'), secret);
  });
});

// ---------------------------------------------------------------------------------------------------- helpers

function run(
  args: string[],
  env: Record<string, string> = {},
  input = '',
): Promise<{ code: number; out: string; err: string }> {
  const child = spawn(process.execPath, [join(SOURCE, 'programs/setup.ts'), ...args], {
    env: { PATH: process.env['PATH'], ACIK_IYS_DATA: data, ...env },
  });
  let out = '';
  let err = '';
  child.stdout.on('data', (bytes: Buffer) => {
    out += bytes.toString();
  });
  child.stderr.on('data', (bytes: Buffer) => {
    err += bytes.toString();
  });
  child.stdin.on('error', () => undefined);
  child.stdin.end(input);
  return new Promise((done) => child.on('close', (code) => done({ code: code ?? -1, out, err })));
}

async function startServer(): Promise<void> {
  const port = await new Promise<number>((done) => {
    const probe = createServer().listen(0, '127.0.0.1', () => {
      const { port: free } = probe.address() as { port: number };
      probe.close(() => done(free));
    });
  });
  const child = spawn(process.execPath, [join(SOURCE, 'main.ts')], {
    env: {
      PATH: process.env['PATH'],
      ACIK_IYS_DATA: data,
      PORT: String(port),
      METRICS_PORT: '0',
      ACIK_IYS_DEMO: '0',
      ACIK_IYS_LOG: 'error',
      // Limits are announced only where they are counted; the general one is out of these tests' way.
      ACIK_IYS_RATE_LIMITS: '1',
      ACIK_IYS_LIMIT_REQUESTS_PER_SECOND: '1000',
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  server = child;
  address = `http://127.0.0.1:${port}`;
  await new Promise<void>((done, fail) => {
    child.stdout.on('data', (bytes: Buffer) => {
      if (bytes.toString().includes('/health/ready')) done();
    });
    child.once('exit', (code) => fail(new Error(`the server ended with ${code}`)));
  });
}

async function query(text: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: (await runningCluster(data))?.url });
  await client.connect();
  try {
    return (await client.query(text)).rows;
  } finally {
    await client.end();
  }
}

async function logIn(username: string, password: string): Promise<{ status: number; token: string }> {
  const answer = await fetch(`${address}/oauth2/token`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ username, password, grant_type: 'password' }),
  });
  const { access_token: token } = (await answer.json()) as { access_token?: string };
  return { status: answer.status, token: token ?? '' };
}

function call(method: string, path: string, token: string, body?: unknown): Promise<Response> {
  return fetch(address + path, {
    method,
    headers: { authorization: `Bearer ${token}`, ...(body !== undefined && { 'content-type': 'application/json' }) },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
}

/** Waits for what the server feels within a second; vitest's time limit ends the wait of what never comes. */
async function until(condition: () => Promise<boolean>): Promise<void> {
  while (!(await condition())) await pause(100);
}
