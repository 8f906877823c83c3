// The OpenAPI document says what the server does: bodies that are taken fit it, and so does every answer, key for key.
// The samples of all operations and the answers that differ from them (nothing there, short forms, all that a
// subscription may hold, refusals) are sent to a real server and held against the document that it serves.

import { kindOf, ONAY, SOURCE_NUMBERS } from '@acik-iys/law';
import { Errors as problemsOf } from 'typebox/schema';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { OFFICIAL_ROUTES } from '../../src/doors/official/index.ts';
import { DOORS } from '../../src/rooms/registry/index.ts';
import { BANK, type CallAnswer, PARTNER, RETAIL, type TestServer, testServer } from '../support/server.ts';
import { consent, newAddress, pathOf, retailerForm, routeOf, SAMPLES, type Sample, type Scene } from './samples.ts';
import { newRetailer, receiver, setScene } from './scene.ts';

type Schema = { readonly [key: string]: unknown };
interface Content {
  readonly content?: Readonly<Record<string, { readonly schema: Schema }>>;
}
interface Operation {
  readonly requestBody?: Content;
  readonly responses: Readonly<Record<string, Content>>;
}

let server: TestServer;
let scene: () => Scene;
let good: Awaited<ReturnType<typeof receiver>>;
let operations: Map<string, Operation>;

beforeAll(async () => {
  server = await testServer();
  good = await receiver();
  scene = await setScene(server, good.url);
  const { paths, components } = (await server.call('GET', '/openapi.json')).body as {
    paths: Record<string, Record<string, Operation & { operationId: string }>>;
    components: { schemas: Record<string, Schema> };
  };
  const filled = strict(resolved(paths, components.schemas)) as typeof paths;
  const all = Object.values(filled).flatMap((methods) => Object.values(methods));
  operations = new Map(all.map((operation) => [operation.operationId, operation]));
});
afterAll(async () => {
  good.close();
  await server.close();
});

/** The document with each reference replaced by what it names. */
function resolved(part: unknown, schemas: Readonly<Record<string, Schema>>): unknown {
  if (Array.isArray(part)) return part.map((item) => resolved(item, schemas));
  if (typeof part !== 'object' || part === null) return part;
  if ('$ref' in part) return schemas[String(part.$ref).replace('#/components/schemas/', '')];
  return Object.fromEntries(Object.entries(part).map(([key, value]) => [key, resolved(value, schemas)]));
}

/** The document with all objects closed: a key that it does not name is a fault. */
function strict(part: unknown): unknown {
  if (Array.isArray(part)) return part.map(strict);
  if (typeof part !== 'object' || part === null) return part;
  const inner = Object.fromEntries(Object.entries(part).map(([key, value]) => [key, strict(value)]));
  return inner.type === 'object' && 'properties' in inner ? { ...inner, additionalProperties: false } : inner;
}

function expectFits(schema: Schema | undefined, value: unknown, what: string): void {
  if (schema === undefined) throw new Error(`${what}: the document says nothing`);
  const [fits, problems] = problemsOf(schema, value);
  expect(fits, `${what}: ${JSON.stringify(value)}\n${JSON.stringify(problems, null, 1)}`).toBe(true);
}

function operationOf(name: string): Operation {
  const operation = operations.get(name);
  if (operation === undefined) throw new Error(`the document has no operation ${name}`);
  return operation;
}

interface Change extends Partial<Pick<Sample, 'params' | 'body'>> {
  readonly query?: string;
  readonly token?: string | undefined;
}

/** Sends the operation's sample, changed as asked, and holds the answer against the document. */
async function ask(name: string, change: Change = {}): Promise<CallAnswer> {
  const route = routeOf(name);
  const sample = (SAMPLES[name] as (scene: Scene) => Sample)(scene());
  const email = route.guard === 'partner' ? PARTNER.email : RETAIL.email;
  const body = 'body' in change ? change.body : sample.body;
  const answer = await server.call(
    route.method,
    pathOf(route, { ...sample.params, ...change.params }) + (change.query ?? ''),
    {
      token: route.guard === 'token' ? undefined : 'token' in change ? change.token : await server.token(email),
      ...(body !== undefined && { body }),
    },
  );
  const { responses } = operationOf(name);
  const documented = responses[answer.status] ?? responses[`${String(answer.status)[0]}XX`];
  expect(documented, `${name} answered ${answer.status} ${answer.text}`).toBeDefined();
  if (answer.body !== undefined)
    expectFits(documented?.content?.['application/json']?.schema, answer.body, `${name} ${answer.status}`);
  return answer;
}

/** The same, of a body that the document must allow. */
async function askWellFormed(name: string, change: Change & { readonly body: unknown }): Promise<CallAnswer> {
  expectFits(operationOf(name).requestBody?.content?.['application/json']?.schema, change.body, `body of ${name}`);
  return await ask(name, change);
}

describe('the sample of every operation, and a call without a token', () => {
  it.each(OFFICIAL_ROUTES.map(({ operation }) => operation))('%s', async (name) => {
    const { body } = (SAMPLES[name] as (scene: Scene) => Sample)(scene());
    const { status, text } = body === undefined ? await ask(name) : await askWellFormed(name, { body });
    expect([200, 201, 202, 204], text).toContain(status);
    if (routeOf(name).guard !== 'token') expect((await ask(name, { token: undefined })).status).toBe(401);
  });
});

describe('answers besides', () => {
  const merchant = (more: object = {}) => {
    const { consentDate: _date, source: _source, ...rest } = consent(server.clock.now(), 'MESAJ');
    return { ...rest, recipientType: 'TACIR', ...more };
  };

  it('a merchant’s first consent may come without date and source, and is shown without them', async () => {
    const body = merchant();
    expect((await askWellFormed('addConsent', { body })).status).toBe(200);
    const key = { recipient: body.recipient, type: body.type, recipientType: body.recipientType };
    expect((await ask('consentDetail', { body: key })).body).not.toHaveProperty('consentDate');
    expect((await ask('consentsHistory', { body: key })).body).toMatchObject({ list: [{ status: 'ONAY' }] });
    expect((await askWellFormed('addBatchConsent', { body: [merchant()] })).status).toBe(202);
    expect((await ask('PullPerBrandCode', { query: '?source=HS' })).status).toBe(200);
  });

  it('the result of a batch: recorded, refused, recorded before', async () => {
    const now = server.clock.now();
    const once = consent(now, 'MESAJ');
    for (const version of ['', 'V2']) {
      const body = [once, consent(now, 'MESAJ', { status: 'RET' }), consent(now, 'MESAJ')];
      const { requestId } = (await askWellFormed(`addBatchConsent${version}`, { body })).body as { requestId: string };
      const { body: items } = await ask(`searchRequestDetails${version}`, { params: { requestId } });
      expect((items as { status: string }[]).map(({ status }) => status)).toEqual(['success', 'failure', 'success']);
    }
  });

  it('one address: nothing recorded, and a consent that a retailer took', async () => {
    const key = { recipient: newAddress('MESAJ'), type: 'MESAJ', recipientType: 'BIREYSEL' };
    expect((await askWellFormed('consentDetail', { body: key })).body).toEqual({});
    const retailerCode = await newRetailer(server);
    const { recipient } = key;
    await askWellFormed('addConsent', {
      body: consent(server.clock.now(), 'MESAJ', { recipient, retailerCode, retailerAccess: [scene().retailer] }),
    });
    expect((await ask('consentDetail', { body: key })).body).toMatchObject({ retailerCode, retailerAccessCount: 2 });
    expect((await ask('searchRetailersOfOneConsent', { body: key })).body).toMatchObject({
      pagination: { totalCount: 2 },
    });
  });

  it('one address: nothing recorded but a refusal that was turned away', async () => {
    const body = consent(server.clock.now(), 'MESAJ', { status: 'RET' });
    expect((await askWellFormed('addConsent', { body })).status).toBe(400);
    const { recipient, type, recipientType } = body;
    const said = (await ask('consentDetail', { body: { recipient, type, recipientType } })).body;
    expect(said).toMatchObject({ recipient, status: 'RET' });
    expect(said).not.toHaveProperty('transactionId');
  });

  it('a citizen’s movement with its name', async () => {
    const principal = await server.rooms.access.principalOf(RETAIL.email);
    const answer = principal && server.rooms.access.brandScope(principal, 600100, 600100);
    if (!answer || !('scope' in answer)) throw new Error('no scope');
    const { IYS_WEB_YENI: source } = SOURCE_NUMBERS;
    const consentedAt = server.clock.now();
    const statement = { kind: kindOf(2, 0), address: newAddress('EPOSTA'), status: ONAY, source, consentedAt } as const;
    await server.rooms.registry.record(answer.scope, [{ ...statement, retailer: null }], {
      door: DOORS.citizen,
      citizenNames: ['Ayşe Yılmaz'],
    });
    expect((await ask('PullPerBrandCode')).body).toMatchObject({ list: [{ citizenName: 'Ayşe Yılmaz' }] });
  });

  it('retailers: all fields, the short form, one that does not exist', async () => {
    const body = retailerForm({
      mersis: '0123456789000013',
      alias: 'Şube',
      mobile: '+905321112233',
      status: 'suspended',
    });
    const created = await askWellFormed('createRetailer', { body });
    const { retailerCode } = created.body as { retailerCode: number };
    expect((await ask('searchSingleRetailer', { params: { retailerCode } })).body).toMatchObject(body);
    expect((await ask('searchSingleRetailer', { params: { retailerCode: 99_999_999 } })).body).toEqual({});
    const whole = (await ask('searchRetailers')).body as { list: object[] };
    expect(whole.list).toContainEqual({ ...body, retailerCode, retailerAccessCount: 0 });
    const { list } = (await ask('searchRetailers', { query: '?short=true' })).body as { list: object[] };
    expect(Object.keys(list[0] ?? {}).sort()).toEqual([
      'city',
      'retailerAccessCount',
      'retailerCode',
      'status',
      'title',
    ]);
  });

  it('subscriptions with both packages, asked for by provider and partner', async () => {
    const bought = { startsAt: 1, expiresAt: 2_000_000_000, credit: 5 };
    const subscription = {
      packageName: 'Deneme',
      startsAt: 1,
      expiresAt: 2_000_000_000,
      consentLimit: 10,
      via: { ...bought, packageName: 'ViA' },
      viaPass: { ...bought, packageName: 'PASS' },
    };
    for (const holder of [600100, 900100]) await server.rooms.parties.setSubscription(holder, subscription);
    server.rooms.access.forget();
    const packages = { viaSubscriptionPackage: {}, viaPassSubscriptionPackage: { viaPassCredit: 5 } };
    expect((await ask('get-subscription')).body).toMatchObject({ ...packages, usedConsentLimit: expect.any(Number) });
    const partners = await server.token(PARTNER.email);
    expect((await ask('get-subscription', { token: partners })).body).toMatchObject(packages);
    expect((await ask('getIntegratorSubscription')).body).toMatchObject({ ...packages, iysCode: 900100 });
  });

  it('refusals: other people’s numbers, faults with place and index, tokens', async () => {
    const others = { iysCode: BANK.code };
    expect((await ask('addConsent', { params: others })).body).toMatchObject({ errors: [{ 'code:': 'H353' }] });
    const wrong = consent(server.clock.now(), 'MESAJ', { recipient: 'ada', status: 'OLUR' });
    expect((await ask('addConsent', { body: wrong })).status).toBe(422);
    expect((await ask('addBatchConsent', { body: [wrong] })).status).toBe(422);
    expect((await ask('createToken', { body: { grant_type: 'password' } })).status).toBe(400);
  });

  it('the reconciliation of a day', async () => {
    server.clock.move(86_400);
    await server.rooms.reports.runDue();
    for (const name of ['changeSummary', 'agreementsDate', 'agreementDatePut', 'agreementFile'])
      expect((await ask(name)).status, name).toBe(200);
  });

  it('too many token requests', async () => {
    const limited = await testServer({ limits: { on: true, tokensPerHour: 1 } });
    try {
      await limited.token();
      const body = { grant_type: 'password', username: RETAIL.email, password: RETAIL.password };
      const { status, body: said } = await limited.call('POST', '/oauth2/token', { body });
      expect(status).toBe(429);
      expectFits(operationOf('createToken').responses['429']?.content?.['application/json']?.schema, said, 'token 429');
    } finally {
      await limited.close();
    }
  });
});

describe('bodies that the document turns away', () => {
  const bodyOf = (name: string) => operationOf(name).requestBody?.content?.['application/json']?.schema as Schema;
  it.each([
    ['another key in a consent (H118)', 'addConsent', () => consent(0, 'MESAJ', { phone: 1 })],
    ['another key in a retailer (H016)', 'createRetailer', () => retailerForm({ phone: 1 })],
    [
      'an empty list of retailers (H163)',
      'overrideRetailers',
      () => ({ recipients: ['+905321112233'], retailerAccess: [] }),
    ],
  ])('%s', (_, name, body) => {
    expect(problemsOf(bodyOf(name), body())[0]).toBe(false);
  });
});
