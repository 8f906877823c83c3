// THE HEART: record, check, history, feed, requests. Every movement, from every door, goes through `record`; nothing
// else writes consents. What happens inside: `rounds.ts` (who rides when), `round.ts` (one transaction), `draft.ts`
// (what it writes), `fingerprint.ts` (transactionId), `gather.ts` and `read-sql.ts` (reading).

import { randomUUID } from 'node:crypto';
import { EventEmitter } from 'node:events';
import {
  CHANGES,
  channelOf,
  isEmailKind,
  isGranted,
  istanbulDay,
  KINDS,
  RET,
  type SourceSide,
  type Statement,
  sourceNumberOf,
  sourceSide,
} from '@acik-iys/law';
import type { Clock } from '../../ground/clock.ts';
import { type Database, isDataError } from '../../ground/database.ts';
import type { AddressKey, AddressKeys } from '../../ground/keys.ts';
import type { BrandScope } from '../access/index.ts';
import type { Outcome, RecordTask } from './draft.ts';
import { seqOfTransactionId } from './fingerprint.ts';
import { Gather } from './gather.ts';
import { numbers, words } from './literals.ts';
import { type MovementRow, movementRow, transactionIdOf } from './movements.ts';
import * as sql from './read-sql.ts';
import { type RetailerAccess, retailerAccess } from './retailer-access.ts';
import { runRound, tryRound, Undecided } from './round.ts';
import { Overloaded, Rounds } from './rounds.ts';
import { codeOfOutcome, type Door, isOfficialDoor, OUTCOMES } from './words.ts';

export type { Outcome } from './draft.ts';
export { seqOfTransactionId, transactionId } from './fingerprint.ts';
export { factsOf, type MovementRow, movementRow } from './movements.ts';
export { Overloaded } from './rounds.ts';
export { DOORS, type Door, isV2Door } from './words.ts';

/** Statements of one call: the contract's batch limit. */
export const STATEMENTS_MAX = 1_000;
/** Results of a batch are kept so long (official API, batch result). */
export const REQUEST_KEPT_SECONDS = 60 * 86_400;
/** How old a provider's total may be when an add is held against its subscription. */
const TOTAL_FRESH_MS = 1_000;
/** Providers that add within a second; more only cost a query. */
const TOTALS_KEPT = 5_000;
/** End of the year 9999: hides nothing, also not what a process with a faster clock has received. */
const FOREVER = 253_402_300_799;
/** List look-ups are cut into pieces of so many keys, which stay nested-loop at any size (storage.md). */
const GRANTED_PIECE = 1_000;

export interface Entry {
  readonly door: Door;
  /** V2: a statement that says what is recorded already is answered, not refused. */
  readonly idempotent?: boolean;
  /** Keeps the outcomes under this id, to be asked for later. */
  readonly request?: { readonly requestId: string; readonly version: 1 | 2 };
  readonly retailerAccess?: readonly (readonly number[] | undefined)[];
  readonly restores?: readonly (number | null)[];
  /** Names that citizens gave, by index of the statement. */
  readonly citizenNames?: readonly (string | null)[];
}

/** One movement with its address in clear. Times are epoch seconds. */
export interface Movement extends MovementRow {
  readonly address: string;
  readonly transactionId: string;
}

/** What stands for a key: a movement, a withheld refusal, or both. */
export interface ConsentStatus {
  /** Null where nothing was recorded. */
  readonly movement: Movement | null;
  /** A refusal that the contract turned away and that counts all the same. */
  readonly withheld: {
    readonly source: number;
    readonly consentedAt: number;
    readonly receivedAt: number;
  } | null;
  readonly retailerAccessCount: number;
}

export interface FeedMovement extends Movement {
  readonly citizenName: string | null;
}

export interface RequestItem {
  readonly index: number;
  readonly code: string | undefined;
  readonly movement: Movement | undefined;
  /** V2: the movement was there before this request. */
  readonly unchanged: boolean;
}

export interface DayCount {
  readonly kind: number;
  readonly side: SourceSide;
  readonly approval: number;
  readonly rejection: number;
  readonly total: number;
}

export interface Registry {
  /**
   * Records statements, all of one brand, in their order; answers after the commit, an outcome for each.
   * Throws Overloaded before any work; DatabaseUnavailable where nothing was committed, or where whether it was could
   * not be found out.
   */
  record(scope: BrandScope, statements: readonly Statement[], entry: Entry): Promise<Outcome[]>;
  /** Keeps the refusals among statements that the contract turned away; every status and check honours them. */
  withhold(scope: BrandScope, statements: readonly Statement[], door: Door): Promise<void>;
  status(scope: BrandScope, kind: number, address: string): Promise<ConsentStatus | null>;
  /** Present state of many keys of one kind: true where the address may be contacted. */
  granted(scope: BrandScope, kind: number, addresses: readonly string[]): Promise<boolean[]>;
  /** All movements of one key, newest consent date first. */
  history(scope: BrandScope, kind: number, address: string): Promise<Movement[]>;
  /** Movements after a number, oldest first. */
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
  /** Number before the first movement of a day, for a feed that reaches back a fixed time. */
  seqBefore(scope: BrandScope, day: string): Promise<number>;
  /**
   * Number that a feed cursor stands at: of the movement it names, or, for a cursor that is none of ours, of the last
   * movement received up to its time (epoch seconds).
   */
  seqOfCursor(scope: BrandScope, receivedAt: number, transactionId: string): Promise<number>;
  request(scope: BrandScope, requestId: string): Promise<RequestItem[] | null>;
  /** Granted and refused states of brands, from the counters. */
  totals(brandIds: readonly number[]): Promise<Map<number, { approval: number; rejection: number }>>;
  /** Granted states of brands together, at most a second old: asked before each add where a subscription is bounded. */
  grantedTotal(brandIds: readonly number[]): Promise<number>;
  dayCounts(brandId: number, day: string): Promise<DayCount[]>;
  /** First and last number of a day, or null where nothing moved. */
  dayRange(brandId: number, day: string): Promise<{ first: number; last: number } | null>;
  /** Brands that moved on a day. */
  brandsOfDay(day: string): Promise<number[]>;
  /** Movements with numbers above `after` up to `last`, at most `limit`. */
  range(brandId: number, after: number, last: number, limit: number): Promise<Movement[]>;
  /** Movements of the registry's sources on some channels after a number: what push sends. */
  registryMovements(brandId: number, channel: number, afterSeq: number, limit: number): Promise<Movement[]>;
  lastSeq(brandId: number): Promise<number>;
  readonly retailers: RetailerAccess;
  /** Database key of an address, for lists beside the consents. */
  addressKey(kind: number, address: string): AddressKey;
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

interface StatusKey {
  readonly brandId: number;
  readonly kind: number;
  readonly key: AddressKey;
  readonly address: string;
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
      const barred = await findBarred(task);
      const alone = { ...task, barred };
      const outcomes = (await runRound(database, clock, [alone], true)).get(alone) as Outcome[];
      events.emit('movements', task.brandId);
      return outcomes;
    },
    isUndecided: (error) => error instanceof Undecided,
    onRound: (statements, tasks, brands) => events.emit('round', statements, tasks, brands),
  });

  /** Halves a task's statements until the ones that the database will not take stand alone. */
  async function findBarred(task: RecordTask): Promise<Set<number>> {
    const barred = new Set<number>();
    const all = task.statements.map((_, index) => index);
    async function search(some: readonly number[]): Promise<void> {
      const others = new Set(all.filter((index) => !some.includes(index)));
      try {
        await tryRound(database, clock, { ...task, request: null, barred: others });
      } catch (error) {
        if (!isDataError(error)) throw error;
        if (some.length === 1) barred.add(some[0] as number);
        else {
          const middle = some.length >> 1;
          await search(some.slice(0, middle));
          await search(some.slice(middle));
        }
      }
    }
    await search(all);
    return barred;
  }

  function addressKeys(statements: readonly { readonly kind: number; readonly address: string }[]): {
    keys: AddressKey[];
    sealed: (string | null)[];
  } {
    const telephones: number[] = [];
    const emails: number[] = [];
    for (let i = 0; i < statements.length; i++)
      (isEmailKind((statements[i] as Statement).kind) ? emails : telephones).push(i);
    const list: AddressKey[] = new Array(statements.length);
    const sealed: (string | null)[] = new Array(statements.length).fill(null);
    const addressOf = (i: number): string => (statements[i] as Statement).address;
    if (telephones.length > 0)
      keys.telephoneKeys(telephones.map(addressOf)).forEach((key, at) => {
        list[telephones[at] as number] = key;
      });
    if (emails.length > 0) {
      const texts = emails.map(addressOf);
      const emailKeys = keys.emailKeys(texts);
      const ciphertexts = keys.sealEmails(texts, emailKeys);
      emails.forEach((i, at) => {
        list[i] = emailKeys[at] as AddressKey;
        sealed[i] = ciphertexts[at] as string;
      });
    }
    return { keys: list, sealed };
  }

  function task(scope: BrandScope, statements: readonly Statement[], entry: Entry, withholdOnly: boolean): RecordTask {
    if (statements.length > STATEMENTS_MAX) throw new RangeError(`at most ${STATEMENTS_MAX} statements a call`);
    for (const { kind } of statements)
      if (!scope.may(channelOf(kind), 'write')) throw new Error('the scope has no right to write this channel');
    return {
      brandId: scope.brandId,
      size: Math.max(1, statements.length),
      statements,
      ...addressKeys(statements),
      // Every door but the official one is welcoming; there it is the provider's policy.
      strictness: isOfficialDoor(entry.door) ? scope.facts.strictness : 'welcoming',
      idempotent: entry.idempotent ?? false,
      actor: scope.facts.actor,
      door: entry.door,
      request: entry.request ?? null,
      retailerAccess: entry.retailerAccess?.some((list) => list !== undefined) ? entry.retailerAccess : null,
      restores: entry.restores ?? null,
      names: entry.citizenNames?.map((name) => (name === null ? null : keys.sealText(name).toString('hex'))) ?? null,
      barred: new Set(),
      withholdOnly,
    };
  }

  /** Opens the addresses of rows of one brand, a list at a time. */
  function openAddresses(rows: readonly { readonly row: MovementRow; readonly sealed: Buffer | null }[]): string[] {
    const addresses: string[] = new Array(rows.length);
    const telephones: number[] = [];
    const emails: number[] = [];
    rows.forEach(({ row }, i) => {
      (isEmailKind(row.kind) ? emails : telephones).push(i);
    });
    const keyOf = (i: number): AddressKey => (rows[i] as (typeof rows)[number]).row.key;
    if (telephones.length > 0)
      keys.openTelephones(telephones.map(keyOf)).forEach((address, at) => {
        addresses[telephones[at] as number] = address;
      });
    if (emails.length > 0)
      keys
        .openEmails(
          emails.map((i) => (rows[i] as (typeof rows)[number]).sealed as Buffer),
          emails.map(keyOf),
        )
        .forEach((address, at) => {
          addresses[emails[at] as number] = address;
        });
    return addresses;
  }

  function withAddress(brandId: number, row: MovementRow, address: string): Movement {
    return { ...row, address, transactionId: transactionIdOf(brandId, row, address) };
  }

  function openMovements(brandId: number, rows: readonly { row: MovementRow; sealed: Buffer | null }[]): Movement[] {
    const addresses = openAddresses(rows);
    return rows.map(({ row }, i) => withAddress(brandId, row, addresses[i] as string));
  }

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

  async function totals(brandIds: readonly number[]): Promise<Map<number, { approval: number; rejection: number }>> {
    const rows = await database.rows<[number, number, number]>(sql.BRAND_TOTALS, [numbers(brandIds)]);
    return new Map(rows.map(([brandId, approval, rejection]) => [brandId, { approval, rejection }]));
  }
  const grantedTotals = new Map<string, { readonly total: Promise<number>; readonly at: number }>();

  function kindsOf(scope: BrandScope): number[] {
    return scope.readableChannels().flatMap((channel: number) => [channel * 2, channel * 2 + 1]);
  }

  return {
    async record(scope, statements, entry) {
      return await rounds.add(task(scope, statements, entry, false));
    },

    async withhold(scope, statements, door) {
      const refusals = statements.filter(({ status }) => status === RET);
      if (refusals.length > 0) await rounds.add(task(scope, refusals, { door }, true));
    },

    status(scope, kind, address) {
      const key = addressKeys([{ kind, address }]).keys[0] as AddressKey;
      return statuses.get({ brandId: scope.brandId, kind, key, address });
    },

    async granted(scope, kind, addresses) {
      const list = addressKeys(addresses.map((address) => ({ kind, address }))).keys;
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
      const key = addressKeys([{ kind, address }]).keys[0] as AddressKey;
      const rows = await database.rows(sql.HISTORY, [scope.brandId, kind, key]);
      return rows.map((row) => withAddress(scope.brandId, movementRow(row), address));
    },

    async feed(scope, { afterSeq, side, limit, until }) {
      const query = side === 'IYS' ? sql.FEED_OF_REGISTRY : sql.FEED_OF_PROVIDER;
      const rows = await database.rows(query, [
        scope.brandId,
        afterSeq,
        numbers(kindsOf(scope)),
        until ?? FOREVER,
        limit,
        clock.now(),
      ]);
      const movements = openMovements(
        scope.brandId,
        rows.map((row) => ({ row: movementRow(row), sealed: row[16] as Buffer | null })),
      );
      return movements.map((movement, i) => {
        const name = (rows[i] as readonly unknown[])[17] as Buffer | null;
        return { ...movement, citizenName: name === null ? null : keys.openText(name) };
      });
    },

    async seqBefore(scope, day) {
      const [row] = await database.rows<[number | null]>(sql.SEQ_BEFORE_DAY, [scope.brandId, day]);
      return row?.[0] ?? 0;
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
      openMovements(
        scope.brandId,
        found.map((row) => ({ row: movementRow(row, 1), sealed: row[17] as Buffer | null })),
      ).forEach((movement, at) => {
        movements.set((found[at] as readonly unknown[])[0] as number, movement);
      });
      return outcomes.map((outcome, index) => ({
        index,
        code: codeOfOutcome(outcome),
        movement: movements.get(index + 1),
        unchanged: outcome === OUTCOMES.unchanged,
      }));
    },

    totals,

    grantedTotal(brandIds) {
      const name = brandIds.join(' ');
      const now = clock.nowMs();
      const known = grantedTotals.get(name);
      if (known && now - known.at < TOTAL_FRESH_MS && now >= known.at) return known.total;
      if (grantedTotals.size >= TOTALS_KEPT) grantedTotals.clear();
      const total = totals(brandIds).then((all) => [...all.values()].reduce((sum, { approval }) => sum + approval, 0));
      grantedTotals.set(name, { total, at: now });
      total.catch(() => grantedTotals.delete(name));
      return total;
    },

    async dayCounts(brandId, day) {
      const rows = await database.rows<[number, number, number, number]>(sql.DAY_COUNTS, [brandId, day]);
      const counts: { kind: number; side: SourceSide; approval: number; rejection: number; total: number }[] = [];
      for (let kind = 0; kind < KINDS; kind++)
        for (const side of ['HS', 'IYS'] as const) {
          const own = rows.filter(([k, state]) => k === kind && sourceSide(sourceNumberOf(state)) === side);
          const sum = (changes: readonly number[]): number =>
            own.reduce((total, [, , change, movements]) => total + (changes.includes(change) ? movements : 0), 0);
          counts.push({
            kind,
            side,
            approval: sum([CHANGES.firstOnay, CHANGES.onayAfterRet]),
            rejection: sum([CHANGES.retAfterOnay]),
            total: sum(Object.values(CHANGES)),
          });
        }
      return counts;
    },

    async dayRange(brandId, day) {
      const rows = await database.rows<[number | null, number | null]>(sql.DAY_RANGE, [brandId, day]);
      const [first, last] = rows[0] ?? [null, null];
      return first === null || last === null ? null : { first, last };
    },

    async brandsOfDay(day) {
      return (await database.rows<[number]>(sql.BRANDS_OF_DAY, [day])).map(([brandId]) => brandId);
    },

    async range(brandId, after, last, limit) {
      const rows = await database.rows(sql.RANGE, [brandId, after, last, limit]);
      return openMovements(
        brandId,
        rows.map((row) => ({ row: movementRow(row), sealed: row[16] as Buffer | null })),
      );
    },

    async registryMovements(brandId, channel, afterSeq, limit) {
      const rows = await database.rows(sql.FEED_OF_REGISTRY, [
        brandId,
        afterSeq,
        numbers([channel * 2, channel * 2 + 1]),
        FOREVER,
        limit,
        clock.now(),
      ]);
      return openMovements(
        brandId,
        rows.map((row) => ({ row: movementRow(row), sealed: row[16] as Buffer | null })),
      );
    },

    async lastSeq(brandId) {
      const rows = await database.rows<[number]>('select last_seq from brand_journal where brand_id = $1', [brandId]);
      return rows[0]?.[0] ?? 0;
    },

    retailers: retailerAccess(database, keys),
    addressKey: (kind, address) => addressKeys([{ kind, address }]).keys[0] as AddressKey,
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
