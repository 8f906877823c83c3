// Reports at the desk: counts, movements, the day's reconciliation, and the files that people ask for. What is asked for and
// taken away is told in the activity log; a file with addresses in clear asks for a second factor just now.

import {
  CHANNELS,
  type Channel,
  channelOf,
  isDay,
  istanbulDay,
  kindOf,
  mask,
  ONAY,
  RECIPIENT_TYPES,
  type RecipientType,
  recipientTypeOf,
  SOURCE_NUMBERS,
  type Source,
  sourceName,
  sourceNumberOf,
  statusBitOf,
  statusOf,
} from '@acik-iys/law';
import { type Desk, type DeskBrand, type PersonSession, STEP_UP_SECONDS } from '../../rooms/access/index.ts';
import type { StateCount } from '../../rooms/registry/index.ts';
import { ReportError, type ReportJob, type ReportParameters } from '../../rooms/reports/index.ts';
import { brandFor, type Handlers, uuidOf } from './call.ts';
import type { Portal } from './contract.ts';
import { momentOf, momentText } from './cursor.ts';
import { FileAnswer } from './file-answer.ts';
import { fieldProblem, problem, sentencesOf } from './problems.ts';
import type { PortalRooms } from './rooms.ts';

type CountsAnswer = Portal['GET /organisations/:organisation/reports/counts']['answer'];
type JobAnswer = Portal['GET /organisations/:organisation/report-jobs/:jobId']['answer'];

interface ReportCall {
  readonly rooms: PortalRooms;
  readonly desk: Desk;
  readonly session: PersonSession;
  readonly params: Readonly<Record<string, string>>;
}

/** Rows of a page. */
const MOVEMENTS = 50;
const DAYS = 31;
const JOBS = 30;
const TIME_STAMP_TYPE = 'application/timestamp-reply';

/** Whether the person has to give a second factor before he may have addresses in clear. */
function needsStepUp({ rooms, session }: Pick<ReportCall, 'rooms' | 'session'>): boolean {
  return rooms.clock.now() - (session.secondFactorAt ?? 0) > STEP_UP_SECONDS;
}

function brandOfPath(call: ReportCall, ability: 'readReports' | 'clearFiles'): DeskBrand {
  const { brand = '' } = call.params;
  if (!/^\d{1,9}$/.test(brand)) throw problem('desk.brand');
  return brandFor(call, Number(brand), ability);
}

/** Brands whose counts are asked for: one, or all that the person may read. */
function brandsAsked(call: ReportCall, brand: string | undefined): DeskBrand[] {
  return brand === undefined ? call.desk.brandsFor('readReports') : [brandFor(call, Number(brand), 'readReports')];
}

/** Two days in their order. @throws Problem beside the field that is wrong */
function checkDays(from: string, to: string): void {
  if (!isDay(from)) throw fieldProblem('report.days', 'from');
  if (!isDay(to) || from > to) throw fieldProblem('report.days', 'to');
}

function countsOf({ clock }: PortalRooms, counts: readonly StateCount[]): CountsAnswer {
  const byRow = Map.groupBy(counts, ({ kind, state }) => `${kind} ${state}`);
  const sum = (list: readonly StateCount[]): number => list.reduce((total, { count }) => total + count, 0);
  return {
    now: clock.now(),
    rows: [...byRow.values()].map((list) => {
      const [{ kind, state }] = list as [StateCount];
      return { ...wordsOf(kind, state), count: sum(list) };
    }),
    brands: [...Map.groupBy(counts, ({ brandId }) => brandId)].map(([brandId, own]) => {
      const approvals = sum(own.filter(({ state }) => statusBitOf(state) === ONAY));
      return { brandId, approvals, refusals: sum(own) - approvals };
    }),
  };
}

function wordsOf(kind: number, state: number) {
  return {
    channel: channelOf(kind),
    recipientType: recipientTypeOf(kind),
    status: statusOf(state),
    source: sourceName(sourceNumberOf(state)) ?? null,
  };
}

/** Channels × recipient types that are asked for and that the person may read. */
function kindsOf({ scope }: DeskBrand, channel: Channel | null, recipientType: RecipientType | null): number[] {
  const channels = scope.readableChannels().filter((number) => channel === null || CHANNELS[number] === channel);
  const types = RECIPIENT_TYPES.flatMap((type, number) =>
    recipientType === null || type === recipientType ? [number] : [],
  );
  return channels.flatMap((number) => types.map((type) => kindOf(number, type)));
}

// --------------------------------------------------------------------------------------------------- jobs

/** What is the same in all of a job's kinds; null where they differ. */
function only<T>(values: readonly T[]): T | null {
  return new Set(values).size === 1 ? (values[0] ?? null) : null;
}

async function jobsOf(call: Omit<ReportCall, 'params'>, jobs: readonly ReportJob[]): Promise<JobAnswer[]> {
  const { rooms, desk } = call;
  const who = await rooms.desks.actors([...new Set(jobs.map(({ accountId }) => accountId))]);
  return jobs.map((job) => {
    const { format, from, to, kinds, status, source, side, clear } = job.parameters;
    return {
      jobId: job.jobId,
      brandId: job.brandId,
      kind: job.kind,
      format,
      from,
      to,
      channel: only(kinds.map(channelOf)),
      recipientType: only(kinds.map(recipientTypeOf)),
      status,
      source: source === null ? null : (sourceName(source) ?? null),
      side,
      clear,
      state: job.state,
      rowsEstimated: job.rowsEstimated,
      rowsDone: job.rowsDone,
      sentence: job.code === null ? null : sentencesOf(job.code),
      file: job.file,
      stamp: job.stamp && { at: job.stamp.at === null ? null : Math.floor(job.stamp.at) },
      askedBy: who.get(job.accountId)?.person ?? null,
      mayCancel: job.accountId === desk.accountId || desk.brand(job.brandId, 'clearFiles') !== undefined,
      createdAt: Math.floor(job.createdAt),
      finishedAt: job.finishedAt === null ? null : Math.floor(job.finishedAt),
      expiresAt: job.expiresAt === null ? null : Math.floor(job.expiresAt),
    };
  });
}

async function jobOf(call: Omit<ReportCall, 'params'>, job: ReportJob): Promise<JobAnswer> {
  const [answer] = await jobsOf(call, [job]);
  return answer as JobAnswer;
}

/** The job of the path, where this person may see it. @throws Problem */
async function jobOfPath(call: ReportCall): Promise<ReportJob> {
  const job = await call.rooms.reportJobs.job(call.desk, uuidOf(call, 'jobId'));
  if (job === undefined) throw problem('thing.unknown');
  return job;
}

/** A list of permissions in clear, with all that a person may read, holds every refusal up to its number. */
function notePassed({ rooms, desk }: ReportCall, { brandId, kind, parameters, lastSeq }: ReportJob): void {
  const { clear, kinds, source, side } = parameters;
  const brand = desk.brand(brandId, 'clearFiles');
  if (brand === undefined || kind !== 'permissions' || !clear || lastSeq === null) return;
  if (source !== null || side !== null || kindsOf(brand, null, null).some((one) => !kinds.includes(one))) return;
  rooms.refusals.passed(brand.scope, 'file', lastSeq);
}

// ----------------------------------------------------------------------------------------- reconciliation

/** The brand of the path, where its days may be reconciled. @throws Problem */
function reconciledBrand(call: ReportCall, ability: 'readReports' | 'clearFiles'): DeskBrand {
  const brand = brandOfPath(call, ability);
  if (!brand.scope.facts.reconciliation) throw problem('report.no_reconciliation');
  return brand;
}

/** The day's file holds addresses of all channels: whoever takes it, or agrees to it, may read them all. */
function readsAll(brand: DeskBrand | undefined): boolean {
  return brand !== undefined && CHANNELS.every((channel) => brand.scope.may(channel, 'read'));
}

function dayOf({ params }: ReportCall): string {
  const { day = '' } = params;
  if (!isDay(day)) throw problem('thing.unknown');
  return day;
}

/** What one may do who may have the day's file. @throws Problem */
function ownerOfDay(call: ReportCall): { brand: DeskBrand; day: string } {
  const brand = reconciledBrand(call, 'clearFiles');
  if (!readsAll(brand)) throw problem('report.all_channels');
  return { brand, day: dayOf(call) };
}

export const reportHandlers: Handlers<
  | 'GET /organisations/:organisation/reports/standing'
  | 'GET /organisations/:organisation/reports/counts'
  | 'GET /organisations/:organisation/brands/:brand/movements'
  | 'GET /organisations/:organisation/brands/:brand/reconciliations'
  | 'POST /organisations/:organisation/brands/:brand/reconciliations/:day/agreement'
  | 'GET /organisations/:organisation/brands/:brand/reconciliations/:day/file'
  | 'GET /organisations/:organisation/brands/:brand/reconciliations/:day/time-stamp'
  | 'GET /organisations/:organisation/report-jobs'
  | 'POST /organisations/:organisation/report-jobs'
  | 'GET /organisations/:organisation/report-jobs/:jobId'
  | 'POST /organisations/:organisation/report-jobs/:jobId/cancellation'
  | 'GET /organisations/:organisation/report-jobs/:jobId/file'
  | 'GET /organisations/:organisation/report-jobs/:jobId/time-stamp'
> = {
  'GET /organisations/:organisation/reports/standing': async (call) => {
    const { rooms, query } = call;
    if (!isDay(query.day) || query.day > istanbulDay(rooms.clock.now())) throw fieldProblem('report.days', 'day');
    const scopes = brandsAsked(call, query.brand).map(({ scope }) => scope);
    return countsOf(rooms, await rooms.registry.standingCounts(scopes, query.day));
  },

  'GET /organisations/:organisation/reports/counts': async (call) => {
    const { rooms, query } = call;
    checkDays(query.from, query.to);
    const scopes = brandsAsked(call, query.brand).map(({ scope }) => scope);
    return countsOf(rooms, await rooms.registry.movementCounts(scopes, query.from, query.to));
  },

  'GET /organisations/:organisation/brands/:brand/movements': async (call) => {
    const { rooms, desk, query } = call;
    checkDays(query.from, query.to);
    if (query.after !== undefined && !/^\d{1,15}$/.test(query.after)) throw problem('request.form');
    const brand = brandOfPath(call, 'readReports');
    const { list, next } = await rooms.registry.newest(brand.scope, {
      from: query.from,
      to: query.to,
      kinds: kindsOf(brand, query.channel ?? null, null),
      status: query.status,
      side: query.side,
      before: query.after === undefined ? undefined : Number(query.after),
      limit: MOVEMENTS,
    });
    return {
      now: rooms.clock.now(),
      movements: list.map(({ seq, transactionId, address, kind, state, consentedAt, receivedAt, overtaken }) => ({
        seq,
        transactionId,
        reference: rooms.references.make(desk.organisation.code, address),
        masked: mask(address),
        ...wordsOf(kind, state),
        consentedAt,
        receivedAt,
        overtaken,
      })),
      after: next === null ? null : String(next),
    };
  },

  'GET /organisations/:organisation/brands/:brand/reconciliations': async (call) => {
    const { rooms, query } = call;
    if (query.after !== undefined && !isDay(query.after)) throw problem('request.form');
    const { desk } = call;
    const brand = reconciledBrand(call, 'readReports');
    const { list, next } = await rooms.reports.days(brand.scope, { before: query.after, limit: DAYS });
    const who = await rooms.desks.actors(list.flatMap(({ agreed }) => agreed?.accountId ?? []));
    return {
      now: rooms.clock.now(),
      days: list.map(({ day, processStatus, file, isStamped, agreed }) => ({
        day,
        state: processStatus,
        file,
        isStamped,
        agreed: agreed && {
          at: Math.floor(agreed.at),
          ...(who.get(agreed.accountId) ?? { person: null, organisation: null }),
        },
      })),
      mayAgree: readsAll(desk.brand(brand.brandId, 'clearFiles')),
      after: next,
    };
  },

  'POST /organisations/:organisation/brands/:brand/reconciliations/:day/agreement': async (call) => {
    const { rooms, desk } = call;
    const { brand, day } = ownerOfDay(call);
    if (!(await rooms.reports.agree(brand.scope, day))) throw problem('report.no_day_file');
    await rooms.activities.add(desk, 'reconciliation.agreed', { brandId: brand.brandId, details: { day } });
    return { done: true };
  },

  'GET /organisations/:organisation/brands/:brand/reconciliations/:day/file': async (call) => {
    const { rooms, desk } = call;
    const { brand, day } = ownerOfDay(call);
    const file = await rooms.reports.file(brand.scope, day);
    if (file === null) throw problem('report.no_day_file');
    const { name, bytes, stream } = file;
    return await handedOver(call, stream, async () => {
      await rooms.activities.add(desk, 'file.fetched', { brandId: brand.brandId, details: { file: name } });
      return new FileAnswer(stream, { name, bytes, type: 'text/csv; charset=utf-8' });
    });
  },

  'GET /organisations/:organisation/brands/:brand/reconciliations/:day/time-stamp': async (call) => {
    const { rooms } = call;
    const stamp = await rooms.reports.timeStamp(reconciledBrand(call, 'readReports').scope, dayOf(call));
    if (stamp === null) throw problem('report.not_stamped');
    return new FileAnswer(stamp.der, { name: stamp.name, bytes: stamp.der.length, type: TIME_STAMP_TYPE });
  },

  'GET /organisations/:organisation/report-jobs': async (call) => {
    const { rooms, desk, query } = call;
    const { list, next } = await rooms.reportJobs.list(desk, { after: momentOf(query.after), limit: JOBS });
    return {
      now: rooms.clock.now(),
      jobs: await jobsOf(call, list),
      after: next === null ? null : momentText(next),
    };
  },

  'POST /organisations/:organisation/report-jobs': async (call) => {
    const { rooms, desk, session, body } = call;
    const { key, brandId, kind, format, from, to, status, source, side, clear } = body;
    if (clear && desk.brand(brandId, 'clearFiles') === undefined && desk.brand(brandId, 'readReports') !== undefined)
      throw problem('desk.ability');
    const brand = brandFor(call, brandId, clear ? 'clearFiles' : 'readReports');
    checkDays(from ?? to, to);
    if (kind === 'movements' && from === null) throw fieldProblem('report.days', 'from');
    if (clear && needsStepUp(call)) throw problem('session.step_up');
    const kinds = kindsOf(brand, body.channel, body.recipientType);
    if (kinds.length === 0) throw problem('desk.channel_reading');
    if (source !== null && !Object.hasOwn(SOURCE_NUMBERS, source)) throw problem('request.form');
    const parameters: ReportParameters = {
      format,
      language: session.language,
      from: kind === 'movements' ? from : null,
      to,
      kinds,
      status,
      source: source === null ? null : SOURCE_NUMBERS[source as Source],
      side,
      clear,
    };
    const { job, isNew } = await asked(rooms.reportJobs.ask(desk, brand, { key, kind, parameters }));
    if (isNew)
      await rooms.activities.add(desk, 'report.asked', {
        brandId,
        details: { report: job.jobId, kind, from, to, clear },
      });
    return await jobOf(call, job);
  },

  'GET /organisations/:organisation/report-jobs/:jobId': async (call) => await jobOf(call, await jobOfPath(call)),

  'POST /organisations/:organisation/report-jobs/:jobId/cancellation': async (call) => {
    const { rooms, desk } = call;
    const job = await jobOfPath(call);
    if (await rooms.reportJobs.cancel(desk, job))
      await rooms.activities.add(desk, 'report.cancelled', { brandId: job.brandId, details: { report: job.jobId } });
    return await jobOf(call, await jobOfPath(call));
  },

  'GET /organisations/:organisation/report-jobs/:jobId/file': async (call) => {
    const { rooms, desk } = call;
    const job = await jobOfPath(call);
    if (job.parameters.clear && needsStepUp(call)) throw problem('session.step_up');
    const content = await rooms.reportJobs.file(job);
    if (content === null || job.file === null) throw problem('report.no_file');
    const { name, bytes } = job.file;
    const { stream, type } = content;
    return await handedOver(call, stream, async () => {
      await rooms.activities.add(desk, 'file.fetched', {
        brandId: job.brandId,
        details: { file: name, report: job.jobId, clear: job.parameters.clear },
      });
      return new FileAnswer(stream, { name, bytes, type, onSent: () => notePassed(call, job) });
    });
  },

  'GET /organisations/:organisation/report-jobs/:jobId/time-stamp': async (call) => {
    const job = await jobOfPath(call);
    const stamp = await call.rooms.reportJobs.timeStamp(call.desk, job);
    if (stamp === null) throw problem('report.not_stamped');
    return new FileAnswer(stamp, {
      name: `${job.file?.name ?? job.jobId}.tsr`,
      bytes: stamp.length,
      type: TIME_STAMP_TYPE,
    });
  },
};

/** Answers with an open stream, or only that it could; it is closed where the answer is another. */
async function handedOver(
  { query }: { readonly query: { readonly ready?: '1' } },
  stream: { destroy(): unknown },
  answer: () => Promise<FileAnswer>,
): Promise<FileAnswer | { done: true }> {
  try {
    if (query.ready === undefined) return await answer();
  } catch (error) {
    stream.destroy();
    throw error;
  }
  stream.destroy();
  return { done: true };
}

async function asked<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (!(error instanceof ReportError)) throw error;
    if (error.reason === 'days') throw fieldProblem('report.days', 'to');
    if (error.reason === 'too_many_rows') throw fieldProblem('report.too_many_rows', 'format');
    if (error.reason === 'key') throw problem('thing.unknown');
    throw problem('report.too_many_open', 60);
  }
}
