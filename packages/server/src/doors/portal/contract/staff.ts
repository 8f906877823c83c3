// Who may do what: people of the organisation and their grants, invitations, and what was done by whom.

import Type from 'typebox';
import { Session } from './session.ts';
import { Channel, Code, Done, Nullable, type PortalRoute, Time, Uuid } from './shapes.ts';

const Role = Type.Union([
  Type.Literal('owner'),
  Type.Literal('manager'),
  Type.Literal('clerk'),
  Type.Literal('evidence'),
  Type.Literal('viewer'),
  Type.Literal('retailer'),
]);
/** Until the year 2100. */
const Moment = Type.Integer({ minimum: 0, maximum: 4_102_444_800 });
const Name = Type.String({ minLength: 1, maxLength: 120, pattern: '\\S' });
const Reason = Type.String({ maxLength: 300 });
const Token = Type.String({ maxLength: 64 });

/** What a grant gives. */
const terms = {
  role: Role,
  /** Null: all, also those to come. */
  brands: Nullable(Type.Array(Code, { minItems: 1, maxItems: 1_000 })),
  /** Null: all. */
  channels: Nullable(Type.Array(Channel, { minItems: 1, maxItems: 3 })),
  /** For the role `retailer`, of its one brand. */
  retailerCode: Nullable(Code),
  /** Null: no end. */
  until: Nullable(Moment),
};

const Grant = Type.Object({
  ...terms,
  grantId: Uuid,
  from: Time,
  reason: Type.String(),
  /** Null: set-up. */
  givenBy: Nullable(Type.String()),
  givenAt: Time,
  /** Whether who looks may end it. */
  endable: Type.Boolean(),
});

const StaffMember = Type.Object({
  accountId: Code,
  name: Type.String(),
  email: Type.String(),
  /** When he last did something here; null: never. */
  lastSeenAt: Nullable(Time),
  self: Type.Boolean(),
  grants: Type.Array(Grant),
});

const Invitation = Type.Object({
  ...terms,
  invitationId: Uuid,
  email: Type.String(),
  name: Type.String(),
  reason: Type.String(),
  invitedBy: Type.String(),
  createdAt: Time,
  /** In the past: it may be sent again. */
  expiresAt: Time,
  /** Whether who looks may withdraw it. */
  changeable: Type.Boolean(),
});

const Activity = Type.Object({
  activityId: Uuid,
  at: Time,
  /** Which words these are, the screen knows. */
  act: Type.String(),
  actor: Type.Object({ accountId: Code, /** Null: a program. */ name: Nullable(Type.String()) }),
  brandId: Nullable(Code),
  details: Type.Record(Type.String(), Type.Unknown()),
});

export const staffRoutes = {
  'GET /organisations/:organisation/staff': {
    needs: 'manageStaff',
    answer: Type.Object({ people: Type.Array(StaffMember), invitations: Type.Array(Invitation), now: Time }),
  },
  /** Ends a person's whole part in the organisation. */
  'DELETE /organisations/:organisation/staff/:accountId': { needs: 'manageStaff', answer: Done },
  'POST /organisations/:organisation/staff/:accountId/grants': {
    needs: 'manageStaff',
    stepUp: true,
    /** `grantId` comes with the form: the same form sent twice is one grant. */
    body: Type.Object({ ...terms, grantId: Uuid, from: Nullable(Moment), reason: Reason }),
    answer: Done,
  },
  'DELETE /organisations/:organisation/grants/:grantId': { needs: 'manageStaff', answer: Done },
  'POST /organisations/:organisation/invitations': {
    needs: 'manageStaff',
    stepUp: true,
    /** `invitationId` comes with the form: the same form sent twice is one invitation. */
    body: Type.Object({
      ...terms,
      invitationId: Uuid,
      email: Type.String({ maxLength: 300 }),
      name: Name,
      reason: Reason,
    }),
    answer: Done,
  },
  'POST /organisations/:organisation/invitations/:invitationId/resend': {
    needs: 'manageStaff',
    stepUp: true,
    answer: Done,
  },
  'DELETE /organisations/:organisation/invitations/:invitationId': { needs: 'manageStaff', answer: Done },
  'GET /organisations/:organisation/activity': {
    needs: 'readActivity',
    query: Type.Object({
      /** The account of who acted. */
      person: Type.Optional(Type.String({ pattern: '^[0-9]{1,9}$' })),
      act: Type.Optional(Type.String({ maxLength: 40 })),
      brand: Type.Optional(Type.String({ pattern: '^[0-9]{1,9}$' })),
      /** Opaque: where the page before ended. */
      after: Type.Optional(Type.String({ maxLength: 200 })),
    }),
    answer: Type.Object({ activities: Type.Array(Activity), after: Nullable(Type.String()) }),
  },
  /** Whereto an invitation's link leads. */
  'POST /invitations/look': {
    needs: 'anyone',
    body: Type.Object({ token: Token }),
    answer: Type.Object({ organisation: Type.String(), inviter: Type.String() }),
  },
  /** By a person who is new here; he is logged in by his password then, and sets up his second factor. */
  'POST /invitations/accept': {
    needs: 'anyone',
    body: Type.Object({
      token: Token,
      name: Name,
      password: Type.String({ maxLength: 2_000 }),
      language: Type.Union([Type.Literal('tr'), Type.Literal('en')]),
    }),
    answer: Session,
  },
  /** By a person who is known, and whom the invitation is for. */
  'POST /invitations/join': { needs: 'person', body: Type.Object({ token: Token }), answer: Session },
} as const satisfies Record<string, PortalRoute>;
