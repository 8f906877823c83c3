// One receiver of push, spoken to over one connection: POST, deadline, and nothing read that is not needed.
//
// The host is resolved and judged once (network.ts), at the first call; all calls until `close` go to what was judged.
// Redirects are answers like any other, hence failures. Certificates are always verified.

import http from 'node:http';
import https from 'node:https';
import { AddressRefused, callableAddresses, pinnedLookup, type ResolveName } from './network.ts';

/** A receiver's answer counts by its status; so much of its body is read so that the connection can be used again. */
const ANSWER_BYTES_MAX = 64 * 1024;

export interface Credentials {
  readonly username: string;
  readonly password: string;
}

/** `stopped`: the caller gave up, the receiver is not to blame. `address`, `plain`: not to be called (network.ts). */
export type CallFailure = 'timeout' | 'stopped' | 'connection' | AddressRefused['reason'];
export type CallResult = { readonly status: number } | { readonly failure: CallFailure };

export interface Receiver {
  /** Never rejects. Without credentials the call carries no authorization. */
  post(body: string, credentials: Credentials | undefined, stop?: AbortSignal): Promise<CallResult>;
  close(): void;
}

export interface ReceiverOptions {
  readonly allowPrivate: boolean;
  /** From the look-up of the name to the status of the answer, for each call. */
  readonly deadlineMs: number;
  readonly resolveName: ResolveName;
}

export function isSuccess(result: CallResult): boolean {
  return 'status' in result && result.status >= 200 && result.status < 300;
}

export function openReceiver(href: string, options: ReceiverOptions): Receiver {
  const url = new URL(href);
  let agent: http.Agent | undefined;

  async function connectable(signal: AbortSignal): Promise<http.Agent> {
    const lookup = pinnedLookup(await callableAddresses(url, options.allowPrivate, options.resolveName, signal));
    const settings = { keepAlive: true, maxSockets: 1, lookup };
    return url.protocol === 'https:'
      ? new https.Agent({ ...settings, rejectUnauthorized: true })
      : new http.Agent(settings);
  }

  return {
    async post(body, credentials, stop) {
      if (stop?.aborted) return { failure: 'stopped' };
      const call = new AbortController();
      const onEnd = (): void => call.abort();
      const timer = setTimeout(onEnd, options.deadlineMs);
      stop?.addEventListener('abort', onEnd);
      try {
        agent ??= await connectable(call.signal);
        const ask = [url, agent, body, credentials, call.signal] as const;
        const status = await send(...ask).catch((error) => {
          if (error instanceof ConnectionGone) return send(...ask);
          throw error;
        });
        return { status };
      } catch (error) {
        if (call.signal.aborted) return { failure: stop?.aborted ? 'stopped' : 'timeout' };
        return { failure: error instanceof AddressRefused ? error.reason : 'connection' };
      } finally {
        clearTimeout(timer);
        stop?.removeEventListener('abort', onEnd);
      }
    },
    close: () => agent?.destroy(),
  };
}

/** The receiver had closed the connection that was kept from the call before: no fault of his, a new one will do. */
class ConnectionGone extends Error {}

/** Resolves with the status of the answer as soon as its body is read, cut off or late. */
function send(
  url: URL,
  agent: http.Agent,
  body: string,
  credentials: Credentials | undefined,
  signal: AbortSignal,
): Promise<number> {
  return new Promise((resolve, reject) => {
    let status: number | undefined;
    const end = (error?: Error): void => {
      if (status !== undefined) resolve(status);
      else if (request.reusedSocket && !signal.aborted) reject(new ConnectionGone());
      else reject(error ?? new Error('closed without an answer'));
    };
    const request = (url.protocol === 'https:' ? https : http).request(url, {
      method: 'POST',
      agent,
      signal,
      headers: {
        'content-type': 'application/json; charset=utf-8',
        'content-length': Buffer.byteLength(body),
        'user-agent': 'acik-iys-push',
        ...(credentials && {
          authorization: `Basic ${Buffer.from(`${credentials.username}:${credentials.password}`).toString('base64')}`,
        }),
      },
    });
    request.on('response', (response) => {
      status = response.statusCode;
      let bytes = 0;
      response.on('data', (chunk: Buffer) => {
        bytes += chunk.length;
        if (bytes > ANSWER_BYTES_MAX) response.destroy();
      });
      response.on('error', end);
    });
    request.on('error', end);
    request.on('close', () => end());
    request.end(body);
  });
}
