// Cases of the fuzz test: a valid call of each route, and mutations that know its structure. Everything is drawn from one
// seed, so a case is named by its seed alone.

import type { OfficialRoute } from '../../src/doors/official/index.ts';
import type { Random } from './random.ts';

/** One call as it goes on the wire. */
export interface FuzzCase {
  readonly operation: string;
  readonly method: string;
  /** With the query; printable ASCII only. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer | null;
  /** What was done to the valid call. */
  readonly mutations: readonly string[];
}

/** What a valid call of a route needs besides its path. */
export interface ValidCall {
  readonly parameters?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, string>>;
  /** Drawn anew for each case, so that what would be stored is not there yet. */
  readonly body?: (random: Random) => unknown;
  /** Whose token: provider's or partner's. */
  readonly as?: 'provider' | 'partner';
}

interface Draft {
  method: string;
  template: string;
  readonly parameters: Record<string, string>;
  query: [string, string][];
  body: unknown;
  /** Changes of the text, once the body is text. */
  readonly texts: ((bytes: Buffer) => Buffer)[];
  readonly headers: Record<string, string>;
  suffix: string;
}

const LONG_TEXT = 'ş'.repeat(5_000);

function nested(depth: number): unknown {
  let value: unknown = 1;
  for (let i = 0; i < depth; i++) value = i % 2 === 0 ? [value] : { a: value };
  return value;
}

/** Values that programs stumble over. */
const VALUES: readonly unknown[] = [
  null,
  true,
  false,
  '',
  ' ',
  0,
  -1,
  1,
  1.5,
  1e21,
  1e308,
  2_147_483_647,
  2_147_483_648,
  Number.MAX_SAFE_INTEGER,
  -(2 ** 60),
  99_999_999,
  10_000_000,
  [],
  {},
  [[]],
  [null],
  nested(5),
  nested(14),
  nested(400),
  LONG_TEXT,
  'ONAY',
  'RET',
  'RED',
  'onay',
  'ONAY ',
  'ARAMA',
  'EPOSTA',
  'TACIR',
  'HS_WEB',
  'HS_KARAR',
  'HS_2015',
  'IYS_WEB',
  'İSTANBUL',
  'ıIiİ',
  'ğüşöç@örnek.example',
  'a@b',
  'ayse@posta.example',
  'AYSE@POSTA.EXAMPLE',
  '+905321234567',
  '+9005321234567',
  '05321234567',
  '+90 532 123 45 67',
  `+9${'0'.repeat(40)}`,
  '١٢٣٤',
  '\u0000',
  'a\u0000b',
  '\ud800',
  '\udc00\ud800',
  '\u202e',
  '\ufeff',
  '💩',
  "'; drop table movement; --",
  '{}',
  '{NULL}',
  '{1,2}',
  '\\',
  '"',
  '__proto__',
  'constructor',
  '2026-02-30 00:00:00',
  '2015-05-01 00:00:00',
  '0000-00-00 00:00:00',
  '9999-12-31 23:59:59',
  '2026-11-24T10:00:00Z',
  '2026-11-24 24:00:00',
  '00000000-0000-0000-0000-000000000000',
  'http://127.0.0.1:1/',
  'https://127.0.0.1:1/',
  'ftp://127.0.0.1/',
  'http://[::1]:1/',
  'javascript:1',
];

/** The same for paths and queries, escaped as a client must, and as none should. */
const PATH_WORDS: readonly string[] = [
  '0',
  '-1',
  '1',
  '007',
  '600101',
  '600200',
  '900100',
  '999999',
  '2147483647',
  '2147483648',
  '99999999999999999999',
  '1e3',
  '0x10',
  '%20',
  '%00',
  '%ff',
  '%zz',
  '%',
  '%2f',
  '..',
  '%2e%2e%2f',
  'a',
  'a'.repeat(299),
  'a'.repeat(301),
  'a'.repeat(4_000),
  '%C4%9F',
  '%D9%A1%D9%A2',
  '%ED%A0%80',
  'ARAMA',
  'arama',
  'TACIR',
  '__proto__',
  'constructor',
  'null',
  'undefined',
  'NaN',
  '2026-02-30',
  '2026-13-01',
  '0000-00-00',
  '9999-12-31',
  '00000000-0000-0000-0000-000000000000',
  '000000000000000000000000000000000000000',
  '1700000000_0000000000000001000000000000000000000000000000000000000000000000',
  '1700000000_ffffffffffffffff000000000000000000000000000000000000000000000000',
  '9999999999_0000000000000001000000000000000000000000000000000000000000000000',
  '1700000000000_7fffffffffffffff00000000000000000000000000000000000000000000000',
  "'",
  '"',
  '{}',
  '[]',
];

const METHODS = ['GET', 'POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS', 'HEAD', 'TRACE', 'PROPFIND'] as const;
const CONTENT_TYPES = [
  '',
  'application/json',
  'application/json; charset=iso-8859-9',
  'application/json; charset=utf-16',
  'application/x-www-form-urlencoded',
  'multipart/form-data',
  'multipart/form-data; boundary=x',
  'text/plain',
  'text/xml',
  'a',
  ';',
  '\t',
  'application/json, text/plain',
] as const;

/** Every place in a JSON value, as a way from its root. */
function places(value: unknown, way: (string | number)[] = []): (string | number)[][] {
  if (typeof value !== 'object' || value === null) return [way];
  const inner = Array.isArray(value) ? value.map((one, i) => [i, one] as const) : Object.entries(value);
  return [way, ...inner.slice(0, 40).flatMap(([name, one]) => places(one, [...way, name]))];
}

/** The value with another one at a place; `change` may answer undefined to leave it out. */
function changed(value: unknown, way: readonly (string | number)[], change: (old: unknown) => unknown): unknown {
  const [first, ...rest] = way;
  if (first === undefined) return change(value);
  const copy: Record<string, unknown> | unknown[] = Array.isArray(value) ? [...value] : { ...(value as object) };
  const inner = copy as Record<string | number, unknown>;
  const next = changed(inner[first], rest, change);
  if (next === undefined && rest.length === 0) {
    if (Array.isArray(copy)) copy.splice(first as number, 1);
    else delete inner[first];
  } else inner[first] = next;
  return copy;
}

type Mutation = readonly [name: string, mutate: (draft: Draft, random: Random) => void];

function atPlace(change: (old: unknown, random: Random) => unknown): Mutation[1] {
  return (draft, random) => {
    const way = random.pick(places(draft.body));
    draft.body = changed(draft.body, way, (old) => change(old, random));
  };
}

function renamed(draft: Draft, random: Random, name: (old: string) => string): void {
  const way = random.pick(places(draft.body));
  draft.body = changed(draft.body, way, (old) => {
    if (typeof old !== 'object' || old === null || Array.isArray(old)) return old;
    const keys = Object.keys(old);
    const one = keys.length > 0 ? random.pick(keys) : '';
    return Object.fromEntries(Object.entries(old).map(([key, value]) => [key === one ? name(key) : key, value]));
  });
}

const BODY_MUTATIONS: readonly Mutation[] = [
  ['another value', atPlace((_, random) => random.pick(VALUES))],
  ['another value', atPlace((_, random) => random.pick(VALUES))],
  ['another value', atPlace((_, random) => random.pick(VALUES))],
  ['left out', atPlace(() => undefined)],
  ['in a list', atPlace((old) => [old])],
  ['in an object', atPlace((old) => ({ a: old }))],
  ['as text', atPlace((old) => (typeof old === 'object' ? JSON.stringify(old) : String(old)))],
  ['as a number', atPlace((old) => (typeof old === 'object' ? 0 : Number(old) || 0))],
  ['a letter changed', atPlace((old, random) => (typeof old === 'string' ? withLetter(old, random) : old))],
  [
    'one key more',
    atPlace((old, random) =>
      typeof old === 'object' && old !== null && !Array.isArray(old)
        ? {
            ...old,
            [random.pick(['a', '', '__proto__', 'İ', 'constructor', 'status ', 'toString'])]: random.pick(VALUES),
          }
        : old,
    ),
  ],
  ['a key in capitals', (draft, random) => renamed(draft, random, (key) => key.toUpperCase())],
  ['a key in Turkish', (draft, random) => renamed(draft, random, (key) => key.replaceAll('i', 'ı'))],
  ['twice in its list', atPlace((old) => (Array.isArray(old) && old.length > 0 ? [...old, old[0]] : old))],
  [
    'many in its list',
    atPlace((old, random) =>
      Array.isArray(old) && old.length > 0
        ? Array.from({ length: random.pick([101, 1_001, 3_001]) }, () => old[0])
        : old,
    ),
  ],
  [
    'no body',
    (draft) => {
      draft.body = undefined;
    },
  ],
];

const TEXT_MUTATIONS: readonly Mutation[] = [
  ['cut short', (draft, random) => text(draft, (bytes) => bytes.subarray(0, random.below(bytes.length + 1)))],
  ['a byte changed', (draft, random) => text(draft, (bytes) => withByte(bytes, random))],
  ['a byte order mark', (draft) => text(draft, (bytes) => Buffer.concat([Buffer.from('\ufeff'), bytes]))],
  ['UTF-16', (draft) => text(draft, (bytes) => Buffer.from(bytes.toString(), 'utf16le'))],
  ['Latin-1', (draft) => text(draft, (bytes) => Buffer.from(bytes.toString().replace('_', 'ÿ'), 'latin1'))],
  ['a key twice', (draft) => text(draft, (bytes) => replaced(bytes, /\{("[^"]+":)/, '{$1null,$1'))],
  ['a comma more', (draft) => text(draft, (bytes) => replaced(bytes, /([}\]])/, ',$1'))],
  ['no quotes', (draft) => text(draft, (bytes) => replaced(bytes, /"([^"]*)"/, '$1'))],
  ['NaN', (draft) => text(draft, (bytes) => replaced(bytes, /"[^"]*"([,}\]])/, 'NaN$1'))],
  ['a huge number', (draft) => text(draft, (bytes) => replaced(bytes, /"[^"]*"([,}\]])/, '1e999$1'))],
  ['twice', (draft) => text(draft, (bytes) => Buffer.concat([bytes, bytes]))],
  ['depth', (draft) => text(draft, (bytes) => replaced(bytes, /"[^"]*"([,}\]])/, `${'['.repeat(5_000)}$1`))],
  ['a form', (draft) => text(draft, () => Buffer.from('grant_type=password&username=a&password=%ff&a[b]=c'))],
];

const OTHER_MUTATIONS: readonly Mutation[] = [
  [
    'another parameter',
    ({ parameters }, random) => {
      const names = Object.keys(parameters);
      if (names.length > 0) parameters[random.pick(names)] = random.pick(PATH_WORDS);
    },
  ],
  [
    'another parameter',
    ({ parameters }, random) => {
      const names = Object.keys(parameters);
      if (names.length > 0) parameters[random.pick(names)] = random.pick(PATH_WORDS);
    },
  ],
  [
    'a longer path',
    (draft, random) => {
      draft.suffix = random.pick(['/', '//', '/x', '/%00', ';a=b', '/..', '%20']);
    },
  ],
  [
    'slashes',
    (draft) => {
      draft.template = draft.template.replaceAll('/', '//');
    },
  ],
  [
    'capitals',
    (draft) => {
      draft.template = draft.template.replace(/\/[a-z]+/g, (word) => word.toUpperCase());
    },
  ],
  [
    'a query',
    (draft, random) => {
      const name = random.pick([
        'limit',
        'offset',
        'after',
        'source',
        'all',
        'short',
        'a',
        '__proto__',
        'limit[]',
        '%zz',
        '',
      ]);
      draft.query = [...draft.query, [name, random.pick(PATH_WORDS)]];
    },
  ],
  [
    'a query twice',
    (draft, random) => {
      const name = random.pick(['limit', 'offset', 'after', 'source', 'all', 'short']);
      draft.query = [...draft.query, [name, '1'], [name, random.pick(PATH_WORDS)]];
    },
  ],
  [
    'another query',
    (draft, random) => {
      draft.query = draft.query.map(([name]) => [name, random.pick(PATH_WORDS)]);
    },
  ],
  [
    'another method',
    (draft, random) => {
      draft.method = random.pick(METHODS);
    },
  ],
  [
    'another content type',
    ({ headers }, random) => {
      headers['content-type'] = random.pick(CONTENT_TYPES);
    },
  ],
  [
    'another token',
    ({ headers }, random) => {
      const token = headers['authorization'] ?? '';
      headers['authorization'] = random.pick([
        '',
        'Bearer',
        'Bearer ',
        'Basic YTpi',
        token.toLowerCase(),
        token.slice(0, -3),
        `${token}x`,
        token.replace('Bearer ', 'bearer  '),
        `Bearer ${'a'.repeat(6_000)}`,
        'Bearer a.b.c',
        'Bearer eyJhbGciOiJub25lIn0.eyJzdWIiOiIxIn0.',
      ]);
    },
  ],
  [
    'a header',
    ({ headers }, random) => {
      const [name, value] = random.pick([
        ['content-encoding', 'gzip'],
        ['expect', '100-continue'],
        ['accept', 'text/html'],
        ['x-http-method-override', 'DELETE'],
        ['x-forwarded-for', '127.0.0.1, \u00ff'],
        ['origin', 'null'],
        ['range', 'bytes=0-1'],
        ['if-none-match', '*'],
        ['transfer-encoding', 'chunked'],
      ] as const);
      headers[name] = value;
    },
  ],
];

function text(draft: Draft, change: (bytes: Buffer) => Buffer): void {
  draft.texts.push(change);
}

function replaced(bytes: Buffer, pattern: RegExp, by: string): Buffer {
  return Buffer.from(bytes.toString().replace(pattern, by));
}

function withByte(bytes: Buffer, random: Random): Buffer {
  const copy = Buffer.from(bytes);
  if (copy.length > 0) copy[random.below(copy.length)] = random.below(256);
  return copy;
}

function withLetter(word: string, random: Random): string {
  const letters = ['\u0000', '\ud800', 'ı', 'İ', ' ', '%', '@', '0', '-', '\u0301', '\n'];
  const at = random.below(word.length + 1);
  return `${word.slice(0, at)}${random.pick(letters)}${word.slice(at + random.below(2))}`;
}

/** A valid call of a route as a case without mutations. */
export function validCase(route: OfficialRoute, valid: ValidCall, token: string | undefined, random: Random): FuzzCase {
  return finished(route.operation, draftOf(route, valid, token, random), []);
}

function draftOf({ method, path }: OfficialRoute, valid: ValidCall, token: string | undefined, random: Random): Draft {
  return {
    method,
    template: path,
    parameters: { ...valid.parameters },
    query: Object.entries(valid.query ?? {}),
    body: valid.body?.(random),
    texts: [],
    headers: {
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
      ...(valid.body !== undefined && { 'content-type': 'application/json' }),
    },
    suffix: '',
  };
}

/** A call with one to three mutations. */
export function mutatedCase(
  route: OfficialRoute,
  valid: ValidCall,
  token: string | undefined,
  random: Random,
): FuzzCase {
  const draft = draftOf(route, valid, token, random);
  const names: string[] = [];
  if (random.chance(0.1) && route.aliases) draft.template = random.pick(route.aliases);
  for (let n = 1 + random.below(3); n > 0; n--) {
    const hasBody = draft.body !== undefined;
    const dice = random.next();
    const [name, mutate] = random.pick(
      hasBody && dice < 0.6 ? BODY_MUTATIONS : hasBody && dice < 0.75 ? TEXT_MUTATIONS : OTHER_MUTATIONS,
    );
    names.push(name);
    mutate(draft, random);
  }
  return finished(route.operation, draft, names);
}

function finished(operation: string, draft: Draft, mutations: readonly string[]): FuzzCase {
  let body: Buffer | null = draft.body === undefined ? null : Buffer.from(JSON.stringify(draft.body));
  for (const change of draft.texts) body = change(body ?? Buffer.alloc(0));
  const path = draft.template.replaceAll(/\{(\w+)\}/g, (_, name: string) => draft.parameters[name] ?? '');
  const query = draft.query.map(([name, value]) => `${name}=${value}`).join('&');
  return {
    operation,
    method: draft.method,
    path: `${path}${draft.suffix}${query === '' ? '' : `?${query}`}`.replaceAll(/[^\x21-\x7e]/g, encodeURIComponent),
    headers: draft.headers,
    body,
    mutations,
  };
}

/** For the report of a failure: everything that is needed to send it again. */
export function told({ method, path, headers, body, mutations, operation }: FuzzCase): string {
  const { authorization, ...rest } = headers;
  const shown = body === null ? 'no body' : JSON.stringify(body.toString('latin1').slice(0, 2_000));
  return `${operation} (${mutations.join(', ')}): ${method} ${path} ${JSON.stringify(rest)} ${
    authorization === undefined ? 'no token' : authorization.slice(0, 20)
  } ${shown}`;
}
