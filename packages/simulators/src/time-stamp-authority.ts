// A time-stamp authority for sandbox, demo and tests, reached as a real one is: RFC 3161 over HTTP (section 3.4).
//   POST /          application/timestamp-query -> application/timestamp-reply
//   GET  /root.pem  the test root, to verify stamps with        GET /tsa.pem  the stamping certificate
//
// Promise: a malformed query gets a proper rejection, a malformed HTTP request a plain HTTP error; neither ends the
// server. Its clock is the machine's. It keeps nothing but its keys (see authority-keys.ts), so it may be killed
// at any moment.

import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import type { AuthorityKeys } from './authority-keys.ts';
import { openAuthorityKeys } from './authority-keys.ts';
import { answerQuery } from './time-stamp-protocol.ts';

const QUERY_TYPE = 'application/timestamp-query';
const REPLY_TYPE = 'application/timestamp-reply';
const PEM_TYPE = 'application/x-pem-file';

// A query with SHA-512, policy and nonce is under 200 bytes; the rest is room for extensions.
const MAX_QUERY_BYTES = 16 * 1024;

// A query is one packet: who has not sent it after this long is not going to.
const REQUEST_TIMEOUT_MS = 10_000;

export type TimeStampAuthority = {
  /** Where queries are posted to, for example `http://127.0.0.1:3161/`. */
  readonly url: string;
  /** The test root certificate, PEM. */
  readonly rootPem: string;
  /** Ends the server and its open connections. */
  close(): Promise<void>;
};

export type TimeStampAuthorityOptions = {
  /** 0 takes any free port. */
  readonly port: number;
  /** Where the keys are kept; made when it is not there. */
  readonly folder: string;
  /** The network address to listen at; 127.0.0.1 unless given. */
  readonly host?: string;
  /** The authority's clock; the machine's unless given. */
  readonly clock?: () => Date;
};

/** Starts the authority. Throws when the port is taken or the folder cannot be used. */
export async function startTimeStampAuthority(options: TimeStampAuthorityOptions): Promise<TimeStampAuthority> {
  const host = options.host ?? '127.0.0.1';
  const clock = options.clock ?? (() => new Date());
  const keys = await openAuthorityKeys(options.folder);

  const server = createServer({ requestTimeout: REQUEST_TIMEOUT_MS }, (request, response) => {
    serve(request, response, keys, clock).catch((error: unknown) => {
      if (response.headersSent || request.destroyed) {
        response.destroy();
        return;
      }
      process.stderr.write(`time-stamp authority: ${error instanceof Error ? error.stack : String(error)}\n`);
      refuse(response, 500, 'The time-stamp authority failed.');
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port, host, () => {
      server.off('error', reject);
      resolve();
    });
  });

  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the time-stamp authority has no port');
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${address.port}/`,
    rootPem: keys.rootPem,
    close: () =>
      new Promise((resolve, reject) => {
        server.close((error) => (error === undefined ? resolve() : reject(error)));
        // Whoever still waits for a stamp asks again: a stamp that was not delivered binds nobody.
        server.closeAllConnections();
      }),
  };
}

async function serve(
  request: IncomingMessage,
  response: ServerResponse,
  keys: AuthorityKeys,
  clock: () => Date,
): Promise<void> {
  const path = (request.url ?? '/').split('?', 1)[0];
  if (path === '/root.pem' || path === '/tsa.pem') {
    if (request.method !== 'GET' && request.method !== 'HEAD') return refuse(response, 405, 'GET only.', 'GET, HEAD');
    return send(response, 200, PEM_TYPE, Buffer.from(path === '/root.pem' ? keys.rootPem : keys.certificatePem));
  }
  if (path !== '/') return refuse(response, 404, 'Queries are posted to /; certificates are /root.pem and /tsa.pem.');
  if (request.method !== 'POST') return refuse(response, 405, `POST a time-stamp query (${QUERY_TYPE}).`, 'POST');
  if (mediaType(request) !== QUERY_TYPE) return refuse(response, 415, `Content-Type must be ${QUERY_TYPE}.`);
  const query = await readBody(request);
  if (query === undefined) {
    // The rest of the body is not read, so the connection cannot carry another request.
    response.setHeader('connection', 'close');
    return refuse(response, 413, `A time-stamp query has at most ${MAX_QUERY_BYTES} bytes.`);
  }
  send(response, 200, REPLY_TYPE, await answerQuery(query, keys, clock()));
}

function mediaType(request: IncomingMessage): string {
  return (request.headers['content-type'] ?? '').split(';', 1).join('').trim().toLowerCase();
}

/** The whole body, or undefined when it is longer than a query may be. */
async function readBody(request: IncomingMessage): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  // The stream is left whole on an early return, so that the 413 can still be written to the same connection.
  for await (const chunk of request.iterator({ destroyOnReturn: false })) {
    size += chunk.length;
    if (size > MAX_QUERY_BYTES) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, size);
}

function refuse(response: ServerResponse, status: number, sentence: string, allow?: string): void {
  if (allow !== undefined) response.setHeader('allow', allow);
  send(response, status, 'text/plain; charset=utf-8', Buffer.from(`${sentence}\n`));
}

function send(response: ServerResponse, status: number, type: string, body: Buffer): void {
  response.writeHead(status, { 'content-type': type, 'content-length': body.length, 'cache-control': 'no-store' });
  response.end(body);
}
