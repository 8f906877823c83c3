// j. Memory of the server over ten minutes of mixed load: status and single adds without a pause, batches, lists and the
// feed with short pauses. Resident memory is asked for every second. The short form runs 20 seconds and judges nothing.

import { setTimeout as pause } from 'node:timers/promises';
import { BATCH, newAddresses, wireStatement } from '../addresses.ts';
import { runLoad } from '../http-load.ts';
import type { Row } from '../measure.ts';
import type { Stage } from '../stage.ts';
import { feedReader } from './changes.ts';
import { multipleStatusCall } from './multiple-status.ts';
import { addCall, statusCall } from './small-calls.ts';

const MINUTES = 10;
const QUICK_SECONDS = 20;
const MOST_MEGABYTES = 400;
const MOST_GROWTH = 1.1;
const PAUSE_MS = 200;

export async function memory(stage: Stage): Promise<Row[]> {
  const { quick } = stage.options;
  const seconds = quick ? QUICK_SECONDS : MINUTES * 60;
  const { port } = stage;
  const reader = feedReader(stage);
  const loads = [
    runLoad({ port, seconds, connections: 16, next: () => statusCall(stage) }),
    runLoad({ port, seconds, connections: 8, next: () => addCall(stage) }),
    runLoad({ port, seconds, connections: 2, pauseMs: PAUSE_MS, next: (brand) => multipleStatusCall(stage, brand) }),
    runLoad({ port, seconds, connections: 2, pauseMs: PAUSE_MS, ...reader }),
    runLoad({
      port,
      seconds,
      connections: 2,
      pauseMs: PAUSE_MS,
      next: (brand) =>
        stage.toBrand(
          brand,
          'POST',
          '/consents/request',
          newAddresses(BATCH).map(({ kind, address }) => wireStatement(kind, address)),
        ),
    }),
  ];
  let running = true;
  const over = Promise.all(loads).finally(() => {
    running = false;
  });
  const samples: number[] = [];
  while (running) {
    samples.push(await stage.megabytes());
    await pause(1_000);
  }
  const calls = (await over).reduce((sum, { done }) => sum + done, 0);
  const part = Math.floor(samples.length / (quick ? 4 : MINUTES));
  const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
  const second = mean(samples.slice(part, 2 * part));
  const last = mean(samples.slice(-part));
  const most = Math.max(...samples);
  const length = quick ? `${QUICK_SECONDS} s (too short to judge)` : `${MINUTES} minutes`;
  return [
    {
      group: 'j',
      work: `Memory over ${length} of mixed load (${calls} calls): last ${quick ? 'quarter' : 'minute'} against the second`,
      result: `${last.toFixed(0)} / ${second.toFixed(0)} MB = ${(last / second).toFixed(2)}`,
      reach: `≤ ${MOST_GROWTH}`,
      pass: quick ? null : last / second <= MOST_GROWTH,
    },
    {
      group: 'j',
      work: `Memory over ${length} of mixed load: the most`,
      result: `${most} MB`,
      reach: `< ${MOST_MEGABYTES} MB`,
      pass: quick ? null : most < MOST_MEGABYTES,
    },
  ];
}
