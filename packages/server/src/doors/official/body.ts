// Reads a JSON body without trusting it: UTF-8 only, bounded nesting, no key twice in one object. One pass over the
// bytes before parsing counts depth and keys outside strings; an object that says a key twice has fewer keys after
// parsing than colons before it. Which key it is, is looked for only then.

import { isUtf8 } from 'node:buffer';

/** A consent list is three deep; deeper bodies are nobody's. */
export const DEPTH_MAX = 16;

export type ParsedBody =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly fault: 'empty' | 'utf8' | 'depth' | 'syntax' }
  | { readonly ok: false; readonly fault: 'duplicate'; readonly key: string };

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COLON = 0x3a;

export function parseJson(body: unknown): ParsedBody {
  if (!Buffer.isBuffer(body) || body.length === 0) return { ok: false, fault: 'empty' };
  if (!isUtf8(body)) return { ok: false, fault: 'utf8' };
  const colons = scan(body);
  if (colons < 0) return { ok: false, fault: 'depth' };
  const text = body.toString('utf8');
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { ok: false, fault: 'syntax' };
  }
  return keysIn(value) === colons ? { ok: true, value } : { ok: false, fault: 'duplicate', key: keyToldTwice(text) };
}

/** Colons outside strings, or -1 where it nests too deep. */
function scan(body: Buffer): number {
  let colons = 0;
  let depth = 0;
  for (let i = 0; i < body.length; i++) {
    const byte = body[i] as number;
    if (byte === QUOTE) {
      for (i++; i < body.length && body[i] !== QUOTE; i++) if (body[i] === BACKSLASH) i++;
    } else if (byte === COLON) colons++;
    // { and [ differ from } and ] by two, in both pairs
    else if (byte === 0x7b || byte === 0x5b) {
      if (++depth > DEPTH_MAX) return -1;
    } else if (byte === 0x7d || byte === 0x5d) depth--;
  }
  return colons;
}

/** Keys of all objects in a value that nests at most DEPTH_MAX deep. */
function keysIn(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  let count = 0;
  if (Array.isArray(value)) {
    for (const item of value) count += keysIn(item);
    return count;
  }
  for (const key in value) {
    count += 1;
    const inner = (value as Record<string, unknown>)[key];
    if (typeof inner === 'object') count += keysIn(inner);
  }
  return count;
}

/** The first key that stands twice in one object, of JSON text that has such a key. */
function keyToldTwice(text: string): string {
  const keys: Set<string>[] = [];
  const colon = /\s*:/y;
  for (let i = 0; i < text.length; i++) {
    if (text[i] === '{') keys.push(new Set());
    else if (text[i] === '}') keys.pop();
    if (text[i] !== '"') continue;
    const begin = i;
    for (i++; text[i] !== '"'; i++) if (text[i] === '\\') i++;
    colon.lastIndex = i + 1;
    if (!colon.test(text)) continue;
    const key = JSON.parse(text.slice(begin, i + 1)) as string;
    const open = keys.at(-1) as Set<string>;
    if (open.has(key)) return key;
    open.add(key);
  }
  throw new Error('no key stands twice');
}

/** A JSON object, as opposed to a list, null or a word. */
export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
