// Files that people ask for: the permissions of a brand as of a day, or its movements of some days, as CSV of any size or as a
// sheet of at most 100,000 rows.
//
// A row first, worked on afterwards by whoever comes first, under a lease. The file is written aside, sealed, and gets its
// name in the transaction that makes the job done: no part of a file is ever there to be taken. In a crash the lease runs
// out and the file is begun again, as of the same number of the journal. Rows are read as they are written: memory does
// not grow with the file. Who lost his right while his job waited gets no file.
//
// A list of permissions is stamped by the time-stamp authority after it is finished, and again each minute while that fails.

import type { Readable } from 'node:stream';
import { channelOf, istanbulDay } from '@acik-iys/law';
import type { Clock } from '../../ground/clock.ts';
import { type Database, DatabaseUnavailable } from '../../ground/database.ts';
import type { Files } from '../../ground/files.ts';
import { errorFields, type Log } from '../../ground/log.ts';
import { requestTimeStamp, TimeStampError } from '../../ground/time-stamp.ts';
import type { BrandScope, Desk, DeskBrand, Desks } from '../access/index.ts';
import { writeCsv, writeXlsx, XLSX_ROWS_MOST } from '../imports/index.ts';
import type { Registry, StateCount } from '../registry/index.ts';
import { endOfDay } from './days.ts';
import * as sql from './job-sql.ts';
import { movementPieces } from './pieces.ts';
import {
  fileNameOf,
  isWanted,
  movementsSheet,
  permissionsSheet,
  REPORT_FORMATS,
  type ReportKind,
  type ReportParameters,
} from './report-files.ts';
import * as daySql from './sql.ts';

/** Files of one account that wait or are being made: a person's day, not a way to keep everybody else waiting. */
const OPEN_MOST = 5;
/** Finished files of one account that are kept: the next one takes the place of the oldest. */
const KEPT_MOST = 30;
/** Jobs that one process works on at a time: a small one need not wait for a large one. */
const LANES = 2;
/** A worker says every second that it lives; a piece's database deadline is 15 s. */
const LEASE_SECONDS = 20;
const BEAT_MS = 1_000;
/** What other processes left is looked for this often. */
const LOOK_EVERY_MS = 2_000;
/** A job that was begun so often ends processes, or never has its turn. */
const ATTEMPTS_MOST = 10;
/** A finished file is there for a week. */
const FILE_SECONDS = 7 * 86_400;
/** What was asked for is listed so long. */
const JOB_SECONDS = 90 * 86_400;
const EXPIRED_AT_ONCE = 100;
const STAMP_AGAIN_SECONDS = 60;

export type ReportJobState = 'queued' | 'running' | 'done' | 'cancelled' | 'failed';
/** Why a job failed: too many rows for a sheet, the right ended, or something of ours. */
export type ReportJobCode = 'report.too_many_rows' | 'desk.right_ended' | 'report.failed';

/** Times are epoch seconds. */
export interface ReportJob {
  readonly jobId: string;
  readonly accountId: number;
  readonly brandId: number;
  readonly kind: ReportKind;
  readonly parameters: ReportParameters;
  readonly state: ReportJobState;
  /** By the counters; what is being recorded meanwhile, and withheld refusals, may make it more. */
  readonly rowsEstimated: number;
  readonly rowsDone: number;
  readonly code: ReportJobCode | null;
  /** Null until it is done, and when its week is over. */
  readonly file: { readonly name: string; readonly bytes: number; readonly sha384: string } | null;
  /** Of a finished list of permissions; `at` null: waiting for it. Movements have none: their days' files are stamped. */
  readonly stamp: { readonly at: number | null } | null;
  /** Last number of the journal that it covers; null before the work began. */
  readonly lastSeq: number | null;
  readonly createdAt: number;
  readonly finishedAt: number | null;
  readonly expiresAt: number | null;
}

/** Why a file cannot be asked for: the days, the rows of a sheet, too many open ones, or another's key. */
export class ReportError extends Error {
  readonly reason: 'days' | 'too_many_rows' | 'too_many_open' | 'key';
  constructor(reason: ReportError['reason']) {
    super(reason);
    this.reason = reason;
  }
}

/** Where a page ended: when that job was asked for, epoch seconds, and its id. */
interface JobCursor {
  readonly at: number;
  readonly id: string;
}

/** Jobs are an organisation's; a person sees those of brands and channels that he may read, in clear if he may see that. */
export interface ReportJobs {
  /**
   * Asks for a file of one brand; the same key again is the same job.
   * @param asked.key of the form, a uuid
   * @throws ReportError
   */
  ask(
    desk: Desk,
    brand: DeskBrand,
    asked: { readonly key: string; readonly kind: ReportKind; readonly parameters: ReportParameters },
  ): Promise<{ readonly job: ReportJob; readonly isNew: boolean }>;
  job(desk: Desk, jobId: string): Promise<ReportJob | undefined>;
  /** Newest first; a page may be short. `next` is null where nothing is left. */
  list(
    desk: Desk,
    query: { readonly after?: JobCursor | undefined; readonly limit: number },
  ): Promise<{ list: ReportJob[]; next: JobCursor | null }>;
  /** At once; of a job that is over nothing. His own, or of a brand whose files in clear he may have. */
  cancel(desk: Desk, job: ReportJob): Promise<boolean>;
  /** The content; it must be read to its end or destroyed. Null: not done, or its week is over. */
  file(job: ReportJob): Promise<{ type: string; stream: Readable } | null>;
  /** The authority's answer (.tsr) over the file's SHA-384; null: not yet, or never. */
  timeStamp(desk: Desk, job: ReportJob): Promise<Buffer | null>;
  /** Works on what is due until nothing is, stamps included. @returns jobs that were worked on */
  runDue(): Promise<number>;
  /** Deletes files whose week is over, and old jobs. */
  expire(): Promise<void>;
  start(): void;
  /** What is being made is left to whoever comes next. */
  stop(): Promise<void>;
}

type JobRow = [
  string,
  number,
  number,
  ReportKind,
  ReportParameters,
  ReportJobState,
  number,
  number,
  ReportJobCode | null,
  string | null,
  number | null,
  Buffer | null,
  number | null,
  number | null,
  number,
  number | null,
  number | null,
];
type TakenRow = [
  number,
  string,
  number,
  number,
  ReportKind,
  ReportParameters,
  number,
  number | null,
  number | null,
  number | null,
];

interface Taken {
  readonly organisationCode: number;
  readonly jobId: string;
  readonly kind: ReportKind;
  readonly parameters: ReportParameters;
  /** Organisation, job and attempt: what the worker's words are conditional on. */
  readonly held: readonly [number, string, number];
  /** What the file covers; null before the first worker found out. */
  readonly bounds: Bounds | null;
}

interface Bounds {
  readonly first: number;
  readonly last: number;
  /** Epoch second before which a withheld refusal counts. */
  readonly before: number;
}

/** Thrown in the middle of a file: the job was cancelled or taken over, or this process stops. */
class Lost extends Error {}
class Stopped extends Error {}
/** Thrown where a sheet would be larger than people, and Excel, can work with. */
class TooManyRows extends Error {}

export function openReportJobs({
  database,
  registry,
  desks,
  files,
  clock,
  log,
  timeStampAuthority,
}: {
  readonly database: Database;
  readonly registry: Registry;
  readonly desks: Desks;
  readonly files: Files;
  readonly clock: Clock;
  readonly log: Log;
  /** Its address; without one lists wait for their stamp. */
  readonly timeStampAuthority: string | undefined;
}): ReportJobs {
  const atWork = new Map<string, AbortController>();
  const lanes = new Set<Promise<unknown>>();
  let looking: NodeJS.Timeout | undefined;
  const stopped = Promise.withResolvers<undefined>();
  let stopping = false;

  // ------------------------------------------------------------------------------------------------ asking

  async function estimate(scope: BrandScope, kind: ReportKind, parameters: ReportParameters): Promise<number> {
    const counts: StateCount[] =
      kind === 'permissions'
        ? await registry.standingCounts([scope], parameters.to)
        : await registry.movementCounts([scope], parameters.from ?? parameters.to, parameters.to);
    return counts.reduce((sum, one) => sum + (isWanted(parameters, one) ? one.count : 0), 0);
  }

  function sees(desk: Desk, { brandId, parameters }: ReportJob): boolean {
    return mayHave(desk, brandId, parameters) !== undefined;
  }

  async function find(organisationCode: number, jobId: string): Promise<ReportJob | undefined> {
    const [row] = await database.rows<JobRow>(sql.JOB, [organisationCode, jobId]);
    return row && jobOf(row);
  }

  // ------------------------------------------------------------------------------------------------ making

  async function take(): Promise<[Taken, accountId: number, brandId: number] | undefined> {
    const now = clock.now();
    const [row] = await database.rows<TakenRow>(sql.TAKE, [now, now + LEASE_SECONDS]);
    if (row === undefined) return undefined;
    const [organisationCode, jobId, accountId, brandId, kind, parameters, attempt, first, last, before] = row;
    const bounds = first === null || last === null || before === null ? null : { first, last, before };
    return [
      { organisationCode, jobId, kind, parameters, held: [organisationCode, jobId, attempt], bounds },
      accountId,
      brandId,
    ];
  }

  async function work([job, accountId, brandId]: [Taken, number, number]): Promise<void> {
    const { jobId, held, organisationCode } = job;
    const abort = new AbortController();
    atWork.set(jobId, abort);
    try {
      const desk = await desks.deskOfAccount(accountId);
      const scope =
        desk?.organisation.code === organisationCode ? mayHave(desk, brandId, job.parameters)?.scope : undefined;
      if (scope === undefined) return await fail(job, 'desk.right_ended');
      if (held[2] > ATTEMPTS_MOST) return await fail(job, 'report.failed');
      await make(job, scope, abort.signal);
    } catch (error) {
      if (error instanceof Lost) return;
      if (error instanceof Stopped) return void (await database.run(sql.LEAVE, held));
      // Begun again when the lease is over.
      if (error instanceof DatabaseUnavailable) throw error;
      if (error instanceof TooManyRows) return await fail(job, 'report.too_many_rows');
      log.error('report-job.failed', { jobId, ...errorFields(error) });
      await fail(job, 'report.failed');
    } finally {
      atWork.delete(jobId);
    }
  }

  async function fail({ held }: Taken, code: ReportJobCode): Promise<void> {
    await database.run(sql.FAIL, [...held, code, clock.now()]);
  }

  /** Where the journal stood: the same for whoever begins again. */
  async function boundsOf({ bounds, held, parameters: { from, to } }: Taken, scope: BrandScope): Promise<Bounds> {
    if (bounds !== null) return bounds;
    const { brandId } = scope;
    const end = endOfDay(to);
    const isOver = end <= clock.now();
    if (isOver) await database.run(daySql.CLOSE, [brandId, end]);
    const found = {
      first: from === null ? 1 : (await registry.seqBefore(scope, from)) + 1,
      last: isOver ? await registry.seqBefore(scope, istanbulDay(end)) : await registry.lastSeq(brandId),
      before: isOver ? end : clock.now() + 1,
    };
    if ((await database.run(sql.BOUND, [...held, found.first, found.last, found.before])) === 0) throw new Lost();
    return found;
  }

  async function make(job: Taken, scope: BrandScope, signal: AbortSignal): Promise<void> {
    const { held, jobId, kind, parameters } = job;
    const bounds = await boundsOf(job, scope);
    let rows = 0;
    let beatAt = clock.nowMs();
    const pieces = <T>(source: AsyncIterable<T>): AsyncIterable<T> =>
      watched(source, async () => {
        if (stopping) throw new Stopped();
        if (signal.aborted) throw new Lost();
        if (clock.nowMs() - beatAt < BEAT_MS) return;
        beatAt = clock.nowMs();
        if ((await database.run(sql.BEAT, [...held, rows, clock.now() + LEASE_SECONDS])) === 0) throw new Lost();
      });
    const onRows = (more: number): void => {
      rows += more;
      if (parameters.format === 'xlsx' && rows > XLSX_ROWS_MOST) throw new TooManyRows();
    };
    const sheet =
      kind === 'permissions'
        ? permissionsSheet(
            parameters,
            pieces(registry.standing(scope, { kinds: parameters.kinds, seq: bounds.last, before: bounds.before })),
            onRows,
          )
        : movementsSheet(parameters, pieces(movementPieces(registry, scope.brandId, bounds)), onRows);
    const draft = await files.write(parameters.format === 'csv' ? writeCsv(sheet) : writeXlsx([sheet]));
    try {
      const name = `reports/${jobId}.sealed`;
      const now = clock.now();
      await database.transaction(async (connection) => {
        const { bytes, sha384 } = draft;
        const stampAt = kind === 'permissions' ? now : null;
        const values = [...held, rows, name, bytes, sha384, now, now + FILE_SECONDS, stampAt];
        if ((await connection.run(sql.COMPLETE, values)) === 0) throw new Lost();
        await draft.keep(name);
      });
    } finally {
      await draft.discard();
    }
    log.info('report-job.done', { jobId, rows, bytes: draft.bytes });
  }

  // ---------------------------------------------------------------------------------------------- stamping

  async function stampDue(): Promise<void> {
    while (timeStampAuthority !== undefined && !stopping) {
      const now = clock.now();
      const [row] = await database.rows<[number, string, Buffer]>(sql.TAKE_UNSTAMPED, [now, now + STAMP_AGAIN_SECONDS]);
      if (row === undefined) return;
      const [organisationCode, jobId, sha384] = row;
      try {
        const stamp = await Promise.race([requestTimeStamp(timeStampAuthority, sha384), stopped.promise]);
        if (stamp === undefined) return;
        await database.run(sql.STAMP, [organisationCode, jobId, stamp, clock.now()]);
      } catch (error) {
        if (!(error instanceof TimeStampError)) throw error;
        // What failed for one would for the others, at ten seconds each.
        log.warn('report-job.stamp_failed', { jobId, reason: error.reason });
        return;
      }
    }
  }

  // ----------------------------------------------------------------------------------------------- running

  async function runDue(): Promise<number> {
    let done = 0;
    for (let taken = await take(); taken !== undefined; taken = stopping ? undefined : await take()) {
      await work(taken);
      done += 1;
    }
    await stampDue();
    return done;
  }

  function wake(): void {
    if (looking === undefined || stopping || lanes.size >= LANES) return;
    const lane = runDue()
      .catch((error: unknown) => log.warn('report-jobs.failed', errorFields(error)))
      .finally(() => lanes.delete(lane));
    lanes.add(lane);
  }

  return {
    async ask(desk, brand, { key, kind, parameters }) {
      const { organisation, accountId } = desk;
      const today = istanbulDay(clock.now());
      if (parameters.to > today || (parameters.from ?? parameters.to) > parameters.to) throw new ReportError('days');
      if (mayHave(desk, brand.brandId, parameters) === undefined)
        throw new Error('a report of what the desk may not have');
      const before = await find(organisation.code, key);
      if (before !== undefined) {
        if (before.accountId !== accountId || !sees(desk, before)) throw new ReportError('key');
        return { job: before, isNew: false };
      }
      const rows = await estimate(brand.scope, kind, parameters);
      if (parameters.format === 'xlsx' && rows > XLSX_ROWS_MOST) throw new ReportError('too_many_rows');
      const values = [organisation.code, key, accountId, brand.brandId, kind, JSON.stringify(parameters), rows];
      const isNew = (await database.run(sql.ADD, [...values, clock.nowMs() / 1_000, OPEN_MOST])) === 1;
      const job = await find(organisation.code, key);
      if (job === undefined) throw new ReportError('too_many_open');
      await database.run(sql.MAKE_ROOM, [organisation.code, accountId, clock.now(), KEPT_MOST]);
      wake();
      return { job, isNew };
    },

    async job(desk, jobId) {
      const job = await find(desk.organisation.code, jobId);
      return job !== undefined && sees(desk, job) ? job : undefined;
    },

    async list(desk, { after, limit }) {
      const brands = desk.brandsFor('readReports');
      const rows = await database.rows<JobRow>(sql.JOBS, [
        desk.organisation.code,
        `{${brands.map(({ brandId }) => brandId).join(',')}}`,
        after?.at ?? null,
        after?.id ?? null,
        limit,
      ]);
      const jobs = rows.map(jobOf);
      const last = jobs.length < limit ? undefined : jobs.at(-1);
      return {
        list: jobs.filter((job) => sees(desk, job)),
        next: last === undefined ? null : { at: last.createdAt, id: last.jobId },
      };
    },

    async cancel(desk, { jobId, accountId, brandId }) {
      if (accountId !== desk.accountId && desk.brand(brandId, 'clearFiles') === undefined) return false;
      const cancelled = await database.run(sql.CANCEL, [desk.organisation.code, jobId, clock.now()]);
      atWork.get(jobId)?.abort();
      return cancelled === 1;
    },

    async file({ jobId, file, parameters, expiresAt }) {
      if (file === null || expiresAt === null || expiresAt <= clock.now()) return null;
      const stream = await files.read(`reports/${jobId}.sealed`, Buffer.from(file.sha384, 'hex'));
      return stream && { type: REPORT_FORMATS[parameters.format], stream };
    },

    async timeStamp(desk, { jobId }) {
      const [row] = await database.rows<[Buffer | null]>(sql.TIME_STAMP, [desk.organisation.code, jobId]);
      return row?.[0] ?? null;
    },

    runDue,

    async expire() {
      const now = clock.now();
      for (;;) {
        const rows = await database.rows<[number, string, string]>(sql.EXPIRED, [now, EXPIRED_AT_ONCE]);
        for (const [organisationCode, jobId, name] of rows) {
          await files.remove(name);
          await database.run(sql.FORGET_FILE, [organisationCode, jobId]);
        }
        if (rows.length < EXPIRED_AT_ONCE) break;
      }
      await database.run(sql.FORGET_JOBS, [now - JOB_SECONDS]);
    },

    start() {
      looking ??= setInterval(wake, LOOK_EVERY_MS);
      wake();
    },

    async stop() {
      stopping = true;
      clearInterval(looking);
      stopped.resolve(undefined);
      await Promise.all(lanes);
    },
  };
}

/** The brand, where the person may have such a file of it: its channels, and addresses in clear where it holds them. */
function mayHave(desk: Desk, brandId: number, { kinds, clear }: ReportParameters): DeskBrand | undefined {
  const brand = desk.brand(brandId, clear ? 'clearFiles' : 'readReports');
  return brand !== undefined && kinds.every((kind) => brand.scope.may(channelOf(kind), 'read')) ? brand : undefined;
}

async function* watched<T>(source: AsyncIterable<T>, beforePiece: () => Promise<void>): AsyncGenerator<T> {
  for await (const piece of source) {
    await beforePiece();
    yield piece;
  }
}

function jobOf([
  jobId,
  accountId,
  brandId,
  kind,
  parameters,
  state,
  rowsEstimated,
  rowsDone,
  code,
  fileName,
  bytes,
  sha384,
  stampedAt,
  lastSeq,
  createdAt,
  finishedAt,
  expiresAt,
]: JobRow): ReportJob {
  return {
    jobId,
    accountId,
    brandId,
    kind,
    parameters,
    state,
    rowsEstimated,
    rowsDone,
    code,
    file:
      fileName === null || bytes === null || sha384 === null
        ? null
        : { name: fileNameOf(kind, brandId, parameters), bytes, sha384: sha384.toString('hex') },
    stamp: kind === 'permissions' && state === 'done' ? { at: stampedAt } : null,
    lastSeq,
    createdAt,
    finishedAt,
    expiresAt,
  };
}
