// Tokens that say nothing: 256 random bits, of which the database knows the SHA-256 only.

import { createHash, randomBytes } from 'node:crypto';

const TOKEN_BYTES = 32;
/** 32 bytes in base64url. */
const TOKEN_FORM = /^[A-Za-z0-9_-]{43}$/;

export function makeOpaqueToken(): string {
  return randomBytes(TOKEN_BYTES).toString('base64url');
}

/** What the database keeps of a token; undefined for a text that cannot be one. */
export function opaqueTokenHash(token: string): Buffer | undefined {
  return TOKEN_FORM.test(token) ? createHash('sha256').update(token).digest() : undefined;
}
