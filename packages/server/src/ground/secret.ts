// The master secret: given by the operator, or made once and kept in the data folder with mode 600. Everything sealed
// hangs on it: a lost secret is a lost registry, so it belongs into the backup's keeping, apart from the backup.

import { randomBytes } from 'node:crypto';
import { closeSync, fsyncSync, mkdirSync, openSync, readFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { StartError, startErrorOfFile } from './start-error.ts';

const BYTES = 32;

/**
 * @param given 64 hex digits, or undefined
 * @param folder where a made secret is kept
 */
export function masterSecret(given: string | undefined, folder: string): Buffer {
  if (given !== undefined) return Buffer.from(given, 'hex');
  const file = join(folder, 'secret');
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    try {
      const made = openSync(file, 'wx', 0o600);
      writeSync(made, `${randomBytes(BYTES).toString('hex')}\n`);
      fsyncSync(made);
      closeSync(made);
    } catch (error) {
      if ((error as { code?: string }).code !== 'EEXIST') throw error;
    }
    const text = readFileSync(file, 'utf8').trim();
    if (/^[0-9a-f]{64}$/.test(text)) return Buffer.from(text, 'hex');
  } catch (error) {
    throw startErrorOfFile(error, file) ?? error;
  }
  throw new StartError(
    'FOLDER_DAMAGED',
    `${file} 64 onaltılık hane tutmuyor: yedekten geri koyun ya da ACIK_IYS_SECRET ile verin.`,
    `${file} does not hold 64 hex digits: restore it from your backup or give it as ACIK_IYS_SECRET.`,
  );
}
