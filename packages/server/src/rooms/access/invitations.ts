// Invitations: a grant that waits for somebody to take it, by a link in a mail.
//
// The link is good once and for seven days; used, withdrawn, expired or never written look the same. It is worth what
// the one who invites may give when it is used: where he no longer may, it is over. Whoever opens it learns the
// organisation and the name of who invites, nothing else. A new person chooses name and password with it; one who is
// known logs in first, so that a mail alone gives nobody's other organisations away.

import type { Clock } from '../../ground/clock.ts';
import type { Connection, Database } from '../../ground/database.ts';
import type { Activities } from '../activity/index.ts';
import { AccountError } from './accounts.ts';
import type { Desk } from './desk.ts';
import { type GrantTerms, grantsOf, inForce, insertGrant, listLiteral, lockPeople, mayGive } from './grants.ts';
import { makeOpaqueToken, opaqueTokenHash } from './opaque-token.ts';
import { hashOfChosen } from './password-choice.ts';
import { insertPerson } from './people.ts';
import type { OrganisationKind, StaffRole } from './roles.ts';
import type { Mails, Person } from './sessions.ts';
import { aboutGrant, StaffError, termsFor, termsOf, within } from './staff.ts';

/** Life of an invitation. */
export const INVITATION_SECONDS = 7 * 86_400;
/** An organisation invites at most so many in a day: strangers' mailboxes are no target. */
export const INVITATIONS_PER_DAY = 100;
/** Mails of one invitation: who never comes is not written to for ever. */
const MAILS_MOST = 10;
/** A mail that was asked for twice within so long is one. */
const MAIL_AGAIN_SECONDS = 60;
/** Names and addresses of who never came are kept so long after the end. */
const KEPT_SECONDS = 30 * 86_400;

export interface InvitationShown extends GrantTerms {
  readonly invitationId: string;
  readonly email: string;
  readonly name: string;
  readonly reason: string;
  readonly invitedBy: string;
  readonly createdAt: number;
  /** In the past: it may be sent again. */
  readonly expiresAt: number;
  /** Whether the one who looks may withdraw it or send it again. */
  readonly changeable: boolean;
}

export interface NewInvitation extends GrantTerms {
  /** Made by the caller: with the same id there is one. */
  readonly invitationId: string;
  readonly email: string;
  readonly name: string;
  readonly reason: string;
}

export interface Invitations {
  /** Those that nobody used or withdrew, as far as the desk's person manages them. */
  list(desk: Desk): Promise<InvitationShown[]>;
  /** @param language of the mail, for who is not known yet. @throws StaffError */
  invite(desk: Desk, invitation: NewInvitation, language: Person['language']): Promise<void>;
  /** Sends it once more, with a new link and for another seven days, in the name of who asks for it. @throws StaffError */
  resend(desk: Desk, invitationId: string, language: Person['language']): Promise<void>;
  /** @throws StaffError */
  withdraw(desk: Desk, invitationId: string): Promise<void>;
  /** Who invites whereto. @throws StaffError 'over' */
  look(token: string): Promise<{ organisation: string; inviter: string }>;
  /** Makes the invited person and his place. @returns his e-mail. @throws StaffError, PasswordError */
  accept(token: string, person: Pick<Person, 'name' | 'language'> & { readonly password: string }): Promise<string>;
  /** Gives the place to whom it was meant for, who has logged in. @throws StaffError */
  join(token: string, person: Pick<Person, 'personId' | 'email' | 'name'>): Promise<void>;
  /** Deletes old ones. Called now and then. */
  expire(): Promise<void>;
}

interface Kept extends GrantTerms {
  readonly invitationId: string;
  readonly organisation: { readonly code: number; readonly title: string; readonly kind: OrganisationKind };
  readonly email: string;
  readonly name: string;
  readonly reason: string;
  readonly inviter: { readonly accountId: number; readonly name: string };
  readonly createdAt: number;
  readonly mailedAt: number;
  /** How often. */
  readonly mailed: number;
  readonly expiresAt: number;
}

type Row = [
  string,
  number,
  string,
  OrganisationKind,
  string,
  string,
  StaffRole,
  readonly number[] | null,
  readonly number[] | null,
  number | null,
  number | null,
  string,
  number,
  string,
  number,
  number,
  number,
  number,
];

const OPEN = 'n.used_at is null and n.withdrawn_at is null';

export function openInvitations({
  database,
  clock,
  mails,
  activities,
  publicUrl,
}: {
  readonly database: Database;
  readonly clock: Clock;
  readonly mails: Mails;
  readonly activities: Pick<Activities, 'add'>;
  readonly publicUrl: string;
}): Invitations {
  async function find(connection: Connection, condition: string, values: readonly unknown[]): Promise<Kept[]> {
    const rows = await connection.rows<Row>(
      `select n.invitation_id::text, n.organisation_code, coalesce(v.title, p.title, i.title),
         case when v.title is not null then 'provider' when p.title is not null then 'partner' else 'intermediary' end,
         n.email, n.name, n.role, n.brands, n.channels, n.retailer_code, extract(epoch from n.valid_until)::float8,
         n.reason, n.invited_by, s.name, extract(epoch from n.created_at)::float8,
         extract(epoch from n.mailed_at)::float8, extract(epoch from n.expires_at)::float8, n.mails
       from invitation n
       join account a on a.account_id = n.invited_by
       join person s on s.person_id = a.person_id
       left join provider v on v.provider_code = a.provider_code
       left join partner p on p.partner_code = a.partner_code
       left join intermediary i on i.intermediary_code = a.intermediary_code
       where ${OPEN} and ${condition}
       order by n.created_at, n.invitation_id`,
      values,
    );
    return rows.map(
      ([
        invitationId,
        code,
        title,
        kind,
        email,
        name,
        role,
        brands,
        channels,
        retailerCode,
        until,
        reason,
        accountId,
        inviter,
        createdAt,
        mailedAt,
        expiresAt,
        mailed,
      ]) => ({
        invitationId,
        organisation: { code, title, kind },
        email,
        name,
        role,
        brands,
        channels,
        retailerCode,
        until,
        reason,
        inviter: { accountId, name: inviter },
        createdAt,
        mailedAt,
        expiresAt,
        mailed,
      }),
    );
  }

  /** The invitation of a link, while it is good. @throws StaffError 'over' */
  async function ofToken(connection: Connection, token: string): Promise<Kept> {
    const tokenHash = opaqueTokenHash(token);
    const [kept] =
      tokenHash === undefined
        ? []
        : await find(connection, 'n.token_hash = $1 and n.expires_at > to_timestamp($2)', [tokenHash, clock.now()]);
    if (kept === undefined || !(await mayInvite(connection, kept.organisation, kept.inviter.accountId, kept)))
      throw new StaffError('over');
    return kept;
  }

  /** Whether an account may give the terms now. */
  async function mayInvite(
    connection: Connection,
    { code, kind }: Kept['organisation'],
    accountId: number,
    terms: GrantTerms,
  ): Promise<boolean> {
    const now = clock.now();
    const own = inForce(await grantsOf(connection, code, now), accountId, now);
    return (terms.until === null || terms.until > now) && mayGive(own, terms, kind);
  }

  /** Works in the organisation's turn (grants.ts); mails go out when it is done. */
  async function change<T>(organisationCode: number, work: (connection: Connection) => Promise<T>): Promise<T> {
    const result = await database.transaction(async (connection) => {
      await lockPeople(connection, organisationCode);
      return await work(connection);
    });
    mails.wake();
    return result;
  }

  /** An invitation of the desk's organisation that its person may take back; undefined where it is over. @throws StaffError */
  async function changeable(connection: Connection, desk: Desk, invitationId: string): Promise<Kept | undefined> {
    const { code } = desk.organisation;
    const [kept] = await find(connection, 'n.organisation_code = $1 and n.invitation_id = $2', [code, invitationId]);
    if (kept === undefined) {
      const over = await connection.rows('select from invitation where organisation_code = $1 and invitation_id = $2', [
        code,
        invitationId,
      ]);
      if (over.length === 0) throw new StaffError('unknown');
      return undefined;
    }
    const now = clock.now();
    const own = inForce(await grantsOf(connection, code, now), desk.accountId, now);
    if (!mayGive(own, kept, desk.organisation.kind, { evenLonger: true })) throw new StaffError('beyond');
    return kept;
  }

  async function writeMail(
    connection: Connection,
    desk: Desk,
    { email, token, language }: { email: string; token: string; language: Person['language'] },
  ): Promise<void> {
    const [known] = await connection.rows<[Person['language']]>('select language from person where lower(email) = $1', [
      email,
    ]);
    const [inviter] = await connection.rows<[string]>(
      'select p.name from account a join person p on p.person_id = a.person_id where a.account_id = $1',
      [desk.accountId],
    );
    await mails.enqueue(connection, {
      template: 'invitation',
      fields: {
        organisation: desk.organisation.title,
        inviter: inviter?.[0] ?? '',
        // Behind the #: what stands there reaches no server and no log.
        link: `${publicUrl}/isletme/davet#${token}`,
        expiresAt: clock.now() + INVITATION_SECONDS,
      },
      to: email,
      language: known?.[0] ?? language,
      organisationCode: desk.organisation.code,
    });
  }

  /** Uses the invitation up and seats the person. @throws StaffError 'over' */
  async function take(
    connection: Connection,
    token: string,
    { personId, name }: { personId: number; name: string },
  ): Promise<void> {
    // Once more, under the lock: used, withdrawn or without the right behind it since.
    const kept = await ofToken(connection, token);
    const now = clock.now();
    await connection.run('update invitation set used_at = to_timestamp($2) where invitation_id = $1', [
      kept.invitationId,
      now,
    ]);
    await connection.run(
      `insert into account (role, person_id, provider_code, partner_code, intermediary_code)
       select 'STAFF', $1, provider_code, partner_code, intermediary_code from account where account_id = $2
       on conflict do nothing`,
      [personId, kept.inviter.accountId],
    );
    const [account] = await connection.rows<[number]>(
      'select account_id from account where person_id = $1 and $2 in (provider_code, partner_code, intermediary_code)',
      [personId, kept.organisation.code],
    );
    const accountId = account?.[0] ?? 0;
    const { invitationId: grantId, reason, inviter } = kept;
    const grant = { ...termsOf(kept), grantId, accountId, from: now, reason, givenBy: inviter.accountId };
    await insertGrant(connection, grant, clock);
    await activities.add({ accountId, organisation: kept.organisation }, 'staff.joined', {
      ...aboutGrant({ name }, kept),
      connection,
    });
  }

  return {
    async list(desk) {
      const { organisation, accountId } = desk;
      const now = clock.now();
      const managed = desk.brandsWith('manageStaff');
      const own = inForce(await grantsOf(database, organisation.code, now), accountId, now);
      const open = await find(database, 'n.organisation_code = $1', [organisation.code]);
      return open
        .filter(({ role }) => role !== 'owner' || desk.may('manageOwners'))
        .filter(({ brands }) => within(brands, managed)?.length !== 0)
        .map((kept) => ({
          ...termsOf(kept),
          brands: within(kept.brands, managed),
          invitationId: kept.invitationId,
          email: kept.email,
          name: kept.name,
          reason: kept.reason,
          invitedBy: kept.inviter.name,
          createdAt: kept.createdAt,
          expiresAt: kept.expiresAt,
          changeable: mayGive(own, kept, organisation.kind, { evenLonger: true }),
        }));
    },

    invite: (desk, { invitationId, email, name, reason, ...wish }, language) =>
      change(desk.organisation.code, async (connection) => {
        const now = clock.now();
        const { code } = desk.organisation;
        const terms = termsFor(desk, wish, now);
        if (!(await mayInvite(connection, desk.organisation, desk.accountId, terms))) throw new StaffError('beyond');
        const [recent] = await connection.rows<[number]>(
          'select count(*)::int from invitation where organisation_code = $1 and created_at > to_timestamp($2)',
          [code, now - 86_400],
        );
        if ((recent?.[0] ?? 0) >= INVITATIONS_PER_DAY) throw new StaffError('too-many-invitations');
        const token = makeOpaqueToken();
        const { role, brands, channels, retailerCode, until } = terms;
        const made = await connection.run(
          `insert into invitation (invitation_id, token_hash, organisation_code, email, name, role, brands, channels,
             retailer_code, valid_until, reason, invited_by, created_at, mailed_at, expires_at)
           values ($1, $2, $3, $4, $5, $6, $7, $8, $9, to_timestamp($10), $11, $12, to_timestamp($13),
             to_timestamp($13), to_timestamp($14))
           on conflict do nothing`,
          [
            invitationId,
            opaqueTokenHash(token),
            code,
            email,
            name,
            role,
            listLiteral(brands),
            listLiteral(channels),
            retailerCode,
            until,
            reason,
            desk.accountId,
            now,
            now + INVITATION_SECONDS,
          ],
        );
        if (made === 0) return;
        await writeMail(connection, desk, { email, token, language });
        await activities.add(desk, 'staff.invited', { ...aboutGrant({ name }, terms), connection });
      }),

    resend: (desk, invitationId, language) =>
      change(desk.organisation.code, async (connection) => {
        const kept = await changeable(connection, desk, invitationId);
        if (kept === undefined) throw new StaffError('over');
        if (!(await mayInvite(connection, desk.organisation, desk.accountId, kept))) throw new StaffError('beyond');
        const now = clock.now();
        if (now - kept.mailedAt < MAIL_AGAIN_SECONDS) return;
        if (kept.mailed >= MAILS_MOST) throw new StaffError('mailed-enough');
        const token = makeOpaqueToken();
        await connection.run(
          `update invitation set token_hash = $2, invited_by = $3, mailed_at = to_timestamp($4), mails = mails + 1,
             expires_at = to_timestamp($5)
           where invitation_id = $1`,
          [invitationId, opaqueTokenHash(token), desk.accountId, now, now + INVITATION_SECONDS],
        );
        await writeMail(connection, desk, { email: kept.email, token, language });
        await activities.add(desk, 'staff.invited_again', { ...aboutGrant(kept, kept), connection });
      }),

    withdraw: (desk, invitationId) =>
      change(desk.organisation.code, async (connection) => {
        const kept = await changeable(connection, desk, invitationId);
        if (kept === undefined) return;
        await connection.run('update invitation set withdrawn_at = to_timestamp($2) where invitation_id = $1', [
          invitationId,
          clock.now(),
        ]);
        await activities.add(desk, 'staff.invitation_withdrawn', { ...aboutGrant(kept, kept), connection });
      }),

    async look(token) {
      const { organisation, inviter } = await ofToken(database, token);
      return { organisation: organisation.title, inviter: inviter.name };
    },

    async accept(token, { name, password, language }) {
      const { email, organisation } = await ofToken(database, token);
      const known = await database.rows('select from person where lower(email) = $1', [email]);
      if (known.length > 0) throw new StaffError('log-in-first');
      const passwordHash = await hashOfChosen(password, [name, email, organisation.title]);
      try {
        await change(organisation.code, async (connection) => {
          const personId = await insertPerson(connection, { email, name, passwordHash, language }, clock.now());
          await take(connection, token, { personId, name });
        });
      } catch (error) {
        if (error instanceof AccountError && error.reason === 'email-taken') throw new StaffError('log-in-first');
        throw error;
      }
      return email;
    },

    async join(token, person) {
      const { email, organisation } = await ofToken(database, token);
      if (email !== person.email) throw new StaffError('other-person');
      await change(organisation.code, (connection) => take(connection, token, person));
    },

    async expire() {
      await database.run('delete from invitation where expires_at < to_timestamp($1)', [clock.now() - KEPT_SECONDS]);
    },
  };
}
