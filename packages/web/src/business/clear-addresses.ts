// Addresses that were typed or opened in this tab, by their references: shown in clear to who typed them, for as long as
// the page lives. Nothing of it is written anywhere: a shared counter keeps nothing, a reload masks again.

const clear = new Map<string, string>();

export function rememberAddress(reference: string, address: string): void {
  clear.set(reference, address);
}
export function rememberedAddress(reference: string): string | undefined {
  return clear.get(reference);
}
/** Somebody else may sit here now. */
export function forgetAddresses(): void {
  clear.clear();
}
