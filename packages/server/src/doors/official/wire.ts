// A movement, and the key of one, in the contract's words.

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

export function wireKey({ kind, address }: { readonly kind: number; readonly address: string }) {
  return { recipient: address, recipientType: recipientTypeOf(kind), type: channelOf(kind) };
}

/** A merchant recorded without date or source has neither key (official API, single status). */
export function wireMovement(movement: Movement): WireMovement {
  const source = sourceName(sourceNumberOf(movement.state));
  return {
    ...(movement.consentedAt !== null && { consentDate: formatTime(movement.consentedAt) }),
    ...(source !== undefined && { source }),
    ...wireKey(movement),
    status: statusOf(movement.state),
    creationDate: formatTime(movement.receivedAt),
    transactionId: movement.transactionId,
  };
}
