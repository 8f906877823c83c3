// One document: what it is, what it proves, its stamp and how long it is kept; attached to more, or replaced by the right
// one. Nothing in it runs here: images and sound are shown as such, everything else is handed over.

import { istanbulDay } from '@acik-iys/law';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, useNavigate, useParams } from '@tanstack/react-router';
import { type FormEvent, useState } from 'react';
import { useAttempt } from '../../../api/attempt.ts';
import { ask, isChanged } from '../../../api/client.ts';
import { useText } from '../../../text/index.tsx';
import { Choices, Failure, Field, PageTitle, SkeletonRows } from '../../../ui/parts.tsx';
import { useDesk, useOrganisation } from '../../desk.tsx';
import { Proves, Stamp } from './evidence.tsx';
import { type DocumentAnswer, UploadButton, useUpload } from './upload.tsx';
import './evidence.css';

const ROUTE = '/organisations/:organisation/brands/:brand/evidence/:documentId';
const CHANNELS = ['MESAJ', 'ARAMA', 'EPOSTA'] as const;
const TARGETS = ['consent', 'day', 'retailer', 'form'] as const;

export function DocumentPage() {
  const { brand, document: documentId } = useParams({ from: '/isletme/$organisation/kanitlar/$brand/$document' });
  const organisation = useOrganisation();
  const page = useQuery({
    queryKey: ['organisation', organisation, 'evidence', 'document', documentId],
    queryFn: ({ signal }) => ask(`GET ${ROUTE}`, { params: { organisation, brand, documentId }, signal }),
  });
  if (page.error !== null && page.data === undefined)
    return <Failure error={page.error} again={() => void page.refetch()} />;
  if (page.data === undefined) return <SkeletonRows rows={6} />;
  return <DocumentView key={documentId} {...page.data} />;
}

function DocumentView({
  document,
  keptUntil,
}: {
  readonly document: DocumentAnswer;
  readonly keptUntil: number | null;
}) {
  const { t, format } = useText();
  const words = t.evidence.document;
  const desk = useDesk();
  const organisation = useOrganisation();
  const now = Math.floor(Date.now() / 1_000);
  const { brandId, documentId, replaced } = document;
  const at = `/portal/organisations/${organisation}/brands/${brandId}/evidence/${documentId}`;
  const image = document.type.startsWith('image/');
  return (
    <>
      <PageTitle>{document.title}</PageTitle>
      {replaced !== null && (
        <div className="banner">
          <p>{words.replaced(replaced.person.person ?? '', format.time(replaced.at, now), replaced.reason)}</p>
          <Link
            to="/isletme/$organisation/kanitlar/$brand/$document"
            params={{ organisation: String(organisation), brand: String(brandId), document: replaced.by }}
          >
            {words.see}
          </Link>
        </div>
      )}
      <div className="evidence__document">
        <div>
          {document.preview &&
            (image ? (
              <img className="evidence__image" src={`${at}/content?as=preview`} alt={words.preview} />
            ) : (
              // biome-ignore lint/a11y/useMediaCaption: a recording of a call has no captions
              <audio controls src={`${at}/content?as=preview`} />
            ))}
          <p className="row no-print">
            <a className="btn" href={`${at}/content`} download>
              {words.download}
            </a>
            {document.stamp.state === 'stamped' && (
              <a className="btn" href={`${at}/time-stamp`} download>
                {words.downloadStamp}
              </a>
            )}
          </p>
        </div>
        <dl className="facts">
          <dt>{words.file}</dt>
          <dd>{document.fileName}</dd>
          <dt>{words.kind}</dt>
          <dd>{document.type}</dd>
          <dt>{words.size}</dt>
          <dd>{format.number(Math.ceil(document.bytes / 1_024))} KB</dd>
          <dt>{words.hash}</dt>
          <dd className="code">{document.sha256}</dd>
          <dt>{words.added}</dt>
          <dd>
            {document.addedBy.person ?? document.addedBy.organisation}, {format.time(document.addedAt, now)}
          </dd>
          <dt>{words.stamp}</dt>
          <dd>
            <Stamp document={document} now={now} />
          </dd>
          <dt>{words.kept}</dt>
          <dd>{keptUntil === null ? words.keptOpen : words.keptUntil(format.day(istanbulDay(keptUntil)))}</dd>
          <dt>{words.proves}</dt>
          <dd>
            <Proves document={document} />
          </dd>
        </dl>
      </div>
      {desk.may('addEvidence') && replaced === null && (
        <>
          <Attach document={document} />
          <Replace document={document} />
        </>
      )}
    </>
  );
}

function Attach({ document: { brandId, documentId, title: known } }: { readonly document: DocumentAnswer }) {
  const { t } = useText();
  const words = t.evidence.document;
  const organisation = useOrganisation();
  const client = useQueryClient();
  const [title, setTitle] = useState(known);
  const [kind, setKind] = useState<(typeof TARGETS)[number]>('consent');
  const [value, setValue] = useState('');
  const [channel, setChannel] = useState<(typeof CHANNELS)[number]>('MESAJ');
  const [said, setSaid] = useState('');
  const { busy, failure, attempt } = useAttempt();

  async function target() {
    if (kind === 'form') return { kind, number: value };
    if (kind === 'day') return { kind: 'set' as const, day: value, retailerCode: null };
    if (kind === 'retailer') return { kind: 'set' as const, day: null, retailerCode: Number(value) };
    const { reference, address } = await ask('POST /organisations/:organisation/searches', {
      params: { organisation },
      body: { address: value },
    });
    return {
      kind: 'consent' as const,
      reference,
      channel: address.includes('@') ? ('EPOSTA' as const) : channel,
      recipientType: 'BIREYSEL' as const,
    };
  }

  function submit(event: FormEvent) {
    event.preventDefault();
    const attaches = value !== '';
    void attempt(async () => {
      setSaid('');
      const again = () => client.invalidateQueries({ queryKey: ['organisation', organisation, 'evidence'] });
      await ask(`POST ${ROUTE}/attachments`, {
        params: { organisation, brand: brandId, documentId },
        body: {
          ...(title !== known && title !== '' && { title, titleSeen: known }),
          to: value === '' ? [] : [await target()],
        },
      }).catch(async (error: unknown) => {
        if (isChanged(error)) await again();
        throw error;
      });
      setValue('');
      setSaid(attaches ? t.evidence.record.attached : words.titleSaved);
      await again();
    });
  }

  const input = { consent: words.address, day: words.day, retailer: words.retailer, form: words.form }[kind];
  return (
    <section className="sec">
      <h2>{words.attach}</h2>
      <form className="form" onSubmit={submit}>
        {failure !== undefined && <Failure error={failure} />}
        <Field label={words.title}>
          {(control) => (
            <input
              {...control}
              className="input"
              maxLength={200}
              value={title}
              onChange={({ target }) => setTitle(target.value)}
            />
          )}
        </Field>
        <Choices legend={words.attachTo}>
          {TARGETS.map((one) => (
            <label className="check" key={one}>
              <input
                type="radio"
                name="hedef"
                checked={kind === one}
                onChange={() => {
                  setKind(one);
                  setValue('');
                }}
              />
              {words.targets[one]}
            </label>
          ))}
        </Choices>
        <div className="pair">
          <Field label={input}>
            {(control) => (
              <input
                {...control}
                className="input"
                type={kind === 'day' ? 'date' : 'text'}
                inputMode={kind === 'retailer' ? 'numeric' : 'text'}
                autoComplete="off"
                value={value}
                onChange={({ target }) => setValue(target.value)}
              />
            )}
          </Field>
          {kind === 'consent' && !value.includes('@') && (
            <Field label={words.channel}>
              {(control) => (
                <select
                  {...control}
                  className="input"
                  value={channel}
                  onChange={({ target }) => setChannel(target.value as 'MESAJ')}
                >
                  {CHANNELS.filter((one) => one !== 'EPOSTA').map((one) => (
                    <option key={one} value={one}>
                      {t.channel[one]}
                    </option>
                  ))}
                </select>
              )}
            </Field>
          )}
        </div>
        <div className="row">
          <button type="submit" className="btn btn--next" aria-disabled={busy}>
            {value === '' ? words.saveTitle : words.submit}
          </button>
          <span role="status" className="meta">
            {said}
          </span>
        </div>
      </form>
    </section>
  );
}

function Replace({ document: { brandId, documentId } }: { readonly document: DocumentAnswer }) {
  const { t } = useText();
  const words = t.evidence.document;
  const organisation = useOrganisation();
  const client = useQueryClient();
  const navigate = useNavigate();
  const upload = useUpload(brandId);
  const [file, setFile] = useState<File>();
  const [reason, setReason] = useState('');
  const { busy, failure, attempt } = useAttempt();

  function submit(event: FormEvent) {
    event.preventDefault();
    if (file === undefined) return;
    void attempt(async () => {
      const right = await upload(file);
      await ask(`POST ${ROUTE}/replacement`, {
        params: { organisation, brand: brandId, documentId },
        body: { by: right.documentId, reason },
      });
      await client.invalidateQueries({ queryKey: ['organisation', organisation, 'evidence'] });
      await navigate({
        to: '/isletme/$organisation/kanitlar/$brand/$document',
        params: { organisation: String(organisation), brand: String(brandId), document: right.documentId },
      });
    });
  }

  return (
    <details className="sec">
      <summary>{words.replace}</summary>
      <form className="form evidence__replace" onSubmit={submit}>
        <p className="meta">{words.replaceLead}</p>
        {failure !== undefined && <Failure error={failure} />}
        <UploadButton
          label={words.replaceFile}
          {...(file !== undefined && { hint: file.name })}
          onFile={(chosen) => setFile(chosen)}
        />
        <Field label={words.reason}>
          {(control) => (
            <input
              {...control}
              className="input"
              minLength={3}
              maxLength={500}
              required
              value={reason}
              onChange={({ target }) => setReason(target.value)}
            />
          )}
        </Field>
        <div>
          <button type="submit" className="btn" aria-disabled={busy}>
            {words.replaceSubmit}
          </button>
        </div>
      </form>
    </details>
  );
}
