// Bodies that may take longer than a request may: files of people on slow lines. The server's deadline for a whole request
// (app.ts) passes them by; they have one of their own, which counts pauses.

import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';

/** The body as a whole may take so many times what a pause in it may. */
const PAUSES = 30;

const slow = new WeakSet<Socket>();

/** Whether a connection is in the middle of such a body. */
export function isSlowBody(socket: Socket): boolean {
  return slow.has(socket);
}

export type BodyFault =
  /** A pause was too long, or the whole. */
  | 'slow'
  /** The connection broke off. */
  | 'broken';

/**
 * The pieces of a request's body as they come. What is left of it when the reader stops early is read past, so that the
 * answer arrives, for as long as one pause; then the connection is closed.
 * @param pauseMs longest pause
 * @param fault makes what is thrown
 */
export async function* slowBody(
  request: IncomingMessage,
  pauseMs: number,
  fault: (fault: BodyFault) => Error,
): AsyncGenerator<Buffer> {
  const { socket } = request;
  // The machine's clock: it is the line's time that is measured.
  const endsAt = performance.now() + PAUSES * pauseMs;
  const pieces = request.iterator({ destroyOnReturn: false }) as AsyncIterator<Buffer>;
  slow.add(socket);
  try {
    for (;;) {
      const waited = Promise.withResolvers<undefined>();
      const timer = setTimeout(waited.resolve, Math.min(pauseMs, endsAt - performance.now()), undefined);
      const next = pieces.next().catch(() => {
        throw fault('broken');
      });
      const piece = await Promise.race([next, waited.promise]).finally(() => clearTimeout(timer));
      if (piece === undefined) {
        next.catch(() => undefined);
        throw fault('slow');
      }
      if (piece.done) return;
      yield piece.value;
    }
  } finally {
    slow.delete(socket);
    if (!request.complete && !request.destroyed) {
      request.resume();
      const closing = setTimeout(() => socket.destroy(), pauseMs);
      request.once('close', () => clearTimeout(closing));
    }
  }
}
