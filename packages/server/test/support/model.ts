// The registry as a page of rules, for the model test: written from the official contract and docs/law.md, without
// a line of the program. States, histories and feeds are what the accepted statements make of it, replayed in the order
// of their numbers; nothing here knows of time, transactions or databases.

/** One statement as it was sent, in form. Dates are the contract's words, which sort as they are; null: none given. */
export interface Said {
  readonly recipient: string;
  readonly type: string;
  readonly recipientType: string;
  readonly status: 'ONAY' | 'RET';
  readonly source: string | null;
  readonly date: string | null;
  readonly retailer: number | null;
  readonly access: readonly number[] | null;
}

export interface Recorded extends Said {
  readonly seq: number;
  readonly transactionId: string;
  readonly creationDate: string;
  readonly requestId: string | null;
  readonly index: number;
  readonly v2: boolean;
  /** An older refusal at a welcoming door: history only. */
  readonly overtaken: boolean;
}

export type Verdict =
  | { readonly kind: 'accepted' }
  | { readonly kind: 'overtaken' }
  /** Answered with what is recorded. */
  | { readonly kind: 'unchanged' }
  | { readonly kind: 'refused'; readonly code: string };

const ACCEPTED: Verdict = { kind: 'accepted' };
const UNCHANGED: Verdict = { kind: 'unchanged' };

/** A key's place in time: what is recorded after the movement with number `seq`. */
export interface Version {
  readonly seq: number;
  /** The movement that stands. */
  readonly last: Recorded | null;
  readonly history: readonly Recorded[];
  readonly access: ReadonlySet<number>;
}

const NOTHING: Version = { seq: 0, last: null, history: [], access: new Set() };

export function keyOf({ recipient, type, recipientType }: Pick<Said, 'recipient' | 'type' | 'recipientType'>): string {
  return `${recipient} ${type} ${recipientType}`;
}

/** The rule table of the contract ("Rules for adding a consent"), in its order. */
function verdictOf(said: Said, last: Recorded | null, v2: boolean, welcoming: boolean): Verdict {
  const isSame =
    last !== null &&
    last.status === said.status &&
    last.source === said.source &&
    last.date === said.date &&
    (said.retailer === null || said.retailer === last.retailer);
  if (v2 && isSame) return UNCHANGED;
  if (welcoming && said.status === 'RET') {
    // A refusal is never turned away: new, repeated, late or out of order.
    if (last === null || last.date === null || said.date === null) return ACCEPTED;
    if (last.status === 'RET') return said.date > last.date ? ACCEPTED : UNCHANGED;
    return said.date < last.date ? { kind: 'overtaken' } : ACCEPTED;
  }
  const refused = (code: string): Verdict => ({ kind: 'refused', code });
  if (last === null) {
    if (said.source === 'HS_KARAR') return refused('H486');
    return said.status === 'RET' ? refused('H175') : ACCEPTED;
  }
  if (said.date === null) return refused('H462');
  if (said.source === null) return refused('H463');
  if (said.status === 'RET' && last.status === 'RET') return refused('H174');
  return last.date !== null && said.date <= last.date ? refused('H178') : ACCEPTED;
}

/** One brand's journal and, for each key, all its versions. */
export class BrandModel {
  readonly #welcoming: boolean;
  readonly journal: Recorded[] = [];
  readonly #versions = new Map<string, Version[]>();

  /** @param welcoming whether the provider's policy welcomes refusals at the official door too */
  constructor(welcoming: boolean) {
    this.#welcoming = welcoming;
  }

  /** Whether a refusal is never turned away: at every door but the official one, and there by the provider's policy. */
  isWelcoming(source: string | null): boolean {
    return this.#welcoming || source?.startsWith('IYS') === true;
  }

  verdict(said: Said, last: Recorded | null, v2: boolean): Verdict {
    return verdictOf(said, last, v2, this.isWelcoming(said.source));
  }

  /** All versions of a key, the first of them nothing. */
  versions(key: string): readonly Version[] {
    return this.#versions.get(key) ?? [NOTHING];
  }

  /** What is recorded of a key after the movement with number `seq`. */
  at(key: string, seq: number): Version {
    return this.versions(key).findLast((version) => version.seq <= seq) as Version;
  }

  /** Versions that a call may have met which ran while the journal stood between two numbers. */
  between(key: string, first: number, last: number): Version[] {
    const start = this.at(key, first);
    return this.versions(key).filter((version) => version === start || (version.seq > first && version.seq <= last));
  }

  /** Adds the next movement. The caller has judged it. */
  append(recorded: Recorded): void {
    this.journal.push(recorded);
    const key = keyOf(recorded);
    const before = this.versions(key).at(-1) as Version;
    // An overtaken refusal changes nothing of what stands, nor of who may see it.
    const access = new Set((recorded.overtaken ? null : recorded.access) ?? before.access);
    if (recorded.retailer !== null && !recorded.overtaken) access.add(recorded.retailer);
    const next: Version = {
      seq: recorded.seq,
      last: recorded.overtaken ? before.last : recorded,
      history: newestFirst([...before.history, recorded]),
      access,
    };
    this.#versions.set(key, [...this.versions(key), next]);
  }

  keys(): string[] {
    return [...this.#versions.keys()];
  }
}

/** Newest consent date first, without a date last; of the same date the one recorded later first. */
function newestFirst(list: readonly Recorded[]): Recorded[] {
  return [...list].sort((a, b) => {
    if (a.date !== b.date) {
      if (a.date === null) return 1;
      if (b.date === null) return -1;
      return a.date < b.date ? 1 : -1;
    }
    return b.seq - a.seq;
  });
}

/** A movement in the contract's words. */
export function wire(
  recorded: Omit<Said, 'retailer' | 'access'> & Pick<Recorded, 'creationDate' | 'transactionId'>,
): Record<string, unknown> {
  return {
    ...(recorded.date !== null && { consentDate: recorded.date }),
    ...(recorded.source !== null && { source: recorded.source }),
    recipient: recorded.recipient,
    recipientType: recorded.recipientType,
    status: recorded.status,
    type: recorded.type,
    creationDate: recorded.creationDate,
    transactionId: recorded.transactionId,
  };
}
