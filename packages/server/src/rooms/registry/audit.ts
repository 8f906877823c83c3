// The registry's invariants, looked at from outside: what `npm run audit` and the tests ask.
//
// Promises: every movement, consent, batch, withheld refusal and day's counter is looked at once; what is right beside
// living writers is never called wrong. It reads by ranges of numbers or keys, each in one short statement with its own
// snapshot, so it holds no old snapshot open and no lock (a snapshot held for minutes made a journal's update four times
// slower).
// How it stays right while others write: movements never change, so a brand is looked at up to the number that its
// journal stood at when its turn came, with the counters of that same moment. A consent is compared with its movement
// within one statement. A movement must be named by the next of its chain or be the chain's head; one that is neither
// when its brand's pass ends (a newer movement took over meanwhile) is looked for in its chain of that moment.
// Trades: one bit of memory for each movement of the brand at hand (125 MB for a thousand million).
// What it cannot see: a movement whose row was rewritten together with everything that repeats it. The day files hold
// what was published of it, fingerprint included: rooms/reports/audit.ts compares them.

import {
  CHANGES,
  changeOf,
  isEmailKind,
  istanbulDay,
  KINDS,
  ONAY,
  RET,
  sourceName,
  sourceNumberOf,
  statusBitOf,
} from '@acik-iys/law';
import type { Clock } from '../../ground/clock.ts';
import { APP_ROLE, type Database, type Row } from '../../ground/database.ts';
import type { AddressKeys } from '../../ground/keys.ts';
import { numbers, words } from './literals.ts';
import { type MovementRow, movementRow } from './movements.ts';
import { MOVEMENT_COLUMNS } from './round-sql.ts';
import { codeOfOutcome, OUTCOMES } from './words.ts';

/** Movements or consents of one statement: under a tenth of a second on two cores, far under the second promised. */
const PIECE = 5_000;
/** Batches of one statement: each stands for up to a thousand movements. */
const REQUESTS_PIECE = 20;
/** Movements that are looked for in their chains by one statement. */
const CHAINS_PIECE = 200;
/** `expire` deletes batches after 60 days; a movement older than this may have lost its own. */
const REQUEST_SURELY_KEPT_SECONDS = 59 * 86_400;
const FIRST_KEY = '00000000-0000-0000-0000-000000000000';

/** Each fault: what a reader is told, in Turkish and English. */
export const FAULTS = {
  'role-missing': ['uygulamanın veritabanı rolü yok', "the application's database role does not exist"],
  'role-may-change-movements': [
    'uygulamanın rolü hareketleri değiştirebiliyor ya da silebiliyor',
    "the application's role can change or delete movements",
  ],
  'journal-missing': ['markanın günlük satırı yok', 'the brand has no journal row'],
  'brand-unknown': ['kayıtları olan marka tanımlı değil', 'records of a brand that does not exist'],
  hole: ['günlükte boşluk: hareket yok', 'hole in the journal: the movement is missing'],
  'above-journal': ['hareket günlüğün sonunu aşıyor', "the movement is beyond the journal's end"],
  'time-backwards': ['alınma zamanı önceki hareketten eski', 'received before the movement in front of it'],
  'movement-malformed': ['hareketin türü ya da durumu tanımsız', "the movement's kind or state is none that exists"],
  'address-unreadable': ['adres bu sır ile açılmıyor', 'the address does not open with this secret'],
  'consent-missing': ['hareketin izin satırı yok', 'the movement has no consent'],
  'previous-missing': ['zincirdeki önceki hareket yok', 'the movement before it in its chain is missing'],
  'previous-wrong': ['önceki hareket başka bir izne ait', 'the movement before it belongs to another chain'],
  'old-state-wrong': ['eski durum önceki harekete uymuyor', 'its old state is not that of the movement before it'],
  'chain-forked': ['zincirde iki ardılı var', 'two movements follow it in its chain'],
  'chain-left': ['izin zincirinde yer almıyor', "it is not in its consent's chain"],
  'consent-ahead': ['izin günlüğün ilerisinde', 'the consent is ahead of its journal'],
  'consent-without-movement': ['iznin son hareketi yok', "the consent's last movement is missing"],
  'consent-differs': ['izin son hareketinden farklı', 'the consent differs from its last movement'],
  'late-wrong': ['geç ret zinciri yanlış', 'the chain of overtaken refusals is wrong'],
  'sealed-wrong': ['şifreli adres alanı türe uymuyor', 'the sealed address does not fit the kind'],
  'batch-malformed': ['toplu isteğin sonuçları bozuk', "the batch's outcomes are malformed"],
  'batch-outcome-wrong': ['toplu isteğin sonucu hareketle uyuşmuyor', "the batch's outcome does not fit its movement"],
  'batch-missing': ['hareketin toplu isteği yok', "the movement's batch is missing"],
  'day-differs': ['gün sayacı hareketlerden farklı', "the day's counter differs from the movements"],
  'withheld-uncounted': [
    'saklanan ret günlükte sayılmamış, denetimlerde görünmez',
    'a withheld refusal that the journal does not count: checks do not see it',
  ],
} as const;
export type FaultCode = keyof typeof FAULTS;

export interface Fault {
  readonly code: FaultCode;
  /** Null for what concerns the whole database. */
  readonly brandId: number | null;
  /** The movement it is about, or null. */
  readonly seq: number | null;
  /** Where to look further: a part of the row's key, values that differ. Never an address. */
  readonly detail: string;
}

/** Rows looked at. */
export interface AuditCounts {
  brands: number;
  movements: number;
  consents: number;
  batches: number;
  withheld: number;
  dayCounters: number;
  faults: number;
}

export interface AuditOptions {
  readonly database: Database;
  readonly keys: AddressKeys;
  readonly clock: Clock;
  readonly onFault: (fault: Fault) => void;
  /** Told after each piece. */
  readonly onProgress?: (counts: Readonly<AuditCounts>) => void;
  /**
   * Looks only at the ends of the journals: so many newest movements a brand, and no list of consents, batches and
   * withheld refusals. For a restore, which wants to know in seconds whether it brought a registry back.
   */
  readonly newest?: number;
}

/** Looks at everything. Throws DatabaseUnavailable; faults of the data are told to `onFault` and counted. */
export async function auditRegistry(options: AuditOptions): Promise<AuditCounts> {
  const counts = { brands: 0, movements: 0, consents: 0, batches: 0, withheld: 0, dayCounters: 0, faults: 0 };
  const audit = new Audit(options, counts);
  await audit.rights();
  for (const brand of await audit.brands()) {
    counts.brands += 1;
    await audit.brand(brand);
  }
  return counts;
}

interface AuditedBrand {
  readonly brandId: number;
  readonly known: boolean;
  readonly hasJournal: boolean;
}

/** What the journal said when the brand's turn came; all else of the brand is compared with this moment. */
interface Moment {
  readonly lastSeq: number;
  /** Epoch seconds. */
  readonly lastAt: number;
  readonly withheld: number;
  readonly days: DayCounter[];
}

interface DayCounter {
  readonly name: string;
  readonly movements: number;
  readonly firstSeq: number;
  readonly lastSeq: number;
}

interface Tally {
  movements: number;
  readonly firstSeq: number;
  lastSeq: number;
}

/** Outcomes of a batch. */
interface Batch {
  readonly outcomes: readonly number[];
  readonly seqs: readonly number[];
}

const ROLE_RIGHTS = `
  select has_table_privilege(r.oid, 'movement', 'delete') or has_table_privilege(r.oid, 'movement', 'truncate')
           or has_any_column_privilege(r.oid, 'movement', 'update'),
         r.rolsuper
    from pg_roles r where r.rolname = $1`;

const BRANDS = `
  select coalesce(b.brand_id, j.brand_id), b.brand_id is not null, j.brand_id is not null
    from brand b full join brand_journal j on j.brand_id = b.brand_id order by 1`;
/** The next brand that has rows, from the index alone. */
const NEXT_WITH_MOVEMENTS = 'select min(brand_id) from movement where brand_id > $1';
const NEXT_WITH_CONSENTS = 'select min(brand_id) from consent where brand_id > $1';

/** One statement, so one snapshot: the counters are exactly those of the journal's number. */
const MOMENT = `
  select j.last_seq, date_part('epoch', j.last_at)::int8, j.withheld,
         d.day::text, d.kind, d.state, d.change, d.movements, d.first_seq, d.last_seq
    from brand_journal j left join brand_day d on d.brand_id = j.brand_id
   where j.brand_id = $1`;

const ABOVE = `
  select m.seq from movement m
   where m.brand_id = $1
     and m.seq > coalesce((select j.last_seq from brand_journal j where j.brand_id = $1), 0)
   order by m.seq limit $2`;

/** Movements of a range with their consents' heads and the movements before them. */
const MOVEMENTS = {
  name: 'audit-movements',
  text: `
    select ${MOVEMENT_COLUMNS}, c.last_seq, c.late_seq, p.seq, p.kind = m.kind and p.address = m.address, p.state,
           p.overtaken
      from (select * from movement x where x.brand_id = $1 and x.seq > $2 and x.seq <= $3 order by x.seq) m
      left join lateral (
        select y.last_seq, y.late_seq from consent y
         where y.brand_id = $1 and y.kind = m.kind and y.address = m.address offset 0) c on true
      left join lateral (
        select z.seq, z.kind, z.address, z.state, z.overtaken from movement z
         where z.brand_id = $1 and z.seq = m.prev_seq offset 0) p on true
     order by m.seq`,
};
const CONSENT_LAST = 16;
const CONSENT_LATE = 17;
const PREVIOUS = 18;

/** Which of some movements are in the chain that their consent leads to now. */
const IN_CHAIN = `
  select m.seq
    from unnest($2::int8[]) a(q)
    cross join lateral (select * from movement x where x.brand_id = $1 and x.seq = a.q offset 0) m
   where exists (
     with recursive chain as (
       select h.seq, h.prev_seq
         from consent c
         join movement h on h.brand_id = c.brand_id
                        and h.seq = case when m.overtaken then c.late_seq else c.last_seq end
        where c.brand_id = $1 and c.kind = m.kind and c.address = m.address
       union all
       select p.seq, p.prev_seq
         from chain
         join movement p on p.brand_id = $1 and p.seq = chain.prev_seq
        where p.seq < chain.seq and p.seq >= m.seq
     )
     select from chain where chain.seq = m.seq)`;

/** A page of consents, each with its last movement, the head of its overtaken refusals, and its journal's number. */
const CONSENTS = {
  name: 'audit-consents',
  text: `
    select c.kind, translate(c.address::text, '-', ''), c.address::text, c.last_seq, c.late_seq, c.sealed, j.last_seq,
           m.seq is not null,
           m.kind = c.kind and m.address = c.address and m.state = c.state and not m.overtaken
             and m.consented_at is not distinct from c.consented_at and m.retailer is not distinct from c.retailer,
           l.kind = c.kind and l.address = c.address and l.overtaken
      from (select * from consent x
             where x.brand_id = $1 and (x.kind, x.address) > ($2::int2, $3::uuid)
             order by x.kind, x.address limit $4) c
      left join lateral (
        select * from movement y where y.brand_id = $1 and y.seq = c.last_seq offset 0) m on true
      left join lateral (
        select * from movement z where z.brand_id = $1 and z.seq = c.late_seq offset 0) l on true
      left join brand_journal j on j.brand_id = $1
     order by c.kind, c.address`,
};

const WITHHELD = {
  name: 'audit-withheld',
  text: `
    select kind, translate(address::text, '-', ''), address::text, sealed
      from withheld_refusal
     where brand_id = $1 and (kind, address) > ($2::int2, $3::uuid)
     order by kind, address limit $4`,
};

const BATCHES = {
  name: 'audit-batches',
  text: `
    select request_id::text, outcomes, seqs from request
     where brand_id = $1 and request_id > $2::uuid order by request_id limit $3`,
};
const BATCHES_BY_ID = {
  name: 'audit-batches-by-id',
  text: 'select request_id::text, outcomes, seqs from request where brand_id = $1 and request_id = any($2::uuid[])',
};
const MOVEMENTS_OF_BATCHES = {
  name: 'audit-movements-of-batches',
  text: `
    select m.seq, m.request_id::text, m.request_index, m.overtaken
      from unnest($2::int8[]) a(q)
      cross join lateral (select * from movement x where x.brand_id = $1 and x.seq = a.q offset 0) m`,
};

class Audit {
  readonly #database: Database;
  readonly #keys: AddressKeys;
  readonly #clock: Clock;
  readonly #options: AuditOptions;
  readonly #counts: AuditCounts;

  constructor(options: AuditOptions, counts: AuditCounts) {
    this.#database = options.database;
    this.#keys = options.keys;
    this.#clock = options.clock;
    this.#options = options;
    this.#counts = counts;
  }

  #fault(code: FaultCode, brandId: number | null, seq: number | null, detail = ''): void {
    this.#counts.faults += 1;
    this.#options.onFault({ code, brandId, seq, detail });
  }

  #progress(): void {
    this.#options.onProgress?.(this.#counts);
  }

  /** The application's role exists and cannot touch a movement once it is written. */
  async rights(): Promise<void> {
    const [role] = await this.#database.rows<[boolean, boolean]>(ROLE_RIGHTS, [APP_ROLE]);
    if (role === undefined) this.#fault('role-missing', null, null, APP_ROLE);
    else if (role[0] || role[1]) this.#fault('role-may-change-movements', null, null, APP_ROLE);
  }

  /** Every brand that exists, has a journal, or has rows all the same. */
  async brands(): Promise<AuditedBrand[]> {
    const withRows = new Set<number>();
    for (const next of [NEXT_WITH_MOVEMENTS, NEXT_WITH_CONSENTS])
      for (let after = -1; ; ) {
        const [row] = await this.#database.rows<[number | null]>(next, [after]);
        const brandId = row?.[0] ?? null;
        if (brandId === null) break;
        withRows.add(brandId);
        after = brandId;
      }
    // Read last: a brand that was made meanwhile and has rows already is among them.
    const brands = new Map<number, AuditedBrand>();
    for (const [brandId, known, hasJournal] of await this.#database.rows<[number, boolean, boolean]>(BRANDS))
      brands.set(brandId, { brandId, known, hasJournal });
    for (const brandId of withRows)
      if (!brands.has(brandId)) brands.set(brandId, { brandId, known: false, hasJournal: false });
    return [...brands.values()];
  }

  async brand({ brandId, known, hasJournal }: AuditedBrand): Promise<void> {
    if (!known) this.#fault('brand-unknown', brandId, null);
    if (!hasJournal) this.#fault('journal-missing', brandId, null);
    const moment = await this.#moment(brandId);
    await this.#above(brandId);
    const after = Math.max(0, moment.lastSeq - (this.#options.newest ?? Number.POSITIVE_INFINITY));
    const tallies = await this.#movements(brandId, moment, after);
    this.#days(brandId, moment, after === 0 ? tallies : null);
    if (this.#options.newest !== undefined) return;
    await this.#consents(brandId);
    await this.#batches(brandId);
    await this.#withheld(brandId, moment);
  }

  async #moment(brandId: number): Promise<Moment> {
    const rows = await this.#database.rows(MOMENT, [brandId]);
    const [lastSeq, lastAt, withheld] = (rows[0] ?? [0, 0, 0]) as [number, number, number];
    const days = rows.flatMap((row): DayCounter[] => {
      const [day, kind, state, change, movements, firstSeq, last] = row.slice(3) as [string | null, ...number[]];
      if (day === null) return [];
      const name = counterName(day, kind as number, state as number, change as number);
      return [{ name, movements: movements as number, firstSeq: firstSeq as number, lastSeq: last as number }];
    });
    return { lastSeq, lastAt, withheld, days };
  }

  async #above(brandId: number): Promise<void> {
    for (const [seq] of await this.#database.rows<[number]>(ABOVE, [brandId, PIECE]))
      this.#fault('above-journal', brandId, seq);
  }

  // -------------------------------------------------------------------------------------------- movements

  /** @returns what the movements come to, by counter */
  async #movements(brandId: number, moment: Moment, start: number): Promise<Map<string, Tally>> {
    const tallies = new Map<string, Tally>();
    const placed = new Placed(start, moment.lastSeq);
    let receivedBefore = 0;
    for (let after = start; after < moment.lastSeq; after += PIECE) {
      const last = Math.min(after + PIECE, moment.lastSeq);
      const rows = await this.#database.rows(MOVEMENTS, [brandId, after, last]);
      const movements = rows.map((row) => movementRow(row));
      this.#holes(brandId, movements, after, last, placed);
      this.#openTelephones(brandId, movements);
      await this.#batchesOf(brandId, movements);
      rows.forEach((row, i) => {
        const movement = movements[i] as MovementRow;
        if (movement.receivedAt < receivedBefore || movement.receivedAt > moment.lastAt)
          this.#fault('time-backwards', brandId, movement.seq);
        receivedBefore = Math.max(receivedBefore, movement.receivedAt);
        this.#chain(brandId, movement, row, placed);
        this.#tally(brandId, movement, tallies);
      });
      this.#counts.movements += rows.length;
      this.#progress();
    }
    await this.#unplaced(brandId, placed);
    return tallies;
  }

  #holes(brandId: number, movements: readonly MovementRow[], after: number, last: number, placed: Placed): void {
    if (movements.length === last - after) return;
    const there = new Set(movements.map(({ seq }) => seq));
    for (let seq = after + 1; seq <= last; seq++)
      if (!there.has(seq)) {
        this.#fault('hole', brandId, seq);
        placed.mark(seq);
      }
  }

  /** A movement's place in its chain: what it names, and whether it is a head. */
  #chain(brandId: number, movement: MovementRow, row: Row, placed: Placed): void {
    const { seq, prevSeq, oldState, overtaken, state } = movement;
    const lastSeq = row[CONSENT_LAST] as number | null;
    const head = overtaken ? (row[CONSENT_LATE] as number | null) : lastSeq;
    if (lastSeq === null) {
      this.#fault('consent-missing', brandId, seq, partOfKey(movement));
      placed.mark(seq);
    } else if (head === seq && !placed.mark(seq)) this.#fault('chain-forked', brandId, seq);

    const wasRefusedLate =
      overtaken && statusBitOf(state) === RET && oldState !== null && statusBitOf(oldState) === ONAY;
    if (overtaken ? !wasRefusedLate : prevSeq === null && oldState !== null)
      this.#fault('old-state-wrong', brandId, seq);
    if (prevSeq === null) return;
    const [previous, sameKey, previousState, previousOvertaken] = row.slice(PREVIOUS) as [
      number | null,
      boolean | null,
      number | null,
      boolean | null,
    ];
    if (previous === null) this.#fault('previous-missing', brandId, seq, `prev_seq ${prevSeq}`);
    else if (previous >= seq || !sameKey || previousOvertaken !== overtaken)
      this.#fault('previous-wrong', brandId, seq, `prev_seq ${prevSeq}`);
    else {
      if (!overtaken && previousState !== oldState) this.#fault('old-state-wrong', brandId, seq);
      if (!placed.mark(previous)) this.#fault('chain-forked', brandId, previous);
    }
  }

  async #unplaced(brandId: number, placed: Placed): Promise<void> {
    for (const seqs of placed.missing(CHAINS_PIECE)) {
      const rows = await this.#database.rows<[number]>(IN_CHAIN, [brandId, numbers(seqs)]);
      const found = new Set(rows.map(([seq]) => seq));
      for (const seq of seqs) if (!found.has(seq)) this.#fault('chain-left', brandId, seq);
    }
  }

  #tally(brandId: number, movement: MovementRow, tallies: Map<string, Tally>): void {
    const { seq, kind, state, oldState, overtaken, receivedAt } = movement;
    if (!isKind(kind) || !isState(state)) {
      this.#fault('movement-malformed', brandId, seq, `kind ${kind}, state ${state}`);
      return;
    }
    const change = overtaken ? CHANGES.overtaken : changeOf(oldState, statusBitOf(state));
    const name = counterName(istanbulDay(receivedAt), kind, state, change);
    const tally = tallies.get(name);
    if (tally) {
      tally.movements += 1;
      tally.lastSeq = seq;
    } else tallies.set(name, { movements: 1, firstSeq: seq, lastSeq: seq });
  }

  /** @param tallies null where only the newest movements were read: the sum alone is compared then */
  #days(brandId: number, { lastSeq, days }: Moment, tallies: Map<string, Tally> | null): void {
    this.#counts.dayCounters += days.length;
    if (tallies === null) {
      const sum = days.reduce((total, { movements }) => total + movements, 0);
      if (sum !== lastSeq) this.#fault('day-differs', brandId, null, `${sum} ≠ ${lastSeq}`);
      return;
    }
    for (const { name, ...stored } of days) {
      const tally = tallies.get(name);
      tallies.delete(name);
      const same =
        tally !== undefined &&
        tally.movements === stored.movements &&
        tally.firstSeq === stored.firstSeq &&
        tally.lastSeq === stored.lastSeq;
      if (!same)
        this.#fault('day-differs', brandId, stored.lastSeq, `${name}: ${describe(stored)} ≠ ${describe(tally)}`);
    }
    for (const [name, tally] of tallies)
      this.#fault('day-differs', brandId, tally.lastSeq, `${name}: ${describe(undefined)} ≠ ${describe(tally)}`);
  }

  // --------------------------------------------------------------------------------------------- consents

  async #consents(brandId: number): Promise<void> {
    for (let at: Cursor | null = FIRST; at !== null; ) {
      const rows: Row[] = await this.#database.rows(CONSENTS, [brandId, ...at, PIECE]);
      for (const row of rows) {
        const [kind, key, , lastSeq, lateSeq, , journal, there, same, lateRight] = row as [
          number,
          string,
          string,
          number,
          number | null,
          Buffer | null,
          number | null,
          boolean,
          boolean | null,
          boolean | null,
        ];
        const where = partOfKey({ kind, key });
        if (lastSeq > (journal ?? 0)) this.#fault('consent-ahead', brandId, lastSeq, where);
        if (!there) this.#fault('consent-without-movement', brandId, lastSeq, where);
        else if (same !== true) this.#fault('consent-differs', brandId, lastSeq, where);
        if (lateSeq !== null && lateRight !== true) this.#fault('late-wrong', brandId, lateSeq, where);
      }
      this.#openSealed(
        brandId,
        rows.map((row) => ({
          kind: row[0] as number,
          key: row[1] as string,
          seq: row[3] as number,
          sealed: row[5] as Buffer | null,
        })),
      );
      this.#counts.consents += rows.length;
      this.#progress();
      at = nextPage(rows);
    }
  }

  async #withheld(brandId: number, moment: Moment): Promise<void> {
    let first = true;
    for (let at: Cursor | null = FIRST; at !== null; ) {
      const rows: Row[] = await this.#database.rows(WITHHELD, [brandId, ...at, PIECE]);
      // Read again only where it matters: the first one may have been withheld after the brand's moment.
      if (first && rows.length > 0 && moment.withheld === 0 && (await this.#moment(brandId)).withheld === 0)
        this.#fault('withheld-uncounted', brandId, null, `${rows.length}`);
      first = false;
      this.#openSealed(
        brandId,
        rows.map((row) => ({
          kind: row[0] as number,
          key: row[1] as string,
          seq: null,
          sealed: row[3] as Buffer | null,
        })),
      );
      this.#counts.withheld += rows.length;
      this.#progress();
      at = nextPage(rows);
    }
  }

  // -------------------------------------------------------------------------------------------- addresses

  /** Telephones open themselves; an e-mail is opened with its consent. */
  #openTelephones(brandId: number, movements: readonly MovementRow[]): void {
    const telephones = movements.filter(({ kind }) => !isEmailKind(kind));
    this.#open(telephones, (some) => this.#keys.openTelephones(some.map(({ key }) => key)), brandId);
  }

  #openSealed(brandId: number, rows: readonly SealedRow[]): void {
    const emails: (SealedRow & { sealed: Buffer })[] = [];
    const telephones: SealedRow[] = [];
    for (const row of rows) {
      const { sealed } = row;
      if (isEmailKind(row.kind) !== (sealed !== null)) this.#fault('sealed-wrong', brandId, row.seq, partOfKey(row));
      else if (sealed === null) telephones.push(row);
      else emails.push({ ...row, sealed });
    }
    this.#open(telephones, (some) => this.#keys.openTelephones(some.map(({ key }) => key)), brandId);
    this.#open(
      emails,
      (some) =>
        this.#keys.openEmails(
          some.map(({ sealed }) => sealed),
          some.map(({ key }) => key),
        ),
      brandId,
    );
  }

  /** Opens a whole list at the price of one cipher call; only where that fails, one by one. */
  #open<T extends Keyed>(rows: readonly T[], open: (some: readonly T[]) => unknown, brandId: number): void {
    if (rows.length === 0) return;
    try {
      open(rows);
    } catch {
      for (const row of rows)
        try {
          open([row]);
        } catch {
          this.#fault('address-unreadable', brandId, row.seq, partOfKey(row));
        }
    }
  }

  // ---------------------------------------------------------------------------------------------- batches

  /** Each movement that names a batch is found in it, at its place. */
  async #batchesOf(brandId: number, movements: readonly MovementRow[]): Promise<void> {
    const named = movements.filter(({ requestId }) => requestId !== null);
    if (named.length === 0) return;
    const ids = [...new Set(named.map(({ requestId }) => requestId))];
    const rows = await this.#database.rows(BATCHES_BY_ID, [brandId, words(ids)]);
    const batches = new Map(rows.map((row) => [row[0] as string, batchOf(row)]));
    const surelyKept = this.#clock.now() - REQUEST_SURELY_KEPT_SECONDS;
    for (const { seq, requestId, requestIndex, receivedAt, overtaken } of named) {
      const batch = batches.get(requestId as string);
      if (batch === undefined) {
        if (receivedAt > surelyKept) this.#fault('batch-missing', brandId, seq, requestId ?? '');
        continue;
      }
      const index = requestIndex ?? -1;
      const outcome = overtaken ? OUTCOMES.overtaken : OUTCOMES.accepted;
      if (batch.seqs[index] !== seq || batch.outcomes[index] !== outcome)
        this.#fault('batch-outcome-wrong', brandId, seq, `${requestId} [${index}]`);
    }
  }

  /** Each batch has an outcome for every item, and each outcome its movement. */
  async #batches(brandId: number): Promise<void> {
    for (let after = FIRST_KEY; ; ) {
      const rows = await this.#database.rows(BATCHES, [brandId, after, REQUESTS_PIECE]);
      const batches = rows.map((row) => ({ requestId: row[0] as string, ...batchOf(row) }));
      const seqs = new Set(batches.flatMap((batch) => batch.seqs.filter((seq) => seq > 0)));
      const movements = new Map(
        (
          await this.#database.rows<[number, string | null, number | null, boolean]>(MOVEMENTS_OF_BATCHES, [
            brandId,
            numbers([...seqs]),
          ])
        ).map(([seq, requestId, index, overtaken]) => [seq, { requestId, index, overtaken }]),
      );
      for (const { requestId, outcomes, seqs: list } of batches) {
        if (outcomes.length !== list.length || outcomes.length === 0) {
          this.#fault('batch-malformed', brandId, null, requestId);
          continue;
        }
        outcomes.forEach((outcome, index) => {
          const seq = list[index] as number;
          const movement = movements.get(seq);
          const own = movement?.requestId === requestId && movement.index === index;
          const right =
            outcome === OUTCOMES.accepted
              ? own && !movement.overtaken
              : outcome === OUTCOMES.overtaken
                ? own && movement.overtaken
                : outcome === OUTCOMES.unchanged
                  ? movement !== undefined
                  : seq === 0 && codeOfOutcome(outcome) !== undefined;
          if (!right) this.#fault('batch-outcome-wrong', brandId, seq || null, `${requestId} [${index}]`);
        });
      }
      this.#counts.batches += rows.length;
      this.#progress();
      if (rows.length < REQUESTS_PIECE) return;
      after = (rows.at(-1) as Row)[0] as string;
    }
  }
}

/** One bit for each movement of a brand: whether it has its one place in a chain. */
class Placed {
  readonly #start: number;
  readonly #count: number;
  readonly #bits: Uint8Array;

  /** Numbers from `start` + 1 to `last`; others are outside, and no one asks for them. */
  constructor(start: number, last: number) {
    this.#start = start + 1;
    this.#count = Math.max(0, last - start);
    this.#bits = new Uint8Array(Math.ceil(this.#count / 8));
  }

  /** False where it was marked before. */
  mark(seq: number): boolean {
    const at = seq - this.#start;
    if (at < 0 || at >= this.#count) return true;
    const byte = this.#bits[Math.floor(at / 8)] as number;
    const bit = 1 << (at % 8);
    this.#bits[Math.floor(at / 8)] = byte | bit;
    return (byte & bit) === 0;
  }

  /** Numbers that were not marked, in lists of at most `size`. */
  *missing(size: number): Generator<number[]> {
    let list: number[] = [];
    for (let byte = 0; byte < this.#bits.length; byte++) {
      if (this.#bits[byte] === 0xff) continue;
      for (let bit = 0; bit < 8; bit++) {
        const at = byte * 8 + bit;
        if (at >= this.#count || ((this.#bits[byte] as number) & (1 << bit)) !== 0) continue;
        list.push(this.#start + at);
        if (list.length === size) {
          yield list;
          list = [];
        }
      }
    }
    if (list.length > 0) yield list;
  }
}

interface Keyed {
  readonly kind: number;
  readonly key: string;
  readonly seq: number | null;
}
interface SealedRow extends Keyed {
  readonly sealed: Buffer | null;
}

/** Kind and address that a page comes after. */
type Cursor = readonly [kind: number, address: string];
const FIRST: Cursor = [-1, FIRST_KEY];

/** @param rows with kind first and the address as PostgreSQL writes it third */
function nextPage(rows: readonly Row[]): Cursor | null {
  if (rows.length < PIECE) return null;
  const last = rows.at(-1) as Row;
  return [last[0] as number, last[2] as string];
}

function batchOf(row: Row): Batch {
  return { outcomes: row[1] as number[], seqs: (row[2] as (number | string)[]).map(Number) };
}

function isKind(kind: number): boolean {
  return kind >= 0 && kind < KINDS;
}

function isState(state: number): boolean {
  try {
    sourceName(sourceNumberOf(state));
    return state >= 0;
  } catch {
    return false;
  }
}

function counterName(day: string, kind: number, state: number, change: number): string {
  return `${day} kind ${kind} state ${state} change ${change}`;
}

function describe(tally: Tally | Omit<DayCounter, 'name'> | undefined): string {
  return tally === undefined ? '0' : `${tally.movements} (${tally.firstSeq}–${tally.lastSeq})`;
}

/** Enough of a row's key to find it by; the key is not the address and does not open without the secret. */
function partOfKey({ kind, key }: { readonly kind: number; readonly key: string }): string {
  return `kind ${kind}, address ${key.slice(0, 8)}…`;
}

/** One line, both languages. */
export function faultLine({ code, brandId, seq, detail }: Fault): string {
  const where = [brandId === null ? [] : `brand ${brandId}`, seq === null ? [] : `seq ${seq}`].flat().join(', ');
  const [turkish, english] = FAULTS[code];
  return `${where === '' ? '' : `${where}: `}${code}: ${turkish} / ${english}${detail === '' ? '' : ` (${detail})`}`;
}
