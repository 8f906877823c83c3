// Evidence: documents that prove consents, consents that nothing proves, and the texts and printed forms behind them.

import Type from 'typebox';
import { Channel, Code, Nullable, type PortalRoute, RecipientType, Reference, Status, Time, Uuid } from './shapes.ts';

const Day = Type.String({ pattern: '^[0-9]{4}-[0-9]{2}-[0-9]{2}$' });
/** Of a printed form, as people type it: with blanks or dashes, in small letters. */
const FormNumber = Type.String({ minLength: 8, maxLength: 20 });
/** Of a consent of this organisation's reference. */
const Consent = Type.Object({
  seq: Type.Integer(),
  reference: Reference,
  masked: Type.String(),
  channel: Channel,
  recipientType: RecipientType,
  status: Status,
  source: Nullable(Type.String()),
  consentedAt: Nullable(Time),
  receivedAt: Time,
  retailerCode: Nullable(Code),
});
const EntryState = Type.Union([
  Type.Literal('waiting'),
  Type.Literal('undone'),
  Type.Literal('recorded'),
  Type.Literal('unchanged'),
  Type.Literal('refused'),
]);
const Actor = Type.Object({ person: Nullable(Type.String()), organisation: Nullable(Type.String()) });

/** What a document proves: one of a consent, an entry, a form, or a set (a day, a retailer, or both). */
const Attachment = Type.Object({
  /** Null while an entry waits, of a form or a set, and of a channel that this person may not read. */
  consent: Nullable(Consent),
  entry: Nullable(Type.Object({ entryId: Uuid, state: EntryState })),
  formNumber: Nullable(Type.String()),
  day: Nullable(Day),
  retailerCode: Nullable(Code),
  attachedAt: Time,
});

const Document = Type.Object({
  documentId: Uuid,
  brandId: Code,
  title: Type.String(),
  fileName: Type.String(),
  /** Media type by its content: application/pdf, image/…, audio/…, message/rfc822, application/pkcs7-mime. */
  type: Type.String(),
  bytes: Type.Integer(),
  sha256: Type.String(),
  /** May be shown in an <img> or <audio>; all others are only downloaded. */
  preview: Type.Boolean(),
  textVersion: Nullable(Code),
  addedAt: Time,
  addedBy: Actor,
  /** The shop whose user added it. */
  retailerCode: Nullable(Code),
  stamp: Type.Object({
    state: Type.Union([Type.Literal('stamped'), Type.Literal('waiting')]),
    at: Nullable(Time),
  }),
  /** The one that stands in its place, with the reason. */
  replaced: Nullable(Type.Object({ by: Uuid, at: Time, person: Actor, reason: Type.String() })),
  /** Those in whose place it stands. */
  replaces: Type.Array(Uuid),
  attachments: Type.Array(Attachment),
});

/** A set names a day, a retailer, or both. */
const Target = Type.Union([
  Type.Object({
    kind: Type.Literal('consent'),
    reference: Reference,
    channel: Channel,
    recipientType: RecipientType,
    /** Which movement of its history; without it the newest that gave the consent. */
    seq: Type.Optional(Type.Integer()),
  }),
  Type.Object({ kind: Type.Literal('entry'), entryId: Uuid }),
  Type.Object({ kind: Type.Literal('form'), number: FormNumber }),
  Type.Object({ kind: Type.Literal('set'), day: Nullable(Day), retailerCode: Nullable(Code) }),
]);

const Text = Type.Object({
  version: Code,
  title: Type.String(),
  body: Type.String(),
  addedAt: Time,
  addedBy: Actor,
});

/** What a sheet to be printed is made of. */
const FormSeries = Type.Object({
  series: Type.String(),
  numbers: Type.Array(Type.String()),
  brand: Type.Object({
    brandId: Code,
    name: Type.String(),
    provider: Type.Object({ code: Code, title: Type.String() }),
  }),
  text: Text,
  retailerCode: Nullable(Code),
  madeAt: Time,
  madeBy: Actor,
});

const Form = Type.Object({
  number: Type.String(),
  series: Type.String(),
  text: Text,
  retailerCode: Nullable(Code),
  madeAt: Time,
  entries: Type.Array(Type.Object({ entryId: Uuid, state: EntryState, consent: Nullable(Consent), tiedAt: Time })),
  /** Its scans. */
  documents: Type.Array(Document),
});

export const evidenceRoutes = {
  /**
   * The body is the file itself, of any content type; its name, URI-encoded, stands in x-acik-iys-file-name. The same
   * key again is the same document.
   */
  'POST /organisations/:organisation/brands/:brand/evidence': {
    needs: 'addEvidence',
    upload: true,
    query: Type.Object({ key: Uuid }),
    answer: Document,
  },
  'GET /organisations/:organisation/brands/:brand/evidence': {
    needs: 'readEvidence',
    query: Type.Object({
      form: Type.Optional(FormNumber),
      day: Type.Optional(Day),
      retailer: Type.Optional(Type.String({ pattern: '^[0-9]{1,9}$' })),
      /** Those that prove nothing yet. */
      unattached: Type.Optional(Type.Literal('1')),
      /** Opaque: where the page before ended. */
      after: Type.Optional(Type.String({ maxLength: 200 })),
    }),
    answer: Type.Object({ documents: Type.Array(Document), after: Nullable(Type.String()) }),
  },
  'GET /organisations/:organisation/brands/:brand/evidence/:documentId': {
    needs: 'readEvidence',
    answer: Type.Object({
      document: Document,
      /** From when it may be erased (law.md, rule 28); null: not while consents that it proves may stand. */
      keptUntil: Nullable(Time),
    }),
  },
  /** The file: handed over, or, with `as=preview`, shown where its type allows. */
  'GET /organisations/:organisation/brands/:brand/evidence/:documentId/content': {
    needs: 'readEvidence',
    query: Type.Object({ as: Type.Optional(Type.Literal('preview')) }),
    answer: Type.Unknown(),
  },
  /** The time stamp (.tsr, RFC 3161) over the file's SHA-384. */
  'GET /organisations/:organisation/brands/:brand/evidence/:documentId/time-stamp': {
    needs: 'readEvidence',
    answer: Type.Unknown(),
  },
  'POST /organisations/:organisation/brands/:brand/evidence/:documentId/attachments': {
    needs: 'addEvidence',
    body: Type.Object({
      title: Type.Optional(Type.String({ minLength: 1, maxLength: 200 })),
      /** What stood there when the form was opened; another's change meanwhile is not overwritten. */
      titleSeen: Type.Optional(Type.String({ maxLength: 400 })),
      textVersion: Type.Optional(Code),
      to: Type.Array(Target, { maxItems: 50 }),
    }),
    answer: Document,
  },
  /** Puts another document, uploaded before, in the place of a wrong one. */
  'POST /organisations/:organisation/brands/:brand/evidence/:documentId/replacement': {
    needs: 'addEvidence',
    body: Type.Object({ by: Uuid, reason: Type.String({ minLength: 3, maxLength: 500 }) }),
    answer: Document,
  },
  /** What proves a person's consents, by movement. */
  'GET /organisations/:organisation/people/:reference/evidence': {
    needs: 'readEvidence',
    answer: Type.Array(Type.Object({ brandId: Code, seq: Type.Integer(), documents: Type.Array(Document) })),
  },
  /** Consents that the provider took, recorded from one day to another, that nothing proves: newest first. */
  'GET /organisations/:organisation/brands/:brand/unproven-consents': {
    needs: 'readEvidence',
    query: Type.Object({
      from: Day,
      to: Day,
      after: Type.Optional(Type.String({ pattern: '^[0-9]{1,15}$' })),
    }),
    /** A page may be short, or empty, although `after` leads on. */
    answer: Type.Object({ consents: Type.Array(Consent), after: Nullable(Type.String()) }),
  },
  'GET /organisations/:organisation/brands/:brand/consent-texts': { needs: 'addEvidence', answer: Type.Array(Text) },
  'POST /organisations/:organisation/brands/:brand/consent-texts': {
    needs: 'addEvidence',
    body: Type.Object({
      title: Type.String({ minLength: 1, maxLength: 120 }),
      body: Type.String({ minLength: 1, maxLength: 10_000 }),
    }),
    answer: Text,
  },
  'POST /organisations/:organisation/brands/:brand/forms': {
    needs: 'addEvidence',
    body: Type.Object({
      key: Uuid,
      count: Type.Integer({ minimum: 1, maximum: 200 }),
      textVersion: Code,
      retailerCode: Nullable(Code),
    }),
    answer: FormSeries,
  },
  'GET /organisations/:organisation/brands/:brand/form-series/:series': { needs: 'addEvidence', answer: FormSeries },
  'GET /organisations/:organisation/brands/:brand/forms/:number': { needs: 'addEvidence', answer: Form },
  'POST /organisations/:organisation/brands/:brand/forms/:number/entries': {
    needs: 'addEvidence',
    body: Type.Object({ entryId: Uuid }),
    answer: Form,
  },
} as const satisfies Record<string, PortalRoute>;
