// Evidence at the desk: documents in and out, what they prove, and what nothing proves. Looks, downloads and changes are
// told in the activity log before they are answered.

import {
  CHANNELS,
  channelOf,
  isDay,
  kindOf,
  mask,
  RECIPIENT_TYPES,
  recipientTypeOf,
  sourceName,
  sourceNumberOf,
  statusOf,
} from '@acik-iys/law';
import type { DeskBrand } from '../../rooms/access/index.ts';
import {
  AUDIO_BYTES_MAX,
  DOCUMENT_TYPES,
  type Document,
  type DocumentCursor,
  EvidenceError,
  type Target,
} from '../../rooms/evidence/index.ts';
import type { Movement } from '../../rooms/registry/index.ts';
import { brandFor, type DeskCall, type Handlers, uuidOf } from './call.ts';
import type { Portal, PortalRouteName } from './contract.ts';
import { momentOf, momentText } from './cursor.ts';
import { FileAnswer } from './file-answer.ts';
import { kindsOf } from './people.ts';
import { problem } from './problems.ts';

const ROUTE = '/organisations/:organisation/brands/:brand/evidence';
type DocumentAnswer = Portal[`GET ${typeof ROUTE}/:documentId`]['answer']['document'];
export type ConsentAnswer =
  Portal['GET /organisations/:organisation/brands/:brand/unproven-consents']['answer']['consents'][number];
type DeskRooms = Pick<DeskCall<'GET /organisations/:organisation'>, 'rooms' | 'desk'>;

/** Documents, and consents without one, on a page. */
const PAGE = 50;

/** The brand of the path. @throws Problem */
export function brandOfPath(
  call: DeskRooms & { readonly params: Readonly<Record<string, string>> },
  ability: 'readEvidence' | 'addEvidence',
): DeskBrand {
  const { brand = '' } = call.params;
  if (!/^\d{1,9}$/.test(brand)) throw problem('desk.brand');
  return brandFor(call, Number(brand), ability);
}

/** Turns what the room says into what the person reads. */
export async function told<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof EvidenceError)
      throw problem(error.reason === 'changed' ? 'thing.changed' : `evidence.${error.reason}`);
    throw error;
  }
}

/** Movements by number, as consents are shown: masked. */
export async function consentsOf(
  { rooms, desk }: DeskRooms,
  { scope }: DeskBrand,
  seqs: readonly number[],
): Promise<Map<number, ConsentAnswer>> {
  const movements = await rooms.registry.movements(scope, [...new Set(seqs)]);
  return new Map(movements.map((movement) => [movement.seq, consentOf({ rooms, desk }, movement)]));
}

function consentOf({ rooms, desk }: DeskRooms, movement: Movement): ConsentAnswer {
  const { seq, address, kind, state, consentedAt, receivedAt, retailer } = movement;
  return {
    seq,
    reference: rooms.references.make(desk.organisation.code, address),
    masked: mask(address),
    channel: channelOf(kind),
    recipientType: recipientTypeOf(kind),
    status: statusOf(state),
    source: sourceName(sourceNumberOf(state)) ?? null,
    consentedAt,
    receivedAt,
    retailerCode: retailer,
  };
}

/** Documents of one brand, as they are shown. */
export async function documentsOf(
  call: DeskRooms,
  brand: DeskBrand,
  list: readonly Document[],
): Promise<DocumentAnswer[]> {
  const attachments = list.flatMap((one) => one.attachments);
  const consents = await consentsOf(
    call,
    brand,
    attachments.flatMap(({ seq }) => seq ?? []),
  );
  const accounts = new Set(list.flatMap(({ accountId, replaced }) => [accountId, replaced?.accountId ?? accountId]));
  const actors = await call.rooms.desks.actors([...accounts]);
  const actor = (accountId: number) => actors.get(accountId) ?? { person: null, organisation: null };
  return list.map((one) => ({
    documentId: one.documentId,
    brandId: brand.brandId,
    title: one.title,
    fileName: one.fileName,
    type: one.type,
    bytes: one.bytes,
    sha256: one.sha256,
    preview: DOCUMENT_TYPES[one.type].preview,
    textVersion: one.textVersion,
    addedAt: Math.floor(one.addedAt),
    addedBy: actor(one.accountId),
    retailerCode: one.retailerCode,
    stamp:
      one.stampedAt === null ? { state: 'waiting', at: null } : { state: 'stamped', at: Math.floor(one.stampedAt) },
    replaced: one.replaced && {
      by: one.replaced.by,
      at: Math.floor(one.replaced.at),
      person: actor(one.replaced.accountId),
      reason: one.replaced.reason,
    },
    replaces: [...one.replaces],
    attachments: one.attachments.map(({ seq, entry, formNumber, day, retailerCode, attachedAt }) => ({
      consent: seq === null ? null : (consents.get(seq) ?? null),
      entry,
      formNumber,
      day,
      retailerCode,
      attachedAt: Math.floor(attachedAt),
    })),
  }));
}

async function documentAnswer(call: DeskRooms, brand: DeskBrand, document: Document): Promise<DocumentAnswer> {
  const [answer] = await documentsOf(call, brand, [document]);
  return answer as DocumentAnswer;
}

function targetOf(
  { rooms, desk }: DeskRooms,
  target: Portal[`POST ${typeof ROUTE}/:documentId/attachments`]['body']['to'][number],
): Target {
  if (target.kind !== 'consent') return target;
  const address = rooms.references.open(desk.organisation.code, target.reference);
  const consentKind = kindOf(CHANNELS.indexOf(target.channel), RECIPIENT_TYPES.indexOf(target.recipientType));
  // A channel that such an address does not have, too.
  if (address === undefined || !kindsOf(address).includes(consentKind)) throw problem('evidence.no_consent');
  return { kind: 'consent', address, consentKind, seq: target.seq };
}

function cursorOf(text: string | undefined): DocumentCursor | undefined {
  const moment = momentOf(text);
  return moment && { addedAt: moment.at, documentId: moment.id };
}

async function log<R extends PortalRouteName>(
  { rooms, desk }: Pick<DeskCall<R>, 'rooms' | 'desk'>,
  act: 'evidence.added' | 'evidence.read' | 'evidence.fetched' | 'evidence.attached' | 'evidence.replaced',
  { brandId }: DeskBrand,
  details: Readonly<Record<string, unknown>>,
): Promise<void> {
  await rooms.activities.add(desk, act, { brandId, details });
}

export const evidenceHandlers: Handlers<
  | `POST ${typeof ROUTE}`
  | `GET ${typeof ROUTE}`
  | `GET ${typeof ROUTE}/:documentId`
  | `GET ${typeof ROUTE}/:documentId/content`
  | `GET ${typeof ROUTE}/:documentId/time-stamp`
  | `POST ${typeof ROUTE}/:documentId/attachments`
  | `POST ${typeof ROUTE}/:documentId/replacement`
  | 'GET /organisations/:organisation/people/:reference/evidence'
  | 'GET /organisations/:organisation/brands/:brand/unproven-consents'
> = {
  'POST /organisations/:organisation/brands/:brand/evidence': async (call) => {
    const { rooms, desk, query, upload } = call;
    const brand = brandOfPath(call, 'addEvidence');
    if ((upload.bytes ?? 0) > AUDIO_BYTES_MAX) throw problem('evidence.too_large');
    const document = await told(rooms.evidence.add(desk, brand, { ...upload, key: query.key }));
    await log(call, 'evidence.added', brand, { document: document.documentId, type: document.type });
    return await documentAnswer(call, brand, document);
  },

  'GET /organisations/:organisation/brands/:brand/evidence': async (call) => {
    const { rooms, desk, query } = call;
    const brand = brandOfPath(call, 'readEvidence');
    if (query.day !== undefined && !isDay(query.day)) throw problem('request.form');
    const form = query.form === undefined ? undefined : await told(rooms.evidence.form(desk, brand, query.form));
    const { list, next } = await rooms.evidence.list(desk, brand, {
      after: cursorOf(query.after),
      formNumber: form?.number,
      day: query.day,
      retailerCode: query.retailer === undefined ? undefined : Number(query.retailer),
      unattached: query.unattached === '1',
      limit: PAGE,
    });
    return {
      documents: await documentsOf(call, brand, list),
      after: next === null ? null : momentText({ at: next.addedAt, id: next.documentId }),
    };
  },

  'GET /organisations/:organisation/brands/:brand/evidence/:documentId': async (call) => {
    const { rooms, desk } = call;
    const brand = brandOfPath(call, 'readEvidence');
    const document = await told(rooms.evidence.document(desk, brand, uuidOf(call, 'documentId')));
    await log(call, 'evidence.read', brand, { document: document.documentId });
    return {
      document: await documentAnswer(call, brand, document),
      keptUntil: await rooms.evidence.keptUntil(brand, document),
    };
  },

  'GET /organisations/:organisation/brands/:brand/evidence/:documentId/content': async (call) => {
    const { rooms, desk, query } = call;
    const brand = brandOfPath(call, 'readEvidence');
    const { document, stream } = await told(rooms.evidence.content(desk, brand, uuidOf(call, 'documentId')));
    const { fileName: name, type, bytes } = document;
    try {
      const inline = query.as === 'preview';
      if (inline && !DOCUMENT_TYPES[type].preview) throw problem('evidence.no_preview');
      await log(call, inline ? 'evidence.read' : 'evidence.fetched', brand, { document: document.documentId });
      return new FileAnswer(stream, { name, type, bytes, inline });
    } catch (error) {
      stream.destroy();
      throw error;
    }
  },

  'GET /organisations/:organisation/brands/:brand/evidence/:documentId/time-stamp': async (call) => {
    const { rooms, desk } = call;
    const brand = brandOfPath(call, 'readEvidence');
    const id = uuidOf(call, 'documentId');
    const stamp = await told(rooms.evidence.timeStamp(desk, brand, id));
    if (stamp === null) throw problem('evidence.not_stamped');
    await log(call, 'evidence.fetched', brand, { document: id, part: 'time-stamp' });
    return new FileAnswer(stamp, { name: `${id}.tsr`, type: 'application/timestamp-reply', bytes: stamp.length });
  },

  'POST /organisations/:organisation/brands/:brand/evidence/:documentId/attachments': async (call) => {
    const { rooms, desk, body } = call;
    const brand = brandOfPath(call, 'addEvidence');
    const to = body.to.map((target) => targetOf(call, target));
    const document = await told(rooms.evidence.attach(desk, brand, uuidOf(call, 'documentId'), { ...body, to }));
    await log(call, 'evidence.attached', brand, {
      document: document.documentId,
      to: Object.fromEntries([...Map.groupBy(to, ({ kind }) => kind)].map(([kind, own]) => [kind, own.length])),
    });
    return await documentAnswer(call, brand, document);
  },

  'POST /organisations/:organisation/brands/:brand/evidence/:documentId/replacement': async (call) => {
    const { rooms, desk, body } = call;
    const brand = brandOfPath(call, 'addEvidence');
    const by = { documentId: body.by, reason: body.reason };
    const document = await told(rooms.evidence.replace(desk, brand, uuidOf(call, 'documentId'), by));
    await log(call, 'evidence.replaced', brand, { document: document.documentId, by: body.by });
    return await documentAnswer(call, brand, document);
  },

  'GET /organisations/:organisation/people/:reference/evidence': async (call) => {
    const { rooms, desk, params } = call;
    const address = rooms.references.open(desk.organisation.code, params['reference'] ?? '');
    if (address === undefined) throw problem('thing.unknown');
    const answers = await Promise.all(
      desk.brandsFor('readEvidence').map(async (brand) => {
        const kinds = kindsOf(address).filter((kind) => brand.scope.may(channelOf(kind), 'read'));
        const history = await Promise.all(kinds.map((kind) => rooms.registry.history(brand.scope, kind, address)));
        const seqs = history.flat().map(({ seq }) => seq);
        const proving = await rooms.evidence.proving(desk, brand, seqs);
        const { brandId } = brand;
        return await Promise.all(
          [...proving].map(async ([seq, documents]) => {
            return { brandId, seq, documents: await documentsOf(call, brand, documents) };
          }),
        );
      }),
    );
    return answers.flat();
  },

  'GET /organisations/:organisation/brands/:brand/unproven-consents': async (call) => {
    const { rooms, query } = call;
    const brand = brandOfPath(call, 'readEvidence');
    if (!isDay(query.from) || !isDay(query.to)) throw problem('request.form');
    const { list, next } = await rooms.evidence.unproven(brand, {
      from: query.from,
      to: query.to,
      before: query.after === undefined ? undefined : Number(query.after),
      limit: PAGE,
    });
    return {
      consents: list.map((movement) => consentOf(call, movement)),
      after: next === null ? null : String(next),
    };
  },
};
