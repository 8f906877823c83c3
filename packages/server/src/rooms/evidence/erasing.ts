// Erasing what is over: a document past its period (law.md, rule 28) loses its content, its words and what it proved. The
// row stays and says that it was there.
//
// Each document is looked at when it may be over at the earliest, and then every month while a consent that it proves
// stands. The look is made again under the document's lock: what was attached meanwhile keeps it.

import { type Calendar, keptUntil } from '@acik-iys/law';
import type { Clock } from '../../ground/clock.ts';
import type { Database } from '../../ground/database.ts';
import type { Files } from '../../ground/files.ts';
import type { Log } from '../../ground/log.ts';
import { type BrandScope, houseScope } from '../access/index.ts';
import { type Document, fileOf } from './documents.ts';
import * as sql from './sql.ts';

const AT_ONCE = 200;
const LOOK_AGAIN_SECONDS = 30 * 86_400;

export interface Erasing {
  /** Erases what is over. @returns how many documents went */
  eraseDue(): Promise<number>;
}

export function openErasing({
  database,
  clock,
  calendar,
  files,
  log,
  documentOfHouse,
  keptUntilOf,
}: {
  readonly database: Database;
  readonly clock: Clock;
  readonly calendar: Calendar;
  readonly files: Files;
  readonly log: Log;
  /** Undefined where it is erased already. */
  documentOfHouse(brandId: number, documentId: string): Promise<Document | undefined>;
  keptUntilOf(scope: BrandScope, document: Document): Promise<number | null>;
}): Erasing {
  async function erase(brandId: number, documentId: string): Promise<boolean> {
    return await database.transaction(async (connection) => {
      await connection.run(sql.HOLD, [brandId, `{${documentId}}`]);
      const document = await documentOfHouse(brandId, documentId);
      if (document === undefined) return false;
      const now = clock.now();
      const until = await keptUntilOf(houseScope(brandId), document);
      if (until === null || until > now) {
        const earliest = until ?? keptUntil(calendar, { actAt: Math.floor(document.addedAt), endedAt: null });
        const lookAt = Math.max(earliest, now + LOOK_AGAIN_SECONDS);
        await connection.run(sql.LOOK_LATER, [brandId, documentId, lookAt]);
        return false;
      }
      const digest = Buffer.from(document.sha256, 'hex');
      await connection.run(sql.HOLD_BLOB, [brandId, digest]);
      await connection.run(sql.ERASE, [brandId, documentId, now]);
      await connection.run(sql.END_LINKS, [brandId, documentId, now]);
      // Before the row says so: what a crash leaves between is erased again, and a file that is not there is no error.
      if ((await connection.rows(sql.STILL_USED, [brandId, digest])).length === 0) {
        await files.remove(fileOf(brandId, document.sha256));
        await connection.run(sql.ERASE_BLOB, [brandId, digest, now]);
      }
      return true;
    });
  }

  return {
    async eraseDue() {
      let erased = 0;
      // Whatever is looked at is not due any more.
      for (;;) {
        const due = await database.rows<[number, string]>(sql.DUE_TO_LOOK, [clock.now(), AT_ONCE]);
        for (const [brandId, documentId] of due) {
          if (!(await erase(brandId, documentId))) continue;
          erased += 1;
          log.info('evidence.erased', { brandId, documentId });
        }
        if (due.length < AT_ONCE) return erased;
      }
    },
  };
}
