// The SQL of the audit: short statements over ranges of numbers or pages of keys, each with a snapshot of its own.

import type { Query } from '../../../ground/database.ts';
import { MOVEMENT_COLUMNS, MOVEMENT_WIDTH } from '../movements.ts';

/** Movements or consents of one statement: under a tenth of a second on two cores, far under the second promised. */
export const PIECE = 5_000;
/** Every uuid comes after it: where a page of keys or ids begins. */
export const FIRST_KEY = '00000000-0000-0000-0000-000000000000';

/** Whether a role could change or delete movements, and whether it may do anything. */
export const ROLE_RIGHTS = `
  select has_table_privilege(r.oid, 'movement', 'delete') or has_table_privilege(r.oid, 'movement', 'truncate')
           or has_any_column_privilege(r.oid, 'movement', 'update'),
         r.rolsuper
    from pg_roles r where r.rolname = $1`;

export const BRANDS = `
  select coalesce(b.brand_id, j.brand_id), b.brand_id is not null, j.brand_id is not null
    from brand b full join brand_journal j on j.brand_id = b.brand_id order by 1`;
/** The next brand that has rows, from the index alone. */
export const NEXT_WITH_MOVEMENTS = 'select min(brand_id) from movement where brand_id > $1';
export const NEXT_WITH_CONSENTS = 'select min(brand_id) from consent where brand_id > $1';

/** One statement, so one snapshot: the counters are exactly those of the journal's number. */
export const MOMENT = `
  select j.last_seq, date_part('epoch', j.last_at)::int8, j.withheld,
         d.day::text, d.kind, d.state, d.change, d.old_state, d.movements, d.first_seq, d.last_seq
    from brand_journal j left join brand_day d on d.brand_id = j.brand_id
   where j.brand_id = $1`;

export const ABOVE = `
  select m.seq from movement m
   where m.brand_id = $1
     and m.seq > coalesce((select j.last_seq from brand_journal j where j.brand_id = $1), 0)
   order by m.seq limit $2`;

/** Movements of a range with their consents' heads and the movements before them. */
export const MOVEMENTS: Query = {
  name: 'audit-movements',
  text: `
    select ${MOVEMENT_COLUMNS}, c.last_seq, c.late_seq, p.seq, p.kind = m.kind and p.address = m.address, p.state,
           p.overtaken
      from (select * from movement x where x.brand_id = $1 and x.seq > $2 and x.seq <= $3 order by x.seq) m
      left join lateral (
        select y.last_seq, y.late_seq from consent y
         where y.brand_id = $1 and y.kind = m.kind and y.address = m.address offset 0) c on true
      left join lateral (
        select z.seq, z.kind, z.address, z.state, z.overtaken from movement z
         where z.brand_id = $1 and z.seq = m.prev_seq offset 0) p on true
     order by m.seq`,
};
/** Where its columns behind the movement's own are: the consent's two heads, then the movement before. */
export const CONSENT_LAST = MOVEMENT_WIDTH;
export const CONSENT_LATE = MOVEMENT_WIDTH + 1;
export const PREVIOUS = MOVEMENT_WIDTH + 2;

/** Which of some movements are in the chain that their consent leads to now. */
export const IN_CHAIN = `
  select m.seq
    from unnest($2::int8[]) a(q)
    cross join lateral (select * from movement x where x.brand_id = $1 and x.seq = a.q offset 0) m
   where exists (
     with recursive chain as (
       select h.seq, h.prev_seq
         from consent c
         join movement h on h.brand_id = c.brand_id
                        and h.seq = case when m.overtaken then c.late_seq else c.last_seq end
        where c.brand_id = $1 and c.kind = m.kind and c.address = m.address
       union all
       select p.seq, p.prev_seq
         from chain
         join movement p on p.brand_id = $1 and p.seq = chain.prev_seq
        where p.seq < chain.seq and p.seq >= m.seq
     )
     select from chain where chain.seq = m.seq)`;

/** A page of consents, each with its last movement, the head of its overtaken refusals, and its journal's number. */
export const CONSENTS: Query = {
  name: 'audit-consents',
  text: `
    select c.kind, translate(c.address::text, '-', ''), c.address::text, c.last_seq, c.late_seq, c.sealed, j.last_seq,
           m.seq is not null,
           m.kind = c.kind and m.address = c.address and m.state = c.state and not m.overtaken
             and m.consented_at is not distinct from c.consented_at and m.retailer is not distinct from c.retailer,
           l.kind = c.kind and l.address = c.address and l.overtaken
      from (select * from consent x
             where x.brand_id = $1 and (x.kind, x.address) > ($2::int2, $3::uuid)
             order by x.kind, x.address limit $4) c
      left join lateral (
        select * from movement y where y.brand_id = $1 and y.seq = c.last_seq offset 0) m on true
      left join lateral (
        select * from movement z where z.brand_id = $1 and z.seq = c.late_seq offset 0) l on true
      left join brand_journal j on j.brand_id = $1
     order by c.kind, c.address`,
};

export const WITHHELD: Query = {
  name: 'audit-withheld',
  text: `
    select kind, translate(address::text, '-', ''), address::text, sealed
      from withheld_refusal
     where brand_id = $1 and (kind, address) > ($2::int2, $3::uuid)
     order by kind, address limit $4`,
};

export const BATCHES: Query = {
  name: 'audit-batches',
  text: `
    select request_id::text, outcomes, seqs from request
     where brand_id = $1 and request_id > $2::uuid order by request_id limit $3`,
};
export const BATCHES_BY_ID: Query = {
  name: 'audit-batches-by-id',
  text: 'select request_id::text, outcomes, seqs from request where brand_id = $1 and request_id = any($2::uuid[])',
};
export const MOVEMENTS_OF_BATCHES: Query = {
  name: 'audit-movements-of-batches',
  text: `
    select m.seq, m.request_id::text, m.request_index, m.overtaken
      from unnest($2::int8[]) a(q)
      cross join lateral (select * from movement x where x.brand_id = $1 and x.seq = a.q offset 0) m`,
};
