// Tokens: password and refresh_token grants. Programs in the field send them as JSON, as a form, with a wrong content
// type or none, and with further keys, which are ignored here.

import { OAUTH_ERRORS, type OAuthReason, sentence } from '@acik-iys/law';
import { AccessError, type TokenPair } from '../../rooms/access/index.ts';
import type { Answer } from './answer.ts';
import { isObject, parseJson } from './body.ts';
import { GATES, type OfficialRoute, type TokenCall } from './route.ts';
import * as schemas from './schemas.ts';

/** Ample for a name, a password and a token; anybody may ask, and reading a form of megabytes takes seconds. */
const TOKEN_BODY_BYTES_MAX = 16_384;

function refused(reason: OAuthReason): Answer {
  const { error, http, tr } = OAUTH_ERRORS[reason];
  return { status: http, body: { error, error_description: tr }, headers: { 'cache-control': 'no-store' } };
}

/** Too many token requests; no body is documented, so every spelling that clients read is sent [ours]. */
export function tooManyTokens(limit: number, retryAfterSeconds: number): Answer {
  const message = sentence('H084', 'tr', { limit });
  return {
    status: 429,
    body: {
      code: 'H084',
      message,
      errors: [{ code: 'H084', message }],
      error: 'invalid_request',
      error_description: message,
    },
    headers: { 'retry-after': String(retryAfterSeconds) },
  };
}

/** The fields of a token request, however it was sent. */
function fields(body: unknown, contentType: string): Readonly<Record<string, unknown>> {
  const parsed = parseJson(body);
  if (parsed.ok && isObject(parsed.value)) return parsed.value;
  if (!Buffer.isBuffer(body) || (contentType.includes('json') && !parsed.ok)) return {};
  return Object.fromEntries(new URLSearchParams(body.toString('utf8')));
}

function missing(field: 'username' | 'password' | 'refresh_token', value: unknown): OAuthReason | undefined {
  if (value === undefined || value === null) return `${field}_absent`;
  if (typeof value !== 'string') return `${field}_not_text`;
  return value === '' ? `${field}_empty` : undefined;
}

/** Grants of OAuth that this path does not offer: told apart from words that are no grant at all. */
const OTHER_GRANTS: ReadonlySet<unknown> = new Set(['client_credentials', 'authorization_code', 'implicit']);

/** Programs of 2020 send a refresh as `refreshToken` alone. */
function withOlderSpelling(asked: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return asked.grant_type === undefined && typeof asked.refreshToken === 'string'
    ? { grant_type: 'refresh_token', refresh_token: asked.refreshToken }
    : asked;
}

async function grant(call: TokenCall): Promise<Answer> {
  const asked = withOlderSpelling(fields(call.body, call.contentType));
  const { access } = call.rooms;
  try {
    switch (asked.grant_type) {
      case 'password': {
        const reason = missing('username', asked.username) ?? missing('password', asked.password);
        if (reason) return refused(reason);
        return granted(await access.logIn(asked.username as string, asked.password as string, call.networkAddress));
      }
      case 'refresh_token': {
        const reason = missing('refresh_token', asked.refresh_token);
        if (reason) return refused(reason);
        return granted(await access.refresh(asked.refresh_token as string, call.networkAddress));
      }
      case '':
        return refused('grant_type_empty');
      case undefined:
      case null:
        return refused('grant_type_absent');
      default:
        return refused(OTHER_GRANTS.has(asked.grant_type) ? 'grant_type_unsupported' : 'grant_type_unknown');
    }
  } catch (error) {
    if (!(error instanceof AccessError)) throw error;
    switch (error.reason) {
      case 'credentials':
        return refused('credentials_wrong');
      case 'role':
        return refused('role_wrong');
      case 'refresh_token':
        return refused('refresh_token_unknown');
      // Of people's second factors; a program has none.
      case 'codes-paused':
      case 'too-many':
        return tooManyTokens(call.rooms.config.limits.tokensPerHour, error.retryAfterSeconds ?? 1);
    }
  }
}

function granted(pair: TokenPair): Answer {
  return {
    status: 200,
    body: {
      access_token: pair.accessToken,
      refresh_token: pair.refreshToken,
      expires_in: pair.expiresIn,
      refresh_expires_in: pair.refreshExpiresIn,
      token_type: 'bearer',
      // Programs of 2020 read these spellings.
      accessToken: pair.accessToken,
      refreshToken: pair.refreshToken,
    },
    headers: { 'cache-control': 'no-store' },
  };
}

export const tokenRoutes: readonly OfficialRoute[] = [
  {
    method: 'POST',
    path: '/oauth2/token',
    aliases: ['/oauth/token'],
    guard: 'token',
    tag: 'token',
    operation: 'createToken',
    summary: { tr: 'Jeton al ya da yenile', en: 'Get or refresh a token' },
    limits: ['requestsPerSecond', 'tokensPerHour'],
    gate: GATES.none,
    bodyBytesMax: TOKEN_BODY_BYTES_MAX,
    faults: { read: 'H015', store: 'H015', other: 'H015' },
    schema: {
      body: schemas.TokenRequest,
      answers: {
        200: { description: 'Jetonlar / Tokens', schema: schemas.TokenAnswer },
        400: { description: 'Hata / Error', schema: schemas.TokenRefused },
        429: { description: 'Çok sık / Too often', schema: schemas.TooManyTokens },
      },
    },
    handle: grant,
  },
];
