// The parts of the access room that work without a database: counting, slowing, taking turns, keeping fresh.

import { parseOptions } from '@node-rs/argon2';
import { describe, expect, test } from 'vitest';
import { movableClock } from '../src/ground/clock.ts';
import type { Limits } from '../src/ground/config.ts';
import { FRESH_MS, FreshCache, Recent } from '../src/rooms/access/fresh-cache.ts';
import { networkKey } from '../src/rooms/access/network-address.ts';
import {
  hashOfNobody,
  hashPassword,
  isPossiblePassword,
  Turns,
  VERIFICATIONS_AT_ONCE,
  verifyPassword,
  WAITING_PER_ADDRESS_MOST,
} from '../src/rooms/access/passwords.ts';
import { ADDRESSES_MOST, RateLimits } from '../src/rooms/access/rate-limits.ts';
import {
  HELD_MOST,
  PAUSE_MOST_MS,
  pauseAfter,
  TURNED_AWAY_MOST,
  WrongAnswers,
} from '../src/rooms/access/wrong-answers.ts';

const LIMITS: Limits = { on: true, requestsPerSecond: 3, tokensPerHour: 2, statusPerHour: 4, historyPerHour: 5 };

/** A clock that stands still until it is moved. */
function standingClock(): { nowMs(): number; now(): number; ms: number } {
  return {
    ms: 1_700_000_000_000,
    nowMs() {
      return this.ms;
    },
    now() {
      return Math.floor(this.ms / 1000);
    },
  };
}

describe('rate limits', () => {
  test('a window refuses beyond its amount and ends on time although refused calls came', () => {
    const clock = standingClock();
    const limits = new RateLimits(clock);
    const take = () => limits.take('192.0.2.1', LIMITS, ['tokensPerHour']);
    expect(take()).toMatchObject({ allowed: true, limit: 2, remaining: 1, resetSeconds: 3600 });
    clock.ms += 1_800_000;
    expect(take()).toMatchObject({ allowed: true, remaining: 0, resetSeconds: 1800 });
    expect(take()).toMatchObject({ allowed: false, name: 'tokensPerHour', remaining: 0, resetSeconds: 1800 });
    clock.ms += 1_799_999;
    expect(take()).toMatchObject({ allowed: false, resetSeconds: 1 });
    clock.ms += 1;
    expect(take()).toMatchObject({ allowed: true, remaining: 1, resetSeconds: 3600 });
  });

  test('addresses and limits are counted apart; an IPv6 network counts as one', () => {
    const limits = new RateLimits(standingClock());
    const take = (address: string) => limits.take(address, { ...LIMITS, requestsPerSecond: 1 }, ['requestsPerSecond']);
    expect(take('192.0.2.1')?.allowed).toBe(true);
    expect(take('192.0.2.2')?.allowed).toBe(true);
    expect(take('::ffff:192.0.2.2')?.allowed).toBe(false);
    expect(take('2001:db8:0:1::1')?.allowed).toBe(true);
    expect(take('2001:db8:0:1:ffff::2')?.allowed).toBe(false);
    expect(take('2001:db8:0:2::1')?.allowed).toBe(true);
    expect(limits.take('192.0.2.1', LIMITS, ['statusPerHour'])?.allowed).toBe(true);
  });

  test('several limits: the call is counted in all or in none, and the nearest one is told', () => {
    const clock = standingClock();
    const limits = new RateLimits(clock);
    const take = () => limits.take('192.0.2.1', LIMITS, ['requestsPerSecond', 'statusPerHour']);
    for (const remaining of [2, 1, 0])
      expect(take()).toMatchObject({ allowed: true, name: 'requestsPerSecond', remaining });
    expect(take()).toMatchObject({ allowed: false, name: 'requestsPerSecond', resetSeconds: 1 });
    clock.ms += 1_000;
    expect(take()).toMatchObject({ allowed: true, name: 'statusPerHour', remaining: 0 });
    expect(take()).toMatchObject({ allowed: false, name: 'statusPerHour', resetSeconds: 3599 });
  });

  test('switched off, nothing is counted', () => {
    const limits = new RateLimits(standingClock());
    expect(limits.take('192.0.2.1', { ...LIMITS, on: false }, ['requestsPerSecond'])).toBeUndefined();
    expect(limits.take('192.0.2.1', LIMITS, [])).toBeUndefined();
    expect(limits.size).toBe(0);
  });

  test('memory is bounded, and ended windows go', () => {
    const clock = standingClock();
    const limits = new RateLimits(clock);
    for (let at = 0; at < ADDRESSES_MOST + 100; at += 1) limits.take(`a${at}`, LIMITS, ['tokensPerHour']);
    expect(limits.size).toBe(ADDRESSES_MOST);
    clock.ms += 3_600_000;
    for (let at = 0; at < 100; at += 1) limits.take(`b${at}`, LIMITS, ['tokensPerHour']);
    expect(limits.size).toBe(ADDRESSES_MOST - 300);
  });

  test('a clock that is set back does not lengthen a window', () => {
    const clock = standingClock();
    const limits = new RateLimits(clock);
    const take = () => limits.take('192.0.2.1', { ...LIMITS, tokensPerHour: 1 }, ['tokensPerHour']);
    take();
    expect(take()?.allowed).toBe(false);
    clock.ms -= 86_400_000;
    expect(take()).toMatchObject({ allowed: true, resetSeconds: 3600 });
  });
});

test.each([
  ['192.0.2.1', '192.0.2.1'],
  ['::ffff:192.0.2.1', '192.0.2.1'],
  ['2001:DB8::1', '2001:db8:0:0::/64'],
  ['not:an:address', 'not:an:address'],
])('network of %s', (address, key) => {
  expect(networkKey(address)).toBe(key);
});

describe('passwords', () => {
  test('argon2id with OWASP parameters, and the hash of nobody costs the same', async () => {
    const real = await hashPassword('Ornek-Parola-600100');
    expect(real).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
    expect(parseOptions(hashOfNobody())).toEqual(parseOptions(real));
    expect(await verifyPassword(real, 'Ornek-Parola-600100')).toBe(true);
    expect(await verifyPassword(real, 'Ornek-Parola-600101')).toBe(false);
    expect(await verifyPassword(hashOfNobody(), '')).toBe(false);
    expect(await verifyPassword('damaged', 'Ornek-Parola-600100')).toBe(false);
  });

  test('a letter counts the same in both of its spellings', async () => {
    expect(await verifyPassword(await hashPassword('da\u011f-yolu-1453'), 'dag\u0306-yolu-1453')).toBe(true);
  });

  test.each([
    ['ordinary', true, 'Ornek-Parola'],
    ['1024 bytes', true, 'x'.repeat(1024)],
    ['1025 bytes', false, 'x'.repeat(1025)],
    ['1025 bytes in fewer letters', false, `${'ğ'.repeat(512)}x`],
    ['NUL', false, 'Ornek\0Parola'],
    ['half a surrogate pair', false, 'Ornek\ud800Parola'],
  ])('%s: possible is %s', (_what, possible, password) => {
    expect(isPossiblePassword(password)).toBe(possible);
  });
});

describe('turns', () => {
  /** Work that lasts until it is let go. */
  function gate(): { work: (name: string) => () => Promise<string>; begun: string[]; open: () => Promise<void> } {
    const begun: string[] = [];
    const waiting: Array<() => void> = [];
    return {
      begun,
      work: (name) => async () => {
        begun.push(name);
        await new Promise<void>((resolve) => waiting.push(resolve));
        return name;
      },
      open: async () => {
        waiting.shift()?.();
        await new Promise((resolve) => setImmediate(resolve));
      },
    };
  }

  test('a bounded number runs, and addresses take turns', async () => {
    const turns = new Turns();
    const { work, begun, open } = gate();
    const all = [
      ...['a1', 'a2', 'a3', 'a4', 'a5'].map((name) => turns.take('a', work(name))),
      turns.take('b', work('b1')),
      turns.take('c', work('c1')),
    ];
    await Promise.resolve();
    expect(begun).toEqual(['a1', 'a2']);
    expect(begun).toHaveLength(VERIFICATIONS_AT_ONCE);
    for (const _ of all) await open();
    expect(await Promise.all(all)).toEqual(['a1', 'a2', 'a3', 'a4', 'a5', 'b1', 'c1']);
    expect(begun).toEqual(['a1', 'a2', 'a3', 'b1', 'c1', 'a4', 'a5']);
  });

  test('a full line turns its own address away, not another one', async () => {
    const turns = new Turns();
    const { work, open } = gate();
    const all = Array.from({ length: VERIFICATIONS_AT_ONCE + WAITING_PER_ADDRESS_MOST }, (_, at) =>
      turns.take('a', work(`a${at}`)),
    );
    expect(await turns.take('a', work('too many'))).toBeUndefined();
    all.push(turns.take('b', work('b')));
    for (const _ of all) await open();
    expect(await Promise.all(all)).not.toContain(undefined);
  });

  test('work that fails gives its place back', async () => {
    const turns = new Turns();
    const fail = () => turns.take('a', () => Promise.reject(new Error('no')));
    const results = await Promise.allSettled(Array.from({ length: 10 }, fail));
    expect(results.map(({ status }) => status)).toEqual(Array(10).fill('rejected'));
    expect(await turns.take('a', async () => 'done')).toBe('done');
  });
});

describe('wrong answers', () => {
  test('the pause grows and is bounded', () => {
    expect([1, 2, 3, 4].map(pauseAfter)).toEqual([200, 400, 800, 1600]);
    expect(pauseAfter(7)).toBe(PAUSE_MOST_MS);
    expect(pauseAfter(5_000)).toBe(PAUSE_MOST_MS);
  });

  test('while enough are held, only what looks like the right password is tried', async () => {
    const wrongAnswers = new WrongAnswers(standingClock());
    wrongAnswers.right('owner', 'the right one');
    const held = Array.from({ length: HELD_MOST }, () => wrongAnswers.wrong('owner', 'office'));
    expect(wrongAnswers.held).toBe(HELD_MOST);
    const guess = (count: number): number =>
      Array.from({ length: count }, (_, at) => wrongAnswers.mayTry('owner', 'office', `guess ${at}`)).filter(Boolean)
        .length;
    // One guess in 65,536 passes: two or more of thirty do once in ten million runs.
    expect(guess(TURNED_AWAY_MOST - 2)).toBeLessThan(2);
    expect(wrongAnswers.mayTry('owner', 'office', 'the right one')).toBe(true);
    // From here on a list of passwords learns nothing from being turned away.
    guess(4);
    expect(guess(1_000)).toBe(0);
    expect(wrongAnswers.mayTry('owner', 'office', 'the right one')).toBe(false);
    expect(wrongAnswers.mayTry('owner', 'elsewhere', 'guess')).toBe(true);
    expect(wrongAnswers.mayTry('another', 'office', 'guess')).toBe(true);
    wrongAnswers.releaseAll();
    expect(await Promise.all(held)).toEqual([true, true, true, true]);
    expect(wrongAnswers.held).toBe(0);
    expect(wrongAnswers.mayTry('owner', 'office', 'guess')).toBe(true);
    // The server closes: a pause of seconds would be one for everybody who waits for its end.
    expect(await wrongAnswers.wrong('owner', 'office')).toBe(true);
  });
});

describe('what is kept', () => {
  test('Recent drops what was not asked for longest', () => {
    const recent = new Recent<number, number>(4);
    for (let key = 1; key <= 100; key++) {
      recent.set(key, key);
      expect(recent.get(1)).toBe(1);
    }
    const kept = Array.from({ length: 100 }, (_, i) => i + 1).filter((key) => recent.get(key) !== undefined);
    expect(kept).toContain(1);
    expect(kept).toContain(100);
    expect(kept.length).toBeLessThanOrEqual(4);
  });

  function counted(clock = standingClock()) {
    const loads: Array<(value: number) => void> = [];
    const cache = new FreshCache<string, number>(clock, 10, () => new Promise((resolve) => loads.push(resolve)));
    return { clock, loads, cache };
  }

  test('concurrent loads share one; a fresh value comes without any', async () => {
    const { clock, loads, cache } = counted();
    const both = Promise.all([cache.get('k'), cache.get('k')]);
    loads[0]?.(1);
    expect(await both).toEqual([1, 1]);
    clock.ms += FRESH_MS / 2 - 1;
    expect(cache.get('k')).toBe(1);
    expect(loads).toHaveLength(1);
  });

  test('past half of its time it is renewed behind the caller, past all of it waited for', async () => {
    const { clock, loads, cache } = counted();
    const first = cache.get('k');
    loads[0]?.(1);
    await first;
    clock.ms += FRESH_MS / 2;
    expect([cache.get('k'), cache.get('k')]).toEqual([1, 1]);
    expect(loads).toHaveLength(2);
    clock.ms += FRESH_MS / 2;
    const waited = cache.get('k');
    expect(waited).toBeInstanceOf(Promise);
    expect(loads).toHaveLength(2);
    loads[1]?.(2);
    expect(await waited).toBe(2);
  });

  test('a load under way when its key is forgotten is not kept', async () => {
    const { loads, cache } = counted();
    const old = cache.get('k');
    cache.forget('k');
    const young = cache.get('k');
    loads[1]?.(2);
    expect(await young).toBe(2);
    loads[0]?.(1);
    expect(await old).toBe(1);
    expect(cache.get('k')).toBe(2);
  });

  test('a failed load is told to who waits and tried again by the next', async () => {
    let fails = true;
    const cache = new FreshCache<string, number>(movableClock(), 10, async () => {
      if (fails) throw new Error('no database');
      return 1;
    });
    await expect(cache.get('k')).rejects.toThrow('no database');
    fails = false;
    expect(await cache.get('k')).toBe(1);
  });
});
