// The load generator: an HTTP/1.1 client of its own on bare sockets, because it shares the machine with the server that
// it measures and every microsecond it takes is missing there. Each connection has one request under way and stays open;
// answers must carry Content-Length (or be 204), as all of ours do. An answer of 400 or more ends the run with an error:
// a rate of refusals measures nothing.

import { connect, type Socket } from 'node:net';
import type { Sample } from './measure.ts';

const HEAD_END = Buffer.from('\r\n\r\n');
const NOTHING = Buffer.alloc(0);

type OnAnswer = (status: number, body: Buffer) => void;

/** One kept connection; ask again when the answer is there. */
export class HttpConnection {
  readonly #socket: Socket;
  #read: Buffer = NOTHING;
  #pieces: Buffer[] = [];
  #missing = 0;
  #onAnswer: OnAnswer | undefined;
  #onError: ((error: Error) => void) | undefined;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.setNoDelay(true);
    socket.on('data', (data: Buffer) => this.#take(data));
    socket.on('error', (error) => this.#onError?.(error));
    socket.on('close', () => this.#onError?.(new Error('the server closed a connection')));
  }

  static async open(port: number): Promise<HttpConnection> {
    const socket = connect({ port, host: '127.0.0.1' });
    await new Promise<void>((resolve, reject) => {
      socket.once('connect', resolve);
      socket.once('error', reject);
    });
    return new HttpConnection(socket);
  }

  send(request: string | Buffer, onAnswer: OnAnswer, onError: (error: Error) => void): void {
    this.#onAnswer = onAnswer;
    this.#onError = onError;
    this.#socket.write(request);
  }

  ask(request: string | Buffer): Promise<{ status: number; body: Buffer }> {
    return new Promise((resolve, reject) => this.send(request, (status, body) => resolve({ status, body }), reject));
  }

  close(): void {
    this.#onError = undefined;
    this.#socket.destroy();
  }

  #take(data: Buffer): void {
    if (this.#missing > 0) {
      this.#pieces.push(data);
      this.#missing -= data.length;
      if (this.#missing > 0) return;
      this.#read = Buffer.concat(this.#pieces);
      this.#pieces = [];
    } else this.#read = this.#read.length === 0 ? data : Buffer.concat([this.#read, data]);
    const headEnd = this.#read.indexOf(HEAD_END);
    if (headEnd < 0) return;
    const head = this.#read.toString('latin1', 0, headEnd);
    const status = Number(head.slice(9, 12));
    const named = /content-length: (\d+)/i.exec(head);
    if (named === null && status !== 204) throw new Error(`an answer without Content-Length: ${head}`);
    const from = headEnd + HEAD_END.length;
    const length = named === null ? 0 : Number(named[1]);
    if (this.#read.length < from + length) {
      this.#missing = from + length - this.#read.length;
      this.#pieces = [this.#read];
      return;
    }
    const body = this.#read.subarray(from, from + length);
    this.#read = NOTHING;
    const onAnswer = this.#onAnswer as OnAnswer;
    onAnswer(status, body);
  }
}

export interface Load {
  readonly port: number;
  readonly connections: number;
  /** The connection's next request; null: it has none any more. */
  readonly next: (connection: number) => string | Buffer | null;
  readonly onAnswer?: (connection: number, body: Buffer, status: number) => void;
  /** Ends after so many seconds; absent: when all requests are answered. */
  readonly seconds?: number;
  /** Ends it before its time. */
  readonly signal?: AbortSignal;
  /** Pause of each connection between answer and next request, for a load that is not to fill the machine. */
  readonly pauseMs?: number;
}

/** Runs a load; `done` counts its answers. */
export async function runLoad(load: Load): Promise<Sample> {
  const connections = await Promise.all(Array.from({ length: load.connections }, () => HttpConnection.open(load.port)));
  const latencies: number[] = [];
  const began = performance.now();
  const end = load.seconds === undefined ? Number.POSITIVE_INFINITY : began + load.seconds * 1000;
  let last = began;
  try {
    await Promise.all(
      connections.map(
        (connection, number) =>
          new Promise<void>((resolve, reject) => {
            const step = (): void => {
              const sentAt = performance.now();
              const request = sentAt < end && load.signal?.aborted !== true ? load.next(number) : null;
              if (request === null) {
                resolve();
                return;
              }
              connection.send(
                request,
                (status, body) => {
                  last = performance.now();
                  latencies.push(last - sentAt);
                  if (status >= 400) {
                    reject(new Error(`answered ${status}: ${body.subarray(0, 500).toString()}`));
                    return;
                  }
                  load.onAnswer?.(number, body, status);
                  if (load.pauseMs === undefined) step();
                  else setTimeout(step, load.pauseMs);
                },
                reject,
              );
            };
            step();
          }),
      ),
    );
  } finally {
    for (const connection of connections) connection.close();
  }
  return { done: latencies.length, seconds: (last - began) / 1000, latencies };
}

/** A request as it goes over the wire. */
export function request(method: 'GET' | 'POST', path: string, token: string, body = ''): string {
  return (
    `${method} ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer ${token}\r\n` +
    (method === 'POST' ? `Content-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\n` : '') +
    `\r\n${body}`
  );
}
