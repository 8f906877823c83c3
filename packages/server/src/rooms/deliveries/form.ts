// What a caller writes to register or remove a push address, checked; all faults of an entry are collected.
// Codes and locations: official API, Push (H093, H111, H117, H531).

import { CHANNELS, type Channel, type ConnectionReason } from '@acik-iys/law';

/** `location` and `value` are there where the contract shows them. */
export interface PushFault {
  readonly code: 'H093' | 'H111' | 'H117' | 'H191' | 'H530' | 'H531';
  readonly location?: readonly [string];
  readonly value?: unknown;
  /** Of H530 alone, and always. */
  readonly reason?: ConnectionReason;
}

export interface Connection {
  /** As the caller wrote it: shown to him so. */
  readonly url: string;
  /** The same in the form that tells addresses apart. */
  readonly href: string;
  readonly channel: Channel;
  readonly username: string;
  readonly password: string;
}

/** Longer addresses do not pass common servers and proxies. */
const URL_LENGTH_MAX = 2_048;
/** Both travel in one header with every page; common servers take 8 KB of headers. */
const CREDENTIAL_LENGTH_MAX = 255;
const CONTROL = /[\p{Cc}]/u;

export function isJsonObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** @param allowPlain http is possible too (to private addresses: network.ts) */
export function checkConnection(raw: unknown, allowPlain: boolean): Connection | PushFault[] {
  const entry = isJsonObject(raw) ? raw : {};
  const faults: PushFault[] = [];

  const url = entry['url'];
  const href = isText(url, URL_LENGTH_MAX) ? hrefOf(url, allowPlain) : undefined;
  if (isAbsent(url)) faults.push({ code: 'H531', location: ['url'] });
  else if (href === undefined) faults.push({ code: 'H531' });

  const type = entry['type'];
  if (isAbsent(type)) faults.push({ code: 'H111', location: ['type'] });
  else if (!isChannel(type)) faults.push({ code: 'H117', location: ['type'], value: type });

  // A colon ends the user name in basic authentication (RFC 7617).
  const username = entry['username'];
  const usernameFits = isText(username, CREDENTIAL_LENGTH_MAX) && !username.includes(':');
  if (!usernameFits) faults.push({ code: 'H093', location: ['username'] });
  const password = entry['password'];
  const passwordFits = isText(password, CREDENTIAL_LENGTH_MAX);
  if (!passwordFits) faults.push({ code: 'H093', location: ['password'] });

  if (href === undefined || !isChannel(type) || !usernameFits || !passwordFits) return faults;
  return { url: url as string, href, channel: type, username, password };
}

/** An address in the form that tells addresses apart, or undefined where it is none that push may have. */
export function hrefOf(url: string, allowPlain: boolean): string | undefined {
  if (!URL.canParse(url)) return undefined;
  const parsed = new URL(url);
  if (parsed.protocol !== 'https:' && !(allowPlain && parsed.protocol === 'http:')) return undefined;
  // Credentials have fields of their own, where they are kept sealed.
  if (parsed.username !== '' || parsed.password !== '') return undefined;
  parsed.hash = '';
  return parsed.href;
}

function isAbsent(value: unknown): boolean {
  return value === undefined || value === null;
}

function isChannel(value: unknown): value is Channel {
  return CHANNELS.includes(value as Channel);
}

/** Text without control characters (the database takes no NUL, a header no line end) and without lone surrogates. */
function isText(value: unknown, lengthMax: number): value is string {
  return (
    typeof value === 'string' &&
    value.length > 0 &&
    value.length <= lengthMax &&
    !CONTROL.test(value) &&
    value.isWellFormed()
  );
}
