// Retailers of a brand at the desk: found, created, suspended, given consents to see; and the provinces and districts of
// their form.

import Type from 'typebox';
import { Channel, Code, Done, Nullable, type PortalRoute, RecipientType, Reference, Time, Uuid } from './shapes.ts';

const Status = Type.Union([Type.Literal('active'), Type.Literal('suspended'), Type.Literal('passive')]);
/** Checked by the rules of the official API, which say what is wrong with it. */
const Field = Type.String({ maxLength: 2_000 });
const Place = Type.Object({ code: Code, name: Type.String() });

const Row = Type.Object({
  brandId: Code,
  retailerCode: Code,
  title: Type.String(),
  alias: Nullable(Type.String()),
  city: Type.String(),
  town: Type.String(),
  status: Status,
});

const Person = Type.Object({
  accountId: Code,
  name: Type.String(),
  email: Type.String(),
  /** When he last did something here; null: never. */
  lastSeenAt: Nullable(Time),
  grantId: Uuid,
  until: Nullable(Time),
  /** Whether who looks may end it. */
  endable: Type.Boolean(),
});

const Retailer = Type.Object({
  ...Row.properties,
  name: Type.String(),
  /** Citizen's number, tax number and telephone: in clear for who manages retailers and for the shop itself. */
  tckn: Type.String(),
  tin: Type.String(),
  mersis: Nullable(Type.String()),
  mobile: Nullable(Type.String()),
  /** Consents that it may see. */
  sees: Type.Integer(),
  /** Whether who looks may change it. */
  manageable: Type.Boolean(),
  /** Who works for it here; null: who looks may not know. */
  people: Nullable(Type.Array(Person)),
  /** Those who were invited to and have not come yet. */
  invited: Type.Array(Type.Object({ name: Type.String(), email: Type.String(), expiresAt: Time })),
  now: Time,
});

export const retailerRoutes = {
  'GET /organisations/:organisation/retailers': {
    needs: 'readOrganisation',
    query: Type.Object({
      brand: Type.Optional(Type.String({ pattern: '^[0-9]{1,9}$' })),
      status: Type.Optional(Status),
      /** Part of the title. */
      title: Type.Optional(Type.String({ maxLength: 255, pattern: '^[^\\u0000]*$' })),
      /** Opaque: where the page before ended. */
      after: Type.Optional(Type.String({ maxLength: 4_000 })),
    }),
    answer: Type.Object({ retailers: Type.Array(Row), after: Nullable(Type.String()) }),
  },
  'POST /organisations/:organisation/brands/:brand/retailers': {
    needs: 'manageRetailers',
    /** `key` comes with the form: the same form sent twice is one retailer. */
    body: Type.Object({
      key: Uuid,
      title: Field,
      name: Field,
      alias: Field,
      tckn: Field,
      tin: Field,
      mersis: Field,
      mobile: Field,
      /** Numbers of the lists below; null: not chosen. */
      city: Nullable(Code),
      town: Nullable(Code),
    }),
    answer: Type.Object({ retailerCode: Code }),
  },
  'GET /organisations/:organisation/brands/:brand/retailers/:retailer': {
    needs: 'readOrganisation',
    answer: Retailer,
  },
  'PUT /organisations/:organisation/brands/:brand/retailers/:retailer/status': {
    needs: 'manageRetailers',
    body: Type.Object({ status: Type.Union([Type.Literal('active'), Type.Literal('suspended')]) }),
    answer: Done,
  },
  /** Puts the retailer on one consent's list, or takes it off. */
  'PUT /organisations/:organisation/brands/:brand/retailers/:retailer/access': {
    needs: 'manageRetailers',
    body: Type.Object({
      address: Type.String({ maxLength: 300 }),
      channel: Channel,
      recipientType: RecipientType,
      sees: Type.Boolean(),
    }),
    answer: Type.Object({
      reference: Reference,
      masked: Type.String(),
      /** False: it was so before. */
      changed: Type.Boolean(),
    }),
  },
  'GET /provinces': { needs: 'person', answer: Type.Array(Place) },
  'GET /provinces/:province/districts': { needs: 'person', answer: Type.Array(Place) },
} as const satisfies Record<string, PortalRoute>;
