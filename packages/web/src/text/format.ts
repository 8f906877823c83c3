// How numbers, times and deadlines are said: Istanbul time everywhere, relative where it is near, last days by name with
// the business days that are left.

import { type Calendar, DEFAULT_CALENDAR_POLICY, HOLIDAYS, istanbulDay, makeCalendar, startOfDay } from '@acik-iys/law';
import type { Catalogue } from './tr.ts';

const ZONE = 'Europe/Istanbul';
const DAY = 86_400;

export interface Format {
  number(value: number): string;
  /** `24 Kasım 2026 14:05`, or `bugün 14:05`, `dün 14:05`. Epoch seconds. */
  time(seconds: number, now: number): string;
  /** The same in full, with seconds: for what may have to be proved. */
  exactTime(seconds: number): string;
  /** `24 Kasım 2026`. */
  day(day: string): string;
  /** `24 Kas`. */
  shortDay(day: string): string;
  /** When a period ends: `salı 24:00 (2 iş günü kaldı)`; `end` is its first second that is too late. */
  lastDay(end: number, now: number): string;
  /** The same, shorter: `salı`, `27 Kasım`. */
  lastDayShort(end: number, now: number): string;
  /** Sorts names by the language's alphabet. */
  compare(one: string, other: string): number;
}

export const calendar: Calendar = makeCalendar(HOLIDAYS, DEFAULT_CALENDAR_POLICY);

export function makeFormat(language: 'tr' | 'en', t: Catalogue): Format {
  const locale = language === 'tr' ? 'tr-TR' : 'en-GB';
  const numbers = new Intl.NumberFormat(locale, { maximumFractionDigits: 1 });
  const date = (options: Intl.DateTimeFormatOptions) => new Intl.DateTimeFormat(locale, { timeZone: ZONE, ...options });
  const clock = date({ hour: '2-digit', minute: '2-digit' });
  const full = date({ day: 'numeric', month: 'long', year: 'numeric' });
  const short = date({ day: 'numeric', month: 'short' });
  const weekday = date({ weekday: 'long' });
  const exact = date({
    day: 'numeric',
    month: 'long',
    year: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
  });
  const noon = (day: string): Date => new Date((startOfDay(day) + DAY / 2) * 1_000);
  const collator = new Intl.Collator(locale);

  function nameOfDay(day: string, today: string): string {
    if (day === today) return t.time.todayAlone;
    const away = Math.abs(startOfDay(day) - startOfDay(today)) / DAY;
    // A day's name stands inside a sentence: small in Turkish, as it is in English.
    if (away < 7 && day > today)
      return language === 'tr' ? weekday.format(noon(day)).toLocaleLowerCase('tr') : weekday.format(noon(day));
    return short.format(noon(day));
  }

  return {
    number: (value) => numbers.format(value),
    time(seconds, now) {
      const at = clock.format(seconds * 1_000);
      const day = istanbulDay(seconds);
      if (day === istanbulDay(now)) return t.time.today(at);
      if (day === istanbulDay(now - DAY)) return t.time.yesterday(at);
      return `${full.format(seconds * 1_000)} ${at}`;
    },
    exactTime: (seconds) => exact.format(seconds * 1_000),
    day: (day) => full.format(noon(day)),
    shortDay: (day) => short.format(noon(day)),
    lastDay(end, now) {
      const last = istanbulDay(end - 1);
      const today = istanbulDay(now);
      if (end <= now) return t.time.over(full.format(noon(last)));
      if (last === today) return t.time.lastDayToday;
      const words = t.time.lastDay(nameOfDay(last, today), t.time.businessDaysLeft(businessDaysBetween(today, last)));
      return calendar.isForecastBetween(today, last) ? `${words}; ${t.time.forecast}` : words;
    },
    lastDayShort: (end, now) => nameOfDay(istanbulDay(end - 1), istanbulDay(now)),
    compare: (one, other) => collator.compare(one, other),
  };
}

/** Business days after one day up to and with another. */
function businessDaysBetween(from: string, to: string): number {
  let days = 0;
  for (let at = startOfDay(from) + DAY; at <= startOfDay(to); at += DAY)
    if (calendar.isBusinessDay(istanbulDay(at))) days += 1;
  return days;
}
