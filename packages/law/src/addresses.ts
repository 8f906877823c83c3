/**
 * Addresses of recipients: telephones as E.164, e-mails as the official API takes them.
 *
 * `telephone` and `email` decide what may be recorded, strictly: an accepted telephone is the text itself, an accepted
 * e-mail the text in lower case, so that one recipient has one spelling. What they refuse they try to mend
 * (`didYouMean`): only as a sentence for a person, nothing is mended silently. `normaliseTelephone` is for screens and
 * imports, where people write as they are used to.
 *
 * A number is valid when libphonenumber says so; its parser takes some 10 µs. The ordinary Turkish mobile number is
 * answered from a table of 3-digit prefixes that is taken out of the same library's metadata, so it can give no other
 * answer; what the table does not know for certain goes to the parser.
 */

import { parsePhoneNumberFromString } from 'libphonenumber-js/max';
import metadata from 'libphonenumber-js/max/metadata';

// --------------------------------------------------------------------------------------------------------- telephones

/**
 * `format`: not `+` and digits, first of them not 0. `too-long`: over 15 characters (H160 or H166).
 * `trunk-zero`: a 0 after the country code (+90 0532 …). `invalid`: no such number. All but `too-long` are H121.
 */
export type TelephoneFault = 'format' | 'too-long' | 'invalid' | 'trunk-zero';

export type TelephoneResult =
  | { readonly ok: true; readonly e164: string }
  | { readonly ok: false; readonly fault: TelephoneFault; readonly didYouMean?: string };

/** The contract counts the plus as a character (H160, H166). */
const MAX_TELEPHONE_CHARACTERS = 15;
/** Nobody writes a telephone number longer than this, with all blanks and brackets: longer texts are not mended. */
const MAX_WRITTEN_TELEPHONE = 40;

const E164_SHAPE = /^\+[1-9][0-9]+$/;
/** A plus before a Turkish number without its country code: +0532 …, +532 …. A guess: +53 is Cuba. */
const MISPLACED_PLUS = /^\+(?=0|5[0-9]{9}$)/;
const WRITTEN_TELEPHONE = /^[\s+0-9()\-./]*$/;
const TURKISH_MOBILE_LENGTH = '+905321112233'.length;

/** Position of the numbering types in a country's metadata (format version 4), and of the general pattern. */
const METADATA_GENERAL_PATTERN = 2;
const METADATA_TYPES = 11;

/** Splits a pattern at the bars that stand in no bracket. */
function alternatives(pattern: string): string[] {
  const found: string[] = [];
  let depth = 0;
  let from = 0;
  for (let at = 0; at < pattern.length; at++) {
    const sign = pattern[at];
    if (sign === '\\') at++;
    else if (sign === '(' || sign === '[') depth++;
    else if (sign === ')' || sign === ']') depth--;
    else if (sign === '|' && depth === 0) {
      found.push(pattern.slice(from, at));
      from = at + 1;
    }
  }
  found.push(pattern.slice(from));
  return found;
}

/** Tests for the 3-digit prefixes after which a pattern takes any seven digits. */
function wholePrefixes(pattern: string): RegExp[] {
  const anySeven = '\\d{7}';
  return alternatives(pattern)
    .filter((alternative) => alternative.endsWith(anySeven))
    .map((alternative) => new RegExp(`^(?:${alternative.slice(0, -anySeven.length)})$`));
}

function stringAt(list: unknown, at: number): string[] {
  const value: unknown = Array.isArray(list) ? list[at] : undefined;
  return typeof value === 'string' ? [value] : [];
}

/**
 * For 500 … 599: 1 where every +90 number of ten digits with this prefix is valid. A prefix stands in the table only if
 * the metadata's patterns say so for all seven digits after it, and the parser agrees on one of them. Metadata of
 * another form would leave the table empty, and every number to the parser.
 */
function makeMobileTable(): Uint8Array {
  const plan: unknown = metadata.countries.TR;
  const types: unknown = Array.isArray(plan) ? plan[METADATA_TYPES] : undefined;
  const general = stringAt(plan, METADATA_GENERAL_PATTERN).flatMap(wholePrefixes);
  const ofTypes = (Array.isArray(types) ? types : []).flatMap((type) => stringAt(type, 0)).flatMap(wholePrefixes);
  const table = new Uint8Array(100);
  for (let n = 0; n < table.length; n++) {
    const prefix = String(500 + n);
    const known = general.some((test) => test.test(prefix)) && ofTypes.some((test) => test.test(prefix));
    if (known && parseTelephone(`+90${prefix}0000000`).ok) table[n] = 1;
  }
  return table;
}

let mobileTable: Uint8Array | undefined;

function isOrdinaryMobile(text: string): boolean {
  if (text.length !== TURKISH_MOBILE_LENGTH || !text.startsWith('+905')) return false;
  for (let at = 4; at < TURKISH_MOBILE_LENGTH; at++) {
    const digit = text.charCodeAt(at) - 48;
    if (digit < 0 || digit > 9) return false;
  }
  mobileTable ??= makeMobileTable();
  return mobileTable[(text.charCodeAt(4) - 48) * 10 + text.charCodeAt(5) - 48] === 1;
}

/** A text of E.164 shape, by the general parser. */
function parseTelephone(text: string): TelephoneResult {
  const parsed = parsePhoneNumberFromString(text);
  const valid = parsed?.isValid() === true;
  if (valid && parsed.number === text) return { ok: true, e164: text };
  // The library forgives a trunk prefix (0, in some countries 1 or 8) and drops it. Stored as sent, such a number would
  // be a second spelling of the recipient that neither operators nor citizens' applications find.
  const trunkZero =
    text.startsWith('+900') || (valid && text === `+${parsed.countryCallingCode}0${parsed.nationalNumber}`);
  return { ok: false, fault: trunkZero ? 'trunk-zero' : 'invalid', ...(valid && { didYouMean: parsed.number }) };
}

function judgeTelephone(text: string): TelephoneResult {
  if (text.length > MAX_TELEPHONE_CHARACTERS) {
    return { ok: false, fault: WRITTEN_TELEPHONE.test(text) ? 'too-long' : 'format' };
  }
  if (!E164_SHAPE.test(text)) return { ok: false, fault: 'format' };
  return parseTelephone(text);
}

/**
 * Whether a telephone may be recorded as it is written. Too long comes before format, as in the contract's examples:
 * `9055436100000000` (no plus, 16 characters) is H160 and H121. Fixed lines, +90850 and +90444 are valid in the library.
 */
export function telephone(text: string): TelephoneResult {
  if (isOrdinaryMobile(text)) return { ok: true, e164: text };
  const result = judgeTelephone(text);
  if (result.ok || result.didYouMean !== undefined) return result;
  // Of a well-written number the parser has said all there is, unless its country code was forgotten.
  if (E164_SHAPE.test(text) && !MISPLACED_PLUS.test(text)) return result;
  const mended = normaliseTelephone(text);
  const didYouMean = mended.ok ? mended.e164 : mended.didYouMean;
  return didYouMean === undefined ? result : { ...result, didYouMean };
}

/** The spellings of a Turkish number without its plus: 0 532 …, 532 …, 90 532 …, 90 0532 …, 444 1 234. */
const TURKISH_SPELLINGS: ReadonlyArray<RegExp> = [/^(?:90)?0?([2-58][0-9]{9})$/, /^(?:90)?(444[0-9]{4})$/];

/** The E.164 spelling of what is left when blanks and punctuation are gone; '' where there is none. */
function internationalSpelling(digits: string): string {
  const text = digits.startsWith('00') ? `+${digits.slice(2)}` : digits;
  const withoutPlus = text.startsWith('+') ? text.slice(1) : text;
  // A plus says that the country code follows: "+532 …" is not a Turkish number, at most a guess.
  if (text.startsWith('+') && !withoutPlus.startsWith('90')) return text;
  for (const spelling of TURKISH_SPELLINGS) {
    const national = spelling.exec(withoutPlus)?.[1];
    if (national !== undefined) return `+90${national}`;
  }
  return text.startsWith('+') ? text : '';
}

function judgeSpelling(digits: string): TelephoneResult {
  const text = internationalSpelling(digits);
  if (isOrdinaryMobile(text)) return { ok: true, e164: text };
  const result = judgeTelephone(text);
  // A trunk zero of another country is as sure to be one as that of +90.
  if (!result.ok && result.fault === 'trunk-zero' && result.didYouMean !== undefined) {
    return { ok: true, e164: result.didYouMean };
  }
  return result;
}

/**
 * Reads a telephone as people write it (blanks, dashes, brackets, `0532 …`, `0090 …`, `+90 (0)532 …`, `tel:`) and gives
 * its E.164 spelling. Numbers without a country code are Turkish. What is more guess than spelling (the letter O for a
 * zero, `+0532 …`) is refused with a `didYouMean`.
 */
export function normaliseTelephone(text: string): TelephoneResult {
  if (text.length > MAX_WRITTEN_TELEPHONE) return judgeTelephone(text);
  const written = text
    .normalize('NFKC')
    .replace(/[\s\p{Cf}]/gu, '')
    .replace(/^tel:/i, '');
  // "+90(0)532": the bracket says itself that its zero does not belong to the international number.
  const digits = written.replace(/^((?:\+|00)[0-9]+)\(0\)/, '$1').replace(/[\p{Pd}−().·/]/gu, '');
  const result = judgeSpelling(digits);
  if (result.ok) return result;
  const guessed = digits.replace(/[oO]/g, '0').replace(/[lI|]/g, '1').replace(MISPLACED_PLUS, '');
  if (guessed === digits) return result;
  const guess = judgeSpelling(guessed);
  return guess.ok ? { ...result, didYouMean: guess.e164 } : result;
}

// ------------------------------------------------------------------------------------------------------------- e-mails

/**
 * All are H120. `length`: not 6 to 265 characters. `blank`: white space. `at-sign`: none or several. `letters`: Turkish
 * letters or signs that are not allowed. `name`: nothing before the @. `domain`: no two labels, an empty one, or less
 * than two characters before or after the last dot.
 */
export type EmailFault = 'length' | 'blank' | 'at-sign' | 'letters' | 'name' | 'domain';

export type EmailResult =
  | { readonly ok: true; readonly address: string }
  | { readonly ok: false; readonly fault: EmailFault; readonly didYouMean?: string };

const MIN_EMAIL_CHARACTERS = 6;
const MAX_EMAIL_CHARACTERS = 265;

/**
 * The contract's rule and no more: it is not a test of deliverability, and a stricter one would refuse consents that the
 * original takes. Hence no limit to a label's length, no rule about hyphens at its ends, dots in any order before the @.
 * "At least 1@2.2" is read as: one character, two before the last dot, two after it.
 */
const EMAIL_SHAPE = /^[A-Za-z0-9._+-]+@(?!.\.[^.]*$)(?:[A-Za-z0-9-]+\.)+[A-Za-z0-9-]{2,}$/;
const EMAIL_SIGNS = /^[A-Za-z0-9._+-]*@[A-Za-z0-9.-]*$/;

function faultOfEmail(text: string): EmailFault {
  if (text.length > MAX_EMAIL_CHARACTERS) return 'length';
  if (/\s/.test(text)) return 'blank';
  if (text.split('@').length !== 2) return 'at-sign';
  if (!EMAIL_SIGNS.test(text)) return 'letters';
  if (text.startsWith('@')) return 'name';
  return text.length < MIN_EMAIL_CHARACTERS ? 'length' : 'domain';
}

/** Whether an e-mail may be recorded (rule H120), and the lower-case form in which it is stored and answered. */
export function email(text: string): EmailResult {
  // The shape takes nothing shorter than 7 characters, so the contract's lower bound holds. It takes ASCII alone, and
  // only what it took is put into lower case: Turkish I and the Kelvin sign never get so far.
  if (text.length <= MAX_EMAIL_CHARACTERS && EMAIL_SHAPE.test(text)) return { ok: true, address: text.toLowerCase() };
  const fault = faultOfEmail(text);
  const didYouMean = text.length <= MAX_EMAIL_CHARACTERS ? mendEmail(text) : undefined;
  return didYouMean === undefined ? { ok: false, fault } : { ok: false, fault, didYouMean };
}

/** Mail houses whose domain is their name and .com: "ayse@gmail" can mean nothing else. */
const MAIL_HOUSES: ReadonlySet<string> = new Set([
  'gmail',
  'hotmail',
  'outlook',
  'yahoo',
  'icloud',
  'yandex',
  'live',
  'msn',
  'mynet',
]);

/** A domain without dots that ends like one that had them. */
const SWALLOWED_DOTS = /^(.{2,}?)(com|net|org|gov|edu)(tr)?$/;

function mendDomain(domain: string): string {
  if (MAIL_HOUSES.has(domain)) return `${domain}.com`;
  if (domain.includes('.')) return domain.replace(/\.{2,}/g, '.').replace(/^\.|\.$/g, '');
  return domain.replace(SWALLOWED_DOTS, (_, name: string, top: string, country?: string) =>
    country === undefined ? `${name}.${top}` : `${name}.${top}.${country}`,
  );
}

/** The address that was probably meant, if mending leads to an acceptable one. */
function mendEmail(text: string): string | undefined {
  const plain = text
    .normalize('NFKC')
    .replace(/ı/g, 'i')
    .normalize('NFD')
    .replace(/[\s\p{M}\p{Cf}]/gu, '')
    .replace(/^<?(?:mailto:)?/i, '')
    .replace(/[>;,.]+$/, '')
    .replace(/,/g, '.')
    .replace(/@{2,}/g, '@');
  const address = plain.toLowerCase();
  const at = address.indexOf('@');
  const mended = `${address.slice(0, at)}@${mendDomain(address.slice(at + 1))}`;
  const fits = at > 0 && mended.length <= MAX_EMAIL_CHARACTERS && EMAIL_SHAPE.test(mended);
  return fits && mended !== text ? mended : undefined;
}

// ----------------------------------------------------------------------------------------------------------- any kind

/** Fewer digits are no telephone number that a person would be reached at (444 1 234 has seven). */
const MIN_TELEPHONE_DIGITS = 7;

/**
 * What an address was meant to be, by its look alone (valid or not): for the rule that type and recipient fit (H464) and
 * for forms with one field for both.
 */
export function kindOfAddress(text: string): 'telephone' | 'email' | 'neither' {
  if (text.includes('@')) return 'email';
  if (text.length > MAX_WRITTEN_TELEPHONE || !WRITTEN_TELEPHONE.test(text)) return 'neither';
  return text.replace(/[^0-9]/g, '').length >= MIN_TELEPHONE_DIGITS ? 'telephone' : 'neither';
}

const HIDDEN = '•••';

/**
 * An address as logs and screens may show it: `+90 532 ••• •• 67`, `o•••@d•••.com`. What is neither shows nothing at
 * all. Takes any value and never throws: it stands where errors are reported.
 */
export function mask(address: unknown): string {
  if (typeof address !== 'string' || address.length > MAX_EMAIL_CHARACTERS) return HIDDEN;
  if (/^\+90[0-9]{10}$/.test(address)) return `+90 ${address.slice(3, 6)} ••• •• ${address.slice(-2)}`;
  if (/^\+[1-9][0-9]{7,14}$/.test(address)) return `${address.slice(0, 3)} ••• •• ${address.slice(-2)}`;
  if (!EMAIL_SHAPE.test(address)) return HIDDEN;
  const lower = address.toLowerCase();
  const at = lower.indexOf('@');
  // A name of one character would be shown whole.
  const name = at > 1 ? lower.slice(0, 1) : '';
  return `${name}${HIDDEN}@${lower.slice(at + 1, at + 2)}${HIDDEN}${lower.slice(lower.lastIndexOf('.'))}`;
}
