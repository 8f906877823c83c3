// What a document is: decided by its content alone, whatever its name or its sender says. What is none of these is not
// taken, so that nothing comes back out of here as a page, a drawing with script or an archive.

import { fileTypeFromBuffer } from 'file-type';

const MEGABYTE = 1024 * 1024;
/** Policy: bytes of a document, and of the audio of a call. */
export const DOCUMENT_BYTES_MAX = 25 * MEGABYTE;
export const AUDIO_BYTES_MAX = 50 * MEGABYTE;

/** The beginning that decides: the head of an e-mail, or what stands before an image's data, fits in it. */
export const HEAD_BYTES = 64 * 1024;

interface TypeFacts {
  /** As file names end; the first is given to names that end otherwise. */
  readonly extensions: readonly [string, ...string[]];
  readonly bytesMax: number;
  /** Images and audio may be shown beside our pages; a PDF or an e-mail is only ever handed over. */
  readonly preview: boolean;
}

/** What is taken, by the media type that it is served as. */
export const DOCUMENT_TYPES = {
  'application/pdf': { extensions: ['pdf'], bytesMax: DOCUMENT_BYTES_MAX, preview: false },
  'image/jpeg': { extensions: ['jpg', 'jpeg'], bytesMax: DOCUMENT_BYTES_MAX, preview: true },
  'image/png': { extensions: ['png'], bytesMax: DOCUMENT_BYTES_MAX, preview: true },
  'audio/wav': { extensions: ['wav'], bytesMax: AUDIO_BYTES_MAX, preview: true },
  'audio/mpeg': { extensions: ['mp3'], bytesMax: AUDIO_BYTES_MAX, preview: true },
  'audio/ogg': { extensions: ['ogg', 'opus'], bytesMax: AUDIO_BYTES_MAX, preview: true },
  'audio/mp4': { extensions: ['m4a', 'mp4'], bytesMax: AUDIO_BYTES_MAX, preview: true },
  'message/rfc822': { extensions: ['eml'], bytesMax: DOCUMENT_BYTES_MAX, preview: false },
  'application/pkcs7-mime': { extensions: ['p7m'], bytesMax: DOCUMENT_BYTES_MAX, preview: false },
} as const satisfies Record<string, TypeFacts>;
export type DocumentType = keyof typeof DOCUMENT_TYPES;

/** file-type's names of what is taken. `mp4`: many telephones write their recordings under MPEG-4's general brand. */
const TYPES_BY_NAME: ReadonlyMap<string, DocumentType> = new Map([
  ['pdf', 'application/pdf'],
  ['jpg', 'image/jpeg'],
  ['png', 'image/png'],
  ['wav', 'audio/wav'],
  ['mp3', 'audio/mpeg'],
  ['ogg', 'audio/ogg'],
  ['opus', 'audio/ogg'],
  ['m4a', 'audio/mp4'],
  ['mp4', 'audio/mp4'],
]);

/** DER of the object identifier of CMS SignedData (RFC 5652, 5.1). */
const SIGNED_DATA = Buffer.from('06092a864886f70d010702', 'hex');

export interface FoundType {
  readonly type: DocumentType;
  /** How long the content says that it is; undefined where it does not. */
  readonly bytes?: number | undefined;
}

/** @param head the first HEAD_BYTES of a content, or all of it */
export async function typeOf(head: Buffer): Promise<FoundType | undefined> {
  const known = await fileTypeFromBuffer(head);
  if (known !== undefined) {
    const type = TYPES_BY_NAME.get(known.ext);
    return type && { type };
  }
  return signedData(head) ?? (isSignedMail(head) ? { type: 'message/rfc822' } : undefined);
}

/** A signed CMS message (.p7m): a SEQUENCE, in DER or BER, whose first part says that it is signed data. */
function signedData(head: Buffer): FoundType | undefined {
  const [tag, first = 0] = head;
  const ofLength = first > 0x80 ? first & 0x7f : 0;
  const begins = 2 + ofLength;
  if (tag !== 0x30 || ofLength > 4 || !head.subarray(begins, begins + SIGNED_DATA.length).equals(SIGNED_DATA))
    return undefined;
  // 0x80: of indefinite length.
  const length = first < 0x80 ? first : ofLength > 0 ? head.readUIntBE(2, ofLength) : undefined;
  return { type: 'application/pkcs7-mime', bytes: length === undefined ? undefined : begins + length };
}

/** An e-mail (RFC 5322) that is signed: by S/MIME (RFC 8551), or by the house that sent it (DKIM, RFC 6376). */
function isSignedMail(head: Buffer): boolean {
  const text = head.toString('latin1');
  const lines = text.slice(0, text.search(/\r?\n\r?\n/)).split(/\r?\n/);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what has no place in a head
  if (lines.some((line) => !/^([!-9;-~]+:|[ \t])/.test(line) || /[\0-\x08\v\f\x0e-\x1f\x7f]/.test(line))) return false;
  const fields = new Map(
    lines
      .join('\n')
      .replace(/\n[ \t]+/g, ' ')
      .split('\n')
      .map((line) => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 1).trim()]),
  );
  const content = fields.get('content-type') ?? '';
  const signed =
    /^multipart\/signed\b/i.test(content) ||
    (/^application\/(x-)?pkcs7-mime\b/i.test(content) && !/enveloped-data/i.test(content)) ||
    fields.has('dkim-signature');
  return fields.has('from') && fields.has('date') && signed;
}

/** The first letters of a text, none of them halved. */
function cut(text: string, letters: number): string {
  return [...text.toWellFormed()].slice(0, letters).join('');
}

/** A title or a reason as it is kept: one line, without characters that would show it as another. */
export function lineOf(text: string): string {
  return text
    .normalize('NFC')
    .toWellFormed()
    .replace(/[\p{Cc}\p{Cf}\s]+/gu, ' ')
    .trim();
}

/**
 * A file's name as it is kept and handed over: without anything that a file system or a screen could take for something
 * else, and with an ending of its type, so that nothing is opened as what it is not.
 */
export function fileNameOf(name: string, type: DocumentType): string {
  // Format characters (Cf) can turn the order of letters around: "fdp.exe" is shown as "exe.pdf".
  const clean = cut(
    name
      .normalize('NFC')
      .replace(/[\p{Cc}\p{Cf}\s/\\:*?"<>|]+/gu, ' ')
      .trim(),
    150,
  );
  const { extensions } = DOCUMENT_TYPES[type];
  const ends = extensions.some((extension) => clean.toLowerCase().endsWith(`.${extension}`));
  return ends ? clean : `${clean || 'belge'}.${extensions[0]}`;
}
