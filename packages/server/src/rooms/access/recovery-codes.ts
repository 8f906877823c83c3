// Recovery codes: ten, shown once when a person sets up his first second factor, each good once in its place.

import { createHash, randomInt } from 'node:crypto';
import type { Connection } from '../../ground/database.ts';

const CODES = 10;
/** No letter or digit that can be taken for another. */
const ALPHABET = 'ABCDEFGHJKMNPQRSTUVWXYZ23456789';
export const RECOVERY_LETTERS = 10;

/** Makes new ones; the old ones are good no more. @returns them as they are shown: `ABCDE-23456` */
export async function newRecoveryCodes(connection: Connection, personId: number): Promise<string[]> {
  const codes = Array.from({ length: CODES }, () =>
    Array.from({ length: RECOVERY_LETTERS }, () => ALPHABET[randomInt(ALPHABET.length)]).join(''),
  );
  await connection.run('delete from recovery_code where person_id = $1', [personId]);
  await connection.run(
    'insert into recovery_code (person_id, code_hash) select $1, decode(h, $3) from unnest($2::text[]) h',
    [personId, `{${codes.map((one) => recoveryHash(one).toString('hex')).join(',')}}`, 'hex'],
  );
  return codes.map((one) => `${one.slice(0, 5)}-${one.slice(5)}`);
}

/** Uses up a code, written without blanks and dashes. @returns whether it was one of the person's, unused */
export async function takeRecoveryCode(
  connection: Connection,
  personId: number,
  code: string,
  now: number,
): Promise<boolean> {
  const used = await connection.run(
    `update recovery_code set used_at = to_timestamp($3) where person_id = $1 and code_hash = $2 and used_at is null`,
    [personId, recoveryHash(code), now],
  );
  return used === 1;
}

/** Recovery codes have 49 random bits: a plain hash is enough. */
function recoveryHash(code: string): Buffer {
  return createHash('sha256').update(code).digest();
}
