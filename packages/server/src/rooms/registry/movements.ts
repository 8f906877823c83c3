// A movement's row: the columns it is read by, and how its fingerprint is computed again from it.

import type { Row } from '../../ground/database.ts';
import type { AddressKey } from '../../ground/keys.ts';
import { type MovementFacts, transactionId } from './fingerprint.ts';

/** What a row says: everything in its fingerprint but brand and address, and the batch it came in. Times as there. */
export interface MovementRow extends Omit<MovementFacts, 'brandId' | 'address'> {
  readonly key: AddressKey;
  readonly requestId: string | null;
  readonly requestIndex: number | null;
}

/** One movement with its address in clear. Times are epoch seconds. */
export interface Movement extends MovementRow {
  readonly brandId: number;
  readonly address: string;
  readonly transactionId: string;
}

const COLUMNS = [
  'm.seq',
  'm.kind',
  "translate(m.address::text, '-', '')",
  'm.state',
  'm.old_state',
  "date_part('epoch', m.consented_at)::int8",
  "date_part('epoch', m.received_at)::int8",
  'm.prev_seq',
  'm.actor',
  'm.door',
  'm.retailer',
  'm.nonce',
  'm.overtaken',
  'm.restores',
  'm.request_id',
  'm.request_index',
];
/** Select list of a movement `m`, in the order of `movementRow`. */
export const MOVEMENT_COLUMNS = COLUMNS.join(', ');
/** How many those are: where a statement's further columns begin. */
export const MOVEMENT_WIDTH = COLUMNS.length;

/** @param at index of the first of MOVEMENT_COLUMNS in the row */
export function movementRow(row: Row, at = 0): MovementRow {
  return {
    seq: row[at] as number,
    kind: row[at + 1] as number,
    key: row[at + 2] as AddressKey,
    state: row[at + 3] as number,
    oldState: row[at + 4] as number | null,
    consentedAt: row[at + 5] as number | null,
    receivedAt: row[at + 6] as number,
    prevSeq: row[at + 7] as number | null,
    actor: row[at + 8] as number,
    door: row[at + 9] as number,
    retailer: row[at + 10] as number | null,
    nonce: row[at + 11] as number,
    overtaken: row[at + 12] as boolean,
    restores: row[at + 13] as number | null,
    requestId: row[at + 14] as string | null,
    requestIndex: row[at + 15] as number | null,
  };
}

/** The movement of a row whose address is known, its transactionId computed again. */
export function withAddress(brandId: number, row: MovementRow, address: string): Movement {
  const movement = { ...row, brandId, address, transactionId: '' };
  movement.transactionId = transactionId(movement);
  return movement;
}
