// Documents of evidence for tests: the smallest content of each type, and how one is sent.

import { randomUUID } from 'node:crypto';
import { crc32, deflateSync } from 'node:zlib';
import type { Portal, PortalProblem } from '../../src/doors/portal/contract.ts';
import type { DeskCaller } from './desk.ts';

export type DocumentAnswer = Portal['POST /organisations/:organisation/brands/:brand/evidence']['answer'];

function chunk(type: string, data: Buffer): Buffer {
  const named = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const out = Buffer.alloc(named.length + 8);
  out.writeUInt32BE(data.length, 0);
  named.copy(out, 4);
  out.writeUInt32BE(crc32(named), named.length + 4);
  return out;
}

/** One pixel. */
function png(): Buffer {
  const head = Buffer.from([0, 0, 0, 1, 0, 0, 0, 1, 8, 2, 0, 0, 0]);
  return Buffer.concat([
    Buffer.from('89504e470d0a1a0a', 'hex'),
    chunk('IHDR', head),
    chunk('IDAT', deflateSync(Buffer.alloc(4))),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

/** 16-bit silence at 8 kHz. */
export function wav(bytes = 1_600): Buffer {
  const head = Buffer.alloc(44);
  head.write('RIFF', 0, 'latin1');
  head.writeUInt32LE(bytes + 36, 4);
  head.write('WAVEfmt ', 8, 'latin1');
  head.writeUInt32LE(16, 16);
  head.writeUInt16LE(1, 20);
  head.writeUInt16LE(1, 22);
  head.writeUInt32LE(8_000, 24);
  head.writeUInt32LE(16_000, 28);
  head.writeUInt16LE(2, 32);
  head.writeUInt16LE(16, 34);
  head.write('data', 36, 'latin1');
  head.writeUInt32LE(bytes, 40);
  return Buffer.concat([head, Buffer.alloc(bytes)]);
}

/** A PDF that says something of its own, and tries to run a script. */
export function pdf(text = 'onay formu'): Buffer {
  return Buffer.from(
    `%PDF-1.7\n1 0 obj\n<< /Type /Catalog /OpenAction << /S /JavaScript /JS (app.alert('${text}')) >> >>\nendobj\ntrailer << /Root 1 0 R >>\n%%EOF\n`,
  );
}

export function mail(head: readonly string[], body = 'Kampanyalar icin onay veriyorum.'): Buffer {
  return Buffer.from([...head, '', body, ''].join('\r\n'));
}
export const MAIL_HEAD = [
  'From: "Ay=?utf-8?Q?=C5=9Fe?=" <ayse@ornek.example>',
  'To: izin@ornek-perakende.example',
  'Date: Tue, 10 Nov 2026 10:00:00 +0300',
  'Subject: Onay',
];
const DKIM = ['DKIM-Signature: v=1; a=rsa-sha256; d=ornek.example;', '\ts=a; bh=AAAA; b=BBBB'];

/** CMS SignedData without signers: its shell is all that is looked at. */
export function signedMessage(contentType = '06092a864886f70d010702'): Buffer {
  const content = Buffer.concat([Buffer.from(contentType, 'hex'), Buffer.from('a0820100', 'hex'), Buffer.alloc(256)]);
  const head = Buffer.from('30820000', 'hex');
  head.writeUInt16BE(content.length, 2);
  return Buffer.concat([head, content]);
}

/** Of each type: as it may be called, its content, and the media type it comes back as. */
export const SAMPLES: readonly (readonly [name: string, content: Buffer, type: string])[] = [
  ['form.pdf', pdf(), 'application/pdf'],
  [
    'form.jpg',
    Buffer.concat([
      Buffer.from('ffd8ffe000104a46494600010100000100010000', 'hex'),
      Buffer.alloc(64),
      Buffer.from('ffd9', 'hex'),
    ]),
    'image/jpeg',
  ],
  ['form.png', png(), 'image/png'],
  ['görüşme.wav', wav(), 'audio/wav'],
  ['görüşme.mp3', Buffer.concat([Buffer.from('fffb9064', 'hex'), Buffer.alloc(413)]), 'audio/mpeg'],
  [
    'görüşme.ogg',
    Buffer.concat([
      Buffer.from('OggS\0\x02', 'latin1'),
      Buffer.alloc(20),
      Buffer.from('\x01\x13OpusHead\x01\x01', 'latin1'),
      Buffer.alloc(9),
    ]),
    'audio/ogg',
  ],
  [
    'görüşme.m4a',
    Buffer.concat([
      Buffer.from('0000001c', 'hex'),
      Buffer.from('ftypM4A \0\0\0\0M4A mp42isom', 'latin1'),
      Buffer.alloc(32),
    ]),
    'audio/mp4',
  ],
  [
    'telefon.m4a',
    Buffer.concat([
      Buffer.from('00000018', 'hex'),
      Buffer.from('ftypmp42\0\0\0\0isommp42', 'latin1'),
      Buffer.alloc(32),
    ]),
    'audio/mp4',
  ],
  ['onay.eml', mail([...DKIM, ...MAIL_HEAD]), 'message/rfc822'],
  [
    'imzalı.eml',
    mail([...MAIL_HEAD, 'Content-Type: multipart/signed;', ' protocol="application/pkcs7-signature"; boundary="b"']),
    'message/rfc822',
  ],
  ['onay.eml.p7m', signedMessage(), 'application/pkcs7-mime'],
];

export interface UploadAnswer {
  readonly status: number;
  readonly body: DocumentAnswer;
  readonly problem: PortalProblem;
}

/** Sends a document as a page of ours does. */
export async function upload(
  url: string,
  caller: DeskCaller,
  content: Buffer | ReadableStream<Uint8Array>,
  {
    organisation = 600100,
    brand = 600100,
    key = randomUUID() as string,
    name = 'form.pdf',
    headers = {} as Readonly<Record<string, string>>,
  } = {},
): Promise<UploadAnswer> {
  const answer = await fetch(`${url}/portal/organisations/${organisation}/brands/${brand}/evidence?key=${key}`, {
    method: 'POST',
    headers: {
      cookie: caller.cookie,
      'content-type': 'application/octet-stream',
      'x-acik-iys-file-name': encodeURIComponent(name),
      ...headers,
    },
    body: content instanceof Buffer ? new Uint8Array(content) : content,
    ...(!(content instanceof Buffer) && { duplex: 'half' }),
  } as RequestInit);
  const body: unknown = await answer.json();
  return { status: answer.status, body: body as DocumentAnswer, problem: body as PortalProblem };
}
