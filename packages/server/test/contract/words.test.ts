// What docs/errors.md, docs/integrators.md and the OpenAPI document say in words, where a table cannot know it, is what
// the server does: codes that some paths answer otherwise, kept refusals, where the document's samples lead.

import { CONNECTION_REASONS } from '@acik-iys/law';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { OFFICIAL_ROUTES } from '../../src/doors/official/index.ts';
import { type CallAnswer, RETAIL, type TestServer, testServer } from '../support/server.ts';
import { consent, newAddress, pathOf, SAMPLES, type Scene } from './samples.ts';
import { newRetailer, type Receiver, receiver, setScene } from './scene.ts';

const BRAND = '/sps/600100/brands/600100';
const CONSENTS = `${BRAND}/consents`;

let server: TestServer;
let scene: () => Scene;
let good: Receiver;
let token: string;
beforeAll(async () => {
  server = await testServer();
  good = await receiver();
  scene = await setScene(server, good.url);
  token = await server.token();
});
afterAll(async () => {
  good.close();
  await server.close();
});

interface Told {
  readonly errors: readonly { readonly code: string; readonly message: string; readonly messageEn?: string }[];
}
const first = ({ body }: CallAnswer) => (body as Told).errors[0];
const codes = ({ status, body }: CallAnswer) => [status, ...(body as Told).errors.map(({ code }) => code)];

describe('a body that cannot be read', () => {
  const withBody = OFFICIAL_ROUTES.filter(({ notJson }) => notJson !== undefined);

  it.each(withBody.map((route) => [`${route.method} ${route.path}`, route] as const))('%s', async (_, route) => {
    const { params } = (SAMPLES[route.operation] as (scene: Scene) => { params: object })(scene());
    const answer = await server.call(route.method, pathOf(route, params as Record<string, string>), {
      token,
      raw: '{',
    });
    expect(codes(answer).slice(1)).toEqual([route.notJson]);
  });

  it.each([
    ['once more', '{"recipient":"a","type":"MESAJ","recipient":"a"}', 'recipient'],
    ['in escapes', '{"type":"MESAJ","t\\u0079pe":"MESAJ"}', 'type'],
    ['beside a text that looks like it', '{"source":"\\"status\\":","status":"RET","status":"ONAY"}', 'status'],
    ['deeper', '{"retailerAccess":[{"a":{"b":1}},{"a":1,"b":{},"a":2}]}', 'a'],
    ['far from its first', '{"status" :"RET","recipientType":{"status":"x"},"status"\n:1}', 'status'],
    ['without a name', '{"":1,"":2}', ''],
  ])('a key twice is named: %s', async (_, raw, key) => {
    const answer = await server.call('POST', CONSENTS, { token, raw });
    expect(codes(answer)).toEqual([400, 'request.duplicate_key']);
    expect(first(answer)?.message).toMatch(new RegExp(`^${key} aynı nesnede iki kez`));
    expect(first(answer)?.messageEn).toMatch(new RegExp(`^${key} stands twice`));
  });

  it('the same key in two objects is no key twice', async () => {
    const raw = JSON.stringify([consent(server.clock.now(), 'MESAJ'), consent(server.clock.now(), 'MESAJ')]);
    expect((await server.call('POST', `${CONSENTS}/request`, { token, raw })).status).toBe(202);
  });
});

describe('codes that some paths answer otherwise', () => {
  it('a brandCode that is no integer: H191, with a sentence of its own', async () => {
    const answer = await server.call('POST', '/sps/600100/brands/abc/consents', { token, body: {} });
    expect(codes(answer)).toEqual([422, 'H191']);
    expect(first(answer)?.message).toContain('brandCode');
  });

  it('a retailer that is tied to a consent is not deleted: H061 with 400', async () => {
    const retailerCode = await newRetailer(server);
    const body = consent(server.clock.now(), 'MESAJ', { retailerCode });
    expect((await server.call('POST', CONSENTS, { token, body })).status).toBe(200);
    const answer = await server.call('DELETE', `${BRAND}/retailers/${retailerCode}`, { token });
    expect(codes(answer)).toEqual([400, 'H061']);
  });

  it('an unknown retailer: GET answers {}, DELETE H058', async () => {
    const path = `${BRAND}/retailers/99999999`;
    const { status, body } = await server.call('GET', path, { token });
    expect([status, body]).toEqual([200, {}]);
    expect(codes(await server.call('DELETE', path, { token }))).toEqual([404, 'H058']);
  });

  it('a method that the path does not take is a path that does not exist, in both languages', async () => {
    const answer = await server.call('PUT', CONSENTS, { token, body: {} });
    expect(codes(answer)).toEqual([404, 'route.unknown']);
    expect(first(answer)?.messageEn).toContain('method');
  });

  it.each([
    ['username', { grant_type: 'password', username: 5, password: 'x' }],
    ['password', { grant_type: 'password', username: 'x', password: ['x'] }],
    ['refresh_token', { grant_type: 'refresh_token', refresh_token: 5 }],
  ])('a %s that is no text is told apart from none', async (field, body) => {
    const { status, body: told } = await server.call('POST', '/oauth2/token', { body });
    expect([status, told]).toEqual([
      400,
      { error: 'invalid_request', error_description: expect.stringContaining(`(${field}) bir metin değil`) },
    ]);
  });
});

describe('a refusal that the contract turns away', () => {
  it.each([
    ['as the first word of an address', {}, 'H175'],
    ['as a first decision of the provider', { source: 'HS_KARAR' }, 'H486'],
    ['for its age', { consentDate: '2024-02-29 09:00:00' }, 'H467'],
  ])('%s: the sentence says that it is kept; the status shows it, the history does not', async (_, more, code) => {
    const body = consent(server.clock.now(), 'MESAJ', { status: 'RET', ...more });
    const answer = await server.call('POST', CONSENTS, { token, body });
    expect(codes(answer).slice(1)).toEqual([code]);
    expect(first(answer)?.message).toContain('saklandı');
    const key = { recipient: body.recipient, type: 'MESAJ', recipientType: 'BIREYSEL' };
    const status = await server.call('POST', `${CONSENTS}/status`, { token, body: key });
    expect(status.body).toMatchObject({ status: 'RET' });
    expect(status.body).not.toHaveProperty('transactionId');
    const history = await server.call('POST', `${CONSENTS}/history`, { token, body: key });
    expect(history.body).toMatchObject({ list: [] });
  });

  it('is lifted by an ONAY of a later date, and by no other', async () => {
    const recipient = newAddress('MESAJ');
    const at = (seconds: number) => consent(server.clock.now() - seconds, 'MESAJ', { recipient });
    const status = async () =>
      (
        await server.call('POST', `${CONSENTS}/status`, {
          token,
          body: { recipient, type: 'MESAJ', recipientType: 'BIREYSEL' },
        })
      ).body as { status: string };
    await server.call('POST', CONSENTS, { token, body: { ...at(100), status: 'RET' } });
    expect((await server.call('POST', CONSENTS, { token, body: at(200) })).status).toBe(200);
    expect((await status()).status).toBe('RET');
    expect((await server.call('POST', CONSENTS, { token, body: at(50) })).status).toBe(200);
    expect((await status()).status).toBe('ONAY');
  });
});

describe('a push address that is refused', () => {
  it.each([
    ['asks for no password', 'open', CONNECTION_REASONS.open],
    ['does not take the password', 'broken', CONNECTION_REASONS.unwelcome],
    ['is not there', 'closed', CONNECTION_REASONS.unreachable],
  ] as const)('is told why: it %s', async (_, how, { tr }) => {
    const to = await receiver(how === 'closed' ? 'good' : how);
    if (how === 'closed') to.close();
    try {
      const connection = [{ url: to.url, type: 'MESAJ', username: 'push', password: 'parola' }];
      const answer = await server.call('POST', `${BRAND}/push/registration`, { token, body: { connection } });
      expect(codes(answer)).toEqual([422, 'H530']);
      expect(first(answer)?.message).toContain(`kaldırılamadı: ${tr}.`);
    } finally {
      to.close();
    }
  });
});

describe('changes', () => {
  it('are the registry’s unless the caller asks for its own', async () => {
    const body = consent(server.clock.now(), 'ARAMA');
    expect((await server.call('POST', CONSENTS, { token, body })).status).toBe(200);
    expect((await server.call('GET', `${CONSENTS}/changes`, { token })).status).toBe(204);
    expect((await server.call('GET', `${CONSENTS}/changes?source=HS`, { token })).text).toContain(body.recipient);
  });
});

describe('the OpenAPI document', () => {
  interface Parameter {
    readonly in: string;
    readonly name: string;
    readonly description?: string;
    readonly schema: { readonly enum?: readonly string[]; readonly default?: unknown };
  }
  interface Document {
    readonly servers: readonly { readonly url: string }[];
    readonly paths: Readonly<Record<string, Readonly<Record<string, { readonly parameters?: readonly Parameter[] }>>>>;
  }
  const documentOf = async (of: TestServer) => (await of.call('GET', '/openapi.json')).body as Document;

  it('names the server that it came from', async () => {
    const [at] = (await documentOf(server)).servers;
    expect(new URL(at?.url ?? '', server.url).href).toBe(`${server.url}/`);
  });

  it('says of each number and word in a path what it may be', async () => {
    const { paths } = await documentOf(server);
    const parameters = Object.values(paths).flatMap((methods) =>
      Object.values(methods).flatMap((operation) => operation.parameters ?? []),
    );
    const inPaths = parameters.filter((one) => one.in === 'path');
    expect(inPaths.filter(({ description, schema }) => description === undefined && schema.enum === undefined)).toEqual(
      [],
    );
    const wordsOf = (name: string) => new Set(inPaths.filter((one) => one.name === name).map((one) => one.schema.enum));
    for (const words of wordsOf('type')) expect(words).toEqual(['ARAMA', 'MESAJ', 'EPOSTA']);
    for (const words of wordsOf('recipientType')) expect(words).toEqual(['BIREYSEL', 'TACIR']);
    expect([wordsOf('type').size, wordsOf('recipientType').size].every((size) => size > 0)).toBe(true);
    expect(parameters.find(({ name }) => name === 'source')?.schema.default).toBe('IYS');
  });

  it('has a token sample that works in the demo, and no account elsewhere', async () => {
    expect(JSON.stringify(await documentOf(server))).not.toContain(RETAIL.password);
    const demo = await testServer({ config: { demo: true } });
    try {
      const { paths } = (await demo.call('GET', '/openapi.json')).body as {
        paths: Record<string, { post: { requestBody: { content: { 'application/json': { example: object } } } } }>;
      };
      const body = paths['/oauth2/token']?.post.requestBody.content['application/json'].example;
      expect((await demo.call('POST', '/oauth2/token', { body })).status).toBe(200);
    } finally {
      await demo.close();
    }
  });
});
