// What is written: it comes back as it was through our own reader, nothing in it is ever a formula, and large reports need
// no more memory than small ones.

import { execFile } from 'node:child_process';
import { once } from 'node:events';
import type { Readable } from 'node:stream';
import { buffer, text } from 'node:stream/consumers';
import { finished } from 'node:stream/promises';
import { promisify } from 'node:util';
import {
  CHANNELS,
  DEFAULT_CALENDAR_POLICY,
  earliestConsentTime,
  HOLIDAYS,
  makeCalendar,
  PROVIDER_SOURCES,
  parseTime,
} from '@acik-iys/law';
import fc from 'fast-check';
import { strFromU8, unzipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import {
  type CellToWrite,
  checkedAddresses,
  FIELDS,
  faultSentence,
  ImportRefused,
  readAddresses,
  readConsents,
  readPasted,
  readSheet,
  refusedRows,
  type SheetToWrite,
  type Table,
  template,
  writeCsv,
  writeXlsx,
} from '../src/rooms/imports/index.ts';
import { CELL_CHARACTERS_MOST } from '../src/rooms/imports/table.ts';
import { readWorkbook } from '../src/rooms/imports/workbook.ts';

const ROWS = 50;
const LANGUAGES = ['tr', 'en'] as const;

function sheetOf(rows: SheetToWrite['rows'], columns = 4): SheetToWrite {
  return {
    name: 'Sayfa',
    columns: Array.from({ length: columns }, (_, n) => ({ header: `Sütun ${n}`, width: 10 })),
    rows,
  };
}
async function xlsxTable(...sheets: SheetToWrite[]): Promise<Table> {
  return readWorkbook(await buffer(writeXlsx(sheets)), ROWS);
}
async function csvTable(sheet: SheetToWrite): Promise<Table> {
  return readPasted(await csvText(sheet), { rows: ROWS });
}
/** With its byte-order mark, which the decoder of `text` would take away. */
async function csvText(sheet: SheetToWrite): Promise<string> {
  return (await buffer(writeCsv(sheet))).toString('utf8');
}
/** The texts below the header, by row number; blanks as ''. */
function textsOf(table: Table, columns = 4): [number, ...string[]][] {
  return table.rows
    .slice(1)
    .map(({ number, cells }) => [
      number,
      ...Array.from({ length: columns }, (_, index) => String(cells[index]?.value ?? '')),
    ]);
}

/** Texts as strangers write them, made of what separates, quotes and begins formulas. */
const hostileText = fc
  .array(
    fc.oneof(
      {
        weight: 5,
        arbitrary: fc.constantFrom(
          '=',
          '+',
          '-',
          '@',
          '\t',
          '\r',
          '\n',
          "'",
          '"',
          ';',
          ',',
          '|',
          ' ',
          '＝',
          '1',
          'A1',
          'cmd',
          '_x0041_',
          '_x',
          '<',
          '&amp;',
          ']]>',
        ),
      },
      { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 4 }) },
      { weight: 1, arbitrary: fc.constantFrom('+905321112233', 'ğüşıİ', '😀', '\u0000', '\u001b', '\ud800', '\ufffe') },
    ),
    { maxLength: 12 },
  )
  .map((parts) => parts.join(''));
const hostileRows = fc.array(fc.array(hostileText, { minLength: 4, maxLength: 4 }), { minLength: 1, maxLength: 8 });

/** What should come back: rows that are not blank, by their number. */
function expected(rows: readonly string[][]): [number, ...string[]][] {
  return rows.flatMap((row, index) =>
    row.some((cell) => cell.trim() !== '') ? [[index + 2, ...row] as [number, ...string[]]] : [],
  );
}

describe('an .xlsx file', () => {
  it('gives back every text as it was, and none as a formula', async () => {
    await fc.assert(
      fc.asyncProperty(hostileRows, async (rows) => {
        const table = await xlsxTable(sheetOf(rows));
        expect(textsOf(table)).toEqual(expected(rows));
        expect(table.rows.flatMap(({ cells }) => cells).some((cell) => cell?.formula)).toBe(false);
      }),
    );
  });

  it('gives back what only looks like an escape by what follows it', async () => {
    const rows = [['_xA1A1\ufffe', '_x000D', '_x000D_', '_x000D\u0001']];
    expect(textsOf(await xlsxTable(sheetOf(rows)))).toEqual(expected(rows));
  });

  it('types each text as text, and marks what looks like a formula so that it stays text when it is edited', async () => {
    const bytes = await buffer(writeXlsx([sheetOf([['=1+1', '+905321112233', 7, null]])]));
    const parts = unzipSync(bytes);
    const xml = strFromU8(parts['xl/worksheets/sheet1.xml'] ?? new Uint8Array());
    expect(xml).not.toContain('<f');
    expect(xml).toContain('<c r="A2" s="2" t="inlineStr">');
    expect(xml).toContain('<c r="B2" s="1" t="inlineStr">');
    expect(xml).toContain('<c r="C2"><v>7</v></c></row>');
    const styles = [
      ...(strFromU8(parts['xl/styles.xml'] ?? new Uint8Array())
        .split('<cellXfs')[1]
        ?.matchAll(/<xf [^>]*>/g) ?? []),
    ];
    expect(styles[2]?.[0]).toContain('quotePrefix="1"');
    expect(styles.slice(1).every(([style]) => style.includes('numFmtId="49"'))).toBe(true);
  });

  it('holds no text longer than Excel takes', async () => {
    const parts = unzipSync(await buffer(writeXlsx([sheetOf([['x'.repeat(40_000)]])])));
    const [, kept] = /<t[^>]*>(x+)<\/t>/.exec(strFromU8(parts['xl/worksheets/sheet1.xml'] ?? new Uint8Array())) ?? [];
    expect(kept).toHaveLength(32_767);
    expect((await xlsxTable(sheetOf([['x'.repeat(40_000)]]))).rows[1]?.cells[0]).toEqual({
      value: 'x'.repeat(CELL_CHARACTERS_MOST),
      cut: true,
    });
  });

  it('ends with an error where it has more rows than people can work with', async () => {
    function* rows(): Generator<CellToWrite[]> {
      for (let n = 0; n < 100_001; n++) yield [n];
    }
    await expect(finished(writeXlsx([sheetOf(rows())]).resume())).rejects.toThrow(RangeError);
  });
});

describe('a CSV file', () => {
  it('gives back every text as it was', async () => {
    await fc.assert(
      fc.asyncProperty(hostileRows, async (rows) => {
        // UTF-8 has no halves of characters.
        const whole = rows.map((row) => row.map((cell) => cell.toWellFormed()));
        expect(textsOf(await csvTable(sheetOf(rows)))).toEqual(expected(whole));
      }),
      { numRuns: 500 },
    );
  });

  it.each([';', ',', '\t'])('holds no formula for a program that separates by %j', async (separator) => {
    await fc.assert(
      fc.asyncProperty(hostileRows, async (rows) => {
        for (const cell of cellsAsSpreadsheet(await csvText(sheetOf(rows)), separator))
          expect(isFormula(cell), JSON.stringify(cell)).toBe(false);
      }),
      { numRuns: 500 },
    );
  });

  it('is written for Turkish Excel, with telephones as they are', async () => {
    const sheet = sheetOf([
      ['+905321112233', 'a;b', 'c "d"', 5],
      ['=1', null, '-', 'x'],
    ]);
    expect(await csvText(sheet)).toBe(
      '\uFEFFSütun 0;Sütun 1;Sütun 2;Sütun 3\r\n' + '+905321112233;"a;b";"c ""d""";5\r\n' + "'=1;;'-;x\r\n",
    );
  });

  /** Tabs and line ends before it do not save anybody from it; of a telephone nothing is made, nor with semicolons behind. */
  function isFormula(cell: string): boolean {
    const begins = cell.replace(/^[\t\r\n]+/, '');
    return /^[=+\-@＝＋－＠]/.test(begins) && !/^\+[0-9]+(;|$)/.test(begins);
  }

  /** As forgiving as spreadsheets: quotation marks count where a cell begins, what follows the closing one belongs to it. */
  function cellsAsSpreadsheet(csv: string, separator: string): string[] {
    const cells: string[] = [];
    let cell = '';
    let quoted = false;
    let atStart = true;
    for (let at = csv.startsWith('\uFEFF') ? 1 : 0; at <= csv.length; at++) {
      const sign = csv[at];
      if (quoted && sign !== undefined) {
        if (sign !== '"') cell += sign;
        else if (csv[at + 1] === '"') cell += csv[++at];
        else quoted = false;
      } else if (sign === '"' && atStart) {
        quoted = true;
        atStart = false;
      } else if (sign === undefined || sign === separator || sign === '\n' || sign === '\r') {
        cells.push(cell);
        cell = '';
        atStart = true;
      } else {
        cell += sign;
        atStart = false;
      }
    }
    return cells;
  }
});

describe('the template', () => {
  it.each(LANGUAGES)('in %s is read by us once it is filled in, and offers its words', async (language) => {
    const [sheet, help] = template(language);
    if (sheet === undefined || help === undefined) throw new Error('two sheets');
    const filled = ['0532 111 22 33', 'MESAJ', 'ONAY', 'HS_WEB', '24.11.2026 14:05', 'TACIR', '66438915'];
    const bytes = await buffer(writeXlsx([{ ...sheet, rows: [filled] }, help]));
    const table = await readSheet(bytes, { rows: ROWS });
    expect(table).toMatchObject({ sheet: sheet.name, otherSheets: [help.name] });
    const { columns, missing, rows } = readConsents(table, { rows: ROWS, context: context() });
    expect(columns.map(({ kind }) => kind)).toEqual([...FIELDS]);
    expect([missing, rows[0]?.faults]).toEqual([[], []]);
    const xml = strFromU8(unzipSync(bytes)['xl/worksheets/sheet1.xml'] ?? new Uint8Array());
    for (const words of [CHANNELS, PROVIDER_SOURCES]) expect(xml).toContain(`"${words.join(',')}"`);
    // Excel takes no longer list in a cell's rule.
    for (const [, list] of xml.matchAll(/<formula1>"(.*?)"<\/formula1>/g)) expect(list?.length).toBeLessThan(256);
  });

  it('says that there are no rows when it comes back empty', async () => {
    const table = readWorkbook(await buffer(writeXlsx(template('tr'))), ROWS);
    expect(() => readConsents(table, { rows: ROWS, context: context() })).toThrow(new ImportRefused('import.empty'));
  });
});

describe('refused rows', () => {
  it.each(LANGUAGES)(
    'come back in %s with their reasons, are mended and uploaded again, as .xlsx and as CSV',
    async (language) => {
      const pasted = [
        'Telefon\tKanal\tDurum\tTarih',
        '0532 111 22 33\tSMS\tOnay\t24.11.2026',
        '0532\tSMS\tRet\t24.11.2026 14:05',
      ].join('\n');
      const options = { rows: ROWS, context: context(), given: { source: 'HS_WEB' } };
      const { rows } = readConsents(readPasted(pasted, { rows: ROWS }), options);
      const back = rows.map(({ cells, faults }) => ({
        cells,
        reason: faults.map((fault) => faultSentence(fault, language)).join(' '),
      }));
      expect(rows.map(({ faults }) => faults.map(({ code }) => code))).toEqual([['row.hour_missing'], ['H121']]);

      for (const table of [await xlsxTable(refusedRows(back, language)), await csvTable(refusedRows(back, language))]) {
        const unmended = readConsents(table, { rows: ROWS, context: context() });
        expect(unmended.columns.at(-1)).toMatchObject({ column: 'H', kind: 'reason' });
        expect(unmended.rows.map(({ faults }) => faults)).toEqual(rows.map(({ faults }) => faults));
        expect(unmended.rows.map(({ cells }) => cells)).toEqual(rows.map(({ cells }) => cells));
      }
      const mended = back.map(({ cells, reason }) => ({
        cells: { ...cells, recipient: '0532 111 22 33', type: 'ARAMA', consentDate: '24.11.2026 14:05' },
        reason,
      }));
      const again = readConsents(await xlsxTable(refusedRows(mended.slice(0, 1), language)), {
        rows: ROWS,
        context: context(),
      });
      expect(again.rows).toMatchObject([{ faults: [], statement: { address: '+905321112233' } }]);
    },
  );
});

describe('the answers to a list check', () => {
  it('come in the order of the list, and can be checked again', async () => {
    async function* answers() {
      yield { written: '+905321112233', mayContact: true, reason: '=Onay' };
      yield { written: '+905321112234', mayContact: false, reason: '' };
      yield { written: '0532', mayContact: null, reason: '' };
    }
    const table = await xlsxTable(checkedAddresses(answers(), 'tr'));
    expect(textsOf(table, 3)).toEqual([
      [2, '+905321112233', 'Evet', '=Onay'],
      [3, '+905321112234', 'Hayır', ''],
      [4, '0532', 'Geçersiz', ''],
    ]);
    const { rows } = readAddresses(table, { rows: ROWS, channel: 'MESAJ' });
    expect(rows.map(({ address }) => address)).toEqual(['+905321112233', '+905321112234', null]);
  });
});

describe.each<[string, (sheet: SheetToWrite) => Readable, string, number]>([
  ['an .xlsx report', (sheet) => writeXlsx([sheet]), 'writeXlsx([sheet])', 100_000],
  ['a CSV report', writeCsv, 'writeCsv(sheet)', 1_000_000],
])('%s', (_, write, written, many) => {
  it('ends its source when nobody reads any more', async () => {
    let ended = false;
    let rows = 0;
    async function* source(): AsyncGenerator<CellToWrite[]> {
      try {
        for (;;) yield [`satır ${++rows}`];
      } finally {
        ended = true;
      }
    }
    const stream = write(sheetOf(source()));
    while (rows === 0) await once(stream.resume(), 'data');
    stream.destroy();
    await once(stream, 'close');
    expect(ended).toBe(true);
    expect(rows).toBeLessThan(50_000);
  });

  it('fails as its source fails', async () => {
    // biome-ignore lint/correctness/useYield: it has no rows to give
    async function* source(): AsyncGenerator<CellToWrite[]> {
      throw new Error('the database is gone');
    }
    await expect(text(write(sheetOf(source())))).rejects.toThrow('the database is gone');
  });

  it('needs little memory, however many rows it has', async () => {
    const script = `
      import { writeXlsx, writeCsv } from ${JSON.stringify(new URL('../src/rooms/imports/index.ts', import.meta.url).href)};
      async function* rows() {
        for (let n = 0; n < ${many}; n++)
          yield ['+90532' + (1e6 + n), 'MESAJ', 'ONAY', 'HS_WEB', '2026-11-24 14:05:00', 'BIREYSEL', n, 'açıklama ' + n];
      }
      const columns = Array.from({ length: 8 }, (_, n) => ({ header: 'Sütun ' + n, width: 20 }));
      const sheet = { name: 'Rapor', columns, rows: rows() };
      const before = process.resourceUsage().maxRSS;
      let bytes = 0;
      for await (const piece of ${written}) bytes += piece.length;
      console.log(JSON.stringify({ bytes, grown: (process.resourceUsage().maxRSS - before) * 1024 }));`;
    const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', script]);
    const { bytes, grown } = JSON.parse(stdout) as { bytes: number; grown: number };
    expect(bytes).toBeGreaterThan(2_000_000);
    expect(grown).toBeLessThan(200 * 1024 * 1024);
  });
});

function context() {
  const parsed = parseTime('2026-11-25 12:00:00');
  if ('fault' in parsed) throw new Error(parsed.fault);
  return {
    now: parsed.seconds,
    earliest: earliestConsentTime(makeCalendar(HOLIDAYS, DEFAULT_CALENDAR_POLICY), parsed.seconds),
    historicLoadOpen: false,
    strictness: 'welcoming',
  } as const;
}
