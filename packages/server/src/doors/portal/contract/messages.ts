// What the person at the desk was told, and which of it also comes to him by mail.

import Type, { type TProperties } from 'typebox';
import { Channel, Code, Done, Nullable, type PortalRoute, Reference, Time, Uuid } from './shapes.ts';

const Words = Type.Object({ tr: Type.String(), en: Type.String() });
const Rights = {
  by: Type.String(),
  rights: Type.Array(Type.Object({ role: Type.String(), brands: Nullable(Type.Array(Type.String())) })),
};

const message = <K extends string, D extends TProperties>(kind: K, details: D) =>
  Type.Object({
    messageId: Uuid,
    at: Time,
    read: Type.Boolean(),
    kind: Type.Literal(kind),
    details: Type.Object(details),
  });

const Message = Type.Union([
  message('refusals-last-day', {
    brandId: Code,
    brand: Type.String(),
    days: Type.Array(Type.Object({ day: Type.String(), count: Type.Integer() })),
  }),
  message('unusual-search', {
    accountId: Code,
    who: Type.String(),
    count: Type.Integer(),
    /** Of what; absent: of searches. */
    act: Type.Optional(Type.Enum(['address.searched', 'address.revealed', 'list.checked'])),
  }),
  message('push-parked', { brandId: Code, brand: Type.String(), channel: Channel, host: Type.String() }),
  message('right-given', Rights),
  message('right-ended', Rights),
  message('partnership', { other: Type.String(), what: Type.Enum(['offered', 'accepted', 'declined', 'ended']) }),
  message('entry-not-recorded', {
    brandId: Code,
    brand: Type.String(),
    channel: Channel,
    code: Type.String(),
    /** Why, in words. */
    sentence: Words,
    reference: Nullable(Reference),
  }),
]);

/** Kinds whose mail each person chooses; of security there is nothing to choose. */
const ChosenKind = Type.Union([
  Type.Literal('refusals-last-day'),
  Type.Literal('unusual-search'),
  Type.Literal('push-parked'),
  Type.Literal('partnership'),
  Type.Literal('entry-not-recorded'),
]);
const Choice = Type.Object({ kind: ChosenKind, byMail: Type.Boolean() });

export const messageRoutes = {
  'GET /organisations/:organisation/messages': {
    needs: 'readOrganisation',
    query: Type.Object({
      /** Opaque: where the page before ended. */
      after: Type.Optional(Type.String({ maxLength: 200 })),
    }),
    answer: Type.Object({ messages: Type.Array(Message), after: Nullable(Type.String()), now: Time }),
  },
  'GET /organisations/:organisation/messages/unread': {
    needs: 'readOrganisation',
    /** `more`: there are more than were counted. */
    answer: Type.Object({ unread: Type.Integer(), more: Type.Boolean() }),
  },
  'POST /organisations/:organisation/messages/read': {
    needs: 'readOrganisation',
    /** Null: all. */
    body: Type.Object({ messageIds: Nullable(Type.Array(Uuid, { maxItems: 100 })) }),
    answer: Done,
  },
  'GET /notice-choices': { needs: 'person', answer: Type.Array(Choice) },
  'PUT /notice-choices': { needs: 'person', body: Choice, answer: Done },
} as const satisfies Record<string, PortalRoute>;
