// No refusal is lost: whatever a call is turned away for at the official door, its well-formed refusals count in every
// status and check from the answer on (law 6563 art. 8; docs/law.md, rules 10 to 14).

import type { Channel } from '@acik-iys/law';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { consent, newAddress } from './contract/samples.ts';
import { BANK, type CallAnswer, PARTNER, type TestServer, testServer } from './support/server.ts';

const PROVIDER = '/sps/600100/brands/600100/consents';
const WELCOMING = '/sps/600200/brands/600200/consents';

let server: TestServer;
let token: string;
let bank: string;
beforeAll(async () => {
  server = await testServer();
  await server.owner.query(`update provider set strictness = 'welcoming' where provider_code = 600200`);
  server.rooms.access.forget();
  token = await server.token();
  bank = await server.token(BANK.email);
});
afterAll(() => server.close());

const said = (more: Readonly<Record<string, unknown>> = {}, type: Channel = 'MESAJ') =>
  consent(server.clock.now(), type, more);
const codes = ({ status, body }: CallAnswer) => [
  status,
  (body as { errors?: { code: string }[] }).errors?.map(({ code }) => code),
];

async function status(recipient: string, more: Readonly<Record<string, unknown>> = {}, path = PROVIDER) {
  const body = { recipient, type: 'MESAJ', recipientType: 'BIREYSEL', ...more };
  const answer = await server.call('POST', `${path}/status`, { token: path === PROVIDER ? token : bank, body });
  return answer.body as Record<string, unknown>;
}

/** An address with a consent of an hour ago. */
async function granted(): Promise<string> {
  const body = said();
  expect((await server.call('POST', PROVIDER, { token, body })).status).toBe(200);
  return body.recipient;
}

const refusalOf = (recipient: string, more: Readonly<Record<string, unknown>> = {}) =>
  said({ recipient, status: 'RET', consentDate: wireTimeAgo(60), ...more });

function wireTimeAgo(seconds: number): string {
  return consent(server.clock.now() + 3_600 - seconds, 'MESAJ').consentDate;
}

describe('a refusal in a list that is turned away counts', () => {
  test.each([
    ['for another item’s form', () => said({ recipient: 'x' }), 422, 'H121'],
    ['for another item’s retailer', () => said({ retailerCode: 99_999_999 }), 403, 'H180'],
  ] as const)('%s', async (_, other, http, code) => {
    const recipient = await granted();
    const answer = await server.call('POST', `${PROVIDER}/request`, { token, body: [refusalOf(recipient), other()] });
    expect(codes(answer)).toEqual([http, [code]]);
    expect((await status(recipient)).status).toBe('RET');
    const list = await server.call('POST', `${PROVIDER}/BIREYSEL/status/MESAJ`, {
      token,
      body: { recipients: [recipient] },
    });
    expect((list.body as { list: string[] }).list).toEqual([]);
  });

  test('but its consents do not, nor does a refusal that is not well formed', async () => {
    const [first, second] = [await granted(), await granted()];
    const fresh = newAddress('MESAJ');
    const body = [said({ recipient: fresh }), refusalOf(first), refusalOf(second, { source: 'NOWHERE' })];
    expect((await server.call('POST', `${PROVIDER}/request`, { token, body })).status).toBe(422);
    expect([(await status(fresh)).status, (await status(first)).status, (await status(second)).status]).toEqual([
      undefined,
      'RET',
      'ONAY',
    ]);
  });

  test('and is ended by a newer consent', async () => {
    const recipient = await granted();
    await server.call('POST', `${PROVIDER}/request`, { token, body: [refusalOf(recipient), said({ recipient: 'x' })] });
    const newer = said({ recipient, consentDate: wireTimeAgo(30) });
    expect((await server.call('POST', PROVIDER, { token, body: newer })).status).toBe(200);
    expect((await status(recipient)).status).toBe('ONAY');
  });

  test('a partner without the right keeps none', async () => {
    const recipient = newAddress('EPOSTA');
    expect((await server.call('POST', PROVIDER, { token, body: said({ recipient }, 'EPOSTA') })).status).toBe(200);
    const answer = await server.call('POST', `${PROVIDER}/request`, {
      token: await server.token(PARTNER.email),
      body: [{ ...refusalOf(recipient), type: 'EPOSTA' }, said({ recipient: 'x' })],
    });
    expect(codes(answer)).toEqual([403, ['H353']]);
    expect((await status(recipient, { type: 'EPOSTA' })).status).toBe('ONAY');
  });
});

describe('a single refusal counts', () => {
  test('where its retailer is not known', async () => {
    const recipient = await granted();
    const body = refusalOf(recipient, { retailerCode: 99_999_999 });
    expect(codes(await server.call('POST', PROVIDER, { token, body }))).toEqual([403, ['H180']]);
    expect((await status(recipient)).status).toBe('RET');
  });

  test.each([
    ['PAUSED', 'H520'],
    ['CLOSED', 'H521'],
  ])('where the subscription is %s', async (state, code) => {
    const recipient = await granted();
    const set = async (to: string): Promise<void> => {
      await server.owner.query('update subscription set status = $1 where holder_code = 600100', [to]);
      server.rooms.access.forget();
    };
    await set(state);
    const body = refusalOf(recipient);
    expect(codes(await server.call('POST', PROVIDER, { token, body }))).toEqual([403, [code]]);
    const spoilt = await server.call('POST', PROVIDER, { token, raw: '{"status":' });
    expect(codes(spoilt)).toEqual([403, [code]]);
    await set('ACTIVE');
    expect((await status(recipient)).status).toBe('RET');
  });

  test.each(['BIREYSEL', 'TACIR'])('where nothing was recorded (%s), and status tells it', async (recipientType) => {
    const recipient = newAddress('MESAJ');
    const body = refusalOf(recipient, { recipientType });
    expect(codes(await server.call('POST', PROVIDER, { token, body }))).toEqual([400, ['H175']]);
    expect(await status(recipient, { recipientType })).toEqual({
      recipient,
      recipientType,
      type: 'MESAJ',
      status: 'RET',
      source: 'HS_WEB',
      consentDate: body.consentDate,
      creationDate: expect.any(String),
      retailerAccessCount: 0,
    });
  });
});

describe('a merchant’s refusal without a date, at a welcoming door', () => {
  const merchant = (recipient: string, seconds: number | null, word: 'ONAY' | 'RET') => {
    const body: Record<string, unknown> = said({ recipient, recipientType: 'TACIR', status: word });
    if (seconds === null) delete body['consentDate'];
    else body['consentDate'] = wireTimeAgo(seconds);
    return body;
  };

  test.each([
    ['after a dated consent', [[7_200, 'ONAY']]],
    ['after a consent without a date', [[null, 'ONAY']]],
    ['as the first word', []],
  ] as const)('%s, stands against a consent given before it', async (_, before) => {
    const recipient = newAddress('MESAJ');
    const send = (seconds: number | null, word: 'ONAY' | 'RET') =>
      server.call('POST', WELCOMING, { token: bank, body: merchant(recipient, seconds, word) });
    for (const [seconds, word] of before) expect((await send(seconds, word)).status).toBe(200);
    expect((await send(null, 'RET')).status).toBe(200);
    expect(codes(await send(7_100, 'ONAY'))).toEqual([400, ['H178']]);
    expect((await status(recipient, { recipientType: 'TACIR' }, WELCOMING)).status).toBe('RET');
    server.clock.move(60);
    expect((await send(0, 'ONAY')).status).toBe(200);
    expect((await status(recipient, { recipientType: 'TACIR' }, WELCOMING)).status).toBe('ONAY');
  });
});
