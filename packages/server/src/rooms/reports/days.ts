// Which days reconciliation speaks of: the closed ones from yesterday back to seven days ago, in Turkish time.

import { type Day, isDay, istanbulDay, startOfDay } from '@acik-iys/law';

export type { Day } from '@acik-iys/law';

/** Official API, H502: reportDate can be at most seven days ago. */
const DAYS_BACK = 7;
/** Istanbul has kept UTC+3 since 2016: every day since has as many. */
const SECONDS_PER_DAY = 86_400;

/** Epoch second at which a day is over. */
export function endOfDay(day: Day): number {
  return startOfDay(day) + SECONDS_PER_DAY;
}

/** Closed days that can be asked for at a time, the oldest first. */
export function closedDays(now: number): Day[] {
  const today = startOfDay(istanbulDay(now));
  return Array.from({ length: DAYS_BACK }, (_, i) => istanbulDay(today - (DAYS_BACK - i) * SECONDS_PER_DAY));
}

/** H501: not a day, or not written `YYYY-MM-DD`. H502: not one of the closed days that can be asked for. */
export function readReportDay(text: string, now: number): { day: Day } | { fault: 'H501' | 'H502' } {
  if (!isDay(text)) return { fault: 'H501' };
  return closedDays(now).includes(text) ? { day: text } : { fault: 'H502' };
}
