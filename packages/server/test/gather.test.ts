// Gathering of look-ups, with a query that is only played: each caller his own answer, a bounded number of queries and
// of keys in one, and an error for those who rode in the query that failed, and for nobody else.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Gather } from '../src/rooms/registry/gather.ts';

/** What `gather.ts` promises: two queries at once, a thousand keys in one, twenty thousand callers waiting. */
const IN_FLIGHT_MAX = 2;
const KEYS_MAX = 1_000;
const WAITING_MAX = 20_000;

class Full extends Error {}
class Failed extends Error {}

function held() {
  const queries: { readonly keys: readonly number[]; end(): void; fail(): void }[] = [];
  const gather = new Gather<number, string>(
    (keys) =>
      new Promise((resolve, reject) => {
        queries.push({
          keys,
          end: () => resolve(keys.map((key) => `answer ${key}`)),
          fail: () => reject(new Failed()),
        });
      }),
    () => new Full(),
  );
  return { queries, gather };
}
const settled = () => new Promise<void>((resolve) => setImmediate(resolve));

describe('Gather', () => {
  it('starts the first look-ups at once, and gathers what comes meanwhile into the next query', async () => {
    const { queries, gather } = held();
    const answers = [1, 2, 3, 4, 5].map((key) => gather.get(key));
    expect(queries.map(({ keys }) => keys)).toEqual([[1], [2]]);
    queries[0]?.end();
    await settled();
    expect(queries.map(({ keys }) => keys)).toEqual([[1], [2], [3, 4, 5]]);
    const late = gather.get(6);
    queries[2]?.end();
    await settled();
    expect(queries[3]?.keys).toEqual([6]);
    queries[1]?.end();
    queries[3]?.end();
    expect(await Promise.all([...answers, late])).toEqual([1, 2, 3, 4, 5, 6].map((key) => `answer ${key}`));
  });

  it('gives each caller his own answer, also to two who ask for the same', async () => {
    const { queries, gather } = held();
    const answers = [7, 7, 8, 7].map((key) => gather.get(key));
    for (let at = 0; at < queries.length; at++) {
      queries[at]?.end();
      await settled();
    }
    expect(await Promise.all(answers)).toEqual(['answer 7', 'answer 7', 'answer 8', 'answer 7']);
  });

  it('puts no more into a query than stays a look-up', async () => {
    const { queries, gather } = held();
    const answers = Array.from({ length: 2_502 }, (_, key) => gather.get(key));
    for (let at = 0; at < queries.length; at++) {
      queries[at]?.end();
      await settled();
    }
    expect(queries.map(({ keys }) => keys.length)).toEqual([1, 1, KEYS_MAX, KEYS_MAX, 500]);
    expect(await Promise.all(answers)).toEqual(answers.map((_, key) => `answer ${key}`));
  });

  it('turns away who finds the line full, at once, and takes callers again afterwards', async () => {
    const { queries, gather } = held();
    const answers = Array.from({ length: WAITING_MAX + IN_FLIGHT_MAX }, (_, key) => gather.get(key));
    await expect(gather.get(-1)).rejects.toBeInstanceOf(Full);
    queries[0]?.end();
    await settled();
    const again = gather.get(-2);
    for (let at = 1; at < queries.length; at++) {
      queries[at]?.end();
      await settled();
    }
    expect(await again).toBe('answer -2');
    expect((await Promise.all(answers)).at(-1)).toBe(`answer ${answers.length - 1}`);
    expect(queries.flatMap(({ keys }) => keys)).not.toContain(-1);
  });

  it('tells a failure to all who rode in that query, and to nobody else', async () => {
    const { queries, gather } = held();
    const answers = [1, 2, 3, 4].map((key) => gather.get(key).catch((error: unknown) => error));
    queries[0]?.fail();
    await settled();
    expect(queries[2]?.keys).toEqual([3, 4]);
    queries[2]?.fail();
    await settled();
    const after = gather.get(5);
    queries[1]?.end();
    queries[3]?.end();
    const said = await Promise.all(answers);
    expect(said[1]).toBe('answer 2');
    for (const at of [0, 2, 3]) expect(said[at]).toBeInstanceOf(Failed);
    expect(await after).toBe('answer 5');
  });

  it('survives a query that throws before it has begun', async () => {
    let first = true;
    const gather = new Gather<number, number>(
      (keys) => {
        if (!first) return Promise.resolve([...keys]);
        first = false;
        throw new Failed();
      },
      () => new Full(),
    );
    await expect(gather.get(1)).rejects.toBeInstanceOf(Failed);
    expect(await gather.get(2)).toBe(2);
  });

  it('in every order: everybody is answered once and rightly, with at most two queries at once', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.scheduler(),
        fc.array(fc.integer({ min: 0, max: 5 }), { minLength: 1, maxLength: 20 }),
        fc.array(fc.boolean(), { maxLength: 8 }),
        async (scheduler, asked, failures) => {
          let inFlight = 0;
          let most = 0;
          const fails = [...failures];
          const failed = new Set<number>();
          const ridden: number[] = [];
          // The key is the caller's number, so that two who ask for the same are told apart.
          const gather = new Gather<number, string>(
            async (callers) => {
              inFlight += 1;
              most = Math.max(most, inFlight);
              ridden.push(...callers);
              const failing = fails.shift() ?? false;
              await scheduler.schedule(Promise.resolve(), `query of ${callers.join(' ')}`);
              inFlight -= 1;
              if (failing) {
                for (const caller of callers) failed.add(caller);
                throw new Failed();
              }
              return callers.map((caller) => `answer ${asked[caller]} for ${caller}`);
            },
            () => new Full(),
          );
          const answers: Promise<unknown>[] = [];
          const calls = scheduler.scheduleSequence(
            asked.map((_, caller) => ({
              label: `call ${caller}`,
              builder: async () => {
                answers.push(gather.get(caller).catch((error: unknown) => error));
              },
            })),
          );
          await scheduler.waitFor(calls.task);
          const said = await scheduler.waitFor(Promise.all(answers));
          said.forEach((answer, caller) => {
            if (failed.has(caller)) expect(answer).toBeInstanceOf(Failed);
            else expect(answer).toBe(`answer ${asked[caller]} for ${caller}`);
          });
          // First come, first served, and each once.
          expect(ridden).toEqual(asked.map((_, caller) => caller));
          expect(most).toBeLessThanOrEqual(IN_FLIGHT_MAX);
        },
      ),
      { numRuns: 500 },
    );
  });
});
