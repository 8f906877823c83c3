// The form of a new retailer, as the official contract asks for it (H016, H017, H201, H214 to H229, H243, H244, H288).
//
// Promises: all faults of a body are collected, in the order of its fields; what passes can be stored (no NUL, no half
// of a surrogate pair) and is given back as it was sent, letters composed (NFC). Numbers may come as JSON numbers. Null
// or a blank text means "not given"; only an empty `status` is a wrong value, since its absence means `active`.

import { type ErrorCode, retailerMersis, type SentenceValues, taxNumber, tckn, telephone } from '@acik-iys/law';

export const RETAILER_STATUSES = ['active', 'passive', 'suspended'] as const;
export type RetailerStatus = (typeof RETAILER_STATUSES)[number];

/** A province or district as the caller writes it: retailers' own codes are not those of places.json. */
export interface Place {
  readonly name: string;
  readonly code: string;
}

export interface RetailerForm {
  readonly title: string;
  readonly name: string;
  readonly alias: string | null;
  readonly tckn: string;
  readonly tin: string;
  readonly mersis: string | null;
  readonly mobile: string | null;
  readonly city: Place;
  readonly town: Place;
  readonly status: RetailerStatus;
}

export interface RetailerFault {
  readonly code: ErrorCode;
  /** What the code's sentence names. */
  readonly values?: SentenceValues;
}

/** Characters of a title, name or alias (H017); held for the names and codes of places as well. */
export const TEXT_MAX = 255;

const KEYS = ['title', 'name', 'alias', 'tckn', 'tin', 'mersis', 'mobile', 'city', 'town', 'status'];
const PLACE_KEYS = ['name', 'code'];
/** A MERSİS number begins with 0 (H227), which a JSON number cannot: 15 digits are what is left of it. */
const MERSIS_LENGTH = 16;
const MERSIS_AS_NUMBER_LENGTH = MERSIS_LENGTH - 1;

/** H229: letters and digits, at least one, with blanks and the usual signs of company names between them. */
const ALPHANUMERIC = /^(?=.*[\p{L}\p{Nd}])[\p{L}\p{M}\p{Nd} .,\-&'()/]+$/u;
/** Control characters, NUL among them, and lone surrogates: what PostgreSQL would not take or no screen could show. */
const UNWRITABLE = /[\p{Cc}\p{Cs}]/u;

type Body = Readonly<Record<string, unknown>>;
type AddFault = (code: ErrorCode, values?: SentenceValues) => void;

function isObject(value: unknown): value is Body {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A letter with three signs is four units before it is composed: what is longer is too long afterwards as well. */
const COMPOSED_MAX = 4 * TEXT_MAX;

/** A wire value as text: '' where it is not given, null where it is neither text nor whole number. */
function textOf(value: unknown): string | null {
  if (value === undefined || value === null) return '';
  if (typeof value === 'string') {
    if (value.trim() === '') return '';
    // Composing takes time by the square of a run of signs.
    return value.length > COMPOSED_MAX ? value : value.normalize('NFC');
  }
  return Number.isSafeInteger(value) ? String(value) : null;
}

function checkLength(text: string, field: string, fault: AddFault): void {
  if (text.length > TEXT_MAX && [...text].length > TEXT_MAX) fault('H017', { field, limit: TEXT_MAX });
}

/** title, name, alias. */
function checkText(value: unknown, field: string, absent: ErrorCode | null, fault: AddFault): string {
  const text = textOf(value);
  if (text === '') {
    if (absent !== null) fault(absent);
    return '';
  }
  if (text !== null) checkLength(text, field, fault);
  if (text === null || !ALPHANUMERIC.test(text)) fault('H229', { field });
  return text ?? '';
}

function checkTckn(value: unknown, fault: AddFault): string {
  const text = textOf(value);
  if (text === '') fault('H216');
  else {
    const checked = text === null ? ({ ok: false, fault: 'digits' } as const) : tckn(text);
    if (!checked.ok) fault(checked.fault === 'length' || checked.fault === 'digits' ? 'H226' : 'H225');
  }
  return text ?? '';
}

function checkTin(value: unknown, fault: AddFault): string {
  const text = textOf(value);
  if (text === '') fault('H288');
  else {
    const checked = text === null ? ({ ok: false, fault: 'length' } as const) : taxNumber(text);
    if (!checked.ok) fault(checked.fault === 'length' ? 'H244' : 'H243');
  }
  return text ?? '';
}

function checkMersis(value: unknown, fault: AddFault): string | null {
  let text = textOf(value);
  if (text === '') return null;
  if (typeof value === 'number' && text?.length === MERSIS_AS_NUMBER_LENGTH) text = text.padStart(MERSIS_LENGTH, '0');
  const checked = text === null ? ({ ok: false, fault: 'length' } as const) : retailerMersis(text);
  if (!checked.ok) fault(checked.fault === 'length' ? 'H228' : 'H227');
  return text;
}

function checkMobile(value: unknown, fault: AddFault): string | null {
  const text = textOf(value);
  if (text === '') return null;
  const checked = text === null ? ({ ok: false } as const) : telephone(text);
  if (checked.ok) return checked.e164;
  fault('H224', 'didYouMean' in checked ? { didYouMean: checked.didYouMean } : undefined);
  return text;
}

interface PlaceCodes {
  readonly absent: ErrorCode;
  readonly codeAbsent: ErrorCode;
  readonly nameAbsent: ErrorCode;
}

function checkPlace(value: unknown, field: string, codes: PlaceCodes, fault: AddFault): Place {
  if (!isObject(value)) {
    fault(codes.absent);
    return { name: '', code: '' };
  }
  const part = (key: 'name' | 'code', absent: ErrorCode): string => {
    const text = textOf(value[key]);
    if (text === '') fault(absent);
    else if (text === null || UNWRITABLE.test(text)) fault('H229', { field: `${field}.${key}` });
    else checkLength(text, `${field}.${key}`, fault);
    return text ?? '';
  };
  const code = part('code', codes.codeAbsent);
  const name = part('name', codes.nameAbsent);
  if (Object.keys(value).some((key) => !PLACE_KEYS.includes(key)))
    fault('H016', { expected: PLACE_KEYS.map((key) => `${field}.${key}`).join(', ') });
  return { name, code };
}

function checkStatus(value: unknown, fault: AddFault): RetailerStatus {
  if (value === undefined || value === null) return 'active';
  const status = RETAILER_STATUSES.find((word) => word === value);
  if (status === undefined) fault('H201');
  return status ?? 'active';
}

/**
 * Checks the body of a new retailer.
 * @param body the parsed JSON value
 * @returns null when it is no JSON object at all (H014)
 */
export function checkRetailerForm(
  body: unknown,
): { readonly form: RetailerForm } | { readonly faults: RetailerFault[] } | null {
  if (!isObject(body)) return null;
  const faults: RetailerFault[] = [];
  const fault: AddFault = (code, values) => {
    faults.push({ code, ...(values && { values }) });
  };
  const form: RetailerForm = {
    title: checkText(body.title, 'title', 'H214', fault),
    name: checkText(body.name, 'name', 'H215', fault),
    alias: checkText(body.alias, 'alias', null, fault) || null,
    tckn: checkTckn(body.tckn, fault),
    tin: checkTin(body.tin, fault),
    mersis: checkMersis(body.mersis, fault),
    mobile: checkMobile(body.mobile, fault),
    city: checkPlace(body.city, 'city', { absent: 'H217', codeAbsent: 'H218', nameAbsent: 'H219' }, fault),
    town: checkPlace(body.town, 'town', { absent: 'H220', codeAbsent: 'H221', nameAbsent: 'H222' }, fault),
    status: checkStatus(body.status, fault),
  };
  if (Object.keys(body).some((key) => !KEYS.includes(key))) fault('H016', { expected: KEYS.join(', ') });
  return faults.length > 0 ? { faults } : { form };
}
