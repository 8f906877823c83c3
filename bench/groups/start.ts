// i. The start of the server as people start it (main.ts, demo, embedded PostgreSQL): the first on an empty data folder,
// and the next one, each until the first answer. Download and installation are not in it.

import { spawn } from 'node:child_process';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Row } from '../measure.ts';
import { temporaryFolder } from '../stage.ts';

const MAIN = fileURLToPath(new URL('../../packages/server/src/main.ts', import.meta.url));
const FIRST_MOST_SECONDS = 45;
const NEXT_MOST_SECONDS = 3;
const ASK_EVERY_MS = 20;

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

async function secondsToAnswer(folder: string): Promise<number> {
  const port = await freePort();
  const { DATABASE_URL: _, ...environment } = process.env;
  const began = performance.now();
  const child = spawn(process.execPath, [MAIN], {
    env: { ...environment, PORT: String(port), METRICS_PORT: '0', ACIK_IYS_DATA: folder },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const ended = new Promise((resolve) => child.once('exit', resolve));
  let answered = false;
  while (!answered) {
    if (child.exitCode !== null) throw new Error(`the server ended with ${child.exitCode}`);
    answered = await fetch(`http://127.0.0.1:${port}/health/ready`).then(
      ({ ok }) => ok,
      () => false,
    );
    if (!answered) await pause(ASK_EVERY_MS);
  }
  const seconds = (performance.now() - began) / 1000;
  child.kill('SIGTERM');
  await ended;
  return seconds;
}

export async function start(): Promise<Row[]> {
  const folder = join(temporaryFolder(), 'data');
  const row = (work: string, seconds: number, most: number): Row => ({
    group: 'i',
    work,
    result: `${seconds.toFixed(1)} s`,
    reach: `< ${most} s`,
    pass: seconds < most,
  });
  const first = await secondsToAnswer(folder);
  const next = await secondsToAnswer(folder);
  return [
    row('First start with demo, to the first answer', first, FIRST_MOST_SECONDS),
    row('Next start, to the first answer', next, NEXT_MOST_SECONDS),
  ];
}
