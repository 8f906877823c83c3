// The table of periods: each row's end by hand, the row in force by the day of the event, and the way back from an end.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { DEFAULT_CALENDAR_POLICY, makeCalendar } from '../src/calendar.ts';
import { HOLIDAYS } from '../src/holidays.ts';
import { firstInTime, inWords, PERIODS, type Period, periodEnd, periodInForce } from '../src/periods.ts';
import { formatTime, isDay } from '../src/time.ts';
import { seconds } from './support.ts';

const calendar = makeCalendar(HOLIDAYS, DEFAULT_CALENDAR_POLICY);
const RECORD_CONSENT = PERIODS.find(({ key }) => key === 'record-consent') as Period;
const instant = fc.integer({ min: seconds('2024-02-10 00:00:00'), max: seconds('2030-12-01 00:00:00') });

describe('the table of periods', () => {
  test.each([
    // key, event, its end (exclusive)
    ['record-consent', '2026-08-20 09:00:00', '2026-08-26 00:00:00'],
    ['stop-after-refusal', '2026-08-20 09:00:00', '2026-08-26 00:00:00'],
    ['report-refusal', '2026-08-20 09:00:00', '2026-08-26 00:00:00'],
    ['tell-consent-taken', '2026-08-22 23:59:59', '2026-08-23 00:00:00'], // on a Saturday too
    ['complain', '2026-05-11 00:00:00', '2026-08-12 00:00:00'],
    ['answer-authority', '2026-08-03 10:00:00', '2026-08-19 00:00:00'],
    ['answer-complainant', '2026-07-16 10:00:00', '2026-08-18 00:00:00'],
    ['repeat-breach', '2026-05-30 10:00:00', '2027-05-31 00:00:00'], // a Sunday: not moved
    ['pay-fine-reduced', '2026-01-30 10:00:00', '2026-03-03 00:00:00'],
    ['challenge-fine', '2026-08-01 10:00:00', '2026-08-18 00:00:00'],
    ['fine-time-bar', '2026-08-01 10:00:00', '2029-08-02 00:00:00'],
    ['fine-time-bar-from-50000', '2026-08-01 10:00:00', '2030-08-02 00:00:00'],
    ['fine-time-bar-from-100000', '2026-08-01 10:00:00', '2031-08-02 00:00:00'],
    ['keep-consent-record', '2016-02-29 10:00:00', '2017-03-01 00:00:00'],
    ['keep-consent-record', '2026-08-01 10:00:00', '2029-08-02 00:00:00'],
    ['keep-other-record', '2026-08-01 10:00:00', '2029-08-02 00:00:00'],
    ['keep-all-records', '2026-08-01 10:00:00', '2036-08-02 00:00:00'],
    ['answer-data-subject', '2026-07-16 10:00:00', '2026-08-18 00:00:00'],
    ['report-data-breach', '2026-08-21 17:30:01', '2026-08-24 17:30:01'],
  ] as const)('%s from %s ends at %s', (key, event, end) => {
    const period = periodInForce(key, event.slice(0, 10));
    if (period === undefined) throw new Error('no row in force');
    expect(formatTime(periodEnd(calendar, period, seconds(event)))).toBe(end);
  });

  test('the row in force is that of the event’s day, whatever the order of the rows', () => {
    expect(periodInForce('keep-consent-record', '2020-01-03')?.length).toBe(1);
    expect(periodInForce('keep-consent-record', '2020-01-04')?.length).toBe(3);
    expect(periodInForce('keep-consent-record', '2020-01-04', PERIODS.toReversed())?.length).toBe(3);
    expect(periodInForce('keep-consent-record', '2015-07-14')).toBeUndefined();
    expect(periodInForce('keep-all-records', '2022-12-31')).toBeUndefined();
  });

  test('firstInTime is the other side of periodEnd', () => {
    const kinds = fc.constantFrom('business' as const, 'calendar' as const);
    const near = fc.integer({ min: -40 * 86_400, max: 86_400 });
    fc.assert(
      fc.property(instant, near, kinds, fc.nat(20), (now, away, kind, length) => {
        const period: Period = { ...RECORD_CONSENT, kind, length };
        const first = firstInTime(calendar, period, now);
        expect(periodEnd(calendar, period, now + away) > now).toBe(now + away >= first);
        expect(periodEnd(calendar, period, first)).toBeGreaterThan(now);
        expect(periodEnd(calendar, period, first - 1)).toBeLessThanOrEqual(now);
      }),
      { numRuns: 1_000 },
    );
  });

  test('a kind that cannot be counted back, or said, is refused and not taken for another', () => {
    for (const kind of ['month', 'year', 'same-day', 'hour'] as const) {
      expect(() => firstInTime(calendar, { ...RECORD_CONSENT, kind }, 0)).toThrow(RangeError);
      expect(() => inWords({ ...RECORD_CONSENT, kind })).toThrow(RangeError);
    }
  });

  test('a length is said as people say it', () => {
    expect(inWords(RECORD_CONSENT)).toEqual({ tr: '3 iş günü', en: '3 business days' });
    expect(inWords({ ...RECORD_CONSENT, kind: 'calendar', length: 1 })).toEqual({ tr: '1 gün', en: '1 day' });
  });

  test('each row is whole, and no two rows of one key begin on the same day', () => {
    for (const { article, length, validFrom } of PERIODS) {
      expect(article).toMatch(/^(?:L|R) \d/);
      expect(Number.isSafeInteger(length)).toBe(true);
      expect(isDay(validFrom)).toBe(true);
      expect(validFrom >= '2015-05-01').toBe(true);
    }
    expect(new Set(PERIODS.map(({ key, validFrom }) => `${key} ${validFrom}`)).size).toBe(PERIODS.length);
  });
});
