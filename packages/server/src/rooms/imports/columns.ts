// Which column of a table is what: by its header, in Turkish or English and spelled as people spell, or by what stands in
// it where there is no header. Nothing is taken silently: what each column was taken for is told.

import { kindOfAddress } from '@acik-iys/law';
import { ImportRefused } from './refused.ts';
import { columnName, HEADER_ROWS_MOST, hasContent, type Table, type TableRow } from './table.ts';
import { fold, hasDay, textOf, WORDS } from './values.ts';

/** What a column may hold: the fields of a consent, and other ways to write them. `reason` is what we write back. */
export type ColumnKind =
  | 'recipient'
  | 'telephone'
  | 'email'
  | 'type'
  | 'status'
  | 'source'
  | 'consentDate'
  | 'time'
  | 'recipientType'
  | 'retailerCode'
  | 'reason';

/** What one column was taken for; null: it is not used. */
export interface ColumnTaken {
  /** As the spreadsheet names it: A, B, … */
  readonly column: string;
  readonly header: string | null;
  readonly kind: ColumnKind | null;
}

export interface Columns {
  readonly taken: readonly ColumnTaken[];
  /** Column index of each kind that was found. */
  readonly at: ReadonlyMap<ColumnKind, number>;
  /** The rows below the header. */
  readonly rows: readonly TableRow[];
}

/**
 * Folded spellings of headers; `fold` takes blanks, points and Turkish letters away. "Adres" alone is not among them: in
 * lists of customers it is the street.
 */
const HEADERS: Readonly<Record<ColumnKind, readonly string[]>> = {
  recipient: ['alici', 'aliciadresi', 'iletisimadresi', 'iletisimbilgisi', 'recipient', 'recipientaddress', 'contact'],
  telephone: [
    'telefon',
    'tel',
    'telefonno',
    'telefonnumarasi',
    'cep',
    'cepno',
    'ceptel',
    'ceptelefonu',
    'gsm',
    'gsmno',
    'gsmnumarasi',
    'phone',
    'phonenumber',
    'telephone',
    'mobile',
    'mobilephone',
    'msisdn',
  ],
  email: ['eposta', 'epostaadresi', 'mail', 'mailadresi', 'email', 'emailaddress', 'emailadresi'],
  type: ['kanal', 'iletisimkanali', 'tur', 'izinturu', 'iletituru', 'type', 'channel', 'consenttype'],
  status: ['durum', 'izindurumu', 'onaydurumu', 'izin', 'status', 'consent', 'consentstatus'],
  source: ['kaynak', 'izinkaynagi', 'source', 'consentsource'],
  consentDate: [
    'tarih',
    'izintarihi',
    'izintarihisaati',
    'izintarihivesaati',
    'onaytarihi',
    'tarihsaat',
    'date',
    'consentdate',
  ],
  time: ['saat', 'izinsaati', 'onaysaati', 'time', 'hour', 'consenttime'],
  recipientType: ['alicituru', 'alicitipi', 'recipienttype'],
  retailerCode: ['bayi', 'bayikodu', 'bayino', 'bayinumarasi', 'retailer', 'retailercode', 'retailernumber'],
  reason: ['neden', 'nedeni', 'hata', 'reason', 'error'],
};
const KIND_OF_HEADER = new Map(
  (Object.keys(HEADERS) as ColumnKind[]).flatMap((kind) => HEADERS[kind].map((header) => [header, kind] as const)),
);
/** Headers of fewer letters are too easily one letter away from another word. */
const MISSPELT_HEADER_LEAST = 5;

/** Rows that are looked at where there is no header. */
const SAMPLE_ROWS = 50;

/** Finds the columns. Throws ImportRefused where no column of addresses is found, or a column twice. */
export function findColumns(table: Table): Columns {
  for (const [index, row] of table.rows.slice(0, HEADER_ROWS_MOST).entries()) {
    const kinds = headerKinds(row);
    if (kinds === undefined) continue;
    const rows = table.rows.slice(index + 1);
    if (rows.length === 0) throw new ImportRefused('import.empty');
    return columnsOf(kinds, rows, row);
  }
  return columnsOf(kindsByContent(table.rows), table.rows, null);
}

/** The kinds by column, or undefined where the row is no header: names at least one column and holds no data. */
function headerKinds({ cells }: TableRow): (ColumnKind | undefined)[] | undefined {
  const texts = Array.from(cells, (cell) => (hasContent(cell) ? textOf(cell) : ''));
  if (texts.some((text) => kindOfAddress(text.trim()) !== 'neither')) return undefined;
  const kinds = texts.map(kindOfHeader);
  return kinds.some((kind) => kind !== undefined) ? kinds : undefined;
}

/** By the whole header, or by one of two languages in it; without what stands in brackets. */
function kindOfHeader(text: string): ColumnKind | undefined {
  const plain = text.replace(/\([^)]*\)/g, '');
  for (const part of [plain, ...plain.split(/[/|\n]/)]) {
    const word = fold(part);
    const kind = KIND_OF_HEADER.get(word) ?? misspelt(word);
    if (kind !== undefined) return kind;
  }
  return undefined;
}

/** The kind whose header is one slip of the finger away, if all such headers are of one kind. */
function misspelt(word: string): ColumnKind | undefined {
  const kinds = new Set<ColumnKind>();
  for (const [header, kind] of KIND_OF_HEADER)
    if (header.length >= MISSPELT_HEADER_LEAST && isOneSlip(word, header)) kinds.add(kind);
  return kinds.size === 1 ? [...kinds][0] : undefined;
}

/** One letter too many, too few or wrong, or two neighbours exchanged. */
function isOneSlip(one: string, other: string): boolean {
  let start = 0;
  while (start < one.length && one[start] === other[start]) start++;
  const rest = one.slice(start);
  const otherRest = other.slice(start);
  return (
    rest.slice(1) === otherRest ||
    rest === otherRest.slice(1) ||
    rest.slice(1) === otherRest.slice(1) ||
    (rest.slice(2) === otherRest.slice(2) && rest[0] === otherRest[1] && rest[1] === otherRest[0])
  );
}

/** What the cells of a column without header can be, the surest first. */
const LOOKS: readonly (readonly [ColumnKind, (text: string) => boolean])[] = [
  ['status', (text) => WORDS.status.has(fold(text))],
  ['type', (text) => WORDS.type.has(fold(text))],
  ['recipientType', (text) => WORDS.recipientType.has(fold(text))],
  ['source', (text) => WORDS.source.has(fold(text))],
  ['consentDate', hasDay],
  ['retailerCode', (text) => /^[0-9]{8}$/.test(text)],
  ['recipient', (text) => kindOfAddress(text) !== 'neither'],
];

/**
 * Each kind goes to the first column of which more than half looks like it. A column alone is a list of addresses,
 * whatever they look like.
 */
function kindsByContent(rows: readonly TableRow[]): (ColumnKind | undefined)[] {
  const sample = rows.slice(0, SAMPLE_ROWS);
  const width = Math.max(0, ...sample.map(({ cells }) => cells.length));
  const columns = Array.from({ length: width }, (_, column) =>
    sample
      .map((row) => row.cells[column])
      .filter(hasContent)
      .map((cell) => textOf(cell).trim()),
  );
  const isAlone = columns.filter((texts) => texts.length > 0).length === 1;
  const found: (ColumnKind | undefined)[] = [];
  for (const texts of columns) {
    const look = isAlone
      ? texts.length > 0 && LOOKS.at(-1)
      : LOOKS.find(([kind, looks]) => !found.includes(kind) && texts.filter(looks).length * 2 > texts.length);
    found.push(look ? look[0] : undefined);
  }
  return found;
}

function columnsOf(
  kinds: readonly (ColumnKind | undefined)[],
  rows: readonly TableRow[],
  header: TableRow | null,
): Columns {
  const at = new Map<ColumnKind, number>();
  for (const [index, kind] of kinds.entries()) {
    if (kind === undefined || kind === 'reason') continue;
    const first = at.get(kind);
    if (first !== undefined)
      throw new ImportRefused('import.column_twice', { columns: `${columnName(first)}, ${columnName(index)}` });
    at.set(kind, index);
  }
  if (!at.has('recipient') && !at.has('telephone') && !at.has('email'))
    throw new ImportRefused(header === null ? 'import.no_header' : 'import.no_address_column');
  const width = Math.max(kinds.length, ...rows.map(({ cells }) => cells.length));
  return {
    taken: Array.from({ length: width }, (_, index) => {
      const title = header?.cells[index];
      return {
        column: columnName(index),
        header: hasContent(title) ? textOf(title).trim() : null,
        kind: kinds[index] ?? null,
      };
    }),
    at,
    rows,
  };
}
