// Rounds: natural batching of writers. Small calls that arrive while others are in flight ride together in the next
// transaction; there is no timer and no added delay.
//
// - A round holds at most ROUND_STATEMENTS_MAX statements; at most ROUNDS_IN_FLIGHT_MAX run at once; a brand is in
//   one of them only, so its writers take turns without waiting inside the database.
// - Brands are taken in turn, one task each, until the round is full: a brand that loads ten million rows fills what
//   the others leave and delays nobody by more than the rounds in flight.
// - The queue is bounded. Past the bound a task is refused before any work (Overloaded, 429).
// - A round that fails for its data is halved until the bad statement stands alone; one that fails for anything else
//   is run once more as a whole and then fails for all in it (503). One failure never becomes thousands.
// - A brand whose journal another process holds is left for the next round, and after BUSY_ROUNDS_MAX rounds waited for.
// Nothing is answered before the transaction that holds it has committed. A crash loses only what was not answered.

/** Largest transaction: more gain little (docs/adr/0006-rounds.md) and make everybody else wait. */
export const ROUND_STATEMENTS_MAX = 3_000;
/** One is judged here while two are written; more only wait for each other (the same). */
export const ROUNDS_IN_FLIGHT_MAX = 3;
/** Statements that may wait: a few seconds of work. */
export const QUEUE_STATEMENTS_MAX = 60_000;
const BUSY_ROUNDS_MAX = 3;

export interface RoundTask {
  readonly brandId: number;
  /** Its statements, at least 1, and what else it writes, weighed in statements. */
  readonly size: number;
}

/** Too much waits already; nothing was done. Answered with 429 and Retry-After. */
export class Overloaded extends Error {
  readonly retryAfterSeconds = 1;
  constructor() {
    super('too many statements wait');
  }
}

export interface RoundsOptions<T extends RoundTask, R> {
  /**
   * Runs the tasks in one transaction and answers their results after the commit, by task. Tasks whose brand another
   * process holds are left out of the answer, unless `wait` is set. Throws when nothing was committed.
   */
  readonly run: (tasks: readonly T[], wait: boolean) => Promise<Map<T, R>>;
  /** A failure that repeating cannot mend: one of the statements is bad. */
  readonly isDataError: (error: unknown) => boolean;
  /** Whether it was committed could not be found out: it may be there, so it must not be run again. */
  readonly isUndecided?: (error: unknown) => boolean;
  /** The one task that a data error is left with: its own result, or the error for its caller. */
  readonly isolate: (task: T, error: unknown) => Promise<R>;
  readonly onRound?: (statements: number, tasks: number, brands: number) => void;
  readonly statementsMax?: number;
  readonly inFlightMax?: number;
  readonly queueMax?: number;
}

interface Waiting<T, R> {
  readonly task: T;
  readonly resolve: (result: R) => void;
  readonly reject: (error: unknown) => void;
  missed: number;
}

export class Rounds<T extends RoundTask, R> {
  readonly #options: RoundsOptions<T, R>;
  readonly #statementsMax: number;
  readonly #inFlightMax: number;
  readonly #queueMax: number;
  /** Waiting tasks by brand; the order of the map is the order of turns. */
  readonly #queues = new Map<number, Waiting<T, R>[]>();
  readonly #busy = new Set<number>();
  #inFlight = 0;
  #waitingStatements = 0;
  #idle: (() => void)[] = [];

  constructor(options: RoundsOptions<T, R>) {
    this.#options = options;
    this.#statementsMax = options.statementsMax ?? ROUND_STATEMENTS_MAX;
    this.#inFlightMax = options.inFlightMax ?? ROUNDS_IN_FLIGHT_MAX;
    this.#queueMax = options.queueMax ?? QUEUE_STATEMENTS_MAX;
  }

  /** Room for so many statements now; asked before work is spent on a call. */
  hasRoomFor(statements: number): boolean {
    return this.#waitingStatements === 0 || this.#waitingStatements + statements <= this.#queueMax;
  }

  waitingStatements(): number {
    return this.#waitingStatements;
  }

  /** Resolves after the commit that holds the task. */
  add(task: T): Promise<R> {
    if (!this.hasRoomFor(task.size)) return Promise.reject(new Overloaded());
    return new Promise((resolve, reject) => {
      this.#enqueue({ task, resolve, reject, missed: 0 }, 'last');
      this.#start();
    });
  }

  /** Resolves when nothing waits and nothing runs. */
  async drained(): Promise<void> {
    while (this.#inFlight > 0 || this.#waitingStatements > 0)
      await new Promise<void>((resolve) => this.#idle.push(resolve));
  }

  #enqueue(waiting: Waiting<T, R>, where: 'first' | 'last'): void {
    this.#waitingStatements += waiting.task.size;
    const queue = this.#queues.get(waiting.task.brandId);
    if (!queue) this.#queues.set(waiting.task.brandId, [waiting]);
    else if (where === 'first') queue.unshift(waiting);
    else queue.push(waiting);
  }

  #start(): void {
    while (this.#inFlight < this.#inFlightMax) {
      const taken = this.#take();
      if (taken.length === 0) return;
      this.#inFlight += 1;
      void this.#round(taken);
    }
  }

  /** One task of each free brand in turn, again and again, until the round is full. */
  #take(): Waiting<T, R>[] {
    const taken: Waiting<T, R>[] = [];
    let statements = 0;
    const free = [...this.#queues.keys()].filter((brandId) => !this.#busy.has(brandId));
    for (let turn = free; turn.length > 0; ) {
      const next: number[] = [];
      for (const brandId of turn) {
        const queue = this.#queues.get(brandId) as Waiting<T, R>[];
        const first = queue[0] as Waiting<T, R>;
        const mustStandAlone = first.missed >= BUSY_ROUNDS_MAX;
        if (taken.length > 0 && (mustStandAlone || statements + first.task.size > this.#statementsMax)) continue;
        queue.shift();
        statements += first.task.size;
        taken.push(first);
        this.#waitingStatements -= first.task.size;
        if (queue.length === 0) this.#queues.delete(brandId);
        else next.push(brandId);
        if (mustStandAlone) {
          this.#markTaken(taken);
          return taken;
        }
      }
      turn = next;
    }
    this.#markTaken(taken);
    return taken;
  }

  /** The brands of a round are busy until it ends, and stand last in the next turn. */
  #markTaken(taken: readonly Waiting<T, R>[]): void {
    for (const { task } of taken) {
      this.#busy.add(task.brandId);
      const queue = this.#queues.get(task.brandId);
      if (queue) {
        this.#queues.delete(task.brandId);
        this.#queues.set(task.brandId, queue);
      }
    }
  }

  async #round(taken: readonly Waiting<T, R>[]): Promise<void> {
    const brands = new Set(taken.map(({ task }) => task.brandId));
    this.#options.onRound?.(
      taken.reduce((sum, { task }) => sum + task.size, 0),
      taken.length,
      brands.size,
    );
    const leftOut: Waiting<T, R>[] = [];
    await this.#settle(taken, false, leftOut);
    for (const waiting of leftOut.reverse()) {
      waiting.missed += 1;
      this.#enqueue(waiting, 'first');
    }
    for (const brandId of brands) this.#busy.delete(brandId);
    this.#inFlight -= 1;
    this.#start();
    if (this.#inFlight === 0 && this.#waitingStatements === 0) for (const wake of this.#idle.splice(0)) wake();
  }

  /** @param leftOut what must wait for the next round; a brand that is in it is not asked again in this one */
  async #settle(some: readonly Waiting<T, R>[], repeated: boolean, leftOut: Waiting<T, R>[]): Promise<void> {
    const absent = new Set(leftOut.map(({ task }) => task.brandId));
    const taken = some.filter(({ task }) => !absent.has(task.brandId));
    leftOut.push(...some.filter(({ task }) => absent.has(task.brandId)));
    if (taken.length === 0) return;
    const wait = taken.some(({ missed }) => missed >= BUSY_ROUNDS_MAX);
    let results: Map<T, R>;
    try {
      results = await this.#options.run(
        taken.map(({ task }) => task),
        wait,
      );
    } catch (error) {
      if (this.#options.isDataError(error)) await this.#halve(taken, error, leftOut);
      else if (repeated || this.#options.isUndecided?.(error)) for (const { reject } of taken) reject(error);
      else await this.#settle(taken, true, leftOut);
      return;
    }
    for (const waiting of taken) {
      const result = results.get(waiting.task);
      if (result === undefined) leftOut.push(waiting);
      else waiting.resolve(result);
    }
  }

  async #halve(taken: readonly Waiting<T, R>[], error: unknown, leftOut: Waiting<T, R>[]): Promise<void> {
    if (taken.length === 1) {
      const { task, resolve, reject } = taken[0] as Waiting<T, R>;
      await this.#options.isolate(task, error).then(resolve, reject);
      return;
    }
    const middle = taken.length >> 1;
    await this.#settle(taken.slice(0, middle), false, leftOut);
    await this.#settle(taken.slice(middle), false, leftOut);
  }
}
