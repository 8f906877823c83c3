// One search that takes any address, and the page of one person: may he be contacted, and why.

import {
  CHANNELS,
  channelOf,
  EPOSTA,
  email,
  isGranted,
  kindOf,
  kindOfAddress,
  mask,
  normaliseTelephone,
  RECIPIENT_TYPES,
  recipientTypeOf,
  sourceName,
  sourceNumberOf,
  statusOf,
} from '@acik-iys/law';
import type { DeskBrand } from '../../rooms/access/index.ts';
import type { Movement } from '../../rooms/registry/index.ts';
import type { DeskCall, Handlers } from './call.ts';
import type { Portal } from './contract.ts';
import { fieldProblem, problem } from './problems.ts';
import type { PortalRooms } from './rooms.ts';

/** Searches of one person in an hour: more than a busy counter makes, less than copying a registry needs. */
export const SEARCHES_PER_HOUR = 300;
/** More than so many in an hour are told to the owners. */
const UNUSUAL_SEARCHES = SEARCHES_PER_HOUR / 2;
/** Addresses that one person opens in an hour: each for a reason, so fewer than he searches. */
export const REVEALS_PER_HOUR = 60;
const UNUSUAL_REVEALS = REVEALS_PER_HOUR / 2;
/** Movements shown of one address. */
const MOVEMENTS_MAX = 200;

type Page = Portal['GET /organisations/:organisation/people/:reference']['answer'];
type AnyDeskCall = Pick<DeskCall<'GET /organisations/:organisation'>, 'rooms' | 'desk' | 'params'>;
type AnswerRow = Page['brands'][number]['answers'][number];

/** The address that a person typed, in normal form. @throws Problem that says how to mend it */
export function addressOf(text: string, field: string): string {
  const typed = text.trim();
  if (kindOfAddress(typed) === 'email') {
    const read = email(typed);
    if (read.ok) return read.address;
    throw fieldProblem('address.email', field, read.didYouMean);
  }
  const read = normaliseTelephone(typed);
  if (read.ok) return read.e164;
  throw fieldProblem(
    kindOfAddress(typed) === 'telephone' ? 'address.telephone' : 'address.neither',
    field,
    read.didYouMean,
  );
}

/** The kinds that an address of this look can have: channels × recipient types. */
export function kindsOf(address: string): number[] {
  const channels = address.includes('@') ? [EPOSTA] : CHANNELS.map((_, n) => n).filter((n) => n !== EPOSTA);
  return channels.flatMap((channel) => RECIPIENT_TYPES.map((_, type) => kindOf(channel, type)));
}

/** The address behind the page's reference. @throws Problem */
function addressOfPage({ rooms, desk, params }: AnyDeskCall): string {
  const address = rooms.references.open(desk.organisation.code, params['reference'] ?? '');
  if (address === undefined) throw problem('thing.unknown');
  return address;
}

/** May the desk contact this address for `brand` now, and, where its role may know, why. A retailer is told of his own right alone. */
export async function contactAnswer(
  { registry }: PortalRooms,
  { scope, retailerCode, abilities }: DeskBrand,
  kind: number,
  address: string,
): Promise<AnswerRow> {
  const status = await registry.status(scope, kind, address);
  const movement = status?.movement ?? null;
  const withheld = status?.withheld ?? null;
  const granted = isGranted(movement, withheld?.consentedAt);
  const row = { channel: channelOf(kind), recipientType: recipientTypeOf(kind) };
  if (retailerCode !== null) {
    const own = granted && movement !== null && (await registry.retailers.sees(scope, movement, retailerCode));
    return { ...row, may: own, why: 'untold', consentedAt: null, receivedAt: null, source: null };
  }
  const told = abilities.has('understand');
  if (!told) return { ...row, may: granted, why: 'untold', consentedAt: null, receivedAt: null, source: null };
  if (withheld !== null)
    return {
      ...row,
      may: false,
      why: 'withheld',
      consentedAt: withheld.consentedAt,
      receivedAt: withheld.receivedAt,
      source: sourceName(withheld.source) ?? null,
    };
  if (movement === null) return { ...row, may: false, why: 'none', consentedAt: null, receivedAt: null, source: null };
  return {
    ...row,
    may: granted,
    why: granted ? 'granted' : 'refused',
    consentedAt: movement.consentedAt,
    receivedAt: movement.receivedAt,
    source: sourceName(sourceNumberOf(movement.state)) ?? null,
  };
}

/**
 * The first of the brands for which the person may open addresses that has something recorded for this one, on a channel
 * that he may read there; a retailer: something of his shop.
 */
async function brandKnowing({ rooms, desk }: AnyDeskCall, address: string): Promise<DeskBrand | undefined> {
  const kinds = kindsOf(address);
  const brands = desk.brandsFor('reveal');
  const known = await Promise.all(
    brands.map(async ({ scope, retailerCode }) => {
      const readable = kinds.filter((kind) => scope.may(channelOf(kind), 'read'));
      const found = await Promise.all(
        readable.map(async (kind) => {
          const status = await rooms.registry.status(scope, kind, address);
          if (status === null || retailerCode === null) return status !== null;
          return (
            status.movement !== null && (await rooms.registry.retailers.sees(scope, status.movement, retailerCode))
          );
        }),
      );
      return found.includes(true);
    }),
  );
  return brands.find((_, at) => known[at]);
}

async function historyOf(
  rooms: PortalRooms,
  brands: readonly DeskBrand[],
  kinds: readonly number[],
  address: string,
): Promise<Page['movements']> {
  const readable = brands.filter(({ abilities }) => abilities.has('understand'));
  if (readable.length === 0) return null;
  const found = await Promise.all(
    readable.flatMap(({ scope }) =>
      kinds
        .filter((kind) => scope.may(channelOf(kind), 'read'))
        .map((kind) => rooms.registry.history(scope, kind, address)),
    ),
  );
  const movements = found
    .flat()
    .sort((one, other) => other.receivedAt - one.receivedAt || other.seq - one.seq)
    .slice(0, MOVEMENTS_MAX);
  const actors = await rooms.desks.actors([...new Set(movements.map(({ actor }) => actor))]);
  return movements.map((movement) => ({
    ...wordsOf(movement),
    actor: actors.get(movement.actor) ?? { person: null, organisation: null },
  }));
}

function wordsOf(movement: Movement) {
  const { brandId, seq, transactionId, kind, state, consentedAt, receivedAt, overtaken, door, retailer } = movement;
  return {
    brandId,
    seq,
    transactionId,
    channel: channelOf(kind),
    recipientType: recipientTypeOf(kind),
    status: statusOf(state),
    source: sourceName(sourceNumberOf(state)) ?? null,
    consentedAt,
    receivedAt,
    overtaken,
    door,
    retailerCode: retailer,
  };
}

export const peopleHandlers: Handlers<
  | 'POST /organisations/:organisation/searches'
  | 'GET /organisations/:organisation/people/:reference'
  | 'POST /organisations/:organisation/people/:reference/reveal'
> = {
  'POST /organisations/:organisation/searches': async ({ rooms, desk, body }) => {
    const address = addressOf(body.address, 'address');
    const bound = { most: SEARCHES_PER_HOUR, acts: ['address.searched'] } as const;
    const used = await rooms.activities.addWithin(desk, 'address.searched', bound, {
      details: { address: mask(address) },
    });
    if (used === undefined) throw problem('search.too_many', 600);
    if (used > UNUSUAL_SEARCHES) await rooms.messages.unusualUse(desk, 'address.searched', used);
    await rooms.typedAddresses.note(desk.accountId, address);
    return { reference: rooms.references.make(desk.organisation.code, address), address };
  },

  'GET /organisations/:organisation/people/:reference': async (call) => {
    const { rooms, desk, params } = call;
    const address = addressOfPage(call);
    const brands = desk.brandsFor('ask');
    const kinds = kindsOf(address);
    const checkedAt = rooms.clock.now();
    const answered = await Promise.all(
      brands.map(async (brand) => ({
        brandId: brand.brandId,
        answers: await Promise.all(
          kinds
            .filter((kind) => brand.scope.may(channelOf(kind), 'read'))
            .map((kind) => contactAnswer(rooms, brand, kind, address)),
        ),
      })),
    );
    return {
      reference: params['reference'] ?? '',
      kind: address.includes('@') ? 'email' : 'telephone',
      masked: mask(address),
      checkedAt,
      brands: answered.filter(({ answers }) => answers.length > 0),
      movements: await historyOf(rooms, brands, kinds, address),
    };
  },

  'POST /organisations/:organisation/people/:reference/reveal': async (call) => {
    const { rooms, desk } = call;
    const address = addressOfPage(call);
    const brand = await brandKnowing(call, address);
    // A reference may come from a colleague, or be older than a right that has ended: it opens nothing by itself.
    if (brand === undefined && !(await rooms.typedAddresses.has(desk.accountId, address)))
      throw problem('reveal.not_yours');
    const bound = { most: REVEALS_PER_HOUR, acts: ['address.revealed'] } as const;
    const used = await rooms.activities.addWithin(desk, 'address.revealed', bound, {
      brandId: brand?.brandId,
      details: { address: mask(address) },
    });
    if (used === undefined) throw problem('reveal.too_many', 600);
    if (used > UNUSUAL_REVEALS) await rooms.messages.unusualUse(desk, 'address.revealed', used);
    return { address };
  },
};
