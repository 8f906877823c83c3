// Addresses that were typed or opened in this tab, by their references: shown in clear to who typed them, for as long as
// the page lives. Nothing of it is written anywhere: a shared counter keeps nothing, a reload masks again.

import { useSyncExternalStore } from 'react';

const clear = new Map<string, string>();
const views = new Set<() => void>();

function tellViews(): void {
  for (const view of views) view();
}

export function rememberAddress(reference: string, address: string): void {
  clear.set(reference, address);
  tellViews();
}
export function rememberedAddress(reference: string): string | undefined {
  return clear.get(reference);
}
/** The same in a view that shows it as soon as it is typed. */
export function useRememberedAddress(reference: string): string | undefined {
  return useSyncExternalStore(
    (view) => {
      views.add(view);
      return () => views.delete(view);
    },
    () => clear.get(reference),
  );
}
/** Somebody else may sit here now. */
export function forgetAddresses(): void {
  clear.clear();
  tellViews();
}
