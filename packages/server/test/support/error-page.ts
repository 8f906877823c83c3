// docs/errors.md, made from the catalogue, the route table and the limits that apply; docs.test.ts compares it. What a
// code means on some paths only is said beside its row: from the route table where that knows it, else in NOTES.

import {
  type CatalogueEntry,
  CONNECTION_REASONS,
  ERRORS,
  type ErrorCode,
  inWords,
  OAUTH_ERRORS,
  OWN_ERRORS,
  type OwnErrorCode,
  ownSentence,
  PERIODS,
  RETAILER_ACCESS_MAX,
  type SentenceValues,
  sentence,
  type Words,
} from '@acik-iys/law';
import { DEPTH_MAX } from '../../src/doors/official/body.ts';
import { ACCESS_ENTRIES_MAX } from '../../src/doors/official/consents.ts';
import { OFFICIAL_ROUTES, type OfficialRoute } from '../../src/doors/official/index.ts';
import { NewRetailer } from '../../src/doors/official/schemas.ts';
import { VARIABLES } from '../../src/ground/config.ts';

/** What an own sentence stands under where the contract has a code for the case, but another sentence for it. */
const SPOKEN_AS: Readonly<Partial<Record<OwnErrorCode, ErrorCode>>> = {
  'registry.overloaded': 'H124',
  'registry.unavailable': 'H192',
  'request.brand_code_not_integer': 'H191',
};
/** Answered with the sentence of SPOKEN_AS alone. */
const NEVER_WITH_ITS_SENTENCE: ReadonlySet<string> = new Set<ErrorCode>(['H192']);

const period = PERIODS.findLast(({ key }) => key === 'record-consent');
if (period === undefined) throw new Error('the law has no period in which consents are recorded');

const VALUES: Readonly<Record<string, SentenceValues>> = {
  H016: { expected: Object.keys(NewRetailer.properties).join(', ') },
  H084: { limit: VARIABLES.ACIK_IYS_LIMIT_TOKENS_PER_HOUR.default },
  H086: { limit: VARIABLES.ACIK_IYS_LIMIT_STATUS_PER_HOUR.default },
  H089: { limit: VARIABLES.ACIK_IYS_LIMIT_HISTORY_PER_HOUR.default },
  H124: { limit: VARIABLES.ACIK_IYS_LIMIT_REQUESTS_PER_SECOND.default },
  H126: {
    limit: { tr: `100 (izin eklerken ${RETAILER_ACCESS_MAX})`, en: `100 (${RETAILER_ACCESS_MAX} in a consent)` },
  },
  H127: { limit: { tr: '100 (çoklu sorguda 1000)', en: '100 (1000 in the multiple query)' } },
  H467: { period: inWords(period) },
  H525: { limit: '`consentLimit`' },
  H530: { reason: '{reason}' },
  'request.too_large': { limit: VARIABLES.ACIK_IYS_BODY_BYTES_MAX.default },
  'request.too_deep': { limit: DEPTH_MAX },
  'request.too_many_retailers': { limit: ACCESS_ENTRIES_MAX },
  'request.unsupported_media_type': { expected: 'application/json' },
};

const NEVER: Words = { tr: 'Bu sunucu bu kodla yanıt vermez.', en: 'This server does not answer with it.' };
const IN_BATCH_RESULT: Words = {
  tr: 'Toplu eklemede o iznin sonucunda durur, HTTP 200.',
  en: 'In a batch it stands in the result of that consent, HTTP 200.',
};
const ownLimit = (name: keyof typeof VARIABLES): Words => ({
  tr: `Ayar: \`${name}\`; bir sağlayıcınınki \`npm run setup -- limit\` ile değişir.`,
  en: `Setting: \`${name}\`; a provider's own by \`npm run setup -- limit\`.`,
});
const NOTES: Readonly<Record<string, Words>> = {
  H031: NEVER,
  H058: {
    tr: '`DELETE …/retailers/{retailerCode}` ve `access/remove`; `GET …/retailers/{retailerCode}` ise `200 {}` der.',
    en: '`DELETE …/retailers/{retailerCode}` and `access/remove`; `GET …/retailers/{retailerCode}` says `200 {}`.',
  },
  H061: { tr: 'Bayi bir izne bağlıysa 400.', en: '400 while a consent is tied to the retailer.' },
  H084: ownLimit('ACIK_IYS_LIMIT_TOKENS_PER_HOUR'),
  H086: ownLimit('ACIK_IYS_LIMIT_STATUS_PER_HOUR'),
  H089: ownLimit('ACIK_IYS_LIMIT_HISTORY_PER_HOUR'),
  H123: NEVER,
  H124: ownLimit('ACIK_IYS_LIMIT_REQUESTS_PER_SECOND'),
  H174: IN_BATCH_RESULT,
  H175: IN_BATCH_RESULT,
  H178: IN_BATCH_RESULT,
  H182: {
    tr: '{field}: geçmişte ve iş ortağında `limit`, bayi listelerinde `offset`.',
    en: '{field}: `limit` in history and partner lists, `offset` in lists of retailers.',
  },
  H183: {
    tr: '{field}: geçmişte ve iş ortağında `offset`, bayi listelerinde `limit`.',
    en: '{field}: `offset` in history and partner lists, `limit` in lists of retailers.',
  },
  H191: { tr: 'Push kaydında.', en: 'In the registration of push.' },
  H250: NEVER,
  H252: NEVER,
  H266: { tr: 'Toplu eklemede boş metin de.', en: 'In a batch an empty string too.' },
  H267: { tr: 'Tek eklemede.', en: 'In the single add.' },
  H353: {
    tr: '{field}: `iysCode`, `brandCode`, `integratorCode` ya da `type`. Bazı yollarda `code` yanında `code:` da gönderilir.',
    en: '{field}: `iysCode`, `brandCode`, `integratorCode` or `type`. On some paths `code:` is sent beside `code`.',
  },
  H462: IN_BATCH_RESULT,
  H463: IN_BATCH_RESULT,
  H467: {
    tr: 'Geçmiş yükleme: [integrators.md](integrators.md#geçmişin-yüklenmesi).',
    en: 'Historic load: [integrators.md](integrators.md#first-load).',
  },
  H476: NEVER,
  H486: IN_BATCH_RESULT,
  H520: { tr: 'Toplu eklemede sorulmaz.', en: 'Not asked in the batch add.' },
  H525: { tr: 'Sınır aboneliğinizin `consentLimit` değeridir.', en: 'The limit is that of your subscription.' },
  H530: {
    tr: `{reason}: ${Object.values(CONNECTION_REASONS)
      .map(({ tr }) => tr)
      .join('; ')}.`,
    en: `{reason}: ${Object.values(CONNECTION_REASONS)
      .map(({ en }) => en)
      .join('; ')}.`,
  },
  'request.brand_code_not_integer': { tr: 'Adresteki brandCode.', en: 'brandCode in the path.' },
  'request.too_large': {
    tr: 'Ayar: `ACIK_IYS_BODY_BYTES_MAX`; jeton yolunda 16384.',
    en: 'Setting: `ACIK_IYS_BODY_BYTES_MAX`; 16384 on the token path.',
  },
  'request.unsupported_media_type': NEVER,
};

const STATUSES: Readonly<Record<string, string>> = { H061: '500, 400' };

function pathsWhere(fits: (route: OfficialRoute) => boolean): string {
  const short = (path: string): string => path.replace('/sps/{iysCode}/brands/{brandCode}', '…');
  return OFFICIAL_ROUTES.filter(fits)
    .map(({ method, path }) => `\`${method} ${short(path)}\``)
    .join(', ');
}

/** What the route table knows of a code's places. */
function placesOf(code: string): Words | undefined {
  const unreadable = pathsWhere(({ notJson }) => notJson === code);
  if (unreadable !== '') return { tr: `JSON okunamazsa: ${unreadable}.`, en: 'Unreadable JSON on these paths.' };
  if (code === 'H001' || code === 'H018') {
    const told = pathsWhere(
      (route) => route.tellsUnknownNumbers === true && (code === 'H001' || route.guard === 'brand'),
    );
    return { tr: `Yalnız ${told}; başka yerde 403 H353.`, en: 'On these paths only; elsewhere 403 H353.' };
  }
  if (code === 'H251') {
    const told = pathsWhere(({ tokenCode }) => tokenCode === code);
    return { tr: `Yalnız ${told}; başka yerde H351.`, en: 'On this path only; elsewhere H351.' };
  }
  return undefined;
}

/** @param name the code, or where that has another sentence of ours, our name of it */
function whereCell(name: string): string {
  const note = NOTES[name] ?? placesOf(name);
  return note === undefined ? '' : `${note.tr} / ${note.en}`;
}

const valuesOf = (code: string): SentenceValues => ({ field: '{field}', ...VALUES[code] });
const byCode = (one: string, other: string): number => (one < other ? -1 : 1);

function officialRows(): string[] {
  const row = (code: string, name: string, { http, own }: CatalogueEntry, tr: string, en: string): string =>
    `| ${code} | ${STATUSES[code] ?? http} | \`${own}\` | ${tr} | ${en} | ${whereCell(name)} |`;
  const contract = (Object.keys(ERRORS) as ErrorCode[])
    .filter((code) => !NEVER_WITH_ITS_SENTENCE.has(code))
    .map((code) => {
      const values = valuesOf(code);
      return row(code, code, ERRORS[code], sentence(code, 'tr', values), sentence(code, 'en', values));
    });
  const spoken = (Object.entries(SPOKEN_AS) as [OwnErrorCode, ErrorCode][]).map(([name, code]) =>
    row(code, name, OWN_ERRORS[name], ownSentence(name, 'tr'), ownSentence(name, 'en')),
  );
  return [...contract, ...spoken].sort(byCode);
}

function ownRows(): string[] {
  return (Object.keys(OWN_ERRORS) as OwnErrorCode[])
    .filter((name) => !(name in SPOKEN_AS))
    .sort(byCode)
    .map((name) => {
      const values = valuesOf(name);
      return `| \`${name}\` | ${OWN_ERRORS[name].http} | ${ownSentence(name, 'tr', values)} | ${ownSentence(name, 'en', values)} | ${whereCell(name)} |`;
    });
}

function tokenRows(): string[] {
  return Object.values(OAUTH_ERRORS)
    .map(({ error, http, tr, en }) => `| \`${error}\` | ${http} | ${tr} | ${en} |`)
    .sort(byCode);
}

export function errorPage(): string {
  return `# Bütün hatalar · Every error

Bu sayfa \`packages/law/src/errors.ts\` kataloğundan ve yol tablosundan üretilir, bir denetimle onlarla karşılaştırılır. Kodlar ve HTTP durumları resmî sözleşmenindir, değişmez; cümleler her an iyileşebilir: programınız cümleye değil koda baksın. \`{field}\` yerinde alanın adı durur. \`…\` ile başlayan yollar \`/sps/{iysCode}/brands/{brandCode}\` altındadır.

_Made from the catalogue in \`packages/law/src/errors.ts\` and the route table, and compared with them by a test. Codes and statuses are the official contract's and never change; the sentences may get better at any time, so let your program read the code. \`{field}\` stands for the name of a field. Paths that begin with \`…\` are those under \`/sps/{iysCode}/brands/{brandCode}\`._

## Sözleşmenin kodları · Codes of the contract

\`{"errors":[{"code","message", "location", "value", "index"}]}\`: \`location\`, \`value\` ve \`index\` (toplu eklemedeki yeri) biçim hatalarında durur. / _\`location\`, \`value\` and \`index\` (the place in a batch) stand with faults of form._

| Kod / Code | HTTP | Kalıcı adı / Stable name | Türkçe | English | Nerede / Where |
|---|---|---|---|---|---|
${officialRows().join('\n')}

## Sözleşmede kodu olmayanlar · Where the contract has no code

\`code\` alanında bizim adımız durur; \`message\` yanında \`messageEn\` de vardır. / _Our own name stands in \`code\`; \`messageEn\` comes beside \`message\`._

| Kod / Code | HTTP | Türkçe | English | Nerede / Where |
|---|---|---|---|---|
${ownRows().join('\n')}

## Jeton yolu · The token path

\`POST /oauth2/token\` hataları başka biçimdedir: \`{"error","error_description"}\`; cümle Türkçedir. Yanlış parola da 400’dür, 401 değil. Saatlik sınır dolunca (429 H084) aynı cümle \`errors[]\`, \`code\` ve \`message\`, \`error\` ve \`error_description\` alanlarının hepsinde durur.

_Errors of \`POST /oauth2/token\` have another shape: \`{"error","error_description"}\`, the sentence in Turkish. A wrong password is a 400 too, not a 401. When the hour's limit is used up (429 H084), the same sentence stands in \`errors[]\`, in \`code\` and \`message\`, and in \`error\` and \`error_description\`._

| error | HTTP | error_description | English |
|---|---|---|---|
${tokenRows().join('\n')}
`;
}
