// How an account's sessions, families of tokens, end.

import type { Connection } from '../../ground/database.ts';

const END = `
  update token_family set revoked_at = to_timestamp($2::float8)
  where account_id = $1 and (revoked_at is null or revoked_at > to_timestamp($2::float8))`;

/** Lets no session of the account outlive a moment (epoch seconds), which may lie ahead. */
export async function endFamilies(connection: Connection, accountId: number, at: number): Promise<void> {
  await connection.run(END, [accountId, at]);
}
