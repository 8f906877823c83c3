// The messages of RFC 3161 (time-stamp protocol), as the authority sees them: a query in DER goes in, an answer in
// DER comes out. The token is CMS SignedData (RFC 5652) over a TSTInfo, its signer bound by the ESS attribute
// signing-certificate-v2 (RFC 5816).
//
// Promise: every query gets an answer; what cannot be stamped gets a rejection with the failure bit of RFC 3161,
// 2.4.2. No state is kept between queries: serial numbers are random, so a crash can repeat none.
// Trade: genTime is in whole seconds (rounded down, accuracy one second), which every verifier reads.

import { createHash } from 'node:crypto';
import {
  BitString,
  fromBER,
  GeneralizedTime,
  Integer,
  ObjectIdentifier,
  OctetString,
  Sequence,
  Utf8String,
} from 'asn1js';
import {
  Accuracy,
  Attribute,
  ContentInfo,
  EncapsulatedContentInfo,
  IssuerAndSerialNumber,
  id_ContentType_SignedData,
  id_eContentType_TSTInfo,
  id_sha256,
  id_sha384,
  id_sha512,
  PKIStatus,
  PKIStatusInfo,
  SignedAndUnsignedAttributes,
  SignedData,
  SignerInfo,
  TimeStampReq,
  TimeStampResp,
  TSTInfo,
} from 'pkijs';
import type { AuthorityKeys } from './authority-keys.ts';
import { serialNumber } from './authority-keys.ts';

/** The policy under which the test authority stamps: 2.999 is the arc that X.660 keeps for examples. */
export const TEST_POLICY = '2.999.3161.1';

// Accepted imprint algorithms and the length of their digests in bytes.
const IMPRINT_LENGTHS: ReadonlyMap<string, number> = new Map([
  [id_sha256, 32],
  [id_sha384, 48],
  [id_sha512, 64],
]);

const ID_CONTENT_TYPE = '1.2.840.113549.1.9.3';
const ID_MESSAGE_DIGEST = '1.2.840.113549.1.9.4';
const ID_SIGNING_TIME = '1.2.840.113549.1.9.5';
const ID_SIGNING_CERTIFICATE_V2 = '1.2.840.113549.1.9.16.2.47';

// PKIFailureInfo, RFC 3161, 2.4.2: the number of the bit.
const FAILURE_BITS = {
  badAlg: 0,
  badRequest: 2,
  badDataFormat: 5,
  unacceptedPolicy: 15,
  unacceptedExtension: 16,
} as const;

type Failure = keyof typeof FAILURE_BITS;

class Refusal extends Error {
  readonly failure: Failure;

  constructor(failure: Failure, message: string) {
    super(message);
    this.failure = failure;
  }
}

/** The DER of the TimeStampResp for the DER of a TimeStampReq: a stamp that says `now`, or a rejection. */
export async function answerQuery(query: Buffer, keys: AuthorityKeys, now: Date): Promise<Buffer> {
  try {
    return await stamp(readQuery(query), keys, now);
  } catch (error) {
    if (error instanceof Refusal) return rejection(error);
    throw error;
  }
}

function readQuery(query: Buffer): TimeStampReq {
  const request = parseQuery(query);
  if (request.version !== 1) throw new Refusal('badRequest', 'only version 1 of the time-stamp query is known');
  const imprint = request.messageImprint;
  const length = IMPRINT_LENGTHS.get(imprint.hashAlgorithm.algorithmId);
  if (length === undefined) throw new Refusal('badAlg', 'accepted imprints are SHA-256, SHA-384 and SHA-512');
  if (imprint.hashedMessage.getValue().byteLength !== length) {
    throw new Refusal('badDataFormat', `a digest of this algorithm has ${length} bytes`);
  }
  if (request.reqPolicy !== undefined && request.reqPolicy !== TEST_POLICY) {
    throw new Refusal('unacceptedPolicy', `this authority stamps under policy ${TEST_POLICY} only`);
  }
  if (request.extensions !== undefined && request.extensions.length > 0) {
    throw new Refusal('unacceptedExtension', 'this authority knows no extension');
  }
  return request;
}

function parseQuery(query: Buffer): TimeStampReq {
  try {
    const { offset, result } = fromBER(query);
    // -1 is asn1js's word for "not ASN.1"; less than the whole means rubbish after the query.
    if (offset !== query.length) throw new Error('not one whole ASN.1 value');
    return new TimeStampReq({ schema: result });
  } catch {
    throw new Refusal('badDataFormat', 'this is not the DER of a TimeStampReq');
  }
}

async function stamp(request: TimeStampReq, keys: AuthorityKeys, now: Date): Promise<Buffer> {
  const info = new TSTInfo({
    version: 1,
    policy: TEST_POLICY,
    // Echoed as it came: a verifier compares the algorithm's encoding too.
    messageImprint: request.messageImprint,
    serialNumber: new Integer({ valueHex: Buffer.from(serialNumber(), 'hex') }),
    genTime: new Date(Math.floor(now.getTime() / 1000) * 1000),
    accuracy: new Accuracy({ seconds: 1 }),
    ...(request.nonce === undefined ? {} : { nonce: request.nonce }),
  });
  const content = Buffer.from(info.toSchema().toBER());

  const encapContentInfo = new EncapsulatedContentInfo({ eContentType: id_eContentType_TSTInfo });
  // Set after construction: the constructor would cut the octets into a constructed string, which is not DER.
  encapContentInfo.eContent = new OctetString({ valueHex: content });

  const signed = new SignedData({
    version: 3,
    encapContentInfo,
    signerInfos: [
      new SignerInfo({
        version: 1,
        sid: new IssuerAndSerialNumber({
          issuer: keys.certificate.issuer,
          serialNumber: keys.certificate.serialNumber,
        }),
        signedAttrs: new SignedAndUnsignedAttributes({
          type: 0,
          attributes: signedAttributes(content, keys, info.genTime),
        }),
      }),
    ],
    // RFC 3161, 2.4.1: the certificate is present when it was asked for, and must be absent when it was not.
    ...(request.certReq === true ? { certificates: [keys.certificate] } : {}),
  });
  await signed.sign(keys.key, 0, 'SHA-384');

  const response = new TimeStampResp({
    status: new PKIStatusInfo({ status: PKIStatus.granted }),
    timeStampToken: new ContentInfo({ contentType: id_ContentType_SignedData, content: signed.toSchema(true) }),
  });
  return Buffer.from(response.toSchema().toBER());
}

function signedAttributes(content: Buffer, keys: AuthorityKeys, genTime: Date): Attribute[] {
  // ESSCertIDv2 with its default algorithm SHA-256; issuer and serial are already named by the signer's identifier.
  const certificateHash = createHash('sha256').update(keys.certificateDer).digest();
  const certificateId = new Sequence({ value: [new OctetString({ valueHex: certificateHash })] });
  const attributes = [
    new Attribute({ type: ID_CONTENT_TYPE, values: [new ObjectIdentifier({ value: id_eContentType_TSTInfo })] }),
    new Attribute({ type: ID_SIGNING_TIME, values: [new GeneralizedTime({ valueDate: genTime })] }),
    new Attribute({
      type: ID_MESSAGE_DIGEST,
      values: [new OctetString({ valueHex: createHash('sha384').update(content).digest() })],
    }),
    new Attribute({
      type: ID_SIGNING_CERTIFICATE_V2,
      values: [new Sequence({ value: [new Sequence({ value: [certificateId] })] })],
    }),
  ];
  // The signature covers the DER of this SET, whose members are ordered by their encoding (X.690, 11.6).
  const encoded = (attribute: Attribute) => Buffer.from(attribute.toSchema().toBER());
  return attributes.sort((left, right) => Buffer.compare(encoded(left), encoded(right)));
}

function rejection(refusal: Refusal): Buffer {
  const response = new TimeStampResp({
    status: new PKIStatusInfo({
      status: PKIStatus.rejection,
      statusStrings: [new Utf8String({ value: refusal.message })],
      failInfo: namedBit(FAILURE_BITS[refusal.failure]),
    }),
  });
  return Buffer.from(response.toSchema().toBER());
}

/** A BIT STRING with one bit set and no trailing zero bits, as DER wants named bits (X.690, 11.2.2). */
function namedBit(bit: number): BitString {
  const bytes = Buffer.alloc((bit >> 3) + 1);
  bytes.writeUInt8(0x80 >> (bit & 7), bit >> 3);
  return new BitString({ valueHex: bytes, unusedBits: 7 - (bit & 7) });
}
