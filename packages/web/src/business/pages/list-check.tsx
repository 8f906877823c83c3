// A list checked: brand and channel named, yes or no and why for each address.

import { type FormEvent, useState } from 'react';
import { useAttempt } from '../../api/attempt.ts';
import { type AnswerOf, ask } from '../../api/client.ts';
import { saveFile, sendFile } from '../../api/files.ts';
import { useText } from '../../text/index.tsx';
import { HelpLink } from '../../ui/help-link.tsx';
import { Choices, Failure, Field, PageTitle, SkeletonRows, State } from '../../ui/parts.tsx';
import { useDesk, useOrganisation } from '../desk.tsx';
import { type ListSource, SourceFields } from './list-source.tsx';
import './list.css';

type Checked = AnswerOf<'POST /organisations/:organisation/checks/file'>;

const CHANNELS = ['MESAJ', 'ARAMA', 'EPOSTA'] as const;

export function ListCheck() {
  const { t, language, format } = useText();
  const words = t.lists.check;
  const desk = useDesk();
  const organisation = useOrganisation();
  const brands = desk.brandsFor('checkLists');
  const [brandId, setBrandId] = useState(brands[0]?.brandId ?? 0);
  const [channel, setChannel] = useState<(typeof CHANNELS)[number]>('MESAJ');
  const [recipientType, setRecipientType] = useState<'BIREYSEL' | 'TACIR'>('BIREYSEL');
  const [source, setSource] = useState<ListSource>();
  const [missing, setMissing] = useState(false);
  const [checked, setChecked] = useState<Checked>();
  const { busy, failure, attempt } = useAttempt();
  const params = { organisation };

  function submit(event: FormEvent) {
    event.preventDefault();
    setMissing(source === undefined);
    if (source === undefined) return;
    const query = { brand: String(brandId), channel, recipientType };
    void attempt(async () => {
      setChecked(
        source.kind === 'file'
          ? await sendFile('POST /organisations/:organisation/checks/file', source.file, { params, query })
          : await ask('POST /organisations/:organisation/checks/pasted', {
              params,
              query,
              body: { text: source.text },
            }),
      );
    });
  }

  return (
    <>
      <PageTitle>{words.title}</PageTitle>
      <HelpLink topic="lists" />
      <p className="list__lead">{words.lead}</p>
      {failure !== undefined && <Failure error={failure} />}
      <form className="form list__form" onSubmit={submit}>
        <div className="pair">
          <Field label={t.lists.record.brand}>
            {(control) => (
              <select
                {...control}
                className="input"
                value={brandId}
                onChange={({ target }) => setBrandId(Number(target.value))}
              >
                {brands.map(({ brandId: id, name, provider }) => (
                  <option key={id} value={id}>
                    {desk.organisation.kind === 'provider' ? name : `${name} (${provider.title})`}
                  </option>
                ))}
              </select>
            )}
          </Field>
          <Field label={words.recipientType}>
            {(control) => (
              <select
                {...control}
                className="input"
                value={recipientType}
                onChange={({ target }) => setRecipientType(target.value as 'BIREYSEL')}
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
              <input type="radio" name="kanal" checked={channel === one} onChange={() => setChannel(one)} />
              {t.channel[one]}
            </label>
          ))}
        </Choices>
        <SourceFields
          source={source}
          onChange={setSource}
          pasteLabel={words.paste}
          pasteHint={words.pasteHint}
          error={missing && source === undefined ? t.lists.record.needOne : undefined}
        />
        <div>
          <button type="submit" className="btn btn--next" aria-disabled={busy}>
            {words.submit}
          </button>
        </div>
      </form>
      {busy && <SkeletonRows rows={4} />}
      {checked !== undefined && !busy && (
        <section className="sec" aria-live="polite">
          <div className="head">
            <h2>
              {(channel === 'ARAMA' ? words.resultCall : words.result)(
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
            {words.asOf(format.exactTime(checked.checkedAt))}{' '}
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
