// The day's file as it goes over the wire: every movement of one brand's day, both recipient types, the provider's and
// the registry's, oldest first (official API, reconciliation: header line, commas, no quotes, no blanks, `\n`, UTF-8
// without BOM). No field can hold a comma: times, hex digits, enumerations, E.164 numbers and İYS's e-mail letters.
//
// Read by ranges of numbers, each its own short query, so that a day of ten million movements is neither a long
// transaction nor more memory than a piece. A journal has no holes and a closed day no new movements: a piece that is
// short, or a movement of another day, means a damaged journal, and the file is not made.

import {
  channelOf,
  formatTime,
  recipientTypeOf,
  sourceName,
  sourceNumberOf,
  startOfDay,
  statusOf,
} from '@acik-iys/law';
import type { Movement, Registry } from '../registry/index.ts';
import { type Day, endOfDay } from './days.ts';

const HEADER = 'creationDate,transactionId,recipient,recipientType,type,status,consentDate,source\n';

/** Movements of one query: some ten milliseconds of one core, after which other callers have their turn. */
const PIECE = 2_000;

/** Numbers of a day's first and last movement. */
export interface DayRange {
  readonly first: number;
  readonly last: number;
}

/**
 * The file's bytes, a piece at a time.
 * @param beforePiece asked before each query; what it throws ends the file
 */
export async function* dayFile(
  registry: Registry,
  brandId: number,
  day: Day,
  range: DayRange,
  beforePiece: () => Promise<void> | void = () => undefined,
): AsyncGenerator<Buffer> {
  yield Buffer.from(HEADER);
  const begins = startOfDay(day);
  const ends = endOfDay(day);
  for (let after = range.first - 1; after < range.last; ) {
    await beforePiece();
    const expected = Math.min(PIECE, range.last - after);
    const movements = await registry.range(brandId, after, range.last, expected);
    const last = movements.at(-1);
    if (movements.length !== expected || last?.seq !== after + expected)
      throw new Error(`the journal of brand ${brandId} has a hole after number ${after}`);
    for (const { seq, receivedAt } of movements)
      if (receivedAt < begins || receivedAt >= ends)
        throw new Error(`movement ${seq} of brand ${brandId} stands among those of ${day} and is of another day`);
    yield Buffer.from(movements.map(lineOf).join(''));
    after = last.seq;
  }
}

/** A merchant's first record may come without date and source: empty fields. */
function lineOf({ receivedAt, transactionId, address, kind, state, consentedAt }: Movement): string {
  const consentDate = consentedAt === null ? '' : formatTime(consentedAt);
  const source = sourceName(sourceNumberOf(state)) ?? '';
  return `${formatTime(receivedAt)},${transactionId},${address},${recipientTypeOf(kind)},${channelOf(kind)},${statusOf(state)},${consentDate},${source}\n`;
}
