// What people are shown when they consent, and the printed forms that they sign (law.md, rules 4 and 5): texts in versions
// that never change, and series of numbered forms that tie a sheet, its entries and its scan.

import type { Clock } from '../../ground/clock.ts';
import type { Database } from '../../ground/database.ts';
import type { Desk, DeskBrand } from '../access/index.ts';
import type { Entries, EntryState } from '../entries/index.ts';
import type { Parties } from '../parties/index.ts';
import { EvidenceError } from './errors.ts';
import { drawSeries, FORMS_MAX, formNumber, readFormNumber } from './form-number.ts';
import { ownRetailer, viewerOf } from './viewer.ts';

/** A brand has 23⁵ series: the second draw all but always succeeds. */
const DRAWS_MAX = 20;
/** Entries of one form: a person's channels, some given twice. */
const ENTRIES_MAX = 20;
/** Texts shown; who changes them more often does not choose from the oldest. */
const TEXTS_SHOWN = 200;

/** Times are epoch seconds. */
export interface ConsentText {
  readonly version: number;
  readonly title: string;
  readonly body: string;
  readonly accountId: number;
  readonly addedAt: number;
}

export interface FormSeries {
  readonly series: string;
  /** Of its forms, in their order. */
  readonly numbers: readonly string[];
  readonly text: ConsentText;
  readonly retailerCode: number | null;
  readonly accountId: number;
  readonly madeAt: number;
}

export interface Form extends Omit<FormSeries, 'numbers'> {
  readonly number: string;
  /** Entries that were typed from it. */
  readonly entries: readonly {
    readonly entryId: string;
    readonly state: EntryState;
    readonly seq: number | null;
    readonly tiedAt: number;
  }[];
}

/** A provider's people see all forms of the brand, others those of their organisation, a retailer's user his shop's. */
export interface Forms {
  /** Newest first. */
  texts(brand: DeskBrand): Promise<ConsentText[]>;
  /** @throws EvidenceError text */
  text(brand: DeskBrand, version: number): Promise<ConsentText>;
  /** A new version; where the newest says the same, that one. */
  addText(desk: Desk, brand: DeskBrand, text: { readonly title: string; readonly body: string }): Promise<ConsentText>;
  /** Makes a series; the same key again answers the same series. @throws EvidenceError text, retailer */
  makeForms(
    desk: Desk,
    brand: DeskBrand,
    order: {
      readonly key: string;
      readonly count: number;
      readonly textVersion: number;
      readonly retailerCode: number | null;
    },
  ): Promise<FormSeries>;
  /** @throws EvidenceError form */
  series(desk: Desk, brand: DeskBrand, series: string): Promise<FormSeries>;
  /** By its number as people type it. @throws EvidenceError form */
  form(desk: Desk, brand: DeskBrand, number: string): Promise<Form>;
  /** Says that an entry of this person was typed from a form. @throws EvidenceError form, entry */
  tie(desk: Desk, brand: DeskBrand, number: string, entryId: string): Promise<Form>;
  /** Whether the brand has no such retailer. */
  unknownRetailer(brand: DeskBrand, retailerCode: number): Promise<boolean>;
}

type TextRow = [number, string, string, number, number];
const TEXT_COLUMNS = 't.version, t.title, t.body, t.account_id, extract(epoch from t.added_at)::float8';
const TEXTS = `select ${TEXT_COLUMNS} from consent_text t where t.brand_id = $1 order by t.version desc limit $2`;
const TEXT = `select ${TEXT_COLUMNS} from consent_text t where t.brand_id = $1 and t.version = $2`;
const ADD_TEXT = `
  insert into consent_text (brand_id, version, title, body, account_id, added_at)
  values ($1, $2, $3, $4, $5, to_timestamp($6)) on conflict do nothing`;

type SeriesRow = [string, number, number | null, number, number, ...TextRow];
/** $2 to $5 as in sql.ts, of which the channels do not matter here. */
const SERIES = `
  select c.series, c.forms, c.retailer_code, c.account_id, extract(epoch from c.made_at)::float8, ${TEXT_COLUMNS}
    from consent_form c join consent_text t on t.brand_id = c.brand_id and t.version = c.text_version
   where c.brand_id = $1 and ($2::int is null or c.organisation_code = $2) and ($3::int is null or c.retailer_code = $3)`;
const SERIES_BY_NAME = `${SERIES} and c.series = $4`;
const SERIES_BY_KEY = `${SERIES} and c.account_id = $4 and c.form_key = $5`;
const MAKE = `
  insert into consent_form
    (brand_id, series, forms, form_key, text_version, organisation_code, retailer_code, account_id, made_at)
  values ($1, $2, $3, $4, $5, $6, $7, $8, to_timestamp($9)) on conflict do nothing`;

const ENTRIES = `
  select e.entry_id::text, e.state, e.seq, extract(epoch from f.tied_at)::float8
    from consent_form_entry f join entry e on e.entry_id = f.entry_id and e.brand_id = f.brand_id
   where f.brand_id = $1 and f.form_number = $2 order by f.tied_at`;
const TIE = `
  insert into consent_form_entry (brand_id, form_number, entry_id, account_id, tied_at)
  values ($1, $2, $3, $4, to_timestamp($5)) on conflict do nothing`;

export function openForms({
  database,
  clock,
  parties,
  entries,
}: {
  readonly database: Database;
  readonly clock: Clock;
  readonly parties: Pick<Parties, 'unknownRetailers'>;
  readonly entries: Pick<Entries, 'entry'>;
}): Forms {
  async function texts({ brandId }: DeskBrand, limit: number): Promise<ConsentText[]> {
    return (await database.rows<TextRow>(TEXTS, [brandId, limit])).map(textOf);
  }

  async function text({ brandId }: DeskBrand, version: number): Promise<ConsentText> {
    const [row] = await database.rows<TextRow>(TEXT, [brandId, version]);
    if (row === undefined) throw new EvidenceError('text');
    return textOf(row);
  }

  async function findSeries(
    desk: Desk,
    brand: DeskBrand,
    query: string,
    by: readonly (string | number)[],
  ): Promise<FormSeries | undefined> {
    const [organisation, retailer] = viewerOf(desk, brand);
    const [row] = await database.rows<SeriesRow>(query, [brand.brandId, organisation, retailer, ...by]);
    if (row === undefined) return undefined;
    const [series, count, retailerCode, accountId, madeAt, ...ofText] = row;
    const numbers = Array.from({ length: count }, (_, at) => formNumber(series, at + 1));
    return { series, numbers, retailerCode, accountId, madeAt, text: textOf(ofText) };
  }

  async function form(desk: Desk, brand: DeskBrand, typed: string): Promise<Form> {
    const read = readFormNumber(typed);
    const found = read && (await findSeries(desk, brand, SERIES_BY_NAME, [read.series]));
    if (!read || !found?.numbers.includes(read.number)) throw new EvidenceError('form');
    const rows = await database.rows<[string, EntryState, number | null, number]>(ENTRIES, [
      brand.brandId,
      read.number,
    ]);
    const { numbers: _, ...series } = found;
    return {
      ...series,
      number: read.number,
      entries: rows.map(([entryId, state, seq, tiedAt]) => ({ entryId, state, seq, tiedAt })),
    };
  }

  async function unknownRetailer({ scope }: DeskBrand, retailerCode: number): Promise<boolean> {
    return (await parties.unknownRetailers(scope, [retailerCode])).has(retailerCode);
  }

  return {
    text,
    form,
    unknownRetailer,
    texts: (brand) => texts(brand, TEXTS_SHOWN),

    async addText(desk, brand, { title, body }) {
      for (;;) {
        const [newest] = await texts(brand, 1);
        if (newest?.title === title && newest.body === body) return newest;
        const version = (newest?.version ?? 0) + 1;
        const values = [brand.brandId, version, title, body, desk.accountId, clock.now()];
        // Not written: somebody else has just taken the number.
        if ((await database.run(ADD_TEXT, values)) === 1) return await text(brand, version);
      }
    },

    async makeForms(desk, brand, { key, count, textVersion, retailerCode }) {
      if (!Number.isInteger(count) || count < 1 || count > FORMS_MAX) throw new RangeError(`1 to ${FORMS_MAX} forms`);
      await text(brand, textVersion);
      const retailer = await ownRetailer(brand, retailerCode, unknownRetailer);
      for (let draw = 0; draw < DRAWS_MAX; draw++) {
        const order = [count, key, textVersion, desk.organisation.code, retailer, desk.accountId, clock.now()];
        await database.run(MAKE, [brand.brandId, drawSeries(), ...order]);
        // Nothing written: the order was carried out before, or the series is taken.
        const made = await findSeries(desk, brand, SERIES_BY_KEY, [desk.accountId, key]);
        if (made !== undefined) return made;
      }
      throw new Error(`no free series for brand ${brand.brandId} in ${DRAWS_MAX} draws`);
    },

    async series(desk, brand, series) {
      const found = await findSeries(desk, brand, SERIES_BY_NAME, [series.toUpperCase()]);
      if (found === undefined) throw new EvidenceError('form');
      return found;
    },

    async tie(desk, brand, number, entryId) {
      const found = await form(desk, brand, number);
      const entry = await entries.entry(desk.accountId, entryId);
      const known = found.entries.some((one) => one.entryId === entryId);
      if (
        entry?.brandId !== brand.brandId ||
        entry.state === 'undone' ||
        entry.state === 'refused' ||
        (!known && found.entries.length >= ENTRIES_MAX)
      )
        throw new EvidenceError('entry');
      await database.run(TIE, [brand.brandId, found.number, entryId, desk.accountId, clock.now()]);
      return await form(desk, brand, found.number);
    },
  };
}

function textOf([version, title, body, accountId, addedAt]: TextRow): ConsentText {
  return { version, title, body, accountId, addedAt };
}
