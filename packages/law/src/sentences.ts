// Sentences for people out of the error catalogue (`errors.ts`): placeholders filled, in Turkish and in English.

import {
  type CatalogueEntry,
  CONTRACT_LIMITS,
  ERRORS,
  type ErrorCode,
  OWN_ERRORS,
  type OwnErrorCode,
} from './errors.ts';

export type Language = 'tr' | 'en';

/** The same in each language. */
export type Words = Readonly<Record<Language, string>>;

/** What fills the placeholders; `didYouMean` is not a placeholder but adds a question at the end. */
export type SentenceValues = Readonly<Record<string, string | number | Words>>;

// What stands in a sentence whose value is missing in production: worse than the value, but readable.
const FALLBACKS: Readonly<Record<Language, Readonly<Record<string, string>>>> = {
  tr: {
    field: 'Bir alan',
    limit: 'izin verilen sayıda',
    period: 'yasal süre',
    expected: 'belgelerde yazılı',
    reason: 'nedeni bilinmiyor',
  },
  en: {
    field: 'A field',
    limit: 'the allowed number of',
    period: 'the legal period',
    expected: 'see the documentation',
    reason: 'for an unknown reason',
  },
};

// A value may be what a stranger sent (a key, a number): enough to recognise the longest e-mail address (265),
// too little to blow up an answer that lists a thousand faults.
const LONGEST_VALUE = 300;

// Under test a missing value is our mistake and must be seen; in production the person asking still gets an answer.
const { NODE_ENV } = typeof process === 'undefined' ? {} : process.env;
const STRICT = NODE_ENV === 'test';

/**
 * What to tell people about an official code: what happened, a blank, how to mend it; placeholders filled.
 * `values.didYouMean`, when not empty, adds "Did you mean …?".
 * Throws under test (NODE_ENV=test) when a placeholder has no value; elsewhere says it in general words.
 */
export function sentence(code: ErrorCode, language: Language, values: SentenceValues = {}): string {
  const limit = CONTRACT_LIMITS[code];
  return compose(ERRORS[code], language, limit === undefined ? values : { limit, ...values });
}

/** The same for an error of ours that has no official code. */
export function ownSentence(code: OwnErrorCode, language: Language, values: SentenceValues = {}): string {
  return compose(OWN_ERRORS[code], language, values);
}

/**
 * Fills the {placeholders} of a text in one pass, so that a value with braces stays as it is.
 * `strict`: throw when a value is missing, instead of saying it in general words.
 */
export function fill(text: string, language: Language, values: SentenceValues, strict: boolean): string {
  return text.replace(/\{(\w+)\}/g, (placeholder: string, name: string) => {
    const value = Object.hasOwn(values, name) ? values[name] : undefined;
    if (value !== undefined) return shorten(String(typeof value === 'object' ? value[language] : value));
    if (strict) throw new Error(`No value for ${placeholder} in: ${text}`);
    return FALLBACKS[language][name] ?? '…';
  });
}

function compose(entry: CatalogueEntry, language: Language, values: SentenceValues): string {
  const text = language === 'tr' ? `${entry.tr} ${entry.mendTr}` : `${entry.en} ${entry.mendEn}`;
  const filled = fill(text, language, values, STRICT);
  const { didYouMean = '' } = values;
  if (didYouMean === '') return filled;
  const question = language === 'tr' ? 'Bunu mu demek istediniz' : 'Did you mean';
  return `${filled} ${question}: ${shorten(String(didYouMean))}?`;
}

function shorten(value: string): string {
  if (value.length <= LONGEST_VALUE) return value;
  // Half of a surrogate pair at the cut would make the answer invalid UTF-8.
  return `${value.slice(0, LONGEST_VALUE).replace(/[\uD800-\uDBFF]$/, '')}…`;
}
