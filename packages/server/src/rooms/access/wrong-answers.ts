// Failed log-ins are slowed, per account and network address, without locking out the owner.
//
// A wrong answer is held back for a pause that grows with each one; a right one never is, because the password is
// verified first. At most HELD_MOST wrong answers of one account and address are held at a time: while they are, further
// passwords are turned away unverified, or guessing in parallel would go round the pause. Turned away would also be the
// owner who shares the guesser's address (an office, a proxy), so a password that looks like the one that was right
// before is verified all the same, until TURNED_AWAY_MOST have been turned away: from then on being turned away says
// nothing of a password, or a list of them could be tried at full speed. "Looks like": 16 bits under a key of this
// process; a guess passes with 1 in 65,536, and a copy of the memory tells nearly nothing of the password.
// All in memory and bounded: a restart forgets, each process counts for itself.

import { createHmac, randomBytes } from 'node:crypto';
import type { Clock } from '../../ground/clock.ts';
import { Recent } from './fresh-cache.ts';

/** After the first wrong answer: hardly felt by someone who mistyped. Doubles with each further one. */
const PAUSE_FIRST_MS = 200;
/** Below the time after which clients and proxies give up. With HELD_MOST: one guess in 2.5 s. */
export const PAUSE_MOST_MS = 10_000;
/** Wrong answers held back at a time for one account and address. */
export const HELD_MOST = 4;
/** Passwords turned away unverified, of one account and address, before none is verified that comes on top. */
export const TURNED_AWAY_MOST = 32;
/** Over all: each is a held request. Beyond this the answer is 429 at once. */
export const HELD_IN_ALL_MOST = 2_000;
/** Quiet time after which earlier wrong answers are forgotten. */
const FORGOTTEN_MS = 15 * 60_000;
/** Accounts and addresses remembered: about 10 MB when full. */
const PAIRS_MOST = 20_000;
const ACCOUNTS_MOST = 10_000;

interface Pair {
  wrong: number;
  held: number;
  turnedAway: number;
  lastMs: number;
}

/** Milliseconds for which the n-th wrong answer in a row is held back. */
export function pauseAfter(wrong: number): number {
  return Math.min(PAUSE_MOST_MS, PAUSE_FIRST_MS * 2 ** (wrong - 1));
}

export class WrongAnswers {
  readonly #clock: Clock;
  readonly #pairs = new Recent<string, Pair>(PAIRS_MOST);
  readonly #likeness = new Recent<string, number>(ACCOUNTS_MOST);
  readonly #key = randomBytes(32);
  /** Those who wait, each by the function that ends its wait. */
  readonly #held = new Set<() => void>();
  #over = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Whether a password may be verified now. */
  mayTry(username: string, networkKey: string, password: string): boolean {
    const pair = this.#pairs.get(pairKey(username, networkKey));
    if (pair === undefined || pair.held < HELD_MOST) return true;
    if (pair.turnedAway < TURNED_AWAY_MOST && this.#likeness.get(username) === this.#likenessOf(password)) return true;
    pair.turnedAway += 1;
    return false;
  }

  right(username: string, password: string): void {
    this.#likeness.set(username, this.#likenessOf(password));
  }

  /**
   * Counts a wrong answer and resolves when it may be given.
   * @returns false when too many are held back already
   */
  async wrong(username: string, networkKey: string): Promise<boolean> {
    const key = pairKey(username, networkKey);
    const nowMs = this.#clock.nowMs();
    let pair = this.#pairs.get(key);
    if (pair === undefined) {
      pair = { wrong: 0, held: 0, turnedAway: 0, lastMs: nowMs };
      this.#pairs.set(key, pair);
    }
    if (Math.abs(nowMs - pair.lastMs) >= FORGOTTEN_MS) {
      pair.wrong = 0;
      pair.turnedAway = 0;
    }
    pair.wrong += 1;
    pair.lastMs = nowMs;
    if (this.#held.size >= HELD_IN_ALL_MOST) return false;
    pair.held += 1;
    await this.#hold(pauseAfter(pair.wrong));
    pair.held -= 1;
    return true;
  }

  /** Answers held back at present. */
  get held(): number {
    return this.#held.size;
  }

  /** Lets everyone go who is held back, and holds nobody from now on: the server closes. */
  releaseAll(): void {
    this.#over = true;
    for (const release of [...this.#held]) release();
  }

  /** Forgets what was counted and which passwords were right. */
  forget(): void {
    this.#pairs.clear();
    this.#likeness.clear();
  }

  #hold(milliseconds: number): Promise<void> {
    if (this.#over) return Promise.resolve();
    return new Promise((resolve) => {
      const release = (): void => {
        clearTimeout(timer);
        this.#held.delete(release);
        resolve();
      };
      const timer = setTimeout(release, milliseconds);
      this.#held.add(release);
    });
  }

  #likenessOf(password: string): number {
    return createHmac('sha256', this.#key).update(password).digest().readUInt16BE(0);
  }
}

/** No username holds NUL (access turns those away first). */
function pairKey(username: string, networkKey: string): string {
  return `${username}\0${networkKey}`;
}
