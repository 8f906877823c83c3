// What cannot be taken back asks for a second factor given just now. Where the server says so, the person is asked for
// his code (or his passkey), and what he wanted is done then; a "no" leaves everything as it was.

import { type FormEvent, type ReactNode, useRef, useState } from 'react';
import { Dialog, Heading, Modal, ModalOverlay } from 'react-aria-components';
import { useAttempt } from '../api/attempt.ts';
import { ask, PortalError } from '../api/client.ts';
import { useText } from '../text/index.tsx';
import { Failure, Field } from '../ui/parts.tsx';

interface Waiting {
  readonly proceed: () => void;
  readonly giveUp: (error: unknown) => void;
}

/** `dialog` is to be shown somewhere in the screen. `confirmed` throws what `work` throws, and the refusal on a "no". */
export function useStepUp(): { confirmed<T>(work: () => Promise<T>): Promise<T>; readonly dialog: ReactNode } {
  const { t } = useText();
  const words = t.staff.stepUp;
  const [waiting, setWaiting] = useState<Waiting>();
  const [code, setCode] = useState('');
  const { busy, failure, attempt } = useAttempt();
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

  function submit(event: FormEvent) {
    event.preventDefault();
    void attempt(async () => {
      await ask('POST /session/second-factor', { body: { code } });
      setCode('');
      waiting?.proceed();
      setWaiting(undefined);
    });
  }

  function close() {
    waiting?.giveUp(refused.current);
    setWaiting(undefined);
    setCode('');
  }

  const dialog = (
    <ModalOverlay className="veil" isOpen={waiting !== undefined} onOpenChange={(open) => !open && close()}>
      <Modal className="dialog">
        <Dialog>
          <Heading slot="title" level={2}>
            {words.title}
          </Heading>
          <form className="form" onSubmit={submit}>
            <p>{words.lead}</p>
            {failure !== undefined && <Failure error={failure} />}
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
            <div className="row">
              <button type="submit" className="btn btn--main" aria-disabled={busy}>
                {t.logIn.secondSubmit}
              </button>
              <button type="button" className="btn" onClick={close}>
                {t.common.cancel}
              </button>
            </div>
          </form>
        </Dialog>
      </Modal>
    </ModalOverlay>
  );
  return { confirmed, dialog };
}
