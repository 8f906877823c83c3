// Lists by hand: up to fifty rows to be recorded, up to a thousand addresses to be checked; as a file or as pasted cells.

import Type from 'typebox';
import { Channel, Code, Nullable, type PortalRoute, RecipientType, Time, Uuid } from './shapes.ts';

const Words = Type.Object({ tr: Type.String(), en: Type.String() });
const Language = Type.Union([Type.Literal('tr'), Type.Literal('en')]);

/** Fields of a row in the contract's spelling; one that could not be read is as it stood. */
const Fields = Type.Object({
  recipient: Type.Optional(Type.String({ maxLength: 1_000 })),
  type: Type.Optional(Type.String({ maxLength: 1_000 })),
  status: Type.Optional(Type.String({ maxLength: 1_000 })),
  source: Type.Optional(Type.String({ maxLength: 1_000 })),
  consentDate: Type.Optional(Type.String({ maxLength: 1_000 })),
  recipientType: Type.Optional(Type.String({ maxLength: 1_000 })),
  retailerCode: Type.Optional(Type.String({ maxLength: 1_000 })),
});

const Outcome = Type.Union([
  Type.Literal('recorded'),
  Type.Literal('renewed'),
  Type.Literal('unchanged'),
  Type.Literal('overtaken'),
  Type.Literal('refused'),
]);

const Fault = Type.Object({
  field: Nullable(Type.String()),
  code: Type.String(),
  tr: Type.String(),
  en: Type.String(),
});

const ReadRow = Type.Object({
  rowNumber: Type.Integer(),
  /** As it stands in the sheet. */
  cells: Fields,
  /** What will be sent, mended. */
  consent: Fields,
  faults: Type.Array(Fault),
  repairs: Type.Array(Type.Object({ field: Type.String(), read: Type.String(), becomes: Type.String() })),
  sameAs: Nullable(Type.Integer()),
  /** What will happen; null where a fault stands against it, or an earlier row says the same. */
  will: Nullable(Type.Object({ outcome: Outcome, code: Nullable(Type.String()), words: Nullable(Words) })),
});

const ReadList = Type.Object({
  columns: Type.Array(
    Type.Object({ column: Type.String(), header: Nullable(Type.String()), kind: Nullable(Type.String()) }),
  ),
  /** Fields that no column holds and that are to be chosen for all rows. */
  missing: Type.Array(Type.String()),
  /** The sheet that was read, and others of the file that were not. */
  sheet: Nullable(Type.String()),
  otherSheets: Type.Array(Type.String()),
  rows: Type.Array(ReadRow),
});

/** How a list is to be read: for which brand, and what holds for all rows where no column says it. */
const ReadingQuery = {
  brand: Type.String({ pattern: '^[0-9]{1,9}$' }),
  type: Type.Optional(Channel),
  status: Type.Optional(Type.Union([Type.Literal('ONAY'), Type.Literal('RET')])),
  source: Type.Optional(Type.String({ maxLength: 40 })),
  recipientType: Type.Optional(RecipientType),
  /** For dates without one. */
  hour: Type.Optional(Type.String({ pattern: '^[0-9]{2}:[0-9]{2}$' })),
};

const CheckedRow = Type.Object({
  rowNumber: Type.Integer(),
  written: Type.String({ maxLength: 1_000 }),
  /** Null where it is no address. */
  may: Nullable(Type.Boolean()),
  why: Type.String({ maxLength: 1_000 }),
  words: Words,
});
const Checked = Type.Object({
  checkedAt: Time,
  yes: Type.Integer(),
  no: Type.Integer(),
  notAddresses: Type.Integer(),
  rows: Type.Array(CheckedRow),
});
const CheckQuery = {
  brand: Type.String({ pattern: '^[0-9]{1,9}$' }),
  channel: Channel,
  recipientType: RecipientType,
};

/** An .xlsx file. */
const Workbook = Type.Unknown();

export const listRoutes = {
  'GET /organisations/:organisation/lists/template': {
    needs: 'record',
    query: Type.Object({ language: Language }),
    answer: Workbook,
  },
  'POST /organisations/:organisation/lists/file': {
    needs: 'record',
    query: Type.Object(ReadingQuery),
    upload: true,
    answer: ReadList,
  },
  'POST /organisations/:organisation/lists/pasted': {
    needs: 'record',
    query: Type.Object(ReadingQuery),
    body: Type.Object({ text: Type.String({ maxLength: 200_000 }) }),
    answer: ReadList,
  },
  'POST /organisations/:organisation/lists/records': {
    needs: 'record',
    body: Type.Object({ key: Uuid, brandId: Code, rows: Type.Array(Fields, { minItems: 1, maxItems: 50 }) }),
    answer: Type.Object({
      rows: Type.Array(Type.Object({ outcome: Outcome, code: Nullable(Type.String()), words: Nullable(Words) })),
    }),
  },
  'POST /organisations/:organisation/lists/refused': {
    needs: 'record',
    body: Type.Object({
      language: Language,
      rows: Type.Array(Type.Object({ cells: Fields, reason: Type.String({ maxLength: 4_000 }) }), { maxItems: 50 }),
    }),
    answer: Workbook,
  },
  'POST /organisations/:organisation/checks/file': {
    needs: 'checkLists',
    query: Type.Object(CheckQuery),
    upload: true,
    answer: Checked,
  },
  'POST /organisations/:organisation/checks/pasted': {
    needs: 'checkLists',
    query: Type.Object(CheckQuery),
    body: Type.Object({ text: Type.String({ maxLength: 200_000 }) }),
    answer: Checked,
  },
  'POST /organisations/:organisation/checks/workbook': {
    needs: 'checkLists',
    body: Type.Object({
      language: Language,
      rows: Type.Array(
        Type.Object({
          written: Type.String({ maxLength: 1_000 }),
          may: Nullable(Type.Boolean()),
          reason: Type.String({ maxLength: 1_000 }),
        }),
        { maxItems: 1_000 },
      ),
    }),
    answer: Workbook,
  },
} as const satisfies Record<string, PortalRoute>;
