// What cannot be taken back asks for a second factor given just now. Where the server says so, the person is asked for
// his code (or his passkey), and what he wanted is done then; a "no" leaves everything as it was. People of the demo have
// no second factor: they enter anew by their one click.

import { useQuery, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, type ReactNode, useRef, useState } from 'react';
import { Dialog, Heading, Modal, ModalOverlay } from 'react-aria-components';
import { useAttempt } from '../api/attempt.ts';
import { ask, PortalError } from '../api/client.ts';
import { useText } from '../text/index.tsx';
import { Failure, Field, SkeletonRows } from '../ui/parts.tsx';
import { SESSION, type SessionAnswer, useSession } from './desk.tsx';
import { confirmByPasskey, hasPasskeys } from './pages/account/passkeys.ts';

interface Waiting {
  readonly proceed: () => void;
  readonly giveUp: (error: unknown) => void;
}

/** `dialog` is to be shown somewhere in the screen. `confirmed` throws what `work` throws, and the refusal on a "no". */
export function useStepUp(): { confirmed<T>(work: () => Promise<T>): Promise<T>; readonly dialog: ReactNode } {
  const { t } = useText();
  const [waiting, setWaiting] = useState<Waiting>();
  const refused = useRef<unknown>(undefined);

  async function confirmed<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof PortalError) || error.code !== 'session.step_up') throw error;
      refused.current = error;
      await new Promise<void>((proceed, giveUp) => setWaiting({ proceed, giveUp }));
      return await work();
    }
  }

  function proceed() {
    waiting?.proceed();
    setWaiting(undefined);
  }
  function close() {
    waiting?.giveUp(refused.current);
    setWaiting(undefined);
  }

  const dialog = (
    <ModalOverlay className="veil" isOpen={waiting !== undefined} onOpenChange={(open) => !open && close()}>
      <Modal className="dialog">
        <Dialog>
          <Heading slot="title" level={2}>
            {t.staff.stepUp.title}
          </Heading>
          <SecondFactor onGiven={proceed} onNo={close} />
        </Dialog>
      </Modal>
    </ModalOverlay>
  );
  return { confirmed, dialog };
}

/** Asks for what the person has: code, passkey, or in the demo a click. */
function SecondFactor({ onGiven, onNo }: { readonly onGiven: () => void; readonly onNo: () => void }) {
  const { t } = useText();
  const words = t.staff.stepUp;
  const client = useQueryClient();
  const session = useSession();
  const factors = useQuery({
    queryKey: ['factors'],
    queryFn: ({ signal }) => ask('GET /session/factors', { signal }),
  });
  const [code, setCode] = useState('');
  const [failed, setFailed] = useState(false);
  const { busy, failure, attempt } = useAttempt();

  const give = (work: () => Promise<SessionAnswer>): Promise<void> =>
    attempt(async () => {
      client.setQueryData(SESSION, await work());
      onGiven();
    });

  if (factors.data === undefined)
    return factors.error === null ? (
      <SkeletonRows rows={2} />
    ) : (
      <Failure error={factors.error} again={() => void factors.refetch()} />
    );
  const byCode = factors.data.authenticator || factors.data.recoveryCodes > 0;
  const withPasskey = factors.data.passkeys.length > 0;
  const byPasskey = withPasskey && hasPasskeys();
  const demo = session.data?.demo?.find(({ name }) => name === session.data.person?.name);

  function submit(event: FormEvent) {
    event.preventDefault();
    // A form around the screen is another form.
    event.stopPropagation();
    void give(() => ask('POST /session/second-factor', { body: { code } }));
  }
  // The browser tells why only to itself: stopped, no passkey, another device.
  function usePasskey() {
    setFailed(false);
    void give(() =>
      confirmByPasskey().catch((error: unknown) => {
        setFailed(!(error instanceof PortalError));
        throw error instanceof PortalError ? error : new PortalError(0, undefined);
      }),
    );
  }

  return (
    <form className="form" onSubmit={submit}>
      <p>{byCode ? words.lead : withPasskey ? words.leadPasskey : words.leadDemo}</p>
      {failed ? (
        <p role="alert" className="banner">
          {t.staff.own.passkeyFailed}
        </p>
      ) : (
        failure !== undefined && <Failure error={failure} />
      )}
      {byCode && (
        <Field label={t.logIn.secondCode}>
          {(control) => (
            <input
              {...control}
              className="input"
              autoComplete="one-time-code"
              spellCheck={false}
              required
              value={code}
              onChange={({ target }) => setCode(target.value)}
            />
          )}
        </Field>
      )}
      <div className="row">
        {byCode && (
          <button type="submit" className="btn btn--main" aria-disabled={busy}>
            {t.logIn.secondSubmit}
          </button>
        )}
        {byPasskey && (
          <button type="button" className="btn" aria-disabled={busy} onClick={usePasskey}>
            {words.passkey}
          </button>
        )}
        {!byCode && !withPasskey && demo !== undefined && (
          <button
            type="button"
            className="btn btn--main"
            aria-disabled={busy}
            onClick={() => void give(() => ask('POST /session/demo', { body: { account: demo.account } }))}
          >
            {words.demo}
          </button>
        )}
        <button type="button" className="btn" onClick={onNo}>
          {t.common.cancel}
        </button>
      </div>
    </form>
  );
}
