// People at the desk: log-in by password and second factor (an authenticator's code, good once, RFC 6238; a recovery
// code; a passkey), and what each person keeps of his own: password, authenticator, passkeys, sessions.

import { Secret, TOTP } from 'otpauth';
import type { Clock } from '../../ground/clock.ts';
import type { Connection, Database } from '../../ground/database.ts';
import type { AddressKeys } from '../../ground/keys.ts';
import type { Log } from '../../ground/log.ts';
import { AccountError, isAcceptableEmail, lowerCaseAscii } from './accounts.ts';
import { AccessError, Attempts } from './attempts.ts';
import type { Desks } from './desk.ts';
import { factorsBefore, toldOfChange } from './factor-change.ts';
import { openFactorCodes } from './factor-codes.ts';
import { openPasskeys, type Passkeys } from './passkeys.ts';
import { isLongEnough } from './password-choice.ts';
import { hashPassword } from './passwords.ts';
import { openPersonPasswords, type PersonPasswords } from './person-passwords.ts';
import { newRecoveryCodes } from './recovery-codes.ts';
import {
  type From,
  type Mails,
  openSessions,
  type Person,
  type PersonSession,
  type SessionShown,
  type Sessions,
} from './sessions.ts';

export interface NewPerson {
  readonly email: string;
  readonly name: string;
  readonly password?: string;
  readonly language?: 'tr' | 'en';
}

export interface People extends PersonPasswords {
  readonly passkeys: Passkeys;
  /** Opens a session by password. @returns its token. @throws AccessError 'credentials' or 'too-many' */
  logIn(email: string, password: string, from: From): Promise<string>;
  /** The demo's one click: password and second factor in one. */
  enterDemo(email: string, from: From): Promise<string | undefined>;
  /** Who a session's token belongs to, or undefined where it is over. */
  session: Sessions['session'];
  /** Gives the second factor: a code of the authenticator or a recovery code. @throws AccessError 'credentials' */
  giveSecondFactor(session: PersonSession, token: string, code: string, network: string): Promise<void>;
  /** A new authenticator's secret, to be shown once; it counts when `confirmAuthenticator` has seen a code of it. */
  newAuthenticator(session: PersonSession): { secret: string; uri: string };
  /** @returns recovery codes, shown once. @throws AccessError 'credentials' where the code is not the secret's */
  confirmAuthenticator(session: PersonSession, token: string, secret: string, code: string): Promise<string[]>;
  /** Whether he has an authenticator, and how many recovery codes are left. */
  factors(personId: number): Promise<{ authenticator: boolean; recoveryCodes: number }>;
  logOut(token: string): Promise<void>;
  sessions(personId: number): Promise<SessionShown[]>;
  endSession(personId: number, sessionId: string): Promise<boolean>;
  /** @throws AccountError */
  create(person: NewPerson): Promise<number>;
  byEmail(email: string): Promise<Person | undefined>;
  setLanguage(personId: number, language: 'tr' | 'en'): Promise<void>;
  /** Deletes what is over: sessions, links, what passkeys were asked. Called now and then. */
  expire(): Promise<void>;
  /** Lets go whoever is held back, and resolves when nothing is being written any more. */
  close(): Promise<void>;
}

type PersonRow = [number, string, string, 'tr' | 'en'];

export function openPeople({
  database,
  clock,
  keys,
  log,
  mails,
  publicUrl,
  desks,
}: {
  readonly database: Database;
  readonly clock: Clock;
  readonly keys: AddressKeys;
  readonly log: Log;
  readonly mails: Mails;
  /** Where people open the portal; links and passkeys hang on it. */
  readonly publicUrl: string;
  readonly desks: Desks;
}): People {
  const attempts = new Attempts(clock);
  const sessions = openSessions({ database, clock, mails });
  const { passkeys, expire: expireChallenges } = openPasskeys({ database, clock, mails, publicUrl, sessions });
  const {
    passwords,
    expire: expireResets,
    settled,
  } = openPersonPasswords({ database, clock, log, mails, publicUrl, attempts, desks, sessions });

  const codes = openFactorCodes({ database, clock, keys, mails });

  return {
    ...passwords,
    passkeys,

    async logIn(email, password, from) {
      const personId = await attempts.logIn(email, password, from.network, async (name) => {
        const [row] = await database.rows<[number, string | null, boolean]>(
          'select person_id, password_hash, enabled from person where lower(email) = $1',
          [name],
        );
        return row && { passwordHash: row[1], enabled: row[2], value: row[0] };
      });
      return await sessions.open(database, personId, from, false);
    },

    async enterDemo(email, from) {
      const [row] = await database.rows<[number]>('select person_id from person where lower(email) = $1 and enabled', [
        lowerCaseAscii(email),
      ]);
      return row && (await sessions.open(database, row[0], from, true));
    },

    session: sessions.session,

    async giveSecondFactor(session, token, code, network) {
      const right = await codes.give(session, token, code, (connection) =>
        sessions.makeWhole(connection, session, token),
      );
      if (right) return;
      await attempts.wrongFactor(`${session.email} second factor`, network);
      throw new AccessError('credentials');
    },

    newAuthenticator({ email }) {
      const totp = new TOTP({ issuer: 'Açık İYS', label: email, secret: new Secret({ size: 20 }) });
      return { secret: totp.secret.base32, uri: totp.toString() };
    },

    async confirmAuthenticator(session, token, secret, code) {
      const step = /^[A-Z2-7]{32}$/.test(secret) ? codes.stepOf(secret, code.replace(/\s/g, '')) : undefined;
      if (step === undefined) throw new AccessError('credentials');
      const { personId, sessionId } = session;
      const recoveryCodes = await database.transaction(async (connection) => {
        const before = await factorsBefore(connection, session);
        const set = await connection.run(
          // A code of a secret is good once here too.
          `update person set totp_sealed = $2, totp_step = $3
           where person_id = $1 and (totp_sealed is null or totp_step < $3)`,
          [personId, keys.sealText(secret), step],
        );
        if (set === 0) throw new AccessError('credentials');
        // Who replaces one has given the old one: that was then, and this one does not make it new.
        if (!before) await sessions.makeWhole(connection, session, token);
        else await toldOfChange(connection, mails, session, 'authenticator', clock.now());
        await sessions.endOthers(connection, personId, sessionId);
        return await newRecoveryCodes(connection, personId);
      });
      mails.wake();
      return recoveryCodes;
    },

    async factors(personId) {
      const [row] = await database.rows<[boolean, number]>(
        `select totp_sealed is not null,
           (select count(*)::int from recovery_code c where c.person_id = p.person_id and c.used_at is null)
         from person p where person_id = $1`,
        [personId],
      );
      const [authenticator, recoveryCodes] = row ?? [false, 0];
      return { authenticator, recoveryCodes };
    },

    logOut: sessions.logOut,
    sessions: sessions.list,
    endSession: sessions.end,

    async create({ email, name, password, language = 'tr' }) {
      if (password !== undefined && !isLongEnough(password)) throw new AccountError('password');
      const passwordHash = password === undefined ? null : await hashPassword(password);
      return await insertPerson(database, { email, name, passwordHash, language }, clock.now());
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

    async expire() {
      await Promise.all([sessions.expire(), expireChallenges(), expireResets()]);
    },

    async close() {
      attempts.close();
      await settled();
    },
  };
}

/** @returns his number. @throws AccountError 'email' or 'email-taken' */
export async function insertPerson(
  connection: Connection,
  person: {
    readonly email: string;
    readonly name: string;
    readonly passwordHash: string | null;
    readonly language: string;
  },
  now: number,
): Promise<number> {
  const { email, name, passwordHash, language } = person;
  if (!isAcceptableEmail(email)) throw new AccountError('email');
  const [row] = await connection.rows<[number]>(
    `insert into person (email, name, password_hash, language, created_at)
     values ($1, $2, $3, $4, to_timestamp($5)) on conflict do nothing returning person_id`,
    [lowerCaseAscii(email), name, passwordHash, language, now],
  );
  if (row === undefined) throw new AccountError('email-taken');
  return row[0];
}
