// One attempt to log in by name and password, the same for API users and for people: turns before the dear verification
// (passwords.ts), wrong answers slowed (wrong-answers.ts), and unknown name, shut account and wrong password told alike,
// in words and in time.

import type { Clock } from '../../ground/clock.ts';
import { lowerCaseAscii, USERNAME_LETTERS_MOST } from './accounts.ts';
import { networkKey } from './network-address.ts';
import { composed, hashOfNobody, isPossiblePassword, matchingHash, Turns } from './passwords.ts';
import { PAUSE_MOST_MS, WrongAnswers } from './wrong-answers.ts';

export type AccessErrorReason =
  /** Unknown user, wrong password or disabled account: deliberately one. */
  | 'credentials'
  /** The right password of somebody who is no API user. */
  | 'role'
  /** Too many log-ins wait or were wrong; `retryAfterSeconds` is set. */
  | 'too-many'
  /** So many codes of a second factor were wrong that none is judged for a while; `retryAfterSeconds` is set. */
  | 'codes-paused'
  /** Unknown, expired, revoked or replayed. */
  | 'refresh_token';

/** A log-in or refresh that was turned away. */
export class AccessError extends Error {
  readonly reason: AccessErrorReason;
  readonly retryAfterSeconds: number | undefined;

  constructor(reason: AccessErrorReason, retryAfterSeconds?: number) {
    super(`access refused: ${reason}`);
    this.reason = reason;
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

/** What is known of a name. */
export interface Known<T> {
  /** Null: nobody can log in by password here. */
  readonly passwordHash: string | null;
  readonly enabled: boolean;
  readonly value: T;
  /** The password before, as long as it is good too, and what is known of who brings it. */
  readonly replaced?: { readonly passwordHash: string; readonly value: T };
}

export class Attempts {
  readonly #turns = new Turns();
  readonly #wrongAnswers: WrongAnswers;
  readonly #nobody = hashOfNobody();

  constructor(clock: Clock) {
    this.#wrongAnswers = new WrongAnswers(clock);
  }

  /**
   * @param find what is known of a name, in small letters
   * @throws AccessError 'credentials' or 'too-many'
   */
  async logIn<T>(
    username: string,
    password: string,
    networkAddress: string,
    find: (name: string) => Promise<Known<T> | undefined>,
  ): Promise<T> {
    const network = networkKey(networkAddress);
    const name = isPossibleUsername(username) ? lowerCaseAscii(username) : '';
    const possible = name !== '' && isPossiblePassword(password);
    // Impossible ones go the same way, with a password that nobody has, and never reach the database.
    const tried = possible ? composed(password) : '';

    const outcome = await this.#turns.take(network, async (): Promise<'too-many' | 'credentials' | { value: T }> => {
      if (!this.#wrongAnswers.mayTry(name, network, tried)) return 'too-many';
      const known = possible ? await find(name) : undefined;
      const hashes = [known?.passwordHash ?? this.#nobody, known?.replaced?.passwordHash] as const;
      const right = [known, known?.replaced][await matchingHash(hashes, tried)];
      if (right === undefined || !known?.enabled) return 'credentials';
      this.#wrongAnswers.right(name, tried);
      return right;
    });
    if (outcome === undefined) throw new AccessError('too-many', 1);
    if (outcome === 'credentials') {
      if (await this.#wrongAnswers.wrong(name, network)) throw new AccessError('credentials');
      throw new AccessError('too-many', PAUSE_MOST_MS / 1000);
    }
    if (outcome === 'too-many') throw new AccessError(outcome, PAUSE_MOST_MS / 1000);
    return outcome.value;
  }

  /** Counts a wrong second factor and resolves when it may be told. @throws AccessError 'too-many' */
  async wrongFactor(name: string, networkAddress: string): Promise<void> {
    if (!(await this.#wrongAnswers.wrong(name, networkKey(networkAddress))))
      throw new AccessError('too-many', PAUSE_MOST_MS / 1000);
  }

  /** Lets go whoever is held back, and holds nobody from now on. */
  close(): void {
    this.#wrongAnswers.releaseAll();
  }
}

function isPossibleUsername(username: string): boolean {
  return username.length <= USERNAME_LETTERS_MOST && username.isWellFormed() && !username.includes('\0');
}
