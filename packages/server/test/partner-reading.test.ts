// What a partner learns of channels that he has no right to: nothing, by whichever path.

import { istanbulDay } from '@acik-iys/law';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { consent } from './contract/samples.ts';
import { PARTNER, type TestServer, testServer } from './support/server.ts';

const BRAND = '/sps/600100/brands/600100';

let server: TestServer;
let partner: string;
beforeAll(async () => {
  server = await testServer();
  partner = await server.token(PARTNER.email);
});
afterAll(() => server.close());

async function mayReadEmails(may: boolean): Promise<void> {
  await server.owner.query(`update partner_grant set eposta = $1 where brand_id = 600100`, [may ? 'read' : 'none']);
  server.rooms.access.forget();
}

test('a batch of the provider is shown without the items of such a channel', async () => {
  const now = server.clock.now();
  const body = [consent(now, 'EPOSTA'), consent(now, 'MESAJ')];
  const added = await server.call('POST', `${BRAND}/consents/request`, { token: await server.token(), body });
  const { requestId } = added.body as { requestId: string };
  const shown = async () => {
    const answer = await server.call('GET', `${BRAND}/consents/request/${requestId}`, { token: partner });
    return (answer.body as { index: number }[]).map(({ index }) => index);
  };
  expect(await shown()).toEqual([0, 1]);
  await mayReadEmails(false);
  expect(await shown()).toEqual([1]);
  await mayReadEmails(true);
});

test('the day’s file, which holds all channels, is not given', async () => {
  await server.call('POST', `${BRAND}/consents`, {
    token: await server.token(),
    body: consent(server.clock.now(), 'EPOSTA'),
  });
  const day = istanbulDay(server.clock.now());
  server.clock.move(86_400);
  partner = await server.token(PARTNER.email);
  const ask = () => server.call('GET', `${BRAND}/changes/${day}/file`, { token: partner });
  expect([200, 204]).toContain((await ask()).status);
  await mayReadEmails(false);
  const refused = await ask();
  expect([refused.status, refused.body]).toEqual([403, { errors: [expect.objectContaining({ code: 'H353' })] }]);
  await mayReadEmails(true);
});
