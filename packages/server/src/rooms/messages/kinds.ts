// What people at the desk are told, and whether it also comes by mail.

import type { Channel, Day } from '@acik-iys/law';

/** Searched, seen in clear, or asked about by lists: of these the count is of their rows. */
export type UnusualAct = 'address.searched' | 'address.revealed' | 'list.checked';

/** A right as the person who got or lost it reads it. */
export interface TermsTold {
  readonly role: string;
  /** Names; null: all of the organisation. */
  readonly brands: readonly string[] | null;
}

interface RightsTold {
  /** Name of who gave or ended them. */
  readonly by: string;
  readonly rights: readonly TermsTold[];
}

/** Of each kind what happened. It stands in clear and goes into mails, so no recipient's address is part of it. */
export interface MessageDetails {
  /** Refusals not taken over whose last day is today or the next business day. */
  readonly 'refusals-last-day': {
    readonly brandId: number;
    readonly brand: string;
    readonly days: readonly { readonly day: Day; readonly count: number }[];
  };
  /** Somebody asks for more addresses than people do. `act`: absent in old ones, which are searches. */
  readonly 'unusual-search': {
    readonly accountId: number;
    readonly who: string;
    readonly count: number;
    readonly act?: UnusualAct;
  };
  /** A push address was given up. `host`: of the receiver. */
  readonly 'push-parked': {
    readonly brandId: number;
    readonly brand: string;
    readonly channel: Channel;
    readonly host: string;
  };
  readonly 'right-given': RightsTold;
  readonly 'right-ended': RightsTold;
  /** The other side offered, accepted, declined or ended something. `other`: its title. */
  readonly partnership: {
    readonly other: string;
    readonly what: 'offered' | 'accepted' | 'declined' | 'ended';
  };
  /** A consent that waited was not recorded. `reference`: opaque, to the person's page; null: he may not see it now. */
  readonly 'entry-not-recorded': {
    readonly brandId: number;
    readonly brand: string;
    readonly channel: Channel;
    readonly code: string;
    readonly reference: string | null;
  };
}
export type MessageKind = keyof MessageDetails;

/** By mail always (security), or unless the person decided otherwise. */
const BY_MAIL = {
  'refusals-last-day': true,
  'unusual-search': true,
  'push-parked': true,
  'right-given': 'always',
  'right-ended': 'always',
  partnership: true,
  'entry-not-recorded': false,
} as const satisfies Record<MessageKind, boolean | 'always'>;

/** Kinds whose mail each person chooses. */
export type ChosenKind = {
  [K in MessageKind]: (typeof BY_MAIL)[K] extends boolean ? K : never;
}[MessageKind];
export const CHOSEN_KINDS = (Object.keys(BY_MAIL) as MessageKind[]).filter(
  (kind): kind is ChosenKind => BY_MAIL[kind] !== 'always',
);

/** Whether a message of the kind is mailed to who chose this; null: he has not chosen. */
export function isMailed(kind: MessageKind, chosen: boolean | null): boolean {
  const byDefault = BY_MAIL[kind];
  return byDefault === 'always' || (chosen ?? byDefault);
}
