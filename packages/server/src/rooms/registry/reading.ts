// Reading consents and movements: what stands for a key, its history, a brand's feeds and ranges, a batch's results.

import { channelOf, isGranted, istanbulDay, kindOf, RECIPIENT_TYPES, type SourceSide } from '@acik-iys/law';
import type { Clock } from '../../ground/clock.ts';
import type { Database, Row } from '../../ground/database.ts';
import type { AddressKey, AddressKeys } from '../../ground/keys.ts';
import type { BrandScope } from '../access/index.ts';
import { keysOfKind, openMovements } from './addresses.ts';
import { seqOfTransactionId } from './fingerprint.ts';
import { Gather } from './gather.ts';
import { numbers, words } from './literals.ts';
import { MOVEMENT_WIDTH, type Movement, movementRow, withAddress } from './movements.ts';
import * as sql from './read-sql.ts';
import { Overloaded } from './rounds.ts';
import { codeOfOutcome, OUTCOMES } from './words.ts';

/** Results of a batch are kept so long (official API, batch result). */
export const REQUEST_KEPT_SECONDS = 60 * 86_400;
/** End of the year 9999: hides nothing, also not what a process with a faster clock has received. */
const FOREVER = 253_402_300_799;
/** List look-ups are cut into pieces of so many keys, which stay nested-loop at any size (docs/adr/0006-rounds.md). */
const GRANTED_PIECE = 1_000;

/** What stands for a key: a movement, a withheld refusal, or both. */
export interface ConsentStatus {
  /** Null where nothing was recorded. */
  readonly movement: Movement | null;
  /** A refusal that the contract turned away and that counts all the same. Times are epoch seconds. */
  readonly withheld: {
    readonly source: number;
    readonly consentedAt: number;
    readonly receivedAt: number;
  } | null;
  readonly retailerAccessCount: number;
}

export interface FeedMovement {
  readonly movement: Movement;
  readonly citizenName: string | null;
}

export interface RequestItem {
  readonly index: number;
  readonly code: string | undefined;
  readonly movement: Movement | undefined;
  /** V2: the movement was there before this request. */
  readonly unchanged: boolean;
}

export interface Reading {
  /** What stands for one key, or null where nothing does. Throws Overloaded where too many ask already. */
  status(scope: BrandScope, kind: number, address: string): Promise<ConsentStatus | null>;
  /** Present state of many keys of one kind: true where the address may be contacted. */
  granted(scope: BrandScope, kind: number, addresses: readonly string[]): Promise<boolean[]>;
  /** All movements of one key, newest consent date first. */
  history(scope: BrandScope, kind: number, address: string): Promise<Movement[]>;
  /** Movements after a number, oldest first, on the channels that the caller may read. */
  feed(
    scope: BrandScope,
    query: {
      readonly afterSeq: number;
      readonly side: SourceSide;
      readonly limit: number;
      /** Hides what was received after it, epoch seconds; undefined hides nothing. */
      readonly until?: number | undefined;
    },
  ): Promise<FeedMovement[]>;
  /**
   * Number that a feed cursor stands at: of the movement it names, or, for a cursor that is none of ours, of the last
   * movement received up to its time (epoch seconds).
   */
  seqOfCursor(scope: BrandScope, receivedAt: number, transactionId: string): Promise<number>;
  /** Results of a batch, an item for each of its statements; null where there is none or its period is over. */
  request(scope: BrandScope, requestId: string): Promise<RequestItem[] | null>;
  /** Movements by their numbers, in no order: those that exist, on the channels that the caller may read. */
  movements(scope: BrandScope, seqs: readonly number[]): Promise<Movement[]>;
  /** Movements with numbers above `after` up to `last`, at most `limit`. */
  range(brandId: number, after: number, last: number, limit: number): Promise<Movement[]>;
  /** Movements of the registry's sources on one channel after a number: what push sends. */
  registryMovements(brandId: number, channel: number, afterSeq: number, limit: number): Promise<Movement[]>;
  /** Number of the brand's last movement, 0 where it has none. */
  lastSeq(brandId: number): Promise<number>;
}

interface StatusKey {
  readonly brandId: number;
  readonly kind: number;
  readonly key: AddressKey;
  readonly address: string;
}

export function reading(database: Database, clock: Clock, keys: AddressKeys): Reading {
  const statuses = new Gather<StatusKey, ConsentStatus | null>(
    async (list) => {
      const rows = await database.rows(sql.STATUS, [
        numbers([...new Set(list.map(({ brandId }) => brandId))]),
        numbers(list.map(({ brandId }) => brandId)),
        numbers(list.map(({ kind }) => kind)),
        words(list.map(({ key }) => key)),
      ]);
      const found: (ConsentStatus | null)[] = new Array(list.length).fill(null);
      for (const row of rows) {
        const at = (row[0] as number) - 1;
        const { brandId, address } = list[at] as StatusKey;
        const movement = row[5] === null ? null : withAddress(brandId, movementRow(row, 5), address);
        const withheldAt = (row[3] as number | null) ?? undefined;
        const counts = movement === null || (isGranted(movement, undefined) && !isGranted(movement, withheldAt));
        found[at] = {
          movement,
          withheld: counts
            ? { source: row[2] as number, consentedAt: row[3] as number, receivedAt: row[4] as number }
            : null,
          retailerAccessCount: row[1] as number,
        };
      }
      return found;
    },
    () => new Overloaded(),
  );

  function keyOf(kind: number, address: string): AddressKey {
    return keysOfKind(keys, kind, [address])[0] as AddressKey;
  }

  return {
    status(scope, kind, address) {
      return statuses.get({ brandId: scope.brandId, kind, key: keyOf(kind, address), address });
    },

    async granted(scope, kind, addresses) {
      const list = keysOfKind(keys, kind, addresses);
      const order = list.map((_, i) => i).sort((a, b) => ((list[a] as string) < (list[b] as string) ? -1 : 1));
      const granted: boolean[] = new Array(list.length).fill(false);
      for (let from = 0; from < order.length; from += GRANTED_PIECE) {
        const piece = order.slice(from, from + GRANTED_PIECE);
        const rows = await database.rows<[number]>(sql.GRANTED, [
          scope.brandId,
          kind,
          words(piece.map((i) => list[i] as string)),
        ]);
        for (const [position] of rows) granted[piece[position - 1] as number] = true;
      }
      return granted;
    },

    async history(scope, kind, address) {
      const rows = await database.rows(sql.HISTORY, [scope.brandId, kind, keyOf(kind, address)]);
      return rows.map((row) => withAddress(scope.brandId, movementRow(row), address));
    },

    async feed(scope, { afterSeq, side, limit, until }) {
      const asked = [scope.brandId, afterSeq, numbers(kindsOf(scope.readableChannels())), until ?? FOREVER, limit];
      const rows =
        side === 'IYS'
          ? await database.rows(sql.FEED_OF_REGISTRY, [...asked, clock.now()])
          : await database.rows(sql.FEED_OF_PROVIDER, asked);
      return openMovements(keys, scope.brandId, rows).map((movement, i) => {
        const name = (rows[i] as Row)[MOVEMENT_WIDTH + 1] as Buffer | null;
        return { movement, citizenName: name === null ? null : keys.openText(name) };
      });
    },

    async seqOfCursor(scope, receivedAt, transactionId) {
      const seq = seqOfTransactionId(transactionId);
      if (seq !== undefined) {
        const named = await database.rows<[number]>(sql.RECEIVED_AT, [scope.brandId, seq]);
        if (named[0]?.[0] === receivedAt) return seq;
      }
      const rows = await database.rows<[number | null]>(sql.SEQ_AT, [
        scope.brandId,
        receivedAt,
        istanbulDay(receivedAt),
      ]);
      return rows[0]?.[0] ?? 0;
    },

    async request(scope, requestId) {
      const rows = await database.rows<[number, number, number[], number[]]>(sql.REQUEST, [
        scope.brandId,
        requestId,
        clock.now() - REQUEST_KEPT_SECONDS,
      ]);
      const request = rows[0];
      if (!request) return null;
      const [, , outcomes, seqs] = request;
      const found = await database.rows(sql.ADDRESSES_OF_MOVEMENTS, [scope.brandId, numbers(seqs.map(Number))]);
      const movements = new Map<number, Movement>();
      openMovements(keys, scope.brandId, found, 1).forEach((movement, at) => {
        movements.set((found[at] as Row)[0] as number, movement);
      });
      return outcomes.map((outcome, index) => ({
        index,
        code: codeOfOutcome(outcome),
        movement: movements.get(index + 1),
        unchanged: outcome === OUTCOMES.unchanged,
      }));
    },

    async movements(scope, seqs) {
      if (seqs.length === 0) return [];
      const rows = await database.rows(sql.ADDRESSES_OF_MOVEMENTS, [scope.brandId, numbers(seqs)]);
      return openMovements(keys, scope.brandId, rows, 1).filter(({ kind }) => scope.may(channelOf(kind), 'read'));
    },

    async range(brandId, after, last, limit) {
      return openMovements(keys, brandId, await database.rows(sql.RANGE, [brandId, after, last, limit]));
    },

    async registryMovements(brandId, channel, afterSeq, limit) {
      const rows = await database.rows(sql.FEED_OF_REGISTRY, [
        brandId,
        afterSeq,
        numbers(kindsOf([channel])),
        FOREVER,
        limit,
        clock.now(),
      ]);
      return openMovements(keys, brandId, rows);
    },

    async lastSeq(brandId) {
      const rows = await database.rows<[number]>(sql.LAST_SEQ, [brandId]);
      return rows[0]?.[0] ?? 0;
    },
  };
}

/** Kinds of channels: of each, every recipient type. */
function kindsOf(channels: readonly number[]): number[] {
  return channels.flatMap((channel) => RECIPIENT_TYPES.map((_, recipientType) => kindOf(channel, recipientType)));
}
