// Bounded concurrency in two lanes: what is known to be slow or failing has a lane of its own, so that it never holds
// up the others. Each key waits or runs at most once; within a lane first come, first served.

interface Lane {
  readonly most: number;
  readonly waiting: Map<string, () => Promise<void>>;
  running: number;
}

export class Lanes {
  readonly #quick: Lane;
  readonly #slow: Lane;
  readonly #running = new Map<string, Promise<void>>();

  /** @param quick and @param slow: how many of each may run at once */
  constructor(quick: number, slow: number) {
    this.#quick = { most: quick, waiting: new Map(), running: 0 };
    this.#slow = { most: slow, waiting: new Map(), running: 0 };
  }

  /** False where the key waits or runs already. `run` must not reject. */
  add(key: string, isSlow: boolean, run: () => Promise<void>): boolean {
    if (this.#running.has(key) || this.#quick.waiting.has(key) || this.#slow.waiting.has(key)) return false;
    const lane = isSlow ? this.#slow : this.#quick;
    lane.waiting.set(key, run);
    this.#startNext(lane);
    return true;
  }

  /** Forgets what waits. */
  clear(): void {
    this.#quick.waiting.clear();
    this.#slow.waiting.clear();
  }

  /** Resolves when nothing runs. */
  async idle(): Promise<void> {
    while (this.#running.size > 0) await Promise.all(this.#running.values());
  }

  #startNext(lane: Lane): void {
    if (lane.running >= lane.most) return;
    for (const [key, run] of lane.waiting) {
      lane.waiting.delete(key);
      lane.running++;
      const ended = run().finally(() => {
        this.#running.delete(key);
        lane.running--;
        this.#startNext(lane);
      });
      this.#running.set(key, ended);
      return;
    }
  }
}
