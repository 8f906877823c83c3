// What the contract's tests need to stand on: consents, retailers, further partners, and receivers for push.

import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { CHANNELS, type Channel } from '@acik-iys/law';
import type { TestServer } from '../support/server.ts';
import { consent, newAddress, retailerForm, type Scene } from './samples.ts';

/** A partner with reading rights on all channels and no more, and one with no right but on ARAMA. */
export const READER = { code: 900200, email: 'api@okuyan.example', password: 'Okuyan-Parola-900200' } as const;
export const CALLER = { code: 900300, email: 'api@arayan.example', password: 'Arayan-Parola-900300' } as const;
/** A partner that has no user, and a user who is no API user. */
export const USERLESS = 900400;
export const ADMIN = { email: 'yonetici@ornek-perakende.example', password: 'Yonetici-Parola' } as const;

export interface Receiver {
  readonly url: string;
  close(): void;
}

/** A push receiver at loopback. */
export async function receiver(how: 'good' | 'open' | 'broken' | 'silent' = 'good'): Promise<Receiver> {
  const server: Server = createServer((request, response) => {
    request.resume();
    if (how === 'silent') return;
    const knows = request.headers.authorization !== undefined || how === 'open';
    response.writeHead(knows ? (how === 'broken' ? 500 : 200) : 401).end();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/push`,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

async function must(answer: Promise<{ status: number; text: string; body: unknown }>, status: number) {
  const { status: got, text, body } = await answer;
  if (got !== status) throw new Error(`the scene needs ${status}, the server said ${got} ${text}`);
  return body;
}

export async function newRetailer(server: TestServer, more: Readonly<Record<string, unknown>> = {}): Promise<number> {
  const path = '/sps/600100/brands/600100/retailers';
  const body = await must(server.call('POST', path, { token: await server.token(), body: retailerForm(more) }), 201);
  return (body as { retailerCode: number }).retailerCode;
}

export async function makePartners({ rooms: { parties, access }, clock }: TestServer): Promise<void> {
  const subscription = {
    packageName: 'Deneme',
    startsAt: clock.now() - 86_400,
    expiresAt: clock.now() + 365 * 86_400,
    consentLimit: 1_000,
    consentLimitExceed: true,
  };
  for (const { code, email, password } of [READER, CALLER]) {
    await parties.createPartner({ partnerCode: code, title: `Örnek ${code}`, subscription });
    await access.createAccount({ email, password, role: 'API_USER', partnerCode: code });
  }
  await parties.createPartner({ partnerCode: USERLESS, title: 'Örnek Kullanıcısız', subscription });
  const none = { reconciliation: false, via: false } as const;
  await parties.grant(READER.code, 600100, { arama: 'read', mesaj: 'read', eposta: 'read', ...none });
  await parties.grant(CALLER.code, 600100, { arama: 'read', mesaj: 'none', eposta: 'none', ...none });
  await access.createAccount({ ...ADMIN, role: 'PORTAL_ADMIN', providerCode: 600100 });
  access.forget();
}

/** A function that makes scenes for provider 600100, one consent a channel recorded. */
export async function setScene(server: TestServer, receiverUrl: string): Promise<(type?: Channel) => Scene> {
  const token = await server.token();
  const known = new Map<Channel, string>();
  for (const type of CHANNELS) {
    const recipient = newAddress(type);
    known.set(type, recipient);
    const body = consent(server.clock.now(), type, { recipient });
    await must(server.call('POST', '/sps/600100/brands/600100/consents', { token, body }), 200);
  }
  const retailer = await newRetailer(server);
  const freeRetailer = await newRetailer(server);
  return (type = 'MESAJ') => ({
    now: server.clock.now(),
    type,
    provider: 600100,
    brand: 600100,
    partner: 900100,
    known: known.get(type) as string,
    retailer,
    freeRetailer,
    receiver: receiverUrl,
  });
}
