// Recording one by one: give, look, take back; and the drafts of what is being typed.

import { mask } from '@acik-iys/law';
import type { Static } from 'typebox';
import type { Entry } from '../../rooms/entries/index.ts';
import { brandFor, type DeskCall, type Handlers, uuidOf } from './call.ts';
import { DraftPlace } from './contract/desk.ts';
import type { Portal, PortalRouteName } from './contract.ts';
import { addressOf } from './people.ts';
import { formProblem, problem, sentencesOf } from './problems.ts';
import type { PortalRooms } from './rooms.ts';

type EntryAnswer = Portal['POST /organisations/:organisation/entries']['answer'];

function entryAnswer({ clock }: PortalRooms, entry: Entry, reference: string | null): EntryAnswer {
  const { entryId, brandId, state, code, dueAt } = entry;
  return {
    entryId,
    brandId,
    state,
    code,
    sentence: code === null ? null : sentencesOf(code),
    dueAt: Math.floor(dueAt),
    now: clock.now(),
    reference,
  };
}

type Place = Static<typeof DraftPlace>;
export const isDraftPlace = (name: string): name is Place => (DraftPlace.enum as readonly string[]).includes(name);

function place<R extends PortalRouteName>({ params }: DeskCall<R>): Place {
  const name = params['place'] ?? '';
  if (!isDraftPlace(name)) throw problem('thing.unknown');
  return name;
}

export const entryHandlers: Handlers<
  | 'POST /organisations/:organisation/entries'
  | 'GET /organisations/:organisation/entries/:entryId'
  | 'POST /organisations/:organisation/entries/:entryId/undo'
  | 'GET /organisations/:organisation/drafts/:place'
  | 'PUT /organisations/:organisation/drafts/:place'
  | 'DELETE /organisations/:organisation/drafts/:place'
> = {
  'POST /organisations/:organisation/entries': async (call) => {
    const { rooms, desk, body } = call;
    const { brandId, reference, recipient: typed = '', ...consent } = body.consent;
    const brand = brandFor(call, brandId, 'record');
    if (!brand.scope.may(consent.type, 'write')) throw problem('desk.channel');
    const recipient =
      reference === undefined
        ? addressOf(typed, 'recipient')
        : rooms.references.open(desk.organisation.code, reference);
    if (recipient === undefined) throw problem('thing.unknown');
    if (reference === undefined) await rooms.typedAddresses.note(desk.accountId, recipient);
    const given = await rooms.entries.give(brand, { key: body.key, consent: { ...consent, recipient } });
    if (given === 'other') throw problem('entry.key');
    if ('faults' in given) throw formProblem(given.faults);
    const { entry, isNew } = given;
    if (isNew)
      await rooms.activities.add(desk, consent.status === 'ONAY' ? 'consent.given' : 'refusal.given', {
        brandId,
        details: { address: mask(recipient), channel: consent.type, entry: entry.entryId },
      });
    return entryAnswer(rooms, entry, rooms.references.make(desk.organisation.code, recipient));
  },

  'GET /organisations/:organisation/entries/:entryId': async (call) => {
    const entry = await call.rooms.entries.entry(call.desk.accountId, uuidOf(call, 'entryId'));
    if (entry === undefined) throw problem('thing.unknown');
    return entryAnswer(call.rooms, entry, null);
  },

  'POST /organisations/:organisation/entries/:entryId/undo': async (call) => {
    const { rooms, desk } = call;
    const entry = await rooms.entries.undo(desk.accountId, uuidOf(call, 'entryId'));
    if (entry === undefined) throw problem('thing.unknown');
    if (entry.state === 'undone')
      await rooms.activities.add(desk, 'entry.undone', { brandId: entry.brandId, details: { entry: entry.entryId } });
    return entryAnswer(rooms, entry, null);
  },

  'GET /organisations/:organisation/drafts/:place': async (call) => {
    const draft = await call.rooms.drafts.read(call.desk.accountId, place(call));
    return draft === undefined
      ? { savedAt: null, content: null }
      : { savedAt: Math.floor(draft.savedAt), content: draft.content };
  },

  'PUT /organisations/:organisation/drafts/:place': async (call) => {
    if (!(await call.rooms.drafts.save(call.desk.accountId, place(call), call.body.content)))
      throw problem('draft.too_large');
    return { done: true };
  },

  'DELETE /organisations/:organisation/drafts/:place': async (call) => {
    await call.rooms.drafts.discard(call.desk.accountId, place(call));
    return { done: true };
  },
};
