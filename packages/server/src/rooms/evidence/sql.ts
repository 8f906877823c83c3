// The SQL of evidence. Every statement names its brand; what covers a movement is written once (COVERING) and asked both
// ways: which documents prove these movements, and which movements nothing proves.

/**
 * Who sees a document `d`. $2 organisation: null for the provider's own people, who see whatever was added for the brand,
 * else only what that organisation added. $3 retailer: null, or the one whose own documents alone are seen. $4 channels
 * that he may read, as bits, $5 his account: who may not read all channels sees what he added and what proves some of his.
 */
const VISIBLE = `
  d.brand_id = $1 and d.erased_at is null and ($2::int is null or d.organisation_code = $2) and ($3::int is null or d.retailer_code = $3)
  and ($4::int = 7 or d.account_id = $5
       or exists (select from evidence_link v
                   where v.brand_id = $1 and v.document_id = d.document_id and v.channels & $4::int <> 0))`;

const documents = (where: string): string => `
  select d.document_id::text, d.account_id, d.organisation_code, d.retailer_code, d.sealed, d.text_version,
         extract(epoch from d.added_at)::float8, encode(d.sha256, 'hex'), b.bytes, b.type,
         extract(epoch from b.stamped_at)::float8, d.replaced_by::text, extract(epoch from d.replaced_at)::float8,
         d.replaced_account, d.replaced_reason,
         array(select o.document_id::text from evidence o
                where o.brand_id = $1 and o.replaced_by = d.document_id and o.erased_at is null)
    from evidence d join evidence_blob b on b.brand_id = d.brand_id and b.sha256 = d.sha256
   where ${VISIBLE} and ${where}`;

/** $6 ids. */
export const DOCUMENTS_BY_ID = `${documents('d.document_id = any($6::uuid[])')} order by d.added_at desc, d.document_id desc`;

const linked = (where: string): string => `exists (
  select from evidence_link l where l.brand_id = $1 and l.document_id = d.document_id and ${where})`;
/** $6 and $7 where the page before ended, or null; $8 form, $9 day, $10 retailer, or null; $11 unattached only; $12 rows. */
export const DOCUMENTS_LISTED = `${documents(`
  ($6::float8 is null or (d.added_at, d.document_id) < (to_timestamp($6), $7::uuid))
  and ($8::text is null or ${linked('l.form_number = $8')})
  and ($9::date is null or ${linked('l.day = $9::date')})
  and ($10::int is null or ${linked('l.retailer_code = $10')})
  and (not $11::boolean or not ${linked('true')})`)}
   order by d.added_at desc, d.document_id desc limit $12`;

/** $2 documents. What an entry became stands with it. */
export const LINKS = `
  select l.document_id::text, coalesce(l.seq, e.seq), l.entry_id::text, e.state, l.form_number, l.day::text,
         l.retailer_code, extract(epoch from l.linked_at)::float8
    from evidence_link l left join entry e on e.entry_id = l.entry_id and e.brand_id = l.brand_id
   where l.brand_id = $1 and l.document_id = any($2::uuid[])
   order by l.linked_at, l.seq, l.form_number, l.day, l.retailer_code`;

/** When the consent of a movement was given: a merchant's first record may not say. */
const GIVEN_AT = 'coalesce(m.consented_at, m.received_at)';
/** Its day in Istanbul: UTC+3, as packages/law counts. */
const GIVEN_ON = `(${GIVEN_AT} at time zone 'UTC' + interval '3 hours')::date`;
/** A partner's set holds what its own people and programs recorded, not what others did. */
const IN_SET = `
  l.brand_id = m.brand_id and l.ended_at is null and (l.channels >> (m.kind >> 1)) & 1 = 1 and ${GIVEN_AT} <= l.linked_at
  and exists (select from account who where who.account_id = l.account_id and (who.provider_code is not null
    or exists (select from account actor where actor.account_id = m.actor and actor.partner_code = who.partner_code)))`;

/** Documents that prove a movement `m`: directly, by its entry, by its entry's form, by its day, by its retailer. */
const COVERING = `
  select l.document_id from evidence_link l
   where l.brand_id = m.brand_id and l.seq = m.seq and l.ended_at is null
  union all
  select l.document_id from entry e join evidence_link l on l.brand_id = e.brand_id and l.entry_id = e.entry_id
   where e.brand_id = m.brand_id and e.seq = m.seq and l.ended_at is null
  union all
  select l.document_id
    from entry e
    join consent_form_entry f on f.brand_id = e.brand_id and f.entry_id = e.entry_id
    join evidence_link l on l.brand_id = f.brand_id and l.form_number = f.form_number
   where e.brand_id = m.brand_id and e.seq = m.seq and l.ended_at is null
  union all
  select l.document_id from evidence_link l
   where ${IN_SET} and l.day = ${GIVEN_ON} and (l.retailer_code is null or l.retailer_code = m.retailer)
  union all
  select l.document_id from evidence_link l
   where ${IN_SET} and l.day is null and l.retailer_code = m.retailer`;

/** $2 movements. */
export const COVERED = `
  select distinct m.seq, c.document_id::text
    from movement m cross join lateral (${COVERING}) c
   where m.brand_id = $1 and m.seq = any($2::int8[])`;

/**
 * Consents that the provider took (rooms/registry: states below 200 are of his sources) and nothing proves, newest first.
 * $2 and $3 numbers between which is looked, $4 kinds, $5 retailer or null, $6 rows.
 */
export const UNCOVERED = `
  select m.seq from movement m
   where m.brand_id = $1 and m.seq > $2 and m.seq < $3 and m.state < 200 and (m.state & 1) = 1
     and m.kind = any($4::int2[]) and ($5::int is null or m.retailer = $5) and not exists (${COVERING})
   order by m.seq desc limit $6`;

/** First and last number of days $2 to $3, from the counters. */
export const RANGE_OF_DAYS = `
  select min(first_seq), max(last_seq) from brand_day where brand_id = $1 and day between $2::date and $3::date`;

export const KEEP_BLOB = `
  insert into evidence_blob (brand_id, sha256, sha384, bytes, type, stored_at, stamp_next_at)
  values ($1, $2, $3, $4, $5, to_timestamp($6), to_timestamp($6))
  on conflict (brand_id, sha256) do update set erased_at = null`;
/** Documents and bytes that $2 added for a brand since $3. */
export const ADDED_SINCE = `
  select count(*)::int, coalesce(sum(b.bytes), 0)::float8
    from evidence d join evidence_blob b on b.brand_id = d.brand_id and b.sha256 = d.sha256
   where d.brand_id = $1 and d.account_id = $2 and d.added_at > to_timestamp($3)`;
/** $1 an account, $2 an organisation that is no provider. */
export const IS_OF = 'select from account where account_id = $1 and partner_code = $2';

export const ADD = `
  insert into evidence
    (brand_id, upload_key, account_id, organisation_code, retailer_code, sha256, sealed, added_at)
  values ($1, $2, $3, $4, $5, $6, $7, to_timestamp($8))
  on conflict (brand_id, account_id, upload_key) do nothing returning document_id::text`;
export const UPLOADED = `
  select document_id::text, sha256 from evidence where brand_id = $1 and account_id = $2 and upload_key = $3`;

/** Holds documents for a change, in the order of their numbers, so that two changes wait for each other in turn. */
export const HOLD = `
  select document_id::text, sealed, text_version, replaced_by is not null
    from evidence where brand_id = $1 and document_id = any($2::uuid[]) order by document_id for update`;
export const DESCRIBE = 'update evidence set sealed = $3, text_version = $4 where brand_id = $1 and document_id = $2';
/** $8 channels, as bits; those of an entry are its own. */
export const LINK = `
  insert into evidence_link
    (brand_id, document_id, seq, entry_id, form_number, day, retailer_code, channels, account_id, linked_at)
  values ($1, $2, $3, $4, $5, $6::date, $7,
          coalesce((select 1 << (e.kind >> 1) from entry e where e.brand_id = $1 and e.entry_id = $4), $8),
          $9, to_timestamp($10))
  on conflict do nothing`;
/** $3 the one that stands in its place, $4 now, $5 account, $6 reason. */
export const REPLACE = `
  update evidence
     set replaced_by = $3, replaced_at = to_timestamp($4), replaced_account = $5, replaced_reason = $6
   where brand_id = $1 and document_id = $2`;
/** What the old one proves the new one proves, as of when it was said. */
export const PASS_LINKS_ON = `
  insert into evidence_link
    (brand_id, document_id, seq, entry_id, form_number, day, retailer_code, channels, account_id, linked_at)
  select brand_id, $3, seq, entry_id, form_number, day, retailer_code, channels, account_id, linked_at
    from evidence_link where brand_id = $1 and document_id = $2 and ended_at is null
  on conflict do nothing`;
export const END_LINKS = `
  update evidence_link set ended_at = to_timestamp($3) where brand_id = $1 and document_id = $2 and ended_at is null`;

/** $1 now, $2 rows. */
export const DUE_TO_LOOK = `
  select brand_id, document_id::text from evidence
   where erased_at is null and erase_look_at <= to_timestamp($1) order by erase_look_at limit $2`;
export const LOOK_LATER = `
  update evidence set erase_look_at = to_timestamp($3) where brand_id = $1 and document_id = $2`;
export const HOLD_BLOB = 'select from evidence_blob where brand_id = $1 and sha256 = $2 for update';
/** The words go; the reason of a replacement is one of them. */
export const ERASE = `
  update evidence
     set erased_at = to_timestamp($3), sealed = '', replaced_reason = case when replaced_reason is not null then ''::bytea end
   where brand_id = $1 and document_id = $2`;
export const STILL_USED = `
  select from evidence where brand_id = $1 and sha256 = $2 and erased_at is null limit 1`;
export const ERASE_BLOB = 'update evidence_blob set erased_at = to_timestamp($3) where brand_id = $1 and sha256 = $2';

export const BLOB = 'select sha384, time_stamp from evidence_blob where brand_id = $1 and sha256 = $2';

export const ENTRIES_OF_FORMS = `
  select e.seq
    from consent_form_entry f join entry e on e.entry_id = f.entry_id and e.brand_id = f.brand_id
   where f.brand_id = $1 and f.form_number = any($2::text[]) and e.seq is not null`;
