// Statements given by hand, one at a time.
//
// A refusal is recorded at once. A consent waits WAIT_SECONDS as a row, so that it can be taken back past a closed tab,
// and is recorded by whichever process finds it due: at once by the one that took it, by any other after a crash. The
// wait never reaches past the consent's last day (law.md, rule 3). Recording is asked for as "the same again is no
// error", so an entry whose process died between the movement and the row is found recorded, not recorded twice.
// The form's key makes a double click one entry; a key that comes back with another content is refused. Who lost his
// right while it waited records nothing. What was refused after its wait is told to who gave it, in the transaction that
// decides it (rooms/messages).

import {
  type Calendar,
  type CheckedForm,
  channelOf,
  checkForm,
  earliestConsentTime,
  type FormContext,
  type FormFault,
  istanbulDay,
  periodEnd,
  periodInForce,
  periodOver,
  RET,
  type Statement,
} from '@acik-iys/law';
import type { Clock } from '../../ground/clock.ts';
import type { Connection, Database } from '../../ground/database.ts';
import type { AddressKeys } from '../../ground/keys.ts';
import { errorFields, type Log } from '../../ground/log.ts';
import type { Desk, DeskBrand, Desks } from '../access/index.ts';
import type { Messages } from '../messages/index.ts';
import { DOORS, type Outcome, type Registry } from '../registry/index.ts';
import { mayKnow, UNTOLD_CODE } from './may-know.ts';

/** How long a consent may be taken back. */
export const WAIT_SECONDS = 10;
/** A consent whose period ends sooner than this after its wait is recorded without one. */
const LAST_MOMENT_SECONDS = 5;
/** A process has an entry this long; then another may take it. */
const LEASE_SECONDS = 30;
/** What other processes left is looked for this often. */
const LOOK_EVERY_MS = 2_000;
const TAKEN_AT_ONCE = 50;

export { type Drafts, openDrafts } from './drafts.ts';
export {
  CHECK_ROWS_MAX,
  LIST_ROWS_MAX,
  type Lists,
  openLists,
  type RecordedList,
  type RowOutcome,
  type RowResult,
} from './lists.ts';

export type EntryState = 'waiting' | 'undone' | 'recorded' | 'unchanged' | 'refused';

export interface Entry {
  readonly entryId: string;
  readonly brandId: number;
  readonly state: EntryState;
  /** Why it was refused: an H-code, `desk.right_ended`, or `desk.untold` for a retailer who may not know. */
  readonly code: string | null;
  /** The movement that stands for it. */
  readonly seq: number | null;
  /** Until when it can be taken back, epoch seconds. */
  readonly dueAt: number;
}

export interface GivenStatement {
  /** Of the form: the same form sent twice is one entry. A uuid. */
  readonly key: string;
  /** As the official contract writes a consent: type, recipient, recipientType, status, source, consentDate. */
  readonly consent: Readonly<Record<string, unknown>>;
}

export interface Given {
  readonly entry: Entry;
  /** False: the same form came before. */
  readonly isNew: boolean;
}

export interface Entries {
  /**
   * Takes a statement of one brand.
   * @returns its faults of form instead, where it has any; 'other': another statement was given under this key
   */
  give(brand: DeskBrand, given: GivenStatement): Promise<Given | { faults: readonly FormFault[] } | 'other'>;
  /** Takes a waiting consent back; the entry as it is now, whatever came first. Undefined: not his entry. */
  undo(accountId: number, entryId: string): Promise<Entry | undefined>;
  entry(accountId: number, entryId: string): Promise<Entry | undefined>;
  /** A statement by the rules of form that hold for this brand now. */
  check(brand: DeskBrand, consent: Readonly<Record<string, unknown>>): CheckedForm;
  /** What those rules hang on: every door of a person's hand is welcoming. */
  formContext(brand: DeskBrand): FormContext;
  /** Records what is due now. @returns how many entries were decided */
  recordDue(): Promise<number>;
  start(): void;
  stop(): Promise<void>;
}

interface Sealed {
  readonly statement: Statement;
  readonly retailerAccess: readonly number[] | null;
}

type Decision = [state: EntryState, code: string | null, seq: number | null];

/** Whose entry it is, and what he may do by now. */
interface Giver {
  readonly accountId: number;
  readonly desk: Desk | undefined;
}

type EntryRow = [string, number, EntryState, string | null, number | null, number];
const ENTRY_COLUMNS = 'entry_id::text, brand_id, state, code, seq, extract(epoch from due_at)::float8';

export function openEntries({
  database,
  clock,
  keys,
  log,
  desks,
  registry,
  calendar,
  messages,
  referenceOf,
}: {
  readonly database: Database;
  readonly clock: Clock;
  readonly keys: AddressKeys;
  readonly log: Log;
  readonly desks: Desks;
  readonly registry: Registry;
  readonly calendar: Calendar;
  readonly messages: Pick<Messages, 'tell' | 'wake'>;
  /** The opaque name by which an organisation finds an address again. */
  readonly referenceOf: (organisationCode: number, address: string) => string;
}): Entries {
  let looking: NodeJS.Timeout | undefined;
  let working: Promise<unknown> = Promise.resolve();
  const timers = new Set<NodeJS.Timeout>();

  function formContext({ scope }: DeskBrand): FormContext {
    const now = clock.now();
    return {
      now,
      earliest: earliestConsentTime(calendar, now),
      historicLoadOpen: scope.facts.historicLoadOpen,
      strictness: 'welcoming',
    };
  }

  /** When a statement is to be recorded: now for a refusal, after the wait for a consent, but never past its last day. */
  function dueAt({ status, consentedAt }: Statement): number {
    const now = clock.now();
    const due = now + WAIT_SECONDS;
    const period = consentedAt === null ? undefined : periodInForce('record-consent', istanbulDay(consentedAt));
    if (status === RET) return now;
    if (consentedAt === null || period === undefined) return due;
    return due + LAST_MOMENT_SECONDS >= periodEnd(calendar, period, consentedAt) ? now : due;
  }

  async function find(accountId: number, entryId: string): Promise<Entry | undefined> {
    const [row] = await database.rows<EntryRow>(
      `select ${ENTRY_COLUMNS} from entry where account_id = $1 and entry_id = $2`,
      [accountId, entryId],
    );
    return row && entryOf(row);
  }

  /** What was given under a key before. */
  async function givenBefore(
    accountId: number,
    key: string,
    contentHash: Buffer,
  ): Promise<Given | 'other' | undefined> {
    const [row] = await database.rows<[...EntryRow, boolean]>(
      `select ${ENTRY_COLUMNS}, content_hash is not distinct from $3::bytea from entry
       where account_id = $1 and entry_key = $2`,
      [accountId, key, contentHash],
    );
    if (row === undefined) return undefined;
    const [entryId, brandId, state, code, seq, dueAt, isSame] = row;
    return isSame ? { entry: { entryId, brandId, state, code, seq, dueAt }, isNew: false } : 'other';
  }

  /**
   * Decides an entry that waits; one that is decided already stays so.
   * @param giver who is no longer looking at it, and is told where it was refused
   */
  async function decide(
    entryId: string,
    [state, code, seq]: Decision,
    { kind, address }: Statement,
    giver?: Giver,
  ): Promise<Entry> {
    const { entry, told } = await database.transaction(async (connection) => {
      const [row] = await connection.rows<EntryRow>(
        `update entry set state = $2, code = $3, seq = $4, decided_at = to_timestamp($5), lease_until = null, sealed = ''
         where entry_id = $1 and state = 'waiting' returning ${ENTRY_COLUMNS}`,
        [entryId, state, code, seq, clock.now()],
      );
      // Another process, which had it when this one's lease was over, or an undoing came first.
      if (row === undefined) return { entry: await decidedBefore(connection, entryId), told: [] };
      const decided = entryOf(row);
      const isNews = state === 'refused' && code !== null && giver !== undefined;
      return { entry: decided, told: isNews ? await tellRefused(connection, decided, { kind, address }, giver) : [] };
    });
    messages.wake(told);
    return entry;
  }

  async function decidedBefore(connection: Connection, entryId: string): Promise<Entry> {
    const [row] = await connection.rows<EntryRow>(`select ${ENTRY_COLUMNS} from entry where entry_id = $1`, [entryId]);
    return entryOf(row as EntryRow);
  }

  /** @returns accounts that were told */
  async function tellRefused(
    connection: Connection,
    { entryId, brandId, code }: Entry,
    { kind, address }: Pick<Statement, 'kind' | 'address'>,
    { accountId, desk }: Giver,
  ): Promise<readonly number[]> {
    const [row] = await connection.rows<[string]>('select name from brand where brand_id = $1', [brandId]);
    const reference = desk?.may('ask') ? referenceOf(desk.organisation.code, address) : null;
    return await messages.tell(connection, {
      accounts: [accountId],
      kind: 'entry-not-recorded',
      details: { brandId, brand: row?.[0] ?? '', channel: channelOf(kind), code: code ?? '', reference },
      dedupeKey: `entry-not-recorded ${entryId}`,
    });
  }

  async function record(
    entryId: string,
    brand: DeskBrand | undefined,
    { statement, retailerAccess }: Sealed,
    giver?: Giver,
  ): Promise<Entry> {
    const refused = (code: string): Promise<Entry> => decide(entryId, ['refused', code, null], statement, giver);
    if (brand === undefined || !brand.scope.may(channelOf(statement.kind), 'write'))
      return await refused('desk.right_ended');
    // The wait may have been long: a server that was down past the last day records nothing that the law calls void.
    if (periodOver(statement, formContext(brand)) !== undefined) return await refused('H467');
    const [outcome] = await registry.record(brand.scope, [statement], {
      door: DOORS.portal,
      idempotent: true,
      ...(retailerAccess && { retailerAccess: [retailerAccess] }),
    });
    const isKnown = await mayKnow(registry, brand, statement);
    return await decide(entryId, decisionOf(outcome as Outcome, isKnown), statement, giver);
  }

  /** Takes due entries that nobody works on. */
  async function takeDue(): Promise<[string, number, number, Buffer][]> {
    const now = clock.now();
    return await database.rows<[string, number, number, Buffer]>(
      `update entry set lease_until = to_timestamp($2)
       where entry_id in (
         select entry_id from entry
         where state = 'waiting' and due_at <= to_timestamp($1)
           and (lease_until is null or lease_until < to_timestamp($1))
         order by due_at limit ${TAKEN_AT_ONCE} for update skip locked)
       returning entry_id::text, account_id, brand_id, sealed`,
      [now, now + LEASE_SECONDS],
    );
  }

  async function recordDue(): Promise<number> {
    const due = await takeDue();
    let decided = 0;
    for (const [entryId, accountId, brandId, sealed] of due)
      try {
        const desk = await desks.deskOfAccount(accountId);
        const brand = desk?.brand(brandId, 'record');
        await record(entryId, brand, JSON.parse(keys.openText(sealed)) as Sealed, { accountId, desk });
        decided += 1;
      } catch (error) {
        // One that cannot be recorded holds up no other; it is taken again when its lease is over.
        log.warn('entries.failed', { entryId, ...errorFields(error) });
      }
    return decided;
  }

  /** One look at a time; what fails stays due and is taken again when its lease is over. */
  function look(): void {
    working = working.then(recordDue).catch((error: unknown) => log.warn('entries.failed', errorFields(error)));
  }

  return {
    check: (brand, consent) => checkForm(consent, formContext(brand)),
    formContext,

    async give(brand, { key, consent }) {
      const { actor } = brand.scope.facts;
      const contentHash = keys.hashOf([brand.brandId, Object.entries(consent).sort()]);
      const before = await givenBefore(actor, key, contentHash);
      if (before !== undefined) return before;
      const { statement, faults } = checkForm(consent, formContext(brand));
      if (statement === null || faults.length > 0) return { faults };
      const own = brand.retailerCode;
      const sealed: Sealed = {
        statement: own === null ? statement : { ...statement, retailer: own },
        // A retailer sees what he took.
        retailerAccess: own === null ? null : [own],
      };
      const due = dueAt(statement);
      const now = clock.now();
      const atOnce = due <= now;
      const [row] = await database.rows<EntryRow>(
        `insert into entry (account_id, entry_key, brand_id, kind, status, sealed, given_at, due_at, lease_until, state,
                            content_hash)
         values ($1, $2, $3, $4, $5, $6, to_timestamp($7), to_timestamp($8), to_timestamp($9), 'waiting', $10)
         on conflict (account_id, entry_key) do nothing returning ${ENTRY_COLUMNS}`,
        [
          actor,
          key,
          brand.brandId,
          statement.kind,
          statement.status,
          keys.sealText(JSON.stringify(sealed)),
          now,
          due,
          atOnce ? now + LEASE_SECONDS : null,
          contentHash,
        ],
      );
      // The same form, sent twice at once: the other was first.
      if (row === undefined) return (await givenBefore(actor, key, contentHash)) ?? 'other';
      const entry = entryOf(row);
      if (atOnce) return { entry: await record(entry.entryId, brand, sealed), isNew: true };
      const timer = setTimeout(
        () => {
          timers.delete(timer);
          look();
        },
        (due - now) * 1_000,
      );
      timers.add(timer);
      return { entry, isNew: true };
    },

    async undo(accountId, entryId) {
      await database.run(
        `update entry set state = 'undone', decided_at = to_timestamp($3), sealed = ''
         where account_id = $1 and entry_id = $2 and state = 'waiting' and lease_until is null`,
        [accountId, entryId, clock.now()],
      );
      return await find(accountId, entryId);
    },

    entry: find,
    recordDue,

    start() {
      looking = setInterval(look, LOOK_EVERY_MS);
      look();
    },
    async stop() {
      clearInterval(looking);
      for (const timer of timers) clearTimeout(timer);
      await working;
    },
  };
}

/** @param isKnown whether the giver may know what stood for the key: an entry says what he is told */
function decisionOf(outcome: Outcome, isKnown: boolean): Decision {
  if (outcome.kind === 'refused') return ['refused', isKnown ? outcome.code : UNTOLD_CODE, null];
  return [outcome.kind === 'unchanged' && isKnown ? 'unchanged' : 'recorded', null, outcome.seq];
}

function entryOf([entryId, brandId, state, code, seq, dueAt]: EntryRow): Entry {
  return { entryId, brandId, state, code, seq, dueAt };
}
