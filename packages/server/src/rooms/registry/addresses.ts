// Addresses on their way into the database and out of it, always a list at a time: the telephones and the e-mails of a
// mixed list go through one cipher call each (ground/keys.ts says why).

import { isEmailKind } from '@acik-iys/law';
import type { Row } from '../../ground/database.ts';
import type { AddressKey, AddressKeys } from '../../ground/keys.ts';
import { MOVEMENT_WIDTH, type Movement, movementRow, withAddress } from './movements.ts';

interface Addressed {
  readonly kind: number;
  readonly address: string;
}

/** Keys of addresses of one kind, in their order: all that looking something up needs. */
export function keysOfKind(keys: AddressKeys, kind: number, addresses: readonly string[]): AddressKey[] {
  return isEmailKind(kind) ? keys.emailKeys(addresses) : keys.telephoneKeys(addresses);
}

/** Addresses of keys of one kind, in their order. @param sealed ciphertexts of e-mails; nothing is read of telephones' */
export function openKeysOfKind(
  keys: AddressKeys,
  kind: number,
  addressKeys: readonly AddressKey[],
  sealed: readonly Buffer[],
): string[] {
  return isEmailKind(kind) ? keys.openEmails(sealed, addressKeys) : keys.openTelephones(addressKeys);
}

/** Keys of a list of any kinds, in its order. */
export function keysOf(keys: AddressKeys, list: readonly Addressed[]): AddressKey[] {
  return byKind(
    list,
    (telephones) => keys.telephoneKeys(telephones.map(({ address }) => address)),
    (emails) => keys.emailKeys(emails.map(({ address }) => address)),
  );
}

/** What recording keeps beside the keys: ciphertexts (hex) of e-mails, null for telephones, whose keys open themselves. */
export function ciphertextsOf(
  keys: AddressKeys,
  list: readonly Addressed[],
  addressKeys: readonly AddressKey[],
): (string | null)[] {
  return byKind<Addressed & { readonly key: AddressKey }, string | null>(
    list.map(({ kind, address }, i) => ({ kind, address, key: addressKeys[i] as AddressKey })),
    (telephones) => telephones.map(() => null),
    (emails) =>
      keys.sealEmails(
        emails.map(({ address }) => address),
        emails.map(({ key }) => key),
      ),
  );
}

/**
 * Movements of one brand with their addresses in clear.
 * @param rows with MOVEMENT_COLUMNS and behind them the address's ciphertext, null for telephones
 * @param at index of the first of these columns
 */
export function openMovements(keys: AddressKeys, brandId: number, rows: readonly Row[], at = 0): Movement[] {
  const movements = rows.map((row) => movementRow(row, at));
  const addresses = byKind(
    movements.map(({ kind, key }, i) => ({ kind, key, sealed: (rows[i] as Row)[at + MOVEMENT_WIDTH] as Buffer })),
    (telephones) => keys.openTelephones(telephones.map(({ key }) => key)),
    (emails) =>
      keys.openEmails(
        emails.map(({ sealed }) => sealed),
        emails.map(({ key }) => key),
      ),
  );
  return movements.map((movement, i) => withAddress(brandId, movement, addresses[i] as string));
}

/** Hands the telephones and the e-mails of a list over as one list each; the answers come in the list's order. */
function byKind<T extends { readonly kind: number }, R>(
  list: readonly T[],
  ofTelephones: (telephones: readonly T[]) => readonly R[],
  ofEmails: (emails: readonly T[]) => readonly R[],
): R[] {
  const answers: R[] = new Array(list.length);
  const telephones: number[] = [];
  const emails: number[] = [];
  list.forEach(({ kind }, i) => {
    (isEmailKind(kind) ? emails : telephones).push(i);
  });
  for (const [places, answersOf] of [
    [telephones, ofTelephones],
    [emails, ofEmails],
  ] as const)
    if (places.length > 0)
      answersOf(places.map((i) => list[i] as T)).forEach((answer, at) => {
        answers[places[at] as number] = answer;
      });
  return answers;
}
