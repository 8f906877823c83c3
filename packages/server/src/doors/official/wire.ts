// A movement in the contract's words.

import { channelOf, formatTime, recipientTypeOf, sourceName, sourceNumberOf, statusOf } from '@acik-iys/law';
import type { Movement } from '../../rooms/registry/index.ts';

export interface WireMovement {
  consentDate?: string;
  source?: string;
  recipient: string;
  recipientType: string;
  status: string;
  type: string;
  creationDate: string;
  transactionId: string;
}

/** A merchant recorded without date or source has neither key (official API, single status). */
export function wireMovement(movement: Movement): WireMovement {
  const source = sourceName(sourceNumberOf(movement.state));
  return {
    ...(movement.consentedAt !== null && { consentDate: formatTime(movement.consentedAt) }),
    ...(source !== undefined && { source }),
    recipient: movement.address,
    recipientType: recipientTypeOf(movement.kind),
    status: statusOf(movement.state),
    type: channelOf(movement.kind),
    creationDate: formatTime(movement.receivedAt),
    transactionId: movement.transactionId,
  };
}
