// Time stamps of documents against the real authority of the simulators, a process of its own: had at once when it is up,
// waited for when it is down or the server dies in between, and never lost.

import { createHash, randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openFiles } from '../src/ground/files.ts';
import { AddressKeys } from '../src/ground/keys.ts';
import { openLog } from '../src/ground/log.ts';
import { openEvidence } from '../src/rooms/evidence/index.ts';
import { anybody, type DeskCaller, enter } from './support/desk.ts';
import { type DocumentAnswer, pdf, upload } from './support/evidence.ts';
import { TEST_SECRET } from './support/registry.ts';
import { type TestServer, testServer } from './support/server.ts';
import { embeddedUrl, freePort, startServer } from './support/server-process.ts';
import { type Simulators, startSimulators } from './support/simulators.ts';

const EVIDENCE = '/organisations/:organisation/brands/:brand/evidence';
const BRAND = { organisation: 600100, brand: 600100 };

let authority: Simulators;
let port: string;
let server: TestServer;
let clerk: DeskCaller;

beforeAll(async () => {
  port = String(await freePort());
  authority = await startSimulators({ ACIK_IYS_TSA_PORT: port });
  server = await testServer({ config: { demo: true, timeStampAuthority: authority.timeStampAuthority } });
  clerk = await enter(server, 'clerk');
});
afterAll(async () => {
  await server.close();
  await authority.kill();
});

async function added(content = pdf(randomUUID())): Promise<DocumentAnswer> {
  const answer = await upload(server.url, clerk, content);
  expect(answer.status).toBe(200);
  return answer.body;
}

async function stampOf(documentId: string) {
  const answer = await clerk.call(`GET ${EVIDENCE}/:documentId`, { params: { ...BRAND, documentId } });
  return answer.body.document.stamp;
}

async function file(documentId: string) {
  return await server.call('GET', `/portal/organisations/600100/brands/600100/evidence/${documentId}/time-stamp`, {
    headers: { cookie: clerk.cookie },
  });
}

describe('a document', () => {
  it('is stamped over its content, and the stamp can be had as a file', async () => {
    const content = pdf(randomUUID());
    const document = await added(content);
    expect(document.stamp).toEqual({ state: 'waiting', at: null });
    const early = await file(document.documentId);
    expect([early.status, (early.body as { code: string }).code]).toEqual([404, 'evidence.not_stamped']);
    expect(await server.rooms.evidence.stampDue()).toBe(1);
    expect(await stampOf(document.documentId)).toEqual({ state: 'stamped', at: server.clock.now() });
    const stamp = await file(document.documentId);
    expect(stamp.headers.get('content-type')).toBe('application/timestamp-reply');
    // SHA-384 of the content stands in the stamp as it is (RFC 3161, MessageImprint).
    expect(stamp.bytes.includes(createHash('sha384').update(content).digest())).toBe(true);
    // The same content again is stamped already.
    expect((await added(content)).stamp.state).toBe('stamped');
  });

  it('waits while the authority is down, is asked for with growing pauses, and has its stamp when it is up again', async () => {
    await authority.kill();
    const [one, two] = [await added(), await added()];
    const waits: number[] = [];
    while (waits.length < 7) {
      const now = server.clock.nowMs() / 1_000;
      expect(await server.rooms.evidence.stampDue()).toBe(0);
      const { rows } = await server.owner.query(
        `select extract(epoch from stamp_next_at)::float8 as next from evidence_blob where encode(sha256, 'hex') = $1`,
        [one.sha256],
      );
      waits.push(Math.round(rows[0].next - now));
      // To the moment at which the first is due again; the second's turn is tried besides.
      server.clock.setTo(rows[0].next);
      await server.owner.query(`update evidence_blob set stamp_next_at = 'infinity' where encode(sha256, 'hex') = $1`, [
        two.sha256,
      ]);
      clerk = await enter(server, 'clerk');
    }
    expect(waits).toEqual([30, 60, 120, 300, 900, 900, 900]);
    expect(await stampOf(one.documentId)).toEqual({ state: 'waiting', at: null });
    expect(server.logLines.some((line) => line.includes('evidence.stamp_failed'))).toBe(true);

    authority = await startSimulators({ ACIK_IYS_TSA_PORT: port });
    await server.owner.query(`update evidence_blob set stamp_next_at = now() where stamp_next_at = 'infinity'`);
    expect(await server.rooms.evidence.stampDue()).toBe(2);
    expect((await stampOf(one.documentId)).state).toBe('stamped');
    expect((await stampOf(two.documentId)).state).toBe('stamped');
  });

  it('is asked for once, also where several processes look at the same time', async () => {
    const documents = [];
    for (let n = 0; n < 5; n++) documents.push(await added());
    const other = openEvidence({
      database: server.database,
      clock: server.clock,
      keys: new AddressKeys(TEST_SECRET),
      files: openFiles({ folder: join(server.rooms.config.dataFolder, 'files'), secret: TEST_SECRET }),
      log: openLog('silent'),
      calendar: server.rooms.calendar,
      registry: server.rooms.registry,
      entries: server.rooms.entries,
      parties: server.rooms.parties,
      timeStampAuthority: authority.timeStampAuthority,
    });
    const [own, others] = await Promise.all([server.rooms.evidence.stampDue(), other.stampDue()]);
    expect(own + others).toBe(5);
    for (const { documentId } of documents) expect((await stampOf(documentId)).state).toBe('stamped');
    const { rows } = await server.owner.query(
      `select stamp_attempts from evidence_blob where encode(sha256, 'hex') = any($1)`,
      [documents.map(({ sha256 }) => sha256)],
    );
    expect(rows.map(({ stamp_attempts }) => stamp_attempts)).toEqual([1, 1, 1, 1, 1]);
  });

  it('is stamped by itself soon after it was added, where the work has begun', async () => {
    server.rooms.evidence.start();
    const document = await added();
    while ((await stampOf(document.documentId)).state === 'waiting') await pause(20);
  });
});

it('a server that is killed between upload and stamp stamps at its next start', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'evidence-'));
  const environment = {
    ACIK_IYS_DATA: folder,
    // Nobody there: what is uploaded now waits.
    ACIK_IYS_TSA_URL: `http://127.0.0.1:${await freePort()}/`,
  };
  const content = pdf(randomUUID());
  const enterAt = async (url: string): Promise<DeskCaller> => {
    const person = anybody({
      async call(method, path, { body, headers = {} } = {}) {
        const answer = await fetch(url + path, {
          method,
          headers: { ...headers, ...(body !== undefined && { 'content-type': 'application/json' }) },
          ...(body !== undefined && { body: JSON.stringify(body) }),
        });
        const bytes = Buffer.from(await answer.arrayBuffer());
        const text = bytes.toString();
        return { status: answer.status, headers: answer.headers, body: JSON.parse(text), text, bytes };
      },
    });
    await person.call('POST /session/demo', { body: { account: 'clerk' } });
    return person;
  };
  try {
    const first = await startServer(environment);
    const before = await enterAt(first.url);
    const document = await upload(first.url, before, content);
    expect(document.body.stamp.state).toBe('waiting');
    await first.kill();

    const second = await startServer({ ...environment, ACIK_IYS_TSA_URL: authority.timeStampAuthority });
    try {
      const params = { ...BRAND, documentId: document.body.documentId };
      const after = await enterAt(second.url);
      // The pause after the first try is over: nobody wants to wait for it here.
      const owner = new pg.Client({ connectionString: embeddedUrl(folder) });
      await owner.connect();
      await owner.query('update evidence_blob set stamp_next_at = now() where time_stamp is null');
      await owner.end();
      for (;;) {
        const found = await after.call(`GET ${EVIDENCE}/:documentId`, { params });
        expect(found.status).toBe(200);
        if (found.body.document.stamp.state === 'stamped') break;
        await pause(200);
      }
      const back = await fetch(
        `${second.url}/portal/organisations/600100/brands/600100/evidence/${document.body.documentId}/content`,
        { headers: { cookie: after.cookie } },
      );
      expect(Buffer.from(await back.arrayBuffer()).equals(content)).toBe(true);
    } finally {
      await second.stop();
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
