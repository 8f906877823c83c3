// Files in and out, the pure part: a list of consents or addresses out of an .xlsx file or pasted cells, row by row with
// what is wrong and what was mended; and .xlsx and CSV back. Nothing here knows a brand, a database or who is asking.
//
//   readSheet, readPasted (table.ts)  →  readConsents, readAddresses (columns.ts, values.ts, rows.ts)
//   template, refusedRows, checkedAddresses (sheets.ts)  →  writeXlsx, writeCsv

export type { ColumnKind, ColumnTaken } from './columns.ts';
export { PASTED_CHARACTERS_MOST, readPasted } from './pasted.ts';
export { FILE_BYTES_MOST, readSheet } from './read-sheet.ts';
export { ImportRefused } from './refused.ts';
export {
  type AddressRow,
  type AddressSheet,
  type ConsentRow,
  type ConsentSheet,
  FIELD_NAMES,
  FIELDS,
  type Field,
  type Fields,
  faultSentence,
  type GivenField,
  type Repair,
  type RowFault,
  readAddresses,
  readConsents,
} from './rows.ts';
export type { CellToWrite, ColumnToWrite, SheetToWrite } from './sheet.ts';
export { type CheckedAddress, checkedAddresses, type RefusedRow, refusedRows, template } from './sheets.ts';
export type { Table } from './table.ts';
export { IMPORT_ERRORS, type ImportCode, importSentence } from './words.ts';
export { writeCsv } from './write-csv.ts';
export { writeXlsx, XLSX_ROWS_MOST } from './write-xlsx.ts';
