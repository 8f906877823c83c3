// The official door: the contract's routes on HTTP. The pipeline of every call stands here (see `route.ts` for its
// order); what a route does stands in its own file. No rule of law, no SQL.

import { type ErrorCode, ownSentence, sentence } from '@acik-iys/law';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { DatabaseUnavailable, sqlState } from '../../ground/database-errors.ts';
import { errorFields, type Log } from '../../ground/log.ts';
import type { BrandScope, LimitName, Principal, RateAnswer, Subscription } from '../../rooms/access/index.ts';
import { Overloaded } from '../../rooms/registry/index.ts';
import { type Answer, OfficialError, ownRefusal, refusal } from './answer.ts';
import { DEPTH_MAX, parseJson } from './body.ts';
import { consentRoutes } from './consents.ts';
import { partyRoutes } from './parties.ts';
import { pushRoutes } from './push.ts';
import { readingRoutes } from './reading.ts';
import { reconciliationRoutes } from './reconciliation.ts';
import { retailerAccessRoutes } from './retailer-access.ts';
import { retailerRoutes } from './retailers.ts';
import type { Rooms } from './rooms.ts';
import { type Call, type OfficialRoute, StoreFault } from './route.ts';
import { Errors, pathSchema } from './schemas.ts';
import { tokenRoutes, tooManyTokens } from './token.ts';

export type { Rooms } from './rooms.ts';
export type { OfficialRoute } from './route.ts';

export const OFFICIAL_ROUTES: readonly OfficialRoute[] = [
  ...tokenRoutes,
  ...consentRoutes,
  ...readingRoutes,
  ...retailerAccessRoutes,
  ...retailerRoutes,
  ...reconciliationRoutes,
  ...pushRoutes,
  ...partyRoutes,
];

const LIMIT_CODES: Readonly<Record<LimitName, ErrorCode>> = {
  requestsPerSecond: 'H124',
  tokensPerHour: 'H084',
  statusPerHour: 'H086',
  historyPerHour: 'H089',
};

/** A provider's number in a path: digits that fit the database's integer; leading zeros are accepted. */
function pathNumber(text: string | undefined): number | undefined {
  if (text === undefined || !/^\d{1,10}$/.test(text)) return undefined;
  const number = Number(text);
  return number <= 2_147_483_647 ? number : undefined;
}

/** `type/subtype` and parameters; programs also send `json`, an empty word or two types at once. */
const MEDIA_TYPE = /^[\w!#$%&'*+.^`|~-]+\/[\w!#$%&'*+.^`|~-]+\s*(;|$)/;

/** Registers all routes of the contract, each under its path and the spellings that programs use besides. */
export function officialDoor(app: FastifyInstance, rooms: Rooms, log: Log): void {
  app.addSchema(Errors);
  // A context with schemas of its own gets compilers of its own: said again, schemas describe and nothing else.
  app.setValidatorCompiler(() => () => true);
  app.setSerializerCompiler(() => (value) => JSON.stringify(value));
  // A body is read by what it holds: a content type that is none must not turn it away before.
  app.addHook('onRequest', (request, _reply, done) => {
    const { headers } = request.raw;
    const type = headers['content-type'];
    if (type !== undefined && !MEDIA_TYPE.test(type)) headers['content-type'] = 'application/octet-stream';
    done();
  });
  for (const route of OFFICIAL_ROUTES)
    for (const [at, path] of [route.path, ...(route.aliases ?? [])].entries()) {
      app.route({
        method: route.method,
        url: path.replaceAll(/\{(\w+)\}/g, ':$1'),
        schema: { ...openApi(route), ...(at > 0 && { hide: true }) },
        ...(route.bodyBytesMax !== undefined && { bodyLimit: route.bodyBytesMax }),
        // Before the body is read: nobody fills the memory who may not call.
        onRequest: async (request, reply) => {
          const refused = await answered(route, log, request, () => admit(route, rooms, request, reply));
          if (refused !== undefined) return send(reply, refused);
        },
        handler: async (request, reply) =>
          send(reply, (await answered(route, log, request, () => answerOf(route, rooms, request))) as Answer),
      });
    }
}

function openApi(route: OfficialRoute): Record<string, unknown> {
  const answers = Object.entries(route.schema.answers).map(([status, { description, schema, type }]) => [
    status,
    {
      description,
      ...(schema
        ? { content: { [type ?? 'application/json']: { schema } } }
        : type
          ? { content: { [type]: { schema: { type: 'string' } } } }
          : {}),
    },
  ]);
  return {
    operationId: route.operation,
    tags: [route.tag],
    summary: `${route.summary.tr} / ${route.summary.en}`,
    ...(route.guard !== 'token' && { security: [{ bearer: [] }] }),
    params: pathSchema(route.path),
    ...(route.schema.body && { body: route.schema.body }),
    ...(route.schema.query && { querystring: route.schema.query }),
    response: {
      ...Object.fromEntries(answers),
      '4xx': { description: 'Hata / Error', content: { 'application/json': { schema: { $ref: 'Errors#' } } } },
      '5xx': { description: 'Hata / Error', content: { 'application/json': { schema: { $ref: 'Errors#' } } } },
    },
  };
}

/** The work's answer, or the one that its error stands for. */
async function answered(
  route: OfficialRoute,
  log: Log,
  request: FastifyRequest,
  work: () => Promise<Answer | undefined>,
): Promise<Answer | undefined> {
  try {
    return await work();
  } catch (error) {
    return answerOfError(route, error, log, request.id);
  }
}

function send(reply: FastifyReply, answer: Answer): FastifyReply {
  reply.code(answer.status);
  if (answer.headers) reply.headers(answer.headers);
  if (answer.body === undefined) return reply.send();
  if (typeof answer.body === 'object' && !isRaw(answer.body)) {
    if (answer.headers?.['content-type'] === undefined) reply.header('content-type', 'application/json; charset=utf-8');
    return reply.send(JSON.stringify(answer.body));
  }
  return reply.send(answer.body);
}

/** Files and signatures go out as they are. */
function isRaw(body: object | null): boolean {
  return body !== null && (Buffer.isBuffer(body) || 'pipe' in body);
}

/** Who calls, known before the body is read. */
const principals = new WeakMap<FastifyRequest, Principal>();

/** How often and who: an answer where the call goes no further. */
async function admit(
  route: OfficialRoute,
  rooms: Rooms,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<Answer | undefined> {
  const { access } = rooms;
  const from = networkAddress(request);
  const principal = route.guard === 'token' ? undefined : await access.principal(request.headers.authorization, from);
  if (rooms.config.limits.on) {
    const limits = await access.limitsOf(principal?.provider?.code ?? null);
    const rate = rooms.rateLimits.take(from, limits, route.limits);
    announce(reply, rate);
    if (rate && !rate.allowed) {
      if (rate.name === 'tokensPerHour') return tooManyTokens(rate.limit, rate.resetSeconds);
      throw tooOften(rate);
    }
  }
  if (route.guard === 'token') return undefined;
  if (principal === undefined) throw refusal(route.tokenCode ?? 'H351', {}, 401);
  principals.set(request, principal);
  return undefined;
}

/** Undefined in spite of its type where the caller has gone already. */
function networkAddress(request: FastifyRequest): string {
  return (request.ip as string | undefined) ?? '';
}

async function answerOf(route: OfficialRoute, rooms: Rooms, request: FastifyRequest): Promise<Answer> {
  const params = request.params as Readonly<Record<string, string>>;
  const query = request.query as Readonly<Record<string, unknown>>;
  const { access } = rooms;

  if (route.guard === 'token') {
    const contentType = request.headers['content-type'] ?? '';
    return await route.handle({ rooms, body: request.body, contentType, networkAddress: networkAddress(request) });
  }

  const principal = principals.get(request) as Principal;
  const call = { rooms, principal, params, query };
  switch (route.guard) {
    case 'any':
      return await route.handle({ ...call, body: undefined });
    case 'partner': {
      const integratorCode = pathNumber(params.integratorCode);
      if (integratorCode === undefined) throw refusal('H190');
      if (params.iysCode !== undefined && pathNumber(params.iysCode) === undefined) throw refusal('H190');
      return await route.handle({ ...call, body: undefined, integratorCode });
    }
    case 'provider': {
      const providerCode = pathNumber(params.iysCode);
      if (providerCode === undefined) throw refusal('H190');
      if (!access.mayAskProvider(principal, providerCode)) {
        if (route.tellsUnknownNumbers && !(await access.providerExists(providerCode))) throw refusal('H001');
        throw refusal('H353', { field: 'iysCode' });
      }
      if (route.gate.length > 0) {
        const closed = closedGate(route.gate, await access.subscriptionOf(providerCode));
        if (closed !== undefined) throw refusal(closed);
      }
      return await route.handle({ ...call, body: undefined, providerCode });
    }
    case 'brand': {
      const { scope, subscription, providerCode } = await brand(route, rooms, principal, params);
      // The provider sees how often its partners call.
      if (principal.partner !== null) rooms.parties.partnerWork.noteCall(principal.accountId, scope.brandId);
      const closed = closedGate(route.gate, subscription);
      if (route.records) rooms.registry.assertRoom();
      if (closed !== undefined) {
        const parsed = parseJson(request.body);
        if (parsed.ok) await route.keep?.({ ...call, body: parsed.value, scope, providerCode, subscription });
        throw refusal(closed);
      }
      const body = route.notJson === undefined ? undefined : bodyOf(route.notJson, request.body);
      return await route.handle({ ...call, body, scope, providerCode, subscription });
    }
  }
}

/** The numbers in the path: are they numbers, do they exist, are they the caller's? */
async function brand(
  route: OfficialRoute,
  { access }: Rooms,
  principal: Principal,
  params: Readonly<Record<string, string>>,
): Promise<{ scope: BrandScope; subscription: Subscription | null; providerCode: number }> {
  const providerCode = pathNumber(params.iysCode);
  const brandCode = pathNumber(params.brandCode);
  if (providerCode === undefined) throw refusal('H190');
  if (brandCode === undefined)
    throw new OfficialError(422, [{ code: 'H191', message: ownSentence('request.brand_code_not_integer', 'tr') }]);
  const answer = access.brandScope(principal, providerCode, brandCode);
  if ('scope' in answer) return { ...answer, providerCode };
  if (route.tellsUnknownNumbers) {
    if (!(await access.providerExists(providerCode))) throw refusal('H001');
    if (answer.refused === 'brand' && !(await access.brandExists(brandCode))) throw refusal('H018');
  }
  throw refusal('H353', { field: answer.refused === 'provider' ? 'iysCode' : 'brandCode' });
}

/** One gate before everything but the subscription query (iys-api.md, "Subscription"): the code where it is closed. */
function closedGate(gate: readonly ErrorCode[], subscription: Subscription | null): ErrorCode | undefined {
  const closed = (code: ErrorCode, is: boolean): ErrorCode | undefined =>
    is && gate.includes(code) ? code : undefined;
  if (subscription === null) return closed('H524', true);
  const { status, apiIncluded } = subscription;
  return (
    closed('H521', status === 'CLOSED') ??
    closed('H520', status === 'PAUSED' || status === 'EXPIRED') ??
    closed('H586', !apiIncluded)
  );
}

function bodyOf(notJson: ErrorCode, raw: unknown): Call['body'] {
  const parsed = parseJson(raw);
  if (parsed.ok) return parsed.value;
  switch (parsed.fault) {
    case 'depth':
      throw ownRefusal('request.too_deep', { limit: DEPTH_MAX });
    case 'duplicate':
      throw ownRefusal('request.duplicate_key', { field: parsed.key });
    case 'utf8':
      throw ownRefusal('request.not_utf8');
    default:
      throw refusal(notJson);
  }
}

function tooOften(rate: RateAnswer): OfficialError {
  const code = LIMIT_CODES[rate.name];
  return new OfficialError(429, [{ code, message: sentence(code, 'tr', { limit: rate.limit }) }], {
    'retry-after': String(rate.resetSeconds),
  });
}

/** The limit nearest to refusing, in the RateLimit headers. */
function announce(reply: FastifyReply, rate: RateAnswer | undefined): void {
  if (!rate) return;
  reply.headers({
    'ratelimit-limit': String(rate.limit),
    'ratelimit-remaining': String(rate.remaining),
    'ratelimit-reset': String(rate.resetSeconds),
  });
}

/** Seconds after which a caller may come again when the database does not answer. */
const RETRY_AFTER_SECONDS = '2';

function answerOfError(route: OfficialRoute, error: unknown, log: Log, requestId: string): Answer {
  const cause = error instanceof StoreFault ? error.cause : error;
  if (cause instanceof OfficialError)
    return { status: cause.status, body: envelope(route, cause), headers: cause.headers };
  if (cause instanceof Overloaded) {
    const message = ownSentence('registry.overloaded', 'tr');
    return {
      status: 429,
      body: { errors: [{ code: 'H124', message }] },
      headers: { 'retry-after': String(cause.retryAfterSeconds) },
    };
  }
  if (cause instanceof DatabaseUnavailable) {
    log.warn('request.unavailable', { requestId, route: route.operation, ...errorFields(cause) });
    return {
      status: 503,
      body: { errors: [{ code: 'H192', message: ownSentence('registry.unavailable', 'tr') }] },
      headers: { 'retry-after': RETRY_AFTER_SECONDS },
    };
  }
  log.error('request.failed', { requestId, route: route.operation, ...errorFields(cause) });
  const code =
    error instanceof StoreFault
      ? route.faults.store
      : sqlState(cause) !== undefined
        ? route.faults.read
        : route.faults.other;
  // The catalogue's status is not always 500 (H082, H241): there the contract shows the fault as a 400.
  const status = code === 'H082' || code === 'H241' ? 400 : 500;
  return { status, body: { errors: [{ code, message: sentence(code, 'tr') }] } };
}

/** Programs were written against examples that spell the code of H353 `code:` on some paths: both are sent. */
function envelope(route: OfficialRoute, error: OfficialError): object {
  if (!route.bothCodeSpellings) return { errors: error.errors };
  return {
    errors: error.errors.map((one) => (one.code === 'H353' ? { 'code:': one.code, ...one } : one)),
  };
}
