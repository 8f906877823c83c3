// One thing that a person asks for, at a time: what the server refused is kept to be shown, a second click meanwhile does
// nothing.

import { useState } from 'react';
import { PortalError } from './client.ts';

export interface Attempt {
  readonly busy: boolean;
  /** Of the last attempt, until the next. */
  readonly failure: PortalError | undefined;
  attempt(work: () => Promise<void>): Promise<void>;
}

export function useAttempt(): Attempt {
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<PortalError>();
  return {
    busy,
    failure,
    async attempt(work) {
      if (busy) return;
      setBusy(true);
      setFailure(undefined);
      try {
        await work();
      } catch (error) {
        if (!(error instanceof PortalError)) throw error;
        setFailure(error);
      } finally {
        setBusy(false);
      }
    },
  };
}
