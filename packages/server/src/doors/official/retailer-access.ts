// Which retailers may see a consent: add to a list, replace it, take from it, show it.

import { randomUUID } from 'node:crypto';
import { CHANNELS, channelOf, type FormFault, formatTime, retailerNumber } from '@acik-iys/law';
import { type Answer, faultsRefusal, OfficialError, refusal, type WireError, wireFault } from './answer.ts';
import { isObject } from './body.ts';
import { addressFault, checkKey, checkKind } from './key.ts';
import { checkPage } from './paging.ts';
import { assertMayRead } from './reading.ts';
import { wireRetailer } from './retailers.ts';
import { type BrandCall, GATES, type OfficialRoute, storing } from './route.ts';
import * as schemas from './schemas.ts';

/** Recipients and retailers in one call. */
const LIST_MAX = 100;
const PAGE_MAX = 100;

function assertMayWriteKind(call: BrandCall, kind: number): void {
  assertMayRead(call, kind);
  if (!call.scope.may(channelOf(kind), 'write')) throw refusal('H353', { field: 'type' });
}

/** `retailerAccess` of a body, as it was sent: H169 absent, H163 empty or no list, H126 more than 100. */
function checkRetailers(body: Readonly<Record<string, unknown>>, errors: WireError[]): readonly unknown[] {
  const value = body.retailerAccess;
  const fault = (code: FormFault['code']): void => {
    errors.push(
      wireFault({
        code,
        location: ['retailerAccess'],
        ...(code !== 'H169' && { value }),
        values: { limit: LIST_MAX },
      }),
    );
  };
  if (value === undefined || value === null) fault('H169');
  else if (!Array.isArray(value) || value.length === 0) fault('H163');
  else if (value.length > LIST_MAX) fault('H126');
  else return value;
  return [];
}

/**
 * `recipients` of a body: H168 absent, H164 empty or no list, H127 more than 100, H120, H121, H166 by place.
 * `emailsByField`: the contract shows H120 of this call with the field's name alone; `value` says which.
 */
function checkRecipients(
  body: Readonly<Record<string, unknown>>,
  channel: number | undefined,
  emailsByField: boolean,
  errors: WireError[],
): string[] {
  const value = body.recipients;
  const fault = (code: FormFault['code']): void => {
    errors.push(
      wireFault({ code, location: ['recipients'], ...(code !== 'H168' && { value }), values: { limit: LIST_MAX } }),
    );
  };
  if (value === undefined || value === null) fault('H168');
  else if (!Array.isArray(value) || value.length === 0) fault('H164');
  else if (value.length > LIST_MAX) fault('H127');
  else if (channel !== undefined) {
    const byField = emailsByField && CHANNELS[channel] === 'EPOSTA';
    const checked = value.map((recipient, place) =>
      addressFault(recipient, channel, byField ? ['recipient'] : ['recipients', place]),
    );
    for (const one of checked) if ('fault' in one) errors.push(wireFault(one.fault));
    return checked.flatMap((one) => ('address' in one ? [one.address] : []));
  }
  return [];
}

/** The numbers in a list, in any spelling, each once. */
function codesOf(retailers: readonly unknown[]): number[] {
  return [...new Set(retailers.flatMap((entry) => retailerNumber(entry) ?? []))];
}

/** Places of the entries that are no number of a retailer of the brand. */
async function unknownPlaces(call: BrandCall, retailers: readonly unknown[]): Promise<number[]> {
  const unknown = await call.rooms.parties.unknownRetailers(call.scope, codesOf(retailers));
  return retailers.flatMap((entry, place) => {
    const code = retailerNumber(entry);
    return code === undefined || unknown.has(code) ? [place] : [];
  });
}

/** H180 for each entry that is no retailer of the brand: where it stands and what was sent. */
async function assertKnown(call: BrandCall, retailers: readonly unknown[]): Promise<void> {
  const errors = (await unknownPlaces(call, retailers)).map((place) =>
    wireFault({ code: 'H180', location: ['retailerAccess', place], value: retailers[place] }),
  );
  if (errors.length > 0) throw new OfficialError(403, errors);
}

async function add(call: BrandCall): Promise<Answer> {
  if (!isObject(call.body)) throw refusal('H090');
  const errors: WireError[] = [];
  const key = checkKey(call.body);
  // The contract's examples know this list of one under two names.
  if ('faults' in key)
    for (const fault of key.faults)
      errors.push(
        wireFault(
          fault.code === 'H114'
            ? { code: 'H168', location: ['recipients'] }
            : fault.code === 'H166'
              ? { ...fault, code: 'H121' }
              : fault,
        ),
      );
  const retailers = checkRetailers(call.body, errors);
  const many = call.body.recipients;
  if (Array.isArray(many) && many.length > LIST_MAX)
    errors.push(wireFault({ code: 'H127', location: ['recipients'], value: many, values: { limit: LIST_MAX } }));
  if (errors.length > 0 || 'faults' in key) throw faultsRefusal(errors);
  assertMayWriteKind(call, key.kind);
  await assertKnown(call, retailers);
  const added = await storing(call.rooms.registry.retailers.add(call.scope, key.kind, key.address, codesOf(retailers)));
  if (!added) throw refusal('H401');
  return { status: 200, body: { transactionId: randomUUID(), creationDate: formatTime(call.rooms.clock.now()) } };
}

/** The three calls that take a list of recipients; `withRetailers` and what is done differ. */
function change(
  notObject: 'H171' | 'H172',
  withRetailers: boolean,
  done: (call: BrandCall, kind: number, recipients: string[], retailers: readonly unknown[]) => Promise<void>,
): (call: BrandCall) => Promise<Answer> {
  return async (call) => {
    if (!isObject(call.body)) throw refusal(notObject);
    const { kind, channel, faults } = checkKind(call.body);
    const errors = faults.map((fault) => wireFault(fault));
    const recipients = checkRecipients(call.body, channel, notObject === 'H171', errors);
    const retailers = withRetailers ? checkRetailers(call.body, errors) : [];
    if (errors.length > 0 || kind === null) throw faultsRefusal(errors);
    assertMayWriteKind(call, kind);
    await done(call, kind, recipients, retailers);
    return { status: 202 };
  };
}

const replace = change('H171', true, async (call, kind, recipients, retailers) => {
  await assertKnown(call, retailers);
  await storing(call.rooms.registry.retailers.replace(call.scope, kind, recipients, codesOf(retailers)));
});

const remove = change('H172', true, async (call, kind, recipients, retailers) => {
  if ((await unknownPlaces(call, retailers)).length > 0) throw refusal('H058');
  await storing(call.rooms.registry.retailers.remove(call.scope, kind, recipients, codesOf(retailers)));
});

// Not marked as storing: here the contract tells a fault of the database (H470) from any other (H015).
const removeAll = change('H172', false, async (call, kind, recipients) => {
  await call.rooms.registry.retailers.removeAll(call.scope, kind, recipients);
});

async function list(call: BrandCall): Promise<Answer> {
  if (!isObject(call.body)) throw refusal('H173');
  const page = checkPage(call.query, { limit: 'H183', offset: 'H182', most: PAGE_MAX });
  const key = checkKey(call.body);
  const errors = [
    ...('faults' in key ? key.faults.map((fault) => wireFault(fault)) : []),
    ...('errors' in page ? page.errors : []),
  ];
  if (errors.length > 0 || 'faults' in key || 'errors' in page) throw faultsRefusal(errors);
  assertMayRead(call, key.kind);
  const { registry, parties } = call.rooms;
  const { total, retailers } = await registry.retailers.list(call.scope, key.kind, key.address, page);
  const known = await parties.retailersByCode(call.scope, retailers);
  return {
    status: 200,
    body: {
      pagination: { offset: page.offset, pageSize: page.limit, totalCount: total },
      list: retailers.flatMap((code) => {
        const retailer = known.get(code);
        return retailer ? [wireRetailer(retailer)] : [];
      }),
    },
  };
}

const shared = {
  guard: 'brand',
  tag: 'retailer-access',
  limits: ['requestsPerSecond'],
  gate: GATES.full,
  bothCodeSpellings: true,
  faults: { read: 'H103', store: 'H101', other: 'H470' },
} as const;
const base = '/sps/{iysCode}/brands/{brandCode}/consents/retailers/access';
const older = '/sps/{iysCode}/brands/{brandCode}/consents/retailer/access';
const done = { 202: { description: 'Yapıldı / Done' } };

export const retailerAccessRoutes: readonly OfficialRoute[] = [
  {
    ...shared,
    method: 'POST',
    path: base,
    operation: 'addRetailers',
    summary: { tr: 'Bir izne bayi erişimi ekle', en: 'Let retailers see a consent' },
    notJson: 'H090',
    schema: {
      body: schemas.AccessAdd,
      answers: { 200: { description: 'Eklendi / Added', schema: schemas.AddConsentAnswer } },
    },
    handle: add,
  },
  {
    ...shared,
    method: 'PUT',
    path: base,
    operation: 'overrideRetailers',
    summary: { tr: 'Bayi erişimini yenisiyle değiştir', en: 'Replace the retailers who see consents' },
    notJson: 'H171',
    faults: { read: 'H103', store: 'H470', other: 'H470' },
    schema: { body: schemas.AccessChange, answers: done },
    handle: replace,
  },
  {
    ...shared,
    method: 'POST',
    path: '/sps/{iysCode}/brands/{brandCode}/consent/retailers/access/list',
    aliases: [`${base}/list`],
    operation: 'searchRetailersOfOneConsent',
    summary: { tr: 'Bir izni görebilen bayiler', en: 'Retailers who may see a consent' },
    notJson: 'H014',
    faults: { read: 'H103', store: 'H470', other: 'H470' },
    schema: {
      body: schemas.ConsentKey,
      query: schemas.Page,
      answers: { 200: { description: 'Bayiler / Retailers', schema: schemas.AccessList } },
    },
    handle: list,
  },
  {
    ...shared,
    method: 'POST',
    path: `${base}/remove`,
    aliases: [`${older}/remove`],
    operation: 'removeRelationBetweenRetailer',
    summary: { tr: 'Sayılan bayilerin erişimini kaldır', en: 'Take the given retailers off consents' },
    notJson: 'H014',
    tellsUnknownNumbers: true,
    faults: { read: 'H103', store: 'H470', other: 'H470' },
    schema: { body: schemas.AccessChange, answers: done },
    handle: remove,
  },
  {
    ...shared,
    method: 'POST',
    path: `${base}/remove/all`,
    aliases: [`${older}/remove/all`],
    operation: 'removeRelationsBetweenRetailersAndConsents',
    summary: { tr: 'Bütün bayilerin erişimini kaldır', en: 'Take all retailers off consents' },
    notJson: 'H014',
    faults: { read: 'H470', store: 'H470', other: 'H015' },
    schema: { body: schemas.AccessClear, answers: done },
    handle: removeAll,
  },
];
