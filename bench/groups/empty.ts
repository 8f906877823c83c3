// a. The empty route of our server (parse, authenticate, answer a constant) against bare node:http: the yardstick of the
// small calls must not be slow itself.

import { filledTelephone, wireKey } from '../addresses.ts';
import { runLoad } from '../http-load.ts';
import { type Row, ratioRow, type Sample, sideBySide } from '../measure.ts';
import type { Stage } from '../stage.ts';

export const SMALL_CALL_CONNECTIONS = 64;
const LEAST = 0.6;

/** Seconds of one turn of small calls, and how many turns. */
export function smallCallTime({ options }: Stage): { seconds: number; turns: number } {
  return options.quick ? { seconds: 1.5, turns: 1 } : { seconds: 4, turns: 5 };
}

/** Calls of the empty route with the body of a status call. */
export function emptyCalls(stage: Stage, port = stage.port): Promise<Sample> {
  const call = stage.emptyCall(wireKey(filledTelephone(1)));
  return runLoad({
    port,
    connections: SMALL_CALL_CONNECTIONS,
    seconds: smallCallTime(stage).seconds,
    next: () => call,
  });
}

export async function empty(stage: Stage): Promise<Row[]> {
  await emptyCalls(stage);
  await emptyCalls(stage, stage.barePort);
  const { ours, against } = await sideBySide(smallCallTime(stage).turns, {
    against: () => emptyCalls(stage, stage.barePort),
    ours: () => stage.watched('empty', () => emptyCalls(stage)),
  });
  return [
    ratioRow({
      group: 'a',
      work: `Empty route, ${SMALL_CALL_CONNECTIONS} connections, against bare node:http`,
      unit: 'calls/s',
      ours,
      against,
      least: LEAST,
      megabytes: await stage.megabytes(),
    }),
  ];
}
