// Who may do what in the organisation: the matrix, grants given and ended, invitations, and the activity log.

import { CHANNELS, email as readEmail } from '@acik-iys/law';
import { type GrantTerms, StaffError, type StaffErrorReason } from '../../rooms/access/index.ts';
import { chosen } from './account.ts';
import { brandFor, type DeskCall, type Handlers, uuidOf } from './call.ts';
import type { Portal, PortalRouteName } from './contract.ts';
import { momentOf, momentText } from './cursor.ts';
import { fieldProblem, type ProblemCode, problem } from './problems.ts';
import { entered, refused, sessionAnswer } from './session.ts';

type Terms = Pick<
  Portal['POST /organisations/:organisation/invitations']['body'],
  'role' | 'brands' | 'channels' | 'retailerCode' | 'until'
>;

/** Rows of one page of the activity log. */
const PAGE = 50;

const PROBLEMS = {
  unknown: 'thing.unknown',
  beyond: 'staff.beyond',
  terms: 'staff.terms',
  'beside-retailer': 'staff.beside_retailer',
  'mailed-enough': 'invitation.mailed_enough',
  'last-owner': 'staff.last_owner',
  'too-many-invitations': 'invitation.too_many',
  over: 'link.over',
  'log-in-first': 'invitation.log_in',
  'other-person': 'invitation.other_person',
} as const satisfies Record<StaffErrorReason, ProblemCode>;

/** Turns what `access` says into what the person reads. */
async function told<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw error instanceof StaffError ? problem(PROBLEMS[error.reason]) : error;
  }
}

async function done(work: () => Promise<void>): Promise<{ done: boolean }> {
  await told(work);
  return { done: true };
}

function accountOf({ params }: { readonly params: Readonly<Record<string, string>> }): number {
  const text = params['accountId'] ?? '';
  if (!/^\d{1,9}$/.test(text)) throw problem('thing.unknown');
  return Number(text);
}

/** The terms of a form. @throws Problem where they name a retailer that the brand does not have */
async function termsOf<R extends PortalRouteName>(call: DeskCall<R>, form: Terms): Promise<GrantTerms> {
  const { role, brands, channels, retailerCode, until } = form;
  if (role === 'retailer') {
    const brand = brandFor(call, brands?.[0] ?? 0, 'manageRetailers');
    if (retailerCode === null || (await call.rooms.parties.retailer(brand.scope, retailerCode)) === null)
      throw fieldProblem('staff.retailer', 'retailerCode');
  }
  const numbers = channels?.map((name) => CHANNELS.indexOf(name)) ?? null;
  return { role, brands, channels: numbers, retailerCode, until };
}

function shownTerms({ role, brands, channels, retailerCode, until }: GrantTerms): Terms {
  return {
    role,
    brands: brands && [...brands],
    channels: channels && CHANNELS.filter((_, number) => channels.includes(number)),
    retailerCode,
    until: until && Math.floor(until),
  };
}

function emailOf(text: string): string {
  const read = readEmail(text.trim());
  if (read.ok) return read.address;
  throw fieldProblem('address.email', 'email', read.didYouMean);
}

export const staffHandlers: Handlers<
  | 'GET /organisations/:organisation/staff'
  | 'DELETE /organisations/:organisation/staff/:accountId'
  | 'POST /organisations/:organisation/staff/:accountId/grants'
  | 'DELETE /organisations/:organisation/grants/:grantId'
  | 'POST /organisations/:organisation/invitations'
  | 'POST /organisations/:organisation/invitations/:invitationId/resend'
  | 'DELETE /organisations/:organisation/invitations/:invitationId'
  | 'GET /organisations/:organisation/activity'
  | 'POST /invitations/look'
  | 'POST /invitations/accept'
  | 'POST /invitations/join'
> = {
  'GET /organisations/:organisation/staff': async ({ rooms, desk }) => {
    const [people, invitations] = await Promise.all([rooms.staff.list(desk), rooms.invitations.list(desk)]);
    return {
      people: people.map(({ lastSeenAt, grants, ...person }) => ({
        ...person,
        lastSeenAt: lastSeenAt && Math.floor(lastSeenAt),
        self: person.accountId === desk.accountId,
        grants: grants.map((grant) => ({
          ...grant,
          ...shownTerms(grant),
          from: Math.floor(grant.from),
          givenAt: Math.floor(grant.givenAt),
        })),
      })),
      invitations: invitations.map((invitation) => ({ ...invitation, ...shownTerms(invitation) })),
      now: rooms.clock.now(),
    };
  },

  'DELETE /organisations/:organisation/staff/:accountId': (call) =>
    done(() => call.rooms.staff.endPart(call.desk, accountOf(call))),

  'POST /organisations/:organisation/staff/:accountId/grants': async (call) => {
    const { grantId, from, reason } = call.body;
    const terms = await termsOf(call, call.body);
    return await done(() => call.rooms.staff.give(call.desk, accountOf(call), { ...terms, grantId, from, reason }));
  },

  'DELETE /organisations/:organisation/grants/:grantId': (call) =>
    done(() => call.rooms.staff.endGrant(call.desk, uuidOf(call, 'grantId'))),

  'POST /organisations/:organisation/invitations': async (call) => {
    const { rooms, desk, body, session } = call;
    const { invitationId, name, reason } = body;
    const invitation = { ...(await termsOf(call, body)), invitationId, email: emailOf(body.email), name, reason };
    return await done(() => rooms.invitations.invite(desk, invitation, session.language));
  },

  'POST /organisations/:organisation/invitations/:invitationId/resend': (call) =>
    done(() => call.rooms.invitations.resend(call.desk, uuidOf(call, 'invitationId'), call.session.language)),

  'DELETE /organisations/:organisation/invitations/:invitationId': (call) =>
    done(() => call.rooms.invitations.withdraw(call.desk, uuidOf(call, 'invitationId'))),

  'GET /organisations/:organisation/activity': async ({ rooms, desk, query }) => {
    const before = momentOf(query.after);
    const found = await rooms.activities.list(desk.organisation.code, {
      before: before && { at: before.at, activityId: before.id },
      accountId: query.person === undefined ? undefined : Number(query.person),
      act: query.act,
      brandId: query.brand === undefined ? undefined : Number(query.brand),
      brands: desk.brandsWith('readActivity'),
      limit: PAGE + 1,
    });
    const page = found.slice(0, PAGE);
    const last = page.at(-1);
    const actors = await rooms.desks.actors([...new Set(page.map(({ accountId }) => accountId))]);
    return {
      activities: page.map(({ activityId, at, accountId, act, brandId, details }) => ({
        activityId,
        at: Math.floor(at),
        act,
        actor: { accountId, name: actors.get(accountId)?.person ?? null },
        brandId,
        details,
      })),
      after: found.length > PAGE && last !== undefined ? momentText({ at: last.at, id: last.activityId }) : null,
    };
  },

  'POST /invitations/look': ({ rooms, body }) => told(() => rooms.invitations.look(body.token)),

  'POST /invitations/accept': async (call) => {
    const { token, password, name, language } = call.body;
    const invited = { name: name.trim(), password, language };
    const email = await told(() => chosen(() => call.rooms.invitations.accept(token, invited)));
    return await entered(
      call,
      await refused('session.credentials', () => call.rooms.people.logIn(email, password, call)),
    );
  },

  'POST /invitations/join': async ({ rooms, session, token, body }) => {
    await told(() => rooms.invitations.join(body.token, session));
    return await sessionAnswer(rooms, token);
  },
};
