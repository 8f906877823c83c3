// The catalogue against the contract: which official codes there must be and with which status is written here as
// data, independent of the table under test, and so is what each sentence needs to be filled.
import { describe, expect, it } from 'vitest';
import { ERRORS, type ErrorCode, OAUTH_ERRORS, OWN_ERRORS, type OwnErrorCode } from '../src/errors.ts';
import { fill, ownSentence, sentence } from '../src/sentences.ts';

// Document 3.2.0: codes of token, brands, add, status, access, retailers, reconciliation, push, partner,
// subscription and info, and those that its table gives and Açık İYS uses there.
const CONTRACT: Readonly<Record<number, string>> = {
  400: `
    H014 H016 H017 H067 H082 H085 H090 H092 H097 H098 H123 H171 H172 H173 H174 H175 H178 H201 H214 H215 H216
    H217 H218 H219 H220 H221 H222 H224 H225 H226 H227 H228 H229 H230 H231 H241 H243 H244 H250 H252 H253 H266
    H267 H288 H363 H401 H462 H463 H486 H522
  `,
  401: 'H251 H351',
  403: 'H180 H353 H520 H521 H524 H586',
  404: 'H001 H018 H031 H058 H437',
  422: `
    H091 H093 H110 H111 H112 H113 H114 H115 H116 H117 H118 H119 H120 H121 H126 H127 H155 H156 H157 H158 H160
    H162 H163 H164 H166 H168 H169 H170 H182 H183 H184 H185 H186 H187 H190 H191 H193 H194 H198 H199 H400 H408
    H464 H467 H478 H501 H502 H506 H507 H512 H525 H530 H531
  `,
  429: 'H084 H086 H089 H124',
  500: 'H015 H060 H061 H062 H101 H103 H245 H268 H412 H470 H476',
  503: 'H192',
};

// What the sentence of a code must be given; a code that is not here must do without.
const NEEDS: Readonly<Record<string, Readonly<Record<string, string | number>>>> = {
  H016: { expected: 'title, name, tckn' },
  H017: { field: 'alias' },
  H084: { limit: 100 },
  H086: { limit: 1000 },
  H089: { limit: 100 },
  H118: { field: 'colour' },
  H124: { limit: 10 },
  H126: { limit: 3000 },
  H127: { limit: 100 },
  H182: { field: 'limit' },
  H183: { field: 'offset' },
  H266: { field: 'retailerCode' },
  H267: { field: 'retailerCode' },
  H353: { field: 'brandCode' },
  H467: { period: '3 iş günü' },
  H525: { limit: 250000 },
  H530: { reason: 'kapalı' },
};
const OWN_NEEDS: Readonly<Record<string, Readonly<Record<string, string | number>>>> = {
  'request.too_large': { limit: 1048576 },
  'request.too_deep': { limit: 8 },
  'request.too_many_retailers': { limit: 50_000 },
  'request.duplicate_key': { field: 'status' },
  'request.unsupported_media_type': { expected: 'application/json' },
};

const CODES = Object.keys(ERRORS) as ErrorCode[];
const OWN_CODES = Object.keys(OWN_ERRORS) as OwnErrorCode[];

describe('official codes', () => {
  it('has exactly the codes of the contract, with its statuses', () => {
    const expected = Object.entries(CONTRACT).flatMap(([http, codes]) =>
      codes
        .trim()
        .split(/\s+/)
        .map((code) => [code, Number(http)]),
    );
    expect(expected).toHaveLength(132);
    expect(Object.fromEntries(CODES.map((code) => [code, ERRORS[code].http]))).toEqual(Object.fromEntries(expected));
  });

  it.each(CODES)('%s speaks both languages and fills its placeholders', (code) => {
    const values = NEEDS[code] ?? {};
    const tr = sentence(code, 'tr', values);
    const en = sentence(code, 'en', values);
    expect(tr).not.toBe(en);
    for (const text of [tr, en]) {
      expect(text).not.toMatch(/[{}]/);
      for (const value of Object.values(values)) expect(text).toContain(String(value));
    }
  });

  it.each(Object.keys(NEEDS) as ErrorCode[])('%s is an error under test when a value is missing', (code) => {
    expect(() => sentence(code, 'tr')).toThrow(/No value for/);
    expect(() => sentence(code, 'en')).toThrow(/No value for/);
  });

  it('names the limits that the contract fixes, unless the caller names another', () => {
    const limits = { H017: 255, H067: 3000, H091: 1000, H160: 15, H166: 15, H186: 100, H191: 5, H198: 36 };
    for (const [code, limit] of Object.entries({ ...limits, H502: 7, H507: 1000 }) as [ErrorCode, number][]) {
      expect(sentence(code, 'tr', NEEDS[code])).toMatch(new RegExp(`\\b${limit}\\b`));
      expect(sentence(code, 'en', NEEDS[code])).toMatch(new RegExp(`\\b${limit}\\b`));
    }
    expect(sentence('H091', 'tr', { limit: 2500 })).toContain('2500');
  });

  it('tells whoever sent RED that the word is RET', () => {
    for (const language of ['tr', 'en'] as const) expect(sentence('H115', language)).toMatch(/\bONAY\b.*\bRET\b/);
    expect(ERRORS.H115.tr).toMatch(/ONAY.*RET/);
  });
});

describe('every entry', () => {
  const entries = [...Object.values(ERRORS), ...Object.values(OWN_ERRORS)];

  it('has an own code that is unique and dotted snake_case', () => {
    const own = entries.map((entry) => entry.own);
    expect(own.filter((code, index) => own.indexOf(code) !== index)).toEqual([]);
    expect(own.filter((code) => !/^[a-z]+\.[a-z0-9]+(_[a-z0-9]+)*$/.test(code))).toEqual([]);
  });

  it.each(entries)('$own says what happened and how to mend it, in whole sentences', (entry) => {
    for (const text of [entry.tr, entry.en, entry.mendTr, entry.mendEn]) {
      expect(text).toMatch(/^\S.{6,}\.$/);
      expect(text).not.toMatch(/ {2}/);
      // A missing field's general words begin with a capital.
      expect(text.indexOf('{field}')).toBeLessThanOrEqual(0);
    }
    expect(entry.tr).not.toBe(entry.en);
    expect(entry.mendTr).not.toBe(entry.mendEn);
    const placeholders = (text: string) => (text.match(/\{\w+\}/g) ?? []).sort();
    expect(placeholders(entry.tr + entry.mendTr)).toEqual(placeholders(entry.en + entry.mendEn));
  });
});

describe('codes of our own', () => {
  it('have the statuses of HTTP and are keyed by themselves', () => {
    expect(Object.fromEntries(OWN_CODES.map((code) => [OWN_ERRORS[code].own, OWN_ERRORS[code].http]))).toEqual({
      'registry.overloaded': 429,
      'registry.unavailable': 503,
      'request.too_large': 413,
      'request.too_deep': 400,
      'request.too_many_retailers': 422,
      'request.duplicate_key': 400,
      'request.not_utf8': 400,
      'request.unsupported_media_type': 415,
      'request.brand_code_not_integer': 422,
      'route.unknown': 404,
    });
    expect(OWN_CODES.filter((code) => OWN_ERRORS[code].own !== code)).toEqual([]);
  });

  it.each(OWN_CODES)('%s fills its placeholders', (code) => {
    const values = OWN_NEEDS[code] ?? {};
    for (const language of ['tr', 'en'] as const) {
      const text = ownSentence(code, language, values);
      expect(text).not.toMatch(/[{}]/);
      for (const value of Object.values(values)) expect(text).toContain(String(value));
      if (code in OWN_NEEDS) expect(() => ownSentence(code, language)).toThrow(/No value for/);
    }
  });
});

describe('token path', () => {
  it('gives every reason the error of the contract', () => {
    const reasons = (error: string) =>
      Object.entries(OAUTH_ERRORS)
        .filter(([, entry]) => entry.error === error)
        .map(([reason]) => reason)
        .sort();
    expect(reasons('invalid_request')).toEqual([
      'credentials_wrong',
      'grant_type_absent',
      'grant_type_unknown',
      'password_absent',
      'password_not_text',
      'refresh_token_absent',
      'refresh_token_not_text',
      'role_wrong',
      'username_absent',
      'username_not_text',
    ]);
    expect(reasons('invalid_grant')).toEqual([
      'grant_type_empty',
      'grant_type_unsupported',
      'password_empty',
      'refresh_token_empty',
      'refresh_token_unknown',
      'username_empty',
    ]);
  });

  it.each(Object.entries(OAUTH_ERRORS))('%s is a 400 with a sentence in each language', (_reason, entry) => {
    expect(entry.http).toBe(400);
    expect(entry.tr).toMatch(/^\S.+\. \S.+\.$/);
    expect(entry.en).toMatch(/^\S.+\. \S.+\.$/);
    expect(entry.tr).not.toBe(entry.en);
  });
});

describe('sentences', () => {
  it('join what happened and how to mend it with a blank', () => {
    expect(sentence('H110', 'tr')).toBe('Durum (status) alanı yok. ONAY ya da RET yazın.');
    expect(sentence('H110', 'en')).toBe('The field status is missing. Write ONAY or RET.');
  });

  it('say a value that differs by language in theirs', () => {
    const period = { tr: '3 iş günü', en: '3 business days' };
    expect(sentence('H467', 'tr', { period })).toContain('3 iş günü içinde');
    expect(sentence('H467', 'en', { period })).toContain('within 3 business days');
  });

  it('ask whether the mended number was meant, only when there is one', () => {
    const mended = { didYouMean: '+905447778899' };
    expect(sentence('H121', 'tr', mended)).toMatch(/\. Bunu mu demek istediniz: \+905447778899\?$/);
    expect(sentence('H121', 'en', mended)).toMatch(/\. Did you mean: \+905447778899\?$/);
    expect(sentence('H121', 'tr')).not.toContain('?');
    expect(sentence('H121', 'tr', { didYouMean: '' })).toBe(sentence('H121', 'tr'));
  });

  it('stay readable in production when a value is missing', () => {
    expect(fill(ERRORS.H353.tr, 'tr', {}, false)).toBe('Bir alan size ait değil ya da bu iş için yetkiniz yok.');
    expect(fill(ERRORS.H124.en, 'en', {}, false)).toBe(
      'You may send at most the allowed number of requests a second, and you sent more.',
    );
    expect(fill(ERRORS.H467.tr, 'tr', {}, false)).toContain('yasal süre içinde');
    const all = [...Object.values(ERRORS), ...Object.values(OWN_ERRORS)];
    for (const entry of all) {
      // The three dots stand for a placeholder that has no general words: there must be none.
      expect(fill(`${entry.tr} ${entry.mendTr}`, 'tr', {}, false).replaceAll('+90…', '')).not.toMatch(/[{}…]/);
      expect(fill(`${entry.en} ${entry.mendEn}`, 'en', {}, false).replaceAll('+90…', '')).not.toMatch(/[{}…]/);
    }
  });

  it('take what strangers sent as it is, and not without end', () => {
    expect(fill('{field}.', 'en', { field: '{limit} $& $1', limit: 5 }, true)).toBe('{limit} $& $1.');
    expect(() => fill('{toString}', 'en', {}, true)).toThrow(/No value for/);
    const cut = fill('{field}', 'en', { field: `${'x'.repeat(299)}\u{1F600}${'y'.repeat(5000)}` }, true);
    expect(cut).toBe(`${'x'.repeat(299)}…`);
    expect(fill('{field}', 'en', { field: 'x'.repeat(300) }, true)).toBe('x'.repeat(300));
    expect(sentence('H121', 'tr', { didYouMean: '1'.repeat(5000) }).length).toBeLessThan(500);
  });
});
