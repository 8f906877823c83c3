// When an API user was last used, and from where: written behind the call's back and once a minute at most, so that no
// call waits for it. What was not written when the database was away is written a minute later.

import ipaddr from 'ipaddr.js';
import type { Clock } from '../../ground/clock.ts';
import type { Database, Query } from '../../ground/database.ts';
import { Recent } from './fresh-cache.ts';

const WRITTEN_EVERY_SECONDS = 60;
/** Accounts remembered as written: about half a megabyte when full. */
const ACCOUNTS_MOST = 10_000;

/** Another process may have written meanwhile. */
const WRITE: Query = {
  name: 'access_last_use',
  text: `update account set last_used_at = to_timestamp($2::float8), last_used_from = $3
         where account_id = $1
           and (last_used_at is null or last_used_at <= to_timestamp($2::float8 - ${WRITTEN_EVERY_SECONDS}))`,
};

export class LastUses {
  readonly #database: Pick<Database, 'run'>;
  readonly #clock: Clock;
  readonly #writtenMs = new Recent<number, number>(ACCOUNTS_MOST);

  constructor(database: Pick<Database, 'run'>, clock: Clock) {
    this.#database = database;
    this.#clock = clock;
  }

  note(accountId: number, networkAddress: string): void {
    const nowMs = this.#clock.nowMs();
    const before = this.#writtenMs.get(accountId);
    if (before !== undefined && Math.abs(nowMs - before) < WRITTEN_EVERY_SECONDS * 1_000) return;
    this.#writtenMs.set(accountId, nowMs);
    const from = ipaddr.isValid(networkAddress) ? ipaddr.process(networkAddress).toString() : null;
    this.#database.run(WRITE, [accountId, nowMs / 1_000, from]).catch(() => undefined);
  }
}
