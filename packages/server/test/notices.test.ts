// Mail to the house's users: rows in a real PostgreSQL, sent over SMTP to a real mail server, the simulators' program,
// and read in its inbox. Pauses and leases are passed by moving the clock; `expect.poll` waits for what must come.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { movableClock } from '../src/ground/clock.ts';
import { APP_ROLE, type Database, openDatabase } from '../src/ground/database.ts';
import { AddressKeys } from '../src/ground/keys.ts';
import { openLog } from '../src/ground/log.ts';
import { type Mail, type Notices, type NoticesOptions, openNotices } from '../src/rooms/notices/index.ts';
import { type TestDatabase, testDatabase } from './support/database.ts';
import { TEST_SECRET } from './support/registry.ts';
import { type ReceivedMail, type Simulators, startSimulators } from './support/simulators.ts';
import { weakLink } from './support/weak-link.ts';

const SENDER_PROGRAM = fileURLToPath(new URL('./support/mail-sender.ts', import.meta.url));
/** For `expect.poll`: on a slow and busy machine. */
const SOON = { timeout: 60_000, interval: 20 };
const FROM = 'Açık İYS <bildirim@kayit.example>';
const LINK = 'https://kayit.example/davet/gizli-b4ğlantı?a=1&b=2';
/** In Istanbul 24 November 2026, 14:05. */
const THEN = Date.UTC(2026, 10, 24, 11, 5) / 1000;
const DAY_MS = 86_400_000;
const LAST_DAYS = [
  { day: '2026-11-24', count: 34 },
  { day: '2026-11-25', count: 1_200 },
];
const RIGHTS = {
  organisation: 'Örnek A.Ş.',
  by: 'Deniz Örnek',
  rights: [
    { role: 'clerk', brands: ['Örnek Bebek', 'Örnek Ev'] },
    { role: 'viewer', brands: null },
  ],
};

let simulators: Simulators;
let store: TestDatabase;
let owner: pg.Client;
let clock: ReturnType<typeof movableClock>;
let logged: string[];
let opened: Notices[];
let databases: Database[];
let to: string;
let counter = 0;

beforeAll(async () => {
  [simulators, store] = await Promise.all([startSimulators(), testDatabase()]);
  owner = new pg.Client({ connectionString: store.url });
  await owner.connect();
});
afterAll(async () => {
  await owner.end();
  await store.close();
  await simulators.kill();
});
beforeEach(() => {
  clock = movableClock();
  logged = [];
  opened = [];
  databases = [];
  counter += 1;
  to = `gizli-alici-${counter}@ornek.example`;
});
afterEach(async () => {
  await simulators.setMailMode({ mode: 'ok' });
  await Promise.all(opened.map((one) => one.stop()));
  await Promise.all(databases.map((one) => one.close()));
  await owner.query('delete from mail');
  // Of every test: no address, link, name or answer of the mail server in the log.
  expect(logged.join('')).not.toMatch(/gizli|ornek\.example|kayit\.example|davet|refused/i);
});

function notices(more: Partial<NoticesOptions> = {}): Notices {
  const one = openNotices({
    database: store.database,
    clock,
    log: openLog('debug', (line) => logged.push(line)),
    keys: new AddressKeys(TEST_SECRET),
    smtpUrl: simulators.smtp,
    from: FROM,
    ...more,
  });
  opened.push(one);
  return one;
}

function reset(more: Partial<Mail> = {}): Mail {
  return { template: 'password-reset', fields: { link: LINK, expiresAt: THEN }, to, language: 'tr', ...more } as Mail;
}

function write(room: Notices, mail: Mail): Promise<void> {
  return store.database.transaction((connection) => room.enqueue(connection, mail));
}

interface Row {
  readonly mail_id: string;
  readonly attempts: number;
  readonly next_try_at: Date;
  readonly sent_at: Date | null;
  readonly failed_at: Date | null;
  readonly address: Buffer | null;
  readonly fields: Buffer | null;
}

async function rows(): Promise<Row[]> {
  return (await owner.query('select * from mail order by created_at')).rows;
}
async function onlyRow(): Promise<Row> {
  const [row, ...more] = await rows();
  if (row === undefined || more.length > 0) throw new Error(`${more.length + (row ? 1 : 0)} mails`);
  return row;
}
const sentCount = async (): Promise<number> => (await rows()).filter(({ sent_at }) => sent_at !== null).length;

/** Waits for mails to this test's address. */
async function received(count = 1): Promise<ReceivedMail[]> {
  await expect.poll(async () => (await simulators.mails(to)).length, SOON).toBe(count);
  return await simulators.mails(to);
}
function header(mail: ReceivedMail | undefined, name: string): string | undefined {
  return mail?.headers.find((one) => one.name === name)?.value;
}
const logEvents = (): string[] => logged.map((line) => JSON.parse(line).event);

describe('a mail', () => {
  it('is sent and read with every Turkish letter right', async () => {
    const room = notices();
    room.start();
    await write(
      room,
      reset({
        template: 'invitation',
        fields: { organisation: 'İğde Çiçekçilik Şti.', inviter: 'Gülşah Öztürk Işık', link: LINK, expiresAt: THEN },
        organisationCode: 600100,
      }),
    );
    room.wake();
    const [mail] = await received();
    expect(mail?.from).toBe(FROM);
    expect(mail?.to).toEqual([to]);
    expect(mail?.subject).toBe('İğde Çiçekçilik Şti. sizi Açık İYS’ye davet ediyor');
    expect(
      mail?.text,
    ).toBe(`Gülşah Öztürk Işık, İğde Çiçekçilik Şti. adına çalışmanız için sizi Açık İYS’ye davet etti. Açık İYS, işletmelerin ticari ileti izinlerini tuttuğu kayıttır.

Daveti açın:
${LINK}

Açılan sayfa kim olduğunuzu sorar; parolanızı orada belirlersiniz. Davet bir kez kullanılabilir, son saati: 24 Kasım 2026 14:05 (Türkiye saati).

Bu daveti beklemiyorsanız bir şey yapmanız gerekmez.

-- 
Bu e-postayı Açık İYS gönderdi; yanıtlar okunmaz. Sizden e-postayla hiçbir zaman parola ya da kod istemeyiz.
`);
    expect(mail?.html).toContain('<html lang="tr">');
    expect(mail?.html).toContain(`<a href="${LINK.replace('&', '&#38;')}" style="color:#0b4f5a">Daveti açın</a>`);
    await expect.poll(sentCount, SOON).toBe(1);
    const { mail_id, address, fields } = await onlyRow();
    // What was sent is forgotten here.
    expect([address, fields]).toEqual([null, null]);
    expect(header(mail, 'Message-ID')).toBe(`<${mail_id}@kayit.example>`);
    expect(header(mail, 'Auto-Submitted')).toBe('auto-generated');
  });

  it.each<[Pick<Mail, 'template' | 'fields' | 'language'>, string, string[]]>([
    [
      {
        template: 'invitation',
        language: 'en',
        fields: { organisation: 'Örnek A.Ş.', inviter: 'Ayşe', link: LINK, expiresAt: THEN },
      },
      'Örnek A.Ş. invites you to Açık İYS',
      ['Ayşe has invited you', 'Open the invitation', LINK, '24 November 2026 at 14:05 (Turkish time)'],
    ],
    [
      { template: 'password-reset', language: 'tr', fields: { link: LINK, expiresAt: THEN } },
      'Açık İYS: yeni parola',
      ['yeni parola istendi', LINK, '24 Kasım 2026 14:05', 'parolanız aynı kaldı'],
    ],
    [
      { template: 'password-reset', language: 'en', fields: { link: LINK, expiresAt: THEN } },
      'Açık İYS: new password',
      ['A new password was asked for', LINK, '24 November 2026 at 14:05', 'stayed the same'],
    ],
    [
      {
        template: 'new-device',
        language: 'tr',
        fields: { at: THEN, device: 'Firefox, Windows', network: '88.231.*.*' },
      },
      'Açık İYS: hesabınıza yeni bir cihazdan girildi',
      ['Ne zaman: 24 Kasım 2026 14:05', 'Cihaz: Firefox, Windows', 'Ağ adresi: 88.231.*.*'],
    ],
    [
      {
        template: 'new-device',
        language: 'en',
        fields: { at: THEN, device: 'Firefox, Windows', network: '88.231.*.*' },
      },
      'Açık İYS: log-in from a new device',
      ['When: 24 November 2026 at 14:05', 'Device: Firefox, Windows', 'Network address: 88.231.*.*'],
    ],
    [
      {
        template: 'refusals-last-day',
        language: 'tr',
        fields: { brand: 'Örnek Bebek', days: LAST_DAYS },
      },
      'Örnek Bebek: 1.234 ret için son gün',
      [
        'Örnek Bebek markasında 1.234 ret',
        '34 ret: bu alıcılara ileti göndermeyi en geç 24 Kasım 2026 Salı günü saat 24:00’e kadar',
        '1.200 ret: bu alıcılara ileti göndermeyi en geç 25 Kasım 2026 Çarşamba günü',
      ],
    ],
    [
      {
        template: 'refusals-last-day',
        language: 'en',
        fields: { brand: 'Örnek Bebek', days: LAST_DAYS },
      },
      'Örnek Bebek: last day for 1,234 refusals',
      [
        '1,234 refusals of the brand Örnek Bebek',
        'have not been taken over',
        '34 refusals: stop sending to these recipients by Tuesday',
        '25 November 2026, 24:00 at the latest',
      ],
    ],
    [
      {
        template: 'refusals-last-day',
        language: 'en',
        fields: { brand: 'Örnek Bebek', days: [{ day: '2026-11-24', count: 1 }] },
      },
      'Örnek Bebek: last day for 1 refusal',
      [
        '1 refusal of the brand Örnek Bebek',
        'has not been taken over yet: we have not seen it',
        'to this recipient by',
      ],
    ],
    [
      {
        template: 'unusual-search',
        language: 'tr',
        fields: { organisation: 'Örnek A.Ş.', who: 'Ayşe Yılmaz', count: 5_000 },
      },
      'Örnek A.Ş.: alışılmadık sayıda sorgu',
      ['Ayşe Yılmaz, Örnek A.Ş. adına', '5.000'],
    ],
    [
      {
        template: 'unusual-search',
        language: 'en',
        fields: { organisation: 'Örnek A.Ş.', who: 'Ayşe Yılmaz', count: 5_000 },
      },
      'Örnek A.Ş.: unusual number of searches',
      ['Ayşe Yılmaz has searched', 'for Örnek A.Ş.: 5,000'],
    ],
    [
      {
        template: 'unusual-search',
        language: 'tr',
        fields: { organisation: 'Örnek A.Ş.', who: 'Ayşe Yılmaz', count: 31, act: 'address.revealed' },
      },
      'Örnek A.Ş.: alışılmadık sayıda sorgu',
      ['alışılmadık sayıda adresi açık gördü: 31'],
    ],
    [
      { template: 'password-changed', language: 'tr', fields: { at: THEN } },
      'Açık İYS: parolanız değişti',
      ['24 Kasım 2026 14:05 (Türkiye saati) değişti', 'Parolamı unuttum'],
    ],
    [
      { template: 'password-changed', language: 'en', fields: { at: THEN } },
      'Açık İYS: your password was changed',
      ['24 November 2026 at 14:05', 'I forgot my password'],
    ],
    [
      {
        template: 'partnership',
        language: 'tr',
        fields: { organisation: 'Örnek A.Ş.', other: 'Ajans', what: 'offered' },
      },
      'Ajans: sizden yanıt bekleyen bir teklif',
      ['Ajans, Örnek A.Ş. kurumunuza', 'Kabul edene kadar'],
    ],
    [
      {
        template: 'partnership',
        language: 'en',
        fields: { organisation: 'Örnek A.Ş.', other: 'Ajans', what: 'ended' },
      },
      'Ajans: a right has ended',
      ['between Ajans and Örnek A.Ş.', 'at once'],
    ],
    [
      { template: 'wrong-codes', language: 'tr', fields: { at: THEN } },
      'Açık İYS: hesabınızda çok sayıda yanlış kod denendi',
      ['24 Kasım 2026 14:05 (Türkiye saati)', 'parolanızı bir başkası biliyor'],
    ],
    [
      { template: 'wrong-codes', language: 'en', fields: { at: THEN } },
      'Açık İYS: many wrong codes were tried on your account',
      ['24 November 2026 at 14:05', 'somebody else knows your password'],
    ],
    [
      { template: 'factors-changed', language: 'tr', fields: { what: 'authenticator', at: THEN } },
      'Açık İYS: ikinci adımınız değişti',
      ['yeni bir doğrulama uygulaması', 'eski kurtarma kodları geçmez', '24 Kasım 2026 14:05'],
    ],
    [
      { template: 'factors-changed', language: 'en', fields: { what: 'passkey-removed', at: THEN } },
      'Açık İYS: your second factor was changed',
      ['A passkey was removed', '24 November 2026 at 14:05'],
    ],
    [
      { template: 'right-given', language: 'tr', fields: RIGHTS },
      'Örnek A.Ş.: size yeni yetki verildi',
      ['Deniz Örnek, Örnek A.Ş. için', 'Kayıt görevlisi: Örnek Bebek, Örnek Ev', 'İzleyen: bütün markalar'],
    ],
    [
      { template: 'right-given', language: 'en', fields: RIGHTS },
      'Örnek A.Ş.: you were given a right',
      ['Deniz Örnek has given you', 'Clerk: Örnek Bebek, Örnek Ev', 'Viewer: all brands'],
    ],
    [
      { template: 'right-ended', language: 'tr', fields: RIGHTS },
      'Örnek A.Ş.: bir yetkiniz sona erdi',
      ['Deniz Örnek, Örnek A.Ş. için', 'Kayıt görevlisi: Örnek Bebek, Örnek Ev'],
    ],
    [
      { template: 'right-ended', language: 'en', fields: RIGHTS },
      'Örnek A.Ş.: a right of yours has ended',
      ['Deniz Örnek has taken back', 'Clerk: Örnek Bebek, Örnek Ev'],
    ],
    [
      {
        template: 'push-parked',
        language: 'tr',
        fields: { organisation: 'Örnek A.Ş.', brand: 'Örnek Bebek', channel: 'EPOSTA', host: 'push.ornek.invalid' },
      },
      'Örnek Bebek: push adresi yanıt vermiyor',
      ['Marka: Örnek Bebek', 'Kanal: e-posta', 'Sunucu: push.ornek.invalid'],
    ],
    [
      {
        template: 'push-parked',
        language: 'en',
        fields: { organisation: 'Örnek A.Ş.', brand: 'Örnek Bebek', channel: 'ARAMA', host: 'push.ornek.invalid' },
      },
      'Örnek Bebek: a push address does not answer',
      ['Brand: Örnek Bebek', 'Channel: calls', 'Server: push.ornek.invalid'],
    ],
    [
      {
        template: 'entry-not-recorded',
        language: 'tr',
        fields: { organisation: 'Örnek A.Ş.', brand: 'Örnek Bebek', channel: 'MESAJ' },
      },
      'Örnek Bebek: bekleyen bir onay kaydedilmedi',
      ['Örnek A.Ş. adına girdiğiniz bir onay (Örnek Bebek, mesaj)'],
    ],
    [
      {
        template: 'entry-not-recorded',
        language: 'en',
        fields: { organisation: 'Örnek A.Ş.', brand: 'Örnek Bebek', channel: 'MESAJ' },
      },
      'Örnek Bebek: a consent that waited was not recorded',
      ['for Örnek A.Ş. (Örnek Bebek, messages)'],
    ],
  ])('of the template $template in the language $language says what it must', async (mail, subject, fragments) => {
    const room = notices();
    room.start();
    await write(room, { ...mail, to } as Mail);
    room.wake();
    const [got] = await received();
    expect(got?.subject).toBe(subject);
    for (const fragment of fragments) expect(got?.text).toContain(fragment);
    expect(got?.html).toContain(`<html lang="${mail.language}">`);
    expect(got?.html).not.toMatch(/<img|<script|undefined|NaN/);
    expect(got?.text).not.toMatch(/undefined|NaN/);
  });

  it('takes names that people chose for text: one line, bounded, escaped', async () => {
    const room = notices();
    room.start();
    const organisation = `<b>Kötü</b>\r\nBcc: baskasi@ornek.example\u202e\u0000 "&' ${'uzun '.repeat(40)}`;
    await write(
      room,
      reset({
        template: 'invitation',
        fields: { organisation, inviter: '😀'.repeat(150), link: LINK, expiresAt: THEN },
      }),
    );
    room.wake();
    const [mail] = await received();
    expect(mail?.subject).toMatch(/^<b>Kötü<\/b> Bcc: baskasi@ornek\.example "&' (uzun )+[uzn ]*… sizi/);
    expect(mail?.to).toEqual([to]);
    expect(header(mail, 'Bcc')).toBeUndefined();
    expect(mail?.text).toContain(`${'😀'.repeat(100)}…, <b>Kötü</b> Bcc:`);
    expect(mail?.html).not.toContain('<b>Kötü');
    expect(mail?.html).toContain('&#60;b&#62;Kötü&#60;/b&#62; Bcc: baskasi@ornek.example &#34;&#38;&#39; uzun');
  });

  it('goes to one address, whatever that holds', async () => {
    const room = notices();
    room.start();
    await write(room, reset({ to: `${to}, baskasi@ornek.example` }));
    room.wake();
    // One address of this form there is not (501).
    await expect.poll(logEvents, SOON).toEqual(['mail_given_up']);
    expect(await simulators.mails('baskasi@ornek.example')).toEqual([]);
    expect(await simulators.mails(to)).toEqual([]);
  });

  it('lies sealed until it is sent', async () => {
    await write(notices(), reset());
    const { rows: found } = await owner.query('select mail::text as everything, address, fields from mail');
    expect(found).toHaveLength(1);
    const [{ everything, address, fields }] = found;
    expect(everything).not.toContain('gizli');
    for (const sealed of [address, fields]) expect((sealed as Buffer).includes('gizli')).toBe(false);
    const keys = new AddressKeys(TEST_SECRET);
    expect(keys.openText(address)).toBe(to);
    expect(JSON.parse(keys.openText(fields))).toEqual({ link: LINK, expiresAt: THEN });
  });

  it('is not sent when what it tells of is rolled back', async () => {
    const room = notices();
    room.start();
    const undone = store.database.transaction(async (connection) => {
      await room.enqueue(connection, reset());
      throw new Error('undone');
    });
    await expect(undone).rejects.toThrow('undone');
    await write(room, reset({ template: 'new-device', fields: { at: THEN, device: 'x', network: 'y' } }));
    room.wake();
    await expect.poll(sentCount, SOON).toBe(1);
    expect((await received()).map(({ subject }) => subject)).toEqual([
      'Açık İYS: hesabınıza yeni bir cihazdan girildi',
    ]);
  });

  it('is written once under one key, also by two at once and after it was sent', async () => {
    const room = notices();
    const mail = reset({ dedupeKey: 'refusals 600100 2026-11-24' });
    await Promise.all([write(room, mail), write(room, mail), write(room, reset({ dedupeKey: 'another' }))]);
    room.start();
    await expect.poll(sentCount, SOON).toBe(2);
    await write(room, mail);
    expect(await rows()).toHaveLength(2);
    expect(await received(2)).toHaveLength(2);
  });
});

describe('bad days', () => {
  it('a mail server that is down loses nothing: mails are sent when it is up again', async () => {
    const first = await startSimulators();
    const { port } = new URL(first.smtp);
    await first.kill();
    const room = notices({ smtpUrl: first.smtp });
    room.start();
    await Promise.all([write(room, reset()), write(room, reset())]);
    room.wake();
    await expect.poll(() => logEvents().filter((event) => event === 'mail_failing').length, SOON).toBe(2);
    expect((await rows()).map(({ sent_at, failed_at }) => [sent_at, failed_at])).toEqual([
      [null, null],
      [null, null],
    ]);
    const second = await startSimulators({ ACIK_IYS_SMTP_PORT: port });
    try {
      clock.move(10);
      room.wake();
      await expect.poll(async () => (await second.mails(to)).length, SOON).toBe(2);
      await expect.poll(sentCount, SOON).toBe(2);
    } finally {
      await second.kill();
    }
  });

  it('pauses grow while a mail fails, and after three days it is given up', async () => {
    await simulators.setMailMode({ mode: 'refuse', code: 451 });
    let nowMs = THEN * 1000;
    const room = notices({ clock: { nowMs: () => nowMs, now: () => Math.floor(nowMs / 1000) } });
    await write(room, reset());
    room.start();
    const pauses: number[] = [];
    for (let attempt = 1; attempt <= 7; attempt++) {
      await expect.poll(() => logEvents().length, SOON).toBe(attempt);
      const { next_try_at } = await onlyRow();
      pauses.push((next_try_at.getTime() - nowMs) / 1000);
      nowMs = next_try_at.getTime();
      room.wake();
    }
    expect(pauses).toEqual([10, 60, 300, 900, 1_800, 1_800, 1_800]);
    await expect.poll(() => logEvents().length, SOON).toBe(8);
    nowMs = THEN * 1000 + 3 * DAY_MS - 1;
    room.wake();
    await expect.poll(() => logEvents().length, SOON).toBe(9);
    expect(logEvents()).toEqual(Array(9).fill('mail_failing'));
    nowMs += 1_800_000;
    room.wake();
    await expect.poll(async () => (await onlyRow()).failed_at?.getTime(), SOON).toBe(nowMs);
    const { sent_at, address, fields, mail_id } = await onlyRow();
    expect([sent_at, address, fields]).toEqual([null, null, null]);
    await expect.poll(() => logEvents().length, SOON).toBe(10);
    expect(JSON.parse(logged[9] ?? '')).toEqual({
      time: expect.any(String),
      level: 'warn',
      event: 'mail_given_up',
      mail: mail_id,
      template: 'password-reset',
      attempt: 10,
      code: 'EENVELOPE',
      command: 'RCPT TO',
      status: 451,
    });
  });

  it('a mail is not tried again before its pause is over, and holds up no other', async () => {
    await simulators.setMailMode({ mode: 'refuse', code: 451 });
    const room = notices();
    await write(room, reset());
    room.start();
    await expect.poll(logEvents, SOON).toEqual(['mail_failing']);
    const [{ mail_id: failing }] = (await rows()) as [Row];
    await simulators.setMailMode({ mode: 'ok' });
    await write(room, reset());
    room.wake();
    await expect.poll(sentCount, SOON).toBe(1);
    expect((await rows()).find(({ mail_id }) => mail_id === failing)).toMatchObject({ attempts: 1, sent_at: null });
    clock.move(10);
    room.wake();
    await expect.poll(sentCount, SOON).toBe(2);
  });

  it('a refused address is given up at once, what the mail server refuses us by its policy is not', async () => {
    const room = notices();
    room.start();
    await simulators.setMailMode({ mode: 'refuse', code: 550, words: `5.7.1 <${to}>: relaying refused` });
    await write(room, reset());
    room.wake();
    await expect.poll(logEvents, SOON).toEqual(['mail_failing']);
    expect((await onlyRow()).failed_at).toBeNull();
    await simulators.setMailMode({ mode: 'refuse', code: 550, words: `5.1.1 <${to}>: no such mailbox` });
    clock.move(10);
    room.wake();
    await expect.poll(logEvents, SOON).toEqual(['mail_failing', 'mail_given_up']);
    const { failed_at, address, fields } = await onlyRow();
    expect(failed_at).not.toBeNull();
    expect([address, fields]).toEqual([null, null]);
    expect(await simulators.mails(to)).toEqual([]);
  });

  it('a connection that ends without an answer has the mail repeated', async () => {
    await simulators.setMailMode({ mode: 'drop' });
    const room = notices();
    await write(room, reset());
    room.start();
    await expect.poll(logEvents, SOON).toEqual(['mail_failing']);
    await simulators.setMailMode({ mode: 'ok' });
    clock.move(10);
    room.wake();
    await expect.poll(sentCount, SOON).toBe(1);
    await received(1);
  });

  it('a mail whose answer comes too late is repeated', async () => {
    await simulators.setMailMode({ mode: 'slow' });
    const room = notices({ pace: { deadlineMs: 500 } });
    await write(room, reset());
    room.start();
    await expect.poll(logEvents, SOON).toEqual(['mail_failing']);
    expect(JSON.parse(logged[0] ?? '')).toMatchObject({ code: 'EABORT' });
    await room.stop();
    await simulators.setMailMode({ mode: 'ok' });
    clock.move(10);
    notices().start();
    await expect.poll(sentCount, SOON).toBe(1);
  });

  it('stopping cuts a slow sending off, and the next start goes on at once', async () => {
    await simulators.setMailMode({ mode: 'slow' });
    const room = notices();
    await write(room, reset());
    room.start();
    await received(1);
    await room.stop();
    const { sent_at, failed_at, attempts } = await onlyRow();
    expect([sent_at, failed_at, attempts]).toEqual([null, null, 1]);
    expect(logEvents()).toEqual([]);
    await simulators.setMailMode({ mode: 'ok' });
    // The clock has not been moved: no lease is waited for.
    notices().start();
    await expect.poll(sentCount, SOON).toBe(1);
    const [first, second] = await received(2);
    expect(header(first, 'Message-ID')).toBe(`<${(await onlyRow()).mail_id}@kayit.example>`);
    expect(header(second, 'Message-ID')).toBe(header(first, 'Message-ID'));
    expect(second?.date).toBe(first?.date);
  });

  it('who held a mail too long says nothing of it any more', async () => {
    await simulators.setMailMode({ mode: 'slow' });
    const first = notices();
    await write(first, reset());
    first.start();
    await received(1);
    notices({ clock: movableClock(70) }).start();
    await received(2);
    const held = await onlyRow();
    expect(held.attempts).toBe(2);
    await first.stop();
    expect(await onlyRow()).toEqual(held);
  });

  it('a process that is killed before it heard the yes leaves the mail to the next, after its lease', async () => {
    await simulators.setMailMode({ mode: 'slow' });
    await write(notices(), reset());
    const sender = spawn(
      process.execPath,
      [SENDER_PROGRAM, store.url, simulators.smtp, FROM, TEST_SECRET.toString('hex')],
      { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] },
    );
    const ended = once(sender, 'exit');
    try {
      // The mail server has it, and has not said so.
      await received(1);
    } finally {
      sender.kill('SIGKILL');
      await ended;
    }
    const [killed] = (await rows()) as [Row];
    expect([killed.sent_at, killed.attempts]).toEqual([null, 1]);
    await simulators.setMailMode({ mode: 'ok' });

    const room = notices();
    room.start();
    // Within the lease others are sent, this one is left to whoever holds it: nobody can know that he is dead.
    await write(room, reset({ to: 'gizli-baska@ornek.example' }));
    room.wake();
    await expect.poll(sentCount, SOON).toBe(1);
    expect((await rows()).find(({ mail_id }) => mail_id === killed.mail_id)?.sent_at).toBeNull();
    clock.move(70);
    room.wake();
    await expect.poll(sentCount, SOON).toBe(2);
    const ids = (await received(2)).map((mail) => header(mail, 'Message-ID'));
    expect(ids).toEqual([`<${killed.mail_id}@kayit.example>`, `<${killed.mail_id}@kayit.example>`]);
  });

  it('two senders at once send each mail once', async () => {
    const room = notices();
    const count = 60;
    for (let i = 0; i < count; i++) await write(room, reset());
    for (let i = 0; i < 2; i++) {
      const database = openDatabase({ url: store.url, role: APP_ROLE, connectionsMax: 6 });
      databases.push(database);
      notices({ database }).start();
    }
    await expect.poll(sentCount, SOON).toBe(count);
    const ids = (await simulators.mails(to)).map((mail) => header(mail, 'Message-ID'));
    expect(ids.sort()).toEqual((await rows()).map(({ mail_id }) => `<${mail_id}@kayit.example>`).sort());
    expect((await rows()).map(({ attempts }) => attempts)).toEqual(Array(count).fill(1));
  });

  it('a mail that cannot be opened holds up no other and says where it failed', async () => {
    await write(notices({ keys: new AddressKeys(Buffer.alloc(32, 8)) }), reset());
    const room = notices();
    await write(room, reset());
    room.start();
    await expect.poll(sentCount, SOON).toBe(1);
    await expect.poll(logEvents, SOON).toContain('mail_failing');
    const failing = logged.map((line) => JSON.parse(line)).find(({ event }) => event === 'mail_failing');
    expect(failing).toMatchObject({ error: 'Error', at: expect.stringContaining('openText') });
    await received(1);
  });

  it('a database that is lost while a mail is on its way has it repeated, after its lease', async () => {
    const url = new URL(store.url);
    const link = await weakLink(Number(url.port));
    try {
      url.port = String(link.port);
      const database = openDatabase({ url: url.href, role: APP_ROLE, connectionsMax: 2 });
      databases.push(database);
      await simulators.setMailMode({ mode: 'slow' });
      const room = notices({ database });
      await write(room, reset());
      room.start();
      await received(1);
      link.cut();
      await simulators.setMailMode({ mode: 'ok' });
      await expect.poll(logEvents, SOON).toContain('mail_look_failed');
      link.mend();
      clock.move(70);
      room.wake();
      await expect.poll(sentCount, SOON).toBe(1);
      await received(2);
    } finally {
      link.cut();
      await Promise.all(opened.map((one) => one.stop()));
      await link.close();
    }
  });
});

describe('the room', () => {
  it('never falls back from smtps to a connection without TLS', async () => {
    const plain = new URL(simulators.smtp);
    const room = notices({ smtpUrl: `smtps://127.0.0.1:${plain.port}` });
    await write(room, reset());
    room.start();
    await expect.poll(logEvents, SOON).toEqual(['mail_failing']);
    expect(JSON.parse(logged[0] ?? '')).toMatchObject({ command: 'CONN' });
    expect(await simulators.mails(to)).toEqual([]);
  });

  it('keeps mails waiting where no mail server is configured, and says so', async () => {
    const without = notices({ smtpUrl: undefined });
    without.start();
    await write(without, reset());
    without.wake();
    expect(logEvents()).toEqual(['mail_without_server']);
    expect((await onlyRow()).attempts).toBe(0);
    notices().start();
    await received(1);
    await expect.poll(sentCount, SOON).toBe(1);
  });

  it.each([{ smtpUrl: 'http://user:gizli@kayit.example' }, { smtpUrl: 'gizli' }, { from: 'Açık İYS gizli' }])(
    'does not open with %s, and repeats nothing of it',
    (wrong) => {
      let message = '';
      try {
        notices(wrong);
      } catch (error) {
        ({ message } = error as Error);
      }
      expect(message).toMatch(/must/);
      expect(message).not.toContain('gizli');
    },
  );

  it('deletes what is older than thirty days, and nothing else', async () => {
    const room = notices();
    await write(room, reset({ dedupeKey: 'old' }));
    clock.move(2 * 86_400);
    await write(room, reset({ dedupeKey: 'younger' }));
    clock.move(29 * 86_400);
    await room.expire();
    const { rows: left } = await owner.query('select dedupe_key from mail');
    expect(left).toEqual([{ dedupe_key: 'younger' }]);
  });
});
