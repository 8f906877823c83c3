// Retailers (bayi) of a brand: create, list, show, delete.

import { CHANNELS, type ErrorCode, retailerNumber, sentence } from '@acik-iys/law';
import type { Retailer } from '../../rooms/parties/index.ts';
import { type Answer, faultsRefusal, OfficialError, refusal, type WireError, wireFault } from './answer.ts';
import { checkPage } from './paging.ts';
import { type BrandCall, GATES, type OfficialRoute, storing } from './route.ts';
import * as schemas from './schemas.ts';

const PAGE_MAX = 100;

/** A retailer in the contract's words; what was not given is absent. */
export function wireRetailer(retailer: Retailer): Record<string, unknown> {
  return {
    title: retailer.title,
    ...(retailer.mersis !== null && { mersis: retailer.mersis }),
    ...(retailer.alias !== null && { alias: retailer.alias }),
    name: retailer.name,
    tckn: retailer.tckn,
    tin: retailer.tin,
    ...(retailer.mobile !== null && { mobile: retailer.mobile }),
    city: retailer.city,
    town: retailer.town,
    retailerCode: retailer.retailerCode,
    status: retailer.status,
  };
}

/** Retailers belong to no channel: a partner who may write none changes none [ours: H353]. */
function assertMayChange(call: BrandCall): void {
  if (!CHANNELS.some((channel) => call.scope.may(channel, 'write'))) throw refusal('H353', { field: 'brandCode' });
}

async function create(call: BrandCall): Promise<Answer> {
  assertMayChange(call);
  const created = await storing(call.rooms.parties.createRetailer(call.scope, call.body));
  if (created === null) throw refusal('H014');
  if ('faults' in created)
    throw new OfficialError(
      400,
      created.faults.map(({ code, values }) => ({ code, message: sentence(code, 'tr', values) })),
    );
  return { status: 201, body: { retailerCode: created.retailerCode } };
}

/** `true`, `1` and an empty value switch on, `false` and `0` off; anything else is a fault [ours]. */
function flag(call: BrandCall, name: 'all' | 'short', code: ErrorCode, errors: WireError[]): boolean {
  const value = call.query[name];
  if (value === undefined || value === 'false' || value === '0') return false;
  if (value === 'true' || value === '1' || value === '') return true;
  errors.push(wireFault({ code, location: [name], value }));
  return false;
}

async function list(call: BrandCall): Promise<Answer> {
  const errors: WireError[] = [];
  const all = flag(call, 'all', 'H184', errors);
  const short = flag(call, 'short', 'H185', errors) && !all;
  const page = checkPage(call.query, { limit: 'H183', offset: 'H182', most: PAGE_MAX });
  if ('errors' in page) errors.push(...page.errors);
  if (errors.length > 0 || 'errors' in page) throw faultsRefusal(errors);
  const { total, list: retailers } = await call.rooms.parties.retailers(call.scope, page);
  const uses = await call.rooms.registry.retailers.uses(
    call.scope,
    retailers.map(({ retailerCode }) => retailerCode),
  );
  return {
    status: 200,
    body: {
      pagination: {
        offset: page.offset,
        pageSize: retailers.length,
        totalCount: total,
        currentPage: Math.floor(page.offset / page.limit) + 1,
      },
      list: retailers.map((retailer) => {
        const retailerAccessCount = uses.get(retailer.retailerCode) ?? 0;
        const { title, city, retailerCode, status } = retailer;
        return short
          ? { title, city, retailerAccessCount, retailerCode, status }
          : { ...wireRetailer(retailer), retailerAccessCount };
      }),
    },
  };
}

async function one(call: BrandCall): Promise<Answer> {
  const code = retailerNumber(call.params.retailerCode);
  const retailer = code === undefined ? null : await call.rooms.parties.retailer(call.scope, code);
  if (code === undefined || retailer === null) return { status: 200, body: {} };
  const uses = (await call.rooms.registry.retailers.uses(call.scope, [code])).get(code) ?? 0;
  return {
    status: 200,
    body: { ...wireRetailer(retailer), retailerAccessCount: uses, canBeDeleted: uses === 0 },
  };
}

async function remove(call: BrandCall): Promise<Answer> {
  assertMayChange(call);
  const code = retailerNumber(call.params.retailerCode);
  const answer = code === undefined ? 'unknown' : await storing(call.rooms.parties.deleteRetailer(call.scope, code));
  if (answer === 'unknown') throw refusal('H058');
  if (answer === 'in-use') throw refusal('H061', {}, 400);
  return { status: 200, body: 'Başarı', headers: { 'content-type': 'text/plain; charset=utf-8' } };
}

const shared = { guard: 'brand', tag: 'retailers', limits: ['requestsPerSecond'], gate: GATES.full } as const;
const base = '/sps/{iysCode}/brands/{brandCode}/retailers';

export const retailerRoutes: readonly OfficialRoute[] = [
  {
    ...shared,
    method: 'POST',
    path: base,
    operation: 'createRetailer',
    summary: { tr: 'Bayi ekle', en: 'Add a retailer' },
    notJson: 'H014',
    tellsUnknownNumbers: true,
    faults: { read: 'H060', store: 'H062', other: 'H015' },
    schema: {
      body: schemas.NewRetailer,
      answers: { 201: { description: 'Eklendi / Added', schema: schemas.RetailerCode } },
    },
    handle: create,
  },
  {
    ...shared,
    method: 'GET',
    path: base,
    operation: 'searchRetailers',
    summary: { tr: 'Bayileri listele', en: 'List retailers' },
    bothCodeSpellings: true,
    faults: { read: 'H470', store: 'H470', other: 'H470' },
    schema: {
      query: schemas.RetailerPage,
      answers: { 200: { description: 'Bayiler / Retailers', schema: schemas.RetailerList } },
    },
    handle: list,
  },
  {
    ...shared,
    method: 'GET',
    path: `${base}/{retailerCode}`,
    operation: 'searchSingleRetailer',
    summary: { tr: 'Bir bayi', en: 'One retailer' },
    bothCodeSpellings: true,
    faults: { read: 'H015', store: 'H015', other: 'H015' },
    schema: {
      answers: { 200: { description: 'Bayi; yoksa {} / Retailer; {} without one', schema: schemas.Retailer } },
    },
    handle: one,
  },
  {
    ...shared,
    method: 'DELETE',
    path: `${base}/{retailerCode}`,
    operation: 'deleteRetailer',
    summary: { tr: 'Bayi sil', en: 'Delete a retailer' },
    bothCodeSpellings: true,
    tellsUnknownNumbers: true,
    faults: { read: 'H103', store: 'H061', other: 'H061' },
    schema: { answers: { 200: { description: 'Silindi / Deleted', type: 'text/plain' } } },
    handle: remove,
  },
];
