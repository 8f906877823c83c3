// Push: addresses to which the registry sends its own movements.

import { CONNECTION_REASONS, formatTime } from '@acik-iys/law';
import type { PushFault } from '../../rooms/deliveries/index.ts';
import { type Answer, faultsRefusal, refusal, wireFault } from './answer.ts';
import { type BrandCall, GATES, type OfficialRoute, storing } from './route.ts';
import * as schemas from './schemas.ts';

const STATUS_WORDS = { connected: 'Bağlantı Oluşturuldu', parked: 'Bağlantı Oluşturulamadı' } as const;

function assertDone(answer: 'not-json-object' | 'no-right' | 'registered' | 'removed' | readonly PushFault[]): void {
  if (answer === 'registered' || answer === 'removed') return;
  if (answer === 'not-json-object') throw refusal('H014');
  if (answer === 'no-right') throw refusal('H353', { field: 'type' });
  throw faultsRefusal(
    answer.map(({ reason, ...fault }) => {
      const values = reason && { reason: CONNECTION_REASONS[reason] };
      const { location, ...wire } = wireFault({ ...fault, location: fault.location ?? [], ...(values && { values }) });
      return { ...wire, ...(fault.location && { location }) };
    }),
  );
}

async function register(call: BrandCall): Promise<Answer> {
  assertDone(await storing(call.rooms.deliveries.register(call.scope, call.body)));
  return { status: 200, body: { message: 'Bağlantı oluşturuldu' } };
}

async function unregister(call: BrandCall): Promise<Answer> {
  assertDone(await storing(call.rooms.deliveries.unregister(call.scope, call.body)));
  return { status: 200, body: { message: 'Bağlantı Kaldırıldı' } };
}

async function list(call: BrandCall): Promise<Answer> {
  const addresses = await call.rooms.deliveries.list(call.scope);
  return {
    status: 200,
    body: addresses.map(({ url, channel, status, statusAt }) => ({
      url,
      type: channel,
      status: STATUS_WORDS[status],
      registerTime: formatTime(statusAt),
    })),
  };
}

const shared = {
  guard: 'brand',
  tag: 'push',
  limits: ['requestsPerSecond'],
  gate: GATES.apiOnly,
  faults: { read: 'H412', store: 'H412', other: 'H412' },
} as const;
const base = '/sps/{iysCode}/brands/{brandCode}/push';

export const pushRoutes: readonly OfficialRoute[] = [
  {
    ...shared,
    method: 'POST',
    path: `${base}/registration`,
    operation: 'pushRegistration',
    summary: { tr: 'Push adresi kaydet', en: 'Register a push address' },
    notJson: 'H014',
    schema: {
      body: schemas.PushConnections,
      answers: { 200: { description: 'Kaydedildi / Registered', schema: schemas.Message } },
    },
    handle: register,
  },
  {
    ...shared,
    method: 'GET',
    path: `${base}/registration`,
    operation: 'getPushRegistration',
    summary: { tr: 'Push adresleri', en: 'Push addresses' },
    faults: { read: 'H015', store: 'H015', other: 'H015' },
    schema: { answers: { 200: { description: 'Adresler / Addresses', schema: schemas.PushList } } },
    handle: list,
  },
  {
    ...shared,
    method: 'POST',
    path: `${base}/unregistration`,
    operation: 'pushUnregistration',
    summary: { tr: 'Push adresini kaldır', en: 'Remove a push address' },
    notJson: 'H014',
    schema: {
      body: schemas.PushConnection,
      answers: { 200: { description: 'Kaldırıldı / Removed', schema: schemas.Message } },
    },
    handle: unregister,
  },
];
