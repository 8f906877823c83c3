// Addresses that a person typed himself: these he may see in clear again, whatever his brands know of them. Kept by their
// keys, as consents are, for a day.

import type { Clock } from '../../ground/clock.ts';
import type { Database } from '../../ground/database.ts';
import type { AddressKeys } from '../../ground/keys.ts';

const KEPT_SECONDS = 86_400;

export interface TypedAddresses {
  /** @param address E.164 or lower-case e-mail */
  note(accountId: number, address: string): Promise<void>;
  /** Whether the account typed this address within a day. */
  has(accountId: number, address: string): Promise<boolean>;
  expire(): Promise<void>;
}

export function openTypedAddresses({
  database,
  clock,
  keys,
}: {
  readonly database: Database;
  readonly clock: Clock;
  readonly keys: AddressKeys;
}): TypedAddresses {
  function keyOf(address: string): string | undefined {
    return (address.includes('@') ? keys.emailKeys([address]) : keys.telephoneKeys([address]))[0];
  }

  return {
    async note(accountId, address) {
      await database.run(
        `insert into address_typed (account_id, address, at) values ($1, $2::uuid, to_timestamp($3))
         on conflict (account_id, address) do update set at = excluded.at`,
        [accountId, keyOf(address), clock.now()],
      );
    },

    async has(accountId, address) {
      const found = await database.rows(
        'select from address_typed where account_id = $1 and address = $2::uuid and at > to_timestamp($3)',
        [accountId, keyOf(address), clock.now() - KEPT_SECONDS],
      );
      return found.length > 0;
    },

    async expire() {
      await database.run('delete from address_typed where at <= to_timestamp($1)', [clock.now() - KEPT_SECONDS]);
    },
  };
}
