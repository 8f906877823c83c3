// Two small stores in memory, both bounded.
//
// Recent keeps the entries that were asked for last and drops the others.
// FreshCache keeps what was loaded from the database for FRESH_MS, so that a change there (a revoked token, a withdrawn
// grant, another process's work) is seen within a second while no call has to wait for a query: past half of its time
// a value is still given out and renewed behind the caller's back. Concurrent loads of one key share one query. The age
// counts from the start of the load. `forget` also cuts off a load under way: its result may be older than the reason to
// forget, and is not kept. A load that fails is nobody's value: the caller who waits for it gets the error.

import type { Clock } from '../../ground/clock.ts';

/** How old a loaded value may be: the promise that a revocation is felt within a second. */
export const FRESH_MS = 1_000;
/** From this age on it is renewed while it is still given out: half of its time is ample for a query. */
const RENEW_MS = FRESH_MS / 2;

/** Two generations: an entry that is asked for stays where it is (no work in the ordinary case) or moves to the young. */
export class Recent<K, V> {
  #young = new Map<K, V>();
  #old = new Map<K, V>();
  readonly #generationMost: number;

  /** @param most entries at most; from half of it on, those that were not asked for lately go */
  constructor(most: number) {
    this.#generationMost = Math.ceil(most / 2);
  }

  get(key: K): V | undefined {
    const young = this.#young.get(key);
    if (young !== undefined) return young;
    const old = this.#old.get(key);
    if (old !== undefined) this.set(key, old);
    return old;
  }

  set(key: K, value: V): void {
    this.#old.delete(key);
    if (this.#young.size >= this.#generationMost && !this.#young.has(key)) {
      this.#old = this.#young;
      this.#young = new Map();
    }
    this.#young.set(key, value);
  }

  delete(key: K): void {
    this.#young.delete(key);
    this.#old.delete(key);
  }

  clear(): void {
    this.#young.clear();
    this.#old.clear();
  }
}

interface Entry<V> {
  readonly value: V;
  readonly atMs: number;
}

export class FreshCache<K, V> {
  readonly #entries: Recent<K, Entry<V>>;
  readonly #loading = new Map<K, Promise<V>>();
  readonly #clock: Clock;
  readonly #load: (key: K) => Promise<V>;

  constructor(clock: Clock, most: number, load: (key: K) => Promise<V>) {
    this.#entries = new Recent(most);
    this.#clock = clock;
    this.#load = load;
  }

  /** The value, at once where it is fresh. */
  get(key: K): V | Promise<V> {
    const entry = this.#entries.get(key);
    if (entry !== undefined) {
      // A clock that was set back must not keep a value for ever.
      const age = Math.abs(this.#clock.nowMs() - entry.atMs);
      if (age < RENEW_MS) return entry.value;
      if (age < FRESH_MS) {
        // Nobody waits for this load; if it fails, the first caller past FRESH_MS asks again and is told.
        if (!this.#loading.has(key)) this.reload(key).catch(() => undefined);
        return entry.value;
      }
    }
    return this.#loading.get(key) ?? this.reload(key);
  }

  /** Loads now, whatever is kept. */
  reload(key: K): Promise<V> {
    const atMs = this.#clock.nowMs();
    const load = this.#load(key).then(
      (value) => {
        if (this.#loading.get(key) === load) {
          this.#loading.delete(key);
          this.#entries.set(key, { value, atMs });
        }
        return value;
      },
      (error: unknown) => {
        if (this.#loading.get(key) === load) this.#loading.delete(key);
        throw error;
      },
    );
    this.#loading.set(key, load);
    return load;
  }

  forget(key: K): void {
    this.#entries.delete(key);
    this.#loading.delete(key);
  }

  forgetAll(): void {
    this.#entries.clear();
    this.#loading.clear();
  }
}
