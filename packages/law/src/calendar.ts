// Business days, and where a period of so many of them, of days or of months ends, for every year.
//
// What the law leaves open (half days, bridge days) is a policy. `isForecast` says when an answer rests on a feast that
// is not confirmed, or lies in a year of which the data holds no feasts: weekends and holidays of fixed date still count
// there. `firstAcceptableTime` is asked for each call and remembers one day, as `time.ts` does.

import { FEASTS, type FeastName, type FixedHoliday, type HolidayStatus, type Holidays } from './holidays.ts';
import type { Words } from './sentences.ts';
import {
  type Day,
  dateOfNumber,
  numberOfDay,
  numberOfInstant,
  sameDayLater,
  startOfNumber,
  textOfNumber,
  weekdayOfNumber,
} from './time.ts';

/** What the law leaves open; the registrar decides it. */
export interface CalendarPolicy {
  /** Whether a half day (28 October, the eve of a feast) counts. True: the period ends earlier, the stricter reading. */
  readonly halfDayIsBusinessDay: boolean;
  /** Days of administrative leave (idari izin) that the registrar took out of the business days. */
  readonly bridgeDays: ReadonlyArray<Day>;
}

/** Half days count; no bridge day is taken out (decrees on leave bind public bodies and are not in law 2429). */
export const DEFAULT_CALENDAR_POLICY: CalendarPolicy = { halfDayIsBusinessDay: true, bridgeDays: [] };

/** A holiday on a certain day, as it is shown to people. */
export interface HolidayOfDay {
  readonly names: Words;
  readonly half: boolean;
  readonly article: string;
  readonly status: HolidayStatus;
}

/**
 * Business days and periods. All instants are epoch seconds; a deadline is exclusive: the second at which the period is
 * over, 24:00 of its last day. Every method that takes a `Day` throws a RangeError where it is none.
 */
export interface Calendar {
  /** Not Saturday, Sunday, a holiday of law 2429 or a bridge day (TBK 93; R speaks of iş günü without defining it). */
  isBusinessDay(day: Day): boolean;
  /** Whether `isBusinessDay(day)` rests on a feast not yet confirmed, or lies in a year without data. */
  isForecast(day: Day): boolean;
  /** The same for any day from `from` to `to`, both included: ask it for the days of a period. */
  isForecastBetween(from: Day, to: Day): boolean;
  /** The holiday of law 2429 on this day, if any; a whole one before a half one, a feast before a fixed date. */
  holidayOn(day: Day): HolidayOfDay | undefined;
  /** The n-th business day after `day` (before it where n is negative); `day` itself for 0. */
  addBusinessDays(day: Day, n: number): Day;
  /** Last day of a period of business days: the day of the event is not counted (TBK 92). */
  lastDayFor(eventSeconds: number, businessDays: number): Day;
  /** End of a period of business days. */
  deadline(eventSeconds: number, businessDays: number): number;
  /**
   * The earliest event whose period of so many business days is not over at `nowSeconds`:
   * `deadline(t, n) > now` exactly where `t >= firstAcceptableTime(now, n)`. It is always the beginning of a day.
   */
  firstAcceptableTime(nowSeconds: number, businessDays: number): number;
  /** End of a period of calendar days; a last day that is no business day moves to the next one (TBK 92, 93). */
  calendarDeadline(eventSeconds: number, days: number): number;
  /** The other side of `calendarDeadline`, as `firstAcceptableTime` is of `deadline`. */
  calendarFirstAcceptableTime(nowSeconds: number, days: number): number;
  /**
   * End of a period of months: the day of the same number, else the month's last (TBK 92); a last day that is no
   * business day moves to the next one (TBK 93).
   */
  monthDeadline(eventSeconds: number, months: number): number;
}

/** "May differ by a day" (law.md section 6): an unconfirmed feast makes its neighbours uncertain by as much. */
const FORECAST_MARGIN_DAYS = 1;

function assertCount(n: number): void {
  if (!Number.isSafeInteger(n) || n < 0) throw new RangeError('The length of a period is a whole number, not below 0.');
}

/** Makes a calendar from data and policy. Throws a RangeError where a day in them is none. */
export function makeCalendar(holidays: Holidays, policy: CalendarPolicy): Calendar {
  const bridges = new Set(policy.bridgeDays.map(numberOfDay));
  const fixedByDate = new Map<number, FixedHoliday>();
  for (const fixed of holidays.fixed) fixedByDate.set(fixed.month * 100 + fixed.day, fixed);

  const feastByDay = new Map<number, HolidayOfDay>();
  const uncertain = new Set<number>();
  const feastsOfYear = new Map<number, Set<FeastName>>();
  for (const { feast, firstDay, status } of holidays.feasts) {
    const first = numberOfDay(firstDay);
    const { days, names, article } = FEASTS[feast];
    const eve: HolidayOfDay = {
      names: { tr: `${names.tr} arifesi`, en: `Eve of the ${names.en}` },
      half: true,
      article,
      status,
    };
    // A whole day wins where the eve of one feast would fall on another's day: only wrong data could bring it.
    if (!feastByDay.has(first - 1)) feastByDay.set(first - 1, eve);
    for (let n = 0; n < days; n++) feastByDay.set(first + n, { names, half: false, article, status });
    if (status === 'forecast') {
      for (let n = -1 - FORECAST_MARGIN_DAYS; n < days + FORECAST_MARGIN_DAYS; n++) uncertain.add(first + n);
    }
    const { year } = dateOfNumber(first);
    feastsOfYear.set(year, (feastsOfYear.get(year) ?? new Set()).add(feast));
  }

  function fixedOn(dayNumber: number): FixedHoliday | undefined {
    const { year, month, day } = dateOfNumber(dayNumber);
    const fixed = fixedByDate.get(month * 100 + day);
    return fixed === undefined || year < (fixed.since ?? year) ? undefined : fixed;
  }

  function closes(holiday: { readonly half: boolean } | undefined): boolean {
    return holiday !== undefined && !(holiday.half && policy.halfDayIsBusinessDay);
  }

  /** Closed whatever the feasts may be. */
  function isClosedAnyway(dayNumber: number): boolean {
    const weekday = weekdayOfNumber(dayNumber);
    return weekday === 0 || weekday === 6 || bridges.has(dayNumber) || closes(fixedOn(dayNumber));
  }

  function isBusiness(dayNumber: number): boolean {
    return !isClosedAnyway(dayNumber) && !closes(feastByDay.get(dayNumber));
  }

  function isForecastNumber(dayNumber: number): boolean {
    // Every year has at least one of each feast: a year that lacks one is not wholly known.
    if (feastsOfYear.get(dateOfNumber(dayNumber).year)?.size !== 2) return true;
    return uncertain.has(dayNumber) && !isClosedAnyway(dayNumber);
  }

  function step(dayNumber: number, n: number): number {
    if (!Number.isSafeInteger(n)) throw new RangeError('A number of business days is a whole number.');
    const direction = n < 0 ? -1 : 1;
    let at = dayNumber;
    for (let left = Math.abs(n); left > 0; ) {
      at += direction;
      if (isBusiness(at)) left--;
    }
    return at;
  }

  function rolled(dayNumber: number): number {
    let at = dayNumber;
    while (!isBusiness(at)) at++;
    return at;
  }

  let acceptableFor = { dayNumber: Number.NaN, businessDays: 0, first: 0 };

  return {
    isBusinessDay: (day) => isBusiness(numberOfDay(day)),
    isForecast: (day) => isForecastNumber(numberOfDay(day)),
    isForecastBetween(from, to) {
      const last = numberOfDay(to);
      for (let at = numberOfDay(from); at <= last; at++) if (isForecastNumber(at)) return true;
      return false;
    },
    holidayOn(day) {
      const dayNumber = numberOfDay(day);
      const feast = feastByDay.get(dayNumber);
      const fixed = fixedOn(dayNumber);
      if (fixed === undefined || feast?.half === false) return feast;
      if (feast !== undefined && fixed.half) return feast;
      return { names: fixed.names, half: fixed.half, article: fixed.article, status: 'confirmed' };
    },
    addBusinessDays: (day, n) => textOfNumber(step(numberOfDay(day), n)),
    lastDayFor(eventSeconds, businessDays) {
      assertCount(businessDays);
      return textOfNumber(step(numberOfInstant(eventSeconds), businessDays));
    },
    deadline(eventSeconds, businessDays) {
      assertCount(businessDays);
      return startOfNumber(step(numberOfInstant(eventSeconds), businessDays) + 1);
    },
    firstAcceptableTime(nowSeconds, businessDays) {
      const today = numberOfInstant(nowSeconds);
      if (acceptableFor.dayNumber !== today || acceptableFor.businessDays !== businessDays) {
        assertCount(businessDays);
        // Event day D is in time while fewer than n business days lie strictly between D and today (day n may be today
        // itself): the earliest such D is the n-th business day before today.
        acceptableFor = { dayNumber: today, businessDays, first: startOfNumber(step(today, -businessDays)) };
      }
      return acceptableFor.first;
    },
    calendarDeadline(eventSeconds, days) {
      assertCount(days);
      return startOfNumber(rolled(numberOfInstant(eventSeconds) + days) + 1);
    },
    calendarFirstAcceptableTime(nowSeconds, days) {
      assertCount(days);
      // A last day moves to today or later where it lies behind the last business day that is over.
      return startOfNumber(step(numberOfInstant(nowSeconds), -1) + 1 - days);
    },
    monthDeadline(eventSeconds, months) {
      assertCount(months);
      return startOfNumber(rolled(sameDayLater(numberOfInstant(eventSeconds), months)) + 1);
    },
  };
}
