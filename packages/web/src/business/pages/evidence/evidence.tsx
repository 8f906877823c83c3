// Evidence: documents of a brand, consents that nothing proves, and the texts and paper forms behind them. Which of the
// three, and of which brand, stands in the address.

import { istanbulDay } from '@acik-iys/law';
import { useInfiniteQuery, useQueryClient } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import { useAttempt } from '../../../api/attempt.ts';
import { type AnswerOf, ask } from '../../../api/client.ts';
import { useText } from '../../../text/index.tsx';
import { Listing } from '../../../ui/listing.tsx';
import { Failure, Field, PageTitle, SkeletonRows, State } from '../../../ui/parts.tsx';
import { useDesk, useOrganisation } from '../../desk.tsx';
import { EvidenceForms } from './evidence-forms.tsx';
import { type DocumentAnswer, UploadButton, useUpload } from './upload.tsx';
import './evidence.css';

type UnprovenRow = AnswerOf<'GET /organisations/:organisation/brands/:brand/unproven-consents'>['consents'][number];

const DAY_SECONDS = 86_400;
const UNPROVEN_DAYS = 14;

export function Evidence() {
  const { t } = useText();
  const words = t.evidence;
  const desk = useDesk();
  const organisation = useOrganisation();
  const navigate = useNavigate();
  const search = useSearch({ from: '/isletme/$organisation/kanitlar' });
  const brands =
    desk.brandsFor('addEvidence').length > 0 ? desk.brandsFor('addEvidence') : desk.brandsFor('readEvidence');
  const brandId = search.marka ?? brands[0]?.brandId ?? 0;
  const reads = desk.may('readEvidence');
  const view = search.gorunum ?? (reads ? 'belgeler' : 'formlar');
  const params = { organisation: String(organisation) };
  const views = [
    ['belgeler', words.views.documents, reads],
    ['kanitsiz', words.views.unproven, reads],
    ['formlar', words.views.forms, desk.may('addEvidence')],
  ] as const;
  return (
    <>
      <PageTitle>{words.title}</PageTitle>
      <nav className="tabs evidence__tabs" aria-label={words.title}>
        {views
          .filter(([, , may]) => may)
          .map(([name, label]) => (
            <Link
              key={name}
              to="/isletme/$organisation/kanitlar"
              params={params}
              search={{ ...(search.marka !== undefined && { marka: search.marka }), gorunum: name }}
              aria-current={view === name ? 'true' : undefined}
              activeProps={{}}
            >
              {label}
            </Link>
          ))}
      </nav>
      {brands.length > 1 && (
        <div className="evidence__brand">
          <Field label={words.brand}>
            {(control) => (
              <select
                {...control}
                className="input"
                value={brandId}
                onChange={({ target }) =>
                  void navigate({
                    to: '/isletme/$organisation/kanitlar',
                    params,
                    search: { ...search, marka: Number(target.value) },
                    replace: true,
                  })
                }
              >
                {brands.map((brand) => (
                  <option key={brand.brandId} value={brand.brandId}>
                    {brand.name}
                  </option>
                ))}
              </select>
            )}
          </Field>
        </div>
      )}
      {view === 'belgeler' && reads && <Documents key={brandId} brandId={brandId} />}
      {view === 'kanitsiz' && reads && <Unproven key={brandId} brandId={brandId} />}
      {view === 'formlar' && <EvidenceForms key={brandId} brandId={brandId} />}
    </>
  );
}

function Documents({ brandId }: { readonly brandId: number }) {
  const { t, format } = useText();
  const words = t.evidence;
  const desk = useDesk();
  const organisation = useOrganisation();
  const navigate = useNavigate();
  const client = useQueryClient();
  const [loose, setLoose] = useState(false);
  const { busy, failure, attempt } = useAttempt();
  const [name, setName] = useState('');
  const upload = useUpload(brandId);
  const key = ['organisation', organisation, 'evidence', brandId, loose];
  const list = useInfiniteQuery({
    queryKey: key,
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam, signal }) =>
      ask('GET /organisations/:organisation/brands/:brand/evidence', {
        params: { organisation, brand: brandId },
        query: { ...(loose && { unattached: '1' as const }), ...(pageParam !== undefined && { after: pageParam }) },
        signal,
      }),
    getNextPageParam: ({ after }) => after,
  });
  const rows = list.data?.pages.flatMap(({ documents }) => documents) ?? [];
  const now = Math.floor(Date.now() / 1_000);

  const add = (file: File): void => {
    setName(file.name);
    void attempt(async () => {
      const { documentId } = await upload(file);
      await client.invalidateQueries({ queryKey: ['organisation', organisation, 'evidence'] });
      await navigate({
        to: '/isletme/$organisation/kanitlar/$brand/$document',
        params: { organisation: String(organisation), brand: String(brandId), document: documentId },
      });
    });
  };

  return (
    <>
      {desk.may('addEvidence') && (
        <div className="evidence__add">
          <UploadButton label={words.add} hint={words.addHint} onFile={add} />
          <p role="status">{busy && words.adding(name)}</p>
          {failure !== undefined && <Failure error={failure} />}
        </div>
      )}
      <label className="check">
        <input type="checkbox" checked={loose} onChange={({ target }) => setLoose(target.checked)} />
        {words.onlyLoose}
      </label>
      <Listing file={t.files.documents} rows={rows.length} list={list}>
        {list.error !== null && list.data === undefined ? (
          <Failure error={list.error} again={() => void list.refetch()} />
        ) : list.data === undefined ? (
          <SkeletonRows />
        ) : rows.length === 0 ? (
          <p className="empty">{words.empty}</p>
        ) : (
          <table className="table table--stack">
            <thead>
              <tr>
                <th scope="col">{words.columns.title}</th>
                <th scope="col">{words.columns.proves}</th>
                <th scope="col">{words.columns.stamp}</th>
                <th scope="col">{words.columns.by}</th>
                <th scope="col">{words.columns.when}</th>
              </tr>
            </thead>
            <tbody>
              {rows.map((document) => (
                <tr key={document.documentId}>
                  <th scope="row">
                    <Link
                      to="/isletme/$organisation/kanitlar/$brand/$document"
                      params={{
                        organisation: String(organisation),
                        brand: String(brandId),
                        document: document.documentId,
                      }}
                    >
                      {document.title}
                    </Link>
                    {document.replaced !== null && <span className="meta"> {words.replacedSign}</span>}
                  </th>
                  <td data-l={words.columns.proves}>
                    <Proves document={document} />
                  </td>
                  <td data-l={words.columns.stamp}>
                    <Stamp document={document} now={now} />
                  </td>
                  <td data-l={words.columns.by}>{document.addedBy.person ?? document.addedBy.organisation}</td>
                  <td data-l={words.columns.when}>{format.time(document.addedAt, now)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        )}
      </Listing>
    </>
  );
}

export function Stamp({ document: { stamp }, now }: { readonly document: DocumentAnswer; readonly now: number }) {
  const { t, format } = useText();
  return stamp.state === 'stamped' && stamp.at !== null ? (
    <State sign="done">{t.evidence.stamped(format.time(stamp.at, now))}</State>
  ) : (
    <State sign="wait">{t.evidence.waitingStamp}</State>
  );
}

/** What a document proves, in words. */
export function Proves({ document: { attachments } }: { readonly document: DocumentAnswer }) {
  const { t, language, format } = useText();
  const words = t.evidence.proves;
  if (attachments.length === 0) return <span className="meta">{t.evidence.nothing}</span>;
  const parts = attachments.map(({ consent, entry, formNumber, day, retailerCode }) => {
    if (consent !== null) return words.consent(consent.masked, t.channel[consent.channel].toLocaleLowerCase(language));
    if (formNumber !== null) return words.form(formNumber);
    if (entry !== null) return words.entry;
    return [day !== null && words.day(format.day(day)), retailerCode !== null && words.retailer(String(retailerCode))]
      .filter(Boolean)
      .join(', ');
  });
  return <>{[...new Set(parts)].join('; ')}</>;
}

function Unproven({ brandId }: { readonly brandId: number }) {
  const { t, format } = useText();
  const words = t.evidence.unproven;
  const desk = useDesk();
  const organisation = useOrganisation();
  const client = useQueryClient();
  const now = Math.floor(Date.now() / 1_000);
  const [from, setFrom] = useState(istanbulDay(now - UNPROVEN_DAYS * DAY_SECONDS));
  const [to, setTo] = useState(istanbulDay(now));
  const [said, setSaid] = useState('');
  const [marked, setChosen] = useState<ReadonlyMap<number, UnprovenRow>>(new Map());
  const { busy, failure, attempt } = useAttempt();
  const [name, setName] = useState('');
  const upload = useUpload(brandId);
  const list = useInfiniteQuery({
    queryKey: ['organisation', organisation, 'evidence', 'unproven', brandId, from, to],
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam, signal }) =>
      ask('GET /organisations/:organisation/brands/:brand/unproven-consents', {
        params: { organisation, brand: brandId },
        query: { from, to, ...(pageParam !== undefined && { after: pageParam }) },
        signal,
      }),
    getNextPageParam: ({ after }) => after,
    enabled: from !== '' && to !== '',
  });
  const rows = list.data?.pages.flatMap(({ consents }) => consents) ?? [];
  // Only what is shown: other days, or somebody who was faster, take a row out of the choice.
  const chosen = new Map(rows.flatMap((row) => (marked.has(row.seq) ? [[row.seq, row] as const] : [])));

  /** One document for all that are chosen. */
  const prove = (file: File): void => {
    setName(file.name);
    void attempt(async () => {
      const { documentId } = await upload(file);
      await ask('POST /organisations/:organisation/brands/:brand/evidence/:documentId/attachments', {
        params: { organisation, brand: brandId, documentId },
        body: {
          to: [...chosen.values()].map(({ reference, channel, recipientType, seq }) => ({
            kind: 'consent' as const,
            reference,
            channel,
            recipientType,
            seq,
          })),
        },
      });
      setSaid(words.proved(format.number(chosen.size)));
      setChosen(new Map());
      await client.invalidateQueries({ queryKey: ['organisation', organisation, 'evidence'] });
    });
  };

  return (
    <>
      <p>{words.lead}</p>
      <div className="pair evidence__range">
        <Field label={words.from}>
          {(control) => (
            <input
              {...control}
              className="input"
              type="date"
              value={from}
              onChange={({ target }) => setFrom(target.value)}
            />
          )}
        </Field>
        <Field label={words.to}>
          {(control) => (
            <input
              {...control}
              className="input"
              type="date"
              value={to}
              onChange={({ target }) => setTo(target.value)}
            />
          )}
        </Field>
      </div>
      <p role="status" className="meta">
        {said}
      </p>
      {chosen.size > 0 && desk.may('addEvidence') && (
        <div className="evidence__add">
          <p>{words.selected(format.number(chosen.size))}</p>
          <UploadButton label={words.addToSelected} hint={t.evidence.addHint} onFile={prove} />
          <p role="status">{busy && t.evidence.adding(name)}</p>
        </div>
      )}
      {failure !== undefined && <Failure error={failure} />}
      <Listing file={t.files.unproven} rows={rows.length} list={list}>
        {list.error !== null && list.data === undefined ? (
          <Failure error={list.error} again={() => void list.refetch()} />
        ) : list.data === undefined ? (
          <SkeletonRows />
        ) : rows.length === 0 && !list.hasNextPage ? (
          <p className="empty">{words.empty}</p>
        ) : (
          <table className="table table--stack">
            <thead>
              <tr>
                {desk.may('addEvidence') && <td />}
                <th scope="col">{words.columns.address}</th>
                <th scope="col">{words.columns.channel}</th>
                <th scope="col">{words.columns.source}</th>
                <th scope="col">{words.columns.when}</th>
              </tr>
            </thead>
            <tbody>
              {rows.map((row) => (
                <tr key={row.seq}>
                  {desk.may('addEvidence') && (
                    <td>
                      <label className="check">
                        <input
                          type="checkbox"
                          checked={chosen.has(row.seq)}
                          onChange={({ target }) => {
                            const next = new Map(chosen);
                            if (target.checked) next.set(row.seq, row);
                            else next.delete(row.seq);
                            setChosen(next);
                          }}
                        />
                        <span className="vh">{words.select(row.masked)}</span>
                      </label>
                    </td>
                  )}
                  <th scope="row">
                    <Link
                      className="addr"
                      to="/isletme/$organisation/kisi/$reference"
                      params={{ organisation: String(organisation), reference: row.reference }}
                    >
                      {row.masked}
                    </Link>
                  </th>
                  <td data-l={words.columns.channel}>{t.channel[row.channel]}</td>
                  <td data-l={words.columns.source}>
                    {row.source === null ? t.noSource : (t.source[row.source] ?? row.source)}
                  </td>
                  <td data-l={words.columns.when}>{format.time(row.receivedAt, now)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        )}
      </Listing>
    </>
  );
}
