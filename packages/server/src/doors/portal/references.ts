// Opaque references to addresses, for the portal's own addresses (URLs) and answers: the address sealed for one
// organisation. The same address has the same reference, so that a page can be kept and shared among colleagues; another
// organisation's does not open, and who opens it still sees the address masked.
//
// The nonce is made from organisation and address (a synthetic initialisation vector, as in RFC 5297), and is checked
// after opening: a changed reference is no reference.

import { createCipheriv, createDecipheriv, createHmac, hkdfSync, timingSafeEqual } from 'node:crypto';

const NONCE_BYTES = 16;

export class References {
  readonly #nonceKey: Buffer;
  readonly #sealKey: Buffer;

  /** @param secret the master secret */
  constructor(secret: Buffer) {
    const derive = (use: string): Buffer =>
      Buffer.from(hkdfSync('sha256', secret, '', `acik-iys reference ${use}`, 32));
    this.#nonceKey = derive('nonce');
    this.#sealKey = derive('seal');
  }

  /** @param address E.164 or lower-case e-mail */
  make(organisationCode: number, address: string): string {
    const nonce = this.#nonce(organisationCode, address);
    const cipher = createCipheriv('aes-256-ctr', this.#sealKey, nonce);
    return Buffer.concat([nonce, cipher.update(address, 'latin1'), cipher.final()]).toString('base64url');
  }

  /** The address, or undefined where the reference is none of this organisation's. */
  open(organisationCode: number, reference: string): string | undefined {
    const bytes = Buffer.from(reference, 'base64url');
    if (bytes.length <= NONCE_BYTES) return undefined;
    const nonce = bytes.subarray(0, NONCE_BYTES);
    const decipher = createDecipheriv('aes-256-ctr', this.#sealKey, nonce);
    const address = Buffer.concat([decipher.update(bytes.subarray(NONCE_BYTES)), decipher.final()]).toString('latin1');
    return timingSafeEqual(nonce, this.#nonce(organisationCode, address)) ? address : undefined;
  }

  #nonce(organisationCode: number, address: string): Buffer {
    return createHmac('sha256', this.#nonceKey)
      .update(`${organisationCode} ${address}`, 'latin1')
      .digest()
      .subarray(0, NONCE_BYTES);
  }
}
