// A passkey in software: what a browser and its authenticator do for `navigator.credentials`, on keys of node:crypto.

import { createHash, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';
import { isoCBOR } from '@simplewebauthn/server/helpers';

const PRESENT = 0x01;
const VERIFIED = 0x04;
const WITH_KEY = 0x40;

export interface SoftKey {
  /** Changes what the next answers say: another page, nobody verified, a counter that stands still. */
  readonly behaviour: { origin: string; verifies: boolean; counts: boolean };
  /** `navigator.credentials.create`, in JSON. */
  create(options: { challenge: string; rp: { id?: string }; user: { id: string } }): ReturnType<typeof created>;
  /** `navigator.credentials.get`, in JSON. */
  get(options: { challenge: string; rpId?: string }): ReturnType<typeof got>;
}

/** @param origin of the page that the browser shows */
export function softKey(origin: string): SoftKey {
  const behaviour = { origin, verifies: true, counts: true };
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const credentialId = randomBytes(32);
  let counter = 0;
  let userHandle = '';

  const data = (rpId: string, attested?: Buffer): Buffer => {
    if (behaviour.counts) counter += 1;
    const head = Buffer.alloc(5);
    head[0] = PRESENT | (behaviour.verifies ? VERIFIED : 0) | (attested ? WITH_KEY : 0);
    head.writeUInt32BE(counter, 1);
    return Buffer.concat([sha256(rpId), head, ...(attested ? [attested] : [])]);
  };
  const client = (type: string, challenge: string): Buffer =>
    Buffer.from(JSON.stringify({ type, challenge, origin: behaviour.origin, crossOrigin: false }));

  return {
    behaviour,
    create({ challenge, rp, user }) {
      userHandle = user.id;
      const length = Buffer.alloc(2);
      length.writeUInt16BE(credentialId.length);
      const attested = Buffer.concat([Buffer.alloc(16), length, credentialId, coseKey(publicKey)]);
      return created(credentialId, data(rp.id ?? '', attested), client('webauthn.create', challenge));
    },
    get({ challenge, rpId = '' }) {
      const authenticatorData = data(rpId);
      const clientData = client('webauthn.get', challenge);
      const signature = sign('sha256', Buffer.concat([authenticatorData, sha256(clientData)]), privateKey);
      return got(credentialId, authenticatorData, clientData, signature, userHandle);
    },
  };
}

function created(credentialId: Buffer, authData: Buffer, clientData: Buffer) {
  const attestation = new Map<string, unknown>([
    ['fmt', 'none'],
    ['attStmt', new Map()],
    ['authData', new Uint8Array(authData)],
  ]);
  return {
    ...credential(credentialId),
    response: {
      clientDataJSON: text(clientData),
      attestationObject: text(Buffer.from(isoCBOR.encode(attestation as never))),
      transports: ['internal'],
    },
  };
}

function got(credentialId: Buffer, authenticatorData: Buffer, clientData: Buffer, signature: Buffer, handle: string) {
  return {
    ...credential(credentialId),
    response: {
      clientDataJSON: text(clientData),
      authenticatorData: text(authenticatorData),
      signature: text(signature),
      userHandle: handle,
    },
  };
}

function credential(id: Buffer) {
  return { id: text(id), rawId: text(id), type: 'public-key' as const, clientExtensionResults: {} };
}

/** RFC 9053, 7.1: key type EC2, algorithm ES256, curve P-256, x, y. */
function coseKey(key: KeyObject): Buffer {
  const { x = '', y = '' } = key.export({ format: 'jwk' });
  const bytes = (coordinate: string) => new Uint8Array(Buffer.from(coordinate, 'base64url'));
  const cose = new Map<number, number | Uint8Array>([
    [1, 2],
    [3, -7],
    [-1, 1],
    [-2, bytes(x)],
    [-3, bytes(y)],
  ]);
  return Buffer.from(isoCBOR.encode(cose as never));
}

function sha256(data: string | Buffer): Buffer {
  return createHash('sha256').update(data).digest();
}

function text(bytes: Buffer): string {
  return bytes.toString('base64url');
}
