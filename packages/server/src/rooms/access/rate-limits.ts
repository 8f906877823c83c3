// Counting of calls per network address, for the limits that the original publishes (official API, limits).
//
// A window starts with the first call after the last one ended and lasts its second or hour, whatever is called
// meanwhile: a refused call is not counted and moves nothing. Where several limits apply to a call, it is counted in all
// of them or in none. Counts live in memory alone: a restart forgets them, each process counts for itself, and beyond
// ADDRESSES_MOST addresses the oldest window of a limit is forgotten, which errs on the caller's side.

import type { Clock } from '../../ground/clock.ts';
import type { Limits } from '../../ground/config.ts';
import { networkKey } from './network-address.ts';

export type LimitName = Exclude<keyof Limits, 'on'>;

const WINDOW_SECONDS: Readonly<Record<LimitName, number>> = {
  requestsPerSecond: 1,
  tokensPerHour: 3_600,
  statusPerHour: 3_600,
  historyPerHour: 3_600,
};
export const LIMIT_NAMES = Object.keys(WINDOW_SECONDS) as readonly LimitName[];

/** Windows kept per limit: about 5 MB when all are in use, more addresses than a registry has callers in an hour. */
export const ADDRESSES_MOST = 50_000;
/** Windows that ended, thrown away per counted call: more than one, so that the heap of them always shrinks. */
const SWEPT_AT_ONCE = 4;

interface Window {
  readonly startMs: number;
  count: number;
}

/** How one limit stands after a call. */
interface LimitState {
  readonly name: LimitName;
  readonly limit: number;
  /** Calls left in the window. */
  readonly remaining: number;
  /** Whole seconds until the window ends, at least 1. */
  readonly resetSeconds: number;
}

/** The call's answer: the state of the limit that refused it, or else of the one nearest to refusing. */
export interface RateAnswer extends LimitState {
  readonly allowed: boolean;
}

export class RateLimits {
  readonly #clock: Clock;
  readonly #windows = new Map<LimitName, Map<string, Window>>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /**
   * Counts one call from an address.
   * @param limits the amounts that hold for this caller (`Access.limitsOf`)
   * @param names which of them apply to the call
   * @returns undefined where nothing is limited
   */
  take(networkAddress: string, limits: Limits, names: readonly LimitName[]): RateAnswer | undefined {
    if (!limits.on || names.length === 0) return undefined;
    const key = networkKey(networkAddress);
    const nowMs = this.#clock.nowMs();
    const windows = names.map((name) => this.#window(name, key, nowMs));
    const allowed = names.every((name, at) => (windows[at]?.count ?? 0) < limits[name]);

    const states = names.map((name, at): LimitState => {
      let window = windows[at];
      if (allowed) {
        window ??= this.#open(name, key, nowMs);
        window.count += 1;
      }
      const endMs = (window?.startMs ?? nowMs) + WINDOW_SECONDS[name] * 1_000;
      return {
        name,
        limit: limits[name],
        remaining: Math.max(0, limits[name] - (window?.count ?? 0)),
        resetSeconds: Math.max(1, Math.ceil((endMs - nowMs) / 1_000)),
      };
    });
    const deciding = states.reduce((worst, state) => (isNearer(state, worst) ? state : worst));
    return { allowed, ...deciding };
  }

  /** Windows kept at present, of all limits. */
  get size(): number {
    let size = 0;
    for (const windows of this.#windows.values()) size += windows.size;
    return size;
  }

  /** The running window of an address, if it has one. */
  #window(name: LimitName, key: string, nowMs: number): Window | undefined {
    const window = this.#windows.get(name)?.get(key);
    return window !== undefined && runs(window, name, nowMs) ? window : undefined;
  }

  #open(name: LimitName, key: string, nowMs: number): Window {
    let windows = this.#windows.get(name);
    if (windows === undefined) {
      windows = new Map();
      this.#windows.set(name, windows);
    }
    // Kept in the order of their starts: those that ended stand first.
    windows.delete(key);
    let swept = 0;
    for (const [oldest, window] of windows) {
      const full = windows.size >= ADDRESSES_MOST;
      if (!full && (swept >= SWEPT_AT_ONCE || runs(window, name, nowMs))) break;
      windows.delete(oldest);
      swept += 1;
    }
    const opened: Window = { startMs: nowMs, count: 0 };
    windows.set(key, opened);
    return opened;
  }
}

/** A clock that was set back ends a window too: otherwise it would last as long as the clock was moved. */
function runs(window: Window, name: LimitName, nowMs: number): boolean {
  return nowMs >= window.startMs && nowMs < window.startMs + WINDOW_SECONDS[name] * 1_000;
}

/** Fewer calls left; among those with none, the one that stays closed longer. */
function isNearer(state: LimitState, than: LimitState): boolean {
  return state.remaining === than.remaining ? state.resetSeconds > than.resetSeconds : state.remaining < than.remaining;
}
