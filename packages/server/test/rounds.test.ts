// The scheduler of rounds, with a transaction that is only played: it may succeed, find bad data, fail otherwise once
// or twice, or leave out brands whose journal somebody else holds. Fast-check decides in which order everything
// happens, and keeps the shortest order in which a promise of `rounds.ts` is broken.

import fc, { type Scheduler } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Overloaded, Rounds } from '../src/rooms/registry/rounds.ts';

class BadData extends Error {}
class OtherFailure extends Error {}

interface Task {
  readonly id: number;
  readonly brandId: number;
  readonly size: number;
  /** The transaction never takes it. */
  readonly bad: boolean;
  /** What becomes of a bad one when it stands alone. */
  readonly mendable: boolean;
}

/** What one transaction meets. */
interface Weather {
  readonly fails: boolean;
  readonly busy: readonly number[];
}
const FAIR: Weather = { fails: false, busy: [] };
/** Rounds that a brand held by somebody else may be left out of, before it is waited for. */
const LEFT_OUT_MAX = 3;

const brand = fc.integer({ min: 1, max: 4 });
const tasks = (bad: fc.Arbitrary<boolean>, size: fc.Arbitrary<number>) =>
  fc
    .array(fc.record({ brandId: brand, size, bad, mendable: fc.boolean() }), { minLength: 1, maxLength: 14 })
    .map((list) => list.map((task, id): Task => ({ ...task, id })));
const weather = (busy: fc.Arbitrary<number[]>) => fc.array(fc.record({ fails: fc.boolean(), busy }), { maxLength: 12 });
const rarely = fc.integer({ min: 0, max: 4 }).map((n) => n === 0);
const never = fc.constant(false);
const nobody = fc.constant<number[]>([]);
const small = fc.integer({ min: 1, max: 4 });

interface Limits {
  readonly statementsMax: number;
  readonly inFlightMax: number;
  readonly queueMax: number;
}
const limits = fc.record({
  statementsMax: fc.integer({ min: 1, max: 8 }),
  inFlightMax: fc.integer({ min: 1, max: 3 }),
  queueMax: fc.constant(1_000),
});

/** Rounds over a played transaction that checks, at each call, whatever can be checked there. */
class Stage {
  readonly rounds: Rounds<Task, string>;
  readonly committed: number[] = [];
  readonly isolated: number[] = [];
  /** Tasks of a run that failed twice. */
  readonly rejected = new Set<number>();
  readonly #scheduler: Scheduler<unknown>;
  readonly #weather: Weather[];
  readonly #limits: Limits;
  readonly #running = new Set<number>();
  readonly #leftOut = new Map<number, number>();
  /** Tasks of a run that failed for something else and must be repeated as they are. */
  readonly toRepeat = new Map<number, readonly number[]>();
  #inFlight = 0;
  #firstRunOfRound = false;
  onFirstRun: (tasks: readonly Task[]) => void = () => undefined;

  constructor(scheduler: Scheduler<unknown>, met: readonly Weather[], asked: Limits) {
    this.#scheduler = scheduler;
    this.#weather = [...met];
    this.#limits = asked;
    this.rounds = new Rounds<Task, string>({
      run: (list, wait) => this.#run(list, wait),
      isDataError: (error) => error instanceof BadData,
      isolate: (task, error) => this.#isolate(task, error),
      onRound: (statements, count, brands) => {
        this.#firstRunOfRound = true;
        expect(statements <= asked.statementsMax || count === 1).toBe(true);
        expect(brands).toBeLessThanOrEqual(count);
      },
      ...asked,
    });
  }

  async #run(list: readonly Task[], wait: boolean): Promise<Map<Task, string>> {
    const ids = list.map(({ id }) => id);
    const brands = new Set(list.map(({ brandId }) => brandId));
    if (this.#firstRunOfRound) this.onFirstRun(list);
    this.#firstRunOfRound = false;
    expect(list.length).toBeGreaterThan(0);
    // Who waits for another process makes nobody wait with him.
    if (wait) expect(list.length).toBe(1);
    expect(list.reduce((sum, { size }) => sum + size, 0) <= this.#limits.statementsMax || list.length === 1).toBe(true);
    for (const id of ids) {
      expect(this.committed).not.toContain(id);
      expect(this.isolated).not.toContain(id);
      expect(this.rejected.has(id)).toBe(false);
    }
    const repeated = this.toRepeat.get(ids[0] as number);
    for (const id of ids) expect(this.toRepeat.get(id)).toBe(repeated);
    if (repeated) expect(ids).toEqual(repeated);
    for (const id of ids) this.toRepeat.delete(id);
    this.#enter(brands);
    const met = this.#weather.shift() ?? FAIR;
    await this.#scheduler.schedule(Promise.resolve(), `transaction ${ids.join(' ')}`);
    this.#leave(brands);
    if (met.fails) {
      for (const id of ids) {
        if (repeated) this.rejected.add(id);
        else this.toRepeat.set(id, ids);
      }
      throw new OtherFailure();
    }
    const free = list.filter(({ brandId }) => wait || !met.busy.includes(brandId));
    if (free.some(({ bad }) => bad)) throw new BadData();
    for (const { id } of list.filter((task) => !free.includes(task))) {
      this.#leftOut.set(id, (this.#leftOut.get(id) ?? 0) + 1);
      expect(this.#leftOut.get(id)).toBeLessThanOrEqual(LEFT_OUT_MAX);
    }
    this.committed.push(...free.map(({ id }) => id));
    return new Map(free.map((task) => [task, `committed ${task.id}`]));
  }

  async #isolate(task: Task, error: unknown): Promise<string> {
    expect(task.bad).toBe(true);
    expect(error).toBeInstanceOf(BadData);
    expect(this.isolated).not.toContain(task.id);
    const brands = new Set([task.brandId]);
    this.#enter(brands);
    await this.#scheduler.schedule(Promise.resolve(), `alone ${task.id}`);
    this.#leave(brands);
    this.isolated.push(task.id);
    if (!task.mendable) throw error;
    return `mended ${task.id}`;
  }

  #enter(brands: ReadonlySet<number>): void {
    for (const brandId of brands) {
      expect(this.#running.has(brandId)).toBe(false);
      this.#running.add(brandId);
    }
    this.#inFlight += 1;
    expect(this.#inFlight).toBeLessThanOrEqual(this.#limits.inFlightMax);
  }
  #leave(brands: ReadonlySet<number>): void {
    for (const brandId of brands) this.#running.delete(brandId);
    this.#inFlight -= 1;
  }
}

type Answer = { readonly id: number; readonly said: string | Error };

/** Adds the tasks at moments that the scheduler chooses, in their order, and waits until all are answered. */
async function play(
  scheduler: Scheduler<unknown>,
  stage: Stage,
  list: readonly Task[],
): Promise<{ answers: Answer[]; broken: unknown[] }> {
  const answers: Answer[] = [];
  const broken: unknown[] = [];
  const done: Promise<void>[] = [];
  const sequence = scheduler.scheduleSequence(
    list.map((task) => ({
      label: `add ${task.id} of brand ${task.brandId}`,
      builder: async () => {
        done.push(
          stage.rounds.add(task).then(
            (said) => {
              answers.push({ id: task.id, said });
            },
            (error: Error) => {
              answers.push({ id: task.id, said: error });
              // A check that failed inside the played transaction comes out here.
              if (!(error instanceof BadData || error instanceof OtherFailure || error instanceof Overloaded))
                broken.push(error);
            },
          ),
        );
      },
    })),
  );
  await scheduler.waitFor(sequence.task);
  await scheduler.waitFor(Promise.all([...done, stage.rounds.drained()]));
  if (broken.length > 0) throw broken[0];
  return { answers, broken };
}

/** What every life of the rounds must have kept, whatever happened. */
function keepsItsPromises(stage: Stage, list: readonly Task[], answers: readonly Answer[]): void {
  expect(answers.map(({ id }) => id).sort((a, b) => a - b)).toEqual(list.map(({ id }) => id));
  for (const { id, said } of answers) {
    const task = list[id] as Task;
    if (said === `committed ${id}`) expect(stage.committed.filter((other) => other === id)).toEqual([id]);
    else {
      expect(stage.committed).not.toContain(id);
      if (said === `mended ${id}`) expect(task.bad && task.mendable).toBe(true);
      else if (said instanceof BadData) expect(task.bad && !task.mendable).toBe(true);
      else {
        expect(said).toBeInstanceOf(OtherFailure);
        expect(stage.rejected).toContain(id);
      }
    }
  }
  expect(stage.rounds.waitingStatements()).toBe(0);
  expect(stage.toRepeat.size).toBe(0);
}

/** What was recorded of each brand, in its order. */
function inOrder(stage: Stage, list: readonly Task[]): void {
  for (const brandId of new Set(list.map((task) => task.brandId))) {
    const own = stage.committed.filter((id) => (list[id] as Task).brandId === brandId);
    expect(own).toEqual([...own].sort((a, b) => a - b));
  }
}

describe('in every order that can be found', () => {
  it('a database that works: everybody is answered once, in order, in bounded rounds', async () => {
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), tasks(never, small), limits, async (scheduler, list, asked) => {
        const stage = new Stage(scheduler, [], asked);
        const { answers } = await play(scheduler, stage, list);
        keepsItsPromises(stage, list, answers);
        expect(stage.committed.length).toBe(list.length);
        inOrder(stage, list);
      }),
      { numRuns: 300 },
    );
  });

  it('a database that fails: the whole round once more, then its callers are told, and nobody else', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.scheduler(),
        tasks(never, small),
        weather(nobody),
        limits,
        async (scheduler, list, met, asked) => {
          const stage = new Stage(scheduler, met, asked);
          const { answers } = await play(scheduler, stage, list);
          keepsItsPromises(stage, list, answers);
          inOrder(stage, list);
        },
      ),
      { numRuns: 500 },
    );
  });

  it('bad data: found by halving, harms only itself', async () => {
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), tasks(rarely, small), limits, async (scheduler, list, asked) => {
        const stage = new Stage(scheduler, [], asked);
        const { answers } = await play(scheduler, stage, list);
        keepsItsPromises(stage, list, answers);
        inOrder(stage, list);
        expect([...stage.isolated].sort((a, b) => a - b)).toEqual(list.filter(({ bad }) => bad).map(({ id }) => id));
        expect(stage.committed.length).toBe(list.filter(({ bad }) => !bad).length);
      }),
      { numRuns: 500 },
    );
  });

  it('brands that another process holds: left out, then waited for', async () => {
    const busy = fc.uniqueArray(brand, { maxLength: 3 });
    await fc.assert(
      fc.asyncProperty(
        fc.scheduler(),
        tasks(never, small),
        weather(busy).map((list) => list.map((one) => ({ ...one, fails: false }))),
        limits,
        async (scheduler, list, met, asked) => {
          const stage = new Stage(scheduler, met, asked);
          const { answers } = await play(scheduler, stage, list);
          keepsItsPromises(stage, list, answers);
          expect(stage.committed.length).toBe(list.length);
          inOrder(stage, list);
        },
      ),
      { numRuns: 500 },
    );
  });

  it('all of it at once', async () => {
    const busy = fc.uniqueArray(brand, { maxLength: 3 });
    await fc.assert(
      fc.asyncProperty(
        fc.scheduler(),
        tasks(rarely, small),
        weather(busy),
        limits,
        async (scheduler, list, met, asked) => {
          const stage = new Stage(scheduler, met, asked);
          const { answers } = await play(scheduler, stage, list);
          keepsItsPromises(stage, list, answers);
          inOrder(stage, list);
        },
      ),
      { numRuns: 1_000 },
    );
  });

  it('fair share: the next round that starts takes something of every brand that waits and is free', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.scheduler(),
        tasks(never, fc.constant(1)),
        fc.integer({ min: 1, max: 2 }),
        async (scheduler, others, inFlightMax) => {
          // Brand 5 holds a queue of many rounds before anybody else comes.
          const list = [
            ...Array.from({ length: 40 }, () => ({ brandId: 5, size: 1, bad: false, mendable: false })),
            ...others,
          ].map((task, id): Task => ({ ...task, id }));
          const stage = new Stage(scheduler, [], { statementsMax: 5, inFlightMax, queueMax: 1_000 });
          const waiting = new Map<number, Task>();
          const running = new Map<number, number>();
          const add = stage.rounds.add.bind(stage.rounds);
          stage.rounds.add = (task) => {
            waiting.set(task.id, task);
            return add(task).finally(() => running.set(task.brandId, (running.get(task.brandId) ?? 1) - 1));
          };
          stage.onFirstRun = (taken) => {
            const free = new Set(
              [...waiting.values()].map(({ brandId }) => brandId).filter((brandId) => !running.get(brandId)),
            );
            expect(new Set(taken.map(({ brandId }) => brandId))).toEqual(free);
            for (const { id, brandId } of taken) {
              waiting.delete(id);
              running.set(brandId, (running.get(brandId) ?? 0) + 1);
            }
          };
          const { answers } = await play(scheduler, stage, list);
          keepsItsPromises(stage, list, answers);
        },
      ),
      { numRuns: 200 },
    );
  });
});

describe('what was found before', () => {
  it('a brand that is left out of one half of a halved round is left out of the other: its order stands', async () => {
    const list = [1, 1, 1, 1].map((brandId, id): Task => ({ id, brandId, size: 1, bad: id === 3, mendable: false }));
    const order: number[] = [];
    let runs = 0;
    const rounds = new Rounds<Task, string>({
      inFlightMax: 1,
      run: async (tasksOfRun) => {
        runs += 1;
        // The first run lasts until all wait; the second, of 0 to 3, finds bad data; in the third, of 0 and 1, another
        // process holds the brand; afterwards nobody does.
        if (runs === 1) await new Promise((resolve) => setImmediate(resolve));
        if (tasksOfRun.some(({ bad }) => bad)) throw new BadData();
        const taken = runs === 3 ? [] : tasksOfRun;
        order.push(...taken.map(({ id }) => id));
        return new Map(taken.map((one) => [one, 'committed']));
      },
      isDataError: (error) => error instanceof BadData,
      isolate: async (_, error) => {
        throw error;
      },
    });
    const first = rounds.add({ id: 9, brandId: 1, size: 1, bad: false, mendable: false });
    await Promise.allSettled([first, ...list.map((one) => rounds.add(one))]);
    expect(order).toEqual([9, 0, 1, 2]);
  });
});

/** A transaction that waits to be told. */
function held() {
  const runs: { tasks: readonly Task[]; end: () => void }[] = [];
  const rounds = (asked: Partial<Limits>) =>
    new Rounds<Task, string>({
      run: (list) =>
        new Promise((resolve) => {
          runs.push({ tasks: list, end: () => resolve(new Map(list.map((task) => [task, `${task.id}`]))) });
        }),
      isDataError: () => false,
      isolate: async () => 'never',
      ...asked,
    });
  return { runs, rounds };
}
const task = (id: number, brandId: number, size = 1): Task => ({ id, brandId, size, bad: false, mendable: false });
/** Until everything that can go on has gone on. */
const settled = () => new Promise<void>((resolve) => setImmediate(resolve));

describe('the bounds', () => {
  it('past the queue’s bound a task is turned away before any work, and there is room again afterwards', async () => {
    const { runs, rounds } = held();
    const line = rounds({ inFlightMax: 1, queueMax: 10, statementsMax: 4 });
    const first = line.add(task(0, 1, 4));
    const waiting = [line.add(task(1, 1, 4)), line.add(task(2, 2, 4))];
    expect(line.waitingStatements()).toBe(8);
    expect(line.hasRoomFor(2)).toBe(true);
    expect(line.hasRoomFor(3)).toBe(false);
    await expect(line.add(task(3, 3, 3))).rejects.toBeInstanceOf(Overloaded);
    expect(new Overloaded().retryAfterSeconds).toBe(1);
    waiting.push(line.add(task(4, 4, 2)));
    expect(line.hasRoomFor(1)).toBe(false);
    for (let at = 0; at < runs.length || line.waitingStatements() > 0; at++) {
      runs[at]?.end();
      await settled();
    }
    expect(await Promise.all([first, ...waiting])).toEqual(['0', '1', '2', '4']);
    expect(runs.flatMap(({ tasks: list }) => list.map(({ id }) => id)).sort()).toEqual([0, 1, 2, 4]);
    expect(line.hasRoomFor(10)).toBe(true);
    const again = line.add(task(5, 3, 3));
    runs.at(-1)?.end();
    expect(await again).toBe('5');
  });

  it('a task larger than the bounds is not locked out: it goes alone, when nothing waits', async () => {
    const { runs, rounds } = held();
    const line = rounds({ inFlightMax: 1, queueMax: 10, statementsMax: 4 });
    const large = line.add(task(0, 1, 50));
    const others = [line.add(task(1, 2, 1)), line.add(task(2, 3, 9))];
    await expect(line.add(task(3, 4, 50))).rejects.toBeInstanceOf(Overloaded);
    expect(runs.map(({ tasks: list }) => list.map(({ id }) => id))).toEqual([[0]]);
    for (const at of [0, 1, 2]) {
      runs[at]?.end();
      await settled();
    }
    expect(await Promise.all([large, ...others])).toEqual(['0', '1', '2']);
    expect(runs.map(({ tasks: list }) => list.map(({ id }) => id))).toEqual([[0], [1], [2]]);
  });

  it('a large task is passed over once at most: then it is first in turn', async () => {
    const { runs, rounds } = held();
    const line = rounds({ inFlightMax: 1, statementsMax: 4 });
    void line.add(task(0, 1, 1));
    void line.add(task(1, 2, 2));
    void line.add(task(2, 3, 4));
    for (let id = 3; id < 10; id++) void line.add(task(id, 2, 2));
    for (const at of [0, 1]) {
      runs[at]?.end();
      await settled();
    }
    expect(runs.map(({ tasks: list }) => list.map(({ id }) => id))).toEqual([[0], [1, 3], [2]]);
  });

  it('one brand with many small calls fills a round alone, in order', async () => {
    const { runs, rounds } = held();
    const line = rounds({ inFlightMax: 2, statementsMax: 3 });
    for (let id = 0; id < 8; id++) void line.add(task(id, 1));
    await settled();
    expect(runs.length).toBe(1);
    for (let at = 0; at < runs.length; at++) {
      runs[at]?.end();
      await settled();
    }
    expect(runs.map(({ tasks: list }) => list.map(({ id }) => id))).toEqual([[0], [1, 2, 3], [4, 5, 6], [7]]);
  });
});

describe('drained', () => {
  it('resolves at once where nothing is', async () => {
    await held().rounds({}).drained();
  });

  it('resolves when the last is answered, also for work that came meanwhile', async () => {
    const { runs, rounds } = held();
    const line = rounds({ inFlightMax: 1 });
    const answered: string[] = [];
    const tell = (said: string) => answered.push(said);
    void line.add(task(0, 1)).then(tell);
    let drained = false;
    const end = line.drained().then(() => {
      drained = true;
    });
    void line.add(task(1, 1)).then(tell);
    runs[0]?.end();
    await settled();
    expect([drained, answered]).toEqual([false, ['0']]);
    runs[1]?.end();
    await end;
    expect(answered).toEqual(['0', '1']);
  });
});
