// The matrix "who may do what for which brand", read and changed by who manages people.
//
// Nobody gives more than he has: his role for each brand, his brands, his channels, not longer than he has it himself;
// only who manages owners gives or ends an owner, and sees one. An owner without end always remains, also when two end
// each other at the same moment: changes of one organisation take turns (grants.ts) and are judged by what is in force
// when their turn has come. What ends is gone at the next request (desk.ts); a repeated request changes nothing.
//
// A person's whole part is his grants, and the invitations on their way to him. Nothing else is his: API users and their
// tokens are the organisation's, what he recorded stands, what he has open he can no longer use. His other
// organisations keep him.

import type { Clock } from '../../ground/clock.ts';
import type { Connection, Database } from '../../ground/database.ts';
import type { Activities } from '../activity/index.ts';
import type { Messages, TermsTold } from '../messages/index.ts';
import type { Desk } from './desk.ts';
import {
  type Grant,
  type GrantTerms,
  grantsOf,
  hasOwner,
  inForce,
  insertGrant,
  lockPeople,
  mayGive,
  peopleOf,
} from './grants.ts';

export type StaffErrorReason =
  /** Nobody and nothing of this number in the organisation. */
  | 'unknown'
  /** More than he has himself. */
  | 'beyond'
  /** Terms that no grant can have. */
  | 'terms'
  /** The invitation was mailed as often as it may be. */
  | 'mailed-enough'
  /** A part in a brand beside standing for one of its retailers. */
  | 'beside-retailer'
  /** Nobody would own the organisation. */
  | 'last-owner'
  | 'too-many-invitations'
  /** The invitation was used or withdrawn, has expired, or never was: deliberately one. */
  | 'over'
  /** The invited person is known: he logs in first. */
  | 'log-in-first'
  /** The invitation is for somebody else. */
  | 'other-person';

export class StaffError extends Error {
  readonly reason: StaffErrorReason;

  constructor(reason: StaffErrorReason) {
    super(`staff refused: ${reason}`);
    this.reason = reason;
  }
}

export interface GrantShown extends GrantTerms {
  readonly grantId: string;
  readonly from: number;
  readonly reason: string;
  readonly givenBy: string | null;
  readonly givenAt: number;
  /** Whether the one who looks may end it. */
  readonly endable: boolean;
}

export interface StaffMember {
  readonly accountId: number;
  readonly name: string;
  readonly email: string;
  /** When he last did something here; null: never. */
  readonly lastSeenAt: number | null;
  readonly grants: readonly GrantShown[];
}

export interface Staff {
  /** Whom the desk's person manages: of a manager's, what touches his brands, and nobody who is an owner. */
  list(desk: Desk): Promise<StaffMember[]>;
  /** Who stands for one retailer, with nothing but that: for who manages the brand's retailers, or stands for it himself. */
  ofRetailer(desk: Desk, brandId: number, retailerCode: number): Promise<StaffMember[]>;
  /** Gives somebody who works here one more grant; with the same id once. @throws StaffError */
  give(
    desk: Desk,
    accountId: number,
    grant: GrantTerms & { readonly grantId: string; readonly from: number | null; readonly reason: string },
  ): Promise<void>;
  /** @throws StaffError */
  endGrant(desk: Desk, grantId: string): Promise<void>;
  /** Ends a person's whole part in the organisation. @throws StaffError */
  endPart(desk: Desk, accountId: number): Promise<void>;
}

export interface StaffOptions {
  readonly database: Database;
  readonly clock: Clock;
  readonly activities: Pick<Activities, 'add'>;
  readonly messages: Pick<Messages, 'tell' | 'wake'>;
}

export function openStaff({ database, clock, activities, messages }: StaffOptions): Staff {
  /** Works on the organisation's grants in its turn, and leaves it an owner. `work` returns whom it told. */
  async function change(
    { organisation, accountId }: Desk,
    work: (
      connection: Connection,
      all: readonly Grant[],
      own: readonly Grant[],
      now: number,
    ) => Promise<readonly number[]>,
  ): Promise<void> {
    const told = await database.transaction(async (connection) => {
      await lockPeople(connection, organisation.code);
      const now = clock.now();
      const all = await grantsOf(connection, organisation.code, now);
      return await work(connection, all, inForce(all, accountId, now), now);
    });
    messages.wake(told);
  }

  /** Tells a person of rights that he got or lost. */
  async function tell(
    connection: Connection,
    desk: Desk,
    kind: 'right-given' | 'right-ended',
    { accountId, own, rights }: { accountId: number; own: readonly Grant[]; rights: readonly GrantTerms[] },
  ): Promise<readonly number[]> {
    const details = { by: own[0]?.name ?? '', rights: rights.map((terms) => termsTold(desk, terms)) };
    return await messages.tell(connection, { accounts: [accountId], kind, details });
  }

  /** Ends grants by their ids, if he may end each and an owner remains. */
  async function end(
    connection: Connection,
    desk: Desk,
    { all, own, ending, now }: { all: readonly Grant[]; own: readonly Grant[]; ending: readonly Grant[]; now: number },
  ): Promise<void> {
    if (!ending.every((grant) => mayGive(own, grant, desk.organisation.kind, { evenLonger: true })))
      throw new StaffError('beyond');
    const endsOwner = ending.some(({ role }) => role === 'owner');
    if (
      endsOwner &&
      !hasOwner(
        all.filter((grant) => !ending.includes(grant)),
        now,
      )
    )
      throw new StaffError('last-owner');
    await connection.run(
      'update staff_grant set ended_at = to_timestamp($2), ended_by = $3 where grant_id = any($1::uuid[])',
      [`{${ending.map(({ grantId }) => grantId).join(',')}}`, now, desk.accountId],
    );
  }

  /** People whom the desk may see, with those of their grants that are wanted, of these brands (null: all). */
  async function members(
    desk: Desk,
    managed: readonly number[] | null,
    wanted: (grant: Grant) => boolean,
  ): Promise<StaffMember[]> {
    const { organisation, accountId } = desk;
    const now = clock.now();
    const all = await grantsOf(database, organisation.code, now);
    const own = inForce(all, accountId, now);
    const seen = await lastSeen(organisation.code);
    return Map.groupBy(all, (grant) => grant.accountId)
      .values()
      .filter((grants) => maySee(desk, grants))
      .flatMap((grants) => {
        const [first] = grants;
        const touching = grants.filter(wanted).filter(({ brands }) => within(brands, managed)?.length !== 0);
        if (first === undefined || touching.length === 0) return [];
        return [
          {
            accountId: first.accountId,
            name: first.name,
            email: first.email,
            lastSeenAt: seen.get(first.accountId) ?? null,
            grants: touching.map((grant) => ({
              ...termsOf(grant),
              brands: within(grant.brands, managed),
              grantId: grant.grantId,
              from: grant.from,
              reason: grant.reason,
              givenBy: grant.givenBy,
              givenAt: grant.givenAt,
              endable: mayGive(own, grant, organisation.kind, { evenLonger: true }),
            })),
          },
        ];
      })
      .toArray();
  }

  return {
    list: (desk) => members(desk, desk.brandsWith('manageStaff'), () => true),

    ofRetailer: (desk, brandId, code) =>
      members(desk, [brandId], ({ retailerCode, brands }) => retailerCode === code && brands?.[0] === brandId),

    give: (desk, accountId, { grantId, from, reason, ...wish }) =>
      change(desk, async (connection, all, own, now) => {
        const begins = Math.max(now, from ?? now);
        const terms = termsFor(desk, wish, begins);
        const his = all.filter((grant) => grant.accountId === accountId);
        if (his.length === 0 || !maySee(desk, his)) throw new StaffError('unknown');
        if (!mayGive(own, terms, desk.organisation.kind)) throw new StaffError('beyond');
        if (his.some((held) => besideRetailer(held, terms))) throw new StaffError('beside-retailer');
        const grant = { ...terms, grantId, accountId, from: begins, reason, givenBy: desk.accountId };
        if (!(await insertGrant(connection, grant, clock))) return [];
        await activities.add(desk, 'staff.granted', { ...aboutGrant(his[0], terms), connection });
        return await tell(connection, desk, 'right-given', { accountId, own, rights: [terms] });
      }),

    endGrant: (desk, grantId) =>
      change(desk, async (connection, all, own, now) => {
        const grant = all.find((one) => one.grantId === grantId);
        if (grant === undefined) {
          const over = await connection.rows(
            `select from staff_grant g join account a on a.account_id = g.account_id
             where g.grant_id = $2 and ${peopleOf('$1')}`,
            [desk.organisation.code, grantId],
          );
          if (over.length === 0) throw new StaffError('unknown');
          return [];
        }
        await end(connection, desk, { all, own, ending: [grant], now });
        await activities.add(desk, 'staff.grant_ended', { ...aboutGrant(grant, grant), connection });
        const { accountId } = grant;
        return await tell(connection, desk, 'right-ended', { accountId, own, rights: [grant] });
      }),

    endPart: (desk, accountId) =>
      change(desk, async (connection, all, own, now) => {
        const ending = all.filter((grant) => grant.accountId === accountId);
        const [person] = await connection.rows<[string, string]>(
          `select p.name, p.email from account a join person p on p.person_id = a.person_id
           where a.account_id = $2 and ${peopleOf('$1')}`,
          [desk.organisation.code, accountId],
        );
        if (person === undefined) throw new StaffError('unknown');
        if (ending.length === 0) return [];
        await end(connection, desk, { all, own, ending, now });
        await connection.run(
          `update invitation set withdrawn_at = to_timestamp($3)
           where organisation_code = $1 and email = $2 and used_at is null and withdrawn_at is null`,
          [desk.organisation.code, person[1], now],
        );
        await activities.add(desk, 'staff.ended', { details: { person: person[0] }, connection });
        return await tell(connection, desk, 'right-ended', { accountId, own, rights: ending });
      }),
  };

  /** By account: when it was at its desk last. */
  async function lastSeen(organisationCode: number): Promise<Map<number, number>> {
    const rows = await database.rows<[number, number | null]>(
      `select a.account_id, extract(epoch from greatest(a.last_used_at,
         (select max(at) from activity y where y.organisation_code = $1 and y.account_id = a.account_id),
         (select max(at) from visit w where w.account_id = a.account_id)))::float8
       from account a where ${peopleOf('$1')}`,
      [organisationCode],
    );
    return new Map(rows.flatMap(([accountId, at]) => (at === null ? [] : [[accountId, at]])));
  }
}

/** Owners are seen by who manages owners. */
function maySee(desk: Desk, grants: readonly Grant[]): boolean {
  return desk.may('manageOwners') || !grants.some(({ role }) => role === 'owner');
}

/** Who stands for a retailer of a brand has no other part in it, nor in another of its retailers: see `Desk`. */
function besideRetailer(one: GrantTerms, other: GrantTerms): boolean {
  if (one.role !== 'retailer' && other.role !== 'retailer') return false;
  return within(one.brands, other.brands)?.length !== 0 && one.retailerCode !== other.retailerCode;
}

/** Brands of a grant among those of who looks; null stands for all. */
export function within(brands: readonly number[] | null, managed: readonly number[] | null): readonly number[] | null {
  return brands === null || managed === null ? brands : brands.filter((brand) => managed.includes(brand));
}

export function termsOf({ role, brands, channels, retailerCode, until }: GrantTerms): GrantTerms {
  return { role, brands, channels, retailerCode, until };
}

/** The terms as they are kept. @throws StaffError 'terms' where no grant of the organisation can have them */
export function termsFor({ organisation, brands: known }: Desk, wish: GrantTerms, from: number): GrantTerms {
  const { role, brands, channels, retailerCode, until } = wish;
  const isPossible =
    (until === null || until > from) &&
    (brands === null || (brands.length > 0 && brands.every((id) => known.some(({ brandId }) => brandId === id)))) &&
    (channels === null || channels.length > 0) &&
    // Everything is what an owner may do.
    (role !== 'owner' || (brands === null && channels === null)) &&
    (role === 'retailer') === (retailerCode !== null) &&
    (role !== 'retailer' || (organisation.kind === 'provider' && brands?.length === 1));
  if (!isPossible) throw new StaffError('terms');
  return { role, brands: sorted(brands), channels: sorted(channels), retailerCode, until };
}

function sorted(numbers: readonly number[] | null): readonly number[] | null {
  return numbers && [...new Set(numbers)].sort((one, other) => one - other);
}

/** The terms in names. Who gives or ends a right has it himself, so the desk knows its brands. */
function termsTold(desk: Desk, { role, brands }: GrantTerms): TermsTold {
  const name = (id: number): string => desk.brands.find(({ brandId }) => brandId === id)?.name ?? String(id);
  return { role, brands: brands?.map(name) ?? null };
}

/** What the activity log says of a grant; one of a single brand is that brand's. */
export function aboutGrant(
  person: { readonly name: string } | undefined,
  { role, brands }: GrantTerms,
): { brandId?: number; details: Readonly<Record<string, unknown>> } {
  const [brandId] = brands?.length === 1 ? brands : [];
  return { ...(brandId !== undefined && { brandId }), details: { person: person?.name, role, brands } };
}
