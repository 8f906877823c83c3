/**
 * Time as the law counts it: Istanbul days, business days, and the end of every period.
 *
 * Promises: no clock of its own (the caller gives every instant, as epoch seconds), no time zone database, and an
 * answer for every year. Turkish time is taken as UTC+3 throughout: so it is since 2016, and so it was at the one older
 * instant that matters, 2015-05-01 00:00:00 (HS_2015). In the winters of 2015 and 2016 the wall clock showed an hour
 * less; the official API writes those dates without daylight saving too.
 *
 * Holidays are data. A feast whose day is announced but not confirmed by the registrar is marked `forecast`, and
 * `isForecast` says when an answer rests on one, or lies in a year of which the data holds no feasts: weekends and
 * holidays of fixed date still count there. What the law leaves open (half days, bridge days) is a policy.
 *
 * `parseTime`, `formatTime` and `firstAcceptableTime` run a thousand times a batch: they do integer arithmetic and
 * remember one day each. Those memories hold nothing but values that the same call would compute again.
 */

/** A day in Istanbul, `YYYY-MM-DD`. */
export type Day = string;

const SECONDS_PER_DAY = 86_400;
/** UTC+3: see the head of this file. */
const ISTANBUL_OFFSET = 3 * 3_600;
/** Days from 0000-01-01 to 1970-01-01: `YYYY` can write nothing earlier than the former. */
const FIRST_DAY_NUMBER = -719_528;
/** Days from 1970-01-01 to 9999-12-31: `YYYY` can write nothing later. */
const LAST_DAY_NUMBER = 2_932_896;

const ZERO = 48;
const HYPHEN = 45;
const COLON = 58;
const SPACE = 32;
const DAY_LENGTH = 10;
const TIME_LENGTH = 19;

const TWO_DIGITS: ReadonlyArray<string> = Array.from({ length: 100 }, (_, n) => String(n).padStart(2, '0'));

function isLeapYear(year: number): boolean {
  return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
}

function daysInMonth(year: number, month: number): number {
  if (month === 2) return isLeapYear(year) ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}

/** Days since 1970-01-01 of a date of the Gregorian calendar: years are counted from March, so that 29 February ends one. */
function numberOfDate(year: number, month: number, day: number): number {
  const y = month <= 2 ? year - 1 : year;
  const era = Math.floor(y / 400);
  const yearOfEra = y - era * 400;
  const dayOfYear = Math.floor((153 * (month > 2 ? month - 3 : month + 9) + 2) / 5) + day - 1;
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  return era * 146_097 + dayOfEra - 719_468;
}

interface DateParts {
  readonly year: number;
  readonly month: number;
  readonly day: number;
}

function dateOfNumber(dayNumber: number): DateParts {
  const shifted = dayNumber + 719_468;
  const era = Math.floor(shifted / 146_097);
  const dayOfEra = shifted - era * 146_097;
  const yearOfEra = Math.floor(
    (dayOfEra - Math.floor(dayOfEra / 1_460) + Math.floor(dayOfEra / 36_524) - Math.floor(dayOfEra / 146_096)) / 365,
  );
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const shiftedMonth = Math.floor((5 * dayOfYear + 2) / 153);
  const day = dayOfYear - Math.floor((153 * shiftedMonth + 2) / 5) + 1;
  const month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9;
  return { year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day };
}

/** 0 = Sunday … 6 = Saturday. 1970-01-01 was a Thursday. */
function weekdayOfNumber(dayNumber: number): number {
  return (((dayNumber + 4) % 7) + 7) % 7;
}

function textOfNumber(dayNumber: number): Day {
  if (!(dayNumber >= FIRST_DAY_NUMBER && dayNumber <= LAST_DAY_NUMBER)) {
    throw new RangeError('A day outside the years 0000 to 9999 cannot be written.');
  }
  const { year, month, day } = dateOfNumber(dayNumber);
  const century = TWO_DIGITS[Math.floor(year / 100)];
  return `${century}${TWO_DIGITS[year % 100]}-${TWO_DIGITS[month]}-${TWO_DIGITS[day]}`;
}

/** Two digits of `text` at `at`; negative or above 99 where they are not digits. */
function twoDigitsAt(text: string, at: number): number {
  const tens = text.charCodeAt(at) - ZERO;
  const ones = text.charCodeAt(at + 1) - ZERO;
  return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? tens * 10 + ones : -1;
}

const NOT_WRITTEN_SO = -Infinity;
const NO_SUCH_DAY = Infinity;

/** Day number of the first ten characters, NOT_WRITTEN_SO or NO_SUCH_DAY. */
function numberOfText(text: string): number {
  const century = twoDigitsAt(text, 0);
  const yearOfCentury = twoDigitsAt(text, 2);
  const month = twoDigitsAt(text, 5);
  const day = twoDigitsAt(text, 8);
  if (century < 0 || yearOfCentury < 0 || month < 0 || day < 0) return NOT_WRITTEN_SO;
  if (text.charCodeAt(4) !== HYPHEN || text.charCodeAt(7) !== HYPHEN) return NOT_WRITTEN_SO;
  const year = century * 100 + yearOfCentury;
  if (month < 1 || month > 12 || day < 1 || day > daysInMonth(year, month)) return NO_SUCH_DAY;
  return numberOfDate(year, month, day);
}

function numberOfDay(day: Day): number {
  const dayNumber = day.length === DAY_LENGTH ? numberOfText(day) : NOT_WRITTEN_SO;
  if (!Number.isFinite(dayNumber)) throw new RangeError(`Not a day (YYYY-MM-DD): ${JSON.stringify(day.slice(0, 32))}`);
  return dayNumber;
}

function numberOfInstant(epochSeconds: number): number {
  return Math.floor((epochSeconds + ISTANBUL_OFFSET) / SECONDS_PER_DAY);
}

function startOfNumber(dayNumber: number): number {
  return dayNumber * SECONDS_PER_DAY - ISTANBUL_OFFSET;
}

/** Whether `text` is a possible day, written `YYYY-MM-DD`. */
export function isDay(text: string): boolean {
  return text.length === DAY_LENGTH && Number.isFinite(numberOfText(text));
}

/** The Istanbul day in which an instant lies. Throws a RangeError outside the years 0000 to 9999. */
export function istanbulDay(epochSeconds: number): Day {
  return textOfNumber(numberOfInstant(epochSeconds));
}

/** Epoch second at which a day begins in Istanbul (00:00:00). Throws a RangeError where `day` is not a day. */
export function startOfDay(day: Day): number {
  return startOfNumber(numberOfDay(day));
}

let formattedDayNumber = 0;
let formattedDay: Day = '1970-01-01';

/**
 * `YYYY-MM-DD HH:mm:ss` in Turkish time; parts of a second are dropped.
 * Throws a RangeError outside the years 0000 to 9999.
 */
export function formatTime(epochSeconds: number): string {
  const local = Math.floor(epochSeconds) + ISTANBUL_OFFSET;
  const dayNumber = Math.floor(local / SECONDS_PER_DAY);
  if (dayNumber !== formattedDayNumber) {
    formattedDay = textOfNumber(dayNumber);
    formattedDayNumber = dayNumber;
  }
  const secondOfDay = local - dayNumber * SECONDS_PER_DAY;
  const hour = TWO_DIGITS[Math.floor(secondOfDay / 3_600)];
  const minute = TWO_DIGITS[Math.floor(secondOfDay / 60) % 60];
  return `${formattedDay} ${hour}:${minute}:${TWO_DIGITS[secondOfDay % 60]}`;
}

/** Why a text is no time: not written `YYYY-MM-DD HH:mm:ss`, or written so and naming no moment (30 February, 24:00:00). */
export type TimeFault = 'format' | 'impossible';

const FORMAT_FAULT: { readonly fault: TimeFault } = { fault: 'format' };
const IMPOSSIBLE_FAULT: { readonly fault: TimeFault } = { fault: 'impossible' };

let parsedDay: Day = '1970-01-01';
let parsedDayStart = startOfNumber(0);

/** Reads `YYYY-MM-DD HH:mm:ss` as Turkish time: exactly these nineteen characters, no others. */
export function parseTime(text: string): { seconds: number } | { fault: TimeFault } {
  if (text.length !== TIME_LENGTH || text.charCodeAt(10) !== SPACE) return FORMAT_FAULT;
  if (text.charCodeAt(13) !== COLON || text.charCodeAt(16) !== COLON) return FORMAT_FAULT;
  const hour = twoDigitsAt(text, 11);
  const minute = twoDigitsAt(text, 14);
  const second = twoDigitsAt(text, 17);
  if (hour < 0 || minute < 0 || second < 0) return FORMAT_FAULT;
  if (!text.startsWith(parsedDay)) {
    const dayNumber = numberOfText(text);
    if (dayNumber === NOT_WRITTEN_SO) return FORMAT_FAULT;
    if (dayNumber === NO_SUCH_DAY) return IMPOSSIBLE_FAULT;
    parsedDay = text.slice(0, DAY_LENGTH);
    parsedDayStart = startOfNumber(dayNumber);
  }
  if (hour > 23 || minute > 59 || second > 59) return IMPOSSIBLE_FAULT;
  return { seconds: parsedDayStart + hour * 3_600 + minute * 60 + second };
}

// ---------------------------------------------------------------------------------------------------------- holidays

/** `confirmed`: in force. `forecast`: announced ahead; the registrar confirms it, and it may yet move by a day. */
export type HolidayStatus = 'confirmed' | 'forecast';

export interface Names {
  readonly tr: string;
  readonly en: string;
}

/** A holiday that has the same date each year. */
export interface FixedHoliday {
  readonly month: number;
  readonly day: number;
  /** From 13:00 only. */
  readonly half: boolean;
  /** The first year in which it is a holiday, where that is later than law 6563 (2015). */
  readonly since?: number;
  readonly names: Names;
  readonly article: string;
}

export type FeastName = 'ramazan' | 'kurban';

/** One year's religious feast, by its first whole day; the eve is a half day. */
export interface Feast {
  readonly feast: FeastName;
  readonly firstDay: Day;
  readonly status: HolidayStatus;
}

export interface Holidays {
  readonly fixed: ReadonlyArray<FixedHoliday>;
  readonly feasts: ReadonlyArray<Feast>;
}

/** Whole days of each feast, names and article (law 2429 art. 2/B: each from 13:00 of the eve, 3.5 and 4.5 days). */
export const FEASTS: Readonly<
  Record<FeastName, { readonly days: number; readonly names: Names; readonly article: string }>
> = {
  ramazan: { days: 3, names: { tr: 'Ramazan Bayramı', en: 'Ramadan Feast' }, article: 'L 2429 art. 2/B-1' },
  kurban: { days: 4, names: { tr: 'Kurban Bayramı', en: 'Feast of Sacrifice' }, article: 'L 2429 art. 2/B-2' },
};

/** The holidays of law 2429. Feasts from 2027 on are announced ahead, not confirmed. */
export const HOLIDAYS: Holidays = {
  fixed: [
    { month: 1, day: 1, half: false, names: { tr: 'Yılbaşı', en: "New Year's Day" }, article: 'L 2429 art. 2/C' },
    {
      month: 4,
      day: 23,
      half: false,
      names: { tr: 'Ulusal Egemenlik ve Çocuk Bayramı', en: "National Sovereignty and Children's Day" },
      article: 'L 2429 art. 2/A-1',
    },
    {
      month: 5,
      day: 1,
      half: false,
      names: { tr: 'Emek ve Dayanışma Günü', en: 'Labour and Solidarity Day' },
      article: 'L 2429 art. 2/C',
    },
    {
      month: 5,
      day: 19,
      half: false,
      names: { tr: 'Atatürk’ü Anma, Gençlik ve Spor Bayramı', en: 'Commemoration of Atatürk, Youth and Sports Day' },
      article: 'L 2429 art. 2/A-2',
    },
    {
      month: 7,
      day: 15,
      half: false,
      // Law 6751, RG 29.10.2016/29872: the first 15 July that it covers is that of 2017.
      since: 2017,
      names: { tr: 'Demokrasi ve Millî Birlik Günü', en: 'Democracy and National Unity Day' },
      article: 'L 2429 art. 2/C',
    },
    { month: 8, day: 30, half: false, names: { tr: 'Zafer Bayramı', en: 'Victory Day' }, article: 'L 2429 art. 2/A-3' },
    {
      month: 10,
      day: 28,
      half: true,
      names: { tr: 'Cumhuriyet Bayramı arifesi', en: 'Eve of Republic Day' },
      article: 'L 2429 art. 1',
    },
    {
      month: 10,
      day: 29,
      half: false,
      names: { tr: 'Cumhuriyet Bayramı', en: 'Republic Day' },
      article: 'L 2429 art. 1',
    },
  ],
  feasts: [
    { feast: 'ramazan', firstDay: '2024-04-10', status: 'confirmed' },
    { feast: 'kurban', firstDay: '2024-06-16', status: 'confirmed' },
    { feast: 'ramazan', firstDay: '2025-03-30', status: 'confirmed' },
    { feast: 'kurban', firstDay: '2025-06-06', status: 'confirmed' },
    { feast: 'ramazan', firstDay: '2026-03-20', status: 'confirmed' },
    { feast: 'kurban', firstDay: '2026-05-27', status: 'confirmed' },
    { feast: 'ramazan', firstDay: '2027-03-09', status: 'forecast' },
    { feast: 'kurban', firstDay: '2027-05-16', status: 'forecast' },
    { feast: 'ramazan', firstDay: '2028-02-26', status: 'forecast' },
    { feast: 'kurban', firstDay: '2028-05-05', status: 'forecast' },
    { feast: 'ramazan', firstDay: '2029-02-14', status: 'forecast' },
    { feast: 'kurban', firstDay: '2029-04-24', status: 'forecast' },
    { feast: 'ramazan', firstDay: '2030-02-04', status: 'forecast' },
    { feast: 'kurban', firstDay: '2030-04-13', status: 'forecast' },
  ],
};

/** What the law leaves open; the registrar decides it. */
export interface CalendarPolicy {
  /** Whether a half day (28 October, the eve of a feast) counts. True: the period ends earlier, the stricter reading. */
  readonly halfDayIsBusinessDay: boolean;
  /** Days of administrative leave (idari izin) that the registrar took out of the business days. */
  readonly bridgeDays: ReadonlyArray<Day>;
}

/** Half days count; no bridge day is taken out (decrees on leave bind public bodies and are not in law 2429). */
export const DEFAULT_CALENDAR_POLICY: CalendarPolicy = { halfDayIsBusinessDay: true, bridgeDays: [] };

/** A holiday on a certain day, as it is shown to people. */
export interface HolidayOfDay {
  readonly names: Names;
  readonly half: boolean;
  readonly article: string;
  readonly status: HolidayStatus;
}

/**
 * Business days and periods. All instants are epoch seconds; a deadline is exclusive: the second at which the period is
 * over, 24:00 of its last day. Every method that takes a `Day` throws a RangeError where it is none.
 */
export interface Calendar {
  /** Not Saturday, Sunday, a holiday of law 2429 or a bridge day (TBK 93; R speaks of iş günü without defining it). */
  isBusinessDay(day: Day): boolean;
  /** Whether `isBusinessDay(day)` rests on a feast not yet confirmed, or lies in a year without data. */
  isForecast(day: Day): boolean;
  /** The same for any day from `from` to `to`, both included: ask it for the days of a period. */
  isForecastBetween(from: Day, to: Day): boolean;
  /** The holiday of law 2429 on this day, if any; a whole one before a half one, a feast before a fixed date. */
  holidayOn(day: Day): HolidayOfDay | undefined;
  /** The n-th business day after `day` (before it where n is negative); `day` itself for 0. */
  addBusinessDays(day: Day, n: number): Day;
  /** Last day of a period of business days: the day of the event is not counted (TBK 92). */
  lastDayFor(eventSeconds: number, businessDays: number): Day;
  /** End of a period of business days. */
  deadline(eventSeconds: number, businessDays: number): number;
  /**
   * The earliest event whose period of so many business days is not over at `nowSeconds`:
   * `deadline(t, n) > now` exactly where `t >= firstAcceptableTime(now, n)`. It is always the beginning of a day.
   */
  firstAcceptableTime(nowSeconds: number, businessDays: number): number;
  /** End of a period of calendar days; a last day that is no business day moves to the next one (TBK 92, 93). */
  calendarDeadline(eventSeconds: number, days: number): number;
  /**
   * End of a period of months: the day of the same number, else the month's last (TBK 92); a last day that is no
   * business day moves to the next one (TBK 93).
   */
  monthDeadline(eventSeconds: number, months: number): number;
}

/** "May differ by a day" (law.md section 6): an unconfirmed feast makes its neighbours uncertain by as much. */
const FORECAST_MARGIN_DAYS = 1;

function assertCount(n: number): void {
  if (!Number.isSafeInteger(n) || n < 0) throw new RangeError('The length of a period is a whole number, not below 0.');
}

/** Makes a calendar from data and policy. Throws a RangeError where a day in them is none. */
export function makeCalendar(holidays: Holidays, policy: CalendarPolicy): Calendar {
  const bridges = new Set(policy.bridgeDays.map(numberOfDay));
  const fixedByDate = new Map<number, FixedHoliday>();
  for (const fixed of holidays.fixed) fixedByDate.set(fixed.month * 100 + fixed.day, fixed);

  const feastByDay = new Map<number, HolidayOfDay>();
  const uncertain = new Set<number>();
  const feastsOfYear = new Map<number, Set<FeastName>>();
  for (const { feast, firstDay, status } of holidays.feasts) {
    const first = numberOfDay(firstDay);
    const { days, names, article } = FEASTS[feast];
    const eve: HolidayOfDay = {
      names: { tr: `${names.tr} arifesi`, en: `Eve of the ${names.en}` },
      half: true,
      article,
      status,
    };
    // A whole day wins where the eve of one feast would fall on another's day: only wrong data could bring it.
    if (!feastByDay.has(first - 1)) feastByDay.set(first - 1, eve);
    for (let n = 0; n < days; n++) feastByDay.set(first + n, { names, half: false, article, status });
    if (status === 'forecast') {
      for (let n = -1 - FORECAST_MARGIN_DAYS; n < days + FORECAST_MARGIN_DAYS; n++) uncertain.add(first + n);
    }
    const { year } = dateOfNumber(first);
    feastsOfYear.set(year, (feastsOfYear.get(year) ?? new Set()).add(feast));
  }

  function fixedOn(dayNumber: number): FixedHoliday | undefined {
    const { year, month, day } = dateOfNumber(dayNumber);
    const fixed = fixedByDate.get(month * 100 + day);
    return fixed === undefined || year < (fixed.since ?? year) ? undefined : fixed;
  }

  function closes(holiday: { readonly half: boolean } | undefined): boolean {
    return holiday !== undefined && !(holiday.half && policy.halfDayIsBusinessDay);
  }

  /** Closed whatever the feasts may be. */
  function isClosedAnyway(dayNumber: number): boolean {
    const weekday = weekdayOfNumber(dayNumber);
    return weekday === 0 || weekday === 6 || bridges.has(dayNumber) || closes(fixedOn(dayNumber));
  }

  function isBusiness(dayNumber: number): boolean {
    return !isClosedAnyway(dayNumber) && !closes(feastByDay.get(dayNumber));
  }

  function isForecastNumber(dayNumber: number): boolean {
    // Every year has at least one of each feast: a year that lacks one is not wholly known.
    if (feastsOfYear.get(dateOfNumber(dayNumber).year)?.size !== 2) return true;
    return uncertain.has(dayNumber) && !isClosedAnyway(dayNumber);
  }

  function step(dayNumber: number, n: number): number {
    if (!Number.isSafeInteger(n)) throw new RangeError('A number of business days is a whole number.');
    const direction = n < 0 ? -1 : 1;
    let at = dayNumber;
    for (let left = Math.abs(n); left > 0; ) {
      at += direction;
      if (isBusiness(at)) left--;
    }
    return at;
  }

  function rolled(dayNumber: number): number {
    let at = dayNumber;
    while (!isBusiness(at)) at++;
    return at;
  }

  let acceptableFor = { dayNumber: Number.NaN, businessDays: 0, first: 0 };

  return {
    isBusinessDay: (day) => isBusiness(numberOfDay(day)),
    isForecast: (day) => isForecastNumber(numberOfDay(day)),
    isForecastBetween(from, to) {
      const last = numberOfDay(to);
      for (let at = numberOfDay(from); at <= last; at++) if (isForecastNumber(at)) return true;
      return false;
    },
    holidayOn(day) {
      const dayNumber = numberOfDay(day);
      const feast = feastByDay.get(dayNumber);
      const fixed = fixedOn(dayNumber);
      if (fixed === undefined || feast?.half === false) return feast;
      if (feast !== undefined && fixed.half) return feast;
      return { names: fixed.names, half: fixed.half, article: fixed.article, status: 'confirmed' };
    },
    addBusinessDays: (day, n) => textOfNumber(step(numberOfDay(day), n)),
    lastDayFor(eventSeconds, businessDays) {
      assertCount(businessDays);
      return textOfNumber(step(numberOfInstant(eventSeconds), businessDays));
    },
    deadline(eventSeconds, businessDays) {
      assertCount(businessDays);
      return startOfNumber(step(numberOfInstant(eventSeconds), businessDays) + 1);
    },
    firstAcceptableTime(nowSeconds, businessDays) {
      const today = numberOfInstant(nowSeconds);
      if (acceptableFor.dayNumber !== today || acceptableFor.businessDays !== businessDays) {
        assertCount(businessDays);
        // Event day D is in time while fewer than n business days lie strictly between D and today (day n may be today
        // itself): the earliest such D is the n-th business day before today.
        acceptableFor = { dayNumber: today, businessDays, first: startOfNumber(step(today, -businessDays)) };
      }
      return acceptableFor.first;
    },
    calendarDeadline(eventSeconds, days) {
      assertCount(days);
      return startOfNumber(rolled(numberOfInstant(eventSeconds) + days) + 1);
    },
    monthDeadline(eventSeconds, months) {
      assertCount(months);
      return startOfNumber(rolled(sameDayLater(numberOfInstant(eventSeconds), months)) + 1);
    },
  };
}

/** The day of the same number so many months later, else that month's last day. */
function sameDayLater(dayNumber: number, months: number): number {
  const { year, month, day } = dateOfNumber(dayNumber);
  const monthIndex = month - 1 + months;
  const laterYear = year + Math.floor(monthIndex / 12);
  const laterMonth = (monthIndex % 12) + 1;
  return numberOfDate(laterYear, laterMonth, Math.min(day, daysInMonth(laterYear, laterMonth)));
}

// ----------------------------------------------------------------------------------------------------------- periods

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

/** The row of a period that is in force for an event of this day, if one is. */
export function periodInForce(key: PeriodKey, day: Day, periods: ReadonlyArray<Period> = PERIODS): Period | undefined {
  let found: Period | undefined;
  for (const period of periods) {
    if (period.key !== key || period.validFrom > day) continue;
    if (found === undefined || period.validFrom >= found.validFrom) found = period;
  }
  return found;
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
