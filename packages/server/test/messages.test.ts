// What people at the desk are told: under their bell over HTTP, in open screens by the stream of events, and by mail
// over SMTP to the simulators' mail server. Days pass by moving the clock.

import { randomUUID } from 'node:crypto';
import {
  type Day,
  DEFAULT_CALENDAR_POLICY,
  HOLIDAYS,
  istanbulDay,
  kindOf,
  makeCalendar,
  RET,
  SOURCE_NUMBERS,
  startOfDay,
} from '@acik-iys/law';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Portal } from '../src/doors/portal/contract.ts';
import { SEARCHES_PER_HOUR } from '../src/doors/portal/people.ts';
import { openLog } from '../src/ground/log.ts';
import { type Messages, openMessages } from '../src/rooms/messages/index.ts';
import type { Notices } from '../src/rooms/notices/index.ts';
import { DOORS } from '../src/rooms/registry/index.ts';
import { consent, newAddress } from './contract/samples.ts';
import { receiver } from './contract/scene.ts';
import { anybody, type DeskCaller, enter } from './support/desk.ts';
import { newPerson, PASSWORD, type TestPerson } from './support/people.ts';
import { RETAIL, type TestServer, testServer } from './support/server.ts';
import { type ReceivedMail, type Simulators, startSimulators } from './support/simulators.ts';

const RETAIL_DESK = { organisation: 600100 };
const BRAND = 600100;
const HOUR = 3_600;
const DAY = 86_400;
const SOON = { timeout: 60_000, interval: 50 };
const calendar = makeCalendar(HOLIDAYS, DEFAULT_CALENDAR_POLICY);

type Message = Portal['GET /organisations/:organisation/messages']['answer']['messages'][number];

let simulators: Simulators;
let server: TestServer;
beforeAll(async () => {
  simulators = await startSimulators();
  server = await testServer({ config: { demo: true, smtpUrl: simulators.smtp }, work: true });
  // When it is looked whether it is morning, the tests say.
  await server.rooms.messages.stop();
  await enter(server, 'owner');
});
afterAll(async () => {
  await server.close();
  await simulators.kill();
});

async function messages(caller: DeskCaller): Promise<Message[]> {
  const answer = await caller.call('GET /organisations/:organisation/messages', { params: RETAIL_DESK, query: {} });
  if (answer.status !== 200) throw new Error(answer.problem.code);
  return answer.body.messages;
}
const ofKind = async (caller: DeskCaller, kind: Message['kind']): Promise<Message[]> =>
  (await messages(caller)).filter((message) => message.kind === kind);
const unread = async (caller: DeskCaller): Promise<number> =>
  (await caller.call('GET /organisations/:organisation/messages/unread', { params: RETAIL_DESK })).body.unread;
const choose = (caller: DeskCaller, kind: 'push-parked' | 'entry-not-recorded', byMail: boolean) =>
  caller.call('PUT /notice-choices', { body: { kind, byMail } });

/** Mails that an address got, but for the news of its first log-in. */
async function mailsTo(to: string): Promise<ReceivedMail[]> {
  return (await simulators.mails(to)).filter(({ subject }) => !subject.includes('yeni bir cihazdan'));
}
/** Their subjects, once there are so many. */
async function subjects(to: string, count: number): Promise<string[]> {
  await expect.poll(async () => (await mailsTo(to)).length, SOON).toBe(count);
  return (await mailsTo(to)).map(({ subject }) => subject);
}

/** Somebody seated at the retailer's desk. */
const seated = (role: 'owner' | 'manager' | 'clerk' | 'viewer', brands: number[] | null = null): Promise<TestPerson> =>
  newPerson(server, { name: 'Kişi Örnek', seat: { role, brands } });

/** A refusal through one of the registry's own doors. */
async function refused(address = newAddress('MESAJ'), source: 'IYS_WEB' | 'HS_WEB' = 'IYS_WEB'): Promise<number> {
  const principal = await server.rooms.access.principalOf(RETAIL.email);
  const answer = principal && server.rooms.access.brandScope(principal, RETAIL.code, BRAND);
  if (!answer || !('scope' in answer)) throw new Error('no scope');
  const consentedAt = server.clock.now() - 60;
  const statement = { kind: kindOf(1, 0), address, status: RET, source: SOURCE_NUMBERS[source], consentedAt };
  const [outcome] = await server.rooms.registry.record(answer.scope, [{ ...statement, retailer: null } as never], {
    door: DOORS.citizen,
  });
  return (outcome as { seq: number }).seq;
}

/** Another process, as far as the morning's look goes. */
function otherProcess(notices?: Pick<Notices, 'enqueue' | 'wake'>): Messages {
  const { desks, refusals } = server.rooms;
  return openMessages({
    database: server.database,
    clock: server.clock,
    log: openLog('silent'),
    calendar,
    holders: desks.holders,
    refusals,
    // It writes mails into the same table; the server sends them.
    notices: notices ?? notKept(),
  });
}
function notKept(): Pick<Notices, 'enqueue' | 'wake'> {
  return { enqueue: async () => undefined, wake: () => undefined };
}

const at = (day: Day, seconds: number): void => server.clock.setTo(startOfDay(day) + seconds);

describe('refusals whose last day comes', () => {
  /** A business day of refusals, the last day of its refusals, and the business day before that. */
  let lastDay: Day;
  let dayBefore: Day;
  beforeEach(() => {
    // Each test some weeks after the one before: nothing of that one is on its last day any more.
    const day = calendar.addBusinessDays(istanbulDay(server.clock.now() + 30 * DAY), 1);
    at(day, 12 * HOUR);
    lastDay = calendar.lastDayFor(server.clock.now(), 3);
    dayBefore = calendar.addBusinessDays(lastDay, -1);
  });

  it('are told on the business day before and on the day, in the morning, to owners and managers of the brand', async () => {
    const address = newAddress('MESAJ');
    await refused(address);
    await refused();
    const ticked = await refused();
    await refused(newAddress('MESAJ'), 'HS_WEB');
    const owner = await seated('owner');
    const manager = await seated('manager', [BRAND]);
    const others = [await seated('manager', [600101]), await seated('clerk')];
    await owner.call('POST /organisations/:organisation/refusals/ticks', {
      params: RETAIL_DESK,
      body: { refusals: [{ brandId: BRAND, seq: ticked }], done: true },
    });
    const [looking, again] = [otherProcess(), otherProcess()];
    const told = async (person: TestPerson) => {
      const { rows } = await server.owner.query(
        `select m.details from message m join account a using (account_id)
         where a.person_id = $1 and m.kind = 'refusals-last-day' order by m.created_at`,
        [person.personId],
      );
      return rows.map(({ details }) => details);
    };
    const details = (day: Day) => ({ brandId: BRAND, brand: 'Örnek Perakende', days: [{ day, count: 2 }] });

    at(dayBefore, 8 * HOUR - 60);
    await looking.tellLastDays();
    expect(await told(owner)).toEqual([]);
    at(dayBefore, 8 * HOUR);
    await looking.tellLastDays();
    for (const person of [owner, manager]) expect(await told(person)).toEqual([details(lastDay)]);
    for (const person of others) expect(await told(person)).toEqual([]);

    await looking.tellLastDays();
    await again.tellLastDays();
    expect(await told(owner)).toHaveLength(1);

    at(lastDay, 9 * HOUR);
    await looking.tellLastDays();
    expect(await told(owner)).toEqual([details(lastDay), details(lastDay)]);
    expect(JSON.stringify(await told(owner))).not.toContain(address.slice(3));

    at(calendar.addBusinessDays(lastDay, 1), 9 * HOUR);
    await looking.tellLastDays();
    expect(await told(owner)).toHaveLength(2);
  });

  it('are told of Monday’s on Friday, and on no day that is none of business', async () => {
    // From here on: a Wednesday whose third business day is a Monday.
    let day = istanbulDay(server.clock.now());
    const isMonday = (one: Day): boolean => new Date(`${one}T12:00:00Z`).getUTCDay() === 1;
    while (!isMonday(calendar.lastDayFor(startOfDay(day), 3)) || !calendar.isBusinessDay(day))
      day = calendar.addBusinessDays(day, 1);
    at(day, 12 * HOUR);
    await refused();
    const monday = calendar.lastDayFor(server.clock.now(), 3);
    const owner = await seated('owner');
    const looking = otherProcess();
    const count = async (): Promise<number> =>
      (
        await server.owner.query('select from message m join account a using (account_id) where a.person_id = $1', [
          owner.personId,
        ])
      ).rowCount ?? 0;
    at(istanbulDay(startOfDay(monday) - DAY), 12 * HOUR);
    expect(calendar.isBusinessDay(istanbulDay(server.clock.now()))).toBe(false);
    await looking.tellLastDays();
    expect(await count()).toBe(0);
    at(calendar.addBusinessDays(monday, -1), 12 * HOUR);
    await looking.tellLastDays();
    expect(await count()).toBe(1);
  });

  it('are told once by however many processes', async () => {
    await refused();
    const owner = await seated('owner');
    at(dayBefore, 10 * HOUR);
    await Promise.all(Array.from({ length: 5 }, () => otherProcess().tellLastDays()));
    const { rows } = await server.owner.query(
      'select from message m join account a using (account_id) where a.person_id = $1',
      [owner.personId],
    );
    expect(rows).toHaveLength(1);
  });

  it('are told later on the same day where a crash came between, and by mail in the person’s language', async () => {
    const address = newAddress('MESAJ');
    await refused(address);
    const owner = await seated('owner');
    await owner.call('PUT /session/language', { body: { language: 'en' } });
    at(dayBefore, 8 * HOUR);
    const dying: Pick<Notices, 'enqueue' | 'wake'> = {
      enqueue: async () => {
        throw new Error('the process is gone');
      },
      wake: () => undefined,
    };
    await otherProcess(dying).tellLastDays();
    const { rows } = await server.owner.query('select from last_day_told where day = $1', [dayBefore]);
    expect(rows).toEqual([]);
    at(dayBefore, 16 * HOUR);
    await server.rooms.messages.tellLastDays();
    expect(await subjects(owner.email, 1)).toEqual(['Örnek Perakende: last day for 1 refusal']);
    const [mail] = await mailsTo(owner.email);
    expect(`${mail?.text}${mail?.html}`).not.toContain(address.slice(3));
    expect(mail?.text).not.toMatch(/https?:/);
  });
});

describe('unusual searching', () => {
  const search = async (caller: DeskCaller, times: number): Promise<void> => {
    for (let n = 0; n < times; n += 1) {
      const { status } = await caller.call('POST /organisations/:organisation/searches', {
        params: RETAIL_DESK,
        body: { address: newAddress('MESAJ') },
      });
      expect(status).toBe(200);
    }
  };

  it('is told to the owners from the first search beyond half of an hour’s, once a day, with the way to the log', async () => {
    const owner = await seated('owner');
    const clerk = await seated('clerk');
    await search(clerk, SEARCHES_PER_HOUR / 2);
    expect(await ofKind(owner, 'unusual-search')).toEqual([]);
    await search(clerk, 3);
    const [told, ...more] = await ofKind(owner, 'unusual-search');
    expect(more).toEqual([]);
    expect(told?.details).toMatchObject({ who: 'Kişi Örnek', count: SEARCHES_PER_HOUR / 2 + 1 });
    expect(await ofKind(clerk, 'unusual-search')).toEqual([]);
    expect(await subjects(owner.email, 1)).toEqual(['Örnek Perakende A.Ş.: alışılmadık sayıda sorgu']);
    if (told?.kind !== 'unusual-search') throw new Error('not told');
    const { accountId } = told.details;
    const log = await owner.call('GET /organisations/:organisation/activity', {
      params: RETAIL_DESK,
      query: { person: String(accountId), act: 'address.searched' },
    });
    expect(log.body.activities.length).toBeGreaterThan(0);

    server.clock.setTo(startOfDay(istanbulDay(server.clock.now())) + DAY + HOUR);
    const tomorrow = anybody(server);
    await tomorrow.call('POST /session', { body: { email: clerk.email, password: PASSWORD } });
    await tomorrow.call('POST /session/second-factor', { body: { code: clerk.code() } });
    await search(tomorrow, SEARCHES_PER_HOUR / 2 + 1);
    const { rows } = await server.owner.query(
      `select from message m join account a using (account_id) where a.person_id = $1 and m.kind = 'unusual-search'`,
      [owner.personId],
    );
    expect(rows).toHaveLength(2);
  });
});

describe('a right', () => {
  const terms = { role: 'viewer', brands: [600101], channels: null, retailerCode: null, until: null } as const;
  const give = (by: DeskCaller, accountId: number) =>
    by.call('POST /organisations/:organisation/staff/:accountId/grants', {
      params: { ...RETAIL_DESK, accountId },
      body: { ...terms, brands: [600101], grantId: randomUUID(), from: null, reason: '' },
    });
  const memberOf = async (owner: DeskCaller, { email }: TestPerson) => {
    const staff = await owner.call('GET /organisations/:organisation/staff', { params: RETAIL_DESK });
    const member = staff.body.people.find((one) => one.email === email);
    if (member === undefined) throw new Error('he does not work here');
    return member;
  };

  it('given or ended is told to whose it is, by mail always, and to nobody else', async () => {
    const owner = await seated('owner');
    const clerk = await seated('clerk');
    const { accountId } = await memberOf(owner, clerk);
    expect((await give(owner, accountId)).status).toBe(200);
    const rights = [{ role: 'viewer', brands: ['Örnek Bebek'] }];
    expect(await messages(clerk)).toMatchObject([
      { kind: 'right-given', read: false, details: { by: 'Kişi Örnek', rights } },
    ]);
    const given = (await memberOf(owner, clerk)).grants.find(({ role }) => role === 'viewer');
    await owner.call('DELETE /organisations/:organisation/grants/:grantId', {
      params: { ...RETAIL_DESK, grantId: given?.grantId ?? '' },
    });
    expect(await messages(clerk)).toMatchObject([
      { kind: 'right-ended', details: { rights } },
      { kind: 'right-given' },
    ]);
    expect(await messages(owner)).toEqual([]);
    expect(await unread(clerk)).toBe(2);

    await owner.call('DELETE /organisations/:organisation/staff/:accountId', { params: { ...RETAIL_DESK, accountId } });
    expect((await subjects(clerk.email, 3)).sort()).toEqual([
      'Örnek Perakende A.Ş.: bir yetkiniz sona erdi',
      'Örnek Perakende A.Ş.: bir yetkiniz sona erdi',
      'Örnek Perakende A.Ş.: size yeni yetki verildi',
    ]);
    const kinds = (await clerk.call('GET /notice-choices')).body.map(({ kind }) => kind);
    expect(kinds).toEqual(['refusals-last-day', 'unusual-search', 'push-parked', 'partnership', 'entry-not-recorded']);
  });

  it('is heard of in his open screens, and in nobody else’s', async () => {
    const owner = await seated('owner');
    const [one, other] = [await seated('clerk'), await seated('clerk')];
    const [heardByOne, heardByOther] = [await listen(one), await listen(other)];
    await give(owner, (await memberOf(owner, one)).accountId);
    await expect.poll(() => heardByOne.news(), SOON).toBe(1);
    await give(owner, (await memberOf(owner, other)).accountId);
    await expect.poll(() => heardByOther.news(), SOON).toBe(1);
    expect(heardByOne.news()).toBe(1);
    for (const stream of [heardByOne, heardByOther]) stream.close();
  });
});

/** An open stream of events, as a screen has one. */
async function listen({ cookie }: DeskCaller): Promise<{ news(): number; close(): void }> {
  const stop = new AbortController();
  const { body } = await fetch(`${server.url}/portal/organisations/600100/events`, {
    headers: { cookie },
    signal: stop.signal,
  });
  let text = '';
  const reading = async (): Promise<void> => {
    for await (const part of body as unknown as AsyncIterable<Uint8Array>) text += Buffer.from(part).toString();
  };
  reading().catch(() => undefined);
  await expect.poll(() => text, SOON).toContain(': ok');
  return { news: () => text.split('event: messages').length - 1, close: () => stop.abort() };
}

describe('an entry that is refused after its wait', () => {
  it('is told to who gave it, with the way to the person, by mail where he chose so', async () => {
    const owner = await seated('owner');
    const clerk = await seated('clerk');
    await server.rooms.desks.seat(
      clerk.personId,
      { code: 600100, kind: 'provider' },
      { role: 'viewer', brands: [600101] },
    );
    const staff = await owner.call('GET /organisations/:organisation/staff', { params: RETAIL_DESK });
    const grants = staff.body.people.find(({ email }) => email === clerk.email)?.grants ?? [];
    const recording = grants.find(({ role }) => role === 'clerk')?.grantId ?? '';
    await choose(clerk, 'entry-not-recorded', true);
    const { type, source, recipientType, status, recipient, consentDate } = consent(server.clock.now(), 'MESAJ');
    await clerk.call('POST /organisations/:organisation/entries', {
      params: RETAIL_DESK,
      body: {
        key: randomUUID(),
        consent: { brandId: BRAND, type, recipient, source, status, consentDate, recipientType } as never,
      },
    });
    await owner.call('DELETE /organisations/:organisation/grants/:grantId', {
      params: { ...RETAIL_DESK, grantId: recording },
    });
    server.clock.move(11);
    // Whichever look comes first, the server's own or this one.
    await server.rooms.entries.recordDue();
    await expect.poll(() => ofKind(clerk, 'entry-not-recorded'), SOON).toHaveLength(1);
    const [told] = await ofKind(clerk, 'entry-not-recorded');
    if (told?.kind !== 'entry-not-recorded') throw new Error('not told');
    expect(told.details).toMatchObject({ brand: 'Örnek Perakende', channel: 'MESAJ', code: 'desk.right_ended' });
    expect(told.details.sentence.tr).toContain('yetkiniz sona erdi');
    expect(JSON.stringify(await messages(clerk))).not.toContain(recipient.slice(3));
    const person = await clerk.call('GET /organisations/:organisation/people/:reference', {
      params: { ...RETAIL_DESK, reference: told.details.reference ?? '' },
    });
    expect(person.body.masked).toBe(`+90 532 ••• •• ${recipient.slice(-2)}`);
    expect((await subjects(clerk.email, 2)).toSorted()).toEqual([
      'Örnek Perakende A.Ş.: bir yetkiniz sona erdi',
      'Örnek Perakende: bekleyen bir onay kaydedilmedi',
    ]);
    const [mail] = (await mailsTo(clerk.email)).filter(({ subject }) => subject.includes('bekleyen'));
    expect(`${mail?.text}${mail?.html}`).not.toContain(recipient.slice(3));
  });
});

describe('a push address that is given up', () => {
  it('is told to owners and managers of whose it is, by mail to those who did not choose otherwise', async () => {
    const good = await receiver();
    const token = await server.token();
    const connection = [{ url: good.url, type: 'MESAJ', username: 'push', password: 'push-parola' }];
    const registered = await server.call('POST', '/sps/600100/brands/600100/push/registration', {
      token,
      body: { connection },
    });
    expect(registered.status, registered.text).toBeLessThan(300);
    good.close();
    const [mailed, silent, elsewhere] = [
      await seated('owner'),
      await seated('manager', [BRAND]),
      await seated('manager', [600101]),
    ];
    await choose(silent, 'push-parked', false);
    await refused();
    const state = async () =>
      (await server.owner.query(`select status, failing_since is not null failing from push_address`)).rows[0];
    await expect.poll(state, SOON).toMatchObject({ failing: true });
    server.clock.move(DAY + HOUR);
    await expect.poll(state, SOON).toMatchObject({ status: 'parked' });

    const told = async ({ personId }: TestPerson) =>
      (
        await server.owner.query(
          `select m.details from message m join account a using (account_id)
           where a.person_id = $1 and m.kind = 'push-parked'`,
          [personId],
        )
      ).rows.map(({ details }) => details);
    const details = { brandId: BRAND, brand: 'Örnek Perakende', channel: 'MESAJ', host: new URL(good.url).host };
    expect([await told(mailed), await told(silent), await told(elsewhere)]).toEqual([[details], [details], []]);
    expect(await subjects(mailed.email, 1)).toEqual(['Örnek Perakende: push adresi yanıt vermiyor']);
    // What was written with it, in one transaction, would have been sent by now.
    expect(await mailsTo(silent.email)).toEqual([]);
  });
});

describe('the bell', () => {
  it('counts what is unread, and reads what is one’s own alone', async () => {
    const owner = await seated('owner');
    const [one, other] = [await seated('clerk'), await seated('clerk')];
    const staff = await owner.call('GET /organisations/:organisation/staff', { params: RETAIL_DESK });
    for (const { email } of [one, other, one]) {
      const accountId = staff.body.people.find((member) => member.email === email)?.accountId ?? 0;
      await owner.call('POST /organisations/:organisation/staff/:accountId/grants', {
        params: { ...RETAIL_DESK, accountId },
        body: {
          role: 'viewer',
          brands: null,
          channels: null,
          retailerCode: null,
          until: null,
          grantId: randomUUID(),
          from: null,
          reason: '',
        },
      });
    }
    expect([await unread(one), await unread(other)]).toEqual([2, 1]);
    const read = (caller: DeskCaller, messageIds: string[] | null) =>
      caller.call('POST /organisations/:organisation/messages/read', { params: RETAIL_DESK, body: { messageIds } });
    const [newest] = await messages(one);
    await read(other, [newest?.messageId ?? '']);
    expect(await unread(one)).toBe(2);
    await read(one, [newest?.messageId ?? '']);
    expect((await messages(one)).map((message) => message.read)).toEqual([true, false]);
    await read(one, null);
    expect([await unread(one), await unread(other)]).toEqual([0, 1]);
  });

  it('shows page by page, and forgets after half a year', async () => {
    const clerk = await seated('clerk');
    await server.owner.query(
      `insert into message (account_id, organisation_code, kind, details, created_at)
       select account_id, 600100, 'right-given', '{"by":"x","rights":[]}', to_timestamp($2) + n * interval '1 microsecond'
       from account, generate_series(1, 120) n where person_id = $1`,
      [clerk.personId, server.clock.now()],
    );
    expect(
      (await clerk.call('GET /organisations/:organisation/messages/unread', { params: RETAIL_DESK })).body,
    ).toEqual({
      unread: 99,
      more: true,
    });
    const seen = new Set<string>();
    let after: string | null = '';
    while (after !== null) {
      const page: Portal['GET /organisations/:organisation/messages']['answer'] = (
        await clerk.call('GET /organisations/:organisation/messages', {
          params: RETAIL_DESK,
          query: after === '' ? {} : { after },
        })
      ).body;
      for (const { messageId } of page.messages) seen.add(messageId);
      after = page.after;
    }
    expect(seen.size).toBe(120);
    server.clock.move(181 * DAY);
    await server.rooms.messages.expire();
    const { rows } = await server.owner.query('select from message');
    expect(rows).toEqual([]);
  });
});

describe('a password', () => {
  it('that was changed, by himself or by a link, is told by mail always', async () => {
    const person = await seated('clerk');
    const password = 'bambaşka uzun bir cümle';
    const changed = await person.call('PUT /session/password', { body: { old: PASSWORD, password } });
    expect(changed.status).toBe(200);
    expect(await subjects(person.email, 1)).toEqual(['Açık İYS: parolanız değişti']);
    const caller = anybody(server);
    await caller.call('POST /password-resets', { body: { email: person.email } });
    await subjects(person.email, 2);
    const mails = await mailsTo(person.email);
    const token = /yeni-parola#(\S+)/.exec(mails.map(({ text }) => text).join('\n'))?.[1] ?? '';
    await caller.call('POST /password-resets/use', { body: { token, password: 'yine başka bir uzun cümle' } });
    expect(
      (await subjects(person.email, 3)).filter((subject) => subject === 'Açık İYS: parolanız değişti'),
    ).toHaveLength(2);
  });
});
