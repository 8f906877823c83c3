// What a retailer may know of what stands for an address: what his shop took or is shown. Of anything else he is told no
// more than of an address of which nothing is recorded, but that a statement of his was not recorded: that much he needs.

import type { Statement } from '@acik-iys/law';
import type { DeskBrand } from '../access/index.ts';
import type { Registry } from '../registry/index.ts';

/** Stands for the code of a refusal that would tell what others recorded. */
export const UNTOLD_CODE = 'desk.untold';

/** Whether who acts for the brand may know what stands for the statement's key. */
export async function mayKnow(
  registry: Pick<Registry, 'status' | 'retailers'>,
  { scope, retailerCode }: DeskBrand,
  { kind, address }: Pick<Statement, 'kind' | 'address'>,
): Promise<boolean> {
  if (retailerCode === null) return true;
  const movement = (await registry.status(scope, kind, address))?.movement ?? null;
  return movement === null || (await registry.retailers.sees(scope, movement, retailerCode));
}
