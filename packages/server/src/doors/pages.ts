// The pages of packages/web as they were built: one HTML file for each entrance, its scripts and styles under /assets.
// Every address of an entrance leads to its HTML; what is shown there is the page's own business.

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance } from 'fastify';

const BUILT = fileURLToPath(new URL('../../../web/dist', import.meta.url));

/** Nothing but our own files runs or is shown; nobody may put our pages into theirs. */
const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "media-src 'self'",
  "font-src 'self'",
  "connect-src 'self'",
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join('; ');

const HEADERS = {
  'content-security-policy': CONTENT_SECURITY_POLICY,
  'referrer-policy': 'no-referrer',
  'permissions-policy': 'camera=(), microphone=(), geolocation=()',
  'cross-origin-opener-policy': 'same-origin',
} as const;

/** Entrances and their HTML files. */
const ENTRANCES = { '/isletme': 'isletme.html' } as const;

export async function pages(door: FastifyInstance, { demo }: { readonly demo: boolean }): Promise<void> {
  // A registry may be served without its screens: the API is whole by itself.
  if (!existsSync(join(BUILT, 'isletme.html'))) return;
  await door.register(fastifyStatic, {
    root: join(BUILT, 'assets'),
    prefix: '/assets/',
    // Names hold a hash of what is in them.
    immutable: true,
    maxAge: '365d',
    schemaHide: true,
    preCompressed: true,
  });
  for (const [at, file] of Object.entries(ENTRANCES)) {
    const html = readFileSync(join(BUILT, file));
    for (const url of [at, `${at}/*`])
      door.get(url, { schema: { hide: true } }, (_request, reply) =>
        reply.headers(HEADERS).header('cache-control', 'no-cache').type('text/html; charset=utf-8').send(html),
      );
  }
  if (demo) {
    const html = readFileSync(join(BUILT, 'parcalar.html'));
    door.get('/_parcalar', { schema: { hide: true } }, (_request, reply) =>
      reply.headers(HEADERS).type('text/html; charset=utf-8').send(html),
    );
  }
}
