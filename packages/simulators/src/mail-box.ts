// The mails that the test mail server took, newest first, in memory: a restart empties the box. It holds the newest
// 500, fewer where they are large, so that a test that sends without end does not fill the machine's memory.

import PostalMime, { type Address } from 'postal-mime';

const MAILS_MOST = 500;
const BYTES_MOST = 64 * 1024 * 1024;

/** A mail as `/mails/<id>.json` shows it. */
export type Mail = {
  /** A running number. */
  readonly id: string;
  /** The header From, decoded: `Name <address>`. */
  readonly from: string;
  /** Whom the envelope named, hence who got it; the header To is among the headers. */
  readonly to: readonly string[];
  readonly subject: string;
  /** The header Date in ISO 8601 (as it stands where it is no date), null without one. */
  readonly date: string | null;
  readonly text: string | null;
  readonly html: string | null;
  /** In the mail's order, unfolded, not decoded. */
  readonly headers: readonly { readonly name: string; readonly value: string }[];
  readonly attachments: readonly { readonly name: string; readonly type: string }[];
  /** Of the whole mail as it came. */
  readonly bytes: number;
  /** ISO 8601. */
  readonly receivedAt: string;
};

export type Envelope = { readonly from: string; readonly to: readonly string[] };

export class MailBox {
  #mails: Mail[] = [];
  #bytes = 0;
  #count = 0;

  /** Reads a mail and keeps it. Throws where it is no mail that can be read (parts nested without end). */
  async keep(raw: Buffer, envelope: Envelope): Promise<Mail> {
    const read = await PostalMime.parse(raw);
    this.#count += 1;
    const mail: Mail = {
      id: String(this.#count),
      from: read.from === undefined ? envelope.from : written(read.from),
      to: envelope.to,
      subject: read.subject ?? '',
      date: read.date ?? null,
      text: read.text ?? null,
      html: read.html ?? null,
      headers: read.headers.map(({ originalKey, value }) => ({ name: originalKey, value })),
      attachments: read.attachments.map(({ filename, mimeType }) => ({ name: filename ?? '', type: mimeType })),
      bytes: raw.length,
      receivedAt: new Date().toISOString(),
    };
    this.#mails.unshift(mail);
    this.#bytes += mail.bytes;
    while (this.#mails.length > MAILS_MOST || this.#bytes > BYTES_MOST) this.#bytes -= this.#mails.pop()?.bytes ?? 0;
    return mail;
  }

  /** All mails, or those that this address got (upper and lower case alike). */
  list(to?: string): readonly Mail[] {
    const wanted = to?.toLowerCase();
    return wanted === undefined
      ? this.#mails
      : this.#mails.filter((mail) => mail.to.some((address) => address.toLowerCase() === wanted));
  }

  find(id: string): Mail | undefined {
    return this.#mails.find((mail) => mail.id === id);
  }
}

function written({ name, address }: Address): string {
  if (address === undefined) return name;
  return name === '' ? address : `${name} <${address}>`;
}
