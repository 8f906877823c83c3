// Text that a spreadsheet program must not take for a formula when it opens a CSV file, in whose cells nothing says that
// they are text (OWASP, "CSV injection"). An apostrophe is put before what would begin a formula, and our own reader
// takes it away again: what was written comes back as it was.
//
// Not only at the beginning of a cell: a program that expects another separator (Excel follows the country) splits our
// cells at its own, and a formula could begin there. A telephone stays as it is: a plus and digits call nothing.

const TELEPHONE = /^\+[0-9]+$/;
/** Where a cell may begin for one program or another. */
const CELL_START = String.raw`(?<=^|[,;"\t\r\n])`;
/** Apostrophes of the text itself or of ours, then a sign that begins a formula; the full-width ones do, too. */
const FORMULA_START = String.raw`(?='*[=+\-@\t\r＝＋－＠])`;

const UNGUARDED = new RegExp(CELL_START + FORMULA_START, 'g');
const GUARDED = new RegExp(`${CELL_START}'${FORMULA_START}`, 'g');

export function guardFormula(text: string): string {
  return TELEPHONE.test(text) ? text : text.replace(UNGUARDED, "'");
}

/** The inverse of `guardFormula`. */
export function unguardFormula(text: string): string {
  return text.replace(GUARDED, '');
}
