// Asking: result of a batch, status of one address or of a thousand, history, and the changes feed.

import {
  CHANNELS,
  channelNumber,
  channelOf,
  checkAddress,
  type FormFault,
  formatTime,
  istanbulDay,
  kindOf,
  RET,
  recipientTypeNumber,
  type SentenceValues,
  STATUSES,
  sentence,
  sourceName,
} from '@acik-iys/law';
import { isV2Door, newRequestId, type RequestItem, subRequestId } from '../../rooms/registry/index.ts';
import { type Answer, faultsRefusal, refusal, type WireError, wireFault } from './answer.ts';
import { isObject } from './body.ts';
import { checkKey } from './key.ts';
import { checkPage } from './paging.ts';
import { type BrandCall, GATES, type OfficialRoute } from './route.ts';
import * as schemas from './schemas.ts';
import { wireKey, wireMovement } from './wire.ts';

/** A partner without the right to read a channel [ours: H353]. */
export function assertMayRead(call: BrandCall, kind: number): void {
  if (!call.scope.may(channelOf(kind), 'read')) throw refusal('H353', { field: 'type' });
}

/** Addresses in one multiple status query. */
const RECIPIENTS_MAX = 1_000;
const HISTORY_LIMIT = 100;
const CHANGES_LIMIT = 1_000;
const REQUEST_ID_MAX = 36;
const RIGHTS = ['read', 'write'] as const;

function batchResult(version: 1 | 2): (call: BrandCall) => Promise<Answer> {
  return async (call) => {
    const requestId = call.params.requestId as string;
    const fault = (code: 'H198' | 'H199' | 'H400'): Error =>
      faultsRefusal([wireFault({ code, location: ['requestId'], value: requestId })]);
    if (requestId.length > REQUEST_ID_MAX) throw fault('H198');
    if (/^\p{L}+$/u.test(requestId)) throw fault('H199');
    if (/^\d+$/.test(requestId)) throw fault('H400');
    const uuid = requestId.toLowerCase();
    if (!/^[0-9a-f]{8}(-?[0-9a-f]{4}){3}-?[0-9a-f]{12}$/.test(uuid)) return { status: 200, body: [] };
    const items = await call.rooms.registry.request(call.scope, uuid);
    // A partner is told nothing of channels that he has no right to.
    const told = items?.filter(
      ({ movement }) =>
        movement === undefined || RIGHTS.some((right) => call.scope.may(channelOf(movement.kind), right)),
    );
    return { status: 200, body: told?.map((item) => resultItem(uuid, item, version)) ?? [] };
  };
}

function resultItem(requestId: string, item: RequestItem, version: 1 | 2): object {
  const id = subRequestId(requestId, item.index);
  const both = { subRequestId: id, subrequestId: id, index: item.index };
  if (item.movement === undefined)
    return {
      ...both,
      status: 'failure',
      error: { code: item.code, message: sentence(item.code as 'H174', 'tr') },
    };
  const { movement } = item;
  return {
    requestId,
    ...both,
    status: 'success',
    transactionId: movement.transactionId,
    creationDate: formatTime(movement.receivedAt),
    ...(version === 2 && item.unchanged && originalRequest(movement)),
  };
}

/** V2: which request stored what was there already; a single add has no request to name. */
function originalRequest(movement: { requestId: string | null; requestIndex: number | null; door: number }): object {
  return {
    isAddConsentV2Service: String(isV2Door(movement.door)),
    ...(movement.requestId !== null &&
      movement.requestIndex !== null && {
        originalRequestInformation: {
          requestId: movement.requestId,
          subRequestId: subRequestId(movement.requestId, movement.requestIndex),
        },
      }),
  };
}

async function singleStatus(call: BrandCall): Promise<Answer> {
  if (!isObject(call.body)) throw refusal('H097');
  const key = checkKey(call.body);
  if ('faults' in key) throw faultsRefusal(key.faults.map((fault) => wireFault(fault)));
  assertMayRead(call, key.kind);
  const status = await call.rooms.registry.status(call.scope, key.kind, key.address);
  // Nothing recorded: the document is silent; an empty object says so without an error code.
  if (status === null) return { status: 200, body: {} };
  const { movement, withheld } = status;
  const body: Record<string, unknown> = {
    ...(movement === null ? wireKey(key) : wireMovement(movement)),
    retailerAccessCount: status.retailerAccessCount,
  };
  if (withheld !== null) {
    // A refusal counts although the contract turned it away: whoever asks before sending must be told no.
    const source = sourceName(withheld.source);
    body.status = STATUSES[RET];
    body.creationDate = formatTime(withheld.receivedAt);
    body.consentDate = formatTime(withheld.consentedAt);
    if (source !== undefined) body.source = source;
  }
  if (movement !== null && movement.retailer !== null) {
    body.retailerCode = movement.retailer;
    const retailer = (await call.rooms.parties.retailersByCode(call.scope, [movement.retailer])).get(movement.retailer);
    if (retailer) body.retailerTitle = retailer.title;
  }
  return { status: 200, body };
}

async function multipleStatus(call: BrandCall): Promise<Answer> {
  const recipientType = recipientTypeNumber(call.params.recipientType);
  const channel = channelNumber(call.params.type);
  const pathFaults: FormFault[] = [];
  if (recipientType === undefined)
    pathFaults.push({ code: 'H116', location: ['recipientType'], value: call.params.recipientType });
  if (channel === undefined) pathFaults.push({ code: 'H117', location: ['type'], value: call.params.type });
  if (recipientType === undefined || channel === undefined)
    throw faultsRefusal(pathFaults.map((fault) => wireFault(fault)));
  if (!isObject(call.body)) throw refusal('H014');
  const { recipients } = call.body;
  const whole = (code: 'H168' | 'H478' | 'H164' | 'H127', values?: SentenceValues): Error =>
    faultsRefusal([
      wireFault({
        code,
        location: ['recipients'],
        ...(code !== 'H168' && { value: recipients }),
        ...(values && { values }),
      }),
    ]);
  if (recipients === undefined || recipients === null) throw whole('H168');
  if (!Array.isArray(recipients)) throw whole('H478');
  if (recipients.length === 0) throw whole('H164');
  if (recipients.length > RECIPIENTS_MAX) throw whole('H127', { limit: RECIPIENTS_MAX });
  const { addresses, errors } = checkRecipients(recipients, channel);
  if (errors.length > 0) throw faultsRefusal(errors);
  const kind = kindOf(channel, recipientType);
  assertMayRead(call, kind);
  const granted = await call.rooms.registry.granted(call.scope, kind, addresses);
  return { status: 200, body: { requestId: newRequestId(), list: addresses.filter((_, i) => granted[i]) } };
}

function checkRecipients(
  recipients: readonly unknown[],
  channel: number,
): { addresses: string[]; errors: WireError[] } {
  const addresses: string[] = [];
  const errors: WireError[] = [];
  const seen = new Set<string>();
  for (let place = 0; place < recipients.length; place++) {
    const value = recipients[place];
    const checked = checkAddress(value, channel);
    if (!checked.ok) {
      errors.push(
        checked.fault === 'other-kind'
          ? wireFault({ code: 'H464', location: ['recipient'], value })
          : wireFault({
              code: CHANNELS[channel] === 'EPOSTA' ? 'H120' : 'H121',
              location: ['recipients', place],
              value,
              ...(checked.didYouMean !== undefined && { didYouMean: checked.didYouMean }),
            }),
      );
      continue;
    }
    if (seen.has(checked.address)) errors.push(wireFault({ code: 'H193', location: ['recipients', place], value }));
    seen.add(checked.address);
    addresses.push(checked.address);
  }
  return { addresses, errors };
}

async function history(call: BrandCall): Promise<Answer> {
  if (!isObject(call.body)) throw refusal('H014');
  const page = checkPage(call.query, { limit: 'H182', offset: 'H183', most: HISTORY_LIMIT });
  const key = checkKey(call.body);
  const faults = [
    ...('faults' in key
      ? key.faults.map((fault) => wireFault(fault.code === 'H166' ? { ...fault, code: 'H121' } : fault))
      : []),
    ...('errors' in page ? page.errors : []),
  ];
  if (faults.length > 0 || 'faults' in key || 'errors' in page) throw faultsRefusal(faults);
  assertMayRead(call, key.kind);
  const movements = await call.rooms.registry.history(call.scope, key.kind, key.address);
  const list = movements.slice(page.offset, page.offset + page.limit).map(wireMovement);
  return {
    status: 200,
    body: { list, pagination: { totalCount: movements.length, pageSize: list.length, offset: page.offset } },
  };
}

async function changes(call: BrandCall): Promise<Answer> {
  const { config, clock, registry } = call.rooms;
  const errors: WireError[] = [];
  const source = call.query.source === undefined || call.query.source === '' ? 'IYS' : call.query.source;
  if (source !== 'IYS' && source !== 'HS')
    errors.push(wireFault({ code: 'H506', location: ['source'], value: source }));
  const limitText =
    call.query.limit === undefined || call.query.limit === '' ? String(CHANGES_LIMIT) : call.query.limit;
  const limit = Number(limitText);
  if (!(typeof limitText === 'string' && /^\d+$/.test(limitText) && limit >= 1 && limit <= CHANGES_LIMIT))
    errors.push(wireFault({ code: 'H507', location: ['limit'], value: limitText }));
  if (errors.length > 0) throw faultsRefusal(errors);
  const now = clock.now();
  let afterSeq = await cursor(call);
  if (config.changesDays > 0)
    afterSeq = Math.max(afterSeq, await registry.seqBefore(call.scope, istanbulDay(now - config.changesDays * 86_400)));
  const list = await registry.feed(call.scope, {
    afterSeq,
    side: source === 'HS' ? 'HS' : 'IYS',
    limit,
    until: config.changesHiddenMinutes > 0 ? now - config.changesHiddenMinutes * 60 : undefined,
  });
  // Whoever asks for what comes after a movement has it.
  call.rooms.refusals.passed(call.scope, 'changes', afterSeq);
  const last = list.at(-1);
  if (last === undefined) return { status: 204 };
  return {
    status: 200,
    body: {
      after: `${last.movement.receivedAt}_${last.movement.transactionId}`,
      list: list.map(({ movement, citizenName }) =>
        citizenName === null ? wireMovement(movement) : { ...wireMovement(movement), citizenName },
      ),
    },
  };
}

/**
 * The number after which the caller wants to go on. Our own cursors name it in their transactionId; one that the caller
 * brings from elsewhere is read by its time, so that he goes on where he stood.
 */
async function cursor(call: BrandCall): Promise<number> {
  const { after } = call.query;
  if (after === undefined || after === '') return 0;
  const parts = typeof after === 'string' ? /^(\d{10}|\d{13})_([0-9a-f]{64})$/.exec(after) : null;
  if (parts === null) throw refusal('H098');
  const [, time, transactionId] = parts as unknown as [string, string, string];
  return await call.rooms.registry.seqOfCursor(call.scope, Number(time.slice(0, 10)), transactionId);
}

const shared = {
  guard: 'brand',
  tag: 'consents',
  faults: { read: 'H103', store: 'H103', other: 'H470' },
} as const;

function result(version: 1 | 2): OfficialRoute {
  return {
    ...shared,
    method: 'GET',
    path: `${version === 2 ? '/v2' : ''}/sps/{iysCode}/brands/{brandCode}/consents/request/{requestId}`,
    operation: version === 2 ? 'searchRequestDetailsV2' : 'searchRequestDetails',
    summary: { tr: 'Toplu eklemenin sonucu', en: 'Result of a batch' },
    limits: ['requestsPerSecond'],
    gate: GATES.full,
    bothCodeSpellings: true,
    schema: { answers: { 200: { description: 'Sonuçlar / Results', schema: schemas.BatchResult } } },
    handle: batchResult(version),
  };
}

export const readingRoutes: readonly OfficialRoute[] = [
  result(1),
  result(2),
  {
    ...shared,
    method: 'POST',
    path: '/sps/{iysCode}/brands/{brandCode}/consents/status',
    aliases: ['/sps/{iysCode}/brands/{brandCode}/status'],
    operation: 'consentDetail',
    summary: { tr: 'Bir adresin izin durumu', en: 'Status of one address' },
    limits: ['requestsPerSecond', 'statusPerHour'],
    notJson: 'H097',
    gate: GATES.full,
    bothCodeSpellings: true,
    schema: {
      body: schemas.ConsentKey,
      answers: {
        200: {
          description: 'Son hareket; kayıt yoksa {} / Last movement; {} without one',
          schema: schemas.ConsentDetail,
        },
      },
    },
    handle: singleStatus,
  },
  {
    ...shared,
    method: 'POST',
    path: '/sps/{iysCode}/brands/{brandCode}/consents/{recipientType}/status/{type}',
    operation: 'batchConsentStatus',
    summary: { tr: 'En çok 1000 adresten onaylı olanlar', en: 'Which of up to 1000 addresses are granted' },
    limits: ['requestsPerSecond'],
    notJson: 'H014',
    gate: GATES.full,
    schema: {
      body: schemas.Recipients,
      answers: { 200: { description: 'Onaylı adresler / Granted addresses', schema: schemas.GrantedList } },
    },
    handle: multipleStatus,
  },
  {
    ...shared,
    method: 'POST',
    path: '/sps/{iysCode}/brands/{brandCode}/consents/history',
    operation: 'consentsHistory',
    summary: { tr: 'Bir adresin izin geçmişi', en: 'History of one address' },
    limits: ['requestsPerSecond', 'historyPerHour'],
    notJson: 'H014',
    gate: GATES.apiOnly,
    bothCodeSpellings: true,
    schema: {
      body: schemas.ConsentKey,
      query: schemas.Page,
      answers: { 200: { description: 'Hareketler / Movements', schema: schemas.History } },
    },
    handle: history,
  },
  {
    ...shared,
    method: 'GET',
    path: '/sps/{iysCode}/brands/{brandCode}/consents/changes',
    operation: 'PullPerBrandCode',
    summary: {
      tr: 'İzin hareketlerini çek: kaydınkileri, istenirse sizinkileri',
      en: "Pull consent movements: the registry's, or on demand your own",
    },
    limits: ['requestsPerSecond'],
    gate: GATES.full,
    schema: {
      query: schemas.ChangesQuery,
      answers: {
        200: { description: 'Hareketler / Movements', schema: schemas.Changes },
        204: {
          description:
            'Yeni hareket yok: son after değerinizi saklayın / Nothing new: keep the last after you were given',
        },
      },
    },
    handle: changes,
  },
];
