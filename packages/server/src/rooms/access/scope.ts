// Who may act for which brand. A BrandScope is the proof: rooms that touch a brand's data ask for one, and only
// `access` can make it, so a door that forgets to ask who is calling does not compile.

import { CHANNELS, type Channel, type Strictness } from '@acik-iys/law';

export type Right = 'none' | 'read' | 'write';
export type ChannelRights = Readonly<Record<Channel, Right>>;

export const FULL_RIGHTS: ChannelRights = { ARAMA: 'write', MESAJ: 'write', EPOSTA: 'write' };

export interface BrandScopeFacts {
  /** Account that acts: written into each movement. */
  readonly actor: number;
  readonly providerCode: number;
  readonly brandId: number;
  readonly rights: ChannelRights;
  /** May read and agree to the day's reconciliation. */
  readonly reconciliation: boolean;
  readonly strictness: Strictness;
  readonly historicLoadOpen: boolean;
}

const made = Symbol('made by access');

export class BrandScope {
  readonly facts: BrandScopeFacts;

  constructor(key: typeof made, facts: BrandScopeFacts) {
    if (key !== made) throw new Error('a BrandScope is made by access alone');
    this.facts = facts;
  }

  get brandId(): number {
    return this.facts.brandId;
  }
  may(channel: Channel, right: 'read' | 'write'): boolean {
    const has = this.facts.rights[channel];
    return has === 'write' || (has === 'read' && right === 'read');
  }
  /** Channels that may be read, as numbers. */
  readableChannels(): number[] {
    return CHANNELS.flatMap((channel, number) => (this.may(channel, 'read') ? [number] : []));
  }
}

/** For `access` alone (index.ts of this room does not export it). */
export function makeBrandScope(facts: BrandScopeFacts): BrandScope {
  return new BrandScope(made, facts);
}
