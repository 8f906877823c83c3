// An answer that is a file, not JSON: handed over to be saved, or shown. Whatever is in it runs nowhere: it has the media
// type that we found out, browsers are told to believe that (nosniff, app.ts), and a page of it would stand in a sandbox
// that may load nothing.
//
// A recording that is shown is given in parts too (RFC 9110, 14), so that who listens may jump: Safari plays none without.
// The content passes whole all the same, for its hash is judged at its end; what was not asked for is dropped on the way.

import { Readable } from 'node:stream';
import parseRange from 'range-parser';

export interface FileFacts {
  readonly name: string;
  readonly type: string;
  readonly bytes: number;
  /** Shown in the page that asked; else handed over. */
  readonly inline?: boolean;
  /** Called when all of it was sent: who breaks off has not got it. */
  readonly onSent?: () => void;
}

export interface FileReply {
  readonly status: 200 | 206 | 416;
  readonly headers: Readonly<Record<string, string>>;
  readonly content: Readable | Buffer;
  readonly onSent?: (() => void) | undefined;
}

export class FileAnswer {
  readonly #content: Readable | Buffer;
  readonly #facts: FileFacts;

  constructor(content: Readable | Buffer, facts: FileFacts) {
    this.#content = content;
    this.#facts = facts;
  }

  /** @param range the request's Range header: counts for what is shown, where it asks for one part */
  reply(range: string | undefined): FileReply {
    const { name, type, bytes, inline = false, onSent } = this.#facts;
    const headers = {
      'content-type': type,
      'content-length': String(bytes),
      // RFC 6266: letters beyond ASCII by filename*; RFC 8187 leaves fewer characters bare than encodeURIComponent.
      'content-disposition': `${inline ? 'inline' : 'attachment'}; filename*=UTF-8''${encodeURIComponent(
        // Half a letter cannot be written.
        name.toWellFormed(),
      ).replace(/['()*]/g, (one) => `%${one.charCodeAt(0).toString(16).toUpperCase()}`)}`,
      'content-security-policy': "sandbox; default-src 'none'",
      'cross-origin-resource-policy': 'same-origin',
      ...(inline && { 'accept-ranges': 'bytes' }),
    };
    const content = this.#content;
    const ranges = inline && range !== undefined ? parseRange(bytes, range) : undefined;
    if (ranges === -1) {
      if (content instanceof Readable) content.destroy();
      const none = { ...headers, 'content-length': '0', 'content-range': `bytes */${bytes}` };
      return { status: 416, headers: none, content: Buffer.alloc(0) };
    }
    const [part, ...others] = typeof ranges === 'object' && ranges.type === 'bytes' ? ranges : [];
    if (part === undefined || others.length > 0) return { status: 200, headers, content, onSent };
    const { start, end } = part;
    return {
      status: 206,
      headers: {
        ...headers,
        'content-length': String(end - start + 1),
        'content-range': `bytes ${start}-${end}/${bytes}`,
      },
      content:
        content instanceof Readable ? Readable.from(bytesOf(content, start, end)) : content.subarray(start, end + 1),
    };
  }
}

/** Bytes `start` to `end`, both included, of a content that is read to its end. */
async function* bytesOf(content: AsyncIterable<Buffer>, start: number, end: number): AsyncGenerator<Buffer> {
  let at = 0;
  for await (const piece of content) {
    const wanted = piece.subarray(Math.max(0, start - at), Math.max(0, end + 1 - at));
    at += piece.length;
    if (wanted.length > 0) yield wanted;
  }
}
