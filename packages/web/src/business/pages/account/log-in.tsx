// Log-in: password, second step (or setting one up), then the organisation. In the demo, and nowhere else, each role by
// one click.

import { useQueryClient } from '@tanstack/react-query';
import { Link, Navigate, useNavigate, useSearch } from '@tanstack/react-router';
import { type FormEvent, lazy, type ReactNode, Suspense, useState } from 'react';
import { type Attempt, useAttempt } from '../../../api/attempt.ts';
import { ask } from '../../../api/client.ts';
import { useText } from '../../../text/index.tsx';
import { Failure, Field, PageTitle, SkeletonRows } from '../../../ui/parts.tsx';
import { CopyButton } from '../../copy-button.tsx';
import { LanguageSwitch, SESSION, type SessionAnswer, useSession } from '../../desk.tsx';
import { hasPasskeys, logInByPasskey } from './passkeys.ts';

/** The frame of a page outside any organisation. */
const SquareCode = lazy(() => import('../../../ui/square-code.tsx').then((part) => ({ default: part.SquareCode })));

export function Page({ children }: { readonly children: ReactNode }) {
  const { t } = useText();
  return (
    <>
      <a className="skip" href="#icerik">
        {t.common.skip}
      </a>
      <div className="page">
        <header className="top">
          <span className="mark">
            <span>
              {t.common.product}
              <small>{t.common.entrance}</small>
            </span>
          </span>
          <LanguageSwitch />
        </header>
        <main id="icerik" tabIndex={-1}>
          {children}
        </main>
      </div>
    </>
  );
}

/** `/isletme`: where to, by who is here. */
export function Start() {
  const session = useSession();
  if (session.error !== null)
    return (
      <Page>
        <Failure error={session.error} again={() => void session.refetch()} />
      </Page>
    );
  if (session.data === undefined)
    return (
      <Page>
        <SkeletonRows rows={3} />
      </Page>
    );
  const { person, next, organisations } = session.data;
  if (person === null || next !== null) return <Navigate to="/isletme/giris" search={{}} replace />;
  const [only, ...others] = organisations;
  if (only !== undefined && others.length === 0)
    return <Navigate to="/isletme/$organisation" params={{ organisation: String(only.code) }} replace />;
  return <Navigate to="/isletme/kurum" replace />;
}

export function ChooseOrganisation() {
  const { t, format } = useText();
  const session = useSession();
  const organisations = [...(session.data?.organisations ?? [])].sort((one, other) =>
    format.compare(one.title, other.title),
  );
  if (session.data !== undefined && (session.data.person === null || session.data.next !== null))
    return <Navigate to="/isletme/giris" search={{}} replace />;
  return (
    <Page>
      {session.data === undefined ? (
        <SkeletonRows rows={3} />
      ) : organisations.length === 0 ? (
        <div className="stack">
          <PageTitle>{t.logIn.noneTitle}</PageTitle>
          <p>{t.logIn.noneLead}</p>
        </div>
      ) : (
        <div className="stack">
          <PageTitle>{t.logIn.chooseTitle}</PageTitle>
          <ul className="stack">
            {organisations.map(({ code, title, kind }) => (
              <li key={code}>
                <Link to="/isletme/$organisation" params={{ organisation: String(code) }}>
                  {title}
                </Link>{' '}
                <span className="meta">
                  {t.organisationKind[kind]} · {code}
                </span>
              </li>
            ))}
          </ul>
        </div>
      )}
    </Page>
  );
}

export function LogIn() {
  const { t, setLanguage } = useText();
  const { sonra, bitti } = useSearch({ from: '/isletme/giris' });
  const client = useQueryClient();
  const navigate = useNavigate();
  const session = useSession();
  const { failure, attempt } = useAttempt();
  const [recoveryCodes, setRecoveryCodes] = useState<readonly string[]>([]);

  async function entered(answer: SessionAnswer) {
    client.setQueryData(SESSION, answer);
    if (answer.person === null || answer.next !== null) return;
    setLanguage(answer.person.language);
    // Straight to what he was about to do, where it is his organisation's.
    const wanted = sonra !== undefined && Number(/^\/isletme\/(\d+)/.exec(sonra)?.[1]);
    if (sonra !== undefined && answer.organisations.some(({ code }) => code === wanted))
      await navigate({ href: sonra, replace: true });
    else await navigate({ to: '/isletme', replace: true });
  }

  if (session.data === undefined)
    return (
      <Page>
        {session.error === null ? (
          <SkeletonRows rows={3} />
        ) : (
          <Failure error={session.error} again={() => void session.refetch()} />
        )}
      </Page>
    );
  const { person, next, demo } = session.data;
  if (recoveryCodes.length > 0)
    return (
      <Page>
        <RecoveryCodes codes={recoveryCodes} done={async () => entered(await ask('GET /session'))} />
      </Page>
    );
  if (person !== null && next === 'set-up-second-factor')
    return (
      <Page>
        <SetUpAuthenticator done={setRecoveryCodes} />
      </Page>
    );
  if (person !== null && next === 'second-factor')
    return (
      <Page>
        <SecondStep done={entered} />
      </Page>
    );
  return (
    <Page>
      <div className="stack">
        <PageTitle>{t.logIn.title}</PageTitle>
        {sonra !== undefined && <p className="banner">{bitti === 1 ? t.logIn.ended : t.logIn.first}</p>}
        <PasswordForm done={entered} />
        <div className="row">
          <Link to="/isletme/yeni-parola">{t.staff.reset.forgot}</Link>
          {hasPasskeys() && <PasskeyButton done={entered} />}
        </div>
      </div>
      {demo !== null && (
        <section className="sec">
          <h2>{t.logIn.demoTitle}</h2>
          <p className="meta">{t.logIn.demoLead}</p>
          {failure !== undefined && <Failure error={failure} />}
          <ul className="stack" style={{ gap: 'var(--s2)', marginTop: 'var(--s4)' }}>
            {demo.map(({ account, name, organisation }) => (
              <li key={account} className="row">
                <button
                  type="button"
                  className="btn btn--desk"
                  data-account={account}
                  onClick={() =>
                    void attempt(async () => entered(await ask('POST /session/demo', { body: { account } })))
                  }
                >
                  {t.role[account] ?? account}
                </button>
                <span className="meta">
                  {name}, {organisation}
                </span>
              </li>
            ))}
          </ul>
        </section>
      )}
    </Page>
  );
}

function PasskeyButton({ done }: { readonly done: (answer: SessionAnswer) => Promise<void> }) {
  const { t } = useText();
  const [failed, setFailed] = useState(false);
  return (
    <>
      <button
        type="button"
        className="btn"
        onClick={() => {
          setFailed(false);
          // The browser tells why only to itself: stopped, no passkey, another device.
          logInByPasskey().then(done, () => setFailed(true));
        }}
      >
        {t.staff.own.passkeyLogIn}
      </button>
      <span role="status">{failed && t.staff.own.passkeyFailed}</span>
    </>
  );
}

/** Sends a form by an attempt. */
function sent(event: FormEvent, attempt: Attempt['attempt'], work: () => Promise<void>): void {
  event.preventDefault();
  void attempt(work);
}

function PasswordForm({ done }: { readonly done: (answer: SessionAnswer) => Promise<void> }) {
  const { t } = useText();
  const [email, setEmail] = useState('');
  const [password, setPassword] = useState('');
  const { failure, busy, attempt } = useAttempt();
  return (
    <form
      className="form"
      onSubmit={(event) =>
        sent(event, attempt, async () => done(await ask('POST /session', { body: { email, password } })))
      }
    >
      {failure !== undefined && <Failure error={failure} />}
      <Field label={t.logIn.email}>
        {(control) => (
          <input
            {...control}
            className="input"
            type="email"
            autoComplete="username"
            required
            value={email}
            onChange={({ target }) => setEmail(target.value)}
          />
        )}
      </Field>
      <Field label={t.logIn.password}>
        {(control) => (
          <input
            {...control}
            className="input"
            type="password"
            autoComplete="current-password"
            required
            value={password}
            onChange={({ target }) => setPassword(target.value)}
          />
        )}
      </Field>
      <div>
        <button type="submit" className="btn btn--next" aria-disabled={busy}>
          {t.logIn.submit}
        </button>
      </div>
    </form>
  );
}

function CodeField({
  label,
  value,
  onChange,
}: {
  readonly label: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
}) {
  return (
    <Field label={label}>
      {(control) => (
        <input
          {...control}
          className="input"
          autoComplete="one-time-code"
          spellCheck={false}
          required
          value={value}
          onChange={({ target }) => onChange(target.value)}
        />
      )}
    </Field>
  );
}

function SecondStep({ done }: { readonly done: (answer: SessionAnswer) => Promise<void> }) {
  const { t } = useText();
  const [code, setCode] = useState('');
  const { failure, busy, attempt } = useAttempt();
  return (
    <form
      className="form"
      onSubmit={(event) =>
        sent(event, attempt, async () => done(await ask('POST /session/second-factor', { body: { code } })))
      }
    >
      <PageTitle>{t.logIn.secondTitle}</PageTitle>
      <p>{t.logIn.secondLead}</p>
      {failure !== undefined && <Failure error={failure} />}
      <CodeField label={t.logIn.secondCode} value={code} onChange={setCode} />
      <div>
        <button type="submit" className="btn btn--next" aria-disabled={busy}>
          {t.logIn.secondSubmit}
        </button>
      </div>
    </form>
  );
}

function SetUpAuthenticator({ done }: { readonly done: (codes: readonly string[]) => void }) {
  const { t } = useText();
  const [made, setMade] = useState<{ secret: string; uri: string }>();
  const [code, setCode] = useState('');
  const { failure, busy, attempt } = useAttempt();
  return (
    <form
      className="form"
      onSubmit={(event) =>
        sent(event, attempt, async () => {
          if (made === undefined) setMade(await ask('POST /session/authenticator'));
          else done((await ask('PUT /session/authenticator', { body: { secret: made.secret, code } })).recoveryCodes);
        })
      }
    >
      <PageTitle>{t.logIn.setUpTitle}</PageTitle>
      <p>{t.logIn.setUpLead}</p>
      {failure !== undefined && <Failure error={failure} />}
      {made !== undefined && (
        <>
          <Suspense>
            <SquareCode text={made.uri} label={t.logIn.setUpScan} />
          </Suspense>
          <p>{t.logIn.setUpScan}</p>
          <dl className="facts">
            <dt>{t.logIn.setUpKey}</dt>
            <dd>
              <a href={made.uri}>{made.secret.replace(/(.{4})(?=.)/g, '$1 ')}</a>
            </dd>
          </dl>
          <div className="row">
            <CopyButton text={made.secret} />
          </div>
          <CodeField label={t.logIn.secondCode} value={code} onChange={setCode} />
        </>
      )}
      <div>
        <button type="submit" className="btn btn--next" aria-disabled={busy}>
          {made === undefined ? t.logIn.setUpTitle : t.logIn.secondSubmit}
        </button>
      </div>
    </form>
  );
}

function RecoveryCodes({ codes, done }: { readonly codes: readonly string[]; readonly done: () => Promise<void> }) {
  const { t } = useText();
  return (
    <div className="stack">
      <PageTitle>{t.logIn.recoveryTitle}</PageTitle>
      <p>{t.logIn.recoveryLead}</p>
      <ul className="sheet pair">
        {codes.map((code) => (
          <li key={code} className="num">
            {code}
          </li>
        ))}
      </ul>
      <div className="row no-print">
        <CopyButton text={codes.join('\n')} />
        <button type="button" className="btn btn--desk" onClick={() => window.print()}>
          {t.evidence.forms.print}
        </button>
      </div>
      <button type="button" className="btn btn--next no-print" onClick={() => void done()}>
        {t.logIn.recoveryDone}
      </button>
    </div>
  );
}
