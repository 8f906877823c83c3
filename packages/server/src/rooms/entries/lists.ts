// Lists given by hand: what will happen to each row, and recording them all in one go.
//
// A list is one call of the registry: all its rows are recorded or none, and its results lie under the list's key as a
// batch's do. Another list under the same key is refused. The same list sent again, by a double click or after a lost
// line, is answered with those results. A process that died between taking the list and recording it leaves a row that
// the next try takes over after TAKEN_SECONDS.

import { judge, ONAY, type Statement, statusBitOf, type Verdict } from '@acik-iys/law';
import type { Clock } from '../../ground/clock.ts';
import type { Database } from '../../ground/database.ts';
import type { AddressKeys } from '../../ground/keys.ts';
import type { DeskBrand } from '../access/index.ts';
import { DOORS, type Registry } from '../registry/index.ts';
import { mayKnow, UNTOLD_CODE } from './may-know.ts';

/** Rows of a list to be recorded: a policy; more come by the API. */
export const LIST_ROWS_MAX = 50;
/** Addresses of a list to be checked. */
export const CHECK_ROWS_MAX = 1_000;
/** Recording a list takes a second at most; after this whoever took it is gone. */
const TAKEN_SECONDS = 60;
/** As long as batch results (registry, REQUEST_KEPT_SECONDS). */
const KEPT_SECONDS = 60 * 86_400;

export type RowOutcome =
  /** A consent or refusal that was not there before. */
  | 'recorded'
  /** A consent that stood already, with a later date. */
  | 'renewed'
  /** Says what is recorded already. */
  | 'unchanged'
  /** A refusal that a newer consent has passed: in the history only. */
  | 'overtaken'
  | 'refused';

export interface RowResult {
  readonly outcome: RowOutcome;
  readonly code: string | null;
}

export interface RecordedList {
  readonly results: readonly RowResult[];
  /** False: the same list was recorded before, with these results. */
  readonly isNew: boolean;
}

export interface Lists {
  /** What will happen to each statement if it is recorded now, as far as can be known. */
  foresee(brand: DeskBrand, statements: readonly Statement[]): Promise<RowResult[]>;
  /**
   * Records a list, where it is new.
   * @param key of the list, a uuid
   * @returns 'busy': the same list is being recorded just now; 'other': another list was given under this key
   */
  record(brand: DeskBrand, key: string, statements: readonly Statement[]): Promise<RecordedList | 'busy' | 'other'>;
  /** Rows that a partner's people gave by form or list since a moment (epoch seconds) and that were refused, by brand. */
  refusedOf(partnerCode: number, brandIds: readonly number[], since: number): Promise<Map<number, number>>;
  expire(): Promise<void>;
}

/** Outcomes from 100 on are refusals (registry, words.ts). */
const REFUSED_OF_PARTNER = `
  select brand_id, sum(refused)::int from (
    select e.brand_id, count(*) refused
      from entry e join account a on a.account_id = e.account_id and a.partner_code = $1
     where e.brand_id = any($2::int[]) and e.given_at > to_timestamp($3) and e.state = 'refused' group by 1
    union all
    select l.brand_id, sum((select count(*) from unnest(r.outcomes) o where o >= 100))
      from list_given l
      join account a on a.account_id = l.account_id and a.partner_code = $1
      join request r on r.brand_id = l.brand_id and r.request_id = l.list_key
     where l.brand_id = any($2::int[]) and l.at > to_timestamp($3) group by 1) given
   group by brand_id having sum(refused) > 0`;

export function openLists({
  database,
  clock,
  keys,
  registry,
}: {
  readonly database: Database;
  readonly clock: Clock;
  readonly keys: AddressKeys;
  readonly registry: Registry;
}): Lists {
  /** The results of a list that was recorded, as who acts for the brand may know them. */
  async function resultsOf(
    brand: DeskBrand,
    key: string,
    statements: readonly Statement[],
  ): Promise<RowResult[] | undefined> {
    const items = await registry.request(brand.scope, key);
    if (items === null) return undefined;
    const results = items.map(({ code, movement, unchanged }): RowResult => {
      if (code !== undefined) return { outcome: 'refused', code };
      if (unchanged) return { outcome: 'unchanged', code: null };
      if (movement?.overtaken) return { outcome: 'overtaken', code: null };
      const renewed =
        movement !== undefined &&
        movement.oldState !== null &&
        statusBitOf(movement.state) === ONAY &&
        statusBitOf(movement.oldState) === ONAY;
      return { outcome: renewed ? 'renewed' : 'recorded', code: null };
    });
    return await Promise.all(
      results.map(async (result, at) =>
        told(brand, result, await mayKnow(registry, brand, statements[at] as Statement)),
      ),
    );
  }

  /** Whether the list under this key had this content. */
  async function isSame(accountId: number, key: string, contentHash: Buffer): Promise<boolean> {
    const same = await database.rows(
      'select from list_given where account_id = $1 and list_key = $2 and content_hash = $3',
      [accountId, key, contentHash],
    );
    return same.length > 0;
  }

  return {
    foresee: (brand, statements) =>
      Promise.all(
        statements.map(async (statement) => {
          const status = await registry.status(brand.scope, statement.kind, statement.address);
          const isKnown = await mayKnow(registry, brand, statement);
          const stored = isKnown ? (status?.movement ?? null) : null;
          const verdict = judge(ofRetailer(brand, statement), stored, { strictness: 'welcoming', idempotent: true });
          return told(brand, foreseen(verdict, statement, stored?.state ?? null), isKnown);
        }),
      ),

    async record(brand, key, statements) {
      const { actor } = brand.scope.facts;
      const now = clock.now();
      const contentHash = keys.hashOf([brand.brandId, statements]);
      const taken = await database.run(
        `insert into list_given (account_id, list_key, brand_id, rows, at, content_hash)
         values ($1, $2, $3, $4, to_timestamp($5), $7)
         on conflict (account_id, list_key) do update set at = excluded.at
         where list_given.at < to_timestamp($6) and list_given.content_hash = excluded.content_hash`,
        [actor, key, brand.brandId, statements.length, now, now - TAKEN_SECONDS, contentHash],
      );
      if (taken === 0 && !(await isSame(actor, key, contentHash))) return 'other';
      const before = await resultsOf(brand, key, statements);
      if (before !== undefined) return { results: before, isNew: false };
      if (taken === 0) return 'busy';
      const own = brand.retailerCode;
      await registry.record(
        brand.scope,
        statements.map((statement) => ofRetailer(brand, statement)),
        {
          door: DOORS.portalFile,
          idempotent: true,
          request: { requestId: key, version: 2 },
          ...(own !== null && { retailerAccess: statements.map(() => [own]) }),
        },
      );
      return { results: (await resultsOf(brand, key, statements)) ?? [], isNew: true };
    },

    async refusedOf(partnerCode, brandIds, since) {
      const of = [partnerCode, `{${brandIds.join(',')}}`, since];
      return new Map(await database.rows<[number, number]>(REFUSED_OF_PARTNER, of));
    },

    async expire() {
      await database.run('delete from list_given where at < to_timestamp($1)', [clock.now() - KEPT_SECONDS]);
    },
  };
}

/** A retailer's statements are his own. */
function ofRetailer({ retailerCode }: DeskBrand, statement: Statement): Statement {
  return retailerCode === null ? statement : { ...statement, retailer: retailerCode };
}

/**
 * What a retailer is told of a result: that his statement is recorded, never what it met.
 * @param isKnown whether he may know what stands for its key
 */
function told({ retailerCode }: DeskBrand, result: RowResult, isKnown: boolean): RowResult {
  if (retailerCode === null) return result;
  if (result.outcome === 'refused') return isKnown ? result : { outcome: 'refused', code: UNTOLD_CODE };
  return result.outcome === 'unchanged' && isKnown ? result : { outcome: 'recorded', code: null };
}

function foreseen(verdict: Verdict, { status }: Statement, storedState: number | null): RowResult {
  switch (verdict.kind) {
    case 'refuse':
      return { outcome: 'refused', code: verdict.code };
    case 'unchanged':
    case 'overtaken':
      return { outcome: verdict.kind, code: null };
    case 'accept': {
      const renews = status === ONAY && storedState !== null && statusBitOf(storedState) === ONAY;
      return { outcome: renews ? 'renewed' : 'recorded', code: null };
    }
  }
}
