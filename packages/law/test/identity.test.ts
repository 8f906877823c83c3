/**
 * Numbers of identity: valid ones are made here by a second calculation, then damaged digit by digit.
 */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { mersis, retailerMersis, taxNumber, tckn, vkn } from '../src/identity.ts';

/** Completes nine digits to a TCKN: sums over a list, not the loops of the code under test. */
function makeTckn(nine: number[]): string {
  const sum = (list: number[]) => list.reduce((a, b) => a + b, 0);
  const odd = sum(nine.filter((_, at) => at % 2 === 0));
  const even = sum(nine.filter((_, at) => at % 2 === 1));
  const tenth = (((odd * 7 - even) % 10) + 10) % 10;
  return [...nine, tenth, (odd + even + tenth) % 10].join('');
}

/** Completes nine digits to a VKN, with the powers of two modulo 9 written out (2^9 … 2^1). */
function makeVkn(nine: number[]): string {
  const powers = [8, 4, 2, 1, 5, 7, 8, 4, 2];
  let sum = 0;
  nine.forEach((digit, at) => {
    const t = (digit + 9 - at) % 10;
    sum += t === 9 ? 9 : (t * (powers[at] ?? Number.NaN)) % 9;
  });
  return [...nine, (1000 - sum) % 10].join('');
}

const digit = fc.integer({ min: 0, max: 9 });
const nineDigits = fc.array(digit, { minLength: 9, maxLength: 9 });
const tcknDigits = fc.tuple(fc.integer({ min: 1, max: 9 }), fc.array(digit, { minLength: 8, maxLength: 8 }));
const validTckn = tcknDigits.map(([first, rest]) => makeTckn([first, ...rest]));
const validVkn = nineDigits.map(makeVkn);
const fiveDigits = fc.array(digit, { minLength: 5, maxLength: 5 }).map((list) => list.join(''));

/** The text with the digit at a place changed to another one. */
function changed(text: string, at: number, by: number): string {
  return text.slice(0, at) + ((Number(text[at]) + by) % 10) + text.slice(at + 1);
}
const by = fc.integer({ min: 1, max: 9 });

describe('TCKN', () => {
  test.each([
    ['10000000146', undefined],
    ['57703411244', undefined], // the contract's example of a retailer
    [makeTckn([9, 9, 0, 0, 0, 0, 1, 2, 3]), undefined], // a foreigner's number
    [makeTckn([1, 9, 0, 9, 0, 9, 0, 9, 0]), undefined], // the sum before the tenth digit is below 0
    ['', 'length'],
    ['1000000014', 'length'],
    ['100000001466', 'length'],
    ['1000000014a', 'digits'],
    ['1000000014６', 'digits'],
    ['01000000046', 'first-digit'],
    ['10000000156', 'tenth-digit'],
    ['10000000147', 'eleventh-digit'],
  ])('%s → %s', (text, fault) => {
    expect(tckn(text)).toEqual(fault === undefined ? { ok: true } : { ok: false, fault });
  });

  test('a made number is good; any change of one digit is caught', () => {
    fc.assert(
      fc.property(validTckn, fc.integer({ min: 0, max: 10 }), by, (text, at, by) => {
        expect(tckn(text)).toEqual({ ok: true });
        expect(tckn(changed(text, at, by)).ok).toBe(false);
      }),
    );
  });

  test('of the hundred possible endings one is good', () => {
    fc.assert(
      fc.property(validTckn, (text) => {
        const endings = Array.from({ length: 100 }, (_, n) => text.slice(0, 9) + String(n).padStart(2, '0'));
        expect(endings.filter((candidate) => tckn(candidate).ok)).toEqual([text]);
      }),
      { numRuns: 50 },
    );
  });
});

describe('VKN', () => {
  test.each([
    ['8450525470', undefined], // the contract's example of a retailer
    ['1234567890', undefined],
    ['', 'length'],
    ['845052547', 'length'],
    ['84505254700', 'length'],
    ['845052547O', 'digits'],
    ['8450525471', 'check-digit'],
    ['8450525479', 'check-digit'],
  ])('%s → %s', (text, fault) => {
    expect(vkn(text)).toEqual(fault === undefined ? { ok: true } : { ok: false, fault });
  });

  test('a made number is good; any change of one digit is caught', () => {
    fc.assert(
      fc.property(validVkn, fc.integer({ min: 0, max: 9 }), by, (text, at, by) => {
        expect(vkn(text)).toEqual({ ok: true });
        expect(vkn(changed(text, at, by)).ok).toBe(false);
      }),
    );
  });
});

describe('tax number (H243, H244)', () => {
  test.each([
    ['8450525470', undefined],
    ['57703411244', undefined],
    ['8450525471', 'check'],
    ['57703411245', 'check'],
    ['845052547', 'length'],
    ['577034112444', 'length'],
    ['84505 5470', 'length'],
  ])('%s → %s', (text, fault) => {
    expect(taxNumber(text)).toEqual(fault === undefined ? { ok: true } : { ok: false, fault });
  });
});

describe('MERSİS', () => {
  test('legal person: 0, VKN, any five digits', () => {
    fc.assert(
      fc.property(validVkn, fiveDigits, (number, five) => {
        const warnings = five === '00000' ? ['last-five-zero'] : [];
        expect(mersis(`0${number}${five}`)).toEqual({ ok: true, holder: 'legal-person', number, warnings });
        expect(retailerMersis(`0${number}${five}`)).toEqual({ ok: true });
      }),
    );
  });

  test('merchant who is a person: TCKN, any five digits; the rule for retailers knows legal persons only', () => {
    fc.assert(
      fc.property(validTckn, fiveDigits, (number, five) => {
        expect(mersis(number + five)).toMatchObject({ ok: true, holder: 'person', number });
        expect(retailerMersis(number + five)).toEqual({ ok: false, fault: 'check' });
      }),
    );
  });

  test('any change of one of the digits after the leading 0 up to the eleventh is caught, of the last five none', () => {
    fc.assert(
      fc.property(validVkn, fiveDigits, fc.integer({ min: 1, max: 15 }), by, (number, five, at, by) => {
        const damaged = changed(`0${number}${five}`, at, by);
        expect(mersis(damaged).ok).toBe(at > 10);
        expect(retailerMersis(damaged)).toEqual(at > 10 ? { ok: true } : { ok: false, fault: 'check' });
      }),
    );
  });

  test.each([
    ['', 'length', 'length'],
    ['56518556720', 'length', 'length'], // the contract's examples have eleven digits: wrong
    ['084505254700001', 'length', 'length'],
    ['084505254700001x', 'digits', 'check'],
    ['0845052547100015', 'vkn', 'check'],
    ['5770341124500015', 'tckn', 'check'],
  ])('%s → %s', (text, fault, retailerFault) => {
    expect(mersis(text)).toEqual({ ok: false, fault });
    expect(retailerMersis(text)).toEqual({ ok: false, fault: retailerFault });
  });

  test('the last five digits are warned about, not refused', () => {
    expect(mersis('0845052547000000')).toMatchObject({ ok: true, warnings: ['last-five-zero'] });
    expect(mersis('0845052547000015')).toMatchObject({ ok: true, warnings: [] });
  });
});
