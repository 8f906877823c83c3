// Asks a time-stamp authority (RFC 3161 over HTTP) to stamp a SHA-384 digest, and checks what it answers.
//
// Promise: what is returned is the authority's whole answer, byte for byte (a .tsr file for `openssl ts -verify`),
// for this digest, made for this very question (nonce), whole and signed by the certificate it carries. Everything
// else, a deadline passed included, is a TimeStampError; nothing is tried again here, the caller decides when.
// Trade: whether that certificate deserves trust (chain to a root, purpose, revocation) is for whoever verifies the
// stamp later, against the roots he trusts then; the server holds no list of roots.
// In a crash nothing is left behind: a stamp nobody kept binds nobody, and asking again is harmless.

import { createHash, randomBytes } from 'node:crypto';
import type { BitString } from 'asn1js';
import { fromBER, Integer, ObjectIdentifier, OctetString } from 'asn1js';
import type { SignerInfo } from 'pkijs';
import {
  AlgorithmIdentifier,
  Certificate,
  getCrypto,
  IssuerAndSerialNumber,
  id_ContentType_SignedData,
  id_eContentType_TSTInfo,
  id_sha256,
  id_sha384,
  id_sha512,
  MessageImprint,
  PKIStatus,
  SignedData,
  TimeStampReq,
  TimeStampResp,
  TSTInfo,
} from 'pkijs';

const QUERY_TYPE = 'application/timestamp-query';
const REPLY_TYPE = 'application/timestamp-reply';

const SHA384_BYTES = 48;

// Authorities answer within a second; ten cover a slow line, and a stamp is never on the way of a person's request.
const DEFAULT_TIMEOUT_MS = 10_000;

// A token with a chain of four certificates and revocation data is below 20 kB; more is no time stamp.
const MAX_ANSWER_BYTES = 256 * 1024;

// An authority's own words in a message, cut so that it cannot fill a log.
const MAX_QUOTED_CHARACTERS = 200;

const ID_CONTENT_TYPE = '1.2.840.113549.1.9.3';
const ID_MESSAGE_DIGEST = '1.2.840.113549.1.9.4';
const ID_RSA_ENCRYPTION = '1.2.840.113549.1.1.1';

// The digests that a stamp worth keeping may be signed over; SHA-1 is not one of them.
const DIGEST_NAMES: ReadonlyMap<string, string> = new Map([
  [id_sha256, 'sha256'],
  [id_sha384, 'sha384'],
  [id_sha512, 'sha512'],
]);

// PKIFailureInfo, RFC 3161, 2.4.2.
const FAILURE_NAMES: ReadonlyMap<number, string> = new Map([
  [0, 'badAlg'],
  [2, 'badRequest'],
  [5, 'badDataFormat'],
  [14, 'timeNotAvailable'],
  [15, 'unacceptedPolicy'],
  [16, 'unacceptedExtension'],
  [17, 'addInfoNotAvailable'],
  [25, 'systemFailure'],
]);

/**
 * Why there is no stamp: the authority was not reached, did not answer in time, answered with an HTTP error, with
 * too many bytes, with something that is no time stamp, with a rejection, for another digest, for another question,
 * or with a signature that does not hold.
 */
export type TimeStampFailure =
  | 'unreachable'
  | 'timeout'
  | 'http'
  | 'too-large'
  | 'malformed'
  | 'rejected'
  | 'imprint'
  | 'nonce'
  | 'signature';

export class TimeStampError extends Error {
  readonly reason: TimeStampFailure;

  constructor(reason: TimeStampFailure, message: string, cause?: unknown) {
    super(`time stamp (${reason}): ${message}`, cause === undefined ? undefined : { cause });
    this.name = 'TimeStampError';
    this.reason = reason;
  }
}

/**
 * A time stamp over `digestSha384` (48 bytes) from the authority at `address` (an http or https URL): the DER of the
 * whole TimeStampResp, its certificate included, checked as the head of this file says. `timeoutMs` covers the whole
 * conversation, 10 s unless given. Throws TimeStampError, and RangeError for a digest of another length.
 */
export async function requestTimeStamp(
  address: string,
  digestSha384: Buffer,
  options: { timeoutMs?: number } = {},
): Promise<Buffer> {
  if (digestSha384.length !== SHA384_BYTES) {
    throw new RangeError(`a SHA-384 digest has ${SHA384_BYTES} bytes, not ${digestSha384.length}`);
  }
  const nonce = newNonce();
  const query = new TimeStampReq({
    version: 1,
    messageImprint: new MessageImprint({
      hashAlgorithm: new AlgorithmIdentifier({ algorithmId: id_sha384 }),
      hashedMessage: new OctetString({ valueHex: digestSha384 }),
    }),
    nonce,
    certReq: true,
  });
  const answer = await post(
    address,
    Buffer.from(query.toSchema().toBER()),
    AbortSignal.timeout(options.timeoutMs ?? DEFAULT_TIMEOUT_MS),
  );
  await checkAnswer(answer, digestSha384, nonce.toBigInt());
  return answer;
}

/** 63 random bits: positive, and too many for two questions ever to share one. */
function newNonce(): Integer {
  const bytes = randomBytes(8);
  // The first byte is kept between 0x40 and 0x7f, so that the bytes are a positive DER integer as they stand.
  bytes.writeUInt8((bytes.readUInt8(0) & 0x3f) | 0x40, 0);
  return new Integer({ valueHex: bytes });
}

async function post(address: string, query: Buffer, signal: AbortSignal): Promise<Buffer> {
  try {
    const response = await fetch(address, {
      method: 'POST',
      headers: { 'content-type': QUERY_TYPE, accept: REPLY_TYPE },
      body: new Uint8Array(query),
      // An authority is given by its address; one that sends the question elsewhere is an error to be seen.
      redirect: 'manual',
      signal,
    });
    // The answer's media type is not looked at: authorities are careless with it, and the DER tells for certain.
    if (response.status !== 200) {
      await response.body?.cancel();
      throw new TimeStampError('http', `the authority answered with HTTP status ${response.status}`);
    }
    return await readBounded(response);
  } catch (error) {
    if (error instanceof TimeStampError) throw error;
    if (signal.aborted) throw new TimeStampError('timeout', 'the authority did not answer in time', error);
    throw new TimeStampError('unreachable', `no answer from the authority: ${innermost(error)}`, error);
  }
}

async function readBounded(response: Response): Promise<Buffer> {
  if (response.body === null) return Buffer.alloc(0);
  const chunks: Uint8Array[] = [];
  let size = 0;
  // Leaving the loop by an error cancels the stream, and with it the connection.
  for await (const chunk of response.body) {
    size += chunk.length;
    if (size > MAX_ANSWER_BYTES) {
      throw new TimeStampError('too-large', `the answer is longer than ${MAX_ANSWER_BYTES} bytes`);
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, size);
}

async function checkAnswer(answer: Buffer, digest: Buffer, nonce: bigint): Promise<void> {
  const response = parse('a TimeStampResp', () => {
    const { offset, result } = fromBER(answer);
    // -1 is asn1js's word for "not ASN.1"; less than the whole means rubbish after the answer.
    if (offset !== answer.length) throw new Error('not one whole ASN.1 value');
    return new TimeStampResp({ schema: result });
  });
  const { status } = response;
  if (status.status !== PKIStatus.granted && status.status !== PKIStatus.grantedWithMods) {
    throw new TimeStampError('rejected', describeStatus(response));
  }
  const { signed, content, info } = parse('a time-stamp token', () => readToken(response));
  const { messageImprint } = info;
  if (
    messageImprint.hashAlgorithm.algorithmId !== id_sha384 ||
    !digest.equals(Buffer.from(messageImprint.hashedMessage.getValue()))
  ) {
    throw new TimeStampError('imprint', 'the stamp is over another digest');
  }
  if (info.nonce?.toBigInt() !== nonce) throw new TimeStampError('nonce', 'the stamp answers another question');
  await checkSignature(signed, content);
}

function parse<T>(what: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw new TimeStampError('malformed', `the answer does not hold ${what}`, error);
  }
}

function readToken(response: TimeStampResp): { signed: SignedData; content: Buffer; info: TSTInfo } {
  const token = response.timeStampToken;
  if (token?.contentType !== id_ContentType_SignedData) throw new Error('no signed data');
  const signed = new SignedData({ schema: token.content });
  const { eContentType, eContent } = signed.encapContentInfo;
  if (eContentType !== id_eContentType_TSTInfo || eContent === undefined) throw new Error('no TSTInfo');
  const content = Buffer.from(eContent.getValue());
  return { signed, content, info: TSTInfo.fromBER(content) };
}

/** RFC 3161, 2.4.2, and RFC 5652, 5.4 and 5.6: one signer, whose signature covers the digest of the content. */
async function checkSignature(signed: SignedData, content: Buffer): Promise<void> {
  const [signer, ...others] = signed.signerInfos;
  if (signer === undefined || others.length > 0) throw new TimeStampError('signature', 'not exactly one signer');
  const certificate = findCertificate(signed, signer);
  if (certificate === undefined) {
    throw new TimeStampError('signature', "the signer's certificate was asked for and is not there");
  }
  let holds: boolean;
  try {
    holds = coversContent(signer, content) && (await isSignedBy(signer, certificate));
  } catch (error) {
    throw new TimeStampError('signature', `the signature cannot be checked: ${innermost(error)}`, error);
  }
  if (!holds) throw new TimeStampError('signature', 'the signature does not hold');
}

function findCertificate(signed: SignedData, signer: SignerInfo): Certificate | undefined {
  const { sid } = signer;
  if (!(sid instanceof IssuerAndSerialNumber)) return undefined;
  return signed.certificates?.find(
    (candidate): candidate is Certificate =>
      candidate instanceof Certificate &&
      candidate.issuer.isEqual(sid.issuer) &&
      candidate.serialNumber.isEqual(sid.serialNumber),
  );
}

/** Whether the signed attributes name a TSTInfo and the digest of this one. */
function coversContent(signer: SignerInfo, content: Buffer): boolean {
  const contentType = attributeValue(signer, ID_CONTENT_TYPE);
  if (!(contentType instanceof ObjectIdentifier) || contentType.getValue() !== id_eContentType_TSTInfo) return false;
  const messageDigest = attributeValue(signer, ID_MESSAGE_DIGEST);
  if (!(messageDigest instanceof OctetString)) return false;
  const digestName = DIGEST_NAMES.get(signer.digestAlgorithm.algorithmId);
  if (digestName === undefined) throw new Error(`digest algorithm ${signer.digestAlgorithm.algorithmId}`);
  return createHash(digestName).update(content).digest().equals(Buffer.from(messageDigest.getValue()));
}

function attributeValue(signer: SignerInfo, type: string): unknown {
  const values: readonly unknown[] | undefined = signer.signedAttrs?.attributes.find(
    (attribute) => attribute.type === type,
  )?.values;
  return values?.[0];
}

function isSignedBy(signer: SignerInfo, certificate: Certificate): Promise<boolean> {
  // Without signed attributes `coversContent` has said no already.
  const signedBytes = signer.signedAttrs?.encodedValue ?? new ArrayBuffer(0);
  const { signature, signatureAlgorithm } = signer;
  const engine = getCrypto(true);
  const key = certificate.subjectPublicKeyInfo;
  // Plain rsaEncryption does not say its hash: it is the one of the signer's digest (RFC 3370, 3.2).
  return signatureAlgorithm.algorithmId === ID_RSA_ENCRYPTION
    ? engine.verifyWithPublicKey(
        signedBytes,
        signature,
        key,
        signatureAlgorithm,
        engine.getAlgorithmByOID(signer.digestAlgorithm.algorithmId, true).name,
      )
    : engine.verifyWithPublicKey(signedBytes, signature, key, signatureAlgorithm);
}

function describeStatus({ status }: TimeStampResp): string {
  const failures = [...FAILURE_NAMES].filter(([bit]) => isBitSet(status.failInfo, bit)).map(([, name]) => name);
  const words = (status.statusStrings ?? []).map((text) => text.getValue()).join(' ');
  // As a JSON string, so that an authority's line breaks and control characters stay one line of a log.
  const quoted = words === '' ? '' : ` ${JSON.stringify(words.slice(0, MAX_QUOTED_CHARACTERS))}`;
  return `the authority refused with status ${status.status} (${failures.join(', ') || 'no reason given'})${quoted}`;
}

function isBitSet(bits: BitString | undefined, bit: number): boolean {
  const byte = bits?.valueBlock.valueHexView[bit >> 3] ?? 0;
  return (byte & (0x80 >> (bit & 7))) !== 0;
}

/** What the innermost cause of an error says: fetch hides the system's code two causes deep. */
function innermost(error: unknown): string {
  let inner = error;
  while (inner instanceof Error && inner.cause instanceof Error) inner = inner.cause;
  if (!(inner instanceof Error)) return String(inner);
  return 'code' in inner && typeof inner.code === 'string' ? inner.code : inner.message;
}
