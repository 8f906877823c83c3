// The trial of a receiver, before it is kept and when somebody wants to know: it is asked without authorization and must
// send the caller away, then with it and must welcome him. Nothing but the fixed test record is sent.

import type { ConnectionReason } from '@acik-iys/law';
import type { Connection, PushFault } from './form.ts';
import { type CallFailure, type CallResult, isSuccess, openReceiver, type ReceiverOptions } from './receiver.ts';
import { TEST_PAGE } from './wire.ts';

export interface Trial {
  /** The answer to the call without credentials: 401 is asked for. */
  readonly bare: CallResult;
  /** The answer to the call with them: 2xx is asked for. Undefined where it was not made. */
  readonly full: CallResult | undefined;
  /** Whether the receiver passed. */
  readonly good: boolean;
}

export async function tryOut(
  connection: Pick<Connection, 'href' | 'username' | 'password'>,
  options: ReceiverOptions,
): Promise<Trial> {
  const receiver = openReceiver(connection.href, options);
  try {
    const bare = await receiver.post(TEST_PAGE, undefined);
    const full = isAsked(bare) ? await receiver.post(TEST_PAGE, connection) : undefined;
    return { bare, full, good: full !== undefined && isSuccess(full) };
  } finally {
    receiver.close();
  }
}

/** Undefined where the receiver passed. */
export function faultOfTrial({ bare, full, good }: Trial): PushFault | undefined {
  if (good) return undefined;
  if ('failure' in bare) return faultOf(bare.failure);
  if (full === undefined) return connectionFault('open');
  if ('failure' in full) return faultOf(full.failure);
  return connectionFault('unwelcome');
}

export function connectionFault(reason: ConnectionReason): PushFault {
  return { code: 'H530', reason };
}

function isAsked(bare: CallResult): boolean {
  return 'status' in bare && bare.status === 401;
}

function faultOf(failure: CallFailure): PushFault {
  if (failure === 'timeout') return { code: 'H191' };
  return failure === 'plain' ? { code: 'H531' } : connectionFault('unreachable');
}
