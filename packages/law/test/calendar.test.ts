// Business days: cases from law.md, a second calculation over every day of 2024 to 2030 that shares nothing with the
// first (a written-out list of closed days and an index into the list of open ones), and properties.

import HolidayList from 'date-holidays';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Calendar, type CalendarPolicy, DEFAULT_CALENDAR_POLICY, makeCalendar } from '../src/calendar.ts';
import { HOLIDAYS, type Holidays } from '../src/holidays.ts';
import { type Day, formatTime, istanbulDay, startOfDay } from '../src/time.ts';
import { dateText, seconds, shift } from './support.ts';

const DAY = 86_400;
const calendar = makeCalendar(HOLIDAYS, DEFAULT_CALENDAR_POLICY);
const halfDaysOff = makeCalendar(HOLIDAYS, { ...DEFAULT_CALENDAR_POLICY, halfDayIsBusinessDay: false });

/** Instants around which the registry lives. */
const instant = fc.integer({ min: Date.UTC(2024, 0, 3) / 1_000, max: Date.UTC(2030, 11, 1) / 1_000 });
const businessDays = fc.integer({ min: 0, max: 12 });

/** First whole days of the feasts, from law.md section 6. */
const RAMAZAN = ['2024-04-10', '2025-03-30', '2026-03-20', '2027-03-09', '2028-02-26', '2029-02-14', '2030-02-04'];
const KURBAN = ['2024-06-16', '2025-06-06', '2026-05-27', '2027-05-16', '2028-05-05', '2029-04-24', '2030-04-13'];

/** The second calculation: all closed days by name, all open ones in a row, periods by place in the row. */
function secondCalculation(halfDaysCount: boolean) {
  const closed = new Set<Day>();
  for (let year = 2023; year <= 2031; year++) {
    for (const date of ['01-01', '04-23', '05-01', '05-19', '07-15', '08-30', '10-29']) closed.add(`${year}-${date}`);
    if (!halfDaysCount) closed.add(`${year}-10-28`);
  }
  for (const [firstDays, length] of [[RAMAZAN, 3] as const, [KURBAN, 4] as const]) {
    for (const first of firstDays) {
      for (let n = 0; n < length; n++) closed.add(shift(first, n));
      if (!halfDaysCount) closed.add(shift(first, -1));
    }
  }
  const open: Day[] = [];
  for (
    const date = new Date(Date.UTC(2023, 11, 1));
    date.getUTCFullYear() < 2032;
    date.setUTCDate(date.getUTCDate() + 1)
  ) {
    const day = dateText(date);
    if (date.getUTCDay() % 6 !== 0 && !closed.has(day)) open.push(day);
  }
  return {
    isOpen: (day: Day) => open.includes(day),
    lastDay: (day: Day, n: number) => open[open.findIndex((one) => one > day) + n - 1],
  };
}

const allDays: Day[] = [];
for (let day = '2024-01-01'; day <= '2030-12-31'; day = shift(day, 1)) allDays.push(day);

describe('business days', () => {
  test.each([
    // given, last day when half days count, last day when they do not
    ['2026-08-20', '2026-08-25', '2026-08-25'], // a plain Thursday: the example of law.md
    ['2026-08-21', '2026-08-26', '2026-08-26'], // Friday
    ['2026-08-22', '2026-08-26', '2026-08-26'], // Saturday
    ['2026-08-23', '2026-08-26', '2026-08-26'], // Sunday
    ['2026-08-24', '2026-08-27', '2026-08-27'], // Monday
    ['2026-03-18', '2026-03-24', '2026-03-25'], // before Ramazan 2026: Friday to Sunday, eve on Thursday
    ['2026-05-25', '2026-06-02', '2026-06-03'], // before Kurban 2026: Wednesday to Saturday, eve on Tuesday
    ['2025-06-04', '2025-06-11', '2025-06-12'], // before Kurban 2025: Friday to Monday, eve on Thursday
    ['2024-04-08', '2024-04-16', '2024-04-17'], // before Ramazan 2024: Wednesday to Friday, eve on Tuesday
    ['2024-06-14', '2024-06-24', '2024-06-24'], // before Kurban 2024: Sunday to Wednesday, eve on a Saturday
    ['2025-10-27', '2025-10-31', '2025-11-03'], // before 28 October, a Tuesday
    ['2024-12-31', '2025-01-06', '2025-01-06'], // before New Year, a Wednesday
    ['2027-05-14', '2027-05-24', '2027-05-24'], // Kurban 2027: Sunday to Wednesday, the last of them also 19 May
    ['2029-04-20', '2029-05-03', '2029-05-03'], // 23 April, Kurban 2029 from the day after to Friday, then 1 May
  ])('three days from %s', (given, last, lastWithoutHalfDays) => {
    for (const time of ['00:00:00', '12:34:56', '23:59:59']) {
      const event = seconds(`${given} ${time}`);
      expect(calendar.lastDayFor(event, 3)).toBe(last);
      expect(halfDaysOff.lastDayFor(event, 3)).toBe(lastWithoutHalfDays);
      expect(formatTime(calendar.deadline(event, 3) - 1)).toBe(`${last} 23:59:59`);
    }
  });

  test.each([
    ['half days count', calendar, true],
    ['half days do not count', halfDaysOff, false],
  ])('the second calculation agrees for every day from 2024 to 2030 (%s)', (_, calculated, halfDaysCount) => {
    const second = secondCalculation(halfDaysCount);
    const mine: unknown[] = [];
    const theirs: unknown[] = [];
    for (const day of allDays) {
      const event = startOfDay(day) + 43_200;
      mine.push([day, calculated.isBusinessDay(day), ...[1, 2, 3, 15].map((n) => calculated.lastDayFor(event, n))]);
      theirs.push([day, second.isOpen(day), ...[1, 2, 3, 15].map((n) => second.lastDay(day, n))]);
    }
    expect(mine).toEqual(theirs);
  });

  test('a public list of holidays names the same days', () => {
    const list = new HolidayList('TR');
    for (let year = 2024; year <= 2030; year++) {
      const theirs = new Set<Day>();
      for (const { date, name, start, end } of list.getHolidays(year)) {
        const feast = /^(Ramazan|Kurban)/.test(name);
        // The list's feasts last from the evening of the eve to the noon after: the whole days are the days of 24 hours.
        const days = feast ? Math.floor((end.getTime() - start.getTime()) / (DAY * 1_000)) : 1;
        for (let n = 0; n < days; n++) theirs.add(shift(date.slice(0, 10), n));
      }
      const mine = allDays.filter((day) => day.startsWith(String(year)) && calendar.holidayOn(day)?.half === false);
      expect(mine).toEqual([...theirs].sort());
    }
  });

  test('says which holiday a day is, by which article', () => {
    expect(calendar.holidayOn('2026-03-19')).toMatchObject({
      half: true,
      article: 'L 2429 art. 2/B-1',
      status: 'confirmed',
    });
    expect(calendar.holidayOn('2026-03-19')?.names).toEqual({
      tr: 'Ramazan Bayramı arifesi',
      en: 'Eve of the Ramadan Feast',
    });
    expect(calendar.holidayOn('2027-05-19')).toMatchObject({ article: 'L 2429 art. 2/B-2', status: 'forecast' });
    expect(calendar.holidayOn('2026-10-28')).toMatchObject({ half: true, article: 'L 2429 art. 1' });
    expect(calendar.holidayOn('2026-07-15')).toMatchObject({ half: false, article: 'L 2429 art. 2/C' });
    // 23 April 2029 is also the eve of a feast: the whole holiday is the one that is named.
    expect(calendar.holidayOn('2029-04-23')).toMatchObject({ half: false, article: 'L 2429 art. 2/A-1' });
    expect(calendar.holidayOn('2026-08-20')).toBeUndefined();
    // 15 July is a holiday since law 6751 of October 2016.
    expect(calendar.holidayOn('2016-07-15')).toBeUndefined();
    expect(calendar.isBusinessDay('2016-07-15')).toBe(true);
    expect(calendar.isBusinessDay('2020-07-15')).toBe(false);
  });

  test('an answer that rests on a forecast says so', () => {
    for (const day of ['2024-04-09', '2025-06-06', '2026-05-27', '2026-08-20', '2026-12-31']) {
      expect(calendar.isForecast(day)).toBe(false);
    }
    // Ramazan 2027: Tuesday 9 to Thursday 11 March; eve, and a day more on either side.
    const around = ['2027-03-05', '2027-03-08', '2027-03-09', '2027-03-11', '2027-03-12', '2027-03-15'];
    expect(around.map((day) => calendar.isForecast(day))).toEqual([false, true, true, true, true, false]);
    expect(calendar.isForecast('2027-05-16')).toBe(false); // a Sunday is none of the feast's business
    expect(calendar.isForecast('2027-05-19')).toBe(false); // nor is 19 May
    expect(calendar.isForecastBetween('2027-03-01', '2027-03-06')).toBe(false);
    expect(calendar.isForecastBetween('2027-03-01', '2027-03-08')).toBe(true);
    for (const day of ['2015-05-01', '2023-08-01', '2031-01-01', '2050-08-02'])
      expect(calendar.isForecast(day)).toBe(true);
    // A year with one feast alone is not known.
    const lacking = { ...HOLIDAYS, feasts: HOLIDAYS.feasts.filter(({ firstDay }) => firstDay !== '2026-05-27') };
    expect(makeCalendar(lacking, DEFAULT_CALENDAR_POLICY).isForecast('2026-08-20')).toBe(true);
  });

  test('the registrar confirms a forecast by data', () => {
    const feasts = HOLIDAYS.feasts.map((feast) => ({ ...feast, status: 'confirmed' as const }));
    const confirmed = makeCalendar({ ...HOLIDAYS, feasts }, DEFAULT_CALENDAR_POLICY);
    expect(allDays.filter((day) => confirmed.isForecast(day))).toEqual([]);
    expect(allDays.map((day) => confirmed.isBusinessDay(day))).toEqual(
      allDays.map((day) => calendar.isBusinessDay(day)),
    );
  });

  test('years without data are answered: weekends and fixed dates count', () => {
    expect(calendar.addBusinessDays('2050-04-21', 1)).toBe('2050-04-22');
    expect(calendar.addBusinessDays('2050-04-22', 1)).toBe('2050-04-25'); // 23 April 2050 is a Saturday
    expect(calendar.addBusinessDays('2018-10-26', 1)).toBe('2018-10-30'); // 29 October 2018 is a Monday
    expect(calendar.isBusinessDay('2035-01-01')).toBe(false);
  });

  test('bad data is refused at once', () => {
    const policy: CalendarPolicy = { ...DEFAULT_CALENDAR_POLICY, bridgeDays: ['2026-02-30'] };
    expect(() => makeCalendar(HOLIDAYS, policy)).toThrow(RangeError);
  });

  test('what is no day or no number of days is refused', () => {
    for (const text of ['', '2023-02-29', '2024-1-1', '2024-01-01 ', 'x'.repeat(10)])
      expect(() => calendar.isBusinessDay(text)).toThrow(RangeError);
    expect(() => calendar.deadline(0, 1.5)).toThrow(RangeError);
    expect(() => calendar.deadline(0, -1)).toThrow(RangeError);
    expect(() => calendar.firstAcceptableTime(0, -1)).toThrow(RangeError);
    expect(() => calendar.calendarFirstAcceptableTime(0, -1)).toThrow(RangeError);
  });
});

describe('business days, properties', () => {
  test('monotone: a later event never ends earlier, a longer period never ends earlier', () => {
    fc.assert(
      fc.property(instant, fc.nat(20 * DAY), businessDays, fc.nat(5), (event, later, n, more) => {
        expect(calendar.deadline(event + later, n)).toBeGreaterThanOrEqual(calendar.deadline(event, n));
        expect(calendar.deadline(event, n + more)).toBeGreaterThanOrEqual(calendar.deadline(event, n));
      }),
    );
  });

  test('three days are three steps of one, and back again from a business day', () => {
    fc.assert(
      fc.property(instant, businessDays, (event, n) => {
        let day = istanbulDay(event);
        for (let left = n; left > 0; left--) day = calendar.addBusinessDays(day, 1);
        expect(calendar.addBusinessDays(istanbulDay(event), n)).toBe(day);
        expect(calendar.lastDayFor(event, n)).toBe(day);
        if (n > 0 && calendar.isBusinessDay(istanbulDay(event))) {
          expect(calendar.addBusinessDays(day, -n)).toBe(istanbulDay(event));
        }
      }),
    );
  });

  test('the last day is a business day, after the event, with so many of them between; the end is its midnight', () => {
    fc.assert(
      fc.property(instant, fc.integer({ min: 1, max: 12 }), (event, n) => {
        const last = calendar.lastDayFor(event, n);
        expect(calendar.isBusinessDay(last)).toBe(true);
        expect(calendar.holidayOn(last)?.half).not.toBe(false);
        let counted = 0;
        for (let day = shift(istanbulDay(event), 1); day <= last; day = shift(day, 1)) {
          if (calendar.isBusinessDay(day)) counted++;
        }
        expect(counted).toBe(n);
        expect(calendar.deadline(event, n)).toBe(startOfDay(shift(last, 1)));
        expect(calendar.deadline(event, n)).toBeGreaterThan(event);
      }),
    );
  });

  test('firstAcceptableTime is the other side of deadline', () => {
    const near = fc.integer({ min: -20 * DAY, max: 3 * DAY });
    fc.assert(
      fc.property(instant, near, businessDays, fc.boolean(), (now, away, n, half) => {
        const used = half ? halfDaysOff : calendar;
        const first = used.firstAcceptableTime(now, n);
        const event = now + away;
        expect(used.deadline(event, n) > now).toBe(event >= first);
        expect(used.deadline(first, n)).toBeGreaterThan(now);
        expect(used.deadline(first - 1, n)).toBeLessThanOrEqual(now);
        // The memory of one day is asked about others in between.
        expect(used.firstAcceptableTime(now + away, n + 1)).toBe(
          makeCalendar(HOLIDAYS, { bridgeDays: [], halfDayIsBusinessDay: !half }).firstAcceptableTime(
            now + away,
            n + 1,
          ),
        );
        expect(used.firstAcceptableTime(now, n)).toBe(first);
      }),
      { numRuns: 500 },
    );
  });

  test('on the seconds around the end of a period', () => {
    // Given on Thursday the 20th at its first and last second: over with Tuesday the 25th.
    const lastSecond = seconds('2026-08-25 23:59:59');
    expect(formatTime(calendar.firstAcceptableTime(lastSecond, 3))).toBe('2026-08-20 00:00:00');
    expect(formatTime(calendar.firstAcceptableTime(lastSecond + 1, 3))).toBe('2026-08-21 00:00:00');
  });

  /** Closing one more business day. */
  test('a new bridge day moves exactly the periods over it, by exactly one business day', () => {
    fc.assert(
      fc.property(instant, fc.integer({ min: 1, max: 8 }), fc.integer({ min: -5, max: 20 }), (event, n, away) => {
        const bridge = calendar.addBusinessDays(istanbulDay(event), away === 0 ? 1 : away);
        const bridged = makeCalendar(HOLIDAYS, { ...DEFAULT_CALENDAR_POLICY, bridgeDays: [bridge] });
        expect(bridged.isBusinessDay(bridge)).toBe(false);
        const last = calendar.lastDayFor(event, n);
        const over = istanbulDay(event) < bridge && bridge <= last;
        expect(bridged.lastDayFor(event, n)).toBe(over ? calendar.addBusinessDays(last, 1) : last);
      }),
      { numRuns: 300 },
    );
  });

  test('moving a feast moves periods only over days that it opens or closes', () => {
    const moved = fc
      .tuple(fc.nat(HOLIDAYS.feasts.length - 1), fc.integer({ min: -2, max: 2 }))
      .map(([at, by]): { other: Calendar; holidays: Holidays; at: number } => {
        const feasts = HOLIDAYS.feasts.map((feast, place) =>
          place === at ? { ...feast, firstDay: shift(feast.firstDay, by) } : feast,
        );
        const holidays = { ...HOLIDAYS, feasts };
        return { other: makeCalendar(holidays, DEFAULT_CALENDAR_POLICY), holidays, at };
      });
    fc.assert(
      fc.property(
        moved,
        fc.integer({ min: -15, max: 10 }),
        fc.integer({ min: 1, max: 6 }),
        ({ other, at }, away, n) => {
          const firstDay = HOLIDAYS.feasts[at]?.firstDay ?? '';
          const event = startOfDay(shift(firstDay, away)) + 3_600;
          const before = calendar.lastDayFor(event, n);
          const after = other.lastDayFor(event, n);
          const [, end = after] = [before, after].sort();
          const difference = { opened: 0, closed: 0 };
          for (let day = shift(istanbulDay(event), 1); day <= end; day = shift(day, 1)) {
            if (calendar.isBusinessDay(day) && !other.isBusinessDay(day)) difference.closed++;
            if (!calendar.isBusinessDay(day) && other.isBusinessDay(day)) difference.opened++;
          }
          if (difference.opened + difference.closed === 0) expect(after).toBe(before);
          if (after > before) expect(difference.closed).toBeGreaterThan(0);
          if (after < before) expect(difference.opened).toBeGreaterThan(0);
        },
      ),
      { numRuns: 500 },
    );
  });
});

describe('calendar days and months', () => {
  test.each([
    ['2026-08-03 10:00:00', 15, '2026-08-18'], // Tuesday
    ['2026-08-01 10:00:00', 15, '2026-08-17'], // Sunday the 16th → Monday
    ['2026-05-12 10:00:00', 15, '2026-06-01'], // Kurban from the 27th, then a weekend
    ['2026-03-04 10:00:00', 15, '2026-03-19'], // the eve is a half day: it counts
    ['2026-07-16 10:00:00', 30, '2026-08-17'],
  ])('%s and %i calendar days end with %s', (event, days, last) => {
    expect(formatTime(calendar.calendarDeadline(seconds(event), days) - 1)).toBe(`${last} 23:59:59`);
  });

  test.each([
    ['2026-01-30 10:00:00', 1, '2026-03-02'], // 28 February 2026 is a Saturday
    ['2024-01-31 10:00:00', 1, '2024-02-29'],
    ['2025-11-30 23:59:59', 3, '2026-03-02'],
    ['2026-02-28 10:00:00', 3, '2026-06-01'], // the 28th of May: Kurban, then a weekend
    ['2026-05-11 00:00:00', 3, '2026-08-11'],
    ['2025-12-31 10:00:00', 12, '2026-12-31'],
    ['2026-10-01 10:00:00', 3, '2027-01-04'], // New Year, a Friday
  ])('%s and %i months end with %s', (event, months, last) => {
    expect(formatTime(calendar.monthDeadline(seconds(event), months) - 1)).toBe(`${last} 23:59:59`);
  });

  test('calendarFirstAcceptableTime is the other side of calendarDeadline', () => {
    const near = fc.integer({ min: -60 * DAY, max: 3 * DAY });
    fc.assert(
      fc.property(instant, near, fc.nat(40), fc.constantFrom(calendar, halfDaysOff), (now, away, days, used) => {
        const first = used.calendarFirstAcceptableTime(now, days);
        expect(used.calendarDeadline(now + away, days) > now).toBe(now + away >= first);
        expect(used.calendarDeadline(first, days)).toBeGreaterThan(now);
        expect(used.calendarDeadline(first - 1, days)).toBeLessThanOrEqual(now);
      }),
      { numRuns: 1_000 },
    );
  });

  test('calendar days and months: properties', () => {
    fc.assert(
      fc.property(instant, fc.nat(90), fc.nat(36), (event, days, months) => {
        const plain = shift(istanbulDay(event), days);
        const last = istanbulDay(calendar.calendarDeadline(event, days) - 1);
        expect(last).toBe(calendar.isBusinessDay(plain) ? plain : calendar.addBusinessDays(plain, 1));

        const monthly = istanbulDay(calendar.monthDeadline(event, months) - 1);
        const [year = 0, month = 0, dayOfMonth = 0] = istanbulDay(event).split('-').map(Number);
        const lastOfMonth = new Date(Date.UTC(year, month + months, 0)).getUTCDate();
        const due = dateText(new Date(Date.UTC(year, month - 1 + months, Math.min(dayOfMonth, lastOfMonth))));
        expect(monthly).toBe(calendar.isBusinessDay(due) ? due : calendar.addBusinessDays(due, 1));
      }),
    );
  });
});
