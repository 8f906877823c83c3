// Passkeys of the browser: asked for by the server, answered by the person's device. The library comes when one is used.

import type { startAuthentication, startRegistration } from '@simplewebauthn/browser';
import { type AnswerOf, ask } from '../../../api/client.ts';

type Creation = Parameters<typeof startRegistration>[0]['optionsJSON'];
type Request = Parameters<typeof startAuthentication>[0]['optionsJSON'];
/** What the routes take is what the library gives; its optional members are spelled another way. */
type Taken = never;

/** Whether this browser has them at all (not over plain http, except on this machine). */
export function hasPasskeys(): boolean {
  return typeof PublicKeyCredential !== 'undefined';
}

/** Makes one. @returns recovery codes, where it is the person's first second factor. @throws as the browser refuses */
export async function addPasskey(name: string): Promise<AnswerOf<'POST /session/passkeys'>> {
  const { startRegistration } = await import('@simplewebauthn/browser');
  const options = (await ask('POST /session/passkeys/options')) as Creation;
  const { authenticatorAttachment: _, ...response } = await startRegistration({ optionsJSON: options });
  return await ask('POST /session/passkeys', { body: { name, response: response as Taken } });
}

/** Gives the second factor, once more or at log-in. @throws as the browser refuses */
export async function confirmByPasskey(): Promise<AnswerOf<'POST /session/second-factor/passkey'>> {
  const { startAuthentication } = await import('@simplewebauthn/browser');
  const options = (await ask('POST /session/second-factor/passkey/options')) as Request;
  const { authenticatorAttachment: _, ...response } = await startAuthentication({ optionsJSON: options });
  return await ask('POST /session/second-factor/passkey', { body: { response: response as Taken } });
}

/** Logs in by passkey alone. @throws as the browser refuses */
export async function logInByPasskey(): Promise<AnswerOf<'POST /session/passkey'>> {
  const { startAuthentication } = await import('@simplewebauthn/browser');
  const options = (await ask('POST /session/passkey/options')) as Request;
  const { authenticatorAttachment: _, ...response } = await startAuthentication({ optionsJSON: options });
  return await ask('POST /session/passkey', { body: { response: response as Taken } });
}
