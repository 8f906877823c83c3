// A person's password after the first: changed by himself, or set anew by a link in a mail where he forgot it.
//
// A request for a link is answered before it is known whether there is an account: neither words nor time tell. Its
// mail is written afterwards; a crash in between loses it, and he asks again. A new password ends the sessions that the
// old one opened and is told the person by mail; the second factor is asked as at any log-in.

import type { Clock } from '../../ground/clock.ts';
import type { Connection, Database } from '../../ground/database.ts';
import { errorFields, type Log } from '../../ground/log.ts';
import { lowerCaseAscii } from './accounts.ts';
import { AccessError, type Attempts } from './attempts.ts';
import type { Desks } from './desk.ts';
import { forgetWrongCodes } from './factor-codes.ts';
import { HourlyBound } from './hourly-bound.ts';
import { networkKey } from './network-address.ts';
import { makeOpaqueToken, opaqueTokenHash } from './opaque-token.ts';
import { hashOfChosen } from './password-choice.ts';
import type { Mails, Person, PersonSession, Sessions } from './sessions.ts';

/** Life of a link to a new password. */
export const RESET_SECONDS = 3_600;
/** Links asked for in an hour from one network address (an office behind one) and for one e-mail. */
const RESETS_PER_NETWORK = 20;
const RESETS_PER_EMAIL = 3;

export interface PersonPasswords {
  /**
   * Changes the password of who knows the old one, and ends his other sessions.
   * @throws AccessError 'credentials' or 'too-many'; PasswordError
   */
  changePassword(session: PersonSession, old: string, password: string, network: string): Promise<void>;
  /** Has a link sent to whoever has this e-mail, if anybody. @throws AccessError 'too-many', by network address alone */
  requestReset(email: string, network: string): Promise<void>;
  /**
   * Sets a new password by a link's token and ends all sessions.
   * @returns the person's e-mail. @throws AccessError 'credentials' for a token that is over or none; PasswordError
   */
  resetPassword(token: string, password: string): Promise<string>;
}

export function openPersonPasswords({
  database,
  clock,
  log,
  mails,
  publicUrl,
  attempts,
  desks,
  sessions,
}: {
  readonly database: Database;
  readonly clock: Clock;
  readonly log: Log;
  readonly mails: Mails;
  readonly publicUrl: string;
  readonly attempts: Attempts;
  readonly desks: Desks;
  readonly sessions: Sessions;
}) {
  const byNetwork = new HourlyBound(clock, RESETS_PER_NETWORK);
  const byEmail = new HourlyBound(clock, RESETS_PER_EMAIL);
  const writing = new Set<Promise<void>>();

  /** @throws PasswordError */
  async function newHash({ personId, name, email }: Omit<Person, 'language'>, password: string): Promise<string> {
    const titles = (await desks.organisations(personId)).map(({ title }) => title);
    return await hashOfChosen(password, [name, email, ...titles]);
  }

  /** Sets it and tells the person by mail; `wake` the mails after the commit. */
  async function setPassword(
    connection: Connection,
    { personId, email, language }: Omit<Person, 'name'>,
    passwordHash: string,
    sessionId: string | null,
  ): Promise<void> {
    await connection.run('update person set password_hash = $2 where person_id = $1', [personId, passwordHash]);
    await connection.run('delete from password_reset where person_id = $1', [personId]);
    await forgetWrongCodes(connection, personId);
    await sessions.endOthers(connection, personId, sessionId);
    await mails.enqueue(connection, { template: 'password-changed', fields: { at: clock.now() }, to: email, language });
  }

  async function writeLink({ personId, email, language }: Omit<Person, 'name'>): Promise<void> {
    const token = makeOpaqueToken();
    const expiresAt = clock.now() + RESET_SECONDS;
    await database.transaction(async (connection) => {
      await connection.run(
        'insert into password_reset (token_hash, person_id, expires_at) values ($1, $2, to_timestamp($3))',
        [opaqueTokenHash(token), personId, expiresAt],
      );
      // Behind the #: what stands there reaches no server and no log.
      const link = `${publicUrl}/isletme/yeni-parola#${token}`;
      await mails.enqueue(connection, { template: 'password-reset', fields: { link, expiresAt }, to: email, language });
    });
    mails.wake();
  }

  const passwords: PersonPasswords = {
    async changePassword(session, old, password, network) {
      await attempts.logIn(session.email, old, network, async () => {
        const [row] = await database.rows<[string | null]>('select password_hash from person where person_id = $1', [
          session.personId,
        ]);
        return row && { passwordHash: row[0], enabled: true, value: true };
      });
      const passwordHash = await newHash(session, password);
      await database.transaction((connection) => setPassword(connection, session, passwordHash, session.sessionId));
      mails.wake();
    },

    async requestReset(email, network) {
      if (!byNetwork.take(networkKey(network))) throw new AccessError('too-many', RESET_SECONDS);
      const name = lowerCaseAscii(email);
      const mayMail = byEmail.take(name);
      const [row] = await database.rows<[number, string, 'tr' | 'en']>(
        'select person_id, email, language from person where lower(email) = $1 and enabled',
        [name],
      );
      if (row === undefined || !mayMail) return;
      const written = writeLink({ personId: row[0], email: row[1], language: row[2] })
        .catch((error: unknown) => log.warn('password_reset.failed', errorFields(error)))
        .finally(() => writing.delete(written));
      writing.add(written);
    },

    async resetPassword(token, password) {
      const tokenHash = opaqueTokenHash(token);
      const over = new AccessError('credentials');
      if (tokenHash === undefined) throw over;
      const [row] = await database.rows<[number, string, string, 'tr' | 'en']>(
        `select p.person_id, p.name, p.email, p.language from password_reset r join person p on p.person_id = r.person_id
         where r.token_hash = $1 and r.expires_at > to_timestamp($2) and p.enabled`,
        [tokenHash, clock.now()],
      );
      if (row === undefined) throw over;
      const [personId, name, email, language] = row;
      const passwordHash = await newHash({ personId, name, email }, password);
      await database.transaction(async (connection) => {
        // Whoever deletes it has used it.
        if ((await connection.run('delete from password_reset where token_hash = $1', [tokenHash])) === 0) throw over;
        await setPassword(connection, { personId, email, language }, passwordHash, null);
      });
      mails.wake();
      return email;
    },
  };

  return {
    passwords,
    async expire(): Promise<void> {
      await database.run('delete from password_reset where expires_at < to_timestamp($1)', [clock.now()]);
    },
    /** Resolves when the mails that were asked for are written. */
    async settled(): Promise<void> {
      await Promise.all(writing);
    },
  };
}
