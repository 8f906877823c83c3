// Adding consents: one, or a list of at most a thousand, in V1 and in V2 (which answers a repeat instead of refusing it).

import {
  channelOf,
  checkForm,
  earliestConsentTime,
  type FormContext,
  type FormFault,
  formatTime,
  isOnlyTooOld,
  isRepeat,
  ONAY,
  RETAILER_ACCESS_MAX,
  recipientTypeOf,
  type Statement,
  sentence,
  sourceName,
  statusOf,
} from '@acik-iys/law';
import type { Door, Outcome } from '../../rooms/registry/index.ts';
import { DOORS, newRequestId, STATEMENTS_MAX, subRequestIds } from '../../rooms/registry/index.ts';
import {
  type Answer,
  faultsRefusal,
  OfficialError,
  ownRefusal,
  refusal,
  unknownRetailerFaults,
  type WireError,
  wireFault,
} from './answer.ts';
import { isObject } from './body.ts';
import { type BrandCall, GATES, type OfficialRoute, storing } from './route.ts';
import * as schemas from './schemas.ts';

function formContext(call: BrandCall): FormContext {
  const now = call.rooms.clock.now();
  return {
    now,
    earliest: earliestConsentTime(call.rooms.calendar, now),
    historicLoadOpen: call.scope.facts.historicLoadOpen,
    strictness: call.scope.facts.strictness,
  };
}

/** A partner writes only on the channels that it was given [ours: H353]. */
function assertMayWrite(call: BrandCall, statements: readonly Statement[]): void {
  for (const { kind } of statements)
    if (!call.scope.may(channelOf(kind), 'write')) throw refusal('H353', { field: 'type' });
}

/** Rows of access that one batch writes, some seconds of work: the contract's own bound (3,000 each) is three million. */
export const ACCESS_ENTRIES_MAX = 50_000;
/** Faults told in one answer; the rest is told when these are mended. */
const ERRORS_TOLD_MAX = 5_000;

/**
 * H180, of all items at once: each fault says in which item and field the number stands. The call's refusals are kept.
 */
async function assertRetailersKnown(
  call: BrandCall,
  items: readonly { statement: Statement; retailerAccess: readonly number[] | undefined; index?: number }[],
  door: Door,
): Promise<void> {
  const codes = new Set<number>();
  for (const { statement, retailerAccess } of items) {
    if (statement.retailer !== null) codes.add(statement.retailer);
    for (const code of retailerAccess ?? []) codes.add(code);
  }
  if (codes.size === 0) return;
  const unknown = await call.rooms.parties.unknownRetailers(call.scope, [...codes]);
  if (unknown.size === 0) return;
  await keepRefusals(
    call,
    items.map(({ statement }) => statement),
    door,
  );
  const errors: WireError[] = [];
  for (const { statement, retailerAccess, index } of items) {
    if (statement.retailer !== null && unknown.has(statement.retailer))
      errors.push(wireFault({ code: 'H180', location: ['retailerCode'], value: statement.retailer }, index));
    errors.push(...unknownRetailerFaults(retailerAccess ?? [], unknown, index));
    if (errors.length > ERRORS_TOLD_MAX) break;
  }
  throw new OfficialError(403, errors.slice(0, ERRORS_TOLD_MAX));
}

/**
 * H525: the subscription has no room for the consents that are new in the call; what is granted already takes none, so
 * a retry and a renewal pass. Counted by the registry's counters, which know consents, not distinct addresses: an upper
 * bound. The refusals of a list that is turned away for it are kept: the caller may never have room for the rest.
 */
async function assertWithinSubscription(call: BrandCall, statements: readonly Statement[], door: Door): Promise<void> {
  const { subscription } = call;
  if (!subscription || subscription.consentLimitExceed) return;
  const consents = statements.filter(({ status }) => status === ONAY);
  if (consents.length === 0) return;
  const left = subscription.consentLimit - (await usedConsents(call));
  if (consents.length <= left) return;
  const added = await countNotGranted(call, consents);
  if (added === 0 || added <= left) return;
  await keepRefusals(call, statements, door);
  throw refusal('H525', { limit: subscription.consentLimit });
}

async function countNotGranted({ rooms, scope }: BrandCall, consents: readonly Statement[]): Promise<number> {
  const byKind = Map.groupBy(consents, ({ kind }) => kind);
  const granted = await Promise.all(
    [...byKind].map(([kind, list]) =>
      rooms.registry.granted(
        scope,
        kind,
        list.map(({ address }) => address),
      ),
    ),
  );
  return granted.flat().filter((one) => !one).length;
}

/** Granted consents of the provider, over all its brands, as the counters knew them within the last second. */
export async function usedConsents(call: Pick<BrandCall, 'rooms' | 'providerCode'>): Promise<number> {
  return await call.rooms.registry.grantedTotal(await call.rooms.access.brandsOfProvider(call.providerCode));
}

/** V2: a statement that is stored already is answered with what stored it, however old its date is by now. */
async function isStored(call: BrandCall, statement: Statement): Promise<boolean> {
  const status = await call.rooms.registry.status(call.scope, statement.kind, statement.address);
  return status !== null && status.movement !== null && isRepeat(statement, status.movement);
}

const singleDoor = (version: 1 | 2): Door => (version === 1 ? DOORS.officialSingle : DOORS.officialSingleV2);
const batchDoor = (version: 1 | 2): Door => (version === 1 ? DOORS.officialBatch : DOORS.officialBatchV2);

function addOne(version: 1 | 2): (call: BrandCall) => Promise<Answer> {
  const door = singleDoor(version);
  return async (call: BrandCall): Promise<Answer> => {
    if (!isObject(call.body)) throw refusal('H085');
    const { statement, retailerAccess, faults } = checkForm(call.body, formContext(call));
    if (statement !== null) assertMayWrite(call, [statement]);
    const repeat = version === 2 && statement !== null && isOnlyTooOld(faults) && (await isStored(call, statement));
    if (statement === null || (faults.length > 0 && !repeat)) {
      if (statement !== null) await keepRefusals(call, [statement], door);
      throw faultsRefusal(faults.map((fault) => consentFault(fault)));
    }
    await assertRetailersKnown(call, [{ statement, retailerAccess }], door);
    await assertWithinSubscription(call, [statement], door);
    const [outcome] = await storing(
      call.rooms.registry.record(call.scope, [statement], {
        door,
        idempotent: version === 2,
        ...(retailerAccess && { retailerAccess: [retailerAccess] }),
      }),
    );
    if (outcome === undefined || outcome.kind === 'refused') throw refusal(outcome?.code as 'H174');
    return {
      status: 200,
      body: { transactionId: outcome.transactionId, creationDate: formatTime(outcome.receivedAt) },
    };
  };
}

/**
 * The well-formed refusals of a call that is turned away are kept and honoured; its consents are not. They may have been
 * turned away for their age alone, for another item of their list, for a retailer, or for the subscription.
 */
async function keepRefusals(call: BrandCall, statements: readonly Statement[], door: Door): Promise<void> {
  await storing(call.rooms.registry.withhold(call.scope, statements, door));
}

/** The same where the subscription turns the call away before its form is looked at. */
function keepFromBody(door: Door): (call: BrandCall) => Promise<void> {
  return async (call) => {
    const list = Array.isArray(call.body) ? call.body : [call.body];
    if (list.length > STATEMENTS_MAX) return;
    const context = formContext(call);
    const statements = list
      .filter(isObject)
      .map((item) => checkForm(item, context).statement)
      .filter((statement) => statement !== null && call.scope.may(channelOf(statement.kind), 'write'));
    await keepRefusals(call, statements as Statement[], door);
  };
}

function addBatch(version: 1 | 2): (call: BrandCall) => Promise<Answer> {
  const door = batchDoor(version);
  return async (call: BrandCall): Promise<Answer> => {
    const list = call.body;
    if (!Array.isArray(list) || list.length === 0 || !list.every(isObject)) throw refusal('H092');
    if (list.length > STATEMENTS_MAX) throw refusal('H091');
    const { statements, access } = await checkList(call, list, version, door);
    if (access.reduce((sum, retailers) => sum + (retailers?.length ?? 0), 0) > ACCESS_ENTRIES_MAX) {
      await keepRefusals(call, statements, door);
      throw ownRefusal('request.too_many_retailers', { limit: ACCESS_ENTRIES_MAX });
    }
    await assertRetailersKnown(
      call,
      statements.map((statement, index) => ({ statement, retailerAccess: access[index], index })),
      door,
    );
    await assertWithinSubscription(call, statements, door);
    const requestId = newRequestId();
    const outcomes = await storing(
      call.rooms.registry.record(call.scope, statements, {
        door,
        idempotent: version === 2,
        request: { requestId, version },
        retailerAccess: access,
      }),
    );
    const creationDate = formatTime(receivedAt(outcomes) ?? call.rooms.clock.now());
    return {
      status: 202,
      body: batchAnswer(requestId, statements, creationDate),
      headers: { 'content-type': 'application/json; charset=utf-8' },
    };
  };
}

/** When the batch was recorded: the time of its movements, which the journal gave. */
function receivedAt(outcomes: readonly Outcome[]): number | undefined {
  for (const outcome of outcomes) if (outcome.kind === 'accepted') return outcome.receivedAt;
  return undefined;
}

/**
 * The answer as JSON text, written by hand: on the hot path, where a thousand objects and `JSON.stringify` cost a tenth
 * of the whole call. No value needs escaping: addresses in normal form, words of the contract, ids and times.
 */
function batchAnswer(requestId: string, statements: readonly Statement[], creationDate: string): string {
  const idOf = subRequestIds(requestId);
  const items = statements.map((statement, index) => {
    const id = idOf(index);
    const source = sourceName(statement.source);
    const date = statement.consentedAt === null ? '' : `"consentDate":"${formatTime(statement.consentedAt)}",`;
    return `{"type":"${channelOf(statement.kind)}",${source === undefined ? '' : `"source":"${source}",`}"recipient":"${statement.address}","status":"${statusOf(statement.status)}",${date}"recipientType":"${recipientTypeOf(statement.kind)}","subRequestId":"${id}","subrequestId":"${id}","creationDate":"${creationDate}"}`;
  });
  return `{"requestId":"${requestId}","subRequests":[${items.join(',')}]}`;
}

/** Form of all items: every fault of the list in one answer, by index; then the right to write what is well formed. */
async function checkList(
  call: BrandCall,
  list: readonly Record<string, unknown>[],
  version: 1 | 2,
  door: Door,
): Promise<{ statements: Statement[]; access: (readonly number[] | undefined)[] }> {
  const context = formContext(call);
  const errors: WireError[] = [];
  const statements: Statement[] = [];
  const access: (readonly number[] | undefined)[] = [];
  const tooOld: { statement: Statement; index: number; faults: readonly FormFault[] }[] = [];
  const keys = new Set<string>();
  for (let index = 0; index < list.length; index++) {
    const { statement, retailerAccess, faults } = checkForm(list[index] as Record<string, unknown>, context);
    if (statement === null) {
      if (errors.length < ERRORS_TOLD_MAX) errors.push(...faults.map((fault) => batchFault(fault, index)));
      continue;
    }
    const key = `${statement.kind}${statement.address}`;
    if (keys.has(key)) errors.push({ code: 'H194', message: sentence('H194', 'tr'), index });
    keys.add(key);
    statements.push(statement);
    access.push(retailerAccess);
    if (faults.length > 0) tooOld.push({ statement, index, faults });
  }
  // Before anything is looked up or kept.
  assertMayWrite(call, statements);
  // Asked together: the look-ups of a list ride in one query.
  const repeats = version === 2 ? await Promise.all(tooOld.map(({ statement }) => isStored(call, statement))) : [];
  const turnedAway = tooOld.filter((_, at) => !repeats[at]);
  for (const { index, faults } of turnedAway) errors.push(...faults.map((fault) => batchFault(fault, index)));
  if (errors.length > 0) {
    await keepRefusals(call, statements, door);
    throw faultsRefusal(errors.sort((one, other) => (one.index ?? 0) - (other.index ?? 0)));
  }
  return { statements, access };
}

/** In a list an empty retailerCode is told as an absent one [?]. */
function batchFault(fault: FormFault, index: number): WireError {
  return consentFault(fault.code === 'H267' ? { ...fault, code: 'H266' } : fault, index);
}

function consentFault(fault: FormFault, index?: number): WireError {
  return wireFault({ ...fault, ...(fault.code === 'H126' && { values: { limit: RETAILER_ACCESS_MAX } }) }, index);
}

const shared = {
  guard: 'brand',
  tag: 'consents',
  limits: ['requestsPerSecond'],
  bothCodeSpellings: true,
  records: true,
} as const;

function single(version: 1 | 2): OfficialRoute {
  return {
    ...shared,
    method: 'POST',
    path: `${version === 2 ? '/v2' : ''}/sps/{iysCode}/brands/{brandCode}/consents`,
    operation: version === 2 ? 'addConsentV2' : 'addConsent',
    summary: {
      tr: version === 2 ? 'Tek izin ekle; aynısı yeniden gelirse aynı yanıt verilir' : 'Tek izin ekle',
      en: version === 2 ? 'Add one consent; a repeat gets the same answer' : 'Add one consent',
    },
    notJson: 'H085',
    gate: GATES.full,
    faults: { read: 'H103', store: 'H101', other: 'H470' },
    schema: {
      body: schemas.Consent,
      answers: { 200: { description: 'Kaydedildi / Recorded', schema: schemas.AddConsentAnswer } },
    },
    handle: addOne(version),
    keep: keepFromBody(singleDoor(version)),
  };
}

function batch(version: 1 | 2): OfficialRoute {
  return {
    ...shared,
    method: 'POST',
    path: `${version === 2 ? '/v2' : ''}/sps/{iysCode}/brands/{brandCode}/consents/request`,
    operation: version === 2 ? 'addBatchConsentV2' : 'addBatchConsent',
    summary: {
      tr: 'En çok 1000 izni birlikte ekle; sonuçlar hemen sorulabilir',
      en: 'Add up to 1000 consents; results can be asked for at once',
    },
    notJson: 'H014',
    gate: GATES.batchAdd,
    faults: { read: 'H103', store: 'H470', other: 'H470' },
    schema: {
      body: schemas.ConsentList,
      answers: { 202: { description: 'Alındı ve işlendi / Taken and done', schema: schemas.AddBatchAnswer } },
    },
    handle: addBatch(version),
    keep: keepFromBody(batchDoor(version)),
  };
}

export const consentRoutes: readonly OfficialRoute[] = [single(1), single(2), batch(1), batch(2)];
