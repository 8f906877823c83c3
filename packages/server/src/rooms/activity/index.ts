// What was done in an organisation, by whom: written where it is done, read by the organisation itself. Only ever added
// to. Details hold no address of a recipient in clear: a masked one says enough.

import type { Clock } from '../../ground/clock.ts';
import type { Database } from '../../ground/database.ts';
import type { Desk } from '../access/index.ts';

/** What there is to be told. The words for people are the screens'. */
export type Act =
  | 'session.opened'
  | 'address.searched'
  | 'address.revealed'
  | 'consent.given'
  | 'refusal.given'
  | 'entry.undone'
  | 'refusals.ticked'
  | 'refusals.unticked'
  | 'list.checked'
  | 'list.recorded'
  | 'file.fetched'
  | 'evidence.added'
  | 'evidence.read'
  | 'evidence.replaced'
  | 'staff.invited'
  | 'staff.ended'
  | 'api_user.created'
  | 'api_user.rotated'
  | 'api_user.ended'
  | 'partner.named'
  | 'partner.ended'
  | 'report.asked';

export interface Activity {
  readonly activityId: string;
  readonly at: number;
  readonly accountId: number;
  readonly act: Act;
  readonly brandId: number | null;
  readonly details: Readonly<Record<string, unknown>>;
}

export interface Activities {
  add(desk: Desk, act: Act, more?: { brandId?: number; details?: Readonly<Record<string, unknown>> }): Promise<void>;
  /** Newest first, before a moment (epoch seconds, with the id of what stood there). */
  list(
    organisationCode: number,
    query: {
      readonly before?: { at: number; activityId: string } | undefined;
      readonly accountId?: number | undefined;
      readonly act?: string | undefined;
      readonly limit: number;
    },
  ): Promise<Activity[]>;
  /** How often an account did something since a moment (epoch seconds): for bounds. */
  count(organisationCode: number, accountId: number, act: Act, since: number): Promise<number>;
}

type ActivityRow = [string, number, number, Act, number | null, Record<string, unknown>];

export function openActivities({
  database,
  clock,
}: {
  readonly database: Database;
  readonly clock: Clock;
}): Activities {
  return {
    async add({ organisation, accountId }, act, { brandId, details = {} } = {}) {
      await database.run(
        `insert into activity (organisation_code, at, account_id, act, brand_id, details)
         values ($1, to_timestamp($2), $3, $4, $5, $6)`,
        [organisation.code, clock.nowMs() / 1_000, accountId, act, brandId ?? null, JSON.stringify(details)],
      );
    },

    async list(organisationCode, { before, accountId, act, limit }) {
      const rows = await database.rows<ActivityRow>(
        `select activity_id::text, extract(epoch from at)::float8, account_id, act, brand_id, details
         from activity
         where organisation_code = $1
           and ($2::float8 is null or (at, activity_id) < (to_timestamp($2), $3::uuid))
           and ($4::int is null or account_id = $4) and ($5::text is null or act = $5)
         order by at desc, activity_id desc limit $6`,
        [organisationCode, before?.at ?? null, before?.activityId ?? null, accountId ?? null, act ?? null, limit],
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

    async count(organisationCode, accountId, act, since) {
      const [row] = await database.rows<[number]>(
        `select count(*)::int from activity
         where organisation_code = $1 and account_id = $2 and at > to_timestamp($3) and act = $4`,
        [organisationCode, accountId, since, act],
      );
      return row?.[0] ?? 0;
    },
  };
}
