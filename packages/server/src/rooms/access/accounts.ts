// Accounts: what their e-mail and password may be, and how one is made.

import { type Connection, sqlState } from '../../ground/database.ts';
import { hashPassword, isPossiblePassword, PASSWORD_LETTERS_LEAST } from './passwords.ts';

/** RFC 5321: 64 before the @, 255 after it. */
export const USERNAME_LETTERS_MOST = 320;

/** Largest number that the code columns hold; a larger one in a path is nobody's number, not an error. */
const CODE_MOST = 2_147_483_647;

export type Role = 'API_USER' | 'PORTAL_ADMIN' | 'REGISTRAR';

export interface NewAccount {
  readonly email: string;
  /** At least 8 letters, at most 1024 bytes. */
  readonly password: string;
  readonly role: Role;
  /** Exactly one of the two, except for REGISTRAR: none. */
  readonly providerCode?: number;
  readonly partnerCode?: number;
  /** What its organisation calls it by. */
  readonly name?: string;
  /** From where it may call, in CIDR; none: from everywhere. */
  readonly networks?: readonly string[];
}

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

export function isCode(code: number): boolean {
  return Number.isInteger(code) && code >= 0 && code <= CODE_MOST;
}

/** @returns the account's number. @throws AccountError */
export async function insertAccount(connection: Connection, account: NewAccount): Promise<number> {
  const { email, password, role, providerCode, partnerCode, name = '', networks = [] } = account;
  if (!isAcceptableEmail(email)) throw new AccountError('email');
  if (!isAcceptablePassword(password)) throw new AccountError('password');
  const holders = [providerCode, partnerCode].filter((code) => code !== undefined);
  if (holders.length !== (role === 'REGISTRAR' ? 0 : 1) || !holders.every(isCode)) throw new AccountError('holder');
  try {
    const [row] = await connection.rows<[number]>(
      `insert into account (email, password_hash, role, provider_code, partner_code, name, networks)
       values ($1, $2, $3, $4, $5, $6, $7) returning account_id`,
      [
        lowerCaseAscii(email),
        await hashPassword(password),
        role,
        providerCode ?? null,
        partnerCode ?? null,
        name,
        `{${networks.join(',')}}`,
      ],
    );
    if (row === undefined) throw new Error('the account was not written');
    return row[0];
  } catch (error) {
    const state = sqlState(error);
    if (state === '23505') throw new AccountError('email-taken');
    if (state === '23503') throw new AccountError('holder');
    throw error;
  }
}
