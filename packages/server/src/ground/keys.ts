// Keys of addresses: makes them unreadable in a stolen database, at the price of one cipher call a list.
//
// A telephone's key IS the encrypted number: its digits, padded to one block, AES-256, all blocks of a list in one
// ECB update (one block each, so there is no pattern to see). It opens itself.
// An e-mail's key is the first 128 bits of HMAC-SHA-256; its ciphertext (AES-256-CTR with the key as IV) is kept
// beside the state. Opening recomputes the HMAC, so a swapped ciphertext is noticed.
// All keys come from one master secret by HKDF; losing it loses every address, changing it is the re-key program's
// work. Lists are handled whole: one by one an address cost 37 to 60 µs, in a list about 1 to 4 µs.

import {
  type Cipheriv,
  createCipheriv,
  createDecipheriv,
  createHmac,
  type Decipheriv,
  hash,
  hkdfSync,
  randomBytes,
} from 'node:crypto';

const BLOCK = 16;

/** A key as the database holds it: 32 lower-case hex digits (a uuid without dashes). */
export type AddressKey = string;

export class AddressKeys {
  /** Kept open: a new cipher costs more than a small list. Fed whole blocks only (`inBlocks`). */
  readonly #telephone: Cipheriv;
  readonly #telephoneOpener: Decipheriv;
  readonly #email: Cipheriv;
  readonly #innerPad: Buffer;
  readonly #outerPad: Buffer;
  readonly #seal: Buffer;
  readonly #compare: Buffer;

  /** @param master at least 32 random bytes */
  constructor(master: Buffer) {
    if (master.length < 32) throw new Error('the address secret must have at least 32 bytes');
    const derive = (use: string): Buffer => Buffer.from(hkdfSync('sha256', master, '', `acik-iys ${use}`, 32));
    this.#telephone = createCipheriv('aes-256-ecb', derive('telephone'), null).setAutoPadding(false);
    this.#telephoneOpener = createDecipheriv('aes-256-ecb', derive('telephone'), null).setAutoPadding(false);
    this.#email = createCipheriv('aes-256-ecb', derive('email'), null).setAutoPadding(false);
    this.#seal = derive('text');
    this.#compare = derive('compare');
    const macKey = Buffer.concat([derive('email mac'), Buffer.alloc(32)]);
    this.#innerPad = macKey.map((byte) => byte ^ 0x36) as Buffer;
    this.#outerPad = macKey.map((byte) => byte ^ 0x5c) as Buffer;
  }

  /** Keys of a list of E.164 telephones (`+` and at most 15 digits each). */
  telephoneKeys(telephones: readonly string[]): AddressKey[] {
    const blocks = Buffer.alloc(telephones.length * BLOCK);
    for (let i = 0; i < telephones.length; i++)
      blocks.write((telephones[i] as string).slice(1), i * BLOCK, BLOCK, 'latin1');
    return cutHex(inBlocks(this.#telephone, blocks));
  }

  /** Telephones of a list of keys; rubbish that was never a key throws. */
  openTelephones(keys: readonly AddressKey[]): string[] {
    const text = inBlocks(this.#telephoneOpener, Buffer.from(keys.join(''), 'hex')).toString('latin1');
    return keys.map((_, i) => {
      const block = text.slice(i * BLOCK, (i + 1) * BLOCK);
      const end = block.indexOf('\0');
      const digits = end < 0 ? block : block.slice(0, end);
      if (!/^\d{5,15}$/.test(digits)) throw new Error('an address key does not open: wrong secret or damaged row');
      return `+${digits}`;
    });
  }

  /** Keys of a list of lower-case e-mail addresses. */
  emailKeys(emails: readonly string[]): AddressKey[] {
    return emails.map((email) => this.#emailKey(email));
  }

  /** Ciphertexts of e-mails under their keys, as lower-case hex. */
  sealEmails(emails: readonly string[], keys: readonly AddressKey[]): string[] {
    const texts = emails.map((email) => Buffer.from(email, 'latin1'));
    return this.#counterMode(texts, keys).map((sealed) => sealed.toString('hex'));
  }

  /** E-mails from their ciphertexts; a ciphertext that is not its key's throws. */
  openEmails(sealed: readonly Buffer[], keys: readonly AddressKey[]): string[] {
    return this.#counterMode(sealed, keys).map((text, i) => {
      const email = text.toString('latin1');
      if (this.#emailKey(email) !== keys[i])
        throw new Error('a sealed e-mail does not open: wrong secret or damaged row');
      return email;
    });
  }

  /** Seals a short text (a password to send on, a citizen's name): AES-256-GCM, nonce first. */
  sealText(text: string): Buffer {
    const nonce = randomBytes(12);
    const cipher = createCipheriv('aes-256-gcm', this.#seal, nonce);
    return Buffer.concat([nonce, cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()]);
  }

  openText(sealed: Buffer): string {
    const decipher = createDecipheriv('aes-256-gcm', this.#seal, sealed.subarray(0, 12), { authTagLength: 16 });
    decipher.setAuthTag(sealed.subarray(-16));
    return Buffer.concat([decipher.update(sealed.subarray(12, -16)), decipher.final()]).toString('utf8');
  }

  /** Tells whether two contents are the same without keeping them: of no use to who does not have the secret. */
  hashOf(content: unknown): Buffer {
    return createHmac('sha256', this.#compare).update(JSON.stringify(content)).digest();
  }

  /** HMAC by two one-shot hashes: a fifth of the price of `createHmac`. */
  #emailKey(email: string): AddressKey {
    const inner = hash('sha256', Buffer.concat([this.#innerPad, Buffer.from(email, 'latin1')]), 'buffer');
    return hash('sha256', Buffer.concat([this.#outerPad, inner]), 'hex').slice(0, 2 * BLOCK);
  }

  /** AES-256-CTR of each text with its key as IV: the counter blocks of the whole list in one ECB update. */
  #counterMode(texts: readonly Buffer[], keys: readonly AddressKey[]): Buffer[] {
    const starts: number[] = [];
    let blockCount = 0;
    for (const text of texts) {
      starts.push(blockCount * BLOCK);
      blockCount += Math.ceil(text.length / BLOCK);
    }
    const counters = Buffer.alloc(blockCount * BLOCK);
    texts.forEach((text, i) => {
      const iv = Buffer.from(keys[i] as string, 'hex');
      const start = starts[i] as number;
      for (let block = 0; block * BLOCK < text.length; block++) {
        iv.copy(counters, start + block * BLOCK);
        let at = BLOCK - 1;
        for (; at > 0 && iv[at] === 255; at--) iv[at] = 0;
        iv[at] = (iv[at] as number) + 1;
      }
    });
    const stream = inBlocks(this.#email, counters);
    return texts.map((text, i) => {
      const out = Buffer.allocUnsafe(text.length);
      const start = starts[i] as number;
      for (let at = 0; at < text.length; at++) out[at] = (text[at] as number) ^ (stream[start + at] as number);
      return out;
    });
  }
}

/** ECB without padding holds nothing over between whole blocks; a part of one would shift every later list. */
function inBlocks(cipher: Cipheriv | Decipheriv, blocks: Buffer): Buffer {
  if (blocks.length % BLOCK !== 0) throw new Error('an address key is no whole block: damaged row');
  return cipher.update(blocks);
}

function cutHex(blocks: Buffer): AddressKey[] {
  const hex = blocks.toString('hex');
  const keys: AddressKey[] = new Array(blocks.length / BLOCK);
  for (let i = 0; i < keys.length; i++) keys[i] = hex.slice(i * 2 * BLOCK, (i + 1) * 2 * BLOCK);
  return keys;
}
