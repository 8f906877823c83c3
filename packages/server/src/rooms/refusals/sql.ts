// The SQL of refusals to follow. What counts as taken over stands here once: `covering` and the ticks.

import { CHANNELS } from '@acik-iys/law';

/** Open refusals of a brand are counted up to here, among its newest. */
export const OPEN_COUNTED = 200;
const OPEN_READ = 1_000;

/** What covers a brand's movements up to a number, on channels (a bit each): acknowledged pushes, and what was fetched. */
const covering = (brand: string): string => `
  select 'push' way, null::int account_id, 1 << p.channel channels, p.cursor_seq seq, null::timestamptz at
    from push_address p where p.brand_id = ${brand}
  union all
  select f.way, f.account_id, f.channels, f.seq, f.at from fetched_up_to f where f.brand_id = ${brand}`;

/** By channel, the number up to which a brand's movements were taken over. */
const takenUpTo = (brand: string): string => `
  select array_agg(coalesce((select max(c.seq) from (${covering(brand)}) c where c.channels >> n & 1 = 1), 0)
                   order by n) upto
    from generate_series(0, ${CHANNELS.length - 1}) n`;

/** Whether the movement `m` is a refusal that was not taken over; with `takenUpTo` of its brand as `taken`. */
const IS_OPEN = `m.state >= 200 and (m.state & 1) = 0 and m.seq > taken.upto[(m.kind >> 1) + 1]
         and not exists (select from refusal_tick t where t.brand_id = m.brand_id and t.seq = m.seq)`;

/** What covers a brand's movements, the farthest first; a push before all, as nobody has to be asked for it. */
export const COVERING = `
  select way, account_id, channels, seq, extract(epoch from at)::float8
    from (${covering('$1')}) c order by way = 'push' desc, seq desc`;

/** Numbers of refusals between $2 and $3 on the channels $4 (a bit each), newest first, $5 at most; by movement_of_refusals. */
const page = (more: string): string => `
  select m.seq
    from (${takenUpTo('$1')}) taken
    cross join lateral (
      select m.seq from movement m
       where m.brand_id = $1 and m.seq > $2 and m.seq < $3 and (m.state & 1) = 0
         and $4::int >> (m.kind >> 1) & 1 = 1 ${more}
       order by m.seq desc limit $5) m
   order by m.seq desc`;
export const PAGE = page('');
/** Only those that were not taken over: looked for no farther back than to where all of these channels were. */
export const OPEN_PAGE = page(`and ${IS_OPEN}
         and m.seq > (select min(u.seq) from unnest(taken.upto) with ordinality u (seq, n)
                       where $4::int >> (u.n::int - 1) & 1 = 1)`);

/** Days (Istanbul) on which the open refusals of each brand, on channels, were recorded. */
export const OPEN_DAYS = `
  select b.brand_id, (o.received_at at time zone 'UTC' + interval '3 hours')::date::text, count(*)::int
    from unnest($1::int[], $2::int[]) b (brand_id, channels)
    cross join lateral (${takenUpTo('b.brand_id')}) taken
    cross join lateral (
      select m.received_at
        from (select * from movement x
               where x.brand_id = b.brand_id and x.state >= 200 and (x.state & 1) = 0
               order by x.seq desc limit ${OPEN_READ}) m
       where b.channels >> (m.kind >> 1) & 1 = 1 and ${IS_OPEN}
       order by m.seq desc limit ${OPEN_COUNTED + 1}) o
   group by 1, 2`;

/** How many refusals of a brand between two numbers were not taken over. */
export const OPEN_COUNT = `
  select count(*)::int
    from (${takenUpTo('$1')}) taken
    cross join lateral (
      select from movement m where m.brand_id = $1 and m.seq between $2 and $3 and ${IS_OPEN} offset 0) m`;

/** Nobody has seen what is not recorded yet, and what was seen stays seen. */
export const SEEN = `
  insert into visit (account_id, brand_id, seq, at)
  select $1, j.brand_id, least(max(s.seq), j.last_seq), to_timestamp($4)
    from unnest($2::int[], $3::int8[]) s (brand_id, seq) join brand_journal j on j.brand_id = s.brand_id
   group by j.brand_id
  on conflict (account_id, brand_id) do update
     set seq = greatest(visit.seq, excluded.seq), at = greatest(visit.at, excluded.at)`;

/** Of the numbers $2 those that are refusals of the brand on the channels $3: no number is ticked before it is one. */
const TICKABLE = `
  select m.seq from movement m
   where m.brand_id = $1 and m.seq = any($2::int8[]) and (m.state & 1) = 0 and $3::int >> (m.kind >> 1) & 1 = 1`;
export const TICK = `
  insert into refusal_tick (brand_id, seq, account_id, at)
  select $1, r.seq, $4, to_timestamp($5) from (${TICKABLE}) r on conflict do nothing`;
export const UNTICK = `delete from refusal_tick where brand_id = $1 and seq in (${TICKABLE})`;
