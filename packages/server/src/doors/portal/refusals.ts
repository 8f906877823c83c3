// What the desk opens with: the organisation itself, the overview, and the refusals to follow.

import { CHANNELS, channelOf, mask, recipientTypeOf, sourceName, sourceNumberOf } from '@acik-iys/law';
import { ABILITY_NAMES, type Desk, type DeskBrand } from '../../rooms/access/index.ts';
import type { FollowedRefusal, RefusalCursor } from '../../rooms/refusals/index.ts';
import { brandFor, type DeskCall, type Handlers } from './call.ts';
import type { Portal } from './contract.ts';
import { isDraftPlace } from './entries.ts';
import { problem } from './problems.ts';

type RefusalRow = Portal['GET /organisations/:organisation/refusals']['answer']['refusals'][number];

/** Refusals on one page of the list. */
const PAGE = 50;
/** Refusals shown on the overview, and counted there at most. */
const SHOWN = 8;
const COUNTED = 500;
/** Days of the chart. */
const DAYS = 14;

async function rowsOf(
  { rooms, desk }: Pick<DeskCall<'GET /organisations/:organisation/refusals'>, 'rooms' | 'desk'>,
  list: readonly FollowedRefusal[],
): Promise<RefusalRow[]> {
  const who = await rooms.desks.actors(list.flatMap(({ takenOver }) => takenOver?.accountId ?? []));
  return list.map(({ movement, stopBy, takenOver }) => {
    const by = takenOver?.accountId == null ? undefined : who.get(takenOver.accountId);
    return {
      brandId: movement.brandId,
      seq: movement.seq,
      reference: rooms.references.make(desk.organisation.code, movement.address),
      masked: mask(movement.address),
      channel: channelOf(movement.kind),
      recipientType: recipientTypeOf(movement.kind),
      source: sourceName(sourceNumberOf(movement.state)) ?? null,
      consentedAt: movement.consentedAt,
      receivedAt: movement.receivedAt,
      stopBy,
      takenOver: takenOver && {
        way: takenOver.way,
        at: takenOver.at === null ? null : Math.floor(takenOver.at),
        by: by === undefined ? null : (by.person ?? by.organisation),
      },
    };
  });
}

/** Brands whose refusals are shown: of one provider where it is named. */
function readingOf({
  desk,
  query,
}: {
  readonly desk: Desk;
  readonly query: { readonly provider?: string };
}): DeskBrand[] {
  const brands = desk.brandsFor('readRefusals');
  return query.provider === undefined
    ? brands
    : brands.filter(({ provider }) => provider.code === Number(query.provider));
}

function cursorOf(text: string | undefined): RefusalCursor | undefined {
  if (text === undefined) return undefined;
  try {
    const read: unknown = JSON.parse(Buffer.from(text, 'base64url').toString());
    const entries = Object.entries(read as object);
    if (entries.every(([brand, seq]) => /^\d+$/.test(brand) && Number.isSafeInteger(seq))) return read as RefusalCursor;
  } catch {
    // No cursor of ours.
  }
  throw problem('request.form');
}

export const refusalHandlers: Handlers<
  | 'GET /organisations/:organisation'
  | 'GET /organisations/:organisation/overview'
  | 'POST /organisations/:organisation/overview/seen'
  | 'GET /organisations/:organisation/refusals'
  | 'POST /organisations/:organisation/refusals/ticks'
> = {
  'GET /organisations/:organisation': async ({ rooms, desk, byScreen }) => {
    if (!byScreen) await rooms.desks.seen(desk.accountId);
    return {
      organisation: desk.organisation,
      roles: [...desk.roles],
      abilities: ABILITY_NAMES.filter((ability) => desk.may(ability)),
      brands: desk.brands.map(({ brandId, name, master, provider, abilities, retailerCode }) => ({
        brandId,
        name,
        master,
        provider,
        abilities: [...abilities],
        writes: CHANNELS.filter((channel) => desk.brand(brandId, 'record')?.scope.may(channel, 'write')),
        retailerCode,
      })),
    };
  },

  'GET /organisations/:organisation/overview': async (call) => {
    const { rooms, desk } = call;
    const brands = readingOf(call);
    const now = rooms.clock.now();
    const [fresh, open, days, drafts] = await Promise.all([
      rooms.refusals.since(brands, desk.accountId, COUNTED),
      rooms.refusals.list(brands, { openOnly: true, limit: COUNTED }),
      rooms.refusals.days(brands, DAYS),
      rooms.drafts.list(desk.accountId),
    ]);
    const stops = open.list.map(({ stopBy }) => stopBy).filter((at) => at > now);
    const parked = await rooms.refusals.parked(brands);
    return {
      now,
      since: fresh.sinceAt === null ? null : Math.floor(fresh.sinceAt),
      refusals: await rowsOf(call, (fresh.list.length > 0 ? fresh.list : open.list).slice(0, SHOWN)),
      newRefusals: fresh.list.length,
      more: fresh.more,
      upTo: [...fresh.upTo],
      waiting: {
        notTakenOver: open.list.length,
        more: open.next !== null,
        stopBy: stops.length === 0 ? null : Math.min(...stops),
        parkedPushes: parked,
        drafts: drafts.flatMap(({ place, savedAt }) =>
          isDraftPlace(place) ? [{ place, savedAt: Math.floor(savedAt) }] : [],
        ),
      },
      days: days.map(({ day, byChannel: [calls = 0, messages = 0, emails = 0] }) => ({ day, calls, messages, emails })),
    };
  },

  'POST /organisations/:organisation/overview/seen': async (call) => {
    const { rooms, desk, body } = call;
    for (const { brandId } of body.upTo) brandFor(call, brandId, 'readRefusals');
    await rooms.refusals.seen(desk.accountId, body.upTo);
    return { done: true };
  },

  'GET /organisations/:organisation/refusals': async (call) => {
    const { rooms, query } = call;
    const brands: DeskBrand[] =
      query.brand === undefined ? readingOf(call) : [brandFor(call, Number(query.brand), 'readRefusals')];
    const { list, next } = await rooms.refusals.list(brands, {
      after: cursorOf(query.after),
      channel: query.channel === undefined ? undefined : CHANNELS.indexOf(query.channel),
      openOnly: query.open === '1',
      limit: PAGE,
    });
    return {
      refusals: await rowsOf(call, list),
      after: next === null ? null : Buffer.from(JSON.stringify(next)).toString('base64url'),
      now: rooms.clock.now(),
    };
  },

  'POST /organisations/:organisation/refusals/ticks': async (call) => {
    const { rooms, desk, body } = call;
    for (const [brandId, own] of Map.groupBy(body.refusals, ({ brandId }) => brandId)) {
      const seqs = own.map(({ seq }) => seq);
      const count = await rooms.refusals.tick(brandFor(call, brandId, 'tickRefusals'), seqs, body.done);
      if (count > 0)
        await rooms.activities.add(desk, body.done ? 'refusals.ticked' : 'refusals.unticked', {
          brandId,
          details: { count },
        });
    }
    return { done: true };
  },
};
