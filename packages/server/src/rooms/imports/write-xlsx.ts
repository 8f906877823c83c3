// Writes .xlsx files, up to 100,000 rows in flat memory: the sheets' XML goes through the compressor as the rows come.
// Text cells are typed as text (`inlineStr`, format "@"), so that nothing in them is ever a formula and no spreadsheet
// turns a telephone into a number; what begins like a formula also bears Excel's own mark for text (`quotePrefix`), which
// holds when a person changes the format. ECMA-376 is the standard of all names below.

import { Readable } from 'node:stream';
import { setImmediate } from 'node:timers/promises';
import { Zip, ZipDeflate } from 'fflate';
import { guardFormula } from './formula-guard.ts';
import { type CellToWrite, inPieces, type SheetToWrite } from './sheet.ts';
import { columnName } from './table.ts';

/** Rows of a sheet with its header: what people can still work with; larger reports are CSV. */
export const XLSX_ROWS_MOST = 100_000;
/** Characters that Excel takes in a cell; with more it calls the file damaged. */
const CELL_CHARACTERS_MOST = 32_767;
/** Half the time of the ordinary level for a tenth more bytes. */
const COMPRESSION_LEVEL = 1;

/** Index of a style in `STYLES`. */
const TEXT = 1;
const TEXT_LIKE_FORMULA = 2;
const HEADER = 3;

/**
 * The file's bytes. Ends its sources when it is destroyed; fails as they fail, and with a RangeError where a sheet has more
 * than `XLSX_ROWS_MOST` rows.
 */
export function writeXlsx(sheets: readonly SheetToWrite[]): Readable {
  return Readable.from(xlsxBytes(sheets), { objectMode: false });
}

async function* xlsxBytes(sheets: readonly SheetToWrite[]): AsyncGenerator<Uint8Array> {
  const ready: Uint8Array[] = [];
  const zip = new Zip((error, bytes) => {
    if (error) throw error;
    ready.push(bytes);
  });
  for (const [path, xml] of partsOf(sheets)) {
    const part = new ZipDeflate(path, { level: COMPRESSION_LEVEL });
    zip.add(part);
    for await (const piece of inPieces(xml)) {
      part.push(Buffer.from(piece));
      yield* ready.splice(0);
      // A source that never waits must not keep everybody else waiting.
      await setImmediate();
    }
    part.push(new Uint8Array(0), true);
  }
  zip.end();
  yield* ready.splice(0);
}

const XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n';
const MAIN = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main';
const RELATIONS = 'http://schemas.openxmlformats.org/package/2006/relationships';
const OFFICE_RELATION = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';
const CONTENT = 'application/vnd.openxmlformats-officedocument.spreadsheetml';

const STYLES = `${XML}<styleSheet xmlns="${MAIN}">
<fonts count="2"><font><sz val="11"/><name val="Calibri"/></font><font><b/><sz val="11"/><name val="Calibri"/></font></fonts>
<fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills>
<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>
<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>
<cellXfs count="4"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>
<xf numFmtId="49" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>
<xf numFmtId="49" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1" quotePrefix="1"/>
<xf numFmtId="49" fontId="1" fillId="0" borderId="0" xfId="0" applyNumberFormat="1" applyFont="1"/></cellXfs>
</styleSheet>`;

function* partsOf(
  sheets: readonly SheetToWrite[],
): Generator<readonly [path: string, xml: Iterable<string> | AsyncIterable<string>]> {
  const numbered = sheets.map((sheet, index) => ({ sheet, number: index + 1 }));
  const relation = (id: string, type: string, target: string): string =>
    `<Relationship Id="${id}" Type="${OFFICE_RELATION}/${type}" Target="${target}"/>`;
  const content = (path: string, type: string): string =>
    `<Override PartName="/${path}" ContentType="${CONTENT}.${type}+xml"/>`;

  yield [
    '[Content_Types].xml',
    [
      `${XML}<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">`,
      '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>',
      content('xl/workbook.xml', 'sheet.main'),
      content('xl/styles.xml', 'styles'),
      ...numbered.map(({ number }) => content(`xl/worksheets/sheet${number}.xml`, 'worksheet')),
      '</Types>',
    ],
  ];
  yield [
    '_rels/.rels',
    [
      `${XML}<Relationships xmlns="${RELATIONS}">${relation('r1', 'officeDocument', 'xl/workbook.xml')}</Relationships>`,
    ],
  ];
  yield [
    'xl/workbook.xml',
    [
      `${XML}<workbook xmlns="${MAIN}" xmlns:r="${OFFICE_RELATION}"><sheets>`,
      ...numbered.map(
        ({ sheet, number }) => `<sheet name="${escaped(sheet.name)}" sheetId="${number}" r:id="s${number}"/>`,
      ),
      '</sheets></workbook>',
    ],
  ];
  yield [
    'xl/_rels/workbook.xml.rels',
    [
      `${XML}<Relationships xmlns="${RELATIONS}">`,
      ...numbered.map(({ number }) => relation(`s${number}`, 'worksheet', `worksheets/sheet${number}.xml`)),
      relation('styles', 'styles', 'styles.xml'),
      '</Relationships>',
    ],
  ];
  yield ['xl/styles.xml', [STYLES]];
  for (const { sheet, number } of numbered) yield [`xl/worksheets/sheet${number}.xml`, sheetXml(sheet)];
}

async function* sheetXml({ columns, rows }: SheetToWrite): AsyncGenerator<string> {
  yield `${XML}<worksheet xmlns="${MAIN}"><sheetViews><sheetView workbookViewId="0">`;
  yield '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews><cols>';
  for (const [index, { width }] of columns.entries())
    yield `<col min="${index + 1}" max="${index + 1}" width="${width}" style="${TEXT}" customWidth="1"/>`;
  yield '</cols><sheetData>';
  const headers = columns.map(({ header }, index) => textCell(`${columnName(index)}1`, header, HEADER));
  yield `<row r="1">${headers.join('')}</row>`;
  let number = 1;
  for await (const row of rows) {
    if (++number > XLSX_ROWS_MOST + 1) throw new RangeError(`a sheet takes at most ${XLSX_ROWS_MOST} rows`);
    yield `<row r="${number}">${row.map((cell, index) => cellXml(`${columnName(index)}${number}`, cell)).join('')}</row>`;
  }
  yield `</sheetData>${validations(columns)}</worksheet>`;
}

/** Lists to choose from, for all rows below the header; suggestions, not rules. */
function validations(columns: SheetToWrite['columns']): string {
  const lists = columns.flatMap(({ choices }, index) => {
    if (choices === undefined) return [];
    const cells = `${columnName(index)}2:${columnName(index)}${XLSX_ROWS_MOST}`;
    return `<dataValidation type="list" allowBlank="1" showErrorMessage="0" sqref="${cells}"><formula1>"${escaped(choices.join(','))}"</formula1></dataValidation>`;
  });
  return lists.length === 0 ? '' : `<dataValidations count="${lists.length}">${lists.join('')}</dataValidations>`;
}

function cellXml(reference: string, cell: CellToWrite): string {
  if (cell === null) return '';
  if (typeof cell === 'number') return `<c r="${reference}"><v>${cell}</v></c>`;
  return textCell(reference, cell, guardFormula(cell) === cell ? TEXT : TEXT_LIKE_FORMULA);
}

function textCell(reference: string, text: string, style: number): string {
  const kept = escaped(text.slice(0, CELL_CHARACTERS_MOST));
  return `<c r="${reference}" s="${style}" t="inlineStr"><is><t xml:space="preserve">${kept}</t></is></c>`;
}

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

/**
 * ECMA-376, 22.9.2.19 (ST_Xstring): what XML cannot hold is written `_x000D_`, and what looks so `_x005F_x000D_`;
 * also where only what follows makes it look so.
 */
function escaped(text: string): string {
  return text
    .replace(/_(?=x[0-9a-fA-F]{4})/g, '_x005F_')
    .replace(/[\p{Cc}\p{Cs}\uFFFE\uFFFF]/gu, (sign) =>
      sign === '\t' || sign === '\n' ? sign : `_x${sign.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}_`,
    )
    .replace(/[&<>"]/g, (sign) => ENTITIES[sign] ?? sign);
}
