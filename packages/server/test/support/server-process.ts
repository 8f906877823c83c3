// The real server as a process of its own, for tests that kill it: `main.ts` on a data folder of the test.

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const MAIN = fileURLToPath(new URL('../../src/main.ts', import.meta.url));

export interface ServerProcess {
  readonly pid: number;
  readonly url: string;
  /** Exit code, or the signal that ended it. */
  readonly ended: Promise<number | string>;
  /** What it printed, both streams. */
  printed(): string;
  kill(): Promise<void>;
  /** As by Ctrl-C. */
  stop(): Promise<number | string>;
}

/** Starts the server and waits until it says that it is ready. Throws with what it printed when it ends instead. */
export async function startServer(environment: Readonly<Record<string, string>>): Promise<ServerProcess> {
  const port = await freePort();
  const child = spawn(process.execPath, [MAIN], {
    env: {
      ...withoutOurs(process.env),
      PORT: String(port),
      METRICS_PORT: '0',
      ACIK_IYS_DEMO: '1',
      ...environment,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let printed = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (bytes: Buffer) => {
      printed += bytes.toString();
    });
  const ended = once(child, 'exit').then(([code, signal]) => (signal ?? code) as number | string);
  let over = false;
  void ended.then(() => {
    over = true;
  });
  while (!printed.includes('✓ Açık İYS')) {
    if (over) throw new Error(`the server did not start:\n${printed}`);
    await pause(10);
  }
  return {
    pid: child.pid as number,
    url: `http://127.0.0.1:${port}`,
    ended,
    printed: () => printed,
    kill: async () => {
      child.kill('SIGKILL');
      await ended;
    },
    stop: () => stopGently(child, ended),
  };
}

async function stopGently(child: ChildProcess, ended: Promise<number | string>): Promise<number | string> {
  child.kill('SIGINT');
  return await ended;
}

/** The variables of this run must not reach the server: it has its own. */
function withoutOurs(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(environment).filter(
      ([name]) => !/^(ACIK_IYS|PORT$|HOST$|METRICS_PORT|DATABASE_URL|NODE_|VITEST)/.test(name),
    ),
  );
}

export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.on('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
}

/** The owner's address of the embedded cluster in a data folder, while it runs. */
export function embeddedUrl(dataFolder: string): string {
  const password = readFileSync(join(dataFolder, 'postgres', 'password'), 'utf8').trim();
  const port = postmasterFile(dataFolder)[3];
  return `postgres://acik_iys:${password}@127.0.0.1:${port}/acik_iys`;
}

export function postmasterPid(dataFolder: string): number {
  return Number(postmasterFile(dataFolder)[0]);
}

function postmasterFile(dataFolder: string): string[] {
  return readFileSync(join(dataFolder, 'postgres', 'cluster', 'postmaster.pid'), 'utf8').split('\n');
}

/** Processes of PostgreSQL that serve a client, by their postmaster. */
export function backends(postmaster: number): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((name) => {
      try {
        const parent = /^PPid:\s*(\d+)/m.exec(readFileSync(`/proc/${name}/status`, 'utf8'))?.[1];
        return (
          Number(parent) === postmaster &&
          /^postgres: acik_iys acik_iys 127/.test(readFileSync(`/proc/${name}/cmdline`, 'utf8'))
        );
      } catch {
        return false;
      }
    })
    .map(Number);
}
