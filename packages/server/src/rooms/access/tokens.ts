// The two tokens of a session.
//
// Access token: a JWT (HS256) with the claims that programs of the original read in it; it lives two hours. Verifying
// one costs a quarter of a millisecond, so verified ones are remembered by their text; whether their family or account
// is still good is asked elsewhere, of the principal.
// Refresh token: an opaque one (opaque-token.ts).
// A change of the master secret ends all access tokens; refresh tokens stay good.

import { createSecretKey, hkdfSync, type KeyObject, randomUUID } from 'node:crypto';
import { jwtVerify, SignJWT } from 'jose';
import type { Clock } from '../../ground/clock.ts';
import { Recent } from './fresh-cache.ts';

/** Life of an access token in seconds (official API, token request). */
export const ACCESS_SECONDS = 7_200;
/** Life of a refresh token in seconds (the same). */
export const REFRESH_SECONDS = 14_400;
/** Brands named in a token: enough for any provider; a partner asks `/integrator/{code}/sps` for the rest. */
export const BRANDS_IN_TOKEN_MOST = 100;
/** Bytes of the brands' list: Node takes 16 KB of headers in all, and base64 adds a third. */
const BRANDS_IN_TOKEN_BYTES_MOST = 6_000;
/** Longer ones were not made here. */
const TOKEN_LETTERS_MOST = 14_000;
/** Verified tokens remembered: some 8 MB with ordinary tokens, 50 MB with the longest. */
const VERIFIED_MOST = 4_000;
const ALGORITHM = 'HS256';

/** What an access token tells of its bearer. */
export interface TokenClaims {
  readonly accountId: number;
  readonly familyId: string;
  /** Epoch seconds. */
  readonly expiresAt: number;
}

export interface TokenBearer {
  readonly accountId: number;
  readonly email: string;
  readonly role: string;
  readonly holder: { readonly code: number; readonly title: string };
  readonly brands: ReadonlyArray<{ readonly brandId: number; readonly name: string }>;
}

export class AccessTokens {
  readonly #clock: Clock;
  readonly #key: KeyObject;
  readonly #verified = new Recent<string, TokenClaims>(VERIFIED_MOST);

  constructor(clock: Clock, secret: Buffer) {
    this.#clock = clock;
    this.#key = createSecretKey(Buffer.from(hkdfSync('sha256', secret, '', 'acik-iys access token v1', 32)));
  }

  sign(bearer: TokenBearer, familyId: string): Promise<string> {
    const now = this.#clock.now();
    return new SignJWT({
      sid: familyId,
      preferred_username: bearer.email,
      realm_access: { roles: [bearer.role] },
      serviceProvider: { title: bearer.holder.title, iysCode: bearer.holder.code },
      brands: brandsForToken(bearer.brands),
    })
      .setProtectedHeader({ alg: ALGORITHM, typ: 'JWT' })
      .setSubject(String(bearer.accountId))
      .setJti(randomUUID())
      .setIssuedAt(now)
      .setExpirationTime(now + ACCESS_SECONDS)
      .sign(this.#key);
  }

  /** The claims of a token that was signed here and has not expired; undefined for any other text. */
  async verify(token: string): Promise<TokenClaims | undefined> {
    const known = this.#verified.get(token);
    if (known !== undefined) return known.expiresAt > this.#clock.now() ? known : undefined;
    if (token.length > TOKEN_LETTERS_MOST) return undefined;
    let claims: TokenClaims;
    try {
      const { payload } = await jwtVerify(token, this.#key, {
        algorithms: [ALGORITHM],
        currentDate: new Date(this.#clock.nowMs()),
        requiredClaims: ['sub', 'sid', 'exp'],
      });
      claims = { accountId: Number(payload.sub), familyId: String(payload['sid']), expiresAt: Number(payload.exp) };
    } catch {
      // Rubbish, another key, expired: the caller is told the same for all of them.
      return undefined;
    }
    this.#verified.set(token, claims);
    return claims;
  }

  forget(): void {
    this.#verified.clear();
  }
}

function brandsForToken(brands: TokenBearer['brands']): Array<{ brandCode: number; name: string }> {
  const named: Array<{ brandCode: number; name: string }> = [];
  let bytes = 0;
  for (const { brandId, name } of brands.slice(0, BRANDS_IN_TOKEN_MOST)) {
    const brand = { brandCode: brandId, name };
    bytes += Buffer.byteLength(JSON.stringify(brand)) + 1;
    if (bytes > BRANDS_IN_TOKEN_BYTES_MOST) break;
    named.push(brand);
  }
  return named;
}
