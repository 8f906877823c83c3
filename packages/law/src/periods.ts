// Every period of the law as data, and when a period is over.

import type { Calendar } from './calendar.ts';
import type { Words } from './sentences.ts';
import { type Day, numberOfInstant, sameDayLater, startOfNumber } from './time.ts';

export type PeriodKey =
  | 'record-consent'
  | 'tell-consent-taken'
  | 'stop-after-refusal'
  | 'report-refusal'
  | 'complain'
  | 'answer-authority'
  | 'answer-complainant'
  | 'repeat-breach'
  | 'pay-fine-reduced'
  | 'challenge-fine'
  | 'fine-time-bar'
  | 'fine-time-bar-from-50000'
  | 'fine-time-bar-from-100000'
  | 'keep-consent-record'
  | 'keep-other-record'
  | 'keep-all-records'
  | 'answer-data-subject'
  | 'report-data-breach';

/**
 * How a length is counted. `business`, `calendar`, `month`, `year`: as in `Calendar`; a last day that is no business day
 * moves on, but not for a `year`: those rows say how long something is kept or counts, and nobody has to act on the last
 * day. `same-day`: by 24:00 of the Istanbul day of the event, whatever day it is. `hour`: from the second of the event.
 */
export type PeriodKind = 'business' | 'calendar' | 'month' | 'year' | 'same-day' | 'hour';

/** A: implement exactly. B: text of a law read, or two commentaries. C: believed; the registrar may change it. */
export type Certainty = 'A' | 'B' | 'C';

export interface Period {
  readonly key: PeriodKey;
  /** The article, in the abbreviations of law.md: L = law 6563, R = its regulation. */
  readonly article: string;
  readonly kind: PeriodKind;
  readonly length: number;
  /** Events from this day on; no row begins before law 6563 did (2015-05-01), however old its own law is. */
  readonly validFrom: Day;
  readonly mark: Certainty;
}

const LAW_6563: Day = '2015-05-01';
const REGULATION: Day = '2015-07-15';
const REGULATION_2020: Day = '2020-01-04';

/** Every period of the law as data; a change of the law is a further row of the same key with a later `validFrom`. */
export const PERIODS: ReadonlyArray<Period> = [
  // From the moment the consent was given; later it has no validity.
  {
    key: 'record-consent',
    article: 'L 11/5; R 7/11-12',
    kind: 'business',
    length: 3,
    validFrom: REGULATION_2020,
    mark: 'A',
  },
  // Electronic consent: the person is told the same day, at the consented address.
  { key: 'tell-consent-taken', article: 'R 7', kind: 'same-day', length: 0, validFrom: REGULATION, mark: 'B' },
  // From the moment the refusal reached the provider, both.
  { key: 'stop-after-refusal', article: 'L 8/3', kind: 'business', length: 3, validFrom: LAW_6563, mark: 'B' },
  { key: 'report-refusal', article: 'L 11/5; R 9', kind: 'business', length: 3, validFrom: REGULATION_2020, mark: 'B' },
  // From the message.
  { key: 'complain', article: 'R 14', kind: 'month', length: 3, validFrom: REGULATION, mark: 'C' },
  // Provider, intermediary and operator to the directorate, from notification.
  { key: 'answer-authority', article: 'R 15', kind: 'calendar', length: 15, validFrom: REGULATION, mark: 'C' },
  // The authority to the complainant, from the complaint.
  { key: 'answer-complainant', article: 'L 3071 art. 7', kind: 'calendar', length: 30, validFrom: LAW_6563, mark: 'B' },
  // From service of the fine: the same breach again costs twice.
  { key: 'repeat-breach', article: 'L 12/4', kind: 'year', length: 1, validFrom: LAW_6563, mark: 'B' },
  // From service of the fine, both.
  { key: 'pay-fine-reduced', article: 'L 5326 art. 17/6', kind: 'month', length: 1, validFrom: LAW_6563, mark: 'B' },
  { key: 'challenge-fine', article: 'L 5326 art. 27', kind: 'calendar', length: 15, validFrom: LAW_6563, mark: 'B' },
  // From the act; the length depends on the fine in lira.
  { key: 'fine-time-bar', article: 'L 5326 art. 20', kind: 'year', length: 3, validFrom: LAW_6563, mark: 'B' },
  {
    key: 'fine-time-bar-from-50000',
    article: 'L 5326 art. 20',
    kind: 'year',
    length: 4,
    validFrom: LAW_6563,
    mark: 'B',
  },
  {
    key: 'fine-time-bar-from-100000',
    article: 'L 5326 art. 20',
    kind: 'year',
    length: 5,
    validFrom: LAW_6563,
    mark: 'B',
  },
  // From the end of the consent's validity. One year in the text of 2015; the day of the change is probable (law.md 28).
  { key: 'keep-consent-record', article: 'R 13/2', kind: 'year', length: 1, validFrom: REGULATION, mark: 'C' },
  { key: 'keep-consent-record', article: 'R 13/2', kind: 'year', length: 3, validFrom: REGULATION_2020, mark: 'B' },
  // From the record's own date.
  { key: 'keep-other-record', article: 'R 13/2', kind: 'year', length: 1, validFrom: REGULATION, mark: 'C' },
  { key: 'keep-other-record', article: 'R 13/2', kind: 'year', length: 3, validFrom: REGULATION_2020, mark: 'B' },
  // From the act; stands above R 13/2: a record is erased after the later of both (law.md 28).
  { key: 'keep-all-records', article: 'L 11/3', kind: 'year', length: 10, validFrom: '2023-01-01', mark: 'B' },
  // From the request; article 13 came into force six months after law 6698 was published.
  {
    key: 'answer-data-subject',
    article: 'L 6698 art. 13/2',
    kind: 'calendar',
    length: 30,
    validFrom: '2016-10-07',
    mark: 'B',
  },
  // From the moment the breach became known, to the authority.
  {
    key: 'report-data-breach',
    article: 'L 6698 art. 12/5; Board 2019/10',
    kind: 'hour',
    length: 72,
    validFrom: '2019-01-24',
    mark: 'B',
  },
];

/** The rows of a period that have begun by a day, the newest first. */
export function periodsBegun(key: PeriodKey, day: Day, periods: ReadonlyArray<Period> = PERIODS): Period[] {
  return periods
    .filter((period) => period.key === key && period.validFrom <= day)
    .sort((one, other) => (one.validFrom < other.validFrom ? 1 : -1));
}

/** The row of a period that is in force for an event of this day, if one is. */
export function periodInForce(key: PeriodKey, day: Day, periods: ReadonlyArray<Period> = PERIODS): Period | undefined {
  return periodsBegun(key, day, periods)[0];
}

/** The epoch second at which a period is over (exclusive), for an event at `eventSeconds`. */
export function periodEnd(calendar: Calendar, period: Period, eventSeconds: number): number {
  switch (period.kind) {
    case 'business':
      return calendar.deadline(eventSeconds, period.length);
    case 'calendar':
      return calendar.calendarDeadline(eventSeconds, period.length);
    case 'month':
      return calendar.monthDeadline(eventSeconds, period.length);
    case 'year':
      return startOfNumber(sameDayLater(numberOfInstant(eventSeconds), period.length * 12) + 1);
    case 'same-day':
      return startOfNumber(numberOfInstant(eventSeconds) + 1);
    case 'hour':
      return eventSeconds + period.length * 3_600;
  }
}

/**
 * The other side of `periodEnd`: the earliest event whose period is not over at `nowSeconds`.
 * Throws a RangeError for a kind that no rule asks this of yet.
 */
export function firstInTime(calendar: Calendar, period: Period, nowSeconds: number): number {
  switch (period.kind) {
    case 'business':
      return calendar.firstAcceptableTime(nowSeconds, period.length);
    case 'calendar':
      return calendar.calendarFirstAcceptableTime(nowSeconds, period.length);
    default:
      throw new RangeError(`the earliest event of a period by ${period.kind} is not defined (${period.key})`);
  }
}

const UNITS: Readonly<Partial<Record<PeriodKind, Words>>> = {
  business: { tr: 'iş günü', en: 'business day' },
  calendar: { tr: 'gün', en: 'day' },
};

/** How long a period is, as a sentence says it: "3 iş günü", "3 business days". Throws as `firstInTime` does. */
export function inWords({ key, kind, length }: Period): Words {
  const unit = UNITS[kind];
  if (unit === undefined) throw new RangeError(`no words for a period by ${kind} (${key})`);
  return { tr: `${length} ${unit.tr}`, en: `${length} ${unit.en}${length === 1 ? '' : 's'}` };
}
