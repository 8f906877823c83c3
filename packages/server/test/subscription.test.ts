// H525 over HTTP: the subscription's room for granted consents, and what passes when it is used up.

import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { consent, newAddress } from './contract/samples.ts';
import { type CallAnswer, type TestServer, testServer } from './support/server.ts';

const LIMIT = 3;
const ADD = '/sps/600100/brands/600100/consents';

let server: TestServer;
let token: string;

beforeEach(async () => {
  await server?.close();
  server = await testServer();
  await server.owner.query(
    'update subscription set consent_limit = $1, consent_limit_exceed = false where holder_code = 600100',
    [LIMIT],
  );
  server.rooms.access.forget();
  token = await server.token();
});

afterAll(() => server.close());

const onay = (recipient = newAddress('MESAJ')) => consent(server.clock.now(), 'MESAJ', { recipient });
const ret = (recipient: string) => ({ ...onay(recipient), status: 'RET' });
const said = ({ status, body }: CallAnswer) => [
  status,
  (body as { errors?: { code: string }[] }).errors?.map(({ code }) => code),
];

/** The counters are asked once a second. */
function nextSecond(): void {
  server.clock.move(2);
}

async function add(body: object, path = ADD): Promise<CallAnswer> {
  nextSecond();
  return await server.call('POST', path, { token, body });
}

async function statusOf(recipient: string): Promise<string | undefined> {
  const body = { recipient, type: 'MESAJ', recipientType: 'BIREYSEL' };
  const answer = await server.call('POST', `${ADD}/status`, { token, body });
  return (answer.body as { status?: string }).status;
}

describe('a subscription of three consents', () => {
  test('takes three and no fourth', async () => {
    for (let n = 0; n < LIMIT; n++) expect(said(await add(onay()))).toEqual([200, undefined]);
    expect(said(await add(onay()))).toEqual([422, ['H525']]);
  });

  test('takes no list that goes beyond it, and one that just fills it', async () => {
    expect(said(await add([onay(), onay(), onay(), onay()], `${ADD}/request`))).toEqual([422, ['H525']]);
    expect(said(await add([onay(), onay(), onay()], `${ADD}/request`))).toEqual([202, undefined]);
  });

  test('is no hindrance to a retry through V2, nor to a renewal, when it is full', async () => {
    const sent = [onay(), onay(), onay()];
    for (const one of sent) expect(said(await add(one, `/v2${ADD}`))).toEqual([200, undefined]);
    for (const one of sent) expect(said(await add(one, `/v2${ADD}`))).toEqual([200, undefined]);
    expect(said(await add(sent, `/v2${ADD}/request`))).toEqual([202, undefined]);
    expect(said(await add(onay(sent[0]?.recipient as string)))).toEqual([200, undefined]);
  });

  test('has room again after a refusal', async () => {
    const sent = [onay(), onay(), onay()];
    for (const one of sent) await add(one);
    nextSecond();
    expect(said(await add(ret(sent[0]?.recipient as string)))).toEqual([200, undefined]);
    expect(said(await add(onay()))).toEqual([200, undefined]);
  });

  test('loses no refusal of a list that it turns away', async () => {
    const sent = [onay(), onay(), onay()];
    for (const one of sent) await add(one);
    const refused = sent[0]?.recipient as string;
    nextSecond();
    expect(said(await add([onay(), ret(refused)], `${ADD}/request`))).toEqual([422, ['H525']]);
    expect(await statusOf(refused)).toBe('RET');
    expect(await statusOf(sent[1]?.recipient as string)).toBe('ONAY');
  });
});
