/**
 * Numbers of identity in Türkiye: TCKN (person), VKN (tax number), MERSİS (register of commerce).
 *
 * Promises: a number is judged by its own digits alone, nobody is asked; each refusal names the first fault. TCKN and
 * VKN catch every change of a single digit. The last five digits of a MERSİS number follow no published rule: they are
 * never a reason to refuse, at most a warning. Blanks and punctuation are faults: tidying up is the caller's business.
 */

export type TcknFault = 'digits' | 'length' | 'first-digit' | 'tenth-digit' | 'eleventh-digit';
export type VknFault = 'digits' | 'length' | 'check-digit';
export type MersisFault = 'digits' | 'length' | 'vkn' | 'tckn';
/** `length` is H244, `check` is H243 of the official API. */
export type TaxNumberFault = 'length' | 'check';
/** `length` is H228, `check` is H227 of the official API. */
export type RetailerMersisFault = 'length' | 'check';
/** No branch has the number 0: probably the last five digits were filled up with zeros. */
export type MersisWarning = 'last-five-zero';

export type Checked<Fault> = { readonly ok: true } | { readonly ok: false; readonly fault: Fault };

export type MersisResult =
  | {
      readonly ok: true;
      /** Whose number it is: a legal person (0 and the VKN) or a merchant who is a person (the TCKN). */
      readonly holder: 'legal-person' | 'person';
      /** The VKN or TCKN inside. */
      readonly number: string;
      readonly warnings: ReadonlyArray<MersisWarning>;
    }
  | { readonly ok: false; readonly fault: MersisFault };

const TCKN_LENGTH = 11;
const VKN_LENGTH = 10;
const MERSIS_LENGTH = 16;
const GOOD: { readonly ok: true } = { ok: true };

function digitAt(text: string, at: number): number {
  return text.charCodeAt(at) - 48;
}

function isDigits(text: string): boolean {
  return /^[0-9]+$/.test(text);
}

/**
 * TCKN, citizens' and foreigners' (these begin with 99) alike: 11 digits, the first not 0;
 * d10 = ((d1+d3+d5+d7+d9)·7 − (d2+d4+d6+d8)) mod 10; d11 = (d1+…+d10) mod 10.
 */
export function tckn(text: string): Checked<TcknFault> {
  if (text.length !== TCKN_LENGTH) return { ok: false, fault: 'length' };
  if (!isDigits(text)) return { ok: false, fault: 'digits' };
  if (digitAt(text, 0) === 0) return { ok: false, fault: 'first-digit' };
  let odd = 0;
  let even = 0;
  for (let at = 0; at < 9; at += 2) odd += digitAt(text, at);
  for (let at = 1; at < 8; at += 2) even += digitAt(text, at);
  // 7·odd is never below 7 (the first digit is not 0) but even reaches 36: add a multiple of 10 that keeps it positive.
  const tenth = (odd * 7 - even + 40) % 10;
  if (digitAt(text, 9) !== tenth) return { ok: false, fault: 'tenth-digit' };
  if (digitAt(text, 10) !== (odd + even + tenth) % 10) return { ok: false, fault: 'eleventh-digit' };
  return GOOD;
}

/**
 * VKN: 10 digits. For i = 1…9: t = (d_i + 10 − i) mod 10, v = t·2^(10−i) mod 9, but 9 where t ≠ 0 and v = 0;
 * d10 = (10 − Σv mod 10) mod 10.
 */
export function vkn(text: string): Checked<VknFault> {
  if (text.length !== VKN_LENGTH) return { ok: false, fault: 'length' };
  if (!isDigits(text)) return { ok: false, fault: 'digits' };
  let sum = 0;
  for (let i = 1; i <= 9; i++) {
    const t = (digitAt(text, i - 1) + 10 - i) % 10;
    const v = (t * 2 ** (10 - i)) % 9;
    sum += t !== 0 && v === 0 ? 9 : v;
  }
  if (digitAt(text, 9) !== (10 - (sum % 10)) % 10) return { ok: false, fault: 'check-digit' };
  return GOOD;
}

/** A tax number as the official API's `tin` takes it: a VKN (10 digits) or a TCKN (11 digits). H243, H244. */
export function taxNumber(text: string): Checked<TaxNumberFault> {
  if (!isDigits(text) || (text.length !== VKN_LENGTH && text.length !== TCKN_LENGTH))
    return { ok: false, fault: 'length' };
  const { ok } = text.length === VKN_LENGTH ? vkn(text) : tckn(text);
  return ok ? GOOD : { ok: false, fault: 'check' };
}

/**
 * MERSİS: 16 digits; the first eleven are 0 and a VKN (legal person) or a TCKN (merchant who is a person), and are
 * checked as such. The last five (branch and check) are not checked: `warnings` says what looks odd about them.
 */
export function mersis(text: string): MersisResult {
  if (text.length !== MERSIS_LENGTH) return { ok: false, fault: 'length' };
  if (!isDigits(text)) return { ok: false, fault: 'digits' };
  const warnings: ReadonlyArray<MersisWarning> = text.endsWith('00000') ? ['last-five-zero'] : [];
  if (digitAt(text, 0) === 0) {
    const number = text.slice(1, 1 + VKN_LENGTH);
    if (!vkn(number).ok) return { ok: false, fault: 'vkn' };
    return { ok: true, holder: 'legal-person', number, warnings };
  }
  const number = text.slice(0, TCKN_LENGTH);
  if (!tckn(number).ok) return { ok: false, fault: 'tckn' };
  return { ok: true, holder: 'person', number, warnings };
}

/**
 * The official API's rule for a retailer's `mersis`, narrower than `mersis`: 16 characters (H228), digits that begin
 * with 0 and a valid VKN (H227).
 */
export function retailerMersis(text: string): Checked<RetailerMersisFault> {
  if (text.length !== MERSIS_LENGTH) return { ok: false, fault: 'length' };
  const result = mersis(text);
  return result.ok && result.holder === 'legal-person' ? GOOD : { ok: false, fault: 'check' };
}
