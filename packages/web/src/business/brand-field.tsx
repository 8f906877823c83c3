// For which brand something is done. What stands in the form is what is shown: a brand outside of what the desk offers
// now (another customer's, or one whose right ended) is shown as such, and never quietly stands behind another's name.

import { useEffect } from 'react';
import { useText } from '../text/index.tsx';
import { Field } from '../ui/parts.tsx';
import { type BrandAnswer, useDesk } from './desk.tsx';

export interface BrandChoice {
  /** Undefined where the person may not do this for it any more. */
  readonly brand: BrandAnswer | undefined;
  readonly brands: readonly BrandAnswer[];
}

/**
 * @param ability what is to be done for the brand
 * @param form.holds whether something was typed for this brand: it stays with it when the desk is narrowed to another
 *   customer, while an empty form goes along
 */
export function useBrandChoice(
  ability: string,
  form: { readonly brandId: number; readonly holds: boolean; onChange(brandId: number): void },
): BrandChoice {
  const { brandId, holds, onChange } = form;
  const desk = useDesk();
  const own = desk.brandsFor(ability);
  const brand = desk.brands.find((one) => one.brandId === brandId && one.abilities.includes(ability));
  const isOwn = brand !== undefined && own.includes(brand);
  const goesTo = isOwn || holds ? undefined : own[0]?.brandId;
  useEffect(() => {
    if (goesTo !== undefined) onChange(goesTo);
  });
  return { brand, brands: isOwn || brand === undefined ? own : [brand, ...own] };
}

/** Whose brand it is stands beside its name where somebody acts for others. */
export function BrandField({
  choice: { brand, brands },
  brandId,
  onChange,
  label,
  id,
  hint,
  error,
}: {
  readonly choice: BrandChoice;
  readonly brandId: number;
  readonly onChange: (brandId: number) => void;
  readonly label: string;
  readonly id?: string;
  readonly hint?: string | undefined;
  readonly error?: string | undefined;
}) {
  const { t } = useText();
  const desk = useDesk();
  return (
    <Field {...(id !== undefined && { id })} label={label} hint={hint} error={error}>
      {(control) => (
        <select
          {...control}
          className="input"
          value={brandId}
          onChange={({ target }) => onChange(Number(target.value))}
        >
          {brand === undefined && <option value={brandId}>{t.partners.brandGone}</option>}
          {brands.map(({ brandId: number, name, provider }) => (
            <option key={number} value={number}>
              {desk.organisation.kind === 'provider' ? name : `${name} (${provider.title})`}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}
