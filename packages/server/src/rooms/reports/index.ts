// Reconciliation (mutabakat): for each brand and closed day the counts, the file of all movements, its SHA-384, its
// RFC 3161 time stamp, and the brand's word that it agrees.
//
// Promise: a finished file is never written again and holds every movement of its day, none more. After midnight the
// brand's journal is moved past the day (which waits for the writer that began before), then the day's range of
// numbers is read: nothing can join it any more. Files are made only for brands that moved, one at a time, streamed.
// Several processes may run: a day belongs to the one that claimed its row, and a file gets its name while that row
// is locked, so a worker whose day was taken over meanwhile changes nothing. In a crash a row stays `inprogress`, is
// silent, and is taken over after ten minutes; a sealed file without a finished row is replaced by the next attempt.
// A finished file that is gone from disk (a restored database) is read from the journal again, against the same hash.
// Trade: a time stamp is asked for after the file is finished, and again each minute while the authority fails.

import { pipeline, Readable } from 'node:stream';
import {
  CHANNELS,
  type Channel,
  channelOf,
  istanbulDay,
  type RecipientType,
  recipientTypeOf,
  type SourceSide,
} from '@acik-iys/law';
import type { Clock } from '../../ground/clock.ts';
import { type Database, DatabaseUnavailable } from '../../ground/database.ts';
import { CheckedContent, type Files } from '../../ground/files.ts';
import { errorFields, type Log } from '../../ground/log.ts';
import { requestTimeStamp, TimeStampError } from '../../ground/time-stamp.ts';
import type { BrandScope } from '../access/index.ts';
import type { Registry } from '../registry/index.ts';
import { dayFile } from './day-file.ts';
import { closedDays, type Day, endOfDay, readReportDay } from './days.ts';
import * as sql from './sql.ts';

export type { Day } from './days.ts';
export { openReportJobs, ReportError, type ReportJob, type ReportJobs } from './jobs.ts';
export { REPORT_FORMATS, type ReportKind, type ReportParameters } from './report-files.ts';

/** A worker says every so many pieces that it lives: far more often than it is taken for dead, also when slow. */
const PIECES_A_BEAT = 20;
/** Twenty pieces at their database deadline of 15 s each are five minutes: twice that is death. */
const SILENCE_SECONDS = 10 * 60;
/** Rows of one look for what is due; the look is repeated while it finds something. */
const LOOK = 1_000;
/** The safety net under the wake-up at midnight: takes up what failed, crashed or was not stamped. */
const RUN_EVERY_MS = 60_000;
/** After midnight, so that a timer that fires early by a hair does not find the day still open. */
const AFTER_MIDNIGHT_MS = 1_000;

export type ProcessStatus = 'queued' | 'inprogress' | 'completed' | 'error';

/** Movements of one day, channel and side. */
export interface SideCounts {
  /** First ONAY, or ONAY after RET. */
  readonly approval: number;
  /** RET after ONAY. */
  readonly rejection: number;
  /** Nothing waits here: a statement is recorded before it is answered. */
  readonly pending: 0;
  /** All movements, repeated ones too. */
  readonly total: number;
}
export type DaySummary = Readonly<Record<Channel, Readonly<Record<SourceSide, SideCounts>>>>;

export interface Agreement {
  readonly processStatus: ProcessStatus;
  /** 96 lower-case hex digits, once completed. */
  readonly sha384: string | undefined;
  readonly agreed: boolean;
}

/** A day that has a report. */
export interface ReportedDay {
  readonly day: Day;
  readonly processStatus: ProcessStatus;
  /** Once completed. */
  readonly file: { readonly name: string; readonly bytes: number; readonly sha384: string } | null;
  readonly isStamped: boolean;
  /** Epoch seconds, and the account; null: not agreed. */
  readonly agreed: { readonly at: number; readonly accountId: number } | null;
}

/** All but `reportDay` throw where the scope has no right of reconciliation: a door asks for it first. */
export interface Reports {
  /** Reads a report day by the clock (official API): H501 no day, H502 not from yesterday back to seven days ago. */
  reportDay(text: string): { day: Day } | { fault: 'H501' | 'H502' };
  /** Counts of a day, every channel and both sides, zeros too. */
  summary(scope: BrandScope, day: Day, recipientType: RecipientType): Promise<DaySummary>;
  /** Days that have a report, the newest first. `next` is null where nothing is left, else it is asked for as `before`. */
  days(
    scope: BrandScope,
    query: { readonly before?: Day | undefined; readonly limit: number },
  ): Promise<{ list: ReportedDay[]; next: Day | null }>;
  /** Null where nothing moved on the day. */
  agreement(scope: BrandScope, day: Day): Promise<Agreement | null>;
  /** Keeps that the brand agrees; the first word stands. False where there is no completed file. */
  agree(scope: BrandScope, day: Day): Promise<boolean>;
  /**
   * The day's file in clear, or null where none is completed. The stream fails with FileDamaged before its end when
   * the content has not the hash that was published; it must be read to its end or destroyed.
   */
  file(scope: BrandScope, day: Day): Promise<{ name: string; bytes: number; stream: Readable } | null>;
  /** The authority's answer (.tsr) over the file's SHA-384, or null where there is none (yet). */
  timeStamp(scope: BrandScope, day: Day): Promise<{ name: string; der: Buffer } | null>;
  /**
   * Makes what is due now and asks for the stamps that are missing. A call during a run joins it.
   * Throws DatabaseUnavailable; what fails with one brand's day is logged and tried again by later runs.
   */
  runDue(): Promise<void>;
  /** Runs now, shortly after each midnight in Istanbul, and every minute. */
  start(): void;
  /** Ends the loop for good; a file in the making is left to the next run of whoever comes first. */
  stop(): Promise<void>;
}

/** Thrown inside a run when `stop` was called. */
class Stopped extends Error {}
/** Thrown inside a run when somebody else has taken the day over. */
class TakenOver extends Error {}

export function openReports(options: {
  readonly database: Database;
  readonly registry: Registry;
  readonly clock: Clock;
  readonly files: Files;
  readonly log: Log;
  /** Address of the time-stamp authority; without one no day is stamped. */
  readonly timeStampAuthority: string | undefined;
}): Reports {
  const { database, registry, clock, files, log, timeStampAuthority } = options;

  let running: Promise<void> | undefined;
  let timer: NodeJS.Timeout | undefined;
  let started = false;
  let stopping = false;
  const stopped = Promise.withResolvers<never>();
  // Nobody may be waiting on it when it is rejected.
  stopped.promise.catch(() => undefined);

  function goOn(): void {
    if (stopping) throw new Stopped();
  }

  // ------------------------------------------------------------------------------------------------ making

  /** Days that reconciliation speaks of, and the time from which their rows can have been written. */
  function window(): { days: Day[]; bounds: [first: Day, last: Day, since: number] } {
    const days = closedDays(clock.now());
    const first = days[0] as Day;
    return { days, bounds: [first, days.at(-1) as Day, endOfDay(first)] };
  }

  async function queue(days: readonly Day[]): Promise<void> {
    for (const day of days) {
      goOn();
      const brandIds = await registry.brandsOfDay(day);
      if (brandIds.length > 0) await database.run(sql.QUEUE, [day, `{${brandIds.join(',')}}`, clock.now()]);
    }
  }

  async function makeDue(bounds: readonly [Day, Day, number]): Promise<void> {
    for (;;) {
      const due = await database.rows<[number, Day]>(sql.DUE, [...bounds, clock.now(), SILENCE_SECONDS, LOOK]);
      let claimed = 0;
      for (const [brandId, day] of due) {
        goOn();
        const rows = await database.rows<[number]>(sql.CLAIM, [brandId, day, clock.now(), SILENCE_SECONDS]);
        const attempt = rows[0]?.[0];
        if (attempt === undefined) continue;
        claimed += 1;
        await makeClaimed(brandId, day, attempt);
      }
      // Nothing claimed: what there is has been taken by others.
      if (claimed === 0 || due.length < LOOK) return;
    }
  }

  async function makeClaimed(brandId: number, day: Day, attempt: number): Promise<void> {
    try {
      const bytes = await make(brandId, day, attempt);
      log.info('report-completed', { brandId, day, bytes, attempt });
    } catch (error) {
      if (error instanceof TakenOver) {
        log.warn('report-taken-over', { brandId, day, attempt });
        return;
      }
      const status: ProcessStatus = error instanceof Stopped ? 'queued' : 'error';
      if (status === 'error') log.error('report-failed', { brandId, day, attempt, ...errorFields(error) });
      // Where even this is not written the row stays inprogress, and silent: it is taken over like a crashed one.
      await database.run(sql.LEAVE, [brandId, day, attempt, clock.now(), status]);
      if (error instanceof Stopped || error instanceof DatabaseUnavailable) throw error;
    }
  }

  /** @returns bytes of the file */
  async function make(brandId: number, day: Day, attempt: number): Promise<number> {
    await database.run(sql.CLOSE, [brandId, endOfDay(day)]);
    const range = await registry.dayRange(brandId, day);
    if (range === null) throw new Error(`brand ${brandId} was said to have moved on ${day} and has no movement`);
    let pieces = 0;
    const content = dayFile(registry, brandId, day, range, async () => {
      goOn();
      if (++pieces % PIECES_A_BEAT !== 0) return;
      if ((await database.run(sql.BEAT, [brandId, day, attempt, clock.now()])) === 0) throw new TakenOver();
    });
    const draft = await files.write(content);
    try {
      const name = `reconciliation/${day}/${brandId}.csv.sealed`;
      await database.transaction(async (connection) => {
        const { bytes, sha384 } = draft;
        const values = [brandId, day, attempt, clock.now(), name, bytes, sha384];
        if ((await connection.run(sql.COMPLETE, values)) === 0) throw new TakenOver();
        await draft.keep(name);
      });
    } finally {
      await draft.discard();
    }
    return draft.bytes;
  }

  // ---------------------------------------------------------------------------------------------- stamping

  async function stampDue(bounds: readonly [Day, Day, number]): Promise<void> {
    if (timeStampAuthority === undefined) return;
    for (;;) {
      const rows = await database.rows<[number, Day]>(sql.UNSTAMPED, [...bounds, LOOK]);
      let stamps = 0;
      for (const [brandId, day] of rows) {
        goOn();
        try {
          stamps += await stamp(timeStampAuthority, brandId, day);
        } catch (error) {
          if (!(error instanceof TimeStampError)) throw error;
          // One digest is like another: what failed for this one would for the others, at ten seconds each.
          log.warn('report-stamp-failed', { brandId, day, reason: error.reason });
          return;
        }
      }
      if (stamps === 0 || rows.length < LOOK) return;
    }
  }

  /** @returns stamps written: 0 where another process is at it, or was */
  async function stamp(authority: string, brandId: number, day: Day): Promise<number> {
    return await database.transaction(async (connection) => {
      const [held] = await connection.rows<[boolean]>(sql.HOLD_STAMP, [brandId, day]);
      if (held?.[0] !== true) return 0;
      const [row] = await connection.rows<[Buffer]>(sql.DIGEST_TO_STAMP, [brandId, day]);
      if (row === undefined) return 0;
      const der = await Promise.race([requestTimeStamp(authority, row[0]), stopped.promise]);
      return await connection.run(sql.STAMP, [brandId, day, der]);
    });
  }

  // ----------------------------------------------------------------------------------------------- running

  async function run(): Promise<void> {
    try {
      goOn();
      files.sweep();
      const { days, bounds } = window();
      await queue(days);
      await makeDue(bounds);
      await stampDue(bounds);
    } catch (error) {
      if (!(error instanceof Stopped)) throw error;
    }
  }

  async function runDue(): Promise<void> {
    running ??= run().finally(() => {
      running = undefined;
    });
    await running;
  }

  function schedule(delayMs: number): void {
    if (stopping) return;
    timer = setTimeout(() => {
      runDue()
        .catch((error: unknown) => log.error('report-run-failed', errorFields(error)))
        .finally(() => schedule(Math.min(RUN_EVERY_MS, untilMidnightMs() + AFTER_MIDNIGHT_MS)));
    }, delayMs);
  }

  function untilMidnightMs(): number {
    return endOfDay(istanbulDay(clock.now())) * 1_000 - clock.nowMs();
  }

  // ----------------------------------------------------------------------------------------------- reading

  interface Report {
    readonly status: ProcessStatus;
    readonly fileName: string | null;
    readonly bytes: number;
    readonly sha384: Buffer;
    readonly timeStamp: Buffer | null;
    readonly agreed: boolean;
  }
  type ReportRow = [ProcessStatus, string | null, number, Buffer, Buffer | null, boolean];
  type DayRow = [Day, ProcessStatus, number | null, Buffer | null, boolean, number | null, number | null];

  function dayFileName({ brandId }: BrandScope, day: Day): string {
    return `${brandId}-${day}.csv`;
  }

  async function read(scope: BrandScope, day: Day): Promise<Report | null> {
    const [row] = await database.rows<ReportRow>(sql.READ, [scope.brandId, day]);
    if (row === undefined) return null;
    const [status, fileName, bytes, sha384, timeStamp, agreed] = row;
    return { status, fileName, bytes, sha384, timeStamp, agreed };
  }

  function demandRight(scope: BrandScope): void {
    if (!scope.facts.reconciliation) throw new Error('the scope has no right of reconciliation');
  }

  /** The file's content made again from the journal, for a file that is gone from disk. */
  async function readAgain(brandId: number, day: Day, sha384: Buffer): Promise<Readable> {
    const range = await registry.dayRange(brandId, day);
    if (range === null) throw new Error(`brand ${brandId} has a report of ${day} and no movement`);
    log.warn('report-file-missing', { brandId, day });
    const content = Readable.from(dayFile(registry, brandId, day, range), { objectMode: false });
    return pipeline(content, new CheckedContent(sha384), () => undefined);
  }

  return {
    reportDay: (text) => readReportDay(text, clock.now()),

    async summary(scope, day, recipientType) {
      demandRight(scope);
      const counts = await registry.dayCounts(scope.brandId, day);
      const countsOf = (channel: Channel, side: SourceSide): SideCounts => {
        const count = counts.find(
          (own) => channelOf(own.kind) === channel && recipientTypeOf(own.kind) === recipientType && own.side === side,
        );
        return {
          approval: count?.approval ?? 0,
          rejection: count?.rejection ?? 0,
          pending: 0,
          total: count?.total ?? 0,
        };
      };
      return Object.fromEntries(
        CHANNELS.map((channel) => [channel, { HS: countsOf(channel, 'HS'), IYS: countsOf(channel, 'IYS') }]),
      ) as unknown as DaySummary;
    },

    async days(scope, { before, limit }) {
      demandRight(scope);
      const rows = await database.rows<DayRow>(sql.DAYS, [scope.brandId, before ?? null, limit]);
      return {
        list: rows.map(([day, status, bytes, sha384, isStamped, agreedAt, agreedBy]) => ({
          day,
          processStatus: status,
          file:
            status === 'completed' && bytes !== null && sha384 !== null
              ? { name: dayFileName(scope, day), bytes, sha384: sha384.toString('hex') }
              : null,
          isStamped,
          agreed: agreedAt === null || agreedBy === null ? null : { at: agreedAt, accountId: agreedBy },
        })),
        next: rows.length < limit ? null : (rows.at(-1)?.[0] ?? null),
      };
    },

    async agreement(scope, day) {
      demandRight(scope);
      const report = await read(scope, day);
      if (report !== null) {
        const sha384 = report.status === 'completed' ? report.sha384.toString('hex') : undefined;
        return { processStatus: report.status, sha384, agreed: report.agreed };
      }
      if ((await registry.dayRange(scope.brandId, day)) === null) return null;
      return { processStatus: 'queued', sha384: undefined, agreed: false };
    },

    async agree(scope, day) {
      demandRight(scope);
      return (await database.run(sql.AGREE, [scope.brandId, day, clock.now(), scope.facts.actor])) === 1;
    },

    async file(scope, day) {
      demandRight(scope);
      const report = await read(scope, day);
      if (report?.status !== 'completed' || report.fileName === null) return null;
      const { fileName, bytes, sha384 } = report;
      const stream = (await files.read(fileName, sha384)) ?? (await readAgain(scope.brandId, day, sha384));
      return { name: dayFileName(scope, day), bytes, stream };
    },

    async timeStamp(scope, day) {
      demandRight(scope);
      const der = (await read(scope, day))?.timeStamp ?? null;
      return der === null ? null : { name: `${scope.brandId}-${day}.tsr`, der };
    },

    runDue,

    start() {
      if (started) return;
      started = true;
      schedule(0);
    },

    async stop() {
      stopping = true;
      clearTimeout(timer);
      stopped.reject(new Stopped());
      await running?.catch(() => undefined);
    },
  };
}
