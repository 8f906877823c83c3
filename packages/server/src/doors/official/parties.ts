// Brands of a provider, brands a partner may act for, subscriptions, provinces and districts.

import { CHANNELS, formatTime } from '@acik-iys/law';
import type { Subscription } from '../../rooms/access/index.ts';
import type { BoughtPackage } from '../../rooms/parties/index.ts';
import { type Answer, faultsRefusal, refusal } from './answer.ts';
import { usedConsents } from './consents.ts';
import { checkPage } from './paging.ts';
import { type Call, GATES, type OfficialRoute, type PartnerCall, type ProviderCall } from './route.ts';
import * as schemas from './schemas.ts';

const PAGE_MAX = 100;

async function brands(call: ProviderCall): Promise<Answer> {
  const { parties, registry, access } = call.rooms;
  const all = await parties.brandsOf(call.providerCode);
  // A partner sees the brands that were given to him, not what else the provider has.
  const own = all.filter(({ brandId }) => 'scope' in access.brandScope(call.principal, call.providerCode, brandId));
  const totals = await registry.totals(own.map(({ brandId }) => brandId));
  return {
    status: 200,
    body: own.map(({ brandId, name, master, retailers }) => {
      const { approval, rejection } = totals.get(brandId) ?? { approval: 0, rejection: 0 };
      return {
        brandCode: brandId,
        stats: {
          consents: { approval, rejection, total: approval + rejection },
          retailers: { total: retailers },
        },
        name,
        master,
      };
    }),
  };
}

/** The id in the three spellings that the contract's examples use. */
function ids(name: 'subscription' | 'viaSubscription' | 'viaPassSubscription', id: string): Record<string, string> {
  const stem = name.slice(0, -'Subscription'.length);
  const prefix = name === 'subscription' ? 'subsc' : `${stem}Subsc`;
  return {
    [`${prefix}riptionId`]: id,
    [`${prefix}ipritionId`]: id,
    ...(name === 'subscription' && { subsciprtionId: id }),
  };
}

function creditPackage(kind: 'via' | 'viaPass', held: unknown, showCredit: boolean): object {
  if (held === null || held === undefined) return {};
  const pack = held as BoughtPackage;
  return {
    [`${kind}SubscriptionPackage`]: {
      ...ids(`${kind}Subscription`, pack.id),
      startDate: formatTime(pack.startsAt),
      expirationDate: formatTime(pack.expiresAt),
      [`${kind}SubscriptionPackageName`]: pack.packageName,
      status: pack.status,
      ...((showCredit || kind === 'viaPass') && { [`${kind}Credit`]: pack.credit }),
    },
  };
}

function wireSubscription(subscription: Subscription, own: boolean): Record<string, unknown> {
  return {
    ...ids('subscription', subscription.subscriptionId),
    startDate: formatTime(subscription.startsAt),
    expirationDate: formatTime(subscription.expiresAt),
    subscriptionPackageName: subscription.packageName,
    status: subscription.status,
    ...creditPackage('via', subscription.via, own),
    ...creditPackage('viaPass', subscription.viaPass, own),
  };
}

async function providerSubscription(call: ProviderCall): Promise<Answer> {
  const subscription = await call.rooms.access.subscriptionOf(call.providerCode);
  if (subscription === null) throw refusal('H437');
  if (!subscription.apiIncluded) throw refusal('H586');
  const own = call.principal.provider?.code === call.providerCode;
  return {
    status: 200,
    body: {
      ...wireSubscription(subscription, own),
      ...(own && {
        consentLimit: subscription.consentLimit,
        consentLimitExceed: subscription.consentLimitExceed,
        usedConsentLimit: await usedConsents(call),
      }),
    },
  };
}

async function partnerSubscription(call: PartnerCall): Promise<Answer> {
  if (call.principal.partner === null) throw refusal('H522');
  if (call.principal.partner.code !== call.integratorCode) throw refusal('H353', { field: 'integratorCode' });
  const subscription = await call.rooms.access.subscriptionOf(call.integratorCode);
  if (subscription === null) throw refusal('H437');
  return { status: 200, body: { ...wireSubscription(subscription, true), iysCode: call.integratorCode } };
}

async function assertPartner(call: PartnerCall): Promise<void> {
  const { parties } = call.rooms;
  if (call.principal.partner === null) throw refusal('H363');
  if (call.principal.partner.code === call.integratorCode) return;
  if (!(await parties.partnerExists(call.integratorCode))) throw refusal('H245', {}, 500);
  if (!(await parties.partnerHasUser(call.integratorCode))) throw refusal('H268', {}, 500);
  throw refusal('H353', { field: 'integratorCode' });
}

function partnerList(single: boolean): (call: PartnerCall) => Promise<Answer> {
  return async (call) => {
    await assertPartner(call);
    await assertPartnerSubscription(call);
    const page = checkPage(call.query, { limit: 'H182', offset: 'H183', most: PAGE_MAX });
    if ('errors' in page) throw faultsRefusal(page.errors);
    const providerCode = single ? Number(call.params.iysCode) : undefined;
    if (providerCode !== undefined && !call.rooms.access.mayAskProvider(call.principal, providerCode))
      throw refusal('H353', { field: 'iysCode' });
    const { total, list } = await call.rooms.parties.partnerBrands(call.integratorCode, page, providerCode);
    return {
      status: 200,
      body: {
        pagination: { offset: page.offset, totalCount: total, pageSize: list.length },
        list: list.map((brand) => ({
          brandCode: single ? brand.brandCode : String(brand.brandCode),
          name: brand.name,
          master: brand.master,
          title: brand.title,
          iysCode: single ? brand.iysCode : String(brand.iysCode),
          agreementControl: brand.agreementControl,
          ...Object.fromEntries(
            CHANNELS.flatMap((channel) => (brand[channel] === 'none' ? [] : [[channel, brand[channel]]])),
          ),
          viaControl: brand.viaControl,
        })),
      },
    };
  };
}

/** The gate of the partner's own subscription; it comes after the question whether he is a partner at all. */
async function assertPartnerSubscription(call: PartnerCall): Promise<void> {
  const subscription = await call.rooms.access.subscriptionOf(call.integratorCode);
  if (subscription === null) throw refusal('H524');
  if (subscription.status === 'CLOSED') throw refusal('H521');
  if (subscription.status !== 'ACTIVE') throw refusal('H520');
}

function cities(call: Call): Promise<Answer> {
  return Promise.resolve({
    status: 200,
    body: call.rooms.places.provinces().map(({ code, name }) => ({ code, name })),
  });
}
function city(call: Call): Promise<Answer> {
  const found = call.rooms.places.province(Number(call.params.code));
  return Promise.resolve(
    found ? { status: 200, body: { code: String(found.code), name: found.name } } : { status: 204 },
  );
}
function wireTown({ code, name, cityCode }: { code: number; name: string; cityCode: number }): object {
  return { code, name, city_code: cityCode, cityCode };
}
function towns(call: Call): Promise<Answer> {
  return Promise.resolve({ status: 200, body: call.rooms.places.districts().map(wireTown) });
}
function town(call: Call): Promise<Answer> {
  const found = call.rooms.places.district(Number(call.params.code));
  return Promise.resolve(found ? { status: 200, body: wireTown(found) } : { status: 204 });
}

const limited = { limits: ['requestsPerSecond'] } as const;
const partner = {
  ...limited,
  method: 'GET',
  guard: 'partner',
  tag: 'partner',
  gate: GATES.none,
  faults: { read: 'H470', store: 'H470', other: 'H015' },
} as const;
const info = { ...limited, method: 'GET', guard: 'any', tag: 'info', gate: GATES.none } as const;
const infoList = { ...info, faults: { read: 'H082', store: 'H082', other: 'H082' } } as const;
const infoOne = { ...info, faults: { read: 'H241', store: 'H241', other: 'H241' } } as const;

export const partyRoutes: readonly OfficialRoute[] = [
  {
    ...limited,
    method: 'GET',
    path: '/sps/{iysCode}/brands',
    guard: 'provider',
    tag: 'brands',
    operation: 'getBrandsDetails',
    summary: { tr: 'Markalar ve sayıları', en: 'Brands and their figures' },
    gate: GATES.full,
    bothCodeSpellings: true,
    tellsUnknownNumbers: true,
    faults: { read: 'H015', store: 'H015', other: 'H015' },
    schema: { answers: { 200: { description: 'Markalar / Brands', schema: schemas.Brands } } },
    handle: brands,
  },
  {
    ...limited,
    method: 'GET',
    path: '/sps/{iysCode}/subscription',
    guard: 'provider',
    tag: 'subscription',
    operation: 'get-subscription',
    summary: { tr: 'Hizmet sağlayıcının aboneliği', en: "The provider's subscription" },
    gate: GATES.none,
    faults: { read: 'H015', store: 'H015', other: 'H015' },
    schema: { answers: { 200: { description: 'Abonelik / Subscription', schema: schemas.Subscription } } },
    handle: providerSubscription,
  },
  {
    ...partner,
    path: '/integrator/{integratorCode}/subscription',
    tag: 'subscription',
    operation: 'getIntegratorSubscription',
    summary: { tr: 'İş ortağının aboneliği', en: "The partner's subscription" },
    tokenCode: 'H251',
    faults: { read: 'H015', store: 'H015', other: 'H015' },
    schema: { answers: { 200: { description: 'Abonelik / Subscription', schema: schemas.Subscription } } },
    handle: partnerSubscription,
  },
  {
    ...partner,
    path: '/integrator/{integratorCode}/sps',
    operation: 'integratorList',
    summary: { tr: 'İş ortağının yetkili olduğu markalar', en: 'Brands that a partner may act for' },
    schema: {
      query: schemas.Page,
      answers: { 200: { description: 'Markalar / Brands', schema: schemas.PartnerBrands } },
    },
    handle: partnerList(false),
  },
  {
    ...partner,
    path: '/integrator/{integratorCode}/sps/{iysCode}',
    operation: 'integratorListByiysCode',
    summary: { tr: 'İş ortağının bir hizmet sağlayıcıdaki markaları', en: "A partner's brands at one provider" },
    schema: {
      query: schemas.Page,
      answers: { 200: { description: 'Markalar / Brands', schema: schemas.PartnerBrands } },
    },
    handle: partnerList(true),
  },
  {
    ...infoList,
    path: '/info/city',
    aliases: ['/info/cities'],
    operation: 'getCities',
    summary: { tr: 'İller', en: 'Provinces' },
    schema: { answers: { 200: { description: 'İller / Provinces', schema: schemas.Cities } } },
    handle: cities,
  },
  {
    ...infoOne,
    path: '/info/city/{code}',
    aliases: ['/info/cities/{code}'],
    operation: 'cityDetails',
    summary: { tr: 'Bir il', en: 'One province' },
    schema: {
      answers: { 200: { description: 'İl / Province', schema: schemas.City }, 204: { description: 'Yok / None' } },
    },
    handle: city,
  },
  {
    ...infoList,
    path: '/info/town',
    operation: 'getTowns',
    summary: { tr: 'İlçeler', en: 'Districts' },
    schema: { answers: { 200: { description: 'İlçeler / Districts', schema: schemas.Towns } } },
    handle: towns,
  },
  {
    ...infoOne,
    path: '/info/town/{code}',
    operation: 'townDetails',
    summary: { tr: 'Bir ilçe', en: 'One district' },
    schema: {
      answers: { 200: { description: 'İlçe / District', schema: schemas.Town }, 204: { description: 'Yok / None' } },
    },
    handle: town,
  },
];
