// What the portal's screens may ask of the server: the one definition, from which the routes take their checks and the
// screens their types (packages/web imports the type `Portal`, and nothing else from here).
//
// A path that names an organisation acts for it, and for no other: two tabs, two organisations, never mixed up.
// `needs` says who may: 'anyone', 'password' (a session whose second factor is still to be given), 'person' (a whole
// session), or an ability in the organisation of the path.

import type { Static, TSchema } from 'typebox';
import { accountRoutes } from './contract/account.ts';
import { connectionRoutes } from './contract/connections.ts';
import { deskRoutes } from './contract/desk.ts';
import { evidenceRoutes } from './contract/evidence.ts';
import { listRoutes } from './contract/lists.ts';
import { messageRoutes } from './contract/messages.ts';
import { partnerRoutes } from './contract/partners.ts';
import { reportRoutes } from './contract/reports.ts';
import { retailerRoutes } from './contract/retailers.ts';
import { sessionRoutes } from './contract/session.ts';
import { staffRoutes } from './contract/staff.ts';

export type { PortalRoute } from './contract/shapes.ts';

export const PORTAL = {
  ...sessionRoutes,
  ...deskRoutes,
  ...accountRoutes,
  ...staffRoutes,
  ...evidenceRoutes,
  ...listRoutes,
  ...connectionRoutes,
  ...reportRoutes,
  ...partnerRoutes,
  ...retailerRoutes,
  ...messageRoutes,
};
export type PortalRouteName = keyof typeof PORTAL;

/** The routes as types: what a screen sends and gets. */
export type Portal = {
  readonly [R in PortalRouteName]: {
    readonly body: (typeof PORTAL)[R] extends { body: infer B extends TSchema } ? Static<B> : undefined;
    readonly query: (typeof PORTAL)[R] extends { query: infer Q extends TSchema } ? Static<Q> : undefined;
    readonly answer: Static<(typeof PORTAL)[R]['answer']>;
  };
};

/** How a request that cannot be done is answered (RFC 9457, with our stable code). */
export interface PortalProblem {
  readonly status: number;
  readonly code: string;
  readonly tr: string;
  readonly en: string;
  /** Where the fault lies in what was sent, for forms. */
  readonly fields?: readonly {
    readonly field: string;
    readonly code: string;
    readonly tr: string;
    readonly en: string;
  }[];
}
