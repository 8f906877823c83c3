// Evidence over real HTTP: documents of every type in and out, hostile ones, what they prove and what nothing proves,
// printed forms, replacement, and who sees whose.

import { createHash, randomUUID } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { deflateRawSync } from 'node:zlib';
import { formatTime, istanbulDay, keptUntil, kindOf, ONAY, SOURCE_NUMBERS } from '@acik-iys/law';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DOORS } from '../src/rooms/registry/index.ts';
import { anybody, type DeskCaller, enter } from './support/desk.ts';
import { MAIL_HEAD, mail, pdf, SAMPLES, signedMessage, upload } from './support/evidence.ts';
import { RETAIL, type TestServer, testServer } from './support/server.ts';

const EVIDENCE = '/organisations/:organisation/brands/:brand/evidence';
const RETAIL_BRAND = { organisation: 600100, brand: 600100 };

let server: TestServer;
let clerk: DeskCaller;
let retailer: DeskCaller;
let retailerCode: number;

beforeAll(async () => {
  server = await testServer({ config: { demo: true } });
  clerk = await enter(server, 'clerk');
  retailer = await enter(server, 'retailer');
  const desk = await retailer.call('GET /organisations/:organisation', { params: { organisation: 600100 } });
  retailerCode = desk.body.brands[0]?.retailerCode ?? 0;
});
afterAll(() => server.close());

/** Moves the clock; sessions are over by then. */
async function moveTo(seconds: number): Promise<void> {
  server.clock.setTo(seconds);
  clerk = await enter(server, 'clerk');
  retailer = await enter(server, 'retailer');
}

let last = 0;
function telephone(): string {
  last += 1;
  return `+90535${String(last).padStart(7, '0')}`;
}

const filesFolder = (): string => join(server.rooms.config.dataFolder, 'files');
function filesOnDisk(): string[] {
  return readdirSync(filesFolder(), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}

async function added(content = pdf(randomUUID()), caller = clerk, more: Parameters<typeof upload>[3] = {}) {
  const answer = await upload(server.url, caller, content, more);
  expect([answer.status, answer.problem.code]).toEqual([200, undefined]);
  return answer.body;
}

/** A file as a browser gets it. */
async function fetched(caller: DeskCaller, documentId: string, path = 'content', brand = RETAIL_BRAND) {
  return await server.call(
    'GET',
    `/portal/organisations/${brand.organisation}/brands/${brand.brand}/evidence/${documentId}/${path}`,
    { headers: { cookie: caller.cookie } },
  );
}

async function read(caller: DeskCaller, documentId: string, brand = RETAIL_BRAND) {
  return await caller.call(`GET ${EVIDENCE}/:documentId`, { params: { ...brand, documentId } });
}

async function attach(
  caller: DeskCaller,
  documentId: string,
  to: readonly unknown[],
  more: { title?: string; titleSeen?: string; textVersion?: number } = {},
) {
  return await caller.call(`POST ${EVIDENCE}/:documentId/attachments`, {
    params: { ...RETAIL_BRAND, documentId },
    body: { to, ...more } as never,
  });
}

/** A consent given at the desk, recorded or left waiting. */
async function consent(
  caller: DeskCaller,
  { recipient = telephone(), wait = false, status = 'ONAY', source = 'HS_FIZIKSEL_ORTAM', brandId = 600100 } = {},
) {
  const entry = await caller.call('POST /organisations/:organisation/entries', {
    params: { organisation: 600100 },
    body: {
      key: randomUUID(),
      consent: {
        brandId,
        type: 'MESAJ',
        recipient,
        recipientType: 'BIREYSEL',
        status,
        source,
        consentDate: formatTime(server.clock.now() - 30),
      },
    } as never,
  });
  expect(entry.status).toBe(200);
  if (!wait) {
    server.clock.move(11);
    await server.rooms.entries.recordDue();
  }
  return { recipient, entryId: entry.body.entryId, reference: entry.body.reference ?? '' };
}

const ofMessage = (reference: string) => ({
  kind: 'consent',
  reference,
  channel: 'MESAJ',
  recipientType: 'BIREYSEL',
});

/** Masked consents of today that nothing proves, over all pages. */
async function unproven(caller: DeskCaller, brand = RETAIL_BRAND) {
  const today = istanbulDay(server.clock.now());
  const found: { reference: string; masked: string; seq: number; retailerCode: number | null }[] = [];
  for (let after: string | null | undefined; after !== null; ) {
    const page = await caller.call('GET /organisations/:organisation/brands/:brand/unproven-consents', {
      params: brand,
      query: { from: today, to: today, ...(after !== undefined && { after }) },
    });
    expect(page.status).toBe(200);
    found.push(...page.body.consents);
    after = page.body.after;
  }
  return found;
}

async function isUnproven(reference: string, caller = clerk): Promise<boolean> {
  return (await unproven(caller)).some((one) => one.reference === reference);
}

describe('a document', () => {
  it.each(SAMPLES)('comes back as it was sent: %s', async (name, content, type) => {
    const document = await added(content, clerk, { name });
    expect(document).toMatchObject({
      type,
      fileName: name,
      bytes: content.length,
      sha256: createHash('sha256').update(content).digest('hex'),
      addedBy: { person: 'Emre Örnek', organisation: RETAIL.title },
      stamp: { state: 'waiting', at: null },
      attachments: [],
    });
    const file = await fetched(clerk, document.documentId);
    expect(file.status).toBe(200);
    expect(file.bytes.equals(content)).toBe(true);
    expect(file.headers.get('content-type')).toBe(type);
    expect(file.headers.get('content-disposition')).toBe(`attachment; filename*=UTF-8''${encodeURIComponent(name)}`);
    expect(file.headers.get('content-security-policy')).toBe("sandbox; default-src 'none'");
    expect(file.headers.get('x-content-type-options')).toBe('nosniff');
    expect(file.headers.get('cache-control')).toBe('no-store');
  });

  it('is one content for a brand, however often it is sent, and each time a document of its own', async () => {
    const content = pdf(randomUUID());
    const one = await added(content);
    const files = filesOnDisk().length;
    const other = await added(content, clerk, { name: 'kopya.pdf' });
    expect(other.documentId).not.toBe(one.documentId);
    expect(other.sha256).toBe(one.sha256);
    expect(filesOnDisk()).toHaveLength(files);
    await added(content, clerk, { brand: 600101 });
    expect(filesOnDisk()).toHaveLength(files + 1);
  });

  it('is one document where the same upload comes twice, also at once', async () => {
    const key = randomUUID();
    const content = pdf(randomUUID());
    const answers = await Promise.all([1, 2, 3].map(() => upload(server.url, clerk, content, { key })));
    expect(new Set(answers.map(({ body }) => body.documentId)).size).toBe(1);
    const other = await upload(server.url, clerk, pdf('another'), { key });
    expect([other.status, other.problem.code]).toEqual([409, 'evidence.key']);
  });

  it('lies sealed: neither its content nor its name or title can be found in files or rows', async () => {
    const secret = `gizli-${randomUUID()}`;
    const document = await added(pdf(secret), clerk, { name: `${secret}.pdf` });
    await attach(clerk, document.documentId, [], { title: `Formu ${secret}` });
    expect((await read(clerk, document.documentId)).body.document.title).toContain(secret);
    const files = filesOnDisk();
    expect(files.some((file) => file.includes(document.sha256))).toBe(true);
    for (const file of files) expect(readFileSync(file).includes(secret), file).toBe(false);
    for (const table of ['evidence', 'evidence_blob', 'evidence_link', 'activity']) {
      const { rows } = await server.owner.query(`select x::text as text from ${table} x`);
      expect(rows.length).toBeGreaterThanOrEqual(table === 'evidence_link' ? 0 : 1);
      expect(
        rows.some(({ text }) => text.includes(secret)),
        table,
      ).toBe(false);
      // bytea is told as hex.
      expect(
        rows.some(({ text }) => text.includes(Buffer.from(secret).toString('hex'))),
        table,
      ).toBe(false);
    }
  });

  it('is shown in the page only where it is an image or a sound, and then in a sandbox', async () => {
    for (const [name, content, type] of SAMPLES) {
      const document = await added(content, clerk, { name });
      const shown = await fetched(clerk, document.documentId, 'content?as=preview');
      const may = /^(image|audio)\//.test(type);
      expect(document.preview, name).toBe(may);
      expect(shown.status, name).toBe(may ? 200 : 415);
      if (!may) continue;
      expect(shown.headers.get('content-disposition')).toMatch(/^inline;/);
      expect(shown.headers.get('accept-ranges')).toBe('bytes');
      expect(shown.headers.get('content-type')).toBe(type);
      expect(shown.headers.get('content-security-policy')).toBe("sandbox; default-src 'none'");
      expect(shown.bytes.equals(content)).toBe(true);
    }
  });

  it('is handed over under a name that is whole, whatever it was called', async () => {
    const document = await added(pdf(randomUUID()), clerk, { name: `${'a'.repeat(149)}😀.pdf` });
    const answer = await fetched(clerk, document.documentId);
    expect(answer.status).toBe(200);
    expect(document.fileName.isWellFormed()).toBe(true);
    const titled = await attach(clerk, document.documentId, [], { title: 'form\u202egpj.exe' });
    expect(titled.body.title).toBe('form gpj.exe');
    const bad = await attach(clerk, document.documentId, [], { title: 'a\u0000b' });
    expect([bad.status, bad.problem.code]).toEqual([422, 'request.characters']);
    const day = await clerk.call(`GET ${EVIDENCE}`, { params: RETAIL_BRAND, query: { day: '2026-02-31' } });
    expect(day.status).toBe(422);
  });

  it('is so much a day of one shop, and three at a time of one person', async () => {
    const small = () => upload(server.url, retailer, pdf(randomUUID()), RETAIL_BRAND);
    const before = await server.owner.query<{ count: number }>(
      `select count(*)::int as count from evidence where retailer_code is not null and added_at > to_timestamp($1)`,
      [server.clock.now() - 86_400],
    );
    for (let n = before.rows[0]?.count ?? 0; n < 200; n++) expect((await small()).status).toBe(200);
    expect((await small()).problem.code).toBe('evidence.too_many');
    await moveTo(server.clock.now() + 86_401);
    expect((await small()).status).toBe(200);

    const { rows } = await server.owner.query<{ account_id: number }>(
      `select account_id from evidence where retailer_code is null order by added_at desc limit 1`,
    );
    const desk = await server.rooms.desks.deskOfAccount(rows[0]?.account_id ?? 0);
    const brand = desk?.brand(600100, 'addEvidence');
    if (desk === undefined || brand === undefined) throw new Error('the clerk adds no evidence');
    const gate = Promise.withResolvers<void>();
    async function* slow(): AsyncGenerator<Buffer> {
      yield pdf(randomUUID());
      await gate.promise;
    }
    const add = () => server.rooms.evidence.add(desk, brand, { key: randomUUID(), fileName: 'a.pdf', content: slow() });
    const three = [add(), add(), add()];
    await expect(add()).rejects.toMatchObject({ reason: 'too_many_at_once' });
    gate.resolve();
    await Promise.all(three);
    await add();
  });

  it('is shown in parts to who jumps about in a recording', async () => {
    const [name, content] = SAMPLES.find(([, , type]) => type === 'audio/wav') ?? ['', Buffer.alloc(0)];
    const { documentId } = await added(content, clerk, { name });
    const part = async (range: string, as = '?as=preview') =>
      await server.call('GET', `/portal/organisations/600100/brands/600100/evidence/${documentId}/content${as}`, {
        headers: { cookie: clerk.cookie, range },
      });
    const size = content.length;
    for (const [range, from, to] of [
      ['bytes=0-0', 0, 1],
      ['bytes=3-9', 3, 10],
      ['bytes=5-', 5, size],
      ['bytes=-4', size - 4, size],
      [`bytes=7-${size + 100}`, 7, size],
    ] as const) {
      const answer = await part(range);
      expect(answer.status, range).toBe(206);
      expect(answer.headers.get('content-range')).toBe(`bytes ${from}-${to - 1}/${size}`);
      expect(answer.headers.get('content-length')).toBe(String(to - from));
      expect(answer.bytes.equals(content.subarray(from, to)), range).toBe(true);
    }
    const beyond = await part(`bytes=${size}-`);
    expect([beyond.status, beyond.headers.get('content-range')]).toEqual([416, `bytes */${size}`]);
    // Nonsense, several parts at once, and a file that is handed over: the whole.
    for (const answer of [await part('lines=1-2'), await part('bytes=0-1,4-5'), await part('bytes=0-1', '')]) {
      expect(answer.status).toBe(200);
      expect(answer.bytes.equals(content)).toBe(true);
    }
  });

  it('leaves a line in the activity log when it is added, looked at, shown, fetched, and none when it is listed', async () => {
    const document = await added(SAMPLES[2]?.[1]);
    await read(clerk, document.documentId);
    await fetched(clerk, document.documentId, 'content?as=preview');
    await fetched(clerk, document.documentId);
    await clerk.call(`GET ${EVIDENCE}`, { params: RETAIL_BRAND });
    const log = await server.rooms.activities.list(600100, { limit: 50 });
    const own = log.filter(({ details }) => details['document'] === document.documentId);
    expect(own.map(({ act }) => act)).toEqual(['evidence.fetched', 'evidence.read', 'evidence.read', 'evidence.added']);
  });

  it('is listed newest first, page by page, each once', async () => {
    const made: string[] = [];
    for (let n = 0; n < 60; n++) made.push((await added(pdf(`sayfa ${n}`), clerk, { brand: 600101 })).documentId);
    const listed: string[] = [];
    for (let after: string | null | undefined; after !== null; ) {
      const page = await clerk.call(`GET ${EVIDENCE}`, {
        params: { organisation: 600100, brand: 600101 },
        query: { unattached: '1', ...(after !== undefined && { after }) },
      });
      listed.push(...page.body.documents.map(({ documentId }) => documentId));
      after = page.body.after;
    }
    expect(listed.filter((id) => made.includes(id))).toEqual(made.toReversed());
    expect(new Set(listed).size).toBe(listed.length);
    for (const after of ['x', '1_2', `1e9_${made[0]}`]) {
      const wrong = await clerk.call(`GET ${EVIDENCE}`, { params: RETAIL_BRAND, query: { after } });
      expect(wrong.status).toBe(422);
    }
  });
});

describe('a hostile document', () => {
  const zip = (name: string, content: Buffer): Buffer => {
    const packed = deflateRawSync(content);
    const head = Buffer.alloc(30);
    head.writeUInt32LE(0x04034b50, 0);
    head.writeUInt16LE(8, 8);
    head.writeUInt32LE(packed.length, 18);
    head.writeUInt32LE(content.length, 22);
    head.writeUInt16LE(name.length, 26);
    return Buffer.concat([head, Buffer.from(name), packed]);
  };
  it.each<[string, string, Buffer, string]>([
    ['a page', 'form.pdf', Buffer.from('<!doctype html><script>alert(1)</script>'), 'evidence.type'],
    ['a page in UTF-16', 'form.mp3', Buffer.from('\ufeff<html><script>alert(1)</script>', 'utf16le'), 'evidence.type'],
    ['a page after blanks', 'form.eml', Buffer.from('\n\n<html><script>alert(1)</script>'), 'evidence.type'],
    [
      'a drawing with script',
      'form.png',
      Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'),
      'evidence.type',
    ],
    [
      'a drawing with an XML head',
      'form.jpg',
      Buffer.from('<?xml version="1.0"?><svg onload="alert(1)"/>'),
      'evidence.type',
    ],
    ['a zip bomb', 'form.png', zip('a', Buffer.alloc(20_000_000)), 'evidence.type'],
    ['a workbook', 'form.pdf', zip('xl/workbook.xml', Buffer.from('<workbook/>')), 'evidence.type'],
    ['a program', 'form.pdf', Buffer.concat([Buffer.from('MZ'), Buffer.alloc(200)]), 'evidence.type'],
    ['an animated image', 'form.gif', Buffer.from('GIF89a\x01\0\x01\0\0\0\0;', 'latin1'), 'evidence.type'],
    ['plain words', 'form.eml', Buffer.from('onay veriyorum\r\n\r\n'), 'evidence.type'],
    ['an e-mail that nobody signed', 'form.eml', mail(MAIL_HEAD), 'evidence.type'],
    [
      'an e-mail that is sealed, not signed',
      'form.eml',
      mail([...MAIL_HEAD, 'Content-Type: application/pkcs7-mime; smime-type=enveloped-data']),
      'evidence.type',
    ],
    [
      'a page with the head of an e-mail behind it',
      'form.eml',
      Buffer.concat([Buffer.from('<html>\r\n'), mail(['DKIM-Signature: v=1', ...MAIL_HEAD])]),
      'evidence.type',
    ],
    [
      'an e-mail with control characters in its head',
      'form.eml',
      mail(['DKIM-Signature: v=1', 'Subject: \0\x1b[2J', ...MAIL_HEAD]),
      'evidence.type',
    ],
    ['a sealed CMS message', 'form.p7m', signedMessage('06092a864886f70d010703'), 'evidence.type'],
    [
      'a signed message with a page behind it',
      'form.p7m',
      Buffer.concat([signedMessage(), Buffer.from('<script>')]),
      'evidence.type',
    ],
    ['half a signed message', 'form.p7m', signedMessage().subarray(0, 100), 'evidence.type'],
    ['nothing', 'form.pdf', Buffer.alloc(0), 'evidence.empty'],
  ])('is not taken, and leaves nothing behind: %s', async (_, name, content, code) => {
    const [files, documents] = [filesOnDisk(), await server.owner.query('select count(*) from evidence')];
    const answer = await upload(server.url, clerk, content, { name, headers: { 'content-type': 'application/pdf' } });
    expect(answer.problem.code).toBe(code);
    expect(answer.status).toBeGreaterThanOrEqual(400);
    expect(filesOnDisk()).toEqual(files);
    expect((await server.owner.query('select count(*) from evidence')).rows).toEqual(documents.rows);
  });

  it('is what its content says, whatever its name and its sender say', async () => {
    const document = await added(SAMPLES[2]?.[1], clerk, {
      name: 'sayfa.html',
      headers: { 'content-type': 'text/html' },
    });
    expect([document.type, document.fileName]).toEqual(['image/png', 'sayfa.html.png']);
  });

  it('that is two things at once comes back as the one that was found, never as a page', async () => {
    const jpeg = SAMPLES[1]?.[1] as Buffer;
    const polyglot = Buffer.concat([jpeg, Buffer.from('*/</xmp><html><script>alert(1)</script></html>')]);
    const document = await added(polyglot, clerk, { name: 'form.jpg.html' });
    for (const path of ['content', 'content?as=preview']) {
      const file = await fetched(clerk, document.documentId, path);
      expect(file.headers.get('content-type')).toBe('image/jpeg');
      expect(file.headers.get('x-content-type-options')).toBe('nosniff');
      expect(file.headers.get('content-security-policy')).toBe("sandbox; default-src 'none'");
    }
  });

  it('with a script in it, a PDF, is only ever handed over', async () => {
    const document = await added(pdf('alert'));
    expect((await fetched(clerk, document.documentId)).headers.get('content-disposition')).toMatch(/^attachment;/);
    const shown = await fetched(clerk, document.documentId, 'content?as=preview');
    expect([shown.status, (shown.body as { code: string }).code]).toEqual([415, 'evidence.no_preview']);
  });

  it('cannot give itself a name that means something elsewhere', async () => {
    const names = [
      ['../../etc/passwd', '.. .. etc passwd.pdf'],
      ['C:\\Users\\x\\form.pdf', 'C Users x form.pdf'],
      ['fatura\u202efdp.exe', 'fatura fdp.exe.pdf'],
      ['a"; filename="b.html', 'a ; filename= b.html.pdf'],
      ['satır\r\nSet-Cookie: x=1.pdf', 'satır Set-Cookie x=1.pdf'],
      ['   ', 'belge.pdf'],
    ] as const;
    for (const [name, kept] of names) {
      const document = await added(pdf(randomUUID()), clerk, { name });
      expect(document.fileName).toBe(kept);
      const file = await fetched(clerk, document.documentId);
      expect(file.headers.get('content-disposition')).toMatch(/^attachment; filename\*=UTF-8''[A-Za-z0-9._~!%-]+$/);
      expect(file.headers.get('set-cookie')).toBeNull();
    }
  });
});

describe('an upload', () => {
  it('without its name, or with one that cannot be read, is not taken', async () => {
    const path = `/portal/organisations/600100/brands/600100/evidence?key=${randomUUID()}`;
    const headers = { cookie: clerk.cookie };
    const none = await server.call('POST', path, { raw: pdf(), headers });
    expect([none.status, (none.body as { code: string }).code]).toEqual([422, 'upload.name']);
    for (const name of ['%', '%e0%a4%a', 'a'.repeat(3_000)]) {
      const answer = await server.call('POST', path, {
        raw: pdf(),
        headers: { ...headers, 'x-acik-iys-file-name': name },
      });
      expect([answer.status, (answer.body as { code: string }).code]).toEqual([422, 'upload.name']);
    }
  });

  it('of another site is not carried out: a form cannot send our header, and what is not JSON needs it', async () => {
    const path = `/portal/organisations/600100/brands/600100/evidence?key=${randomUUID()}`;
    for (const type of ['multipart/form-data; boundary=x', 'application/x-www-form-urlencoded', 'text/plain']) {
      const answer = await server.call('POST', path, {
        raw: pdf(),
        headers: { cookie: clerk.cookie, 'content-type': type },
      });
      expect([answer.status, (answer.body as { code: string }).code]).toEqual([403, 'request.foreign']);
    }
    for (const headers of [{ 'sec-fetch-site': 'cross-site' }, { origin: 'https://kotu.example' }]) {
      const answer = await upload(server.url, clerk, pdf(), { headers });
      expect([answer.status, answer.problem.code]).toEqual([403, 'request.foreign']);
    }
  });

  it('without a key, or with one that is none, is not taken', async () => {
    const answer = await upload(server.url, clerk, pdf(), { key: '1' });
    expect([answer.status, answer.problem.code]).toEqual([422, 'request.form']);
  });
});

describe('what a document proves', () => {
  it('is one consent, found through the person, and gone from the list of those that nothing proves', async () => {
    const { reference } = await consent(clerk);
    const other = await consent(clerk);
    const before = await unproven(clerk);
    const [own] = before.filter((one) => one.reference === reference);
    expect(own?.masked).toMatch(/^\+90 535 ••• •• \d\d$/);
    expect(before.map(({ seq }) => seq)).toEqual(before.map(({ seq }) => seq).toSorted((a, b) => b - a));

    const document = await added();
    const attached = await attach(clerk, document.documentId, [ofMessage(reference)], { title: 'Kadıköy formu' });
    // Who opened the page before that does not overwrite it.
    const titleSeen = document.title;
    const late = await attach(clerk, document.documentId, [], { title: 'Üsküdar formu', titleSeen });
    expect([late.status, late.problem.code]).toEqual([409, 'thing.changed']);
    expect(attached.body).toMatchObject({
      title: 'Kadıköy formu',
      attachments: [{ consent: { reference, status: 'ONAY', channel: 'MESAJ', source: 'HS_FIZIKSEL_ORTAM' } }],
    });
    expect(await isUnproven(reference)).toBe(false);
    expect(await isUnproven(other.reference)).toBe(true);

    const person = await clerk.call('GET /organisations/:organisation/people/:reference/evidence', {
      params: { organisation: 600100, reference },
    });
    expect(person.body).toMatchObject([
      { brandId: 600100, seq: own?.seq, documents: [{ documentId: document.documentId, title: 'Kadıköy formu' }] },
    ]);
    await attach(clerk, document.documentId, [ofMessage(reference)]);
    expect((await read(clerk, document.documentId)).body.document.attachments).toHaveLength(1);
  });

  it('is the consent it was given for: one given again after a refusal needs its own', async () => {
    const { recipient, reference } = await consent(clerk);
    const document = await added();
    await attach(clerk, document.documentId, [ofMessage(reference)]);
    await consent(clerk, { recipient, status: 'RET', source: 'HS_CAGRI_MERKEZI' });
    expect(await isUnproven(reference)).toBe(false);
    server.clock.move(60);
    await consent(clerk, { recipient });
    expect(await isUnproven(reference)).toBe(true);
    // Without a number the newest consent is meant; an older one is named.
    const [newest] = (await unproven(clerk)).filter((one) => one.reference === reference);
    const another = await added();
    const attached = await attach(clerk, another.documentId, [ofMessage(reference)]);
    expect(attached.body.attachments[0]?.consent?.seq).toBe(newest?.seq);
    const first = (await read(clerk, document.documentId)).body.document.attachments[0]?.consent?.seq;
    const older = await attach(clerk, another.documentId, [{ ...ofMessage(reference), seq: first }]);
    expect(older.body.attachments.map(({ consent: one }) => one?.seq).toSorted()).toEqual(
      [newest?.seq, first].toSorted(),
    );
  });

  it('is an entry that still waits, and then what it became', async () => {
    const { entryId, reference } = await consent(clerk, { wait: true });
    const document = await added();
    const waiting = await attach(clerk, document.documentId, [{ kind: 'entry', entryId }]);
    expect(waiting.body.attachments).toMatchObject([{ entry: { entryId, state: 'waiting' }, consent: null }]);
    server.clock.move(11);
    await server.rooms.entries.recordDue();
    const recorded = await read(clerk, document.documentId);
    expect(recorded.body.document.attachments).toMatchObject([
      { entry: { state: 'recorded' }, consent: { reference } },
    ]);
    expect(await isUnproven(reference)).toBe(false);
  });

  it('is no entry that was taken back, or that a colleague gave', async () => {
    const { entryId } = await consent(clerk, { wait: true });
    const document = await added();
    const owner = await enter(server, 'owner');
    const foreign = await attach(owner, document.documentId, [{ kind: 'entry', entryId }]);
    expect(foreign.problem.code).toBe('evidence.entry');
    await clerk.call('POST /organisations/:organisation/entries/:entryId/undo', {
      params: { organisation: 600100, entryId },
    });
    expect((await attach(clerk, document.documentId, [{ kind: 'entry', entryId }])).problem.code).toBe(
      'evidence.entry',
    );
    expect((await read(clerk, document.documentId)).body.document.attachments).toEqual([]);
  });

  it('is a day, a retailer, or a retailer on a day: what was given up to then, and nothing of others', async () => {
    await moveTo(server.clock.now() + 86_400);
    const day = istanbulDay(server.clock.now());
    const [ofShop, ofHouse] = [await consent(retailer), await consent(clerk)];
    const shopDay = await added();
    await attach(clerk, shopDay.documentId, [{ kind: 'set', day, retailerCode }]);
    expect([await isUnproven(ofShop.reference), await isUnproven(ofHouse.reference)]).toEqual([false, true]);
    const wholeDay = await added();
    const attached = await attach(clerk, wholeDay.documentId, [{ kind: 'set', day, retailerCode: null }]);
    expect(attached.body.attachments).toMatchObject([{ day, retailerCode: null, consent: null }]);
    expect(await isUnproven(ofHouse.reference)).toBe(false);
    const [shop, house] = [await consent(retailer), await consent(clerk)];
    // Given after the document was attached: it cannot have proved them.
    server.clock.move(60);
    const [later, laterOfHouse] = [await consent(retailer), await consent(clerk)];
    expect([await isUnproven(later.reference), await isUnproven(laterOfHouse.reference)]).toEqual([true, true]);
    await attach(clerk, (await added()).documentId, [{ kind: 'set', day: null, retailerCode }]);
    expect([await isUnproven(later.reference), await isUnproven(laterOfHouse.reference)]).toEqual([false, true]);
    expect([await isUnproven(shop.reference), await isUnproven(house.reference)].length).toBe(2);

    const listed = await clerk.call(`GET ${EVIDENCE}`, {
      params: RETAIL_BRAND,
      query: { day, retailer: `${retailerCode}` },
    });
    expect(listed.body.documents.map(({ documentId }) => documentId)).toEqual([shopDay.documentId]);
  });

  it('by a partner is what its own people recorded, on channels where it may, and nothing of others', async () => {
    await moveTo(server.clock.now() + 86_400);
    const partner = await enter(server, 'partner');
    const ofPartner = { organisation: 900100, brand: 600100 };
    const { reference } = await consent(clerk);
    const own = telephone();
    await partner.call('POST /organisations/:organisation/entries', {
      params: { organisation: 900100 },
      body: {
        key: randomUUID(),
        consent: {
          brandId: 600100,
          type: 'MESAJ',
          recipient: own,
          recipientType: 'BIREYSEL',
          status: 'ONAY',
          source: 'HS_WEB',
          consentDate: formatTime(server.clock.now() - 60),
        },
      },
    });
    server.clock.move(11);
    await server.rooms.entries.recordDue();
    const search = await clerk.call('POST /organisations/:organisation/searches', {
      params: { organisation: 600100 },
      body: { address: own },
    });
    expect([await isUnproven(reference), await isUnproven(search.body.reference)]).toEqual([true, true]);
    const document = await added(pdf(randomUUID()), partner, ofPartner);
    const set = { kind: 'set' as const, day: istanbulDay(server.clock.now()), retailerCode: null };
    const params = { ...ofPartner, documentId: document.documentId };
    await partner.call(`POST ${EVIDENCE}/:documentId/attachments`, { params, body: { to: [set] } });
    expect([await isUnproven(reference), await isUnproven(search.body.reference)]).toEqual([true, false]);
  });

  it('is nothing that is not there: no consent, a day to come, an unknown retailer, a set of everything', async () => {
    const document = await added();
    const search = await clerk.call('POST /organisations/:organisation/searches', {
      params: { organisation: 600100 },
      body: { address: telephone() },
    });
    const tomorrow = istanbulDay(server.clock.now() + 86_400);
    const codes = [];
    for (const target of [
      ofMessage(search.body.reference),
      { ...ofMessage(search.body.reference), channel: 'EPOSTA' },
      { kind: 'set', day: tomorrow, retailerCode: null },
      { kind: 'set', day: '2026-02-30', retailerCode: null },
      { kind: 'set', day: null, retailerCode: null },
      { kind: 'set', day: null, retailerCode: 10_000_001 },
      { kind: 'form', number: 'CCCCC-22C' },
      { kind: 'entry', entryId: randomUUID() },
    ])
      codes.push((await attach(clerk, document.documentId, [target])).problem.code);
    expect(codes).toEqual([
      'evidence.no_consent',
      'evidence.no_consent',
      'evidence.day',
      'evidence.day',
      'evidence.day',
      'evidence.retailer',
      'evidence.form',
      'evidence.entry',
    ]);
    expect((await read(clerk, document.documentId)).body.document.attachments).toEqual([]);
  });

  it('counts consents of the provider alone: neither refusals nor what the registry took', async () => {
    const [refused, citizen] = [telephone(), telephone()];
    await consent(clerk, { recipient: refused, status: 'RET', source: 'HS_CAGRI_MERKEZI' });
    const principal = await server.rooms.access.principalOf(RETAIL.email);
    const answer = principal && server.rooms.access.brandScope(principal, 600100, 600100);
    if (!answer || !('scope' in answer)) throw new Error('no scope');
    const statement = { kind: kindOf(1, 0), address: citizen, consentedAt: server.clock.now(), retailer: null };
    await server.rooms.registry.record(answer.scope, [{ ...statement, status: ONAY, source: SOURCE_NUMBERS.IYS_WEB }], {
      door: DOORS.citizen,
    });
    const references = [refused, citizen].map((address) => server.rooms.references.make(600100, address));
    const found = await unproven(clerk);
    expect(found.length).toBeGreaterThan(0);
    expect(found.filter(({ reference }) => references.includes(reference))).toEqual([]);
  });

  it('is looked for page by page, also where most is proven', async () => {
    const addresses = Array.from({ length: 130 }, telephone);
    const principal = await server.rooms.access.principalOf(RETAIL.email);
    const answer = principal && server.rooms.access.brandScope(principal, 600100, 600101);
    if (!answer || !('scope' in answer)) throw new Error('no scope');
    await server.rooms.registry.record(
      answer.scope,
      addresses.map((address) => ({
        kind: kindOf(1, 0),
        address,
        status: ONAY,
        source: SOURCE_NUMBERS.HS_WEB,
        consentedAt: server.clock.now() - 5,
        retailer: null,
      })),
      { door: DOORS.officialBatch },
    );
    const brand = { organisation: 600100, brand: 600101 };
    const all = await unproven(clerk, brand);
    const own = new Set(addresses.map((address) => server.rooms.references.make(600100, address)));
    expect(all.filter(({ reference }) => own.has(reference))).toHaveLength(130);
    const document = await added(pdf('gün'), clerk, { brand: 600101 });
    await clerk.call(`POST ${EVIDENCE}/:documentId/attachments`, {
      params: { ...brand, documentId: document.documentId },
      body: { to: [{ kind: 'set', day: istanbulDay(server.clock.now()), retailerCode: null }] },
    });
    expect((await unproven(clerk, brand)).filter(({ reference }) => own.has(reference))).toEqual([]);
    const none = await clerk.call('GET /organisations/:organisation/brands/:brand/unproven-consents', {
      params: brand,
      query: { from: '2020-01-01', to: '2020-12-31' },
    });
    expect(none.body).toEqual({ consents: [], after: null });
  });
});

describe('texts and printed forms', () => {
  async function text(body = `Onay veriyorum. ${randomUUID()}`) {
    const answer = await clerk.call('POST /organisations/:organisation/brands/:brand/consent-texts', {
      params: RETAIL_BRAND,
      body: { title: 'Mağaza formu', body },
    });
    expect(answer.status).toBe(200);
    return answer.body;
  }
  async function forms(count: number, caller = clerk, more: { key?: string; retailerCode?: number } = {}) {
    const { version } = await text();
    return await caller.call('POST /organisations/:organisation/brands/:brand/forms', {
      params: RETAIL_BRAND,
      body: { key: randomUUID(), count, textVersion: version, retailerCode: null, ...more },
    });
  }
  const form = (caller: DeskCaller, number: string) =>
    caller.call('GET /organisations/:organisation/brands/:brand/forms/:number', {
      params: { ...RETAIL_BRAND, number },
    });

  it('a text is a new version each time it changes, and what was seen stays', async () => {
    const [one, same, other] = [await text('A'), await text('A'), await text('B')];
    expect(same.version).toBe(one.version);
    expect(other.version).toBe(one.version + 1);
    const document = await added();
    const said = await attach(clerk, document.documentId, [], { textVersion: one.version });
    expect(said.body.textVersion).toBe(one.version);
    const changed = await attach(clerk, document.documentId, [], { textVersion: other.version });
    expect([changed.status, changed.problem.code]).toEqual([409, 'evidence.text_fixed']);
    const unknown = await attach(clerk, document.documentId, [], { textVersion: 9_999 });
    expect(unknown.problem.code).toBe('evidence.text');
    const list = await clerk.call('GET /organisations/:organisation/brands/:brand/consent-texts', {
      params: RETAIL_BRAND,
    });
    expect(list.body.map(({ body }) => body).slice(0, 2)).toEqual(['B', 'A']);
  });

  it('texts that come at once all get a version of their own', async () => {
    const made = await Promise.all(Array.from({ length: 5 }, () => text()));
    expect(new Set(made.map(({ version }) => version)).size).toBe(5);
  });

  it('a series has as many numbers as were asked for, no two alike, and each finds its form however it is typed', async () => {
    const key = randomUUID();
    const made = await forms(200, clerk, { key });
    const { series, numbers } = made.body;
    expect(new Set(numbers).size).toBe(200);
    expect(numbers.every((number) => /^[2-9CDFHJKMNPRTVWXY]{8}$/.test(number) && number.startsWith(series))).toBe(true);
    expect(made.body.brand).toMatchObject({ brandId: 600100, provider: { title: RETAIL.title } });
    const again = await clerk.call('POST /organisations/:organisation/brands/:brand/forms', {
      params: RETAIL_BRAND,
      body: { key, count: 200, textVersion: made.body.text.version, retailerCode: null },
    });
    expect(again.body.numbers).toEqual(numbers);
    const reprint = await clerk.call('GET /organisations/:organisation/brands/:brand/form-series/:series', {
      params: { ...RETAIL_BRAND, series: series.toLowerCase() },
    });
    expect(reprint.body.numbers).toEqual(numbers);
    const [, second = ''] = numbers;
    const typed = `${second.slice(0, 4).toLowerCase()} - ${second.slice(4)}`;
    expect((await form(clerk, typed)).body).toMatchObject({ number: second, series, text: { title: 'Mağaza formu' } });
  });

  it('a number with one wrong character, or with two that changed places, is none', async () => {
    const { numbers } = (await forms(1)).body;
    const number = numbers[0] as string;
    const wrong = new Set<string>();
    for (let at = 0; at < number.length; at++)
      for (const one of '23456789CDFHJKMNPRTVWXY') wrong.add(number.slice(0, at) + one + number.slice(at + 1));
    for (let a = 0; a < number.length; a++)
      for (let b = a + 1; b < number.length; b++) {
        const letters = [...number];
        [letters[a], letters[b]] = [letters[b] as string, letters[a] as string];
        wrong.add(letters.join(''));
      }
    wrong.delete(number);
    const brand = (await server.rooms.desks.deskOfAccount(await accountOf('clerk')))?.brand(600100, 'addEvidence');
    const desk = await server.rooms.desks.deskOfAccount(await accountOf('clerk'));
    if (!brand || !desk) throw new Error('no desk');
    for (const typed of wrong)
      await expect(server.rooms.evidence.form(desk, brand, typed), typed).rejects.toThrow('form');
    // A number of the series that was never printed has a right check character.
    expect((await form(clerk, 'CCCCCCCC')).problem.code).toBe('evidence.form');
  });

  async function accountOf(account: string): Promise<number> {
    const { rows } = await server.owner.query(
      `select a.account_id from account a join person p using (person_id) where p.email like $1`,
      [`${{ clerk: 'emre' }[account]}@%`],
    );
    return rows[0].account_id;
  }

  it('a number ties a sheet, its entry and its scan', async () => {
    const { numbers, text: seen } = (await forms(3)).body;
    const number = numbers[0] as string;
    const { entryId, reference } = await consent(clerk, { wait: true, source: 'HS_ISLAK_IMZA' });
    const tied = await clerk.call('POST /organisations/:organisation/brands/:brand/forms/:number/entries', {
      params: { ...RETAIL_BRAND, number },
      body: { entryId },
    });
    expect(tied.body.entries).toMatchObject([{ entryId, state: 'waiting', consent: null }]);
    server.clock.move(11);
    await server.rooms.entries.recordDue();
    expect(await isUnproven(reference)).toBe(true);
    const scan = await added();
    await attach(await enter(server, 'evidence'), scan.documentId, [{ kind: 'form', number }], {
      textVersion: seen.version,
    });
    expect(await isUnproven(reference)).toBe(false);
    const whole = await form(clerk, number);
    expect(whole.body).toMatchObject({
      entries: [{ state: 'recorded', consent: { reference, source: 'HS_ISLAK_IMZA' } }],
      documents: [{ documentId: scan.documentId, textVersion: seen.version, attachments: [{ formNumber: number }] }],
    });
    const listed = await clerk.call(`GET ${EVIDENCE}`, { params: RETAIL_BRAND, query: { form: number } });
    expect(listed.body.documents).toHaveLength(1);
    expect((await form(clerk, numbers[1] as string)).body).toMatchObject({ entries: [], documents: [] });
  });

  it('are not made by the thousand, without a text, or by a retailer for another shop', async () => {
    const { text: seen } = (await forms(1)).body;
    const order = { key: randomUUID(), count: 201, textVersion: seen.version, retailerCode: null };
    const make = (caller: DeskCaller, body: typeof order | { retailerCode: number }) =>
      caller.call('POST /organisations/:organisation/brands/:brand/forms', {
        params: RETAIL_BRAND,
        body: { ...order, ...body } as never,
      });
    expect((await make(clerk, order)).status).toBe(422);
    expect((await make(clerk, { ...order, count: 1, textVersion: 9_999 })).problem.code).toBe('evidence.text');
    const foreign = await make(retailer, { ...order, count: 1, retailerCode: 10_000_001 } as never);
    expect(foreign.problem.code).toBe('evidence.retailer');
    const own = await make(retailer, { ...order, count: 1 });
    expect(own.body.retailerCode).toBe(retailerCode);
    expect((await form(retailer, own.body.numbers[0] as string)).status).toBe(200);
    const house = await forms(1);
    expect((await form(retailer, house.body.numbers[0] as string)).problem.code).toBe('evidence.form');
    const text = await retailer.call('POST /organisations/:organisation/brands/:brand/consent-texts', {
      params: RETAIL_BRAND,
      body: { title: 'x', body: 'y' },
    });
    expect([text.status, text.problem.code]).toEqual([403, 'desk.ability']);
  });
});

describe('a wrong document', () => {
  it('is replaced with a reason: both stay, and the new one proves what the old one did', async () => {
    const { reference } = await consent(clerk);
    const wrong = await added();
    await attach(clerk, wrong.documentId, [ofMessage(reference)]);
    const right = await added();
    const reason = `Başka bir kişinin formu (${randomUUID()})`;
    const replaced = await clerk.call(`POST ${EVIDENCE}/:documentId/replacement`, {
      params: { ...RETAIL_BRAND, documentId: wrong.documentId },
      body: { by: right.documentId, reason },
    });
    expect(replaced.body.replaced).toMatchObject({ by: right.documentId, reason, person: { person: 'Emre Örnek' } });
    expect((await fetched(clerk, wrong.documentId)).status).toBe(200);
    const after = (await read(clerk, right.documentId)).body.document;
    expect(after).toMatchObject({ replaces: [wrong.documentId], attachments: [{ consent: { reference } }] });
    expect((await read(clerk, wrong.documentId)).body.document.attachments).toMatchObject([{ consent: { reference } }]);
    expect(await isUnproven(reference)).toBe(false);
    const person = await clerk.call('GET /organisations/:organisation/people/:reference/evidence', {
      params: { organisation: 600100, reference },
    });
    expect(person.body.flatMap(({ documents }) => documents.map(({ documentId }) => documentId))).toEqual([
      right.documentId,
    ]);
    const { rows } = await server.owner.query('select replaced_reason from evidence where replaced_reason is not null');
    expect(rows.some(({ replaced_reason }) => replaced_reason.includes(reason))).toBe(false);
  });

  it('is replaced once, by another one, and proves nothing more afterwards', async () => {
    const [one, two, three] = [await added(), await added(), await added()];
    const replace = (documentId: string, by: string) =>
      clerk.call(`POST ${EVIDENCE}/:documentId/replacement`, {
        params: { ...RETAIL_BRAND, documentId },
        body: { by, reason: 'yanlış' },
      });
    expect((await replace(one.documentId, one.documentId)).problem.code).toBe('evidence.replacement');
    expect((await replace(one.documentId, randomUUID())).problem.code).toBe('evidence.unknown');
    const both = await Promise.all([
      replace(one.documentId, two.documentId),
      replace(one.documentId, three.documentId),
    ]);
    expect(both.map(({ status }) => status).toSorted()).toEqual([200, 409]);
    expect((await replace(two.documentId, one.documentId)).problem.code).toBe('evidence.replacement');
    expect((await attach(clerk, one.documentId, [])).problem.code).toBe('evidence.replaced');
  });

  it('of two that would replace each other at once, one does', async () => {
    const [one, two] = [await added(), await added()];
    const replace = (documentId: string, by: string) =>
      clerk.call(`POST ${EVIDENCE}/:documentId/replacement`, {
        params: { ...RETAIL_BRAND, documentId },
        body: { by, reason: 'yanlış' },
      });
    const answers = await Promise.all([
      replace(one.documentId, two.documentId),
      replace(two.documentId, one.documentId),
    ]);
    expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 422]);
  });
});

describe('keeping', () => {
  it('lasts while the consent may stand, then three years, and ten from the act at the least', async () => {
    const { recipient, reference } = await consent(clerk);
    const document = await added();
    const actAt = server.clock.now();
    const loose = (await read(clerk, document.documentId)).body.keptUntil;
    expect(loose).toBe(keptUntil(server.rooms.calendar, { actAt: document.addedAt, endedAt: null }));
    expect(formatTime(loose ?? 0).slice(0, 4)).toBe(String(Number(istanbulDay(actAt).slice(0, 4)) + 10));

    await attach(clerk, document.documentId, [ofMessage(reference)]);
    expect((await read(clerk, document.documentId)).body.keptUntil).toBeNull();
    await moveTo(actAt + 8 * 366 * 86_400);
    await consent(clerk, { recipient, status: 'RET', source: 'HS_CAGRI_MERKEZI' });
    const ended = (await read(clerk, document.documentId)).body.keptUntil ?? 0;
    expect(formatTime(ended).slice(0, 4)).toBe(String(Number(istanbulDay(server.clock.now()).slice(0, 4)) + 3));
  });

  it('of a set is not counted: some of its consents may stand', async () => {
    const document = await added();
    await attach(clerk, document.documentId, [
      { kind: 'set', day: istanbulDay(server.clock.now()), retailerCode: null },
    ]);
    expect((await read(clerk, document.documentId)).body.keptUntil).toBeNull();
  });

  it('is over at some time: then content, words and what it proved are erased, and nothing else', async () => {
    const content = pdf(randomUUID());
    const { recipient, reference } = await consent(clerk);
    const [over, standing, twin] = [await added(content), await added(), await added(content)];
    const words = pdf(randomUUID());
    const lone = await added(words);
    await attach(clerk, over.documentId, [ofMessage(reference)], { title: 'Ayşe Hanım’ın formu' });
    await consent(clerk, { recipient, status: 'RET', source: 'HS_CAGRI_MERKEZI' });
    const other = await consent(clerk);
    await attach(clerk, standing.documentId, [ofMessage(other.reference)]);

    const until = (await read(clerk, over.documentId)).body.keptUntil ?? 0;
    expect(until).toBeGreaterThan(server.clock.now());
    await moveTo(until - 3_600);
    await server.rooms.evidence.eraseDue();
    expect((await read(clerk, over.documentId)).status).toBe(200);
    // Its twin of the same content was added later, and something is tied to it now: the content stays.
    await attach(clerk, twin.documentId, [ofMessage(other.reference)]);
    await moveTo(until + 31 * 86_400);
    await server.rooms.evidence.eraseDue();
    expect((await read(clerk, over.documentId)).status).toBe(404);
    expect((await fetched(clerk, over.documentId)).status).toBe(404);
    expect((await fetched(clerk, twin.documentId)).status).toBe(200);
    expect((await read(clerk, standing.documentId)).status).toBe(200);
    expect(filesOnDisk().filter((name) => name.includes(over.sha256))).toHaveLength(1);
    const { rows } = await server.owner.query('select sealed, erased_at from evidence where document_id = $1', [
      over.documentId,
    ]);
    expect(rows).toMatchObject([{ sealed: Buffer.alloc(0), erased_at: expect.any(Date) }]);

    // What was erased may be added anew; then its content is there again.
    expect((await read(clerk, lone.documentId)).status).toBe(404);
    expect(filesOnDisk().some((name) => name.includes(lone.sha256))).toBe(false);
    const again = await added(words);
    expect((await fetched(clerk, again.documentId)).bytes.equals(words)).toBe(true);
  });

  it('is not left to the program: the application can delete none of it, nor change what was added by whom', async () => {
    await added();
    for (const table of [
      'evidence',
      'evidence_blob',
      'evidence_link',
      'consent_text',
      'consent_form',
      'consent_form_entry',
    ])
      await expect(server.database.run(`delete from ${table}`), table).rejects.toThrow('permission denied');
    for (const change of [
      'update evidence set sha256 = sha256',
      'update evidence set account_id = 1',
      'update evidence set added_at = now()',
      'update evidence_blob set sha384 = sha384',
      'update evidence_link set seq = 1',
      "update consent_text set body = ''",
    ])
      await expect(server.database.run(change), change).rejects.toThrow('permission denied');
  });
});

describe('who sees and adds', () => {
  const PARTNER_BRAND = { organisation: 900100, brand: 600100 };

  it.each([
    ['owner', RETAIL_BRAND, 'all'],
    ['manager', { organisation: 600100, brand: 600101 }, 'all'],
    ['clerk', RETAIL_BRAND, 'all'],
    ['evidence', RETAIL_BRAND, 'all'],
    ['viewer', RETAIL_BRAND, 'none'],
    ['retailer', RETAIL_BRAND, 'own'],
    ['partner', PARTNER_BRAND, 'own'],
    ['intermediary', { organisation: 800100, brand: 600100 }, 'none'],
  ] as const)('%s', async (account, brand, sees) => {
    const caller = await enter(server, account);
    const owner = await enter(server, 'owner');
    const ofHouse = await added(pdf(randomUUID()), owner, { brand: brand.brand });
    const own = await upload(server.url, caller, pdf(randomUUID()), brand);
    expect(own.status).toBe(sees === 'none' ? 403 : 200);
    const list = await caller.call(`GET ${EVIDENCE}`, { params: brand });
    const foreign = await read(caller, ofHouse.documentId, brand);
    const content = await fetched(caller, ofHouse.documentId, 'content', brand);
    const stamp = await fetched(caller, ofHouse.documentId, 'time-stamp', brand);
    const attached = await caller.call(`POST ${EVIDENCE}/:documentId/attachments`, {
      params: { ...brand, documentId: ofHouse.documentId },
      body: { title: 'Benim', to: [] },
    });
    const statuses = [list.status, foreign.status, content.status, stamp.status, attached.status];
    if (sees === 'none') return expect(statuses).toEqual([403, 403, 403, 403, 403]);
    const ids = list.body.documents.map(({ documentId }) => documentId);
    expect(ids).toContain(own.body.documentId);
    expect(ids.includes(ofHouse.documentId)).toBe(sees === 'all');
    // Nobody is told that a document is there which he may not see; the stamp is not there yet for anybody.
    expect(statuses).toEqual(sees === 'all' ? [200, 200, 200, 404, 200] : [200, 404, 404, 404, 404]);
    if (sees === 'own')
      expect(list.body.documents.every(({ addedBy }) => addedBy.person === own.body.addedBy.person)).toBe(true);
    // The provider sees what was added for his brand, whoever did.
    expect((await read(owner, own.body.documentId, { ...brand, organisation: 600100 })).status).toBe(200);
  });

  it('a manager does nothing for a brand that he was not given, and nobody for one of another provider', async () => {
    const manager = await enter(server, 'manager');
    const bank = { organisation: 600100, brand: 600200 };
    for (const [caller, brand] of [
      [manager, RETAIL_BRAND],
      [clerk, bank],
      [clerk, { organisation: 600200, brand: 600200 }],
      [await enter(server, 'partner'), { organisation: 900100, brand: 999_999 }],
    ] as const) {
      expect((await upload(server.url, caller, pdf(), brand)).status).toBe(403);
      expect((await caller.call(`GET ${EVIDENCE}`, { params: brand })).status).toBe(403);
    }
    const ofRetail = await added();
    const through = await read(clerk, ofRetail.documentId, { organisation: 600100, brand: 600101 });
    expect([through.status, through.problem.code]).toEqual([404, 'evidence.unknown']);
  });

  it('nobody without a session, and a file of a stranger is not even read', async () => {
    const document = await added();
    const stranger = anybody(server);
    expect((await fetched(stranger, document.documentId)).status).toBe(401);
    expect((await upload(server.url, stranger, pdf())).status).toBe(401);
  });

  it('a retailer attaches to what his shop took, and to nothing of others, and finds what his shop lacks', async () => {
    const shop = await enter(server, 'retailer');
    server.clock.move(60);
    const [own, foreign] = [await consent(shop), await consent(clerk)];
    const document = await added(pdf(randomUUID()), shop);
    expect(document.retailerCode).toBe(retailerCode);
    const found = await unproven(shop);
    expect(found.map(({ reference }) => reference)).toContain(own.reference);
    expect(found.every((one) => one.retailerCode === retailerCode)).toBe(true);
    const refused = await attach(shop, document.documentId, [ofMessage(foreign.reference)]);
    expect(refused.problem.code).toBe('evidence.no_consent');
    const day = istanbulDay(server.clock.now());
    expect(
      (await attach(shop, document.documentId, [{ kind: 'set', day, retailerCode: 10_000_001 }])).problem.code,
    ).toBe('evidence.retailer');
    // A day means his shop's day.
    const attached = await attach(shop, document.documentId, [{ kind: 'set', day, retailerCode: null }]);
    expect(attached.body.attachments).toMatchObject([{ day, retailerCode }]);
    expect([await isUnproven(own.reference), await isUnproven(foreign.reference)]).toEqual([false, true]);
    const person = await shop.call('GET /organisations/:organisation/people/:reference/evidence', {
      params: { organisation: 600100, reference: foreign.reference },
    });
    expect(person.body).toEqual([]);
  });

  it('who may read one channel sees what proves it, and what he added, nothing else', async () => {
    const personId = await server.rooms.people.create({ email: 'kanal@ornek-perakende.example', name: 'Kanal Örnek' });
    await server.rooms.desks.seat(personId, { code: 600100, kind: 'provider' }, { role: 'clerk', brands: null });
    await server.owner.query(
      `update staff_grant set channels = '{0}' where account_id = (select account_id from account where person_id = $1)`,
      [personId],
    );
    const accountId = (await server.owner.query('select account_id from account where person_id = $1', [personId]))
      .rows[0].account_id;
    const desk = await server.rooms.desks.deskOfAccount(accountId);
    const brand = desk?.brand(600100, 'readEvidence');
    if (!desk || !brand) throw new Error('no desk');
    const { reference, recipient } = await consent(clerk);
    const [ofMessages, ofDay, ofNothing] = [await added(), await added(), await added()];
    await attach(clerk, ofMessages.documentId, [ofMessage(reference)]);
    await attach(clerk, ofDay.documentId, [{ kind: 'set', day: istanbulDay(server.clock.now()), retailerCode: null }]);
    const ids = [ofMessages, ofDay, ofNothing].map(({ documentId }) => documentId);
    const seen = await server.rooms.evidence.documents(desk, brand, ids);
    expect(recipient).toMatch(/^\+90/);
    expect(seen.map(({ documentId }) => documentId)).toEqual([ofDay.documentId]);
  });
});
