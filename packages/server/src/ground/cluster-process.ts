// One running PostgreSQL: its start, its watcher and its end.
//
// Promises: whatever way this process ends, kill -9 included, PostgreSQL is told to stop at once and loses nothing that
// it acknowledged. PostgreSQL runs in a session of its own, so Ctrl-C reaches the server alone, which drains before it
// stops its database.
// How: a small shell, in a session of its own too, waits on a pipe that only this process holds. The pipe closes when
// this process is gone; the shell then sends SIGINT (fast shutdown) to the postmaster of the folder. A watcher that is
// killed is replaced. A cluster whose owner and watcher were both killed is found by the next start, which stops it.
// Trades: on Windows there is no watcher; the next start finds what is left over.

import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync, renameSync, statSync } from 'node:fs';
import { readFile, rm } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { totalmem } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { type Binaries, environment, program } from './cluster-binaries.ts';
import { databaseFailed, type Place } from './cluster-place.ts';
import { StartError, startErrorOfFile } from './start-error.ts';

export interface RunningPostgres {
  port: number;
  /** Resolves when the postmaster has ended, asked or not, with what it said and how it ended. */
  ended: Promise<Error>;
  /** Fast shutdown; returns when the postmaster has ended. May be called more than once. */
  stop(): Promise<void>;
}

type Report = (line: string) => void;

/** How often a file or a process is looked at while waiting, in milliseconds: well below what a person notices. */
const LOOK_MS = 20;
/** How long a fast shutdown may take (its checkpoint writes all of shared_buffers), in milliseconds. */
const FAST_SHUTDOWN_MS = 60_000;
/** How long an immediate shutdown may take, in milliseconds: it writes nothing. */
const IMMEDIATE_SHUTDOWN_MS = 10_000;
/** How often a long recovery is told about, in milliseconds. */
const RECOVERY_REPORT_MS = 5_000;
/** How long the backends of a postmaster that was killed may take to leave its shared memory, in milliseconds. */
const SHARED_MEMORY_MS = 20_000;
/** How often another port is tried when the chosen one was taken in between. */
const PORT_TRIES = 5;
/** The log is begun anew past this size, in bytes; the one before is kept. It holds warnings and faults only. */
const LOG_BYTES = 10 * 1024 * 1024;
/** How much of the log a fault is looked for in, in bytes. */
const LOG_TAIL_BYTES = 16 * 1024;
/** The pause before a watcher that was killed is replaced, in milliseconds, so that a machine that kills it at once is not kept busy. */
const WATCHER_PAUSE_MS = 100;

/** Starts PostgreSQL on a laid place, which this process holds the lock of. Throws a StartError when it does not start. */
export async function startPostgres(
  place: Place,
  binaries: Binaries,
  options: { fsync: boolean; report: Report },
): Promise<RunningPostgres> {
  await stopOrphan(place, binaries, options.report);
  const givenUp = Date.now() + SHARED_MEMORY_MS;
  const watcher = watch(place);
  try {
    let tries = 1;
    while (true) {
      const port = await freePort();
      const postmaster = launch(place, binaries, port, options.fsync);
      if (await ready(postmaster, place, options.report)) {
        return running(postmaster, port, binaries, watcher);
      }
      const said = (await postmaster.ended).message;
      if (/could not create any TCP\/IP sockets/.test(said) && tries < PORT_TRIES) {
        tries += 1;
      } else if (/shared memory block .* still in use/.test(said) && Date.now() < givenUp) {
        await pause(LOOK_MS);
      } else {
        throw databaseFailed(place, said);
      }
    }
  } catch (error) {
    watcher.end();
    throw startErrorOfFile(error, place.root) ?? error;
  }
}

interface Postmaster {
  pid: number;
  alive: boolean;
  /** What it said, with how it ended. */
  ended: Promise<Error>;
}

/**
 * What the server relies on is given on the command line, so that no edit of postgresql.conf weakens it; anything else
 * an operator may set there.
 */
function settings(port: number, fsync: boolean): Record<string, string> {
  return {
    listen_addresses: '127.0.0.1',
    port: String(port),
    unix_socket_directories: '',
    max_connections: '100',
    shared_buffers: `${sharedBuffersMegabytes()}MB`,
    synchronous_commit: 'on',
    fsync: fsync ? 'on' : 'off',
    full_page_writes: fsync ? 'on' : 'off',
    wal_level: 'replica',
    archive_mode: 'off',
    max_wal_size: '4GB',
    jit: 'off',
    timezone: 'UTC',
    log_timezone: 'UTC',
    lc_messages: 'C',
    // Statements and the details of their faults may hold addresses: neither goes to the log.
    log_min_error_statement: 'panic',
    log_error_verbosity: 'terse',
    log_checkpoints: 'off',
  };
}

/** An eighth of the machine's (or container's) memory, from 32 to 256 MB: beyond that the hot rows gain nothing. */
function sharedBuffersMegabytes(): number {
  const limit = process.constrainedMemory();
  const memory = limit > 0 ? Math.min(limit, totalmem()) : totalmem();
  return Math.min(256, Math.max(32, Math.floor(memory / 8 / 1024 / 1024)));
}

function launch(place: Place, binaries: Binaries, port: number, fsync: boolean): Postmaster {
  const args = ['-D', place.data];
  for (const [name, value] of Object.entries(settings(port, fsync))) {
    args.push('-c', `${name}=${value}`);
  }
  const from = rotateLog(place.log);
  const log = openSync(place.log, 'a', 0o600);
  let child: ChildProcess;
  try {
    child = spawn(program(binaries, 'postgres'), args, {
      ...place.user,
      cwd: process.platform === 'win32' ? place.root : '/',
      env: environment(),
      stdio: ['ignore', log, log],
      detached: true,
    });
  } finally {
    closeSync(log);
  }
  const postmaster: Postmaster = {
    pid: child.pid ?? 0,
    alive: true,
    ended: new Promise((done) => {
      child.on('error', (error) => {
        postmaster.alive = false;
        done(error);
      });
      child.on('exit', (code, signal) => {
        postmaster.alive = false;
        done(new Error(`PostgreSQL ended with ${signal ?? code}\n${saidSince(place.log, from)}`));
      });
    }),
  };
  return postmaster;
}

/** Begins the log anew when it has grown; gives the place in it where this start's lines begin. */
function rotateLog(path: string): number {
  const size = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
  if (size <= LOG_BYTES) {
    return size;
  }
  renameSync(path, `${path}.1`);
  return 0;
}

function saidSince(path: string, from: number): string {
  const bytes = readFileSync(path).subarray(from);
  return bytes.subarray(Math.max(0, bytes.length - LOG_TAIL_BYTES)).toString();
}

/** Waits until connections are taken, however long recovery lasts; false when the postmaster ended instead. */
async function ready(postmaster: Postmaster, place: Place, report: Report): Promise<boolean> {
  const began = Date.now();
  let told = began;
  while (postmaster.alive) {
    const lines = await pidFile(place);
    if (Number(lines[0]) === postmaster.pid && lines[7]?.trim() === 'ready') {
      return true;
    }
    if (Date.now() - told > RECOVERY_REPORT_MS) {
      told = Date.now();
      const seconds = Math.round((told - began) / 1000);
      report(`PostgreSQL toparlanıyor, ${seconds} sn / PostgreSQL is recovering, ${seconds} s`);
    }
    await pause(LOOK_MS);
  }
  return false;
}

function running(postmaster: Postmaster, port: number, binaries: Binaries, watcher: Watcher): RunningPostgres {
  void postmaster.ended.then(() => watcher.end());
  return {
    port,
    ended: postmaster.ended,
    stop: async () => {
      if (!postmaster.alive) {
        return;
      }
      signal(binaries, postmaster.pid, 'INT');
      if (!(await endsWithin(postmaster, FAST_SHUTDOWN_MS))) {
        signal(binaries, postmaster.pid, 'QUIT');
        await postmaster.ended;
      }
    },
  };
}

async function endsWithin(postmaster: Postmaster, milliseconds: number): Promise<boolean> {
  const stopWaiting = new AbortController();
  const late = pause(milliseconds, false, { signal: stopWaiting.signal }).catch(() => false);
  const ended = await Promise.race([postmaster.ended.then(() => true), late]);
  stopWaiting.abort();
  return ended;
}

/**
 * Ends the postmaster that a dead start has left on this folder. A postmaster.pid that names a process of somebody else
 * (the number was given away again) is removed; one that names nobody is left to PostgreSQL, which also looks for
 * backends that still use the shared memory it names.
 */
async function stopOrphan(place: Place, binaries: Binaries, report: Report): Promise<void> {
  const [first] = await pidFile(place);
  if (first === undefined) {
    return;
  }
  const pid = Number(first);
  if (!(Number.isSafeInteger(pid) && pid > 0)) {
    await rm(join(place.data, 'postmaster.pid'), { force: true });
    return;
  }
  if (!serves(pid, place)) {
    if (exists(pid)) {
      await rm(join(place.data, 'postmaster.pid'), { force: true });
    }
    return;
  }
  report('Önceki başlatmadan kalan PostgreSQL kapatılıyor / stopping the PostgreSQL that an earlier start has left');
  for (const [name, milliseconds] of [
    ['INT', FAST_SHUTDOWN_MS],
    ['QUIT', IMMEDIATE_SHUTDOWN_MS],
  ] as const) {
    signal(binaries, pid, name);
    for (const late = Date.now() + milliseconds; Date.now() < late; ) {
      if (!serves(pid, place)) {
        return;
      }
      await pause(LOOK_MS);
    }
  }
  throw new StartError(
    'FOLDER_IN_USE',
    `Önceki başlatmadan kalan PostgreSQL (süreç ${pid}) kapanmıyor: onu elle kapatıp yeniden başlatın.`,
    `The PostgreSQL that an earlier start has left (process ${pid}) does not end: end it by hand and start again.`,
  );
}

/** The lines of postmaster.pid; none when there is no such file. */
async function pidFile(place: Place): Promise<string[]> {
  try {
    return (await readFile(join(place.data, 'postmaster.pid'), 'utf8')).split('\n');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') {
      return [];
    }
    throw error;
  }
}

/** Whether a process is a postmaster of this place: its command line names the data directory. */
function serves(pid: number, place: Place): boolean {
  try {
    if (process.platform === 'linux') {
      return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').includes(place.data);
    }
    if (process.platform === 'win32') {
      return execFileSync('tasklist', ['/nh', '/fi', `PID eq ${pid}`], { encoding: 'utf8' }).includes('postgres.exe');
    }
    return execFileSync('ps', ['-o', 'command=', '-p', String(pid)], { encoding: 'utf8' }).includes(place.data);
  } catch {
    return false;
  }
}

function exists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

function signal(binaries: Binaries, pid: number, name: 'INT' | 'QUIT'): void {
  try {
    if (process.platform === 'win32') {
      execFileSync(program(binaries, 'pg_ctl'), ['kill', name, String(pid)]);
    } else {
      process.kill(pid, `SIG${name}`);
    }
  } catch (error) {
    // It ended by itself in between.
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') {
      throw error;
    }
  }
}

interface Watcher {
  end(): void;
}

/**
 * `read` fails when the pipe closes without a word: the owner is dead. The postmaster may have been started a moment
 * before and not have written its file yet, so an absent file is looked for once more.
 */
const WATCHER_SCRIPT = `
if read -r word; then exit 0; fi
[ -s "$1/postmaster.pid" ] || sleep 1
read -r pid < "$1/postmaster.pid" || exit 0
[ ! -d "/proc/$pid" ] || tr '\\0' '\\n' < "/proc/$pid/cmdline" | grep -Fqx -- "$1" || exit 0
kill -INT "$pid"
`;

function watch(place: Place): Watcher {
  if (process.platform === 'win32') {
    return { end: () => undefined };
  }
  let ended = false;
  let shell: ChildProcess;
  const begin = () => {
    if (ended) {
      return;
    }
    shell = spawn('/bin/sh', ['-c', WATCHER_SCRIPT, 'acik-iys-watcher', place.data], {
      cwd: '/',
      stdio: ['pipe', 'ignore', 'ignore'],
      detached: true,
    });
    shell.stdin?.on('error', () => undefined);
    shell.on('error', () => undefined);
    shell.on('exit', () => setTimeout(begin, WATCHER_PAUSE_MS).unref());
    // The watcher follows this process, it does not keep it alive.
    shell.unref();
    (shell.stdin as (NodeJS.WritableStream & { unref?: () => void }) | null)?.unref?.();
  };
  begin();
  return {
    end: () => {
      ended = true;
      shell.stdin?.end('done\n');
    },
  };
}

/** A port on the loopback address that is free now; another program may take it before it is used. */
function freePort(): Promise<number> {
  return new Promise((done, fail) => {
    const server = createServer();
    server.on('error', fail);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => done(port));
    });
  });
}
