// What every way in makes of its input: a table of cells with their places, bounded in every direction. Nothing is
// interpreted here but what only the file knows: that a number was shown as a date, a cell was a formula, a row hidden.

/** Filled columns of a sheet: ours has nine, a customer list some dozens. */
export const COLUMNS_MOST = 64;
/** Characters of a cell that are kept; the longest value of a consent is an e-mail address of 265. */
export const CELL_CHARACTERS_MOST = 1_000;
/** Rows above the data that may be titles and headers. */
export const HEADER_ROWS_MOST = 10;

export interface Cell {
  /** '' where a merged cell hides what would stand here. A cut text has `CELL_CHARACTERS_MOST` characters. */
  readonly value: string | number | boolean;
  /** The number is shown as a date: days since 1899-12-30, the fraction the time of day. */
  readonly date?: true;
  /** The value is an error such as `#N/A`. */
  readonly error?: true;
  /** The value is a formula's last result. */
  readonly formula?: true;
  readonly merged?: true;
  readonly cut?: true;
}

export interface TableRow {
  /** As the spreadsheet counts, from 1. */
  readonly number: number;
  readonly hidden: boolean;
  /** By column, from 0 = A; undefined where nothing stands. */
  readonly cells: readonly (Cell | undefined)[];
}

export interface Table {
  /** The sheet that was read: the first visible one with content; null for pasted text. */
  readonly sheet: string | null;
  /** The workbook's other visible sheets, which were not read. */
  readonly otherSheets: readonly string[];
  /** Rows with content, in order. */
  readonly rows: readonly TableRow[];
}

/** Whether something stands in the cell that a person would see. */
export function hasContent(cell: Cell | undefined): cell is Cell {
  return cell !== undefined && (typeof cell.value !== 'string' || cell.value.trim() !== '');
}

/** A cell of text, cut to what is kept. */
export function textCell(text: string): Cell {
  return text.length > CELL_CHARACTERS_MOST
    ? { value: text.slice(0, CELL_CHARACTERS_MOST), cut: true }
    : { value: text };
}

/** The column's name as the spreadsheet shows it: 0 = A, 26 = AA. */
export function columnName(index: number): string {
  return (index >= 26 ? columnName(Math.floor(index / 26) - 1) : '') + String.fromCharCode(65 + (index % 26));
}

/** The column of a cell's name (`AB12`, `AB`), from 0; -1 where the text does not begin like one. */
export function columnIndex(reference: string): number {
  const letters = /^[A-Z]{1,3}/.exec(reference)?.[0] ?? '';
  let index = 0;
  for (const letter of letters) index = index * 26 + letter.charCodeAt(0) - 64;
  return index - 1;
}
