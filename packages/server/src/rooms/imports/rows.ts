// The rows of a table as consents, or as addresses to be looked up: what was read, what it becomes, what is wrong with it.
// The rules are those of `packages/law`; here is only what a spreadsheet adds: formulas, merged cells, hidden rows, and
// rows that repeat or contradict each other.

import { isDeepStrictEqual } from 'node:util';
import {
  CHANNELS,
  type Channel,
  type CheckedAddress,
  checkAddress,
  checkForm,
  type ErrorCode,
  type FormContext,
  type FormFault,
  type Language,
  ONAY,
  type SentenceValues,
  type Statement,
  type Words,
} from '@acik-iys/law';
import { type ColumnKind, type Columns, type ColumnTaken, findColumns } from './columns.ts';
import { ImportRefused } from './refused.ts';
import { CELL_CHARACTERS_MOST, type Cell, hasContent, type Table, type TableRow } from './table.ts';
import { type Read, readAddress, readMoment, readWord, textOf, type WORDS } from './values.ts';
import { type ImportCode, importSentence } from './words.ts';

/** The fields of a consent that a row can give, in the contract's spelling and in the order of our own sheets. */
export const FIELDS = [
  'recipient',
  'type',
  'status',
  'source',
  'consentDate',
  'recipientType',
  'retailerCode',
] as const;
export type Field = (typeof FIELDS)[number];
/** What may be chosen once for all rows: everything but the address. */
export type GivenField = Exclude<Field, 'recipient'>;
export type Fields = Readonly<Partial<Record<Field, string>>>;

/** Without these a consumer's consent cannot be recorded. */
const NEEDED: readonly GivenField[] = ['type', 'status', 'source', 'consentDate'];

export const FIELD_NAMES: Readonly<Record<Field, Words>> = {
  recipient: { tr: 'Alıcı', en: 'Recipient' },
  type: { tr: 'Kanal', en: 'Channel' },
  status: { tr: 'Durum', en: 'Status' },
  source: { tr: 'Kaynak', en: 'Source' },
  consentDate: { tr: 'İzin tarihi', en: 'Consent date' },
  recipientType: { tr: 'Alıcı türü', en: 'Recipient type' },
  retailerCode: { tr: 'Bayi', en: 'Retailer' },
};

export interface RowFault {
  readonly code: ImportCode | ErrorCode;
  /** Null: the row as a whole. */
  readonly field: Field | null;
  readonly didYouMean?: string;
  readonly values?: SentenceValues;
}

export interface Repair {
  readonly field: Field;
  readonly read: string;
  readonly becomes: string;
}

interface Row {
  /** As the spreadsheet counts, from 1. */
  readonly rowNumber: number;
  /** What stands in the row, as a person sees it, or was given for all rows, by field. */
  readonly cells: Fields;
  readonly faults: readonly RowFault[];
  readonly repairs: readonly Repair[];
  /** Number of the first row that says the same. */
  readonly sameAs: number | null;
}

/** One row of consents. */
export interface ConsentRow extends Row {
  /** The fields after their repair, in the contract's spelling; a field that cannot be read is as it stood. */
  readonly consent: Fields;
  /** What may be recorded; null where a fault stands against it or an earlier row says the same. */
  readonly statement: Statement | null;
  /** Number of the first row that says the contrary for the same recipient, channel and recipient type. */
  readonly contradicts: number | null;
}

/** One row of a list to be checked. */
export interface AddressRow extends Row {
  /** E.164 or lower-case e-mail; null where a fault stands against it. */
  readonly address: string | null;
}

export interface ConsentSheet {
  readonly columns: readonly ColumnTaken[];
  /** Needed fields that no column holds and the caller gave no value for. */
  readonly missing: readonly Field[];
  readonly rows: readonly ConsentRow[];
}

export interface AddressSheet {
  readonly columns: readonly ColumnTaken[];
  readonly rows: readonly AddressRow[];
}

export interface ReadConsentsOptions {
  /** Rows of data that are taken at most. */
  readonly rows: number;
  /** The moment of receipt and what depends on it, as every door gives it to the rules of form. */
  readonly context: FormContext;
  /** Values for fields that no column holds, in the contract's spelling. */
  readonly given?: Readonly<Partial<Record<GivenField, string>>>;
  /** `HH:mm` for dates without an hour; without it they are a fault. */
  readonly defaultHour?: string;
}

/**
 * A table of consents, row by row. Throws ImportRefused where it cannot be told what the columns are, or there are too
 * many rows. A refusal is never turned away for another row's sake: of two rows that contradict each other the RET stands.
 */
export function readConsents(table: Table, options: ReadConsentsOptions): ConsentSheet {
  const columns = columnsWithin(table, options.rows);
  const given = options.given ?? {};
  const missing = NEEDED.filter((field) => !columns.at.has(field) && given[field] === undefined);
  const rows = columns.rows.map((row) => readConsent(new RowReader(row, columns), options));
  return { columns: columns.taken, missing, rows: compared(rows) };
}

/**
 * A table of addresses for one channel. Throws as `readConsents`.
 * @param options.rows rows of data that are taken at most
 */
export function readAddresses(
  table: Table,
  options: { readonly rows: number; readonly channel: Channel },
): AddressSheet {
  const columns = columnsWithin(table, options.rows);
  const firstOf = new Map<string, number>();
  const rows = columns.rows.map((row): AddressRow => {
    const reader = new RowReader(row, columns);
    const value = reader.address(options.channel);
    const { cells, faults, repairs } = reader;
    const checked = checkAddress(value, CHANNELS.indexOf(options.channel));
    if (faults.length === 0 && !checked.ok) faults.push(addressFault(value, checked));
    const address = faults.length === 0 && checked.ok ? checked.address : null;
    const sameAs = address === null ? null : (firstOf.get(address) ?? null);
    if (address !== null && sameAs === null) firstOf.set(address, row.number);
    return { rowNumber: row.number, cells, address, faults, repairs, sameAs };
  });
  return { columns: columns.taken, rows };
}

const ADDRESS_FAULTS = {
  email: 'H120',
  telephone: 'H121',
  'telephone-too-long': 'H160',
  'other-kind': 'H464',
} as const satisfies Record<string, ErrorCode>;

function addressFault(value: string | undefined, { fault, didYouMean }: CheckedAddress & { ok: false }): RowFault {
  const code = value === undefined ? 'H114' : ADDRESS_FAULTS[fault];
  return { code, field: 'recipient', ...(didYouMean !== undefined && { didYouMean }) };
}

/** What to tell people about a fault: what happened, and how to mend it. */
export function faultSentence({ code, field, didYouMean, values }: RowFault, language: Language): string {
  return importSentence(code, language, {
    ...(field !== null && { field: FIELD_NAMES[field] }),
    ...values,
    ...(didYouMean !== undefined && { didYouMean }),
  });
}

function columnsWithin(table: Table, rows: number): Columns {
  const columns = findColumns(table);
  if (columns.rows.length > rows) throw new ImportRefused('import.too_many_rows', { limit: rows });
  return columns;
}

/** One row: gives its fields one by one, and gathers what was read, mended and found wrong. */
class RowReader {
  readonly rowNumber: number;
  readonly cells: Partial<Record<Field, string>> = {};
  readonly faults: RowFault[] = [];
  readonly repairs: Repair[] = [];
  readonly #cells: TableRow['cells'];
  readonly #columns: Columns;

  constructor(row: TableRow, columns: Columns) {
    this.rowNumber = row.number;
    this.#cells = row.cells;
    this.#columns = columns;
    if (row.hidden) this.faults.push({ code: 'row.hidden', field: null });
  }

  has(kind: ColumnKind): boolean {
    return this.#columns.at.has(kind);
  }

  cell(kind: ColumnKind): Cell | undefined {
    const column = this.#columns.at.get(kind);
    return column === undefined ? undefined : this.#cells[column];
  }

  /** Where telephones and e-mails have columns of their own, the channel says which counts. */
  address(channel: string | undefined): string | undefined {
    const order: readonly ColumnKind[] =
      channel === 'EPOSTA' ? ['recipient', 'email', 'telephone'] : ['recipient', 'telephone', 'email'];
    const kinds = order.filter((kind) => this.has(kind));
    const filled = kinds.find((kind) => hasContent(this.cell(kind))) ?? kinds[0] ?? 'recipient';
    return this.field('recipient', (cell) => readAddress(cell, channel), filled);
  }

  /** When it was given; the hour may have a column of its own. */
  moment(defaultHour: string | undefined, source: string | undefined): string | undefined {
    const time = this.cell('time');
    const day = this.cell('consentDate');
    const hour = hasContent(time) ? time : undefined;
    if (hour !== undefined && hasContent(day) && !this.#isUsable(hour, 'consentDate')) return undefined;
    const moment = this.field('consentDate', (cell) => readMoment(cell, { time: hour, defaultHour, source }));
    if (hour !== undefined) this.cells.consentDate = `${this.cells.consentDate ?? ''} ${textOf(hour)}`.trim();
    return moment;
  }

  /** A field as it is read; undefined where the cell is blank or must not be used. */
  field(field: Field, read: (cell: Cell) => Read, kind: ColumnKind = field): string | undefined {
    const cell = this.cell(kind);
    if (hasContent(cell)) this.cells[field] = textOf(cell);
    if (cell === undefined || !this.#isUsable(cell, field) || !hasContent(cell)) return undefined;
    const outcome = read(cell);
    if ('fault' in outcome) {
      this.faults.push({ code: outcome.fault, field });
      return undefined;
    }
    const text = textOf(cell);
    if (outcome.value !== text) this.repairs.push({ field, read: text, becomes: outcome.value });
    return outcome.value;
  }

  #isUsable(cell: Cell, field: Field): boolean {
    const fault = (code: ImportCode, values?: SentenceValues): false => {
      this.faults.push({ code, field, ...(values && { values }) });
      return false;
    };
    if (cell.merged === true) return fault('row.merged');
    if (cell.error === true) return fault('row.error_value');
    if (cell.formula === true && hasContent(cell)) return fault('row.formula');
    return cell.cut !== true || fault('row.too_long', { limit: CELL_CHARACTERS_MOST });
  }
}

function readConsent(reader: RowReader, { context, given = {}, defaultHour }: ReadConsentsOptions): ConsentRow {
  const read = (field: GivenField, value: () => string | undefined): string | undefined => {
    if (reader.has(field)) return value();
    const ofAllRows = given[field];
    if (ofAllRows !== undefined) reader.cells[field] = ofAllRows;
    return ofAllRows;
  };
  const word = (field: keyof typeof WORDS): string | undefined =>
    read(field, () => reader.field(field, (cell) => readWord(field, textOf(cell).trim())));
  const type = word('type');
  const source = word('source');
  const all: Record<Field, string | undefined> = {
    recipient: reader.address(type),
    type,
    status: word('status'),
    source,
    consentDate: read('consentDate', () => reader.moment(defaultHour, source)),
    recipientType: word('recipientType'),
    retailerCode: read('retailerCode', () => reader.field('retailerCode', (cell) => ({ value: textOf(cell).trim() }))),
  };
  const consent: Fields = Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
  const { statement, faults: ofForm } = checkForm(consent, context);
  // A field that could not be used has its fault already; that it is missing then is none.
  const told = new Set(reader.faults.map(({ field }) => field));
  const faults = [...reader.faults, ...ofForm.map(asRowFault).filter(({ field }) => !told.has(field))].sort(
    (one, other) => place(one) - place(other),
  );
  return {
    rowNumber: reader.rowNumber,
    cells: reader.cells,
    consent,
    statement: faults.length === 0 ? statement : null,
    faults,
    repairs: reader.repairs,
    sameAs: null,
    contradicts: null,
  };
}

function asRowFault({ code, location, didYouMean, values }: FormFault): RowFault {
  return {
    code,
    field: FIELDS.find((field) => field === location[0]) ?? null,
    ...(didYouMean !== undefined && { didYouMean }),
    ...(values !== undefined && { values }),
  };
}

function place({ field }: RowFault): number {
  return field === null ? -1 : FIELDS.indexOf(field);
}

/** Marks what repeats an earlier row or contradicts another one; the ONAY of a contradiction is not recorded. */
function compared(rows: readonly ConsentRow[]): ConsentRow[] {
  const byKey = Map.groupBy(rows, ({ statement }) => statement && `${statement.kind} ${statement.address}`);
  return rows.map((row) => {
    const { statement } = row;
    if (statement === null) return row;
    const others = byKey.get(`${statement.kind} ${statement.address}`) ?? [];
    const first = others.find((other) => isDeepStrictEqual(other.statement, statement)) ?? row;
    const contrary = others.find((other) => other.statement?.status !== statement.status);
    const sameAs = first === row ? null : first.rowNumber;
    const contradicts = contrary?.rowNumber ?? null;
    const isOverruled = contrary !== undefined && statement.status === ONAY;
    const fault: RowFault = { code: 'row.contradicts', field: 'status', values: { row: contradicts ?? '' } };
    return {
      ...row,
      sameAs,
      contradicts,
      statement: sameAs !== null || isOverruled ? null : statement,
      faults: isOverruled ? [...row.faults, fault] : row.faults,
    };
  });
}
