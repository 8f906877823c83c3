// What an account's e-mail and password may be, shared by log-in, the making of accounts and their upkeep.

import { isPossiblePassword, PASSWORD_LETTERS_LEAST } from './passwords.ts';

/** RFC 5321: 64 before the @, 255 after it. */
export const USERNAME_LETTERS_MOST = 320;

export type AccountErrorReason = 'email' | 'email-taken' | 'password' | 'holder';

/** An account that cannot be made or changed as asked. */
export class AccountError extends Error {
  readonly reason: AccountErrorReason;

  constructor(reason: AccountErrorReason) {
    super(`account refused: ${reason}`);
    this.reason = reason;
  }
}

/** Printable ASCII: so that "the same in small letters" means the same in every language and database. */
export function isAcceptableEmail(email: string): boolean {
  return /^[!-?A-~]+@[!-?A-~]+$/.test(email) && email.length <= USERNAME_LETTERS_MOST;
}

export function isAcceptablePassword(password: string): boolean {
  return [...password].length >= PASSWORD_LETTERS_LEAST && isPossiblePassword(password);
}

/**
 * An e-mail as accounts are told apart by it. Not toLowerCase: it would also turn the Kelvin sign into a k, and other
 * letters into ones of other lengths.
 */
export function lowerCaseAscii(text: string): string {
  return text.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
}
