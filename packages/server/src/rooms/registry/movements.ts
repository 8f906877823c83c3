// A movement's row as it comes from MOVEMENT_COLUMNS, and how its fingerprint is computed again from it.

import type { Row } from '../../ground/database.ts';
import { type MovementFacts, transactionId } from './fingerprint.ts';

export interface MovementRow {
  readonly seq: number;
  readonly kind: number;
  readonly key: string;
  readonly state: number;
  readonly oldState: number | null;
  readonly consentedAt: number | null;
  readonly receivedAt: number;
  readonly prevSeq: number | null;
  readonly actor: number;
  readonly door: number;
  readonly retailer: number | null;
  readonly nonce: number;
  readonly overtaken: boolean;
  readonly restores: number | null;
  readonly requestId: string | null;
  readonly requestIndex: number | null;
}

/** @param at index of the first of MOVEMENT_COLUMNS in the row */
export function movementRow(row: Row, at = 0): MovementRow {
  return {
    seq: row[at] as number,
    kind: row[at + 1] as number,
    key: row[at + 2] as string,
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

export function factsOf(brandId: number, row: MovementRow, address: string): MovementFacts {
  return { ...row, brandId, address };
}

export function transactionIdOf(brandId: number, row: MovementRow, address: string): string {
  return transactionId(factsOf(brandId, row, address));
}
