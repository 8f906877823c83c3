// What was done in an organisation, by whom: written where it is done, read by the organisation itself. Only ever added
// to. Details hold no address of a recipient in clear: a masked one says enough.

import type { Clock } from '../../ground/clock.ts';
import type { Connection, Database } from '../../ground/database.ts';

export { openTypedAddresses, type TypedAddresses } from './typed.ts';

/** What there is to be told. The words for people are the screens'. */
export type Act =
  | 'address.searched'
  | 'address.revealed'
  | 'consent.given'
  | 'refusal.given'
  | 'entry.undone'
  | 'refusals.ticked'
  | 'refusals.unticked'
  | 'list.checked'
  | 'list.previewed'
  | 'list.recorded'
  | 'file.fetched'
  | 'evidence.added'
  | 'evidence.attached'
  | 'evidence.read'
  | 'evidence.fetched'
  | 'evidence.replaced'
  | 'consent_text.added'
  | 'forms.made'
  | 'form.tied'
  | 'staff.invited'
  | 'staff.invited_again'
  | 'staff.invitation_withdrawn'
  | 'staff.joined'
  | 'staff.granted'
  | 'staff.grant_ended'
  | 'staff.ended'
  | 'api_user.created'
  | 'api_user.rotated'
  | 'api_user.old_password_ended'
  | 'api_user.networks_set'
  | 'api_user.ended'
  | 'push.registered'
  | 'push.tested'
  | 'push.resumed'
  | 'push.removed'
  | 'retailer.created'
  | 'retailer.suspended'
  | 'retailer.opened'
  | 'retailer.access_given'
  | 'retailer.access_taken'
  | 'partner.looked_up'
  | 'partner.named'
  | 'partner.withdrawn'
  | 'partner.accepted'
  | 'partner.refused'
  | 'partner.ended'
  | 'provider.looked_up'
  | 'report.asked'
  | 'report.cancelled'
  | 'reconciliation.agreed';

export interface Activity {
  readonly activityId: string;
  readonly at: number;
  readonly accountId: number;
  readonly act: Act;
  readonly brandId: number | null;
  readonly details: Readonly<Record<string, unknown>>;
}

/** Who acts, and for which organisation: a Desk, or who is about to have one. */
export interface Actor {
  readonly accountId: number;
  readonly organisation: { readonly code: number };
}

/** What one account did on one day (Istanbul). */
export interface DayOfActs {
  readonly day: string;
  readonly accountId: number;
  readonly act: Act;
  readonly count: number;
  /** Of lists: all their rows; null: no lists. */
  readonly rows: number | null;
}

export interface Activities {
  add(
    actor: Actor,
    act: Act,
    more?: {
      readonly brandId?: number;
      readonly details?: Readonly<Record<string, unknown>>;
      /** Of the transaction of what is told; absent: on its own. */
      readonly connection?: Connection;
    },
  ): Promise<void>;
  /** Newest first, before a moment (epoch seconds, with the id of what stood there). */
  list(
    organisationCode: number,
    query: {
      readonly before?: { at: number; activityId: string } | undefined;
      readonly accountId?: number | undefined;
      readonly act?: string | undefined;
      /** Acts about these brands, and about none; null: all. */
      readonly brands?: readonly number[] | null | undefined;
      /** Acts about this brand alone. */
      readonly brandId?: number | undefined;
      readonly limit: number;
    },
  ): Promise<Activity[]>;
  /**
   * How often an organisation did what, by day and account, newest day first: acts about brands while it had a right on
   * them (times are epoch seconds), and of acts about no brand those that touch all.
   */
  days(
    organisationCode: number,
    query: {
      readonly since: number;
      readonly periods: readonly { readonly brandId: number; readonly from: number; readonly until: number | null }[];
      readonly touchingAll: readonly Act[];
      readonly limit: number;
    },
  ): Promise<DayOfActs[]>;
  /**
   * Adds an act where its account stays within a bound of the last hour; counting and adding are one step, whatever
   * comes at once. @returns how much of the bound it has used with it; undefined: too much, and nothing was added
   */
  addWithin(
    actor: Actor,
    act: Act,
    bound: Bound,
    more?: { readonly brandId?: number | undefined; readonly details?: Readonly<Record<string, unknown>> },
  ): Promise<number | undefined>;
}

/** What one account may do within an hour. */
export interface Bound {
  readonly most: number;
  /** Acts that count for it. */
  readonly acts: readonly Act[];
  /** Counts the rows of lists, of which the act has so many; absent: acts. */
  readonly rows?: number;
}

const HOUR = 3_600;

const DAYS = `
  select (a.at at time zone 'UTC' + interval '3 hours')::date::text, a.account_id, a.act, count(*)::int,
         sum((a.details->>'rows')::int) filter (where jsonb_typeof(a.details->'rows') = 'number')::int
    from activity a
   where a.organisation_code = $1 and a.at >= to_timestamp($2)
     and exists (
       select from unnest($3::int[], $4::float8[], $5::float8[]) p (brand_id, since, until)
        where a.at >= to_timestamp(p.since) and (p.until is null or a.at < to_timestamp(p.until))
          and (a.brand_id = p.brand_id or (a.brand_id is null and a.act = any($6::text[]))))
   group by 1, 2, 3 order by 1 desc, 2, 3 limit $7`;

/** Whoever counts has the account until he commits, so that the next one counts what he added. */
const TAKE_TURNS = `select pg_advisory_xact_lock(hashtextextended('activity of ' || $1::int, 0))`;
const WITHIN_HOUR = `
  select coalesce(sum(case when $5 then (details->>'rows')::int else 1 end), 0)::int from activity
   where organisation_code = $1 and account_id = $2 and at > to_timestamp($3) and act = any($4::text[])`;

type ActivityRow = [string, number, number, Act, number | null, Record<string, unknown>];

export function openActivities({
  database,
  clock,
}: {
  readonly database: Database;
  readonly clock: Clock;
}): Activities {
  const add: Activities['add'] = async (
    { organisation, accountId },
    act,
    { brandId, details = {}, connection = database } = {},
  ) => {
    await connection.run(
      `insert into activity (organisation_code, at, account_id, act, brand_id, details)
       values ($1, to_timestamp($2), $3, $4, $5, $6)`,
      [organisation.code, clock.nowMs() / 1_000, accountId, act, brandId ?? null, JSON.stringify(details)],
    );
  };

  return {
    add,

    async addWithin(actor, act, { most, acts, rows }, { brandId, details = {} } = {}) {
      const { accountId, organisation } = actor;
      return await database.transaction(async (connection) => {
        await connection.rows(TAKE_TURNS, [accountId]);
        const since = clock.now() - HOUR;
        const values = [organisation.code, accountId, since, `{${acts.join(',')}}`, rows !== undefined];
        const [before] = await connection.rows<[number]>(WITHIN_HOUR, values);
        const used = (before?.[0] ?? 0) + (rows ?? 1);
        if (used > most) return undefined;
        const told = rows === undefined ? details : { ...details, rows };
        await add(actor, act, { ...(brandId !== undefined && { brandId }), details: told, connection });
        return used;
      });
    },

    async list(organisationCode, { before, accountId, act, brands = null, brandId: about, limit }) {
      const rows = await database.rows<ActivityRow>(
        `select activity_id::text, extract(epoch from at)::float8, account_id, act, brand_id, details
         from activity
         where organisation_code = $1
           and ($2::float8 is null or (at, activity_id) < (to_timestamp($2), $3::uuid))
           and ($4::int is null or account_id = $4) and ($5::text is null or act = $5)
           and ($6::int[] is null or brand_id is null or brand_id = any($6)) and ($7::int is null or brand_id = $7)
         order by at desc, activity_id desc limit $8`,
        [
          organisationCode,
          before?.at ?? null,
          before?.activityId ?? null,
          accountId ?? null,
          act ?? null,
          brands && `{${brands.join(',')}}`,
          about ?? null,
          limit,
        ],
      );
      return rows.map(([activityId, at, account, what, brandId, details]) => ({
        activityId,
        at,
        accountId: account,
        act: what,
        brandId,
        details,
      }));
    },

    async days(organisationCode, { since, periods, touchingAll, limit }) {
      const rows = await database.rows<[string, number, Act, number, number | null]>(DAYS, [
        organisationCode,
        since,
        `{${periods.map(({ brandId }) => brandId).join(',')}}`,
        `{${periods.map(({ from }) => from).join(',')}}`,
        `{${periods.map(({ until }) => until ?? 'null').join(',')}}`,
        `{${touchingAll.join(',')}}`,
        limit,
      ]);
      return rows.map(([day, accountId, act, count, listed]) => ({ day, accountId, act, count, rows: listed }));
    },
  };
}
