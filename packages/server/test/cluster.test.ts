// The embedded PostgreSQL through bad days: each of its processes is killed for real, and the next start must work by
// itself with everything that was committed.

import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import {
  appendFile,
  chmod,
  chown,
  cp,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rm,
  stat,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Cluster, lockFolder, openCluster } from '../src/ground/cluster.ts';
import { StartError } from '../src/ground/start-error.ts';

const CLUSTER = new URL('../src/ground/cluster.ts', import.meta.url).href;

/** A laid cluster that is copied for the tests that do not ask how it is laid. */
let pattern: string;
let home: string;
let folder: string;
let owners: ChildProcess[];
let clusters: Cluster[];

beforeAll(async () => {
  pattern = await mkdtemp(join(tmpdir(), 'acik iys pattern-'));
  await (await openCluster({ folder: pattern, fsync: false })).stop();
});

afterAll(() => rm(pattern, { recursive: true, force: true }));

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'acik iys cluster-'));
  // mkdtemp gives mode 700; as root another user must come through.
  await chmod(home, 0o755);
  folder = join(home, 'data');
  owners = [];
  clusters = [];
});

afterEach(async () => {
  for (const owner of owners) {
    owner.kill('SIGKILL');
  }
  for (const cluster of clusters) {
    await cluster.stop();
  }
  await until(() => postgresProcesses().length === 0);
  await rm(home, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
});

async function open(options: Partial<Parameters<typeof openCluster>[0]> = {}): Promise<Cluster> {
  const cluster = await openCluster({ folder, ...options });
  clusters.push(cluster);
  return cluster;
}

/** A folder with a cluster that is down. */
async function laid(): Promise<{ folder: string }> {
  await mkdir(folder, { recursive: true });
  // cp keeps owners and modes.
  execFileSync('cp', ['-a', join(pattern, 'postgres'), folder]);
  return { folder: join(folder, 'postgres', 'cluster') };
}

async function query(url: string, text: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => undefined);
  await client.connect();
  try {
    return (await client.query(text)).rows;
  } finally {
    await client.end();
  }
}

/** Waits for a condition; vitest's time limit ends the wait of one that never comes. */
async function until(condition: () => boolean): Promise<void> {
  while (!condition()) {
    await pause(20);
  }
}

interface Owner {
  process: ChildProcess;
  url: string;
  data: string;
  /** What it printed after the address. */
  lines: string[];
}

/** Another process that opens the cluster of the folder and then runs `then` with `cluster` in reach. */
async function owner(then = 'setInterval(() => {}, 1000);'): Promise<Owner> {
  const child = launchOwner(then);
  const lines: string[] = [];
  let rest = '';
  child.stdout?.on('data', (bytes: Buffer) => {
    const parts = (rest + bytes.toString()).split('\n');
    rest = parts.pop() ?? '';
    lines.push(...parts);
  });
  await until(() => lines.length > 0 || child.exitCode !== null);
  const { url, folder: data } = JSON.parse(lines.shift() ?? '{}') as { url: string; folder: string };
  return { process: child, url, data, lines };
}

function launchOwner(then: string): ChildProcess {
  const program = `
    import { openCluster } from ${JSON.stringify(CLUSTER)};
    const cluster = await openCluster({ folder: ${JSON.stringify(folder)} });
    console.log(JSON.stringify({ url: cluster.url, folder: cluster.folder }));
    ${then}`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', program], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  owners.push(child);
  return child;
}

async function kill(child: ChildProcess): Promise<void> {
  const gone = once(child, 'exit');
  child.kill('SIGKILL');
  await gone;
}

function processes(matches: (words: string[]) => boolean): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((name) => {
      try {
        return matches(readFileSync(`/proc/${name}/cmdline`, 'utf8').split('\0'));
      } catch {
        return false;
      }
    })
    .map(Number);
}

function postgresProcesses(): number[] {
  return processes((words) => words.some((word) => word.startsWith(home)) && /postgres|initdb/.test(words[0] ?? ''));
}

function watchers(): number[] {
  return processes((words) => words.includes('acik-iys-watcher') && words.some((word) => word.startsWith(home)));
}

async function postmasterOf(data: string): Promise<number> {
  return Number((await readFile(join(data, 'postmaster.pid'), 'utf8')).split('\n')[0]);
}

async function refusal(attempt: Promise<unknown>): Promise<StartError> {
  const error = await attempt.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(StartError);
  expect((error as StartError).message).toMatch(/^[^\n]+ \/ [^\n]+$/);
  return error as StartError;
}

describe('a cluster in good days', () => {
  test('is laid once, keeps its data, and is set as the server relies on', async () => {
    const first = await open();
    expect(first.firstTime).toBe(true);
    await query(first.url, 'CREATE TABLE kept AS SELECT 42 AS n');
    await first.stop();
    expect(postgresProcesses()).toEqual([]);

    const second = await open();
    expect(second.firstTime).toBe(false);
    expect(await query(second.url, 'SELECT n FROM kept')).toEqual([{ n: 42 }]);
    const settings = await query(
      second.url,
      `SELECT name, setting FROM pg_settings WHERE name IN ('listen_addresses', 'unix_socket_directories', 'fsync',
         'synchronous_commit', 'full_page_writes', 'wal_level', 'archive_mode', 'data_checksums', 'TimeZone')`,
    );
    expect(Object.fromEntries(settings.map(({ name, setting }) => [name, setting]))).toEqual({
      listen_addresses: '127.0.0.1',
      unix_socket_directories: '',
      fsync: 'on',
      synchronous_commit: 'on',
      full_page_writes: 'on',
      wal_level: 'replica',
      archive_mode: 'off',
      data_checksums: 'on',
      TimeZone: 'UTC',
    });
    expect(
      await query(second.url, 'SELECT datlocprovider, datlocale FROM pg_database WHERE datname = current_database()'),
    ).toEqual([{ datlocprovider: 'b', datlocale: 'C.UTF-8' }]);
  });

  test('lets nobody in without its password, which nobody else can read', async () => {
    await laid();
    const cluster = await open({ fsync: false });
    const wrong = new URL(cluster.url);
    wrong.password = 'wrong';
    await expect(query(wrong.href, 'SELECT 1')).rejects.toMatchObject({ code: '28P01' });
    const file = await stat(join(dirname(cluster.folder), 'password'));
    expect(file.mode & 0o777).toBe(0o600);
    expect((await stat(cluster.folder)).mode & 0o077).toBe(0);
  });

  test('keeps statements and values of faults out of its log', async () => {
    await laid();
    const cluster = await open({ fsync: false });
    await query(cluster.url, 'CREATE TABLE secret (address text PRIMARY KEY)');
    await query(cluster.url, "INSERT INTO secret VALUES ('+905321234567')");
    await expect(query(cluster.url, "INSERT INTO secret VALUES ('+905321234567')")).rejects.toMatchObject({
      code: '23505',
    });
    await cluster.stop();
    const log = await readFile(join(dirname(cluster.folder), 'log'), 'utf8');
    expect(log).toContain('duplicate key');
    expect(log).not.toContain('5321234567');
  });

  test('is laid from a backup in place of initdb, and never over a cluster that is there', async () => {
    await laid();
    const cluster = await open({ fsync: false });
    await query(cluster.url, 'CREATE TABLE kept AS SELECT 7 AS n');
    await cluster.stop();
    const fill = async (place: { data: string; passwordFile: string }) => {
      await cp(cluster.folder, place.data, { recursive: true });
      await cp(join(dirname(cluster.folder), 'password'), place.passwordFile);
    };
    expect((await refusal(openCluster({ folder, fill }))).code).toBe('FOLDER_NOT_EMPTY');
    const restored = await open({ folder: join(home, 'restored'), fsync: false, fill });
    expect(await query(restored.url, 'SELECT n FROM kept')).toEqual([{ n: 7 }]);
  });
});

describe('one start per folder', () => {
  test('a second one is refused by any path, names the first, and may come when that one has ended', async () => {
    await laid();
    const first = await owner();
    await symlink(folder, join(home, 'other name'));
    const error = await refusal(openCluster({ folder: join(home, 'other name') }));
    expect(error.code).toBe('FOLDER_IN_USE');
    expect(error.message).toContain(`Açık İYS (süreç ${first.process.pid}) kullanıyor`);
    expect(error.message).toContain(`Açık İYS (process ${first.process.pid})`);
    await kill(first.process);
    await open();
  });

  test('the lock of a folder is taken before anything is laid, and freed', async () => {
    const lock = await lockFolder(folder);
    expect((await refusal(lockFolder(folder))).code).toBe('FOLDER_IN_USE');
    expect(await readdir(folder)).toEqual([]);
    lock.release();
    (await lockFolder(folder)).release();
  });
});

describe('kill -9', () => {
  test('of the owner under writes: PostgreSQL ends by itself, and what was committed is there', async () => {
    await laid();
    const killed = await owner(`
      const { default: pg } = await import(${JSON.stringify(import.meta.resolve('pg'))});
      const client = new pg.Client({ connectionString: cluster.url });
      await client.connect();
      await client.query('CREATE TABLE written (n int)');
      for (let n = 1; ; n += 1) {
        await client.query('INSERT INTO written VALUES ($1)', [n]);
        console.log(n);
      }`);
    await until(() => killed.lines.length >= 200);
    await kill(killed.process);
    await until(() => postgresProcesses().length === 0);
    expect(existsSync(join(killed.data, 'postmaster.pid'))).toBe(false);
    expect(watchers()).toEqual([]);

    const acknowledged = Number(killed.lines.at(-1));
    const cluster = await open();
    expect(cluster.firstTime).toBe(false);
    const [row] = await query(cluster.url, 'SELECT count(*)::int AS rows, max(n) AS last FROM written');
    expect(row?.rows).toBe(row?.last);
    expect(row?.last).toBeGreaterThanOrEqual(acknowledged);
  });

  test('of the owner, with a next start that does not wait', async () => {
    await laid();
    const killed = await owner();
    await query(killed.url, 'CREATE TABLE kept AS SELECT 1 AS n');
    await kill(killed.process);
    const cluster = await open();
    expect(await query(cluster.url, 'SELECT n FROM kept')).toEqual([{ n: 1 }]);
  });

  test('of the owner and its watcher: the next start ends the orphan', async () => {
    await laid();
    const killed = await owner();
    await query(killed.url, 'CREATE TABLE kept AS SELECT 1 AS n');
    const orphan = await postmasterOf(killed.data);
    killed.process.kill('SIGSTOP');
    for (const pid of watchers()) {
      process.kill(pid, 'SIGKILL');
    }
    await kill(killed.process);
    expect(postgresProcesses()).toContain(orphan);
    const told: string[] = [];
    const cluster = await open({ report: (line) => told.push(line) });
    expect(told.join('\n')).toContain('an earlier start has left');
    expect(await postmasterOf(cluster.folder)).not.toBe(orphan);
    expect(await query(cluster.url, 'SELECT n FROM kept')).toEqual([{ n: 1 }]);
  });

  test('of the watcher: another takes its place', async () => {
    await laid();
    const living = await owner();
    const [watcher] = watchers();
    process.kill(watcher as number, 'SIGKILL');
    await until(() => watchers().some((pid) => pid !== watcher));
    await kill(living.process);
    await until(() => postgresProcesses().length === 0);
  });

  test('of the postmaster: the owner is told, and the next start recovers', async () => {
    await laid();
    const cluster = await open();
    await query(cluster.url, 'CREATE TABLE kept AS SELECT 1 AS n');
    process.kill(await postmasterOf(cluster.folder), 'SIGKILL');
    expect((await cluster.died).message).toContain('SIGKILL');
    await cluster.stop();
    const next = await open();
    expect(await query(next.url, 'SELECT n FROM kept')).toEqual([{ n: 1 }]);
  });

  test('of the owner while it lays the cluster: the next start lays it anew', async () => {
    const killed = launchOwner('');
    await until(() => existsSync(folder) && readdirSync(folder).some((name) => name.includes('.laying-')));
    await kill(killed);
    expect(existsSync(join(folder, 'postgres'))).toBe(false);
    const cluster = await open();
    expect(cluster.firstTime).toBe(true);
    expect(await readdir(folder)).toEqual(['postgres']);
  });
});

describe('what an earlier start may have left', () => {
  /** What a postmaster on this cluster would have written. */
  function pidFile(cluster: { folder: string }, pid: number | undefined): string {
    return `${pid}\n${cluster.folder}\n1700000000\n5432\n\n127.0.0.1\n  1234567         0\nready   \n`;
  }

  async function writePid(cluster: { folder: string }, text: string): Promise<void> {
    const path = join(cluster.folder, 'postmaster.pid');
    await writeFile(path, text, { mode: 0o600 });
    const { uid, gid } = await stat(cluster.folder);
    await chown(path, uid, gid);
  }

  test('a pid file that names nobody', async () => {
    const cluster = await laid();
    const gone = spawn('true');
    await once(gone, 'exit');
    await writePid(cluster, pidFile(cluster, gone.pid));
    await open();
  });

  test("a pid file that names a stranger's process, which is left alone", async () => {
    const cluster = await laid();
    const { uid, gid } = await stat(cluster.folder);
    // The same user as PostgreSQL's, since that is the case that PostgreSQL takes for a rival.
    const stranger = spawn('sleep', ['600'], process.getuid?.() === 0 ? { uid, gid } : {});
    owners.push(stranger);
    await writePid(cluster, pidFile(cluster, stranger.pid));
    await open();
    expect(stranger.exitCode ?? stranger.signalCode).toBeNull();
  });

  test('an empty pid file', async () => {
    await writePid(await laid(), '');
    await open();
  });

  test('half-laid folders, which are cleared away', async () => {
    await mkdir(join(folder, 'postgres.laying-0123456789ab', 'cluster', 'base'), { recursive: true });
    await writeFile(join(folder, 'postgres.laying-0123456789ab', 'cluster', 'PG_VERSION'), '18\n');
    await mkdir(join(folder, 'postgres'));
    expect((await open()).firstTime).toBe(true);
    expect(await readdir(folder)).toEqual(['postgres']);
  });
});

describe('clear words for', () => {
  test('a cluster of another PostgreSQL', async () => {
    const cluster = await laid();
    await writeFile(join(cluster.folder, 'PG_VERSION'), '17\n');
    const error = await refusal(openCluster({ folder }));
    expect(error.code).toBe('DATABASE_VERSION');
    expect(error.message).toContain('17');
  });

  test('a folder without its password', async () => {
    const cluster = await laid();
    await rm(join(dirname(cluster.folder), 'password'));
    expect((await refusal(openCluster({ folder }))).code).toBe('FOLDER_DAMAGED');
  });

  test('a PostgreSQL that does not start, with its own words, and then starts again', async () => {
    const cluster = await laid();
    const file = join(cluster.folder, 'postgresql.conf');
    const before = await readFile(file, 'utf8');
    await appendFile(file, "work_mem = 'much'\n");
    const error = await refusal(openCluster({ folder }));
    expect(error.code).toBe('DATABASE_FAILED');
    expect(error.message).toContain('postgresql.conf');
    await writeFile(file, before);
    await open();
  });

  // /sys is the kernel's, so that not even root may; a container may have none.
  test.skipIf(!existsSync('/sys/kernel'))('a folder that cannot be made', async () => {
    expect((await refusal(openCluster({ folder: '/sys/acik-iys' }))).code).toBe('FOLDER_READ_ONLY');
  });

  test('a data folder that is a file', async () => {
    await writeFile(folder, '');
    expect((await refusal(openCluster({ folder }))).code).toBe('FOLDER_DAMAGED');
  });
});

describe('on a disk of its own', () => {
  const mayMount = process.getuid?.() === 0 && mountWorks();

  function mountWorks(): boolean {
    try {
      execFileSync('unshare', ['--mount', 'mount', '-t', 'tmpfs', 'tmpfs', '/mnt'], { stdio: 'ignore' });
      return true;
    } catch {
      return false;
    }
  }

  test.skipIf(!mayMount)('a full disk is told as such, and leaves nothing half-laid', async () => {
    await mkdir(folder);
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=16m,mode=755', 'tmpfs', folder]);
    try {
      expect((await refusal(openCluster({ folder }))).code).toBe('DISK_FULL');
      expect(await readdir(folder)).toEqual([]);
    } finally {
      execFileSync('umount', [folder]);
    }
  });

  test.skipIf(!mayMount)('a read-only disk is told as such, before and after the cluster is laid', async () => {
    await mkdir(folder);
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=512m,mode=755', 'tmpfs', folder]);
    try {
      execFileSync('mount', ['-o', 'remount,ro', folder]);
      expect((await refusal(openCluster({ folder }))).code).toBe('FOLDER_READ_ONLY');
      execFileSync('mount', ['-o', 'remount,rw', folder]);
      await laid();
      execFileSync('mount', ['-o', 'remount,ro', folder]);
      expect((await refusal(openCluster({ folder }))).code).toBe('FOLDER_READ_ONLY');
    } finally {
      execFileSync('umount', [folder]);
    }
  });
});
