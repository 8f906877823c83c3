// What the groups work on: a database of the bench's own (embedded PostgreSQL in a temporary folder, fsync on), the server
// and bare node:http each in a process of their own, and this process, which is the load generator. All of it is gone
// when the bench ends, also by Ctrl-C or when its parent is killed.

import { type ChildProcess, fork } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import serverProcess from '../bootstrap/server-process.json' with { type: 'json' };
import { openCluster } from '../packages/server/src/ground/cluster.ts';
import { migrate } from '../packages/server/src/ground/migrate.ts';
import { fill } from './fill.ts';
import { request } from './http-load.ts';
import type { Sample } from './measure.ts';
import { topFunctions } from './profile.ts';
import { type Answers, type Ask, accountOf, BRANDS, EMPTY_PATH, PROVIDERS, providerOf, SECRET } from './words.ts';

export interface Options {
  /** The short form: less of everything, nothing judged that needs time. */
  readonly quick: boolean;
  /** Folder for CPU profiles of the server; undefined: none are made. */
  readonly profileFolder: string | undefined;
  readonly say: (line: string) => void;
}

export interface Stage {
  readonly options: Options;
  /** Connection string of the database's owner. */
  readonly url: string;
  readonly postgres: string;
  /** Ports of the server and of bare node:http. */
  readonly port: number;
  readonly barePort: number;
  /** States that the filler has made. */
  states(): number;
  /** Filled telephones at each brand: numbers below it exist. */
  filled(): number;
  fillTo(states: number): Promise<void>;
  ask<A extends Ask>(ask: A): Promise<Answers[A['do']]>;
  /** Resident memory of the server in MB. */
  megabytes(): Promise<number>;
  /** Work of the server, with the CPU that it took, and a profile of it the first time that a name is seen. */
  watched(name: string, work: () => Promise<Sample>): Promise<Sample>;
  /** A request to one of the bench's brands (0 to 49) by its provider; `path` goes on after the brand. */
  toBrand(brand: number, method: 'GET' | 'POST', path: string, body?: object): string;
  /** A request to the empty route, or to bare node:http, which answers whatever it is asked. */
  emptyCall(body: object): string;
  close(): Promise<void>;
}

/** How long an unforeseen end waits for PostgreSQL: looks at its pid file, and milliseconds between two. */
const LOOKS = 100;
const LOOK_MS = 50;

/** A temporary folder that is gone when this process ends, however it does. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'acik-iys-bench-'));
  process.on('exit', () => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }));
  return folder;
}

/** Nobody misses the data: an unforeseen end takes PostgreSQL with it, and waits until it writes no more. */
function endAtOnce(pidFile: string): void {
  try {
    process.kill(Number(readFileSync(pidFile, 'utf8').split('\n')[0]), 'SIGQUIT');
    const sleeper = new Int32Array(new SharedArrayBuffer(4));
    for (let i = 0; i < LOOKS && existsSync(pidFile); i++) Atomics.wait(sleeper, 0, 0, LOOK_MS);
  } catch {
    // It has ended already.
  }
}

async function startChild(
  file: string,
  env: NodeJS.ProcessEnv,
  execArgv: readonly string[] = [],
): Promise<{ child: ChildProcess; port: number }> {
  const path = fileURLToPath(new URL(file, import.meta.url));
  const child = fork(path, { env: { ...process.env, ...env }, execArgv: [...execArgv] });
  // After an unforeseen end it must not go on writing into a folder that is going away.
  process.prependListener('exit', () => child.kill('SIGKILL'));
  const port = await new Promise<number>((resolve, reject) => {
    child.once('message', (message: { port: number }) => resolve(message.port));
    child.once('exit', (code) => reject(new Error(`${file} ended with ${code}`)));
  });
  return { child, port };
}

async function endChild(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return;
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.disconnect();
  await ended;
}

async function logIn(port: number, provider: number): Promise<string> {
  const { email, password } = accountOf(provider);
  const answer = await fetch(`http://127.0.0.1:${port}/oauth2/token`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ grant_type: 'password', username: email, password }),
  });
  if (!answer.ok) throw new Error(`a log-in was answered ${answer.status}: ${await answer.text()}`);
  return ((await answer.json()) as { access_token: string }).access_token;
}

export async function openStage(options: Options): Promise<Stage> {
  const folder = temporaryFolder();
  const cluster = await openCluster({ folder });
  let stopped = false;
  process.prependListener('exit', () => {
    if (!stopped) endAtOnce(join(cluster.folder, 'postmaster.pid'));
  });
  await migrate(cluster.url);
  const { child: server, port } = await startChild(
    './server.ts',
    {
      ...serverProcess.environment,
      DATABASE_URL: cluster.url,
      ACIK_IYS_DATA: join(folder, 'server'),
      ACIK_IYS_SECRET: SECRET.toString('hex'),
      ACIK_IYS_DEMO: '0',
      ACIK_IYS_RATE_LIMITS: '0',
      ACIK_IYS_PUSH_PRIVATE: '1',
      ACIK_IYS_LOG: 'warn',
    },
    serverProcess.nodeArguments,
  );
  const { child: bare, port: barePort } = await startChild('./bare-http.ts', {});
  const tokens = new Map<number, string>();
  for (const provider of PROVIDERS) tokens.set(provider, await logIn(port, provider));

  const owner = new pg.Client({ connectionString: cluster.url });
  await owner.connect();
  const postgres = String((await owner.query('show server_version')).rows[0].server_version);
  await owner.end();

  const waiting = new Map<number, { resolve: (value: never) => void; reject: (error: Error) => void }>();
  let asked = 0;
  server.on('message', ({ id, value, error }: { id: number; value: never; error?: string }) => {
    const one = waiting.get(id);
    waiting.delete(id);
    if (error === undefined) one?.resolve(value);
    else one?.reject(new Error(error));
  });
  server.once('exit', (code) => {
    for (const { reject } of waiting.values()) reject(new Error(`the server ended with ${code}`));
  });
  const ask = <A extends Ask>(question: A): Promise<Answers[A['do']]> =>
    new Promise((resolve, reject) => {
      const id = ++asked;
      waiting.set(id, { resolve, reject });
      server.send({ id, ask: question });
    });

  let states = 0;
  const profiledNames = new Set<string>();
  if (options.profileFolder !== undefined) mkdirSync(options.profileFolder, { recursive: true });
  return {
    options,
    url: cluster.url,
    postgres,
    port,
    barePort,
    ask,
    states: () => states,
    filled: () => states / BRANDS.length,
    async fillTo(count) {
      await fill(cluster.url, count, states);
      states = count;
    },
    megabytes: async () => Math.round((await ask({ do: 'usage' })).memory / 2 ** 20),
    async watched(name, work) {
      if (options.profileFolder === undefined || profiledNames.has(name)) {
        const before = await ask({ do: 'usage' });
        const sample = await work();
        return { ...sample, cpu: (await ask({ do: 'usage' })).cpu - before.cpu };
      }
      profiledNames.add(name);
      await ask({ do: 'profile-start' });
      const result = await work();
      const file = join(options.profileFolder, `${name}.cpuprofile`);
      await ask({ do: 'profile-stop', file });
      options.say([`profile of ${name} (own time of the server's thread):`, ...topFunctions(file)].join('\n  '));
      return result;
    },
    toBrand(brand, method, path, body) {
      const brandId = BRANDS[brand] as number;
      const provider = providerOf(brandId);
      return request(
        method,
        `/sps/${provider}/brands/${brandId}${path}`,
        tokens.get(provider) as string,
        body === undefined ? '' : JSON.stringify(body),
      );
    },
    emptyCall: (body) =>
      request('POST', EMPTY_PATH, tokens.get(PROVIDERS[0] as number) as string, JSON.stringify(body)),
    async close() {
      await endChild(server);
      await endChild(bare);
      await cluster.stop();
      stopped = true;
    },
  };
}
