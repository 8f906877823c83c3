// People at the desk: log-in by password and second factor, and the sessions that follow.
//
// A session begins with the password and is good for nothing but the second factor until that was given: an
// authenticator's code, good once (RFC 6238), or one of ten recovery codes. It ends by log-out, when it was idle, at the
// end of its day, and when it is revoked; each request asks the database, so an end is felt at the next one.

import { createHash, randomInt } from 'node:crypto';
import { Secret, TOTP } from 'otpauth';
import type { Clock } from '../../ground/clock.ts';
import type { Database } from '../../ground/database.ts';
import type { AddressKeys } from '../../ground/keys.ts';
import { AccountError, isAcceptableEmail, lowerCaseAscii } from './accounts.ts';
import { AccessError, Attempts } from './attempts.ts';
import { makeOpaqueToken, opaqueTokenHash } from './opaque-token.ts';
import { hashPassword, isPossiblePassword } from './passwords.ts';

/** Without a request for so long a session is over: a shared counter is left alone sooner or later. */
export const SESSION_IDLE_SECONDS = 30 * 60;
/** A session's longest life: a working day. */
export const SESSION_SECONDS = 12 * 3_600;
/** How recent a second factor must be before what cannot be taken back: keys, grants, files in clear. */
export const STEP_UP_SECONDS = 10 * 60;
/** `seen_at` is written this often at most. */
const SEEN_EVERY_SECONDS = 60;
/** Length over rules (NIST SP 800-63B-4, 3.1.1.2: 15 where the password is the only factor, 8 otherwise). */
export const STAFF_PASSWORD_LETTERS_LEAST = 12;
const RECOVERY_CODES = 10;
/** No letter or digit that can be taken for another. */
const RECOVERY_ALPHABET = 'ABCDEFGHJKMNPQRSTUVWXYZ23456789';
const RECOVERY_LETTERS = 10;
const TOTP_SECONDS = 30;
/** Clocks of telephones are off by so many steps. */
const TOTP_WINDOW = 1;

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

export interface NewPerson {
  readonly email: string;
  readonly name: string;
  readonly password?: string;
  readonly language?: 'tr' | 'en';
}

export interface People {
  /** Opens a session by password. @returns its token. @throws AccessError 'credentials' or 'too-many' */
  logIn(email: string, password: string, from: { network: string; device: string }): Promise<string>;
  /** The demo's one click: password and second factor in one. */
  enterDemo(email: string, from: { network: string; device: string }): Promise<string | undefined>;
  /** Who a session's token belongs to, or undefined where it is over. */
  session(token: string | undefined): Promise<PersonSession | undefined>;
  /** Gives the second factor: a code of the authenticator or a recovery code. @throws AccessError 'credentials' */
  giveSecondFactor(session: PersonSession, token: string, code: string, network: string): Promise<void>;
  /** A new authenticator's secret, to be shown once; it counts when `confirmAuthenticator` has seen a code of it. */
  newAuthenticator(session: PersonSession): { secret: string; uri: string };
  /** @returns recovery codes, shown once. @throws AccessError 'credentials' where the code is not the secret's */
  confirmAuthenticator(session: PersonSession, token: string, secret: string, code: string): Promise<string[]>;
  logOut(token: string): Promise<void>;
  sessions(personId: number): Promise<SessionShown[]>;
  endSession(personId: number, sessionId: string): Promise<boolean>;
  /** @throws AccountError */
  create(person: NewPerson): Promise<number>;
  byEmail(email: string): Promise<Person | undefined>;
  setLanguage(personId: number, language: 'tr' | 'en'): Promise<void>;
  close(): void;
}

type PersonRow = [number, string, string, 'tr' | 'en'];

export function openPeople({
  database,
  clock,
  keys,
}: {
  readonly database: Database;
  readonly clock: Clock;
  readonly keys: AddressKeys;
}): People {
  const attempts = new Attempts(clock);

  async function openSession(
    personId: number,
    { network, device }: { network: string; device: string },
    secondFactor: boolean,
  ): Promise<string> {
    const token = makeOpaqueToken();
    const now = clock.now();
    await database.run(
      `insert into person_session (session_hash, person_id, opened_at, seen_at, second_factor_at, device, network)
       values ($1, $2, to_timestamp($3), to_timestamp($3), to_timestamp($4), $5, $6)`,
      [opaqueTokenHash(token), personId, now, secondFactor ? now : null, device.slice(0, 80), maskNetwork(network)],
    );
    return token;
  }

  /** Marks the second factor as given now. The session keeps its token: nobody had more than the password's half. */
  async function mark(token: string): Promise<void> {
    await database.run('update person_session set second_factor_at = to_timestamp($2) where session_hash = $1', [
      opaqueTokenHash(token),
      clock.now(),
    ]);
  }

  /** The step a code belongs to, or undefined where it is none of the secret's. */
  function stepOf(secret: string, code: string): number | undefined {
    const totp = new TOTP({ secret: Secret.fromBase32(secret), period: TOTP_SECONDS });
    const delta = totp.validate({ token: code, timestamp: clock.nowMs(), window: TOTP_WINDOW });
    return delta === null ? undefined : Math.floor(clock.now() / TOTP_SECONDS) + delta;
  }

  async function takesTotp(personId: number, code: string): Promise<boolean> {
    const [row] = await database.rows<[Buffer | null]>('select totp_sealed from person where person_id = $1', [
      personId,
    ]);
    const step = row?.[0] ? stepOf(keys.openText(row[0]), code) : undefined;
    if (step === undefined) return false;
    const taken = await database.run('update person set totp_step = $2 where person_id = $1 and totp_step < $2', [
      personId,
      step,
    ]);
    return taken === 1;
  }

  async function takesRecoveryCode(personId: number, code: string): Promise<boolean> {
    const used = await database.run(
      `update recovery_code set used_at = to_timestamp($3) where person_id = $1 and code_hash = $2 and used_at is null`,
      [personId, recoveryHash(code), clock.now()],
    );
    return used === 1;
  }

  return {
    async logIn(email, password, from) {
      const personId = await attempts.logIn(email, password, from.network, async (name) => {
        const [row] = await database.rows<[number, string | null, boolean]>(
          'select person_id, password_hash, enabled from person where lower(email) = $1',
          [name],
        );
        return row && { passwordHash: row[1], enabled: row[2], value: row[0] };
      });
      return await openSession(personId, from, false);
    },

    async enterDemo(email, from) {
      const [row] = await database.rows<[number]>('select person_id from person where lower(email) = $1 and enabled', [
        lowerCaseAscii(email),
      ]);
      return row && (await openSession(row[0], from, true));
    },

    async session(token) {
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
      if (now - seenAt >= SEEN_EVERY_SECONDS)
        await database.run('update person_session set seen_at = to_timestamp($2) where session_hash = $1', [
          tokenHash,
          now,
        ]);
      return { sessionId, personId, email, name, language, secondFactorAt, hasSecondFactor };
    },

    async giveSecondFactor({ personId, email }, token, code, network) {
      const given = code.replace(/[\s-]/g, '').toUpperCase();
      const right = /^\d{6}$/.test(given)
        ? await takesTotp(personId, given)
        : given.length === RECOVERY_LETTERS && (await takesRecoveryCode(personId, given));
      if (!right) {
        await attempts.wrongFactor(`${email} second factor`, network);
        throw new AccessError('credentials');
      }
      await mark(token);
    },

    newAuthenticator({ email }) {
      const totp = new TOTP({ issuer: 'Açık İYS', label: email, secret: new Secret({ size: 20 }) });
      return { secret: totp.secret.base32, uri: totp.toString() };
    },

    async confirmAuthenticator({ personId }, token, secret, code) {
      const step = /^[A-Z2-7]{32}$/.test(secret) ? stepOf(secret, code.replace(/\s/g, '')) : undefined;
      if (step === undefined) throw new AccessError('credentials');
      const codes = Array.from({ length: RECOVERY_CODES }, () =>
        Array.from({ length: RECOVERY_LETTERS }, () => RECOVERY_ALPHABET[randomInt(RECOVERY_ALPHABET.length)]).join(''),
      );
      await database.transaction(async (connection) => {
        await connection.run('update person set totp_sealed = $2, totp_step = $3 where person_id = $1', [
          personId,
          keys.sealText(secret),
          step,
        ]);
        await connection.run('delete from recovery_code where person_id = $1', [personId]);
        await connection.run(
          'insert into recovery_code (person_id, code_hash) select $1, decode(h, $3) from unnest($2::text[]) h',
          [personId, `{${codes.map((one) => recoveryHash(one).toString('hex')).join(',')}}`, 'hex'],
        );
      });
      await mark(token);
      return codes.map((one) => `${one.slice(0, 5)}-${one.slice(5)}`);
    },

    async logOut(token) {
      const tokenHash = opaqueTokenHash(token);
      if (tokenHash !== undefined)
        await database.run('update person_session set ended_at = to_timestamp($2) where session_hash = $1', [
          tokenHash,
          clock.now(),
        ]);
    },

    async sessions(personId) {
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

    async endSession(personId, sessionId) {
      return (
        (await database.run(
          `update person_session set ended_at = to_timestamp($3)
           where person_id = $1 and session_id = $2 and ended_at is null`,
          [personId, sessionId, clock.now()],
        )) === 1
      );
    },

    async create({ email, name, password, language = 'tr' }) {
      if (!isAcceptableEmail(email)) throw new AccountError('email');
      if (password !== undefined && !isAcceptableStaffPassword(password)) throw new AccountError('password');
      const [row] = await database.rows<[number]>(
        `insert into person (email, name, password_hash, language, created_at)
         values ($1, $2, $3, $4, to_timestamp($5)) on conflict do nothing returning person_id`,
        [
          lowerCaseAscii(email),
          name,
          password === undefined ? null : await hashPassword(password),
          language,
          clock.now(),
        ],
      );
      if (row === undefined) throw new AccountError('email-taken');
      return row[0];
    },

    async byEmail(email) {
      const [row] = await database.rows<PersonRow>(
        'select person_id, email, name, language from person where lower(email) = $1',
        [lowerCaseAscii(email)],
      );
      return row && { personId: row[0], email: row[1], name: row[2], language: row[3] };
    },

    async setLanguage(personId, language) {
      await database.run('update person set language = $2 where person_id = $1', [personId, language]);
    },

    close: () => attempts.close(),
  };
}

/** Twelve letters or more; what is known from breaches is asked where a password is chosen. */
export function isAcceptableStaffPassword(password: string): boolean {
  return [...password].length >= STAFF_PASSWORD_LETTERS_LEAST && isPossiblePassword(password);
}

/** Recovery codes have 49 random bits: a plain hash is enough. */
function recoveryHash(code: string): Buffer {
  return createHash('sha256').update(code).digest();
}

/** The network of an address, its last part hidden: enough to know a place by. */
function maskNetwork(address: string): string {
  return address.includes(':') ? `${address.split(':').slice(0, 3).join(':')}:…` : address.replace(/\.\d+$/, '.…');
}
