// Lists by hand: reading a file or pasted cells, recording up to fifty rows, checking up to a thousand addresses, and the
// workbooks that go back.

import { buffer } from 'node:stream/consumers';
import { CHANNELS, type Channel, channelOf, kindOf, RECIPIENT_TYPES, RET, type Statement } from '@acik-iys/law';
import type { DeskBrand } from '../../rooms/access/index.ts';
import { CHECK_ROWS_MAX, LIST_ROWS_MAX, type RecordedList, type RowResult } from '../../rooms/entries/index.ts';
import {
  checkedAddresses,
  FILE_BYTES_MOST,
  faultSentence,
  IMPORT_ERRORS,
  ImportRefused,
  importSentence,
  readAddresses,
  readConsents,
  readPasted,
  readSheet,
  refusedRows,
  type SheetToWrite,
  type Table,
  template,
  writeXlsx,
} from '../../rooms/imports/index.ts';
import { brandFor, type DeskCall, type Handlers } from './call.ts';
import type { Portal } from './contract.ts';
import { FileAnswer } from './file-answer.ts';
import { contactAnswer } from './people.ts';
import { Problem, problem, sentencesOf } from './problems.ts';
import type { Upload } from './upload.ts';

type ReadAnswer = Portal['POST /organisations/:organisation/lists/file']['answer'];
type ReadQuery = Portal['POST /organisations/:organisation/lists/file']['query'];
type CheckAnswer = Portal['POST /organisations/:organisation/checks/file']['answer'];
type CheckQuery = Portal['POST /organisations/:organisation/checks/file']['query'];
type AnyDeskCall = Pick<DeskCall<'GET /organisations/:organisation'>, 'rooms' | 'desk'>;

/** Rows of lists of which one person is told something in an hour: a few long lists, not a copy of the registry. */
export const LIST_ROWS_PER_HOUR = 20_000;
const UNUSUAL_ROWS = LIST_ROWS_PER_HOUR / 2;

const XLSX = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet';

/** Turns what `imports` says into what the person reads. */
async function refusedAsProblem<T>(work: () => Promise<T> | T): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof ImportRefused)) throw error;
    const { code, values } = error;
    throw new Problem({
      status: IMPORT_ERRORS[code].http,
      code,
      tr: importSentence(code, 'tr', values),
      en: importSentence(code, 'en', values),
    });
  }
}

async function tableOfFile({ bytes, content }: Upload, rows: number, by: number): Promise<Table> {
  return await refusedAsProblem(async () => {
    const tooLarge = new ImportRefused('import.too_large', { limit: FILE_BYTES_MOST / 1024 / 1024 });
    if (bytes !== undefined && bytes > FILE_BYTES_MOST) throw tooLarge;
    const parts: Buffer[] = [];
    let length = 0;
    for await (const part of content) {
      length += part.length;
      if (length > FILE_BYTES_MOST) throw tooLarge;
      parts.push(part);
    }
    return await readSheet(Buffer.concat(parts), { rows, by });
  });
}

function tableOfText(text: string, rows: number): Promise<Table> {
  return refusedAsProblem(() => readPasted(text, { rows }));
}

/** Notes that a person is about to be told something of rows. @throws Problem where there were too many in this hour */
async function noteRows(
  { rooms, desk }: AnyDeskCall,
  act: 'list.checked' | 'list.previewed',
  brandId: number,
  rows: number,
  details: Readonly<Record<string, unknown>> = {},
): Promise<void> {
  const bound = { most: LIST_ROWS_PER_HOUR, acts: ['list.checked', 'list.previewed'], rows } as const;
  const used = await rooms.activities.addWithin(desk, act, bound, { brandId, details });
  if (used === undefined) throw problem('list.too_many_rows', 600);
  if (used > UNUSUAL_ROWS) await rooms.messages.unusualUse(desk, 'list.checked', used);
}

type CheckedRow =
  | { readonly statement: Statement; readonly refused?: never }
  | { readonly refused: string; readonly statement?: never };

/** A retailer that the brand does not have: a consent is refused (H180), a refusal is recorded without him. */
async function ofKnownRetailers(
  { rooms }: AnyDeskCall,
  { scope, retailerCode }: DeskBrand,
  rows: readonly CheckedRow[],
): Promise<readonly CheckedRow[]> {
  // Who stands for a retailer records for him, whatever a row says.
  const named = retailerCode === null ? rows.flatMap(({ statement }) => statement?.retailer ?? []) : [];
  if (named.length === 0) return rows;
  const unknown = await rooms.parties.unknownRetailers(scope, [...new Set(named)]);
  return rows.map((row): CheckedRow => {
    const { statement } = row;
    if (statement === undefined || statement.retailer === null || !unknown.has(statement.retailer)) return row;
    return statement.status === RET ? { statement: { ...statement, retailer: null } } : { refused: 'H180' };
  });
}

/** @param results of those rows that are statements, in their order */
function resultsOf(rows: readonly CheckedRow[], results: readonly RowResult[]): RowResult[] {
  let at = 0;
  return rows.map(({ refused }) =>
    refused === undefined ? (results[at++] as RowResult) : { outcome: 'refused', code: refused },
  );
}

async function readList(
  call: AnyDeskCall,
  query: ReadQuery,
  read: (rows: number) => Promise<Table>,
): Promise<ReadAnswer> {
  // Who may not do it is told so before a file is read for him.
  const brand = brandFor(call, Number(query.brand), 'record');
  const table = await read(LIST_ROWS_MAX);
  const { type, status, source, recipientType, hour } = query;
  const sheet = await refusedAsProblem(() =>
    readConsents(table, {
      rows: LIST_ROWS_MAX,
      context: call.rooms.entries.formContext(brand),
      given: {
        ...(type && { type }),
        ...(status && { status }),
        ...(source && { source }),
        ...(recipientType && { recipientType }),
      },
      ...(hour && { defaultHour: hour }),
    }),
  );
  const good = sheet.rows.filter(({ statement }) => statement !== null);
  if (good.length > 0) await noteRows(call, 'list.previewed', brand.brandId, good.length);
  const checked = await ofKnownRetailers(
    call,
    brand,
    good.map(({ statement }) => ({ statement: statement as Statement })),
  );
  const foreseen = await call.rooms.lists.foresee(
    brand,
    checked.flatMap(({ statement }) => statement ?? []),
  );
  const will = new Map(resultsOf(checked, foreseen).map((result, at) => [good[at]?.rowNumber, result]));
  return {
    columns: [...sheet.columns],
    missing: [...sheet.missing],
    sheet: table.sheet,
    otherSheets: [...table.otherSheets],
    rows: sheet.rows.map(({ rowNumber, cells, consent, statement, faults, repairs, sameAs }) => {
      const mayWrite = statement === null || brand.scope.may(channelOf(statement.kind), 'write');
      return {
        rowNumber,
        cells,
        consent,
        faults: faults.map((fault) => ({
          field: fault.field,
          code: fault.code,
          tr: faultSentence(fault, 'tr'),
          en: faultSentence(fault, 'en'),
        })),
        repairs: [...repairs],
        sameAs,
        will: resultAnswer(mayWrite ? will.get(rowNumber) : { outcome: 'refused', code: 'desk.channel' }),
      };
    }),
  };
}

function resultAnswer(result: RowResult | undefined): ReadAnswer['rows'][number]['will'] {
  if (result === undefined) return null;
  return { ...result, words: result.code === null ? null : sentencesOf(result.code) };
}

async function checkList(
  call: AnyDeskCall,
  query: CheckQuery,
  read: (rows: number) => Promise<Table>,
): Promise<CheckAnswer> {
  const brand = brandFor(call, Number(query.brand), 'checkLists');
  if (!brand.scope.may(query.channel, 'read')) throw problem('desk.channel');
  const table = await read(CHECK_ROWS_MAX);
  const { rows } = await refusedAsProblem(() => readAddresses(table, { rows: CHECK_ROWS_MAX, channel: query.channel }));
  const kind = kindOf(CHANNELS.indexOf(query.channel), RECIPIENT_TYPES.indexOf(query.recipientType));
  await noteRows(call, 'list.checked', brand.brandId, rows.length, { channel: query.channel });
  const checkedAt = call.rooms.clock.now();
  const answers = await Promise.all(
    rows.map(async ({ rowNumber, cells, address, faults, sameAs }) => {
      const written = cells.recipient ?? '';
      if (address === null) {
        const [fault] = faults;
        const words = fault ? { tr: faultSentence(fault, 'tr'), en: faultSentence(fault, 'en') } : { tr: '', en: '' };
        return { rowNumber, written, may: null, why: 'not-an-address', words };
      }
      const { may, why } = await contactAnswer(call.rooms, brand, kind, address);
      if (sameAs === null) return { rowNumber, written, may, why, words: WHY[why] };
      const words = { tr: `${WHY[why].tr} ${sameAs}. satırla aynı.`, en: `${WHY[why].en} The same as row ${sameAs}.` };
      return { rowNumber, written, may, why, words: { tr: words.tr.trim(), en: words.en.trim() } };
    }),
  );
  // An address that stands there twice is one.
  const distinct = answers.filter((_, at) => rows[at]?.sameAs === null);
  return {
    checkedAt,
    yes: distinct.filter(({ may }) => may === true).length,
    no: distinct.filter(({ may }) => may === false).length,
    notAddresses: answers.filter(({ may }) => may === null).length,
    rows: answers,
  };
}

const NOTHING_RECORDED: RecordedList = { results: [], isNew: false };

const WHY = {
  granted: { tr: 'Onay var.', en: 'Consent stands.' },
  refused: { tr: 'Ret var.', en: 'A refusal stands.' },
  withheld: { tr: 'Ret var; akışta görünmez ama geçerlidir.', en: 'A refusal stands that no feed shows.' },
  none: { tr: 'Onay hiç kaydedilmedi.', en: 'No consent was ever recorded.' },
  untold: { tr: '', en: '' },
} as const;

/** A workbook to be saved, written at once: a thousand rows at most. */
async function workbook(sheets: readonly SheetToWrite[], name: string): Promise<FileAnswer> {
  const bytes = await buffer(writeXlsx(sheets));
  return new FileAnswer(bytes, { name: `${name}.xlsx`, type: XLSX, bytes: bytes.length });
}

export const listHandlers: Handlers<
  | 'GET /organisations/:organisation/lists/template'
  | 'POST /organisations/:organisation/lists/file'
  | 'POST /organisations/:organisation/lists/pasted'
  | 'POST /organisations/:organisation/lists/records'
  | 'POST /organisations/:organisation/lists/refused'
  | 'POST /organisations/:organisation/checks/file'
  | 'POST /organisations/:organisation/checks/pasted'
  | 'POST /organisations/:organisation/checks/workbook'
> = {
  'GET /organisations/:organisation/lists/template': ({ query }) =>
    workbook(template(query.language), query.language === 'tr' ? 'izin-sablonu' : 'consent-template'),

  'POST /organisations/:organisation/lists/file': (call) =>
    readList(call, call.query, (rows) => tableOfFile(call.upload, rows, call.desk.accountId)),

  'POST /organisations/:organisation/lists/pasted': (call) =>
    readList(call, call.query, (rows) => tableOfText(call.body.text, rows)),

  'POST /organisations/:organisation/lists/records': async (call) => {
    const { rooms, desk, body } = call;
    const brand = brandFor(call, body.brandId, 'record');
    const read = body.rows.map((row) => {
      const { statement, faults } = rooms.entries.check(brand, row);
      if (statement === null || faults.length > 0) return { refused: faults[0]?.code ?? 'request.form' };
      const may = brand.scope.may(channelOf(statement.kind) as Channel, 'write');
      return may ? { statement } : { refused: 'desk.channel' };
    });
    const checked = await ofKnownRetailers(call, brand, read);
    const statements = checked.flatMap(({ statement }) => statement ?? []);
    // Of which no row is right in form: nothing is recorded, and there is nothing to be found again under its key.
    const list = statements.length === 0 ? NOTHING_RECORDED : await rooms.lists.record(brand, body.key, statements);
    if (list === 'busy') throw problem('list.being_recorded', 2);
    if (list === 'other') throw problem('list.key');
    const rows = resultsOf(checked, list.results);
    if (list.isNew)
      await rooms.activities.add(desk, 'list.recorded', {
        brandId: brand.brandId,
        details: { rows: rows.length, refused: rows.filter(({ outcome }) => outcome === 'refused').length },
      });
    return { rows: rows.map((row) => ({ ...row, words: row.code === null ? null : sentencesOf(row.code) })) };
  },

  'POST /organisations/:organisation/lists/refused': ({ body }) =>
    workbook(
      [refusedRows(body.rows, body.language)],
      body.language === 'tr' ? 'duzeltilecek-satirlar' : 'rows-to-mend',
    ),

  'POST /organisations/:organisation/checks/file': (call) =>
    checkList(call, call.query, (rows) => tableOfFile(call.upload, rows, call.desk.accountId)),

  'POST /organisations/:organisation/checks/pasted': (call) =>
    checkList(call, call.query, (rows) => tableOfText(call.body.text, rows)),

  'POST /organisations/:organisation/checks/workbook': ({ body }) =>
    workbook(
      [
        checkedAddresses(
          body.rows.map(({ written, may, reason }) => ({ written, mayContact: may, reason })),
          body.language,
        ),
      ],
      body.language === 'tr' ? 'liste-denetimi' : 'list-check',
    ),
};
