// What is written: a sheet of named columns whose rows come one by one, however many there are.

/** Text is written as text, whatever it looks like; whole numbers as numbers. */
export type CellToWrite = string | number | null;

export interface ColumnToWrite {
  readonly header: string;
  /** In characters. */
  readonly width: number;
  /** Offered in a list by the spreadsheet; something else may be written all the same. */
  readonly choices?: readonly string[];
}

export interface SheetToWrite {
  readonly name: string;
  readonly columns: readonly ColumnToWrite[];
  readonly rows: Iterable<readonly CellToWrite[]> | AsyncIterable<readonly CellToWrite[]>;
}

/** Characters that are gathered before they go on: large enough for few steps, small enough to be no load. */
const PIECE_CHARACTERS = 64 * 1024;

/** The texts one after the other in pieces worth handing on. */
export async function* inPieces(texts: Iterable<string> | AsyncIterable<string>): AsyncGenerator<string> {
  let piece = '';
  for await (const text of texts) {
    piece += text;
    if (piece.length < PIECE_CHARACTERS) continue;
    yield piece;
    piece = '';
  }
  if (piece !== '') yield piece;
}
