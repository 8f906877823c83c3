// Chance that can be repeated: tests draw from a seed that they print. ACIK_IYS_TEST_SEED repeats a run.

import { randomInt } from 'node:crypto';

export interface Random {
  /** 0 ≤ x < 1. */
  next(): number;
  /** 0 ≤ n < `below`, whole. */
  below(below: number): number;
  chance(probability: number): boolean;
  pick<T>(from: readonly T[]): T;
  shuffled<T>(list: readonly T[]): T[];
}

/** Mulberry32. */
export function seeded(seed: number): Random {
  let state = seed | 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
  const below = (limit: number): number => Math.floor(next() * limit);
  return {
    next,
    below,
    chance: (probability) => next() < probability,
    pick: (from) => from[below(from.length)] as (typeof from)[number],
    shuffled: (list) => {
      const copy = [...list];
      for (let i = copy.length - 1; i > 0; i--) {
        const j = below(i + 1);
        [copy[i], copy[j]] = [copy[j] as (typeof copy)[number], copy[i] as (typeof copy)[number]];
      }
      return copy;
    },
  };
}

/** A new seed, or the one to repeat; printed, so that a failure can be had again. */
export function testSeed(what: string): number {
  const given = process.env['ACIK_IYS_TEST_SEED'];
  const seed = given === undefined ? randomInt(2 ** 31) : Number(given);
  console.log(`${what}: ACIK_IYS_TEST_SEED=${seed}`);
  return seed;
}

/** Whether the long forms run (`npm run test:crash`). */
export const LONG = process.env['ACIK_IYS_TEST_LONG'] === '1';
