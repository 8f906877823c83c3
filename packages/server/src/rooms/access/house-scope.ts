// A scope for the house's own work on a brand, that nobody asked for: it reads, and can write nothing.

import { type BrandScope, makeBrandScope } from './scope.ts';

/** For work that keeps the house in order, such as erasing what is over. Never for what somebody asks for. */
export function houseScope(brandId: number): BrandScope {
  return makeBrandScope({
    actor: 0,
    providerCode: 0,
    brandId,
    rights: { ARAMA: 'read', MESAJ: 'read', EPOSTA: 'read' },
    reconciliation: false,
    strictness: 'official',
    historicLoadOpen: false,
  });
}
