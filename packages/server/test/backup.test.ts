// Backup and restore with the real server under load: the folder is lost, and everything that was acknowledged before
// the backup's end is back, found over HTTP and by the audit.

import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { appendFile, chmod, cp, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { formatTime } from '@acik-iys/law';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Manifest } from '../src/ground/backup.ts';

const OPERATORS = readFileSync(new URL('../../../docs/operators.md', import.meta.url), 'utf8');
const SOURCE = fileURLToPath(new URL('../src/', import.meta.url));
const ACCOUNT = { username: 'api@ornek-perakende.example', password: 'Ornek-Parola-600100' };
const CONSENTS = '/sps/600100/brands/600100/consents';
/** As many callers as keep a small machine writing without a pause. */
const CALLERS = 8;

let home: string;
let data: string;
const servers: ChildProcess[] = [];

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'acik iys backup-'));
  // mkdtemp gives mode 700; as root another user must come through.
  await chmod(home, 0o755);
  data = join(home, 'data');
});
afterAll(async () => {
  for (const server of servers) server.kill('SIGKILL');
  await databaseGone();
  await rm(home, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
});

// Servers, databases and copies of them: many times the ordinary on a slow and busy machine.
describe('a backup', { timeout: 600_000 }, () => {
  const backup = (): string => join(home, 'yedek');
  /** Time of the answer in milliseconds, by address. */
  const acknowledged = new Map<string, number>();
  let manifest: Manifest;
  let secret: string;

  it('is taken from a server under load', async () => {
    const server = await startServer(data);
    const token = await logIn(server.address);
    let writing = true;
    let number = 0;
    const caller = async (): Promise<void> => {
      while (writing) {
        const recipient = `+90535${(++number).toString().padStart(7, '0')}`;
        const answer = await post(server.address, CONSENTS, token, consent(recipient));
        expect(answer.status).toBe(200);
        acknowledged.set(recipient, Date.now());
      }
    };
    const callers = Array.from({ length: CALLERS }, caller);
    const ended = Promise.all(callers);
    await until(() => acknowledged.size > 100);
    const { code, out, err } = await run('backup', asDocumented('backup', { '/backups/2026-11-25': backup() }), data);
    const beforeEnd = acknowledged.size;
    await until(() => acknowledged.size > beforeEnd + 100);
    writing = false;
    await ended;
    expect(code, err).toBe(0);
    expect(out).toContain('NOT in it');
    manifest = JSON.parse(await readFile(join(backup(), 'backup.json'), 'utf8')) as Manifest;
    const times = [...acknowledged.values()];
    const during = times.filter((at) => at > Date.parse(manifest.startedAt) && at < Date.parse(manifest.endedAt));
    expect(during.length).toBeGreaterThan(10);
    secret = (await readFile(join(data, 'secret'), 'utf8')).trim();

    server.process.kill('SIGKILL');
    await once(server.process, 'exit');
    await databaseGone();
    await rm(data, { recursive: true });
  });

  it('holds what its manifest says, for its owner alone, and no secret', async () => {
    expect(manifest.withSecret).toBe(false);
    expect(manifest.files.length).toBeGreaterThan(500);
    const paths = new Set(
      (await readdir(backup(), { recursive: true, withFileTypes: true })).flatMap((entry) =>
        entry.isFile() ? [join(entry.parentPath, entry.name).slice(backup().length + 1)] : [],
      ),
    );
    expect(paths).toEqual(new Set([...manifest.files.map(({ path }) => path), 'backup.json']));
    expect((await stat(backup())).mode & 0o777).toBe(0o700);
    for (const path of paths) {
      expect((await stat(join(backup(), path))).mode & 0o777, path).toBe(0o600);
      expect(readFileSync(join(backup(), path)).includes(secret), path).toBe(false);
    }
    expect(readdirSync(home).filter((name) => name.includes('.making-'))).toEqual([]);
  });

  it('is not restored without the secret, with a wrong one, or when a file has changed', async () => {
    const refused = async (args: string[], env: Record<string, string> = {}): Promise<string> => {
      const { code, err } = await run('restore', args, data, env);
      expect(code, err).toBe(2);
      expect(err.trim().split('\n').at(-1)).toMatch(/^✗ .+ \/ .+$/);
      return err;
    };
    expect(await refused(['--from', backup()])).toContain('not in the backup');
    expect(await refused(['--from', backup()], { ACIK_IYS_SECRET: '0'.repeat(64) })).toContain("not this backup's");
    expect(await refused(['--from', join(home, 'nothing')])).toContain('backup.json');
    expect(existsSync(data)).toBe(false);

    const changed = join(home, 'changed');
    await cp(backup(), changed, { recursive: true });
    const [segment] = manifest.files.filter(({ path }) => path.includes('/pg_wal/'));
    await appendFile(join(changed, segment?.path as string), 'x');
    expect(await refused(['--from', changed], { ACIK_IYS_SECRET: secret })).toContain('pg_wal');
    expect(existsSync(join(data, 'postgres'))).toBe(false);
    await rm(changed, { recursive: true });
    await rm(data, { recursive: true, force: true });
  });

  it('comes back on an empty folder with everything that was acknowledged before its end', async () => {
    await writeFile(join(home, 'sir.txt'), `${secret}\n`);
    const places = { '/backups/2026-11-25': backup(), '/vault/acik-iys-secret': join(home, 'sir.txt') };
    const back = await run('restore', asDocumented('restore', places), data);
    expect(back.code, back.err + back.out).toBe(0);
    expect(back.out).toContain('0 kusur');
    expect(back.err).toContain('Yedek yerleştiriliyor / bringing the backup in\n');
    expect(back.err).not.toContain('Veritabanı kuruluyor');
    await databaseGone();
    expect((await stat(join(data, 'secret'))).mode & 0o777).toBe(0o600);

    const server = await startServer(data);
    const token = await logIn(server.address);
    const due = [...acknowledged].filter(([, at]) => at < Date.parse(manifest.endedAt)).map(([recipient]) => recipient);
    expect(due.length).toBeGreaterThan(100);
    const missing: string[] = [];
    for (let at = 0; at < due.length; at += 1000) {
      const recipients = due.slice(at, at + 1000);
      const answer = await post(server.address, `${CONSENTS}/BIREYSEL/status/MESAJ`, token, { recipients });
      if (answer.status !== 200) throw new Error(await answer.text());
      const { list } = (await answer.json()) as { list: string[] };
      const granted = new Set(list);
      missing.push(...recipients.filter((recipient) => !granted.has(recipient)));
    }
    expect(missing).toEqual([]);

    // It goes on writing where it stands, and is whole.
    expect((await post(server.address, CONSENTS, token, consent('+905361111111'))).status).toBe(200);
    const audit = await run('audit', [], data);
    expect(audit.code, audit.out).toBe(0);
    server.process.kill('SIGTERM');
    await once(server.process, 'exit');
  });

  it('is not restored over a registry that is there', async () => {
    const before = await readdir(data);
    const { code, err } = await run('restore', ['--from', backup()], data, { ACIK_IYS_SECRET: secret });
    expect(code).toBe(2);
    expect(err).toContain('is not empty');
    expect(await readdir(data)).toEqual(before);
  });

  it('is taken without a server too, with the secret where asked for, and then restores by itself', async () => {
    const whole = join(home, 'whole');
    const taken = await run('backup', ['--to', whole, '--with-secret'], data);
    expect(taken.code, taken.err).toBe(0);
    expect(taken.out).toContain('IN the backup');
    await databaseGone();
    const other = join(home, 'other');
    const back = await run('restore', ['--from', whole], other);
    expect(back.code, back.err).toBe(0);
    expect(await readFile(join(other, 'secret'), 'utf8')).toBe(`${secret}\n`);
    await databaseGone();
  });

  it('is refused in clear words: folder taken, folder within the data, no registry, another secret, no folder named', async () => {
    await mkdir(join(home, 'full'));
    await writeFile(join(home, 'full', 'something'), '');
    for (const [args, folder, settings] of [
      [['--to', join(home, 'full')], data, {}],
      [['--to', join(data, 'backup')], data, {}],
      [['--to', join(home, 'new')], join(home, 'no-such-data'), {}],
      // Its manifest would bear the print of a secret that does not open it.
      [['--to', join(home, 'new')], data, { ACIK_IYS_SECRET: '0'.repeat(64) }],
      [[], data, {}],
      [['--into', 'x'], data, {}],
    ] as const) {
      const { code, err } = await run('backup', [...args], folder, settings);
      expect(code, err).toBe(2);
      expect(err).toMatch(/^✗ .+ \/ .+\n$/);
    }
    expect(readdirSync(join(home, 'full'))).toEqual(['something']);
    expect(existsSync(join(home, 'new'))).toBe(false);
    expect(existsSync(join(home, 'no-such-data'))).toBe(false);
  });
});

// ---------------------------------------------------------------------------------------------------- helpers

interface RunningServer {
  readonly process: ChildProcess;
  readonly address: string;
}

function environment(folder: string, more: Record<string, string> = {}): NodeJS.ProcessEnv {
  return { PATH: process.env['PATH'], ACIK_IYS_DATA: folder, METRICS_PORT: '0', ...more };
}

async function startServer(folder: string): Promise<RunningServer> {
  const port = await freePort();
  const child = spawn(process.execPath, [join(SOURCE, 'main.ts')], {
    env: environment(folder, { PORT: String(port), ACIK_IYS_DEMO: '1' }),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  servers.push(child);
  let said = '';
  const ready = new Promise<void>((done, fail) => {
    child.stdout.on('data', (bytes: Buffer) => {
      said += bytes.toString();
      if (said.includes('/health/ready')) done();
    });
    child.stderr.on('data', (bytes: Buffer) => {
      said += bytes.toString();
    });
    child.once('exit', () => fail(new Error(`the server ended:\n${said}`)));
  });
  await ready;
  return { process: child, address: `http://127.0.0.1:${port}` };
}

function freePort(): Promise<number> {
  return new Promise((done) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number };
      server.close(() => done(port));
    });
  });
}

async function logIn(address: string): Promise<string> {
  const answer = await fetch(`${address}/oauth2/token`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ ...ACCOUNT, grant_type: 'password' }),
  });
  return ((await answer.json()) as { access_token: string }).access_token;
}

function post(address: string, path: string, token: string, body: unknown): Promise<Response> {
  return fetch(address + path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body: JSON.stringify(body),
  });
}

function consent(recipient: string): object {
  return {
    recipient,
    recipientType: 'BIREYSEL',
    type: 'MESAJ',
    status: 'ONAY',
    source: 'HS_WEB',
    consentDate: formatTime(Math.floor(Date.now() / 1000) - 60),
  };
}

/** A program's arguments as docs/operators.md shows them, with the places of this test in them. */
function asDocumented(program: 'backup' | 'restore', places: Readonly<Record<string, string>>): string[] {
  const [, words = ''] = new RegExp(`^ACIK_IYS_DATA=\\S+ npm run ${program} -- (.+)$`, 'm').exec(OPERATORS) ?? [];
  return words.split(' ').map((word) => places[word] ?? word);
}

/** One of the operators' programs, as they run it. */
function run(
  program: 'audit' | 'backup' | 'restore',
  args: string[],
  folder: string,
  env: Record<string, string> = {},
): Promise<{ code: number; out: string; err: string }> {
  return new Promise((done) => {
    execFile(
      process.execPath,
      [join(SOURCE, 'programs', `${program}.ts`), ...args],
      { env: environment(folder, env) },
      (error, out, err) => done({ code: error === null ? 0 : Number(error.code), out, err }),
    );
  });
}

/** Waits until no PostgreSQL works below this test's folder: a server that was killed leaves the end to its watcher. */
async function databaseGone(): Promise<void> {
  await until(
    () =>
      !readdirSync('/proc').some(
        (pid) => /^\d+$/.test(pid) && commandOf(pid).includes(`${home}/`) && commandOf(pid).includes('postgres'),
      ),
  );
}

function commandOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
  } catch {
    return '';
  }
}

/** Waits for a condition; vitest's time limit ends the wait of one that never comes. */
async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await pause(20);
}
