// One call of the portal, as its handlers see it: who is asking, for which organisation, and what was sent.

import type { Ability, Desk, DeskBrand, PersonSession } from '../../rooms/access/index.ts';
import type { PORTAL, Portal, PortalRouteName } from './contract.ts';
import { problem } from './problems.ts';
import type { PortalRooms } from './rooms.ts';
import type { Upload } from './upload.ts';

interface AnyCall<R extends PortalRouteName> {
  readonly rooms: PortalRooms;
  readonly params: Readonly<Record<string, string>>;
  readonly query: Portal[R]['query'];
  readonly body: Portal[R]['body'];
  /** The caller's network address. */
  readonly network: string;
  /** What he uses, in a few words. */
  readonly device: string;
  /** Asked by an open screen that nobody has touched for a while: it does not keep the session. */
  readonly byScreen: boolean;
  /** The token of his session's cookie. */
  readonly token: string | undefined;
  /** Sets the session's cookie; undefined takes it away. */
  setToken(token: string | undefined): void;
}

interface SessionCall<R extends PortalRouteName> extends AnyCall<R> {
  readonly session: PersonSession;
  readonly token: string;
}

export interface DeskCall<R extends PortalRouteName> extends SessionCall<R> {
  readonly desk: Desk;
}

type Needs<R extends PortalRouteName> = (typeof PORTAL)[R]['needs'];

type Sent<R extends PortalRouteName> = (typeof PORTAL)[R] extends { readonly upload: true }
  ? { readonly upload: Upload }
  : unknown;

export type PortalCall<R extends PortalRouteName> = Sent<R> &
  (Needs<R> extends 'anyone' ? AnyCall<R> : Needs<R> extends 'password' | 'person' ? SessionCall<R> : DeskCall<R>);

export type Handlers<Names extends PortalRouteName> = {
  readonly [R in Names]: (call: PortalCall<R>) => Promise<Portal[R]['answer']>;
};

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** An id of the request's path. @throws Problem */
export function uuidOf({ params }: { readonly params: Readonly<Record<string, string>> }, name: string): string {
  const id = params[name] ?? '';
  if (!UUID.test(id)) throw problem('thing.unknown');
  return id;
}

/** A number of the request's path; 0, which is nobody's, where it is none. */
export function numberOf({ params }: { readonly params: Readonly<Record<string, string>> }, name: string): number {
  const text = params[name] ?? '';
  return /^\d{1,9}$/.test(text) ? Number(text) : 0;
}

/** The brand of a request, where the person may do this for it. @throws Problem */
export function brandFor({ desk }: { readonly desk: Desk }, brandId: number, ability: Ability): DeskBrand {
  const brand = desk.brand(brandId, ability);
  if (brand === undefined) throw problem('desk.brand');
  return brand;
}
