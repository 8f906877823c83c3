// Sessions of people at the desk.
//
// A session begins with the password and is good for nothing but the second factor until that was given. It ends by
// log-out, when it was idle, at the end of its day, and when it is revoked; each request asks the database, so an end is
// felt at the next one. A log-in from a device and network that the person was not seen at lately is told him by mail.

import type { Clock } from '../../ground/clock.ts';
import type { Connection, Database } from '../../ground/database.ts';
import type { Notices } from '../notices/index.ts';
import { makeOpaqueToken, opaqueTokenHash } from './opaque-token.ts';

/** Without a request for so long a session is over: a shared counter is left alone sooner or later. */
export const SESSION_IDLE_SECONDS = 30 * 60;
/** A session's longest life: a working day. */
export const SESSION_SECONDS = 12 * 3_600;
/** How recent a second factor must be before what cannot be taken back: keys, grants, files in clear. */
export const STEP_UP_SECONDS = 10 * 60;
/** Where a person was seen within so long is no news to him. Sessions are kept as long. */
export const DEVICE_KNOWN_SECONDS = 180 * 86_400;
/** `seen_at` is written this often at most. */
const SEEN_EVERY_SECONDS = 60;

/** What this room has written: mail in the transaction of what it tells of (rooms/notices). */
export type Mails = Pick<Notices, 'enqueue' | 'wake'>;

export interface Person {
  readonly personId: number;
  readonly email: string;
  readonly name: string;
  readonly language: 'tr' | 'en';
}

/** Who stands behind a request. */
export interface PersonSession extends Person {
  readonly sessionId: string;
  /** Epoch seconds of the last second factor, or null: then the session is good for giving one, nothing else. */
  readonly secondFactorAt: number | null;
  /** Whether he has a second factor yet; without one he sets one up first. */
  readonly hasSecondFactor: boolean;
}

export interface SessionShown {
  readonly sessionId: string;
  readonly device: string;
  readonly network: string;
  readonly openedAt: number;
  readonly seenAt: number;
}

/** Where a log-in comes from: a network address, and the device in a few words. */
export interface From {
  readonly network: string;
  readonly device: string;
}

export interface Sessions {
  /** Opens a session. @param whole the second factor is given with it @returns its token */
  open(connection: Connection, personId: number, from: From, whole: boolean): Promise<string>;
  /**
   * Marks the second factor as given now; where that makes the log-in whole, news of a new device go out (`wake` the
   * mails after the commit). The session keeps its token: nobody had more than the password's half.
   */
  makeWhole(connection: Connection, person: Pick<Person, 'email' | 'language'>, token: string): Promise<void>;
  /**
   * Who a session's token belongs to, or undefined where it is over.
   * @param byScreen asked by an open screen while nobody touches it: that does not keep the session
   */
  session(token: string | undefined, byScreen?: boolean): Promise<PersonSession | undefined>;
  /** Whole sessions of a person that are not over, the latest first. */
  list(personId: number): Promise<SessionShown[]>;
  end(personId: number, sessionId: string): Promise<boolean>;
  /** Ends all of a person's sessions but one. */
  endOthers(connection: Connection, personId: number, sessionId: string | null): Promise<void>;
  logOut(token: string): Promise<void>;
  /** Deletes sessions that nothing hangs on any more. Called now and then. */
  expire(): Promise<void>;
}

export function openSessions({
  database,
  clock,
  mails,
}: {
  readonly database: Database;
  readonly clock: Clock;
  readonly mails: Mails;
}): Sessions {
  return {
    async open(connection, personId, { network, device }, whole) {
      const token = makeOpaqueToken();
      const now = clock.now();
      await connection.run(
        `insert into person_session (session_hash, person_id, opened_at, seen_at, second_factor_at, device, network)
         values ($1, $2, to_timestamp($3), to_timestamp($3), to_timestamp($4), $5, $6)`,
        [opaqueTokenHash(token), personId, now, whole ? now : null, device.slice(0, 80), maskNetwork(network)],
      );
      return token;
    },

    async makeWhole(connection, { email, language }, token) {
      const now = clock.now();
      const [row] = await connection.rows<[boolean, string, string]>(
        `with before as (
           select session_hash, second_factor_at is null as half from person_session where session_hash = $1 for update)
         update person_session s set second_factor_at = to_timestamp($2) from before
         where s.session_hash = before.session_hash
         returning before.half and not exists (
           select from person_session o
           where o.person_id = s.person_id and o.session_hash <> s.session_hash
             and o.device = s.device and o.network = s.network
             and o.second_factor_at is not null and o.seen_at > to_timestamp($3)), s.device, s.network`,
        [opaqueTokenHash(token), now, now - DEVICE_KNOWN_SECONDS],
      );
      const [isNews, device, network] = row ?? [false, '', ''];
      if (isNews)
        await mails.enqueue(connection, {
          template: 'new-device',
          fields: { at: now, device, network },
          to: email,
          language,
        });
    },

    async session(token, byScreen = false) {
      const tokenHash = token === undefined ? undefined : opaqueTokenHash(token);
      if (tokenHash === undefined) return undefined;
      const now = clock.now();
      const [row] = await database.rows<[string, number, string, string, 'tr' | 'en', number | null, number, boolean]>(
        `select s.session_id::text, p.person_id, p.email, p.name, p.language,
           extract(epoch from s.second_factor_at)::float8, extract(epoch from s.seen_at)::float8,
           p.totp_sealed is not null or exists (select from passkey k where k.person_id = p.person_id)
         from person_session s join person p on p.person_id = s.person_id
         where s.session_hash = $1 and s.ended_at is null and p.enabled
           and s.seen_at > to_timestamp($2) and s.opened_at > to_timestamp($3)`,
        [tokenHash, now - SESSION_IDLE_SECONDS, now - SESSION_SECONDS],
      );
      if (row === undefined) return undefined;
      const [sessionId, personId, email, name, language, secondFactorAt, seenAt, hasSecondFactor] = row;
      if (!byScreen && now - seenAt >= SEEN_EVERY_SECONDS)
        await database.run('update person_session set seen_at = to_timestamp($2) where session_hash = $1', [
          tokenHash,
          now,
        ]);
      return { sessionId, personId, email, name, language, secondFactorAt, hasSecondFactor };
    },

    async list(personId) {
      const now = clock.now();
      const rows = await database.rows<[string, string, string, number, number]>(
        `select session_id::text, device, network,
           extract(epoch from opened_at)::float8, extract(epoch from seen_at)::float8
         from person_session
         where person_id = $1 and ended_at is null and second_factor_at is not null
           and seen_at > to_timestamp($2) and opened_at > to_timestamp($3)
         order by seen_at desc`,
        [personId, now - SESSION_IDLE_SECONDS, now - SESSION_SECONDS],
      );
      return rows.map(([sessionId, device, network, openedAt, seenAt]) => ({
        sessionId,
        device,
        network,
        openedAt,
        seenAt,
      }));
    },

    async end(personId, sessionId) {
      return (
        (await database.run(
          `update person_session set ended_at = to_timestamp($3)
           where person_id = $1 and session_id = $2 and ended_at is null`,
          [personId, sessionId, clock.now()],
        )) === 1
      );
    },

    async endOthers(connection, personId, sessionId) {
      await connection.run(
        `update person_session set ended_at = to_timestamp($3)
         where person_id = $1 and session_id is distinct from $2 and ended_at is null`,
        [personId, sessionId, clock.now()],
      );
    },

    async logOut(token) {
      const tokenHash = opaqueTokenHash(token);
      if (tokenHash !== undefined)
        await database.run('update person_session set ended_at = to_timestamp($2) where session_hash = $1', [
          tokenHash,
          clock.now(),
        ]);
    },

    async expire() {
      await database.run('delete from person_session where seen_at < to_timestamp($1)', [
        clock.now() - DEVICE_KNOWN_SECONDS,
      ]);
    },
  };
}

/** The network of an address, its last part hidden: enough to know a place by. */
function maskNetwork(address: string): string {
  return address.includes(':') ? `${address.split(':').slice(0, 3).join(':')}:…` : address.replace(/\.\d+$/, '.…');
}
