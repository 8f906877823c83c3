// What an operator changes of accounts and limits from outside the server: a new password, an account shut or opened,
// a provider's own limit. The server feels it within a second, as any change of what it keeps (fresh-cache.ts).

import type { Clock } from '../../ground/clock.ts';
import type { Database } from '../../ground/database.ts';
import { AccountError, isAcceptablePassword, lowerCaseAscii } from './accounts.ts';
import { openDesks } from './desk.ts';
import { endFamilies } from './families.ts';
import { isLongEnough } from './password-choice.ts';
import { hashPassword } from './passwords.ts';
import { insertPerson } from './people.ts';
import type { LimitName } from './rate-limits.ts';
import type { OrganisationKind } from './roles.ts';

export { isAcceptableEmail, isAcceptablePassword } from './accounts.ts';
export { STAFF_PASSWORD_LETTERS_LEAST } from './password-choice.ts';
export { makePassword, PASSWORD_LETTERS_LEAST } from './passwords.ts';
export { LIMIT_NAMES, type LimitName } from './rate-limits.ts';

export interface Upkeep {
  /** Sets the password; the ones before and the account's sessions end. False for an unknown account. @throws AccountError 'password' */
  setPassword(email: string, password: string): Promise<boolean>;
  /** Shuts an account, ending its sessions, or opens it. False for an unknown one. */
  setEnabled(email: string, enabled: boolean): Promise<boolean>;
  /**
   * Seats an owner in an organisation, who goes on to invite the others: a new person with this password, who sets up
   * his second factor at his first log-in, or a known one, whose password stays. False where nobody has such a number.
   * @throws AccountError
   */
  seatOwner(owner: NewOwner): Promise<boolean>;
  /** Sets a provider's own limit, or with null brings the configured one back. False for an unknown provider. */
  setLimit(providerCode: number, name: LimitName, amount: number | null): Promise<boolean>;
}

export interface NewOwner {
  readonly email: string;
  readonly name: string;
  readonly password: string;
  readonly organisation: { readonly kind: OrganisationKind; readonly code: number };
}

export function openUpkeep({ database, clock }: { readonly database: Database; readonly clock: Clock }): Upkeep {
  /** Changes an account by its e-mail and ends its sessions with it. */
  function change(set: string, email: string, value: unknown, endSessions: boolean): Promise<boolean> {
    return database.transaction(async (connection) => {
      const [row] = await connection.rows<[number]>(
        `update account set ${set} = $2 where lower(email) = $1 returning account_id`,
        [lowerCaseAscii(email), value],
      );
      if (row !== undefined && endSessions) await endFamilies(connection, row[0], clock.nowMs() / 1000);
      return row !== undefined;
    });
  }

  return {
    async setPassword(email, password) {
      if (!isAcceptablePassword(password)) throw new AccountError('password');
      const set = 'replaced_hash = null, replaced_until = null, password_hash';
      return await change(set, email, await hashPassword(password), true);
    },

    setEnabled: (email, enabled) => change('enabled', email, enabled, !enabled),

    async seatOwner({ email, name, password, organisation }) {
      const { kind, code } = organisation;
      const there = await database.rows(`select from ${kind} where ${kind}_code = $1`, [code]);
      if (there.length === 0) return false;
      if (!isLongEnough(password)) throw new AccountError('password');
      const [known] = await database.rows<[number]>('select person_id from person where lower(email) = $1', [
        lowerCaseAscii(email),
      ]);
      const personId =
        known?.[0] ??
        (await insertPerson(
          database,
          { email, name, passwordHash: await hashPassword(password), language: 'tr' },
          clock.now(),
        ));
      await openDesks({ database, clock }).seat(personId, organisation, { role: 'owner', brands: null });
      return true;
    },

    setLimit: (providerCode, name, amount) =>
      database.transaction(async (connection) => {
        const there = await connection.rows('select from provider where provider_code = $1', [providerCode]);
        if (there.length === 0) return false;
        if (amount === null)
          await connection.run('delete from provider_limit where provider_code = $1 and limit_name = $2', [
            providerCode,
            name,
          ]);
        else
          await connection.run(
            `insert into provider_limit (provider_code, limit_name, amount) values ($1, $2, $3)
             on conflict (provider_code, limit_name) do update set amount = excluded.amount`,
            [providerCode, name, amount],
          );
        return true;
      }),
  };
}
