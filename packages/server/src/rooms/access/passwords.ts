// Passwords: how they are hashed, and in which turn they are verified.
//
// A verification costs 19 MiB and some 20 ms of a core by design, so that a stolen table is worth little. That makes
// log-in the dearest call of the house: at most AT_ONCE run, the others wait in a bounded line, and network addresses
// take turns, so that one address with a hundred log-ins waiting delays another's by one verification, not a hundred.

import { randomBytes, timingSafeEqual } from 'node:crypto';
import { hash, type Options, verify } from '@node-rs/argon2';

/** OWASP's first recommendation for argon2id (19 MiB, 2 passes, 1 lane); argon2id is the library's default algorithm. */
const ARGON2 = { memoryCost: 19_456, timeCost: 2, parallelism: 1, outputLen: 32 } as const;
const SALT_BYTES = 16;
/** 144 bits: nobody guesses it, and it is pasted, not typed. */
const MADE_PASSWORD_BYTES = 18;
/** The settings within a hash: `$argon2id$v=19$m=19456,t=2,p=1$salt$hash`. */
const SETTINGS = /^\$argon2id\$v=19\$m=(\d+),t=(\d+),p=(\d+)\$([A-Za-z0-9+/]+)\$/;
/** Longer ones are nobody's password, and hashing them is work for nothing. */
export const PASSWORD_BYTES_MOST = 1_024;
/** NIST SP 800-63B, 5.1.1.2. */
export const PASSWORD_LETTERS_LEAST = 8;

/** Half of the four threads that Node has for such work: files, names and keys need the others. */
export const VERIFICATIONS_AT_ONCE = 2;
/** As many log-ins as an address has in an hour: about a second and a half of waiting. */
export const WAITING_PER_ADDRESS_MOST = 100;
/** Over all addresses: beyond this the line is longer than a caller would wait. */
export const WAITING_MOST = 1_000;

/** Well-formed, without NUL and not over-long: anything else is nobody's password. */
export function isPossiblePassword(password: string): boolean {
  return (
    password.length <= PASSWORD_BYTES_MOST &&
    password.isWellFormed() &&
    !password.includes('\0') &&
    Buffer.byteLength(composed(password)) <= PASSWORD_BYTES_MOST
  );
}

/** A password for a program, in base64url: shown once, then only its hash is known. */
export function makePassword(): string {
  return randomBytes(MADE_PASSWORD_BYTES).toString('base64url');
}

/**
 * @param beside hash of a password that stays good for a while: the new one takes over its salt and costs, so that one
 *   computation tells of both (`matchingHash`) and nobody sees by the time that there are two
 */
export function hashPassword(password: string, beside?: string): Promise<string> {
  return hash(composed(password), settingsOf(beside) ?? ARGON2);
}

/** Whether the password is the hash's. A hash that cannot be read belongs to no password. */
export async function verifyPassword(passwordHash: string, password: string): Promise<boolean> {
  try {
    return await verify(passwordHash, composed(password));
  } catch {
    return false;
  }
}

/** Which of the hashes is the password's, -1 for none; the second was made beside the first, or the first beside it. */
export async function matchingHash(hashes: readonly [string, string | undefined], password: string): Promise<number> {
  const settings = settingsOf(hashes[0]);
  if (hashes[1] === undefined || settings === undefined) return (await verifyPassword(hashes[0], password)) ? 0 : -1;
  const found = Buffer.from(await hash(composed(password), settings));
  return hashes.findIndex((one = '') => one.length === found.length && timingSafeEqual(Buffer.from(one), found));
}

function settingsOf(passwordHash = ''): Options | undefined {
  const [, memory, time, lanes, salt] = SETTINGS.exec(passwordHash) ?? [];
  if (salt === undefined) return undefined;
  const costs = { memoryCost: Number(memory), timeCost: Number(time), parallelism: Number(lanes) };
  return { ...ARGON2, ...costs, salt: Buffer.from(salt, 'base64') };
}

/** A hash of no password: verifying against it takes as long as against a real one and always fails. */
export function hashOfNobody(): string {
  const base64 = (bytes: number): string => randomBytes(bytes).toString('base64').replaceAll('=', '');
  const { memoryCost, timeCost, parallelism, outputLen } = ARGON2;
  return `$argon2id$v=19$m=${memoryCost},t=${timeCost},p=${parallelism}$${base64(SALT_BYTES)}$${base64(outputLen)}`;
}

/** One letter, one spelling (RFC 8265): some keyboards send ğ as g and a breve. */
export function composed(password: string): string {
  return password.normalize('NFC');
}

/** The line before the verifications. */
export class Turns {
  readonly #waiting = new Map<string, Array<() => void>>();
  #running = 0;
  #waitingTotal = 0;

  /**
   * Runs `work` when it is its turn.
   * @returns undefined, without running it, when the line is full
   */
  async take<T extends {}>(networkKey: string, work: () => Promise<T>): Promise<T | undefined> {
    if (this.#running >= VERIFICATIONS_AT_ONCE) {
      const line = this.#waiting.get(networkKey) ?? [];
      if (line.length >= WAITING_PER_ADDRESS_MOST || this.#waitingTotal >= WAITING_MOST) return undefined;
      this.#waiting.set(networkKey, line);
      this.#waitingTotal += 1;
      // Whoever ends hands its place over, so that nobody steps in between.
      await new Promise<void>((resolve) => line.push(resolve));
    } else {
      this.#running += 1;
    }
    try {
      return await work();
    } finally {
      this.#handOver();
    }
  }

  #handOver(): void {
    for (const [key, line] of this.#waiting) {
      this.#waiting.delete(key);
      const next = line.shift();
      // To the end: the other addresses come first now.
      if (line.length > 0) this.#waiting.set(key, line);
      if (next === undefined) continue;
      this.#waitingTotal -= 1;
      next();
      return;
    }
    this.#running -= 1;
  }
}
