// The day's file as it goes over the wire: every movement of one brand's day, both recipient types, the provider's and
// the registry's, oldest first (official API, reconciliation: header line, commas, no quotes, no blanks, `\n`, UTF-8
// without BOM). No field can hold a comma: times, hex digits, enumerations, E.164 numbers and İYS's e-mail letters.
//
// A closed day has no new movements: one of another day among them means a damaged journal, and the file is not made.

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
import { movementPieces, type Range } from './pieces.ts';

const HEADER = 'creationDate,transactionId,recipient,recipientType,type,status,consentDate,source\n';

/**
 * The file's bytes, a piece at a time.
 * @param beforePiece asked before each query; what it throws ends the file
 */
export async function* dayFile(
  registry: Registry,
  brandId: number,
  day: Day,
  range: Range,
  beforePiece?: () => Promise<void> | void,
): AsyncGenerator<Buffer> {
  yield Buffer.from(HEADER);
  const begins = startOfDay(day);
  const ends = endOfDay(day);
  for await (const movements of movementPieces(registry, brandId, range, beforePiece)) {
    for (const { seq, receivedAt } of movements)
      if (receivedAt < begins || receivedAt >= ends)
        throw new Error(`movement ${seq} of brand ${brandId} stands among those of ${day} and is of another day`);
    yield Buffer.from(movements.map(lineOf).join(''));
  }
}

/** A merchant's first record may come without date and source: empty fields. */
function lineOf({ receivedAt, transactionId, address, kind, state, consentedAt }: Movement): string {
  const consentDate = consentedAt === null ? '' : formatTime(consentedAt);
  const source = sourceName(sourceNumberOf(state)) ?? '';
  return `${formatTime(receivedAt)},${transactionId},${address},${recipientTypeOf(kind)},${channelOf(kind)},${statusOf(state)},${consentDate},${source}\n`;
}
