// Partners and intermediaries: a provider offers them rights, they accept, either side ends; a partner's customers; what
// the other side did; and whether a provider is registered. Each step stands in the activity log of both sides.

import { istanbulDay, startOfDay } from '@acik-iys/law';
import type { Desk } from '../../rooms/access/index.ts';
import type { Act } from '../../rooms/activity/index.ts';
import { type GivenRight, PartnershipError, type PartnershipErrorReason } from '../../rooms/parties/index.ts';
import { type Handlers, numberOf, uuidOf } from './call.ts';
import type { Portal } from './contract.ts';
import { fieldProblem, type ProblemCode, problem } from './problems.ts';
import type { PortalRooms } from './rooms.ts';

type RightAnswer = Portal['GET /organisations/:organisation/offers']['answer']['rights'][number];
type CustomerAnswer = Portal['GET /organisations/:organisation/customers']['answer']['customers'][number];
type WorkAnswer = Portal['GET /organisations/:organisation/partnerships/:other/work']['answer']['work'][number];

const DAY = 86_400;
/** Rights that are over, shown at most. */
const PAST = 200;
/** Days of the other side's work, and rows of it, shown at most. */
const WORK_DAYS = 30;
const WORK_ROWS = 1_000;
/** Days of refused rows. */
const REFUSED_DAYS = 30;
/** Look-ups of one person in an hour. */
export const LOOKUPS_PER_HOUR = 120;
const PROVIDERS_SHOWN = 20;
const TITLE_LETTERS_LEAST = 3;

/** Acts about no brand that ask for all brands at once. */
const TOUCHING_ALL: readonly Act[] = ['address.searched', 'address.revealed'];
/** What these do is counted as movements. */
const RECORDING: ReadonlySet<Act> = new Set(['consent.given', 'refusal.given', 'entry.undone', 'list.recorded']);

const PROBLEMS = {
  unknown: 'partner.none',
  rights: 'partner.rights',
  over: 'offer.over',
} as const satisfies Record<PartnershipErrorReason, ProblemCode>;

/** Turns what `parties` says into what the person reads. */
async function told<T>(work: () => Promise<T>, unknown: ProblemCode = PROBLEMS.unknown): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof PartnershipError)) throw error;
    throw problem(error.reason === 'unknown' ? unknown : PROBLEMS[error.reason]);
  }
}

type OnDesk = { readonly rooms: PortalRooms; readonly desk: Desk };

/** @throws Problem where the organisation is none of a provider's kind */
function asProvider({ desk }: OnDesk): void {
  if (desk.organisation.kind !== 'provider') throw problem('thing.unknown');
}
/** @throws Problem where the organisation gives instead of being given */
function asHolder({ desk }: OnDesk): void {
  if (desk.organisation.kind === 'provider') throw problem('thing.unknown');
}

/** Nobody gives or ends for more brands than he has himself; null: all. @throws Problem */
function checkBrands({ desk }: OnDesk, brandIds: readonly number[] | null): void {
  const own = desk.brandsWith('managePartners');
  const known = brandIds?.every((brandId) => desk.brands.some((brand) => brand.brandId === brandId)) ?? true;
  if (!known || (own !== null && !brandIds?.every((brandId) => own.includes(brandId)))) throw problem('desk.brand');
}

/** @throws Problem where there were too many in this hour */
async function noteLookup(
  { rooms, desk }: OnDesk,
  act: Act,
  details: Readonly<Record<string, unknown>>,
): Promise<void> {
  const used = await rooms.activities.addWithin(desk, act, { most: LOOKUPS_PER_HOUR, acts: [act] }, { details });
  if (used === undefined) throw problem('lookup.too_many', 600);
}

/** Writes what was done into the log of both sides. */
async function log(
  { rooms, desk }: OnDesk,
  otherCode: number,
  act: Act,
  { brandId = null, reason = '' }: { readonly brandId?: number | null | undefined; readonly reason?: string } = {},
): Promise<void> {
  const sides = [
    { code: desk.organisation.code, other: await titleOf(rooms, otherCode) },
    { code: otherCode, other: desk.organisation.title },
  ];
  for (const { code, other } of sides)
    await rooms.activities.add({ accountId: desk.accountId, organisation: { code } }, act, {
      ...(brandId !== null && { brandId }),
      details: { organisation: other, ...(reason !== '' && { reason }) },
    });
}

async function titleOf({ parties }: PortalRooms, code: number): Promise<string> {
  const holder = await parties.holder(code);
  return holder?.title ?? (await parties.findProviders({ code }, 1))[0]?.title ?? '';
}

function rightAnswer(right: GivenRight): RightAnswer {
  const { offeredAt, acceptedAt, endedAt } = right;
  return {
    ...right,
    offeredAt: Math.floor(offeredAt),
    acceptedAt: acceptedAt && Math.floor(acceptedAt),
    endedAt: endedAt && Math.floor(endedAt),
  };
}

async function customersOf({ rooms, desk }: OnDesk, rights: readonly GivenRight[]): Promise<CustomerAnswer[]> {
  const { code, kind } = desk.organisation;
  const brandIds = desk.brands.map(({ brandId }) => brandId);
  const now = rooms.clock.now();
  const reading = desk.brandsFor('readRefusals');
  const [lastRecords, refused, open, openProviders] = await Promise.all([
    rooms.parties.partnerWork.lastRecords(code, brandIds),
    rooms.lists.refusedOf(code, brandIds, now - REFUSED_DAYS * DAY),
    rooms.refusals.open(reading),
    rooms.parties.openProviders(desk.brands.map(({ provider }) => provider.code)),
  ]);
  const readable = new Set(reading.map(({ brandId }) => brandId));
  return desk.brands.flatMap(({ brandId, provider }) => {
    const right = rights.find(
      ({ brand, provider: giver, acceptedAt }) =>
        acceptedAt !== null && giver.code === provider.code && (brand === null || brand.brandId === brandId),
    );
    // Ended since the desk was opened a moment ago.
    if (right === undefined || right.acceptedAt === null) return [];
    const given = kind === 'intermediary' ? { ...right, ARAMA: READ, MESAJ: READ, EPOSTA: READ } : right;
    return [
      {
        provider,
        open: openProviders.has(provider.code),
        brandId,
        ARAMA: given.ARAMA,
        MESAJ: given.MESAJ,
        EPOSTA: given.EPOSTA,
        reconciliation: given.reconciliation,
        since: Math.floor(right.acceptedAt),
        lastRecordAt: floorOrNull(lastRecords.get(brandId)),
        refusedRows: refused.get(brandId) ?? 0,
        refusals: readable.has(brandId) ? (open.get(brandId) ?? { count: 0, more: false, stopBy: null }) : null,
      },
    ];
  });
}
const READ = 'read' as const;

function floorOrNull(seconds: number | undefined): number | null {
  return seconds === undefined ? null : Math.floor(seconds);
}

/** What a partner or intermediary did for a provider, a row for each day, account and kind of act. */
async function workOf({ rooms, desk }: OnDesk, otherCode: number, fromDay: string): Promise<WorkAnswer[]> {
  const { code } = desk.organisation;
  const periods = await rooms.parties.periods(code, otherCode);
  const brandIds = [...new Set(periods.map(({ brandId }) => brandId))];
  const [days, acts] = await Promise.all([
    rooms.parties.partnerWork.days(otherCode, brandIds, fromDay, WORK_ROWS),
    rooms.activities.days(otherCode, {
      since: startOfDay(fromDay),
      periods,
      touchingAll: TOUCHING_ALL,
      limit: WORK_ROWS,
    }),
  ]);
  const who = await rooms.desks.actors([...new Set([...days, ...acts].map(({ accountId }) => accountId))]);
  const name = (accountId: number): string | null => who.get(accountId)?.person ?? null;
  const recorded = days.flatMap(({ day, accountId, movements, calls }) => [
    ...(movements > 0 ? [{ day, who: name(accountId), what: 'movements', count: movements, rows: null }] : []),
    ...(calls > 0 ? [{ day, who: name(accountId), what: 'calls', count: calls, rows: null }] : []),
  ]);
  const done = acts
    .filter(({ act }) => !RECORDING.has(act))
    .map(({ day, accountId, act, count, rows }) => ({ day, who: name(accountId), what: act, count, rows }));
  return [...recorded, ...done].sort(
    (one, other) => other.day.localeCompare(one.day) || (one.who ?? '').localeCompare(other.who ?? '', 'tr'),
  );
}

export const partnerHandlers: Handlers<
  | 'GET /organisations/:organisation/partnerships'
  | 'POST /organisations/:organisation/partnerships/look'
  | 'POST /organisations/:organisation/partnerships/:other/offers'
  | 'POST /organisations/:organisation/partnerships/:other/end'
  | 'GET /organisations/:organisation/partnerships/:other/work'
  | 'GET /organisations/:organisation/offers'
  | 'POST /organisations/:organisation/offers/:offerId/accept'
  | 'POST /organisations/:organisation/offers/:offerId/decline'
  | 'GET /organisations/:organisation/customers'
  | 'POST /organisations/:organisation/provider-searches'
> = {
  'GET /organisations/:organisation/partnerships': async (call) => {
    asProvider(call);
    const { rooms, desk } = call;
    const [rights, past] = await Promise.all([
      rooms.parties.rightsOf(desk.organisation.code),
      rooms.parties.pastRightsOf(desk.organisation.code, PAST + 1),
    ]);
    return {
      rights: rights.map(rightAnswer),
      past: past.slice(0, PAST).map(rightAnswer),
      more: past.length > PAST,
      now: rooms.clock.now(),
    };
  },

  'POST /organisations/:organisation/partnerships/look': async (call) => {
    asProvider(call);
    const { rooms, body } = call;
    const holder = await rooms.parties.holder(body.code);
    await noteLookup(call, 'partner.looked_up', {
      number: body.code,
      ...(holder && { organisation: holder.title }),
    });
    if (holder === undefined) throw fieldProblem('partner.unknown', 'code');
    return holder;
  },

  'POST /organisations/:organisation/partnerships/:other/offers': async (call) => {
    asProvider(call);
    const { rooms, desk, body } = call;
    const holderCode = numberOf(call, 'other');
    const brandIds = body.rights.map(({ brandId }) => brandId);
    // To ask for all brands is given by who has them all.
    checkBrands(call, brandIds.length === 0 ? null : brandIds);
    const giver = { code: desk.organisation.code, accountId: desk.accountId };
    const state = await told(() => rooms.parties.offer(giver, { ...body, holderCode }), 'partner.unknown');
    rooms.access.forgetRights();
    const brandId = brandIds.length === 1 ? brandIds[0] : null;
    await log(call, holderCode, 'partner.named', { brandId, reason: body.reason });
    await rooms.messages.partnership(holderCode, {
      other: desk.organisation.title,
      what: state === 'waiting' ? 'offered' : 'ended',
    });
    return { state };
  },

  'POST /organisations/:organisation/partnerships/:other/end': async (call) => {
    const { rooms, desk, body } = call;
    const { brandId, reason } = body;
    checkBrands(call, brandId === null ? null : [brandId]);
    const otherCode = numberOf(call, 'other');
    const side = { code: desk.organisation.code, accountId: desk.accountId };
    await told(() => rooms.parties.end(side, otherCode, brandId, reason));
    rooms.access.forgetRights();
    await log(call, otherCode, 'partner.ended', { brandId, reason });
    await rooms.messages.partnership(otherCode, { other: desk.organisation.title, what: 'ended' });
    return { done: true };
  },

  'GET /organisations/:organisation/partnerships/:other/work': async (call) => {
    asProvider(call);
    const fromDay = istanbulDay(call.rooms.clock.now() - (WORK_DAYS - 1) * DAY);
    const work = await workOf(call, numberOf(call, 'other'), fromDay);
    return { from: fromDay, work: work.slice(0, WORK_ROWS), more: work.length > WORK_ROWS };
  },

  'GET /organisations/:organisation/offers': async (call) => {
    asHolder(call);
    const { rooms, desk } = call;
    const rights = await rooms.parties.rightsOf(desk.organisation.code);
    return {
      rights: rights.filter(({ acceptedAt }) => acceptedAt === null).map(rightAnswer),
      now: rooms.clock.now(),
    };
  },

  'POST /organisations/:organisation/offers/:offerId/accept': async (call) => {
    asHolder(call);
    const { rooms, desk } = call;
    const side = { code: desk.organisation.code, accountId: desk.accountId };
    const { providerCode } = await told(() => rooms.parties.accept(side, uuidOf(call, 'offerId')), 'thing.unknown');
    rooms.access.forgetRights();
    await log(call, providerCode, 'partner.accepted');
    await rooms.messages.partnership(providerCode, { other: desk.organisation.title, what: 'accepted' });
    return { done: true };
  },

  'POST /organisations/:organisation/offers/:offerId/decline': async (call) => {
    const { rooms, desk, body } = call;
    const { code, kind } = desk.organisation;
    const side = { code, accountId: desk.accountId };
    const { otherCode } = await told(
      () => rooms.parties.decline(side, uuidOf(call, 'offerId'), body.reason),
      'thing.unknown',
    );
    await log(call, otherCode, kind === 'provider' ? 'partner.withdrawn' : 'partner.refused', { reason: body.reason });
    await rooms.messages.partnership(otherCode, { other: desk.organisation.title, what: 'declined' });
    return { done: true };
  },

  'GET /organisations/:organisation/customers': async (call) => {
    asHolder(call);
    const { rooms, desk } = call;
    const { code } = desk.organisation;
    const [rights, past] = await Promise.all([rooms.parties.rightsOf(code), rooms.parties.pastRightsOf(code, PAST)]);
    const own = desk.brandsWith('readOrganisation');
    return {
      customers: await customersOf(call, rights),
      past: past.filter(({ brand }) => own === null || (brand && own.includes(brand.brandId))).map(rightAnswer),
      now: rooms.clock.now(),
    };
  },

  'POST /organisations/:organisation/provider-searches': async (call) => {
    const { rooms, desk, body } = call;
    if (desk.organisation.kind !== 'intermediary') throw problem('thing.unknown');
    const by = lookedFor(body.text);
    const found = await rooms.parties.findProviders(by, PROVIDERS_SHOWN + 1);
    const providers = found.slice(0, PROVIDERS_SHOWN);
    await noteLookup(call, 'provider.looked_up', {
      ...('code' in by ? { number: by.code } : by),
      found: providers.length,
    });
    const named = new Set(desk.brands.map(({ provider }) => provider.code));
    return {
      providers: providers.map((provider) => ({ ...provider, named: named.has(provider.code) })),
      more: found.length > PROVIDERS_SHOWN,
    };
  },
};

/** A number, or the beginning of a title: nothing that could be somebody's address, for it is logged. @throws Problem */
function lookedFor(typed: string): { code: number } | { title: string } {
  const text = typed.trim();
  if (/^\d{1,9}$/.test(text)) return { code: Number(text) };
  if (text.length < TITLE_LETTERS_LEAST || /@|(?:\d[\s().-]*){7}/.test(text)) throw fieldProblem('lookup.text', 'text');
  return { title: text };
}
