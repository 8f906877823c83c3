// The words of the contract as data: channels, recipient types, statuses and sources, with the small numbers
// they are stored under. The numbers are written into movements and their fingerprints and never change;
// a new word gets a new number. Official spellings are the values everywhere (architecture, section 3).

/** Index = the number of a channel. */
export const CHANNELS = ['ARAMA', 'MESAJ', 'EPOSTA'] as const;
export type Channel = (typeof CHANNELS)[number];
/** The channel whose addresses are e-mails; those of the others are telephones. */
export const EPOSTA = 2;

/** Index = the number of a recipient type. */
export const RECIPIENT_TYPES = ['BIREYSEL', 'TACIR'] as const;
export type RecipientType = (typeof RECIPIENT_TYPES)[number];
export const BIREYSEL = 0;
export const TACIR = 1;

/** Index = the status bit of a state: 0 RET, 1 ONAY. */
export const STATUSES = ['RET', 'ONAY'] as const;
export type Status = (typeof STATUSES)[number];
export const RET = 0;
export const ONAY = 1;
export type StatusBit = typeof RET | typeof ONAY;

/** Sources from this number on are written by the registry alone (`IYS_…`). */
export const FIRST_REGISTRY_SOURCE = 100;
/** A merchant's first record may come without a source (official API, rules H462 and H463). */
export const NO_SOURCE = 0;

/** Source numbers: below 100 a provider may send them, from 100 on only the registry writes them. */
export const SOURCE_NUMBERS = {
  HS_FIZIKSEL_ORTAM: 1,
  HS_ISLAK_IMZA: 2,
  HS_WEB: 3,
  HS_CAGRI_MERKEZI: 4,
  HS_SOSYAL_MEDYA: 5,
  HS_EPOSTA: 6,
  HS_MESAJ: 7,
  HS_MOBIL: 8,
  HS_EORTAM: 9,
  HS_ETKINLIK: 10,
  HS_2015: 11,
  HS_ATM: 12,
  HS_KARAR: 13,
  IYS_KISAMESAJ: 100,
  IYS_CM: 101,
  IYS_WEB: 102,
  IYS_WEB_YENI: 103,
  IYS_MOBIL: 104,
  IYS_EPOSTA: 105,
  IYS_AHS_HAT_KAPATMA: 106,
  IYS_FRAME_EPOSTA: 107,
  IYS_FRAME_SMS: 108,
} as const;
export type Source = keyof typeof SOURCE_NUMBERS;
export type SourceSide = 'HS' | 'IYS';

const sourceByNumber = new Map<number, Source>(
  Object.entries(SOURCE_NUMBERS).map(([name, number]) => [number, name as Source]),
);
/** The sources that a provider may send, in the order of the contract. */
export const PROVIDER_SOURCES: readonly Source[] = Object.keys(SOURCE_NUMBERS).filter(
  (name): name is Source => SOURCE_NUMBERS[name as Source] < FIRST_REGISTRY_SOURCE,
);
const providerSourceNumbers = new Map<string, number>(PROVIDER_SOURCES.map((name) => [name, SOURCE_NUMBERS[name]]));

/** Number of a source that a provider may send, or undefined. */
export function providerSourceNumber(name: string): number | undefined {
  return providerSourceNumbers.get(name);
}

/** Name of a source number; undefined for NO_SOURCE. Throws on a number that was never given out. */
export function sourceName(number: number): Source | undefined {
  if (number === NO_SOURCE) return undefined;
  const name = sourceByNumber.get(number);
  if (name === undefined) throw new RangeError(`unknown source number ${number}`);
  return name;
}

/** A provider's own decision ends a consent and never begins one (official API, H408). */
export function mayStateBy(source: Source, status: Status): boolean {
  return source !== 'HS_KARAR' || status === 'RET';
}

/** Sources of what is stated by hand: HS_2015 is for loads of the time before the registry alone. */
export function sourcesByHand(status: Status): Source[] {
  return PROVIDER_SOURCES.filter((source) => source !== 'HS_2015' && mayStateBy(source, status));
}

const ON_PAPER_OR_IN_PERSON: ReadonlySet<Source> = new Set(['HS_FIZIKSEL_ORTAM', 'HS_ISLAK_IMZA', 'HS_ETKINLIK']);

/** Whether a consent through it is electronic: the person is told of it the same day (R 7; law.md, rule 4). */
export function isElectronic(source: Source): boolean {
  return (
    sourceSide(SOURCE_NUMBERS[source]) === 'HS' &&
    !['HS_2015', 'HS_KARAR'].includes(source) &&
    !ON_PAPER_OR_IN_PERSON.has(source)
  );
}

export function sourceSide(number: number): SourceSide {
  return number >= FIRST_REGISTRY_SOURCE ? 'IYS' : 'HS';
}

/** kind = channel × recipient type, 0 to 5: with brand and address the key of a consent. */
export type Kind = number;
export const KINDS = CHANNELS.length * RECIPIENT_TYPES.length;
export function kindOf(channel: number, recipientType: number): Kind {
  return channel * RECIPIENT_TYPES.length + recipientType;
}
export function channelOf(kind: Kind): Channel {
  return CHANNELS[kind >> 1] as Channel;
}
export function recipientTypeOf(kind: Kind): RecipientType {
  return RECIPIENT_TYPES[kind & 1] as RecipientType;
}
/** A merchant's or craftsman's consent (TACIR). */
export function isMerchant(kind: Kind): boolean {
  return (kind & 1) === TACIR;
}
export function isEmailKind(kind: Kind): boolean {
  return kind >> 1 === EPOSTA;
}

/** state = source and status in one small number. */
export type State = number;
export function stateOf(source: number, status: StatusBit): State {
  return source * 2 + status;
}
export function statusBitOf(state: State): StatusBit {
  return (state & 1) as StatusBit;
}
export function statusOf(state: State): Status {
  return STATUSES[state & 1] as Status;
}
export function sourceNumberOf(state: State): number {
  return state >> 1;
}
/** What a movement did to the stored status; counted per day (`brand_day.change`). */
export const CHANGES = {
  firstOnay: 0,
  onayAfterRet: 1,
  onayRenewed: 2,
  retAfterOnay: 3,
  firstRet: 4,
  retRepeated: 5,
  /** A refusal older than the consent that stands: history only (law.md, rule 13). */
  overtaken: 6,
} as const;
export type Change = (typeof CHANGES)[keyof typeof CHANGES];

/** @param old the stored state, or null where nothing was recorded yet */
export function changeOf(old: State | null, status: StatusBit): Change {
  if (old === null) return status === ONAY ? CHANGES.firstOnay : CHANGES.firstRet;
  if (status === ONAY) return statusBitOf(old) === ONAY ? CHANGES.onayRenewed : CHANGES.onayAfterRet;
  return statusBitOf(old) === ONAY ? CHANGES.retAfterOnay : CHANGES.retRepeated;
}
