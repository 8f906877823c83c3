// The SQL of push addresses. Times are epoch milliseconds. `lease_until` belongs to the process that serves an address:
// until then nobody else may call it, and who has set it to a moment may write as long as it stands there.
// `next_try_at` is the pause of a failing address.

import type { Query } from '../../ground/database.ts';

const time = (parameter: string): string => `to_timestamp(${parameter}::float8 / 1000)`;
const DUE = (now: string): string => `
  (p.lease_until is null or p.lease_until <= ${time(now)}) and (p.next_try_at is null or p.next_try_at <= ${time(now)})`;

/**
 * Whether the holder of address `p` of brand `b` may have what is sent: the brand's provider, and a partner as long as
 * its grant gives what registering needs. Asked with every page, so a right that was taken away ends what it opened.
 */
const ENTITLED = `
  (p.holder_code = b.provider_code
   or exists (select 1 from partner_grant g
               where g.partner_code = p.holder_code and g.brand_id = p.brand_id
                 and (array[g.arama, g.mesaj, g.eposta])[p.channel + 1] = 'write'))`;

/** The provider or partner whose account acts: addresses are its own. */
export const HOLDER = `select coalesce(provider_code, partner_code) from account where account_id = $1`;

/** Takes turns for changes of one brand's addresses; holds up nobody who refers to the brand. */
export const LOCK_BRAND = `select 1 from brand where brand_id = $1 for no key update`;

export const ADDRESSES = `
  select p.push_id, p.holder_code, p.channel, p.url, p.username, p.password,
         p.status, date_part('epoch', p.status_at)::int8, ${ENTITLED}, p.brand_id, t.title,
         date_part('epoch', p.failing_since)::int8, p.cursor_seq, j.last_seq
    from push_address p
    join brand b on b.brand_id = p.brand_id
    join brand_journal j on j.brand_id = p.brand_id
    left join partner t on t.partner_code = p.holder_code
   where p.brand_id = any($1::int[])
   order by p.brand_id, p.channel, p.url, p.holder_code`;

export const ADD = `
  insert into push_address (brand_id, push_id, holder_code, channel, url, username, password, status, status_at, cursor_seq)
  values ($1, $2, $3, $4, $5, $6, $7, 'connected', ${time('$8')}, $9)`;

/** New credentials, and a clean slate; the cursor stays, so what was missed while parked comes now. */
export const RENEW = `
  update push_address
     set url = $3, username = $4, password = $5, status = 'connected', status_at = ${time('$6')},
         attempts = 0, failing_since = null, next_try_at = null
   where brand_id = $1 and push_id = $2`;

export const REMOVE = `delete from push_address where brand_id = $1 and push_id = $2`;

/** Addresses that may be served, are behind their brand's journal and due. */
const behind = (name: string, brands: string): Query => ({
  name,
  text: `
    select p.brand_id, p.push_id, p.channel, p.cursor_seq, p.attempts, j.last_seq
      from push_address p
      join brand b on b.brand_id = p.brand_id
      join brand_journal j on j.brand_id = p.brand_id
     where p.status = 'connected' and j.last_seq > p.cursor_seq and ${DUE('$1')} and ${ENTITLED} ${brands}
     order by p.next_try_at nulls first`,
});
export const BEHIND = behind('push-behind', '');
export const BEHIND_OF_BRANDS = behind('push-behind-brands', 'and p.brand_id = any($2::int[])');

/** Takes the lease; no row where another has it, or the address was served, parked, removed or is not to be served. */
export const CLAIM: Query = {
  name: 'push-claim',
  text: `
    update push_address p
       set lease_until = ${time('$5')}
      from brand b
     where b.brand_id = p.brand_id and p.brand_id = $1 and p.push_id = $2 and p.cursor_seq = $3
       and p.status = 'connected' and ${DUE('$4')} and ${ENTITLED}
    returning p.url, p.username, p.password, p.attempts, date_part('epoch', p.failing_since at time zone 'UTC')::float8 * 1000,
              b.provider_code`,
};

const ARRIVED = `cursor_seq = $4, attempts = 0, failing_since = null, next_try_at = null`;

/** A page arrived and was the last for now; $3 is the lease held. */
export const DELIVERED: Query = {
  name: 'push-delivered',
  text: `
    update push_address set ${ARRIVED}, lease_until = null
     where brand_id = $1 and push_id = $2 and lease_until = ${time('$3')}`,
};

/** A page arrived and the next one is to follow under the lease $5; no row where there is to be none. */
export const GO_ON: Query = {
  name: 'push-go-on',
  text: `
    update push_address p set ${ARRIVED}, lease_until = ${time('$5')}
      from brand b
     where b.brand_id = p.brand_id and p.brand_id = $1 and p.push_id = $2 and p.lease_until = ${time('$3')}
       and ${ENTITLED}`,
};

export const RELEASE: Query = {
  name: 'push-release',
  text: `
    update push_address set lease_until = null
     where brand_id = $1 and push_id = $2 and lease_until = ${time('$3')}`,
};

/** No row where the lease is lost, or where the credentials that failed ($7, sealed) were renewed meanwhile. */
export const FAILED: Query = {
  name: 'push-failed',
  text: `
    update push_address
       set attempts = attempts + 1, failing_since = coalesce(failing_since, ${time('$4')}),
           lease_until = null, next_try_at = ${time('$5')}, status = $6,
           status_at = case when status = $6 then status_at else ${time('$4')} end
     where brand_id = $1 and push_id = $2 and lease_until = ${time('$3')} and password = $7`,
};

/** Whose an address is, and what it is for. */
export const HOLDER_OF = `
  select p.holder_code, b.name, p.channel, p.url
    from push_address p join brand b on b.brand_id = p.brand_id
   where p.brand_id = $1 and p.push_id = $2`;

/** Moves the cursor over movements that are not for this address. */
export const SKIP: Query = {
  name: 'push-skip',
  text: `
    update push_address p set cursor_seq = $4
     where p.brand_id = $1 and p.push_id = $2 and p.cursor_seq = $3 and ${DUE('$5')}`,
};

/** Of what may be served: an address that waits for its partner's right is nobody's delay. */
export const LAG = `
  select count(*)::int,
         count(*) filter (where p.status = 'parked')::int,
         coalesce(max(j.last_seq - p.cursor_seq) filter (where p.status = 'connected'), 0)::int8
    from push_address p
    join brand b on b.brand_id = p.brand_id
    left join brand_journal j on j.brand_id = p.brand_id
   where ${ENTITLED}`;
