// A movement's fingerprint, which is its transactionId on the wire: 8 bytes of its number and the first 24 bytes of
// SHA-256 over a fixed binary layout of what it says. It is not stored: it is computed again from the row, so a row
// that somebody changed answers with another id. It survives a change of keys (the address goes in in clear), finds
// its row without an index, and the nonce keeps it from telling anything once a row is a tombstone.
//
// Layout, version 1, big-endian: version u8, brand i32, seq i64, kind u8, state u16, old state u16 (none: 65535),
// consented i64 s (none: -1), received i64 s, prev_seq i64 (none: 0), actor i32, door u16, retailer i32 (none: 0),
// nonce i64, overtaken u8, restores i64 (none: 0), then the address as UTF-8.

import { hash } from 'node:crypto';

const VERSION = 1;
const HEAD_BYTES = 69;
/** An address has at most 265 characters (H120), all ASCII. */
const buffer = Buffer.alloc(HEAD_BYTES + 512);
const SEQ_DIGITS = 16;
const HASH_DIGITS = 48;

export interface MovementFacts {
  readonly brandId: number;
  readonly seq: number;
  readonly kind: number;
  /** In clear. */
  readonly address: string;
  readonly state: number;
  readonly oldState: number | null;
  /** Epoch seconds. */
  readonly consentedAt: number | null;
  readonly receivedAt: number;
  readonly prevSeq: number | null;
  readonly actor: number;
  readonly door: number;
  readonly retailer: number | null;
  readonly nonce: number;
  readonly overtaken: boolean;
  /** The refusal that a consent takes back: null until undo is built and fills it. */
  readonly restores: number | null;
}

function writeInt64(value: number, offset: number): void {
  const high = Math.floor(value / 2 ** 32);
  buffer.writeInt32BE(high, offset);
  buffer.writeUInt32BE(value - high * 2 ** 32, offset + 4);
}

/** Full SHA-256 of the layout, as hex: the movement's leaf in a transparency log. */
export function movementHash(facts: MovementFacts): string {
  buffer.writeUInt8(VERSION, 0);
  buffer.writeInt32BE(facts.brandId, 1);
  writeInt64(facts.seq, 5);
  buffer.writeUInt8(facts.kind, 13);
  buffer.writeUInt16BE(facts.state, 14);
  buffer.writeUInt16BE(facts.oldState ?? 0xffff, 16);
  writeInt64(facts.consentedAt ?? -1, 18);
  writeInt64(facts.receivedAt, 26);
  writeInt64(facts.prevSeq ?? 0, 34);
  buffer.writeInt32BE(facts.actor, 42);
  buffer.writeUInt16BE(facts.door, 46);
  buffer.writeInt32BE(facts.retailer ?? 0, 48);
  writeInt64(facts.nonce, 52);
  buffer.writeUInt8(facts.overtaken ? 1 : 0, 60);
  writeInt64(facts.restores ?? 0, 61);
  const length = buffer.write(facts.address, HEAD_BYTES, 'utf8');
  return hash('sha256', buffer.subarray(0, HEAD_BYTES + length), 'hex');
}

/** The 64 hex digits that callers know the movement by. */
export function transactionId(facts: MovementFacts): string {
  return facts.seq.toString(16).padStart(SEQ_DIGITS, '0') + movementHash(facts).slice(0, HASH_DIGITS);
}

/** The number of the movement that a transactionId names, or undefined where it can be none of ours. */
export function seqOfTransactionId(id: string): number | undefined {
  if (!/^[0-9a-f]{64}$/.test(id)) return undefined;
  const seq = Number.parseInt(id.slice(0, SEQ_DIGITS), 16);
  return Number.isSafeInteger(seq) ? seq : undefined;
}
