// What the tests of the rules share: times and days as they are written, counted by the run-time's own calendar.

import { type Day, parseTime } from '../src/time.ts';

/** Epoch seconds of `YYYY-MM-DD HH:mm:ss` in Turkish time. */
export function seconds(text: string): number {
  const parsed = parseTime(text);
  if ('fault' in parsed) throw new Error(`${text}: ${parsed.fault}`);
  return parsed.seconds;
}

/** Day of a date in UTC. */
export function dateText(date: Date): Day {
  return date.toISOString().slice(0, 10);
}

/** The day so many days later. */
export function shift(day: Day, days: number): Day {
  const date = new Date(`${day}T00:00:00Z`);
  date.setUTCDate(date.getUTCDate() + days);
  return dateText(date);
}
