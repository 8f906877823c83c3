// Drafts: what a person has typed and not sent yet. They lie sealed on the server, one for each place of the portal, so
// that an error, a reload or an expired session loses nothing and a shared counter keeps nothing. A draft past its
// period is deleted: what was forgotten so long is nobody's intention any more.

import type { Clock } from '../../ground/clock.ts';
import type { Database } from '../../ground/database.ts';
import type { AddressKeys } from '../../ground/keys.ts';

/** How long a draft is kept. */
export const DRAFT_KEPT_SECONDS = 30 * 86_400;
/** Bytes of one draft: fifty rows of a sheet with everything repaired. */
export const DRAFT_BYTES_MAX = 64 * 1_024;

export interface Drafts {
  /** Undefined where there is none. */
  read(accountId: number, place: string): Promise<{ savedAt: number; content: unknown } | undefined>;
  /** @returns false where it is too large */
  save(accountId: number, place: string, content: unknown): Promise<boolean>;
  discard(accountId: number, place: string): Promise<void>;
  list(accountId: number): Promise<{ place: string; savedAt: number }[]>;
  expire(): Promise<void>;
}

export function openDrafts({
  database,
  clock,
  keys,
}: {
  readonly database: Database;
  readonly clock: Clock;
  readonly keys: AddressKeys;
}): Drafts {
  return {
    async read(accountId, place) {
      const [row] = await database.rows<[Buffer, number]>(
        'select sealed, extract(epoch from saved_at)::float8 from draft where account_id = $1 and place = $2',
        [accountId, place],
      );
      return row && { savedAt: row[1], content: JSON.parse(keys.openText(row[0])) };
    },

    async save(accountId, place, content) {
      const text = JSON.stringify(content) ?? 'null';
      if (Buffer.byteLength(text) > DRAFT_BYTES_MAX) return false;
      await database.run(
        `insert into draft (account_id, place, sealed, saved_at) values ($1, $2, $3, to_timestamp($4))
         on conflict (account_id, place) do update set sealed = excluded.sealed, saved_at = excluded.saved_at`,
        [accountId, place, keys.sealText(text), clock.now()],
      );
      return true;
    },

    async discard(accountId, place) {
      await database.run('delete from draft where account_id = $1 and place = $2', [accountId, place]);
    },

    async list(accountId) {
      const rows = await database.rows<[string, number]>(
        'select place, extract(epoch from saved_at)::float8 from draft where account_id = $1 order by saved_at desc',
        [accountId],
      );
      return rows.map(([place, savedAt]) => ({ place, savedAt }));
    },

    async expire() {
      await database.run('delete from draft where saved_at < to_timestamp($1)', [clock.now() - DRAFT_KEPT_SECONDS]);
    },
  };
}
