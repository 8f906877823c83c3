// The form of a right: for somebody who is invited, or one more for somebody who is here.

import { startOfDay } from '@acik-iys/law';
import { type FormEvent, useRef, useState } from 'react';
import { newKey } from '../../../api/client.ts';
import { useText } from '../../../text/index.tsx';
import { Choices, ErrorSummary, type Fault, Field, SkeletonRows } from '../../../ui/parts.tsx';
import { useDesk } from '../../desk.tsx';
import { DraftFound, DraftKept, useKept } from '../../draft.tsx';

const ROLES = ['clerk', 'viewer', 'evidence', 'manager', 'retailer', 'owner'] as const;
type Role = (typeof ROLES)[number];
const DAY_SECONDS = 86_400;

export interface GrantForm {
  /** Of this form: sent twice, it is one. */
  readonly id: string;
  readonly email: string;
  readonly name: string;
  readonly role: Role;
  readonly brands: number[] | null;
  readonly channels: null;
  readonly retailerCode: number | null;
  readonly until: number | null;
  readonly reason: string;
}

/** What the form holds while it is typed. */
interface Typed {
  /** Number of the retailer or the person that it is about; empty: somebody new. */
  readonly whom: string;
  readonly email: string;
  readonly name: string;
  readonly role: Role;
  readonly all: boolean;
  readonly brands: readonly number[];
  readonly retailerCode: string;
  readonly until: string;
  readonly reason: string;
}

export function GrantFields({
  withPerson = false,
  accountId,
  retailer: shop,
  onSubmit,
  onCancel,
}: {
  readonly withPerson?: boolean;
  /** Who is here already and is to have one right more. */
  readonly accountId?: number;
  /** Where it is asked for on a retailer's page: the right is to stand for this one. */
  readonly retailer?: { readonly brandId: number; readonly retailerCode: number };
  /** @param given what is to be done as soon as it is given: what was typed goes */
  readonly onSubmit: (form: GrantForm, given: () => Promise<void>) => Promise<void>;
  readonly onCancel: () => void;
}) {
  const { t } = useText();
  const words = t.staff.form;
  const desk = useDesk();
  const id = useRef(newKey());
  const kept = useKept<Typed>(
    shop !== undefined ? 'retailer-invitation' : withPerson ? 'invitation' : 'right',
    {
      whom: String(shop?.retailerCode ?? accountId ?? ''),
      email: '',
      name: '',
      role: shop === undefined ? 'clerk' : 'retailer',
      all: true,
      brands: shop === undefined ? [] : [shop.brandId],
      retailerCode: shop === undefined ? '' : String(shop.retailerCode),
      until: '',
      reason: '',
    },
    { accepts: ({ whom }) => whom === String(shop?.retailerCode ?? accountId ?? '') },
  );
  const { set } = kept;
  const { email, name, role, all, brands, retailerCode, until, reason } = kept.form;
  const [faults, setFaults] = useState<readonly Fault[]>([]);
  const retailer = role === 'retailer';
  const chosen = all && !retailer ? null : [...brands];
  const mayGive = ROLES.filter((one) => one !== 'owner' || desk.may('manageOwners'));

  function submit(event: FormEvent) {
    event.preventDefault();
    const wrong = chosen?.length === 0 ? [{ field: 'markalar', text: words.needBrand }] : [];
    setFaults(wrong);
    if (wrong.length > 0) return;
    void onSubmit(
      {
        id: id.current,
        email,
        name,
        role,
        brands: chosen,
        channels: null,
        retailerCode: retailer ? Number(retailerCode) : null,
        until: until === '' ? null : startOfDay(until) + DAY_SECONDS,
        reason,
      },
      () => kept.done(),
    );
  }

  if (!kept.ready) return <SkeletonRows />;
  return (
    <form className="form sheet" onSubmit={submit}>
      <DraftFound kept={kept} />
      <ErrorSummary faults={faults} />
      {withPerson && (
        <div className="pair">
          <Field label={words.name}>
            {(control) => (
              <input
                {...control}
                className="input"
                required
                value={name}
                onChange={({ target }) => set({ name: target.value })}
              />
            )}
          </Field>
          <Field label={words.email}>
            {(control) => (
              <input
                {...control}
                className="input"
                type="email"
                required
                value={email}
                onChange={({ target }) => set({ email: target.value })}
              />
            )}
          </Field>
        </div>
      )}
      {shop === undefined && (
        <>
          <Field label={words.role} hint={t.staff.roleHint[role]}>
            {(control) => (
              <select
                {...control}
                className="input"
                value={role}
                onChange={({ target }) => set({ role: target.value as Role })}
              >
                {mayGive.map((one) => (
                  <option key={one} value={one}>
                    {t.role[one]}
                  </option>
                ))}
              </select>
            )}
          </Field>
          <Choices legend={words.brands} id="markalar" error={faults[0]?.text}>
            {!retailer && (
              <label className="check">
                <input type="checkbox" checked={all} onChange={({ target }) => set({ all: target.checked })} />
                {t.staff.allBrands}
              </label>
            )}
            {(retailer || !all) &&
              desk.brands.map(({ brandId, name: brand }) => (
                <label className="check" key={brandId}>
                  <input
                    type={retailer ? 'radio' : 'checkbox'}
                    name="marka"
                    checked={brands.includes(brandId)}
                    onChange={({ target }) =>
                      set({
                        brands: retailer
                          ? [brandId]
                          : target.checked
                            ? [...brands, brandId]
                            : brands.filter((one) => one !== brandId),
                      })
                    }
                  />
                  {brand}
                </label>
              ))}
          </Choices>
          {retailer && (
            <Field label={words.retailerCode}>
              {(control) => (
                <input
                  {...control}
                  className="input"
                  inputMode="numeric"
                  pattern="[0-9]{8}"
                  required
                  value={retailerCode}
                  onChange={({ target }) => set({ retailerCode: target.value })}
                />
              )}
            </Field>
          )}
        </>
      )}
      <div className="pair">
        <Field label={words.until} hint={words.untilHint}>
          {(control) => (
            <input
              {...control}
              className="input"
              type="date"
              value={until}
              onChange={({ target }) => set({ until: target.value })}
            />
          )}
        </Field>
        <Field label={words.reason} hint={words.reasonHint}>
          {(control) => (
            <input
              {...control}
              className="input"
              maxLength={300}
              value={reason}
              onChange={({ target }) => set({ reason: target.value })}
            />
          )}
        </Field>
      </div>
      <div className="row">
        <button type="submit" className="btn btn--main">
          {withPerson ? words.submitInvite : words.submitGrant}
        </button>
        <button type="button" className="btn" onClick={() => void kept.done().then(onCancel)}>
          {t.common.cancel}
        </button>
        <DraftKept kept={kept} />
      </div>
    </form>
  );
}
