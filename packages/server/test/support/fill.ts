// Many consents of one brand at once, written behind the registry's back as it would have written them: for tests of what
// takes long.

import { CHANGES, istanbulDay, kindOf, ONAY, SOURCE_NUMBERS, stateOf } from '@acik-iys/law';
import type pg from 'pg';
import { AddressKeys } from '../../src/ground/keys.ts';
import { DOORS, NOTHING_BEFORE } from '../../src/rooms/registry/words.ts';

const AT_ONCE = 10_000;
const KIND = kindOf(1, 0);
const STATE = stateOf(SOURCE_NUMBERS.HS_WEB, ONAY);

/** The telephone of the n-th consent. */
export function filledTelephone(number: number): string {
  return `+9054${String(number).padStart(8, '0')}`;
}

/**
 * Adds granted consents (MESAJ, BIREYSEL, HS_WEB), each by one movement, journal and counters included.
 * @param owner connection of the database's owner
 * @param at when they were recorded, epoch seconds; not before what is there
 */
export async function fillBrand(
  owner: pg.Client,
  secret: Buffer,
  brandId: number,
  count: number,
  at: number,
): Promise<void> {
  const keys = new AddressKeys(secret);
  await owner.query('begin');
  for (let from = 0; from < count; from += AT_ONCE) {
    const some = Math.min(AT_ONCE, count - from);
    const list = keys.telephoneKeys(Array.from({ length: some }, (_, i) => filledTelephone(from + i)));
    const values = [brandId, `{${list.join(',')}}`, at];
    await owner.query(
      `insert into movement (brand_id, kind, state, seq, address, consented_at, received_at, nonce, actor, door)
       select j.brand_id, ${KIND}, ${STATE}, j.last_seq + a.n, a.k, to_timestamp($3), to_timestamp($3), a.n, 1,
              ${DOORS.officialBatch}
         from brand_journal j, unnest($2::uuid[]) with ordinality a(k, n) where j.brand_id = $1`,
      values,
    );
    await owner.query(
      `insert into consent (brand_id, kind, state, address, consented_at, last_seq)
       select j.brand_id, ${KIND}, ${STATE}, a.k, to_timestamp($3), j.last_seq + a.n
         from brand_journal j, unnest($2::uuid[]) with ordinality a(k, n) where j.brand_id = $1`,
      values,
    );
    await owner.query(
      `insert into brand_day as d (brand_id, day, kind, state, change, old_state, movements, first_seq, last_seq)
       select brand_id, $3::date, ${KIND}, ${STATE},
              ${CHANGES.firstOnay}, ${NOTHING_BEFORE}, $2::int8, last_seq + 1, last_seq + $2::int8
         from brand_journal where brand_id = $1
       on conflict (brand_id, day, kind, state, change, old_state) do update
          set movements = d.movements + excluded.movements, last_seq = excluded.last_seq`,
      [brandId, some, istanbulDay(at)],
    );
    await owner.query(
      'update brand_journal set last_seq = last_seq + $2, last_at = to_timestamp($3) where brand_id = $1',
      [brandId, some, at],
    );
  }
  await owner.query('commit');
}
