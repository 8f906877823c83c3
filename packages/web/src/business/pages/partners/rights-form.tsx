// What a provider gives: to a partner by brand and channel, to an intermediary the asking. Brands that had something and
// are to have nothing are ended; the rest of what was changed is one offer.

import { type FormEvent, useRef, useState } from 'react';
import { ask, newKey } from '../../../api/client.ts';
import { useText } from '../../../text/index.tsx';
import { ErrorSummary, type Fault, Field, SkeletonRows } from '../../../ui/parts.tsx';
import { useDesk, useOrganisation } from '../../desk.tsx';
import { DraftFound, DraftKept, useKept } from '../../draft.tsx';
import { RIGHT_CHANNELS } from './given-rights.tsx';

type Right = 'none' | 'read' | 'write';
export interface BrandRights {
  readonly ARAMA: Right;
  readonly MESAJ: Right;
  readonly EPOSTA: Right;
  readonly reconciliation: boolean;
}
export interface Holder {
  readonly code: number;
  readonly title: string;
  readonly kind: 'partner' | 'intermediary';
}

const NOTHING: BrandRights = { ARAMA: 'none', MESAJ: 'none', EPOSTA: 'none', reconciliation: false };
const isNothing = (rights: BrandRights): boolean =>
  !rights.reconciliation && RIGHT_CHANNELS.every((channel) => rights[channel] === 'none');
const isSame = (one: BrandRights, other: BrandRights): boolean =>
  one.reconciliation === other.reconciliation && RIGHT_CHANNELS.every((channel) => one[channel] === other[channel]);

/** @param onSubmit does the giving that it is handed; its answer says whether all of it holds already */
export function RightsForm({
  holder,
  standing,
  onSubmit,
  onCancel,
}: {
  readonly holder: Holder;
  /** What holds now, by brand. */
  readonly standing: ReadonlyMap<number, BrandRights>;
  readonly onSubmit: (give: () => Promise<'waiting' | 'in-force'>) => void;
  readonly onCancel: () => void;
}) {
  const { t } = useText();
  const words = t.partners.form;
  const desk = useDesk();
  const organisation = useOrganisation();
  const id = useRef(newKey());
  const kept = useKept<{
    readonly holder: number;
    readonly rights: readonly (readonly [number, BrandRights])[];
    readonly reason: string;
  }>(
    'partner-rights',
    { holder: holder.code, rights: [...standing], reason: '' },
    { accepts: (draft) => draft.holder === holder.code },
  );
  const { reason } = kept.form;
  const rights = new Map(kept.form.rights);
  const [faults, setFaults] = useState<readonly Fault[]>([]);
  const partner = holder.kind === 'partner';
  const of = (brandId: number): BrandRights => rights.get(brandId) ?? NOTHING;
  const set = (brandId: number, change: Partial<BrandRights>): void => {
    kept.set({ rights: [...new Map(rights).set(brandId, { ...of(brandId), ...change })] });
    id.current = newKey();
  };

  async function give(): Promise<'waiting' | 'in-force'> {
    const params = { organisation, other: holder.code };
    const changed = desk.brands.flatMap(({ brandId }) => {
      const wanted = of(brandId);
      return isSame(wanted, standing.get(brandId) ?? NOTHING) ? [] : [{ brandId, ...wanted }];
    });
    for (const { brandId } of changed.filter(isNothing))
      await ask('POST /organisations/:organisation/partnerships/:other/end', { params, body: { brandId, reason } });
    const offered = changed.filter((one) => !isNothing(one));
    if (partner && offered.length === 0) return 'in-force';
    const { state } = await ask('POST /organisations/:organisation/partnerships/:other/offers', {
      params,
      body: { offerId: id.current, rights: offered, reason },
    });
    return state;
  }

  function submit(event: FormEvent) {
    event.preventDefault();
    const wanted = desk.brands.map(({ brandId }) => [of(brandId), standing.get(brandId) ?? NOTHING] as const);
    const text =
      standing.size === 0 && wanted.every(([one]) => isNothing(one))
        ? words.needRight
        : wanted.every(([one, before]) => isSame(one, before))
          ? words.nothingChanged
          : undefined;
    const wrong = partner && text !== undefined ? [{ field: 'haklar', text }] : [];
    setFaults(wrong);
    if (wrong.length === 0)
      onSubmit(async () => {
        const state = await give();
        await kept.done();
        return state;
      });
  }

  if (!kept.ready) return <SkeletonRows />;
  return (
    <form className="form sheet rights" onSubmit={submit}>
      <DraftFound kept={kept} />
      <ErrorSummary faults={faults} />
      {partner ? (
        <fieldset className={faults.length === 0 ? 'field' : 'field field--bad'} id="haklar" tabIndex={-1}>
          <legend>{words.rights}</legend>
          {standing.size > 0 && <span className="hint">{words.less}</span>}
          {faults.map(({ text }) => (
            <p className="error sign" key={text}>
              {text}
            </p>
          ))}
          <table className="table table--stack">
            <thead>
              <tr>
                <th scope="col">{t.partners.page.columns.brand}</th>
                {RIGHT_CHANNELS.map((channel) => (
                  <th scope="col" key={channel}>
                    {t.channel[channel]}
                  </th>
                ))}
                <th scope="col">{words.reconciliation}</th>
              </tr>
            </thead>
            <tbody>
              {desk.brands.map(({ brandId, name }) => (
                <tr key={brandId}>
                  <th scope="row">{name}</th>
                  {RIGHT_CHANNELS.map((channel) => (
                    <td key={channel} data-l={t.channel[channel]}>
                      <select
                        className="input"
                        aria-label={words.cell(name, t.channel[channel])}
                        value={of(brandId)[channel]}
                        onChange={({ target }) => set(brandId, { [channel]: target.value as Right })}
                      >
                        {(['none', 'read', 'write'] as const).map((right) => (
                          <option key={right} value={right}>
                            {t.partners.right[right]}
                          </option>
                        ))}
                      </select>
                    </td>
                  ))}
                  <td data-l={words.reconciliation}>
                    <label className="check">
                      <input
                        type="checkbox"
                        checked={of(brandId).reconciliation}
                        onChange={({ target }) => set(brandId, { reconciliation: target.checked })}
                      />
                      <span className="vh">{words.cell(name, words.reconciliation)}</span>
                    </label>
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </fieldset>
      ) : (
        <p>{words.intermediaryLead}</p>
      )}
      <Field label={words.reason} hint={words.reasonHint}>
        {(control) => (
          <input
            {...control}
            className="input"
            maxLength={500}
            value={reason}
            onChange={({ target }) => kept.set({ reason: target.value })}
          />
        )}
      </Field>
      <div className="row">
        <button type="submit" className="btn btn--next">
          {standing.size > 0 ? words.submitChange : words.submit}
        </button>
        <button type="button" className="btn" onClick={() => void kept.done().then(onCancel)}>
          {t.common.cancel}
        </button>
        <DraftKept kept={kept} />
      </div>
    </form>
  );
}
