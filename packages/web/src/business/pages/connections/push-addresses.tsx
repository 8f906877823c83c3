// Push addresses of the organisation's brands: how each stands, tried out, added, started again, removed.

import { useQuery, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, Fragment, useState } from 'react';
import { useAttempt } from '../../../api/attempt.ts';
import { type AnswerOf, ask, type PortalError } from '../../../api/client.ts';
import { useText } from '../../../text/index.tsx';
import { Confirm } from '../../../ui/dialog.tsx';
import { Listing } from '../../../ui/listing.tsx';
import { ErrorSummary, Failure, type Fault, Field, type Sign, SkeletonRows, State } from '../../../ui/parts.tsx';
import { BrandField, useBrandChoice } from '../../brand-field.tsx';
import { useDesk, useOrganisation } from '../../desk.tsx';
import { DraftFound, DraftKept, useComesBack, useKept } from '../../draft.tsx';
import { fieldFaults } from '../../field-faults.ts';
import { useStepUp } from '../../step-up.tsx';

type Address = AnswerOf<'GET /organisations/:organisation/push-addresses'>['addresses'][number];
type Trial = AnswerOf<'POST /organisations/:organisation/brands/:brand/push-addresses/:pushId/test'>;
type Channel = Address['channel'];
interface NewAddress {
  readonly brandId: number;
  readonly url: string;
  readonly type: Channel;
  readonly username: string;
  readonly password: string;
}

const CONTROLS = {
  url: 'push-adresi',
  type: 'push-kanali',
  username: 'push-kullanicisi',
  password: 'push-parolasi',
} as const;
const SIGNS: Readonly<Record<Address['state'], Sign>> = {
  connected: 'done',
  failing: 'wait',
  parked: 'note',
  'no-right': 'none',
};

export function PushAddresses() {
  const { t } = useText();
  const words = t.connections.push;
  const desk = useDesk();
  const organisation = useOrganisation();
  const client = useQueryClient();
  const key = ['organisation', organisation, 'live', 'push-addresses'];
  const list = useQuery({
    queryKey: key,
    queryFn: ({ signal }) =>
      ask('GET /organisations/:organisation/push-addresses', { params: { organisation }, signal }),
  });
  const { failure, busy, attempt } = useAttempt();
  const { confirmed, dialog } = useStepUp();
  const [adding, setAdding] = useState(useComesBack('push-address'));
  const [removing, setRemoving] = useState<Address>();
  const [trial, setTrial] = useState<{ readonly pushId: string; readonly result: Trial | undefined }>();
  const [said, setSaid] = useState('');
  const mayAdd = desk.brandsFor('readRefusals').some(({ writes }) => writes.length > 0);

  const change = (work: () => Promise<unknown>, done: string): Promise<void> =>
    attempt(async () => {
      await confirmed(work);
      setAdding(false);
      setTrial(undefined);
      setSaid(done);
      await client.invalidateQueries({ queryKey: key });
    });
  const paramsOf = ({ brandId, pushId }: Address) => ({ organisation, brand: brandId, pushId });

  const test = (address: Address): Promise<void> =>
    attempt(async () => {
      const { pushId } = address;
      setTrial({ pushId, result: undefined });
      setSaid('');
      try {
        const result = await ask('POST /organisations/:organisation/brands/:brand/push-addresses/:pushId/test', {
          params: paramsOf(address),
        });
        setTrial({ pushId, result });
      } catch (error) {
        setTrial(undefined);
        throw error;
      }
    });

  const add = ({ brandId, ...body }: NewAddress, added: () => Promise<void>): Promise<void> =>
    change(
      () =>
        ask('POST /organisations/:organisation/brands/:brand/push-addresses', {
          params: { organisation, brand: brandId },
          body,
        }).then(added),
      words.registered,
    );

  function remove() {
    setRemoving(undefined);
    if (removing === undefined) return;
    void change(
      () =>
        ask('DELETE /organisations/:organisation/brands/:brand/push-addresses/:pushId', { params: paramsOf(removing) }),
      words.removed,
    );
  }

  return (
    <section className="sec">
      <h2>{words.title}</h2>
      <p>{words.lead}</p>
      {failure !== undefined && !adding && <Failure error={failure} />}
      <p role="status" className="meta">
        {said}
      </p>
      <Listing file={t.files.push} rows={list.data?.addresses.length ?? 0}>
        {list.error !== null && list.data === undefined ? (
          <Failure error={list.error} again={() => void list.refetch()} />
        ) : list.data === undefined ? (
          <SkeletonRows rows={3} />
        ) : list.data.addresses.length === 0 ? (
          <p className="empty">{words.empty}</p>
        ) : (
          <table className="table table--stack connections__table">
            <thead>
              <tr>
                <th scope="col">{words.columns.what}</th>
                <th scope="col">{words.columns.address}</th>
                <th scope="col">{words.columns.state}</th>
                <th scope="col">{words.columns.behind}</th>
                <td />
              </tr>
            </thead>
            <tbody>
              {list.data.addresses.map((address) => (
                <Fragment key={address.pushId}>
                  <AddressRow
                    address={address}
                    now={list.data.now}
                    busy={busy}
                    onTest={() => void test(address)}
                    onResume={() =>
                      void change(
                        () =>
                          ask('POST /organisations/:organisation/brands/:brand/push-addresses/:pushId/resume', {
                            params: paramsOf(address),
                          }),
                        words.resumed,
                      )
                    }
                    onRemove={() => setRemoving(address)}
                  />
                  {trial?.pushId === address.pushId && (
                    <tr className="connections__panel">
                      <td colSpan={5}>
                        <TrialView result={trial.result} />
                      </td>
                    </tr>
                  )}
                </Fragment>
              ))}
            </tbody>
          </table>
        )}
      </Listing>
      {adding ? (
        <AddressForm
          busy={busy}
          failure={failure}
          onCancel={() => setAdding(false)}
          onSubmit={(form, added) => void add(form, added)}
        />
      ) : (
        mayAdd && (
          <p className="connections__first">
            <button type="button" className="btn" onClick={() => setAdding(true)}>
              {words.add}
            </button>
          </p>
        )
      )}
      <Confirm
        open={removing !== undefined}
        title={words.removeTitle}
        yes={words.removeYes}
        final
        onYes={remove}
        onNo={() => setRemoving(undefined)}
      >
        <p className="connections__url">{words.removeLead(removing?.url ?? '')}</p>
      </Confirm>
      {dialog}
    </section>
  );
}

function AddressRow({
  address,
  now,
  busy,
  onTest,
  onResume,
  onRemove,
}: {
  readonly address: Address;
  readonly now: number;
  readonly busy: boolean;
  readonly onTest: () => void;
  readonly onResume: () => void;
  readonly onRemove: () => void;
}) {
  const { t, format } = useText();
  const words = t.connections.push;
  const desk = useDesk();
  const { brandId, channel, url, username, partner, state, since, waiting, more, waitingSince } = address;
  const at = since === null ? '' : format.time(since, now);
  const states = {
    connected: words.connected,
    failing: words.failing(at),
    parked: words.parked(at),
    'no-right': words.noRight,
  };
  return (
    <tr>
      <th scope="row">
        {desk.brandName(brandId)}, {t.channel[channel]}
      </th>
      <td data-l={words.columns.address} className="connections__url">
        <div>
          {url}
          <span className="meta">{partner === null ? words.user(username) : words.partner(partner)}</span>
        </div>
      </td>
      <td data-l={words.columns.state}>
        <State sign={SIGNS[state]}>{states[state]}</State>
      </td>
      <td data-l={words.columns.behind}>
        {waiting === 0 || waitingSince === null
          ? words.notBehind
          : words.behind(`${format.number(waiting)}${more ? '+' : ''}`, format.time(waitingSince, now))}
      </td>
      <td>
        <div className="row connections__acts">
          {partner === null && (
            <button type="button" className="btn btn--quiet" aria-disabled={busy} onClick={onTest}>
              {words.test}
            </button>
          )}
          {partner === null && (state === 'parked' || state === 'failing') && (
            <button type="button" className="btn btn--quiet" aria-disabled={busy} onClick={onResume}>
              {words.resume}
            </button>
          )}
          <button type="button" className="btn btn--quiet" onClick={onRemove}>
            {words.remove}
          </button>
        </div>
      </td>
    </tr>
  );
}

/** What a receiver answered to the two calls of a trial. */
function TrialView({ result }: { readonly result: Trial | undefined }) {
  const { t } = useText();
  const words = t.connections.push;
  const said = (answer: Trial['full']): string => {
    if (answer === null) return words.notMade;
    if (answer.status !== null) return words.answered(answer.status);
    return answer.failure === 'timeout' ? words.timeout : words.unreachable;
  };
  return (
    <div className="sheet stack" role="status">
      {result === undefined ? (
        <p>{words.testing}</p>
      ) : (
        <>
          <p>
            <State sign={result.good ? 'done' : 'note'}>{result.good ? words.good : words.bad}</State>
          </p>
          <dl className="facts">
            <dt>{words.bare}</dt>
            <dd>
              {said(result.bare)} <span className="meta">({words.wanted.bare})</span>
            </dd>
            <dt>{words.full}</dt>
            <dd>
              {said(result.full)} <span className="meta">({words.wanted.full})</span>
            </dd>
          </dl>
        </>
      )}
    </div>
  );
}

function AddressForm({
  busy,
  failure,
  onCancel,
  onSubmit,
}: {
  readonly busy: boolean;
  readonly failure: PortalError | undefined;
  readonly onCancel: () => void;
  readonly onSubmit: (form: NewAddress, added: () => Promise<void>) => void;
}) {
  const { t, language } = useText();
  const words = t.connections.push;
  const desk = useDesk();
  const brands = desk.brandsFor('readRefusals').filter(({ writes }) => writes.length > 0);
  // A password is not brought back to a screen: it is typed anew.
  const [password, setPassword] = useState('');
  const kept = useKept<Omit<NewAddress, 'password'>>('push-address', {
    brandId: brands[0]?.brandId ?? 0,
    url: '',
    type: 'MESAJ',
    username: '',
  });
  const { brandId, url, username } = kept.form;
  const choice = useBrandChoice('readRefusals', {
    brandId,
    holds: url !== '' || username !== '',
    onChange: (to) => kept.set({ brandId: to }),
  });
  const channels = choice.brand?.writes ?? [];
  const type = channels.includes(kept.form.type) ? kept.form.type : (channels[0] ?? kept.form.type);
  const [own, setOwn] = useState<readonly Fault[]>([]);
  const faults = own.length > 0 ? own : fieldFaults(failure, CONTROLS, language);
  const faultOf = (field: string): string | undefined => faults.find((fault) => fault.field === field)?.text;

  function submit(event: FormEvent) {
    event.preventDefault();
    const wrong: Fault[] = [];
    if (choice.brand === undefined) return;
    if (url.trim() === '') wrong.push({ field: CONTROLS.url, text: words.needUrl });
    if (username === '') wrong.push({ field: CONTROLS.username, text: words.needUsername });
    if (password === '') wrong.push({ field: CONTROLS.password, text: words.needPassword });
    setOwn(wrong);
    if (wrong.length === 0) onSubmit({ brandId, url: url.trim(), type, username, password }, () => kept.done());
  }

  if (!kept.ready) return <SkeletonRows />;
  return (
    <form className="form sheet connections__first" noValidate onSubmit={submit}>
      <h3>{words.add}</h3>
      <DraftFound kept={kept} />
      <ErrorSummary faults={faults} />
      {faults.length === 0 && failure !== undefined && <Failure error={failure} />}
      <div className="pair">
        <BrandField
          label={words.brand}
          choice={choice}
          brandId={brandId}
          onChange={(to) => kept.set({ brandId: to })}
          error={choice.brand === undefined ? t.partners.needBrand : undefined}
        />
        <Field id={CONTROLS.type} label={words.channel} error={faultOf(CONTROLS.type)}>
          {(control) => (
            <select
              {...control}
              className="input"
              value={type}
              onChange={({ target }) => kept.set({ type: target.value as Channel })}
            >
              {channels.map((channel) => (
                <option key={channel} value={channel}>
                  {t.channel[channel]}
                </option>
              ))}
            </select>
          )}
        </Field>
      </div>
      <Field id={CONTROLS.url} label={words.url} hint={words.urlHint} error={faultOf(CONTROLS.url)}>
        {(control) => (
          <input
            {...control}
            className="input"
            inputMode="url"
            autoComplete="off"
            spellCheck={false}
            value={url}
            onChange={({ target }) => kept.set({ url: target.value })}
          />
        )}
      </Field>
      <div className="pair">
        <Field
          id={CONTROLS.username}
          label={words.username}
          hint={words.credentialsHint}
          error={faultOf(CONTROLS.username)}
        >
          {(control) => (
            <input
              {...control}
              className="input"
              autoComplete="off"
              spellCheck={false}
              value={username}
              onChange={({ target }) => kept.set({ username: target.value })}
            />
          )}
        </Field>
        <Field id={CONTROLS.password} label={words.password} error={faultOf(CONTROLS.password)}>
          {(control) => (
            <input
              {...control}
              className="input"
              type="password"
              autoComplete="new-password"
              value={password}
              onChange={({ target }) => setPassword(target.value)}
            />
          )}
        </Field>
      </div>
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
