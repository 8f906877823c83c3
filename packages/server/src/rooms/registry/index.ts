// THE HEART: record, check, history, feed, requests. Every movement, from every door, goes through `record`; nothing
// else writes consents. What happens inside, writing: `rounds.ts` (who rides when), `round-transaction.ts` (one
// transaction), `round-draft.ts` (what it writes), `fingerprint.ts` (transactionId); reading: `reading.ts`, `listing.ts`,
// `as-of.ts`, `counters.ts`; both ways: `addresses.ts`.

import { randomUUID } from 'node:crypto';
import { EventEmitter } from 'node:events';
import { channelOf, RET, type Statement } from '@acik-iys/law';
import type { Clock } from '../../ground/clock.ts';
import { type Database, isDataError } from '../../ground/database.ts';
import type { AddressKeys } from '../../ground/keys.ts';
import type { BrandScope } from '../access/index.ts';
import { ciphertextsOf, keysOf } from './addresses.ts';
import { type AsOf, asOf } from './as-of.ts';
import { type Counters, counters } from './counters.ts';
import { type Listing, listing } from './listing.ts';
import { REQUEST_KEPT_SECONDS, type Reading, reading } from './reading.ts';
import { type RetailerAccess, retailerAccess } from './retailer-access.ts';
import type { Outcome, RecordTask } from './round-draft.ts';
import { runIsolated, runRound, Undecided } from './round-transaction.ts';
import { Overloaded, Rounds } from './rounds.ts';
import { type Door, isOfficialDoor } from './words.ts';

export type { Standing } from './as-of.ts';
export type { StateCount } from './counters.ts';
export { seqOfTransactionId } from './fingerprint.ts';
export type { Movement } from './movements.ts';
export type { RequestItem } from './reading.ts';
export type { Outcome } from './round-draft.ts';
export { Overloaded } from './rounds.ts';
export { DOORS, type Door, isV2Door } from './words.ts';

/** Statements of one call: the contract's batch limit. */
export const STATEMENTS_MAX = 1_000;

/** How statements are recorded. Lists are by index of the statement. */
export interface RecordOptions {
  readonly door: Door;
  /** V2: a statement that says what is recorded already is answered, not refused. */
  readonly idempotent?: boolean;
  /** Keeps the outcomes under this id, to be asked for later. */
  readonly request?: { readonly requestId: string; readonly version: 1 | 2 };
  /** Retailers who may see the consent from now on; undefined leaves its list as it is. */
  readonly retailerAccess?: readonly (readonly number[] | undefined)[];
  /** Names that citizens gave. */
  readonly citizenNames?: readonly (string | null)[];
}

export interface Registry extends Reading, Listing, AsOf, Counters {
  /**
   * Records statements, all of one brand, in their order; answers after the commit, an outcome for each.
   * Throws Overloaded before any work; DatabaseUnavailable where nothing was committed, or where whether it was could
   * not be found out.
   */
  record(scope: BrandScope, statements: readonly Statement[], options: RecordOptions): Promise<Outcome[]>;
  /** Keeps the refusals among statements that the contract turned away; every status and check honours them. */
  withhold(scope: BrandScope, statements: readonly Statement[], door: Door): Promise<void>;
  readonly retailers: RetailerAccess;
  /** Emits 'movements' with a brand's number after each commit in this process. */
  readonly events: EventEmitter<{
    movements: [brandId: number];
    round: [statements: number, tasks: number, brands: number];
  }>;
  waitingStatements(): number;
  /** Throws Overloaded where nothing more may wait: asked by doors before they spend work on a call. */
  assertRoom(): void;
  /** Deletes what its period is over for: batch results after 60 days, citizens' names after 7. */
  expire(): Promise<void>;
  /** Resolves when nothing is being recorded. */
  drained(): Promise<void>;
}

/** Ids of a batch's items: the batch's own, moved on in its last four digits; none equals the batch's. */
export function subRequestIds(requestId: string): (index: number) => string {
  const stem = requestId.slice(0, -4);
  const first = Number.parseInt(requestId.slice(-4), 16) + 1;
  return (index) => stem + ((first + index) & 0xffff).toString(16).padStart(4, '0');
}

/** The id of one item of a batch. */
export function subRequestId(requestId: string, index: number): string {
  return subRequestIds(requestId)(index);
}

/** A new id for a batch. */
export function newRequestId(): string {
  return randomUUID();
}

/** Rows of retailer access that cost what a statement costs: a round must not grow by them unseen. */
const ACCESS_ROWS_A_STATEMENT = 5;

export function openRegistry(options: {
  readonly database: Database;
  readonly clock: Clock;
  readonly keys: AddressKeys;
}): Registry {
  const { database, clock, keys } = options;
  const events: Registry['events'] = new EventEmitter();
  events.setMaxListeners(0);

  const rounds = new Rounds<RecordTask, Outcome[]>({
    run: async (tasks, wait) => {
      const results = await runRound(database, clock, tasks, wait);
      for (const brandId of new Set([...results.keys()].map((task) => task.brandId))) events.emit('movements', brandId);
      return results;
    },
    isDataError,
    isolate: async (task) => {
      const outcomes = await runIsolated(database, clock, task);
      events.emit('movements', task.brandId);
      return outcomes;
    },
    isUndecided: (error) => error instanceof Undecided,
    onRound: (statements, tasks, brands) => events.emit('round', statements, tasks, brands),
  });

  function taskOf(
    scope: BrandScope,
    statements: readonly Statement[],
    { door, idempotent, request, retailerAccess, citizenNames }: RecordOptions,
    withholdOnly: boolean,
  ): RecordTask {
    if (statements.length > STATEMENTS_MAX) throw new RangeError(`at most ${STATEMENTS_MAX} statements a call`);
    for (const { kind } of statements)
      if (!scope.may(channelOf(kind), 'write')) throw new Error('the scope has no right to write this channel');
    const addressKeys = keysOf(keys, statements);
    return {
      brandId: scope.brandId,
      size: Math.max(
        1,
        statements.length +
          Math.ceil(
            (retailerAccess?.reduce((sum, list) => sum + (list?.length ?? 0), 0) ?? 0) / ACCESS_ROWS_A_STATEMENT,
          ),
      ),
      statements,
      keys: addressKeys,
      sealed: ciphertextsOf(keys, statements, addressKeys),
      // Every door but the official one is welcoming; there it is the provider's policy.
      strictness: isOfficialDoor(door) ? scope.facts.strictness : 'welcoming',
      idempotent: idempotent ?? false,
      actor: scope.facts.actor,
      door,
      request: request ?? null,
      retailerAccess: retailerAccess?.some((list) => list !== undefined) ? retailerAccess : null,
      names: citizenNames?.map((name) => (name === null ? null : keys.sealText(name).toString('hex'))) ?? null,
      barred: new Set(),
      withholdOnly,
    };
  }

  return {
    ...reading(database, clock, keys),
    ...listing(database, keys),
    ...asOf(database, keys),
    ...counters(database, clock),

    async record(scope, statements, options) {
      return await rounds.add(taskOf(scope, statements, options, false));
    },

    async withhold(scope, statements, door) {
      const refusals = statements.filter(({ status }) => status === RET);
      if (refusals.length > 0) await rounds.add(taskOf(scope, refusals, { door }, true));
    },

    retailers: retailerAccess(database, keys),
    events,
    waitingStatements: () => rounds.waitingStatements(),
    assertRoom() {
      if (!rounds.hasRoomFor(1)) throw new Overloaded();
    },

    async expire() {
      const now = clock.now();
      await database.run('delete from request where received_at < to_timestamp($1)', [now - REQUEST_KEPT_SECONDS]);
      await database.run('delete from citizen_name where expires_at < to_timestamp($1)', [now]);
    },

    drained: () => rounds.drained(),
  };
}
