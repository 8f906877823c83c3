// A mail server for sandbox, demo and tests: real SMTP (RFC 5321 with SIZE, 8BITMIME, SMTPUTF8 and PIPELINING), which
// takes every mail into a box and sends none on. It has bad days on demand, so that senders can be tested on them.
//
// No TLS and no log-in: it listens at this machine alone, and certificates of its own would have to be trusted first.

import { once } from 'node:events';
import type { Socket } from 'node:net';
import { SMTPServer, type SMTPServerDataStream, type SMTPServerSession } from 'smtp-server';
import type { MailBox } from './mail-box.ts';

/** What the house sends is a few kilobytes; enough for a mail with a document. */
export const MAIL_BYTES_MOST = 2 * 1024 * 1024;

/**
 * refuse: each recipient is answered with `code` and `words`. drop: the connection ends without a word when a mail is in, and the
 * mail is gone. slow: the mail is taken, and answered only `milliseconds` later, or when the mode changes.
 */
export type MailMode =
  | { readonly mode: 'ok' }
  | { readonly mode: 'refuse'; readonly code: number; readonly words: string }
  | { readonly mode: 'drop' }
  | { readonly mode: 'slow'; readonly milliseconds: number };

export type MailServer = {
  /** For example `smtp://127.0.0.1:2525`. */
  readonly url: string;
  mode(): MailMode;
  setMode(mode: MailMode): void;
  /** Ends the server and its open connections. */
  close(): Promise<void>;
};

/** An answer of the server's own choosing. */
class Refusal extends Error {
  readonly responseCode: number;

  constructor(responseCode: number, message: string) {
    super(message);
    this.responseCode = responseCode;
  }
}

/** Starts the server at 127.0.0.1; port 0 takes any free one. Throws when the port is taken. */
export async function startMailServer(port: number, box: MailBox): Promise<MailServer> {
  let mode: MailMode = { mode: 'ok' };
  const sockets = new Map<string, Socket>();
  /** Of senders that wait for a slow answer: each ends one's wait. */
  const held = new Set<() => void>();

  function hold(milliseconds: number): Promise<void> {
    return new Promise((resolve) => {
      const release = (): void => {
        clearTimeout(timer);
        held.delete(release);
        resolve();
      };
      const timer = setTimeout(release, milliseconds);
      held.add(release);
    });
  }

  /** @returns the words of the answer; throws a Refusal */
  async function take(stream: SMTPServerDataStream, session: SMTPServerSession): Promise<string> {
    const { mailFrom, rcptTo } = session.envelope;
    const raw = await readMail(stream);
    // The library answers 552 to what is too large.
    if (raw === undefined) return '';
    if (mode.mode === 'drop') {
      sockets.get(keyOf(session))?.destroy();
      return '';
    }
    const envelope = { from: mailFrom ? mailFrom.address : '', to: rcptTo.map(({ address }) => address) };
    const mail = await box.keep(raw, envelope).catch((error: unknown) => {
      throw new Refusal(554, `This mail cannot be read: ${error instanceof Error ? error.message : String(error)}`);
    });
    if (mode.mode === 'slow') await hold(mode.milliseconds);
    return `kept as ${mail.id}`;
  }

  const server = new SMTPServer({
    name: 'mail.simulator.example',
    banner: 'a test mailbox, delivers nothing',
    disabledCommands: ['AUTH', 'STARTTLS'],
    disableReverseLookup: true,
    size: MAIL_BYTES_MOST,
    rejectOversized: true,
    onRcptTo(_address, _session, answer) {
      answer(mode.mode === 'refuse' ? new Refusal(mode.code, mode.words) : null);
    },
    onData(stream, session, answer) {
      take(stream, session).then(
        (words) => answer(null, words),
        (error: Error) => answer(error),
      );
    },
  });
  server.server.on('connection', (socket) => {
    const key = keyOf(socket);
    sockets.set(key, socket);
    socket.on('close', () => sockets.delete(key));
  });
  // A sender that goes away in the middle is no fault of the server's; that the port is taken is thrown below.
  server.on('error', () => undefined);
  server.listen(port, '127.0.0.1');
  await once(server.server, 'listening');

  const address = server.server.address();
  if (address === null || typeof address === 'string') throw new Error('the mail server has no port');
  return {
    url: `smtp://127.0.0.1:${address.port}`,
    mode: () => mode,
    setMode(wanted) {
      mode = wanted;
      for (const release of [...held]) release();
    },
    close: () =>
      new Promise((resolve) => {
        for (const release of [...held]) release();
        server.close(resolve);
        for (const socket of sockets.values()) socket.destroy();
      }),
  };
}

function keyOf({ remoteAddress, remotePort }: Pick<Socket, 'remoteAddress' | 'remotePort'>): string {
  return `${remoteAddress} ${remotePort}`;
}

/** The mail's bytes, or undefined where it is too large. Throws when the sender goes away before its end. */
async function readMail(stream: SMTPServerDataStream): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) {
    // Read to its end all the same: the answer comes after the mail.
    if (stream.sizeExceeded) chunks.length = 0;
    else chunks.push(chunk);
  }
  return stream.sizeExceeded ? undefined : Buffer.concat(chunks);
}
