// Reads cells that a person copied out of a spreadsheet, a CSV file or a message, into a `Table`. Everything is text here:
// the spreadsheet has already written its numbers and dates as the person saw them.

import { kindOfAddress } from '@acik-iys/law';
import { unguardFormula } from './formula-guard.ts';
import { ImportRefused } from './refused.ts';
import { COLUMNS_MOST, HEADER_ROWS_MOST, hasContent, type Table, type TableRow, textCell } from './table.ts';

/** Characters of a pasted text; a thousand rows have some 100,000. */
export const PASTED_CHARACTERS_MOST = 1_000_000;

/** Enough to hold a first line, which is mostly a header. */
const BEGINNING_CHARACTERS = 4_000;

export interface ReadPastedOptions {
  /** Rows of data that are taken at most. */
  readonly rows: number;
}

/**
 * Cells between tabs (as every spreadsheet copies them), semicolons or commas, in quotation marks where they hold such
 * signs; or nothing but addresses, one after the other. Throws ImportRefused where there is too much, or nothing.
 */
export function readPasted(text: string, options: ReadPastedOptions): Table {
  if (text.length > PASTED_CHARACTERS_MOST)
    throw new ImportRefused('import.too_large', { limit: PASTED_CHARACTERS_MOST / 1_000_000 });
  const rows: TableRow[] = [];
  for (const [index, record] of recordsOf(text.replace(/^\uFEFF/, '')).entries()) {
    const cells = record.slice(0, COLUMNS_MOST).map((field) => textCell(unguardFormula(field)));
    if (record.slice(COLUMNS_MOST).some((field) => field.trim() !== ''))
      throw new ImportRefused('import.too_many_columns', { limit: COLUMNS_MOST });
    if (!cells.some(hasContent)) continue;
    rows.push({ number: index + 1, hidden: false, cells });
    if (rows.length > options.rows + HEADER_ROWS_MOST)
      throw new ImportRefused('import.too_many_rows', { limit: options.rows });
  }
  if (rows.length === 0) throw new ImportRefused('import.empty');
  return { sheet: null, otherSheets: [], rows };
}

function recordsOf(text: string): string[][] {
  const whole = text.trim();
  const separator = separatorOf(whole);
  if (separator === '\t') return [...separated(text, separator)];
  const parts = whole.split(/[;,\r\n]+/).filter((part) => part.trim() !== '');
  const addresses = parts.filter((part) => kindOfAddress(part.trim()) !== 'neither').length;
  // In one line, an address that is mistyped does not make a table of the others.
  const isList = addresses === parts.length || (!/[\r\n]/.test(whole) && addresses > parts.length / 2);
  return isList ? parts.map((part) => [part]) : [...separated(text, separator)];
}

/** The first of tab, semicolon and comma that stands in the first line, outside of quotation marks. */
function separatorOf(text: string): string {
  const beginning = text.slice(0, BEGINNING_CHARACTERS).replace(/"[^"]*"/g, '');
  const firstLine = /^[^\r\n]*/.exec(beginning)?.[0] ?? '';
  return ['\t', ';'].find((separator) => firstLine.includes(separator)) ?? ',';
}

/** RFC 4180 with any separator. A quotation mark that nothing closes is an ordinary sign. */
function* separated(text: string, separator: string): Generator<string[]> {
  const plain = new RegExp(`[^${separator}\\r\\n]*`, 'y');
  const isEnd = (at: number): boolean => at >= text.length || [separator, '\r', '\n'].includes(text.charAt(at));
  let record: string[] = [];
  for (let at = 0; at <= text.length; at++) {
    const closing = text[at] === '"' ? closingQuote(text, at + 1) : -1;
    if (closing !== -1 && isEnd(closing + 1)) {
      record.push(text.slice(at + 1, closing).replaceAll('""', '"'));
      at = closing + 1;
    } else {
      plain.lastIndex = at;
      record.push(plain.exec(text)?.[0] ?? '');
      at = plain.lastIndex;
    }
    if (text[at] === separator) continue;
    yield record;
    record = [];
    if (text.startsWith('\r\n', at)) at++;
  }
}

/**
 * The quotation mark, not one of a pair, that ends a field; -1 where none does. No text makes this search the same signs
 * again and again: only a field with an odd number of marks looks beyond its own, and not beyond the next such.
 */
function closingQuote(text: string, from: number): number {
  let at = text.indexOf('"', from);
  while (at !== -1 && text[at + 1] === '"') at = text.indexOf('"', at + 2);
  return at;
}
