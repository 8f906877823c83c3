// The rules of form of one consent as it arrives on the wire: every fault of the item is collected
// (official API, rule table). What passes becomes a Statement for `judge`. On the hot path: a thousand items
// a batch, so nothing is allocated but the statement and the faults.

import { email, kindOfAddress, telephone } from './addresses.ts';
import type { Calendar } from './calendar.ts';
import type { ErrorCode } from './errors.ts';
import type { Statement, Strictness } from './judge.ts';
import { firstInTime, inWords, PERIODS, type Period, periodsBegun } from './periods.ts';
import type { SentenceValues } from './sentences.ts';
import { istanbulDay, parseTime, startOfDay } from './time.ts';
import {
  BIREYSEL,
  CHANNELS,
  EPOSTA,
  kindOf,
  mayStateBy,
  NO_SOURCE,
  ONAY,
  providerSourceNumber,
  RECIPIENT_TYPES,
  RET,
  SOURCE_NUMBERS,
  type Source,
  type StatusBit,
  TACIR,
} from './vocabulary.ts';

/** 2015-05-01 00:00:00 Istanbul, the day law 6563 came into force: no consent is older. */
export const FIRST_CONSENT_TIME = Date.UTC(2015, 3, 30, 21) / 1000;

/**
 * From when on a consent may be given to be recorded now, by the rows of the law that have begun, the newest first
 * (law.md, rule 3; law 6563 art. 11/5). A change of the law leaves what was given before it under the row before.
 */
export type EarliestConsentTime = readonly {
  /** The row is about consents given from this moment on; the oldest row about all that came before it, too. */
  readonly since: number;
  /** Given before this moment, they are too old. */
  readonly earliest: number;
  readonly period: Period;
}[];

/** Throws a RangeError where a row in force is of a kind that `firstInTime` does not know. */
export function earliestConsentTime(
  calendar: Calendar,
  now: number,
  periods: readonly Period[] = PERIODS,
): EarliestConsentTime {
  return periodsBegun('record-consent', istanbulDay(now), periods).map((period, at, { length }) => ({
    since: at === length - 1 ? FIRST_CONSENT_TIME : startOfDay(period.validFrom),
    earliest: firstInTime(calendar, period, now),
    period,
  }));
}

/** Retailers who may see one consent (schema `Consent`, maxItems). */
export const RETAILER_ACCESS_MAX = 3000;
/** Faults told of one item: an item with more is no honest mistake, and the answer must not outgrow the question. */
export const FAULTS_TOLD_MAX = 50;
/** A retailer's number has eight digits. */
export const RETAILER_CODE_MIN = 10_000_000;
export const RETAILER_CODE_MAX = 99_999_999;

/** A fault of form. `location` and `value` are shown to the caller as the contract shows them. */
export interface FormFault {
  readonly code: ErrorCode;
  readonly location: readonly (string | number)[];
  readonly value?: unknown;
  readonly didYouMean?: string;
  /** What fills the placeholders of its sentence. */
  readonly values?: SentenceValues;
}

export interface FormContext {
  /** The moment of receipt, epoch seconds. */
  readonly now: number;
  /** `earliestConsentTime` at this moment. */
  readonly earliest: EarliestConsentTime;
  /** HS_2015 is exempt from H467 while the provider's historic load is open. */
  readonly historicLoadOpen: boolean;
  readonly strictness: Strictness;
}

export interface CheckedForm {
  /** Null when a fault of form stands against it; given beside the fault where its age (H467) is the only one. */
  readonly statement: Statement | null;
  /** Undefined: the list of retailers stays as it is. */
  readonly retailerAccess: readonly number[] | undefined;
  readonly faults: readonly FormFault[];
}

const NO_FAULTS: readonly FormFault[] = [];
const KEYS = new Set([
  'recipient',
  'type',
  'source',
  'status',
  'consentDate',
  'recipientType',
  'retailerCode',
  'retailerAccess',
]);
/** The keys a consent may have, as the contract lists them (H118). */
export const CONSENT_KEYS: readonly string[] = [...KEYS];

const channelNumbers = new Map<unknown, number>(CHANNELS.map((name, index) => [name, index]));
const recipientTypeNumbers = new Map<unknown, number>(RECIPIENT_TYPES.map((name, index) => [name, index]));

/** Number of a channel's name, or undefined. */
export function channelNumber(name: unknown): number | undefined {
  return channelNumbers.get(name);
}
/** Number of a recipient type's name, or undefined. */
export function recipientTypeNumber(name: unknown): number | undefined {
  return recipientTypeNumbers.get(name);
}

/** How a wire value that must be a retailer's number reads: the number, or undefined. Strings are accepted. */
export function retailerNumber(value: unknown): number | undefined {
  const number = typeof value === 'string' && /^\d{8}$/.test(value) ? Number(value) : value;
  return typeof number === 'number' &&
    Number.isInteger(number) &&
    number >= RETAILER_CODE_MIN &&
    number <= RETAILER_CODE_MAX
    ? number
    : undefined;
}

export type CheckedAddress =
  | { readonly ok: true; readonly address: string }
  | {
      readonly ok: false;
      readonly fault: 'email' | 'telephone' | 'telephone-too-long' | 'other-kind';
      readonly didYouMean?: string;
    };

/** The address of a consent in normal form, by channel: e-mail for EPOSTA, E.164 for ARAMA and MESAJ. */
export function checkAddress(value: unknown, channel: number): CheckedAddress {
  const text = typeof value === 'string' ? value : '';
  if (channel === EPOSTA) {
    const mail = email(text);
    if (mail.ok) return { ok: true, address: mail.address };
    if (kindOfAddress(text) === 'telephone') return { ok: false, fault: 'other-kind' };
    return { ok: false, fault: 'email', ...(mail.didYouMean && { didYouMean: mail.didYouMean }) };
  }
  const number = telephone(text);
  if (number.ok) return { ok: true, address: number.e164 };
  if (kindOfAddress(text) === 'email') return { ok: false, fault: 'other-kind' };
  return {
    ok: false,
    fault: number.fault === 'too-long' ? 'telephone-too-long' : 'telephone',
    ...(number.didYouMean && { didYouMean: number.didYouMean }),
  };
}

/**
 * Checks one consent of the official contract. All faults are collected, in the order of its fields.
 * @param raw the parsed JSON value of the item, an object
 */
export function checkForm(raw: Readonly<Record<string, unknown>>, context: FormContext): CheckedForm {
  let faults: FormFault[] | null = null;
  const fault = (
    code: ErrorCode,
    field: string | readonly [string, number],
    value?: unknown,
    didYouMean?: string,
    values?: SentenceValues,
  ): void => {
    faults ??= [];
    if (faults.length >= FAULTS_TOLD_MAX) return;
    faults.push({
      code,
      location: typeof field === 'string' ? [field] : field,
      ...(value !== undefined && { value }),
      ...(didYouMean !== undefined && { didYouMean }),
      ...(values !== undefined && { values }),
    });
  };

  const channel = channelNumbers.get(raw.type);
  if (channel === undefined) {
    if (raw.type === undefined || raw.type === null) fault('H111', 'type');
    else fault('H117', 'type', raw.type);
  }

  let recipientType: number | undefined = BIREYSEL;
  if (raw.recipientType !== undefined) {
    recipientType = recipientTypeNumbers.get(raw.recipientType);
    if (recipientType === undefined) fault('H116', 'recipientType', raw.recipientType);
  }
  const merchant = recipientType === TACIR;

  let status: StatusBit | undefined;
  if (raw.status === 'ONAY') status = ONAY;
  else if (raw.status === 'RET') status = RET;
  else if (raw.status === undefined || raw.status === null) fault('H110', 'status');
  else fault('H115', 'status', raw.status);

  let source: number | undefined;
  if (raw.source === undefined || raw.source === null) {
    if (!merchant) fault('H113', 'source');
    else source = NO_SOURCE;
  } else {
    source = typeof raw.source === 'string' ? providerSourceNumber(raw.source) : undefined;
    if (source === undefined) fault('H119', 'source', raw.source);
    else if (status === ONAY && !mayStateBy(raw.source as Source, 'ONAY')) fault('H408', 'status', raw.status);
  }

  let address = '';
  if (raw.recipient === undefined || raw.recipient === null) fault('H114', 'recipient');
  else if (channel !== undefined) {
    const checked = checkAddress(raw.recipient, channel);
    if (checked.ok) address = checked.address;
    else if (checked.fault === 'other-kind') fault('H464', 'recipient', raw.recipient);
    else if (checked.fault === 'email') fault('H120', 'recipient', raw.recipient, checked.didYouMean);
    else {
      if (checked.fault === 'telephone-too-long') fault('H160', 'recipient', raw.recipient);
      fault('H121', 'recipient', raw.recipient, checked.didYouMean);
    }
  }

  let consentedAt: number | null = null;
  if (raw.consentDate === undefined || raw.consentDate === null) {
    if (!merchant) fault('H112', 'consentDate');
  } else {
    const time = typeof raw.consentDate === 'string' ? parseTime(raw.consentDate) : { fault: 'format' as const };
    if ('fault' in time) fault(time.fault === 'format' ? 'H158' : 'H157', 'consentDate', raw.consentDate);
    else {
      consentedAt = time.seconds;
      if (consentedAt < FIRST_CONSENT_TIME) fault('H156', 'consentDate', raw.consentDate);
      if (source === SOURCE_NUMBERS.HS_2015 && consentedAt !== FIRST_CONSENT_TIME)
        fault('H155', 'consentDate', raw.consentDate);
      if (consentedAt > context.now) fault('H162', 'consentDate', raw.consentDate);
      const over = periodOver({ consentedAt, source, status }, context);
      if (over) fault('H467', 'consentDate', raw.consentDate, undefined, { period: inWords(over) });
    }
  }

  let retailer: number | null = null;
  if (raw.retailerCode !== undefined) {
    if (raw.retailerCode === null) fault('H266', 'retailerCode');
    else if (raw.retailerCode === '') fault('H267', 'retailerCode');
    else {
      const number = retailerNumber(raw.retailerCode);
      if (number === undefined) fault('H180', 'retailerCode', raw.retailerCode);
      else retailer = number;
    }
  }

  let retailerAccess: number[] | undefined;
  if (raw.retailerAccess !== undefined) {
    retailerAccess = checkRetailerAccess(raw.retailerAccess, fault);
  }

  for (const key in raw) if (!KEYS.has(key)) fault('H118', key, raw[key]);

  if (
    (faults !== null && !isOnlyTooOld(faults)) ||
    channel === undefined ||
    recipientType === undefined ||
    status === undefined ||
    source === undefined
  )
    return { statement: null, retailerAccess: undefined, faults: faults ?? NO_FAULTS };
  return {
    statement: { kind: kindOf(channel, recipientType), address, status, source, consentedAt, retailer },
    retailerAccess,
    faults: faults ?? NO_FAULTS,
  };
}

/**
 * The period that was over before the statement arrived, if one was (H467; law.md, rule 3). Never against a refusal at a
 * welcoming door (rule 12); what is older than law 6563 has faults of its own.
 */
export function periodOver(
  {
    consentedAt,
    source,
    status,
  }: { consentedAt: number | null; source: number | undefined; status: number | undefined },
  context: FormContext,
): Period | undefined {
  if (consentedAt === null) return undefined;
  const row = context.earliest.find(({ since }) => consentedAt >= since);
  if (row === undefined || consentedAt >= row.earliest) return undefined;
  if (source === SOURCE_NUMBERS.HS_2015 && (context.historicLoadOpen || consentedAt !== FIRST_CONSENT_TIME))
    return undefined;
  if (status === RET && context.strictness === 'welcoming') return undefined;
  return row.period;
}

function checkRetailerAccess(
  value: unknown,
  fault: (code: ErrorCode, field: string | readonly [string, number], value?: unknown) => void,
): number[] | undefined {
  if (!Array.isArray(value) || value.length === 0) {
    fault('H163', 'retailerAccess', value);
    return undefined;
  }
  if (value.length > RETAILER_ACCESS_MAX) {
    fault('H126', 'retailerAccess', value);
    return undefined;
  }
  const list: number[] = [];
  const seen = new Set<number>();
  for (const [index, entry] of value.entries()) {
    const number = retailerNumber(entry);
    if (number === undefined) {
      fault('H180', ['retailerAccess', index], entry);
      continue;
    }
    if (seen.has(number)) fault('H193', ['retailerAccess', index], entry);
    seen.add(number);
    list.push(number);
  }
  return list;
}

/**
 * Turned away for its age alone: a refusal in this case is withheld, not lost (architecture, "Refusals are
 * welcome"), and a V2 repeat of what is stored already is still answered with what is stored.
 */
export function isOnlyTooOld(faults: readonly FormFault[]): boolean {
  return faults.length > 0 && faults.every((fault) => fault.code === 'H467');
}
