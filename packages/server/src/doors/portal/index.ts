// The portal's door: the routes of contract.ts under /portal, for the screens of packages/web and nobody else.
//
// Order of a request: from one of our own pages (else 403) → whose session (401) → in which organisation, able to do
// this (403) → a second factor just now, where the route asks for it (403) → what was sent (422) → its handler.
// The session's token lives in a cookie that no script can read and no other site can send (HttpOnly, SameSite=Strict);
// a writing request must besides say that it comes from here.

import cookie from '@fastify/cookie';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { Value } from 'typebox/value';
import { DatabaseUnavailable, isDataError } from '../../ground/database-errors.ts';
import { NoRoom } from '../../ground/files.ts';
import { errorFields, type Log } from '../../ground/log.ts';
import { STEP_UP_SECONDS } from '../../rooms/access/index.ts';
import { Overloaded } from '../../rooms/registry/index.ts';
import { accountHandlers } from './account.ts';
import type { DeskCall, Handlers } from './call.ts';
import { connectionHandlers } from './connections.ts';
import { PORTAL, type PortalRoute, type PortalRouteName } from './contract.ts';
import { deviceOf } from './device.ts';
import { entryHandlers } from './entries.ts';
import { openEvents } from './events.ts';
import { evidenceHandlers } from './evidence.ts';
import { FileAnswer } from './file-answer.ts';
import { formHandlers } from './forms.ts';
import { listHandlers } from './lists.ts';
import { messageHandlers } from './messages.ts';
import { partnerHandlers } from './partners.ts';
import { peopleHandlers } from './people.ts';
import { Problem, problem } from './problems.ts';
import { refusalHandlers } from './refusals.ts';
import { reportHandlers } from './reports.ts';
import { retailerHandlers } from './retailers.ts';
import type { PortalRooms } from './rooms.ts';
import { sessionHandlers } from './session.ts';
import { staffHandlers } from './staff.ts';
import { FILE_NAME_HEADER, type Upload, uploadOf } from './upload.ts';

export { References } from './references.ts';
export type { PortalRooms } from './rooms.ts';

const COOKIE = 'acik-iys-session';
/** A writing request of a form: a page of a sheet at most. */
const BODY_BYTES_MAX = 256 * 1_024;
/** A list that is given back with a reason in each row. */
const LIST_BYTES_MAX = 2 * 1_024 * 1_024;

const HANDLERS: Handlers<PortalRouteName> = {
  ...sessionHandlers,
  ...accountHandlers,
  ...staffHandlers,
  ...peopleHandlers,
  ...entryHandlers,
  ...refusalHandlers,
  ...evidenceHandlers,
  ...formHandlers,
  ...listHandlers,
  ...connectionHandlers,
  ...reportHandlers,
  ...partnerHandlers,
  ...retailerHandlers,
  ...messageHandlers,
};

export async function portalDoor(door: FastifyInstance, rooms: PortalRooms, log: Log): Promise<void> {
  await door.register(cookie);
  door.addHook('onRequest', (request, _reply, done) => {
    if (isForeign(request)) throw problem('request.foreign');
    done();
  });
  door.addHook('onSend', (_request, reply, payload, done) => {
    reply.header('cache-control', 'no-store');
    done(null, payload);
  });
  door.setErrorHandler((error: Error & { statusCode?: number }, request, reply) => {
    sendProblem(reply, answerOf(error, request, log));
  });

  // A file is not read before it is known who sends it, and then as it comes.
  await door.register(async (uploads) => {
    uploads.removeAllContentTypeParsers();
    uploads.addContentTypeParser('*', (_request, body, done) => done(null, body));
    for (const name of Object.keys(PORTAL) as PortalRouteName[]) {
      const [method, path] = name.split(' ') as [string, string];
      const { upload }: PortalRoute = PORTAL[name];
      (upload ? uploads : door).route({
        method,
        url: path,
        schema: { hide: true },
        bodyLimit:
          PORTAL[name].needs === 'checkLists' || name.endsWith('/lists/refused') ? LIST_BYTES_MAX : BODY_BYTES_MAX,
        handler: async (request, reply) => {
          const call = await callOf(name, rooms, request, reply);
          // Each handler takes the call of its own route; which one this is, only the table knows.
          const handle = HANDLERS[name] as (call: unknown) => Promise<unknown>;
          const answer = await handle(call);
          if (!(answer instanceof FileAnswer)) return reply.send(answer);
          const { status, headers, content, onSent } = answer.reply(request.headers.range);
          if (onSent !== undefined) reply.raw.once('finish', onSent);
          return reply.code(status).headers(headers).send(content);
        },
      });
    }
  });
  openEvents(door, rooms, {
    deskOf: async (request) => {
      const call = await callOf('GET /organisations/:organisation', rooms, request, undefined, true);
      return (call as DeskCall<'GET /organisations/:organisation'>).desk;
    },
  });
}

/** Sent by a page that nobody has touched for a while: what it asks by itself does not keep its session. */
const BY_SCREEN = 'x-acik-iys-untouched';

async function callOf(
  name: PortalRouteName,
  rooms: PortalRooms,
  request: FastifyRequest,
  reply: FastifyReply | undefined,
  byScreen = request.headers[BY_SCREEN] !== undefined,
): Promise<unknown> {
  const route: PortalRoute = PORTAL[name];
  const token = request.cookies[COOKIE];
  const params = request.params as Record<string, string>;
  const call = {
    rooms,
    params,
    token,
    network: request.ip,
    byScreen,
    device: deviceOf(request.headers['user-agent'] ?? ''),
    setToken: (set: string | undefined) => {
      const options = {
        path: '/portal',
        httpOnly: true,
        sameSite: 'strict',
        secure: request.protocol === 'https' || rooms.config.publicUrl.startsWith('https:'),
      } as const;
      if (set === undefined) reply?.clearCookie(COOKIE, options);
      else reply?.setCookie(COOKIE, set, options);
    },
  };
  if (route.needs === 'anyone') return { ...call, ...sentOf(route, request) };
  const session = await rooms.people.session(token, byScreen);
  if (session === undefined) throw problem('session.none');
  if (route.needs === 'password') return { ...call, session, ...sentOf(route, request) };
  if (session.secondFactorAt === null) throw problem('session.second_factor');
  if (route.stepUp === true && rooms.clock.now() - session.secondFactorAt > STEP_UP_SECONDS)
    throw problem('session.step_up');
  if (route.needs === 'person') return { ...call, session, ...sentOf(route, request) };
  const code = /^\d{1,9}$/.test(params['organisation'] ?? '') ? Number(params['organisation']) : 0;
  const desk = await rooms.desks.desk(session.personId, code);
  if (desk === undefined) throw problem('desk.none');
  if (!desk.may(route.needs)) throw problem('desk.ability');
  return { ...call, session, desk, ...sentOf(route, request) };
}

/** What was sent, as the contract describes it. @throws Problem */
function sentOf(route: PortalRoute, request: FastifyRequest): { body: unknown; query: unknown; upload?: Upload } {
  let body: unknown;
  if (route.body !== undefined) {
    try {
      body = JSON.parse(String(request.body));
    } catch {
      throw problem('request.form');
    }
    if (!Value.Check(route.body, body)) throw problem('request.form');
    if (!isReadable(body)) throw problem('request.characters');
  }
  if (route.query !== undefined && !Value.Check(route.query, request.query)) throw problem('request.form');
  return { body, query: request.query, ...(route.upload && { upload: uploadOf(request) }) };
}

/** Control characters other than tabs and line ends are no text, and half a letter (a lone surrogate) is none either. */
const UNREADABLE = /[^\P{Cc}\t\n\r]/u;

function isReadable(value: unknown): boolean {
  if (typeof value === 'string') return value.isWellFormed() && !UNREADABLE.test(value);
  return typeof value !== 'object' || value === null || Object.values(value).every(isReadable);
}

/** A request that one of our own pages did not send: browsers say so themselves (Fetch metadata), old ones by Origin. */
function isForeign({ method, headers, host }: FastifyRequest): boolean {
  const site = headers['sec-fetch-site'];
  if (site !== undefined && site !== 'same-origin' && !(method === 'GET' && site === 'none')) return true;
  if (method === 'GET') return false;
  const { origin } = headers;
  if (origin !== undefined && URL.parse(origin)?.host !== host) return true;
  // A form of another site can send no JSON, and no header of ours, without asking first.
  if (headers[FILE_NAME_HEADER] !== undefined) return false;
  return headers['content-type'] !== undefined && !headers['content-type'].startsWith('application/json');
}

function answerOf(error: Error & { statusCode?: number }, request: FastifyRequest, log: Log): Problem {
  if (error instanceof Problem) return error;
  if (error instanceof Overloaded) return problem('registry.unavailable', error.retryAfterSeconds);
  if (error instanceof DatabaseUnavailable) {
    log.warn('request.unavailable', { requestId: request.id, ...errorFields(error) });
    return problem('registry.unavailable', 2);
  }
  if (error instanceof NoRoom) {
    log.error('files.no_room', { requestId: request.id });
    return problem('files.no_room');
  }
  if (error.statusCode === 413) return problem('request.too_large');
  // What the database can never take: asking again is useless.
  if ((error.statusCode !== undefined && error.statusCode < 500) || isDataError(error)) return problem('request.form');
  log.error('request.failed', { requestId: request.id, ...errorFields(error) });
  return problem('registry.unavailable');
}

function sendProblem(reply: FastifyReply, { answer, retryAfterSeconds }: Problem): void {
  if (retryAfterSeconds !== undefined) reply.header('retry-after', String(retryAfterSeconds));
  reply.code(answer.status).type('application/problem+json').send(answer);
}
