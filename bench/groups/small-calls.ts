// c and d. Single calls on 64 connections against the empty route of the same server: status of addresses that are
// recorded, and adding new ones, both spread over 50 brands.

import { anyOf, filledTelephone, MESSAGE_KIND, newTelephone, wireKey, wireStatement } from '../addresses.ts';
import { runLoad } from '../http-load.ts';
import { type Measured, type Row, ratioRow, sideBySide } from '../measure.ts';
import type { Stage } from '../stage.ts';
import { BRANDS } from '../words.ts';
import { emptyCalls, SMALL_CALL_CONNECTIONS, smallCallTime } from './empty.ts';

const STATUS_LEAST = 0.5;
/** The status call's p99 may be so many times the empty route's. */
const STATUS_P99_MOST = 3;
const ADD_LEAST = 0.2;

async function against(
  stage: Stage,
  name: string,
  next: () => string,
): Promise<{ ours: Measured; against: Measured; megabytes: number }> {
  const { seconds, turns } = smallCallTime(stage);
  const calls = { port: stage.port, connections: SMALL_CALL_CONNECTIONS, next };
  await runLoad({ ...calls, seconds: seconds / 2 });
  const result = await sideBySide(turns, {
    against: () => emptyCalls(stage),
    ours: () => stage.watched(name, () => runLoad({ ...calls, seconds })),
  });
  return { ...result, megabytes: await stage.megabytes() };
}

export function statusCall(stage: Stage): string {
  return stage.toBrand(
    anyOf(BRANDS.length),
    'POST',
    '/consents/status',
    wireKey(filledTelephone(anyOf(stage.filled()))),
  );
}

export function addCall(stage: Stage): string {
  return stage.toBrand(anyOf(BRANDS.length), 'POST', '/consents', wireStatement(MESSAGE_KIND, newTelephone()));
}

export async function singleStatus(stage: Stage): Promise<Row[]> {
  const states = stage.states();
  const figures = await against(stage, 'single-status', () => statusCall(stage));
  const work = `Single status, ${SMALL_CALL_CONNECTIONS} connections, against the empty route`;
  const times = figures.ours.p99 / figures.against.p99;
  return [
    ratioRow({ group: 'c', work, states, unit: 'calls/s', ...figures, least: STATUS_LEAST }),
    {
      group: 'c',
      work: 'Its p99 against the empty route',
      states,
      result: `${times.toFixed(1)} times`,
      reach: `≤ ${STATUS_P99_MOST} times`,
      pass: times <= STATUS_P99_MOST,
    },
  ];
}

export async function singleAdd(stage: Stage): Promise<Row[]> {
  const states = stage.states();
  const figures = await against(stage, 'single-add', () => addCall(stage));
  const work = `Single add over ${BRANDS.length} brands, ${SMALL_CALL_CONNECTIONS} connections, against the empty route`;
  return [ratioRow({ group: 'd', work, states, unit: 'calls/s', ...figures, least: ADD_LEAST })];
}
