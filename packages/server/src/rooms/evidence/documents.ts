// Documents: taken in, attached, found, replaced, handed out.
//
// A content is streamed to disk while its type, size and SHA-256 are found out, and gets its name (its SHA-256) in the
// transaction that makes its row: a row always has its file. In a crash between the two a whole file without a row may be
// left, which the next upload of that content replaces; of an upload that fails or is refused nothing is left.

import { createHash } from 'node:crypto';
import type { Readable } from 'node:stream';
import { type Calendar, channelOf, isDay, istanbulDay, keptUntil, ONAY, statusBitOf } from '@acik-iys/law';
import type { Clock } from '../../ground/clock.ts';
import type { Database } from '../../ground/database.ts';
import { fewAtOnce } from '../../ground/few-at-once.ts';
import type { Files } from '../../ground/files.ts';
import type { AddressKeys } from '../../ground/keys.ts';
import type { Log } from '../../ground/log.ts';
import type { BrandScope, Desk, DeskBrand } from '../access/index.ts';
import type { Entries, EntryState } from '../entries/index.ts';
import type { Movement, Registry } from '../registry/index.ts';
import {
  DOCUMENT_TYPES,
  type DocumentType,
  type FoundType,
  fileNameOf,
  HEAD_BYTES,
  lineOf,
  typeOf,
} from './document-type.ts';
import { EvidenceError } from './errors.ts';
import type { Forms } from './forms.ts';
import * as sql from './sql.ts';
import { EVERY_CHANNEL, ownRetailer, provenChannelsOf, type Viewer, viewerOf } from './viewer.ts';

/** Movements that one look for consents without evidence passes at most, in pieces: it goes on where it stopped. */
const PIECE = 20_000;
const PIECES_MAX = 5;

/** What one person may add for a brand within a day: a counter's work, not a disk's. */
const A_DAY = { documents: 2_000, bytes: 4 * 1024 ** 3 };
const A_DAY_AT_A_RETAILER = { documents: 200, bytes: 512 * 1024 ** 2 };
/** Contents of one person on their way at a time. */
const UPLOADS_AT_ONCE = 3;

/** What a document proves. */
export interface Attachment {
  /** The movement, once there is one. */
  readonly seq: number | null;
  readonly entry: { readonly entryId: string; readonly state: EntryState } | null;
  readonly formNumber: string | null;
  /** A set: the consents given on a day (Istanbul), taken by a retailer, or both. */
  readonly day: string | null;
  readonly retailerCode: number | null;
  readonly attachedAt: number;
}

/** What to attach to. */
export type Target =
  /** A consent: a movement of its key, or, without a number, the newest that gave it (else the newest). */
  | {
      readonly kind: 'consent';
      readonly address: string;
      readonly consentKind: number;
      readonly seq?: number | undefined;
    }
  /** An entry of this person that waits or was recorded. */
  | { readonly kind: 'entry'; readonly entryId: string }
  | { readonly kind: 'form'; readonly number: string }
  | { readonly kind: 'set'; readonly day: string | null; readonly retailerCode: number | null };

/** Times are epoch seconds. */
export interface Document {
  readonly documentId: string;
  readonly accountId: number;
  readonly organisationCode: number;
  /** Of the shop whose user added it. */
  readonly retailerCode: number | null;
  readonly title: string;
  readonly fileName: string;
  /** Version of the text that the person saw. */
  readonly textVersion: number | null;
  readonly addedAt: number;
  /** Lower-case hex. */
  readonly sha256: string;
  readonly bytes: number;
  readonly type: DocumentType;
  /** Null: waiting for its stamp. */
  readonly stampedAt: number | null;
  readonly replaced: {
    readonly by: string;
    readonly at: number;
    readonly accountId: number;
    readonly reason: string;
  } | null;
  /** Those in whose place it stands. */
  readonly replaces: readonly string[];
  readonly attachments: readonly Attachment[];
}

export interface DocumentCursor {
  readonly addedAt: number;
  readonly documentId: string;
}

/** What a document shows people; sealed at rest, for either may hold a name. */
interface Shown {
  readonly title: string;
  readonly fileName: string;
}

export interface Documents {
  /** Takes a content in. @throws EvidenceError empty, type, too_large, key; and whatever the content throws */
  add(
    desk: Desk,
    brand: DeskBrand,
    upload: { readonly key: string; readonly fileName: string; readonly content: AsyncIterable<Buffer> },
  ): Promise<Document>;
  /** @throws EvidenceError unknown */
  document(desk: Desk, brand: DeskBrand, documentId: string): Promise<Document>;
  /** Those that exist and that this person sees, newest first. */
  documents(desk: Desk, brand: DeskBrand, documentIds: readonly string[]): Promise<Document[]>;
  /** Newest first. `next` is null where nothing is left. */
  list(
    desk: Desk,
    brand: DeskBrand,
    query: {
      readonly after?: DocumentCursor | undefined;
      readonly formNumber?: string | undefined;
      readonly day?: string | undefined;
      readonly retailerCode?: number | undefined;
      readonly unattached?: boolean;
      readonly limit: number;
    },
  ): Promise<{ list: Document[]; next: DocumentCursor | null }>;
  /** Says what a document is and proves; what was said before stays. @throws EvidenceError */
  attach(
    desk: Desk,
    brand: DeskBrand,
    documentId: string,
    said: {
      readonly title?: string | undefined;
      /** What the title was when it was changed. */
      readonly titleSeen?: string | undefined;
      readonly textVersion?: number | undefined;
      readonly to: readonly Target[];
    },
  ): Promise<Document>;
  /**
   * Puts a document in the place of a wrong one: from now on it proves what that one proved, and both stay.
   * @throws EvidenceError unknown, replaced, replacement
   */
  replace(
    desk: Desk,
    brand: DeskBrand,
    documentId: string,
    by: { readonly documentId: string; readonly reason: string },
  ): Promise<Document>;
  /** The content in clear; it must be read to its end or destroyed. @throws EvidenceError unknown, file_missing */
  content(desk: Desk, brand: DeskBrand, documentId: string): Promise<{ document: Document; stream: Readable }>;
  /** The authority's answer (.tsr) over the content's SHA-384; null: not yet. @throws EvidenceError unknown */
  timeStamp(desk: Desk, brand: DeskBrand, documentId: string): Promise<Buffer | null>;
  /** From when a document may be erased (law.md, rule 28); null: not while consents that it proves may stand. */
  keptUntil(brand: DeskBrand, document: Document): Promise<number | null>;
  /** Documents that prove these movements of the brand, by the movement's number. */
  proving(desk: Desk, brand: DeskBrand, seqs: readonly number[]): Promise<Map<number, Document[]>>;
  /**
   * Consents that the provider took, recorded from one day to another (Istanbul), that no document proves: newest first,
   * below a number. A page may be short although more is left: `next` says where to go on, null where nothing is left.
   */
  unproven(
    brand: DeskBrand,
    query: {
      readonly from: string;
      readonly to: string;
      readonly before?: number | undefined;
      readonly limit: number;
    },
  ): Promise<{ list: Movement[]; next: number | null }>;
}

/** Beside what the portal asks for: what keeping the house in order needs. */
interface OfHouse {
  keptUntilOf(scope: BrandScope, document: Document): Promise<number | null>;
  /** Whoever may see it; undefined where it is erased. */
  documentOfHouse(brandId: number, documentId: string): Promise<Document | undefined>;
}

/** The sealed content of a brand's document on disk. */
export function fileOf(brandId: number, sha256: string): string {
  return `evidence/${brandId}/${sha256.slice(0, 2)}/${sha256}.sealed`;
}

type DocumentRow = [
  string,
  number,
  number,
  number | null,
  Buffer,
  number | null,
  number,
  string,
  number,
  DocumentType,
  number | null,
  string | null,
  number | null,
  number | null,
  Buffer | null,
  string[],
];
type LinkRow = [
  string,
  number | null,
  string | null,
  EntryState | null,
  string | null,
  string | null,
  number | null,
  number,
];
type LinkValues = [
  seq: number | null,
  entryId: string | null,
  formNumber: string | null,
  day: string | null,
  retailerCode: number | null,
  channels: number,
];

export interface DocumentsOptions {
  readonly database: Database;
  readonly clock: Clock;
  readonly keys: AddressKeys;
  readonly files: Files;
  readonly log: Log;
  readonly calendar: Calendar;
  readonly registry: Registry;
  readonly entries: Pick<Entries, 'entry'>;
  readonly forms: Forms;
  /** Told when a content was stored that has no stamp yet. */
  readonly onStored: () => void;
}

const oneOfFew = fewAtOnce(UPLOADS_AT_ONCE, () => new EvidenceError('too_many_at_once'));

export function openDocuments(options: DocumentsOptions): Documents & OfHouse {
  const { database, clock, keys, files, log, calendar, registry, entries, forms, onStored } = options;

  function shown(sealed: Buffer): Shown {
    return JSON.parse(keys.openText(sealed)) as Shown;
  }

  async function withAttachments(brandId: number, rows: readonly DocumentRow[]): Promise<Document[]> {
    if (rows.length === 0) return [];
    const links = await database.rows<LinkRow>(sql.LINKS, [brandId, `{${rows.map(([id]) => id).join(',')}}`]);
    const byDocument = Map.groupBy(links, ([documentId]) => documentId);
    return rows.map((row) => documentOf(row, byDocument.get(row[0]) ?? []));
  }

  function documentOf(row: DocumentRow, links: readonly LinkRow[]): Document {
    const [documentId, accountId, organisationCode, retailerCode, sealed, textVersion, addedAt, sha256, bytes] = row;
    const [, , , , , , , , , type, stampedAt, by, replacedAt, replacedAccount, reason, replaces] = row;
    return {
      documentId,
      accountId,
      organisationCode,
      retailerCode,
      ...shown(sealed),
      textVersion,
      addedAt,
      sha256,
      bytes,
      type,
      stampedAt,
      replaced:
        by === null || replacedAt === null || replacedAccount === null || reason === null
          ? null
          : { by, at: replacedAt, accountId: replacedAccount, reason: keys.openText(reason) },
      replaces,
      attachments: links.map(([, seq, entryId, state, formNumber, day, retailer, attachedAt]) => ({
        seq,
        entry: entryId === null || state === null ? null : { entryId, state },
        formNumber,
        day,
        retailerCode: retailer,
        attachedAt,
      })),
    };
  }

  async function byId(brandId: number, viewer: Viewer, documentIds: readonly string[]): Promise<Document[]> {
    if (documentIds.length === 0) return [];
    const asked = [brandId, ...viewer, `{${documentIds.join(',')}}`];
    return await withAttachments(brandId, await database.rows<DocumentRow>(sql.DOCUMENTS_BY_ID, asked));
  }

  async function document(desk: Desk, brand: DeskBrand, documentId: string): Promise<Document> {
    const [found] = await byId(brand.brandId, viewerOf(desk, brand), [documentId]);
    if (found === undefined) throw new EvidenceError('unknown');
    return found;
  }

  /** A partner proves what its own people and programs recorded, on channels where it may; a provider proves all. */
  async function mayProve({ organisation }: Desk, { scope }: DeskBrand, movement: Movement): Promise<boolean> {
    if (organisation.kind === 'provider') return true;
    if (!scope.may(channelOf(movement.kind), 'write')) return false;
    return (await database.rows(sql.IS_OF, [movement.actor, organisation.code])).length > 0;
  }

  /** What an attachment says in the table. @throws EvidenceError */
  async function linkOf(desk: Desk, brand: DeskBrand, target: Target): Promise<LinkValues> {
    const channels = provenChannelsOf(desk, brand);
    switch (target.kind) {
      case 'consent': {
        const history = await registry.history(brand.scope, target.consentKind, target.address);
        const own = history
          .filter(({ retailer }) => brand.retailerCode === null || retailer === brand.retailerCode)
          .sort((one, other) => other.seq - one.seq);
        const movement =
          target.seq === undefined
            ? (own.find(({ state, overtaken }) => statusBitOf(state) === ONAY && !overtaken) ?? own[0])
            : own.find(({ seq }) => seq === target.seq);
        if (movement === undefined || !(await mayProve(desk, brand, movement))) throw new EvidenceError('no_consent');
        return [movement.seq, null, null, null, null, 1 << (movement.kind >> 1)];
      }
      case 'entry': {
        const entry = await entries.entry(desk.accountId, target.entryId);
        if (entry?.brandId !== brand.brandId || entry.state === 'undone' || entry.state === 'refused')
          throw new EvidenceError('entry');
        return [null, entry.entryId, null, null, null, channels];
      }
      case 'form':
        return [null, null, (await forms.form(desk, brand, target.number)).number, null, null, channels];
      case 'set': {
        const { day } = target;
        if (day === null && target.retailerCode === null) throw new EvidenceError('day');
        if (day !== null && (!isDay(day) || day > istanbulDay(clock.now()))) throw new EvidenceError('day');
        const retailerCode = await ownRetailer(brand, target.retailerCode, forms.unknownRetailer);
        return [null, null, null, day, retailerCode, channels];
      }
    }
  }

  async function keptUntilOf(scope: BrandScope, { attachments, addedAt, replaced }: Document): Promise<number | null> {
    // Of a set the consents are not looked through: some may stand.
    if (attachments.some(({ day, retailerCode }) => day !== null || retailerCode !== null)) return null;
    const ofForms = await database.rows<[number]>(sql.ENTRIES_OF_FORMS, [
      scope.brandId,
      `{${attachments.flatMap(({ formNumber }) => formNumber ?? []).join(',')}}`,
    ]);
    const seqs = [...new Set([...attachments.flatMap(({ seq }) => seq ?? []), ...ofForms.map(([seq]) => seq)])];
    const proven = await registry.movements(scope, seqs);
    if (proven.length < seqs.length) return null;
    const acts = [addedAt, replaced?.at ?? 0, ...attachments.map(({ attachedAt }) => attachedAt)];
    const actAt = Math.floor(Math.max(...acts));
    let until = keptUntil(calendar, { actAt, endedAt: null });
    for (const { seq, kind, address, state } of proven) {
      if (statusBitOf(state) !== ONAY) continue;
      const ends = (await registry.history(scope, kind, address))
        .filter((later) => later.seq > seq && statusBitOf(later.state) !== ONAY && !later.overtaken)
        .map(({ receivedAt }) => receivedAt);
      if (ends.length === 0) return null;
      until = Math.max(until, keptUntil(calendar, { actAt, endedAt: Math.min(...ends) }));
    }
    return until;
  }

  /** @throws EvidenceError too_many */
  async function mayAddMore(desk: Desk, brand: DeskBrand): Promise<void> {
    const most = brand.retailerCode === null ? A_DAY : A_DAY_AT_A_RETAILER;
    const since = clock.now() - 86_400;
    const [row] = await database.rows<[number, number]>(sql.ADDED_SINCE, [brand.brandId, desk.accountId, since]);
    const [documents, bytes] = row ?? [0, 0];
    if (documents >= most.documents || bytes >= most.bytes) throw new EvidenceError('too_many');
  }

  const add: Documents['add'] = async (desk, brand, { key, fileName, content }) => {
    const { brandId } = brand;
    const sha256 = createHash('sha256');
    let found: FoundType | undefined;
    async function* checked(): AsyncGenerator<Buffer> {
      let bytes = 0;
      for await (const piece of headFirst(content)) {
        if (found === undefined) {
          if (piece.length === 0) throw new EvidenceError('empty');
          found = await typeOf(piece);
          if (found === undefined) throw new EvidenceError('type');
        }
        bytes += piece.length;
        if (bytes > DOCUMENT_TYPES[found.type].bytesMax) throw new EvidenceError('too_large');
        sha256.update(piece);
        yield piece;
      }
      if (found?.bytes !== undefined && found.bytes !== bytes) throw new EvidenceError('type');
    }

    await mayAddMore(desk, brand);
    const draft = await files.write(checked());
    try {
      const { type } = found as unknown as FoundType;
      const digest = sha256.digest();
      const now = clock.nowMs() / 1_000;
      const name = fileNameOf(fileName, type);
      const sealed = keys.sealText(JSON.stringify({ title: name, fileName: name } satisfies Shown));
      const uploader = [desk.accountId, desk.organisation.code, brand.retailerCode];
      const documentId = await database.transaction(async (connection) => {
        await connection.run(sql.KEEP_BLOB, [brandId, digest, draft.sha384, draft.bytes, type, now]);
        const [added] = await connection.rows<[string]>(sql.ADD, [brandId, key, ...uploader, digest, sealed, now]);
        if (added === undefined) {
          const uploaded = [brandId, desk.accountId, key];
          const [before] = await connection.rows<[string, Buffer]>(sql.UPLOADED, uploaded);
          if (!before?.[1].equals(digest)) throw new EvidenceError('key');
          return before[0];
        }
        // Also where the brand has the content already: should its file be gone, it is back.
        await draft.keep(fileOf(brandId, digest.toString('hex')));
        return added[0];
      });
      onStored();
      return await document(desk, brand, documentId);
    } finally {
      await draft.discard();
    }
  };

  return {
    document,
    documents: (desk, brand, ids) => byId(brand.brandId, viewerOf(desk, brand), ids),

    add: (desk, brand, upload) => oneOfFew(desk.accountId, () => add(desk, brand, upload)),
    async list(desk, brand, { after, formNumber, day, retailerCode, unattached = false, limit }) {
      const rows = await database.rows<DocumentRow>(sql.DOCUMENTS_LISTED, [
        brand.brandId,
        ...viewerOf(desk, brand),
        after?.addedAt ?? null,
        after?.documentId ?? null,
        formNumber ?? null,
        day ?? null,
        retailerCode ?? null,
        unattached,
        limit + 1,
      ]);
      const list = await withAttachments(brand.brandId, rows.slice(0, limit));
      const last = list.at(-1);
      return { list, next: rows.length > limit && last !== undefined ? last : null };
    },

    async attach(desk, brand, documentId, { title, titleSeen, textVersion, to }) {
      await document(desk, brand, documentId);
      if (textVersion !== undefined) await forms.text(brand, textVersion);
      const links: LinkValues[] = [];
      for (const target of to) links.push(await linkOf(desk, brand, target));
      const { brandId } = brand;
      await database.transaction(async (connection) => {
        const [held] = await connection.rows<HeldRow>(sql.HOLD, [brandId, `{${documentId}}`]);
        const [, sealed, textBefore, replaced] = held as HeldRow;
        if (replaced) throw new EvidenceError('replaced');
        if (title !== undefined && titleSeen !== undefined && ![titleSeen, title].includes(shown(sealed).title))
          throw new EvidenceError('changed');
        if (textVersion !== undefined && textBefore !== null && textBefore !== textVersion)
          throw new EvidenceError('text_fixed');
        const described =
          title === undefined ? sealed : keys.sealText(JSON.stringify({ ...shown(sealed), title: lineOf(title) }));
        await connection.run(sql.DESCRIBE, [brandId, documentId, described, textVersion ?? textBefore]);
        const more = [desk.accountId, clock.nowMs() / 1_000];
        for (const link of links) await connection.run(sql.LINK, [brandId, documentId, ...link, ...more]);
      });
      return await document(desk, brand, documentId);
    },

    async replace(desk, brand, documentId, by) {
      const ids = [documentId, by.documentId];
      if (documentId === by.documentId) throw new EvidenceError('replacement');
      if ((await byId(brand.brandId, viewerOf(desk, brand), ids)).length < ids.length)
        throw new EvidenceError('unknown');
      const { brandId } = brand;
      await database.transaction(async (connection) => {
        const held = await connection.rows<HeldRow>(sql.HOLD, [brandId, `{${ids.join(',')}}`]);
        const [wrong, right] = ids.map((id) => held.find((row) => row[0] === id) as HeldRow) as [HeldRow, HeldRow];
        if (wrong[3]) throw new EvidenceError('replaced');
        if (right[3]) throw new EvidenceError('replacement');
        const now = clock.nowMs() / 1_000;
        const reason = keys.sealText(lineOf(by.reason));
        await connection.run(sql.REPLACE, [brandId, documentId, by.documentId, now, desk.accountId, reason]);
        await connection.run(sql.DESCRIBE, [brandId, by.documentId, right[1], right[2] ?? wrong[2]]);
        await connection.run(sql.PASS_LINKS_ON, [brandId, documentId, by.documentId]);
        await connection.run(sql.END_LINKS, [brandId, documentId, now]);
      });
      return await document(desk, brand, documentId);
    },

    async content(desk, brand, documentId) {
      const found = await document(desk, brand, documentId);
      const [sha384] = await blob(brand.brandId, found.sha256);
      const stream = await files.read(fileOf(brand.brandId, found.sha256), sha384);
      if (stream !== null) return { document: found, stream };
      log.error('evidence.file_missing', { brandId: brand.brandId, documentId });
      throw new EvidenceError('file_missing');
    },

    async timeStamp(desk, brand, documentId) {
      const { sha256 } = await document(desk, brand, documentId);
      const [, stamp] = await blob(brand.brandId, sha256);
      return stamp;
    },

    keptUntil: ({ scope }, found) => keptUntilOf(scope, found),
    keptUntilOf,
    documentOfHouse: async (brandId, documentId) =>
      (await byId(brandId, [null, null, EVERY_CHANNEL, 0], [documentId]))[0],

    async proving(desk, brand, seqs) {
      if (seqs.length === 0) return new Map();
      const rows = await database.rows<[number, string]>(sql.COVERED, [brand.brandId, `{${seqs.join(',')}}`]);
      const found = await byId(brand.brandId, viewerOf(desk, brand), [
        ...new Set(rows.map(([, documentId]) => documentId)),
      ]);
      const known = new Map(found.map((one) => [one.documentId, one]));
      const pairs = rows.flatMap(([seq, documentId]) => {
        const one = known.get(documentId);
        return one === undefined ? [] : [{ seq, one }];
      });
      const bySeq = Map.groupBy(pairs, ({ seq }) => seq);
      return new Map([...bySeq].map(([seq, own]) => [seq, own.map(({ one }) => one)]));
    },

    async unproven({ brandId, scope, retailerCode }, { from, to, before, limit }) {
      const [days] = await database.rows<[number | null, number | null]>(sql.RANGE_OF_DAYS, [brandId, from, to]);
      const [first, last] = days ?? [null, null];
      if (first === null || last === null) return { list: [], next: null };
      const kinds = scope.readableChannels().flatMap((channel) => [channel * 2, channel * 2 + 1]);
      const seqs: number[] = [];
      let upper = Math.min(before ?? last + 1, last + 1);
      for (let piece = 0; piece < PIECES_MAX && upper > first && seqs.length < limit; piece++) {
        const lower = Math.max(first, upper - PIECE) - 1;
        const wanted = limit - seqs.length;
        const asked = [brandId, lower, upper, `{${kinds.join(',')}}`, retailerCode, wanted];
        const found = (await database.rows<[number]>(sql.UNCOVERED, asked)).map(([seq]) => seq);
        seqs.push(...found);
        upper = found.length === wanted ? (found.at(-1) as number) : lower + 1;
      }
      const list = await registry.movements(scope, seqs);
      return {
        list: list.sort((one, other) => other.seq - one.seq),
        next: upper > first ? upper : null,
      };
    },
  };

  async function blob(brandId: number, sha256: string): Promise<[Buffer, Buffer | null]> {
    const [row] = await database.rows<[Buffer, Buffer | null]>(sql.BLOB, [brandId, Buffer.from(sha256, 'hex')]);
    if (row === undefined) throw new Error('a document without its content');
    return row;
  }
}

type HeldRow = [documentId: string, sealed: Buffer, textVersion: number | null, replaced: boolean];

/** The same bytes; the first piece is the first HEAD_BYTES, or all there is (then maybe no byte). */
async function* headFirst(content: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let head: Buffer[] | undefined = [];
  let bytes = 0;
  for await (const piece of content) {
    if (head === undefined) {
      yield piece;
      continue;
    }
    head.push(piece);
    bytes += piece.length;
    if (bytes < HEAD_BYTES) continue;
    yield Buffer.concat(head);
    head = undefined;
  }
  if (head !== undefined) yield Buffer.concat(head);
}
