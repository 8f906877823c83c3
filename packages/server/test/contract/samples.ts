// A valid request for every operation of the official door, by the operation's name. The access table, the contract
// table and the tests of limits and faults are built from it; a route without a sample fails there by its name.

import { type Channel, formatTime, istanbulDay } from '@acik-iys/law';
import { OFFICIAL_ROUTES, type OfficialRoute } from '../../src/doors/official/index.ts';
import { RETAIL } from '../support/server.ts';

/** What the call does, hence which right a partner needs for it. */
export type Act = 'token' | 'open' | 'read' | 'write' | 'retailers' | 'reconcile' | 'partner';

export interface Sample {
  readonly act: Act;
  readonly params: Readonly<Record<string, string | number>>;
  readonly body?: unknown;
}

/** What samples are made from. */
export interface Scene {
  /** Epoch seconds. */
  readonly now: number;
  readonly type: Channel;
  readonly provider: number;
  readonly brand: number;
  readonly partner: number;
  /** An address that has a consent for `type`. */
  readonly known: string;
  /** A retailer of the brand. */
  readonly retailer: number;
  /** A retailer of the brand that no consent names. */
  readonly freeRetailer: number;
  /** A receiver that may be registered for push. */
  readonly receiver: string;
}

let counter = 0;

/** An address that no test has used yet. */
export function newAddress(type: Channel): string {
  counter += 1;
  const number = String(counter).padStart(7, '0');
  return type === 'EPOSTA' ? `alici${number}@ornek.example` : `+90532${number}`;
}

/** Numbers with nine free digits and the two check digits of a TCKN. */
export function newTckn(): string {
  counter += 1;
  const digits = [...String(100_000_000 + counter)].map(Number);
  const sum = (from: number, step: number, to: number): number => {
    let total = 0;
    for (let at = from; at < to; at += step) total += digits[at] as number;
    return total;
  };
  digits.push((((7 * sum(0, 2, 9) - sum(1, 2, 8)) % 10) + 10) % 10);
  digits.push(sum(0, 1, 10) % 10);
  return digits.join('');
}

export function retailerForm(more: Readonly<Record<string, unknown>> = {}): Record<string, unknown> {
  return {
    title: 'Örnek Bayi',
    name: 'Ayşe Yılmaz',
    tckn: newTckn(),
    tin: '1234567890',
    city: { name: 'İstanbul', code: '34' },
    town: { name: 'Kadıköy', code: '01' },
    ...more,
  };
}

export function consent(now: number, type: Channel, more: Readonly<Record<string, unknown>> = {}) {
  return {
    recipient: newAddress(type),
    type,
    source: 'HS_WEB',
    status: 'ONAY',
    consentDate: formatTime(now - 3_600),
    recipientType: 'BIREYSEL',
    ...more,
  };
}

const PUSH_LOGIN = { username: 'push', password: 'push-parola' };
const numbers = ({ provider, brand }: Scene) => ({ iysCode: provider, brandCode: brand });
const key = ({ type, known }: Scene) => ({ recipient: known, type, recipientType: 'BIREYSEL' });
const yesterday = ({ now }: Scene): string => istanbulDay(now - 86_400);

const add = (scene: Scene): Sample => ({
  act: 'write',
  params: numbers(scene),
  body: consent(scene.now, scene.type),
});
const batch = (scene: Scene): Sample => ({ ...add(scene), body: [consent(scene.now, scene.type)] });
// An unknown batch: an empty list, whoever asks.
const result = (scene: Scene): Sample => ({
  act: 'open',
  params: { ...numbers(scene), requestId: '00000000-0000-4000-8000-000000000000' },
});
const ofDay = (scene: Scene): Sample => ({
  act: 'reconcile',
  params: { ...numbers(scene), reportDate: yesterday(scene) },
});
const ofPartner = ({ partner, provider }: Scene): Sample => ({
  act: 'partner',
  params: { integratorCode: partner, iysCode: provider },
});
const access = (scene: Scene, body: object): Sample => ({
  act: 'write',
  params: numbers(scene),
  body: { type: scene.type, recipientType: 'BIREYSEL', ...body },
});

export const SAMPLES: Readonly<Record<string, (scene: Scene) => Sample>> = {
  createToken: () => ({
    act: 'token',
    params: {},
    body: { grant_type: 'password', username: RETAIL.email, password: RETAIL.password },
  }),
  addConsent: add,
  addConsentV2: add,
  addBatchConsent: batch,
  addBatchConsentV2: batch,
  searchRequestDetails: result,
  searchRequestDetailsV2: result,
  consentDetail: (scene) => ({ act: 'read', params: numbers(scene), body: key(scene) }),
  batchConsentStatus: (scene) => ({
    act: 'read',
    params: { ...numbers(scene), recipientType: 'BIREYSEL', type: scene.type },
    body: { recipients: [scene.known] },
  }),
  consentsHistory: (scene) => ({ act: 'read', params: numbers(scene), body: key(scene) }),
  // Shows what may be read and nothing else: no right, no rows.
  PullPerBrandCode: (scene) => ({ act: 'open', params: numbers(scene) }),
  addRetailers: (scene) => access(scene, { recipient: scene.known, retailerAccess: [scene.retailer] }),
  overrideRetailers: (scene) => access(scene, { recipients: [scene.known], retailerAccess: [scene.retailer] }),
  searchRetailersOfOneConsent: (scene) => ({ act: 'read', params: numbers(scene), body: key(scene) }),
  removeRelationBetweenRetailer: (scene) =>
    access(scene, { recipients: [scene.known], retailerAccess: [scene.retailer] }),
  removeRelationsBetweenRetailersAndConsents: (scene) => access(scene, { recipients: [scene.known] }),
  createRetailer: (scene) => ({ act: 'retailers', params: numbers(scene), body: retailerForm() }),
  searchRetailers: (scene) => ({ act: 'open', params: numbers(scene) }),
  searchSingleRetailer: (scene) => ({
    act: 'open',
    params: { ...numbers(scene), retailerCode: scene.retailer },
  }),
  deleteRetailer: (scene) => ({
    act: 'retailers',
    params: { ...numbers(scene), retailerCode: scene.freeRetailer },
  }),
  changeSummary: (scene) => ({ act: 'reconcile', params: { ...ofDay(scene).params, recipientType: 'BIREYSEL' } }),
  agreementsDate: ofDay,
  agreementDatePut: (scene) => ({ ...ofDay(scene), body: { agreementStatus: true } }),
  agreementTimeStamp: ofDay,
  agreementFile: ofDay,
  pushRegistration: (scene) => ({
    act: 'write',
    params: numbers(scene),
    body: { connection: [{ url: scene.receiver, type: scene.type, ...PUSH_LOGIN }] },
  }),
  getPushRegistration: (scene) => ({ act: 'open', params: numbers(scene) }),
  pushUnregistration: (scene) => ({
    act: 'write',
    params: numbers(scene),
    body: { url: scene.receiver, type: scene.type, ...PUSH_LOGIN },
  }),
  getBrandsDetails: (scene) => ({ act: 'open', params: numbers(scene) }),
  'get-subscription': (scene) => ({ act: 'open', params: numbers(scene) }),
  getIntegratorSubscription: ofPartner,
  integratorList: ofPartner,
  integratorListByiysCode: ofPartner,
  getCities: () => ({ act: 'open', params: {} }),
  cityDetails: () => ({ act: 'open', params: { code: 34 } }),
  getTowns: () => ({ act: 'open', params: {} }),
  townDetails: () => ({ act: 'open', params: { code: 1 } }),
};

export function routeOf(operation: string): OfficialRoute {
  const route = OFFICIAL_ROUTES.find((one) => one.operation === operation);
  if (route === undefined) throw new Error(`no route ${operation}`);
  return route;
}

/** The route's path with its parameters filled in. */
export function pathOf(route: { readonly path: string }, params: Sample['params']): string {
  return route.path.replaceAll(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(String(params[name])));
}
