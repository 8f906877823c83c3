// Shapes that several parts of the portal's contract share, and what a route of it is.

import Type, { type TSchema } from 'typebox';
import type { Ability } from '../../../rooms/access/index.ts';

export const Nullable = <T extends TSchema>(schema: T) => Type.Union([schema, Type.Null()]);
export const Code = Type.Integer({ minimum: 1, maximum: 2_147_483_647 });
/** Number of a movement within its brand. */
export const Seq = Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER });
export const Uuid = Type.String({ pattern: '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' });
/** Epoch seconds. */
export const Time = Type.Integer();
export const Channel = Type.Union([Type.Literal('ARAMA'), Type.Literal('MESAJ'), Type.Literal('EPOSTA')]);
export const RecipientType = Type.Union([Type.Literal('BIREYSEL'), Type.Literal('TACIR')]);
export const Status = Type.Union([Type.Literal('ONAY'), Type.Literal('RET')]);
export const OrganisationKind = Type.Union([
  Type.Literal('provider'),
  Type.Literal('partner'),
  Type.Literal('intermediary'),
]);

export const Organisation = Type.Object({ code: Code, title: Type.String(), kind: OrganisationKind });

/** Which address: opaque, and of use in this organisation alone. */
export const Reference = Type.String({ maxLength: 700, pattern: '^[A-Za-z0-9_-]+$' });
/** A telephone or e-mail as people write it. */
export const TypedAddress = Type.String({ maxLength: 300 });
export const Done = Type.Object({ done: Type.Boolean() });

export interface PortalRoute {
  readonly needs: 'anyone' | 'password' | 'person' | Ability;
  /** A second factor must have been given just now; 'in-clear': where addresses in clear are asked for. */
  readonly stepUp?: true | 'in-clear';
  readonly query?: TSchema;
  readonly body?: TSchema;
  /** The body is a file, its name in a header (upload.ts). */
  readonly upload?: true;
  readonly answer: TSchema;
}
