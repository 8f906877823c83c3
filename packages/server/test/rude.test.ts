// Slow and rude clients, byte by byte on real sockets: whatever they send or leave out, they get a clear 4xx or are cut
// off by a deadline, and others are served meanwhile. The deadlines of the server under test are short; everything else
// about it is as in service.

import { execFileSync } from 'node:child_process';
import type { AddressInfo } from 'node:net';
import { connect, type Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import type { FastifyInstance } from 'fastify';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openApp } from '../src/doors/app.ts';
import { openLog } from '../src/ground/log.ts';
import { type Caller, openCaller, wireTime } from './support/caller.ts';
import { type TestServer, testServer } from './support/server.ts';

const DEADLINES = { request: 1_500, head: 1_000, check: 100, silence: 3_000 };
const IDLE_CONNECTIONS = 2_000;
/** Both ends of each connection are in this process, and a database and a runner beside them. */
const FILES_NEEDED = 2 * IDLE_CONNECTIONS + 500;
const ADD = '/sps/600100/brands/600100/consents';
const STATUS = `${ADD}/status`;

let server: TestServer;
let app: FastifyInstance;
let port: number;
let caller: Caller;
let token: string;
let nextNumber = 0;

beforeAll(async () => {
  server = await testServer();
  app = await openApp(server.rooms, {
    log: openLog('silent'),
    metrics: server.metrics,
    ready: async () => undefined,
    deadlines: DEADLINES,
  });
  await app.listen({ port: 0, host: '127.0.0.1' });
  port = (app.server.address() as AddressInfo).port;
  caller = openCaller(`http://127.0.0.1:${port}`);
  token = await server.token();
});

afterAll(async () => {
  caller.close();
  await app.close();
  await server.close();
});

function consent(): Record<string, unknown> {
  nextNumber += 1;
  return {
    recipient: `+90532${(4_000_000 + nextNumber).toString()}`,
    type: 'MESAJ',
    source: 'HS_WEB',
    status: 'ONAY',
    consentDate: wireTime(server.clock.now() - 600),
    recipientType: 'BIREYSEL',
  };
}

/** Head of a request that may be completed by a body. */
function head(path: string, lines: readonly string[] = [], method = 'POST'): string {
  return [`${method} ${path} HTTP/1.1`, 'Host: localhost', `Authorization: Bearer ${token}`, ...lines, '', ''].join(
    '\r\n',
  );
}

function whole(path: string, body: string | Buffer, lines: readonly string[] = []): Buffer {
  const bytes = Buffer.from(body as string);
  return Buffer.concat([
    Buffer.from(head(path, ['Content-Type: application/json', `Content-Length: ${bytes.length}`, ...lines])),
    bytes,
  ]);
}

interface Talk {
  readonly socket: Socket;
  /** What the server has said so far. */
  said(): string;
  /** Everything that it said, once the connection is closed. */
  readonly closed: Promise<string>;
}

function talk(): Talk {
  const socket = connect(port, '127.0.0.1');
  const parts: Buffer[] = [];
  socket.on('data', (part) => parts.push(part));
  // Being cut off is an answer here.
  socket.on('error', () => undefined);
  const said = (): string => Buffer.concat(parts).toString('latin1');
  const closed = new Promise<string>((resolve) => socket.on('close', () => resolve(said())));
  return { socket, said, closed };
}

/** Says it all, asks to be let go afterwards, and gives the answer. */
async function say(bytes: string | Buffer): Promise<string> {
  const { socket, closed } = talk();
  socket.write(bytes);
  return await closed;
}

/** Connections that the server holds. */
function connections(): Promise<number> {
  return new Promise((resolve, reject) =>
    app.server.getConnections((error, count) => (error ? reject(error) : resolve(count))),
  );
}

function statusOf(answer: string): number {
  return Number(/^HTTP\/1\.1 (\d{3}) /.exec(answer)?.[1] ?? Number.NaN);
}

function codesIn(answer: string): string {
  return [...answer.matchAll(/"code":"([^"]+)"/g)].map(([, code]) => code).join(' ');
}

/** While something rude is under way, others call and are served; at least once, and to its very end. */
async function whileOthersAreServed<T>(rude: () => Promise<T>): Promise<T> {
  let over = false;
  const result = rude().finally(() => {
    over = true;
  });
  do {
    const added = await caller.call('POST', ADD, token, consent());
    expect([added.status, added.text]).toEqual([200, expect.any(String)]);
    expect((await caller.call('GET', '/info/city', token)).status).toBe(200);
    await pause(20);
  } while (!over);
  return await result;
}

describe('who may not call', () => {
  test.each([
    ['without a token', `${head(ADD).replace(/Authorization.*\r\n/, '')}`, 401],
    ['on a path that is nobody’s', head('/nowhere'), 404],
  ])('is told so before the body is read: %s', async (_, lines, http) => {
    const { socket, said } = talk();
    socket.write(`${lines.slice(0, -2)}Content-Length: 4000000\r\n\r\n{`);
    while (!said().includes('\r\n\r\n')) await pause(10);
    expect(statusOf(said())).toBe(http);
    socket.destroy();
  });

  test('sends no form of megabytes to the token path: 413, before it is read', async () => {
    const answer = await say(
      `POST /oauth2/token HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\nConnection: close\r\nContent-Length: 3000000\r\n\r\n`,
    );
    expect(statusOf(answer)).toBe(413);
  });
});

describe('who asks for more than he sends', () => {
  /** One fault in each of its entries. */
  const faulty = (items: number): string =>
    JSON.stringify(Array.from({ length: items }, () => ({ retailerAccess: new Array(3_000).fill(0) })));

  test('gets an answer no larger than the question', async () => {
    const body = faulty(500);
    const answer = await say(whole(`${ADD}/request`, body, ['Connection: close']));
    expect(statusOf(answer)).toBe(422);
    expect(answer.length).toBeLessThan(body.length);
  });

  test('and never reads it is let go', async () => {
    const before = await connections();
    const asks = Array.from({ length: 8 }, () => {
      const { socket, closed } = talk();
      socket.pause();
      for (let n = 0; n < 8; n++) socket.write(whole(`${ADD}/request`, faulty(150)));
      return { socket, closed };
    });
    await pause(500);
    expect(await connections()).toBeGreaterThan(before);
    while ((await connections()) > before) await pause(100);
    for (const { socket } of asks) socket.destroy();
  });
});

describe('slow clients', () => {
  test('half a body and then silence: 408', async () => {
    const answer = await whileOthersAreServed(() => say(whole(ADD, JSON.stringify(consent())).subarray(0, -40)));
    expect(statusOf(answer)).toBe(408);
  });

  test('a body byte by byte that is late: 408; in time: served', async () => {
    const bytes = whole(ADD, JSON.stringify(consent()), ['Connection: close']);
    const start = bytes.indexOf('\r\n\r\n') + 4;
    async function drip(everyMs: number): Promise<string> {
      const { socket, closed } = talk();
      socket.setNoDelay(true);
      socket.write(bytes.subarray(0, start));
      let at = start;
      const timer = setInterval(() => {
        if (at < bytes.length) socket.write(bytes.subarray(at, ++at));
      }, everyMs);
      return await closed.finally(() => clearInterval(timer));
    }
    expect(statusOf(await whileOthersAreServed(() => drip(1)))).toBe(200);
    expect(statusOf(await whileOthersAreServed(() => drip(100)))).toBe(408);
  });

  test('half a head, byte by byte or not: 408', async () => {
    const answers = await whileOthersAreServed(() =>
      Promise.all(['GET', 'GET /info/city HTTP/1.1\r\nHost: x\r\n', head(ADD).slice(0, -2)].map(say)),
    );
    expect(answers.map(statusOf)).toEqual([408, 408, 408]);
  });

  test('chunks without end: 408; a chunk of no size: 400', async () => {
    const start = head(ADD, ['Transfer-Encoding: chunked', 'Content-Type: application/json']);
    const { socket, closed } = talk();
    socket.write(start);
    const timer = setInterval(() => socket.write('1\r\n \r\n'), 50);
    const answer = await whileOthersAreServed(() => closed);
    clearInterval(timer);
    expect(statusOf(answer)).toBe(408);
    expect(statusOf(await say(`${start}zz\r\nxx`))).toBe(400);
  });

  test('chunks past the limit of a body: 413, whatever their number', async () => {
    const { socket, closed } = talk();
    socket.write(head(ADD, ['Transfer-Encoding: chunked', 'Content-Type: application/json']));
    const chunk = `10000\r\n${' '.repeat(0x10000)}\r\n`;
    const timer = setInterval(() => socket.writable && socket.write(chunk), 2);
    const answer = await whileOthersAreServed(() => closed);
    clearInterval(timer);
    expect([statusOf(answer), codesIn(answer)]).toEqual([413, 'request.too_large']);
  });

  const files = Number(
    execFileSync('sh', ['-c', 'ulimit -n'], { encoding: 'utf8' }).trim().replace('unlimited', '1e9'),
  );
  test.skipIf(files < FILES_NEEDED)(
    `${IDLE_CONNECTIONS} connections that say nothing are borne, then closed (ulimit -n at least ${FILES_NEEDED})`,
    async () => {
      const idle: Talk[] = [];
      let closedEarly = 0;
      while (idle.length < IDLE_CONNECTIONS) {
        // No more at once than the queue of a listening socket holds: the rest would be no connections yet.
        const more = Array.from({ length: 250 }, talk);
        idle.push(...more);
        await Promise.all(more.map(({ socket }) => new Promise((resolve) => socket.once('connect', resolve))));
        while ((await connections()) + closedEarly < idle.length) {
          closedEarly = idle.filter(({ socket }) => socket.destroyed).length;
          await pause(5);
        }
      }
      const answers = await whileOthersAreServed(() => Promise.all(idle.map(({ closed }) => closed)));
      expect(new Set(answers.map((answer) => statusOf(answer) || answer))).toEqual(new Set([408]));
    },
  );

  test('a connection that was served once may stay idle past the deadline of a request', async () => {
    const { socket, said } = talk();
    socket.write(head('/info/city', [], 'GET'));
    while (!said().endsWith(']')) await pause(5);
    const before = said().length;
    await pause(DEADLINES.request + 5 * DEADLINES.check);
    socket.write(head('/info/city', [], 'GET'));
    while (said().length < 2 * before) await pause(5);
    socket.destroy();
  });
});

describe('rude requests', () => {
  test('a hundred calls down one pipe are answered in their order', async () => {
    const numbers = Array.from({ length: 100 }, (_, i) => i + 1);
    const bytes = numbers.map((i) => head(`/info/town/${i}`, i === 100 ? ['Connection: close'] : [], 'GET')).join('');
    const answer = await whileOthersAreServed(() => say(bytes));
    const codes = [...answer.matchAll(/\r\n\r\n\{"code":(\d+)/g)].map(([, code]) => Number(code));
    expect(codes).toEqual(numbers);
  });

  test.each([
    ['rubbish', 'hello there\r\n\r\n', 400],
    ['a word of no method', 'FETCH /info/city HTTP/1.1\r\nHost: x\r\n\r\n', 400],
    ['HTTP of the future', 'GET /info/city HTTP/9.9\r\nHost: x\r\n\r\n', 400],
    ['TLS on a plain port', Buffer.from('16030100c8010000c403034f', 'hex'), 400],
    ['no host', 'GET /info/city HTTP/1.1\r\n\r\n', 400],
    ['two lengths', 'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab', 400],
    ['a length below nothing', 'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: -5\r\n\r\n', 400],
    [
      'a length and chunks',
      'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
      400,
    ],
    ['a line break inside a field', 'GET / HTTP/1.1\r\nHost: x\r\nX-A: a\rb\r\n\r\n', 400],
    ['a NUL in a field', 'GET / HTTP/1.1\r\nHost: x\r\nX-A: a\0b\r\n\r\n', 400],
    ['a field of 100 kB', `GET / HTTP/1.1\r\nHost: x\r\nX-A: ${'a'.repeat(100_000)}\r\n\r\n`, 431],
    ['ten thousand fields', `GET / HTTP/1.1\r\nHost: x\r\n${'X-A: a\r\n'.repeat(10_000)}\r\n`, 431],
    ['a path of 100 kB', `GET /${'a'.repeat(100_000)} HTTP/1.1\r\nHost: x\r\n\r\n`, 431],
    ['a path that cannot be decoded', 'GET /%ff%zz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n', 404],
    ['a path to elsewhere', 'GET /../../etc/passwd HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n', 404],
    ['an expectation of no kind', 'GET / HTTP/1.1\r\nHost: x\r\nExpect: gold\r\nConnection: close\r\n\r\n', 417],
    ['a tunnel', 'CONNECT other:443 HTTP/1.1\r\nHost: other\r\n\r\n', Number.NaN],
  ])('%s: %#', async (_, bytes, status) => {
    expect(statusOf(await whileOthersAreServed(() => say(bytes)))).toBe(status);
  });

  test('a call in absolute form is the same call', async () => {
    const answer = await say(head(`http://127.0.0.1:${port}/info/city/34`, ['Connection: close'], 'GET'));
    expect([statusOf(answer), answer.includes('"code":"34"')]).toEqual([200, true]);
  });

  test('a body that says it is too long is refused before it comes', async () => {
    const answer = await say(head(ADD, ['Content-Type: application/json', 'Content-Length: 999999999']));
    expect([statusOf(answer), codesIn(answer)]).toEqual([413, 'request.too_large']);
  });
});

describe('rude bodies', () => {
  const close = ['Connection: close'];

  function added(answer: string): [number, string] {
    return [statusOf(answer), codesIn(answer)];
  }

  test.each<[string, (good: string) => string | Buffer, number, string]>([
    ['nothing', () => '', 400, 'H085'],
    ['a list', (good) => `[${good}]`, 400, 'H085'],
    ['a word', () => '"x"', 400, 'H085'],
    ['null', () => 'null', 400, 'H085'],
    ['a byte order mark', (good) => `\ufeff${good}`, 400, 'H085'],
    ['UTF-16', (good) => Buffer.from(`\ufeff${good}`, 'utf16le'), 400, 'request.not_utf8'],
    ['Latin-5', (good) => Buffer.from(good.replace('HS_WEB', 'HS_ÝÞÐ'), 'latin1'), 400, 'request.not_utf8'],
    [
      'half a letter of UTF-8',
      (good) => Buffer.from(good.replace('HS_WEB', '\xc4'), 'latin1'),
      400,
      'request.not_utf8',
    ],
    [
      'a surrogate as UTF-8',
      (good) => Buffer.from(good.replace('HS_WEB', '\xed\xa0\x80'), 'latin1'),
      400,
      'request.not_utf8',
    ],
    ['a key twice', (good) => good.replace('{', '{"status":"RET",'), 400, 'request.duplicate_key'],
    [
      'a key twice, once in escapes',
      (good) => good.replace('{', '{"st\\u0061tus":"RET",'),
      400,
      'request.duplicate_key',
    ],
    [
      'depth',
      (good) => good.replace('"HS_WEB"', `${'['.repeat(100_000)}${']'.repeat(100_000)}`),
      400,
      'request.too_deep',
    ],
    ['__proto__', (good) => good.replace('{', '{"__proto__":{"status":"RET"},'), 422, 'H118'],
    ['constructor', (good) => good.replace('{', '{"constructor":{"prototype":{}},'), 422, 'H118'],
    ['a huge number', (good) => good.replace('{', '{"retailerCode":1e999,'), 403, 'H180'],
    ['a number of 400 kB', (good) => good.replace('{', `{"retailerCode":${'9'.repeat(400_000)},`), 403, 'H180'],
    ['a lone surrogate', (good) => good.replace('HS_WEB', '\\ud800'), 422, 'H119'],
    ['a NUL', (good) => good.replace('+90532', '+90532\\u0000'), 422, 'H121'],
    ['a NUL byte', (good) => good.replace('+90532', '+90532\0'), 400, 'H085'],
    ['a comma too many', (good) => good.replace('}', ',}'), 400, 'H085'],
    ['two bodies', (good) => `${good}${good}`, 400, 'H085'],
  ])('%s', async (_, spoil, status, code) => {
    const answer = await whileOthersAreServed(() => say(whole(ADD, spoil(JSON.stringify(consent())), close)));
    expect(added(answer)).toEqual([status, code]);
  });

  test.each([
    ['no content type', ''],
    ['a form', 'Content-Type: application/x-www-form-urlencoded'],
    ['XML', 'Content-Type: text/xml'],
    ['a wrong charset', 'Content-Type: application/json; charset=iso-8859-9'],
    ['rubbish', 'Content-Type: ;;;/,'],
  ])('%s before JSON: the body decides, as programs in the field need it', async (_, line) => {
    const body = JSON.stringify(consent());
    const lines = [...(line === '' ? [] : [line]), `Content-Length: ${Buffer.byteLength(body)}`, ...close];
    const answer = await say(`${head(ADD, lines)}${body}`);
    expect([statusOf(answer), answer]).toEqual([200, expect.stringContaining('transactionId')]);
  });

  test('a thousand faults in one list are told in one answer', async () => {
    const list = Array.from({ length: 1_000 }, () => ({ ...consent(), status: '\ud800', type: '__proto__' }));
    const answer = await whileOthersAreServed(() => say(whole(`${ADD}/request`, JSON.stringify(list), close)));
    expect(statusOf(answer)).toBe(422);
    expect(codesIn(answer).split(' ')).toHaveLength(2_000);
  });

  test('words in the path that mean something to JavaScript', async () => {
    const words = ['__proto__', 'constructor', 'toString', 'hasOwnProperty'];
    for (const word of words) {
      const list = await say(whole(`${ADD}/${word}/status/${word}`, '{"recipients":["+905321234567"]}', close));
      expect(added(list)).toEqual([422, 'H116 H117']);
      const key = JSON.stringify({ recipient: '+905321234567', type: word, recipientType: word });
      expect(added(await say(whole(STATUS, key, close)))).toEqual([422, 'H117 H116']);
    }
  });
});
