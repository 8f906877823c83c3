// Files on their way, byte by byte on real sockets: too large, too slow, broken off. They are refused while they are read,
// a slow line that keeps moving is waited for, and of what was not taken nothing is left: no file, no row.

import { randomUUID } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { FastifyInstance } from 'fastify';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openApp } from '../src/doors/app.ts';
import { openLog } from '../src/ground/log.ts';
import { AUDIO_BYTES_MAX, DOCUMENT_BYTES_MAX } from '../src/rooms/evidence/index.ts';
import { type DeskCaller, enter } from './support/desk.ts';
import { pdf, upload, wav } from './support/evidence.ts';
import { type TestServer, testServer } from './support/server.ts';

const DEADLINES = { request: 1_000, head: 1_000, check: 50, silence: 10_000 };
/** Longer than a request may take. */
const SLOW_PIECES = 40;
const EVERY_MS = 60;

let server: TestServer;
let app: FastifyInstance;
let port: number;
let clerk: DeskCaller;

beforeAll(async () => {
  server = await testServer({ config: { demo: true } });
  ({ app, port } = await serve(DEADLINES));
  clerk = await enter(server, 'clerk');
});
afterAll(async () => {
  await app.close();
  await server.close();
});

async function serve(deadlines: typeof DEADLINES): Promise<{ app: FastifyInstance; port: number }> {
  const served = await openApp(server.rooms, {
    log: openLog('silent'),
    metrics: server.metrics,
    ready: async () => undefined,
    deadlines,
  });
  await served.listen({ port: 0, host: '127.0.0.1' });
  return { app: served, port: (served.server.address() as AddressInfo).port };
}

const url = (): string => `http://127.0.0.1:${port}`;

/** Files and rows: what an upload may leave. */
async function traces(): Promise<{ files: string[]; rows: unknown }> {
  const folder = join(server.rooms.config.dataFolder, 'files');
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  const { rows } = await server.owner.query(
    'select (select count(*) from evidence) as documents, (select count(*) from evidence_blob) as contents',
  );
  return { files: entries.filter((entry) => entry.isFile()).map(({ name }) => name), rows };
}

/** Waits until a temporary file is being written: the upload is in the middle. */
async function untilWriting(): Promise<void> {
  const folder = join(server.rooms.config.dataFolder, 'files', 'temporary');
  while (readdirSync(folder).length === 0) await pause(5);
}
async function untilNothingIsWritten(): Promise<void> {
  const folder = join(server.rooms.config.dataFolder, 'files', 'temporary');
  while (readdirSync(folder).length > 0) await pause(5);
}

function head(lines: readonly string[]): string {
  return [
    `POST /portal/organisations/600100/brands/600100/evidence?key=${randomUUID()} HTTP/1.1`,
    'Host: localhost',
    `Cookie: ${clerk.cookie}`,
    'X-Acik-Iys-File-Name: form.pdf',
    'Content-Type: application/pdf',
    ...lines,
    '',
    '',
  ].join('\r\n');
}

function talk(at = port): { socket: Socket; closed: Promise<string>; said: () => string } {
  const socket = connect(at, '127.0.0.1');
  const parts: Buffer[] = [];
  socket.on('data', (part) => parts.push(part));
  socket.on('error', () => undefined);
  const said = (): string => Buffer.concat(parts).toString('latin1');
  return { socket, said, closed: new Promise((resolve) => socket.on('close', () => resolve(said()))) };
}

const chunk = (bytes: Buffer): Buffer =>
  Buffer.concat([Buffer.from(`${bytes.length.toString(16)}\r\n`), bytes, Buffer.from('\r\n')]);
/** A PDF of so many bytes. */
function large(bytes: number): Buffer {
  const content = Buffer.alloc(bytes, ' ');
  pdf(randomUUID()).copy(content);
  return content;
}

describe('too large', () => {
  it('a document of the greatest size is taken, one byte more is not', async () => {
    const most = await upload(url(), clerk, large(DOCUMENT_BYTES_MAX));
    expect([most.status, most.body.bytes]).toEqual([200, DOCUMENT_BYTES_MAX]);
    const before = await traces();
    const more = await upload(url(), clerk, large(DOCUMENT_BYTES_MAX + 1));
    expect([more.status, more.problem.code]).toEqual([413, 'evidence.too_large']);
    expect(await traces()).toEqual(before);
  });

  it('the audio of a call may be twice as large, and no larger', async () => {
    const most = await upload(url(), clerk, wav(AUDIO_BYTES_MAX - 44), { name: 'görüşme.wav' });
    expect([most.status, most.body.bytes]).toEqual([200, AUDIO_BYTES_MAX]);
    const before = await traces();
    const more = await upload(url(), clerk, wav(AUDIO_BYTES_MAX), { name: 'görüşme.wav' });
    expect(more.problem.code).toBe('evidence.too_large');
    expect(await traces()).toEqual(before);
  });

  it('is known by what the sender says, before a byte is read', async () => {
    const { socket, said } = talk();
    socket.write(head([`Content-Length: ${AUDIO_BYTES_MAX + 1}`]));
    while (!said().includes('evidence.too_large')) await pause(5);
    expect(said()).toMatch(/^HTTP\/1\.1 413 /);
    socket.destroy();
  });

  it('is known while it is read, though it never ends', async () => {
    const before = await traces();
    const { socket, said } = talk();
    socket.write(head(['Transfer-Encoding: chunked']));
    socket.write(chunk(pdf()));
    const piece = chunk(Buffer.alloc(64 * 1024, ' '));
    let sent = 0;
    while (!said().includes('\r\n\r\n')) {
      sent += piece.length;
      if (!socket.write(piece)) await new Promise((resolve) => socket.once('drain', resolve).once('close', resolve));
      else await pause(0);
    }
    expect(said()).toMatch(/^HTTP\/1\.1 413 /);
    // What the line holds apart, no more was read than may be taken.
    expect(sent).toBeLessThan(2 * DOCUMENT_BYTES_MAX);
    socket.destroy();
    await untilNothingIsWritten();
    expect(await traces()).toEqual(before);
  });
});

describe('too slow, or broken off', () => {
  it('a line that stands still is cut off with 408, and nothing is left', async () => {
    const before = await traces();
    const { socket, closed } = talk();
    socket.write(head(['Content-Length: 200000']));
    socket.write(large(100_000));
    await untilWriting();
    const answer = await closed;
    expect(answer).toMatch(/^HTTP\/1\.1 408 /);
    expect(answer).toContain('upload.slow');
    await untilNothingIsWritten();
    expect(await traces()).toEqual(before);
  });

  it('a line that stands still before the type can be told is cut off too', async () => {
    const before = await traces();
    const { socket, closed } = talk();
    socket.write(head(['Content-Length: 200000']));
    socket.write('%PDF-1.7');
    expect(await closed).toMatch(/^HTTP\/1\.1 408 /);
    expect(await traces()).toEqual(before);
  });

  it('a slow line that keeps moving is waited for, longer than any other request', async () => {
    const content = large(SLOW_PIECES * 1_000);
    const { socket, said } = talk();
    socket.write(head([`Content-Length: ${content.length}`]));
    for (let at = 0; at < content.length; at += 1_000) {
      socket.write(content.subarray(at, at + 1_000));
      await pause(EVERY_MS);
    }
    while (!said().includes('documentId')) await pause(5);
    expect(said()).toMatch(/^HTTP\/1\.1 200 /);
    // The connection is as good as before.
    socket.write(`GET /health/live HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`);
    while (!said().includes('"ok"')) await pause(5);
  });

  it('a drop now and then is not waited for without end', async () => {
    const hasty = await serve({ request: 200, head: 200, check: 20, silence: 5_000 });
    try {
      const before = await traces();
      const { socket, closed } = talk(hasty.port);
      socket.write(head(['Content-Length: 2000000']));
      socket.write(large(100_000));
      const timer = setInterval(() => socket.writable && socket.write(' '), 20);
      const answer = await closed.finally(() => clearInterval(timer));
      expect(answer).toMatch(/^HTTP\/1\.1 408 /);
      await untilNothingIsWritten();
      expect(await traces()).toEqual(before);
    } finally {
      await hasty.app.close();
    }
  });

  it('of a sender who goes away in the middle nothing is left', async () => {
    const before = await traces();
    const { socket } = talk();
    socket.write(head(['Content-Length: 20000000']));
    socket.write(large(1_000_000));
    await untilWriting();
    socket.destroy();
    await untilNothingIsWritten();
    expect(await traces()).toEqual(before);
  });

  it('the same upload, tried again, is taken', async () => {
    const key = randomUUID();
    const content = large(300_000);
    const controller = new AbortController();
    const first = fetch(`${url()}/portal/organisations/600100/brands/600100/evidence?key=${key}`, {
      method: 'POST',
      headers: { cookie: clerk.cookie, 'x-acik-iys-file-name': 'form.pdf', 'content-type': 'application/pdf' },
      body: new ReadableStream({
        start: (stream) => stream.enqueue(new Uint8Array(content.subarray(0, 200_000))),
      }),
      duplex: 'half',
      signal: controller.signal,
    } as RequestInit);
    await untilWriting();
    controller.abort();
    await expect(first).rejects.toThrow();
    const again = await upload(url(), clerk, content, { key });
    expect([again.status, again.body.bytes]).toEqual([200, content.length]);
  });
});

it('a stranger’s file is refused before it is read', async () => {
  const { socket, said } = talk();
  socket.write(head(['Content-Length: 1000000']).replace(/Cookie: .*\r\n/, ''));
  socket.write('%PDF-1.7');
  while (!said().includes('session.none')) await pause(5);
  expect(said()).toMatch(/^HTTP\/1\.1 401 /);
  socket.destroy();
});
