// Reads an .xlsx file into a `Table`. Runs in a worker (`workbook-worker.ts`): it is given what strangers upload.
//
// What it holds is bounded before it is made: parts are unpacked one at a time, only those that are needed, after a look
// at the size that the central directory states (a part that unpacks to more is cut there and then incomplete XML); XML
// is read in pieces, never as a tree; of the sheet only rows with content stay, at most as many as the caller wants.
// Nothing outside the file is ever fetched, entities are not declared, formulas are not computed.

import { posix } from 'node:path';
import { unzipSync } from 'fflate';
import { Parser } from 'saxen';
import { ImportRefused } from './refused.ts';
import {
  type Cell,
  COLUMNS_MOST,
  columnIndex,
  HEADER_ROWS_MOST,
  hasContent,
  type Table,
  type TableRow,
  textCell,
} from './table.ts';

/** Unpacked bytes of all parts that are read: a thousand rows take less than one million. */
export const UNPACKED_BYTES_MOST = 32 * 1024 * 1024;
/** Parts of a workbook: a large one with pictures has some hundreds. */
const PARTS_MOST = 4_000;
/** XML is read in pieces of this size. */
const PIECE_BYTES = 64 * 1024;
/** One tag, text or comment: Excel's longest text has 32,767 characters. */
const TOKEN_BYTES_MOST = 1024 * 1024;
/** Rows and columns of an Excel sheet. */
/** Sheets of a workbook, and those of them that are named beside the one that is read. */
const SHEETS_MOST = 255;
const OTHERS_TOLD_MOST = 20;
/** Ranges that array formulas fill: each cell is asked whether it lies in one. */
const FORMULA_RANGES_MOST = 10_000;
const SHEET_ROWS = 1_048_576;
const SHEET_COLUMNS = 16_384;
/** Days from 1899-12-30 to 1904-01-01, where the dates of older Macintosh workbooks begin. */
const DAYS_TO_1904 = 1_462;

/**
 * The first visible sheet with content. Throws ImportRefused, whatever the bytes are.
 * @param rowsMost rows of data that the caller takes; titles and a header may come on top
 */
export function readWorkbook(bytes: Uint8Array, rowsMost: number): Table {
  try {
    return firstSheetWithContent(new Parts(bytes), rowsMost);
  } catch (error) {
    if (error instanceof ImportRefused) throw error;
    throw new ImportRefused('import.damaged', {}, { cause: error });
  }
}

function firstSheetWithContent(parts: Parts, rowsMost: number): Table {
  refuseMacros(parts);
  const relations = relationsOf(parts, '');
  const workbook = relations.find(({ type }) => type === 'officeDocument')?.target;
  if (workbook === undefined) throw new ImportRefused('import.not_a_workbook');
  const { sheets, startsIn1904 } = workbookOf(parts, workbook);
  if (sheets.length === 0 || sheets.length > SHEETS_MOST) throw new ImportRefused('import.not_a_workbook');

  const ofWorkbook = relationsOf(parts, workbook);
  const partOf = (type: string): string | undefined => ofWorkbook.find((relation) => relation.type === type)?.target;
  const strings = sharedStrings(parts, partOf('sharedStrings'));
  const dateStyles = dateStylesOf(parts, partOf('styles'));
  for (const { name, relation } of sheets) {
    const part = ofWorkbook.find(({ id, type }) => id === relation && type === 'worksheet')?.target;
    if (part === undefined) continue;
    const rows = readRows(parts, part, { strings, dateStyles, startsIn1904, rowsMost });
    if (rows.length === 0) continue;
    const others = sheets.filter((sheet) => sheet.relation !== relation).slice(0, OTHERS_TOLD_MOST);
    return { sheet: shortName(name), otherSheets: others.map((other) => shortName(other.name)), rows };
  }
  throw new ImportRefused('import.empty');
}

/** Excel lets nobody write a longer one. */
function shortName(name: string): string {
  return [...name].slice(0, 31).join('');
}

// ------------------------------------------------------------------------------------------------- the zip and its XML

/** The parts of the package by lower-case path, as the central directory lists them. */
class Parts {
  readonly #bytes: Uint8Array;
  readonly #entries = new Map<string, { readonly name: string; readonly size: number }>();
  #bytesLeft = UNPACKED_BYTES_MOST;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    let count = 0;
    unzipSync(bytes, {
      filter: ({ name, originalSize }) => {
        if (++count > PARTS_MOST) throw new ImportRefused('import.unpacks_too_large');
        this.#entries.set(Parts.#key(name), { name, size: originalSize });
        return false;
      },
    });
  }

  static #key(path: string): string {
    return path.replaceAll('\\', '/').replace(/^\//, '').toLowerCase();
  }

  paths(): string[] {
    return [...this.#entries.keys()];
  }

  has(path: string): boolean {
    return this.#entries.has(Parts.#key(path));
  }

  read(path: string): Uint8Array {
    const entry = this.#entries.get(Parts.#key(path));
    if (entry === undefined) throw new ImportRefused('import.damaged');
    this.#bytesLeft -= entry.size;
    if (!(this.#bytesLeft >= 0)) throw new ImportRefused('import.unpacks_too_large');
    // Not by name alone: a second entry of the same name may state another size.
    const content = unzipSync(this.#bytes, {
      filter: ({ name, originalSize }) => name === entry.name && originalSize === entry.size,
    })[entry.name];
    if (content === undefined) throw new ImportRefused('import.damaged');
    return content;
  }
}

interface XmlHandlers {
  /** An element begins; names come without prefix. */
  open?(name: string, attribute: (name: string) => string | undefined): void;
  text?(text: string): void;
  close?(name: string): void;
}

function readXml(bytes: Uint8Array, on: XmlHandlers): void {
  const parser = new Parser();
  let bytesSinceEvent = 0;
  const saw = (): void => {
    bytesSinceEvent = 0;
  };
  parser.on('openTag', (name, attributes, decode) => {
    saw();
    on.open?.(withoutPrefix(name), (wanted) => {
      const all = attributes() || {};
      const key = wanted in all ? wanted : Object.keys(all).find((name) => name.endsWith(`:${wanted}`));
      const value = key === undefined ? undefined : all[key];
      return value === undefined ? undefined : decode(value);
    });
  });
  parser.on('closeTag', (name) => {
    saw();
    on.close?.(withoutPrefix(name));
  });
  parser.on('text', (text, decode) => {
    saw();
    on.text?.(decode(text));
  });
  parser.on('cdata', (text) => {
    saw();
    on.text?.(text);
  });
  parser.on('attention', () => {
    throw new ImportRefused('import.entities');
  });

  const decoder = new TextDecoder('utf-8', { fatal: true });
  for (let at = 0; at < bytes.length; at += PIECE_BYTES) {
    bytesSinceEvent += PIECE_BYTES;
    // The parser keeps an unfinished token and looks at it anew with each piece.
    if (bytesSinceEvent > TOKEN_BYTES_MOST) throw new ImportRefused('import.damaged');
    parser.write(decoder.decode(bytes.subarray(at, at + PIECE_BYTES), { stream: true }));
  }
  parser.write(decoder.decode());
  parser.end();
}

function withoutPrefix(name: string): string {
  return name.slice(name.indexOf(':') + 1);
}

// ------------------------------------------------------------------------------------------ what the parts say together

/** By what it says of itself (content types of .xlsm, .xltm, .xlsb, Excel 4 macro sheets) and by what it holds. */
function refuseMacros(parts: Parts): void {
  if (!parts.has('[Content_Types].xml')) throw new ImportRefused('import.not_a_workbook');
  let found = parts.paths().some((path) => path.endsWith('vbaproject.bin'));
  readXml(parts.read('[Content_Types].xml'), {
    open: (_, attribute) => {
      found ||= /macro|vbaproject/i.test(attribute('ContentType') ?? '');
    },
  });
  if (found) throw new ImportRefused('import.macros');
}

interface Relation {
  readonly id: string;
  /** The last word of the relation's address. */
  readonly type: string;
  readonly target: string;
}

/** The relations of a part to others of the package; '' for those of the package itself. */
function relationsOf(parts: Parts, part: string): Relation[] {
  const folder = posix.dirname(part);
  const path = posix.join(folder, '_rels', `${posix.basename(part)}.rels`);
  const found: Relation[] = [];
  if (!parts.has(path)) return found;
  readXml(parts.read(path), {
    open: (name, attribute) => {
      if (name !== 'Relationship' || attribute('TargetMode') === 'External') return;
      const target = attribute('Target') ?? '';
      found.push({
        id: attribute('Id') ?? '',
        type: (attribute('Type') ?? '').split('/').at(-1) ?? '',
        target: target.startsWith('/') ? posix.normalize(target.slice(1)) : posix.join(folder, target),
      });
    },
  });
  return found;
}

interface SheetEntry {
  readonly name: string;
  readonly relation: string;
}

/** The visible sheets in their order. */
function workbookOf(parts: Parts, part: string): { sheets: SheetEntry[]; startsIn1904: boolean } {
  const sheets: SheetEntry[] = [];
  let startsIn1904 = false;
  readXml(parts.read(part), {
    open: (name, attribute) => {
      if (name === 'workbookPr') startsIn1904 = /^(1|true)$/.test(attribute('date1904') ?? '');
      if (name !== 'sheet' || /hidden/i.test(attribute('state') ?? '')) return;
      sheets.push({ name: attribute('name') ?? '', relation: attribute('id') ?? '' });
    },
  });
  return { sheets, startsIn1904 };
}

/** Excel writes characters that XML cannot hold as `_x000D_`, and an underscore that would look so as `_x005F_`. */
function unescaped(text: string): string {
  return text.includes('_x')
    ? text.replace(/_x([0-9a-fA-F]{4})_/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
    : text;
}

/** The workbook's table of texts. */
function sharedStrings(parts: Parts, part: string | undefined): string[] {
  const found: string[] = [];
  if (part === undefined) return found;
  const text = richText();
  readXml(parts.read(part), {
    ...text,
    close: (name) => {
      text.close(name);
      if (name === 'si') found.push(text.take());
    },
  });
  return found;
}

/** Handlers that gather the runs of a text (`t` elements), without the phonetic help of Japanese (`rPh`). */
function richText() {
  let gathered = '';
  let inText = false;
  let inPhonetic = false;
  return {
    open(name: string): void {
      if (name === 'rPh') inPhonetic = true;
      if (name === 't') inText = !inPhonetic;
    },
    text(text: string): void {
      if (inText) gathered += text;
    },
    close(name: string): void {
      if (name === 'rPh') inPhonetic = false;
      if (name === 't') inText = false;
    },
    take(): string {
      const all = gathered;
      gathered = '';
      return all;
    },
  };
}

/** For each style number: whether it shows a number as a date or time. */
function dateStylesOf(parts: Parts, part: string | undefined): boolean[] {
  const styles: boolean[] = [];
  if (part === undefined) return styles;
  const custom = new Map<number, string>();
  let inCellStyles = false;
  readXml(parts.read(part), {
    open: (name, attribute) => {
      if (name === 'numFmt') custom.set(Number(attribute('numFmtId')), attribute('formatCode') ?? '');
      if (name === 'cellXfs') inCellStyles = true;
      if (name !== 'xf' || !inCellStyles) return;
      const format = Number(attribute('numFmtId') ?? 0);
      const code = custom.get(format);
      styles.push(code === undefined ? isBuiltInDate(format) : showsDate(code));
    },
    close: (name) => {
      if (name === 'cellXfs') inCellStyles = false;
    },
  });
  return styles;
}

/** ECMA-376, 18.8.30: the formats without a code of their own, those of East Asian locales too. */
function isBuiltInDate(format: number): boolean {
  return (
    (format >= 14 && format <= 22) ||
    (format >= 27 && format <= 36) ||
    (format >= 45 && format <= 58 && format !== 48 && format !== 49)
  );
}

/** A format code with a day, month, year, hour or second in it, outside of quoted text, colours and locales. */
function showsDate(code: string): boolean {
  return /[dmyhs]/i.test(code.replace(/"[^"]*"|\\.|_.|\*.|\[(?!h+\]|m+\]|s+\])[^\]]*\]/gi, ''));
}

// ----------------------------------------------------------------------------------------------------------- the sheet

interface SheetReading {
  readonly strings: readonly string[];
  readonly dateStyles: readonly boolean[];
  readonly startsIn1904: boolean;
  readonly rowsMost: number;
}

interface Mutable {
  readonly number: number;
  readonly hidden: boolean;
  readonly cells: (Cell | undefined)[];
}

function readRows(parts: Parts, part: string, reading: SheetReading): TableRow[] {
  const rows: Mutable[] = [];
  /** Array formulas stand in their first cell alone and fill the others. */
  const formulaRanges: Range[] = [];
  const text = richText();
  let row: Mutable | undefined;
  let lastRow = 0;
  let column = -1;
  let type = 'n';
  let style = 0;
  let value: string | undefined;
  let isFormula = false;
  let inValue = false;

  readXml(parts.read(part), {
    open(name, attribute) {
      if (name === 'row') {
        lastRow = wholeNumber(attribute('r'), SHEET_ROWS, lastRow + 1);
        row = { number: lastRow, hidden: /^(1|true)$/.test(attribute('hidden') ?? ''), cells: [] };
        column = -1;
      } else if (name === 'c') {
        const reference = attribute('r');
        column = reference === undefined ? column + 1 : columnIndex(reference);
        if (column < 0 || column >= SHEET_COLUMNS) throw new ImportRefused('import.damaged');
        type = attribute('t') ?? 'n';
        style = Number(attribute('s') ?? 0);
        value = undefined;
        isFormula = false;
      } else if (name === 'f') {
        isFormula = true;
        const filled = attribute('ref');
        if (filled !== undefined && attribute('t') !== 'shared') formulaRanges.push(rangeOf(filled));
        if (formulaRanges.length > FORMULA_RANGES_MOST) throw new ImportRefused('import.too_slow');
      } else if (name === 'v') {
        inValue = true;
        value = '';
      } else if (name === 'mergeCell') {
        markMerged(rows, rangeOf(attribute('ref') ?? ''));
      }
      text.open(name);
    },
    text(piece) {
      if (inValue) value += piece;
      text.text(piece);
    },
    close(name) {
      text.close(name);
      if (name === 'v') inValue = false;
      if (name === 'c' && row !== undefined) {
        const inline = text.take();
        const cell = cellOf(type === 'inlineStr' ? inline : value, type, style, reading);
        if (cell === undefined) return;
        if (column < COLUMNS_MOST) row.cells[column] = isFormula ? { ...cell, formula: true } : cell;
        else if (hasContent(cell)) throw new ImportRefused('import.too_many_columns', { limit: COLUMNS_MOST });
      }
      if (name === 'row' && row !== undefined) {
        if (row.cells.some(hasContent)) rows.push(row);
        if (rows.length > reading.rowsMost + HEADER_ROWS_MOST)
          throw new ImportRefused('import.too_many_rows', { limit: reading.rowsMost });
        row = undefined;
      }
    },
  });
  for (const range of formulaRanges) mark(rows, range, (cell) => cell && { ...cell, formula: true });
  return rows;
}

/** An attribute that counts from 1; `otherwise` where it is absent. */
function wholeNumber(text: string | undefined, most: number, otherwise: number): number {
  const number = text === undefined ? otherwise : Number(text);
  if (!Number.isInteger(number) || number < 1 || number > most) throw new ImportRefused('import.damaged');
  return number;
}

/** ECMA-376, 18.18.11 (ST_CellType). Undefined: nothing stands in the cell. */
function cellOf(text: string | undefined, type: string, style: number, reading: SheetReading): Cell | undefined {
  if (text === undefined || text === '') return undefined;
  if (type === 's') return cellOf(reading.strings[Number(text)], 'str', style, reading);
  if (type === 'inlineStr' || type === 'str') return textCell(unescaped(text));
  if (type === 'b') return { value: text === '1' };
  if (type === 'e') return { ...textCell(text), error: true };
  const number = Number(text);
  // ISO dates (type d) and what is no number stay text and are read as if a person had typed it.
  if (type !== 'n' || !Number.isFinite(number)) return textCell(text);
  if (reading.dateStyles[style] !== true) return { value: number };
  return { value: reading.startsIn1904 ? number + DAYS_TO_1904 : number, date: true };
}

interface Range {
  readonly firstRow: number;
  readonly lastRow: number;
  readonly firstColumn: number;
  readonly lastColumn: number;
}

function rangeOf(reference: string): Range {
  const [, from = '', fromRow = '', to = from, toRow = fromRow] =
    /^\$?([A-Z]{1,3})\$?([0-9]{1,7})(?::\$?([A-Z]{1,3})\$?([0-9]{1,7}))?$/.exec(reference) ?? [];
  return {
    firstRow: Number(fromRow),
    lastRow: Number(toRow),
    firstColumn: columnIndex(from),
    lastColumn: Math.min(columnIndex(to), COLUMNS_MOST - 1),
  };
}

function mark(rows: readonly Mutable[], range: Range, marked: (cell: Cell | undefined) => Cell | undefined): void {
  for (const { number, cells } of rows) {
    if (number < range.firstRow || number > range.lastRow) continue;
    for (let at = range.firstColumn; at <= range.lastColumn; at++) cells[at] = marked(cells[at]);
  }
}

/** Of merged cells only the first has a value; that the others have none is no wish of the writer. */
function markMerged(rows: readonly Mutable[], range: Range): void {
  mark(rows, range, (cell) => {
    // Excel makes no overlapping ranges; a million of them would be work without end.
    if (cell?.merged === true) throw new ImportRefused('import.damaged');
    return { value: '', ...cell, merged: true };
  });
}
