// The SQL of a round, one text for PostgreSQL and for Citus. Every set-based write is anchored on the journal row
// (`from brand_journal j … where j.brand_id = any($n)`), so that it runs whole where the brand lives
// (docs/adr/0005-everything-by-brand.md). Where keys drive, the look-up is a LATERAL with OFFSET 0: it can only be a
// look-up by key, with statistics or without. Inside such a fence, and on a table that is deleted from, the brands are
// named once more: the equality with the journal's brand alone does not lead Citus to one shard.

import type { Query } from '../../ground/database.ts';
import { MOVEMENT_COLUMNS } from './movements.ts';

export const LOCK: Query = {
  name: 'round-lock',
  text: `
    select brand_id, last_seq, date_part('epoch', last_at)::int8, withheld
      from brand_journal
     where brand_id = any($1::int[])
     order by brand_id
       for update skip locked`,
};

export const LOCK_WAITING: Query = { name: 'round-lock-wait', text: LOCK.text.replace(' skip locked', '') };

/** Present states of the round's keys; rows come only for keys that exist. */
export const READ: Query = {
  name: 'round-read',
  text: `
    select a.i::int, x.state, date_part('epoch', x.consented_at)::int8, x.last_seq, x.late_seq, x.retailer
      from brand_journal j
      join unnest($2::int[], $3::int2[], $4::uuid[]) with ordinality a(b, k, a, i) on a.b = j.brand_id
      cross join lateral (
        select c.state, c.consented_at, c.last_seq, c.late_seq, c.retailer
          from consent c
         where c.brand_id = j.brand_id and c.brand_id = any($1::int[]) and c.kind = a.k and c.address = a.a
        offset 0) x
     where j.brand_id = any($1::int[])`,
};

/** Rows sorted by key before they are written: neighbours in the index are written together. */
export const WRITE_CONSENTS: Query = {
  name: 'round-consents',
  text: `
    insert into consent as c (brand_id, kind, address, state, consented_at, last_seq, late_seq, retailer, sealed)
    select j.brand_id, a.k, a.a, a.s, to_timestamp(a.c), a.q, a.l, a.r, a.e
      from brand_journal j
      join unnest($2::int[], $3::int2[], $4::uuid[], $5::int2[], $6::int8[], $7::int8[], $8::int8[], $9::int[], $10::bytea[])
             a(b, k, a, s, c, q, l, r, e) on a.b = j.brand_id
     where j.brand_id = any($1::int[])
     order by j.brand_id, a.k, a.a
    on conflict (brand_id, kind, address) do update
       set state = excluded.state, consented_at = excluded.consented_at, last_seq = excluded.last_seq,
           late_seq = excluded.late_seq, retailer = excluded.retailer`,
};

/**
 * One flat list: a join with the tasks that the movements came in was planned as a nested loop once the plan was generic,
 * and 4,000 small calls in one round took longer than any deadline.
 */
export const WRITE_MOVEMENTS: Query = {
  name: 'round-movements',
  text: `
    insert into movement (brand_id, seq, kind, address, state, old_state, consented_at, received_at, prev_seq, nonce,
                          actor, door, retailer, request_id, request_index, restores, overtaken)
    select j.brand_id, a.q, a.k, a.a, a.s, a.o, to_timestamp(a.c), to_timestamp(a.t), a.p, a.n,
           a.w, a.d, a.r, a.e, a.x, a.u, coalesce(a.v, false)
      from brand_journal j
      join unnest($2::int[], $3::int8[], $4::int2[], $5::uuid[], $6::int2[], $7::int2[], $8::int8[], $9::int8[], $10::int8[],
                  $11::int8[], $12::int[], $13::int2[], $14::int[], $15::uuid[], $16::int[], $17::int8[], $18::bool[])
             a(b, q, k, a, s, o, c, t, p, n, w, d, r, e, x, u, v) on a.b = j.brand_id
     where j.brand_id = any($1::int[])`,
};

export const COUNT_DAYS: Query = {
  name: 'round-days',
  text: `
    insert into brand_day as d (brand_id, day, kind, state, change, old_state, movements, first_seq, last_seq)
    select j.brand_id, a.d, a.k, a.s, a.g, a.o, a.n, a.f, a.l
      from brand_journal j
      join unnest($2::int[], $3::date[], $4::int2[], $5::int2[], $6::int2[], $7::int2[], $8::int8[], $9::int8[], $10::int8[])
             a(b, d, k, s, g, o, n, f, l) on a.b = j.brand_id
     where j.brand_id = any($1::int[])
    on conflict (brand_id, day, kind, state, change, old_state) do update
       set movements = d.movements + excluded.movements, last_seq = excluded.last_seq`,
};

/** The later date wins. */
export const WITHHOLD: Query = {
  name: 'round-withhold',
  text: `
    insert into withheld_refusal as w (brand_id, kind, address, source, consented_at, received_at, actor, door, sealed)
    select j.brand_id, a.k, a.a, a.s, to_timestamp(a.c), to_timestamp(a.t), a.u, a.d, a.e
      from brand_journal j
      join unnest($2::int[], $3::int2[], $4::uuid[], $5::int2[], $6::int8[], $7::int8[], $8::int[], $9::int2[], $10::bytea[])
             a(b, k, a, s, c, t, u, d, e) on a.b = j.brand_id
     where j.brand_id = any($1::int[])
     order by j.brand_id, a.k, a.a
    on conflict (brand_id, kind, address) do update
       set consented_at = excluded.consented_at, source = excluded.source, received_at = excluded.received_at,
           actor = excluded.actor, door = excluded.door
     where w.consented_at < excluded.consented_at`,
};

/** A newer consent ends the refusals withheld before it. */
export const END_WITHHELD: Query = {
  name: 'round-end-withheld',
  text: `
    delete from withheld_refusal w
     using brand_journal j
      join unnest($2::int[], $3::int2[], $4::uuid[], $5::int8[]) a(b, k, a, c) on a.b = j.brand_id
     where j.brand_id = any($1::int[])
       and w.brand_id = any($1::int[]) and w.brand_id = j.brand_id and w.kind = a.k and w.address = a.a
       and w.consented_at < to_timestamp(a.c)`,
};

export const CLEAR_RETAILER_ACCESS: Query = {
  name: 'round-access-clear',
  text: `
    delete from retailer_access r
     using brand_journal j
      join unnest($2::int[], $3::int2[], $4::uuid[]) a(b, k, a) on a.b = j.brand_id
     where j.brand_id = any($1::int[])
       and r.brand_id = any($1::int[]) and r.brand_id = j.brand_id and r.kind = a.k and r.address = a.a`,
};

export const GRANT_RETAILER_ACCESS: Query = {
  name: 'round-access-grant',
  text: `
    insert into retailer_access (brand_id, kind, address, retailer_code)
    select j.brand_id, a.k, a.a, a.r
      from brand_journal j
      join unnest($2::int[], $3::int2[], $4::uuid[], $5::int[]) a(b, k, a, r) on a.b = j.brand_id
     where j.brand_id = any($1::int[])
     order by j.brand_id, a.k, a.a, a.r
    on conflict do nothing`,
};

export const WRITE_REQUESTS: Query = {
  name: 'round-requests',
  text: `
    insert into request (brand_id, request_id, received_at, version, outcomes, seqs)
    select j.brand_id, a.r, to_timestamp(a.t), a.v, a.o::int2[], a.s::int8[]
      from brand_journal j
      join unnest($2::int[], $3::uuid[], $4::int8[], $5::int2[], $6::text[], $7::text[]) a(b, r, t, v, o, s)
        on a.b = j.brand_id
     where j.brand_id = any($1::int[])`,
};

export const WRITE_NAMES: Query = {
  name: 'round-names',
  text: `
    insert into citizen_name (brand_id, seq, sealed, expires_at)
    select j.brand_id, a.q, a.e, to_timestamp(a.x)
      from brand_journal j
      join unnest($2::int[], $3::int8[], $4::bytea[], $5::int8[]) a(b, q, e, x) on a.b = j.brand_id
     where j.brand_id = any($1::int[])`,
};

export const MOVE_JOURNALS: Query = {
  name: 'round-journals',
  text: `
    update brand_journal j
       set last_seq = a.s, last_at = to_timestamp(a.t), withheld = j.withheld + a.w
      from unnest($2::int[], $3::int8[], $4::int8[], $5::int8[]) a(b, s, t, w)
     where j.brand_id = any($1::int[]) and j.brand_id = a.b`,
};

/** A COMMIT in doubt: waits for the journals (so for the transaction's end), then looks for what it wrote. */
export const PROBE_MOVEMENT = `select 1 from movement where brand_id = $1 and seq = $2 and nonce = $3`;
export const PROBE_REQUEST = `select 1 from request where brand_id = $1 and request_id = $2`;

/** Movements by number, with what their fingerprints need. */
export const MOVEMENTS_BY_SEQ: Query = {
  name: 'movements-by-seq',
  text: `
    select a.i::int, ${MOVEMENT_COLUMNS}
      from brand_journal j
      join unnest($2::int[], $3::int8[]) with ordinality a(b, q, i) on a.b = j.brand_id
      cross join lateral (
        select * from movement x
         where x.brand_id = j.brand_id and x.brand_id = any($1::int[]) and x.seq = a.q
        offset 0) m
     where j.brand_id = any($1::int[])`,
};
