// The test mail server and its inbox, as senders, people and tests meet them: over SMTP and HTTP.

import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { createInterface } from 'node:readline';
import { createTransport, type SendMailOptions } from 'nodemailer';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Mail, MailBox } from '../src/mail-box.ts';
import { type Inbox, startInbox } from '../src/mail-inbox.ts';
import { MAIL_BYTES_MOST, type MailServer, startMailServer } from '../src/mail-server.ts';

/** For `expect.poll`: on a slow and busy machine. */
const SOON = { timeout: 60_000, interval: 20 };

let server: MailServer;
let inbox: Inbox;

beforeEach(async () => {
  const box = new MailBox();
  server = await startMailServer(0, box);
  inbox = await startInbox(0, box, server);
});
afterEach(async () => {
  await Promise.all([server.close(), inbox.close()]);
});

function send(mail: SendMailOptions) {
  const transport = createTransport({ url: server.url });
  return transport.sendMail({ from: 'kayit@ornek.example', to: 'ayse@ornek.example', ...mail });
}

/** What a send that must fail was told: the answer's code, or the kind of failure. */
async function failure(mail: SendMailOptions): Promise<number | string> {
  const error = await send(mail).then(
    () => undefined,
    (thrown: { responseCode?: number; code?: string }) => thrown,
  );
  if (error === undefined) throw new Error('the mail was taken');
  return error.responseCode ?? String(error.code);
}

async function mails(to?: string): Promise<Mail[]> {
  const query = to === undefined ? '' : `?${new URLSearchParams({ to })}`;
  return (await (await fetch(`${inbox.url}/mails.json${query}`)).json()) as Mail[];
}

function setMode(body: unknown, type = 'application/json'): Promise<Response> {
  return fetch(`${inbox.url}/mode`, { method: 'POST', headers: { 'content-type': type }, body: JSON.stringify(body) });
}

/** A conversation by hand: each line said is answered with its reply's lines. */
async function conversation(): Promise<{ socket: Socket; say(text: string): Promise<string[]>; end(): Promise<void> }> {
  const { hostname, port } = new URL(server.url);
  const socket = connect(Number(port), hostname);
  const lines = createInterface({ input: socket })[Symbol.asyncIterator]();
  async function reply(): Promise<string[]> {
    const said: string[] = [];
    for (;;) {
      const { value, done } = await lines.next();
      if (done) throw new Error(`the server hung up after ${JSON.stringify(said)}`);
      said.push(value);
      if (!/^\d{3}-/.test(value)) return said;
    }
  }
  expect(await reply()).toEqual([expect.stringMatching(/^220 /)]);
  return {
    socket,
    say(text) {
      socket.write(`${text}\r\n`);
      return reply();
    },
    async end() {
      const closed = once(socket, 'close');
      socket.end();
      await closed;
    },
  };
}

describe('the mail server', () => {
  it('keeps a mail as it was meant, in every letter', async () => {
    await send({
      from: 'Gökçe Işık <kayit@ornek.example>',
      subject: 'İĞÜŞÖÇ ığüşöç: süresi doluyor, yarın değil bugün',
      text: 'Günaydın Ayşe Hanım,\n\nbağlantı: https://ornek.example/davet?a=1&b=ş',
      html: '<p>Günaydın <b>Ayşe</b> Hanım</p>',
      headers: { 'X-Kim': 'bir' },
      messageId: '<1@ornek.example>',
      date: new Date('2026-11-24T11:05:00Z'),
    });
    const [mail, ...more] = await mails();
    expect(more).toEqual([]);
    expect(mail).toMatchObject({
      from: 'Gökçe Işık <kayit@ornek.example>',
      to: ['ayse@ornek.example'],
      subject: 'İĞÜŞÖÇ ığüşöç: süresi doluyor, yarın değil bugün',
      date: '2026-11-24T11:05:00.000Z',
      text: 'Günaydın Ayşe Hanım,\n\nbağlantı: https://ornek.example/davet?a=1&b=ş\n',
      html: '<p>Günaydın <b>Ayşe</b> Hanım</p>\n',
    });
    expect(mail?.headers).toContainEqual({ name: 'X-Kim', value: 'bir' });
    expect(mail?.headers).toContainEqual({ name: 'Message-ID', value: '<1@ornek.example>' });
    expect(await (await fetch(`${inbox.url}/mails/${mail?.id}.json`)).json()).toEqual(mail);
  });

  it('gives a mail to each of its recipients, also to those who are not named in it', async () => {
    await send({ to: ['bir@ornek.example', 'Iki@ornek.example'], bcc: 'uc@ornek.example', subject: 'üç kişiye' });
    await send({ to: 'bir@ornek.example', subject: 'bir kişiye' });
    expect((await mails('bir@ornek.example')).map(({ subject }) => subject)).toEqual(['bir kişiye', 'üç kişiye']);
    expect((await mails('iki@ORNEK.example')).map(({ subject }) => subject)).toEqual(['üç kişiye']);
    expect((await mails('uc@ornek.example'))[0]?.to).toEqual([
      'bir@ornek.example',
      'Iki@ornek.example',
      'uc@ornek.example',
    ]);
    expect(await mails('dort@ornek.example')).toEqual([]);
  });

  it('speaks 8BITMIME and SMTPUTF8 by hand, and undoes the doubled dots', async () => {
    const { say, end } = await conversation();
    const extensions = await say('EHLO deneme.example');
    expect(extensions.map((line) => line.slice(4))).toEqual(
      expect.arrayContaining(['PIPELINING', '8BITMIME', 'SMTPUTF8', `SIZE ${MAIL_BYTES_MOST}`]),
    );
    expect(extensions.join()).not.toMatch(/STARTTLS|AUTH/);
    expect(await say('MAIL FROM:<işçi@örnek.example> BODY=8BITMIME SMTPUTF8')).toEqual([
      expect.stringMatching(/^250 /),
    ]);
    expect(await say('RCPT TO:<öğrenci@örnek.example>')).toEqual([expect.stringMatching(/^250 /)]);
    expect(await say('DATA')).toEqual([expect.stringMatching(/^354 /)]);
    const mail = [
      'From: İşçi <işçi@örnek.example>',
      'Subject: Öğle arası',
      'Content-Type: text/plain; charset=utf-8',
      'Content-Transfer-Encoding: 8bit',
      '',
      'Çay var mı?',
      '..bir nokta',
      '.',
    ];
    expect(await say(mail.join('\r\n'))).toEqual([expect.stringMatching(/^250 /)]);
    expect(await say('QUIT')).toEqual([expect.stringMatching(/^221 /)]);
    await end();
    expect(await mails('öğrenci@örnek.example')).toEqual([
      expect.objectContaining({
        from: 'İşçi <işçi@örnek.example>',
        subject: 'Öğle arası',
        text: 'Çay var mı?\n.bir nokta\n',
      }),
    ]);
  });

  it('turns away what is too large, announced or not, and keeps nothing of it', async () => {
    const { say, end } = await conversation();
    await say('EHLO deneme.example');
    expect(await say(`MAIL FROM:<a@ornek.example> SIZE=${MAIL_BYTES_MOST + 1}`)).toEqual([
      expect.stringMatching(/^552 /),
    ]);
    await say('MAIL FROM:<a@ornek.example>');
    await say('RCPT TO:<b@ornek.example>');
    await say('DATA');
    expect(await say(`${'x'.repeat(MAIL_BYTES_MOST)}\r\n.`)).toEqual([expect.stringMatching(/^552 /)]);
    // The conversation goes on after it.
    expect(await say('NOOP')).toEqual([expect.stringMatching(/^250 /)]);
    await end();
    expect(await mails()).toEqual([]);
  });

  it('turns away what it cannot read, and lives on', async () => {
    const depth = 300;
    const nested = Array.from(
      { length: depth },
      (_, i) => `Content-Type: multipart/mixed; boundary=b${i}\r\n\r\n--b${i}\r\n`,
    ).join('');
    expect(
      await failure({ raw: `Subject: derin\r\n${nested}`, envelope: { from: 'a@b.example', to: 'c@d.example' } }),
    ).toBe(554);
    await send({ subject: 'sonraki' });
    expect((await mails()).map(({ subject }) => subject)).toEqual(['sonraki']);
  });

  it('outlives a sender who goes away in the middle of a mail', async () => {
    const { socket, say } = await conversation();
    await say('EHLO deneme.example');
    await say('MAIL FROM:<a@ornek.example>');
    await say('RCPT TO:<b@ornek.example>');
    await say('DATA');
    const closed = once(socket, 'close');
    socket.write('Subject: yarım');
    socket.resetAndDestroy();
    await closed;
    await send({ subject: 'bütün' });
    expect((await mails()).map(({ subject }) => subject)).toEqual(['bütün']);
  });

  it('says which port is taken', async () => {
    const { port } = new URL(server.url);
    await expect(startMailServer(Number(port), new MailBox())).rejects.toMatchObject({ code: 'EADDRINUSE' });
  });
});

describe('the box', () => {
  it('holds the last 500, newest first', async () => {
    const box = new MailBox();
    for (let i = 1; i <= 501; i++)
      await box.keep(Buffer.from(`Subject: ${i}\r\n\r\n`), { from: '', to: ['a@b.example'] });
    expect(box.list().map(({ subject }) => subject)).toEqual(Array.from({ length: 500 }, (_, i) => String(501 - i)));
    expect(box.find('1')).toBeUndefined();
    expect(box.find('501')?.subject).toBe('501');
  });

  it('holds fewer where they are large', async () => {
    const box = new MailBox();
    const mail = Buffer.concat([Buffer.from('Subject: büyük\r\n\r\n'), Buffer.alloc(MAIL_BYTES_MOST, 'x')]);
    for (let i = 0; i < 40; i++) await box.keep(mail, { from: '', to: ['a@b.example'] });
    expect(box.list()).toHaveLength(31);
    expect(box.list()[0]?.id).toBe('40');
  });
});

describe('bad days', () => {
  it.each([
    ['451, unless told otherwise', { mode: 'refuse' }, '451 refused: so it was set for a test'],
    [
      'the code and words that were asked for',
      { mode: 'refuse', code: 550, words: '5.7.1 aktarma\r\nyok' },
      '550 5.7.1 aktarma  yok',
    ],
  ])('refuse recipients with %s', async (_name, mode, reply) => {
    const answer = await setMode(mode);
    expect(answer.status).toBe(200);
    expect(await (await fetch(`${inbox.url}/mode`)).json()).toEqual(await answer.json());
    await expect(send({ subject: 'hayır' })).rejects.toMatchObject({ command: 'RCPT TO', response: reply });
    await setMode({ mode: 'ok' });
    await send({ subject: 'evet' });
    expect((await mails()).map(({ subject }) => subject)).toEqual(['evet']);
  });

  it('drop the connection when the mail is in, and lose it', async () => {
    await setMode({ mode: 'drop' });
    expect(await failure({ subject: 'kayıp' })).toBe('ECONNECTION');
    expect(await mails()).toEqual([]);
  });

  it('answer slowly what was taken at once, at the latest when they are over', async () => {
    await setMode({ mode: 'slow', milliseconds: 600_000 });
    let answered = false;
    const sending = send({ subject: 'yavaş' }).then(() => {
      answered = true;
    });
    await expect.poll(async () => (await mails()).map(({ subject }) => subject), SOON).toEqual(['yavaş']);
    expect(answered).toBe(false);
    await setMode({ mode: 'ok' });
    await sending;
  });

  it('are not set by what is no mode, or not JSON', async () => {
    const wrong = [
      { mode: 'kötü' },
      { mode: 'refuse', code: 200 },
      { mode: 'refuse', words: 5 },
      { mode: 'slow', milliseconds: -1 },
      null,
      'ok',
      {},
    ];
    for (const body of wrong) expect((await setMode(body)).status, JSON.stringify(body)).toBe(400);
    expect((await setMode({ mode: 'drop' }, 'text/plain')).status).toBe(400);
    expect((await setMode({ mode: 'drop', filler: 'x'.repeat(2000) })).status).toBe(400);
    expect(await (await fetch(`${inbox.url}/mode`)).json()).toEqual({ mode: 'ok' });
  });
});

describe('the inbox page', () => {
  async function page(path: string, headers: Record<string, string> = {}): Promise<{ html: string; answer: Response }> {
    const answer = await fetch(inbox.url + path, { headers });
    return { html: await answer.text(), answer };
  }

  it('says what will be here while there is nothing, in the language asked for', async () => {
    const turkish = (await page('/')).html;
    expect(turkish).toContain('<html lang="tr">');
    expect(turkish).toContain('Henüz e-posta yok.');
    for (const english of [await page('/?lang=en'), await page('/', { 'accept-language': 'en-GB,en;q=0.9' })]) {
      expect(english.html).toContain('<html lang="en">');
      expect(english.html).toContain('No mail yet.');
    }
    expect((await page('/?lang=tr', { 'accept-language': 'en' })).html).toContain('<html lang="tr">');
  });

  it('lists mails, newest first, all or those of one address', async () => {
    await send({ subject: 'Birinci' });
    await send({ subject: 'İkinci', to: 'fatma@ornek.example' });
    const all = (await page('/')).html;
    expect(all.indexOf('İkinci')).toBeGreaterThan(0);
    expect(all.indexOf('Birinci')).toBeGreaterThan(all.indexOf('İkinci'));
    const [mail] = await mails('fatma@ornek.example');
    const own = (await page('/?to=fatma@ornek.example')).html;
    expect(own).toContain(`href="/mails/${mail?.id}?lang=tr"`);
    expect(own).not.toContain('Birinci');
    expect((await page('/?to=kimse@ornek.example')).html).toContain('Bu adrese gelen e-posta yok.');
  });

  it('shows a mail with its headers, and makes links of the addresses in its text', async () => {
    await send({
      subject: 'Davet',
      text: 'Sayfa: https://ornek.example/davet?a=1&b=2. (bkz. http://ornek.example/x), javascript:alert(1)',
    });
    const { html } = await page('/mails/1');
    expect(html).toContain('<a href="https://ornek.example/davet?a=1&#38;b=2" rel="noopener noreferrer">');
    expect(html).toContain('<a href="http://ornek.example/x" rel="noopener noreferrer">http://ornek.example/x</a>),');
    expect(html.match(/<a href="(?!\/)/g)).toHaveLength(2);
    expect(html).toContain('Subject: Davet');
  });

  it('lets nothing run that a mail says', async () => {
    const evil = '<script>alert(1)</script>"><img src=x onerror=alert(1)>';
    await send({
      from: { name: evil, address: 'kotu@ornek.example' },
      subject: evil,
      text: `${evil} https://ornek.example/"onmouseover="alert(1)`,
      html: evil,
      headers: { 'X-Kotu': evil },
    });
    for (const path of ['/', '/mails/1', `/?to=${encodeURIComponent(evil)}`]) {
      const { html, answer } = await page(path);
      expect(html, path).not.toMatch(/<script|<img|"onmouseover/i);
      const policy = answer.headers.get('content-security-policy');
      expect(policy, path).toMatch(/^default-src 'none'; style-src 'sha256-[^']+'; /);
      expect(policy, path).not.toContain('script-src');
    }
    expect((await page('/mails/1')).html).toContain('<iframe sandbox title="HTML görünümü" src="/mails/1/html">');
    // The mail's own HTML as it came, in a frame or called by itself: without any right.
    const { html, answer } = await page('/mails/1/html');
    expect(html).toContain(evil);
    expect(answer.headers.get('content-security-policy')).toMatch(/^sandbox; default-src 'none'; /);
  });

  it('says in both languages and both forms that there is no such mail', async () => {
    await send({ text: 'yalnız metin' });
    for (const path of ['/mails/2', '/mails/1/html', '/gelen'])
      expect([path, (await page(path)).answer.status]).toEqual([path, 404]);
    expect((await page('/mails/2')).html).toContain('Böyle bir e-posta yok.');
    expect((await page('/mails/2?lang=en')).html).toContain('There is no such mail.');
    const json = await page('/mails/2.json');
    expect([json.answer.status, json.html]).toEqual([404, 'null']);
    const posted = await fetch(inbox.url, { method: 'POST' });
    expect([posted.status, posted.headers.get('allow')]).toEqual([405, 'GET, HEAD']);
  });
});
