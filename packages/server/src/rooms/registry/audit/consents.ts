// What stands beside the movements, a page of keys at a time: consents, each held against its last movement, and
// withheld refusals.

import type { Row } from '../../../ground/database.ts';
import { openSealed, partOfKey } from './addresses.ts';
import { type BrandAudit, type Moment, readMoment } from './brand.ts';
import * as sql from './sql.ts';

/** A consent and its movement come in one statement, so that writers cannot come between them. */
export async function auditConsents(audit: BrandAudit): Promise<void> {
  for (let at: Cursor | null = FIRST; at !== null; ) {
    const rows: Row[] = await audit.database.rows(sql.CONSENTS, [audit.brandId, ...at, sql.PIECE]);
    for (const row of rows) {
      const [kind, key, , lastSeq, lateSeq, , journal, there, same, lateRight] = row as [
        number,
        string,
        string,
        number,
        number | null,
        Buffer | null,
        number | null,
        boolean,
        boolean | null,
        boolean | null,
      ];
      const where = partOfKey({ kind, key });
      if (lastSeq > (journal ?? 0)) audit.fault('consent-ahead', lastSeq, where);
      if (!there) audit.fault('consent-without-movement', lastSeq, where);
      else if (same !== true) audit.fault('consent-differs', lastSeq, where);
      if (lateSeq !== null && lateRight !== true) audit.fault('late-wrong', lateSeq, where);
    }
    openSealed(
      audit,
      rows.map((row) => ({
        kind: row[0] as number,
        key: row[1] as string,
        seq: row[3] as number,
        sealed: row[5] as Buffer | null,
      })),
    );
    audit.looked('consents', rows.length);
    at = nextPage(rows);
  }
}

export async function auditWithheld(audit: BrandAudit, moment: Moment): Promise<void> {
  let first = true;
  for (let at: Cursor | null = FIRST; at !== null; ) {
    const rows: Row[] = await audit.database.rows(sql.WITHHELD, [audit.brandId, ...at, sql.PIECE]);
    // Read again only where it matters: the first one may have been withheld after the brand's moment.
    if (first && rows.length > 0 && moment.withheld === 0 && (await readMoment(audit)).withheld === 0)
      audit.fault('withheld-uncounted', null, `${rows.length}`);
    first = false;
    openSealed(
      audit,
      rows.map((row) => ({
        kind: row[0] as number,
        key: row[1] as string,
        seq: null,
        sealed: row[3] as Buffer | null,
      })),
    );
    audit.looked('withheld', rows.length);
    at = nextPage(rows);
  }
}

/** Kind and address that a page comes after. */
type Cursor = readonly [kind: number, address: string];
const FIRST: Cursor = [-1, sql.FIRST_KEY];

/** @param rows with kind first and the address as PostgreSQL writes it third */
function nextPage(rows: readonly Row[]): Cursor | null {
  if (rows.length < sql.PIECE) return null;
  const last = rows.at(-1) as Row;
  return [last[0] as number, last[2] as string];
}
