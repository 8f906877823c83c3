// The time-stamp authority in real HTTP conversations. `openssl ts`, an independent implementation of RFC 3161, makes
// the queries and judges the stamps; on a machine without openssl those tests are reported as skipped, by name.

import { execFileSync, spawnSync } from 'node:child_process';
import { createHash, randomBytes, verify, X509Certificate } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fromBER, Integer, OctetString } from 'asn1js';
import {
  AlgorithmIdentifier,
  Certificate,
  Extension,
  MessageImprint,
  SignedData,
  TimeStampReq,
  TimeStampResp,
  TSTInfo,
} from 'pkijs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openAuthorityKeys } from '../src/authority-keys.ts';
import type { TimeStampAuthority } from '../src/time-stamp-authority.ts';
import { startTimeStampAuthority } from '../src/time-stamp-authority.ts';
import { answerQuery } from '../src/time-stamp-protocol.ts';

const WITHOUT_OPENSSL = spawnSync('openssl', ['version']).status !== 0;

const SHA1 = '1.3.14.3.2.26';
const SHA256 = '2.16.840.1.101.3.4.2.1';
const SHA384 = '2.16.840.1.101.3.4.2.2';
// Two numbers each: every second number needs a sign byte, one in 256 has a leading zero byte to lose.
const SIGNATURES = 100;
const CLOCK = new Date('2026-03-01T12:34:56.789Z');

let work: string;
let authority: TimeStampAuthority;

beforeAll(async () => {
  work = mkdtempSync(join(tmpdir(), 'time-stamp-authority-'));
  authority = await startTimeStampAuthority({ port: 0, folder: join(work, 'keys') });
  writeFileSync(join(work, 'root.pem'), await get('root.pem'));
  writeFileSync(join(work, 'tsa.pem'), await get('tsa.pem'));
  writeFileSync(join(work, 'data'), 'A day of the registry\n');
  writeFileSync(join(work, 'other-data'), 'Another day of the registry\n');
});

afterAll(async () => {
  await authority.close();
  rmSync(work, { recursive: true, force: true });
});

async function get(name: string): Promise<string> {
  return (await fetch(new URL(name, authority.url))).text();
}

async function post(query: Buffer, url = authority.url): Promise<Buffer> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/timestamp-query' },
    body: new Uint8Array(query),
  });
  expect(response.status).toBe(200);
  expect(response.headers.get('content-type')).toBe('application/timestamp-reply');
  return Buffer.from(await response.arrayBuffer());
}

type QueryParts = { version?: number; algorithm?: string; digest?: Buffer; policy?: string; extension?: boolean };

function query(parts: QueryParts = {}, nonce?: Buffer, certReq = true): Buffer {
  const request = new TimeStampReq({
    version: parts.version ?? 1,
    messageImprint: new MessageImprint({
      hashAlgorithm: new AlgorithmIdentifier({ algorithmId: parts.algorithm ?? SHA384 }),
      hashedMessage: new OctetString({ valueHex: parts.digest ?? createHash('sha384').update('data').digest() }),
    }),
    certReq,
  });
  if (parts.policy !== undefined) request.reqPolicy = parts.policy;
  if (nonce !== undefined) request.nonce = new Integer({ valueHex: nonce });
  if (parts.extension === true) {
    request.extensions = [new Extension({ extnID: '2.999.1', extnValue: new Uint8Array([5, 0]).buffer })];
  }
  return Buffer.from(request.toSchema().toBER());
}

function readStamp(answer: Buffer): { info: TSTInfo; signed: SignedData } {
  const response = TimeStampResp.fromBER(answer);
  expect(response.status.status).toBe(0);
  if (response.timeStampToken === undefined) throw new Error('a granted answer without a token');
  const signed = new SignedData({ schema: response.timeStampToken.content });
  const content = signed.encapContentInfo.eContent;
  if (content === undefined) throw new Error('a token without content');
  return { info: TSTInfo.fromBER(content.getValue()), signed };
}

/** Exit code and output of `openssl ts -verify` for a stamp in the working folder. */
function opensslVerify(stamp: Buffer, ...more: string[]): { ok: boolean; output: string } {
  writeFileSync(join(work, 'stamp.tsr'), stamp);
  const run = spawnSync('openssl', ['ts', '-verify', '-in', 'stamp.tsr', '-CAfile', 'root.pem', ...more], {
    cwd: work,
    encoding: 'utf8',
  });
  return { ok: run.status === 0, output: run.stdout + run.stderr };
}

function opensslQuery(digest: string, ...more: string[]): Buffer {
  execFileSync('openssl', ['ts', '-query', '-data', 'data', `-${digest}`, '-out', 'query.tsq', ...more], {
    cwd: work,
    stdio: 'ignore',
  });
  return readFileSync(join(work, 'query.tsq'));
}

describe('stamps judged by openssl', () => {
  it.skipIf(WITHOUT_OPENSSL).each(['sha256', 'sha384', 'sha512'])('accepts a stamp over %s', async (digest) => {
    const stamp = await post(opensslQuery(digest, '-cert'));
    expect(opensslVerify(stamp, '-data', 'data')).toEqual({ ok: true, output: expect.stringContaining('OK') });
    // Against the query openssl compares nonce and policy too.
    expect(opensslVerify(stamp, '-queryfile', 'query.tsq').ok).toBe(true);
    expect(opensslVerify(stamp, '-data', 'other-data').ok).toBe(false);
  });

  it.skipIf(WITHOUT_OPENSSL)('carries the certificate only when it is asked for', async () => {
    const stamp = await post(opensslQuery('sha384'));
    expect(opensslVerify(stamp, '-data', 'data').ok).toBe(false);
    expect(opensslVerify(stamp, '-data', 'data', '-untrusted', 'tsa.pem').ok).toBe(true);
    expect(readStamp(stamp).signed.certificates).toBeUndefined();
  });

  it.skipIf(WITHOUT_OPENSSL)('is read by openssl as a rejection where it is one', async () => {
    writeFileSync(join(work, 'rejection.tsr'), await post(Buffer.from('rubbish')));
    const text = execFileSync('openssl', ['ts', '-reply', '-in', 'rejection.tsr', '-text'], {
      cwd: work,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    expect(text).toContain('Status: Rejected.');
    expect(text).toContain('the data submitted has the wrong format');
  });
});

describe('what a stamp says', () => {
  it('echoes imprint and nonce, and names policy, accuracy and the time of its clock', async () => {
    const stopped = await startTimeStampAuthority({ port: 0, folder: join(work, 'keys'), clock: () => CLOCK });
    try {
      const nonce = Buffer.from('7f0102030405060708090a0b0c0d0e0f10', 'hex');
      const digest = createHash('sha256').update('something').digest();
      const answer = await post(query({ algorithm: SHA256, digest, policy: '2.999.3161.1' }, nonce), stopped.url);
      const { info } = readStamp(answer);
      expect(info.messageImprint.hashAlgorithm.algorithmId).toBe(SHA256);
      expect(Buffer.from(info.messageImprint.hashedMessage.getValue())).toEqual(digest);
      expect(info.nonce?.toBigInt()).toBe(BigInt(`0x${nonce.toString('hex')}`));
      expect(info.policy).toBe('2.999.3161.1');
      expect(info.genTime.toISOString()).toBe('2026-03-01T12:34:56.000Z');
      expect(info.accuracy?.seconds).toBe(1);
    } finally {
      await stopped.close();
    }
  });

  it('has no nonce when none was sent, and a serial number of its own', async () => {
    const stamps = [readStamp(await post(query())), readStamp(await post(query()))];
    expect(stamps.map(({ info }) => info.nonce)).toEqual([undefined, undefined]);
    const serials = stamps.map(({ info }) => info.serialNumber.toBigInt());
    expect(new Set(serials).size).toBe(2);
    expect(serials.every((serial) => serial > 0n)).toBe(true);
  });

  it('is bound to its certificate by signing-certificate-v2', async () => {
    const { signed } = readStamp(await post(query()));
    const attributes = signed.signerInfos.flatMap((signer) => signer.signedAttrs?.attributes ?? []);
    const binding = attributes.filter((attribute) => attribute.type === '1.2.840.113549.1.9.16.2.47');
    const certificateHash = createHash('sha256')
      .update(new X509Certificate(await get('tsa.pem')).raw)
      .digest();
    // SigningCertificateV2 { certs { ESSCertIDv2 { certHash } } }, SHA-256 being the default.
    expect(binding.map(({ values }) => Buffer.from(values[0].toBER()).toString('hex'))).toEqual([
      `3026302430220420${certificateHash.toString('hex')}`,
    ]);
  });

  it('is DER, signed over its attributes, whatever numbers the signature happens to be made of', async () => {
    const keys = await openAuthorityKeys(join(work, 'keys'));
    const { publicKey } = new X509Certificate(keys.certificatePem);
    // The two numbers of a signature are now and then shorter (leading zeros) or longer (sign byte) than usual.
    for (let round = 0; round < SIGNATURES; round += 1) {
      const answer = await answerQuery(query({ digest: randomBytes(48) }), keys, CLOCK);
      const signer = readStamp(answer).signed.signerInfos[0];
      if (signer?.signedAttrs === undefined) throw new Error('a token without signed attributes');
      const signedBytes = Buffer.from(signer.signedAttrs.encodedValue);
      const signature = Buffer.from(signer.signature.getValue());
      expect(verify('sha384', signedBytes, publicKey, signature)).toBe(true);
      expect(Buffer.from(fromBER(answer).result.toBER())).toEqual(answer);
    }
  }, 60_000);
});

describe('rejections', () => {
  const digest = createHash('sha384').update('data').digest();
  it.each([
    ['rubbish', Buffer.from('rubbish'), 5],
    ['nothing at all', Buffer.alloc(0), 5],
    ['ASN.1 that is no query', Buffer.from('3003020101', 'hex'), 5],
    ['a query with bytes after it', Buffer.concat([query(), Buffer.from([0])]), 5],
    ['a query cut short', query().subarray(0, -1), 5],
    ['a digest of the wrong length', query({ digest: digest.subarray(1) }), 5],
    ['SHA-1', query({ algorithm: SHA1, digest: digest.subarray(0, 20) }), 0],
    ['another version', query({ version: 2 }), 2],
    ['another policy', query({ policy: '2.999.1' }), 15],
    ['an extension', query({ extension: true }), 16],
  ])('%s', async (_name, body, bit) => {
    const response = TimeStampResp.fromBER(await post(body));
    expect(response.status.status).toBe(2);
    expect(response.timeStampToken).toBeUndefined();
    expect(response.status.statusStrings?.[0]?.getValue()).toMatch(/\w/);
    const bytes = Buffer.from(response.status.failInfo?.valueBlock.valueHexView ?? []);
    const expected = Buffer.alloc((bit >> 3) + 1);
    expected[bit >> 3] = 0x80 >> (bit & 7);
    expect(bytes).toEqual(expected);
  });
});

describe('HTTP', () => {
  const headers = { 'content-type': 'application/timestamp-query' };
  it.each([
    ['GET on the query address', '', { method: 'GET' }, 405],
    ['another path', 'stamps', { method: 'POST', headers, body: 'x' }, 404],
    ['POST on a certificate', 'root.pem', { method: 'POST', headers, body: 'x' }, 405],
    ['another media type', '', { method: 'POST', headers: { 'content-type': 'text/plain' }, body: 'x' }, 415],
    ['a body no query can have', '', { method: 'POST', headers, body: 'x'.repeat(1_000_000) }, 413],
  ])('%s is an HTTP error, and the next query is stamped', async (_name, path, request, status) => {
    const response = await fetch(new URL(path, authority.url), request);
    expect(response.status).toBe(status);
    readStamp(await post(query()));
  });
});

describe('keys', () => {
  it.skipIf(process.platform === 'win32')('are readable by their owner only', () => {
    for (const name of ['root.key', 'tsa.key']) {
      const { mode } = statSync(join(work, 'keys', 'time-stamp-authority', name));
      expect((mode & 0o777).toString(8)).toBe('600');
    }
  });

  it('make a time-stamping certificate under the root, for this purpose only', async () => {
    const root = new X509Certificate(authority.rootPem);
    const tsa = new X509Certificate(await get('tsa.pem'));
    expect(await get('root.pem')).toBe(authority.rootPem);
    expect([root.ca, tsa.ca]).toEqual([true, false]);
    expect(tsa.verify(root.publicKey)).toBe(true);
    expect(tsa.checkIssued(root)).toBe(true);
    const usage = Certificate.fromBER(tsa.raw).extensions?.filter(({ extnID }) => extnID === '2.5.29.37');
    expect(usage?.map(({ critical, parsedValue }) => [critical, parsedValue.keyPurposes])).toEqual([
      [true, ['1.3.6.1.5.5.7.3.8']],
    ]);
  });

  it('outlive a restart', async () => {
    const folder = join(work, 'restart');
    const first = await startTimeStampAuthority({ port: 0, folder });
    await first.close();
    const second = await startTimeStampAuthority({ port: 0, folder });
    await second.close();
    expect(second.rootPem).toBe(first.rootPem);
    expect(second.rootPem).not.toBe(authority.rootPem);
  });

  it('are the same for two first starts at once', async () => {
    const folder = join(work, 'race');
    const both = await Promise.all([openAuthorityKeys(folder), openAuthorityKeys(folder)]);
    expect(both[0].certificatePem).toBe(both[1].certificatePem);
    expect(both[0].rootPem).toBe(both[1].rootPem);
  });
});
