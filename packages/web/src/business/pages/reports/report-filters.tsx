// What a report is about stands in the address of the page: view, brand, days and filters. Fields read and write it, so that
// nothing is lost by a reload, and a view can be shared.

import { istanbulDay, startOfDay } from '@acik-iys/law';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useText } from '../../../text/index.tsx';
import { Field } from '../../../ui/parts.tsx';
import { type BrandAnswer, useDesk, useOrganisation } from '../../desk.tsx';
import type { ReportSearch } from './report-search.ts';

export const CHANNELS = ['MESAJ', 'EPOSTA', 'ARAMA'] as const;
export const RECIPIENT_TYPES = ['BIREYSEL', 'TACIR'] as const;
const DAY_SECONDS = 86_400;
/** Days of movements that are shown before somebody chooses: today and the six before. */
const WEEK = 7;

export interface ReportFilters {
  readonly search: ReportSearch;
  /** Brands of which the person may see reports. */
  readonly brands: readonly BrandAnswer[];
  /** The one that is chosen, or the first. */
  readonly brand: BrandAnswer | undefined;
  readonly today: string;
  /** Days of movements. */
  readonly from: string;
  readonly to: string;
  set(change: { readonly [K in keyof ReportSearch]?: ReportSearch[K] | undefined }): void;
}

export function useReportFilters(): ReportFilters {
  const navigate = useNavigate();
  const organisation = useOrganisation();
  const search = useSearch({ from: '/isletme/$organisation/raporlar' });
  const brands = useDesk().brandsFor('readReports');
  const today = istanbulDay(Date.now() / 1_000);
  const to = search.son ?? today;
  return {
    search,
    brands,
    brand: brands.find(({ brandId }) => brandId === search.marka) ?? brands[0],
    today,
    from: search.ilk ?? istanbulDay(startOfDay(to) - (WEEK - 1) * DAY_SECONDS),
    to,
    set: (change) =>
      void navigate({
        to: '/isletme/$organisation/raporlar',
        params: { organisation: String(organisation) },
        search: Object.fromEntries(
          Object.entries({ ...search, ...change }).filter(([, value]) => value !== undefined && value !== ''),
        ),
        replace: true,
      }),
  };
}

/** @param all whether all brands together can be chosen */
export function BrandField({ filters, all = false }: { readonly filters: ReportFilters; readonly all?: boolean }) {
  const { t } = useText();
  const desk = useDesk();
  const { brands, brand, search, set } = filters;
  if (brands.length < 2) return null;
  return (
    <Field label={t.reports.brand}>
      {(control) => (
        <select
          {...control}
          className="input"
          value={all ? (search.marka ?? '') : brand?.brandId}
          onChange={({ target }) => set({ marka: target.value === '' ? undefined : Number(target.value) })}
        >
          {all && <option value="">{t.reports.allBrands}</option>}
          {brands.map(({ brandId, name, provider }) => (
            <option key={brandId} value={brandId}>
              {desk.organisation.kind === 'provider' ? name : `${name} (${provider.title})`}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}

export function DayField({
  label,
  id,
  value,
  today,
  error,
  onChange,
}: {
  readonly label: string;
  /** For the error summary's link. */
  readonly id?: string;
  readonly value: string;
  readonly today: string;
  readonly error?: string | undefined;
  readonly onChange: (day: string) => void;
}) {
  return (
    <Field label={label} {...(id !== undefined && { id })} error={error}>
      {(control) => (
        <input
          {...control}
          className="input"
          type="date"
          value={value}
          max={today}
          // An unfinished date has no value: the last whole one stands.
          onChange={({ target }) => target.value !== '' && onChange(target.value)}
        />
      )}
    </Field>
  );
}

/** One of several words, or all. */
export function WordField<T extends string>({
  label,
  value,
  options,
  wordOf,
  onChange,
}: {
  readonly label: string;
  readonly value: T | undefined;
  readonly options: readonly T[];
  readonly wordOf: (option: T) => string;
  readonly onChange: (option: T | undefined) => void;
}) {
  const { t } = useText();
  return (
    <Field label={label}>
      {(control) => (
        <select
          {...control}
          className="input"
          value={value ?? ''}
          onChange={({ target }) => onChange(target.value === '' ? undefined : (target.value as T))}
        >
          <option value="">{t.common.all}</option>
          {options.map((option) => (
            <option key={option} value={option}>
              {wordOf(option)}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}
