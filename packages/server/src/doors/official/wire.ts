// A movement, and the key of one, in the contract's words.

import { channelOf, formatTime, recipientTypeOf, sourceName, sourceNumberOf, statusOf } from '@acik-iys/law';
import type { Movement } from '../../rooms/registry/index.ts';

export interface WireMovement {
  consentDate: string | undefined;
  source: string | undefined;
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

/**
 * A merchant recorded without date or source has neither key (official API, single status): undefined here, so absent
 * in JSON. One literal: a feed makes a thousand of these a call.
 */
export function wireMovement(movement: Movement): WireMovement {
  const { kind, state, consentedAt } = movement;
  return {
    consentDate: consentedAt === null ? undefined : formatTime(consentedAt),
    source: sourceName(sourceNumberOf(state)),
    recipient: movement.address,
    recipientType: recipientTypeOf(kind),
    status: statusOf(state),
    type: channelOf(kind),
    creationDate: formatTime(movement.receivedAt),
    transactionId: movement.transactionId,
  };
}
