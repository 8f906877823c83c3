// How the organisation is connected: its API users, its push addresses, and what the registry holds of it.

import { CONNECTION_REASONS } from '@acik-iys/law';
import { AccountError, ApiUserError, type DeskBrand } from '../../rooms/access/index.ts';
import type { Act } from '../../rooms/activity/index.ts';
import type { CallResult, PushFault } from '../../rooms/deliveries/index.ts';
import { CONSENT_LIMIT_NONE } from '../../rooms/parties/index.ts';
import { brandFor, type DeskCall, type Handlers, numberOf, uuidOf } from './call.ts';
import type { Portal } from './contract.ts';
import { fieldProblem, formProblem, problem } from './problems.ts';

type AnyDeskCall = Pick<DeskCall<'GET /organisations/:organisation'>, 'rooms' | 'desk' | 'params'>;
type Registered = Portal['GET /organisations/:organisation/registered']['answer'];
type ReceiverAnswer = Portal['POST /organisations/:organisation/brands/:brand/push-addresses/:pushId/test']['answer'];

const HOUR = 3_600;

/** Turns what `access` says of an API user into what the person reads. */
async function told<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof ApiUserError) {
      if (error.reason === 'unknown') throw problem('thing.unknown');
      if (error.reason === 'network') throw fieldProblem('api_user.network', 'networks');
      if (error.reason === 'changed') throw problem('thing.changed');
      throw problem('api_user.too_many');
    }
    if (error instanceof AccountError && error.reason === 'email') throw fieldProblem('api_user.email', 'email');
    if (error instanceof AccountError && error.reason === 'email-taken')
      throw fieldProblem('api_user.email_taken', 'email');
    throw error;
  }
}

/** Refusals are pushed, so the brand is one whose refusals the person may see. @throws Problem */
function pushBrand(call: AnyDeskCall): DeskBrand {
  return brandFor(call, numberOf(call, 'brand'), 'readRefusals');
}

/** What was done to an address of a brand, or a Problem beside the field of the form that it is about. */
async function pushed(
  { rooms, desk }: AnyDeskCall,
  { brandId }: DeskBrand,
  act: Act,
  outcome: string | readonly PushFault[],
  details: Readonly<Record<string, unknown>> = {},
): Promise<{ done: boolean }> {
  if (outcome === 'unknown' || outcome === 'not-json-object') throw problem('thing.unknown');
  if (outcome === 'no-right') throw problem('desk.channel');
  if (typeof outcome !== 'string')
    throw formProblem(
      outcome.map(({ reason, location = ['url'], ...fault }) => ({
        ...fault,
        location,
        ...(reason && { values: { reason: CONNECTION_REASONS[reason] } }),
      })),
    );
  await rooms.activities.add(desk, act, { brandId, details });
  return { done: true };
}

/** Why a receiver was not reached is not told more closely: nobody learns what names our own network has. */
function receiverAnswer(result: CallResult): ReceiverAnswer['bare'] {
  if ('status' in result) return { status: result.status, failure: null };
  return { status: null, failure: result.failure === 'timeout' ? 'timeout' : 'unreachable' };
}

/** Trials of push addresses by one person within an hour: each is two calls to somebody else's server. */
export const TRIALS_PER_HOUR = 30;

const floor = (seconds: number | null): number | null => (seconds === null ? null : Math.floor(seconds));

/** Brands with their figures, as far as the person may see them. */
async function brandsHeld({ rooms, desk }: AnyDeskCall): Promise<Registered['brands']> {
  const provider = desk.organisation.kind === 'provider';
  const counted = desk.brandsFor('readReports').flatMap(({ brandId }) => (provider ? [brandId] : []));
  const [totals, listed] = await Promise.all([
    rooms.registry.totals(counted),
    provider ? rooms.parties.brandsOf(desk.organisation.code) : [],
  ]);
  return desk.brands.map((brand) => {
    const { brandId, name, master, provider: owner } = brand;
    const { approval: granted = 0, rejection: refused = 0 } = totals.get(brandId) ?? {};
    const retailers = listed.find((one) => one.brandId === brandId)?.retailers ?? 0;
    return {
      brandId,
      name,
      master,
      provider: owner,
      counts: counted.includes(brandId) ? { granted, refused, retailers } : null,
    };
  });
}

async function subscriptionHeld({ rooms, desk }: AnyDeskCall): Promise<Registered['subscription']> {
  const { code, kind } = desk.organisation;
  const subscription = await rooms.access.subscriptionOf(code);
  if (subscription === null) return null;
  const {
    packageName,
    startsAt,
    expiresAt,
    status,
    apiIncluded,
    consentLimit: most,
    consentLimitExceed,
  } = subscription;
  const consentLimit = most < CONSENT_LIMIT_NONE ? most : null;
  const used =
    kind === 'provider' ? await rooms.registry.grantedTotal(await rooms.access.brandsOfProvider(code)) : null;
  return { packageName, startsAt, expiresAt, status, apiIncluded, consentLimit, consentLimitExceed, used };
}

export const connectionHandlers: Handlers<
  | 'GET /organisations/:organisation/api-users'
  | 'POST /organisations/:organisation/api-users'
  | 'POST /organisations/:organisation/api-users/:accountId/passwords'
  | 'DELETE /organisations/:organisation/api-users/:accountId/passwords/replaced'
  | 'PUT /organisations/:organisation/api-users/:accountId/networks'
  | 'DELETE /organisations/:organisation/api-users/:accountId'
  | 'GET /organisations/:organisation/push-addresses'
  | 'POST /organisations/:organisation/brands/:brand/push-addresses'
  | 'POST /organisations/:organisation/brands/:brand/push-addresses/:pushId/test'
  | 'POST /organisations/:organisation/brands/:brand/push-addresses/:pushId/resume'
  | 'DELETE /organisations/:organisation/brands/:brand/push-addresses/:pushId'
  | 'GET /organisations/:organisation/registered'
> = {
  'GET /organisations/:organisation/api-users': async ({ rooms, desk }) => ({
    users: (await rooms.apiUsers.list(desk)).map(({ networks, createdAt, lastUsedAt, replacedUntil, ...user }) => ({
      ...user,
      networks: [...networks],
      createdAt: Math.floor(createdAt),
      lastUsedAt: floor(lastUsedAt),
      replacedUntil: floor(replacedUntil),
    })),
    now: rooms.clock.now(),
  }),

  'POST /organisations/:organisation/api-users': async ({ rooms, desk, body }) => {
    const user = { ...body, email: body.email.trim(), name: body.name.trim() };
    return { ...(await told(rooms.apiUsers.create(desk, user))), email: user.email };
  },

  'POST /organisations/:organisation/api-users/:accountId/passwords': async (call) => {
    const { rooms, desk, body } = call;
    const made = await told(
      rooms.apiUsers.replacePassword(desk, numberOf(call, 'accountId'), body.overlapHours * HOUR),
    );
    return { ...made, replacedUntil: floor(made.replacedUntil) };
  },

  'DELETE /organisations/:organisation/api-users/:accountId/passwords/replaced': async (call) => {
    await told(call.rooms.apiUsers.endReplaced(call.desk, numberOf(call, 'accountId')));
    return { done: true };
  },

  'PUT /organisations/:organisation/api-users/:accountId/networks': async (call) => {
    await told(call.rooms.apiUsers.setNetworks(call.desk, numberOf(call, 'accountId'), call.body));
    return { done: true };
  },

  'DELETE /organisations/:organisation/api-users/:accountId': async (call) => {
    await told(call.rooms.apiUsers.end(call.desk, numberOf(call, 'accountId')));
    return { done: true };
  },

  'GET /organisations/:organisation/push-addresses': async ({ rooms, desk }) => ({
    addresses: await rooms.deliveries.states(desk.brandsFor('readRefusals').map(({ scope }) => scope)),
    now: rooms.clock.now(),
  }),

  'POST /organisations/:organisation/brands/:brand/push-addresses': async (call) => {
    const brand = pushBrand(call);
    const { url, type } = call.body;
    const outcome = await call.rooms.deliveries.register(brand.scope, { connection: [call.body] });
    return await pushed(call, brand, 'push.registered', outcome, { host: URL.parse(url)?.host, channel: type });
  },

  'POST /organisations/:organisation/brands/:brand/push-addresses/:pushId/test': async (call) => {
    const { rooms, desk } = call;
    const brand = pushBrand(call);
    const pushId = uuidOf(call, 'pushId');
    const bound = { most: TRIALS_PER_HOUR, acts: ['push.tested'] } as const;
    const noted = await rooms.activities.addWithin(desk, 'push.tested', bound, {
      brandId: brand.brandId,
      details: { push: pushId },
    });
    if (noted === undefined) throw problem('push.tested_enough', 600);
    const trial = await rooms.deliveries.test(brand.scope, pushId);
    if (trial === 'unknown') throw problem('thing.unknown');
    if (trial === 'busy') throw problem('push.busy', 5);
    return { good: trial.good, bare: receiverAnswer(trial.bare), full: trial.full ? receiverAnswer(trial.full) : null };
  },

  'POST /organisations/:organisation/brands/:brand/push-addresses/:pushId/resume': async (call) => {
    const brand = pushBrand(call);
    const outcome = await call.rooms.deliveries.resume(brand.scope, uuidOf(call, 'pushId'));
    return await pushed(call, brand, 'push.resumed', outcome);
  },

  'DELETE /organisations/:organisation/brands/:brand/push-addresses/:pushId': async (call) => {
    const brand = pushBrand(call);
    const outcome = await call.rooms.deliveries.remove(brand.scope, uuidOf(call, 'pushId'));
    return await pushed(call, brand, 'push.removed', outcome);
  },

  'GET /organisations/:organisation/registered': async (call) => {
    const { rooms, desk } = call;
    const facts = desk.organisation.kind === 'provider' ? desk.brandsFor('ask')[0]?.scope.facts : undefined;
    const seesSubscription = desk.organisation.kind !== 'intermediary' && desk.may('readReports');
    return {
      organisation: desk.organisation,
      brands: await brandsHeld(call),
      policy: facts ? { strictness: facts.strictness, historicLoadOpen: facts.historicLoadOpen } : null,
      subscription: seesSubscription ? await subscriptionHeld(call) : null,
      seesSubscription,
      now: rooms.clock.now(),
    };
  },
};
