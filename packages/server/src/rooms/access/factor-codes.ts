// Codes of the second factor: an authenticator's (RFC 6238), good once, and recovery codes.
//
// A code has a million values and three of them are good at a time, so what keeps it is that few can be tried. Attempts of
// one person take turns on his row, in whatever process and from wherever; after a few wrong ones the session is over and
// the password must be given again, and after some more no code is judged until the hour is over, and he is told by mail.
// Whoever gets that far has his password: setting a new one opens the way again.

import { Secret, TOTP } from 'otpauth';
import type { Clock } from '../../ground/clock.ts';
import type { Connection, Database } from '../../ground/database.ts';
import type { AddressKeys } from '../../ground/keys.ts';
import { AccessError } from './attempts.ts';
import { opaqueTokenHash } from './opaque-token.ts';
import { RECOVERY_LETTERS, takeRecoveryCode } from './recovery-codes.ts';
import type { Mails, PersonSession } from './sessions.ts';

const TOTP_SECONDS = 30;
/** Clocks of telephones are off by so many steps. */
const TOTP_WINDOW = 1;
/** Wrong codes after which a session is over. */
export const WRONG_CODES_A_SESSION = 8;
/** Wrong codes of a person within an hour, after which none is judged until it is over. */
export const WRONG_CODES_AN_HOUR = 24;
const HOUR_SECONDS = 3_600;

export interface FactorCodes {
  /**
   * Judges a code; where it is right `whenRight` runs in the same transaction.
   * @returns false where it is wrong
   * @throws AccessError 'codes-paused' where none is judged now
   */
  give(
    session: PersonSession,
    token: string,
    code: string,
    whenRight: (connection: Connection) => Promise<void>,
  ): Promise<boolean>;
  /** The step that a code of a secret belongs to, or undefined where it is none of it. */
  stepOf(secret: string, code: string): number | undefined;
}

/** With a new password what was wrong before does not count any more. */
export async function forgetWrongCodes(connection: Connection, personId: number): Promise<void> {
  await connection.run('update person set wrong_codes = 0 where person_id = $1 and wrong_codes > 0', [personId]);
}

export function openFactorCodes({
  database,
  clock,
  keys,
  mails,
}: {
  readonly database: Database;
  readonly clock: Clock;
  readonly keys: AddressKeys;
  readonly mails: Mails;
}): FactorCodes {
  function stepOf(secret: string, code: string): number | undefined {
    const totp = new TOTP({ secret: Secret.fromBase32(secret), period: TOTP_SECONDS });
    const delta = totp.validate({ token: code, timestamp: clock.nowMs(), window: TOTP_WINDOW });
    return delta === null ? undefined : Math.floor(clock.now() / TOTP_SECONDS) + delta;
  }

  async function isRight(connection: Connection, personId: number, sealed: Buffer | null, code: string) {
    const given = code.replace(/[\s-]/g, '').toUpperCase();
    if (!/^\d{6}$/.test(given))
      return given.length === RECOVERY_LETTERS && (await takeRecoveryCode(connection, personId, given, clock.now()));
    const step = sealed === null ? undefined : stepOf(keys.openText(sealed), given);
    if (step === undefined) return false;
    return (
      (await connection.run('update person set totp_step = $2 where person_id = $1 and totp_step < $2', [
        personId,
        step,
      ])) === 1
    );
  }

  return {
    stepOf,

    async give({ personId, email, language }, token, code, whenRight) {
      const tokenHash = opaqueTokenHash(token);
      const outcome = await database.transaction(async (connection): Promise<boolean | { readonly wait: number }> => {
        const now = clock.now();
        const [row] = await connection.rows<[Buffer | null, number, number]>(
          `select totp_sealed, case when wrong_codes_since > to_timestamp($2::float8) then wrong_codes else 0 end,
             greatest(1, ceil(extract(epoch from wrong_codes_since)::float8 - $2::float8))::int
           from person where person_id = $1 for no key update`,
          [personId, now - HOUR_SECONDS],
        );
        const [sealed, wrong, wait] = row ?? [null, 0, 0];
        if (wrong >= WRONG_CODES_AN_HOUR) return { wait };
        // Another request of it may have ended it while this one waited for its turn.
        const live = await connection.run(
          'update person_session set wrong_codes = wrong_codes where session_hash = $1 and ended_at is null',
          [tokenHash],
        );
        if (live === 0) return false;
        if (await isRight(connection, personId, sealed, code)) {
          // Of the hour they count on: or each log-in of the person would give a guesser as many again.
          await connection.run('update person_session set wrong_codes = 0 where session_hash = $1', [tokenHash]);
          await whenRight(connection);
          return true;
        }
        await connection.run(
          `update person set wrong_codes = $2::int, wrong_codes_since = case when $2::int = 1 then to_timestamp($3) else wrong_codes_since end
           where person_id = $1`,
          [personId, wrong + 1, now],
        );
        await connection.run(
          `update person_session set wrong_codes = wrong_codes + 1,
             ended_at = case when wrong_codes + 1 >= $2 then to_timestamp($3) else ended_at end
           where session_hash = $1`,
          [tokenHash, WRONG_CODES_A_SESSION, now],
        );
        if (wrong + 1 === WRONG_CODES_AN_HOUR)
          await mails.enqueue(connection, { template: 'wrong-codes', fields: { at: now }, to: email, language });
        return false;
      });
      mails.wake();
      if (typeof outcome === 'boolean') return outcome;
      throw new AccessError('codes-paused', outcome.wait);
    },
  };
}
