// The SQL of push addresses. Times are epoch milliseconds. `next_try_at` is the pause of a failing address and the
// lease of the process that serves it, in one column: until then nobody else may call the address, and who has set it
// to a moment may write as long as it stands there. A connected address may have either, a parked one has no lease.

import type { Query } from '../../ground/database.ts';

const time = (parameter: string): string => `to_timestamp(${parameter}::float8 / 1000)`;
const DUE = (now: string): string => `(next_try_at is null or next_try_at <= ${time(now)})`;

/** Takes turns for changes of one brand's addresses; holds up nobody who refers to the brand. */
export const LOCK_BRAND = `select 1 from brand where brand_id = $1 for no key update`;

export const ADDRESSES = `
  select push_id, channel, url, username, password, status, date_part('epoch', status_at)::int8
    from push_address where brand_id = $1 order by channel, url`;

export const ADD = `
  insert into push_address (brand_id, push_id, channel, url, username, password, status, status_at, cursor_seq)
  values ($1, $2, $3, $4, $5, $6, 'connected', ${time('$7')}, $8)`;

/**
 * New credentials, and a clean slate; the cursor stays, so what was missed while parked comes now. $7 is the end of a
 * lease taken now: a lease under way ends before it and stands, a longer pause ends there.
 */
export const RENEW = `
  update push_address
     set url = $3, username = $4, password = $5, status = 'connected', status_at = ${time('$6')},
         attempts = 0, failing_since = null,
         next_try_at = case when status = 'connected' and next_try_at is not null
                            then least(next_try_at, ${time('$7')}) end
   where brand_id = $1 and push_id = $2`;

export const REMOVE = `delete from push_address where brand_id = $1 and push_id = $2`;

/** Addresses behind their brand's journal and due. */
const behind = (name: string, brands: string): Query => ({
  name,
  text: `
    select p.brand_id, p.push_id, p.channel, p.cursor_seq, p.attempts, j.last_seq
      from push_address p
      join brand_journal j on j.brand_id = p.brand_id
     where p.status = 'connected' and j.last_seq > p.cursor_seq and ${DUE('$1')} ${brands}
     order by p.next_try_at nulls first`,
});
export const BEHIND = behind('push-behind', '');
export const BEHIND_OF_BRANDS = behind('push-behind-brands', 'and p.brand_id = any($2::int[])');

/** Takes the lease; no row where another has it, or the address was served, parked or removed meanwhile. */
export const CLAIM: Query = {
  name: 'push-claim',
  text: `
    update push_address p
       set next_try_at = ${time('$5')}
      from brand b
     where b.brand_id = p.brand_id and p.brand_id = $1 and p.push_id = $2 and p.cursor_seq = $3
       and p.status = 'connected' and ${DUE('$4')}
    returning p.url, p.username, p.password, p.attempts, date_part('epoch', p.failing_since at time zone 'UTC')::float8 * 1000,
              b.provider_code`,
};

/** A page arrived: $3 is the lease held, $5 the next one or null. */
export const DELIVERED: Query = {
  name: 'push-delivered',
  text: `
    update push_address
       set cursor_seq = $4, attempts = 0, failing_since = null, next_try_at = ${time('$5')}
     where brand_id = $1 and push_id = $2 and next_try_at = ${time('$3')}`,
};

export const RELEASE: Query = {
  name: 'push-release',
  text: `
    update push_address set next_try_at = null
     where brand_id = $1 and push_id = $2 and next_try_at = ${time('$3')}`,
};

/** No row where the lease is lost, or where the credentials that failed ($7, sealed) were renewed meanwhile. */
export const FAILED: Query = {
  name: 'push-failed',
  text: `
    update push_address
       set attempts = attempts + 1, failing_since = coalesce(failing_since, ${time('$4')}),
           next_try_at = ${time('$5')}, status = $6,
           status_at = case when status = $6 then status_at else ${time('$4')} end
     where brand_id = $1 and push_id = $2 and next_try_at = ${time('$3')} and password = $7`,
};

/** Moves the cursor over movements that are not for this address. */
export const SKIP: Query = {
  name: 'push-skip',
  text: `
    update push_address set cursor_seq = $4
     where brand_id = $1 and push_id = $2 and cursor_seq = $3 and ${DUE('$5')}`,
};

export const LAG = `
  select count(*)::int,
         count(*) filter (where p.status = 'parked')::int,
         coalesce(max(j.last_seq - p.cursor_seq) filter (where p.status = 'connected'), 0)::int8
    from push_address p
    left join brand_journal j on j.brand_id = p.brand_id`;
