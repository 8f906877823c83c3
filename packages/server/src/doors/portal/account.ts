// What is each person's own: his password, his second factors, his passkeys.

import { PasswordError } from '../../rooms/access/index.ts';
import { type Handlers, uuidOf } from './call.ts';
import { fieldProblem, problem } from './problems.ts';
import { checkFactorGiven, entered, refused, sessionAnswer } from './session.ts';

/** Says beside its field why a chosen password will not do. */
export async function chosen<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw error instanceof PasswordError ? fieldProblem(`password.${error.reason}`, 'password') : error;
  }
}

export const accountHandlers: Handlers<
  | 'PUT /session/password'
  | 'POST /password-resets'
  | 'POST /password-resets/use'
  | 'GET /session/factors'
  | 'POST /session/passkeys/options'
  | 'POST /session/passkeys'
  | 'DELETE /session/passkeys/:passkeyId'
  | 'POST /session/passkey/options'
  | 'POST /session/passkey'
  | 'POST /session/second-factor/passkey/options'
  | 'POST /session/second-factor/passkey'
> = {
  'PUT /session/password': async ({ rooms, session, body, network }) => {
    await refused('password.old', () =>
      chosen(() => rooms.people.changePassword(session, body.old, body.password, network)),
    );
    return { done: true };
  },

  'POST /password-resets': async ({ rooms, body, network }) => {
    await refused('session.credentials', () => rooms.people.requestReset(body.email.trim(), network));
    return { done: true };
  },

  'POST /password-resets/use': async (call) => {
    const { token, password } = call.body;
    const { people } = call.rooms;
    const email = await refused('link.over', () => chosen(() => people.resetPassword(token, password)));
    return await entered(call, await refused('session.credentials', () => people.logIn(email, password, call)));
  },

  'GET /session/factors': async ({ rooms, session }) => {
    const [factors, passkeys] = await Promise.all([
      rooms.people.factors(session.personId),
      rooms.people.passkeys.list(session.personId),
    ]);
    return {
      ...factors,
      passkeys: passkeys.map(({ createdAt, lastUsedAt, ...passkey }) => ({
        ...passkey,
        createdAt: Math.floor(createdAt),
        lastUsedAt: lastUsedAt && Math.floor(lastUsedAt),
      })),
    };
  },

  'POST /session/passkeys/options': async (call) => {
    checkFactorGiven(call);
    return await call.rooms.people.passkeys.registration(call.session);
  },

  'POST /session/passkeys': async (call) => {
    checkFactorGiven(call);
    const { rooms, session, token, body } = call;
    const recoveryCodes = await refused('passkey.refused', () =>
      rooms.people.passkeys.register(session, token, body.name.trim(), body.response),
    );
    return { recoveryCodes };
  },

  'DELETE /session/passkeys/:passkeyId': async (call) => {
    const outcome = await call.rooms.people.passkeys.remove(call.session, uuidOf(call, 'passkeyId'));
    if (outcome === 'last') throw problem('passkey.last');
    return { done: outcome === 'removed' };
  },

  'POST /session/passkey/options': ({ rooms, network }) =>
    refused('passkey.refused', () => rooms.people.passkeys.logInOptions(network)),

  'POST /session/passkey': async (call) => {
    const { passkeys } = call.rooms.people;
    return await entered(call, await refused('passkey.refused', () => passkeys.logIn(call.body.response, call)));
  },

  'POST /session/second-factor/passkey/options': ({ rooms, session }) =>
    rooms.people.passkeys.secondFactorOptions(session),

  'POST /session/second-factor/passkey': async ({ rooms, session, token, body }) => {
    await refused('passkey.refused', () => rooms.people.passkeys.giveSecondFactor(session, token, body.response));
    return await sessionAnswer(rooms, token);
  },
};
