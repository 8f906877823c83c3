// Reconciliation (mutabakat): the day's summary, its file with hash and time stamp, and the provider's agreement.

import { CHANNELS, type RecipientType, recipientTypeNumber } from '@acik-iys/law';
import { type Answer, faultsRefusal, refusal, type WireError, wireFault } from './answer.ts';
import { isObject } from './body.ts';
import { type BrandCall, GATES, type OfficialRoute, storing } from './route.ts';
import * as schemas from './schemas.ts';

function day(call: BrandCall): { day: string } | { error: WireError } {
  const value = call.params.reportDate as string;
  const read = call.rooms.reports.reportDay(value);
  return 'fault' in read ? { error: wireFault({ code: read.fault, location: ['reportDate'], value }) } : read;
}

/** The day asked for; a partner needs the right to reconcile [contract: agreementControl]. */
function checkedDay(call: BrandCall): string {
  const read = day(call);
  if ('error' in read) throw faultsRefusal([read.error]);
  if (!call.scope.facts.reconciliation) throw refusal('H353', { field: 'brandCode' });
  return read.day;
}

/** The day's file holds addresses of all channels: whoever takes it may read them all [ours: H353]. */
function assertReadsAll(call: BrandCall): void {
  if (!CHANNELS.every((channel) => call.scope.may(channel, 'read'))) throw refusal('H353', { field: 'type' });
}

async function summary(call: BrandCall): Promise<Answer> {
  const read = day(call);
  const errors = 'error' in read ? [read.error] : [];
  const { recipientType } = call.params;
  if (recipientTypeNumber(recipientType) === undefined)
    errors.push(wireFault({ code: 'H116', location: ['recipientType'], value: recipientType }));
  if (errors.length > 0 || 'error' in read) throw faultsRefusal(errors);
  if (!call.scope.facts.reconciliation) throw refusal('H353', { field: 'brandCode' });
  const counts = await call.rooms.reports.summary(call.scope, read.day, recipientType as RecipientType);
  return {
    status: 200,
    body: {
      changeStats: CHANNELS.map((type) => ({
        type,
        consents: (['HS', 'IYS'] as const).map((source) => ({ source, ...counts[type][source] })),
      })),
    },
  };
}

async function agreement(call: BrandCall): Promise<Answer> {
  const found = await call.rooms.reports.agreement(call.scope, checkedDay(call));
  if (found === null) return { status: 204 };
  return {
    status: 200,
    body: {
      processStatus: found.processStatus,
      ...(found.sha384 !== undefined && { hashValue: found.sha384 }),
      hashMethod: 'SHA-384',
      agreementStatus: found.agreed,
    },
  };
}

async function agree(call: BrandCall): Promise<Answer> {
  const asked = checkedDay(call);
  if (!isObject(call.body) || call.body.agreementStatus !== true)
    throw faultsRefusal([wireFault({ code: 'H512', location: ['agreementStatus'] })]);
  const agreed = await storing(call.rooms.reports.agree(call.scope, asked));
  return agreed ? { status: 200, body: { agreementCaptured: true, aggrementCaptured: true } } : { status: 204 };
}

async function file(call: BrandCall): Promise<Answer> {
  const asked = checkedDay(call);
  assertReadsAll(call);
  const found = await call.rooms.reports.file(call.scope, asked);
  if (found === null) return { status: 204 };
  return {
    status: 200,
    body: found.stream,
    headers: {
      'content-type': 'text/csv; charset=utf-8',
      'content-length': String(found.bytes),
      'content-disposition': `attachment; filename="${found.name}"`,
    },
  };
}

async function timeStamp(call: BrandCall): Promise<Answer> {
  const found = await call.rooms.reports.timeStamp(call.scope, checkedDay(call));
  if (found === null) return { status: 204 };
  return {
    status: 200,
    body: found.der,
    headers: { 'content-type': 'text/plain', 'content-disposition': `attachment; filename="${found.name}"` },
  };
}

const shared = {
  guard: 'brand',
  tag: 'reconciliation',
  limits: ['requestsPerSecond'],
  gate: GATES.full,
  faults: { read: 'H103', store: 'H101', other: 'H103' },
} as const;
const base = '/sps/{iysCode}/brands/{brandCode}';
const none = { description: 'O gün hareket yok ya da hazır değil / No movement that day, or not ready' };

export const reconciliationRoutes: readonly OfficialRoute[] = [
  {
    ...shared,
    method: 'GET',
    path: `${base}/changes/{reportDate}/recipients/{recipientType}`,
    operation: 'changeSummary',
    summary: { tr: 'Günün özeti', en: 'Summary of a day' },
    schema: { answers: { 200: { description: 'Özet / Summary', schema: schemas.DaySummary } } },
    handle: summary,
  },
  {
    ...shared,
    method: 'GET',
    path: `${base}/agreements/{reportDate}`,
    operation: 'agreementsDate',
    summary: { tr: 'Mutabakatın durumu', en: 'State of the reconciliation' },
    schema: { answers: { 200: { description: 'Durum / State', schema: schemas.Agreement }, 204: none } },
    handle: agreement,
  },
  {
    ...shared,
    method: 'PUT',
    path: `${base}/agreements/{reportDate}`,
    operation: 'agreementDatePut',
    summary: { tr: 'Mutabık kal', en: 'Agree to the day' },
    notJson: 'H512',
    faults: { read: 'H101', store: 'H101', other: 'H101' },
    schema: {
      body: schemas.AgreementChange,
      answers: { 200: { description: 'Kaydedildi / Recorded', schema: schemas.AgreementCaptured }, 204: none },
    },
    handle: agree,
  },
  {
    ...shared,
    method: 'GET',
    path: `${base}/agreements/{reportDate}/timestamp`,
    operation: 'agreementTimeStamp',
    summary: { tr: 'Gün dosyasının zaman damgası (RFC 3161)', en: "Time stamp of the day's file (RFC 3161)" },
    schema: { answers: { 200: { description: 'DER', type: 'text/plain' }, 204: none } },
    handle: timeStamp,
  },
  {
    ...shared,
    method: 'GET',
    path: `${base}/changes/{reportDate}/file`,
    operation: 'agreementFile',
    summary: { tr: 'Günün bütün hareketleri, CSV', en: 'All movements of a day, CSV' },
    schema: { answers: { 200: { description: 'CSV', type: 'text/csv' }, 204: none } },
    handle: file,
  },
];
