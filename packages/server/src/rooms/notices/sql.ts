// The SQL of `mail`. Times are epoch milliseconds. Who tries a mail holds it by (next_try_at in the future, attempts):
// what he says of a failure is conditional on his attempt's number, so that one whose time ran out and whose mail was
// taken over changes nothing. That a mail was sent is true whoever says it.

import type { Query } from '../../ground/database.ts';

const time = (parameter: string): string => `to_timestamp(${parameter}::float8 / 1000)`;
const WAITING = 'sent_at is null and failed_at is null';

export const ADD: Query = {
  name: 'mail-add',
  text: `
    insert into mail (mail_id, template, language, address, fields, organisation_code, dedupe_key, created_at, next_try_at)
    values ($1, $2, $3, $4, $5, $6, $7, ${time('$8')}, ${time('$8')})
    on conflict (dedupe_key) do nothing`,
};

/** Takes the mail that is due longest, passing by what others are taking. $1 now, $2 until when it is held. */
export const CLAIM: Query = {
  name: 'mail-claim',
  text: `
    update mail
       set attempts = attempts + 1, next_try_at = ${time('$2')}
     where mail_id = (
           select mail_id from mail
            where ${WAITING} and next_try_at <= ${time('$1')}
            order by next_try_at
            limit 1
              for update skip locked)
    returning mail_id, template, language, address, fields, attempts, date_part('epoch', created_at)::float8 * 1000`,
};

/** $2 now. */
export const SENT: Query = {
  name: 'mail-sent',
  text: `update mail set sent_at = ${time('$2')}, address = null, fields = null where mail_id = $1 and ${WAITING}`,
};

/** $2 the attempt's number, $3 now. */
export const GIVE_UP: Query = {
  name: 'mail-give-up',
  text: `
    update mail set failed_at = ${time('$3')}, address = null, fields = null
     where mail_id = $1 and attempts = $2 and ${WAITING}`,
};

/** $2 the attempt's number, $3 when the next one may be. */
export const LATER: Query = {
  name: 'mail-later',
  text: `update mail set next_try_at = ${time('$3')} where mail_id = $1 and attempts = $2 and ${WAITING}`,
};

/** $1: what was written before it. */
export const EXPIRE: Query = {
  name: 'mail-expire',
  text: `delete from mail where created_at < ${time('$1')}`,
};
