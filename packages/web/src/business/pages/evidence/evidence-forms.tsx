// Consent texts of a brand, and paper forms made from them: numbered, printed, found again by their number.

import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, useNavigate, useParams } from '@tanstack/react-router';
import { type FormEvent, useRef, useState } from 'react';
import { useAttempt } from '../../../api/attempt.ts';
import { type AnswerOf, ask, newKey } from '../../../api/client.ts';
import { useText } from '../../../text/index.tsx';
import { Failure, Field, PageTitle, SkeletonRows } from '../../../ui/parts.tsx';
import { useOrganisation } from '../../desk.tsx';
import { DraftFound, DraftKept, useKept } from '../../draft.tsx';
import './evidence.css';

type ConsentText = AnswerOf<'GET /organisations/:organisation/brands/:brand/consent-texts'>[number];
type FoundForm = AnswerOf<'GET /organisations/:organisation/brands/:brand/forms/:number'>;

const FORMS_MAX = 200;

export function EvidenceForms({ brandId }: { readonly brandId: number }) {
  const organisation = useOrganisation();
  const texts = useQuery({
    queryKey: ['organisation', organisation, 'consent-texts', brandId],
    queryFn: ({ signal }) =>
      ask('GET /organisations/:organisation/brands/:brand/consent-texts', {
        params: { organisation, brand: brandId },
        signal,
      }),
  });
  if (texts.error !== null && texts.data === undefined)
    return <Failure error={texts.error} again={() => void texts.refetch()} />;
  if (texts.data === undefined) return <SkeletonRows rows={4} />;
  return (
    <>
      {texts.data.length > 0 && <MakeForms brandId={brandId} texts={texts.data} />}
      <FindForm brandId={brandId} />
      <Texts brandId={brandId} texts={texts.data} />
    </>
  );
}

function Texts({ brandId, texts }: { readonly brandId: number; readonly texts: readonly ConsentText[] }) {
  const { t, format } = useText();
  const words = t.evidence.forms;
  const organisation = useOrganisation();
  const client = useQueryClient();
  const kept = useKept(
    'consent-text',
    { brandId, title: '', body: '' },
    { accepts: (draft) => draft.brandId === brandId },
  );
  const { title, body } = kept.form;
  const { busy, failure, attempt } = useAttempt();
  const now = Math.floor(Date.now() / 1_000);
  function submit(event: FormEvent) {
    event.preventDefault();
    void attempt(async () => {
      await ask('POST /organisations/:organisation/brands/:brand/consent-texts', {
        params: { organisation, brand: brandId },
        body: { title, body },
      });
      await kept.done();
      await client.invalidateQueries({ queryKey: ['organisation', organisation, 'consent-texts'] });
    });
  }
  return (
    <section className="sec">
      <h2>{words.texts}</h2>
      <p className="meta">{texts.length === 0 ? words.textsNone : words.textsLead}</p>
      {texts.map((text) => (
        <details key={text.version}>
          <summary>
            {text.title} <span className="meta">{words.version(String(text.version))}</span>
          </summary>
          <p className="evidence__text">{text.body}</p>
          <p className="meta">
            {text.addedBy.person}, {format.time(text.addedAt, now)}
          </p>
        </details>
      ))}
      <form className="form evidence__replace" onSubmit={submit}>
        <DraftFound kept={kept} />
        {failure !== undefined && <Failure error={failure} />}
        <Field label={words.textTitle}>
          {(control) => (
            <input
              {...control}
              className="input"
              maxLength={120}
              required
              value={title}
              onChange={({ target }) => kept.set({ title: target.value })}
            />
          )}
        </Field>
        <Field label={words.textBody}>
          {(control) => (
            <textarea
              {...control}
              className="input"
              maxLength={10_000}
              required
              value={body}
              onChange={({ target }) => kept.set({ body: target.value })}
            />
          )}
        </Field>
        <div className="row">
          <button type="submit" className="btn" aria-disabled={busy || !kept.ready}>
            {words.textAdd}
          </button>
          <DraftKept kept={kept} />
        </div>
      </form>
    </section>
  );
}

function MakeForms({ brandId, texts }: { readonly brandId: number; readonly texts: readonly ConsentText[] }) {
  const { t } = useText();
  const words = t.evidence.forms;
  const organisation = useOrganisation();
  const navigate = useNavigate();
  const key = useRef(newKey());
  const [count, setCount] = useState('10');
  const [version, setVersion] = useState(texts[0]?.version ?? 1);
  const { busy, failure, attempt } = useAttempt();
  function submit(event: FormEvent) {
    event.preventDefault();
    void attempt(async () => {
      const { series } = await ask('POST /organisations/:organisation/brands/:brand/forms', {
        params: { organisation, brand: brandId },
        body: { key: key.current, count: Number(count), textVersion: version, retailerCode: null },
      });
      key.current = newKey();
      await navigate({
        to: '/isletme/$organisation/formlar/$brand/$series',
        params: { organisation: String(organisation), brand: String(brandId), series },
      });
    });
  }
  return (
    <section className="sec">
      <h2>{words.make}</h2>
      <form className="form" onSubmit={submit}>
        <p className="meta">{words.makeLead}</p>
        {failure !== undefined && <Failure error={failure} />}
        <div className="pair">
          <Field label={words.count}>
            {(control) => (
              <input
                {...control}
                className="input"
                type="number"
                min={1}
                max={FORMS_MAX}
                required
                value={count}
                onChange={({ target }) => setCount(target.value)}
              />
            )}
          </Field>
          <Field label={words.text}>
            {(control) => (
              <select
                {...control}
                className="input"
                value={version}
                onChange={({ target }) => setVersion(Number(target.value))}
              >
                {texts.map((text) => (
                  <option key={text.version} value={text.version}>
                    {text.title}, {words.version(String(text.version))}
                  </option>
                ))}
              </select>
            )}
          </Field>
        </div>
        <div>
          <button type="submit" className="btn btn--next" aria-disabled={busy}>
            {words.makeSubmit}
          </button>
        </div>
      </form>
    </section>
  );
}

function FindForm({ brandId }: { readonly brandId: number }) {
  const { t, format } = useText();
  const words = t.evidence.forms;
  const organisation = useOrganisation();
  const [number, setNumber] = useState('');
  const [found, setFound] = useState<FoundForm>();
  const { busy, failure, attempt } = useAttempt();
  const now = Math.floor(Date.now() / 1_000);
  function submit(event: FormEvent) {
    event.preventDefault();
    void attempt(async () => {
      setFound(undefined);
      setFound(
        await ask('GET /organisations/:organisation/brands/:brand/forms/:number', {
          params: { organisation, brand: brandId, number },
        }),
      );
    });
  }
  return (
    <section className="sec">
      <h2>{words.find}</h2>
      <form className="row" onSubmit={submit}>
        <label className="vh" htmlFor="form-no">
          {words.sheet.number}
        </label>
        <input
          id="form-no"
          className="input evidence__number"
          autoComplete="off"
          spellCheck={false}
          required
          minLength={8}
          maxLength={20}
          value={number}
          onChange={({ target }) => setNumber(target.value)}
        />
        <button type="submit" className="btn" aria-disabled={busy}>
          {words.findSubmit}
        </button>
      </form>
      {failure !== undefined && <Failure error={failure} />}
      {found !== undefined && (
        <dl className="facts evidence__replace">
          <dt>{words.sheet.number}</dt>
          <dd>{found.number}</dd>
          <dt>{words.text}</dt>
          <dd>{found.text.title}</dd>
          <dt>{t.evidence.columns.when}</dt>
          <dd>{format.time(found.madeAt, now)}</dd>
          <dt>{t.evidence.views.documents}</dt>
          <dd>
            {found.documents.map(({ documentId, title }) => (
              <Link
                key={documentId}
                to="/isletme/$organisation/kanitlar/$brand/$document"
                params={{ organisation: String(organisation), brand: String(brandId), document: documentId }}
              >
                {title}
              </Link>
            ))}
          </dd>
        </dl>
      )}
    </section>
  );
}

/** The sheets of a series, a page each, to be printed. */
export function FormSheets() {
  const { t, format } = useText();
  const words = t.evidence.forms;
  const organisation = useOrganisation();
  const { brand, series } = useParams({ from: '/isletme/$organisation/formlar/$brand/$series' });
  const made = useQuery({
    queryKey: ['organisation', organisation, 'form-series', series],
    queryFn: ({ signal }) =>
      ask('GET /organisations/:organisation/brands/:brand/form-series/:series', {
        params: { organisation, brand, series },
        signal,
      }),
  });
  if (made.error !== null && made.data === undefined)
    return <Failure error={made.error} again={() => void made.refetch()} />;
  if (made.data === undefined) return <SkeletonRows rows={8} />;
  const { numbers, text, brand: owner } = made.data;
  const lines = [words.sheet.name, words.sheet.telephone, words.sheet.email, words.sheet.date, words.sheet.signature];
  return (
    <>
      <div className="head no-print">
        <PageTitle>{words.sheets(format.number(numbers.length))}</PageTitle>
        <button type="button" className="btn btn--next" onClick={() => window.print()}>
          {words.print}
        </button>
      </div>
      {numbers.map((number) => (
        <article className="paper" key={number}>
          <div className="head">
            <h2>{words.sheet.heading}</h2>
            <span className="num">
              {words.sheet.number}: <b>{number}</b>
            </span>
          </div>
          <p>
            {owner.name} · {owner.provider.title}
          </p>
          <p className="evidence__text">{text.body}</p>
          <p className="paper__choices">
            {(['MESAJ', 'ARAMA', 'EPOSTA'] as const).map((channel) => (
              <span key={channel}>
                <span className="paper__box" /> {t.channel[channel]}: {words.sheet.yes}
              </span>
            ))}
          </p>
          {lines.map((line) => (
            <p className="paper__line" key={line}>
              {line}
            </p>
          ))}
          <p>{words.sheet.right}</p>
        </article>
      ))}
    </>
  );
}
