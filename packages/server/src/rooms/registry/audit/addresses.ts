// Addresses under audit: each opens with the secret that is set, as its kind should.

import { isEmailKind } from '@acik-iys/law';
import type { AddressKey } from '../../../ground/keys.ts';
import type { BrandAudit } from './brand.ts';

interface Keyed {
  readonly kind: number;
  readonly key: AddressKey;
  readonly seq: number | null;
}
interface SealedRow extends Keyed {
  readonly sealed: Buffer | null;
}

/** The telephones among rows open themselves; an e-mail is opened where its ciphertext is, with its consent. */
export function openTelephones(audit: BrandAudit, rows: readonly Keyed[]): void {
  const telephones = rows.filter(({ kind }) => !isEmailKind(kind));
  open(audit, telephones, (some) => audit.keys.openTelephones(some.map(({ key }) => key)));
}

/** An e-mail has a ciphertext that opens; a telephone has none. */
export function openSealed(audit: BrandAudit, rows: readonly SealedRow[]): void {
  const emails: (SealedRow & { sealed: Buffer })[] = [];
  const telephones: SealedRow[] = [];
  for (const row of rows) {
    const { sealed } = row;
    if (isEmailKind(row.kind) !== (sealed !== null)) audit.fault('sealed-wrong', row.seq, partOfKey(row));
    else if (sealed === null) telephones.push(row);
    else emails.push({ ...row, sealed });
  }
  openTelephones(audit, telephones);
  open(audit, emails, (some) =>
    audit.keys.openEmails(
      some.map(({ sealed }) => sealed),
      some.map(({ key }) => key),
    ),
  );
}

/** Opens a whole list at the price of one cipher call; only where that fails, one by one. */
function open<T extends Keyed>(audit: BrandAudit, rows: readonly T[], openAll: (some: readonly T[]) => unknown): void {
  if (rows.length === 0) return;
  try {
    openAll(rows);
  } catch {
    for (const row of rows)
      try {
        openAll([row]);
      } catch {
        audit.fault('address-unreadable', row.seq, partOfKey(row));
      }
  }
}

/** Enough of a row's key to find it by; the key is not the address and does not open without the secret. */
export function partOfKey({ kind, key }: { readonly kind: number; readonly key: AddressKey }): string {
  return `kind ${kind}, address ${key.slice(0, 8)}…`;
}
