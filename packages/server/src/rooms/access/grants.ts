// Grants of people in an organisation, as rows and as terms: what one names, which are in force, and what of it somebody
// may give on. Who changes them locks the organisation's people first, so that two changes at once take turns.

import type { Clock } from '../../ground/clock.ts';
import type { Connection } from '../../ground/database.ts';
import { abilitiesOf, type OrganisationKind, type StaffRole } from './roles.ts';

/** What a grant gives. */
export interface GrantTerms {
  readonly role: StaffRole;
  /** Null: all brands of the organisation, also those to come. */
  readonly brands: readonly number[] | null;
  /** Numbers of channels; null: all. */
  readonly channels: readonly number[] | null;
  /** Set for the role `retailer`, of its one brand. */
  readonly retailerCode: number | null;
  /** Epoch seconds; null: no end. */
  readonly until: number | null;
}

export interface Grant extends GrantTerms {
  readonly grantId: string;
  readonly accountId: number;
  /** Epoch seconds; it may lie ahead. */
  readonly from: number;
  readonly reason: string;
  /** Name of who gave it; null: set-up. */
  readonly givenBy: string | null;
  readonly givenAt: number;
  readonly name: string;
  readonly email: string;
  /** Whether its account can be used. */
  readonly enabled: boolean;
}

/** Condition on `account a`: people of the organisation whose number is `parameter`. Each column has its own index. */
export const peopleOf = (parameter: string): string =>
  `a.person_id is not null
   and (a.provider_code = ${parameter} or a.partner_code = ${parameter} or a.intermediary_code = ${parameter})`;

/** Holds the organisation's people until the end of the transaction. */
export async function lockPeople(connection: Connection, organisationCode: number): Promise<void> {
  await connection.rows(
    `select a.account_id from account a where ${peopleOf('$1')} order by a.account_id for no key update`,
    [organisationCode],
  );
}

type Row = [
  string,
  number,
  StaffRole,
  readonly number[] | null,
  readonly number[] | null,
  number | null,
  number,
  number | null,
  string,
  string | null,
  number,
  string,
  string,
  boolean,
];

/** All grants of an organisation that are not over, by person and age; also those that begin later. */
export async function grantsOf(connection: Connection, organisationCode: number, now: number): Promise<Grant[]> {
  const rows = await connection.rows<Row>(
    `select g.grant_id::text, g.account_id, g.role, g.brands, g.channels, g.retailer_code,
       extract(epoch from g.valid_from)::float8, extract(epoch from g.valid_until)::float8, g.reason, giver.name,
       extract(epoch from g.given_at)::float8, p.name, p.email, a.enabled and p.enabled
     from account a
     join person p on p.person_id = a.person_id
     join staff_grant g on g.account_id = a.account_id and g.ended_at is null
       and (g.valid_until is null or g.valid_until > to_timestamp($2))
     left join account given on given.account_id = g.given_by
     left join person giver on giver.person_id = given.person_id
     where ${peopleOf('$1')}
     order by a.account_id, g.given_at, g.grant_id`,
    [organisationCode, now],
  );
  return rows.map(
    ([
      grantId,
      accountId,
      role,
      brands,
      channels,
      retailerCode,
      from,
      until,
      reason,
      givenBy,
      givenAt,
      name,
      email,
      enabled,
    ]) => ({
      grantId,
      accountId,
      role,
      brands,
      channels,
      retailerCode,
      from,
      until,
      reason,
      givenBy,
      givenAt,
      name,
      email,
      enabled,
    }),
  );
}

/** @returns false where there is a grant of this id already */
export async function insertGrant(
  connection: Connection,
  grant: GrantTerms & {
    readonly grantId: string;
    readonly accountId: number;
    readonly from: number;
    readonly reason: string;
    /** Account; null: set-up. */
    readonly givenBy: number | null;
  },
  clock: Clock,
): Promise<boolean> {
  const { grantId, accountId, role, brands, channels, retailerCode, from, until, reason, givenBy } = grant;
  const made = await connection.run(
    `insert into staff_grant (grant_id, account_id, role, brands, channels, retailer_code, valid_from, valid_until,
       reason, given_by, given_at)
     values ($1, $2, $3, $4, $5, $6, to_timestamp($7), to_timestamp($8), $9, $10, to_timestamp($11))
     on conflict do nothing`,
    [
      grantId,
      accountId,
      role,
      listLiteral(brands),
      listLiteral(channels),
      retailerCode,
      from,
      until,
      reason,
      givenBy,
      clock.nowMs() / 1_000,
    ],
  );
  return made === 1;
}

/** Numbers as the database takes them. */
export function listLiteral(numbers: readonly number[] | null): string | null {
  return numbers === null ? null : `{${numbers.join(',')}}`;
}

/** Whether a person with these grants, in force, may give the terms on, and take back what has them. */
export function mayGive(
  own: readonly GrantTerms[],
  terms: GrantTerms,
  kind: OrganisationKind,
  { evenLonger = false } = {},
): boolean {
  const given = abilitiesOf(terms.role, kind);
  const covers = (grant: GrantTerms, brand: number | null): boolean => {
    const abilities = abilitiesOf(grant.role, kind);
    return (
      abilities.includes(terms.role === 'owner' ? 'manageOwners' : 'manageStaff') &&
      given.every((ability) => abilities.includes(ability)) &&
      (grant.brands === null || (brand !== null && grant.brands.includes(brand))) &&
      isWithin(terms.channels, grant.channels) &&
      (evenLonger || grant.until === null || (terms.until !== null && terms.until <= grant.until))
    );
  };
  // Brand by brand: what he has for two brands by two grants, he may give in one.
  return (terms.brands ?? [null]).every((brand) => own.some((grant) => covers(grant, brand)));
}

/** Null stands for all. */
function isWithin(list: readonly number[] | null, of: readonly number[] | null): boolean {
  return of === null || (list?.every((one) => of.includes(one)) ?? false);
}

/** What of it a person has now. */
export function inForce(all: readonly Grant[], accountId: number, now: number): Grant[] {
  return all.filter((grant) => grant.accountId === accountId && grant.from <= now && grant.enabled);
}

/** Whether these grants leave the organisation an owner: one in force and without end, of somebody who can log in. */
export function hasOwner(grants: readonly Grant[], now: number): boolean {
  return grants.some(({ role, from, until, enabled }) => role === 'owner' && from <= now && until === null && enabled);
}
