// Logging in and out, the second factor, and the person's own sessions.

import { DEMO_PEOPLE } from '../../demo-accounts.ts';
import { AccessError, type PersonSession, STEP_UP_SECONDS } from '../../rooms/access/index.ts';
import { type Handlers, type PortalCall, uuidOf } from './call.ts';
import type { Portal } from './contract.ts';
import { type ProblemCode, problem } from './problems.ts';
import type { PortalRooms } from './rooms.ts';

type SessionAnswer = Portal['GET /session']['answer'];

/** What the page needs to know about who is here. */
export async function sessionAnswer(
  rooms: PortalRooms,
  token: string | undefined,
  byScreen = false,
): Promise<SessionAnswer> {
  const session = await rooms.people.session(token, byScreen);
  const demo = rooms.config.demo
    ? DEMO_PEOPLE.map(({ account, name, organisation }) => ({ account, name, organisation: organisation.title }))
    : null;
  if (session === undefined) return { person: null, next: null, organisations: [], demo };
  const { name, email, language, personId, secondFactorAt, hasSecondFactor } = session;
  const whole = secondFactorAt !== null;
  return {
    person: { name, email, language },
    next: whole ? null : hasSecondFactor ? 'second-factor' : 'set-up-second-factor',
    organisations: whole ? await rooms.desks.organisations(personId) : [],
    demo,
  };
}

/** Turns what `access` says into what the person reads. */
export async function refused<T>(wrong: ProblemCode, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof AccessError)) throw error;
    if (error.reason === 'codes-paused') throw problem('session.codes_paused', error.retryAfterSeconds);
    throw error.reason === 'too-many' ? problem('session.too_many', error.retryAfterSeconds) : problem(wrong);
  }
}

/** Answers a log-in. */
export async function entered(
  { rooms, setToken }: Pick<PortalCall<'POST /session'>, 'rooms' | 'setToken'>,
  token: string,
): Promise<SessionAnswer> {
  setToken(token);
  return await sessionAnswer(rooms, token);
}

/** A further second factor is set up by who has just given one; the first by who has the password. @throws Problem */
export function checkFactorGiven({
  rooms,
  session,
}: {
  readonly rooms: PortalRooms;
  readonly session: PersonSession;
}): void {
  if (!session.hasSecondFactor) return;
  if (session.secondFactorAt === null) throw problem('session.second_factor');
  if (rooms.clock.now() - session.secondFactorAt > STEP_UP_SECONDS) throw problem('session.step_up');
}

export const sessionHandlers: Handlers<
  | 'GET /session'
  | 'POST /session'
  | 'POST /session/demo'
  | 'POST /session/second-factor'
  | 'POST /session/authenticator'
  | 'PUT /session/authenticator'
  | 'DELETE /session'
  | 'PUT /session/language'
  | 'GET /sessions'
  | 'DELETE /sessions/:sessionId'
> = {
  'GET /session': ({ rooms, token, byScreen }) => sessionAnswer(rooms, token, byScreen),

  'POST /session': async (call) => {
    const { email, password } = call.body;
    const token = await refused('session.credentials', () => call.rooms.people.logIn(email.trim(), password, call));
    return await entered(call, token);
  },

  'POST /session/demo': async (call) => {
    const person = call.rooms.config.demo && DEMO_PEOPLE.find(({ account }) => account === call.body.account);
    const token = person ? await call.rooms.people.enterDemo(person.email, call) : undefined;
    if (token === undefined) throw problem('thing.unknown');
    return await entered(call, token);
  },

  'POST /session/second-factor': async ({ rooms, session, token, body, network }) => {
    await refused('session.code', () => rooms.people.giveSecondFactor(session, token, body.code, network));
    return await sessionAnswer(rooms, token);
  },

  'POST /session/authenticator': async (call) => {
    checkFactorGiven(call);
    return call.rooms.people.newAuthenticator(call.session);
  },

  'PUT /session/authenticator': async (call) => {
    checkFactorGiven(call);
    const { rooms, session, token, body } = call;
    const recoveryCodes = await refused('session.code', () =>
      rooms.people.confirmAuthenticator(session, token, body.secret, body.code),
    );
    return { recoveryCodes };
  },

  'DELETE /session': async ({ rooms, token, setToken }) => {
    if (token !== undefined) await rooms.people.logOut(token);
    setToken(undefined);
    return { done: true };
  },

  'PUT /session/language': async ({ rooms, session, body }) => {
    await rooms.people.setLanguage(session.personId, body.language);
    return { done: true };
  },

  'GET /sessions': async ({ rooms, session }) =>
    (await rooms.people.sessions(session.personId)).map((one) => ({
      ...one,
      openedAt: Math.floor(one.openedAt),
      seenAt: Math.floor(one.seenAt),
      current: one.sessionId === session.sessionId,
    })),

  'DELETE /sessions/:sessionId': async (call) => ({
    done: await call.rooms.people.endSession(call.session.personId, uuidOf(call, 'sessionId')),
  }),
};
