// A caller of the official API over kept-alive connections, for tests that make many calls or lose their server.

import { Agent, request } from 'node:http';
import { DEMO_ACCOUNTS } from '../../src/demo-accounts.ts';

export interface Said {
  readonly status: number;
  /** Parsed JSON; undefined where the body is none. */
  readonly body: unknown;
  readonly text: string;
}

export interface Caller {
  /** One call. Rejects when the connection is lost before the whole answer is here. */
  call(method: string, path: string, token?: string, body?: unknown): Promise<Said>;
  /** Logs in as the demo's account of a provider or partner. */
  token(code: number): Promise<string>;
  close(): void;
}

/** @param base `http://127.0.0.1:port` */
export function openCaller(base: string, connections = 64): Caller {
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  const { hostname, port } = new URL(base);
  const call: Caller['call'] = (method, path, token, body) =>
    new Promise((resolve, reject) => {
      const bytes = body === undefined ? undefined : Buffer.from(JSON.stringify(body));
      const sent = request({
        agent,
        hostname,
        port,
        method,
        path,
        headers: {
          ...(token !== undefined && { authorization: `Bearer ${token}` }),
          ...(bytes && { 'content-type': 'application/json', 'content-length': bytes.length }),
        },
      });
      sent.on('error', reject);
      sent.on('response', (answer) => {
        const parts: Buffer[] = [];
        answer.on('data', (part: Buffer) => parts.push(part));
        answer.on('error', reject);
        answer.on('close', () => {
          if (!answer.complete) return reject(new Error('the answer was cut off'));
          const text = Buffer.concat(parts).toString('utf8');
          resolve({ status: answer.statusCode as number, text, body: parsed(text) });
        });
      });
      sent.end(bytes);
    });
  return {
    call,
    async token(code) {
      const account = DEMO_ACCOUNTS.find((one) => one.code === code);
      const answer = await call('POST', '/oauth2/token', undefined, {
        grant_type: 'password',
        username: account?.email,
        password: account?.password,
      });
      if (answer.status !== 200) throw new Error(`log-in failed: ${answer.status} ${answer.text}`);
      return (answer.body as { access_token: string }).access_token;
    },
    close: () => agent.destroy(),
  };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Codes of an error answer, joined. */
export function codesOf({ body }: Said): string {
  const errors = (body as { errors?: { code?: string }[] } | undefined)?.errors;
  return Array.isArray(errors) ? errors.map(({ code }) => code).join(' ') : '';
}

/** Epoch seconds as the contract writes them: Turkish time. */
export function wireTime(seconds: number): string {
  return new Date((seconds + 10_800) * 1000).toISOString().slice(0, 19).replace('T', ' ');
}

export function fromWireTime(text: string): number {
  return Date.parse(`${text.replace(' ', 'T')}+03:00`) / 1000;
}

/** The movement's number in its brand's journal, which its transactionId begins with. */
export function seqOf(transactionId: string): number {
  return Number.parseInt(transactionId.slice(0, 16), 16);
}
