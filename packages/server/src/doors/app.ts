// The HTTP server that all doors stand in: how requests are read and answered whatever the door, request ids, the
// pages about the server itself (home, API reference, health), and what happens to rude clients.
//
// Bodies reach the handlers as bytes: each door reads them by its own rules. A body past the limit is refused before it
// is read, a slow one after REQUEST_DEADLINE_MS, and a connection that says nothing is closed.

import { randomBytes } from 'node:crypto';
import { STATUS_CODES } from 'node:http';
import { OWN_ERRORS, type OwnErrorCode, ownSentence } from '@acik-iys/law';
import swagger from '@fastify/swagger';
import reference from '@scalar/fastify-api-reference';
import fastify, { type FastifyInstance, type FastifyReply, type FastifySchema } from 'fastify';
import { DEMO_ACCOUNTS } from '../demo-accounts.ts';
import { errorFields, type Log } from '../ground/log.ts';
import type { RequestMetrics } from '../ground/metrics.ts';
import { helpDoor } from './help/index.ts';
import { homePage } from './home.ts';
import { officialDoor, type Rooms } from './official/index.ts';
import { pages } from './pages.ts';
import { PLAIN_PAGE_HEADERS } from './plain-page.ts';
import { type PortalRooms, portalDoor } from './portal/index.ts';
import { isSlowBody } from './slow-body.ts';

/** Head and body of a request must be here by then; a connection that says nothing counts from its beginning. */
const REQUEST_DEADLINE_MS = 20_000;
const HEAD_DEADLINE_MS = 10_000;
/** Longer than the usual idle time of proxies (60 s), so that they close first. */
const KEEP_ALIVE_MS = 72_000;
/** How often Node looks for requests past their deadline. */
const DEADLINE_CHECK_MS = 2_000;
/** A connection on which nothing moves for so long is closed: an answer that nobody reads must not be held for ever. */
const SILENCE_MS = 90_000;
/** How a request that cannot be read is answered, where it is not 400. */
const CLIENT_ERRORS: Readonly<Record<string, number>> = { ERR_HTTP_REQUEST_TIMEOUT: 408, HPE_HEADER_OVERFLOW: 431 };
/** Tells this process's requests from all others': 48 random bits, then a running number. */
const PROCESS_ID_BYTES = 6;

/** Unique, short, and without asking for random bytes at each call. */
function requestIds(): () => string {
  const process = randomBytes(PROCESS_ID_BYTES).toString('base64url');
  let last = 0;
  return () => {
    last += 1;
    return `${process}-${last.toString(36)}`;
  };
}

export interface AppOptions {
  readonly log: Log;
  readonly metrics: RequestMetrics;
  /** Resolves when the server can do its work. */
  readonly ready: () => Promise<void>;
  /** Other deadlines for rude clients, in milliseconds: tests have no twenty seconds. */
  readonly deadlines?: {
    readonly request: number;
    readonly head: number;
    readonly check: number;
    readonly silence: number;
  };
}

const DEADLINES = {
  request: REQUEST_DEADLINE_MS,
  head: HEAD_DEADLINE_MS,
  check: DEADLINE_CHECK_MS,
  silence: SILENCE_MS,
};

export async function openApp(rooms: Rooms & PortalRooms, options: AppOptions): Promise<FastifyInstance> {
  const { log, metrics, ready, deadlines = DEADLINES } = options;
  const { config } = rooms;
  const app = fastify({
    bodyLimit: config.bodyBytesMax,
    requestTimeout: deadlines.request,
    connectionTimeout: deadlines.silence,
    keepAliveTimeout: KEEP_ALIVE_MS,
    http: { headersTimeout: deadlines.head, connectionsCheckingInterval: deadlines.check },
    clientErrorHandler: (error, socket) => {
      if (error.code === 'ECONNRESET' || socket.destroyed) return;
      // A file on its way has a deadline of its own.
      if (error.code === 'ERR_HTTP_REQUEST_TIMEOUT' && isSlowBody(socket)) return;
      const status = CLIENT_ERRORS[error.code] ?? 400;
      const head = `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n`;
      if (socket.writable) socket.write(head);
      socket.destroy(error);
    },
    forceCloseConnections: 'idle',
    trustProxy: config.trustProxy.length > 0 ? [...config.trustProxy] : false,
    genReqId: requestIds(),
    requestIdHeader: false,
    logger: false,
    // A call that comes on a kept connection while the server closes is answered like any other, then let go.
    return503OnClosing: false,
    rewriteUrl: (request) => pathOf(request.url ?? '/'),
    routerOptions: { ignoreTrailingSlash: true, maxParamLength: 300 },
    exposeHeadRoutes: false,
    // A path that cannot be decoded: no hook runs for it.
    frameworkErrors: (_error, request, reply) => {
      reply.header('x-request-id', request.id);
      reply.header('x-content-type-options', 'nosniff');
      log.info('request', { requestId: request.id, method: request.method, route: 'unknown', status: 404 });
      void sendOwn(reply as FastifyReply, 'route.unknown');
    },
  });
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
  // Schemas describe; the doors check with their own codes.
  app.setValidatorCompiler(() => () => true);
  app.setSerializerCompiler(() => (value) => JSON.stringify(value));

  // Callbacks, not async functions: a promise for each of them is a tenth of an empty call.
  // A path that is nobody's is answered before a body is read for it.
  app.addHook('onRequest', (request, reply, done) => {
    if (request.is404) sendOwn(reply, 'route.unknown');
    else done();
  });
  app.addHook('onSend', (request, reply, payload, done) => {
    reply.header('x-request-id', request.id);
    reply.header('x-content-type-options', 'nosniff');
    done(null, payload);
  });
  app.addHook('onResponse', (request, reply, done) => {
    const route = request.routeOptions.url ?? 'unknown';
    const ms = reply.elapsedTime;
    metrics.request(route, request.method, reply.statusCode, ms / 1000);
    log.info('request', {
      requestId: request.id,
      method: request.method,
      route,
      status: reply.statusCode,
      ms: Math.round(ms * 10) / 10,
    });
    done();
  });
  app.setErrorHandler((error: Error & { statusCode?: number; code?: string }, request, reply) => {
    if (error.code === 'FST_ERR_CTP_BODY_TOO_LARGE')
      return sendOwn(reply, 'request.too_large', { limit: request.routeOptions.bodyLimit });
    if (error.code === 'FST_ERR_CTP_INVALID_MEDIA_TYPE')
      return sendOwn(reply, 'request.unsupported_media_type', { expected: 'application/json' });
    if (error.statusCode !== undefined && error.statusCode < 500)
      return reply.code(error.statusCode).send({ errors: [{ code: error.code ?? 'request', message: error.message }] });
    log.error('request.failed', { requestId: request.id, ...errorFields(error) });
    return reply.code(500).send({ errors: [{ code: 'H015', message: ownSentence('registry.unavailable', 'tr') }] });
  });

  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Açık İYS',
        version: '0.1.0',
        description:
          'Resmî İYS API sözleşmesiyle uyumlu açık kayıt. / An open registry, wire-compatible with the official İYS API.',
        license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
      },
      // Relative: the host that the reader has come to, whatever it is called.
      servers: [{ url: '/', description: 'Bu sunucu / This server' }],
      components: { securitySchemes: { bearer: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' } } },
    },
    hideUntagged: true,
    ...(config.demo && { transform: withDemoAccount }),
    // A schema is known in the document by its own name.
    refResolver: { buildLocalReference: (json, _base, _fragment, at) => String(json.$id ?? `schema-${at}`) },
  });
  await app.register(async (door) => officialDoor(door, rooms, log));
  await app.register(async (door) => portalDoor(door, rooms, log), { prefix: '/portal' });
  await app.register(async (door) => pages(door, config));
  await app.register(async (door) => helpDoor(door, rooms));
  // The page is this server's alone: nothing is fetched from elsewhere, and no button leads to its maker's services.
  await app.register(reference, {
    routePrefix: '/docs',
    configuration: {
      pageTitle: 'Açık İYS API',
      telemetry: false,
      withDefaultFonts: false,
      showDeveloperTools: 'never',
      hideClientButton: true,
      agent: { disabled: true },
      mcp: { disabled: true },
      authentication: { preferredSecurityScheme: 'bearer' },
    },
  });
  app.get('/openapi.json', () => app.swagger());
  app.get('/', (request, reply) => reply.headers(PLAIN_PAGE_HEADERS).send(homePage(config.demo, request)));
  app.get('/health/live', () => ({ status: 'ok' }));
  app.get('/health/ready', async (_request, reply) => {
    try {
      await ready();
      return { status: 'ok' };
    } catch {
      return reply.code(503).send({ status: 'unavailable' });
    }
  });
  return app;
}

/** In the demo the sample of the token request is an account that exists. */
function withDemoAccount({ schema, url }: { schema: FastifySchema; url: string }): {
  schema: FastifySchema;
  url: string;
} {
  if (schema?.operationId !== 'createToken') return { schema, url };
  const [{ email: username, password }] = DEMO_ACCOUNTS;
  const body = { ...(schema.body as object), examples: [{ grant_type: 'password', username, password }] };
  return { schema: { ...schema, body }, url };
}

/** Programs in the field join base and path with two slashes; proxies may send the whole address (RFC 9112, 3.2.2). */
function pathOf(target: string): string {
  if (target.startsWith('/') && !target.includes('//')) return target;
  const path = target.replace(/^https?:\/\/[^/?]*/i, '');
  return (path.startsWith('/') ? path : `/${path}`).replace(/^[^?]+/, (it) => it.replace(/\/{2,}/g, '/'));
}

function sendOwn(reply: FastifyReply, code: OwnErrorCode, values: Record<string, string | number> = {}): FastifyReply {
  return reply
    .code(OWN_ERRORS[code].http)
    .send({ errors: [{ code, message: ownSentence(code, 'tr', values), messageEn: ownSentence(code, 'en', values) }] });
}
