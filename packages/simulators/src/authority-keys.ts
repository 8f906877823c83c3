// The keys and certificates of the test time-stamp authority: a test root and a time-stamping certificate under it,
// made at the first start and kept in a folder, so that stamps of earlier runs stay verifiable.
//
// Promise: the folder either holds all four files or is not there. They are made in a neighbouring folder, flushed,
// and moved into place by one rename: a start that dies half-way leaves only a stray folder that the next start does
// not look at, and of two first starts at once one wins and the other one uses what the winner made.
// Trade: these are test keys. They are not encrypted, and nobody outside a sandbox has a reason to trust the root.

import 'reflect-metadata';
import { createPrivateKey, randomBytes, webcrypto } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as x509 from '@peculiar/x509';
import { Certificate } from 'pkijs';

export type AuthorityKeys = {
  /** Signs the stamps; ECDSA on P-384. */
  readonly key: webcrypto.CryptoKey;
  readonly certificate: Certificate;
  /** DER of `certificate`, as it was issued: its hash goes into every stamp. */
  readonly certificateDer: Buffer;
  readonly certificatePem: string;
  readonly rootPem: string;
};

const KEY_ALGORITHM = { name: 'ECDSA', namedCurve: 'P-384' } as const;
const SIGNING_ALGORITHM = { ...KEY_ALGORITHM, hash: 'SHA-384' } as const;

// Long enough that no demo folder outlives it; a real authority would be renewed within a few years.
const VALIDITY_YEARS = 20;

// Certificates begin an hour before they are made, so that a verifier whose clock is a little behind accepts them.
const BACKDATING_MS = 60 * 60 * 1000;

// Readable by its owner only. (Windows ignores the mode and goes by the folder's access list.)
const SECRET_MODE = 0o600;
const FOLDER_MODE = 0o700;

const FOLDER_NAME = 'time-stamp-authority';
const FILES = { rootKey: 'root.key', rootPem: 'root.pem', tsaKey: 'tsa.key', tsaPem: 'tsa.pem' } as const;

/**
 * The keys in `folder`, made there when it holds none. Throws when the folder cannot be written, or when its files
 * are not keys and certificates.
 */
export async function openAuthorityKeys(folder: string): Promise<AuthorityKeys> {
  const home = join(folder, FOLDER_NAME);
  if (!(await exists(home))) await makeKeys(folder, home);
  const [keyPem, certificatePem, rootPem] = await Promise.all([
    readFile(join(home, FILES.tsaKey), 'utf8'),
    readFile(join(home, FILES.tsaPem), 'utf8'),
    readFile(join(home, FILES.rootPem), 'utf8'),
  ]);
  const certificateDer = Buffer.from(new x509.X509Certificate(certificatePem).rawData);
  return {
    key: createPrivateKey(keyPem).toCryptoKey(KEY_ALGORITHM, false, ['sign']),
    certificate: Certificate.fromBER(certificateDer),
    certificateDer,
    certificatePem,
    rootPem,
  };
}

async function makeKeys(folder: string, home: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: FOLDER_MODE });
  const draft = await mkdtemp(join(folder, `${FOLDER_NAME}-draft-`));
  try {
    await writeKeys(draft);
    await rename(draft, home);
  } catch (error) {
    await rm(draft, { recursive: true, force: true });
    // Another first start was quicker: its keys are as good as ours.
    if (!(await exists(home))) throw error;
  }
}

async function writeKeys(draft: string): Promise<void> {
  const notBefore = new Date(Date.now() - BACKDATING_MS);
  const notAfter = new Date(notBefore);
  notAfter.setUTCFullYear(notAfter.getUTCFullYear() + VALIDITY_YEARS);

  const rootKeys = await webcrypto.subtle.generateKey(KEY_ALGORITHM, true, ['sign', 'verify']);
  const root = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: serialNumber(),
    name: 'CN=Açık İYS TEST Kök Sertifikası, O=Açık İYS TEST, C=TR',
    notBefore,
    notAfter,
    keys: rootKeys,
    signingAlgorithm: SIGNING_ALGORITHM,
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
      await x509.SubjectKeyIdentifierExtension.create(rootKeys.publicKey),
    ],
  });

  const tsaKeys = await webcrypto.subtle.generateKey(KEY_ALGORITHM, true, ['sign', 'verify']);
  const tsa = await x509.X509CertificateGenerator.create({
    serialNumber: serialNumber(),
    subject: 'CN=Açık İYS TEST Zaman Damgası, O=Açık İYS TEST, C=TR',
    issuer: root.subject,
    notBefore,
    notAfter,
    publicKey: tsaKeys.publicKey,
    signingKey: rootKeys.privateKey,
    signingAlgorithm: SIGNING_ALGORITHM,
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      // RFC 3161, 2.3: time stamping must be the only purpose, and the extension must be critical.
      new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.timeStamping], true),
      await x509.SubjectKeyIdentifierExtension.create(tsaKeys.publicKey),
      await x509.AuthorityKeyIdentifierExtension.create(rootKeys.publicKey),
    ],
  });

  const pem = (certificate: x509.X509Certificate) => `${certificate.toString('pem')}\n`;
  await Promise.all([
    writeFile(join(draft, FILES.rootKey), await privatePem(rootKeys.privateKey), { mode: SECRET_MODE, flush: true }),
    writeFile(join(draft, FILES.rootPem), pem(root), { flush: true }),
    writeFile(join(draft, FILES.tsaKey), await privatePem(tsaKeys.privateKey), { mode: SECRET_MODE, flush: true }),
    writeFile(join(draft, FILES.tsaPem), pem(tsa), { flush: true }),
  ]);
}

async function privatePem(key: webcrypto.CryptoKey): Promise<string> {
  return `${x509.PemConverter.encode(await webcrypto.subtle.exportKey('pkcs8', key), 'PRIVATE KEY')}\n`;
}

/** A random positive serial number of 127 bits, in hexadecimal: unique without a counter on disk. */
export function serialNumber(): string {
  const bytes = randomBytes(16);
  // The first byte is kept between 0x40 and 0x7f: positive, and never with a leading zero that DER forbids.
  bytes.writeUInt8((bytes.readUInt8(0) & 0x3f) | 0x40, 0);
  return bytes.toString('hex');
}

async function exists(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return false;
    throw error;
  }
}
