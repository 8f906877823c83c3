// The server's side of RFC 3161 against a real authority: the simulators' program, started as a process of its own
// and known only by the address it prints. What a careless or hostile authority might answer is made from its real
// answers by small servers in between. `openssl ts -verify` judges the stamp; on a machine without openssl that test
// is reported as skipped, by name.

import type { ChildProcess } from 'node:child_process';
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { Integer, OctetString } from 'asn1js';
import { ContentInfo, SignedData, TimeStampReq, TimeStampResp } from 'pkijs';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { requestTimeStamp, TimeStampError } from '../src/ground/time-stamp.ts';

const SIMULATORS = fileURLToPath(new URL('../../simulators/src/main.ts', import.meta.url));
const WITHOUT_OPENSSL = spawnSync('openssl', ['version']).status !== 0;

const DATA = 'A day of the registry\n';
const DIGEST = createHash('sha384').update(DATA).digest();
// The object identifier of SHA-384 as it stands in a stamp.
const SHA384_DER = Buffer.from('0609608648016503040202', 'hex');

let folder: string;
let simulators: ChildProcess;
let authority: string;
let between: Server[] = [];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'time-stamp-'));
  simulators = spawn(process.execPath, [SIMULATORS], {
    // With the channel the simulators end by themselves, should this process die.
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
    env: { ...process.env, ACIK_IYS_SIMULATORS_DATA: folder, ACIK_IYS_TSA_PORT: '0' },
  });
  authority = await readAddress(simulators);
});

afterAll(async () => {
  if (simulators.exitCode === null) {
    const ended = once(simulators, 'exit');
    simulators.disconnect();
    await ended;
  }
  rmSync(folder, { recursive: true, force: true });
});

afterEach(async () => {
  for (const server of between) {
    const closed = once(server, 'close');
    server.close();
    server.closeAllConnections();
    await closed;
  }
  between = [];
});

async function readAddress(child: ChildProcess): Promise<string> {
  if (child.stdout === null) throw new Error('the simulators have no stdout');
  for await (const line of createInterface({ input: child.stdout })) {
    const said: unknown = JSON.parse(line);
    if (typeof said === 'object' && said !== null && 'timeStampAuthority' in said) {
      return String(said.timeStampAuthority);
    }
  }
  throw new Error('the simulators ended without an address');
}

/** A server on a free port; its address. */
async function serve(answer: (request: IncomingMessage, response: ServerResponse) => Promise<void>): Promise<string> {
  const server = createServer((request, response) => {
    answer(request, response).catch((error: unknown) => response.destroy(error instanceof Error ? error : undefined));
  });
  between.push(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return `http://127.0.0.1:${address.port}/`;
}

async function readQuery(request: IncomingMessage): Promise<Buffer> {
  return Buffer.concat(await request.toArray());
}

/** The real authority's answer to a query. */
async function ask(query: Buffer): Promise<Buffer> {
  const response = await fetch(authority, {
    method: 'POST',
    headers: { 'content-type': 'application/timestamp-query' },
    body: new Uint8Array(query),
  });
  return Buffer.from(await response.arrayBuffer());
}

/** A server before the real authority that may change the query on its way in and the answer on its way out. */
function serveBetween(
  changeQuery: (query: TimeStampReq) => void,
  changeAnswer: (answer: Buffer) => Buffer = (answer) => answer,
): Promise<string> {
  return serve(async (request, response) => {
    const query = TimeStampReq.fromBER(await readQuery(request));
    changeQuery(query);
    const answer = await ask(Buffer.from(query.toSchema().toBER()));
    response.writeHead(200, { 'content-type': 'application/timestamp-reply' }).end(changeAnswer(answer));
  });
}

/** The error of an attempt that must fail. */
async function failure(address: string, timeoutMs?: number): Promise<TimeStampError> {
  const outcome: unknown = await requestTimeStamp(address, DIGEST, timeoutMs === undefined ? {} : { timeoutMs }).catch(
    (error: unknown) => error,
  );
  if (!(outcome instanceof TimeStampError)) throw new Error(`not refused as a time stamp: ${String(outcome)}`);
  return outcome;
}

/** The same answer with its signed data changed. */
function rewrite(answer: Buffer, change: (signed: SignedData) => void): Buffer {
  const response = TimeStampResp.fromBER(answer);
  const signed = new SignedData({ schema: response.timeStampToken?.content });
  change(signed);
  response.timeStampToken = new ContentInfo({ contentType: '1.2.840.113549.1.7.2', content: signed.toSchema(true) });
  return Buffer.from(response.toSchema().toBER());
}

const unchanged = () => undefined;

describe('a stamp', () => {
  it.skipIf(WITHOUT_OPENSSL)('is accepted by openssl for its file, and for no other', async () => {
    const stamp = await requestTimeStamp(authority, DIGEST);
    writeFileSync(join(folder, 'day'), DATA);
    writeFileSync(join(folder, 'other-day'), `${DATA}altered`);
    writeFileSync(join(folder, 'day.tsr'), stamp);
    writeFileSync(join(folder, 'root.pem'), await (await fetch(new URL('root.pem', authority))).text());
    const judge = (file: string) =>
      spawnSync('openssl', ['ts', '-verify', '-in', 'day.tsr', '-data', file, '-CAfile', 'root.pem'], {
        cwd: folder,
        encoding: 'utf8',
      });
    const judged = judge('day');
    expect(judged.stderr + judged.stdout).toContain('Verification: OK');
    expect(judged.status).toBe(0);
    expect(judge('other-day').status).not.toBe(0);
  });

  it('is handed over byte for byte as the authority answered', async () => {
    const sent: Buffer[] = [];
    const address = await serveBetween(unchanged, (answer) => {
      sent.push(answer);
      return answer;
    });
    const stamp = await requestTimeStamp(address, DIGEST);
    expect(sent).toEqual([stamp]);
  });

  it('survives the rewriting that the refusals below are made with', async () => {
    const address = await serveBetween(unchanged, (answer) => rewrite(answer, unchanged));
    await expect(requestTimeStamp(address, DIGEST)).resolves.toBeInstanceOf(Buffer);
  });

  it('is asked for with a nonce of its own, the certificate wanted', async () => {
    const queries: TimeStampReq[] = [];
    const address = await serveBetween((query) => queries.push(query));
    await requestTimeStamp(address, DIGEST);
    await requestTimeStamp(address, DIGEST);
    const nonces = queries.map((query) => query.nonce?.toBigInt() ?? 0n);
    expect(new Set(nonces).size).toBe(2);
    expect(nonces.every((nonce) => nonce > 2n ** 62n)).toBe(true);
    expect(queries.map((query) => query.certReq)).toEqual([true, true]);
  });

  it('is only asked for a whole SHA-384 digest', async () => {
    await expect(requestTimeStamp(authority, DIGEST.subarray(1))).rejects.toThrow(RangeError);
  });
});

describe('refused', () => {
  it('a stamp with another nonce', async () => {
    const address = await serveBetween((query) => {
      query.nonce = Integer.fromBigInt(42n);
    });
    expect((await failure(address)).reason).toBe('nonce');
  });

  it('a stamp without a nonce', async () => {
    const address = await serve(async (request, response) => {
      const asked = TimeStampReq.fromBER(await readQuery(request));
      const { messageImprint } = asked;
      const query = new TimeStampReq({ version: 1, messageImprint, certReq: true });
      response.end(await ask(Buffer.from(query.toSchema().toBER())));
    });
    expect((await failure(address)).reason).toBe('nonce');
  });

  it('an answer replayed from an earlier question', async () => {
    const earlier = await requestTimeStamp(authority, DIGEST);
    const address = await serve(async (_request, response) => void response.end(earlier));
    expect((await failure(address)).reason).toBe('nonce');
  });

  it('a stamp over another digest', async () => {
    const address = await serveBetween((query) => {
      query.messageImprint.hashedMessage = new OctetString({ valueHex: createHash('sha384').update('x').digest() });
    });
    expect((await failure(address)).reason).toBe('imprint');
  });

  it('a stamp whose imprint has the right bytes and the name of another algorithm', async () => {
    const address = await serveBetween(unchanged, (answer) => {
      const altered = Buffer.from(answer);
      const name = altered.lastIndexOf(SHA384_DER, altered.indexOf(DIGEST));
      if (name < 0) throw new Error('no imprint in the stamp');
      // SHA3-384: a digest as long, and an identifier that differs in its last byte.
      altered.writeUInt8(9, name + SHA384_DER.length - 1);
      return altered;
    });
    expect((await failure(address)).reason).toBe('imprint');
  });

  it('a rejection, with what the authority says about it', async () => {
    const address = await serveBetween((query) => {
      query.reqPolicy = '1.2.3.4';
    });
    const error = await failure(address);
    expect(error.reason).toBe('rejected');
    expect(error.message).toContain('unacceptedPolicy');
    expect(error.message).toContain('2.999.3161.1');
  });

  it('a stamp whose signature was altered', async () => {
    const address = await serveBetween(unchanged, (answer) => {
      // The signature is the last thing in the answer.
      const altered = Buffer.from(answer);
      altered.writeUInt8(altered.readUInt8(altered.length - 1) ^ 1, altered.length - 1);
      return altered;
    });
    expect((await failure(address)).reason).toBe('signature');
  });

  it('a stamp whose time was altered', async () => {
    const address = await serveBetween(unchanged, (answer) => {
      const altered = Buffer.from(answer);
      const time = /\d{14}Z/.exec(altered.toString('latin1'));
      if (time === null) throw new Error('no time in the stamp');
      altered.write('1', time.index, 'latin1');
      return altered;
    });
    expect((await failure(address)).reason).toBe('signature');
  });

  it('a stamp without the certificate that was asked for', async () => {
    const address = await serveBetween((query) => {
      query.certReq = false;
    });
    expect((await failure(address)).reason).toBe('signature');
  });

  it.each([
    ['no signer', (signed: SignedData) => void signed.signerInfos.pop()],
    ['two signers', (signed: SignedData) => void signed.signerInfos.push(...signed.signerInfos)],
    [
      'a signer without signed attributes',
      (signed: SignedData) => signed.signerInfos.forEach((signer) => void delete signer.signedAttrs),
    ],
  ])('a stamp with %s', async (_name, change) => {
    const address = await serveBetween(unchanged, (answer) => rewrite(answer, change));
    expect((await failure(address)).reason).toBe('signature');
  });

  it.each([
    ['rubbish', () => Buffer.from('<html>welcome</html>')],
    ['nothing', () => Buffer.alloc(0)],
    ['an answer cut short', (answer: Buffer) => answer.subarray(0, -1)],
    ['an answer with bytes after it', (answer: Buffer) => Buffer.concat([answer, Buffer.from([0])])],
    ['"granted" without a token', () => Buffer.from('30053003020100', 'hex')],
  ])('%s', async (_name, change) => {
    expect((await failure(await serveBetween(unchanged, change))).reason).toBe('malformed');
  });

  it.each([500, 404, 302])('HTTP status %i', async (status) => {
    const address = await serve(async (_request, response) => {
      response.writeHead(status, status === 302 ? { location: authority } : {}).end('no');
    });
    const error = await failure(address);
    expect(error.reason).toBe('http');
    expect(error.message).toContain(String(status));
  });

  it('an answer without end, whose connection is dropped', async () => {
    let dropped: Promise<unknown> = Promise.reject(new Error('never asked'));
    dropped.catch(() => undefined);
    const address = await serve(async (_request, response) => {
      dropped = once(response, 'close');
      response.writeHead(200);
      const more = () => {
        while (!response.destroyed && response.write(Buffer.alloc(64 * 1024)));
      };
      response.on('drain', more);
      more();
    });
    expect((await failure(address)).reason).toBe('too-large');
    await dropped;
  });

  it('an authority that does not answer', async () => {
    const address = await serve(async () => undefined);
    expect((await failure(address, 100)).reason).toBe('timeout');
  });

  it('an authority that begins to answer and goes on for ever, a byte at a time', async () => {
    const address = await serve(async (_request, response) => {
      response.writeHead(200, { 'content-type': 'application/timestamp-reply' });
      const drip = setInterval(() => response.write('0'), 20);
      response.on('close', () => clearInterval(drip));
    });
    expect((await failure(address, 200)).reason).toBe('timeout');
  });

  it('an address where nobody listens, naming the network error', async () => {
    const address = await serve(async () => undefined);
    const [server] = between.splice(0);
    if (server === undefined) throw new Error('no server');
    server.close();
    await once(server, 'close');
    const error = await failure(address);
    expect(error.reason).toBe('unreachable');
    expect(error.message).toContain('ECONNREFUSED');
  });

  it('an address that is none', async () => {
    expect((await failure('zaman damgası')).reason).toBe('unreachable');
  });
});
