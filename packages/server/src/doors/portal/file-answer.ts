// An answer that is a file, not JSON: handed over to be saved, or shown. Whatever is in it runs nowhere: it has the media
// type that we found out, browsers are told to believe that (nosniff, app.ts), and a page of it would stand in a sandbox
// that may load nothing.

import type { Readable } from 'node:stream';

export interface FileFacts {
  readonly name: string;
  readonly type: string;
  readonly bytes: number;
  /** Shown in the page that asked; else handed over. */
  readonly inline?: boolean;
}

export class FileAnswer {
  readonly content: Readable | Buffer;
  readonly headers: Readonly<Record<string, string>>;

  constructor(content: Readable | Buffer, { name, type, bytes, inline = false }: FileFacts) {
    this.content = content;
    this.headers = {
      'content-type': type,
      'content-length': String(bytes),
      // RFC 6266: letters beyond ASCII by filename*; RFC 8187 leaves fewer characters bare than encodeURIComponent.
      'content-disposition': `${inline ? 'inline' : 'attachment'}; filename*=UTF-8''${encodeURIComponent(name).replace(
        /['()*]/g,
        (one) => `%${one.charCodeAt(0).toString(16).toUpperCase()}`,
      )}`,
      'content-security-policy': "sandbox; default-src 'none'",
      'cross-origin-resource-policy': 'same-origin',
    };
  }
}
