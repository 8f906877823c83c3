// Passkeys (WebAuthn): several for each person, by name. One is a second factor beside the password, and a log-in by
// itself: it is found by the browser (a discoverable credential) and opened by fingerprint, face or PIN (user
// verification), so it is what he has and what he is or knows at once.
//
// What is to be signed is random, lives for minutes and is used once. Passkeys belong to the host name of the public
// address; browsers take no number for one, so at 127.0.0.1 they are those of `localhost`.

import {
  type AuthenticationResponseJSON,
  generateAuthenticationOptions,
  generateRegistrationOptions,
  type PublicKeyCredentialCreationOptionsJSON,
  type PublicKeyCredentialRequestOptionsJSON,
  type RegistrationResponseJSON,
  verifyAuthenticationResponse,
  verifyRegistrationResponse,
} from '@simplewebauthn/server';
import { COSEALG } from '@simplewebauthn/server/helpers';
import type { Clock } from '../../ground/clock.ts';
import type { Connection, Database } from '../../ground/database.ts';
import { DatabaseUnavailable } from '../../ground/database-errors.ts';
import { AccessError } from './attempts.ts';
import { factorsBefore, toldOfChange } from './factor-change.ts';
import { HourlyBound } from './hourly-bound.ts';
import { networkKey } from './network-address.ts';
import { newRecoveryCodes } from './recovery-codes.ts';
import type { From, Mails, Person, PersonSession, Sessions } from './sessions.ts';

/** How long a person may take to find his key and put his finger on it. */
export const CHALLENGE_SECONDS = 5 * 60;
/** Log-ins begun in an hour from one network address: a house of several hundred people behind one. */
const LOG_INS_PER_NETWORK = 600;

/** Kinds of signatures that every Node verifies; what it calls experimental is not asked for. */
const SIGNATURES = [COSEALG.EdDSA, COSEALG.ES256, COSEALG.RS256];

type Purpose = 'register' | 'log-in' | 'second-factor';

export interface PasskeyShown {
  readonly passkeyId: string;
  readonly name: string;
  readonly createdAt: number;
  readonly lastUsedAt: number | null;
}

export interface Passkeys {
  list(personId: number): Promise<PasskeyShown[]>;
  /** What the browser needs to make one. */
  registration(session: PersonSession): Promise<PublicKeyCredentialCreationOptionsJSON>;
  /**
   * Keeps a new one. For who has no second factor yet this is giving it.
   * @returns recovery codes, shown once, where it is his first second factor; else none. @throws AccessError
   * 'credentials' where the answer is not to what was asked
   */
  register(session: PersonSession, token: string, name: string, response: RegistrationResponseJSON): Promise<string[]>;
  /** What the browser needs to log in with any passkey of ours. @throws AccessError 'too-many' */
  logInOptions(network: string): Promise<PublicKeyCredentialRequestOptionsJSON>;
  /** Opens a whole session. @returns its token. @throws AccessError 'credentials' */
  logIn(response: AuthenticationResponseJSON, from: From): Promise<string>;
  /** What the browser needs to give the second factor with one of the person's passkeys. */
  secondFactorOptions(session: PersonSession): Promise<PublicKeyCredentialRequestOptionsJSON>;
  /** @throws AccessError 'credentials' */
  giveSecondFactor(session: PersonSession, token: string, response: AuthenticationResponseJSON): Promise<void>;
  /** Removes one; not the last second factor that he has. */
  remove(session: PersonSession, passkeyId: string): Promise<'removed' | 'unknown' | 'last'>;
}

interface Used extends Omit<Person, 'name'> {
  readonly credentialId: Buffer;
  readonly counter: number;
}

export function openPasskeys({
  database,
  clock,
  mails,
  publicUrl,
  sessions,
}: {
  readonly database: Database;
  readonly clock: Clock;
  readonly mails: Mails;
  readonly publicUrl: string;
  readonly sessions: Sessions;
}) {
  const address = new URL(publicUrl);
  if (address.hostname === '127.0.0.1') address.hostname = 'localhost';
  const { hostname: rpID, origin } = address;
  const logInsBegun = new HourlyBound(clock, LOG_INS_PER_NETWORK);

  /** Keeps what is to be signed; an earlier one of the same session is good no more. */
  async function ask(challenge: string, purpose: Purpose, sessionId: string | null): Promise<void> {
    await database.transaction(async (connection) => {
      await connection.run('delete from passkey_challenge where purpose = $1 and session_id = $2', [
        purpose,
        sessionId,
      ]);
      await connection.run(
        `insert into passkey_challenge (challenge, purpose, session_id, expires_at)
         values ($1, $2, $3, to_timestamp($4))`,
        [Buffer.from(challenge, 'base64url'), purpose, sessionId, clock.now() + CHALLENGE_SECONDS],
      );
    });
  }

  /** Whether this was asked, of this session and for this, and not answered before. */
  async function wasAsked(challenge: string, purpose: Purpose, sessionId: string | null): Promise<boolean> {
    const taken = await database.run(
      `delete from passkey_challenge
       where challenge = $1 and purpose = $2 and session_id is not distinct from $3 and expires_at > to_timestamp($4)`,
      [Buffer.from(challenge, 'base64url'), purpose, sessionId, clock.now()],
    );
    return taken === 1;
  }

  async function ownCredentials(personId: number): Promise<{ id: string; transports: string[] }[]> {
    const rows = await database.rows<[Buffer, string[]]>(
      'select credential_id, transports from passkey where person_id = $1',
      [personId],
    );
    return rows.map(([id, transports]) => ({ id: id.toString('base64url'), transports }));
  }

  async function options(
    purpose: Purpose,
    sessionId: string | null,
    allowCredentials?: { id: string; transports: string[] }[],
  ): Promise<PublicKeyCredentialRequestOptionsJSON> {
    const made = await generateAuthenticationOptions({
      rpID,
      userVerification: 'required',
      timeout: CHALLENGE_SECONDS * 1_000,
      ...(allowCredentials && { allowCredentials }),
    });
    await ask(made.challenge, purpose, sessionId);
    return made;
  }

  /** Whose passkey answered. @throws AccessError 'credentials' */
  async function verify(
    response: AuthenticationResponseJSON,
    purpose: Purpose,
    session: PersonSession | null,
  ): Promise<Used> {
    const [row] = await database.rows<[Buffer, Buffer<ArrayBuffer>, number, Buffer, number, string, 'tr' | 'en']>(
      `select k.credential_id, k.public_key, k.counter, decode(replace(p.user_handle::text, '-', ''), 'hex'),
         p.person_id, p.email, p.language
       from passkey k join person p on p.person_id = k.person_id
       where k.credential_id = $1 and p.enabled`,
      [Buffer.from(response.id, 'base64url')],
    );
    if (row === undefined) throw new AccessError('credentials');
    const [credentialId, publicKey, counter, handle, personId, email, language] = row;
    // A log-in by passkey alone says who it is; the password has said so already (WebAuthn Level 2, 7.2, step 6).
    const { userHandle } = response.response;
    const isHis = userHandle === undefined ? session !== null : userHandle === handle.toString('base64url');
    if (!isHis || (session !== null && session.personId !== personId)) throw new AccessError('credentials');
    const { verified, authenticationInfo } = await orRefused(
      verifyAuthenticationResponse({
        response,
        expectedChallenge: (challenge) => wasAsked(challenge, purpose, session?.sessionId ?? null),
        expectedOrigin: origin,
        expectedRPID: rpID,
        credential: { id: response.id, publicKey: new Uint8Array(publicKey), counter },
        requireUserVerification: true,
      }),
    );
    if (!verified) throw new AccessError('credentials');
    return { personId, email, language, credentialId, counter: authenticationInfo.newCounter };
  }

  async function markUsed(connection: Connection, { credentialId, counter }: Used): Promise<void> {
    await connection.run('update passkey set counter = $2, last_used_at = to_timestamp($3) where credential_id = $1', [
      credentialId,
      counter,
      clock.now(),
    ]);
  }

  const passkeys: Passkeys = {
    async list(personId) {
      const rows = await database.rows<[string, string, number, number | null]>(
        `select passkey_id::text, name, extract(epoch from created_at)::float8, extract(epoch from last_used_at)::float8
         from passkey where person_id = $1 order by created_at`,
        [personId],
      );
      return rows.map(([passkeyId, name, createdAt, lastUsedAt]) => ({ passkeyId, name, createdAt, lastUsedAt }));
    },

    async registration({ personId, email, name, sessionId }) {
      const [row] = await database.rows<[Buffer<ArrayBuffer>]>(
        `select decode(replace(user_handle::text, '-', ''), 'hex') from person where person_id = $1`,
        [personId],
      );
      const made = await generateRegistrationOptions({
        rpName: 'Açık İYS',
        rpID,
        userName: email,
        userDisplayName: name,
        userID: new Uint8Array(row?.[0] ?? []),
        timeout: CHALLENGE_SECONDS * 1_000,
        attestationType: 'none',
        supportedAlgorithmIDs: SIGNATURES,
        excludeCredentials: await ownCredentials(personId),
        authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
      });
      await ask(made.challenge, 'register', sessionId);
      return made;
    },

    async register(session, token, name, response) {
      const { verified, registrationInfo } = await orRefused(
        verifyRegistrationResponse({
          response,
          expectedChallenge: (challenge) => wasAsked(challenge, 'register', session.sessionId),
          expectedOrigin: origin,
          expectedRPID: rpID,
          requireUserVerification: true,
          supportedAlgorithmIDs: SIGNATURES,
        }),
      );
      if (!verified) throw new AccessError('credentials');
      const { credential } = registrationInfo;
      const codes = await database.transaction(async (connection) => {
        const before = await factorsBefore(connection, session);
        const kept = await connection.run(
          `insert into passkey (credential_id, person_id, public_key, counter, transports, name, created_at)
           values ($1, $2, $3, $4, $5, $6, to_timestamp($7)) on conflict do nothing`,
          [
            Buffer.from(credential.id, 'base64url'),
            session.personId,
            Buffer.from(credential.publicKey),
            credential.counter,
            credential.transports ?? [],
            name,
            clock.now(),
          ],
        );
        if (kept === 0) throw new AccessError('credentials');
        if (before) {
          await toldOfChange(connection, mails, session, 'passkey-added', clock.now());
          return [];
        }
        await sessions.makeWhole(connection, session, token);
        return await newRecoveryCodes(connection, session.personId);
      });
      mails.wake();
      return codes;
    },

    async logInOptions(network) {
      if (!logInsBegun.take(networkKey(network))) throw new AccessError('too-many', CHALLENGE_SECONDS);
      return await options('log-in', null);
    },

    async logIn(response, from) {
      const used = await verify(response, 'log-in', null);
      const token = await database.transaction(async (connection) => {
        await markUsed(connection, used);
        const opened = await sessions.open(connection, used.personId, from, false);
        await sessions.makeWhole(connection, used, opened);
        return opened;
      });
      mails.wake();
      return token;
    },

    secondFactorOptions: async ({ personId, sessionId }) =>
      options('second-factor', sessionId, await ownCredentials(personId)),

    async giveSecondFactor(session, token, response) {
      const used = await verify(response, 'second-factor', session);
      await database.transaction(async (connection) => {
        await markUsed(connection, used);
        await sessions.makeWhole(connection, session, token);
      });
      mails.wake();
    },

    async remove(session, passkeyId) {
      const { personId } = session;
      const outcome = await database.transaction(async (connection) => {
        // Two removed at once take turns: one of them may be the last.
        const [row] = await connection.rows<[boolean]>(
          'select totp_sealed is not null from person where person_id = $1 for update',
          [personId],
        );
        const own = await connection.rows<[boolean]>('select passkey_id = $2 from passkey where person_id = $1', [
          personId,
          passkeyId,
        ]);
        if (!own.some(([isIt]) => isIt)) return 'unknown';
        if (own.length === 1 && !row?.[0]) return 'last';
        await connection.run('delete from passkey where person_id = $1 and passkey_id = $2', [personId, passkeyId]);
        await toldOfChange(connection, mails, session, 'passkey-removed', clock.now());
        return 'removed';
      });
      mails.wake();
      return outcome;
    },
  };

  return {
    passkeys,
    async expire(): Promise<void> {
      await database.run('delete from passkey_challenge where expires_at < to_timestamp($1)', [clock.now()]);
    },
  };
}

/** The library throws at what is not as it must be: what a browser sent is then refused, whatever was wrong with it. */
async function orRefused<T>(verified: Promise<T>): Promise<T> {
  try {
    return await verified;
  } catch (error) {
    if (error instanceof DatabaseUnavailable) throw error;
    throw new AccessError('credentials');
  }
}
