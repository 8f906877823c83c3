// What a round writes, from its tasks to its rows: the journals and states read under the lock, the judgement in
// memory, and the statements that write it. `round-transaction.ts` puts it into a transaction.
//
// The time is taken under the lock, so that order of time and order of number agree and a day can be closed. Several
// statements of one key in one round see each other in order. What is written is counted against what was meant: a
// difference ends the round before the commit.

import { randomBytes } from 'node:crypto';
import {
  CHANGES,
  changeOf,
  istanbulDay,
  judge,
  ONAY,
  SOURCE_NUMBERS,
  type Statement,
  type StoredConsent,
  type Strictness,
  stateOf,
  statusBitOf,
} from '@acik-iys/law';
import type { Clock } from '../../ground/clock.ts';
import type { Connection, Row } from '../../ground/database.ts';
import type { AddressKey } from '../../ground/keys.ts';
import { type MovementFacts, transactionId } from './fingerprint.ts';
import { bytesOrNull, lists, numbers, numbersOrNull, words, wordsOrNull } from './literals.ts';
import { movementRow, withAddress } from './movements.ts';
import * as sql from './round-sql.ts';
import type { RoundTask } from './rounds.ts';
import { NOTHING_BEFORE, OUTCOMES, outcomeOfCode } from './words.ts';

/** What a caller gets for each of his statements. Times are epoch seconds. */
export type Outcome =
  | {
      readonly kind: 'accepted' | 'overtaken';
      readonly seq: number;
      readonly transactionId: string;
      readonly receivedAt: number;
    }
  | { readonly kind: 'unchanged'; readonly seq: number; readonly transactionId: string; readonly receivedAt: number }
  | { readonly kind: 'refused'; readonly code: string };

export interface RecordTask extends RoundTask {
  readonly statements: readonly Statement[];
  /** Address keys, by index of the statement. */
  readonly keys: readonly AddressKey[];
  /** Ciphertexts (hex) of e-mails, null for telephones. */
  readonly sealed: readonly (string | null)[];
  readonly strictness: Strictness;
  readonly idempotent: boolean;
  readonly actor: number;
  readonly door: number;
  readonly request: { readonly requestId: string; readonly version: 1 | 2 } | null;
  /** By index; undefined leaves the consent's list as it is. */
  readonly retailerAccess: readonly (readonly number[] | undefined)[] | null;
  /** By index, hex: the sealed name that a citizen gave with the statement. */
  readonly names: readonly (string | null)[] | null;
  /** Statements that the database would not take, by index: refused without a try (see `runIsolated`). */
  readonly barred: ReadonlySet<number>;
  /** Refusals turned away for their form alone: withheld without being judged. */
  readonly withholdOnly: boolean;
}

/** Code of a statement that the database would not take although its form was right. */
export const BARRED_CODE = 'H470';
/** A name that came with IYS_WEB_YENI is shown for seven days (official API, changes). */
const NAME_KEPT_SECONDS = 7 * 86_400;
/** Random part of a fingerprint: as many bits as a number carries exactly. */
const NONCE_BYTES = 6;

interface Journal {
  readonly start: number;
  seq: number;
  receivedAt: number;
  withheldBefore: number;
  withheldNow: number;
}

/** The present state of one key (brand, kind, address), as read and then as the round's statements change it. */
interface KeyState {
  readonly brandId: number;
  readonly kind: number;
  readonly key: AddressKey;
  readonly sealed: string | null;
  stored: (StoredConsent & { lastSeq: number; lateSeq: number | null }) | null;
  /** Changed by the round, so to be written. */
  dirty: boolean;
}

interface NewMovement extends MovementFacts {
  readonly task: RecordTask;
  /** Of its statement in the task. */
  readonly index: number;
  readonly keyState: KeyState;
}

/** A row of `brand_day`: what the round adds to it. */
interface DayCounter {
  readonly brandId: number;
  readonly day: string;
  readonly kind: number;
  readonly state: number;
  readonly change: number;
  readonly oldState: number | null;
  movements: number;
  readonly firstSeq: number;
  lastSeq: number;
}

interface Withheld {
  readonly keyState: KeyState;
  readonly source: number;
  readonly consentedAt: number;
  readonly receivedAt: number;
  readonly task: RecordTask;
}

/** A V2 statement that says what is recorded already; its answer is filled in once the movement is read. */
interface UnchangedItem {
  readonly outcomes: Outcome[];
  readonly index: number;
  readonly brandId: number;
  /** Of that movement. */
  readonly seq: number;
  readonly address: string;
}

/** A row count that differs from what was meant: the round is rolled back. */
class InvariantBroken extends Error {}

/** One round while it is made: `prepare`, then `write`, both in the caller's transaction. */
export class RoundDraft {
  readonly #connection: Connection;
  readonly #clock: Clock;
  readonly #asked: readonly RecordTask[];
  #tasks: RecordTask[] = [];
  readonly #journals = new Map<number, Journal>();
  readonly #keyStates: KeyState[] = [];
  /** States of the keys of a task's statements, by index. */
  readonly #keyStatesOf = new Map<RecordTask, KeyState[]>();
  readonly #movements: NewMovement[] = [];
  readonly #days = new Map<string, DayCounter>();
  readonly #withheld: Withheld[] = [];
  readonly #outcomes = new Map<RecordTask, Outcome[]>();
  readonly #unchanged: UnchangedItem[] = [];
  #nonces = Buffer.alloc(0);

  constructor(connection: Connection, clock: Clock, tasks: readonly RecordTask[]) {
    this.#connection = connection;
    this.#clock = clock;
    this.#asked = tasks;
  }

  get brands(): number[] {
    return [...this.#journals.keys()];
  }

  results(): Map<RecordTask, Outcome[]> {
    return this.#outcomes;
  }

  /** Something that this round alone wrote, or null where doing it twice does no harm. */
  probe(): { text: string; values: readonly unknown[] } | null {
    const movement = this.#movements[0];
    if (movement) return { text: sql.PROBE_MOVEMENT, values: [movement.brandId, movement.seq, movement.nonce] };
    const request = this.#tasks.find((task) => task.request !== null);
    if (request?.request) return { text: sql.PROBE_REQUEST, values: [request.brandId, request.request.requestId] };
    return null;
  }

  /** Locks, reads and judges. */
  async prepare(wait: boolean): Promise<void> {
    const asked = [...new Set(this.#asked.map((task) => task.brandId))];
    const locked = await this.#connection.rows(wait ? sql.LOCK_WAITING : sql.LOCK, [numbers(asked)]);
    for (const [brandId, seq, lastAt, withheld] of locked as [number, number, number, number][])
      this.#journals.set(brandId, {
        start: seq,
        seq,
        receivedAt: Math.max(this.#clock.now(), lastAt),
        withheldBefore: withheld,
        withheldNow: 0,
      });
    if (wait && this.#journals.size < asked.length) throw new InvariantBroken('a brand has no journal');
    this.#tasks = this.#asked.filter((task) => this.#journals.has(task.brandId));
    if (this.#tasks.length === 0) return;
    await this.#read();
    this.#nonces = randomBytes(NONCE_BYTES * this.#tasks.reduce((sum, task) => sum + task.statements.length, 0));
    for (const task of this.#tasks) this.#judgeTask(task);
    await this.#describeUnchanged();
  }

  async #read(): Promise<void> {
    const keyStates = this.#keyStates;
    const byName = new Map<string, KeyState>();
    for (const task of this.#tasks) {
      const own: KeyState[] = [];
      for (let i = 0; i < task.statements.length; i++) {
        const kind = (task.statements[i] as Statement).kind;
        const key = task.keys[i] as AddressKey;
        const name = `${task.brandId} ${kind} ${key}`;
        let keyState = byName.get(name);
        if (keyState === undefined) {
          const sealed = task.sealed[i] as string | null;
          keyState = { brandId: task.brandId, kind, key, sealed, stored: null, dirty: false };
          byName.set(name, keyState);
          keyStates.push(keyState);
        }
        own.push(keyState);
      }
      this.#keyStatesOf.set(task, own);
    }
    const rows = await this.#connection.rows(sql.READ, [numbers(this.brands), ...keyColumns(keyStates)]);
    for (const row of rows) {
      const keyState = keyStates[(row[0] as number) - 1] as KeyState;
      keyState.stored = {
        state: row[1] as number,
        consentedAt: row[2] as number | null,
        lastSeq: row[3] as number,
        lateSeq: row[4] as number | null,
        retailer: row[5] as number | null,
      };
      const journal = this.#journals.get(keyState.brandId) as Journal;
      if (keyState.stored.lastSeq > journal.start) throw new InvariantBroken('a consent is ahead of its journal');
    }
  }

  #judgeTask(task: RecordTask): void {
    const journal = this.#journals.get(task.brandId) as Journal;
    const outcomes: Outcome[] = [];
    this.#outcomes.set(task, outcomes);
    const day = istanbulDay(journal.receivedAt);
    const keyStates = this.#keyStatesOf.get(task) as KeyState[];
    task.statements.forEach((statement, index) => {
      const keyState = keyStates[index] as KeyState;
      if (task.barred.has(index)) {
        outcomes.push({ kind: 'refused', code: BARRED_CODE });
        return;
      }
      if (task.withholdOnly) {
        this.#withhold(task, keyState, statement, journal);
        outcomes.push({ kind: 'refused', code: 'H467' });
        return;
      }
      const verdict = judge(statement, keyState.stored, task);
      switch (verdict.kind) {
        case 'accept':
        case 'overtaken':
          outcomes.push(this.#move(task, statement, index, keyState, journal, day, verdict.kind === 'overtaken'));
          break;
        case 'unchanged':
          this.#unchanged.push({
            outcomes,
            index,
            brandId: task.brandId,
            seq: keyState.stored?.lastSeq as number,
            address: statement.address,
          });
          outcomes.push({ kind: 'refused', code: BARRED_CODE });
          break;
        case 'refuse':
          if (verdict.withhold) this.#withhold(task, keyState, statement, journal);
          outcomes.push({ kind: 'refused', code: verdict.code });
      }
    });
  }

  #move(
    task: RecordTask,
    statement: Statement,
    index: number,
    keyState: KeyState,
    journal: Journal,
    day: string,
    overtaken: boolean,
  ): Outcome {
    journal.seq += 1;
    const old = keyState.stored;
    const consentedAt =
      statement.consentedAt ?? (statement.status === ONAY ? null : undatedRefusal(statement, old, journal));
    const movement: NewMovement = {
      task,
      index,
      keyState,
      brandId: task.brandId,
      seq: journal.seq,
      kind: statement.kind,
      address: statement.address,
      state: stateOf(statement.source, statement.status),
      oldState: old?.state ?? null,
      consentedAt,
      receivedAt: journal.receivedAt,
      prevSeq: (overtaken ? old?.lateSeq : old?.lastSeq) ?? null,
      actor: task.actor,
      door: task.door,
      retailer: statement.retailer,
      nonce: this.#nonces.readUIntBE(this.#movements.length * NONCE_BYTES, NONCE_BYTES),
      overtaken,
      restores: null,
    };
    this.#movements.push(movement);
    keyState.dirty = true;
    if (overtaken && old) keyState.stored = { ...old, lateSeq: movement.seq };
    else
      keyState.stored = {
        state: movement.state,
        consentedAt,
        retailer: statement.retailer,
        lastSeq: movement.seq,
        lateSeq: old?.lateSeq ?? null,
      };
    const change = overtaken ? CHANGES.overtaken : changeOf(movement.oldState, statement.status);
    this.#count(movement, day, change);
    return {
      kind: overtaken ? 'overtaken' : 'accepted',
      seq: movement.seq,
      transactionId: transactionId(movement),
      receivedAt: movement.receivedAt,
    };
  }

  #count({ brandId, kind, state, oldState, seq }: NewMovement, day: string, change: number): void {
    const name = `${brandId} ${kind} ${state} ${change} ${oldState}`;
    const count = this.#days.get(name);
    if (count) {
      count.movements += 1;
      count.lastSeq = seq;
    } else
      this.#days.set(name, { brandId, day, kind, state, change, oldState, movements: 1, firstSeq: seq, lastSeq: seq });
  }

  #withhold(task: RecordTask, keyState: KeyState, statement: Statement, journal: Journal): void {
    journal.withheldNow += 1;
    this.#withheld.push({
      keyState,
      source: statement.source,
      consentedAt: statement.consentedAt ?? journal.receivedAt,
      receivedAt: journal.receivedAt,
      task,
    });
  }

  /** V2: an unchanged statement is answered with the movement that stands for it. */
  async #describeUnchanged(): Promise<void> {
    if (this.#unchanged.length === 0) return;
    const fresh = new Map(this.#movements.map((movement) => [`${movement.brandId} ${movement.seq}`, movement]));
    const stored: UnchangedItem[] = [];
    for (const item of this.#unchanged) {
      const movement = fresh.get(`${item.brandId} ${item.seq}`);
      if (!movement) {
        stored.push(item);
        continue;
      }
      const first = (this.#outcomes.get(movement.task) as Outcome[])[movement.index] as Outcome & { kind: 'accepted' };
      item.outcomes[item.index] = { ...first, kind: 'unchanged' };
    }
    if (stored.length === 0) return;
    const rows = await this.#connection.rows(sql.MOVEMENTS_BY_SEQ, [
      numbers(this.brands),
      numbers(stored.map((item) => item.brandId)),
      numbers(stored.map((item) => item.seq)),
    ]);
    if (rows.length !== stored.length) throw new InvariantBroken('a consent has no movement');
    for (const row of rows) {
      const item = stored[(row[0] as number) - 1] as UnchangedItem;
      const { seq, transactionId, receivedAt } = withAddress(item.brandId, movementRow(row, 1), item.address);
      item.outcomes[item.index] = { kind: 'unchanged', seq, transactionId, receivedAt };
    }
  }

  /** Writes what the judgement decided; nothing where nothing was decided. */
  async write(): Promise<void> {
    const requests = this.#tasks.filter((task) => task.request !== null);
    if (this.#movements.length > 0) {
      await this.#writeConsents();
      await this.#writeMovements();
      await this.#countDays();
      await this.#endWithheld();
      await this.#writeRetailerAccess();
      await this.#writeNames();
    }
    if (this.#withheld.length > 0) await this.#writeWithheld();
    if (requests.length > 0) await this.#writeRequests(requests);
    if (this.#movements.length > 0 || this.#withheld.length > 0) await this.#moveJournals();
  }

  async #expect(written: Promise<number>, meant: number, what: string): Promise<void> {
    const count = await written;
    if (count !== meant) throw new InvariantBroken(`${what}: ${count} rows written, ${meant} meant`);
  }

  async #writeConsents(): Promise<void> {
    const keyStates = this.#keyStates.filter((keyState) => keyState.dirty);
    const stored = keyStates.map((keyState) => keyState.stored as NonNullable<KeyState['stored']>);
    await this.#expect(
      this.#connection.run(sql.WRITE_CONSENTS, [
        numbers(this.brands),
        ...keyColumns(keyStates),
        numbers(stored.map((consent) => consent.state)),
        numbers(stored.map((consent) => consent.consentedAt)),
        numbers(stored.map((consent) => consent.lastSeq)),
        numbersOrNull(stored.map((consent) => consent.lateSeq)),
        numbersOrNull(stored.map((consent) => consent.retailer)),
        bytesOrNull(keyStates.map((keyState) => keyState.sealed)),
      ]),
      keyStates.length,
      'consents',
    );
  }

  async #writeMovements(): Promise<void> {
    const movements = this.#movements;
    await this.#expect(
      this.#connection.run(sql.WRITE_MOVEMENTS, [
        numbers(this.brands),
        numbers(movements.map(({ brandId }) => brandId)),
        numbers(movements.map(({ seq }) => seq)),
        numbers(movements.map(({ kind }) => kind)),
        words(movements.map(({ keyState }) => keyState.key)),
        numbers(movements.map(({ state }) => state)),
        numbersOrNull(movements.map(({ oldState }) => oldState)),
        numbersOrNull(movements.map(({ consentedAt }) => consentedAt)),
        numbers(movements.map(({ receivedAt }) => receivedAt)),
        numbersOrNull(movements.map(({ prevSeq }) => prevSeq)),
        numbers(movements.map(({ nonce }) => nonce)),
        numbers(movements.map(({ actor }) => actor)),
        numbers(movements.map(({ door }) => door)),
        numbersOrNull(movements.map(({ retailer }) => retailer)),
        wordsOrNull(movements.map(({ task }) => task.request?.requestId ?? null)),
        numbers(movements.map(({ index }) => index)),
        numbersOrNull(movements.map(({ restores }) => restores)),
        wordsOrNull(movements.map(({ overtaken }) => (overtaken ? 'true' : null))),
      ]),
      movements.length,
      'movements',
    );
  }

  async #countDays(): Promise<void> {
    const days = [...this.#days.values()];
    await this.#expect(
      this.#connection.run(sql.COUNT_DAYS, [
        numbers(this.brands),
        numbers(days.map((count) => count.brandId)),
        words(days.map((count) => count.day)),
        numbers(days.map((count) => count.kind)),
        numbers(days.map((count) => count.state)),
        numbers(days.map((count) => count.change)),
        numbers(days.map((count) => count.oldState ?? NOTHING_BEFORE)),
        numbers(days.map((count) => count.movements)),
        numbers(days.map((count) => count.firstSeq)),
        numbers(days.map((count) => count.lastSeq)),
      ]),
      days.length,
      'days',
    );
  }

  async #endWithheld(): Promise<void> {
    const granted = this.#movements.filter(
      ({ brandId, state, consentedAt }) =>
        statusBitOf(state) === ONAY &&
        consentedAt !== null &&
        (this.#journals.get(brandId) as Journal).withheldBefore > 0,
    );
    if (granted.length === 0) return;
    await this.#connection.run(sql.END_WITHHELD, [
      numbers(this.brands),
      ...keyColumns(granted.map(({ keyState }) => keyState)),
      numbers(granted.map(({ consentedAt }) => consentedAt)),
    ]);
  }

  async #writeRetailerAccess(): Promise<void> {
    // The last word for a key counts; the retailer who took the consent may always see it.
    const cleared = new Set<KeyState>();
    const granted = new Map<KeyState, Set<number>>();
    for (const { task, index, keyState, retailer, overtaken } of this.#movements) {
      // It stands in the history only: who may see the consent that passed it stays as it was.
      if (overtaken) continue;
      const list = task.retailerAccess?.[index];
      if (list) {
        cleared.add(keyState);
        granted.set(keyState, new Set(list));
      }
      if (retailer !== null) granted.set(keyState, (granted.get(keyState) ?? new Set()).add(retailer));
    }
    if (cleared.size > 0)
      await this.#connection.run(sql.CLEAR_RETAILER_ACCESS, [numbers(this.brands), ...keyColumns([...cleared])]);
    if (granted.size > 0) {
      const rows = [...granted].flatMap(([keyState, codes]) => [...codes].map((code) => ({ keyState, code })));
      await this.#connection.run(sql.GRANT_RETAILER_ACCESS, [
        numbers(this.brands),
        ...keyColumns(rows.map(({ keyState }) => keyState)),
        numbers(rows.map(({ code }) => code)),
      ]);
    }
  }

  async #writeNames(): Promise<void> {
    const named = this.#movements.flatMap((movement) => {
      const name = movement.task.names?.[movement.index];
      return name ? [{ movement, name }] : [];
    });
    if (named.length === 0) return;
    await this.#connection.run(sql.WRITE_NAMES, [
      numbers(this.brands),
      numbers(named.map(({ movement }) => movement.brandId)),
      numbers(named.map(({ movement }) => movement.seq)),
      bytesOrNull(named.map(({ name }) => name)),
      numbers(named.map(({ movement }) => movement.receivedAt + NAME_KEPT_SECONDS)),
    ]);
  }

  async #writeWithheld(): Promise<void> {
    // One row a key in one statement: the latest word wins.
    const latest = new Map<KeyState, Withheld>();
    for (const withheld of this.#withheld) {
      const before = latest.get(withheld.keyState);
      if (!before || before.consentedAt <= withheld.consentedAt) latest.set(withheld.keyState, withheld);
    }
    const rows = [...latest.values()];
    await this.#connection.run(sql.WITHHOLD, [
      numbers(this.brands),
      ...keyColumns(rows.map(({ keyState }) => keyState)),
      numbers(rows.map(({ source }) => source)),
      numbers(rows.map(({ consentedAt }) => consentedAt)),
      numbers(rows.map(({ receivedAt }) => receivedAt)),
      numbers(rows.map(({ task }) => task.actor)),
      numbers(rows.map(({ task }) => task.door)),
      bytesOrNull(rows.map(({ keyState }) => keyState.sealed)),
    ]);
  }

  async #writeRequests(tasks: readonly RecordTask[]): Promise<void> {
    const outcomes = tasks.map((task) => this.#outcomes.get(task) as Outcome[]);
    await this.#expect(
      this.#connection.run(sql.WRITE_REQUESTS, [
        numbers(this.brands),
        numbers(tasks.map((task) => task.brandId)),
        words(tasks.map((task) => task.request?.requestId as string)),
        numbers(tasks.map((task) => (this.#journals.get(task.brandId) as Journal).receivedAt)),
        numbers(tasks.map((task) => task.request?.version as number)),
        lists(
          outcomes.map((list) =>
            list.map((outcome) => (outcome.kind === 'refused' ? outcomeOfCode(outcome.code) : OUTCOMES[outcome.kind])),
          ),
        ),
        lists(outcomes.map((list) => list.map((outcome) => (outcome.kind === 'refused' ? 0 : outcome.seq)))),
      ]),
      tasks.length,
      'requests',
    );
  }

  async #moveJournals(): Promise<void> {
    const moved = [...this.#journals].filter(([, journal]) => journal.seq > journal.start || journal.withheldNow > 0);
    await this.#expect(
      this.#connection.run(sql.MOVE_JOURNALS, [
        numbers(this.brands),
        numbers(moved.map(([brandId]) => brandId)),
        numbers(moved.map(([, journal]) => journal.seq)),
        numbers(moved.map(([, journal]) => journal.receivedAt)),
        numbers(moved.map(([, journal]) => journal.withheldNow)),
      ]),
      moved.length,
      'journals',
    );
  }
}

/**
 * The date that a refusal without one counts from: its receipt (docs/law.md, rule 12), so that no consent given before passes
 * it. The operator's report of a closed line carries the date that the consent had (official API, sources).
 */
function undatedRefusal(statement: Statement, old: KeyState['stored'], journal: Journal): number | null {
  if (statement.source === SOURCE_NUMBERS.IYS_AHS_HAT_KAPATMA) return old?.consentedAt ?? null;
  return journal.receivedAt;
}

function keyColumns(keyStates: readonly KeyState[]): Row {
  return [
    numbers(keyStates.map((keyState) => keyState.brandId)),
    numbers(keyStates.map((keyState) => keyState.kind)),
    words(keyStates.map((keyState) => keyState.key)),
  ];
}
