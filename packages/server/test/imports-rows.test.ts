// From cells to consents: what columns are taken for, what is mended and what is not, and how rows that repeat or
// contradict each other are marked.

import {
  DEFAULT_CALENDAR_POLICY,
  earliestConsentTime,
  type FormContext,
  formatTime,
  HOLIDAYS,
  kindOf,
  makeCalendar,
  ONAY,
  parseTime,
  RET,
  SOURCE_NUMBERS,
} from '@acik-iys/law';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type ConsentRow,
  type ConsentSheet,
  faultSentence,
  IMPORT_ERRORS,
  ImportRefused,
  importSentence,
  type RowFault,
  readAddresses,
  readConsents,
  readPasted,
  type Table,
} from '../src/rooms/imports/index.ts';
import { PASTED_CHARACTERS_MOST } from '../src/rooms/imports/pasted.ts';
import { type Cell, COLUMNS_MOST, textCell } from '../src/rooms/imports/table.ts';

function seconds(time: string): number {
  const parsed = parseTime(time);
  if ('fault' in parsed) throw new Error(time);
  return parsed.seconds;
}
/** A Wednesday. */
const NOW = seconds('2026-11-25 12:00:00');
const context: FormContext = {
  now: NOW,
  earliest: earliestConsentTime(makeCalendar(HOLIDAYS, DEFAULT_CALENDAR_POLICY), NOW),
  historicLoadOpen: true,
  strictness: 'welcoming',
};

type Value = string | number | Cell | undefined;
function tableOf(...rows: Value[][]): Table {
  return {
    sheet: 'Sayfa1',
    otherSheets: [],
    rows: rows.map((cells, index) => ({
      number: index + 1,
      hidden: false,
      cells: cells.map((value) =>
        typeof value === 'string' ? textCell(value) : typeof value === 'number' ? { value } : value,
      ),
    })),
  };
}
function consents(table: Table, options: Partial<Parameters<typeof readConsents>[1]> = {}): ConsentSheet {
  return readConsents(table, { rows: 50, context, ...options });
}
const HEADER = ['Alıcı', 'Kanal', 'Durum', 'Kaynak', 'İzin tarihi', 'Alıcı türü', 'Bayi'];
const GOOD = ['+905321112233', 'MESAJ', 'ONAY', 'HS_WEB', '2026-11-24 14:05:00'];

/** The only row below our own header, with some cells of a good one changed. */
function row(change: Record<number, Value>, options = {}): ConsentRow {
  const cells: Value[] = Object.assign([...GOOD], change);
  return only(consents(tableOf(HEADER, cells), options).rows);
}
function only<T>(list: readonly T[]): T {
  expect(list).toHaveLength(1);
  return list[0] as T;
}
function codes(faults: readonly RowFault[]): string[] {
  return faults.map(({ code }) => code);
}
function codeOf(act: () => unknown): string {
  try {
    act();
  } catch (error) {
    if (error instanceof ImportRefused) return error.code;
    throw error;
  }
  return 'not refused';
}

describe('a row', () => {
  it('that is right becomes a statement, without repairs', () => {
    expect(row({})).toEqual({
      rowNumber: 2,
      cells: { recipient: GOOD[0], type: GOOD[1], status: GOOD[2], source: GOOD[3], consentDate: GOOD[4] },
      consent: { recipient: GOOD[0], type: GOOD[1], status: GOOD[2], source: GOOD[3], consentDate: GOOD[4] },
      statement: {
        kind: kindOf(1, 0),
        address: '+905321112233',
        status: ONAY,
        source: SOURCE_NUMBERS.HS_WEB,
        consentedAt: seconds('2026-11-24 14:05:00'),
        retailer: null,
      },
      faults: [],
      repairs: [],
      sameAs: null,
      contradicts: null,
    });
  });

  it('tells of each repair what was read and what it becomes', () => {
    const mended = row({
      0: '0532 111 22 33',
      1: 'sms',
      2: 'Red',
      3: 'web sitesi',
      4: '24.11.2026 14:05',
      5: 'Tüketici',
      6: ' 66438915',
    });
    expect(mended.repairs).toEqual([
      { field: 'type', read: 'sms', becomes: 'MESAJ' },
      { field: 'source', read: 'web sitesi', becomes: 'HS_WEB' },
      { field: 'recipient', read: '0532 111 22 33', becomes: '+905321112233' },
      { field: 'status', read: 'Red', becomes: 'RET' },
      { field: 'consentDate', read: '24.11.2026 14:05', becomes: '2026-11-24 14:05:00' },
      { field: 'recipientType', read: 'Tüketici', becomes: 'BIREYSEL' },
      { field: 'retailerCode', read: ' 66438915', becomes: '66438915' },
    ]);
    expect(mended.statement).toMatchObject({ status: RET, retailer: 66_438_915, address: '+905321112233' });
  });

  it.each<[string, Record<number, Value>, string[]]>([
    ['without an address', { 0: undefined }, ['H114']],
    ['without a channel', { 1: ' ' }, ['H111']],
    ['with an unknown channel', { 1: 'faks' }, ['H117']],
    ['with an unknown status', { 2: 'belki' }, ['H115']],
    ["with a source of the registry's", { 3: 'IYS_WEB' }, ['H119']],
    ['without a date', { 4: undefined }, ['H112']],
    ['with a date that is none', { 4: 'dün' }, ['H158']],
    ['with an impossible date', { 4: '31.02.2026 10:00' }, ['H157']],
    ['with a date in the future', { 4: '26.11.2026 10:00' }, ['H162']],
    ['with a consent that came too late', { 4: '02.11.2026 10:00' }, ['H467']],
    ['with an e-mail for a telephone', { 0: 'ayse@ornek.com' }, ['H464']],
    ['with a telephone that is none', { 0: '0532 111' }, ['H121']],
    ['with a retailer that is none', { 6: '12' }, ['H180']],
    [
      'with many faults, all told in the order of the columns',
      { 0: 'x', 2: 'x', 3: 'x', 5: 'x' },
      ['H121', 'H115', 'H119', 'H116'],
    ],
  ])('%s has the fault of the law', (_, change, expected) => {
    const { statement, faults } = row(change);
    expect(codes(faults)).toEqual(expected);
    expect(statement).toBeNull();
  });

  it('that refuses is taken however late', () => {
    expect(row({ 2: 'RET', 4: '02.11.2026 10:00' })).toMatchObject({ faults: [], statement: { status: RET } });
  });

  it('of a merchant needs neither source nor date', () => {
    expect(row({ 3: undefined, 4: undefined, 5: 'esnaf' })).toMatchObject({
      faults: [],
      statement: { consentedAt: null },
    });
  });

  it('asks whether another address was meant, and does not decide', () => {
    const { statement, faults } = row({ 0: 'ayse@gmail', 1: 'EPOSTA' });
    expect(statement).toBeNull();
    expect(faults).toEqual([{ code: 'H120', field: 'recipient', didYouMean: 'ayse@gmail.com' }]);
    expect(faultSentence(only(faults), 'tr')).toMatch(/Bunu mu demek istediniz: ayse@gmail\.com\?$/);
  });

  it.each<[string, Cell, string]>([
    ['a formula', { value: '+905321112233', formula: true }, 'row.formula'],
    ['a merged cell', { value: '+905321112233', merged: true }, 'row.merged'],
    ['a blank of a merged cell', { value: '', merged: true }, 'row.merged'],
    ['an error', { value: '#N/A', error: true }, 'row.error_value'],
    ['too long a text', { value: '+905321112233', cut: true }, 'row.too_long'],
  ])('with %s is refused with the cell named, and for nothing else', (_, cell, code) => {
    const { statement, faults } = row({ 0: cell });
    expect(codes(faults)).toEqual([code]);
    expect(faults[0]?.field).toBe('recipient');
    expect(statement).toBeNull();
  });

  it('with such cells where nothing is read is taken', () => {
    const table = tableOf(
      [...HEADER, 'Not'],
      [...GOOD, undefined, undefined, { value: 'x', formula: true, merged: true }],
    );
    expect(only(consents(table).rows).faults).toEqual([]);
  });

  it('that is hidden is refused', () => {
    const { rows, ...table } = tableOf(HEADER, GOOD);
    const hidden = { ...table, rows: rows.map((one) => ({ ...one, hidden: one.number === 2 })) };
    expect(codes(only(consents(hidden).rows).faults)).toEqual(['row.hidden']);
  });
});

describe('an address', () => {
  it.each<[Value, string]>([
    ['0532 111 22 33', '+905321112233'],
    ['(0532) 111-22-33', '+905321112233'],
    ['+90 (0)532 111 22 33', '+905321112233'],
    ['00905321112233', '+905321112233'],
    [5_321_112_233, '+905321112233'],
    [905_321_112_233, '+905321112233'],
    ['\u00A0+49 30 901820 ', '+4930901820'],
  ])('%s is the telephone %s', (written, becomes) => {
    expect(row({ 0: written }).statement?.address).toBe(becomes);
  });

  it.each<[Value, string]>([
    [' Ayse@Ornek.com ', 'ayse@ornek.com'],
    ['ayse@ornek.com', 'ayse@ornek.com'],
  ])('%s is the e-mail %s', (written, becomes) => {
    expect(row({ 0: written, 1: 'e-posta' }).statement?.address).toBe(becomes);
  });

  it.each<[Value, string]>([
    ['5,32111E+09', 'row.number_shortened'],
    ['9.05321E+11', 'row.number_shortened'],
    [5_321_112_23.3, 'H121'],
  ])('%s, whose digits are lost, is not made into another: %s', (written, code) => {
    expect(codes(row({ 0: written }).faults)).toEqual([code]);
  });

  it('comes from the column of its channel where telephones and e-mails have one each', () => {
    const { rows } = consents(
      tableOf(
        ['Cep Telefonu', 'E-mail', 'Kanal', 'Durum', 'Kaynak', 'Tarih'],
        ['05321112233', 'a.b@ornek.com', 'EPOSTA', ...GOOD.slice(2)],
        ['05321112233', 'a.b@ornek.com', 'ARAMA', ...GOOD.slice(2)],
        [undefined, 'a.b@ornek.com', 'ARAMA', ...GOOD.slice(2)],
      ),
    );
    expect(rows.map(({ statement }) => statement?.address)).toEqual(['a.b@ornek.com', '+905321112233', undefined]);
    expect(codes(rows[2]?.faults ?? [])).toEqual(['H464']);
  });
});

describe('a date', () => {
  const serial = (value: number): Cell => ({ value, date: true });
  /** 24.11.2026 is day 46350. */
  const AFTERNOON = 46_350 + (14 * 60 + 5) / 1_440;

  it.each<[Value, string]>([
    ['24.11.2026 14:05', '2026-11-24 14:05:00'],
    ['24.11.2026 14.05', '2026-11-24 14:05:00'],
    ['24.11.2026, 14:05:09', '2026-11-24 14:05:09'],
    ['24/11/2026 14:05', '2026-11-24 14:05:00'],
    ['24-11-2026 9:05', '2026-11-24 09:05:00'],
    ['11/11/2026 09:05', '2026-11-11 09:05:00'],
    ['2026-11-24 14:05', '2026-11-24 14:05:00'],
    ['2026-11-24T14:05:00', '2026-11-24 14:05:00'],
    ['2026-11-24T11:05:00Z', '2026-11-24 14:05:00'],
    ['2026-11-24T13:05:00.250+02:00', '2026-11-24 14:05:00'],
    ['2026/11/24 14:05', '2026-11-24 14:05:00'],
    ['24 Kasım 2026 14:05', '2026-11-24 14:05:00'],
    ['24 KASIM 2026 Salı 14:05:07', '2026-11-24 14:05:07'],
    ['24 November 2026 2:05 pm', '2026-11-24 14:05:00'],
    ['24.11.2026 12:05 AM', '2026-11-24 00:05:00'],
    ['24.11.2026 00:00', '2026-11-24 00:00:00'],
    [serial(AFTERNOON), '2026-11-24 14:05:00'],
    [AFTERNOON, '2026-11-24 14:05:00'],
  ])('%j becomes %s', (written, becomes) => {
    const { consent, faults } = row({ 2: 'RET', 4: written });
    expect([consent.consentDate, faults]).toEqual([becomes, []]);
  });

  it.each<[Value, string]>([
    ['24.11.2026', 'row.hour_missing'],
    ['2026-11-24', 'row.hour_missing'],
    ['24 Kasım 2026', 'row.hour_missing'],
    [serial(46_350), 'row.hour_missing'],
    ['11/24/2026 14:05', 'row.month_first'],
    ['11-24-2026', 'row.month_first'],
    ['03/04/2026 2:05 PM', 'row.day_or_month'],
    ['03-04-2026', 'row.day_or_month'],
    ['24.11.26 14:05', 'H158'],
    ['20261124', 'H158'],
    ['24.11.2026 öğlen', 'H158'],
    ['24.11.2026 25:00', 'H157'],
    ['13/13/2026 10:00', 'H157'],
    [serial(3_000_000), 'H158'],
    [serial(-1), 'H158'],
    [serial(2_958_465.9999999), 'H158'],
    ['9999-12-31T23:59:59Z', 'H158'],
    ['0000-01-01T00:00:00+14:00', 'H158'],
    ['9999-12-31 23:59:59', 'H162'],
    [0.5, 'H158'],
  ])('%j is not guessed: %s', (written, code) => {
    expect(codes(row({ 2: 'RET', 4: written }).faults)).toEqual([code]);
  });

  it('without an hour takes the one that was chosen for all, and says so', () => {
    expect(row({ 4: '24.11.2026' }, { defaultHour: '12:00' })).toMatchObject({
      faults: [],
      repairs: [{ field: 'consentDate', read: '24.11.2026', becomes: '2026-11-24 12:00:00' }],
    });
    expect(row({ 4: '24.11.2026 14:05' }, { defaultHour: '12:00' }).consent.consentDate).toBe('2026-11-24 14:05:00');
  });

  it('takes its hour from a column of its own', () => {
    const header = ['Alıcı', 'Kanal', 'Durum', 'Kaynak', 'Tarih', 'Saat'];
    const dated = (day: Value, hour: Value, options = {}): ConsentRow =>
      only(consents(tableOf(header, [...GOOD.slice(0, 4), day, hour]), options).rows);
    expect(dated('24.11.2026', '14:05').consent.consentDate).toBe('2026-11-24 14:05:00');
    expect(dated(serial(46_350), serial(AFTERNOON - 46_350)).consent.consentDate).toBe('2026-11-24 14:05:00');
    expect(dated(serial(46_350), serial(AFTERNOON - 46_350)).cells.consentDate).toBe('24.11.2026 14:05:00');
    expect(codes(dated('24.11.2026', undefined).faults)).toEqual(['row.hour_missing']);
    expect(codes(dated('24.11.2026', 'öğlen', { defaultHour: '12:00' }).faults)).toEqual(['row.hour_missing']);
    expect(codes(dated('24.11.2026', { value: '14:05', formula: true }).faults)).toEqual(['row.formula']);
  });

  it('of HS_2015 needs no hour: the law names it', () => {
    expect(row({ 3: '2015', 4: '01.05.2015' })).toMatchObject({
      faults: [],
      consent: { source: 'HS_2015', consentDate: '2015-05-01 00:00:00' },
    });
    expect(codes(row({ 3: 'HS_WEB', 4: '01.05.2015' }).faults)).toEqual(['row.hour_missing']);
  });

  it('of any moment that a spreadsheet can hold comes back to the second', () => {
    fc.assert(
      fc.property(fc.integer({ min: seconds('2015-05-01 00:00:01'), max: NOW }), (moment) => {
        fc.pre((moment + 10_800) % 86_400 !== 0);
        const days = (moment - seconds('1970-01-01 00:00:00')) / 86_400 + 25_569;
        expect(row({ 2: 'RET', 4: serial(days) }).statement?.consentedAt).toBe(moment);
        const [, year, month, day, time] = /^(\d+)-(\d+)-(\d+) (.+)$/.exec(formatTime(moment)) ?? [];
        expect(row({ 2: 'RET', 4: `${day}.${month}.${year} ${time}` }).statement?.consentedAt).toBe(moment);
      }),
      { numRuns: 200 },
    );
  });
});

describe('rows among each other', () => {
  const marks = (...rows: Value[][]) =>
    consents(tableOf(HEADER, ...rows)).rows.map(({ rowNumber, sameAs, contradicts, statement, faults }) => ({
      rowNumber,
      sameAs,
      contradicts,
      recorded: statement !== null,
      codes: codes(faults),
    }));

  it('of which two say the same are recorded once, however they are written', () => {
    expect(marks(GOOD, ['0532 111 22 33', 'sms', 'onay', 'web', '24.11.2026 14:05'], GOOD)).toEqual([
      { rowNumber: 2, sameAs: null, contradicts: null, recorded: true, codes: [] },
      { rowNumber: 3, sameAs: 2, contradicts: null, recorded: false, codes: [] },
      { rowNumber: 4, sameAs: 2, contradicts: null, recorded: false, codes: [] },
    ]);
  });

  it('of which one says ONAY and one RET keep the RET, whatever their order and dates', () => {
    const refusal = [...GOOD.slice(0, 2), 'RET', 'HS_WEB', '23.11.2026 10:00'];
    const overruled = { recorded: false, codes: ['row.contradicts'] };
    expect(marks(GOOD, refusal)).toMatchObject([
      { contradicts: 3, ...overruled },
      { contradicts: 2, recorded: true, codes: [] },
    ]);
    expect(marks(refusal, GOOD)).toMatchObject([
      { contradicts: 3, recorded: true },
      { contradicts: 2, ...overruled },
    ]);
  });

  it('of one address in other channels or recipient types do not touch each other', () => {
    const others = [
      [GOOD[0], 'ARAMA', 'RET', ...GOOD.slice(3)],
      [...GOOD.slice(0, 2), 'RET', ...GOOD.slice(3), 'TACIR'],
    ];
    expect(marks(GOOD, ...others).every(({ contradicts, recorded }) => contradicts === null && recorded)).toBe(true);
  });

  it('of which one is faulty are not compared with it', () => {
    expect(marks(GOOD, [...GOOD.slice(0, 2), 'RET', 'HS_WEB', '23.11.2026'])[0]).toMatchObject({ recorded: true });
  });
});

describe('columns', () => {
  const kinds = (...header: string[]) =>
    consents(tableOf(['Telefon', ...header], GOOD))
      .columns.slice(1)
      .map(({ kind }) => kind);

  it('are recognised by their names in two languages, however they are spelled, and the rest is told to be unused', () => {
    expect(kinds('KANAL', 'status', 'İzin Kaynağı', 'İzin Tarihi (zorunlu)', 'Müşteri')).toEqual([
      'type',
      'status',
      'source',
      'consentDate',
      null,
    ]);
    expect(kinds('Channel / Kanal', 'DURUMU', 'Source', 'consent_date', 'Alıcı Tipi')).toEqual([
      'type',
      'status',
      'source',
      'consentDate',
      'recipientType',
    ]);
    expect(kinds('Knal', 'durm', 'kaynka', 'tarihi', 'bayi kodu')).toEqual([
      'type',
      'status',
      'source',
      'consentDate',
      'retailerCode',
    ]);
    expect(kinds('İletişim Kanalı', 'Onay durumu', 'KAYNAK*', 'Date', 'E-posta adresi')).toEqual([
      'type',
      'status',
      'source',
      'consentDate',
      'email',
    ]);
  });

  it('whose names only resemble are left alone', () => {
    expect(kinds('Doğum tarihi', 'Kargo durumu', 'Açıklama', 'Adres', 'Şehir')).toEqual([null, null, null, null, null]);
  });

  it('may stand below titles', () => {
    const { columns, rows } = consents(tableOf(['Kasım izinleri'], [undefined, 'Kadıköy şubesi'], HEADER, GOOD));
    expect(columns[0]).toEqual({ column: 'A', header: 'Alıcı', kind: 'recipient' });
    expect(only(rows).rowNumber).toBe(4);
  });

  it('without names are recognised by what stands in them', () => {
    const table = tableOf(
      ['Ayşe', '05321112233', '24.11.2026 14:05', 'Onay', 'SMS', 'HS_MESAJ', 'Bireysel', '66438915'],
      ['Ali', '0532 111 22', '24.11.2026 14:06', 'Ret', 'SMS', 'SMS', 'tacir', '66438915'],
      ['Can', '05321112235', '24.11.2026', 'Onay', 'Arama', 'Web', 'Bireysel', '66438915'],
    );
    const { columns, rows } = consents(table);
    expect(columns.map(({ kind }) => kind)).toEqual([
      null,
      'recipient',
      'consentDate',
      'status',
      'type',
      'source',
      'recipientType',
      'retailerCode',
    ]);
    expect(columns.every(({ header }) => header === null)).toBe(true);
    expect(rows.map(({ rowNumber, faults }) => [rowNumber, codes(faults)])).toEqual([
      [1, []],
      [2, ['H121']],
      [3, ['row.hour_missing']],
    ]);
  });

  it('that are missing are told, and may be given once for all rows', () => {
    const table = tableOf(['Telefon', 'Tarih'], ['05321112233', '24.11.2026 14:05']);
    const bare = consents(table);
    expect(bare.missing).toEqual(['type', 'status', 'source']);
    expect(codes(only(bare.rows).faults)).toEqual(['H111', 'H110', 'H113']);
    const given = consents(table, { given: { type: 'MESAJ', status: 'ONAY', source: 'HS_WEB' } });
    expect(given.missing).toEqual([]);
    expect(only(given.rows)).toMatchObject({ faults: [], cells: { type: 'MESAJ', source: 'HS_WEB' } });
  });

  it('that are there are not overruled by what was given for all', () => {
    expect(codes(row({ 1: undefined }, { given: { type: 'ARAMA' } }).faults)).toEqual(['H111']);
  });

  it.each<[string, string, Table]>([
    ['two of a kind', 'import.column_twice', tableOf(['Telefon', 'Durum', 'Cep'], GOOD)],
    ['no address', 'import.no_address_column', tableOf(['Kanal', 'Durum'], ['MESAJ', 'ONAY'])],
    ['neither names nor addresses', 'import.no_header', tableOf(['Ayşe', 'Kadıköy'], ['Ali', 'Beşiktaş'])],
    ['names alone', 'import.empty', tableOf(HEADER)],
    [
      '51 rows where 50 is the limit',
      'import.too_many_rows',
      tableOf(HEADER, ...Array.from({ length: 51 }, () => GOOD)),
    ],
  ])('with %s are refused with %s', (_, code, table) => {
    expect(codeOf(() => consents(table))).toBe(code);
  });

  it('take exactly as many rows as the limit', () => {
    expect(consents(tableOf(HEADER, ...Array.from({ length: 50 }, () => GOOD))).rows).toHaveLength(50);
  });
});

describe('a list to be checked', () => {
  it('is one column of addresses, with the same address marked', () => {
    const { columns, rows } = readAddresses(
      tableOf(['05321112233'], ['+90 532 111 22 33'], ['ayse@ornek.com'], ['5,3E+9'], ['x']),
      { rows: 1_000, channel: 'MESAJ' },
    );
    expect(columns).toEqual([{ column: 'A', header: null, kind: 'recipient' }]);
    expect(rows.map(({ address, sameAs, faults }) => [address, sameAs, codes(faults)])).toEqual([
      ['+905321112233', null, []],
      ['+905321112233', 1, []],
      [null, null, ['H464']],
      [null, null, ['row.number_shortened']],
      [null, null, ['H121']],
    ]);
  });

  it('takes the column of the channel, tells blanks, and says what it mended', () => {
    const table = tableOf(
      ['Ad', 'Telefon', 'E-posta'],
      ['Ayşe', '05321112233', 'Ayse@Ornek.com'],
      ['Ali', undefined, undefined],
    );
    const { rows } = readAddresses(table, { rows: 1_000, channel: 'EPOSTA' });
    expect(rows).toEqual([
      {
        rowNumber: 2,
        cells: { recipient: 'Ayse@Ornek.com' },
        address: 'ayse@ornek.com',
        faults: [],
        repairs: [{ field: 'recipient', read: 'Ayse@Ornek.com', becomes: 'ayse@ornek.com' }],
        sameAs: null,
      },
      {
        rowNumber: 3,
        cells: {},
        address: null,
        faults: [{ code: 'H114', field: 'recipient' }],
        repairs: [],
        sameAs: null,
      },
    ]);
  });

  it('takes 1,000 addresses and no more', () => {
    const addresses = Array.from({ length: 1_001 }, (_, n) => [`+9053211${10_000 + n}`]);
    expect(readAddresses(tableOf(...addresses.slice(1)), { rows: 1_000, channel: 'ARAMA' }).rows).toHaveLength(1_000);
    expect(codeOf(() => readAddresses(tableOf(...addresses), { rows: 1_000, channel: 'ARAMA' }))).toBe(
      'import.too_many_rows',
    );
  });
});

describe('pasted cells', () => {
  const pasted = (text: string): unknown[][] =>
    readPasted(text, { rows: 50 }).rows.map(({ number, cells }) => [
      number,
      ...Array.from(cells, (cell) => cell?.value),
    ]);

  it.each<[string, string, unknown[][]]>([
    [
      'tabs, as spreadsheets copy',
      'a\tb\r\n\r\nc\t\t"d"\r\n',
      [
        [1, 'a', 'b'],
        [3, 'c', '', 'd'],
      ],
    ],
    [
      'tabs with marks, lines and tabs in a cell',
      'a\t"b ""c""\td\r\ne"\n5" x 3"\tf',
      [
        [1, 'a', 'b "c"\td\r\ne'],
        [2, '5" x 3"', 'f'],
      ],
    ],
    [
      'semicolons',
      '\uFEFFTelefon;Not\r\n0532;"a;b"',
      [
        [1, 'Telefon', 'Not'],
        [2, '0532', 'a;b'],
      ],
    ],
    [
      'commas',
      'Telefon,Not\n0532,"a,b"',
      [
        [1, 'Telefon', 'Not'],
        [2, '0532', 'a,b'],
      ],
    ],
    [
      'a mark that nothing closes',
      'a\t"b\nc\t"d',
      [
        [1, 'a', '"b'],
        [2, 'c', '"d'],
      ],
    ],
    [
      'addresses one below the other',
      '0532 111 22 33\n\nayse@ornek.com',
      [
        [1, '0532 111 22 33'],
        [2, 'ayse@ornek.com'],
      ],
    ],
    [
      'addresses in one line, one of them mistyped',
      'a@b.com; c@d.com, e.f; g@h.com',
      [
        [1, 'a@b.com'],
        [2, ' c@d.com'],
        [3, ' e.f'],
        [4, ' g@h.com'],
      ],
    ],
  ])('between %s are read', (_, text, expected) => {
    expect(pasted(text)).toEqual(expected);
  });

  it.each([
    ['nothing', 'import.empty', ' \r\n\t\t\r\n'],
    ['too much', 'import.too_large', 'a'.repeat(PASTED_CHARACTERS_MOST + 1)],
    ['too many rows', 'import.too_many_rows', 'a\tb\n'.repeat(61)],
    ['too many columns', 'import.too_many_columns', 'a\t'.repeat(COLUMNS_MOST + 1)],
  ])('that are %s are refused with %s', (_, code, text) => {
    expect(codeOf(() => pasted(text))).toBe(code);
  });

  it('are read to the end, whatever they are', () => {
    const signs = fc.constantFrom('"', '\t', ';', ',', '\r', '\n', 'a', '0532 111 22 33', 'Telefon', '=', "'");
    fc.assert(
      fc.property(fc.array(signs, { maxLength: 300 }), (parts) => {
        expect(['not refused', 'import.empty', 'import.too_many_rows', 'import.too_many_columns']).toContain(
          codeOf(() => pasted(parts.join(''))),
        );
      }),
    );
  });

  it('become rows like those of a file', () => {
    const text = `${HEADER.join('\t')}\r\n0532 111 22 33\tSMS\tOnay\tWeb\t24.11.2026 14:05\r\n`;
    expect(only(consents(readPasted(text, { rows: 50 })).rows)).toMatchObject({
      rowNumber: 2,
      faults: [],
      statement: { address: '+905321112233' },
    });
  });
});

describe('any table', () => {
  it('is read or refused, and every fault can be said in both languages', () => {
    const value = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.double(),
      fc.constantFrom(
        ...HEADER,
        ...GOOD,
        '03/04/2026',
        '24.11.2026',
        '5,3E+9',
        'a@b',
        '0532',
        'RET',
        'TACIR',
        'HS_2015',
      ),
    );
    const cell = fc.option(
      fc.record(
        { value, date: fc.constant<true>(true), formula: fc.constant<true>(true), merged: fc.constant<true>(true) },
        { requiredKeys: ['value'] },
      ),
      { nil: undefined },
    );
    fc.assert(
      fc.property(fc.array(fc.array(cell, { maxLength: 8 }), { maxLength: 12 }), (rows) => {
        const code = codeOf(() => {
          for (const { statement, faults } of consents(tableOf(...rows), {}).rows) {
            expect(statement === null || faults.length === 0).toBe(true);
            for (const fault of faults)
              for (const language of ['tr', 'en'] as const)
                expect(faultSentence(fault, language)).not.toMatch(/\{|undefined/);
          }
        });
        expect([
          'not refused',
          'import.empty',
          'import.column_twice',
          'import.no_header',
          'import.no_address_column',
        ]).toContain(code);
      }),
      { numRuns: 500 },
    );
  });

  it('and every code of this room has its sentences', () => {
    for (const code of Object.keys(IMPORT_ERRORS) as (keyof typeof IMPORT_ERRORS)[]) {
      const values = { limit: 50, columns: 'A, B', field: { tr: 'Alıcı', en: 'Recipient' }, row: 7 };
      for (const language of ['tr', 'en'] as const)
        expect(importSentence(code, language, values)).toMatch(/^\P{Ll}[^{}]+\.$/u);
    }
  });
});
