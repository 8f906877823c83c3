// The day's work at the desk: overview, search, recording one by one, refusals to follow, drafts.

import Type from 'typebox';
import {
  Channel,
  Code,
  Done,
  Nullable,
  Organisation,
  type PortalRoute,
  RecipientType,
  Reference,
  Seq,
  Status,
  Time,
  TypedAddress,
  Uuid,
} from './shapes.ts';

const Brand = Type.Object({
  brandId: Code,
  name: Type.String(),
  master: Type.Boolean(),
  provider: Type.Object({ code: Code, title: Type.String() }),
  /** What the person may do for it. */
  abilities: Type.Array(Type.String()),
  /** Channels on which he may record. */
  writes: Type.Array(Channel),
  retailerCode: Nullable(Type.Integer()),
});

const DeskShape = Type.Object({
  organisation: Organisation,
  roles: Type.Array(Type.String()),
  abilities: Type.Array(Type.String()),
  brands: Type.Array(Brand),
});

/** May this address be contacted on one channel, now, and why. */
const Answer = Type.Object({
  channel: Channel,
  recipientType: RecipientType,
  /** Whether a message may go out now. */
  may: Type.Boolean(),
  /**
   * granted: a consent stands. refused: a refusal stands. withheld: a refusal that the contract turned away, and that
   * counts. none: nothing was ever recorded. merchant: a merchant needs no consent before a refusal, but his address is
   * recorded before sending (law.md, rule 8). untold: a retailer is told yes or no alone.
   */
  why: Type.Union([
    Type.Literal('granted'),
    Type.Literal('refused'),
    Type.Literal('withheld'),
    Type.Literal('none'),
    Type.Literal('untold'),
  ]),
  consentedAt: Nullable(Time),
  receivedAt: Nullable(Time),
  source: Nullable(Type.String()),
});

const Movement = Type.Object({
  brandId: Code,
  seq: Type.Integer(),
  transactionId: Type.String(),
  channel: Channel,
  recipientType: RecipientType,
  status: Status,
  source: Nullable(Type.String()),
  consentedAt: Nullable(Time),
  receivedAt: Time,
  /** A refusal that a newer consent had passed: it stands in the history only. */
  overtaken: Type.Boolean(),
  door: Type.Integer(),
  /** Who recorded it: a person, or null for a program or the citizen himself. */
  actor: Type.Object({ person: Nullable(Type.String()), organisation: Nullable(Type.String()) }),
  retailerCode: Nullable(Type.Integer()),
});

const PersonPage = Type.Object({
  reference: Reference,
  kind: Type.Union([Type.Literal('telephone'), Type.Literal('email')]),
  masked: Type.String(),
  checkedAt: Time,
  brands: Type.Array(Type.Object({ brandId: Code, answers: Type.Array(Answer) })),
  /** Newest first; null where the person may not see why. */
  movements: Nullable(Type.Array(Movement)),
});

const Refusal = Type.Object({
  brandId: Code,
  seq: Type.Integer(),
  reference: Reference,
  masked: Type.String(),
  channel: Channel,
  recipientType: RecipientType,
  source: Nullable(Type.String()),
  consentedAt: Nullable(Time),
  receivedAt: Time,
  /** Sending must have stopped before this moment (law.md, rule 11). */
  stopBy: Time,
  /** How it was taken over, or null: not yet. */
  takenOver: Nullable(
    Type.Object({
      way: Type.Union([
        Type.Literal('own'),
        Type.Literal('push'),
        Type.Literal('changes'),
        Type.Literal('file'),
        Type.Literal('tick'),
      ]),
      at: Nullable(Time),
      by: Nullable(Type.String()),
    }),
  ),
});

const Entry = Type.Object({
  entryId: Uuid,
  brandId: Code,
  state: Type.Union([
    Type.Literal('waiting'),
    Type.Literal('undone'),
    Type.Literal('recorded'),
    Type.Literal('unchanged'),
    Type.Literal('refused'),
  ]),
  code: Nullable(Type.String()),
  /** Why it was refused, in both languages. */
  sentence: Nullable(Type.Object({ tr: Type.String(), en: Type.String() })),
  dueAt: Time,
  now: Time,
  reference: Nullable(Reference),
});

/** What the form sends: as the official contract writes a consent. */
const Consent = Type.Object({
  brandId: Code,
  type: Channel,
  /** One of the two: as typed, or the person of a page. */
  recipient: Type.Optional(TypedAddress),
  reference: Type.Optional(Reference),
  recipientType: RecipientType,
  status: Status,
  source: Type.String({ maxLength: 40 }),
  /** `YYYY-MM-DD HH:mm:ss`, Istanbul. */
  consentDate: Type.String({ maxLength: 40 }),
});

const Day = Type.Object({
  day: Type.String(),
  calls: Type.Integer(),
  messages: Type.Integer(),
  emails: Type.Integer(),
});

/** Forms whose contents are kept while they are typed: one draft each for a person. */
export const DraftPlace = Type.Enum([
  'record',
  'list-record',
  'list-check',
  'retailer',
  'invitation',
  'right',
  'retailer-invitation',
  'partner-rights',
  'api-user',
  'push-address',
  'consent-text',
]);

const SeenUpTo = Type.Object({
  brandId: Code,
  /** 0 where the brand has nothing yet. */
  seq: Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER }),
});

const Overview = Type.Object({
  now: Time,
  /** When this person last looked; null: never. */
  since: Nullable(Time),
  /** Refusals that came since, newest first; at most a screenful. */
  refusals: Type.Array(Refusal),
  newRefusals: Type.Integer(),
  /** More than were counted. */
  more: Type.Boolean(),
  /** Number of each brand up to which was counted: sent back when it is seen. */
  upTo: Type.Array(SeenUpTo),
  waiting: Type.Object({
    /** Refusals of the last days that were not taken over, and the nearest day by which sending must stop. */
    notTakenOver: Type.Integer(),
    /** More than were counted. */
    more: Type.Boolean(),
    stopBy: Nullable(Time),
    /** Push addresses that were given up. */
    parkedPushes: Type.Integer(),
    /** What this person began to type and did not send. */
    drafts: Type.Array(Type.Object({ place: DraftPlace, savedAt: Time })),
  }),
  /** Refusals of the last fourteen days, oldest first; the last one is today. */
  days: Type.Array(Day),
});

/** One of a partner's customers alone; absent: all. */
const OfProvider = { provider: Type.Optional(Type.String({ pattern: '^[0-9]{1,9}$' })) };

export const deskRoutes = {
  'GET /organisations/:organisation': { needs: 'readOrganisation', answer: DeskShape },
  'GET /organisations/:organisation/overview': {
    needs: 'readRefusals',
    query: Type.Object(OfProvider),
    answer: Overview,
  },
  /** What an overview counted is seen: the next one counts from there. `upTo`: as it came. */
  'POST /organisations/:organisation/overview/seen': {
    needs: 'readRefusals',
    body: Type.Object({ upTo: Type.Array(SeenUpTo, { maxItems: 5_000 }) }),
    answer: Done,
  },
  'POST /organisations/:organisation/searches': {
    needs: 'ask',
    body: Type.Object({ address: TypedAddress }),
    answer: Type.Object({ reference: Reference, address: Type.String() }),
  },
  'GET /organisations/:organisation/people/:reference': { needs: 'ask', answer: PersonPage },
  'POST /organisations/:organisation/people/:reference/reveal': {
    needs: 'reveal',
    answer: Type.Object({ address: Type.String() }),
  },
  'POST /organisations/:organisation/entries': {
    needs: 'record',
    body: Type.Object({ key: Uuid, consent: Consent }),
    answer: Entry,
  },
  'GET /organisations/:organisation/entries/:entryId': { needs: 'record', answer: Entry },
  'POST /organisations/:organisation/entries/:entryId/undo': { needs: 'record', answer: Entry },
  'GET /organisations/:organisation/refusals': {
    needs: 'readRefusals',
    query: Type.Object({
      ...OfProvider,
      brand: Type.Optional(Type.String({ pattern: '^[0-9]{1,9}$' })),
      channel: Type.Optional(Channel),
      /** Opaque: where the page before ended. */
      after: Type.Optional(Type.String({ maxLength: 2_000 })),
      open: Type.Optional(Type.Literal('1')),
    }),
    answer: Type.Object({ refusals: Type.Array(Refusal), after: Nullable(Type.String()), now: Time }),
  },
  'POST /organisations/:organisation/refusals/ticks': {
    needs: 'tickRefusals',
    body: Type.Object({
      refusals: Type.Array(Type.Object({ brandId: Code, seq: Seq }), { maxItems: 200 }),
      done: Type.Boolean(),
    }),
    answer: Done,
  },
  /** `place`: one of `DraftPlace`. */
  'GET /organisations/:organisation/drafts/:place': {
    needs: 'readOrganisation',
    answer: Type.Object({ savedAt: Nullable(Time), content: Type.Unknown() }),
  },
  'PUT /organisations/:organisation/drafts/:place': {
    needs: 'readOrganisation',
    body: Type.Object({ content: Type.Unknown() }),
    answer: Done,
  },
  'DELETE /organisations/:organisation/drafts/:place': { needs: 'readOrganisation', answer: Done },
} as const satisfies Record<string, PortalRoute>;
