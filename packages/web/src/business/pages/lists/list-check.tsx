// A list checked: brand and channel named, yes or no and why for each address.

import { type FormEvent, useState } from 'react';
import { useAttempt } from '../../../api/attempt.ts';
import { type AnswerOf, ask } from '../../../api/client.ts';
import { saveFile, sendFile } from '../../../api/files.ts';
import { useText } from '../../../text/index.tsx';
import { HelpLink } from '../../../ui/help-link.tsx';
import { Choices, Failure, Field, PageTitle, SkeletonRows, State } from '../../../ui/parts.tsx';
import { BrandField, useBrandChoice } from '../../brand-field.tsx';
import { useDesk, useOrganisation } from '../../desk.tsx';
import { DraftFound, DraftKept, useKept } from '../../draft.tsx';
import { SourceFields, sourceOf } from './list-source.tsx';
import './list.css';

type Checked = AnswerOf<'POST /organisations/:organisation/checks/file'>;

const CHANNELS = ['MESAJ', 'ARAMA', 'EPOSTA'] as const;

interface Form {
  readonly brandId: number;
  readonly channel: (typeof CHANNELS)[number];
  readonly recipientType: 'BIREYSEL' | 'TACIR';
  readonly pasted: string;
}

export function ListCheck() {
  const { t, language, format } = useText();
  const words = t.lists.check;
  const desk = useDesk();
  const organisation = useOrganisation();
  const brands = desk.brandsFor('checkLists');
  const kept = useKept<Form>(
    'list-check',
    { brandId: brands[0]?.brandId ?? 0, channel: 'MESAJ', recipientType: 'BIREYSEL', pasted: '' },
    { holds: ({ pasted }) => pasted !== '' },
  );
  const { form } = kept;
  const { brandId, channel, recipientType } = form;
  const choice = useBrandChoice('checkLists', {
    brandId,
    holds: form.pasted !== '',
    onChange: (to) => kept.set({ brandId: to }),
  });
  const [file, setFile] = useState<File>();
  const source = sourceOf(file, form.pasted);
  const [missing, setMissing] = useState(false);
  /** With what was asked: an answer is not shown under another question. */
  const [checked, setChecked] = useState<Checked & Pick<Form, 'brandId' | 'channel' | 'recipientType'>>();
  const { busy, failure, attempt } = useAttempt();
  const params = { organisation };

  function submit(event: FormEvent) {
    event.preventDefault();
    setMissing(source === undefined);
    if (source === undefined || choice.brand === undefined) return;
    setChecked(undefined);
    const query = { brand: String(brandId), channel, recipientType };
    void attempt(async () => {
      const answer =
        source.kind === 'file'
          ? await sendFile('POST /organisations/:organisation/checks/file', source.file, { params, query })
          : await ask('POST /organisations/:organisation/checks/pasted', {
              params,
              query,
              body: { text: source.text },
            });
      setChecked({ ...answer, brandId, channel, recipientType });
    });
  }

  if (!kept.ready)
    return (
      <>
        <PageTitle>{words.title}</PageTitle>
        <SkeletonRows />
      </>
    );
  return (
    <>
      <PageTitle>{words.title}</PageTitle>
      <HelpLink topic="lists" />
      <p className="list__lead">{words.lead}</p>
      {failure !== undefined && <Failure error={failure} />}
      <form className="form list__form" onSubmit={submit}>
        <DraftFound kept={kept} />
        <div className="pair">
          <BrandField
            label={t.lists.record.brand}
            choice={choice}
            brandId={brandId}
            onChange={(to) => kept.set({ brandId: to })}
            error={choice.brand === undefined ? t.partners.needBrand : undefined}
          />
          <Field label={words.recipientType}>
            {(control) => (
              <select
                {...control}
                className="input"
                value={recipientType}
                onChange={({ target }) => kept.set({ recipientType: target.value as 'BIREYSEL' })}
              >
                {(['BIREYSEL', 'TACIR'] as const).map((type) => (
                  <option key={type} value={type}>
                    {t.recipientType[type]}
                  </option>
                ))}
              </select>
            )}
          </Field>
        </div>
        <Choices legend={words.channel}>
          {CHANNELS.map((one) => (
            <label className="check" key={one}>
              <input type="radio" name="kanal" checked={channel === one} onChange={() => kept.set({ channel: one })} />
              {t.channel[one]}
            </label>
          ))}
        </Choices>
        <SourceFields
          pasted={form.pasted}
          onFile={setFile}
          onPaste={(pasted) => {
            setFile(undefined);
            kept.set({ pasted });
          }}
          pasteLabel={words.paste}
          pasteHint={words.pasteHint}
          error={missing && source === undefined ? t.lists.record.needOne : undefined}
        />
        <div className="row">
          <button type="submit" className="btn btn--next" aria-disabled={busy}>
            {words.submit}
          </button>
          <DraftKept kept={kept} />
        </div>
      </form>
      {busy && <SkeletonRows rows={4} />}
      {checked !== undefined && !busy && (
        <section className="sec" aria-live="polite">
          <div className="head">
            <h2>
              {(checked.channel === 'ARAMA' ? words.resultCall : words.result)(
                format.number(checked.yes),
                format.number(checked.no),
              )}
            </h2>
            <button
              type="button"
              className="btn btn--desk"
              onClick={() =>
                void attempt(() =>
                  saveFile('POST /organisations/:organisation/checks/workbook', {
                    params,
                    body: {
                      language,
                      rows: checked.rows.map(({ written, may, words: why }) => ({
                        written,
                        may,
                        reason: why[language],
                      })),
                    },
                  }),
                )
              }
            >
              {words.download}
            </button>
          </div>
          <p className="meta">
            {[desk.brandName(checked.brandId), t.channel[checked.channel], t.recipientType[checked.recipientType]].join(
              ', ',
            )}
            : {words.asOf(format.exactTime(checked.checkedAt))}{' '}
            {checked.notAddresses > 0 && words.notAddresses(format.number(checked.notAddresses))}
          </p>
          <table className="table table--stack list__rows">
            <thead>
              <tr>
                <th scope="col" className="end">
                  {words.columns.row}
                </th>
                <th scope="col">{words.columns.address}</th>
                <th scope="col">{words.columns.may}</th>
                <th scope="col">{words.columns.why}</th>
              </tr>
            </thead>
            <tbody>
              {checked.rows.map(({ rowNumber, written, may, why, words: reason }) => (
                <tr key={rowNumber}>
                  <th scope="row" className="end num">
                    {rowNumber}
                  </th>
                  <td data-l={words.columns.address} className="addr">
                    {written}
                  </td>
                  <td data-l={words.columns.may}>
                    <State sign={may === null ? 'note' : may ? 'yes' : why === 'none' ? 'none' : 'no'}>
                      {may === null ? words.notAddress : may ? words.yes : words.no}
                    </State>
                  </td>
                  <td data-l={words.columns.why}>{reason[language]}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </section>
      )}
    </>
  );
}
