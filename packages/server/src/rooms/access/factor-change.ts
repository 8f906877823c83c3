// What every change of a person's second factors keeps to: it is judged by what he has at that moment, and he is told.

import type { Connection } from '../../ground/database.ts';
import { AccessError } from './attempts.ts';
import type { Mails, PersonSession } from './sessions.ts';

/**
 * Holds the person's factors until the end of the transaction.
 * @returns whether he has one
 * @throws AccessError 'credentials' where he got one since the request began: then its password alone is not enough
 */
export async function factorsBefore(
  connection: Connection,
  { personId, hasSecondFactor }: Pick<PersonSession, 'personId' | 'hasSecondFactor'>,
): Promise<boolean> {
  const [row] = await connection.rows<[boolean]>(
    `select totp_sealed is not null or exists (select from passkey k where k.person_id = p.person_id)
     from person p where person_id = $1 for no key update`,
    [personId],
  );
  const has = row?.[0] === true;
  if (has && !hasSecondFactor) throw new AccessError('credentials');
  return has;
}

/** By mail; `wake` the mails after the commit. */
export async function toldOfChange(
  connection: Connection,
  mails: Mails,
  { email, language }: Pick<PersonSession, 'email' | 'language'>,
  what: 'authenticator' | 'passkey-added' | 'passkey-removed',
  at: number,
): Promise<void> {
  await mails.enqueue(connection, { template: 'factors-changed', fields: { what, at }, to: email, language });
}
