// The addresses and statements of the bench. Filled telephones begin with +9053, new ones with +9054 and never repeat,
// ones that nobody has with +90551: all of them ordinary Turkish mobiles. The keys are ciphertexts, so running numbers
// are scattered in the indexes as random ones would be.

import { formatTime, kindOf, ONAY, SOURCE_NUMBERS, stateOf } from '@acik-iys/law';
import { AddressKeys } from '../packages/server/src/ground/keys.ts';
import { SECRET } from './words.ts';

/** MESAJ and EPOSTA, BIREYSEL. */
export const MESSAGE_KIND = kindOf(1, 0);
export const EMAIL_KIND = kindOf(2, 0);
export const GRANTED_STATE = stateOf(SOURCE_NUMBERS.HS_WEB, ONAY);
/** One new address in so many is an e-mail. */
export const EMAIL_EVERY = 5;
export const BATCH = 1_000;

export const keys = new AddressKeys(SECRET);

const digits = (value: number, length: number): string => value.toString().padStart(length, '0');
export const filledTelephone = (number: number): string => `+9053${digits(number, 8)}`;
export const unknownTelephone = (number: number): string => `+90551${digits(number, 7)}`;

let given = 0;

/** A telephone that was never used before. */
export function newTelephone(): string {
  return `+9054${digits(given++, 8)}`;
}

/** New addresses of the bench's mix: four telephones (MESAJ) to one e-mail (EPOSTA). */
export function newAddresses(count: number): { kind: number; address: string }[] {
  return Array.from({ length: count }, (_, i) =>
    i % EMAIL_EVERY === EMAIL_EVERY - 1
      ? { kind: EMAIL_KIND, address: `ad.soyad${given++}@posta.example` }
      : { kind: MESSAGE_KIND, address: newTelephone() },
  );
}

/** Keys and ciphertexts of a list, made a list at a time as the registry does. */
export function keysOf(list: readonly { kind: number; address: string }[]): {
  keys: string[];
  sealed: (string | null)[];
} {
  const telephones = list.filter(({ kind }) => kind === MESSAGE_KIND);
  const emails = list.filter(({ kind }) => kind === EMAIL_KIND).map(({ address }) => address);
  const telephoneKeys = keys.telephoneKeys(telephones.map(({ address }) => address));
  const emailKeys = keys.emailKeys(emails);
  const sealedEmails = keys.sealEmails(emails, emailKeys);
  let telephone = 0;
  let email = 0;
  const result: { keys: string[]; sealed: (string | null)[] } = { keys: [], sealed: [] };
  for (const { kind } of list)
    if (kind === MESSAGE_KIND) {
      result.keys.push(telephoneKeys[telephone++] as string);
      result.sealed.push(null);
    } else {
      result.sealed.push(sealedEmails[email] as string);
      result.keys.push(emailKeys[email++] as string);
    }
  return result;
}

/** A statement in the contract's words, given a minute ago. */
export function wireStatement(kind: number, address: string, status: 'ONAY' | 'RET' = 'ONAY', ageSeconds = 60): object {
  return {
    type: kind === MESSAGE_KIND ? 'MESAJ' : 'EPOSTA',
    source: 'HS_WEB',
    recipient: address,
    status,
    consentDate: formatTime(Math.floor(Date.now() / 1000) - ageSeconds),
    recipientType: 'BIREYSEL',
  };
}

export function wireKey(address: string): object {
  return { recipient: address, recipientType: 'BIREYSEL', type: 'MESAJ' };
}

/** A whole number below `below`. */
export function anyOf(below: number): number {
  return Math.floor(Math.random() * below);
}
