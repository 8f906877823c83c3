// Fingerprints, looked at from outside: the part of `npm run audit` that a row's own table cannot answer.
//
// A movement's fingerprint is not stored, it is computed again from the row; what it once was stands in the day's file
// that was published, hashed and time-stamped. So each completed day is made again from the journal and its SHA-384
// compared with the one that was published: a single movement that somebody changed changes its fingerprint, and with
// it the hash. Movements of a day that is not closed yet have no file to be compared with.

import { createHash } from 'node:crypto';
import { type Database, DatabaseUnavailable, sqlState } from '../../ground/database.ts';
import type { Registry } from '../registry/index.ts';
import { dayFile } from './day-file.ts';

/** Day reports of one statement. */
const PAGE = 1_000;

const COMPLETED = `
  select brand_id, day::text, file_bytes, sha384 from day_report
   where status = 'completed' and (brand_id, day) > ($1::int, $2::date)
   order by brand_id, day limit $3`;
type CompletedRow = [brandId: number, day: string, bytes: number, sha384: Buffer];

export interface DayFault {
  readonly brandId: number;
  readonly day: string;
  /** What differs, or why the file cannot be made again. Never an address. */
  readonly reason: string;
}

/**
 * Makes every completed day's file again and compares it with the published hash.
 * @returns days looked at
 */
export async function auditDayFiles(options: {
  readonly database: Database;
  readonly registry: Registry;
  readonly onFault: (fault: DayFault) => void;
  /** Told after each day. */
  readonly onProgress?: (days: number) => void;
}): Promise<number> {
  const { database, registry, onFault } = options;
  let days = 0;
  for (let after: readonly [number, string] = [-1, '-infinity']; ; ) {
    const rows = await database.rows<CompletedRow>(COMPLETED, [...after, PAGE]);
    for (const [brandId, day, bytes, sha384] of rows) {
      const reason = await difference(registry, brandId, day, bytes, sha384);
      if (reason !== null) onFault({ brandId, day, reason });
      days += 1;
      options.onProgress?.(days);
    }
    const last = rows.at(-1);
    if (last === undefined || rows.length < PAGE) return days;
    after = [last[0], last[1]];
  }
}

async function difference(
  registry: Registry,
  brandId: number,
  day: string,
  bytes: number,
  sha384: Buffer,
): Promise<string | null> {
  const range = await registry.dayRange(brandId, day);
  if (range === null) return 'no movements';
  const hash = createHash('sha384');
  let length = 0;
  try {
    for await (const piece of dayFile(registry, brandId, day, range)) {
      hash.update(piece);
      length += piece.length;
    }
  } catch (error) {
    // What is not the database's own failure is the data's: a hole, a movement of another day, an address that is shut.
    if (error instanceof DatabaseUnavailable || sqlState(error) !== undefined) throw error;
    return error instanceof Error ? error.message : String(error);
  }
  if (length !== bytes) return `${bytes} ≠ ${length} bytes`;
  return hash.digest().equals(sha384) ? null : 'SHA-384';
}
