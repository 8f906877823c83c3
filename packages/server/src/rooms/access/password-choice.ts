// What may become a person's password: length over rules, and none that is easily guessed (NIST SP 800-63B-4, 3.1.1.2):
// one of 49,000 of the most frequent in breaches, a keyboard's row, a date, a repetition, or what everybody knows of the
// person: name, e-mail, organisation. Judged here, without asking anybody: by how many guesses would find it.

import type { ZxcvbnFactory } from '@zxcvbn-ts/core';
import { hashPassword, isPossiblePassword } from './passwords.ts';

/** NIST asks for 15 where the password is the only factor, 8 otherwise. */
export const STAFF_PASSWORD_LETTERS_LEAST = 12;
/** 10^10 guesses: out of reach of whoever stole the table of hashes (some fifty guesses a second and core). */
const STRONG = 4;
/** Judged are so many letters: time grows with their square, and what is strong by then stays so. */
const JUDGED_LETTERS_MOST = 64;
/** Words of the product, and Turkish ones that the common lists lack. */
const KNOWN_TO_ALL = ['açık iys', 'acikiys', 'şifre', 'parola', 'giriş', 'izin', 'onay', 'kurum', 'işletme', 'merhaba'];

/** A chosen password that was refused. */
export class PasswordError extends Error {
  readonly reason: 'short' | 'easy';

  constructor(reason: 'short' | 'easy') {
    super(`password refused: ${reason}`);
    this.reason = reason;
  }
}

export function isLongEnough(password: string): boolean {
  return [...password].length >= STAFF_PASSWORD_LETTERS_LEAST && isPossiblePassword(password);
}

/**
 * The hash of a password that somebody chose for himself.
 * @param about what everybody knows of the person: name, e-mail, titles of his organisations
 * @throws PasswordError
 */
export async function hashOfChosen(password: string, about: readonly string[]): Promise<string> {
  if (!isLongEnough(password)) throw new PasswordError('short');
  const estimator = await loadEstimator();
  const known = [...KNOWN_TO_ALL, ...about].flatMap(wordsOf);
  if (estimator.check(password.normalize('NFC'), known).score < STRONG) throw new PasswordError('easy');
  return await hashPassword(password);
}

let estimating: Promise<ZxcvbnFactory> | undefined;

/** Loaded when first asked for: a tenth of a second and 20 MB that a server without new people does not need. */
function loadEstimator(): Promise<ZxcvbnFactory> {
  estimating ??= (async () => {
    const [{ ZxcvbnFactory }, { dictionary, adjacencyGraphs }] = await Promise.all([
      import('@zxcvbn-ts/core'),
      import('@zxcvbn-ts/language-common'),
    ]);
    return new ZxcvbnFactory({ dictionary, graphs: adjacencyGraphs, maxLength: JUDGED_LETTERS_MOST });
  })();
  return estimating;
}

/** A text, its words, and these without blanks, in small letters, each also without Turkish letters. */
function wordsOf(text: string): string[] {
  const small = text.toLocaleLowerCase('tr');
  const words = small.split(/[^\p{L}\p{N}]+/u);
  return [small, ...words, words.join('')]
    .filter((word) => word.length > 2)
    .flatMap((word) => [word, word.replaceAll('ı', 'i').normalize('NFD').replace(/\p{M}/gu, '')]);
}
