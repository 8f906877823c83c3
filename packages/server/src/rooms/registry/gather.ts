// Gathers single look-ups that arrive together into one query: 36,000 a second become 130,000 and more (docs/adr/0006-rounds.md).
// Natural batching, as in `rounds.ts`: no timer; what arrives while the allowed queries are in flight rides in the next.

/** Two queries keep the database busy; what arrives meanwhile gathers. */
const IN_FLIGHT_MAX = 2;
/** Beyond a few thousand keys the plan of a list look-up changes for the worse (the same). */
const KEYS_MAX = 1_000;
/** Callers that may wait; past it they are told to come again. */
const WAITING_MAX = 20_000;

interface Waiting<K, V> {
  readonly key: K;
  readonly resolve: (value: V) => void;
  readonly reject: (error: unknown) => void;
}

export class Gather<K, V> {
  readonly #load: (keys: readonly K[]) => Promise<V[]>;
  readonly #overloaded: () => Error;
  #waiting: Waiting<K, V>[] = [];
  #inFlight = 0;

  /**
   * @param load answers of a list of keys, in its order
   * @param overloaded error for a caller who finds the queue full
   */
  constructor(load: (keys: readonly K[]) => Promise<V[]>, overloaded: () => Error) {
    this.#load = load;
    this.#overloaded = overloaded;
  }

  get(key: K): Promise<V> {
    if (this.#waiting.length >= WAITING_MAX) return Promise.reject(this.#overloaded());
    return new Promise((resolve, reject) => {
      this.#waiting.push({ key, resolve, reject });
      this.#start();
    });
  }

  #start(): void {
    while (this.#inFlight < IN_FLIGHT_MAX && this.#waiting.length > 0) {
      const taken = this.#waiting.splice(0, KEYS_MAX);
      this.#inFlight += 1;
      void this.#run(taken);
    }
  }

  async #run(taken: readonly Waiting<K, V>[]): Promise<void> {
    try {
      const values = await this.#load(taken.map(({ key }) => key));
      taken.forEach(({ resolve }, i) => {
        resolve(values[i] as V);
      });
    } catch (error) {
      for (const { reject } of taken) reject(error);
    }
    this.#inFlight -= 1;
    this.#start();
  }
}
