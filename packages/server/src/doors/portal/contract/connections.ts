// How the organisation is connected: its API users, its push addresses, and what the registry holds of it.

import Type from 'typebox';
import { Channel, Code, Done, Nullable, Organisation, type PortalRoute, Time, Uuid } from './shapes.ts';

const Networks = Type.Array(Type.String({ maxLength: 60 }), { maxItems: 20 });

const ApiUser = Type.Object({
  accountId: Code,
  email: Type.String(),
  name: Type.String(),
  /** False: ended. */
  enabled: Type.Boolean(),
  /** In CIDR; none: from everywhere. */
  networks: Type.Array(Type.String()),
  createdAt: Time,
  /** To the minute; null: never. */
  lastUsedAt: Nullable(Time),
  lastUsedFrom: Nullable(Type.String()),
  /** Until when the password before is good; null: it is not. */
  replacedUntil: Nullable(Time),
});

const PushAddress = Type.Object({
  pushId: Uuid,
  brandId: Code,
  url: Type.String(),
  channel: Channel,
  username: Type.String(),
  /** Whose it is where it is a partner's; null: one's own. */
  partner: Nullable(Type.String()),
  /** parked: failed for a day; no-right: its partner may not write the channel just now. */
  state: Type.Union([
    Type.Literal('connected'),
    Type.Literal('failing'),
    Type.Literal('parked'),
    Type.Literal('no-right'),
  ]),
  since: Nullable(Time),
  /** Movements that it was not sent yet; `more`: at least so many. */
  waiting: Type.Integer(),
  more: Type.Boolean(),
  waitingSince: Nullable(Time),
});

/** What a receiver answered to one call: a status, or why there was none. */
const Answer = Type.Object({
  status: Nullable(Type.Integer()),
  failure: Nullable(Type.Union([Type.Literal('timeout'), Type.Literal('unreachable')])),
});

export const connectionRoutes = {
  'GET /organisations/:organisation/api-users': {
    needs: 'manageApiUsers',
    answer: Type.Object({ users: Type.Array(ApiUser), now: Time }),
  },
  'POST /organisations/:organisation/api-users': {
    needs: 'manageApiUsers',
    stepUp: true,
    body: Type.Object({
      email: Type.String({ maxLength: 400 }),
      name: Type.String({ minLength: 1, maxLength: 80, pattern: '\\S' }),
      networks: Networks,
    }),
    /** The password is told here and nowhere else. */
    answer: Type.Object({ accountId: Code, email: Type.String(), password: Type.String() }),
  },
  'POST /organisations/:organisation/api-users/:accountId/passwords': {
    needs: 'manageApiUsers',
    stepUp: true,
    /** How long the password before stays good; 0: it ends at once. */
    body: Type.Object({ overlapHours: Type.Integer({ minimum: 0, maximum: 168 }) }),
    answer: Type.Object({ password: Type.String(), replacedUntil: Nullable(Time) }),
  },
  /** Ends the overlap. */
  'DELETE /organisations/:organisation/api-users/:accountId/passwords/replaced': {
    needs: 'manageApiUsers',
    stepUp: true,
    answer: Done,
  },
  'PUT /organisations/:organisation/api-users/:accountId/networks': {
    needs: 'manageApiUsers',
    stepUp: true,
    /** `seen`: what stood there when the form was opened; another's change meanwhile is not overwritten. */
    body: Type.Object({ networks: Networks, seen: Networks }),
    answer: Done,
  },
  'DELETE /organisations/:organisation/api-users/:accountId': { needs: 'manageApiUsers', stepUp: true, answer: Done },

  'GET /organisations/:organisation/push-addresses': {
    needs: 'manageApiUsers',
    answer: Type.Object({ addresses: Type.Array(PushAddress), now: Time }),
  },
  /** Tries the address out, then keeps it; one that is there gets new credentials. */
  'POST /organisations/:organisation/brands/:brand/push-addresses': {
    needs: 'manageApiUsers',
    stepUp: true,
    body: Type.Object({
      url: Type.String({ maxLength: 3_000 }),
      type: Channel,
      username: Type.String({ maxLength: 400 }),
      password: Type.String({ maxLength: 400 }),
    }),
    answer: Done,
  },
  /** Sends the test record as a registration does. */
  'POST /organisations/:organisation/brands/:brand/push-addresses/:pushId/test': {
    needs: 'manageApiUsers',
    /** `full`, the call with credentials: null where it was not made. */
    answer: Type.Object({ good: Type.Boolean(), bare: Answer, full: Nullable(Answer) }),
  },
  /** Ends parking, if the address passes the trial. */
  'POST /organisations/:organisation/brands/:brand/push-addresses/:pushId/resume': {
    needs: 'manageApiUsers',
    stepUp: true,
    answer: Done,
  },
  'DELETE /organisations/:organisation/brands/:brand/push-addresses/:pushId': {
    needs: 'manageApiUsers',
    stepUp: true,
    answer: Done,
  },

  'GET /organisations/:organisation/registered': {
    needs: 'readOrganisation',
    answer: Type.Object({
      organisation: Organisation,
      brands: Type.Array(
        Type.Object({
          brandId: Code,
          name: Type.String(),
          master: Type.Boolean(),
          provider: Type.Object({ code: Code, title: Type.String() }),
          /** Of all channels; null where who looks may not see the brand's figures. */
          counts: Nullable(
            Type.Object({ granted: Type.Integer(), refused: Type.Integer(), retailers: Type.Integer() }),
          ),
        }),
      ),
      /** How a provider's statements are judged; null: not a provider. */
      policy: Nullable(
        Type.Object({
          strictness: Type.Union([Type.Literal('official'), Type.Literal('welcoming')]),
          historicLoadOpen: Type.Boolean(),
        }),
      ),
      /** Null: there is none, or who looks may not see it. */
      subscription: Nullable(
        Type.Object({
          packageName: Type.String(),
          startsAt: Time,
          expiresAt: Time,
          status: Type.Union([
            Type.Literal('ACTIVE'),
            Type.Literal('PAUSED'),
            Type.Literal('EXPIRED'),
            Type.Literal('CLOSED'),
          ]),
          apiIncluded: Type.Boolean(),
          /** Null: none. */
          consentLimit: Nullable(Type.Integer()),
          /** Whether the limit may be passed. */
          consentLimitExceed: Type.Boolean(),
          /** Consents used of it; null: they are counted to the providers. */
          used: Nullable(Type.Integer()),
        }),
      ),
      seesSubscription: Type.Boolean(),
      now: Time,
    }),
  },
} as const satisfies Record<string, PortalRoute>;
