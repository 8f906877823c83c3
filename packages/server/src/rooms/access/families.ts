// How an account's sessions, families of tokens, end.

import type { Connection } from '../../ground/database.ts';

const WHICH = {
  all: '(revoked_at is null or revoked_at > to_timestamp($2::float8))',
  /** Opened with the password that stands. */
  present: 'revoked_at is null',
  /** Opened with the one before: they end with it. */
  replaced: 'revoked_at > to_timestamp($2::float8)',
} as const;

/** Lets these sessions of an account go on until a moment (epoch seconds), now or ahead, and no longer. */
export async function endFamilies(
  connection: Connection,
  accountId: number,
  at: number,
  which: keyof typeof WHICH = 'all',
): Promise<void> {
  await connection.run(
    `update token_family set revoked_at = to_timestamp($2::float8) where account_id = $1 and ${WHICH[which]}`,
    [accountId, at],
  );
}
