// The person's own page: language, and the sessions that are open in his name.

import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useAttempt } from '../../../api/attempt.ts';
import { ask } from '../../../api/client.ts';
import { useText } from '../../../text/index.tsx';
import { Failure, Field, PageTitle, SkeletonRows, State } from '../../../ui/parts.tsx';
import { LanguageSwitch, useSession } from '../../desk.tsx';
import { useStepUp } from '../../step-up.tsx';
import { addPasskey, hasPasskeys } from './passkeys.ts';

export function Account() {
  const { t, format } = useText();
  const session = useSession();
  const client = useQueryClient();
  const sessions = useQuery({ queryKey: ['sessions'], queryFn: ({ signal }) => ask('GET /sessions', { signal }) });
  const end = useMutation({
    mutationFn: (sessionId: string) => ask('DELETE /sessions/:sessionId', { params: { sessionId } }),
    onSuccess: () => client.invalidateQueries({ queryKey: ['sessions'] }),
  });
  const now = Math.floor(Date.now() / 1_000);
  return (
    <>
      <PageTitle>{t.account.title}</PageTitle>
      <p className="meta">
        {session.data?.person?.name}, {session.data?.person?.email}
      </p>
      <section className="sec">
        <h2>{t.account.language}</h2>
        <p>
          {t.language.name} <LanguageSwitch />
        </p>
      </section>
      <Factors />
      <ChangePassword />
      <section className="sec">
        <h2>{t.account.sessions}</h2>
        {end.error !== null && <Failure error={end.error} />}
        {sessions.error !== null && sessions.data === undefined ? (
          <Failure error={sessions.error} again={() => void sessions.refetch()} />
        ) : sessions.data === undefined ? (
          <SkeletonRows rows={3} />
        ) : (
          <table className="table table--stack">
            <thead>
              <tr>
                <th scope="col">{t.account.device}</th>
                <th scope="col">{t.account.network}</th>
                <th scope="col">{t.account.opened}</th>
                <th scope="col">{t.account.seen}</th>
                <td />
              </tr>
            </thead>
            <tbody>
              {sessions.data.map(({ sessionId, device, network, openedAt, seenAt, current }) => (
                <tr key={sessionId}>
                  <th scope="row">{device}</th>
                  <td data-l={t.account.network}>{network}</td>
                  <td data-l={t.account.opened}>{format.time(openedAt, now)}</td>
                  <td data-l={t.account.seen}>{format.time(seenAt, now)}</td>
                  <td>
                    {current ? (
                      <State sign="done">{t.account.current}</State>
                    ) : (
                      <button type="button" className="btn btn--desk" onClick={() => end.mutate(sessionId)}>
                        {t.account.end}
                      </button>
                    )}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        )}
      </section>
    </>
  );
}

/** Second factors: what there is, passkeys to add and remove. */
function Factors() {
  const { t, format } = useText();
  const words = t.staff.own;
  const client = useQueryClient();
  const [name, setName] = useState('');
  const [failed, setFailed] = useState(false);
  const { confirmed, dialog } = useStepUp();
  const factors = useQuery({
    queryKey: ['factors'],
    queryFn: ({ signal }) => ask('GET /session/factors', { signal }),
  });
  const again = () => client.invalidateQueries({ queryKey: ['factors'] });
  const now = Math.floor(Date.now() / 1_000);
  if (factors.data === undefined)
    return factors.error === null ? <SkeletonRows rows={2} /> : <Failure error={factors.error} />;
  const { authenticator, recoveryCodes, passkeys } = factors.data;
  return (
    <section className="sec stack">
      <h2>{words.factors}</h2>
      <p>
        {authenticator ? words.authenticator : words.noAuthenticator}{' '}
        {recoveryCodes > 0 && words.recoveryLeft(format.number(recoveryCodes))}
      </p>
      <h3>{words.passkeys}</h3>
      {passkeys.length === 0 && <p className="meta">{words.passkeysNone}</p>}
      <ul>
        {passkeys.map(({ passkeyId, name: known, createdAt, lastUsedAt }) => (
          <li className="row" key={passkeyId}>
            <span>
              {known} <span className="meta">{words.passkeyUsed(format.time(lastUsedAt ?? createdAt, now))}</span>
            </span>
            <button
              type="button"
              className="btn btn--desk"
              onClick={() =>
                void confirmed(() => ask('DELETE /session/passkeys/:passkeyId', { params: { passkeyId } })).then(
                  again,
                  () => setFailed(true),
                )
              }
            >
              {words.passkeyRemove}
            </button>
          </li>
        ))}
      </ul>
      {hasPasskeys() && (
        <form
          className="form"
          onSubmit={(event) => {
            event.preventDefault();
            setFailed(false);
            addPasskey(name).then(
              () => {
                setName('');
                return again();
              },
              () => setFailed(true),
            );
          }}
        >
          <Field label={words.passkeyName} hint={words.passkeyNameHint}>
            {(control) => (
              <input
                {...control}
                className="input"
                maxLength={60}
                required
                value={name}
                onChange={({ target }) => setName(target.value)}
              />
            )}
          </Field>
          <p role="status">{failed && words.passkeyFailed}</p>
          <div>
            <button type="submit" className="btn">
              {words.passkeyAdd}
            </button>
          </div>
        </form>
      )}
      {dialog}
    </section>
  );
}

function ChangePassword() {
  const { t } = useText();
  const words = t.staff.own;
  const [old, setOld] = useState('');
  const [password, setPassword] = useState('');
  const [changed, setChanged] = useState(false);
  const { busy, failure, attempt } = useAttempt();
  return (
    <section className="sec">
      <h2>{words.password}</h2>
      <form
        className="form"
        onSubmit={(event) => {
          event.preventDefault();
          void attempt(async () => {
            await ask('PUT /session/password', { body: { old, password } });
            setOld('');
            setPassword('');
            setChanged(true);
          });
        }}
      >
        {failure !== undefined && <Failure error={failure} />}
        <p role="status">{changed && words.changed}</p>
        <div className="pair">
          <Field label={words.oldPassword}>
            {(control) => (
              <input
                {...control}
                className="input"
                type="password"
                autoComplete="current-password"
                required
                value={old}
                onChange={({ target }) => setOld(target.value)}
              />
            )}
          </Field>
          <Field label={words.newPassword} hint={t.staff.invitation.passwordHint}>
            {(control) => (
              <input
                {...control}
                className="input"
                type="password"
                autoComplete="new-password"
                minLength={12}
                required
                value={password}
                onChange={({ target }) => setPassword(target.value)}
              />
            )}
          </Field>
        </div>
        <div>
          <button type="submit" className="btn" aria-disabled={busy}>
            {words.change}
          </button>
        </div>
      </form>
    </section>
  );
}
