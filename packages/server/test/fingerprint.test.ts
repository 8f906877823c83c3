// The fingerprint of a movement: its layout is for ever, since every transactionId given out and every leaf of the
// transparency log hangs on it. The vectors below were computed once and are never to be changed.

import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type MovementFacts,
  movementHash,
  seqOfTransactionId,
  transactionId,
} from '../src/rooms/registry/fingerprint.ts';

/** The layout of version 1 as its description says it, written a second time with other means. */
function layout(facts: MovementFacts): Buffer {
  const parts: string[] = [];
  const write = (value: number, bytes: number): void => {
    parts.push(
      BigInt.asUintN(bytes * 8, BigInt(value))
        .toString(16)
        .padStart(bytes * 2, '0'),
    );
  };
  write(1, 1);
  write(facts.brandId, 4);
  write(facts.seq, 8);
  write(facts.kind, 1);
  write(facts.state, 2);
  write(facts.oldState ?? 65_535, 2);
  write(facts.consentedAt ?? -1, 8);
  write(facts.receivedAt, 8);
  write(facts.prevSeq ?? 0, 8);
  write(facts.actor, 4);
  write(facts.door, 2);
  write(facts.retailer ?? 0, 4);
  write(facts.nonce, 8);
  write(facts.overtaken ? 1 : 0, 1);
  write(facts.restores ?? 0, 8);
  return Buffer.concat([Buffer.from(parts.join(''), 'hex'), Buffer.from(facts.address, 'utf8')]);
}

const first: MovementFacts = {
  brandId: 600100,
  seq: 1,
  kind: 2,
  address: '+905321112233',
  state: 7,
  oldState: null,
  consentedAt: 1_764_057_600,
  receivedAt: 1_764_061_200,
  prevSeq: null,
  actor: 1,
  door: 1,
  retailer: null,
  nonce: 0,
  overtaken: false,
  restores: null,
};
const full: MovementFacts = {
  brandId: 2_147_483_647,
  seq: Number.MAX_SAFE_INTEGER,
  kind: 5,
  address: 'ali.veli@ornek.com.tr',
  state: 217,
  oldState: 216,
  consentedAt: 1_430_427_600,
  receivedAt: 253_402_300_799,
  prevSeq: 4_294_967_296,
  actor: 2_147_483_647,
  door: 90,
  retailer: 99_999_999,
  nonce: 2 ** 48 - 1,
  overtaken: true,
  restores: 4_294_967_295,
};
const merchant: MovementFacts = {
  ...first,
  seq: 4_294_967_296,
  kind: 1,
  state: 0,
  oldState: 1,
  consentedAt: null,
  prevSeq: 4_294_967_295,
};

const integer = (max: number) =>
  fc.oneof(
    fc.integer({ min: 0, max: 3 }),
    fc.maxSafeNat().map((n) => n % (max + 1)),
  );
const orNull = <T>(values: fc.Arbitrary<T>) => fc.option(values, { nil: null });
const anyFacts: fc.Arbitrary<MovementFacts> = fc.record({
  brandId: integer(2 ** 31 - 1),
  seq: fc.maxSafeNat(),
  kind: integer(5),
  address: fc.oneof(
    fc.stringMatching(/^\+[1-9][0-9]{6,13}$/),
    fc.stringMatching(/^[a-z0-9]{1,40}@[a-z0-9]{2,200}\.com$/),
  ),
  state: integer(400),
  oldState: orNull(integer(400)),
  consentedAt: orNull(integer(2 ** 36)),
  receivedAt: integer(2 ** 36),
  prevSeq: orNull(fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER })),
  actor: integer(2 ** 31 - 1),
  door: integer(90),
  retailer: orNull(fc.integer({ min: 10_000_000, max: 99_999_999 })),
  nonce: integer(2 ** 48 - 1),
  overtaken: fc.boolean(),
  restores: orNull(fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER })),
});

describe('movementHash', () => {
  it.each([
    ['the first movement of a brand', first, 'f88d8e254f42c850effbbac83eb5ac1da35593e01758df907895e887c8100abc'],
    ['every field at its largest', full, '4691da2e1b71da83cbc874339e287a3a04dd3104b2a0a387275bafe94c002c1e'],
    ['a merchant’s without date', merchant, 'ce503ba9724987c85d6cb91a6ba7965d8c464f68d1588cc61114770ce6d07601'],
  ])('is fixed: %s', (_, facts, golden) => {
    expect(movementHash(facts)).toBe(golden);
  });

  it('is SHA-256 of the layout as described', () => {
    fc.assert(
      fc.property(anyFacts, (facts) => {
        expect(movementHash(facts)).toBe(createHash('sha256').update(layout(facts)).digest('hex'));
      }),
      { numRuns: 1_000 },
    );
  });

  it('takes the longest address, and nothing that a longer one left behind', () => {
    const long = { ...first, address: `${'a'.repeat(255)}@ornek.com` };
    expect(long.address.length).toBe(265);
    expect(movementHash(long)).toBe(createHash('sha256').update(layout(long)).digest('hex'));
    expect(movementHash(first)).toBe(createHash('sha256').update(layout(first)).digest('hex'));
  });

  it('changes with every field', () => {
    const changes: { readonly [Field in keyof MovementFacts]: MovementFacts[Field] } = {
      brandId: 600101,
      seq: 2,
      kind: 3,
      address: '+905321112234',
      state: 6,
      oldState: 0,
      consentedAt: null,
      receivedAt: 1_764_061_201,
      prevSeq: 1,
      actor: 2,
      door: 2,
      retailer: 11_111_111,
      nonce: 1,
      overtaken: true,
      restores: 1,
    };
    expect(Object.keys(changes).sort()).toEqual(Object.keys(first).sort());
    const ids = new Set([transactionId(first)]);
    for (const [field, value] of Object.entries(changes)) ids.add(transactionId({ ...first, [field]: value }));
    expect(ids.size).toBe(Object.keys(changes).length + 1);
    // And not by the number in its head alone.
    expect(movementHash({ ...first, seq: 2 })).not.toBe(movementHash(first));
  });

  it('tells any two movements apart that differ in anything', () => {
    fc.assert(
      fc.property(
        anyFacts,
        anyFacts,
        fc.constantFrom(...(Object.keys(first) as (keyof MovementFacts)[])),
        (a, b, field) => {
          const changed = { ...a, [field]: b[field] };
          expect(transactionId(changed) === transactionId(a)).toBe(a[field] === b[field]);
        },
      ),
      { numRuns: 1_000 },
    );
  });
});

describe('transactionId', () => {
  it('is 64 lower-case hexadecimal digits: the number, then the hash', () => {
    expect(transactionId(first)).toBe(`0000000000000001${movementHash(first).slice(0, 48)}`);
    expect(transactionId(full)).toBe(`001fffffffffffff${movementHash(full).slice(0, 48)}`);
    fc.assert(
      fc.property(anyFacts, (facts) => {
        expect(transactionId(facts)).toMatch(/^[0-9a-f]{64}$/);
      }),
    );
  });

  it('names its movement', () => {
    fc.assert(
      fc.property(anyFacts, (facts) => {
        expect(seqOfTransactionId(transactionId(facts))).toBe(facts.seq);
      }),
    );
  });

  it.each([
    ['', 'nothing'],
    ['0'.repeat(63), 'too short'],
    ['0'.repeat(65), 'too long'],
    [`${'0'.repeat(15)}A${'0'.repeat(48)}`, 'upper case'],
    [`${'f'.repeat(64)}`, 'a number beyond counting'],
    [`0020000000000000${'0'.repeat(48)}`, 'the first number beyond counting'],
    [`${'0'.repeat(64)}\n`, 'a line end'],
  ])('%j is none of ours: %s', (id) => {
    expect(seqOfTransactionId(id)).toBeUndefined();
  });
});
