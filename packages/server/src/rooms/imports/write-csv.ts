// Writes a sheet as CSV, any number of rows in flat memory. Semicolons and a byte-order mark: so Excel opens it by a double
// click in Turkish (where the comma belongs to numbers) with the right letters. Text cannot become a formula
// (`formula-guard.ts`); `readPasted` reads it back as it was.

import { Readable } from 'node:stream';
import { setImmediate } from 'node:timers/promises';
import { guardFormula } from './formula-guard.ts';
import { type CellToWrite, inPieces, type SheetToWrite } from './sheet.ts';

const SEPARATOR = ';';
/** What must stand in quotation marks, for readers with another separator too. */
const SPECIAL = /[;,"\t\r\n]|^\s|\s$/;

/** The file's bytes. Ends its source when it is destroyed; fails as its source fails. */
export function writeCsv(sheet: SheetToWrite): Readable {
  return Readable.from(csvBytes(sheet), { objectMode: false });
}

async function* csvBytes(sheet: SheetToWrite): AsyncGenerator<Buffer> {
  for await (const piece of inPieces(linesOf(sheet))) {
    yield Buffer.from(piece);
    // A source that never waits must not keep everybody else waiting.
    await setImmediate();
  }
}

async function* linesOf({ columns, rows }: SheetToWrite): AsyncGenerator<string> {
  yield `\uFEFF${lineOf(columns.map(({ header }) => header))}`;
  for await (const row of rows) yield lineOf(row);
}

function lineOf(cells: readonly CellToWrite[]): string {
  return `${cells.map(fieldOf).join(SEPARATOR)}\r\n`;
}

function fieldOf(cell: CellToWrite): string {
  if (typeof cell !== 'string') return String(cell ?? '');
  const text = guardFormula(cell);
  return SPECIAL.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
