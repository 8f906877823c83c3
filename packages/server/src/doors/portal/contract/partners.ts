// Partners and intermediaries at the desk: what a provider gives them, what they take, and what both see of it.

import Type from 'typebox';
import { Code, Done, Nullable, type PortalRoute, Time, Uuid } from './shapes.ts';

const Right = Type.Union([Type.Literal('none'), Type.Literal('read'), Type.Literal('write')]);
const rights = { ARAMA: Right, MESAJ: Right, EPOSTA: Right, reconciliation: Type.Boolean() };
const Party = Type.Object({ code: Code, title: Type.String() });
const Kind = Type.Union([Type.Literal('partner'), Type.Literal('intermediary')]);
const Holder = Type.Object({ code: Code, title: Type.String(), kind: Kind });
const Reason = Type.String({ maxLength: 500 });
/** Name of a person; null: set-up, or nobody yet. */
const Name = Nullable(Type.String());

/** One right, from its offer to its end: of an offer to a partner one for each brand. */
const GivenRight = Type.Object({
  offerId: Uuid,
  provider: Party,
  holder: Holder,
  /** Null: an intermediary's, to ask for all brands. */
  brand: Nullable(Type.Object({ brandId: Code, name: Type.String() })),
  ...rights,
  reason: Type.String(),
  offeredAt: Time,
  offeredBy: Name,
  /** Null: it waits, or was never accepted. */
  acceptedAt: Nullable(Time),
  acceptedBy: Name,
  endedAt: Nullable(Time),
  endedBy: Name,
  endedHow: Nullable(
    Type.Union([Type.Literal('withdrawn'), Type.Literal('refused'), Type.Literal('replaced'), Type.Literal('ended')]),
  ),
  endedReason: Type.String(),
});

const Customer = Type.Object({
  provider: Party,
  /** Whether the provider's subscription is open: the official API refuses it otherwise. */
  open: Type.Boolean(),
  brandId: Code,
  /** What the provider gave the organisation; the person himself may have less. */
  ...rights,
  since: Time,
  /** When the partner last recorded something for the brand; null: never. */
  lastRecordAt: Nullable(Time),
  /** Rows of its forms and lists that were refused in the last thirty days. */
  refusedRows: Type.Integer(),
  /** Refusals that were not taken over; null where the person may not see refusals. */
  refusals: Nullable(
    Type.Object({
      count: Type.Integer(),
      /** More than were counted. */
      more: Type.Boolean(),
      /** The nearest moment by which sending must have stopped; null: none lies ahead. */
      stopBy: Nullable(Time),
    }),
  ),
});

const Work = Type.Object({
  day: Type.String(),
  /** Null: a program, by the official API. */
  who: Type.Union([Type.String(), Type.Null()]),
  /** `movements`, `calls` (of the official API), or an act of the activity log. */
  what: Type.String(),
  count: Type.Integer(),
  /** Of lists: all their rows. */
  rows: Nullable(Type.Integer()),
});

export const partnerRoutes = {
  /** What a provider gives: what waits or holds, and what is over. */
  'GET /organisations/:organisation/partnerships': {
    needs: 'managePartners',
    answer: Type.Object({
      rights: Type.Array(GivenRight),
      past: Type.Array(GivenRight),
      /** There are older ones. */
      more: Type.Boolean(),
      now: Time,
    }),
  },
  /** Who has this number: before anything is given. */
  'POST /organisations/:organisation/partnerships/look': {
    needs: 'managePartners',
    body: Type.Object({ code: Code }),
    answer: Holder,
  },
  /** `state`: what gives no more than stands holds at once. */
  'POST /organisations/:organisation/partnerships/:other/offers': {
    needs: 'managePartners',
    stepUp: true,
    /** `offerId` comes with the form: the same form sent twice is one offer. An intermediary is given no `rights`. */
    body: Type.Object({
      offerId: Uuid,
      rights: Type.Array(Type.Object({ brandId: Code, ...rights }), { maxItems: 500 }),
      reason: Reason,
    }),
    answer: Type.Object({ state: Type.Union([Type.Literal('waiting'), Type.Literal('in-force')]) }),
  },
  /** By either side, for one brand or (null) all: at once. */
  'POST /organisations/:organisation/partnerships/:other/end': {
    needs: 'managePartners',
    stepUp: true,
    body: Type.Object({ brandId: Nullable(Code), reason: Reason }),
    answer: Done,
  },
  /** What the other side did for the provider and asked, a row for each day, person and kind of act; no addresses. */
  'GET /organisations/:organisation/partnerships/:other/work': {
    needs: 'managePartners',
    answer: Type.Object({ from: Type.String(), work: Type.Array(Work), more: Type.Boolean() }),
  },

  /** What waits for a partner or intermediary to be accepted. */
  'GET /organisations/:organisation/offers': {
    needs: 'managePartners',
    answer: Type.Object({ rights: Type.Array(GivenRight), now: Time }),
  },
  'POST /organisations/:organisation/offers/:offerId/accept': { needs: 'managePartners', stepUp: true, answer: Done },
  /** Withdrawn by who made it, refused by whom it was made to. */
  'POST /organisations/:organisation/offers/:offerId/decline': {
    needs: 'managePartners',
    stepUp: true,
    body: Type.Object({ reason: Reason }),
    answer: Done,
  },

  /** Of a partner or intermediary, as far as the person was given them. */
  'GET /organisations/:organisation/customers': {
    needs: 'readOrganisation',
    answer: Type.Object({
      customers: Type.Array(Customer),
      /** What is over. */
      past: Type.Array(GivenRight),
      now: Time,
    }),
  },
  /** For an intermediary: whether a provider is registered, and open (law.md, rule 27). */
  'POST /organisations/:organisation/provider-searches': {
    needs: 'readOrganisation',
    /** A provider's number, or how its title begins. */
    body: Type.Object({ text: Type.String({ maxLength: 200 }) }),
    answer: Type.Object({
      providers: Type.Array(
        Type.Object({
          code: Code,
          title: Type.String(),
          /** Whether its subscription is open now. */
          open: Type.Boolean(),
          /** Whether it named this intermediary. */
          named: Type.Boolean(),
        }),
      ),
      more: Type.Boolean(),
    }),
  },
} as const satisfies Record<string, PortalRoute>;
