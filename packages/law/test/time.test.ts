// Time in Istanbul against the run-time's own calendar, in both directions.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { formatTime, isDay, istanbulDay, parseTime, startOfDay } from '../src/time.ts';
import { seconds } from './support.ts';

/** Turkish time by the run-time's own calendar: UTC shifted by three hours. */
function byDate(epochSeconds: number): string {
  return new Date((epochSeconds + 10_800) * 1_000).toISOString().slice(0, 19).replace('T', ' ');
}

const wholeTime = fc.integer({
  min: Date.parse('0000-01-01T00:00:00+03:00') / 1_000,
  max: Date.parse('9999-12-31T23:59:59+03:00') / 1_000,
});

describe('time', () => {
  test.each([
    ['2015-05-01 00:00:00', Date.UTC(2015, 3, 30, 21) / 1_000],
    ['1970-01-01 03:00:00', 0],
    ['1970-01-01 02:59:59', -1],
    ['2024-02-29 23:59:59', Date.UTC(2024, 1, 29, 20, 59, 59) / 1_000],
    ['2000-02-29 00:00:00', Date.UTC(2000, 1, 28, 21) / 1_000],
    ['9999-12-31 23:59:59', Date.UTC(9999, 11, 31, 20, 59, 59) / 1_000],
    ['0000-01-01 00:00:00', new Date('0000-01-01T00:00:00+03:00').getTime() / 1_000],
  ])('%s is %i', (text, epochSeconds) => {
    expect(parseTime(text)).toEqual({ seconds: epochSeconds });
    expect(formatTime(epochSeconds)).toBe(text);
  });

  test('HS_2015’s date and today are the same clock in Istanbul', () => {
    const istanbul = new Intl.DateTimeFormat('sv-SE', {
      timeZone: 'Europe/Istanbul',
      dateStyle: 'short',
      timeStyle: 'medium',
    });
    for (const text of ['2015-05-01 00:00:00', '2017-01-15 12:00:00', '2026-07-01 23:59:59', '2030-12-31 23:59:59']) {
      expect(istanbul.format(new Date(seconds(text) * 1_000))).toBe(text);
    }
  });

  test.each([
    ['2020-15-10 09:30:00', 'impossible'], // example of the contract
    ['2020-15-01 13:35:00', 'impossible'], // example of the contract
    ['2023-02-29 00:00:00', 'impossible'],
    ['1900-02-29 00:00:00', 'impossible'],
    ['2024-04-31 00:00:00', 'impossible'],
    ['2024-00-01 00:00:00', 'impossible'],
    ['2024-01-00 00:00:00', 'impossible'],
    ['2024-01-32 00:00:00', 'impossible'],
    ['2024-01-01 24:00:00', 'impossible'],
    ['2024-01-01 00:60:00', 'impossible'],
    ['2024-01-01 00:00:60', 'impossible'],
    ['', 'format'],
    ['2024-01-01', 'format'],
    ['2024-01-01T00:00:00', 'format'],
    ['2024-01-01 00:00', 'format'],
    ['2024-01-01 00:00:00 ', 'format'],
    [' 2024-01-01 00:00:0', 'format'],
    ['2024/01/01 00:00:00', 'format'],
    ['01.01.2024 00:00:00', 'format'],
    ['2024-1-01  00:00:00', 'format'],
    ['2024-01-01 0a:00:00', 'format'],
    ['2024-01-01 -1:00:00', 'format'],
    ['+024-01-01 00:00:00', 'format'],
    ['２024-01-01 00:00:00', 'format'],
    ['2024-01-01 00.00.00', 'format'],
  ])('%j is a fault: %s', (text, fault) => {
    expect(parseTime(text)).toEqual({ fault });
  });

  test('agrees with Date in both directions, and reads back what it wrote', () => {
    fc.assert(
      fc.property(wholeTime, (epochSeconds) => {
        const text = formatTime(epochSeconds);
        expect(text).toBe(byDate(epochSeconds));
        expect(parseTime(text)).toEqual({ seconds: epochSeconds });
        expect(istanbulDay(epochSeconds)).toBe(text.slice(0, 10));
        expect(startOfDay(text.slice(0, 10))).toBe(seconds(`${text.slice(0, 10)} 00:00:00`));
      }),
      { numRuns: 2_000 },
    );
  });

  test('says the same of any digits as Date, and the memory of the last day changes no answer', () => {
    const two = (max: number) => fc.integer({ min: 0, max }).map((n) => String(n).padStart(2, '0'));
    const text = fc
      .tuple(fc.constantFrom('2023', '2024', '1900', '2000', '0000'), two(14), two(33), two(25), two(61), two(61))
      .map(([y, mo, d, h, mi, s]) => `${y}-${mo}-${d} ${h}:${mi}:${s}`);
    const damaged = fc
      .tuple(text, fc.nat(18), fc.constantFrom(...'0123456789-: Tx/'))
      .map(([whole, at, sign]) => whole.slice(0, at) + sign + whole.slice(at + 1));
    fc.assert(
      fc.property(fc.array(fc.oneof(text, damaged), { minLength: 1, maxLength: 6 }), (texts) => {
        for (const one of [...texts, ...texts]) {
          const wellFormed = /^\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}$/.test(one);
          const milliseconds = Date.parse(`${one.replace(' ', 'T')}Z`);
          const real = wellFormed && !Number.isNaN(milliseconds);
          const same = real && new Date(milliseconds).toISOString().slice(0, 19).replace('T', ' ') === one;
          const expected = same
            ? { seconds: milliseconds / 1_000 - 10_800 }
            : { fault: wellFormed ? 'impossible' : 'format' };
          expect(parseTime(one)).toEqual(expected);
        }
      }),
      { numRuns: 1_000 },
    );
  });

  test('parts of a second are dropped, not rounded into the next day', () => {
    expect(formatTime(seconds('2026-03-05 23:59:59') + 0.999)).toBe('2026-03-05 23:59:59');
    expect(formatTime(-0.5)).toBe('1970-01-01 02:59:59');
    expect(istanbulDay(seconds('2026-03-05 23:59:59') + 0.999)).toBe('2026-03-05');
  });

  test('what cannot be written or is no day throws', () => {
    expect(() => formatTime(seconds('9999-12-31 23:59:59') + 1)).toThrow(RangeError);
    expect(() => formatTime(seconds('0000-01-01 00:00:00') - 1)).toThrow(RangeError);
    expect(() => formatTime(Number.NaN)).toThrow(RangeError);
    expect(() => istanbulDay(Number.POSITIVE_INFINITY)).toThrow(RangeError);
    for (const text of ['', '2023-02-29', '2024-1-1', '2024-01-01 ', 'x'.repeat(10)]) {
      expect(isDay(text)).toBe(false);
      expect(() => startOfDay(text)).toThrow(RangeError);
    }
    expect(isDay('2024-02-29')).toBe(true);
  });
});
