// Reports: what stands as of a day, what moved on some days, the day's reconciliation, and files of the first two.

import Type from 'typebox';
import {
  Channel,
  Code,
  Done,
  Nullable,
  type PortalRoute,
  RecipientType,
  Reference,
  Status,
  Time,
  Uuid,
} from './shapes.ts';

/** `YYYY-MM-DD`, Istanbul. */
const Day = Type.String({ pattern: '^[0-9]{4}-[0-9]{2}-[0-9]{2}$' });
const Side = Type.Union([Type.Literal('HS'), Type.Literal('IYS')]);
const Kind = Type.Union([Type.Literal('permissions'), Type.Literal('movements')]);
const Format = Type.Union([Type.Literal('csv'), Type.Literal('xlsx')]);
const BrandNumber = Type.String({ pattern: '^[0-9]{1,9}$' });
/** Opaque: where the page before ended. */
const After = Type.Optional(Type.String({ maxLength: 200 }));

/**
 * With `ready` the answer is not the file, but that it can be had now: a screen asks before it has the browser save it, which
 * could say neither that a second factor is wanted nor that the file is gone.
 */
const Handover = Type.Object({ ready: Type.Optional(Type.Literal('1')) });

/** Consents, or movements, by what they are; from the counters. */
const Counts = Type.Object({
  now: Time,
  /** Of all brands together, or of the one asked for. */
  rows: Type.Array(
    Type.Object({
      channel: Channel,
      recipientType: RecipientType,
      status: Status,
      source: Nullable(Type.String()),
      count: Type.Integer(),
    }),
  ),
  brands: Type.Array(Type.Object({ brandId: Code, approvals: Type.Integer(), refusals: Type.Integer() })),
});

const Movement = Type.Object({
  seq: Type.Integer(),
  transactionId: Type.String(),
  reference: Reference,
  masked: Type.String(),
  channel: Channel,
  recipientType: RecipientType,
  status: Status,
  source: Nullable(Type.String()),
  consentedAt: Nullable(Time),
  receivedAt: Time,
  /** A refusal that a newer consent had passed: it stands in the history only. */
  overtaken: Type.Boolean(),
});

const Reconciliation = Type.Object({
  day: Day,
  state: Type.Union([
    Type.Literal('queued'),
    Type.Literal('inprogress'),
    Type.Literal('completed'),
    Type.Literal('error'),
  ]),
  file: Nullable(Type.Object({ name: Type.String(), bytes: Type.Integer(), sha384: Type.String() })),
  isStamped: Type.Boolean(),
  agreed: Nullable(Type.Object({ at: Time, person: Nullable(Type.String()), organisation: Nullable(Type.String()) })),
});

const Job = Type.Object({
  jobId: Uuid,
  brandId: Code,
  kind: Kind,
  format: Format,
  from: Nullable(Day),
  to: Day,
  channel: Nullable(Channel),
  recipientType: Nullable(RecipientType),
  status: Nullable(Status),
  source: Nullable(Type.String()),
  side: Nullable(Side),
  clear: Type.Boolean(),
  state: Type.Union([
    Type.Literal('queued'),
    Type.Literal('running'),
    Type.Literal('done'),
    Type.Literal('cancelled'),
    Type.Literal('failed'),
  ]),
  rowsEstimated: Type.Integer(),
  rowsDone: Type.Integer(),
  /** Why it failed, in both languages. */
  sentence: Nullable(Type.Object({ tr: Type.String(), en: Type.String() })),
  /** Null until it is done, and when its week is over. */
  file: Nullable(Type.Object({ name: Type.String(), bytes: Type.Integer(), sha384: Type.String() })),
  /** Of a list of permissions; `at` null: waiting for its stamp. */
  stamp: Nullable(Type.Object({ at: Nullable(Time) })),
  askedBy: Nullable(Type.String()),
  /** This person may cancel it. */
  mayCancel: Type.Boolean(),
  createdAt: Time,
  finishedAt: Nullable(Time),
  expiresAt: Nullable(Time),
});

export const reportRoutes = {
  /** What stood at the end of a day; of today: now. */
  'GET /organisations/:organisation/reports/standing': {
    needs: 'readReports',
    query: Type.Object({ day: Day, brand: Type.Optional(BrandNumber) }),
    answer: Counts,
  },
  /** Movements from one day to another, both included. */
  'GET /organisations/:organisation/reports/counts': {
    needs: 'readReports',
    query: Type.Object({ from: Day, to: Day, brand: Type.Optional(BrandNumber) }),
    answer: Counts,
  },
  /** Newest first. A page may be short, or empty, although `after` leads on. */
  'GET /organisations/:organisation/brands/:brand/movements': {
    needs: 'readReports',
    query: Type.Object({
      from: Day,
      to: Day,
      channel: Type.Optional(Channel),
      status: Type.Optional(Status),
      side: Type.Optional(Side),
      after: After,
    }),
    answer: Type.Object({ now: Time, movements: Type.Array(Movement), after: Nullable(Type.String()) }),
  },
  'GET /organisations/:organisation/brands/:brand/reconciliations': {
    needs: 'readReports',
    query: Type.Object({ after: After }),
    answer: Type.Object({
      now: Time,
      days: Type.Array(Reconciliation),
      /** This person may take the files, and agree. */
      mayAgree: Type.Boolean(),
      after: Nullable(Type.String()),
    }),
  },
  'POST /organisations/:organisation/brands/:brand/reconciliations/:day/agreement': {
    needs: 'clearFiles',
    answer: Done,
  },
  'GET /organisations/:organisation/brands/:brand/reconciliations/:day/file': {
    needs: 'clearFiles',
    stepUp: true,
    query: Handover,
    answer: Type.Unknown(),
  },
  /** The time stamp (.tsr, RFC 3161) over the file's SHA-384. */
  'GET /organisations/:organisation/brands/:brand/reconciliations/:day/time-stamp': {
    needs: 'readReports',
    answer: Type.Unknown(),
  },
  'GET /organisations/:organisation/report-jobs': {
    needs: 'readReports',
    query: Type.Object({ after: After }),
    answer: Type.Object({ now: Time, jobs: Type.Array(Job), after: Nullable(Type.String()) }),
  },
  /** The same key again is the same file. Addresses in clear: a second factor must have been given just now. */
  'POST /organisations/:organisation/report-jobs': {
    stepUp: 'in-clear',
    needs: 'readReports',
    body: Type.Object({
      key: Uuid,
      brandId: Code,
      kind: Kind,
      format: Format,
      /** Of movements; of permissions `to` is the day. */
      from: Nullable(Day),
      to: Day,
      channel: Nullable(Channel),
      recipientType: Nullable(RecipientType),
      status: Nullable(Status),
      source: Nullable(Type.String({ maxLength: 40 })),
      side: Nullable(Side),
      clear: Type.Boolean(),
    }),
    answer: Job,
  },
  'GET /organisations/:organisation/report-jobs/:jobId': { needs: 'readReports', answer: Job },
  'POST /organisations/:organisation/report-jobs/:jobId/cancellation': { needs: 'readReports', answer: Job },
  'GET /organisations/:organisation/report-jobs/:jobId/file': {
    stepUp: 'in-clear',
    needs: 'readReports',
    query: Handover,
    answer: Type.Unknown(),
  },
  'GET /organisations/:organisation/report-jobs/:jobId/time-stamp': { needs: 'readReports', answer: Type.Unknown() },
} as const satisfies Record<string, PortalRoute>;
