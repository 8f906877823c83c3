// The chains of a brand's movements: each movement names the one before it in its chain, and is named by the next one
// or is the head that its consent names. One that is neither when the pass ends (a newer movement took over meanwhile)
// is looked for in its chain of that moment.

import { ONAY, RET, statusBitOf } from '@acik-iys/law';
import type { Row } from '../../../ground/database.ts';
import { numbers } from '../literals.ts';
import type { MovementRow } from '../movements.ts';
import { partOfKey } from './addresses.ts';
import type { BrandAudit } from './brand.ts';
import * as sql from './sql.ts';

/** Movements that are looked for in their chains by one statement. */
const CHAINS_PIECE = 200;

/** The chains of a range of movements, which are looked at in order. */
export class Chains {
  readonly #audit: BrandAudit;
  readonly #placed: Placed;

  /** Of the numbers from `start` + 1 to `last`. */
  constructor(audit: BrandAudit, start: number, last: number) {
    this.#audit = audit;
    this.#placed = new Placed(start, last);
  }

  /** A number whose movement is missing: told already, and not to be looked for. */
  skip(seq: number): void {
    this.#placed.mark(seq);
  }

  /**
   * A movement's place in its chain: what it names, and whether it is a head.
   * @param row of sql.MOVEMENTS
   */
  look(movement: MovementRow, row: Row): void {
    const { seq, prevSeq, oldState, overtaken, state } = movement;
    const lastSeq = row[sql.CONSENT_LAST] as number | null;
    const head = overtaken ? (row[sql.CONSENT_LATE] as number | null) : lastSeq;
    if (lastSeq === null) {
      this.#audit.fault('consent-missing', seq, partOfKey(movement));
      this.#placed.mark(seq);
    } else if (head === seq && !this.#placed.mark(seq)) this.#audit.fault('chain-forked', seq);

    const wasRefusedLate =
      overtaken && statusBitOf(state) === RET && oldState !== null && statusBitOf(oldState) === ONAY;
    if (overtaken ? !wasRefusedLate : prevSeq === null && oldState !== null) this.#audit.fault('old-state-wrong', seq);
    if (prevSeq === null) return;
    const [previous, sameKey, previousState, previousOvertaken] = row.slice(sql.PREVIOUS) as [
      number | null,
      boolean | null,
      number | null,
      boolean | null,
    ];
    if (previous === null) this.#audit.fault('previous-missing', seq, `prev_seq ${prevSeq}`);
    else if (previous >= seq || !sameKey || previousOvertaken !== overtaken)
      this.#audit.fault('previous-wrong', seq, `prev_seq ${prevSeq}`);
    else {
      if (!overtaken && previousState !== oldState) this.#audit.fault('old-state-wrong', seq);
      if (!this.#placed.mark(previous)) this.#audit.fault('chain-forked', previous);
    }
  }

  /** Looks for the movements that have no place yet. */
  async end(): Promise<void> {
    for (const seqs of this.#placed.missing(CHAINS_PIECE)) {
      const rows = await this.#audit.database.rows<[number]>(sql.IN_CHAIN, [this.#audit.brandId, numbers(seqs)]);
      const found = new Set(rows.map(([seq]) => seq));
      for (const seq of seqs) if (!found.has(seq)) this.#audit.fault('chain-left', seq);
    }
  }
}

/** One bit for each movement of a brand: whether it has its one place in a chain. */
class Placed {
  readonly #start: number;
  readonly #count: number;
  readonly #bits: Uint8Array;

  /** Numbers from `start` + 1 to `last`; others are outside, and no one asks for them. */
  constructor(start: number, last: number) {
    this.#start = start + 1;
    this.#count = Math.max(0, last - start);
    this.#bits = new Uint8Array(Math.ceil(this.#count / 8));
  }

  /** False where it was marked before. */
  mark(seq: number): boolean {
    const at = seq - this.#start;
    if (at < 0 || at >= this.#count) return true;
    const byte = this.#bits[Math.floor(at / 8)] as number;
    const bit = 1 << (at % 8);
    this.#bits[Math.floor(at / 8)] = byte | bit;
    return (byte & bit) === 0;
  }

  /** Numbers that were not marked, in lists of at most `size`. */
  *missing(size: number): Generator<number[]> {
    let list: number[] = [];
    for (let byte = 0; byte < this.#bits.length; byte++) {
      if (this.#bits[byte] === 0xff) continue;
      for (let bit = 0; bit < 8; bit++) {
        const at = byte * 8 + bit;
        if (at >= this.#count || ((this.#bits[byte] as number) & (1 << bit)) !== 0) continue;
        list.push(this.#start + at);
        if (list.length === size) {
          yield list;
          list = [];
        }
      }
    }
    if (list.length > 0) yield list;
  }
}
