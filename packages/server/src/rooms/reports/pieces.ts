// A journal's movements by ranges of numbers, each its own short query, so that ten million movements are neither a long
// transaction nor more memory than a piece. A journal has no holes: a piece that is short means that it is damaged.

import type { Movement, Registry } from '../registry/index.ts';

/** Movements of one query: some ten milliseconds of one core, after which other callers have their turn. */
const PIECE = 2_000;

/** Numbers of the first and the last movement. */
export interface Range {
  readonly first: number;
  readonly last: number;
}

/** @param beforePiece asked before each query; what it throws ends the reading */
export async function* movementPieces(
  registry: Registry,
  brandId: number,
  { first, last }: Range,
  beforePiece: () => Promise<void> | void = () => undefined,
): AsyncGenerator<Movement[]> {
  for (let after = first - 1; after < last; ) {
    await beforePiece();
    const expected = Math.min(PIECE, last - after);
    const movements = await registry.range(brandId, after, last, expected);
    if (movements.length !== expected || movements.at(-1)?.seq !== after + expected)
      throw new Error(`the journal of brand ${brandId} has a hole after number ${after}`);
    yield movements;
    after += expected;
  }
}
