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

/** Screens that people come to first, by their addresses within the entrance. */
const FIRST_SCREENS = [
  [/^\/?(giris)?(\?|$)/, 'src/business/pages/account/log-in.tsx'],
  [/^\/\d{1,9}\/?(\?|$)/, 'src/business/pages/overview/today.tsx'],
] as const;

type Manifest = Readonly<Record<string, { file: string; imports?: readonly string[]; css?: readonly string[] }>>;

/** Scripts and styles of a part and of all that it needs. */
function filesOf(manifest: Manifest, part: string, seen = new Set<string>()): string[] {
  const entry = manifest[part];
  if (entry === undefined || seen.has(part)) return [];
  seen.add(part);
  const { file, imports = [], css = [] } = entry;
  return [file, ...css, ...imports.flatMap((one) => filesOf(manifest, one, seen))];
}

/**
 * What a screen asks first, on its way while the entrance's scripts still are: on a slow line half a second is saved.
 * @param path of the address within the entrance
 * @param known files that the entrance names by itself
 */
function askedFirst(manifest: Manifest, path: string, known: ReadonlySet<string>): string {
  const [, organisation] = /^\/(\d{1,9})(?:[/?]|$)/.exec(path) ?? [];
  const routes = ['/portal/session', ...(organisation === undefined ? [] : [`/portal/organisations/${organisation}`])];
  const screen = FIRST_SCREENS.find(([pattern]) => pattern.test(path))?.[1];
  const files = screen === undefined ? [] : filesOf(manifest, screen).filter((file) => !known.has(file));
  return [
    ...routes.map((route) => `<link rel="preload" as="fetch" crossorigin href="${route}">`),
    ...files.map((file) =>
      file.endsWith('.css')
        ? `<link rel="stylesheet" crossorigin href="/${file}">`
        : `<link rel="modulepreload" crossorigin href="/${file}">`,
    ),
  ]
    .map((line) => `  ${line}\n`)
    .join('');
}

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
  const manifest = JSON.parse(readFileSync(join(BUILT, 'manifest.json'), 'utf8')) as Manifest;
  for (const [at, file] of Object.entries(ENTRANCES)) {
    const known = new Set(filesOf(manifest, file));
    const [head = '', rest = ''] = readFileSync(join(BUILT, file), 'utf8').split('</head>');
    for (const url of [at, `${at}/*`])
      door.get(url, { schema: { hide: true } }, (request, reply) =>
        reply
          .headers(HEADERS)
          .header('cache-control', 'no-cache')
          .type('text/html; charset=utf-8')
          .send(`${head}${askedFirst(manifest, request.url.slice(at.length), known)}</head>${rest}`),
      );
  }
  if (demo) {
    const html = readFileSync(join(BUILT, 'parcalar.html'));
    door.get('/_parcalar', { schema: { hide: true } }, (_request, reply) =>
      reply.headers(HEADERS).type('text/html; charset=utf-8').send(html),
    );
  }
}
