// What stands in a file that somebody asked for: which permissions or movements, under which headings. The first columns
// are those of our own sheets (rooms/imports), the values spelled as the official contract spells them.

import {
  channelOf,
  formatTime,
  isGranted,
  type Language,
  mask,
  RET,
  recipientTypeOf,
  type SourceSide,
  type Status,
  sourceName,
  sourceNumberOf,
  sourceSide,
  stateOf,
  statusOf,
  type Words,
} from '@acik-iys/law';
import {
  type CellToWrite,
  type ColumnToWrite,
  FIELD_NAMES,
  FIELDS,
  type Field,
  type SheetToWrite,
} from '../imports/index.ts';
import type { Movement, Standing } from '../registry/index.ts';
import type { Day } from './days.ts';

export type ReportKind = 'permissions' | 'movements';
export const REPORT_FORMATS = {
  csv: 'text/csv; charset=utf-8',
  xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
} as const;
export type ReportFormat = keyof typeof REPORT_FORMATS;

/** What of a brand is wanted. Null: all. */
export interface ReportParameters {
  readonly format: ReportFormat;
  readonly language: Language;
  /** First day of movements; permissions have none. */
  readonly from: Day | null;
  /** Last day of movements, or the day at whose end permissions stood. */
  readonly to: Day;
  /** Channels × recipient types. */
  readonly kinds: readonly number[];
  readonly status: Status | null;
  /** Number of a source (packages/law). */
  readonly source: number | null;
  readonly side: SourceSide | null;
  /** With addresses in clear; else masked. */
  readonly clear: boolean;
}

/** Whether something of this kind and state is wanted. */
export function isWanted(
  { kinds, status, source, side }: ReportParameters,
  { kind, state }: { readonly kind: number; readonly state: number },
): boolean {
  const from = sourceNumberOf(state);
  return (
    kinds.includes(kind) &&
    (status === null || status === statusOf(state)) &&
    (source === null || source === from) &&
    (side === null || side === sourceSide(from))
  );
}

const NAMES: Readonly<Record<ReportKind, Words>> = {
  permissions: { tr: 'izinler', en: 'permissions' },
  movements: { tr: 'hareketler', en: 'movements' },
};

/** The name that a person saves the file under. */
export function fileNameOf(
  kind: ReportKind,
  brandId: number,
  { format, language, from, to }: ReportParameters,
): string {
  return [brandId, NAMES[kind][language], ...(from === null || from === to ? [to] : [from, to])]
    .join('-')
    .concat('.', format);
}

const WIDTHS: Readonly<Record<Field, number>> = {
  recipient: 30,
  type: 10,
  status: 9,
  source: 22,
  consentDate: 20,
  recipientType: 12,
  retailerCode: 12,
};
const RECORDED: Words = { tr: 'Kayıt tarihi', en: 'Recorded at' };
const TRANSACTION: Words = { tr: 'Hareket', en: 'Movement' };
const MAY_CONTACT: Words = { tr: 'Gönderilebilir', en: 'May be contacted' };
const WITHHELD: Words = { tr: 'Kayda geçmeyen ret', en: 'Refusal outside the record' };
const YES: Words = { tr: 'EVET', en: 'YES' };
const NO: Words = { tr: 'HAYIR', en: 'NO' };

function columns(language: Language, more: readonly (readonly [Words, number])[]): ColumnToWrite[] {
  return [
    ...FIELDS.map((field) => ({ header: FIELD_NAMES[field][language], width: WIDTHS[field] })),
    ...more.map(([words, width]) => ({ header: words[language], width })),
  ];
}

interface Statement {
  readonly address: string;
  readonly kind: number;
  readonly state: number;
  readonly consentedAt: number | null;
  readonly retailer: number | null;
}

/** In the order of FIELDS. */
function fields({ address, kind, state, consentedAt, retailer }: Statement, clear: boolean): CellToWrite[] {
  return [
    clear ? address : mask(address),
    channelOf(kind),
    statusOf(state),
    sourceName(sourceNumberOf(state)) ?? null,
    consentedAt === null ? null : formatTime(consentedAt),
    recipientTypeOf(kind),
    retailer === null ? null : String(retailer),
  ];
}

/** @param pieces movements, all that there are: what is not wanted is left out */
export function movementsSheet(
  parameters: ReportParameters,
  pieces: AsyncIterable<readonly Movement[]>,
  onRows: (rows: number) => void,
): SheetToWrite {
  const { language, clear } = parameters;
  return {
    name: NAMES.movements[language],
    columns: columns(language, [
      [RECORDED, 20],
      [TRANSACTION, 66],
    ]),
    rows: inRows(pieces, onRows, (movement) =>
      isWanted(parameters, movement)
        ? [...fields(movement, clear), formatTime(movement.receivedAt), movement.transactionId]
        : null,
    ),
  };
}

/** @param pieces what stood, all of it: what is not wanted is left out */
export function permissionsSheet(
  parameters: ReportParameters,
  pieces: AsyncIterable<readonly Standing[]>,
  onRows: (rows: number) => void,
): SheetToWrite {
  const { language, clear } = parameters;
  return {
    name: NAMES.permissions[language],
    columns: columns(language, [
      [RECORDED, 20],
      [TRANSACTION, 66],
      [MAY_CONTACT, 14],
      [WITHHELD, 20],
    ]),
    rows: inRows(pieces, onRows, ({ kind, address, movement, withheld }) => {
      // A key of which the record knows nothing has a withheld refusal, which then stands for it.
      const stood: Statement =
        movement ?? withheldStatement(kind, address, withheld as NonNullable<Standing['withheld']>);
      if (!isWanted(parameters, stood)) return null;
      const mayContact = isGranted(movement, withheld?.consentedAt);
      const counts = withheld !== null && (movement === null || (isGranted(movement, undefined) && !mayContact));
      return [
        ...fields(stood, clear),
        movement === null ? null : formatTime(movement.receivedAt),
        movement?.transactionId ?? null,
        (mayContact ? YES : NO)[language],
        counts ? formatTime(withheld.consentedAt) : null,
      ];
    }),
  };
}

function withheldStatement(
  kind: number,
  address: string,
  { source, consentedAt }: NonNullable<Standing['withheld']>,
): Statement {
  return { address, kind, state: stateOf(source, RET), consentedAt, retailer: null };
}

async function* inRows<T>(
  pieces: AsyncIterable<readonly T[]>,
  onRows: (rows: number) => void,
  rowOf: (one: T) => CellToWrite[] | null,
): AsyncGenerator<CellToWrite[]> {
  for await (const piece of pieces) {
    const rows = piece.flatMap((one) => {
      const row = rowOf(one);
      return row === null ? [] : [row];
    });
    onRows(rows.length);
    yield* rows;
  }
}
