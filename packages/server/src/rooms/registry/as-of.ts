// What stood at a number of a brand's journal: the list of permissions as of a day, in pieces, each a short statement with a
// snapshot of its own.
//
// Of each key it is the last movement of its chain that is not after the number. A consent whose last movement is not
// after it says so itself; of the others the chain is walked back. Writers between two pieces change nothing: what they
// add comes after the number, and keys, which the pieces follow in their own order, do not go away.
//
// Refusals that the contract turned away count in every check, so they stand beside. Trade: one that a newer consent has
// ended since is known no more.

import type { Database, Row } from '../../ground/database.ts';
import type { AddressKey, AddressKeys } from '../../ground/keys.ts';
import type { BrandScope } from '../access/index.ts';
import { openKeysOfKind } from './addresses.ts';
import { MOVEMENT_WIDTH, type Movement, movementRow, withAddress } from './movements.ts';
import { STANDING, STANDING_WITHHELD } from './read-sql.ts';

/** Keys of one statement: some twenty milliseconds of one core, after which other callers have their turn. */
const PIECE = 2_000;
/** Every key comes after it. */
const BEFORE_ALL = '00000000-0000-0000-0000-000000000000';

/** What stood for a key: a movement, a withheld refusal, or both. */
export interface Standing {
  readonly kind: number;
  readonly address: string;
  readonly movement: Movement | null;
  /** Times are epoch seconds. */
  readonly withheld: { readonly source: number; readonly consentedAt: number; readonly receivedAt: number } | null;
}

export interface AsOf {
  /**
   * What stood at a number, in pieces: kind by kind, within a kind by key, then the keys that have a withheld refusal
   * alone. The next piece is read when it is asked for.
   * @param asked.before moment before which a withheld refusal was received, epoch seconds
   */
  standing(
    scope: BrandScope,
    asked: { readonly kinds: readonly number[]; readonly seq: number; readonly before: number },
  ): AsyncGenerator<Standing[]>;
}

export function asOf(database: Database, keys: AddressKeys): AsOf {
  function open(brandId: number, kind: number, rows: readonly Row[]): Standing[] {
    const addresses = openKeysOfKind(
      keys,
      kind,
      rows.map((row) => row[KEY] as AddressKey),
      rows.map((row) => row[SEALED] as Buffer),
    );
    return rows.map((row, i) => {
      const address = addresses[i] as string;
      const [source, consentedAt, receivedAt] = row.slice(WITHHELD) as [number | null, number, number];
      return {
        kind,
        address,
        movement: row[MOVEMENT] === null ? null : withAddress(brandId, movementRow(row, MOVEMENT), address),
        withheld: source === null ? null : { source, consentedAt, receivedAt },
      };
    });
  }

  return {
    async *standing({ brandId }, { kinds, seq, before }) {
      for (const [query, wanted] of [
        [STANDING, (row: Row) => row[MOVEMENT] !== null],
        [STANDING_WITHHELD, (row: Row) => row[MOVEMENT] === null && row[WITHHELD] !== null],
      ] as const)
        for (const kind of kinds)
          for (let after: unknown = BEFORE_ALL; after !== undefined; ) {
            const rows = await database.rows(query, [brandId, kind, after, PIECE, seq, before]);
            yield open(brandId, kind, rows.filter(wanted));
            after = rows.length < PIECE ? undefined : rows.at(-1)?.[CURSOR];
          }
    },
  };
}

/** Columns of STANDING and STANDING_WITHHELD. */
const CURSOR = 0;
const KEY = 1;
const SEALED = 2;
const MOVEMENT = 3;
const WITHHELD = MOVEMENT + MOVEMENT_WIDTH;
