// Where the links of mails lead: an invitation, and a new password. The link's token stands behind the # and is sent on
// only when the person acts; nothing is done by opening the page.

import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { type FormEvent, useState } from 'react';
import { type Attempt, useAttempt } from '../../../api/attempt.ts';
import { ask } from '../../../api/client.ts';
import { useText } from '../../../text/index.tsx';
import { Failure, Field, PageTitle, SkeletonRows } from '../../../ui/parts.tsx';
import { SESSION, type SessionAnswer, useSession } from '../../desk.tsx';
import { Page } from './log-in.tsx';

function tokenOfAddress(): string {
  return window.location.hash.slice(1);
}

function submitted(event: FormEvent, { attempt }: Attempt, work: () => Promise<void>): void {
  event.preventDefault();
  void attempt(work);
}

/** Goes on to the entrance, which asks for the second factor where it is still due. */
function useEntered(): (answer: SessionAnswer) => Promise<void> {
  const client = useQueryClient();
  const navigate = useNavigate();
  return async (answer) => {
    client.setQueryData(SESSION, answer);
    await navigate({ to: '/isletme', replace: true });
  };
}

export function Invitation() {
  const { t, language } = useText();
  const words = t.staff.invitation;
  const [token] = useState(tokenOfAddress);
  const [name, setName] = useState('');
  const [password, setPassword] = useState('');
  const session = useSession();
  const entered = useEntered();
  const invitation = useQuery({
    queryKey: ['invitation'],
    queryFn: () => ask('POST /invitations/look', { body: { token } }),
    retry: false,
  });
  const fresh = useAttempt();
  const known = useAttempt();
  if (invitation.error !== null)
    return (
      <Page>
        <PageTitle>{words.over}</PageTitle>
        <p>{words.overLead}</p>
      </Page>
    );
  if (invitation.data === undefined)
    return (
      <Page>
        <SkeletonRows rows={3} />
      </Page>
    );
  const person = session.data?.next === null ? session.data.person : null;
  return (
    <Page>
      <PageTitle>{words.title(invitation.data.organisation)}</PageTitle>
      <p>{words.lead(invitation.data.inviter)}</p>
      {person === null && (
        <section className="sec">
          <h2>{words.newPerson}</h2>
          <form
            className="form"
            onSubmit={(event) =>
              submitted(event, fresh, async () =>
                entered(await ask('POST /invitations/accept', { body: { token, name, password, language } })),
              )
            }
          >
            <p>{words.newLead}</p>
            {fresh.failure !== undefined && <Failure error={fresh.failure} />}
            <Field label={words.name}>
              {(control) => (
                <input
                  {...control}
                  className="input"
                  autoComplete="name"
                  required
                  value={name}
                  onChange={({ target }) => setName(target.value)}
                />
              )}
            </Field>
            <NewPassword value={password} onChange={setPassword} />
            <div>
              <button type="submit" className="btn btn--next" aria-disabled={fresh.busy}>
                {words.accept}
              </button>
            </div>
          </form>
        </section>
      )}
      <section className="sec">
        <h2>{words.known}</h2>
        {known.failure !== undefined && <Failure error={known.failure} />}
        {person === null ? (
          <p>
            <Link to="/isletme/giris" search={{}} target="_blank">
              {words.logInFirst}
            </Link>
          </p>
        ) : (
          <form
            className="form"
            onSubmit={(event) =>
              submitted(event, known, async () => entered(await ask('POST /invitations/join', { body: { token } })))
            }
          >
            <p>{words.knownLead(person.name)}</p>
            <div>
              <button type="submit" className="btn btn--next" aria-disabled={known.busy}>
                {words.join}
              </button>
            </div>
          </form>
        )}
      </section>
    </Page>
  );
}

function NewPassword({ value, onChange }: { readonly value: string; readonly onChange: (value: string) => void }) {
  const { t } = useText();
  return (
    <Field label={t.staff.invitation.password} hint={t.staff.invitation.passwordHint}>
      {(control) => (
        <input
          {...control}
          className="input"
          type="password"
          autoComplete="new-password"
          minLength={12}
          required
          value={value}
          onChange={({ target }) => onChange(target.value)}
        />
      )}
    </Field>
  );
}

/** `/isletme/yeni-parola`: with a link's token a new password, without one the link is asked for. */
export function NewPasswordPage() {
  const { t } = useText();
  const words = t.staff.reset;
  const [token] = useState(tokenOfAddress);
  const [email, setEmail] = useState('');
  const [password, setPassword] = useState('');
  const [sent, setSent] = useState(false);
  const attempt = useAttempt();
  const entered = useEntered();
  if (token !== '')
    return (
      <Page>
        <form
          className="form"
          onSubmit={(event) =>
            submitted(event, attempt, async () =>
              entered(await ask('POST /password-resets/use', { body: { token, password } })),
            )
          }
        >
          <PageTitle>{words.newTitle}</PageTitle>
          {attempt.failure !== undefined && <Failure error={attempt.failure} />}
          <NewPassword value={password} onChange={setPassword} />
          <div>
            <button type="submit" className="btn btn--next" aria-disabled={attempt.busy}>
              {words.newSubmit}
            </button>
          </div>
        </form>
      </Page>
    );
  return (
    <Page>
      <form
        className="form"
        onSubmit={(event) =>
          submitted(event, attempt, async () => {
            await ask('POST /password-resets', { body: { email } });
            setSent(true);
          })
        }
      >
        <PageTitle>{words.title}</PageTitle>
        <p role="status">{sent ? words.sent : words.lead}</p>
        {attempt.failure !== undefined && <Failure error={attempt.failure} />}
        {!sent && (
          <>
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
            <div>
              <button type="submit" className="btn btn--next" aria-disabled={attempt.busy}>
                {words.submit}
              </button>
            </div>
          </>
        )}
      </form>
    </Page>
  );
}
