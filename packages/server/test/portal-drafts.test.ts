// Drafts over real HTTP: kept sealed, one for each form of a person in an organisation, seen by nobody else, gone when done.

import { afterAll, beforeAll, expect, it } from 'vitest';
import { DRAFT_KEPT_SECONDS } from '../src/rooms/entries/drafts.ts';
import { type DeskCaller, enter } from './support/desk.ts';
import { type TestServer, testServer } from './support/server.ts';

const RECORD = { organisation: 600100, place: 'record' };
const CONTENT = { address: '0532 410 22 17', channels: ['MESAJ'] };
let server: TestServer;
let clerk: DeskCaller;

beforeAll(async () => {
  server = await testServer({ config: { demo: true } });
  clerk = await enter(server, 'clerk');
});
afterAll(() => server.close());

const read = (caller: DeskCaller, params = RECORD) =>
  caller.call('GET /organisations/:organisation/drafts/:place', { params });
const keep = (caller: DeskCaller, content: unknown, params = RECORD) =>
  caller.call('PUT /organisations/:organisation/drafts/:place', { params, body: { content } });

it('keeps the last content of a form, sealed, and tells the overview of it', async () => {
  expect((await read(clerk)).body).toEqual({ savedAt: null, content: null });
  await keep(clerk, { address: 'earlier' });
  await keep(clerk, CONTENT);
  expect((await read(clerk)).body).toEqual({ savedAt: server.clock.now(), content: CONTENT });
  const { rows } = await server.owner.query<{ sealed: Buffer }>('select sealed from draft');
  expect(rows).toHaveLength(1);
  expect(rows[0]?.sealed.includes('410 22 17')).toBe(false);
  const overview = await clerk.call('GET /organisations/:organisation/overview', { params: { organisation: 600100 } });
  expect(overview.body.waiting.drafts).toEqual([{ place: 'record', savedAt: server.clock.now() }]);
});

it('shows it to nobody else, and ends with what it was for', async () => {
  const owner = await enter(server, 'owner');
  expect((await read(owner)).body.content).toBeNull();
  await keep(owner, { address: 'of the owner' });
  await owner.call('DELETE /organisations/:organisation/drafts/:place', { params: RECORD });
  expect((await read(owner)).body.content).toBeNull();
  expect((await read(clerk)).body.content).toEqual(CONTENT);
});

it('turns away what no form is, and what is too long to be kept', async () => {
  const unknown = await keep(clerk, CONTENT, { ...RECORD, place: 'something-else' });
  expect(unknown).toMatchObject({ status: 404, body: { code: 'thing.unknown' } });
  const long = await keep(clerk, { address: 'x'.repeat(65_536) });
  expect(long.body).toMatchObject({ code: 'draft.too_large' });
  expect((await read(clerk)).body.content).toEqual(CONTENT);
});

it('is forgotten when nobody comes back for it', async () => {
  server.clock.move(DRAFT_KEPT_SECONDS - 60);
  clerk = await enter(server, 'clerk');
  await server.rooms.drafts.expire();
  expect((await read(clerk)).body.content).toEqual(CONTENT);
  server.clock.move(120);
  await server.rooms.drafts.expire();
  expect((await read(clerk)).body.content).toBeNull();
});
