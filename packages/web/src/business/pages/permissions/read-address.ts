// Reads an address as people write it, by the rules of packages/law: loaded apart, since the general reader of the
// world's telephone numbers is larger than a screen.

import { email, kindOfAddress, normaliseTelephone } from '@acik-iys/law';

export function readAddress(
  typed: string,
):
  | { readonly kind: 'telephone' | 'email'; readonly address: string }
  | { readonly kind: 'wrong'; readonly didYouMean: string | undefined } {
  const text = typed.trim();
  if (kindOfAddress(text) === 'email') {
    const read = email(text);
    return read.ok ? { kind: 'email', address: read.address } : { kind: 'wrong', didYouMean: read.didYouMean };
  }
  const read = normaliseTelephone(text);
  return read.ok ? { kind: 'telephone', address: read.e164 } : { kind: 'wrong', didYouMean: read.didYouMean };
}
