// Numbers of printed forms: eight characters that tie a sheet, an entry and a scan. Five name the series, two count the
// forms in it, one checks. Of characters that are mixed up (0 O Q, 1 I L, 2 Z, 5 S, 6 G, 8 B, U V) at most one is used, and
// no vowels, so that no number is a word. The check character finds every single wrong character and every
// two that changed places: all weights differ, modulo a prime.

import { randomInt } from 'node:crypto';

const ALPHABET = '23456789CDFHJKMNPRTVWXY';
const SERIES_LENGTH = 5;
const COUNT_LENGTH = 2;
/** Policy: forms of one series. */
export const FORMS_MAX = 200;

/** A new series, at random: the next one tells nothing of how many there are. */
export function drawSeries(): string {
  return Array.from({ length: SERIES_LENGTH }, () => ALPHABET[randomInt(ALPHABET.length)]).join('');
}

/** @param place of the form in its series, from 1 */
export function formNumber(series: string, place: number): string {
  const counted = [Math.floor(place / ALPHABET.length), place % ALPHABET.length].map((digit) => ALPHABET[digit]);
  const body = `${series}${counted.join('')}`;
  return `${body}${checkOf(body)}`;
}

/** Reads a number as people type it; undefined where it is none. */
export function readFormNumber(text: string): { number: string; series: string; place: number } | undefined {
  const number = text.toUpperCase().replace(/[\s.\-–]/g, '');
  const body = number.slice(0, -1);
  if (body.length !== SERIES_LENGTH + COUNT_LENGTH || [...body].some((one) => !ALPHABET.includes(one)))
    return undefined;
  if (number.at(-1) !== checkOf(body)) return undefined;
  const [high = '', low = ''] = body.slice(SERIES_LENGTH);
  return {
    number,
    series: body.slice(0, SERIES_LENGTH),
    place: ALPHABET.indexOf(high) * ALPHABET.length + ALPHABET.indexOf(low),
  };
}

/** The character that makes the weighted sum of all eight a multiple of 23; its own weight is 1. */
function checkOf(body: string): string {
  const sum = [...body].reduce((total, one, at) => total + ALPHABET.indexOf(one) * (at + 2), 0);
  return ALPHABET[(ALPHABET.length - (sum % ALPHABET.length)) % ALPHABET.length] as string;
}
