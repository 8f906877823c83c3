// The form of a new retailer. The rules are the official API's; what they find is told beside each field.

import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { type FormEvent, useRef } from 'react';
import { useAttempt } from '../../../api/attempt.ts';
import { type AnswerOf, ask, newKey } from '../../../api/client.ts';
import { useText } from '../../../text/index.tsx';
import { ErrorSummary, Failure, Field, SkeletonRows } from '../../../ui/parts.tsx';
import { BrandField, useBrandChoice } from '../../brand-field.tsx';
import { useDesk, useOrganisation } from '../../desk.tsx';
import { DraftFound, DraftKept, useKept } from '../../draft.tsx';
import { fieldFaults } from '../../field-faults.ts';

const TEXTS = { title: '', alias: '', name: '', tckn: '', tin: '', mersis: '', mobile: '' };
type TextField = keyof typeof TEXTS;
interface Form extends Readonly<Record<TextField, string>> {
  readonly brand: number;
  readonly city: number | null;
  readonly town: number | null;
}
const PAIRS = [
  ['title', 'alias'],
  ['name', 'mobile'],
  ['tckn', 'tin'],
] as const;
const DIGITS: readonly TextField[] = ['tckn', 'tin', 'mersis'];
const REQUIRED: readonly TextField[] = ['title', 'name', 'tckn', 'tin'];
/** Fields of the server, and the controls that they are. */
const CONTROLS = {
  title: 'bayi-unvan',
  alias: 'bayi-kisa-ad',
  name: 'bayi-ad',
  tckn: 'bayi-tckn',
  tin: 'bayi-vergi',
  mersis: 'bayi-mersis',
  mobile: 'bayi-telefon',
  city: 'bayi-il',
  town: 'bayi-ilce',
} as const;

export function NewRetailer({ onCancel }: { readonly onCancel: () => void }) {
  const { t, language } = useText();
  const words = t.retailers.form;
  const desk = useDesk();
  const organisation = useOrganisation();
  const client = useQueryClient();
  const navigate = useNavigate();
  const brands = desk.brandsFor('manageRetailers');
  const key = useRef(newKey());
  const kept = useKept<Form>('retailer', { ...TEXTS, brand: brands[0]?.brandId ?? 0, city: null, town: null });
  const { form, set } = kept;
  const { brand, city } = form;
  const choice = useBrandChoice('manageRetailers', {
    brandId: brand,
    holds: form.title !== '',
    onChange: (to) => set({ brand: to }),
  });
  const { failure, attempt, busy } = useAttempt();
  const provinces = useQuery({
    queryKey: ['provinces'],
    queryFn: ({ signal }) => ask('GET /provinces', { signal }),
    staleTime: Number.POSITIVE_INFINITY,
  });
  const districts = useQuery({
    queryKey: ['provinces', city],
    queryFn: ({ signal }) => ask('GET /provinces/:province/districts', { params: { province: city ?? 0 }, signal }),
    staleTime: Number.POSITIVE_INFINITY,
    enabled: city !== null,
  });
  const faults = fieldFaults(failure, CONTROLS, language);
  const faultOf = (name: keyof typeof CONTROLS): string | undefined =>
    faults.find(({ field }) => field === CONTROLS[name])?.text;

  function submit(event: FormEvent) {
    event.preventDefault();
    if (choice.brand === undefined) return;
    const { brand: _, ...contents } = form;
    void attempt(async () => {
      const { retailerCode } = await ask('POST /organisations/:organisation/brands/:brand/retailers', {
        params: { organisation, brand },
        body: { key: key.current, ...contents },
      });
      await kept.done();
      await client.invalidateQueries({ queryKey: ['organisation', organisation, 'retailers'] });
      await navigate({
        to: '/isletme/$organisation/bayiler/$brand/$code',
        params: { organisation: String(organisation), brand: String(brand), code: String(retailerCode) },
      });
    });
  }

  const text = (name: TextField) => (
    <Field
      key={name}
      id={CONTROLS[name]}
      label={words.fields[name]}
      {...(name !== 'title' && { hint: words.hints[name] })}
      error={faultOf(name)}
    >
      {(control) => (
        <input
          {...control}
          className="input"
          autoComplete="off"
          aria-required={REQUIRED.includes(name)}
          {...(DIGITS.includes(name) && { inputMode: 'numeric' as const })}
          value={form[name]}
          onChange={({ target }) => set({ [name]: target.value })}
        />
      )}
    </Field>
  );

  if (!kept.ready) return <SkeletonRows />;
  return (
    <form className="form sheet" noValidate aria-labelledby="yeni-bayi" onSubmit={submit}>
      <h2 id="yeni-bayi">{words.title}</h2>
      <DraftFound kept={kept} />
      <ErrorSummary faults={faults} />
      {failure !== undefined && faults.length === 0 && <Failure error={failure} />}
      {(choice.brands.length > 1 || choice.brand === undefined) && (
        <BrandField
          label={words.brand}
          choice={choice}
          brandId={brand}
          onChange={(to) => set({ brand: to })}
          error={choice.brand === undefined ? t.partners.needBrand : undefined}
        />
      )}
      {PAIRS.map((pair) => (
        <div className="pair" key={pair[0]}>
          {pair.map(text)}
        </div>
      ))}
      <div className="pair">
        <PlaceSelect
          name="city"
          places={provinces.data}
          value={city}
          error={faultOf('city')}
          onChoose={(code) => set({ city: code, town: null })}
        />
        <PlaceSelect
          name="town"
          places={districts.data}
          value={form.town}
          error={faultOf('town')}
          onChoose={(code) => set({ town: code })}
        />
      </div>
      {text('mersis')}
      <div className="row">
        <button type="submit" className="btn btn--main" aria-disabled={busy}>
          {words.submit}
        </button>
        <button type="button" className="btn" onClick={() => void kept.done().then(onCancel)}>
          {t.common.cancel}
        </button>
        <DraftKept kept={kept} />
      </div>
    </form>
  );
}

/** A province, or a district of the one that is chosen, in the order of the alphabet. */
function PlaceSelect({
  name,
  places = [],
  value,
  error,
  onChoose,
}: {
  readonly name: 'city' | 'town';
  readonly places: AnswerOf<'GET /provinces'> | undefined;
  readonly value: number | null;
  readonly error: string | undefined;
  readonly onChoose: (code: number | null) => void;
}) {
  const { t, format } = useText();
  const words = t.retailers.form;
  return (
    <Field id={CONTROLS[name]} label={words.fields[name]} error={error}>
      {(control) => (
        <select
          {...control}
          className="input"
          aria-required
          value={value ?? ''}
          onChange={({ target }) => onChoose(target.value === '' ? null : Number(target.value))}
        >
          <option value="">{words.choose}</option>
          {places
            .toSorted((one, other) => format.compare(one.name, other.name))
            .map(({ code, name: place }) => (
              <option key={code} value={code}>
                {place}
              </option>
            ))}
        </select>
      )}
    </Field>
  );
}
