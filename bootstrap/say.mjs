// What the bootstrap says to people, in Turkish and English, and where the clone lies.

import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The root of the clone. */
export const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));

/** A fault of the machine that its reader can mend: shown as one line, without a stack. */
export class StartFault extends Error {
  constructor(turkish, english) {
    super(`${turkish} / ${english}`.replace(/\s*[\r\n]+\s*/g, ' '));
  }
}

/** One line to the person. */
export function say(line) {
  process.stdout.write(`${line}\n`);
}

/** Seconds with one digit, as each language writes them: [Turkish, English]. */
export function seconds(milliseconds) {
  const text = (milliseconds / 1000).toFixed(1);
  return [text.replace('.', ','), text];
}

/** The StartFault for a failed file operation, or the error itself. */
export function faultOfFile(error, path) {
  if (error?.code === 'ENOSPC' || error?.code === 'EDQUOT') {
    return diskFull(path);
  }
  return ['EROFS', 'EACCES', 'EPERM'].includes(error?.code) ? notWritable(path) : error;
}

export function diskFull(path) {
  return new StartFault(
    `Diskte yer kalmadı (${path}): yer açıp yeniden deneyin.`,
    `The disk is full (${path}): free some space and try again.`,
  );
}

export function notWritable(path) {
  return new StartFault(
    `${path} yazılamıyor (salt okunur disk ya da eksik izin): izni verin ya da depoyu yazılabilir bir klasöre kopyalayın.`,
    `${path} cannot be written (read-only disk or missing permission): grant it or clone into a folder that you can write.`,
  );
}
