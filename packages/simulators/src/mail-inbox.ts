// The test mail server's inbox over HTTP, for people and for tests.
//   GET  /?to=…&lang=tr|en   the list, newest first        GET /mails/<id>       one mail
//   GET  /mails.json?to=…    the same as JSON: [mail, …]   GET /mails/<id>.json  one mail (Mail in mail-box.ts)
//   GET  /mails/<id>/html    its HTML part, without any right
//   GET  /mode, POST /mode   what the mail server does (MailMode in mail-server.ts): {"mode":"ok"}, {"mode":"drop"},
//                            {"mode":"refuse","code":550,"words":"5.1.1 no such mailbox"} (451 without a code),
//                            {"mode":"slow","milliseconds":5000} (30 s without)
//
// A mode is set as application/json, which a page of somebody else's in the same browser cannot post.

import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { MailBox } from './mail-box.ts';
import { type Language, listPage, MAIL_POLICY, mailPage, missingPage, PAGE_POLICY } from './mail-pages.ts';
import type { MailMode, MailServer } from './mail-server.ts';

const HTML = 'text/html; charset=utf-8';
const JSON_TYPE = 'application/json; charset=utf-8';
const TEXT = 'text/plain; charset=utf-8';

/** A mode is some thirty bytes. */
const BODY_BYTES_MOST = 1024;
const REFUSE_CODE = 451;
const REFUSE_WORDS = 'refused: so it was set for a test';
const SLOW_MS = 30_000;
const SLOW_MS_MOST = 600_000;

export type Inbox = {
  /** For example `http://127.0.0.1:8025`. */
  readonly url: string;
  close(): Promise<void>;
};

/** Starts the inbox at 127.0.0.1; port 0 takes any free one. Throws when the port is taken. */
export async function startInbox(
  port: number,
  box: MailBox,
  mail: Pick<MailServer, 'mode' | 'setMode'>,
): Promise<Inbox> {
  const server = createServer((request, response) => {
    serve(request, response, box, mail).catch((error: unknown) => {
      if (response.headersSent || request.destroyed) {
        response.destroy();
        return;
      }
      process.stderr.write(`inbox: ${error instanceof Error ? error.stack : String(error)}\n`);
      send(response, 500, TEXT, 'The inbox failed.\n');
    });
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the inbox has no port');
  return {
    url: `http://127.0.0.1:${address.port}`,
    async close() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

async function serve(
  request: IncomingMessage,
  response: ServerResponse,
  box: MailBox,
  mail: Pick<MailServer, 'mode' | 'setMode'>,
): Promise<void> {
  const [path = '/', query] = (request.url ?? '/').split('?', 2);
  const asked = new URLSearchParams(query);
  const language = languageOf(asked.get('lang'), request.headers['accept-language']);
  const to = asked.get('to')?.trim() || undefined;

  if (path === '/mode' && request.method === 'POST') {
    const wanted = await readMode(request);
    if (wanted === undefined) {
      response.setHeader('connection', 'close');
      return send(response, 400, TEXT, 'Send {"mode":"ok"|"refuse"|"drop"|"slow"} as application/json.\n');
    }
    mail.setMode(wanted);
    return send(response, 200, JSON_TYPE, JSON.stringify(wanted));
  }
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    response.setHeader('allow', path === '/mode' ? 'GET, HEAD, POST' : 'GET, HEAD');
    return send(response, 405, TEXT, 'GET only.\n');
  }
  if (path === '/mode') return send(response, 200, JSON_TYPE, JSON.stringify(mail.mode()));
  if (path === '/') return send(response, 200, HTML, listPage(box.list(to), to, language));
  if (path === '/mails.json') return send(response, 200, JSON_TYPE, JSON.stringify(box.list(to)));

  const [, id = '', form] = /^\/mails\/(\d+)(\.json|\/html)?$/.exec(path) ?? [];
  const found = box.find(id);
  if (form === '.json') {
    if (found === undefined) return send(response, 404, JSON_TYPE, 'null');
    return send(response, 200, JSON_TYPE, JSON.stringify(found));
  }
  if (found === undefined || (form === '/html' && found.html === null))
    return send(response, 404, HTML, missingPage(language));
  if (form === '/html') {
    response.setHeader('content-security-policy', MAIL_POLICY);
    return send(response, 200, HTML, found.html ?? '');
  }
  return send(response, 200, HTML, mailPage(found, language));
}

/** As asked for, else as the browser prefers; Turkish first. */
function languageOf(asked: string | null, preferred = ''): Language {
  if (asked === 'tr' || asked === 'en') return asked;
  return /^en\b/i.test(preferred) ? 'en' : 'tr';
}

/** The mode that a body asks for, or undefined where it asks for none. */
async function readMode(request: IncomingMessage): Promise<MailMode | undefined> {
  const [type = ''] = (request.headers['content-type'] ?? '').split(';', 1);
  if (type.trim().toLowerCase() !== 'application/json') return undefined;
  const chunks: Buffer[] = [];
  let size = 0;
  // The stream is left whole on an early return, so that the 400 can still be written to the same connection.
  for await (const chunk of request.iterator({ destroyOnReturn: false })) {
    size += chunk.length;
    if (size > BODY_BYTES_MOST) return undefined;
    chunks.push(chunk);
  }
  let body: unknown;
  try {
    body = JSON.parse(Buffer.concat(chunks).toString());
  } catch {
    return undefined;
  }
  if (typeof body !== 'object' || body === null) return undefined;
  const { mode, code = REFUSE_CODE, words = REFUSE_WORDS, milliseconds = SLOW_MS } = body as Record<string, unknown>;
  if (mode === 'ok' || mode === 'drop') return { mode };
  if (mode === 'refuse' && isWhole(code, 400, 599) && typeof words === 'string') return { mode, code, words };
  if (mode === 'slow' && isWhole(milliseconds, 0, SLOW_MS_MOST)) return { mode, milliseconds };
  return undefined;
}

function isWhole(value: unknown, least: number, most: number): value is number {
  return Number.isInteger(value) && (value as number) >= least && (value as number) <= most;
}

function send(response: ServerResponse, status: number, type: string, body: string): void {
  if (!response.hasHeader('content-security-policy')) response.setHeader('content-security-policy', PAGE_POLICY);
  response.writeHead(status, {
    'content-type': type,
    'content-length': Buffer.byteLength(body),
    'cache-control': 'no-store',
    // A link in a mail leads to a page that need not know where it was clicked.
    'referrer-policy': 'no-referrer',
    'x-content-type-options': 'nosniff',
  });
  response.end(body);
}
