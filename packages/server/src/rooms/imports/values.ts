// What people write into the cells of a consent, read into the contract's spelling: words, addresses, dates. What cannot
// be read stays as it is, for the rules of form (`packages/law`) to name its fault; nothing is guessed.

import {
  CHANNELS,
  email,
  FIRST_CONSENT_TIME,
  formatTime,
  kindOfAddress,
  normaliseTelephone,
  PROVIDER_SOURCES,
  RECIPIENT_TYPES,
  STATUSES,
  startOfDay,
} from '@acik-iys/law';
import type { Cell } from './table.ts';
import type { ImportCode } from './words.ts';

/** A value as it goes to the rules of form, or a fault of this room. */
export type Read = { readonly value: string } | { readonly fault: ImportCode };

// --------------------------------------------------------------------------------------------------------------- words

/** Letters and digits alone, in lower case, Turkish letters as their Latin neighbours: "E-Posta" and "eposta" agree. */
export function fold(text: string): string {
  return text
    .toLocaleLowerCase('tr')
    .normalize('NFKD')
    .replaceAll('ı', 'i')
    .replace(/[^\p{L}\p{N}]/gu, '');
}

/** Folded spellings → the contract's word, which is always among them, with and without HS_. */
function spellings(
  official: readonly string[],
  others: Readonly<Record<string, readonly string[]>>,
): Map<string, string> {
  return new Map(
    official.flatMap((word) =>
      [word, word.replace(/^HS_/, ''), ...(others[word] ?? [])].map((spelling) => [fold(spelling), word] as const),
    ),
  );
}

/** By field, folded. Only plain synonyms: what would be a guess about a person's will or trade is not among them. */
export const WORDS = {
  type: spellings(CHANNELS, {
    ARAMA: ['sesli arama', 'telefon', 'call', 'calls', 'phone', 'voice'],
    MESAJ: ['SMS', 'kısa mesaj', 'message', 'messages', 'text'],
    EPOSTA: ['email', 'mail', 'elektronik posta'],
  }),
  status: spellings(STATUSES, {
    ONAY: ['onaylı', 'onaylandı', 'evet', 'kabul', 'izinli', 'yes', 'approved', 'granted', 'consent'],
    RET: ['red', 'reddedildi', 'reddetti', 'hayır', 'no', 'refused', 'rejected', 'refusal'],
  }),
  source: spellings(PROVIDER_SOURCES, {
    HS_FIZIKSEL_ORTAM: ['fiziksel', 'physical', 'in person'],
    HS_ISLAK_IMZA: [
      'imza',
      'ıslak imzalı form',
      'imzalı form',
      'wet signature',
      'signature',
      'signed form',
      'signed paper form',
    ],
    HS_WEB: ['web sitesi', 'internet sitesi', 'website'],
    HS_CAGRI_MERKEZI: ['call center', 'call centre'],
    HS_SOSYAL_MEDYA: ['social media'],
    HS_EPOSTA: ['email'],
    HS_MESAJ: ['SMS', 'kısa mesaj', 'message', 'text message'],
    HS_MOBIL: ['mobil uygulama', 'mobile', 'mobile app'],
    HS_EORTAM: [
      'elektronik ortam',
      'diğer elektronik ortam',
      'electronic',
      'other electronic',
      'other electronic means',
    ],
    HS_ETKINLIK: ['event'],
    HS_ATM: ['cash machine'],
    HS_2015: ['1 Mayıs 2015 öncesi', 'before 1 May 2015'],
    HS_KARAR: ['işletmenin kararı', 'decision', 'decision of the business'],
  }),
  recipientType: spellings(RECIPIENT_TYPES, {
    BIREYSEL: ['birey', 'tüketici', 'individual', 'consumer'],
    TACIR: ['tacir/esnaf', 'tacir ve esnaf', 'tacir ya da esnaf', 'esnaf', 'merchant', 'merchant or craftsman'],
  }),
} as const;

export function readWord(field: keyof typeof WORDS, text: string): Read {
  return { value: WORDS[field].get(fold(text)) ?? text };
}

// ----------------------------------------------------------------------------------------------------------- addresses

/** A number that lost digits when it was shown in few characters: 5,32111E+09. */
const SHORTENED = /^[0-9][.,][0-9]+E\+[0-9]+$/i;

/**
 * An address as people write it.
 * @param channel decides between telephone and e-mail; undefined: the look does
 */
export function readAddress(cell: Cell, channel: string | undefined): Read {
  const text = textOf(cell).trim();
  if (SHORTENED.test(text)) return { fault: 'row.number_shortened' };
  // "5321234567.5" is no telephone, whatever its digits say.
  if (typeof cell.value === 'number' && !Number.isInteger(cell.value)) return { value: text };
  if (channel === 'EPOSTA' || (channel === undefined && kindOfAddress(text) === 'email')) {
    const address = email(text);
    return { value: address.ok ? address.address : text };
  }
  const telephone = normaliseTelephone(text);
  return { value: telephone.ok ? telephone.e164 : text };
}

// --------------------------------------------------------------------------------------------------------------- dates

/** The day from which spreadsheets count. */
const SERIAL_ZERO = startOfDay('1899-12-30');
const SECONDS_PER_DAY = 86_400;
/** Serials of 2015-01-01 and 2100-01-01: a bare number in a column of dates is one. */
const PLAUSIBLE_SERIALS = { from: 42_005, to: 73_051 };
/** 9999-12-31: spreadsheets have no later day, and what is rounded up from it could not be written. */
const SERIAL_MOST = 2_958_465;
const ZONED_END = startOfDay('9999-12-31');

/** The only moment that a consent of this source may have (H155). */
const HS_2015_TIME = formatTime(FIRST_CONSENT_TIME);
const HS_2015_DAY = HS_2015_TIME.slice(0, 10);

const MONTHS = 'ocak şubat mart nisan mayıs haziran temmuz ağustos eylül ekim kasım aralık'.split(' ').map(fold);
const ENGLISH_MONTHS = 'january february march april may june july august september october november december'.split(
  ' ',
);

/** 14:05, 14.05, 14:05:09.25, 2:05 PM; the zone of ISO 8601 behind it. */
const TIME =
  /^([0-9]{1,2})[:.]([0-9]{2})(?:[:.]([0-9]{2})(?:[.,][0-9]+)?)?\s*(?:(AM|PM|ÖÖ|ÖS)|(Z|[+-][0-9]{2}:?[0-9]{2}))?$/i;

interface Time {
  readonly text: string;
  readonly zone: string | undefined;
}

/** `HH:mm:ss` of a written time, unless it is none. */
function readTime(text: string): Time | undefined {
  const [, hour, minute, second = '00', half, zone] = TIME.exec(text) ?? [];
  if (hour === undefined) return undefined;
  const isAfternoon = /^(PM|ÖS)$/i.test(half ?? '');
  const of24 = half === undefined ? Number(hour) : (Number(hour) % 12) + (isAfternoon ? 12 : 0);
  return { text: `${two(of24)}:${minute}:${second}`, zone };
}

function two(number: number | string | undefined): string {
  return String(number).padStart(2, '0');
}

/** `YYYY-MM-DD` of a written day, possible or not; a fault where its order is not sure; undefined where it is none. */
function readDay(text: string): Read | undefined {
  const iso = /^([0-9]{4})[-./]([0-9]{1,2})[-./]([0-9]{1,2})$/.exec(text);
  if (iso !== null) return { value: `${iso[1]}-${two(iso[2])}-${two(iso[3])}` };
  const [, first, sign, second, year] = /^([0-9]{1,2})([-./])([0-9]{1,2})\2([0-9]{4})$/.exec(text) ?? [];
  if (first !== undefined) {
    // Points are Turkish, the day first. Others are written both ways.
    if (sign !== '.' && first !== second) {
      if (Number(first) <= 12 && Number(second) > 12) return { fault: 'row.month_first' };
      if (Number(first) <= 12) return { fault: 'row.day_or_month' };
    }
    return { value: `${year}-${two(second)}-${two(first)}` };
  }
  const [, day, name = '', namedYear] = /^([0-9]{1,2})\s+(\p{L}+)\s+([0-9]{4})(?:\s+\p{L}+)?$/u.exec(text) ?? [];
  const month = Math.max(MONTHS.indexOf(fold(name)), ENGLISH_MONTHS.indexOf(fold(name))) + 1;
  return month === 0 ? undefined : { value: `${namedYear}-${two(month)}-${two(day)}` };
}

/** Splits "24.11.2026 14:05", "2026-11-24T14:05:00Z", "24 Kasım 2026 Salı 14:05". */
function splitMoment(text: string): { readonly day: string; readonly time: string } {
  const [, day, time] =
    /^(.*[^\s,])(?:[\s,]+|(?<=[0-9])T)([0-9]{1,2}[:.][0-9]{2}\S*(?:\s*(?:AM|PM|ÖÖ|ÖS))?)$/iu.exec(text) ?? [];
  return day === undefined ? { day: text, time: '' } : { day, time: time ?? '' };
}

/** Whether a text begins with a day that could be read. */
export function hasDay(text: string): boolean {
  return readDay(splitMoment(text).day) !== undefined;
}

/** `YYYY-MM-DD HH:mm:ss` of a spreadsheet's date. */
function ofSerial(serial: number): string {
  return formatTime(SERIAL_ZERO + Math.round(serial * SECONDS_PER_DAY));
}

function isSerial(cell: Cell): cell is Cell & { readonly value: number } {
  const { value, date } = cell;
  if (typeof value !== 'number') return false;
  if (date === true) return value >= 0 && value < SERIAL_MOST;
  return value >= PLAUSIBLE_SERIALS.from && value < PLAUSIBLE_SERIALS.to;
}

export interface MomentContext {
  /** The cell of a column with the hour alone. */
  readonly time: Cell | undefined;
  /** `HH:mm`, where the caller chose an hour for all dates without one. */
  readonly defaultHour: string | undefined;
  /** The consent's source, as read. */
  readonly source: string | undefined;
}

/** A moment in Turkish time. What is no date stays as it is; a date without hour is a fault, not midnight. */
export function readMoment(cell: Cell, { time, defaultHour, source }: MomentContext): Read {
  const text = textOf(cell).trim();
  const serial = isSerial(cell) ? ofSerial(cell.value) : undefined;
  const written = serial === undefined ? splitMoment(text) : { day: serial.slice(0, 10), time: serial.slice(11) };
  const day = readDay(written.day);
  if (day === undefined || 'fault' in day) return day ?? { value: text };

  // A spreadsheet cannot tell a date without hour from midnight, and midnight is seldom meant.
  const isMidnight = serial !== undefined && written.time === '00:00:00';
  const ownTime = isMidnight ? undefined : readTime(written.time);
  if (ownTime?.zone !== undefined) return ofZone(day.value, ownTime) ?? { value: text };
  if (ownTime !== undefined) return { value: `${day.value} ${ownTime.text}` };
  if (written.time !== '' && !isMidnight) return { value: text };

  // A written hour that cannot be read is not replaced by the chosen one.
  const hour = readTime(time === undefined ? (defaultHour ?? '') : timeText(time));
  if (hour !== undefined) return { value: `${day.value} ${hour.text}` };
  return source === 'HS_2015' && day.value === HS_2015_DAY ? { value: HS_2015_TIME } : { fault: 'row.hour_missing' };
}

/** In Turkish time; undefined where there is no such moment, or none that our years can write in every zone. */
function ofZone(day: string, { text, zone }: Time): Read | undefined {
  const seconds = Date.parse(`${day}T${text}${zone?.toUpperCase().replace(/^([+-]..)(..)$/, '$1:$2')}`) / 1_000;
  return seconds >= SERIAL_ZERO && seconds < ZONED_END ? { value: formatTime(seconds) } : undefined;
}

function timeText(cell: Cell): string {
  const { value } = cell;
  return typeof value === 'number' && value >= 0 && value < SERIAL_MOST
    ? ofSerial(value).slice(11)
    : textOf(cell).trim();
}

// --------------------------------------------------------------------------------------------------------- what is seen

/** A cell's text as a person sees it, dates as they are written in Turkish; for screens and for the file that goes back. */
export function textOf(cell: Cell): string {
  if (cell.date !== true || !isSerial(cell)) return String(cell.value);
  const [day = '', time = ''] = ofSerial(cell.value).split(' ');
  if (cell.value < 1) return time;
  const written = day.split('-').reverse().join('.');
  return time === '00:00:00' ? written : `${written} ${time}`;
}
