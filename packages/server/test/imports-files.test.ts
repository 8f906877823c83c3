// Uploaded files, by the thread that reads them: what an honest workbook says, and how every hostile one ends. The files
// are made here, as real zips.

import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FILE_BYTES_MOST, ImportRefused, readSheet, type Table } from '../src/rooms/imports/index.ts';
import { CELL_CHARACTERS_MOST, COLUMNS_MOST, HEADER_ROWS_MOST } from '../src/rooms/imports/table.ts';
import { readWorkbook, UNPACKED_BYTES_MOST } from '../src/rooms/imports/workbook.ts';
import { rowXml, type WorkbookXml, withStatedSize, workbookBytes, zipped } from './support/workbook-bytes.ts';

const ROWS = 50;
const MEGABYTE = 1024 * 1024;

async function refusal(bytes: Uint8Array, options = {}): Promise<ImportRefused> {
  const outcome: unknown = await readSheet(bytes, { rows: ROWS, ...options }).catch((error: unknown) => error);
  if (!(outcome instanceof ImportRefused)) throw new Error('was not refused', { cause: outcome });
  return outcome;
}
async function codeOf(bytes: Uint8Array): Promise<string> {
  return (await refusal(bytes)).code;
}
/** In this thread, which differs from the worker in nothing but speed. */
function table(workbook: WorkbookXml): Table {
  return readWorkbook(workbookBytes(workbook), ROWS);
}
function cells(workbook: WorkbookXml): unknown[][] {
  return table(workbook).rows.map((row) => Array.from(row.cells, (cell) => cell ?? null));
}

describe('an honest workbook', () => {
  it('is read in a thread of its own', async () => {
    const bytes = workbookBytes({ sheets: [{ name: 'İzinler', rows: rowXml(1, ['Telefon', 'Kanal']) }] });
    expect(await readSheet(bytes, { rows: ROWS })).toEqual({
      sheet: 'İzinler',
      otherSheets: [],
      rows: [{ number: 1, hidden: false, cells: [{ value: 'Telefon' }, { value: 'Kanal' }] }],
    });
  });

  it('gives shared, formatted, inline and escaped texts as they are seen', () => {
    const strings =
      '<si><t>A &amp; B</t></si><si><r><rPr><b/></rPr><t>kalın</t></r><r><t xml:space="preserve"> ince</t></r><rPh sb="0" eb="1"><t>okunuş</t></rPh></si>' +
      '<si><t>bir_x000D_iki _x005F_x0041_</t></si><si><t><![CDATA[<ham>]]></t></si>';
    const row = rowXml(
      1,
      ['0', '1', '2', '3'].map((index) => `<c t="s"><v>${index}</v></c>`),
    );
    expect(cells({ strings, sheets: [{ rows: row }] })).toEqual([
      [{ value: 'A & B' }, { value: 'kalın ince' }, { value: 'bir\riki _x0041_' }, { value: '<ham>' }],
    ]);
  });

  it('gives numbers, logical values and errors, and leaves blanks out', () => {
    const row = rowXml(3, [
      '<c><v>5.3211122330000001E9</v></c>',
      '<c t="b"><v>1</v></c>',
      '<c s="0"/>',
      '<c t="e"><v>#N/A</v></c>',
    ]);
    expect(cells({ sheets: [{ rows: row }] })).toEqual([
      [{ value: 5_321_112_233 }, { value: true }, null, { value: '#N/A', error: true }],
    ]);
  });

  it.each([
    ['dd.mm.yyyy hh:mm', true],
    ['[$-41F]d mmmm yyyy;@', true],
    ['[h]:mm', true],
    ['yyyy\\-mm\\-dd', true],
    ['0.00', false],
    ['General', false],
    ['#,##0.00 "gün"', false],
    ['[Red]0', false],
    ['@', false],
  ])('takes the format %s for a date: %s', (code, isDate) => {
    const row = rowXml(1, ['<c s="1"><v>46350.5</v></c>']);
    expect(cells({ formats: [code], sheets: [{ rows: row }] })).toEqual([
      [{ value: 46_350.5, ...(isDate && { date: true }) }],
    ]);
  });

  it('knows the built-in formats of dates, and counts from 1904 where the workbook does', () => {
    const sheets = [{ rows: rowXml(1, ['<c s="1"><v>44888.5</v></c>']) }];
    expect(cells({ sheets })).toEqual([[{ value: 44_888.5, date: true }]]);
    expect(cells({ sheets, startsIn1904: true })).toEqual([[{ value: 46_350.5, date: true }]]);
  });

  it('marks formulas of all kinds, and those that an array formula fills', () => {
    const rows =
      rowXml(1, ['<c><f>1+1</f><v>2</v></c>', '<c t="str"><f>A1&amp;"x"</f><v>2x</v></c>', '<c><v>3</v></c>']) +
      rowXml(2, ['<c><f t="shared" si="0"/><v>2</v></c>', '<c><f t="array" ref="B2:B3">A1:A2</f><v>7</v></c>']) +
      rowXml(3, ['<c><v>1</v></c>', '<c><v>8</v></c>']);
    expect(cells({ sheets: [{ rows }] })).toEqual([
      [{ value: 2, formula: true }, { value: '2x', formula: true }, { value: 3 }],
      [
        { value: 2, formula: true },
        { value: 7, formula: true },
      ],
      [{ value: 1 }, { value: 8, formula: true }],
    ]);
  });

  it('does not take rows of formulas without a result for rows', () => {
    const rows = rowXml(1, ['a']) + rowXml(2, ['<c t="str"><f>IF(A1="","",A1)</f><v></v></c>']);
    expect(table({ sheets: [{ rows }] }).rows).toHaveLength(1);
  });

  it('marks merged cells, the blank ones too, and hidden rows', () => {
    const rows = rowXml(1, ['a', 'b']) + rowXml(2, ['<c/>', 'c'], 'hidden="1"');
    expect(table({ sheets: [{ rows, after: '<mergeCells><mergeCell ref="A1:A2"/></mergeCells>' }] }).rows).toEqual([
      { number: 1, hidden: false, cells: [{ value: 'a', merged: true }, { value: 'b' }] },
      { number: 2, hidden: true, cells: [{ value: '', merged: true }, { value: 'c' }] },
    ]);
  });

  it('is read at the first visible sheet with content, and says which', () => {
    const content = rowXml(4, ['x']);
    const { sheet, otherSheets, rows } = table({
      sheets: [
        { name: 'Gizli', state: 'veryHidden', rows: content },
        { name: 'Boş', rows: rowXml(1, ['<c s="0"/>', ' ']) },
        { name: 'Dolu', rows: content },
        { name: 'Sonraki', rows: content },
      ],
    });
    expect([sheet, otherSheets, rows[0]?.number]).toEqual(['Dolu', ['Boş', 'Sonraki'], 4]);
  });

  it('is read with prefixes and without references too', () => {
    const prefixed = `<x:worksheet xmlns:x="m"><x:sheetData><x:row><x:c><x:v>7</x:v></x:c></x:row></x:sheetData></x:worksheet>`;
    expect(cells({ parts: { 'xl/worksheets/sheet1.xml': prefixed } })).toEqual([[{ value: 7 }]]);
  });

  it('takes as many rows as asked for with a header and titles above them, and no more', async () => {
    const rows = (count: number): string => Array.from({ length: count }, (_, n) => rowXml(n + 1, ['a'])).join('');
    expect(table({ sheets: [{ rows: rows(ROWS + HEADER_ROWS_MOST) }] }).rows).toHaveLength(ROWS + HEADER_ROWS_MOST);
    const refused = await refusal(workbookBytes({ sheets: [{ rows: rows(ROWS + HEADER_ROWS_MOST + 1) }] }));
    expect([refused.code, refused.values]).toEqual(['import.too_many_rows', { limit: ROWS }]);
  });

  it('cuts texts that nobody writes, and refuses columns without end', async () => {
    expect(cells({ sheets: [{ rows: rowXml(1, ['x'.repeat(CELL_CHARACTERS_MOST + 1)]) }] })).toEqual([
      [{ value: 'x'.repeat(CELL_CHARACTERS_MOST), cut: true }],
    ]);
    const wide = Array.from({ length: COLUMNS_MOST + 1 }, () => 'x');
    expect(await codeOf(workbookBytes({ sheets: [{ rows: rowXml(1, wide) }] }))).toBe('import.too_many_columns');
  });
});

describe('what is no workbook', () => {
  const ole = Buffer.from('d0cf11e0a1b11ae1', 'hex');
  const utf16 = (text: string): Buffer => Buffer.from(text, 'utf16le');
  it.each<[string, string, Uint8Array]>([
    ['nothing', 'import.empty', Buffer.alloc(0)],
    ['an .xls', 'import.xls', Buffer.concat([ole, Buffer.alloc(512), utf16('Workbook')])],
    [
      'a workbook with a password',
      'import.password',
      Buffer.concat([ole, Buffer.alloc(512), utf16('EncryptedPackage')]),
    ],
    ['a CSV named .xlsx', 'import.text', Buffer.from('\uFEFFAlıcı;Kanal\r\n+905321112233;MESAJ\r\n')],
    ['a text in UTF-16', 'import.text', Buffer.concat([Buffer.from('fffe', 'hex'), utf16('Alıcı\tKanal')])],
    [
      'an HTML table named .xls',
      'import.html',
      Buffer.from('\uFEFF\r\n <html><table><tr><td>1</td></tr></table></html>'),
    ],
    ['a PDF', 'import.pdf', Buffer.from('%PDF-1.7\n%âãÏÓ')],
    ['a picture', 'import.not_a_workbook', Buffer.from('89504e470d0a1a0a0000000d', 'hex')],
    ['a zip of something else', 'import.not_a_workbook', zipped({ 'note.txt': 'x' })],
    [
      'a text document',
      'import.not_a_workbook',
      workbookBytes({ parts: { 'xl/workbook.xml': '<w:document xmlns:w="w"><w:body/></w:document>' } }),
    ],
    ['a workbook without content', 'import.empty', workbookBytes({})],
    ['half a workbook', 'import.damaged', workbookBytes({ sheets: [{ rows: rowXml(1, ['x']) }] }).slice(0, -30)],
    ['a sheet that is not there', 'import.damaged', zipped({ ...withoutSheet() })],
    [
      'XML that ends too early',
      'import.damaged',
      workbookBytes({ parts: { 'xl/worksheets/sheet1.xml': '<worksheet><sheetData>' } }),
    ],
    [
      'a sheet in another encoding',
      'import.damaged',
      workbookBytes({ parts: { 'xl/worksheets/sheet1.xml': utf16('<a/>') } }),
    ],
  ])('%s is refused with %s', async (_, code, bytes) => {
    expect(await codeOf(bytes)).toBe(code);
  });

  function withoutSheet(): Record<string, string> {
    const relations =
      '<Relationships><Relationship Id="s1" Type="t/worksheet" Target="worksheets/none.xml"/></Relationships>';
    return {
      '[Content_Types].xml': '<Types/>',
      '_rels/.rels':
        '<Relationships><Relationship Id="a" Type="t/officeDocument" Target="xl/workbook.xml"/></Relationships>',
      'xl/workbook.xml': '<workbook xmlns:r="r"><sheets><sheet name="a" r:id="s1"/></sheets></workbook>',
      'xl/_rels/workbook.xml.rels': relations,
    };
  }
});

describe('a hostile workbook', () => {
  it.each([
    ['of the type of .xlsm', { contentType: 'application/vnd.ms-excel.sheet.macroEnabled.main+xml' }],
    ['of the type of .xlsb', { contentType: 'application/vnd.ms-excel.sheet.binary.macroEnabled.main' }],
    ['with macros under an honest type', { parts: { 'xl/vbaProject.bin': 'x' } }],
  ])('%s is refused for its macros', async (_, workbook) => {
    expect(await codeOf(workbookBytes({ ...workbook, sheets: [{ rows: rowXml(1, ['x']) }] }))).toBe('import.macros');
  });

  it.each(['xl/worksheets/sheet1.xml', 'xl/workbook.xml', 'xl/styles.xml', '[Content_Types].xml'])(
    'with entities in %s is refused, and nothing is fetched or expanded',
    async (path) => {
      const xml = '<!DOCTYPE a [<!ENTITY e SYSTEM "file:///etc/passwd">]><a>&e;</a>';
      expect(await codeOf(workbookBytes({ sheets: [{ rows: rowXml(1, ['x']) }], parts: { [path]: xml } }))).toBe(
        'import.entities',
      );
    },
  );

  it('larger than is taken is refused unread', async () => {
    expect(await codeOf(Buffer.alloc(FILE_BYTES_MOST + 1))).toBe('import.too_large');
  });

  it('that takes longer than its deadline is ended', async () => {
    const bytes = workbookBytes({ sheets: [{ rows: rowXml(1, ['x']) }] });
    expect((await refusal(bytes, { deadlineSeconds: 0.001 })).code).toBe('import.too_slow');
    await expect(readSheet(bytes, { rows: ROWS })).resolves.toMatchObject({ rows: [{ number: 1 }] });
  });

  it('is not let in where many others wait', async () => {
    const bytes = workbookBytes({ sheets: [{ rows: rowXml(1, ['x']) }] });
    const outcomes = await Promise.allSettled(Array.from({ length: 30 }, () => readSheet(bytes, { rows: ROWS })));
    const refused = outcomes.filter((outcome) => outcome.status === 'rejected');
    expect(outcomes.length - refused.length).toBe(10);
    expect(new Set(refused.map(({ reason }) => reason.code))).toEqual(new Set(['import.busy']));
  });

  it.each([
    ['a row beyond the last', '<row r="1048577"><c><v>1</v></c></row>'],
    ['a row of no number', '<row r="x"><c><v>1</v></c></row>'],
    ['a cell beyond the last', '<row><c r="ZZZ1"><v>1</v></c></row>'],
    ['a cell of no name', '<row><c r="1A"><v>1</v></c></row>'],
  ])('with %s is damaged', (_, rows) => {
    expect(() => table({ sheets: [{ rows }] })).toThrow('import.damaged');
  });

  it('whatever its bytes are, ends in a table or in a refusal', () => {
    const honest = workbookBytes({
      strings: '<si><t>a</t></si>',
      formats: ['dd.mm.yyyy'],
      sheets: [
        {
          rows: rowXml(1, ['Telefon', '<c t="s"><v>0</v></c>', '<c s="1"><v>46350</v></c>']),
          after: '<mergeCells><mergeCell ref="A1:B2"/></mergeCells>',
        },
      ],
    });
    const change = fc.tuple(fc.nat(honest.length - 1), fc.integer({ min: 0, max: 255 }));
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 8 }), fc.nat(3), (changes, cut) => {
        const bytes = honest.slice(0, honest.length - cut * 40);
        for (const [at, value] of changes) if (at < bytes.length) bytes[at] = value;
        try {
          expect(readWorkbook(bytes, ROWS).rows.length).toBeLessThanOrEqual(ROWS + HEADER_ROWS_MOST);
        } catch (error) {
          expect(error).toBeInstanceOf(ImportRefused);
        }
      }),
      { numRuns: 2_000 },
    );
  });
});

describe('a file that grows when it is unpacked', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'workbooks-'));
  });
  afterAll(async () => {
    await rm(folder, { recursive: true });
  });

  /** Above what the process holds with nothing read; the unpacked bytes are a part of it. */
  const MEMORY_MOST = 300 * MEGABYTE;
  const READ = `
    import { readFileSync } from 'node:fs';
    import { readSheet } from ${JSON.stringify(new URL('../src/rooms/imports/read-sheet.ts', import.meta.url).href)};
    const bytes = readFileSync(process.argv[1]);
    const before = process.resourceUsage().maxRSS;
    const outcome = await readSheet(bytes, { rows: 1000 }).then(({ rows }) => rows.length, (error) => error.code);
    console.log(JSON.stringify({ outcome, grown: (process.resourceUsage().maxRSS - before) * 1024 }));`;

  /** What a process of its own makes of the file, and by how many bytes it grows at its highest. */
  async function readElsewhere(bytes: Uint8Array): Promise<{ outcome: unknown; grown: number }> {
    const path = join(folder, 'file.xlsx');
    await writeFile(path, bytes);
    const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', READ, path]);
    return JSON.parse(stdout) as { outcome: unknown; grown: number };
  }

  const sheetOf = (bytes: Uint8Array | string): Uint8Array =>
    workbookBytes({ parts: { 'xl/worksheets/sheet1.xml': bytes } });
  /** Nearly as much as is unpacked. */
  const filled = (text: string): string =>
    text.repeat(Math.floor((UNPACKED_BYTES_MOST - MEGABYTE) / Buffer.byteLength(text)));
  const one = rowXml(1, ['a']);

  it.each<[string, unknown, () => Uint8Array]>([
    ['100 MB of blank cells', 'import.unpacks_too_large', () => sheetOf(Buffer.alloc(100 * MEGABYTE, '<c s="1"/>'))],
    [
      '100 MB of shared texts',
      'import.unpacks_too_large',
      () => workbookBytes({ strings: '<si><t>aaaaaaaaaaaaaaaa</t></si>'.repeat(3_000_000), sheets: [{ rows: one }] }),
    ],
    [
      '100 MB that the directory calls 1,000 bytes',
      'import.damaged',
      () => withStatedSize(sheetOf(Buffer.alloc(100 * MEGABYTE, ' ')), 'xl/worksheets/sheet1.xml', 1_000),
    ],
    [
      'blank cells just within the limit',
      1,
      () => workbookBytes({ sheets: [{ rows: filled('<row><c s="0"/><c s="0"/></row>') + rowXml(900_000, ['a']) }] }),
    ],
    [
      'empty shared texts just within it',
      1,
      () => workbookBytes({ strings: filled('<si/>'), sheets: [{ rows: one }] }),
    ],
    [
      'long shared texts just within it',
      1,
      () => workbookBytes({ strings: filled(`<si><t>${'ş'.repeat(900)}</t></si>`), sheets: [{ rows: one }] }),
    ],
    [
      'one text without end',
      'import.damaged',
      () => workbookBytes({ sheets: [{ rows: `<row><c t="inlineStr"><is><t>${filled('x')}` }] }),
    ],
    ['elements in elements without end', 'import.damaged', () => workbookBytes({ sheets: [{ rows: filled('<a>') }] })],
    [
      'a million merged ranges',
      'import.damaged',
      () => workbookBytes({ sheets: [{ rows: one, after: filled('<mergeCell ref="A1:BL9"/>') }] }),
    ],
    [
      'ten thousand parts',
      'import.unpacks_too_large',
      () => zipped(Object.fromEntries(Array.from({ length: 10_000 }, (_, n) => [`p${n}`, '']))),
    ],
  ])('%s: ends as %s in bounded memory', async (_, expected, make) => {
    const { outcome, grown } = await readElsewhere(make());
    expect(outcome).toBe(expected);
    expect(grown).toBeLessThan(MEMORY_MOST);
  });
});
