// Recording one by one. The rules that the screen previews are those of packages/law; the server decides. What is typed
// lies as a draft on the server; a consent waits there for ten seconds and can be taken back; a refusal is read back and
// then counts at once.

import {
  formatTime,
  isElectronic,
  istanbulDay,
  periodEnd,
  periodInForce,
  type Source,
  sourcesByHand,
} from '@acik-iys/law';
import { useQuery } from '@tanstack/react-query';
import { Link, useSearch } from '@tanstack/react-router';
import { type FormEvent, useEffect, useRef, useState } from 'react';
import { useAttempt } from '../../../api/attempt.ts';
import { type AnswerOf, ask, newKey, PortalError } from '../../../api/client.ts';
import { calendar } from '../../../text/format.ts';
import { useText } from '../../../text/index.tsx';
import { Confirm } from '../../../ui/dialog.tsx';
import { HelpLink } from '../../../ui/help-link.tsx';
import {
  Choices,
  ErrorSummary,
  Failure,
  type Fault,
  Field,
  PageTitle,
  SkeletonRows,
  State,
} from '../../../ui/parts.tsx';
import { BrandField, useBrandChoice } from '../../brand-field.tsx';
import { rememberedAddress } from '../../clear-addresses.ts';
import { useDesk, useOrganisation } from '../../desk.tsx';
import { DraftFound, DraftKept, useKept } from '../../draft.tsx';
import { UploadButton, useUpload } from '../evidence/upload.tsx';
import './record.css';

type Channel = 'ARAMA' | 'MESAJ' | 'EPOSTA';
type Entry = AnswerOf<'POST /organisations/:organisation/entries'>;

interface Form {
  readonly status: 'ONAY' | 'RET';
  readonly address: string;
  /** A person whose page he comes from: recorded for him without the address being typed. */
  readonly reference?: string | undefined;
  readonly brandId: number;
  readonly recipientType: 'BIREYSEL' | 'TACIR';
  readonly channels: readonly Channel[];
  readonly source: Source | '';
  readonly day: string;
  readonly time: string;
}

interface GivenEntry {
  readonly entry: Entry;
  readonly channel: Channel;
}

/** `2026-11-24` and `14:05` of now in Istanbul. */
function nowFields(): { day: string; time: string } {
  const [day = '', time = ''] = formatTime(Math.floor(Date.now() / 1_000)).split(' ');
  return { day, time: time.slice(0, 5) };
}

export function Record() {
  const { t } = useText();
  const desk = useDesk();
  const { ne, kisi } = useSearch({ from: '/isletme/$organisation/kayit' });
  const [first] = desk.brandsFor('record');
  if (first === undefined)
    return (
      <>
        <PageTitle>{t.record.title}</PageTitle>
        <p>{t.record.noBrand}</p>
      </>
    );
  const empty: Form = {
    status: ne ?? 'ONAY',
    address: kisi === undefined ? '' : (rememberedAddress(kisi) ?? ''),
    ...(kisi !== undefined && { reference: kisi }),
    brandId: first.brandId,
    recipientType: 'BIREYSEL',
    channels: [],
    source: '',
    ...nowFields(),
  };
  // Who comes with an address in hand begins anew; who comes back finds what he typed.
  return <RecordForm key={`${ne} ${kisi}`} empty={empty} anew={kisi !== undefined || ne !== undefined} />;
}

function RecordForm({ empty, anew }: { readonly empty: Form; readonly anew: boolean }) {
  const { t, language } = useText();
  const desk = useDesk();
  const organisation = useOrganisation();
  const kept = useKept<Form>('record', empty, {
    anew,
    holds: ({ address, reference }) => address !== '' || reference !== undefined,
  });
  const { form } = kept;
  const [faults, setFaults] = useState<readonly Fault[]>([]);
  /** They are the server's, not ours. */
  const [told, setTold] = useState(false);
  const [failure, setFailure] = useState<PortalError>();
  const [confirming, setConfirming] = useState(false);
  const [given, setGiven] = useState<readonly GivenEntry[]>([]);
  const [file, setFile] = useState<File>();
  const [proof, setProof] = useState<'attached' | 'failed'>();
  const upload = useUpload(form.brandId);
  const [busy, setBusy] = useState(false);
  /** One key a channel for as long as the form is the same act: what was sent and not answered is sent as the same. */
  const keys = useRef(new Map<Channel, string>());
  const person = usePerson(organisation, form.reference);
  const typed = useAddress(form.address);
  const read: ReadAddress =
    person === undefined ? typed : { kind: person.kind, address: rememberedAddress(person.reference) ?? person.masked };

  const channels = read.kind === 'email' ? (['EPOSTA'] as const) : (['MESAJ', 'ARAMA'] as const);
  const choice = useBrandChoice('record', {
    brandId: form.brandId,
    holds: form.address !== '' || form.reference !== undefined,
    onChange: (brandId) => kept.set({ brandId }),
  });
  const { brand } = choice;
  const onBehalf = desk.onBehalfOf(form.brandId);
  const offered: readonly Channel[] = channels.filter((channel) => brand?.writes.includes(channel));
  const chosen = offered.length === 1 ? offered : form.channels.filter((channel) => offered.includes(channel));
  const refusal = form.status === 'RET';
  const set = (change: Partial<Form>): void => {
    kept.set(change);
    keys.current.clear();
  };
  const nameOf = (brandId: number): string => {
    const giver = desk.onBehalfOf(brandId);
    const name = desk.brandName(brandId);
    return giver === undefined ? name : `${name} (${t.partners.onBehalf(giver)})`;
  };
  const channelWords = new Intl.ListFormat(language).format(chosen.map((channel) => t.channel[channel]));

  function check(address: ReadAddress): Fault[] {
    const found: Fault[] = [];
    if (address.kind === 'none') found.push({ field: 'adres', text: t.record.needAddress });
    else if (address.kind === 'wrong')
      found.push({
        field: 'adres',
        text: address.didYouMean === undefined ? t.record.wrongAddress : t.record.didYouMean(address.didYouMean),
      });
    if (brand === undefined) found.push({ field: 'marka', text: t.partners.needBrand });
    else if (chosen.length === 0) found.push({ field: 'kanal', text: t.record.needChannel });
    if (form.source === '') found.push({ field: 'kaynak', text: t.record.needSource });
    if (form.day === '' || form.time === '') found.push({ field: 'gun', text: t.record.needDate });
    return found;
  }

  async function send() {
    setConfirming(false);
    if (busy) return;
    setBusy(true);
    setFailure(undefined);
    setProof(undefined);
    const entries: string[] = [];
    try {
      for (const channel of chosen) {
        const key = keys.current.get(channel) ?? newKey();
        keys.current.set(channel, key);
        const entry = await ask('POST /organisations/:organisation/entries', {
          params: { organisation },
          body: {
            key,
            consent: {
              brandId: form.brandId,
              type: channel,
              ...(form.reference === undefined ? { recipient: form.address } : { reference: form.reference }),
              recipientType: form.recipientType,
              status: form.status,
              source: form.source,
              consentDate: `${form.day} ${form.time}:00`,
            },
          },
        });
        entries.push(entry.entryId);
        setGiven((before) => [{ entry, channel }, ...before.filter((one) => one.entry.entryId !== entry.entryId)]);
      }
      await prove(entries);
      keys.current.clear();
      const { reference: _, ...next } = empty;
      await kept.done({ ...next, status: form.status, address: '', brandId: form.brandId, ...nowFields() });
      setFaults([]);
    } catch (error) {
      if (!(error instanceof PortalError)) throw error;
      const fields = error.problem?.fields;
      if (fields === undefined) setFailure(error);
      else {
        setTold(true);
        setFaults(fields.map(({ field, ...words }) => ({ field: FIELDS[field] ?? 'adres', text: words[language] })));
      }
    } finally {
      setBusy(false);
    }
  }

  /** The document of the same step. The record stands without it; that it is missing is said. */
  async function prove(entries: readonly string[]) {
    if (file === undefined) return;
    try {
      const { brandId, documentId } = await upload(file);
      await ask('POST /organisations/:organisation/brands/:brand/evidence/:documentId/attachments', {
        params: { organisation, brand: brandId, documentId },
        body: { to: entries.map((entryId) => ({ kind: 'entry' as const, entryId })) },
      });
      setProof('attached');
      setFile(undefined);
    } catch (error) {
      if (!(error instanceof PortalError)) throw error;
      setProof('failed');
    }
  }

  // What was mended since is no fault any more; what the server found stands until it is asked again.
  const still = check(read);
  const open = told ? faults : faults.filter((fault) => still.some(({ field }) => field === fault.field));

  const faultOf = (field: string): string | undefined => open.find((fault) => fault.field === field)?.text;

  async function submit(event?: FormEvent) {
    event?.preventDefault();
    // Who is faster than the reader of telephones waits for it: what he typed is judged, not that it is unread.
    const wrong = check(person === undefined ? await readTyped(form.address) : read);
    setTold(false);
    setFaults(wrong);
    if (wrong.length > 0) return;
    if (refusal) setConfirming(true);
    else void send();
  }

  if (!kept.ready)
    return (
      <>
        <PageTitle>{t.record.title}</PageTitle>
        <SkeletonRows />
      </>
    );
  return (
    <>
      <PageTitle>{t.record.title}</PageTitle>
      <HelpLink topic="consent" />
      {given.length > 0 && <Given given={given} brandName={nameOf} />}
      {proof !== undefined && <p role="status">{t.evidence.record[proof]}</p>}
      <form className="form record" noValidate onSubmit={(event) => void submit(event)}>
        <DraftFound kept={kept} />
        <ErrorSummary faults={open} asked={faults} />
        {failure !== undefined && <Failure error={failure} again={() => void submit()} />}
        <Choices legend={t.record.what}>
          {(['ONAY', 'RET'] as const).map((status) => (
            <label className="check" key={status}>
              <input
                type="radio"
                name="durum"
                checked={form.status === status}
                onChange={() => set({ status, source: '' })}
              />
              {status === 'ONAY' ? t.record.consent : t.record.refusal}
            </label>
          ))}
        </Choices>
        {form.reference !== undefined ? (
          <div className="row">
            <p>
              <span className="label">{t.record.address}:</span>{' '}
              <span className="addr">{'address' in read ? read.address : '…'}</span>
            </p>
            <button type="button" className="btn btn--quiet" onClick={() => set({ reference: undefined, address: '' })}>
              {t.record.otherAddress}
            </button>
          </div>
        ) : (
          <Field
            id="adres"
            label={t.record.address}
            hint={
              read.kind === 'telephone' || read.kind === 'email' ? t.record.reads(read.address) : t.record.addressHint
            }
            error={faultOf('adres')}
          >
            {(control) => (
              <input
                {...control}
                className="input"
                autoComplete="off"
                spellCheck={false}
                value={form.address}
                onChange={({ target }) => set({ address: target.value })}
              />
            )}
          </Field>
        )}
        <div className="pair">
          <BrandField
            id="marka"
            label={t.record.brand}
            choice={choice}
            brandId={form.brandId}
            onChange={(brandId) => set({ brandId })}
            hint={onBehalf === undefined ? undefined : t.partners.recordsOnBehalf(onBehalf)}
            error={faultOf('marka')}
          />
          <Field id="kaynak" label={refusal ? t.record.refusalSource : t.record.source} error={faultOf('kaynak')}>
            {(control) => (
              <select
                {...control}
                className="input"
                value={form.source}
                onChange={({ target }) => set({ source: target.value as Source })}
              >
                <option value="" />
                {sourcesByHand(form.status).map((source) => (
                  <option key={source} value={source}>
                    {t.source[source]}
                  </option>
                ))}
              </select>
            )}
          </Field>
        </div>
        <Choices id="kanal" legend={t.record.channels} hint={t.record.channelsHint} error={faultOf('kanal')}>
          {offered.map((channel) => (
            <label className="check" key={channel}>
              <input
                type="checkbox"
                checked={chosen.includes(channel)}
                disabled={offered.length === 1}
                onChange={({ target }) =>
                  set({
                    channels: target.checked
                      ? [...form.channels, channel]
                      : form.channels.filter((one) => one !== channel),
                  })
                }
              />
              {t.channel[channel]}
            </label>
          ))}
        </Choices>
        <Choices legend={t.record.recipientType} id="alici" error={faultOf('alici')}>
          {(['BIREYSEL', 'TACIR'] as const).map((recipientType) => (
            <label className="check" key={recipientType}>
              <input
                type="radio"
                name="alici"
                checked={form.recipientType === recipientType}
                onChange={() => set({ recipientType })}
              />
              {t.recipientType[recipientType]}
            </label>
          ))}
        </Choices>
        <Choices legend={refusal ? t.record.refusalWhen : t.record.when}>
          <Field id="gun" label={t.record.date} error={faultOf('gun')}>
            {(control) => (
              <input
                {...control}
                className="input"
                type="date"
                max={nowFields().day}
                value={form.day}
                onChange={({ target }) => set({ day: target.value })}
              />
            )}
          </Field>
          <Field id="saat" label={t.record.time}>
            {(control) => (
              <input
                {...control}
                className="input"
                type="time"
                value={form.time}
                onChange={({ target }) => set({ time: target.value })}
              />
            )}
          </Field>
        </Choices>
        {desk.may('addEvidence') && !refusal && (
          <UploadButton
            label={t.evidence.record.file}
            hint={file?.name ?? t.evidence.addHint}
            onFile={(chosenFile) => setFile(chosenFile)}
          />
        )}
        <Preview form={form} channels={channelWords} brand={nameOf(form.brandId)} />
        <div className="row">
          <button type="submit" className="btn btn--next" aria-disabled={busy}>
            {refusal ? t.record.submitRefusal : t.record.submitConsent}
          </button>
          <DraftKept kept={kept} />
        </div>
      </form>
      <Confirm
        open={confirming}
        title={t.record.confirmTitle}
        yes={t.record.confirmYes}
        onYes={() => void send()}
        onNo={() => setConfirming(false)}
      >
        <p>
          {t.record.confirmLead(
            'address' in read ? read.address : form.address,
            brand?.name ?? '',
            channelWords.toLocaleLowerCase(language),
          )}
        </p>
        {onBehalf !== undefined && <p>{t.partners.recordsOnBehalf(onBehalf)}</p>}
      </Confirm>
    </>
  );
}

/** The contract's fields, and the controls that they are. */
const FIELDS: Readonly<Partial<Record<string, string>>> = {
  recipient: 'adres',
  type: 'kanal',
  source: 'kaynak',
  consentDate: 'gun',
  recipientType: 'alici',
};

/** The person behind a reference, as far as the page may know him. */
function usePerson(organisation: number, reference: string | undefined) {
  const page = useQuery({
    queryKey: ['organisation', organisation, 'live', 'person', reference],
    queryFn: ({ signal }) =>
      ask('GET /organisations/:organisation/people/:reference', {
        params: { organisation, reference: reference ?? '' },
        signal,
      }),
    enabled: reference !== undefined,
  });
  return reference === undefined ? undefined : page.data;
}

type ReadAddress =
  | { readonly kind: 'none' }
  | { readonly kind: 'telephone' | 'email'; readonly address: string }
  | { readonly kind: 'wrong'; readonly didYouMean: string | undefined };

async function readTyped(typed: string): Promise<ReadAddress> {
  if (typed.trim() === '') return { kind: 'none' };
  const { readAddress } = await import('./read-address.ts');
  return readAddress(typed);
}

/** What is read out of a typed address. The reader of telephones is large, so it comes when somebody types. */
function useAddress(typed: string): ReadAddress {
  const [read, setRead] = useState<ReadAddress>({ kind: 'none' });
  useEffect(() => {
    let here = true;
    if (typed.trim() === '') setRead({ kind: 'none' });
    else
      readTyped(typed).then((address) => {
        if (here) setRead(address);
      });
    return () => {
      here = false;
    };
  }, [typed]);
  return read;
}

/** What will be recorded, until when it may be, and what the law asks besides. */
function Preview({
  form,
  channels,
  brand,
}: {
  readonly form: Form;
  readonly channels: string;
  readonly brand: string;
}) {
  const { t, language, format } = useText();
  const now = Math.floor(Date.now() / 1_000);
  const given = Date.parse(`${form.day}T${form.time || '00:00'}:00+03:00`) / 1_000;
  if (Number.isNaN(given) || channels === '') return null;
  const period = periodInForce('record-consent', istanbulDay(given));
  const end = period === undefined ? undefined : periodEnd(calendar, period, given);
  const late = end !== undefined && end <= now;
  return (
    <section className="sheet preview" aria-live="polite">
      <h2>{t.record.willTitle}</h2>
      <p>
        <State sign={form.status === 'ONAY' ? 'yes' : 'no'}>{t.status[form.status]}</State>{' '}
        {t.record.will(
          brand,
          channels.toLocaleLowerCase(language),
          t.recipientType[form.recipientType].toLocaleLowerCase(language),
        )}
      </p>
      {form.status === 'ONAY' && end !== undefined && (
        <p>{late ? t.record.tooLate : t.record.lastDay(format.lastDay(end, now))}</p>
      )}
      {form.status === 'ONAY' && form.source !== '' && isElectronic(form.source) && (
        <p className="meta">{t.record.tellSameDay}</p>
      )}
      {form.status === 'RET' && late && <p className="meta">{t.record.lateRefusal}</p>}
    </section>
  );
}

/** What was given from this form, each with its way back while it waits. */
function Given({
  given,
  brandName,
}: {
  readonly given: readonly GivenEntry[];
  readonly brandName: (id: number) => string;
}) {
  return (
    <ul className="given" aria-live="polite">
      {given.map(({ entry, channel }) => (
        <GivenRow key={entry.entryId} first={entry} channel={channel} brand={brandName(entry.brandId)} />
      ))}
    </ul>
  );
}

function GivenRow({
  first,
  channel,
  brand,
}: {
  readonly first: Entry;
  readonly channel: Channel;
  readonly brand: string;
}) {
  const { t, language } = useText();
  const organisation = useOrganisation();
  const [entry, setEntry] = useState(first);
  /** The server's clock at `entry`, and ours then: the countdown follows the server. */
  const [, tick] = useState(0);
  const seenAt = useRef(performance.now());
  const waiting = entry.state === 'waiting';
  useEffect(() => {
    if (!waiting) return;
    const timer = setInterval(() => {
      tick((n) => n + 1);
      const left = entry.dueAt - entry.now - (performance.now() - seenAt.current) / 1_000;
      if (left > 0) return;
      ask('GET /organisations/:organisation/entries/:entryId', {
        params: { organisation, entryId: entry.entryId },
      }).then(
        (now) => now.state !== 'waiting' && setEntry(now),
        () => undefined,
      );
    }, 1_000);
    return () => clearInterval(timer);
  }, [waiting, entry, organisation]);
  const { busy, failure, attempt } = useAttempt();
  const undo = (): void =>
    void attempt(async () => {
      setEntry(
        await ask('POST /organisations/:organisation/entries/:entryId/undo', {
          params: { organisation, entryId: entry.entryId },
        }),
      );
    });
  const left = Math.max(0, Math.ceil(entry.dueAt - entry.now - (performance.now() - seenAt.current) / 1_000));
  const what = t.channel[channel];
  const words = {
    waiting: left > 0 ? t.record.waiting(brand, what, left) : t.record.waitingSoon(brand, what),
    undone: t.record.undone(brand, what),
    recorded: t.record.recorded(brand, what),
    unchanged: t.record.unchanged(brand, what),
    refused: t.record.refused(brand, what),
  }[entry.state];
  return (
    <li className="row given__row">
      <State sign={waiting ? 'wait' : entry.state === 'refused' ? 'note' : 'done'}>{words}</State>
      {entry.sentence !== null && <span className="meta">{entry.sentence[language]}</span>}
      {waiting && left > 0 && (
        <button type="button" className="btn btn--desk" aria-disabled={busy} onClick={undo}>
          {t.record.undo}
        </button>
      )}
      {failure !== undefined && <Failure error={failure} again={waiting && left > 0 ? undo : undefined} />}
      {!waiting && first.reference !== null && (
        <Link
          to="/isletme/$organisation/kisi/$reference"
          params={{ organisation: String(organisation), reference: first.reference }}
        >
          {t.record.seePerson}
        </Link>
      )}
    </li>
  );
}
