/**
 * The rules of form of one consent: each row of the official table with its code, location and value, the moments at
 * which a consent becomes too old or lies in the future, and properties over any JSON that may arrive.
 */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { DEFAULT_CALENDAR_POLICY, makeCalendar } from '../src/calendar.ts';
import {
  type CheckedForm,
  CONSENT_KEYS,
  checkAddress,
  checkForm,
  earliestConsentTime,
  FAULTS_TOLD_MAX,
  FIRST_CONSENT_TIME,
  type FormContext,
  isOnlyTooOld,
  RETAILER_ACCESS_MAX,
} from '../src/form.ts';
import { HOLIDAYS } from '../src/holidays.ts';
import { PERIODS, type Period } from '../src/periods.ts';
import { formatTime } from '../src/time.ts';
import { CHANNELS, EPOSTA, kindOf, NO_SOURCE, ONAY, PROVIDER_SOURCES, RET, SOURCE_NUMBERS } from '../src/vocabulary.ts';
import { seconds as at } from './support.ts';

const calendar = makeCalendar(HOLIDAYS, DEFAULT_CALENDAR_POLICY);
function contextAt(time: string, more: Partial<FormContext> = {}): FormContext {
  const now = at(time);
  return {
    now,
    earliest: earliestConsentTime(calendar, now),
    historicLoadOpen: false,
    strictness: 'official',
    ...more,
  };
}
/** A Wednesday in a week without holidays. */
const NOW = '2026-11-25 12:00:00';
const context = contextAt(NOW);
const GOOD = {
  recipient: '+905321112233',
  type: 'MESAJ',
  source: 'HS_WEB',
  status: 'ONAY',
  consentDate: '2026-11-25 11:00:00',
};

/** The item with some keys changed; undefined takes a key away. */
function item(change: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries({ ...GOOD, ...change }).filter(([, value]) => value !== undefined));
}
function check(change: Record<string, unknown>, asked: FormContext = context): CheckedForm {
  return checkForm(item(change), asked);
}
function codes(form: CheckedForm): string[] {
  return form.faults.map(({ code }) => code);
}
/** Every fault as `code location value`. */
function told(form: CheckedForm): unknown[] {
  return form.faults.map(({ code, location, value }) => [code, location, value]);
}

describe('a consent that is right in form', () => {
  test('becomes a statement', () => {
    expect(check({})).toEqual({
      statement: {
        kind: kindOf(1, 0),
        address: '+905321112233',
        status: ONAY,
        source: SOURCE_NUMBERS.HS_WEB,
        consentedAt: at('2026-11-25 11:00:00'),
        retailer: null,
      },
      retailerAccess: undefined,
      faults: [],
    });
  });

  test('with everything it may have', () => {
    const form = check({
      recipient: 'Ali.Veli@Ornek.COM.TR',
      type: 'EPOSTA',
      status: 'RET',
      source: 'HS_KARAR',
      recipientType: 'TACIR',
      retailerCode: 11223344,
      retailerAccess: [22233344, '44222419'],
    });
    expect(form).toEqual({
      statement: {
        kind: kindOf(2, 1),
        address: 'ali.veli@ornek.com.tr',
        status: RET,
        source: SOURCE_NUMBERS.HS_KARAR,
        consentedAt: at('2026-11-25 11:00:00'),
        retailer: 11223344,
      },
      retailerAccess: [22233344, 44222419],
      faults: [],
    });
  });

  test.each(CHANNELS.map((type, channel) => [type, channel] as const))('channel %s', (type, channel) => {
    const recipient = type === 'EPOSTA' ? 'a@ornek.com' : GOOD.recipient;
    expect(check({ type, recipient, recipientType: 'BIREYSEL' }).statement?.kind).toBe(kindOf(channel, 0));
    expect(check({ type, recipient, recipientType: 'TACIR' }).statement?.kind).toBe(kindOf(channel, 1));
    expect(check({ type, recipient }).statement?.kind).toBe(kindOf(channel, 0));
  });

  test.each(PROVIDER_SOURCES.filter((name) => name !== 'HS_2015'))('source %s', (source) => {
    expect(check({ source, status: 'RET' }).statement?.source).toBe(SOURCE_NUMBERS[source]);
  });

  test.each(['+902123334455', '+908501234567', '+904440444'])('fixed line %s for ARAMA and MESAJ', (recipient) => {
    expect(codes(check({ recipient, type: 'ARAMA' }))).toEqual([]);
    expect(codes(check({ recipient, type: 'MESAJ' }))).toEqual([]);
  });
});

describe('each rule of form', () => {
  const over = Array.from({ length: RETAILER_ACCESS_MAX + 1 }, (_, i) => 10_000_000 + i);
  const rows: readonly (readonly [
    rule: string,
    change: Record<string, unknown>,
    faults: readonly (readonly [code: string, location: readonly (string | number)[], value: unknown])[],
  ])[] = [
    ['status missing', { status: undefined }, [['H110', ['status'], undefined]]],
    ['type missing', { type: undefined }, [['H111', ['type'], undefined]]],
    ['consentDate missing', { consentDate: undefined }, [['H112', ['consentDate'], undefined]]],
    ['source missing', { source: undefined }, [['H113', ['source'], undefined]]],
    ['recipient missing', { recipient: undefined }, [['H114', ['recipient'], undefined]]],
    ['in a required field null is absent: status', { status: null }, [['H110', ['status'], undefined]]],
    ['in a required field null is absent: type', { type: null }, [['H111', ['type'], undefined]]],
    ['in a required field null is absent: consentDate', { consentDate: null }, [['H112', ['consentDate'], undefined]]],
    ['in a required field null is absent: source', { source: null }, [['H113', ['source'], undefined]]],
    ['in a required field null is absent: recipient', { recipient: null }, [['H114', ['recipient'], undefined]]],
    ['"" is a wrong value: status', { status: '' }, [['H115', ['status'], '']]],
    ['"" is a wrong value: type', { type: '' }, [['H117', ['type'], '']]],
    ['"" is a wrong value: consentDate', { consentDate: '' }, [['H158', ['consentDate'], '']]],
    ['"" is a wrong value: source', { source: '' }, [['H119', ['source'], '']]],
    ['"" is a wrong value: recipient', { recipient: '' }, [['H121', ['recipient'], '']]],
    ['"" is a wrong value: recipient of an e-mail', { type: 'EPOSTA', recipient: '' }, [['H120', ['recipient'], '']]],
    ['recipientType null', { recipientType: null }, [['H116', ['recipientType'], null]]],
    ['recipientType empty', { recipientType: '' }, [['H116', ['recipientType'], '']]],
    ['recipientType unknown', { recipientType: 'TACIRR' }, [['H116', ['recipientType'], 'TACIRR']]],
    ['status unknown: a common slip', { status: 'RED' }, [['H115', ['status'], 'RED']]],
    ['status in lower case', { status: 'onay' }, [['H115', ['status'], 'onay']]],
    ['status of another JSON type', { status: 1 }, [['H115', ['status'], 1]]],
    ['type unknown', { type: 'SMS' }, [['H117', ['type'], 'SMS']]],
    ['type as a list', { type: ['MESAJ'] }, [['H117', ['type'], ['MESAJ']]]],
    ['source unknown', { source: 'HS_FAX' }, [['H119', ['source'], 'HS_FAX']]],
    ['source that only the registry writes', { source: 'IYS_WEB' }, [['H119', ['source'], 'IYS_WEB']]],
    ['source named like a key of every object', { source: 'constructor' }, [['H119', ['source'], 'constructor']]],
    ['source as a number', { source: 3 }, [['H119', ['source'], 3]]],
    ['HS_KARAR with ONAY', { source: 'HS_KARAR' }, [['H408', ['status'], 'ONAY']]],
    [
      'e-mail with Turkish letters',
      { type: 'EPOSTA', recipient: 'ayşe@ornek.com' },
      [['H120', ['recipient'], 'ayşe@ornek.com']],
    ],
    ['e-mail too short', { type: 'EPOSTA', recipient: 'a@b.c' }, [['H120', ['recipient'], 'a@b.c']]],
    [
      'e-mail over 265 characters',
      { type: 'EPOSTA', recipient: `${'a'.repeat(256)}@ornek.com` },
      [['H120', ['recipient'], `${'a'.repeat(256)}@ornek.com`]],
    ],
    ['e-mail of blanks', { type: 'EPOSTA', recipient: '          ' }, [['H120', ['recipient'], '          ']]],
    ['recipient as a number', { recipient: 905321112233 }, [['H121', ['recipient'], 905321112233]]],
    ['recipient as an object', { recipient: {} }, [['H121', ['recipient'], {}]]],
    ['telephone not valid', { recipient: '+905992000000' }, [['H121', ['recipient'], '+905992000000']]],
    ['telephone with a trunk 0', { recipient: '+9005321112233' }, [['H121', ['recipient'], '+9005321112233']]],
    ['telephone without +', { recipient: '905321112233' }, [['H121', ['recipient'], '905321112233']]],
    [
      'telephone over 15 characters',
      { recipient: '9055436100000000' },
      [
        ['H160', ['recipient'], '9055436100000000'],
        ['H121', ['recipient'], '9055436100000000'],
      ],
    ],
    ['MESAJ with an e-mail', { recipient: 'test@gmail.com' }, [['H464', ['recipient'], 'test@gmail.com']]],
    ['ARAMA with an e-mail', { type: 'ARAMA', recipient: 'a@b.com.tr' }, [['H464', ['recipient'], 'a@b.com.tr']]],
    [
      'EPOSTA with a telephone',
      { type: 'EPOSTA', recipient: '+905312560714' },
      [['H464', ['recipient'], '+905312560714']],
    ],
    [
      'EPOSTA with a telephone as people write it',
      { type: 'EPOSTA', recipient: '0532 111.22.33' },
      [['H464', ['recipient'], '0532 111.22.33']],
    ],
    [
      'one second before 1 May 2015',
      { consentDate: '2015-04-30 23:59:59' },
      [['H156', ['consentDate'], '2015-04-30 23:59:59']],
    ],
    [
      'HS_2015 with another date',
      { source: 'HS_2015', consentDate: '2020-04-30 23:59:00' },
      [['H155', ['consentDate'], '2020-04-30 23:59:00']],
    ],
    [
      'HS_2015 with an earlier date: H156 first',
      { source: 'HS_2015', consentDate: '2015-02-10 09:30:00' },
      [
        ['H156', ['consentDate'], '2015-02-10 09:30:00'],
        ['H155', ['consentDate'], '2015-02-10 09:30:00'],
      ],
    ],
    [
      'HS_2015 in the future',
      { source: 'HS_2015', consentDate: '2027-01-01 00:00:00' },
      [
        ['H155', ['consentDate'], '2027-01-01 00:00:00'],
        ['H162', ['consentDate'], '2027-01-01 00:00:00'],
      ],
    ],
    ['no such day', { consentDate: '2026-02-30 10:00:00' }, [['H157', ['consentDate'], '2026-02-30 10:00:00']]],
    ['no such hour', { consentDate: '2026-11-24 24:00:00' }, [['H157', ['consentDate'], '2026-11-24 24:00:00']]],
    ['ISO format', { consentDate: '2026-11-25T11:00:00' }, [['H158', ['consentDate'], '2026-11-25T11:00:00']]],
    ['without seconds', { consentDate: '2026-11-25 11:00' }, [['H158', ['consentDate'], '2026-11-25 11:00']]],
    ['a date as a number', { consentDate: 1795000000 }, [['H158', ['consentDate'], 1795000000]]],
    ['in the future', { consentDate: '2026-11-25 12:00:01' }, [['H162', ['consentDate'], '2026-11-25 12:00:01']]],
    ['too old', { consentDate: '2020-01-13 13:35:13' }, [['H467', ['consentDate'], '2020-01-13 13:35:13']]],
    ['retailerCode empty', { retailerCode: '' }, [['H267', ['retailerCode'], undefined]]],
    ['retailerCode null', { retailerCode: null }, [['H266', ['retailerCode'], undefined]]],
    ['retailerCode of seven digits', { retailerCode: 1234567 }, [['H180', ['retailerCode'], 1234567]]],
    ['retailerCode of nine digits', { retailerCode: 127865301 }, [['H180', ['retailerCode'], 127865301]]],
    ['retailerCode with a fraction', { retailerCode: 12345678.5 }, [['H180', ['retailerCode'], 12345678.5]]],
    ['retailerCode of words', { retailerCode: 'bayi' }, [['H180', ['retailerCode'], 'bayi']]],
    ['retailerAccess empty', { retailerAccess: [] }, [['H163', ['retailerAccess'], []]]],
    ['retailerAccess null', { retailerAccess: null }, [['H163', ['retailerAccess'], null]]],
    ['retailerAccess no list', { retailerAccess: '22233344' }, [['H163', ['retailerAccess'], '22233344']]],
    ['retailerAccess over 3000', { retailerAccess: over }, [['H126', ['retailerAccess'], over]]],
    [
      'retailerAccess, an entry twice, once as a string',
      { retailerAccess: [22233344, 44222419, '22233344'] },
      [['H193', ['retailerAccess', 2], '22233344']],
    ],
    [
      'retailerAccess, entries that are no numbers of retailers',
      { retailerAccess: [22233344, 0, null, '0022'] },
      [
        ['H180', ['retailerAccess', 1], 0],
        ['H180', ['retailerAccess', 2], null],
        ['H180', ['retailerAccess', 3], '0022'],
      ],
    ],
    ['another key', { unacceptableProperty: 'x' }, [['H118', ['unacceptableProperty'], 'x']]],
    ['a key in another case', { Recipient: 'x' }, [['H118', ['Recipient'], 'x']]],
    ['another key, null', { iysCode: null }, [['H118', ['iysCode'], null]]],
  ];

  test.each(rows)('%s', (_, change, faults) => {
    const form = check(change);
    expect(told(form)).toEqual(faults);
    if (!isOnlyTooOld(form.faults)) expect(form.statement).toBeNull();
  });

  test('3000 retailers are not too many', () => {
    const form = check({ retailerAccess: over.slice(1) });
    expect(form.faults).toEqual([]);
    expect(form.retailerAccess).toEqual(over.slice(1));
  });

  test('the mended telephone is told', () => {
    expect(check({ recipient: '+9005321112233' }).faults[0]?.didYouMean).toBe('+905321112233');
    expect(check({ recipient: '0532 111 22 33' }).faults[0]?.didYouMean).toBe('+905321112233');
    expect(check({ type: 'EPOSTA', recipient: 'ayşe@örnek.com' }).faults[0]?.didYouMean).toBe('ayse@ornek.com');
  });

  test('keys that every object knows are other keys, when JSON.parse made them own ones', () => {
    const text = JSON.stringify(GOOD).replace(/}$/, ',"__proto__":{"status":"RET"},"constructor":1,"toString":""}');
    const form = checkForm(JSON.parse(text), context);
    expect(told(form)).toEqual([
      ['H118', ['__proto__'], { status: 'RET' }],
      ['H118', ['constructor'], 1],
      ['H118', ['toString'], ''],
    ]);
    expect(form.statement).toBeNull();
  });

  test('a field cannot come by way of __proto__', () => {
    const { status: _, ...rest } = GOOD;
    const form = checkForm(JSON.parse(`${JSON.stringify(rest).slice(0, -1)},"__proto__":{"status":"ONAY"}}`), context);
    expect(codes(form)).toEqual(['H110', 'H118']);
  });

  test('all faults of an item are in one answer', () => {
    expect(codes(checkForm({}, context))).toEqual(['H111', 'H110', 'H113', 'H114', 'H112']);
    const form = checkForm(
      {
        recipient: '+905992000000',
        type: 'ARAMA',
        source: 'HS_2015',
        status: 'RED',
        consentDate: '2014-01-01 00:00:00',
        recipientType: 'KAMU',
        retailerCode: 5,
        retailerAccess: [5, 12345678, 12345678],
        note: 'x',
      },
      context,
    );
    expect(told(form)).toEqual([
      ['H116', ['recipientType'], 'KAMU'],
      ['H115', ['status'], 'RED'],
      ['H121', ['recipient'], '+905992000000'],
      ['H156', ['consentDate'], '2014-01-01 00:00:00'],
      ['H155', ['consentDate'], '2014-01-01 00:00:00'],
      ['H180', ['retailerCode'], 5],
      ['H180', ['retailerAccess', 0], 5],
      ['H193', ['retailerAccess', 2], 12345678],
      ['H118', ['note'], 'x'],
    ]);
    expect(form.statement).toBeNull();
  });
});

describe('faults are told up to a bound: the answer must not outgrow the question', () => {
  const unknownKeys = Object.fromEntries(Array.from({ length: 40_000 }, (_, i) => [`key${i}`, i]));
  const wrongRetailers = Array.from({ length: RETAILER_ACCESS_MAX }, () => 'x');
  test.each([
    ['40,000 unknown keys', unknownKeys, 'H118'],
    ['3000 wrong retailers', { retailerAccess: wrongRetailers }, 'H180'],
    ['both', { retailerAccess: wrongRetailers, ...unknownKeys }, 'H180'],
  ])('%s: not a statement', (_, change, code) => {
    const form = check(change);
    expect(codes(form)).toEqual(Array(FAULTS_TOLD_MAX).fill(code));
    expect(form.statement).toBeNull();
    expect(isOnlyTooOld(form.faults)).toBe(false);
  });

  test('nor one that is only too old, where its age is among them or found first', () => {
    const form = check({ consentDate: '2026-11-01 10:00:00', status: 'RET', retailerAccess: wrongRetailers });
    expect(codes(form)).toEqual(['H467', ...Array(FAULTS_TOLD_MAX - 1).fill('H180')]);
    expect(form.statement).toBeNull();
    expect(isOnlyTooOld(form.faults)).toBe(false);
  });

  test('one short of the bound is told whole', () => {
    const change = { retailerAccess: wrongRetailers.slice(0, FAULTS_TOLD_MAX - 1), note: 1 };
    expect(codes(check(change))).toEqual([...Array(FAULTS_TOLD_MAX - 1).fill('H180'), 'H118']);
    expect(codes(check({ ...change, colour: 2 }))).toHaveLength(FAULTS_TOLD_MAX);
  });
});

describe('a merchant’s date and source may be absent (H462 and H463 are rules of state)', () => {
  test.each([
    ['date', { consentDate: undefined }, { consentedAt: null }],
    ['source', { source: undefined }, { source: NO_SOURCE }],
    ['both', { consentDate: undefined, source: undefined }, { consentedAt: null, source: NO_SOURCE }],
  ])('%s', (_, change, part) => {
    const form = check({ recipientType: 'TACIR', ...change });
    expect(form.faults).toEqual([]);
    expect(form.statement).toMatchObject(part);
  });

  test('but not wrong', () => {
    expect(codes(check({ recipientType: 'TACIR', consentDate: '', source: '' }))).toEqual(['H119', 'H158']);
    expect(codes(check({ recipientType: 'TACIR', consentDate: '2026-11-26 00:00:00' }))).toEqual(['H162']);
    expect(codes(check({ recipientType: 'TACIR', status: undefined }))).toEqual(['H110']);
  });

  test('an unknown recipient type is no merchant', () => {
    expect(codes(check({ recipientType: 'tacir', consentDate: undefined }))).toEqual(['H116', 'H112']);
  });
});

describe('HS_2015', () => {
  const historic = { source: 'HS_2015', consentDate: '2015-05-01 00:00:00' };
  test('is too old like any other while the provider’s historic load is closed', () => {
    const form = check(historic);
    expect(codes(form)).toEqual(['H467']);
    expect(form.statement?.consentedAt).toBe(FIRST_CONSENT_TIME);
  });
  test('is welcome while it is open', () => {
    const open = contextAt(NOW, { historicLoadOpen: true });
    expect(check(historic, open).faults).toEqual([]);
    expect(codes(check({ ...historic, consentDate: '2015-05-01 00:00:01' }, open))).toEqual(['H155']);
    expect(codes(check({ ...historic, consentDate: '2015-04-30 23:59:59' }, open))).toEqual(['H156', 'H155']);
  });
  test('the open load exempts no other source', () => {
    const open = contextAt(NOW, { historicLoadOpen: true });
    expect(codes(check({ consentDate: '2015-05-01 00:00:00' }, open))).toEqual(['H467']);
  });
});

describe('H467: three business days (law 6563 art. 11/5), the day of the event not counted', () => {
  test.each([
    // given on a Thursday: the last day is Tuesday (law.md section 6)
    ['2026-11-19 10:00:00', '2026-11-24 23:59:59'],
    ['2026-11-19 00:00:00', '2026-11-24 23:59:59'],
    ['2026-11-18 23:59:59', '2026-11-23 23:59:59'],
    // given on a Saturday: Monday is the first day
    ['2026-11-21 10:00:00', '2026-11-25 23:59:59'],
    // over 29 October 2026 (Thursday); 28 October is half a day and counts
    ['2026-10-26 09:00:00', '2026-10-30 23:59:59'],
    ['2026-10-28 18:00:00', '2026-11-03 23:59:59'],
    // over Kurban Bayramı 2026: 27 to 30 May, the eve of the 26th counts
    ['2026-05-25 12:00:00', '2026-06-02 23:59:59'],
    // over Ramazan Bayramı 2026: 20 to 22 March
    ['2026-03-18 12:00:00', '2026-03-24 23:59:59'],
    // over New Year
    ['2025-12-30 12:00:00', '2026-01-05 23:59:59'],
  ])('given %s, recorded until %s', (consentDate, last) => {
    const deadline = at(last) + 1;
    const wrong = contextAt(formatTime(deadline));
    expect(codes(check({ consentDate }, contextAt(last)))).toEqual([]);
    expect(told(check({ consentDate }, wrong))).toEqual([['H467', ['consentDate'], consentDate]]);
  });

  test('the fault stands beside the statement, so that a refusal can be withheld', () => {
    const form = check({ consentDate: '2026-11-01 10:00:00', status: 'RET', retailerAccess: [22233344] });
    expect(codes(form)).toEqual(['H467']);
    expect(form.statement).toMatchObject({ status: RET, consentedAt: at('2026-11-01 10:00:00') });
    expect(form.retailerAccess).toEqual([22233344]);
    expect(isOnlyTooOld(form.faults)).toBe(true);
  });

  test('with any other fault there is no statement', () => {
    const form = check({ consentDate: '2026-11-01 10:00:00', note: 1 });
    expect(codes(form)).toEqual(['H467', 'H118']);
    expect(form.statement).toBeNull();
    expect(isOnlyTooOld(form.faults)).toBe(false);
    expect(isOnlyTooOld([])).toBe(false);
  });

  test('a welcoming door asks a refusal for no age, a consent as ever (law.md 12)', () => {
    const welcoming = contextAt(NOW, { strictness: 'welcoming' });
    expect(check({ consentDate: '2016-01-01 00:00:00', status: 'RET' }, welcoming).faults).toEqual([]);
    expect(codes(check({ consentDate: '2016-01-01 00:00:00' }, welcoming))).toEqual(['H467']);
    expect(codes(check({ consentDate: '2014-01-01 00:00:00', status: 'RET' }, welcoming))).toEqual(['H156']);
    expect(codes(check({ consentDate: '2026-11-25 12:00:01', status: 'RET' }, welcoming))).toEqual(['H162']);
  });

  test('before the period was law, 1 May 2015 alone is the limit', () => {
    const before = contextAt('2020-01-03 23:59:59');
    expect(before.earliest).toEqual([]);
    expect(codes(check({ consentDate: '2015-05-01 00:00:00' }, before))).toEqual([]);
    expect(codes(check({ consentDate: '2015-04-30 23:59:59' }, before))).toEqual(['H156']);
    expect(codes(check({ consentDate: '2015-05-01 00:00:00' }, contextAt('2020-01-04 00:00:00')))).toEqual(['H467']);
    expect(FIRST_CONSENT_TIME).toBe(at('2015-05-01 00:00:00'));
  });

  describe('a change of the law is a further row', () => {
    const [present] = PERIODS.filter(({ key }) => key === 'record-consent') as [Period];
    function contextUnder(row: Partial<Period>, now: string): FormContext {
      const periods = [...PERIODS, { ...present, ...row }];
      return contextAt(now, { earliest: earliestConsentTime(calendar, at(now), periods) });
    }

    test.each<[row: Partial<Period>, given: string, last: string, period: string]>([
      // Given on the eve of the change: three business days, as before, also where the new row is longer or shorter.
      [{ validFrom: '2026-11-19', length: 5 }, '2026-11-18 23:59:59', '2026-11-23 23:59:59', '3 iş günü'],
      [{ validFrom: '2026-11-19', length: 1 }, '2026-11-18 23:59:59', '2026-11-23 23:59:59', '3 iş günü'],
      // Given on its first second.
      [{ validFrom: '2026-11-19', length: 5 }, '2026-11-19 00:00:00', '2026-11-26 23:59:59', '5 iş günü'],
      [{ validFrom: '2026-11-19', length: 1 }, '2026-11-19 00:00:00', '2026-11-20 23:59:59', '1 iş günü'],
      // Calendar days are not counted as business days: Thursday and three days is Sunday, which moves to Monday.
      [{ validFrom: '2026-11-19', kind: 'calendar' }, '2026-11-19 10:00:00', '2026-11-23 23:59:59', '3 gün'],
      [
        { validFrom: '2026-11-19', kind: 'calendar', length: 10 },
        '2026-11-20 10:00:00',
        '2026-11-30 23:59:59',
        '10 gün',
      ],
      // Not yet begun.
      [{ validFrom: '2026-12-01', length: 5 }, '2026-11-19 10:00:00', '2026-11-24 23:59:59', '3 iş günü'],
    ])('%j: given %s, recorded until %s', (row, consentDate, last, period) => {
      expect(codes(check({ consentDate }, contextUnder(row, last)))).toEqual([]);
      const late = check({ consentDate }, contextUnder(row, formatTime(at(last) + 1)));
      expect(late.faults).toMatchObject([{ code: 'H467', values: { period: { tr: period } } }]);
    });

    test('of a kind that can be counted back: all rows are, and another is not taken for business days', () => {
      for (const row of PERIODS.filter(({ key }) => key === 'record-consent'))
        expect(() => contextUnder({ ...row, validFrom: '2026-11-20' }, NOW)).not.toThrow();
      expect(() => contextUnder({ validFrom: '2026-11-19', kind: 'hour', length: 72 }, NOW)).toThrow(RangeError);
    });
  });

  test('the deadline of the calendar and the earliest time agree on every second asked', () => {
    const span = fc.integer({ min: at('2024-01-10 00:00:00'), max: at('2030-12-01 00:00:00') });
    fc.assert(
      fc.property(span, fc.integer({ min: -1, max: 1 }), (given, off) => {
        const now = calendar.deadline(given, 3) + off;
        const form = check({ consentDate: formatTime(given) }, contextAt(formatTime(now)));
        expect(codes(form)).toEqual(off < 0 ? [] : ['H467']);
      }),
      { numRuns: 1_000 },
    );
  });
});

test('H162 by one second', () => {
  expect(codes(check({ consentDate: '2026-11-25 12:00:00' }))).toEqual([]);
  expect(codes(check({ consentDate: '2026-11-25 12:00:01' }))).toEqual(['H162']);
});

describe('checkAddress', () => {
  test.each([
    ['A@B.COM.TR', EPOSTA, { ok: true, address: 'a@b.com.tr' }],
    ['+905321112233', 0, { ok: true, address: '+905321112233' }],
    ['+905321112233', EPOSTA, { ok: false, fault: 'other-kind' }],
    ['a@b.com.tr', 1, { ok: false, fault: 'other-kind' }],
    ['+905543213232213232', 1, { ok: false, fault: 'telephone-too-long' }],
    [undefined, 1, { ok: false, fault: 'telephone' }],
    [null, EPOSTA, { ok: false, fault: 'email' }],
  ])('%s on channel %i', (value, channel, answer) => {
    expect(checkAddress(value, channel)).toEqual(answer);
  });
});

// ------------------------------------------------------------------------------------------------------- properties

/** Values that pass or nearly pass, among any JSON. */
const nearly: Readonly<Record<string, readonly unknown[]>> = {
  recipient: ['+905321112233', 'a@ornek.com', '0532 111 22 33', '9055436100000000', ''],
  type: ['ARAMA', 'MESAJ', 'EPOSTA', ''],
  source: ['HS_WEB', 'HS_2015', 'HS_KARAR', 'IYS_WEB'],
  status: ['ONAY', 'RET', 'RED'],
  consentDate: ['2026-11-25 11:00:00', '2026-11-01 11:00:00', '2015-05-01 00:00:00', '2014-01-01 00:00:00', 'dün'],
  recipientType: ['BIREYSEL', 'TACIR'],
  retailerCode: [11223344, '11223344', null, ''],
  retailerAccess: [[11223344], [], [11223344, 11223344]],
};
const anyItem = fc
  .tuple(
    fc.record(
      Object.fromEntries(
        Object.entries(nearly).map(([key, values]) => [
          key,
          fc.oneof({ weight: 8, arbitrary: fc.constantFrom(...values) }, { weight: 1, arbitrary: fc.jsonValue() }),
        ]),
      ),
      { requiredKeys: [] },
    ),
    fc.oneof(
      { weight: 6, arbitrary: fc.constant({}) },
      { weight: 1, arbitrary: fc.dictionary(fc.string(), fc.jsonValue()) },
    ),
  )
  // Through JSON, as everything arrives: `__proto__` becomes an own key.
  .map(([known, others]): Record<string, unknown> => JSON.parse(JSON.stringify({ ...others, ...known })));
const anyContext = fc
  .record({
    historicLoadOpen: fc.boolean(),
    strictness: fc.constantFrom('official' as const, 'welcoming' as const),
  })
  .map((more) => contextAt(NOW, more));

describe('properties', () => {
  test('whatever arrives, there is a statement exactly where nothing but its age stands against it', () => {
    fc.assert(
      fc.property(anyItem, anyContext, (raw, asked) => {
        const form = checkForm(raw, asked);
        const others = form.faults.filter(({ code }) => code !== 'H467');
        expect(form.statement === null).toBe(others.length > 0);
        for (const { location, value } of form.faults) {
          expect(location.length).toBeGreaterThan(0);
          if (value !== undefined) expect(value).toEqual(location.reduce<unknown>((o, key) => Object(o)[key], raw));
        }
        if (form.statement?.consentedAt != null) expect(form.statement.consentedAt).toBeLessThanOrEqual(asked.now);
      }),
      { numRuns: 10_000 },
    );
  });

  test('never throws on any JSON object', () => {
    const object = fc.oneof(
      fc.dictionary(fc.oneof(fc.constantFrom(...CONSENT_KEYS), fc.string({ unit: 'binary' })), fc.jsonValue()),
      fc.array(fc.jsonValue()).map((list) => ({ ...list })),
    );
    fc.assert(
      fc.property(object, anyContext, (raw, asked) => {
        expect(checkForm(JSON.parse(JSON.stringify(raw)), asked).faults.length).toBeGreaterThan(0);
      }),
      { numRuns: 5_000 },
    );
  });

  test('the item is not changed', () => {
    fc.assert(
      fc.property(anyItem, anyContext, (raw, asked) => {
        const before = JSON.stringify(raw);
        checkForm(raw, asked);
        expect(JSON.stringify(raw)).toBe(before);
      }),
      { numRuns: 1_000 },
    );
  });
});
