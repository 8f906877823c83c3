// Times as people and programs write them, by the clock of the server under test.

import { formatTime } from '@acik-iys/law';
import type { Clock } from '../../packages/server/src/ground/clock.ts';

/** An hour ago, as the official contract writes it. */
export function anHourAgo(clock: Clock): string {
  return formatTime(clock.now() - 3_600);
}

/** An hour ago, as a Turkish spreadsheet shows it. */
export function anHourAgoInSheet(clock: Clock): string {
  const [day = '', time = ''] = anHourAgo(clock).split(' ');
  return `${day.split('-').reverse().join('.')} ${time.slice(0, 5)}`;
}
