// Time in Istanbul: days, seconds, and how the contract writes them.
//
// All instants are epoch seconds. Turkish time is taken as UTC+3 throughout, without a time zone database: so it is
// since 2016, and so it was at the one older instant that matters, 2015-05-01 00:00:00 (HS_2015). In the winters of 2015
// and 2016 the wall clock showed an hour less; the official API writes those dates without daylight saving too.
//
// Days are counted from 1970-01-01 ("day number") wherever they are added to or compared; the package shows them as
// text alone. `parseTime` and `formatTime` run a thousand times a batch: they do integer arithmetic and remember one day
// each. Those memories hold nothing but values that the same call would compute again.

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

/** The date of a day number. */
export function dateOfNumber(dayNumber: number): DateParts {
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
export function weekdayOfNumber(dayNumber: number): number {
  return (((dayNumber + 4) % 7) + 7) % 7;
}

/** Throws a RangeError outside the years 0000 to 9999. */
export function textOfNumber(dayNumber: number): Day {
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

/** Throws a RangeError where `day` is not a day. */
export function numberOfDay(day: Day): number {
  const dayNumber = day.length === DAY_LENGTH ? numberOfText(day) : NOT_WRITTEN_SO;
  if (!Number.isFinite(dayNumber)) throw new RangeError(`Not a day (YYYY-MM-DD): ${JSON.stringify(day.slice(0, 32))}`);
  return dayNumber;
}

/** Number of the Istanbul day in which an instant lies. */
export function numberOfInstant(epochSeconds: number): number {
  return Math.floor((epochSeconds + ISTANBUL_OFFSET) / SECONDS_PER_DAY);
}

/** Epoch second at which a day begins in Istanbul. */
export function startOfNumber(dayNumber: number): number {
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

/** The day of the same number so many months later, else that month's last day. */
export function sameDayLater(dayNumber: number, months: number): number {
  const { year, month, day } = dateOfNumber(dayNumber);
  const monthIndex = month - 1 + months;
  const laterYear = year + Math.floor(monthIndex / 12);
  const laterMonth = (monthIndex % 12) + 1;
  return numberOfDate(laterYear, laterMonth, Math.min(day, daysInMonth(laterYear, laterMonth)));
}
