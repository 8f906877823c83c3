// The SQL of reading and of the counters: status, check, history, feed, day ranges, requests. Every statement names its brand; keys drive
// through LATERAL with OFFSET 0, so that no plan hangs on statistics.

import type { Query } from '../../ground/database.ts';
import { MOVEMENT_COLUMNS } from './movements.ts';

/** Last movement, withheld refusal and number of retailers of each key; rows only for keys that have one of the first. */
export const STATUS: Query = {
  name: 'read-status',
  text: `
    select a.i::int, (select count(*)::int from retailer_access r
                       where r.brand_id = j.brand_id and r.brand_id = any($1::int[])
                         and r.kind = a.k and r.address = a.a),
           w.source, date_part('epoch', w.consented_at)::int8, date_part('epoch', w.received_at)::int8,
           ${MOVEMENT_COLUMNS}
      from brand_journal j
      join unnest($2::int[], $3::int2[], $4::uuid[]) with ordinality a(b, k, a, i) on a.b = j.brand_id
      left join lateral (
        select c.last_seq from consent c
         where c.brand_id = j.brand_id and c.brand_id = any($1::int[]) and c.kind = a.k and c.address = a.a offset 0) x on true
      left join lateral (
        select * from movement y
         where y.brand_id = j.brand_id and y.brand_id = any($1::int[]) and y.seq = x.last_seq offset 0) m on true
      left join lateral (
        select h.source, h.consented_at, h.received_at from withheld_refusal h
         where h.brand_id = j.brand_id and h.brand_id = any($1::int[]) and h.kind = a.k and h.address = a.a offset 0) w on true
     where j.brand_id = any($1::int[]) and (m.seq is not null or w.source is not null)`,
};

/** Positions in the list of those that may be contacted: granted, and no withheld refusal as new as the consent. */
export const GRANTED: Query = {
  name: 'read-granted',
  text: `
    select a.i::int
      from brand_journal j
      cross join unnest($3::uuid[]) with ordinality a(a, i)
      cross join lateral (
        select c.consented_at from consent c
         where c.brand_id = $1 and c.kind = $2::int2 and c.address = a.a and (c.state & 1) = 1 offset 0) x
      left join lateral (
        select h.consented_at, true as is_there from withheld_refusal h
         where h.brand_id = $1 and h.kind = $2::int2 and h.address = a.a offset 0) w on true
     where j.brand_id = $1
       and (w.is_there is null or w.consented_at < x.consented_at)`,
};

/** Both chains of one key: what stood, and the refusals that were overtaken. */
export const HISTORY: Query = {
  name: 'read-history',
  text: `
    with recursive chain as (
      select m.*
        from consent c
        join movement m on m.brand_id = c.brand_id and m.seq in (c.last_seq, c.late_seq)
       where c.brand_id = $1 and c.kind = $2 and c.address = $3::uuid
      union all
      select p.*
        from chain
        cross join lateral (select * from movement x where x.brand_id = $1 and x.seq = chain.prev_seq offset 0) p
    )
    select ${MOVEMENT_COLUMNS} from chain m order by m.consented_at desc nulls last, m.seq desc`,
};

/** `sealed` of e-mails comes with their consent rows; telephones open themselves. */
const feed = (side: string, name: string, fromName = ''): string => `
  select ${MOVEMENT_COLUMNS}, c.sealed, ${name}
    from (select * from movement x
           where x.brand_id = $1 and x.seq > $2 and ${side} and x.kind = any($3::int2[])
             and x.received_at <= to_timestamp($4)
           order by x.seq limit $5) m
    left join lateral (
      select k.sealed from consent k
       where m.kind >= 4 and k.brand_id = $1 and k.kind = m.kind and k.address = m.address offset 0) c on true
    ${fromName}
   order by m.seq`;

/** The registry's own movements; a citizen's name stands with the one he came by, as long as it is kept ($6: now). */
export const FEED_OF_REGISTRY: Query = {
  name: 'read-feed-iys',
  text: feed(
    'x.state >= 200',
    'n.sealed',
    `left join lateral (
      select z.sealed from citizen_name z
       where z.brand_id = $1 and z.seq = m.seq and z.expires_at > to_timestamp($6) offset 0) n on true`,
  ),
};
export const FEED_OF_PROVIDER: Query = { name: 'read-feed-hs', text: feed('x.state < 200', 'null::bytea') };

/** All movements of a range of numbers, of whichever source: day files and audit. */
export const RANGE: Query = {
  name: 'read-range',
  text: `
    select ${MOVEMENT_COLUMNS}, c.sealed
      from (select * from movement x where x.brand_id = $1 and x.seq > $2 and x.seq <= $3 order by x.seq limit $4) m
      left join lateral (
        select k.sealed from consent k
         where m.kind >= 4 and k.brand_id = $1 and k.kind = m.kind and k.address = m.address offset 0) c on true
     order by m.seq`,
};

/**
 * Of a page of keys of one kind ($2, after the key $3, $4 rows) the last movement up to the number $5, or null, and the
 * refusal withheld before $6, or null. One walk back for the whole page: it goes on only for keys that moved since.
 */
const standing = (page: string): string => `
  with recursive page as materialized (${page}),
  chain as (
    select m.*
      from page k
      cross join lateral (select * from movement x where x.brand_id = $1 and x.seq = k.last_seq offset 0) m
    union all
    select p.*
      from chain
      cross join lateral (select * from movement x where x.brand_id = $1 and x.seq = chain.prev_seq offset 0) p
     where chain.seq > $5
  )
  select k.address::text, translate(k.address::text, '-', ''), k.sealed, ${MOVEMENT_COLUMNS},
         w.source, date_part('epoch', w.consented_at)::int8, date_part('epoch', w.received_at)::int8
    from page k
    left join chain m on m.address = k.address and m.seq <= $5
    left join lateral (
      select * from withheld_refusal h
       where h.brand_id = $1 and h.kind = $2 and h.address = k.address and h.received_at < to_timestamp($6)
      offset 0) w on true
   order by k.address`;

/** Of keys that have a consent now. */
export const STANDING: Query = {
  name: 'read-standing',
  text: standing(`
    select c.address, c.last_seq, c.sealed from consent c
     where c.brand_id = $1 and c.kind = $2 and c.address > $3::uuid
     order by c.address limit $4`),
};
/** Of keys that have a withheld refusal now. */
export const STANDING_WITHHELD: Query = {
  name: 'read-standing-withheld',
  text: standing(`
    select r.address, c.last_seq, r.sealed
      from (select y.address, y.sealed from withheld_refusal y
             where y.brand_id = $1 and y.kind = $2 and y.address > $3::uuid
             order by y.address limit $4) r
      left join lateral (
        select z.last_seq from consent z
         where z.brand_id = $1 and z.kind = $2 and z.address = r.address offset 0) c on true`),
};

/** Movements, newest first, between two numbers ($2, $3), $4 rows, of kinds, of one status or side where it is not null. */
export const NEWEST: Query = {
  name: 'read-newest',
  text: `
  select ${MOVEMENT_COLUMNS}, c.sealed
    from (select * from movement x
           where x.brand_id = $1 and x.seq > $2 and x.seq < $3 and ${filtered('x', 5)}
           order by x.seq desc limit $4) m
    left join lateral (
      select k.sealed from consent k
       where m.kind >= 4 and k.brand_id = $1 and k.kind = m.kind and k.address = m.address offset 0) c on true
   order by m.seq desc`,
};

/** First and last number of each day from $2 to $3 on which something passes the filter, the newest day first. */
export const DAYS_WITH = `
  select min(d.first_seq), max(d.last_seq) from brand_day d
   where d.brand_id = $1 and d.day between $2::date and $3::date and ${filtered('d', 4)}
   group by d.day order by d.day desc`;

/** Kinds, status (0 RET, 1 ONAY, null both) and side (null both) of a table's rows, as parameters from a number on. */
function filtered(table: string, at: number): string {
  return `${table}.kind = any($${at}::int2[]) and ($${at + 1}::int is null or (${table}.state & 1) = $${at + 1})
             and ($${at + 2}::text is null or (${table}.state >= 200) = ($${at + 2} = 'IYS'))`;
}

export const REQUEST = `
  select date_part('epoch', received_at)::int8, version, outcomes, seqs
    from request where brand_id = $1 and request_id = $2 and received_at >= to_timestamp($3)`;

export const ADDRESSES_OF_MOVEMENTS: Query = {
  name: 'read-addresses',
  text: `
    select a.i::int, ${MOVEMENT_COLUMNS}, c.sealed
      from unnest($2::int8[]) with ordinality a(q, i)
      cross join lateral (select * from movement x where x.brand_id = $1 and x.seq = a.q offset 0) m
      left join lateral (
        select k.sealed from consent k
         where m.kind >= 4 and k.brand_id = $1 and k.kind = m.kind and k.address = m.address offset 0) c on true`,
};

/** Granted, refused: from the counters, not by counting rows (0.7 to 1.3 s at five million states). */
export const BRAND_TOTALS = `
  select brand_id,
         sum(case change when 0 then movements when 1 then movements when 3 then -movements else 0 end)::int8,
         sum(case change when 3 then movements when 4 then movements when 1 then -movements else 0 end)::int8
    from brand_day where brand_id = any($1::int[]) group by brand_id`;

/** What stood at the end of a day: what came to each state less what left it. An overtaken refusal (6) moved nothing. */
export const STANDING_COUNTS = `
  select brand_id, kind, state, sum(movements)::int8
    from (select brand_id, kind, state, movements from brand_day
           where brand_id = any($1::int[]) and day <= $2::date and change <> 6
          union all
          select brand_id, kind, old_state, -movements from brand_day
           where brand_id = any($1::int[]) and day <= $2::date and change <> 6 and old_state <> -1) d
   group by brand_id, kind, state having sum(movements) <> 0`;

export const MOVEMENT_COUNTS = `
  select brand_id, kind, state, sum(movements)::int8 from brand_day
   where brand_id = any($1::int[]) and day between $2::date and $3::date
   group by brand_id, kind, state`;

export const DAY_COUNTS = `
  select kind, state, change, movements from brand_day where brand_id = $1 and day = $2::date`;

export const DAY_RANGE = `
  select min(first_seq), max(last_seq) from brand_day where brand_id = $1 and day = $2::date`;

export const BRANDS_OF_DAY = `select distinct brand_id from brand_day where day = $1::date`;

export const LAST_SEQ = 'select last_seq from brand_journal where brand_id = $1';

/** Last number before a day; of a brand that has not moved since, its last one. */
export const SEQ_BEFORE_DAY = `
  select coalesce(
           (select min(first_seq) - 1 from brand_day where brand_id = $1 and day >= $2::date),
           (select last_seq from brand_journal where brand_id = $1))`;

export const RECEIVED_AT: Query = {
  name: 'read-received-at',
  text: `select date_part('epoch', received_at)::int8 from movement where brand_id = $1 and seq = $2`,
};

/** Last number received up to a time: of the days before it, or within its day. */
export const SEQ_AT = `
  select coalesce(
           (select max(m.seq) from movement m
             where m.brand_id = $1 and m.received_at <= to_timestamp($2)
               and m.seq between (select min(d.first_seq) from brand_day d where d.brand_id = $1 and d.day = $3::date)
                             and (select max(d.last_seq) from brand_day d where d.brand_id = $1 and d.day = $3::date)),
           (select max(d.last_seq) from brand_day d where d.brand_id = $1 and d.day < $3::date))`;
